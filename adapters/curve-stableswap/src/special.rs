//! Operations that only this protocol has, and its own functions by their own names; the README lists them.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::Dump;
use levmine_math::U256;

use crate::contract::Payment;
use crate::decode::{INTEGER, read_integer, read_list};
use crate::error::CurveError;
use crate::market::Market;
use crate::per_coin::PerCoin;

const INDEX: &str = "the number of a coin, from 0";

type Outcome = Result<Dump, CurveError>;

/// Arguments by name.
struct Read<'a, 'b>(&'a mut Fields<'b>);

impl Read<'_, '_> {
    fn number(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        read_integer(self.0.required(key, INTEGER)?)
    }

    fn or(&mut self, key: &'static str, default: U256) -> Result<U256, ConfigError> {
        self.0.optional(key).map_or(Ok(default), read_integer)
    }

    fn list(&mut self, key: &'static str) -> Result<PerCoin, ConfigError> {
        read_list(self.0.required(key, "a list of amounts in base units, one for each coin")?)
    }

    /// A place; one far beyond the coins where the number is too large, or below zero.
    fn index(&mut self, key: &'static str) -> Result<usize, ConfigError> {
        let node = self.0.required(key, INDEX)?;
        if node.digits()?.trim().parse::<i128>().is_ok_and(i128::is_negative) {
            return Ok(usize::MAX);
        }
        let number = read_integer(node)?;
        Ok(usize::try_from(number).unwrap_or(usize::MAX))
    }

    fn pair(&mut self) -> Result<[usize; 2], ConfigError> {
        Ok([self.index("i")?, self.index("j")?])
    }

    fn flag(&mut self, key: &'static str, default: bool) -> Result<bool, ConfigError> {
        self.0.optional(key).map_or(Ok(default), Node::boolean)
    }

    /// Whether the owner acts: `admin`, or nobody in particular.
    fn is_owner(&mut self) -> Result<bool, ConfigError> {
        Ok(match self.0.optional("by") {
            None => true,
            Some(node) => node.text()? == "admin",
        })
    }
}

/// Runs the operation `name`; `None` if there is no such operation.
pub(crate) fn run(
    market: &mut Market,
    name: &str,
    arguments: &mut Fields<'_>,
    now: u64,
) -> Result<Option<Outcome>, ConfigError> {
    let mut read = Read(arguments);
    if let Some(outcome) = trade(market, name, &mut read, now)? {
        return Ok(Some(outcome));
    }
    if let Some(outcome) = view(market, name, &mut read, now)? {
        return Ok(Some(outcome));
    }
    govern(market, name, &mut read, now)
}

