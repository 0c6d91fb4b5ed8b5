//! The whole state in the contracts' integers, as a dump writes it.
//!
//! Accounts are numbered from 0 in the order in which `users` names them, as a replay numbers names; a name of the form
//! `outsider 7` stays that outsider. Owners that `users` does not name are numbered on.

use std::sync::Arc;

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Account, Asset, BuildContext, Roster};
use levmine_math::U256;
use smallvec::SmallVec;

use super::values::{integer, small};
use super::{unfit, venue_asset};
use crate::bank::{Bank, Factors};
use crate::chef::{Chef, Stake};
use crate::lender::{Lender, Loan, RateModel};
use crate::market::AlphaHomoraMarket;
use crate::math::{BPS, ONE};
use crate::state::{Position, State, Wrapped};

const INTEGER: &str = "an integer in decimal digits";
const TABLE: &str = "a table";
const NAME: &str = "the name of an account";
/// The most banks: the map of a position's debts has so many bits.
const MOST_BANKS: usize = 256;

type Read<T> = Result<T, ConfigError>;

/// Reads the state into a market without banks.
pub(crate) fn read(market: &mut AlphaHomoraMarket, node: &Node, ctx: &BuildContext<'_>) -> Read<()> {
    let mut fields = node.fields()?;
    let mut names = Roster::default();
    let state = &mut market.state;
    banks(state, fields.required("banks", TABLE)?)?;
    switches(state, &mut fields)?;
    if let Some(node) = fields.optional("chef") {
        state.core.chef = Some(chef(node, state, ctx)?);
    }
    if let Some(node) = fields.optional("users") {
        for (name, table) in node.entries()? {
            let account = names.account(name);
            user(state, account, table)?;
        }
    }
    if let Some(node) = fields.optional("positions") {
        for (number, table) in node.entries()? {
            position(state, &mut names, number, table)?;
        }
    }
    let first_free = state.positions.last_key_value().map_or(0, |(number, _)| *number).saturating_add(1);
    state.core.next_position = match fields.optional("nextPositionId") {
        Some(node) => {
            let next = small(node, u64::MAX)?;
            if next < first_free {
                return Err(node.invalid(format!("at least {first_free}")));
            }
            next
        }
        None => first_free,
    };
    if let Some(node) = fields.optional("executing") {
        market.executing = Some(names.account(node.text()?));
    }
    fields.finish()?;
    market.names = Arc::new(names.into_known());
    Ok(())
}

fn whole(fields: &mut Fields<'_>, key: &'static str) -> Read<U256> {
    integer(fields.required(key, INTEGER)?)
}

fn whole_or_zero(fields: &mut Fields<'_>, key: &'static str) -> Read<U256> {
    fields.optional(key).map_or(Ok(U256::ZERO), integer)
}

fn flag(fields: &mut Fields<'_>, key: &'static str) -> Read<bool> {
    fields.optional(key).map_or(Ok(true), Node::boolean)
}

fn narrow(fields: &mut Fields<'_>, key: &'static str) -> Read<u16> {
    let node = fields.required(key, INTEGER)?;
    let value = small(node, u64::from(u16::MAX))?;
    u16::try_from(value).map_err(|_| node.invalid(INTEGER))
}

/// Factors as governance may set them, or three zeros for what is not supported.
fn factors(node: &Node) -> Read<Factors> {
    let mut fields = node.fields()?;
    let read = [
        narrow(&mut fields, "borrow")?,
        narrow(&mut fields, "collateral")?,
        narrow(&mut fields, "incentive")?,
    ];
    fields.finish()?;
    let [borrow, collateral, incentive] = read;
    if read == [0; 3] {
        return Ok(Factors::default());
    }
    Factors::new(borrow, collateral, incentive)
        .map_err(|error| node.invalid(format!("factors that the oracle accepts ({error})")))
}

