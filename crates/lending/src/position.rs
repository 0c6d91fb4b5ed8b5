use std::cmp::Ordering;
use std::fmt;

use levmine_market::{Asset, TokenAmount};
use levmine_math::{Bps, Ray, U256, Wad};
use smallvec::SmallVec;

/// What an account has and owes, with interest to the moment asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// What it supplied, in the market's order of assets.
    pub supplied: SmallVec<[Supplied; 2]>,
    /// What it owes, in the market's order of assets.
    pub debts: SmallVec<[TokenAmount; 2]>,
}

/// One supplied asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Supplied {
    /// What could be withdrawn if nothing else limited it.
    pub amount: TokenAmount,
    /// Whether it counts as collateral.
    pub collateral: bool,
}

/// How far a position is from liquidation. Values in the numeraire with 18 decimals, from the prices given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The value of all collateral.
    pub collateral: Wad,
    /// The value of all debt.
    pub debt: Wad,
    /// The largest debt that may be opened against the collateral.
    pub borrow_limit: Wad,
    /// The debt above which liquidation begins.
    pub liquidation_limit: Wad,
    /// The health factor as the protocol rounds it.
    pub factor: HealthFactor,
    /// Whether it can be liquidated now by the market's own rule.
    pub liquidatable: bool,
}

/// The liquidation limit over the debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthFactor {
    /// Nothing is owed: safer than any number.
    NoDebt,
    /// The factor, 18 decimals; whether exactly one is safe stands in the capabilities.
    Of(Wad),
}

impl PartialOrd for HealthFactor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for HealthFactor {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::NoDebt, Self::NoDebt) => Ordering::Equal,
            (Self::NoDebt, Self::Of(_)) => Ordering::Greater,
            (Self::Of(_), Self::NoDebt) => Ordering::Less,
            (Self::Of(a), Self::Of(b)) => a.cmp(b),
        }
    }
}

impl fmt::Display for HealthFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDebt => f.write_str("no debt"),
            Self::Of(factor) => write!(f, "{factor}"),
        }
    }
}

/// What may be done with an asset in a market, for an account in its default mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listing {
    /// The asset.
    pub asset: Asset,
    /// Can be supplied now.
    pub suppliable: bool,
    /// Counts as collateral: the share of its value up to which one may borrow.
    pub max_ltv: Option<Bps>,
    /// Counts as collateral: the share of its value above which debt is liquidated.
    pub liquidation_threshold: Option<Bps>,
    /// What a liquidator gets on top of the debt's worth of it.
    pub liquidation_bonus: Option<Bps>,
    /// Can be borrowed now.
    pub borrowable: bool,
}

/// What an asset earns and costs now. Rates are simple, per year, in ray.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// The supply rate.
    pub supply: Ray,
    /// The borrow rate.
    pub borrow: Ray,
    /// The utilization by the protocol's own formula.
    pub utilization: Ray,
    /// Base units that can be taken out now.
    pub available: U256,
    /// Base units owed by all borrowers.
    pub borrowed: U256,
}
