//! One recorded run of the contracts, replayed through the trait.

use std::collections::BTreeMap;

use levmine_aave_v3::{ADAPTER, AaveV3Market};
use levmine_config::parse_json;
use levmine_lending::{Amount, Context, LendingError, LendingMarket, LiquidationCall};
use levmine_market::{
    Account, Actor, Asset, Assets, BuildContext, Dump, Moment, Party, Price, PriceBook, Timestamp,
    TokenAmount, Transfer,
};
use levmine_math::U256;
use serde_json::{Map, Value, json};

/// What a replay found.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) operations: usize,
    pub(crate) reverts: usize,
    /// Refusals by a wallet's token, which are not the market's business.
    pub(crate) wallet_refusals: usize,
    /// Refusals by what the flash-loan receiver answers.
    pub(crate) receiver_refusals: usize,
    pub(crate) mismatches: Vec<String>,
}

type Fields = BTreeMap<String, String>;

struct Run {
    market: Box<dyn LendingMarket>,
    prices: PriceBook,
    assets: Assets,
    accounts: Vec<String>,
    /// The recorded state: reserves and users.
    reserves: BTreeMap<String, Fields>,
    users: BTreeMap<String, Fields>,
    wallets: BTreeMap<(Account, Asset), U256>,
    outcome: Outcome,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a string, not {value}"))
}

fn number(value: &Value) -> U256 {
    U256::from_str_radix(text(value), 10).expect("an integer")
}

fn percent(bps: &Value) -> Value {
    let bps: u64 = text(bps).parse().expect("basis points");
    json!(format!("{}.{:02}%", bps / 100, bps % 100))
}

fn bonus(bps: &Value) -> Value {
    let bps: u64 = text(bps).parse().expect("basis points");
    percent(&json!((bps - 10_000).to_string()))
}

fn cap(tokens: &Value) -> Value {
    if text(tokens) == "0" { json!("none") } else { tokens.clone() }
}

/// The recorded setup as a venue's table in a person's terms, without any state.
pub(crate) fn venue(run: &Value) -> Map<String, Value> {
    let setup = &run["setup"];
    let mut reserves = Map::new();
    for reserve in setup["reserves"].as_array().expect("reserves") {
        let mut table = json!({
            "max_ltv": percent(&reserve["ltv"]),
            "liquidation_threshold": percent(&reserve["liquidationThreshold"]),
            "liquidation_bonus": bonus(&reserve["liquidationBonus"]),
            "liquidation_protocol_fee": percent(&reserve["liquidationProtocolFee"]),
            "reserve_factor": percent(&reserve["reserveFactor"]),
            "optimal_utilization": percent(&reserve["optimalUsageRatio"]),
            "base_rate": percent(&reserve["baseVariableBorrowRate"]),
            "slope1": percent(&reserve["variableRateSlope1"]),
            "slope2": percent(&reserve["variableRateSlope2"]),
            "supply_cap": cap(&reserve["supplyCap"]),
            "borrow_cap": cap(&reserve["borrowCap"]),
            "borrowable": reserve["borrowingEnabled"],
            "flash_loans": reserve["flashLoanEnabled"],
        });
        let table_map = table.as_object_mut().expect("a table");
        if let Some(ceiling) = reserve.get("debtCeiling") {
            let cents: u64 = text(ceiling).parse().expect("cents");
            let dollars = if cents == 0 { json!("none") } else { json!((cents / 100).to_string()) };
            table_map.insert("debt_ceiling".into(), dollars);
        }
        if let Some(flag) = reserve.get("borrowableInIsolation") {
            table_map.insert("borrowable_in_isolation".into(), flag.clone());
        }
        reserves.insert(text(&reserve["symbol"]).into(), table);
    }
    let mut categories = Map::new();
    for category in setup["eModes"].as_array().expect("categories") {
        let mut table = json!({
            "max_ltv": percent(&category["ltv"]),
            "liquidation_threshold": percent(&category["liquidationThreshold"]),
            "liquidation_bonus": bonus(&category["liquidationBonus"]),
            "collateral": category["collateralAssets"],
            "borrowable": category["borrowableAssets"],
        });
        if let Some(isolated) = category.get("isolated") {
            table.as_object_mut().expect("a table").insert("isolated".into(), isolated.clone());
        }
        categories.insert(text(&category["id"]).into(), table);
    }
    let mut venue = Map::new();
    venue.insert("version".into(), run["version"].clone());
    venue.insert("reserves".into(), Value::Object(reserves));
    venue.insert("categories".into(), Value::Object(categories));
    venue.insert("flash_loan_premium".into(), percent(&setup["flashLoanPremium"]));
    if let Some(share) = setup.get("flashLoanPremiumToProtocol") {
        venue.insert("flash_loan_premium_to_protocol".into(), percent(share));
    }
    venue
}