fn trade(
    market: &mut Market,
    name: &str,
    read: &mut Read<'_, '_>,
    now: u64,
) -> Result<Option<Outcome>, ConfigError> {
    Ok(Some(match name {
        "exchange" | "exchange_received" => {
            let (coins, dx, min) = (read.pair()?, read.number("dx")?, read.or("min_dy", U256::ZERO)?);
            let payment = if name == "exchange" { Payment::Taken } else { Payment::Sent };
            market.exchange(coins, dx, min, payment, now).map(|swapped| {
                Dump::table([
                    ("dy", Dump::text(swapped.paid)),
                    ("received", Dump::text(swapped.received)),
                    ("fee", Dump::text(swapped.fee)),
                    ("admin_fee", Dump::text(swapped.admin_fee)),
                ])
            })
        }
        "exchange_underlying" => {
            let (coins, dx, min) = (read.pair()?, read.number("dx")?, read.or("min_dy", U256::ZERO)?);
            market.exchange_underlying(coins, dx, min, now).map(|done| {
                Dump::table([
                    ("dy", Dump::text(done.paid)),
                    ("base_minted", Dump::text(done.minted)),
                    ("base_burned", Dump::text(done.burned)),
                ])
            })
        }
        "add_liquidity_raw" => {
            let (amounts, min) = (read.list("amounts")?, read.or("min_mint", U256::ZERO)?);
            market.add_liquidity(&amounts, min, now).map(|added| {
                Dump::table([
                    ("minted", Dump::text(added.minted)),
                    ("received", list(&added.received)),
                    ("fees", list(&added.fees)),
                ])
            })
        }
        "remove_liquidity_raw" => {
            let (burned, min) = (read.number("lp")?, read.list("min_amounts")?);
            let claim = read.flag("claim_admin_fees", true)?;
            market.remove_liquidity(burned, &min, claim, now).map(|removed| {
                Dump::table([("amounts", list(&removed.amounts)), ("claimed", list(&removed.claimed))])
            })
        }
        "remove_liquidity_imbalance" => {
            let (amounts, max) = (read.list("amounts")?, read.or("max_burn", U256::MAX)?);
            let removed = market.remove_imbalance(&amounts, max, now);
            removed.map(|removed| Dump::table([("burned", Dump::text(removed.burned))]))
        }
        "remove_liquidity_one_coin" => {
            let (burned, i, min) = (read.number("lp")?, read.index("i")?, read.or("min_amount", U256::ZERO)?);
            market.remove_one(burned, i, min, now).map(|removed| {
                Dump::table([("dy", Dump::text(removed.paid)), ("fee", Dump::text(removed.fee))])
            })
        }
        "base_exchange" => {
            let (coins, dx, min) = (read.pair()?, read.number("dx")?, read.or("min_dy", U256::ZERO)?);
            let swapped =
                market.on_base(|base, rates| base.exchange(coins, dx, min, Payment::Taken, &rates, now));
            swapped.map(|swapped| Dump::table([("dy", Dump::text(swapped.paid))]))
        }
        "base_add_liquidity" => {
            let (amounts, min) = (read.list("amounts")?, read.or("min_mint", U256::ZERO)?);
            let added = market.on_base(|base, rates| base.add_liquidity(&amounts, min, &rates, now));
            added.map(|added| Dump::table([("minted", Dump::text(added.minted))]))
        }
        "transfer_to_pool" => {
            let (coin, amount) = (read.index("coin")?, read.number("amount")?);
            market.pool_mut().send(coin, amount).map(|()| nothing())
        }
        _ => return Ok(None),
    }))
}

fn view(
    market: &Market,
    name: &str,
    read: &mut Read<'_, '_>,
    now: u64,
) -> Result<Option<Outcome>, ConfigError> {
    let one = |key: &'static str, value: Result<U256, CurveError>| {
        value.map(|value| Dump::table([(key, Dump::text(value))]))
    };
    let rated = |view: &dyn Fn(&PerCoin) -> Result<U256, CurveError>| {
        market.rates(now).and_then(|rates| view(&rates))
    };
    let pool = market.pool();
    Ok(Some(match name {
        "get_dy" => {
            let (coins, dx) = (read.pair()?, read.number("dx")?);
            one("dy", rated(&|rates| pool.get_dy(coins, dx, rates, now)))
        }
        "get_dx" => {
            let (coins, dy) = (read.pair()?, read.number("dy")?);
            one("dx", rated(&|rates| pool.get_dx(coins, dy, rates, now)))
        }
        "get_dy_underlying" => {
            let (coins, dx) = (read.pair()?, read.number("dx")?);
            one("dy", market.get_dy_underlying(coins, dx, now))
        }
        "get_dx_underlying" => {
            let (coins, dy) = (read.pair()?, read.number("dy")?);
            one("dx", market.get_dx_underlying(coins, dy, now))
        }
        "calc_token_amount" => {
            let (amounts, deposit) = (read.list("amounts")?, read.flag("deposit", true)?);
            one("lp", rated(&|rates| pool.calc_token_amount(&amounts, deposit, rates, now)))
        }
        "calc_withdraw_one_coin" => {
            let (burned, i) = (read.number("lp")?, read.index("i")?);
            one("dy", rated(&|rates| pool.calc_withdraw_one_coin(burned, i, rates, now)))
        }
        "get_virtual_price" => one("virtual_price", market.virtual_price(now)),
        "price_oracle" => {
            let i = read.index("i")?;
            let oracle = pool.state().oracle.and_then(|oracle| oracle.price_oracle(i, now));
            one("price", oracle.ok_or(CurveError::NoAverage))
        }
        "D_oracle" => {
            let oracle = pool.state().oracle.and_then(|oracle| oracle.d_oracle(now));
            one("D", oracle.ok_or(CurveError::NoAverage))
        }
        _ => return Ok(None),
    }))
}

