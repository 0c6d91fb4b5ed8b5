//! Records of pools of every generation.

use levmine_amm::Pool;
use levmine_curve_stableswap::{BASE_SHARE, Contract, CurvePool, Generation};
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Timestamp, TokenAmount, Transfer};
use levmine_math::U256;
use serde_json::{Map, Value, json};

use super::wallets::{numbers, payments, place, receipts, share};
use crate::recorded::{
    Accounts, Recording, Wallets, dump_json, lacks, list_at, number_at, read_table, table_at, text_at,
    unknown_leaf,
};
use crate::{Operation, ParityError, Recorded};

const fn recorded(
    version: &'static str,
    contracts: &'static str,
    files: &'static [&'static str],
) -> Recorded {
    Recorded { protocol: "curve-stableswap", version, contracts, files, open }
}

/// What is compared with records: every generation.
pub const RECORDED: &[Recorded] = &[
    recorded("3pool", "StableSwap3Pool at 574f440", &["3pool_"]),
    recorded("susd", "StableSwapSUSD at 574f440", &["susd_"]),
    recorded("steth", "StableSwapSTETH at 574f440", &["steth_"]),
    recorded("aave", "StableSwapAave at 574f440", &["aave_"]),
    recorded("template", "StableSwapEURS at 574f440", &["eurs_"]),
    recorded("meta", "StableSwapGUSD over StableSwap3Pool at 574f440", &["gusd_"]),
    recorded("ng-7.0.0", "CurveStableSwapNG v7.0.0", &["ng_"]),
    recorded("ng-meta-7.0.0", "CurveStableSwapMetaNG v7.0.0", &["ngmeta_"]),
];

/// Where a contract reverts without a word.
const SILENT: &str = "no data";

/// Who is paid the owner's part of the fees.
const ADMIN: &str = "admin";

const TWO_MONTHS: u64 = 60 * 86_400;

/// A pool and the wallets around it.
struct CurveRecording {
    pool: CurvePool,
    /// The venue's table without its state.
    venue: Value,
    assets: Assets,
    coins: Vec<Asset>,
    base_coins: Vec<Asset>,
    accounts: Accounts,
    wallets: Wallets,
    /// Time 0 of the record, in Unix seconds.
    origin: u64,
    now: u64,
}

fn open(file: &Value) -> Result<Box<dyn Recording>, ParityError> {
    let setup = &file["setup"];
    let kind = text_at(&setup["params"], "kind")?;
    let origin: u64 = text_at(setup, "t0_unix")?.parse().map_err(|_| lacks("t0_unix"))?;
    let mut assets = Assets::standard();
    let mut named = |start: &str, decimals: &[Value]| -> Result<Vec<Asset>, ParityError> {
        let mut coins = Vec::new();
        for (at, decimals) in decimals.iter().enumerate() {
            let decimals =
                decimals.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| lacks("decimals"))?;
            let asset = Asset::new(&format!("{start}{at}"), decimals).map_err(|_| lacks("decimals"))?;
            assets.insert(asset);
            coins.push(asset);
        }
        Ok(coins)
    };
    let coins = named("COIN", list_at(setup, "coin_decimals")?)?;
    let base = setup.get("base");
    let base_coins = match base {
        Some(base) => named("BASE", list_at(base, "coin_decimals")?)?,
        None => Vec::new(),
    };
    let mut venue = listing(version(kind)?, &coins, &setup["params"])?;
    let mut state = state(setup, kind, origin)?;
    if let Some(base) = base {
        let kind = text_at(base, "kind")?;
        venue["base"] = listing(version(kind)?, &base_coins, &base["params"])?;
        state["base"] = self::state(base, kind, origin)?;
        let price = setup["state"].get("base_virtual_price_cached").cloned();
        state["base_virtual_price"] = price.unwrap_or_else(|| json!("0"));
        state["base_cache_updated"] = json!(origin.to_string());
    }
    let pool = build(&venue, state, &assets, origin)?;
    let accounts = Accounts::of(table_at(setup, "accounts")?.keys().map(String::as_str).chain([ADMIN]), file);
    let mut wallets = Wallets::default();
    for (name, held) in table_at(setup, "accounts")? {
        let account = accounts.account(name);
        for (asset, raw) in coins.iter().zip(numbers(held, "coins")?) {
            wallets.set(account, *asset, raw);
        }
        wallets.set(account, share(&pool), number_at(held, "lp")?);
        if held.get("base_coins").is_some() {
            for (asset, raw) in base_coins.iter().zip(numbers(held, "base_coins")?) {
                wallets.set(account, *asset, raw);
            }
        }
    }
    Ok(Box::new(CurveRecording {
        pool,
        venue,
        assets,
        coins,
        base_coins,
        accounts,
        wallets,
        origin,
        now: origin,
    }))
}

