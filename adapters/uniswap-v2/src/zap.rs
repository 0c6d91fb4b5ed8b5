//! How much of an unbalanced deposit to swap first.

use levmine_math::{U256, sqrt_floor};

use crate::error::{PairError, add, div, mul, sub};
use crate::fee::SwapFee;

/// Returns how much of the surplus coin to sell before adding `amounts`, and whether that is the first coin; `None` when
/// the amounts are in proportion.
///
/// With A in surplus: `s = (√((1997·R_A)² + 4·997·c) − 1997·R_A) ÷ (2·997)`, where
/// `c = R_A · ((A·R_B − B·R_A)·1000 ÷ (B + R_B))`, everything **rounded down**: a few base units of A remain, never of
/// a kind that the router would refuse.
///
/// Source: the one-sided formula of Uniswap V2 zaps, extended to two sides as in Alpha Homora's `optimalDeposit`.
///
/// # Errors
///
/// [`PairError::NoReserves`]; [`PairError::MulOverflow`], [`PairError::AddOverflow`] for amounts that no pair can hold.
///
/// # Examples
///
/// ```
/// use levmine_math::U256;
/// use levmine_uniswap_v2::{SwapFee, zap};
///
/// let reserves = [5_000_000_000_000_000_000_000, 10_000_000_000_000];
/// let amounts = [U256::from(100_000_000_000_000_000_000_u128), U256::ZERO];
/// let sold = U256::from(49_827_210_549_979_131_119_u128);
/// assert_eq!(zap::amount_to_swap(amounts, reserves, SwapFee::UNISWAP)?, Some((sold, true)));
/// # Ok::<(), levmine_uniswap_v2::PairError>(())
/// ```
pub fn amount_to_swap(
    amounts: [U256; 2],
    reserves: [u128; 2],
    fee: SwapFee,
) -> Result<Option<(U256, bool)>, PairError> {
    let ([amount0, amount1], [reserve0, reserve1]) = (amounts, reserves);
    if reserve0 == 0 || reserve1 == 0 {
        return Err(PairError::NoReserves { reserve0, reserve1 });
    }
    let (wide0, wide1) = (U256::from(reserve0), U256::from(reserve1));
    let (product0, product1) = (mul(amount0, wide1)?, mul(amount1, wide0)?);
    let first = product0 > product1;
    let amount = if first {
        surplus(product0, product1, wide0, amount1, wide1, fee)?
    } else {
        surplus(product1, product0, wide1, amount0, wide0, fee)?
    };
    Ok((!amount.is_zero()).then_some((amount, first)))
}

/// The amount of A to sell, given `A·R_B`, `B·R_A`, `R_A`, `B` and `R_B`.
fn surplus(
    a_product: U256,
    b_product: U256,
    a_reserve: U256,
    b_amount: U256,
    b_reserve: U256,
    fee: SwapFee,
) -> Result<U256, PairError> {
    let (kept, scale) = (U256::from(fee.kept()), U256::from(fee.scale()));
    let excess = mul(sub(a_product, b_product)?, scale)?;
    let c = mul(div(excess, add(b_amount, b_reserve)?)?, a_reserve)?;
    let b = mul(a_reserve, add(scale, kept)?)?;
    let discriminant = add(mul(b, b)?, mul(c, mul(kept, U256::from(4))?)?)?;
    div(sub(sqrt_floor(discriminant), b)?, mul(kept, U256::from(2))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RESERVES: [u128; 2] = [5_000_000_000_000_000_000_000, 10_000_000_000_000];

    fn wei(text: &str) -> U256 {
        text.parse().expect("digits")
    }

    #[test]
    fn both_sides_of_the_worked_example() {
        let amounts = [wei("100000000000000000000"), wei("50000000000")];
        let expected = Some((wei("37231079970196199501"), true));
        assert_eq!(amount_to_swap(amounts, RESERVES, SwapFee::UNISWAP), Ok(expected));
        let [weth, usdc] = RESERVES;
        let [more, less] = amounts;
        let expected = Some((wei("37231079970196199501"), false));
        assert_eq!(amount_to_swap([less, more], [usdc, weth], SwapFee::UNISWAP), Ok(expected));
    }

    #[test]
    fn one_side_is_the_textbook_formula() {
        let [reserve, _] = RESERVES.map(U256::from);
        for amount in [U256::from(1_000_000), wei("49827210549979131119"), wei("7000000000000000000000")] {
            let inner = reserve * (amount * U256::from(3_988_000) + reserve * U256::from(3_988_009));
            let expected = (sqrt_floor(inner) - reserve * U256::from(1_997)) / U256::from(1_994);
            assert_eq!(
                amount_to_swap([amount, U256::ZERO], RESERVES, SwapFee::UNISWAP),
                Ok(Some((expected, true)))
            );
        }
    }

    #[test]
    fn nothing_to_swap_in_proportion() {
        let [weth, usdc] = RESERVES.map(U256::from);
        assert_eq!(amount_to_swap([weth, usdc], RESERVES, SwapFee::UNISWAP), Ok(None));
        assert_eq!(amount_to_swap([U256::ZERO; 2], RESERVES, SwapFee::UNISWAP), Ok(None));
        assert!(amount_to_swap([weth, usdc], [0, 0], SwapFee::UNISWAP).is_err());
        assert!(amount_to_swap([U256::MAX, U256::ZERO], RESERVES, SwapFee::UNISWAP).is_err());
    }
}