fn state(run: &Value) -> Value {
    let setup = &run["setup"];
    let mut users = Map::new();
    for (name, fields) in setup["usersState"].as_object().expect("users") {
        let mut user = json!({ "scaledSupply": {}, "scaledDebt": {} });
        for (key, value) in fields.as_object().expect("fields") {
            match key.split_once('.') {
                None => user[key] = value.clone(),
                Some(("wallet", _)) => {}
                Some((token, asset)) => user[token][asset] = value.clone(),
            }
        }
        users.insert(name.clone(), user);
    }
    let mut state = json!({ "reserves": setup["reservesState"], "users": users });
    if setup["users"].as_array().expect("names").iter().any(|name| name == "umbrella") {
        state["umbrella"] = json!("umbrella");
    }
    state
}

/// Builds a market from a venue's table.
pub(crate) fn build(venue: &Map<String, Value>) -> Box<dyn LendingMarket> {
    let text = Value::Object(venue.clone()).to_string();
    let node = parse_json("venue.json", &text).expect("valid");
    let mut fields = node.fields().expect("a table");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: Moment::default() };
    let market = (ADAPTER.build)(&mut fields, &ctx).unwrap_or_else(|error| panic!("{error}"));
    fields.finish().unwrap_or_else(|error| panic!("{error}"));
    market
}

fn strings(table: &Value) -> Fields {
    table
        .as_object()
        .expect("fields")
        .iter()
        .filter(|(_, value)| value.is_string())
        .map(|(key, value)| (key.clone(), text(value).to_string()))
        .collect()
}

fn entries(dump: &Dump) -> &[(String, Dump)] {
    match dump {
        Dump::Table(entries) => entries,
        other => panic!("a table, not {other:?}"),
    }
}

fn dumped(dump: &Dump) -> String {
    match dump {
        Dump::Text(text) => text.clone(),
        other => panic!("a text, not {other:?}"),
    }
}

/// Replays a file.
pub(crate) fn replay(run: &Value) -> Outcome {
    let mut venue = venue(run);
    // The parameters in a person's terms give the recorded configuration bit for bit.
    let bare = build(&venue).dump();
    let mut outcome = Outcome::default();
    for (symbol, recorded) in run["setup"]["reservesState"].as_object().expect("reserves") {
        let ours = bare.get("reserves").and_then(|r| r.get(symbol)).and_then(|r| r.get("configuration"));
        if ours != Some(&Dump::text(text(&recorded["configuration"]))) {
            outcome
                .mismatches
                .push(format!("configuration of {symbol}: {ours:?}, recorded {}", recorded["configuration"]));
        }
    }
    venue.insert("state".into(), state(run));
    let assets = Assets::standard();
    let mut prices = PriceBook::new();
    for reserve in run["setup"]["reserves"].as_array().expect("reserves") {
        let asset = assets.get(text(&reserve["symbol"])).expect("a known asset");
        prices.set(asset, Price::from_decimals(number(&reserve["initialPrice"]), 8).expect("a price"));
    }
    let users = run["setup"]["usersState"].as_object().expect("users");
    let mut replay = Run {
        market: build(&venue),
        prices,
        accounts: users.keys().cloned().collect(),
        reserves: run["setup"]["reservesState"]
            .as_object()
            .expect("reserves")
            .iter()
            .map(|(symbol, fields)| (symbol.clone(), strings(fields)))
            .collect(),
        users: users.iter().map(|(name, fields)| (name.clone(), strings(fields))).collect(),
        wallets: BTreeMap::new(),
        assets,
        outcome,
    };
    for (name, fields) in users {
        for (key, value) in fields.as_object().expect("fields") {
            if let Some(symbol) = key.strip_prefix("wallet.") {
                let key = (replay.account(name), replay.asset(symbol));
                replay.wallets.insert(key, number(value));
            }
        }
    }
    replay.compare("before the first operation");
    for (at, op) in run["ops"].as_array().expect("operations").iter().enumerate() {
        replay.step(at, op);
    }
    replay.outcome
}