fn version(kind: &str) -> Result<&'static str, ParityError> {
    let generation = match kind {
        "p3" => Generation::ThreePool,
        "susd" => Generation::Susd,
        "steth" => Generation::Steth,
        "aave" => Generation::Aave,
        "eurs" => Generation::Template,
        "gusd" => Generation::Meta,
        "ng" => Generation::Ng,
        "ngmeta" => Generation::NgMeta,
        _ => return Err(lacks("kind")),
    };
    Ok(generation.name())
}

/// The venue table of a pool without its state.
fn listing(version: &str, coins: &[Asset], params: &Value) -> Result<Value, ParityError> {
    let symbols: Vec<&str> = coins.iter().map(Asset::symbol).collect();
    let mut venue = json!({ "version": version, "coins": symbols });
    if let Some(types) = params.get("types").and_then(Value::as_array) {
        let name = |at: usize| match types.get(at).and_then(Value::as_str) {
            None | Some("0") => Ok("plain"),
            Some("1") => Ok("oracle"),
            Some("2") => Ok("rebasing"),
            Some("3") => Ok("erc4626"),
            _ => Err(lacks("types")),
        };
        let names: Result<Vec<&str>, _> = (0..coins.len()).map(name).collect();
        venue["asset_types"] = json!(names?);
    }
    if let Some(decimals) = params.get("assetdec") {
        venue["asset_decimals"] = decimals.clone();
    }
    Ok(venue)
}

/// The state in which a pool begins.
fn state(setup: &Value, kind: &str, origin: u64) -> Result<Value, ParityError> {
    let (recorded, params) = (&setup["state"], &setup["params"]);
    let a = recorded["A_raw"].clone();
    let mut state = json!({
        "stored_balances": recorded["balances"],
        "total_supply": recorded["lp_supply"],
        "fee": recorded["fee"],
        "admin_fee": recorded["admin_fee"],
        "initial_A": a,
        "future_A": a,
        // sUSD was made three days before, so that its first parameters could be set.
        "kill_deadline": (origin + TWO_MONTHS - if kind == "susd" { 3 * 86_400 } else { 0 }).to_string(),
    });
    if let Some(multiplier) = params.get("offpeg") {
        state["offpeg_fee_multiplier"] = multiplier.clone();
    }
    if let Some(rates) = params.get("rates").and_then(Value::as_array) {
        let count = list_at(recorded, "balances")?.len();
        let rate = |at: usize| match rates.get(at) {
            Some(Value::String(rate)) => rate.clone(),
            _ => "1000000000000000000".into(),
        };
        state["fetched_rates"] = (0..count).map(rate).collect();
    }
    Ok(state)
}

fn build(venue: &Value, state: Value, assets: &Assets, now: u64) -> Result<CurvePool, ParityError> {
    let mut table = venue.clone();
    table["state"] = state;
    let now = Moment { time: Timestamp(now), block: 0 };
    let context = BuildContext { venue: "pool", assets, now };
    read_table(&table, |fields| CurvePool::decode(fields, &context))
}

impl CurveRecording {
    fn moment(&self) -> Moment {
        Moment { time: Timestamp(self.now), block: 0 }
    }

