use std::fmt;

use levmine_market::Mark;
use rust_decimal::Decimal;

use crate::fraction::{factor_of, percent, ratio};
use crate::portfolio::quotient;
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

    /// The value now; `None` where there is none. Debt without collateral, and anything held without equity, is beyond
    /// every loan-to-value and every leverage.
    #[must_use]
    pub fn read(self, world: &World, watch: &Watch) -> Option<Decimal> {
        match self {
            Self::HealthFactor => factor_of(world.lowest_health_factor()),
            Self::Ltv => world
                .healths()
                .iter()
                .filter(|(_, health)| !health.debt.is_zero())
                .map(|(_, health)| match health.collateral.is_zero() {
                    true => Decimal::MAX,
                    false => ratio(health.debt, health.collateral),
                })
                .max(),
            Self::Leverage => match world.portfolio.assets() {
                0 => None,
                assets => Some(quotient(assets, world.portfolio.equity()).unwrap_or(Decimal::MAX)),
            },
            Self::Drawdown => quotient(watch.peak.0.saturating_sub(world.portfolio.equity()), watch.peak.0),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