fn switches(state: &mut State, fields: &mut Fields<'_>) -> Read<()> {
    let core = &mut state.core;
    if let Some(node) = fields.optional("feeBps") {
        let fee = small(node, BPS)?;
        core.fee_bps = u16::try_from(fee).map_err(|_| node.invalid(INTEGER))?;
    }
    if let Some(node) = fields.optional("bankStatus") {
        let status = small(node, u64::from(u8::MAX))?;
        core.status = u8::try_from(status).map_err(|_| node.invalid(INTEGER))?;
    }
    if let Some(node) = fields.optional("lpFactors") {
        core.lp_factors = factors(node)?;
    }
    if let Some(node) = fields.optional("lpWhitelisted") {
        let mut table = node.fields()?;
        core.lp_whitelisted = [flag(&mut table, "uniswap")?, flag(&mut table, "sushi")?];
        table.finish()?;
    }
    core.plain_held = whole_or_zero(fields, "plainHeld")?;
    Ok(())
}

fn banks(state: &mut State, node: &Node) -> Read<()> {
    let entries = node.entries()?;
    if entries.is_empty() || entries.len() > MOST_BANKS {
        return Err(node.invalid(format!("one to {MOST_BANKS} banks")));
    }
    for (symbol, table) in entries {
        let mut fields = table.fields()?;
        let decimals = fields.required("decimals", INTEGER)?;
        let places = u8::try_from(small(decimals, 36)?).map_err(|_| decimals.invalid(INTEGER))?;
        let token = Asset::new(symbol, places)
            .map_err(|error| table.invalid(format!("a token that exists ({error})")))?;
        if token == state.lp || state.core.banks.iter().any(|bank| bank.token == token) {
            return Err(table.invalid("a token that is neither the LP token nor another bank's"));
        }
        let bank = Bank {
            token,
            factors: factors(fields.required("factors", TABLE)?)?,
            listed: flag(&mut fields, "listed")?,
            whitelisted: flag(&mut fields, "whitelisted")?,
            reserve: whole_or_zero(&mut fields, "reserve")?,
            total_debt: whole_or_zero(&mut fields, "totalDebt")?,
            total_share: whole_or_zero(&mut fields, "totalShare")?,
            lender: lender(fields.required("lender", TABLE)?)?,
        };
        fields.finish()?;
        state.core.banks.push(bank);
    }
    Ok(())
}

fn lender(node: &Node) -> Read<Lender> {
    let mut table = node.fields()?;
    let fields = &mut table;
    let lender = Lender {
        model: RateModel {
            base: whole(fields, "baseRatePerBlock")?,
            multiplier: whole(fields, "multiplierPerBlock")?,
            jump: whole(fields, "jumpMultiplierPerBlock")?,
            kink: whole(fields, "kink")?,
        },
        reserve_factor: whole(fields, "reserveFactor")?,
        initial_exchange_rate: whole(fields, "initialExchangeRate")?,
        cash: whole(fields, "cash")?,
        total_borrows: whole_or_zero(fields, "totalBorrows")?,
        total_reserves: whole_or_zero(fields, "totalReserves")?,
        borrow_index: match fields.optional("borrowIndex") {
            Some(node) => integer(node)?,
            None => U256::from(ONE),
        },
        accrual_block: small(fields.required("accrualBlock", INTEGER)?, u64::MAX)?,
        total_supply: whole_or_zero(fields, "totalSupply")?,
        bank: fields.optional("bank").map_or(Ok(Loan::default()), loan)?,
    };
    if lender.reserve_factor > U256::from(ONE) {
        return Err(node.invalid("a reserve factor of at most 10^18"));
    }
    table.finish()?;
    Ok(lender)
}

fn loan(node: &Node) -> Read<Loan> {
    let mut fields = node.fields()?;
    let loan = Loan { principal: whole(&mut fields, "principal")?, index: whole(&mut fields, "index")? };
    fields.finish()?;
    Ok(loan)
}

fn stake(node: &Node) -> Read<Stake> {
    let mut fields = node.fields()?;
    let stake =
        Stake { amount: whole(&mut fields, "amount")?, reward_debt: whole(&mut fields, "rewardDebt")? };
    fields.finish()?;
    Ok(stake)
}

