//! The contracts' own functions by name, for replays: executions on numbered positions, the lenders' side, governance.

use levmine_config::{ConfigError, Fields};
use levmine_lending::{Context, LendingError};
use levmine_market::{Account, Dump};
use levmine_math::U256;

use crate::bank::{Factors, Repaid};
use crate::decode::{integer, read_token, read_wrapped, small, venue_asset};
use crate::error::{HomoraError, Result};
use crate::market::AlphaHomoraMarket;
use crate::ops::collateral::Restaked;
use crate::ops::{collateral, debt, execution, lenders, liquidation};
use crate::oracle::Book;
use crate::state::{Spell, Wrapped};
use crate::transaction::Transaction;

/// The operations, in the order of the README.
const NAMES: [&str; 20] = [
    "execute_borrow",
    "execute_repay",
    "execute_put",
    "execute_take",
    "execute_stake",
    "execute_unstake",
    "harvest",
    "liquidate_position",
    "unwrap",
    "accrue_bank",
    "lender_borrow",
    "lender_repay",
    "chef_deposit",
    "chef_withdraw",
    "withdraw_reserve",
    "set_fee",
    "set_factors",
    "set_bank_status",
    "set_token_whitelist",
    "set_lp_whitelist",
];

const UNITS: &str = "an integer from 0 to 2^256 − 1 in decimal digits";

type Answer = std::result::Result<std::result::Result<Dump, LendingError>, ConfigError>;

/// Runs one of them.
pub(crate) fn run(
    market: &mut AlphaHomoraMarket,
    name: &str,
    arguments: &mut Fields<'_>,
    accounts: &dyn Fn(&str) -> Account,
    ctx: &Context<'_>,
) -> Answer {
    let unknown = LendingError::Unsupported { protocol: crate::PROTOCOL, operation: "this operation" };
    let Some(place) = NAMES.iter().position(|known| *known == name) else { return Ok(Err(unknown)) };
    let mut read = Arguments { fields: arguments, accounts };
    // A step always may say who acts; not every function looks at it.
    let caller = match read.fields.optional("by") {
        Some(node) => (read.accounts)(node.text()?),
        None => Account::outsider(0),
    };
    let done = match place {
        0..=6 => execute(market, name, &mut read, caller, ctx)?,
        7..=14 => call(market, name, &mut read, caller, ctx)?,
        _ => govern(market, name, &mut read)?,
    };
    Ok(done.map_err(LendingError::from))
}

fn execute(
    market: &mut AlphaHomoraMarket,
    name: &str,
    read: &mut Arguments<'_, '_>,
    caller: Account,
    ctx: &Context<'_>,
) -> std::result::Result<Result<Dump>, ConfigError> {
    let position = read.fields.optional("position").map_or(Ok(0), |node| small(node, u64::MAX))?;
    let block = ctx.now.block;
    let token = match name {
        "execute_borrow" | "execute_repay" => Some(read.token(market)?),
        _ => None,
    };
    let amount = if name == "harvest" { U256::ZERO } else { read.integer("amount")? };
    if market.executing.is_some() {
        return Ok(Err(HomoraError::Locked));
    }
    let book = Book { prices: ctx.prices, eth: market.state.eth };
    let operation = |tx: &mut Transaction<'_>, number: u64| match (name, token) {
        ("execute_borrow", Some(place)) => debt::borrow(tx, number, place, amount, block)
            .map(|share| vec![("share", Dump::text(share)), ("amount", Dump::text(amount))]),
        ("execute_repay", Some(place)) => debt::repay(tx, number, place, amount, block).map(repaid),
        ("execute_put", _) => collateral::put_plain(tx, number, amount).map(|()| Vec::new()),
        ("execute_take", _) => {
            collateral::take_plain(tx, number, amount).map(|taken| vec![("amount", Dump::text(taken))])
        }
        ("execute_stake", _) => collateral::stake(tx, number, amount, block).map(restaked),
        ("execute_unstake", _) => collateral::unstake(tx, number, amount, block).map(restaked),
        _ => collateral::harvest(tx, number, block).map(restaked),
    };
    Ok(market.state.transact(|tx| {
        let number = execution::enter(tx, caller, position)?;
        let mut entries = operation(tx, number)?;
        execution::leave(tx.state(), number, &book)?;
        entries.push(("position", Dump::text(number)));
        Ok(Dump::table(entries))
    }))
}

fn repaid(repaid: Repaid) -> Vec<(&'static str, Dump)> {
    vec![("amount", Dump::text(repaid.paid)), ("share", Dump::text(repaid.share))]
}

fn restaked(done: Restaked) -> Vec<(&'static str, Dump)> {
    let amount = |side: Option<(Wrapped, U256)>| side.map_or(U256::ZERO, |(_, amount)| amount);
    vec![
        ("taken", Dump::text(amount(done.taken))),
        ("put", Dump::text(amount(done.put))),
        ("reward", Dump::text(done.reward)),
    ]
}

