//! The fee, which can rise off the peg.

use levmine_math::U256;

use crate::arith::{FEE_DENOMINATOR, add, div, int, mul, mul_div, parts_mul, sub};

/// Returns the fee between two balances, in parts of 10^10: the base fee where they are equal, up to `multiplier` times
/// as much (in parts of 10^10 too) where one is far greater. **Truncates**, in the trader's favour.
///
/// `m·fee ÷ ((m − 1)·4·x·y ÷ (x + y)² + 1)`. Source: `_dynamic_fee` of the Aave pool and of NG.
#[inline]
pub(crate) fn dynamic(x: U256, y: U256, fee: U256, multiplier: U256) -> Option<U256> {
    if multiplier <= FEE_DENOMINATOR {
        return Some(fee);
    }
    let sum = add(x, y)?;
    let square = mul(sum, sum)?;
    let product = mul(mul(mul(sub(multiplier, FEE_DENOMINATOR)?, int(4))?, x)?, y)?;
    div(mul(multiplier, fee)?, add(div(product, square)?, FEE_DENOMINATOR)?)
}

/// Returns the fee on what a deposit or removal is out of proportion: `fee·n ÷ (4·(n − 1))`, truncated.
#[inline]
pub(crate) fn of_imbalance(fee: U256, coins: usize) -> Option<U256> {
    let n = int(coins as u64);
    mul_div(fee, n, mul(int(4), sub(n, U256::ONE)?)?)
}

/// `amount × fee ÷ 10^10`, truncated.
#[inline(always)]
pub(crate) fn part(amount: U256, fee: U256) -> Option<U256> {
    parts_mul(amount, fee)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fee_rises_with_the_imbalance() {
        let whole = |n: u64| int(n) * int(10).pow(int(18));
        let fee = |x, y, fee, m| dynamic(x, y, int(fee), int(m)).expect("a fee");
        assert_eq!(fee(whole(1_000_000), whole(1_000_000), 1_000_000, 50_000_000_000), int(1_000_000));
        assert_eq!(fee(whole(1_000_000), whole(2_000_000), 1_000_000, 50_000_000_000), int(1_097_560));
        assert_eq!(fee(whole(100_000), whole(900_000), 4_000_000, 20_000_000_000), int(5_882_352));
        assert_eq!(fee(whole(1), whole(9), 4_000_000, 10_000_000_000), int(4_000_000));
    }
}