fn chef(node: &Node, state: &State, ctx: &BuildContext<'_>) -> Read<Chef> {
    let mut table = node.fields()?;
    let token = table.required("reward", "the symbol of an asset")?;
    let reward = venue_asset(token, state).or_else(|_| ctx.assets.read(token))?;
    if reward == state.lp {
        return Err(token.invalid("another token than the LP token"));
    }
    let fields = &mut table;
    let chef = Chef {
        reward,
        pid: narrow(fields, "pid")?,
        per_block: whole(fields, "sushiPerBlock")?,
        alloc: whole(fields, "allocPoint")?,
        total_alloc: whole(fields, "totalAllocPoint")?,
        bonus_end: fields.optional("bonusEndBlock").map_or(Ok(0), |node| small(node, u64::MAX))?,
        bonus: fields.optional("bonusMultiplier").map_or(Ok(1), |node| small(node, u64::MAX))?,
        last_block: small(fields.required("lastRewardBlock", INTEGER)?, u64::MAX)?,
        acc: whole_or_zero(fields, "accSushiPerShare")?,
        staked: whole_or_zero(fields, "lpStaked")?,
        held: whole_or_zero(fields, "held")?,
        wrapper: fields.optional("wrapper").map_or(Ok(Stake::default()), stake)?,
        wrapper_held: whole_or_zero(fields, "wrapperHeld")?,
        minted: whole_or_zero(fields, "minted")?,
    };
    table.finish()?;
    Ok(chef)
}

/// A wrapped token by the pool's state in its number, or "plain".
pub(crate) fn read_wrapped(node: &Node) -> Read<Wrapped> {
    if node.digits()?.trim() == "plain" { Ok(Wrapped::Plain) } else { Ok(Wrapped::Staked(integer(node)?)) }
}

/// The place of the bank that a node names.
pub(crate) fn read_token(node: &Node, state: &State) -> Read<usize> {
    place(node, node.text()?, state)
}

fn place(node: &Node, symbol: &str, state: &State) -> Read<usize> {
    let banks = &state.core.banks;
    let found = banks.iter().position(|bank| bank.token.symbol() == symbol);
    found.ok_or_else(|| node.unknown_name(symbol, banks.iter().map(|bank| bank.token.symbol())))
}

fn user(state: &mut State, account: Account, node: &Node) -> Read<()> {
    let mut fields = node.fields()?;
    if let Some(node) = fields.optional("safebox") {
        for (symbol, amount) in node.entries()? {
            let place = place(amount, symbol, state)?;
            let shares = integer(amount)?;
            if !shares.is_zero() {
                state.shares.insert((account, place), shares);
            }
        }
    }
    if let Some(node) = fields.optional("loans") {
        for (symbol, table) in node.entries()? {
            let place = place(table, symbol, state)?;
            state.loans.insert((account, place), loan(table)?);
        }
    }
    if let Some(node) = fields.optional("stake") {
        state.stakes.insert(account, stake(node)?);
    }
    if let Some(node) = fields.optional("wrapped") {
        for item in node.list()? {
            let mut fields = item.fields()?;
            let token = read_wrapped(fields.required("token", "\"plain\", or an integer")?)?;
            let amount = whole(&mut fields, "amount")?;
            fields.finish()?;
            if !amount.is_zero() {
                state.wrapped.insert((account, token), amount);
            }
        }
    }
    fields.finish()
}

fn position(state: &mut State, names: &mut Roster, number: &str, node: &Node) -> Read<()> {
    let number: u64 = number
        .parse()
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| node.invalid("positions by number, from 1"))?;
    let mut fields = node.fields()?;
    let owner = names.account(fields.required("owner", NAME)?.text()?);
    let mut shares = SmallVec::from_elem(U256::ZERO, state.core.banks.len());
    if let Some(node) = fields.optional("shares") {
        for (symbol, share) in node.entries()? {
            let place = place(share, symbol, state)?;
            if let Some(entry) = shares.get_mut(place) {
                *entry = integer(share)?;
            }
        }
    }
    let position = Position {
        owner,
        collateral: fields.optional("collateral").map(read_wrapped).transpose()?,
        size: whole_or_zero(&mut fields, "size")?,
        shares,
    };
    if position.collateral.is_none() && !position.size.is_zero() {
        return Err(unfit(&fields, "a size of no collateral"));
    }
    fields.finish()?;
    if state.positions.insert(number, position).is_some() {
        return Err(node.invalid("each position once"));
    }
    let first = state.of.entry(owner).or_insert(number);
    *first = number.min(*first);
    Ok(())
}
