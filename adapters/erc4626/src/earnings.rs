//! What the assets earn.

use levmine_math::{MathError, Rounding, U256, Wad, mul, mul_div};

/// A year of 365 days.
const YEAR: u64 = 31_536_000;

/// An annual rate at which somebody transfers assets to the vault, simple between two transfers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yield {
    annual: Wad,
}

impl Yield {
    /// Nothing is earned.
    pub const NONE: Self = Self { annual: Wad::ZERO };

    /// So much a year, as a fraction of what the vault holds: 0.05 for 5 %.
    #[must_use]
    pub const fn new(annual: Wad) -> Self {
        Self { annual }
    }

    /// The fraction a year.
    #[must_use]
    pub const fn annual(self) -> Wad {
        self.annual
    }

    /// What `assets` earn in `seconds`: ⌊assets · (rate · seconds) ÷ (31,536,000 · 10^18)⌋ base units, the rate in 10^-18.
    /// Rounded down, at the cost of those who hold shares; what is cut off is not kept for the next time.
    ///
    /// # Errors
    ///
    /// [`MathError`] where it does not fit 256 bits.
    pub fn of(self, assets: U256, seconds: u64) -> Result<U256, MathError> {
        if self == Self::NONE || seconds == 0 {
            return Ok(U256::ZERO);
        }
        let part = mul(self.annual.raw(), U256::from(seconds))?;
        mul_div(assets, part, mul(U256::from(YEAR), Wad::ONE.raw())?, Rounding::Down)
    }
}
