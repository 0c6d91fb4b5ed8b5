//! EIP-1559: a base fee that follows how full blocks are.

use levmine_math::{MathError, Rounding, U256, add, mul, mul_div};

/// How a chain's base fee moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeMarket {
    /// The base fee moves by at most one part in this many from block to block.
    pub denominator: u64,
    /// The limit of a block is so many times its target.
    pub elasticity: u64,
}

impl FeeMarket {
    /// Ethereum: an eighth, and blocks of twice the target.
    pub const ETHEREUM: Self = Self { denominator: 8, elasticity: 2 };
    /// OP Mainnet since Canyon (January 2024).
    pub const OPTIMISM: Self = Self { denominator: 250, elasticity: 6 };
    /// Polygon since Delhi (January 2023).
    pub const POLYGON: Self = Self { denominator: 16, elasticity: 2 };

    /// Returns the base fee of the next block, in wei per unit of gas; `used` and `target` in units of gas.
    ///
    /// `base ± base × |used − target| ÷ target ÷ denominator`, each division truncated; at least one wei more where more
    /// than the target was used. A target or denominator of zero is taken as one.
    ///
    /// Source: EIP-1559; go-ethereum, `eip1559.CalcBaseFee`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] above 2^256 − 1.
    pub fn next_base_fee(self, base: U256, used: u64, target: u64) -> Result<U256, MathError> {
        let part = |over: u64| -> Result<U256, MathError> {
            let per_target = mul_div(base, U256::from(over), U256::from(target.max(1)), Rounding::Down)?;
            Ok(per_target / U256::from(self.denominator.max(1)))
        };
        match used.cmp(&target) {
            std::cmp::Ordering::Equal => Ok(base),
            std::cmp::Ordering::Greater => add(base, part(used - target)?.max(U256::ONE)),
            std::cmp::Ordering::Less => Ok(base.saturating_sub(part(target - used)?)),
        }
    }
}

/// Returns what a unit of gas is paid with, in wei: the base fee and the tip, as far as `max_fee` leaves room for it.
/// `None` where `max_fee` is below the base fee: the transaction is not taken.
#[must_use]
pub fn price_paid(base: U256, tip: U256, max_fee: U256) -> Option<U256> {
    let room = max_fee.checked_sub(base)?;
    base.checked_add(tip.min(room))
}

/// Returns the fee of `gas` units, in wei: `gas × (base + min(tip, max_fee − base))`. `None` where the transaction is not
/// taken ([`price_paid`]).
///
/// # Errors
///
/// [`MathError::Overflow`] above 2^256 − 1.
pub fn fee_paid(gas: u64, base: U256, tip: U256, max_fee: U256) -> Result<Option<U256>, MathError> {
    price_paid(base, tip, max_fee).map(|price| mul(price, U256::from(gas))).transpose()
}
