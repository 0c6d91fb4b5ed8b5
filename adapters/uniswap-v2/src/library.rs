//! The formulas of the router's library.
//!
//! Source: Uniswap V2 periphery `UniswapV2Library`.

use levmine_math::U256;

use crate::division::{divide, scale_down};
use crate::error::{PairError, add, div, mul, sub};
use crate::fee::SwapFee;
use crate::pair::MAX_RESERVE;

/// Returns what comes out for `amount_in`: `in·997·R_out ÷ (R_in·1000 + in·997)`.
///
/// **Rounds down**: the pool wins the lost fraction.
///
/// Source: `UniswapV2Library.getAmountOut`.
///
/// # Errors
///
/// [`PairError::NothingSold`], [`PairError::NoReserves`], [`PairError::MulOverflow`], [`PairError::AddOverflow`].
///
/// # Examples
///
/// ```
/// use levmine_math::U256;
/// use levmine_uniswap_v2::{SwapFee, library};
///
/// let (weth, usdc) = (5_000_000_000_000_000_000_000, 10_000_000_000_000);
/// let sold = U256::from(1_000_000_000_000_000_000_u64);
/// assert_eq!(library::amount_out(sold, weth, usdc, SwapFee::UNISWAP)?, U256::from(1_993_602_475));
/// # Ok::<(), levmine_uniswap_v2::PairError>(())
/// ```
pub fn amount_out(
    amount_in: U256,
    reserve_in: u128,
    reserve_out: u128,
    fee: SwapFee,
) -> Result<U256, PairError> {
    if amount_in.is_zero() {
        return Err(PairError::NothingSold);
    }
    if reserve_in == 0 || reserve_out == 0 {
        return Err(PairError::NoReserves { reserve0: reserve_in, reserve1: reserve_out });
    }
    if let Some(amount) = narrow(amount_in)
        && reserve_in <= MAX_RESERVE
        && reserve_out <= MAX_RESERVE
    {
        return Ok(U256::from(amount_out_narrow(amount, reserve_in, reserve_out, fee)));
    }
    let with_fee = mul(amount_in, U256::from(fee.kept()))?;
    let numerator = mul(with_fee, U256::from(reserve_out))?;
    let denominator = add(mul(U256::from(reserve_in), U256::from(fee.scale()))?, with_fee)?;
    div(numerator, denominator)
}

/// An amount that fits a reserve.
#[inline(always)]
pub(crate) fn narrow(amount: U256) -> Option<u128> {
    u128::try_from(amount).ok().filter(|amount| *amount <= MAX_RESERVE)
}

/// [`amount_out`] where everything fits a reserve and nothing is zero; below `reserve_out`.
#[inline(always)]
pub(crate) fn amount_out_narrow(amount: u128, reserve_in: u128, reserve_out: u128, fee: SwapFee) -> u128 {
    // 112 bits times 14 bits, and the sum of two such, fit 128 bits.
    let with_fee = amount.wrapping_mul(u128::from(fee.kept()));
    let denominator = reserve_in.wrapping_mul(u128::from(fee.scale())).wrapping_add(with_fee);
    scale_down(with_fee, reserve_out, denominator)
}

/// Returns what must go in for `amount_out`: `R_in·out·1000 ÷ ((R_out − out)·997) + 1`.
///
/// **Rounds up, and one more when exact**: the pool wins.
///
/// Source: `UniswapV2Library.getAmountIn`.
///
/// # Errors
///
/// [`PairError::NothingBought`], [`PairError::NoReserves`], [`PairError::SubUnderflow`] beyond the reserve,
/// [`PairError::ZeroDivision`] at the reserve, [`PairError::MulOverflow`].
pub fn amount_in(
    amount_out: U256,
    reserve_in: u128,
    reserve_out: u128,
    fee: SwapFee,
) -> Result<U256, PairError> {
    if amount_out.is_zero() {
        return Err(PairError::NothingBought);
    }
    if reserve_in == 0 || reserve_out == 0 {
        return Err(PairError::NoReserves { reserve0: reserve_in, reserve1: reserve_out });
    }
    if let Some(out) = narrow(amount_out)
        && reserve_in <= MAX_RESERVE
        && reserve_out <= MAX_RESERVE
        && let Some(left) = reserve_out.checked_sub(out)
        && left > 0
    {
        // 112 bits times 14 bits on either side, as in the other direction.
        let scaled = reserve_in.wrapping_mul(u128::from(fee.scale()));
        let denominator = left.wrapping_mul(u128::from(fee.kept()));
        return add(divide(mul(U256::from(scaled), amount_out)?, denominator)?, U256::ONE);
    }
    let numerator = mul(mul(U256::from(reserve_in), amount_out)?, U256::from(fee.scale()))?;
    let denominator = mul(sub(U256::from(reserve_out), amount_out)?, U256::from(fee.kept()))?;
    add(div(numerator, denominator)?, U256::ONE)
}

