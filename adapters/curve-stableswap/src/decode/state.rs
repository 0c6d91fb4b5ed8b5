//! The contract's own integers.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::Dump;
use levmine_math::U256;

use super::{INTEGER, read_integer, read_list};
use crate::contract::{Contract, Params, State};
use crate::market::Market;
use crate::oracle::Oracle;
use crate::per_coin::PerCoin;

const SECONDS: &str = "Unix seconds";

/// Reads what [`dump`] writes, over what is there already; a key that is missing leaves what there is. The keys of the base
/// pool are left to the caller.
pub(super) fn read_state(
    node: &Node,
    state: &mut State,
    params: &Params,
    is_base: bool,
) -> Result<(), ConfigError> {
    let mut all = node.fields()?;
    let fields = &mut all;
    let coins = params.coins();
    let has_held = fields.optional("token_balances").is_some();
    per_coin(fields, "stored_balances", coins, &mut state.stored)?;
    if !has_held {
        state.held = state.stored;
    }
    per_coin(fields, "token_balances", coins, &mut state.held)?;
    per_coin(fields, "admin_balances", coins, &mut state.admin)?;
    per_coin(fields, "fetched_rates", coins, &mut state.fetched)?;
    let State { supply, fee, admin_fee, multiplier, ramp, pending, transfer_fee_bps, .. } = state;
    for (key, place) in [
        ("total_supply", supply),
        ("fee", fee),
        ("admin_fee", admin_fee),
        ("offpeg_fee_multiplier", multiplier),
        ("initial_A", &mut ramp.initial),
        ("future_A", &mut ramp.future),
        ("initial_A_time", &mut ramp.initial_time),
        ("future_A_time", &mut ramp.future_time),
        ("future_fee", &mut pending.fee),
        ("future_admin_fee", &mut pending.admin_fee),
        ("future_parameter", &mut pending.other),
        ("transfer_fee_bps", transfer_fee_bps),
    ] {
        integer(fields, key, place)?;
    }
    seconds(fields, "kill_deadline", &mut state.kill_deadline)?;
    seconds(fields, "admin_actions_deadline", &mut state.pending.deadline)?;
    if let Some(node) = fields.optional("is_killed") {
        state.is_killed = node.boolean()?;
    }
    if let Some(oracle) = &mut state.oracle {
        read_oracle(fields, oracle, coins)?;
    }
    if !is_base {
        for key in ["base", "base_virtual_price", "base_cache_updated"] {
            if let Some(node) = fields.optional(key).filter(|_| !params.generation().is_meta()) {
                return Err(node.invalid("nothing, as the pool has no base pool"));
            }
        }
    }
    all.finish()
}

/// What a metapool remembers of its base pool.
pub(super) fn read_base(node: &Node) -> Result<Option<(U256, u64)>, ConfigError> {
    let mut fields = node.fields()?;
    let Some(node) = fields.optional("base_virtual_price") else { return Ok(None) };
    let price = read_integer(node)?;
    let updated = fields.required("base_cache_updated", SECONDS)?.parse(SECONDS)?;
    Ok(Some((price, updated)))
}

fn read_oracle(fields: &mut Fields<'_>, oracle: &mut Oracle, coins: usize) -> Result<(), ConfigError> {
    let prices = coins.saturating_sub(1);
    per_coin(fields, "last_prices", prices, &mut oracle.last_prices)?;
    per_coin(fields, "ema_prices", prices, &mut oracle.mean_prices)?;
    for (key, place) in [
        ("last_D", &mut oracle.d.last),
        ("ema_D", &mut oracle.d.mean),
        ("ma_exp_time", &mut oracle.price_window),
        ("D_ma_time", &mut oracle.d_window),
    ] {
        integer(fields, key, place)?;
    }
    seconds(fields, "ma_last_time", &mut oracle.price_time)?;
    seconds(fields, "ma_last_time_D", &mut oracle.d_time)
}

fn integer(fields: &mut Fields<'_>, key: &'static str, place: &mut U256) -> Result<(), ConfigError> {
    if let Some(node) = fields.optional(key) {
        *place = read_integer(node)?;
    }
    Ok(())
}

fn seconds(fields: &mut Fields<'_>, key: &'static str, place: &mut u64) -> Result<(), ConfigError> {
    if let Some(node) = fields.optional(key) {
        *place = node.parse(SECONDS)?;
    }
    Ok(())
}

fn per_coin(
    fields: &mut Fields<'_>,
    key: &'static str,
    len: usize,
    place: &mut PerCoin,
) -> Result<(), ConfigError> {
    if let Some(node) = fields.optional(key) {
        let list = read_list(node)?;
        if list.len() != len {
            return Err(node.invalid(format!("a list of {len}: {INTEGER}")));
        }
        *place = list;
    }
    Ok(())
}

/// Writes the state under the contract's names, where it has one.
pub(crate) fn dump(market: &Market) -> Dump {
    let mut entries = contract(market.pool());
    if let Some(base) = market.base() {
        entries.push(("base_virtual_price", Dump::text(base.virtual_price)));
        entries.push(("base_cache_updated", Dump::text(base.updated)));
        entries.push(("base", Dump::table(contract(&base.pool))));
    }
    Dump::table(entries)
}

fn contract(pool: &Contract) -> Vec<(&'static str, Dump)> {
    let state = pool.state();
    let list = |values: &PerCoin| Dump::List(values.iter().map(Dump::text).collect());
    let mut entries = vec![
        ("stored_balances", list(&state.stored)),
        ("token_balances", list(&state.held)),
        ("admin_balances", list(&state.admin)),
        ("total_supply", Dump::text(state.supply)),
        ("fee", Dump::text(state.fee)),
        ("admin_fee", Dump::text(state.admin_fee)),
        ("offpeg_fee_multiplier", Dump::text(state.multiplier)),
        ("initial_A", Dump::text(state.ramp.initial)),
        ("future_A", Dump::text(state.ramp.future)),
        ("initial_A_time", Dump::text(state.ramp.initial_time)),
        ("future_A_time", Dump::text(state.ramp.future_time)),
        ("is_killed", Dump::Boolean(state.is_killed)),
        ("kill_deadline", Dump::text(state.kill_deadline)),
        ("admin_actions_deadline", Dump::text(state.pending.deadline)),
        ("future_fee", Dump::text(state.pending.fee)),
        ("future_admin_fee", Dump::text(state.pending.admin_fee)),
        ("future_parameter", Dump::text(state.pending.other)),
        ("transfer_fee_bps", Dump::text(state.transfer_fee_bps)),
        ("fetched_rates", list(&state.fetched)),
    ];
    if let Some(oracle) = &state.oracle {
        entries.extend([
            ("last_prices", list(&oracle.last_prices)),
            ("ema_prices", list(&oracle.mean_prices)),
            ("last_D", Dump::text(oracle.d.last)),
            ("ema_D", Dump::text(oracle.d.mean)),
            ("ma_exp_time", Dump::text(oracle.price_window)),
            ("D_ma_time", Dump::text(oracle.d_window)),
            ("ma_last_time", Dump::text(oracle.price_time)),
            ("ma_last_time_D", Dump::text(oracle.d_time)),
        ]);
    }
    entries
}
