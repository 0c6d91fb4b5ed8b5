//! The base fee under a demand that stays the same for many blocks.
//!
//! Below the demand the fee rises and never beyond it. Above it falls, past it by no more than what one unit of gas of the
//! target is worth, until a block would take less than a wei off. There the fee stays, so whoever goes on block by block
//! arrives, and may stop there. How long that takes is the chain's: some 130 blocks where a block moves the fee by an
//! eighth, some 4,000 where it is a 250th.

use levmine_market::gas::FeeMarket;
use levmine_math::{MathError, Rounding, U256, mul_div};

/// Units of gas that a block is meant to use. Only what is used of it matters.
const TARGET: u64 = 15_000_000;
/// What may be gone through for one path: blocks whose figures fit 64 bits count once.
pub(super) const MOST_WORK: u64 = 500_000_000;
/// What another block counts.
const WIDE: u64 = 16;

/// Returns the fee `blocks` blocks later, when each of them uses `TARGET × demand ÷ fee` gas, at most what fits.
///
/// # Errors
///
/// [`MathError::Domain`] when `work` is used up, [`MathError::Overflow`] where a fee does not fit.
pub(super) fn follow(
    fee: U256,
    demand: U256,
    blocks: u64,
    market: FeeMarket,
    work: &mut u64,
) -> Result<U256, MathError> {
    let small = |value: U256| u64::try_from(value).ok().filter(|value| value.checked_mul(TARGET).is_some());
    let (gone, fee) = match (small(fee), small(demand)) {
        (Some(fee), Some(demand)) => narrow(fee.max(1), demand, blocks, market, *work),
        _ => wide(fee.max(U256::ONE), demand, blocks, market, work.div_ceil(WIDE))?,
    };
    *work = work.checked_sub(gone).filter(|left| *left > 0).ok_or(MathError::Domain {
        quantity: "the number of blocks of a model",
        accepted: "at most 500000000 that move the fee, each of figures beyond 64 bits counting sixteen times",
    })?;
    Ok(fee)
}

/// [`FeeMarket::next_base_fee`] in 64 bits: neither fee nor demand times the target exceeds them, and the fee stays between
/// where it began and the demand. Also what that has cost.
fn narrow(mut fee: u64, demand: u64, blocks: u64, market: FeeMarket, most: u64) -> (u64, U256) {
    let (wanted, full) = (demand * TARGET, TARGET.saturating_mul(market.elasticity));
    let denominator = market.denominator.max(1);
    let mut gone = 0;
    while gone < blocks.min(most) {
        gone += 1;
        let used = (wanted / fee.max(1)).min(full);
        let next = if used > TARGET {
            // `fee × used` is at most what is wanted.
            fee + (fee * (used - TARGET) / TARGET / denominator).max(1)
        } else {
            fee - fee * (TARGET - used) / TARGET / denominator
        };
        if next == fee {
            break;
        }
        fee = next;
    }
    (gone, U256::from(fee))
}

/// The same for any figures.
fn wide(
    mut fee: U256,
    demand: U256,
    blocks: u64,
    market: FeeMarket,
    most: u64,
) -> Result<(u64, U256), MathError> {
    let full = U256::from(TARGET.saturating_mul(market.elasticity));
    let mut gone: u64 = 0;
    while gone < blocks.min(most) {
        gone += 1;
        let used = mul_div(U256::from(TARGET), demand, fee.max(U256::ONE), Rounding::Down)?.min(full);
        let next = market.next_base_fee(fee, u64::try_from(used).unwrap_or(u64::MAX), TARGET)?;
        if next == fee {
            break;
        }
        fee = next;
    }
    Ok((gone.saturating_mul(WIDE), fee))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GWEI: u64 = 1_000_000_000;
    const MARKETS: [FeeMarket; 3] = [FeeMarket::ETHEREUM, FeeMarket::OPTIMISM, FeeMarket::POLYGON];

    /// Block by block, whether anything moves or not.
    fn slowly(fee: u64, demand: u64, blocks: u64, market: FeeMarket) -> U256 {
        let mut fee = U256::from(fee);
        let most = U256::from(TARGET * market.elasticity);
        for _ in 0..blocks {
            let used =
                mul_div(U256::from(TARGET), U256::from(demand), fee, Rounding::Down).unwrap().min(most);
            fee = market.next_base_fee(fee, u64::try_from(used).unwrap(), TARGET).unwrap();
        }
        fee
    }

    #[test]
    fn it_follows_as_the_blocks_do() {
        let fees = [1, 7, 8, 1_001, 1_234_567, GWEI, 20 * GWEI + 1, 900 * GWEI, 1_229 * GWEI, 5_000 * GWEI];
        for market in MARKETS {
            for (fee, demand) in fees.iter().flat_map(|fee| fees.map(|demand| (*fee, demand))) {
                for blocks in [0, 1, 2, 30, 1_800, 9_000] {
                    let mut work = MOST_WORK;
                    let found =
                        follow(U256::from(fee), U256::from(demand), blocks, market, &mut work).unwrap();
                    let expected = slowly(fee, demand, blocks, market);
                    assert_eq!(found, expected, "{fee} to {demand} in {blocks} of {market:?}");
                }
            }
        }
    }

    #[test]
    fn it_arrives_and_stops() {
        for market in MARKETS {
            let (mut work, blocks) = (MOST_WORK, u64::MAX);
            let risen = follow(U256::from(GWEI), U256::from(50 * GWEI), blocks, market, &mut work).unwrap();
            let fallen = follow(risen, U256::from(GWEI), blocks, market, &mut work).unwrap();
            // From below nearer than a unit of gas of the target, from above than what moves it by a wei besides.
            assert!(U256::from(50 * GWEI) - risen <= U256::from(50 * GWEI / TARGET + 1), "{risen}");
            let (fallen, unit) = (u64::try_from(fallen).unwrap(), GWEI / TARGET + 1);
            assert!((GWEI - unit..=GWEI + unit + market.denominator).contains(&fallen), "{fallen}");
            assert!(MOST_WORK - work < 40 * market.denominator + 100, "{}", MOST_WORK - work);
        }
    }

    #[test]
    fn a_market_that_lets_the_fee_vanish_is_followed_too() {
        let market = FeeMarket { denominator: 0, elasticity: u64::MAX };
        for demand in [0, 1, u64::MAX] {
            let mut work = MOST_WORK;
            assert!(follow(U256::from(GWEI), U256::from(demand), 1_000, market, &mut work).is_ok());
        }
    }

    #[test]
    fn what_takes_too_long_is_refused() {
        let (fee, demand) = (U256::from(GWEI), U256::from(20 * GWEI));
        let mut work = 1_000;
        assert!(follow(fee, demand, 400, FeeMarket::OPTIMISM, &mut work).is_ok());
        assert!(follow(fee, demand, 700, FeeMarket::OPTIMISM, &mut work).is_err());
        // Nor is a rest that is too little for a block of large figures taken for none.
        let (mut work, large) = (17, U256::from(5_000 * GWEI));
        assert!(follow(large, U256::from(2_000 * GWEI), 1_000, FeeMarket::OPTIMISM, &mut work).is_err());
    }
}
