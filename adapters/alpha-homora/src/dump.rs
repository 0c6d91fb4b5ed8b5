//! The whole state as a table, in the contracts' integers.

use std::collections::BTreeSet;

use levmine_market::{Account, Dump};
use levmine_math::U256;

use crate::bank::{Bank, Factors};
use crate::chef::{Chef, Stake};
use crate::lender::{Lender, Loan};
use crate::market::AlphaHomoraMarket;
use crate::state::{Position, State, Wrapped};

/// Writes the whole state: switches, banks with their lenders, the reward pool, positions by number, and users.
pub(crate) fn dump(market: &AlphaHomoraMarket) -> Dump {
    let state = &market.state;
    let core = &state.core;
    let [uniswap, sushi] = core.lp_whitelisted;
    let mut entries = vec![
        ("feeBps", Dump::text(core.fee_bps)),
        ("bankStatus", Dump::text(core.status)),
        ("nextPositionId", Dump::text(core.next_position)),
        ("lpFactors", factors(core.lp_factors)),
        (
            "lpWhitelisted",
            Dump::table([("uniswap", Dump::Boolean(uniswap)), ("sushi", Dump::Boolean(sushi))]),
        ),
        ("plainHeld", Dump::text(core.plain_held)),
        ("banks", Dump::table(core.banks.iter().map(|it| (it.token.symbol(), bank(it))))),
    ];
    if let Some(chef) = &core.chef {
        entries.push(("chef", pool(chef)));
    }
    let positions = state.positions.iter();
    let positions = positions.map(|(number, it)| (number.to_string(), position(market, it)));
    entries.push(("positions", Dump::table(positions)));
    let users = users(state).into_iter().map(|account| (name(market, account), user(state, account)));
    entries.push(("users", Dump::table(users)));
    if let Some(account) = market.executing {
        entries.push(("executing", Dump::text(name(market, account))));
    }
    Dump::table(entries)
}

/// The name that the account had in the file, else its number.
fn name(market: &AlphaHomoraMarket, account: Account) -> String {
    market.names.get(&account).cloned().unwrap_or_else(|| account.to_string())
}

fn factors(factors: Factors) -> Dump {
    Dump::table([
        ("borrow", Dump::text(factors.borrow)),
        ("collateral", Dump::text(factors.collateral)),
        ("incentive", Dump::text(factors.incentive)),
    ])
}

fn bank(bank: &Bank) -> Dump {
    Dump::table([
        ("decimals", Dump::text(bank.token.decimals())),
        ("factors", factors(bank.factors)),
        ("listed", Dump::Boolean(bank.listed)),
        ("whitelisted", Dump::Boolean(bank.whitelisted)),
        ("reserve", Dump::text(bank.reserve)),
        ("totalDebt", Dump::text(bank.total_debt)),
        ("totalShare", Dump::text(bank.total_share)),
        ("lender", lender(&bank.lender)),
    ])
}

fn lender(lender: &Lender) -> Dump {
    let model = lender.model;
    Dump::table([
        ("baseRatePerBlock", Dump::text(model.base)),
        ("multiplierPerBlock", Dump::text(model.multiplier)),
        ("jumpMultiplierPerBlock", Dump::text(model.jump)),
        ("kink", Dump::text(model.kink)),
        ("reserveFactor", Dump::text(lender.reserve_factor)),
        ("initialExchangeRate", Dump::text(lender.initial_exchange_rate)),
        ("cash", Dump::text(lender.cash)),
        ("totalBorrows", Dump::text(lender.total_borrows)),
        ("totalReserves", Dump::text(lender.total_reserves)),
        ("borrowIndex", Dump::text(lender.borrow_index)),
        ("accrualBlock", Dump::text(lender.accrual_block)),
        ("totalSupply", Dump::text(lender.total_supply)),
        ("bank", loan(&lender.bank)),
    ])
}

fn loan(loan: &Loan) -> Dump {
    Dump::table([("principal", Dump::text(loan.principal)), ("index", Dump::text(loan.index))])
}

fn stake(stake: &Stake) -> Dump {
    Dump::table([("amount", Dump::text(stake.amount)), ("rewardDebt", Dump::text(stake.reward_debt))])
}

fn pool(chef: &Chef) -> Dump {
    Dump::table([
        ("reward", Dump::text(chef.reward)),
        ("pid", Dump::text(chef.pid)),
        ("sushiPerBlock", Dump::text(chef.per_block)),
        ("allocPoint", Dump::text(chef.alloc)),
        ("totalAllocPoint", Dump::text(chef.total_alloc)),
        ("bonusEndBlock", Dump::text(chef.bonus_end)),
        ("bonusMultiplier", Dump::text(chef.bonus)),
        ("lastRewardBlock", Dump::text(chef.last_block)),
        ("accSushiPerShare", Dump::text(chef.acc)),
        ("lpStaked", Dump::text(chef.staked)),
        ("held", Dump::text(chef.held)),
        ("wrapper", stake(&chef.wrapper)),
        ("wrapperHeld", Dump::text(chef.wrapper_held)),
        ("minted", Dump::text(chef.minted)),
    ])
}

/// A wrapped token by the pool's state in its number; "plain" without one.
fn wrapped(token: Wrapped) -> Dump {
    match token {
        Wrapped::Plain => Dump::text("plain"),
        Wrapped::Staked(acc) => Dump::text(acc),
    }
}

fn position(market: &AlphaHomoraMarket, position: &Position) -> Dump {
    let mut entries = vec![("owner", Dump::text(name(market, position.owner)))];
    if let Some(token) = position.collateral {
        entries.push(("collateral", wrapped(token)));
    }
    entries.push(("size", Dump::text(position.size)));
    let shares = market.state.core.banks.iter().zip(&position.shares);
    let shares = shares.map(|(bank, share)| (bank.token.symbol(), Dump::text(share)));
    entries.push(("shares", Dump::table(shares)));
    Dump::table(entries)
}

fn users(state: &State) -> BTreeSet<Account> {
    let owners = state.positions.values().map(|position| position.owner);
    let wrapped = state.wrapped.keys().map(|(account, _)| *account);
    let shares = state.shares.keys().map(|(account, _)| *account);
    let loans = state.loans.keys().map(|(account, _)| *account);
    owners.chain(wrapped).chain(shares).chain(loans).chain(state.stakes.keys().copied()).collect()
}

fn user(state: &State, account: Account) -> Dump {
    let banks = || state.core.banks.iter().enumerate().map(|(place, bank)| (place, bank.token));
    let mut entries = Vec::new();
    let shares = banks().filter_map(|(place, token)| {
        let shares = state.shares_of(account, place);
        (!shares.is_zero()).then(|| (token.symbol().to_string(), Dump::text(shares)))
    });
    entries.push(("safebox", Dump::table(shares)));
    let loans = banks().filter_map(|(place, token)| {
        let owed = state.loans.get(&(account, place))?;
        Some((token.symbol().to_string(), loan(owed)))
    });
    entries.push(("loans", Dump::table(loans)));
    if let Some(staked) = state.stakes.get(&account) {
        entries.push(("stake", stake(staked)));
    }
    let held = state.wrapped.range((account, Wrapped::Plain)..=(account, Wrapped::Staked(U256::MAX)));
    let held = held.map(|((_, token), amount)| {
        Dump::table([("token", wrapped(*token)), ("amount", Dump::text(amount))])
    });
    entries.push(("wrapped", Dump::List(held.collect())));
    Dump::table(entries)
}
