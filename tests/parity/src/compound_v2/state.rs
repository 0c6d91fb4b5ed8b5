//! What is compared after every operation: every number of every market and account.

use std::collections::BTreeMap;

use levmine_compound_v2::accrual::{accrued, borrow_balance, exchange_rate};
use levmine_compound_v2::liquidity::hypothetical;
use levmine_compound_v2::{CompoundV2Market, Market, RewardState, User};
use levmine_lending::{Context, LendingMarket};
use levmine_market::{Moment, PriceBook};
use levmine_math::U256;
use revm::primitives::Address;

use super::contracts::{ACCOUNTS, Contracts, Tokens, account, comp};
use super::model;
use crate::abi::{self, Value};
use crate::twin::Comparison;
use crate::{Call, ParityError};

/// What the accounts have in their wallets, by account and symbol.
pub(super) type Wallets = BTreeMap<(&'static str, String), U256>;

/// The symbol under which wallets hold the token of the rewards.
pub(super) const COMP: &str = "COMP";

/// The adapter's side of a comparison.
pub(super) struct Model<'a> {
    pub(super) market: &'a CompoundV2Market,
    pub(super) prices: &'a PriceBook,
    pub(super) wallets: &'a Wallets,
    pub(super) now: Moment,
}

/// Compares both sides.
pub(super) fn compare(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
) -> Result<(), ParityError> {
    let pool = model.market.pool();
    for (id, tokens) in contracts.markets.clone().iter().enumerate() {
        let Some(market) = pool.markets().get(id) else { continue };
        compare_market(found, contracts, tokens, market)?;
        for name in ACCOUNTS {
            compare_balances(found, contracts, model, name, id, tokens)?;
        }
    }
    for name in ACCOUNTS {
        compare_account(found, contracts, model, name)?;
    }
    compare_settings(found, contracts, model)
}

fn compare_settings(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
) -> Result<(), ParityError> {
    let settings = *model.market.pool().settings();
    let flag = |flag: bool| U256::from(u8::from(flag));
    for (function, ours) in [
        ("closeFactorMantissa()", settings.close_factor),
        ("liquidationIncentiveMantissa()", settings.liquidation_incentive),
        ("transferGuardianPaused()", flag(settings.transfer_paused)),
        ("seizeGuardianPaused()", flag(settings.seize_paused)),
    ] {
        let theirs = contracts.chain.word(contracts.comptroller, function, Vec::new())?;
        found.number(|| function.into(), theirs, ours);
    }
    let theirs = contracts.comp_balance()?;
    found.number(|| "the Comptroller's COMP".into(), theirs, settings.comp_balance);
    Ok(())
}

fn compare_market(
    found: &mut Comparison,
    contracts: &mut Contracts,
    tokens: &Tokens,
    market: &Market,
) -> Result<(), ParityError> {
    let (symbol, ctoken, comptroller) = (tokens.symbol, tokens.ctoken, contracts.comptroller);
    let flag = |flag: bool| U256::from(u8::from(flag));
    for (function, ours) in [
        ("getCash()", market.cash),
        ("totalBorrows()", market.total_borrows),
        ("totalReserves()", market.total_reserves),
        ("totalSupply()", market.total_supply),
        ("borrowIndex()", market.borrow_index),
        ("accrualBlockNumber()", U256::from(market.accrual_block)),
        ("reserveFactorMantissa()", market.reserve_factor),
    ] {
        let theirs = contracts.chain.word(ctoken, function, Vec::new())?;
        found.number(|| format!("{symbol}: {function}"), theirs, ours);
    }
    let balances = market.balances();
    for (function, ours) in [
        ("exchangeRateStored()", exchange_rate(market).ok()),
        ("borrowRatePerBlock()", market.model.borrow_rate(&balances).ok()),
        ("supplyRatePerBlock()", market.model.supply_rate(&balances, market.reserve_factor).ok()),
    ] {
        answer(
            found,
            contracts,
            symbol,
            ctoken,
            function,
            Vec::new(),
            ours.as_ref().map(std::slice::from_ref),
        )?;
    }
    let of = || vec![Value::from(ctoken)];
    for (function, ours) in [
        ("borrowCaps(address)", market.borrow_cap),
        ("mintGuardianPaused(address)", flag(market.mint_paused)),
        ("borrowGuardianPaused(address)", flag(market.borrow_paused)),
        ("compSupplySpeeds(address)", market.supply_rewards.speed),
        ("compBorrowSpeeds(address)", market.borrow_rewards.speed),
    ] {
        let theirs = contracts.chain.word(comptroller, function, of())?;
        found.number(|| format!("{symbol}: {function}"), theirs, ours);
    }
    let words = contracts.chain.read(comptroller, "markets(address)", of())?;
    let theirs = words.get(1).copied().unwrap_or_default();
    found.number(|| format!("{symbol}: collateralFactorMantissa"), theirs, market.collateral_factor);
    for (function, RewardState { index, block, .. }) in [
        ("compSupplyState(address)", market.supply_rewards),
        ("compBorrowState(address)", market.borrow_rewards),
    ] {
        let words = contracts.chain.read(comptroller, function, of())?;
        for (at, ours) in [index, U256::from(block)].into_iter().enumerate() {
            let theirs = words.get(at).copied().unwrap_or_default();
            found.number(|| format!("{symbol}: {function}, word {at}"), theirs, ours);
        }
    }
    Ok(())
}

