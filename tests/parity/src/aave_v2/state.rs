//! What is compared after every operation: every field of every reserve and account.

use std::collections::BTreeMap;

use levmine_aave_v2::stable::StableDebt;
use levmine_aave_v2::{AaveV2Market, InEther, Reserve, accrual};
use levmine_lending::LendingMarket;
use levmine_market::{Dump, Moment, PriceBook};
use levmine_math::U256;
use revm::primitives::Address;

use super::contracts::{ACCOUNTS, Contracts, RECEIVER, Tokens, account, treasury};
use super::{RECEIVER_NAME, model};
use crate::abi::Value;
use crate::twin::Comparison;
use crate::{Call, Operation, ParityError};

/// What the accounts have in their wallets, by account and symbol.
pub(super) type Wallets = BTreeMap<(&'static str, String), U256>;

/// The adapter's side of a comparison.
pub(super) struct Model<'a> {
    pub(super) market: &'a AaveV2Market,
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
    for (id, tokens) in contracts.reserves.clone().iter().enumerate() {
        let Some(reserve) = model.market.pool().reserves().get(id) else { continue };
        compare_reserve(found, contracts, model, id, tokens, reserve)?;
        for name in ACCOUNTS {
            compare_balances(found, contracts, model, name, id, tokens)?;
        }
        let held = balance(contracts, tokens.underlying, RECEIVER)?;
        let ours = wallet_of(model.wallets, RECEIVER_NAME, tokens.symbol);
        found.number(|| format!("{}: wallet of the flash-loan receiver", tokens.symbol), held, ours);
    }
    for name in ACCOUNTS {
        compare_account(found, contracts, model, name)?;
    }
    Ok(())
}

fn compare_reserve(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    id: usize,
    tokens: &Tokens,
    reserve: &Reserve,
) -> Result<(), ParityError> {
    let (pool, symbol, asset) = (contracts.pool, tokens.symbol, Value::from(tokens.underlying));
    let chain = &mut contracts.chain;
    let words = chain.read(pool, "getReserveData(address)", vec![asset.clone()])?;
    let zero = U256::ZERO;
    let ours: [(&str, U256); 12] = [
        ("configuration", reserve.params.bitmap()),
        ("liquidityIndex", U256::from(reserve.liquidity_index)),
        ("variableBorrowIndex", U256::from(reserve.borrow_index)),
        ("currentLiquidityRate", U256::from(reserve.liquidity_rate)),
        ("currentVariableBorrowRate", U256::from(reserve.borrow_rate)),
        ("currentStableBorrowRate", U256::from(reserve.stable_rate)),
        ("lastUpdateTimestamp", U256::from(reserve.last_update)),
        ("", zero),
        ("", zero),
        ("", zero),
        ("", zero),
        ("id", U256::from(id)),
    ];
    for (word, (key, ours)) in words.into_iter().zip(ours) {
        if !key.is_empty() {
            found.number(|| format!("{symbol}: {key}"), word, ours);
        }
    }
    for (key, token, ours) in [
        ("aToken scaledTotalSupply", tokens.supply, reserve.scaled_supply),
        ("debt token scaledTotalSupply", tokens.debt, reserve.scaled_debt),
    ] {
        let word = chain.word(token, "scaledTotalSupply()", Vec::new())?;
        found.number(|| format!("{symbol}: {key}"), word, ours);
    }
    let supply = Call::new(Address::ZERO, tokens.stable, "getSupplyData()", Vec::new());
    let supply = chain.simulate(&[supply])?.ok().and_then(|answers| answers.into_iter().next());
    let stable = reserve.stable;
    let ours = stable
        .balance(model.now.time.0)
        .ok()
        .map(|balance| [stable.principal, balance, stable.average_rate, U256::from(stable.updated)]);
    equal(
        found,
        &format!("{symbol}: getSupplyData()"),
        supply.as_deref(),
        ours.as_ref().map(<[U256; 4]>::as_slice),
    );
    let treasury = vec![Value::from(treasury())];
    let treasury = chain.word(tokens.supply, "scaledBalanceOf(address)", treasury)?;
    found.number(|| format!("{symbol}: treasury, scaled"), treasury, reserve.treasury_scaled);
    let now = model.now.time.0;
    for (function, ours) in [
        ("getReserveNormalizedIncome(address)", accrual::normalized_income(reserve, now)),
        ("getReserveNormalizedVariableDebt(address)", accrual::normalized_debt(reserve, now)),
    ] {
        answer(
            found,
            contracts,
            pool,
            function,
            asset.clone(),
            ours.ok().as_ref().map(std::slice::from_ref),
        )?;
    }
    let held = balance(contracts, tokens.underlying, tokens.supply)?;
    found.number(|| format!("{symbol}: tokens held"), held, reserve.held);
    Ok(())
}

/// Compares words that a function may also refuse to tell.
fn answer(
    found: &mut Comparison,
    contracts: &mut Contracts,
    to: Address,
    function: &'static str,
    argument: Value,
    ours: Option<&[U256]>,
) -> Result<(), ParityError> {
    let call = Call::new(Address::ZERO, to, function, vec![argument]);
    let theirs = contracts.chain.simulate(&[call])?.ok().and_then(|answers| answers.into_iter().next());
    equal(found, function, theirs.as_deref(), ours);
    Ok(())
}

/// Compares words that one side or both may not be able to tell.
fn equal(found: &mut Comparison, what: &str, theirs: Option<&[U256]>, ours: Option<&[U256]>) {
    match (theirs, ours) {
        (Some(theirs), Some(ours)) => {
            for (at, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                found.number(|| format!("{what}, word {at}"), *theirs, *ours);
            }
        }
        (None, None) => {}
        (theirs, ours) => found.differ(what.into(), format!("{theirs:?}"), format!("{ours:?}")),
    }
}