    fn generation(&self) -> Generation {
        self.pool.market().pool().params().generation()
    }

    /// The adapter's own operation.
    fn call(
        &self,
        pool: &mut CurvePool,
        name: &str,
        arguments: &Value,
    ) -> Result<Result<Value, String>, ParityError> {
        let account = |name: &str| self.accounts.account(name);
        let done = read_table(arguments, |fields| pool.special(name, fields, &account, self.moment()))?;
        Ok(match done {
            Ok(out) => Ok(dump_json(&out)),
            Err(error) => Err(error.code().unwrap_or(SILENT).to_string()),
        })
    }

    /// What a view says; null where it reverts.
    fn view(&self, name: &str, arguments: &Value, key: &str) -> Result<Value, ParityError> {
        let seen = self.call(&mut self.pool.clone(), name, arguments)?;
        Ok(seen.map_or(Value::Null, |out| out[key].clone()))
    }

    /// The arguments in the adapter's words.
    fn arguments(&self, operation: &Operation) -> Result<Value, ParityError> {
        let mut arguments = operation.arguments();
        let Some(table) = arguments.as_object_mut() else { return Err(lacks("args")) };
        table.remove("value");
        if table.contains_key("t_end") {
            let end = operation.number("t_end")?.saturating_add(U256::from(self.origin));
            table.insert("t_end".into(), json!(end.to_string()));
        }
        if let Some(change) = table.remove("pool_balance_change") {
            let held = self.pool.market().pool().state().held.at(place(operation, "coin")?);
            let text = change.as_str().ok_or_else(|| lacks("pool_balance_change"))?;
            let size = U256::from_str_radix(text.trim_start_matches('-'), 10);
            let size = size.map_err(|_| lacks("pool_balance_change"))?;
            let after = if text.starts_with('-') { held.checked_sub(size) } else { held.checked_add(size) };
            let after = after.ok_or_else(|| lacks("pool_balance_change"))?;
            table.insert("held".into(), json!(after.to_string()));
        }
        let name = operation.name();
        if !matches!(
            name,
            "ramp_A"
                | "stop_ramp_A"
                | "commit_new_fee"
                | "apply_new_fee"
                | "commit_new_parameters"
                | "apply_new_parameters"
                | "kill_me"
                | "unkill_me"
                | "set_new_fee"
                | "withdraw_admin_fees"
        ) {
            table.remove("by");
        }
        if name == "withdraw_admin_fees" && self.generation().is_ng() {
            table.remove("by");
        }
        Ok(arguments)
    }

    /// Whether the ether sent along is what must be.
    fn is_value_right(&self, operation: &Operation) -> Result<bool, ParityError> {
        let Some(value) = operation.optional("value") else { return Ok(true) };
        Ok(match operation.name() {
            "exchange" if place(operation, "i")? == 0 => value == operation.number("dx")?,
            "add_liquidity" => numbers(&operation.to_json(), "amounts")?.first() == Some(&value),
            _ => value.is_zero(),
        })
    }

    /// What the recorded operation tells beside its result: the views before it.
    fn views(&self, operation: &Operation, arguments: &Value) -> Result<Map<String, Value>, ParityError> {
        let with = |keys: &[&str]| -> Value {
            keys.iter().filter_map(|key| Some(((*key).to_string(), arguments.get(key)?.clone()))).collect()
        };
        let mut views = Map::new();
        let mut add = |key: &str, value: Value| views.insert(key.into(), value);
        match operation.name() {
            "exchange" | "exchange_received" => {
                let seen = self.view("get_dy", &with(&["i", "j", "dx"]), "dy")?;
                add("get_dy_before", seen);
            }
            "exchange_underlying" => {
                let seen = self.view("get_dy_underlying", &with(&["i", "j", "dx"]), "dy")?;
                add("get_dy_underlying_before", seen);
            }
            "add_liquidity" | "remove_liquidity_imbalance" => {
                let mut table = with(&["amounts"]);
                table["deposit"] = json!(operation.name() == "add_liquidity");
                let seen = self.view("calc_token_amount", &table, "lp")?;
                add("calc_token_amount_before", seen);
            }
            "remove_liquidity_one_coin" => {
                let seen = self.view("calc_withdraw_one_coin", &with(&["lp", "i"]), "dy")?;
                add("calc_withdraw_one_coin_before", seen);
            }
            _ => {}
        }
        Ok(views)
    }