/// What an operation returned and moved.
struct Moved {
    out: Option<String>,
    transfers: Vec<Transfer>,
}

impl Run {
    fn account(&self, name: &str) -> Account {
        let at = self.accounts.iter().position(|known| known == name);
        let at = at.unwrap_or(self.accounts.len());
        Account::new(at.try_into().expect("few accounts"))
    }

    fn asset(&self, symbol: &str) -> Asset {
        self.assets.get(symbol).expect("a known asset")
    }

    fn step(&mut self, at: usize, op: &Value) {
        self.outcome.operations += 1;
        let label = format!("operation {at} ({} by {}, {})", text(&op["op"]), text(&op["by"]), op["args"]);
        let time: u64 = text(&op["t"]).parse().expect("a time");
        let now = Moment { time: Timestamp(time), block: 0 };
        if op["op"] == "setPrice" {
            let price = Price::from_decimals(number(&op["args"]["price"]), 8).expect("a price");
            self.prices.set(self.asset(text(&op["args"]["asset"])), price);
        }
        let prices = self.prices.clone();
        let ctx = Context { now, prices: &prices };
        let before = self.market.dump();
        let mut trial = self.market.fork();
        let done = self.run(&mut *trial, op, &ctx);
        let succeeded = op["ok"].as_bool().expect("ok");
        let refused = match done {
            Ok(moved) => match self.settle(&moved.transfers) {
                Ok(wallets) if op["args"]["executorReturns"] == json!(false) => {
                    drop(wallets);
                    self.outcome.receiver_refusals += 1;
                    let names = ["INVALID_FLASHLOAN_EXECUTOR_RETURN", "InvalidFlashloanExecutorReturn"];
                    let custom = self.market.version() >= "3.4";
                    Some(names[usize::from(custom)].to_string())
                }
                Ok(wallets) => {
                    if succeeded {
                        self.market = trial;
                        self.wallets = wallets;
                        self.check_out(&label, op, moved.out);
                    }
                    None
                }
                Err(refusal) => {
                    self.outcome.wallet_refusals += 1;
                    Some(refusal)
                }
            },
            Err(error) => {
                if trial.dump() != before {
                    self.outcome
                        .mismatches
                        .push(format!("{label}: refused ({error}), but the state changed"));
                }
                Some(error.code().unwrap_or("no reason").to_string())
            }
        };
        match (succeeded, refused) {
            (true, None) => {
                self.learn(&op["state"]);
                self.compare(&label);
                self.check_accounts(&label, &op["state"]["users"], now);
            }
            (true, Some(code)) => {
                self.outcome.mismatches.push(format!("{label}: refused with {code}, recorded: done"));
                self.learn(&op["state"]);
            }
            (false, refused) => {
                self.outcome.reverts += 1;
                let recorded = text(&op["revert"]);
                if refused.as_deref() != Some(recorded) {
                    self.outcome.mismatches.push(format!("{label}: {refused:?}, recorded: {recorded}"));
                }
            }
        }
    }

