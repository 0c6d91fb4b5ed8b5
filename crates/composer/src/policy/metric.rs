use std::fmt;

use levmine_market::Mark;
use rust_decimal::Decimal;

use crate::execute::{factor_of, percent, ratio};
use crate::{World, policy::Watch};

/// A number that a trigger looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The lowest health factor among the lending markets.
    HealthFactor,
    /// The highest loan-to-value among the lending markets, a fraction.
    Ltv,
    /// All assets over equity.
    Leverage,
    /// The loss of equity since its peak, a fraction.
    Drawdown,
}

/// The highest equity so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak(pub Mark);

impl Metric {
    /// All metrics, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::HealthFactor, Self::Ltv, Self::Leverage, Self::Drawdown];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HealthFactor => "health_factor",
            Self::Ltv => "ltv",
            Self::Leverage => "leverage",
            Self::Drawdown => "drawdown",
        }
    }

    /// Whether it is written as a percentage.
    #[must_use]
    pub const fn is_percentage(self) -> bool {
        matches!(self, Self::Ltv | Self::Drawdown)
    }

    /// A value as it is written in files.
    #[must_use]
    pub fn write(self, value: Decimal) -> String {
        if self.is_percentage() { percent(value) } else { value.normalize().to_string() }
    }

    /// The value now; `None` where there is none (no debt, no equity).
    #[must_use]
    pub fn read(self, world: &World, watch: &Watch) -> Option<Decimal> {
        match self {
            Self::HealthFactor => factor_of(world.lowest_health_factor()),
            Self::Ltv => world
                .healths()
                .iter()
                .filter(|(_, health)| !health.debt.is_zero())
                .map(|(_, health)| ratio(health.debt, health.collateral))
                .max(),
            Self::Leverage => quotient(world.portfolio.assets(), world.portfolio.equity()),
            Self::Drawdown => quotient(watch.peak.0.saturating_sub(world.portfolio.equity()), watch.peak.0),
        }
    }
}

fn quotient(a: Mark, b: Mark) -> Option<Decimal> {
    if b <= 0 {
        return None;
    }
    // Six places of two marks: both are shortened alike until the product fits.
    let shift = (128_u32.saturating_sub(a.unsigned_abs().leading_zeros())).saturating_sub(100);
    let (a, b) = (a >> shift, (b >> shift).max(1));
    Decimal::try_from_i128_with_scale(a.checked_mul(1_000_000)? / b, 6).ok()
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