    /// What arrives where a token keeps a part of its transfers.
    fn arrived(&self, coin: usize, raw: U256) -> U256 {
        let state = self.pool.market().pool().state();
        let keeps = coin == 2 && self.generation() == Generation::ThreePool;
        let bps = if keeps { state.transfer_fee_bps } else { U256::ZERO };
        raw.saturating_sub(raw.saturating_mul(bps) / U256::from(10_000))
    }

    /// The result as the caller sees it: what his balances gained.
    fn seen_by_caller(&self, operation: &Operation, out: &mut Value) -> Result<(), ParityError> {
        match operation.name() {
            "exchange" | "remove_liquidity_one_coin" => {
                let key = if operation.name() == "exchange" { "j" } else { "i" };
                let coin = place(operation, key)?;
                out["dy"] = json!(self.arrived(coin, number_at(out, "dy")?).to_string());
            }
            "remove_liquidity" | "remove_liquidity_imbalance" => {
                let table =
                    if operation.name() == "remove_liquidity" { out.clone() } else { operation.to_json() };
                let amounts = numbers(&table, "amounts")?;
                let arrived =
                    amounts.into_iter().enumerate().map(|(at, raw)| self.arrived(at, raw).to_string());
                out["amounts"] = arrived.collect();
            }
            _ => {}
        }
        Ok(())
    }

    fn contract_field(
        &self,
        pool: &Contract,
        rates: &dyn Fn() -> Option<levmine_curve_stableswap::PerCoin>,
        key: &str,
        at: usize,
    ) -> Option<Option<String>> {
        let state = pool.state();
        let text = |value: Option<U256>| value.map(|value| value.to_string());
        let listed = |values: Option<&[U256]>| text(values.and_then(|values| values.get(at)).copied());
        let oracle = state.oracle.as_ref();
        Some(match key {
            "balances" => listed(pool.balances().ok().as_deref()),
            "admin_balances" => listed(pool.owed().ok().as_deref()),
            "token_balances_of_pool" => listed(Some(&state.held)),
            "lp_supply" => text(Some(state.supply)),
            "fee" => text(Some(state.fee)),
            "admin_fee" => text(Some(state.admin_fee)),
            "offpeg_fee_multiplier" => text(Some(state.multiplier)),
            "A_raw" => text(pool.amp(self.now).ok()),
            "virtual_price" => text(rates().and_then(|rates| pool.virtual_price(&rates, self.now).ok())),
            "stored_rates" => listed(rates().as_deref()),
            "last_price" => listed(oracle.map(|oracle| &oracle.last_prices[..])),
            "ema_price" => listed(oracle.map(|oracle| &oracle.mean_prices[..])),
            "price_oracle" => text(oracle.and_then(|oracle| oracle.price_oracle(at, self.now))),
            "D_oracle" => text(oracle.and_then(|oracle| oracle.d_oracle(self.now))),
            _ => return None,
        })
    }
}

