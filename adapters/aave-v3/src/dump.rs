//! The state written out, in the words of the contracts; the decoder reads it back as a venue's `state`.

use levmine_market::{Account, Dump};

use crate::market::AaveV3Market;
use crate::params::Category;
use crate::state::{Pool, Reserve, User};
use crate::version::Version;

/// Writes the whole state: parameters, reserves, accounts by name, credit delegated.
pub(crate) fn dump(market: &AaveV3Market) -> Dump {
    let pool = &market.pool;
    let mut entries = vec![("flashLoanPremium", Dump::text(pool.flash_premium))];
    if !pool.rules.premium_to_treasury {
        entries.push(("flashLoanPremiumToProtocol", Dump::text(pool.flash_premium_to_protocol)));
    }
    if let Some(umbrella) = pool.umbrella {
        entries.push(("umbrella", Dump::text(name(market, umbrella))));
    }
    entries.push((
        "categories",
        Dump::table(pool.categories.iter().map(|c| (c.id.to_string(), category(pool, c)))),
    ));
    let reserves = pool.reserves.iter().enumerate().map(|(id, r)| (r.asset.symbol(), reserve(pool, id, r)));
    entries.push(("reserves", Dump::table(reserves)));
    let users = pool.users.iter().map(|(account, u)| (name(market, *account), user(pool, u)));
    entries.push(("users", Dump::table(users)));
    let allowances = pool.allowances.iter().map(|((owner, delegatee, id), amount)| {
        Dump::table([
            ("owner", Dump::text(name(market, *owner))),
            ("delegatee", Dump::text(name(market, *delegatee))),
            ("asset", Dump::text(symbol(pool, usize::from(*id)))),
            ("amount", Dump::text(amount)),
        ])
    });
    entries.push(("allowances", Dump::List(allowances.collect())));
    Dump::table(entries)
}

/// The name that the account had in the file, else its number.
fn name(market: &AaveV3Market, account: Account) -> String {
    market.names.get(&account).cloned().unwrap_or_else(|| account.to_string())
}

fn symbol(pool: &Pool, id: usize) -> String {
    pool.reserves.get(id).map(|reserve| reserve.asset.symbol().to_string()).unwrap_or_default()
}

fn symbols(pool: &Pool, bits: u128) -> Dump {
    let named = (0..pool.reserves.len()).filter(|id| bits & crate::params::bit(*id) != 0);
    Dump::List(named.map(|id| Dump::text(symbol(pool, id))).collect())
}

fn category(pool: &Pool, category: &Category) -> Dump {
    let mut entries = vec![
        ("ltv", Dump::text(category.ltv)),
        ("liquidationThreshold", Dump::text(category.liquidation_threshold)),
        ("liquidationBonus", Dump::text(category.liquidation_bonus)),
        ("collateral", symbols(pool, category.collateral)),
    ];
    if pool.rules.liquid_emodes {
        entries.push(("borrowable", symbols(pool, category.borrowable)));
    }
    if pool.rules.decoupled_emodes {
        entries.push(("ltvZero", symbols(pool, category.ltv_zero)));
    }
    if pool.rules.version >= Version::V3_7 {
        entries.push(("isolated", Dump::Boolean(category.isolated)));
    }
    Dump::table(entries)
}

fn reserve(pool: &Pool, id: usize, reserve: &Reserve) -> Dump {
    let rules = pool.rules;
    let configuration = reserve.params.bitmap(pool.category_of(id), rules);
    let mut entries = vec![
        ("liquidityIndex", Dump::text(reserve.liquidity_index)),
        ("currentLiquidityRate", Dump::text(reserve.liquidity_rate)),
        ("variableBorrowIndex", Dump::text(reserve.borrow_index)),
        ("currentVariableBorrowRate", Dump::text(reserve.borrow_rate)),
        ("lastUpdateTimestamp", Dump::text(reserve.last_update)),
        ("accruedToTreasury", Dump::text(reserve.accrued_to_treasury)),
        ("aTokenScaledTotalSupply", Dump::text(reserve.scaled_supply)),
        ("vTokenScaledTotalSupply", Dump::text(reserve.scaled_debt)),
        ("treasuryScaled", Dump::text(reserve.treasury_scaled)),
        ("underlyingHeld", Dump::text(reserve.held)),
    ];
    if rules.virtual_balance {
        entries.push(("virtualUnderlyingBalance", Dump::text(reserve.virtual_balance)));
    }
    if rules.deficits {
        entries.push(("deficit", Dump::text(reserve.deficit)));
    }
    if rules.isolation_mode {
        entries.push(("isolationModeTotalDebt", Dump::text(reserve.isolation_debt)));
    }
    entries.extend([
        ("configuration", Dump::text(configuration)),
        ("optimalUsageRatio", Dump::text(reserve.curve.optimal)),
        ("baseVariableBorrowRate", Dump::text(reserve.curve.base)),
        ("variableRateSlope1", Dump::text(reserve.curve.slope1)),
        ("variableRateSlope2", Dump::text(reserve.curve.slope2)),
    ]);
    if rules.freeze_clears_ltv {
        entries.push(("pendingLtv", Dump::text(reserve.params.pending_ltv)));
        entries.push(("liquidationGracePeriodUntil", Dump::text(reserve.params.liquidation_grace_until)));
    }
    Dump::table(entries)
}

fn user(pool: &Pool, user: &User) -> Dump {
    let balances = |balance: fn(&User, usize) -> u128| {
        let held = (0..pool.reserves.len()).map(|id| (id, balance(user, id))).filter(|(_, b)| *b != 0);
        Dump::table(held.map(|(id, balance)| (symbol(pool, id), Dump::text(balance))))
    };
    Dump::table([
        ("eMode", Dump::text(user.mode)),
        ("userConfiguration", Dump::text(user.configuration())),
        ("scaledSupply", balances(User::supplied)),
        ("scaledDebt", balances(User::debt)),
    ])
}