fn call(
    market: &mut AlphaHomoraMarket,
    name: &str,
    read: &mut Arguments<'_, '_>,
    caller: Account,
    ctx: &Context<'_>,
) -> std::result::Result<Result<Dump>, ConfigError> {
    let block = ctx.now.block;
    let none = || Dump::table::<&str>([]);
    let of = |key: &'static str, raw: U256| Dump::table([(key, Dump::text(raw))]);
    Ok(match name {
        "liquidate_position" => {
            let number = small(read.fields.required("position", UNITS)?, u64::MAX)?;
            let (place, amount) = (read.token(market)?, read.integer("amount")?);
            let book = Book { prices: ctx.prices, eth: market.state.eth };
            let done = market
                .state
                .transact(|tx| liquidation::liquidate(tx, caller, number, place, amount, &book, block));
            done.map(|done| {
                let mut entries = repaid(done.repaid);
                entries.push(("bounty", Dump::text(done.bounty)));
                Dump::table(entries)
            })
        }
        "unwrap" => {
            let token = read_wrapped(read.fields.required("token", "\"plain\", or an integer")?)?;
            let amount = read.integer("amount")?;
            let done = market.state.transact(|tx| collateral::unwrap(tx, caller, token, amount, block));
            done.map(|(amount, reward)| {
                Dump::table([("amount", Dump::text(amount)), ("reward", Dump::text(reward))])
            })
        }
        "accrue_bank" => {
            let place = read.token(market)?;
            market.state.transact(|tx| debt::accrue(tx, place, block)).map(|()| none())
        }
        "lender_borrow" => {
            let (place, amount) = (read.token(market)?, read.integer("amount")?);
            market.state.transact(|tx| lenders::borrow(tx, caller, place, amount, block)).map(|()| none())
        }
        "lender_repay" => {
            let (place, amount) = (read.token(market)?, read.integer("amount")?);
            let done = market.state.transact(|tx| lenders::repay(tx, caller, place, amount, block));
            done.map(|paid| of("amount", paid))
        }
        "chef_deposit" => {
            let amount = read.integer("amount")?;
            let done = market.state.transact(|tx| lenders::stake(tx, caller, amount, block));
            done.map(|paid| of("reward", paid))
        }
        "chef_withdraw" => {
            let amount = read.integer("amount")?;
            let done = market.state.transact(|tx| lenders::unstake(tx, caller, amount, block));
            done.map(|paid| of("reward", paid))
        }
        // "withdraw_reserve"
        _ => {
            let (place, amount) = (read.token(market)?, read.integer("amount")?);
            market.state.transact(|tx| lenders::withdraw_reserve(tx, place, amount)).map(|()| none())
        }
    })
}

fn govern(
    market: &mut AlphaHomoraMarket,
    name: &str,
    read: &mut Arguments<'_, '_>,
) -> std::result::Result<Result<Dump>, ConfigError> {
    let state = &mut market.state;
    let changed = match name {
        "set_fee" => state.set_fee(small(read.fields.required("bps", UNITS)?, u64::MAX)?),
        "set_factors" => {
            let asset = venue_asset(read.fields.required("token", "a token of the venue")?, state)?;
            let mut bps = |key| {
                let node = read.fields.required(key, "basis points")?;
                let value = small(node, u64::from(u16::MAX))?;
                u16::try_from(value).map_err(|_| node.invalid("basis points"))
            };
            let read = [bps("borrow")?, bps("collateral")?, bps("incentive")?];
            let [borrow, collateral, incentive] = read;
            Factors::new(borrow, collateral, incentive).and_then(|factors| state.set_factors(asset, factors))
        }
        "set_bank_status" => {
            let node = read.fields.required("status", UNITS)?;
            let status = small(node, u64::from(u8::MAX))?;
            state.set_status(u8::try_from(status).unwrap_or_default());
            Ok(())
        }
        "set_token_whitelist" => {
            let asset = venue_asset(read.fields.required("token", "a token of the venue")?, state)?;
            state.set_token_whitelist(asset, read.flag("ok")?)
        }
        // "set_lp_whitelist", the last of the names.
        _ => {
            let node = read.fields.required("spell", "\"uniswap\" or \"sushi\"")?;
            let spell = match node.text()? {
                "uniswap" => Spell::Uniswap,
                "sushi" => Spell::Sushi,
                other => return Err(node.unknown_name(other, ["uniswap", "sushi"])),
            };
            state.set_lp_whitelist(spell, read.flag("ok")?);
            Ok(())
        }
    };
    Ok(changed.map(|()| Dump::table::<&str>([])))
}

struct Arguments<'a, 'f> {
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
}

impl Arguments<'_, '_> {
    fn integer(&mut self, key: &'static str) -> std::result::Result<U256, ConfigError> {
        integer(self.fields.required(key, UNITS)?)
    }

    fn token(&mut self, market: &AlphaHomoraMarket) -> std::result::Result<usize, ConfigError> {
        read_token(self.fields.required("token", "a token of the venue")?, &market.state)
    }

    fn flag(&mut self, key: &'static str) -> std::result::Result<bool, ConfigError> {
        self.fields.required(key, "true or false")?.boolean()
    }
}
