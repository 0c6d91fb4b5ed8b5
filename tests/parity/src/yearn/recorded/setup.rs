//! How a record begins.

use levmine_market::{Asset, Assets, BuildContext, Moment, Timestamp};
use levmine_vault::Vault;
use levmine_yearn::YearnVault;
use serde_json::{Map, Value, json};

use super::{YearnRecording, number_at, read_table, table_at, text_at};
use crate::ParityError;
use crate::recorded::{Accounts, Recording, Wallets, lacks, list_at};

const ASSET: &str = "ASSET";

pub(super) fn open(file: &Value, version: &str) -> Result<Box<dyn Recording>, ParityError> {
    let setup = &file["setup"];
    let params = &setup["params"];
    let decimals = text_at(params, "decimals")?.parse().map_err(|_| lacks("decimals"))?;
    let asset = Asset::new(ASSET, decimals).map_err(|_| lacks("decimals"))?;
    let mut assets = Assets::standard();
    assets.insert(asset);
    let start: u64 = text_at(setup, "t0_unix")?.parse().map_err(|_| lacks("t0_unix"))?;
    let venue = json!({ "version": version, "asset": ASSET });
    let state = match version {
        "3.0.4" => v3(setup, start)?,
        "tokenized-3.0.4" => tokenized(setup, start)?,
        _ => v2(setup, start, version)?,
    };
    let vault = build(&venue, state, &assets)?;
    let share = vault.share(asset).ok_or_else(|| lacks("a share"))?;
    let users = table_at(setup, "accounts")?;
    let accounts = Accounts::of(users.keys().map(String::as_str), file);
    let mut wallets = Wallets::default();
    for (name, held) in users {
        wallets.set(accounts.account(name), asset, number_at(held, "tokens")?);
        wallets.set(accounts.account(name), share, number_at(held, "shares")?);
    }
    Ok(Box::new(YearnRecording {
        dump: vault.dump(),
        vault,
        venue,
        assets,
        asset,
        share,
        accounts,
        wallets,
        start,
        now: Moment { time: Timestamp(start), block: 0 },
    }))
}

pub(super) fn build(venue: &Value, state: Value, assets: &Assets) -> Result<YearnVault, ParityError> {
    let mut table = venue.clone();
    table["state"] = state;
    let ctx = BuildContext { venue: "venue", assets, now: Moment::default() };
    read_table(&table, |fields| YearnVault::decode(fields, &ctx))
}

/// Takes these fields over as they stand.
fn copied(from: &Value, keys: &[&str]) -> Result<Map<String, Value>, ParityError> {
    keys.iter()
        .map(|key| Ok(((*key).to_string(), from.get(*key).cloned().ok_or_else(|| lacks(key))?)))
        .collect()
}

/// A time of the record in Unix seconds.
fn time(from: &Value, key: &str, start: u64) -> Result<Value, ParityError> {
    let seconds: u64 = text_at(from, key)?.parse().map_err(|_| lacks(key))?;
    Ok(json!(seconds.saturating_add(start).to_string()))
}

/// The strategies, each with these fields and times.
fn strategies(from: &Value, keys: &[&str], start: u64) -> Result<Value, ParityError> {
    let mut all = Vec::new();
    for one in list_at(from, "strategies")? {
        let mut fields = copied(one, keys)?;
        for key in ["activation", "last_report"] {
            fields.insert(key.into(), time(one, key, start)?);
        }
        all.push(Value::Object(fields));
    }
    Ok(Value::Array(all))
}

fn v2(setup: &Value, start: u64, version: &str) -> Result<Value, ParityError> {
    let from = &setup["initial_state"];
    let mut state = copied(
        from,
        &[
            "vault_token_balance",
            "total_debt",
            "total_supply",
            "locked_profit",
            "locked_profit_degradation",
            "debt_ratio",
            "deposit_limit",
            "management_fee",
            "performance_fee",
            "emergency_shutdown",
            "rewards_shares",
        ],
    )?;
    if version == "0.4.6" {
        state.extend(copied(from, &["total_idle"])?);
    }
    state.insert("last_report".into(), time(from, "last_report", start)?);
    let keys = [
        "performance_fee",
        "debt_ratio",
        "min_debt_per_harvest",
        "max_debt_per_harvest",
        "total_debt",
        "total_gain",
        "total_loss",
        "token_balance",
        "vault_shares",
    ];
    state.insert("strategies".into(), strategies(from, &keys, start)?);
    Ok(Value::Object(state))
}

fn v3(setup: &Value, start: u64) -> Result<Value, ParityError> {
    let (from, params) = (&setup["initial_state"], &setup["params"]);
    let mut state = copied(
        from,
        &[
            "vault_token_balance",
            "total_idle",
            "total_debt",
            "profit_unlocking_rate",
            "profit_max_unlock_time",
            "deposit_limit",
            "minimum_total_idle",
            "protocol_fee_shares",
        ],
    )?;
    state.insert("raw_total_supply".into(), from["total_supply"].clone());
    state.insert("protocol_fee_bps".into(), params.get("protocol_fee_bps").cloned().unwrap_or(json!("0")));
    let mut accountant =
        copied(&setup["accountant_config"], &["performance_fee_bps", "flat_fee", "refund_bps"])?;
    accountant.insert("attached".into(), json!(params.get("accountant") != Some(&json!(false))));
    accountant.insert("tokens".into(), from["accountant_tokens"].clone());
    accountant.insert("shares".into(), from["accountant_shares"].clone());
    state.insert("accountant".into(), Value::Object(accountant));
    let keys = [
        "current_debt",
        "max_debt",
        "vault_strategy_shares",
        "strategy_total_assets",
        "strategy_total_supply",
    ];
    state.insert("strategies".into(), strategies(from, &keys, start)?);
    Ok(Value::Object(state))
}

fn tokenized(setup: &Value, start: u64) -> Result<Value, ParityError> {
    let (from, params) = (&setup["initial_state"], &setup["params"]);
    let mut state = copied(
        from,
        &[
            "total_assets",
            "profit_unlocking_rate",
            "profit_max_unlock_time",
            "performance_fee",
            "fee_recipient_shares",
            "protocol_fee_shares",
            "idle_tokens",
            "deployed_tokens",
            "is_shutdown",
        ],
    )?;
    state.insert("raw_total_supply".into(), from["total_supply"].clone());
    state.insert("last_report".into(), time(from, "last_report", start)?);
    state.insert("protocol_fee_bps".into(), params.get("protocol_fee_bps").cloned().unwrap_or(json!("0")));
    Ok(Value::Object(state))
}