fn compare_balances(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    name: &'static str,
    id: usize,
    tokens: &Tokens,
) -> Result<(), ParityError> {
    let (symbol, ctoken, comptroller) = (tokens.symbol, tokens.ctoken, contracts.comptroller);
    let of = || Value::from(account(name));
    let nobody = User::default();
    let user = model.market.pool().user(model::account(name)).unwrap_or(&nobody);
    let holding = user.holding(id);
    let Some(market) = model.market.pool().markets().get(id) else { return Ok(()) };
    let theirs = contracts.chain.word(ctoken, "balanceOf(address)", vec![of()])?;
    found.number(|| format!("{symbol}: cTokens of {name}"), theirs, holding.tokens);
    let owed = borrow_balance(market, &holding).ok();
    let owed = owed.as_ref().map(std::slice::from_ref);
    answer(found, contracts, symbol, ctoken, "borrowBalanceStored(address)", vec![of()], owed)?;
    for (function, ours) in [
        ("compSupplierIndex(address,address)", holding.supplier_index),
        ("compBorrowerIndex(address,address)", holding.borrower_index),
    ] {
        let theirs = contracts.chain.word(comptroller, function, vec![ctoken.into(), of()])?;
        found.number(|| format!("{symbol}: {function} of {name}"), theirs, ours);
    }
    let arguments = vec![of(), ctoken.into()];
    let theirs = contracts.chain.word(comptroller, "checkMembership(address,address)", arguments)?;
    let ours = U256::from(u8::from(user.is_in(id)));
    found.number(|| format!("{symbol}: membership of {name}"), theirs, ours);
    let held = contracts.chain.word(tokens.underlying, "balanceOf(address)", vec![of()])?;
    found.number(|| format!("{symbol}: wallet of {name}"), held, wallet_of(model.wallets, name, symbol));
    Ok(())
}

fn compare_account(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    name: &'static str,
) -> Result<(), ParityError> {
    let (comptroller, of) = (contracts.comptroller, || vec![Value::from(account(name))]);
    let nobody = User::default();
    let pool = model.market.pool();
    let user = pool.user(model::account(name)).unwrap_or(&nobody);
    let words = contracts.chain.read(comptroller, "getAssetsIn(address)", of())?;
    let theirs: Vec<&str> = words.iter().skip(2).map(|word| contracts.symbol(abi::address(*word))).collect();
    let markets = pool.markets();
    let ours: Vec<&str> = user
        .assets_in
        .iter()
        .filter_map(|id| markets.get(usize::from(*id)).map(|market| market.asset.symbol()))
        .collect();
    found.text(|| format!("markets that {name} has entered"), &theirs.join(" "), &ours.join(" "));
    let theirs = contracts.chain.word(comptroller, "compAccrued(address)", of())?;
    found.number(|| format!("compAccrued of {name}"), theirs, user.comp_accrued);
    let held = contracts.chain.word(comp(), "balanceOf(address)", of())?;
    found.number(|| format!("COMP in the wallet of {name}"), held, wallet_of(model.wallets, name, COMP));
    let sums = hypothetical(pool, user, None, model.prices).ok();
    let ours = sums.map(|sums| match sums {
        Ok(sums) => [U256::ZERO, sums.liquidity(), sums.shortfall()],
        Err(rejection) => [code(&rejection), U256::ZERO, U256::ZERO],
    });
    let ours = ours.as_ref().map(<[U256; 3]>::as_slice);
    answer(found, contracts, name, comptroller, "getAccountLiquidity(address)", of(), ours)
}

/// `ComptrollerErrorReporter.Error`.
fn code(rejection: &levmine_compound_v2::Rejection) -> U256 {
    use levmine_compound_v2::Rejection as R;
    U256::from(match rejection {
        R::PriceError { .. } => 13_u64,
        R::SnapshotError { .. } => 15,
        _ => 0,
    })
}

/// Compares words that a function may also refuse to tell.
fn answer(
    found: &mut Comparison,
    contracts: &mut Contracts,
    whose: &str,
    to: Address,
    function: &'static str,
    arguments: Vec<Value>,
    ours: Option<&[U256]>,
) -> Result<(), ParityError> {
    let call = Call::new(Address::ZERO, to, function, arguments);
    let theirs = contracts.chain.simulate(&[call])?.ok().and_then(|answers| answers.into_iter().next());
    match (theirs, ours) {
        (Some(theirs), Some(ours)) => {
            for (at, (theirs, ours)) in theirs.into_iter().zip(ours).enumerate() {
                found.number(|| format!("{whose}: {function}, word {at}"), theirs, *ours);
            }
        }
        (None, None) => {}
        (theirs, ours) => {
            found.differ(format!("{whose}: {function}"), format!("{theirs:?}"), format!("{ours:?}"));
        }
    }
    Ok(())
}

