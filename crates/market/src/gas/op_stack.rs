//! The OP Stack: the data fee of a rollup that publishes its transactions in Ethereum's blobs.
//!
//! Sources: the fork's chapters "L1-Cost fees" and "Operator fee" of the OP Stack specification; op-geth,
//! `core/types/rollup_cost.go`.

use levmine_math::{MathError, Rounding, U256, add, mul, mul_div};

use super::Calldata;

/// Which formula holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpStackFork {
    /// March 2024: the data fee counts bytes by their price as calldata.
    Ecotone,
    /// July 2024: it counts what they compress to.
    Fjord,
    /// May 2025: and an operator fee, by a millionth.
    Isthmus,
    /// December 2025: the operator fee by hundreds.
    Jovian,
}

impl OpStackFork {
    /// All, with their names in files.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Ecotone, "ecotone"),
        (Self::Fjord, "fjord"),
        (Self::Isthmus, "isthmus"),
        (Self::Jovian, "jovian"),
    ];

    /// The fork of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(fork, _)| fork)
    }
}

/// What a chain's operator sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpStackScalars {
    /// Millionths of Ethereum's base fee, for 16 units of gas a byte.
    pub base_fee: u32,
    /// Millionths of the blob base fee.
    pub blob_base_fee: u32,
    /// The operator fee of a unit of gas.
    pub operator: u32,
    /// The operator fee of a transaction, in wei.
    pub operator_constant: u64,
}

/// `16 × base fee scalar × L1 base fee + blob scalar × blob base fee`: wei per byte, times 10^6.
fn scaled_price(scalars: &OpStackScalars, l1_base_fee: U256, blob_base_fee: U256) -> Result<U256, MathError> {
    let base = mul(l1_base_fee, U256::from(u64::from(scalars.base_fee).saturating_mul(16)))?;
    add(base, mul(blob_base_fee, U256::from(scalars.blob_base_fee))?)
}

/// Returns the data fee since Ecotone in wei, rounded down:
/// `(4 × zero bytes + 16 × other bytes) × scaled price ÷ (16 × 10^6)`. The bytes are those of the signed transaction.
///
/// # Errors
///
/// [`MathError::Overflow`] above 2^256 − 1.
pub fn ecotone_fee(
    data: Calldata,
    scalars: &OpStackScalars,
    l1_base_fee: U256,
    blob_base_fee: U256,
) -> Result<U256, MathError> {
    let price = scaled_price(scalars, l1_base_fee, blob_base_fee)?;
    mul_div(U256::from(data.gas()), price, U256::from(16_000_000_u64), Rounding::Down)
}

/// Returns what a transaction is taken to compress to in a batch, in millionths of a byte, from its size by FastLZ
/// ([`super::fast_lz_size`]): `max(100 × 10^6, 836,500 × size − 42,585,600)`.
#[must_use]
pub fn estimated_size(fast_lz: u64) -> U256 {
    let scaled = U256::from(fast_lz) * U256::from(836_500_u64);
    scaled.saturating_sub(U256::from(42_585_600_u64)).max(U256::from(100_000_000_u64))
}

/// Returns the data fee since Fjord in wei, rounded down: `estimated size × scaled price ÷ 10^12`.
///
/// # Errors
///
/// [`MathError::Overflow`] above 2^256 − 1.
pub fn fjord_fee(
    fast_lz: u64,
    scalars: &OpStackScalars,
    l1_base_fee: U256,
    blob_base_fee: U256,
) -> Result<U256, MathError> {
    let price = scaled_price(scalars, l1_base_fee, blob_base_fee)?;
    mul_div(estimated_size(fast_lz), price, U256::from(1_000_000_000_000_u64), Rounding::Down)
}

/// Returns the operator fee since Isthmus in wei, rounded down: `gas × scalar ÷ 10^6 + constant`.
#[must_use]
pub fn operator_fee(gas: u64, scalars: &OpStackScalars) -> U256 {
    let product = u128::from(gas) * u128::from(scalars.operator);
    U256::from(product / 1_000_000) + U256::from(scalars.operator_constant)
}

/// Returns the operator fee since Jovian in wei: `gas × scalar × 100 + constant`.
#[must_use]
pub fn operator_fee_jovian(gas: u64, scalars: &OpStackScalars) -> U256 {
    let product = U256::from(gas) * U256::from(u64::from(scalars.operator) * 100);
    product + U256::from(scalars.operator_constant)
}
