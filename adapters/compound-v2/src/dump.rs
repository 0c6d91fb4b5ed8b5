//! The state written out, in the words of the contracts; the decoder reads it back as a venue's `state`.

use levmine_market::{Account, Dump};
use levmine_math::U256;

use crate::market::CompoundV2Market;
use crate::rates::RateModel;
use crate::state::{Holding, Market, Pool, RewardState, User};

/// Writes the whole state: the Comptroller's settings, markets, accounts by name.
pub(crate) fn dump(market: &CompoundV2Market) -> Dump {
    let pool = &market.pool;
    let settings = &pool.settings;
    let markets = pool.markets.iter().map(|market| (market.asset.symbol(), market_dump(market)));
    let users = pool.users.iter().map(|(account, user)| (name(market, *account), user_dump(pool, user)));
    Dump::table([
        ("closeFactorMantissa", Dump::text(settings.close_factor)),
        ("liquidationIncentiveMantissa", Dump::text(settings.liquidation_incentive)),
        ("transferGuardianPaused", Dump::Boolean(settings.transfer_paused)),
        ("seizeGuardianPaused", Dump::Boolean(settings.seize_paused)),
        ("compBalance", Dump::text(settings.comp_balance)),
        ("markets", Dump::table(markets)),
        ("users", Dump::table(users)),
    ])
}

/// The name that the account had in the file, else its number.
fn name(market: &CompoundV2Market, account: Account) -> String {
    market.names.get(&account).cloned().unwrap_or_else(|| account.to_string())
}

fn symbol(pool: &Pool, id: u8) -> String {
    let market = pool.markets.get(usize::from(id));
    market.map(|market| market.asset.symbol().to_string()).unwrap_or_default()
}

fn market_dump(market: &Market) -> Dump {
    Dump::table([
        ("cash", Dump::text(market.cash)),
        ("totalBorrows", Dump::text(market.total_borrows)),
        ("totalReserves", Dump::text(market.total_reserves)),
        ("totalSupply", Dump::text(market.total_supply)),
        ("borrowIndex", Dump::text(market.borrow_index)),
        ("accrualBlockNumber", Dump::text(market.accrual_block)),
        ("initialExchangeRateMantissa", Dump::text(market.initial_exchange_rate)),
        ("reserveFactorMantissa", Dump::text(market.reserve_factor)),
        ("protocolSeizeShareMantissa", Dump::text(market.protocol_seize_share)),
        ("collateralFactorMantissa", Dump::text(market.collateral_factor)),
        ("borrowCap", Dump::text(market.borrow_cap)),
        ("mintGuardianPaused", Dump::Boolean(market.mint_paused)),
        ("borrowGuardianPaused", Dump::Boolean(market.borrow_paused)),
        ("interestRateModel", model_dump(&market.model)),
        ("compSupplySpeed", Dump::text(market.supply_rewards.speed)),
        ("compSupplyState", reward_dump(&market.supply_rewards)),
        ("compBorrowSpeed", Dump::text(market.borrow_rewards.speed)),
        ("compBorrowState", reward_dump(&market.borrow_rewards)),
    ])
}

fn model_dump(model: &RateModel) -> Dump {
    match model {
        RateModel::WhitePaper { base, multiplier } => Dump::table([
            ("baseRatePerBlock", Dump::text(base)),
            ("multiplierPerBlock", Dump::text(multiplier)),
        ]),
        RateModel::Jump { base, multiplier, jump_multiplier, kink } => Dump::table([
            ("baseRatePerBlock", Dump::text(base)),
            ("multiplierPerBlock", Dump::text(multiplier)),
            ("jumpMultiplierPerBlock", Dump::text(jump_multiplier)),
            ("kink", Dump::text(kink)),
        ]),
        RateModel::Legacy { base_per_year, multiplier_per_year, blocks_per_year } => Dump::table([
            ("baseRate", Dump::text(base_per_year)),
            ("multiplier", Dump::text(multiplier_per_year)),
            ("blocksPerYear", Dump::text(blocks_per_year)),
        ]),
    }
}

fn reward_dump(state: &RewardState) -> Dump {
    Dump::table([("index", Dump::text(state.index)), ("block", Dump::text(state.block))])
}

fn user_dump(pool: &Pool, user: &User) -> Dump {
    let entered = user.assets_in.iter().map(|id| Dump::text(symbol(pool, *id))).collect();
    let holdings = user.holdings.iter().map(|holding| (symbol(pool, holding.market), holding_dump(holding)));
    Dump::table([
        ("assetsIn", Dump::List(entered)),
        ("compAccrued", Dump::text(user.comp_accrued)),
        ("markets", Dump::table(holdings)),
    ])
}

fn holding_dump(holding: &Holding) -> Dump {
    let number = |value: &U256| Dump::text(value);
    Dump::table([
        ("accountTokens", number(&holding.tokens)),
        ("principal", number(&holding.principal)),
        ("interestIndex", number(&holding.interest_index)),
        ("compSupplierIndex", number(&holding.supplier_index)),
        ("compBorrowerIndex", number(&holding.borrower_index)),
    ])
}
