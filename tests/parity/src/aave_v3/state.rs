//! What is compared after every operation: every field of every reserve and account.

use std::collections::BTreeMap;

use levmine_aave_v3::{AaveV3Market, Reserve, accrual};
use levmine_lending::LendingMarket;
use levmine_market::{Dump, Moment, PriceBook};
use levmine_math::U256;
use revm::primitives::Address;

use super::contracts::{ACCOUNTS, Contracts, RECEIVER, Tokens, account, treasury};
use super::listing::CATEGORIES;
use super::{RECEIVER_NAME, model};
use crate::abi::Value;
use crate::twin::Comparison;
use crate::{Call, Operation, ParityError};

/// What the accounts have in their wallets, by account and symbol.
pub(super) type Wallets = BTreeMap<(&'static str, String), U256>;

/// The adapter's side of a comparison.
pub(super) struct Model<'a> {
    pub(super) market: &'a AaveV3Market,
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
    compare_categories(found, contracts, model)
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
    let market = model.market.pool();
    let rules = market.rules();
    let chain = &mut contracts.chain;
    let words = chain.read(pool, "getReserveData(address)", vec![asset.clone()])?;
    let zero = U256::ZERO;
    let ours: [(&str, U256); 15] = [
        ("configuration", reserve.params.bitmap(market.category_of(id), rules)),
        ("liquidityIndex", U256::from(reserve.liquidity_index)),
        ("currentLiquidityRate", U256::from(reserve.liquidity_rate)),
        ("variableBorrowIndex", U256::from(reserve.borrow_index)),
        ("currentVariableBorrowRate", U256::from(reserve.borrow_rate)),
        ("", zero),
        ("lastUpdateTimestamp", U256::from(reserve.last_update)),
        ("id", U256::from(id)),
        ("", zero),
        ("", zero),
        ("", zero),
        ("", zero),
        ("accruedToTreasury", U256::from(reserve.accrued_to_treasury)),
        ("", zero),
        ("isolationModeTotalDebt", U256::from(reserve.isolation_debt)),
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
    let treasury = vec![Value::from(treasury())];
    let treasury = chain.word(tokens.supply, "scaledBalanceOf(address)", treasury)?;
    found.number(|| format!("{symbol}: treasury, scaled"), treasury, U256::from(reserve.treasury_scaled));
    let now = model.now.time.0;
    for (function, ours) in [
        ("getReserveNormalizedIncome(address)", accrual::normalized_income(reserve, now)),
        ("getReserveNormalizedVariableDebt(address)", accrual::normalized_debt(rules, reserve, now)),
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
    match (theirs, ours) {
        (Some(theirs), Some(ours)) => {
            for (at, (theirs, ours)) in theirs.into_iter().zip(ours).enumerate() {
                found.number(|| format!("{function}, word {at}"), theirs, *ours);
            }
        }
        (None, None) => {}
        (theirs, ours) => found.differ(function.into(), format!("{theirs:?}"), format!("{ours:?}")),
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
    let (symbol, of) = (tokens.symbol, account(name));
    let user = model.market.pool().user(model::account(name));
    for (key, token, ours) in [
        ("scaled supply", tokens.supply, user.map_or(0, |user| user.supplied(id))),
        ("scaled debt", tokens.debt, user.map_or(0, |user| user.debt(id))),
    ] {
        let word = contracts.chain.word(token, "scaledBalanceOf(address)", vec![of.into()])?;
        found.number(|| format!("{symbol}: {key} of {name}"), word, U256::from(ours));
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
    for (function, ours) in [
        ("getUserConfiguration(address)", user.configuration()),
        ("getUserEMode(address)", U256::from(user.mode)),
    ] {
        let word = contracts.chain.word(pool, function, of.clone())?;
        found.number(|| format!("{function} of {name}"), word, ours);
    }
    let data = market.account_data(ours, model.prices, model.now.time.0).and_then(|data| {
        let available = data.available_borrows(market.rules())?;
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
        for (token, ours) in [
            (tokens.supply, model.market.supplied(owner, asset, model.now)),
            (tokens.debt, model.market.debt(owner, asset, model.now)),
        ] {
            let ours = ours.ok();
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
    market: &AaveV3Market,
    operation: &Operation,
) -> Result<(), ParityError> {
    let (owner, delegatee) = match (operation.name(), operation.text("on_behalf_of")) {
        ("approve_borrow", _) => (operation.who()?, operation.text("delegatee")?),
        ("borrow", Ok(owner)) => (owner, operation.who()?),
        _ => return Ok(()),
    };
    let symbol = operation.text("asset")?;
    let token = contracts.tokens(symbol)?.debt;
    let arguments = vec![account(owner).into(), account(delegatee).into()];
    let theirs = contracts.chain.word(token, "borrowAllowance(address,address)", arguments)?;
    let dump = market.dump();
    let list = match dump.get("allowances") {
        Some(Dump::List(list)) => list.as_slice(),
        _ => &[],
    };
    let is = |entry: &Dump, key: &str, value: &str| entry.get(key) == Some(&Dump::text(value));
    let entry = list.iter().find(|entry| {
        is(entry, "owner", owner) && is(entry, "delegatee", delegatee) && is(entry, "asset", symbol)
    });
    let none = Dump::text(0);
    let ours = entry.and_then(|entry| entry.get("amount")).unwrap_or(&none);
    found.dumped(|| format!("{symbol}: credit of {owner} for {delegatee}"), theirs, Some(ours));
    Ok(())
}

fn compare_categories(
    found: &mut Comparison,
    contracts: &mut Contracts,
    model: &Model<'_>,
) -> Result<(), ParityError> {
    for id in CATEGORIES.iter().map(|category| category.id) {
        let words = contracts.chain.read(contracts.pool, "getEModeCategoryData(uint8)", vec![id.into()])?;
        let category = u8::try_from(id).ok().and_then(|id| model.market.pool().category(id));
        let Some(category) = category else { continue };
        let ours = [category.ltv, category.liquidation_threshold, category.liquidation_bonus];
        for (at, (word, ours)) in words.into_iter().skip(1).zip(ours).enumerate() {
            found.number(|| format!("category {id}, parameter {at}"), word, U256::from(ours));
        }
    }
    Ok(())
}

fn balance(contracts: &mut Contracts, token: Address, of: Address) -> Result<U256, ParityError> {
    contracts.chain.word(token, "balanceOf(address)", vec![of.into()])
}

fn wallet_of(wallets: &Wallets, name: &'static str, symbol: &str) -> U256 {
    wallets.get(&(name, symbol.to_string())).copied().unwrap_or_default()
}
