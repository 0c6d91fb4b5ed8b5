//! The state written out, in the words of the contracts; the decoder reads it back as a venue's `state`.

use levmine_market::{Account, Dump};

use crate::market::AaveV2Market;
use crate::stable::StableDebt;
use crate::state::{Holding, Pool, RateMode, Reserve, User};

/// Writes the whole state: reserves, accounts by name, credit delegated.
pub(crate) fn dump(market: &AaveV2Market) -> Dump {
    let pool = &market.pool;
    let mut entries = vec![("paused", Dump::Boolean(pool.paused))];
    let reserves = pool.reserves.iter().map(|r| (r.asset.symbol(), reserve(r)));
    entries.push(("reserves", Dump::table(reserves)));
    let users = pool.users.iter().map(|(account, u)| (name(market, *account), user(pool, u)));
    entries.push(("users", Dump::table(users)));
    let allowances = pool.allowances.iter().map(|((owner, delegatee, id, mode), amount)| {
        Dump::table([
            ("owner", Dump::text(name(market, *owner))),
            ("delegatee", Dump::text(name(market, *delegatee))),
            ("asset", Dump::text(symbol(pool, usize::from(*id)))),
            ("rateMode", Dump::text(mode.name())),
            ("amount", Dump::text(amount)),
        ])
    });
    entries.push(("allowances", Dump::List(allowances.collect())));
    Dump::table(entries)
}

impl RateMode {
    /// The name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Variable => "variable",
        }
    }
}

/// The name that the account had in the file, else its number.
fn name(market: &AaveV2Market, account: Account) -> String {
    market.names.get(&account).cloned().unwrap_or_else(|| account.to_string())
}

fn symbol(pool: &Pool, id: usize) -> String {
    pool.reserves.get(id).map(|reserve| reserve.asset.symbol().to_string()).unwrap_or_default()
}

fn reserve(reserve: &Reserve) -> Dump {
    let curve = &reserve.curve;
    Dump::table([
        ("configuration", Dump::text(reserve.params.bitmap())),
        ("liquidityIndex", Dump::text(reserve.liquidity_index)),
        ("variableBorrowIndex", Dump::text(reserve.borrow_index)),
        ("currentLiquidityRate", Dump::text(reserve.liquidity_rate)),
        ("currentVariableBorrowRate", Dump::text(reserve.borrow_rate)),
        ("currentStableBorrowRate", Dump::text(reserve.stable_rate)),
        ("lastUpdateTimestamp", Dump::text(reserve.last_update)),
        ("aTokenScaledTotalSupply", Dump::text(reserve.scaled_supply)),
        ("vTokenScaledTotalSupply", Dump::text(reserve.scaled_debt)),
        ("stableDebtPrincipal", Dump::text(reserve.stable.principal)),
        ("averageStableRate", Dump::text(reserve.stable.average_rate)),
        ("stableDebtLastUpdated", Dump::text(reserve.stable.updated)),
        ("treasuryScaled", Dump::text(reserve.treasury_scaled)),
        ("underlyingHeld", Dump::text(reserve.held)),
        ("optimalUtilizationRate", Dump::text(curve.optimal)),
        ("baseVariableBorrowRate", Dump::text(curve.base)),
        ("variableRateSlope1", Dump::text(curve.slope1)),
        ("variableRateSlope2", Dump::text(curve.slope2)),
        ("stableRateSlope1", Dump::text(curve.stable_slope1)),
        ("stableRateSlope2", Dump::text(curve.stable_slope2)),
        ("marketBorrowRate", Dump::text(curve.market_rate)),
    ])
}

fn user(pool: &Pool, user: &User) -> Dump {
    let held = |entry: &dyn Fn(&Holding) -> Option<Dump>| {
        Dump::table(user.holdings.iter().filter_map(|holding| {
            entry(holding).map(|entry| (symbol(pool, usize::from(holding.reserve)), entry))
        }))
    };
    Dump::table([
        ("userConfiguration", Dump::text(user.configuration())),
        ("scaledSupply", held(&|h| (!h.supplied.is_zero()).then(|| Dump::text(h.supplied)))),
        ("scaledDebt", held(&|h| (!h.debt.is_zero()).then(|| Dump::text(h.debt)))),
        ("stableDebt", held(&|h| (h.stable != StableDebt::default()).then(|| stable(&h.stable)))),
    ])
}

fn stable(debt: &StableDebt) -> Dump {
    Dump::table([
        ("principal", Dump::text(debt.principal)),
        ("rate", Dump::text(debt.rate)),
        ("lastUpdated", Dump::text(debt.updated)),
    ])
}
