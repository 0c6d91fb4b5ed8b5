//! What the spells compute: how much to swap before adding to a pair, and after removing from it.
//!
//! Source: `UniswapV2SpellV1`, `SushiswapSpellV1`.

use levmine_math::U256;

use crate::error::Result;
use crate::math::{add, div, mul, sqrt, sub};

/// How much to sell before `amounts` of both coins are added to a pair with these reserves, and whether it is the second
/// coin that is sold. **Rounds down**: a few base units of the coin in surplus remain.
///
/// With the first coin in surplus (`A·R_B ≥ B·R_A`): `c = (A·R_B − B·R_A)·1000 ÷ (B + R_B)·R_A` and
/// `(√((1997·R_A)² + 4·997·c) − 1997·R_A) ÷ (2·997)`.
///
/// Source: `optimalDeposit`.
///
/// # Errors
///
/// Failing arithmetic, in the contract's order.
pub fn optimal_deposit(amounts: [U256; 2], reserves: [U256; 2]) -> Result<(U256, bool)> {
    let ([a, b], [reserve_a, reserve_b]) = (amounts, reserves);
    if mul(a, reserve_b)? >= mul(b, reserve_a)? {
        Ok((surplus(a, b, reserve_a, reserve_b)?, false))
    } else {
        Ok((surplus(b, a, reserve_b, reserve_a)?, true))
    }
}

/// Source: `_optimalDepositA`.
fn surplus(a: U256, b: U256, reserve_a: U256, reserve_b: U256) -> Result<U256> {
    let kept = U256::from(997);
    let linear = mul(U256::from(1_997), reserve_a)?;
    let excess = sub(mul(a, reserve_b)?, mul(b, reserve_a)?)?;
    let c = mul(div(mul(excess, U256::from(1_000))?, add(b, reserve_b)?)?, reserve_a)?;
    let d = mul(mul(kept, c)?, U256::from(4))?;
    let root = sqrt(add(mul(linear, linear)?, d)?);
    div(sub(root, linear)?, mul(kept, U256::from(2))?)
}

/// A swap after removing liquidity: exactly what is missing, for at most what the other side has too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortfall {
    /// Whether the second coin is bought.
    pub buys_second: bool,
    /// What is missing, base units.
    pub missing: U256,
    /// The most that may be sold, base units of the other coin.
    pub spare: U256,
}

/// The swap that is needed when `removed` came out of the pair, `repay` is to be repaid and at least `min` is to be
/// left; none unless one side is short and the other has more than it needs.
///
/// Source: `removeLiquidityInternal`.
///
/// # Errors
///
/// Failing arithmetic.
pub fn shortfall(removed: [U256; 2], repay: [U256; 2], min: [U256; 2]) -> Result<Option<Shortfall>> {
    let ([a, b], [repay_a, repay_b], [min_a, min_b]) = (removed, repay, min);
    let (desired_a, desired_b) = (add(repay_a, min_a)?, add(repay_b, min_b)?);
    if a < desired_a && b > desired_b {
        let (missing, spare) = (sub(desired_a, a)?, sub(b, desired_b)?);
        return Ok(Some(Shortfall { buys_second: false, missing, spare }));
    }
    if a > desired_a && b < desired_b {
        let (missing, spare) = (sub(desired_b, b)?, sub(a, desired_a)?);
        return Ok(Some(Shortfall { buys_second: true, missing, spare }));
    }
    Ok(None)
}
