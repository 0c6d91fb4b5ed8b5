//! The numbers that triggers look at.

use std::cmp::Ordering;
use std::fmt;

use levmine_config::Seconds;
use levmine_market::{Asset, Mark};
use levmine_math::{Rounding, U256, Wad, mul_div, units_to_decimal};
use rust_decimal::Decimal;

use crate::World;
use crate::fraction::{factor_of, ratio};
use crate::policy::Watch;
use crate::policy::units::write_duration;
use crate::portfolio::{LineKind, quotient};

/// A number that a trigger looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The lowest health factor among the lending markets.
    HealthFactor,
    /// The highest loan-to-value among the lending markets, a fraction.
    Ltv,
    /// All debts over everything held, a fraction.
    DebtRatio,
    /// Everything held over equity.
    Leverage,
    /// The market's price of a whole token, in US dollars.
    Price(Asset),
    /// The market's price of a whole token, in whole tokens of another.
    PriceRatio(Asset, Asset),
    /// The loss of equity since its peak, a fraction.
    Drawdown,
    /// The change of equity since the beginning, a fraction of what it was then; below zero for a loss.
    Profit,
    /// The growth of equity over so long, as if it went on for a year, a fraction. None before so much time has passed.
    NetApy(Seconds),
    /// The highest rate that is paid on a debt (of this asset, or of any), simple, per year, a fraction.
    BorrowRate(Option<Asset>),
    /// The price of a unit of gas, in gwei.
    Gas,
    /// The time since the opening, in seconds.
    Age,
}

/// How a metric's values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A bare number.
    Number,
    /// A percentage of what the value is a fraction of.
    Percentage,
    /// Billionths of an ether.
    Gwei,
    /// A length of time.
    Duration,
}

/// The highest equity so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Peak(pub Mark);

impl Metric {
    /// The names in files, in the order in which they are told.
    pub const NAMES: [&'static str; 11] = [
        "health_factor",
        "ltv",
        "debt_ratio",
        "leverage",
        "price",
        "drawdown",
        "profit",
        "net_apy",
        "borrow_rate",
        "gas",
        "age",
    ];

    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HealthFactor => "health_factor",
            Self::Ltv => "ltv",
            Self::DebtRatio => "debt_ratio",
            Self::Leverage => "leverage",
            Self::Price(_) | Self::PriceRatio(..) => "price",
            Self::Drawdown => "drawdown",
            Self::Profit => "profit",
            Self::NetApy(_) => "net_apy",
            Self::BorrowRate(_) => "borrow_rate",
            Self::Gas => "gas",
            Self::Age => "age",
        }
    }

    /// How its values are written.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::HealthFactor | Self::Leverage | Self::Price(_) | Self::PriceRatio(..) => Unit::Number,
            Self::Ltv
            | Self::DebtRatio
            | Self::Drawdown
            | Self::Profit
            | Self::NetApy(_)
            | Self::BorrowRate(_) => Unit::Percentage,
            Self::Gas => Unit::Gwei,
            Self::Age => Unit::Duration,
        }
    }

    /// Whether its values may be below zero.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Profit | Self::NetApy(_))
    }

    /// The assets whose market prices it reads.
    pub fn prices(self) -> impl Iterator<Item = Asset> {
        let (one, other) = match self {
            Self::Price(asset) => (Some(asset), None),
            Self::PriceRatio(asset, per) => (Some(asset), Some(per)),
            _ => (None, None),
        };
        one.into_iter().chain(other)
    }

    /// A value as it is written in files.
    #[must_use]
    pub fn write(self, value: Decimal) -> String {
        match self.unit() {
            Unit::Number => value.normalize().to_string(),
            Unit::Percentage => match value.checked_mul(Decimal::ONE_HUNDRED) {
                Some(percent) => format!("{}%", percent.normalize()),
                None => "more than can be written".into(),
            },
            Unit::Gwei => format!("{} gwei", value.normalize()),
            Unit::Duration => write_duration(u64::try_from(value).unwrap_or(u64::MAX)),
        }
    }

    /// How the value now compares with `value`; `None` where there is none.
    pub(crate) fn compare(self, value: Decimal, world: &World, watch: &Watch<'_>) -> Option<Ordering> {
        match self {
            Self::NetApy(window) => {
                watch.past.compare_apy(window, world.now.time, world.portfolio.equity(), value)
            }
            _ => self.read(world, watch).map(|read| read.cmp(&value)),
        }
    }

    /// The value now; `None` where there is none. Debt without collateral, and anything held or owed without equity, is
    /// beyond every ratio.
    #[must_use]
    pub fn read(self, world: &World, watch: &Watch<'_>) -> Option<Decimal> {
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
            Self::DebtRatio => match (world.portfolio.debts(), world.portfolio.assets()) {
                (0, 0) => None,
                (debts, assets) => Some(quotient(debts, assets).unwrap_or(Decimal::MAX)),
            },
            Self::Leverage => match world.portfolio.assets() {
                0 => None,
                assets => Some(quotient(assets, world.portfolio.equity()).unwrap_or(Decimal::MAX)),
            },
            Self::Price(asset) => decimal(world.market.find(asset)?.0.raw(), 18),
            Self::PriceRatio(asset, per) => {
                let (price, per) = (world.market.find(asset)?.0.raw(), world.market.find(per)?.0.raw());
                decimal(mul_div(price, Wad::ONE.raw(), per, Rounding::Down).ok()?, 18)
            }
            Self::Drawdown => quotient(watch.peak.0.saturating_sub(world.portfolio.equity()), watch.peak.0),
            Self::Profit => {
                let start = world.portfolio.start;
                quotient(world.portfolio.equity().saturating_sub(start), start)
            }
            Self::NetApy(window) => watch.past.apy(window, world.now.time, world.portfolio.equity()),
            Self::BorrowRate(of) => borrow_rate(world, of),
            Self::Gas => decimal(world.gas_price, 9),
            Self::Age => Some(Decimal::from(world.now.time.since(watch.opened))),
        }
    }
}

/// What the dearest debt costs, of `of` or of any asset. A market that cannot say is passed over.
fn borrow_rate(world: &World, of: Option<Asset>) -> Option<Decimal> {
    let mut dearest: Option<U256> = None;
    for line in &world.portfolio.lines {
        let LineKind::Owed(at) = line.kind else { continue };
        let asset = line.amount.asset;
        if line.amount.is_zero() || of.is_some_and(|of| of != asset) {
            continue;
        }
        let rates = world.lending(at).ok().and_then(|market| market.rates(asset, world.now).ok());
        dearest = dearest.max(rates.map(|rates| rates.borrow.raw()));
    }
    decimal(dearest?, 27)
}

fn decimal(raw: U256, decimals: u8) -> Option<Decimal> {
    Some(units_to_decimal(raw, decimals).unwrap_or(Decimal::MAX))
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::Price(asset) | Self::BorrowRate(Some(asset)) => write!(f, " {asset}"),
            Self::PriceRatio(asset, per) => write!(f, " {asset}/{per}"),
            Self::NetApy(window) => write!(f, " {}", write_duration(*window)),
            _ => Ok(()),
        }
    }
}
