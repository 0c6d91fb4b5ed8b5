//! What governance sets: the reserve's configuration and its rate curve.

use levmine_math::U256;

use crate::math::{PERCENTAGE_FACTOR, RAY};

/// A reserve's configuration. Shares are in basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Params {
    /// The token's decimals.
    pub decimals: u8,
    /// The share of the collateral's value that may be borrowed.
    pub ltv: u16,
    /// The share of the collateral's value above which debt is liquidated.
    pub liquidation_threshold: u16,
    /// What a liquidator receives per unit repaid, with the 100 %: 10,500 is a bonus of 5 %.
    pub liquidation_bonus: u16,
    /// The treasury's part of the interest.
    pub reserve_factor: u16,
    /// The reserve works at all.
    pub active: bool,
    /// Nothing may be supplied or borrowed.
    pub frozen: bool,
    /// The asset may be borrowed.
    pub borrowing: bool,
    /// The asset may be borrowed at a stable rate.
    pub stable_borrowing: bool,
}

/// The rate curve, in ray.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Curve {
    /// The utilization at which the second slopes begin.
    pub optimal: u128,
    /// The variable rate at no utilization.
    pub base: u128,
    /// What is added to the variable rate up to the optimal utilization.
    pub slope1: u128,
    /// What is added to the variable rate from there to full utilization.
    pub slope2: u128,
    /// What is added to the stable rate up to the optimal utilization.
    pub stable_slope1: u128,
    /// What is added to the stable rate from there to full utilization.
    pub stable_slope2: u128,
    /// The stable rate at no utilization: what the lending-rate oracle says that other markets ask.
    pub market_rate: u128,
}

impl Curve {
    /// The share above the optimal utilization.
    #[must_use]
    pub fn excess(&self) -> U256 {
        RAY.saturating_sub(U256::from(self.optimal))
    }

    /// The variable rate at full utilization.
    ///
    /// Source: `DefaultReserveInterestRateStrategy.getMaxVariableBorrowRate`.
    #[must_use]
    pub fn highest(&self) -> U256 {
        // Three times 128 bits fit.
        U256::from(self.base).wrapping_add(U256::from(self.slope1)).wrapping_add(U256::from(self.slope2))
    }
}

/// The bit of reserve `id`.
#[must_use]
pub(crate) const fn bit(id: usize) -> u128 {
    if id < 128 { 1 << id } else { 0 }
}

impl Params {
    /// The configuration as the contract stores it.
    ///
    /// Source: `ReserveConfiguration`.
    #[must_use]
    pub fn bitmap(&self) -> U256 {
        let fields: [(usize, u64); 9] = [
            (0, self.ltv.into()),
            (16, self.liquidation_threshold.into()),
            (32, self.liquidation_bonus.into()),
            (48, self.decimals.into()),
            (56, self.active.into()),
            (57, self.frozen.into()),
            (58, self.borrowing.into()),
            (59, self.stable_borrowing.into()),
            (64, self.reserve_factor.into()),
        ];
        fields.iter().fold(U256::ZERO, |bits, (at, field)| bits | (U256::from(*field) << *at))
    }

    /// The configuration in a bitmap.
    #[must_use]
    pub fn from_bitmap(bits: U256) -> Self {
        // Every field is read with the mask of its own width, so the narrowing loses nothing.
        let field = |at: usize, mask: u64| (bits >> at).as_limbs()[0] & mask;
        let short = |at| field(at, 0xffff) as u16;
        let flag = |at| field(at, 1) != 0;
        Self {
            ltv: short(0),
            liquidation_threshold: short(16),
            liquidation_bonus: short(32),
            decimals: field(48, 0xff) as u8,
            active: flag(56),
            frozen: flag(57),
            borrowing: flag(58),
            stable_borrowing: flag(59),
            reserve_factor: short(64),
        }
    }

    /// One whole token in base units.
    #[must_use]
    pub fn unit(&self) -> U256 {
        levmine_math::pow10(self.decimals.into()).unwrap_or(U256::MAX)
    }

    /// The bonus without the 100 %, in basis points.
    #[must_use]
    pub fn bonus_only(&self) -> u16 {
        self.liquidation_bonus.saturating_sub(PERCENTAGE_FACTOR)
    }
}
