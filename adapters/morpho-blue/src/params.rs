//! What stays as it is all a market's life.

use levmine_market::Asset;
use levmine_math::U256;

use crate::error::Result;
use crate::wad::{WAD, WAD_U64, w_div_down, w_mul_down};

/// The largest fee, a quarter of the interest.
///
/// Source: `ConstantsLib.MAX_FEE`.
pub(crate) const MAX_FEE: u64 = WAD_U64 / 4;

/// How much of `1 − lltv` a liquidator's incentive is, roughly: 0.3.
const LIQUIDATION_CURSOR: U256 = U256::from_limbs([300_000_000_000_000_000, 0, 0, 0]);
/// The largest incentive factor: 1.15.
const MAX_INCENTIVE: U256 = U256::from_limbs([1_150_000_000_000_000_000, 0, 0, 0]);

/// The interest model of a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Irm {
    /// The zero address: no interest.
    Zero,
    /// `AdaptiveCurveIrm`.
    AdaptiveCurve,
}

impl Irm {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AdaptiveCurve, Self::Zero];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AdaptiveCurve => "adaptive-curve",
            Self::Zero => "none",
        }
    }
}

/// The parameters that make up a market's identity, but for the oracle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    loan: Asset,
    collateral: Asset,
    irm: Irm,
    lltv: u64,
    incentive: U256,
}

impl Params {
    /// The parameters of a market; `lltv` in wad, below one.
    ///
    /// # Errors
    ///
    /// [`crate::MorphoError::MaxLltvExceeded`].
    pub fn new(loan: Asset, collateral: Asset, irm: Irm, lltv: u64) -> Result<Self> {
        if lltv >= WAD_U64 {
            return Err(crate::MorphoError::MaxLltvExceeded { lltv: U256::from(lltv) });
        }
        Ok(Self { loan, collateral, irm, lltv, incentive: incentive(lltv)? })
    }

    /// What is lent.
    #[must_use]
    pub const fn loan(&self) -> Asset {
        self.loan
    }

    /// What secures the debt.
    #[must_use]
    pub const fn collateral(&self) -> Asset {
        self.collateral
    }

    /// The interest model.
    #[must_use]
    pub const fn irm(&self) -> Irm {
        self.irm
    }

    /// The share of the collateral's value above which debt is liquidated, and up to which one may borrow; wad.
    #[must_use]
    pub const fn lltv(&self) -> u64 {
        self.lltv
    }

    /// What a liquidator gets for one of debt, in collateral's value; wad.
    #[must_use]
    pub const fn incentive(&self) -> U256 {
        self.incentive
    }
}

/// The liquidation incentive factor in wad: `min(1.15, 1 ÷ (1 − 0.3 · (1 − lltv)))`, rounded down at each step.
///
/// Source: `Morpho.liquidate`.
fn incentive(lltv: u64) -> Result<U256> {
    let gap = U256::from(WAD_U64.saturating_sub(lltv));
    let discounted = levmine_math::sub(WAD, w_mul_down(LIQUIDATION_CURSOR, gap)?)?;
    Ok(w_div_down(WAD, discounted)?.min(MAX_INCENTIVE))
}