/// Returns the counterpart of `amount` in the proportion of the reserves: `amount·R_other ÷ R_own`, rounded down.
///
/// Source: `UniswapV2Library.quote`.
///
/// # Errors
///
/// [`PairError::NothingOffered`], [`PairError::NoReserves`], [`PairError::MulOverflow`].
pub fn quote(amount: U256, reserve_own: u128, reserve_other: u128) -> Result<U256, PairError> {
    if amount.is_zero() {
        return Err(PairError::NothingOffered);
    }
    if reserve_own == 0 || reserve_other == 0 {
        return Err(PairError::NoReserves { reserve0: reserve_own, reserve1: reserve_other });
    }
    div(mul(amount, U256::from(reserve_other))?, U256::from(reserve_own))
}

/// Returns what the router puts in of the `desired` amounts: all of one, and of the other what fits the reserves.
///
/// Source: Uniswap V2 periphery `UniswapV2Router02._addLiquidity`, without its minimums.
///
/// # Errors
///
/// As [`quote`].
pub fn optimal_deposit(desired: [U256; 2], reserves: [u128; 2]) -> Result<[U256; 2], PairError> {
    let ([desired0, desired1], [reserve0, reserve1]) = (desired, reserves);
    if reserve0 == 0 && reserve1 == 0 {
        return Ok(desired);
    }
    let optimal1 = quote(desired0, reserve0, reserve1)?;
    if optimal1 <= desired1 {
        return Ok([desired0, optimal1]);
    }
    Ok([quote(desired1, reserve1, reserve0)?, desired1])
}

#[cfg(test)]
mod tests {
    use super::*;

    const WETH: u128 = 5_000_000_000_000_000_000_000;
    const USDC: u128 = 10_000_000_000_000;
    const FEE: SwapFee = SwapFee::UNISWAP;

    #[test]
    fn amounts_of_the_worked_examples() {
        let ether = U256::from(1_000_000_000_000_000_000_u64);
        assert_eq!(amount_out(ether, WETH, USDC, FEE), Ok(U256::from(1_993_602_475)));
        assert_eq!(amount_out(U256::from(1_000_000_000), WETH, USDC, FEE), Ok(U256::ONE));
        let thousand = U256::from(1_000_000_000);
        let cost = U256::from(501_554_669_007_522_618_u64);
        assert_eq!(amount_in(thousand, WETH, USDC, FEE), Ok(cost));
        assert_eq!(amount_out(cost, WETH, USDC, FEE), Ok(thousand));
    }

    #[test]
    fn both_widths_agree_where_they_meet() {
        for amount in [MAX_RESERVE - 1, MAX_RESERVE, MAX_RESERVE + 1] {
            let wide = U256::from(amount) * U256::from(997);
            let expected = wide * U256::from(USDC) / (U256::from(WETH) * U256::from(1_000) + wide);
            assert_eq!(amount_out(U256::from(amount), WETH, USDC, FEE), Ok(expected));
        }
    }

    #[test]
    fn refusals_carry_the_names_of_the_contract() {
        let code = |result: Result<U256, PairError>| result.map_err(|error| error.code());
        let one = U256::ONE;
        assert_eq!(
            code(amount_out(U256::ZERO, 1, 1, FEE)),
            Err("UniswapV2Library: INSUFFICIENT_INPUT_AMOUNT")
        );
        assert_eq!(code(amount_out(one, 0, 1, FEE)), Err("UniswapV2Library: INSUFFICIENT_LIQUIDITY"));
        assert_eq!(code(amount_out(U256::MAX, 1, 1, FEE)), Err("ds-math-mul-overflow"));
        assert_eq!(
            code(amount_in(U256::ZERO, 1, 1, FEE)),
            Err("UniswapV2Library: INSUFFICIENT_OUTPUT_AMOUNT")
        );
        assert_eq!(code(amount_in(U256::from(USDC), WETH, USDC, FEE)), Err("invalid opcode"));
        assert_eq!(code(amount_in(U256::from(USDC) + one, WETH, USDC, FEE)), Err("ds-math-sub-underflow"));
        assert_eq!(code(quote(U256::ZERO, 1, 1)), Err("UniswapV2Library: INSUFFICIENT_AMOUNT"));
    }
}