/// Compares what the trait tells of somebody now, with interest that nobody has accrued yet: balances, debts, the sums of
/// the health, and what a claim would pay.
pub(super) fn compare_now(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    name: &'static str,
) -> Result<(), ParityError> {
    let (market, owner) = (model.market, model::account(name));
    let of = || vec![Value::from(account(name))];
    for (asset, tokens) in market.assets().into_iter().zip(contracts.markets.clone()) {
        let held =
            market.pool().user(owner).map(|user| user.holding(market.pool().market_id(asset).unwrap_or(0)));
        let held = held.unwrap_or_default();
        for (function, is_zero, ours) in [
            ("balanceOfUnderlying(address)", held.tokens.is_zero(), market.supplied(owner, asset, model.now)),
            ("borrowBalanceCurrent(address)", held.principal.is_zero(), market.debt(owner, asset, model.now)),
        ] {
            // Nothing is nothing, also where the contract cannot accrue.
            if is_zero {
                continue;
            }
            let ours = ours.ok();
            let ours = ours.as_ref().map(std::slice::from_ref);
            answer(found, contracts, tokens.symbol, tokens.ctoken, function, of(), ours)?;
        }
    }
    compare_health(found, contracts, model, name)?;
    compare_claim(found, contracts, model, name)
}

/// The Comptroller's sums once every market that counts is accrued.
fn compare_health(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    name: &'static str,
) -> Result<(), ParityError> {
    let (pool, owner) = (model.market.pool(), model::account(name));
    let Some(user) = pool.user(owner) else { return Ok(()) };
    let entered = || user.assets_in.iter().map(|id| usize::from(*id));
    let is_used = |id: &usize| {
        let holding = user.holding(*id);
        !holding.tokens.is_zero() || !holding.principal.is_zero()
    };
    let accrues =
        |id: usize| pool.markets().get(id).is_some_and(|market| accrued(market, model.now.block).is_ok());
    let priced = |id: usize| {
        let price = pool.markets().get(id).and_then(|market| model.prices.find(market.asset));
        price.is_some_and(|price| !price.0.is_zero())
    };
    // Where the contract has codes of its own, the adapter's health has values.
    if !entered().filter(is_used).all(accrues) || !entered().all(priced) {
        return Ok(());
    }
    let mut calls: Vec<Call> = entered()
        .filter(is_used)
        .filter_map(|id| contracts.markets.get(id))
        .map(|tokens| Call::new(Address::ZERO, tokens.ctoken, "accrueInterest()", Vec::new()))
        .collect();
    let of = vec![Value::from(account(name))];
    calls.push(Call::new(Address::ZERO, contracts.comptroller, "getAccountLiquidity(address)", of));
    let theirs = contracts.chain.simulate(&calls)?.ok().and_then(|answers| answers.into_iter().next_back());
    let ours = model.market.health(owner, &Context { now: model.now, prices: model.prices }).ok();
    match (theirs.as_deref(), ours) {
        (Some([_, liquidity, shortfall]), Some(health)) => {
            let (limit, debt) = (health.liquidation_limit.raw(), health.debt.raw());
            found.number(|| format!("{name}: liquidity now"), *liquidity, limit.saturating_sub(debt));
            found.number(|| format!("{name}: shortfall now"), *shortfall, debt.saturating_sub(limit));
        }
        (None, None) => {}
        (theirs, ours) => {
            found.differ(format!("{name}: health now"), format!("{theirs:?}"), format!("{ours:?}"));
        }
    }
    Ok(())
}

fn compare_claim(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    name: &'static str,
) -> Result<(), ParityError> {
    let of = || vec![Value::from(account(name))];
    let calls = [
        Call::new(Address::ZERO, comp(), "balanceOf(address)", of()),
        Call::new(Address::ZERO, contracts.comptroller, "claimComp(address)", of()),
        Call::new(Address::ZERO, comp(), "balanceOf(address)", of()),
    ];
    let theirs = contracts.chain.simulate(&calls)?.ok();
    let paid = theirs.as_ref().and_then(|answers| {
        let word = |at: usize| answers.get(at)?.first().copied();
        Some(word(2)?.saturating_sub(word(0)?))
    });
    let ours = model.market.claimable(model::account(name), model.now).ok();
    let ours = ours.map(|amounts| amounts.first().map(|amount| amount.raw).unwrap_or_default());
    match (paid, ours) {
        (Some(paid), Some(ours)) => found.number(|| format!("{name}: claimable"), paid, ours),
        (None, None) => {}
        (paid, ours) => found.differ(format!("{name}: claimable"), format!("{paid:?}"), format!("{ours:?}")),
    }
    Ok(())
}

fn wallet_of(wallets: &Wallets, name: &'static str, symbol: &str) -> U256 {
    wallets.get(&(name, symbol.to_string())).copied().unwrap_or_default()
}