    fn run(
        &self,
        market: &mut dyn LendingMarket,
        op: &Value,
        ctx: &Context<'_>,
    ) -> Result<Moved, LendingError> {
        let args = &op["args"];
        let by = self.account(text(&op["by"]));
        let account = |key: &str| self.account(text(&args[key]));
        let asset = |key: &str| self.asset(text(&args[key]));
        let exact = |key: &str| number(&args[key]);
        let amount = |key: &str| match exact(key) {
            U256::MAX => Amount::All,
            amount => Amount::Exact(amount),
        };
        let receipt = |receipt: levmine_lending::Receipt| Moved {
            out: Some(receipt.amount.to_string()),
            transfers: receipt.transfers.to_vec(),
        };
        let quiet = |()| Moved { out: None, transfers: Vec::new() };
        match text(&op["op"]) {
            "setPrice" => Ok(quiet(())),
            "supply" => {
                let actor = Actor { caller: by, owner: account("onBehalfOf") };
                market.supply(actor, asset("asset"), Amount::Exact(exact("amount")), ctx).map(receipt)
            }
            "withdraw" => {
                let mut moved =
                    market.withdraw(Actor::from(by), asset("asset"), amount("amount"), ctx).map(receipt)?;
                // The tokens may go straight to somebody else.
                for transfer in &mut moved.transfers {
                    transfer.to = Party::Account(account("to"));
                }
                Ok(moved)
            }
            "borrow" => {
                let actor = Actor { caller: by, owner: account("onBehalfOf") };
                market.borrow(actor, asset("asset"), Amount::Exact(exact("amount")), ctx).map(receipt)
            }
            "repay" => {
                let actor = Actor { caller: by, owner: account("onBehalfOf") };
                market.repay(actor, asset("asset"), amount("amount"), ctx).map(receipt)
            }
            "setUserUseReserveAsCollateral" => {
                let on = args["useAsCollateral"].as_bool().expect("a flag");
                market.set_collateral(by, asset("asset"), on, ctx).map(quiet)
            }
            "setUserEMode" => {
                let mode = text(&args["categoryId"]).parse().expect("a category");
                market.set_mode(by, mode, ctx).map(quiet)
            }
            "approveDelegation" => market
                .approve_borrow(by, account("delegatee"), asset("asset"), exact("amount"))
                .map(|()| Moved { out: Some(exact("amount").to_string()), transfers: Vec::new() }),
            "liquidationCall" => {
                let call = LiquidationCall {
                    liquidator: by,
                    borrower: account("borrower"),
                    debt: asset("debtAsset"),
                    collateral: asset("collateralAsset"),
                    repay: amount("debtToCover"),
                    keep_supplied: args["receiveAToken"].as_bool().expect("a flag"),
                };
                market
                    .liquidate(&call, ctx)
                    .map(|outcome| Moved { out: None, transfers: outcome.transfers.to_vec() })
            }
            "flashLoanSimple" => {
                // The receiver is a contract with wallets of its own.
                let amount = TokenAmount::new(asset("asset"), exact("amount"));
                let (loan, _) = market.flash_borrow(by, amount, ctx)?;
                market.flash_repay(loan, ctx).map(|_| quiet(()))
            }
            special => {
                let mut table = args.as_object().expect("arguments").clone();
                table.insert("by".into(), op["by"].clone());
                let node = parse_json("op.json", &Value::Object(table).to_string()).expect("valid");
                let mut fields = node.fields().expect("a table");
                let done = market
                    .special(special, &mut fields, &|name| self.account(name), ctx)
                    .unwrap_or_else(|error| panic!("{error}"));
                fields.finish().unwrap_or_else(|error| panic!("{error}"));
                let out = match done? {
                    Dump::Text(text) => Some(text),
                    _ => None,
                };
                let transfers = if special == "donate" {
                    vec![Transfer::pay(by, TokenAmount::new(asset("asset"), exact("amount")))]
                } else {
                    Vec::new()
                };
                Ok(Moved { out, transfers })
            }
        }
    }

    /// The wallets after these transfers, or the token's refusal.
    fn settle(&self, transfers: &[Transfer]) -> Result<BTreeMap<(Account, Asset), U256>, String> {
        let mut wallets = self.wallets.clone();
        for transfer in transfers {
            let Transfer { from, to, amount } = transfer;
            if let Party::Account(account) = from {
                let wallet = wallets.entry((*account, amount.asset)).or_default();
                *wallet = wallet
                    .checked_sub(amount.raw)
                    .ok_or_else(|| "ERC20: transfer amount exceeds balance".to_string())?;
            }
            if let Party::Account(account) = to {
                *wallets.entry((*account, amount.asset)).or_default() += amount.raw;
            }
        }
        Ok(wallets)
    }

    fn check_out(&mut self, label: &str, op: &Value, ours: Option<String>) {
        let recorded = match op.get("out") {
            None => return,
            Some(Value::Object(table)) => table.values().next().expect("a value").clone(),
            Some(value) => value.clone(),
        };
        if ours.as_deref() != recorded.as_str() {
            self.outcome.mismatches.push(format!("{label}: returned {ours:?}, recorded {recorded}"));
        }
    }

    /// Writes the recorded differences into the recorded state.
    fn learn(&mut self, state: &Value) {
        for (symbol, fields) in state["reserves"].as_object().expect("reserves") {
            self.reserves.entry(symbol.clone()).or_default().extend(strings(fields));
        }
        for (name, fields) in state["users"].as_object().expect("users") {
            let stored = strings(fields).into_iter().filter(|(key, _)| !key.contains("TokenBalance."));
            self.users.entry(name.clone()).or_default().extend(stored);
        }
    }