fn compare_balances(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    name: &'static str,
    id: usize,
    tokens: &Tokens,
) -> Result<(), ParityError> {
    let (symbol, of) = (tokens.symbol, account(name));
    let user = model.market.pool().user(model::account(name));
    let stable = user.map_or_else(StableDebt::default, |user| user.stable(id));
    let zero = U256::ZERO;
    for (token, function, ours) in [
        (tokens.supply, "scaledBalanceOf(address)", user.map_or(zero, |user| user.supplied(id))),
        (tokens.debt, "scaledBalanceOf(address)", user.map_or(zero, |user| user.debt(id))),
        (tokens.stable, "principalBalanceOf(address)", stable.principal),
        (tokens.stable, "getUserStableRate(address)", U256::from(stable.rate)),
        (tokens.stable, "getUserLastUpdated(address)", U256::from(stable.updated)),
    ] {
        let word = contracts.chain.word(token, function, vec![of.into()])?;
        found.number(|| format!("{symbol}: {function} of {name}"), word, ours);
    }
    let held = balance(contracts, tokens.underlying, of)?;
    let ours = wallet_of(model.wallets, name, symbol);
    found.number(|| format!("{symbol}: wallet of {name}"), held, ours);
    Ok(())
}

fn compare_account(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    name: &'static str,
) -> Result<(), ParityError> {
    let (pool, of) = (contracts.pool, vec![Value::from(account(name))]);
    let market = model.market.pool();
    let ours = model::account(name);
    let user = market.user(ours).cloned().unwrap_or_default();
    let word = contracts.chain.word(pool, "getUserConfiguration(address)", of)?;
    found.number(|| format!("getUserConfiguration(address) of {name}"), word, user.configuration());
    let Ok(oracle) = InEther::new(model.prices, market.ether()) else { return Ok(()) };
    let data = market.account_data(ours, &oracle, model.now.time.0).and_then(|data| {
        let available = data.available_borrows()?;
        Ok([data.collateral, data.debt, available, data.threshold, data.ltv, data.health_factor])
    });
    let function = "getUserAccountData(address)";
    let data = data.ok();
    answer(found, contracts, pool, function, account(name).into(), data.as_ref().map(<[U256; 6]>::as_slice))
}

/// Compares what the tokens themselves say of those who took part, which is not scaled.
pub(super) fn compare_amounts(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
    name: &str,
) -> Result<(), ParityError> {
    for tokens in contracts.reserves.clone() {
        let Some(asset) = model.market.assets().into_iter().find(|asset| asset.symbol() == tokens.symbol)
        else {
            continue;
        };
        let owner = model::account(name);
        let stable = model.market.stable_debt(owner, asset, model.now);
        let debt = model.market.debt(owner, asset, model.now);
        let variable = debt.map(|debt| debt - stable.as_ref().copied().unwrap_or_default());
        for (token, ours) in [
            (tokens.supply, model.market.supplied(owner, asset, model.now).ok()),
            (tokens.stable, stable.ok()),
            (tokens.debt, variable.ok()),
        ] {
            let ours = ours.as_ref().map(std::slice::from_ref);
            answer(found, contracts, token, "balanceOf(address)", account(name).into(), ours)?;
        }
    }
    Ok(())
}

/// Compares the credit that an operation gives or uses.
pub(super) fn compare_credit(
    found: &mut Comparison,
    contracts: &mut Contracts,
    market: &AaveV2Market,
    operation: &Operation,
) -> Result<(), ParityError> {
    let name = operation.name();
    let (owner, delegatee) = match (name, operation.text("on_behalf_of")) {
        ("approve_borrow" | "approveStableBorrow", _) => (operation.who()?, operation.text("delegatee")?),
        ("borrow" | "borrowStable", Ok(owner)) => (owner, operation.who()?),
        _ => return Ok(()),
    };
    let symbol = operation.text("asset")?;
    let tokens = contracts.tokens(symbol)?;
    let (token, mode) = if matches!(name, "approve_borrow" | "borrow") {
        (tokens.debt, "variable")
    } else {
        (tokens.stable, "stable")
    };
    let arguments = vec![account(owner).into(), account(delegatee).into()];
    let theirs = contracts.chain.word(token, "borrowAllowance(address,address)", arguments)?;
    let dump = market.dump();
    let list = match dump.get("allowances") {
        Some(Dump::List(list)) => list.as_slice(),
        _ => &[],
    };
    let is = |entry: &Dump, key: &str, value: &str| entry.get(key) == Some(&Dump::text(value));
    let entry = list.iter().find(|entry| {
        is(entry, "owner", owner)
            && is(entry, "delegatee", delegatee)
            && is(entry, "asset", symbol)
            && is(entry, "rateMode", mode)
    });
    let none = Dump::text(0);
    let ours = entry.and_then(|entry| entry.get("amount")).unwrap_or(&none);
    found.dumped(|| format!("{symbol}: credit of {owner} for {delegatee}"), theirs, Some(ours));
    Ok(())
}

fn balance(contracts: &mut Contracts, token: Address, of: Address) -> Result<U256, ParityError> {
    contracts.chain.word(token, "balanceOf(address)", vec![of.into()])
}

fn wallet_of(wallets: &Wallets, name: &'static str, symbol: &str) -> U256 {
    wallets.get(&(name, symbol.to_string())).copied().unwrap_or_default()
}