impl Recording for CurveRecording {
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        self.now = self.origin.saturating_add(operation.time());
        let arguments = self.arguments(operation)?;
        let name = match operation.name() {
            "add_liquidity" => "add_liquidity_raw",
            "remove_liquidity" => "remove_liquidity_raw",
            name => name,
        };
        let by = self.accounts.account(operation.who()?);
        let views = self.views(operation, &arguments)?;
        let (coins, base_coins) = (self.coins.clone(), self.base_coins.clone());
        let paid = payments(&self.pool, operation, by, &coins, &base_coins)?;
        let can_pay = self.wallets.clone().settle(&paid, SILENT).is_ok();
        let mut trial = self.pool.clone();
        let done = self.call(&mut trial, name, &arguments)?;
        let generation = self.generation();
        match done {
            Err(reason) => {
                self.pool = trial;
                // Some look into the wallet first.
                let first = match operation.name() {
                    "exchange_underlying" => true,
                    "exchange" | "add_liquidity" => generation.takes_first(),
                    "remove_liquidity" => matches!(generation, Generation::Steth | Generation::Aave),
                    _ => false,
                };
                Ok(Err(if first && !can_pay { SILENT.into() } else { reason }))
            }
            Ok(mut out) => {
                if !self.is_value_right(operation)? {
                    return Ok(Err(SILENT.into()));
                }
                self.seen_by_caller(operation, &mut out)?;
                let mut moved = paid;
                moved.extend(receipts(&self.pool, operation, by, &out, &coins, &base_coins)?);
                if out.get("claimed").is_some() {
                    let admin = self.accounts.account(ADMIN);
                    for (asset, raw) in coins.iter().zip(numbers(&out, "claimed")?) {
                        moved.push(Transfer::receive(admin, TokenAmount::new(*asset, raw)));
                    }
                }
                if let Err(reason) = self.wallets.settle(&moved, SILENT) {
                    return Ok(Err(reason));
                }
                self.pool = trial;
                if let Some(table) = out.as_object_mut() {
                    table.extend(views);
                }
                Ok(Ok(out))
            }
        }
    }

    fn field(&mut self, path: &[&str]) -> Result<Option<String>, ParityError> {
        let unknown = || unknown_leaf(path);
        let place = |at: &str| at.parse::<usize>().map_err(|_| unknown_leaf(path));
        let market = self.pool.market();
        let wallet = |account: Account, asset: Option<&Asset>| {
            asset.map(|asset| self.wallets.get(account, *asset).to_string()).ok_or_else(unknown)
        };
        match path {
            ["accounts", name, "lp"] => {
                wallet(self.accounts.account(name), Some(&share(&self.pool))).map(Some)
            }
            ["accounts", name, "coins", at] => {
                wallet(self.accounts.account(name), self.coins.get(place(at)?)).map(Some)
            }
            ["accounts", name, "base_coins", at] => {
                wallet(self.accounts.account(name), self.base_coins.get(place(at)?)).map(Some)
            }
            ["base_virtual_price_cached"] => Ok(market.base().map(|base| base.virtual_price.to_string())),
            ["base_cache_updated"] => {
                Ok(market.base().map(|base| base.updated.saturating_sub(self.origin).to_string()))
            }
            ["base", key, rest @ ..] => {
                let at = rest.first().map_or(Ok(0), |at| place(at))?;
                let base = market.base().ok_or_else(unknown)?;
                let rates = || Some(*base.pool.own_rates());
                self.contract_field(&base.pool, &rates, key, at).ok_or_else(unknown)
            }
            [key, rest @ ..] => {
                let at = rest.first().map_or(Ok(0), |at| place(at))?;
                let rates = || market.rates(self.now).ok();
                self.contract_field(market.pool(), &rates, key, at).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }

    fn dump(&self) -> Dump {
        self.pool.dump()
    }

    /// Readings as of the operation's second.
    fn lasts(&self, path: &[&str]) -> bool {
        !matches!(path, ["virtual_price" | "A_raw" | "D_oracle", ..] | ["price_oracle" | "stored_rates", ..])
    }

    fn listed(&self, operation: &Operation, state: &Value) -> Value {
        let mut state = state.clone();
        if let Some(table) = state.as_object_mut()
            && let Some(account) = table.remove("account")
            && let Ok(name) = operation.who()
        {
            table.insert("accounts".into(), json!({ name: account }));
        }
        state
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        let state = dump_json(&self.pool.dump());
        Ok(Some(build(&self.venue, state, &self.assets, self.now)?.dump()))
    }
}

const _: () = assert!(BASE_SHARE == 1, "a metapool has two coins");