    /// Compares every field of the whole state.
    fn compare(&mut self, label: &str) {
        let dump = self.market.dump();
        let mut wrong = Vec::new();
        let reserves = dump.get("reserves").expect("reserves");
        for (symbol, fields) in &self.reserves {
            let ours = reserves.get(symbol).expect("the reserve");
            for (key, recorded) in fields {
                let ours = ours.get(key).map(dumped);
                if ours.as_ref() != Some(recorded) {
                    wrong.push(format!("{label}: {symbol}.{key} {ours:?}, recorded {recorded}"));
                }
            }
        }
        let users = dump.get("users").expect("users");
        for (name, fields) in &self.users {
            let ours = users.get(name).expect("the user");
            for (key, recorded) in fields {
                let ours = match key.split_once('.') {
                    None => ours.get(key).map(dumped),
                    Some(("wallet", symbol)) => {
                        let key = (self.account(name), self.asset(symbol));
                        Some(self.wallets.get(&key).copied().unwrap_or_default().to_string())
                    }
                    Some((token, symbol)) => {
                        let balance = ours.get(token).and_then(|balances| balances.get(symbol)).map(dumped);
                        Some(balance.unwrap_or_else(|| "0".into()))
                    }
                };
                if ours.as_ref() != Some(recorded) {
                    wrong.push(format!("{label}: {name}.{key} {ours:?}, recorded {recorded}"));
                }
            }
        }
        assert_eq!(entries(reserves).len(), self.reserves.len());
        self.outcome.mismatches.extend(wrong);
    }

    /// Compares the account numbers and the balances that the record lists.
    fn check_accounts(&mut self, label: &str, users: &Value, now: Moment) {
        let market = self.market.fork();
        let prices = self.prices.clone();
        let ctx = Context { now, prices: &prices };
        let pool = pool(&*market);
        for (name, fields) in users.as_object().expect("users") {
            let account = self.account(name);
            if let Some(recorded) = fields.get("account") {
                let data = pool.account_data(account, &prices, now.time.0).expect("account data");
                let ours = [
                    data.collateral,
                    data.debt,
                    data.available_borrows(pool.rules()).expect("available borrows"),
                    data.threshold,
                    data.ltv,
                    data.health_factor,
                ];
                let recorded: Vec<U256> = recorded.as_array().expect("six").iter().map(number).collect();
                if recorded != ours {
                    self.outcome
                        .mismatches
                        .push(format!("{label}: account of {name} {ours:?}, recorded {recorded:?}"));
                }
                let health = market.health(account, &ctx).expect("health");
                assert_eq!(health.liquidatable, ours[5] < U256::from(10).pow(U256::from(18)), "{label}");
            }
            for (key, value) in fields.as_object().expect("fields") {
                let ours = match key.split_once('.') {
                    Some(("aTokenBalance", symbol)) => market.supplied(account, self.asset(symbol), now),
                    Some(("vTokenBalance", symbol)) => market.debt(account, self.asset(symbol), now),
                    _ => continue,
                };
                let ours = ours.expect("a balance");
                if ours != number(value) {
                    self.outcome.mismatches.push(format!("{label}: {name}.{key} {ours}, recorded {value}"));
                }
            }
        }
    }
}

/// The native layer of a market, rebuilt from its dump.
fn pool(market: &dyn LendingMarket) -> levmine_aave_v3::Pool {
    let mut venue = Map::new();
    venue.insert("version".into(), json!(market.version()));
    venue.insert("state".into(), value(&market.dump()));
    let text = Value::Object(venue).to_string();
    let node = parse_json("dump.json", &text).expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: Moment::default() };
    let rebuilt = AaveV3Market::decode(&mut node.fields().expect("a table"), &ctx);
    let rebuilt = rebuilt.unwrap_or_else(|error| panic!("{error}"));
    // What a dump says is all there is.
    assert_eq!(rebuilt.dump(), market.dump());
    rebuilt.pool().clone()
}

/// A dump as JSON.
pub(crate) fn value(dump: &Dump) -> Value {
    match dump {
        Dump::Text(text) => json!(text),
        Dump::Boolean(value) => json!(value),
        Dump::List(items) => Value::Array(items.iter().map(value).collect()),
        Dump::Table(entries) => {
            Value::Object(entries.iter().map(|(key, item)| (key.clone(), value(item))).collect())
        }
    }
}