fn govern(
    market: &mut Market,
    name: &str,
    read: &mut Read<'_, '_>,
    now: u64,
) -> Result<Option<Outcome>, ConfigError> {
    // Not the owner's: what happens to a pool from outside, and what anybody may do in the newest.
    let is_newest = market.pool().params().generation().is_ng();
    let is_open = matches!(name, "set_rate" | "set_transfer_fee_bps" | "rebase")
        || name == "withdraw_admin_fees" && is_newest;
    let is_allowed = is_open || read.is_owner()?;
    let pool = market.pool_mut();
    let done = |act: &mut dyn FnMut() -> Result<(), CurveError>| -> Outcome {
        if is_allowed { act().map(|()| nothing()) } else { Err(CurveError::NotOwner) }
    };
    Ok(Some(match name {
        "ramp_A" => {
            let (a, until) = (read.number("A")?, read.number("t_end")?);
            done(&mut || pool.ramp(a, until, now))
        }
        "stop_ramp_A" => done(&mut || pool.stop_ramp(now)),
        "commit_new_fee" => {
            let (fee, admin) = (read.number("fee")?, read.number("admin_fee")?);
            let other = read.or("offpeg_fee_multiplier", U256::ZERO)?;
            done(&mut || pool.commit(fee, admin, other, now))
        }
        "commit_new_parameters" => {
            let (a, fee, admin) = (read.number("A")?, read.number("fee")?, read.number("admin_fee")?);
            done(&mut || pool.commit(fee, admin, a, now))
        }
        "apply_new_fee" | "apply_new_parameters" => done(&mut || pool.apply(now)),
        "revert_new_parameters" => done(&mut || pool.revert()),
        "set_new_fee" => {
            let (fee, multiplier) = (read.number("fee")?, read.number("offpeg_fee_multiplier")?);
            done(&mut || pool.set_fee(fee, multiplier))
        }
        "set_new_admin_fee" => {
            let fee = read.number("admin_fee")?;
            done(&mut || pool.set_admin_fee(fee))
        }
        "set_ma_exp_time" => {
            let (prices, d) = (read.number("ma_exp_time")?, read.number("D_ma_time")?);
            done(&mut || pool.set_windows(prices, d))
        }
        "kill_me" => done(&mut || pool.kill(true, now)),
        "unkill_me" => done(&mut || pool.kill(false, now)),
        "donate_admin_fees" => done(&mut || pool.donate_admin_fees()),
        "withdraw_admin_fees" if is_allowed => {
            pool.withdraw_admin_fees().map(|claimed| Dump::table([("claimed", list(&claimed))]))
        }
        "withdraw_admin_fees" => Err(CurveError::NotOwner),
        "set_rate" => {
            let (coin, rate) = (read.index("coin")?, read.number("rate")?);
            done(&mut || pool.set_rate(coin, rate))
        }
        "set_transfer_fee_bps" => {
            let (coin, bps) = (read.index("coin")?, read.number("bps")?);
            done(&mut || pool.set_transfer_fee(coin, bps))
        }
        "rebase" => {
            let (coin, held) = (read.index("coin")?, read.number("held")?);
            done(&mut || pool.rebase(coin, held))
        }
        _ => return Ok(None),
    }))
}

fn nothing() -> Dump {
    Dump::Table(Vec::new())
}

fn list(amounts: &PerCoin) -> Dump {
    Dump::List(amounts.iter().map(Dump::text).collect())
}
