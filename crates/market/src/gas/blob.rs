//! EIP-4844: what data in blobs costs.

use levmine_math::{MathError, U256, add, mul};

/// Units of blob gas in one blob.
pub const BLOB_GAS: u64 = 131_072;
/// EIP-7918: units of execution gas whose price a blob's does not fall below.
const BLOB_BASE_COST: u64 = 8_192;

/// A fork's rules for the blob fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlobRules {
    /// Blobs that a block has on average.
    pub target: u64,
    /// Blobs that a block has at most.
    pub max: u64,
    /// How slowly the fee follows the excess: it grows by the factor e when the excess grows by so much.
    pub update_fraction: u64,
    /// Whether the excess stops falling while a blob is cheaper than the execution gas that goes with it (EIP-7918).
    pub has_reserve_price: bool,
}

impl BlobRules {
    /// Cancun, March 2024.
    pub const CANCUN: Self = Self { target: 3, max: 6, update_fraction: 3_338_477, has_reserve_price: false };
    /// Prague, May 2025.
    pub const PRAGUE: Self = Self { target: 6, max: 9, update_fraction: 5_007_716, has_reserve_price: false };
    /// Osaka, December 2025.
    pub const OSAKA: Self = Self { has_reserve_price: true, ..Self::PRAGUE };

    /// Returns the price of a unit of blob gas in wei, at least one.
    ///
    /// Source: EIP-4844, `get_base_fee_per_blob_gas`.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] where the exact value, or a step on the way, does not fit 256 bits.
    pub fn base_fee(self, excess: u64) -> Result<U256, MathError> {
        fake_exponential(U256::ONE, U256::from(excess), U256::from(self.update_fraction))
    }

    /// Returns the excess of the next block, in units of blob gas: `excess + used − target`, at least zero. `base_fee` is
    /// the block's own execution base fee in wei, of which only [`BlobRules::OSAKA`] takes note.
    ///
    /// Source: go-ethereum, `eip4844.CalcExcessBlobGas`; EIP-7918.
    ///
    /// # Errors
    ///
    /// [`MathError::Overflow`] as [`BlobRules::base_fee`].
    pub fn next_excess(self, excess: u64, used: u64, base_fee: U256) -> Result<u64, MathError> {
        let target = self.target.saturating_mul(BLOB_GAS);
        let sum = excess.saturating_add(used);
        if sum < target {
            return Ok(0);
        }
        if self.has_reserve_price {
            let reserve = mul(base_fee, U256::from(BLOB_BASE_COST))?;
            // A price beyond 256 bits is above every reserve.
            let price = self.base_fee(excess).and_then(|fee| mul(fee, U256::from(BLOB_GAS)));
            if price.is_ok_and(|price| reserve > price) {
                let beyond = u128::from(self.max.saturating_sub(self.target));
                let scaled = u128::from(used).saturating_mul(beyond) / u128::from(self.max.max(1));
                return Ok(excess.saturating_add(u64::try_from(scaled).unwrap_or(u64::MAX)));
            }
        }
        Ok(sum - target)
    }
}

/// Returns about `factor × e^(numerator ÷ denominator)`: the integer Taylor series of EIP-4844, rounded down at each step.
///
/// # Errors
///
/// [`MathError::DivisionByZero`] for a denominator of zero, [`MathError::Overflow`] where a step does not fit 256 bits.
pub fn fake_exponential(factor: U256, numerator: U256, denominator: U256) -> Result<U256, MathError> {
    if denominator.is_zero() {
        return Err(MathError::DivisionByZero { a: numerator });
    }
    let (mut sum, mut term) = (U256::ZERO, mul(factor, denominator)?);
    let mut i = U256::ONE;
    // Terms grow while i < numerator ÷ denominator and then vanish; those that would grow for long overflow first.
    while !term.is_zero() {
        sum = add(sum, term)?;
        term = mul(term, numerator)? / mul(denominator, i)?;
        i += U256::ONE;
    }
    Ok(sum / denominator)
}
