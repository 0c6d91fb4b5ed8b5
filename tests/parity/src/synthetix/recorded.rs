//! Records of Synthetix: the contracts' own functions, and a flat map of everything that they store and tell.

use levmine_lending::{Amount, Context, LendingError, LendingMarket, Operation as Lending};
use levmine_market::{
    Account, Asset, Assets, BuildContext, Dump, Moment, PriceBook, Timestamp, TokenAmount, Transfer,
};
use levmine_math::U256;
use levmine_synthetix::{Rate, Staker, SynthetixMarket, System};
use serde_json::{Map, Value, json};

use crate::recorded::{
    Accounts, Recording, Wallets, dump_json, lacks, number_at, read_table, table_at, text_at, unknown_leaf,
};
use crate::{Operation, ParityError, Recorded};

/// What is compared with records: all of them, of the only version.
pub const RECORDED: &[Recorded] = &[Recorded {
    protocol: "synthetix",
    version: "2.102.0",
    contracts: "synthetix at 1609d156",
    files: &[""],
    open,
}];

/// What a synth says when it is burned from somebody who has too little.
const TOO_LITTLE: &str = "SafeMath: subtraction overflow";
/// What a synth says when it is sent by somebody who has too little.
const UNSETTLED: &str = "Insufficient balance after any settlement owing";

/// A pool and the wallets of synths around it.
struct SynthetixRecording {
    market: SynthetixMarket,
    /// The market's state after the last operation.
    dump: Dump,
    assets: Assets,
    susd: Asset,
    accounts: Accounts,
    wallets: Wallets,
    now: Moment,
}

fn open(file: &Value) -> Result<Box<dyn Recording>, ParityError> {
    let setup = &file["setup"];
    let mut assets = Assets::standard();
    let mut asset = |symbol: &'static str| {
        let asset = Asset::new(symbol, 18).map_err(|_| lacks(symbol))?;
        assets.insert(asset);
        Ok::<_, ParityError>(asset)
    };
    let (susd, seth) = (asset("sUSD")?, asset("sETH")?);
    let recorded = table_at(setup, "state")?;
    let names = users(recorded, file);
    let accounts = Accounts::of(names.iter().map(String::as_str), file);
    let mut wallets = Wallets::default();
    for name in &names {
        for synth in [susd, seth] {
            let key = format!("account.{name}.{}", synth.symbol());
            if recorded.contains_key(&key) {
                wallets.set(accounts.account(name), synth, number_at(&setup["state"], &key)?);
            }
        }
    }
    let start = text_at(setup, "time")?.parse().map_err(|_| lacks("time"))?;
    let market = build(&state(setup, &names)?, &assets)?;
    Ok(Box::new(SynthetixRecording {
        dump: market.dump(),
        market,
        assets,
        susd,
        accounts,
        wallets,
        now: Moment { time: Timestamp(start), block: 0 },
    }))
}

/// Everybody with a balance in the record, and everybody else who acts.
fn users(recorded: &Map<String, Value>, file: &Value) -> Vec<String> {
    let held = recorded.keys().filter_map(|key| key.strip_prefix("account.")?.split('.').next());
    let steps = file["ops"].as_array().into_iter().flatten();
    let actors = steps.filter_map(|step| step["by"].as_str());
    let mut names: Vec<String> = Vec::new();
    for name in held.chain(actors) {
        if !names.iter().any(|known| known == name) {
            names.push(name.into());
        }
    }
    names
}

/// The beginning in the adapter's form; everything that is not there is zero.
fn state(setup: &Value, names: &[String]) -> Result<Value, ParityError> {
    let leaf = |key: &str| text_at(&setup["state"], key);
    let mut users = Map::new();
    for name in names {
        let mut user = Map::new();
        for (ours, theirs) in [("SNX", "SNX"), ("debtShares", "debtShares"), ("escrowed", "escrowed")] {
            if let Ok(value) = leaf(&format!("account.{name}.{theirs}")) {
                user.insert(ours.into(), json!(value));
            }
        }
        users.insert(name.clone(), Value::Object(user));
    }
    let price = |symbol: &str| {
        let (price, time) = (leaf(&format!("price.{symbol}"))?, leaf(&format!("priceTime.{symbol}"))?);
        Ok::<_, ParityError>(json!({ "price": price, "time": time }))
    };
    let synth = |symbol: &str| {
        let supply = leaf(&format!("supply.{symbol}"))?;
        let cached = leaf(&format!("cachedSynthDebt.{symbol}"))?;
        Ok::<_, ParityError>(json!({ "supply": supply, "cachedSynthDebt": cached }))
    };
    Ok(json!({
        "time": text_at(setup, "time")?,
        "settings": setup["settings"],
        "price": { "SNX": price("SNX")?, "sETH": price("sETH")? },
        "synth": { "sUSD": synth("sUSD")?, "sETH": synth("sETH")? },
        "debt": {
            "cachedDebt": leaf("cachedDebt")?,
            "cacheTimestamp": leaf("cacheTime")?,
            "debtShares": leaf("debtShares")?,
        },
        "rewards": { "accumulatedPerShare": leaf("rewards.accumulatedPerShare")?, "SNX": leaf("rewards.SNX")? },
        "escrow": {
            "total": leaf("escrow.total")?,
            "SNX": leaf("escrow.SNX")?,
            "nextEntryId": text_at(setup, "firstEscrowEntry")?,
        },
        "users": users,
    }))
}

fn build(state: &Value, assets: &Assets) -> Result<SynthetixMarket, ParityError> {
    // The records have no fee pool: its first period outlasts them all.
    let venue = json!({ "synths": { "sETH": "WETH" }, "fee_period": "49000d", "state": state });
    let ctx = BuildContext { venue: "venue", assets, now: Moment::default() };
    read_table(&venue, |fields| SynthetixMarket::decode(fields, &ctx))
}

impl SynthetixRecording {
    fn by(&self, operation: &Operation) -> Result<Account, ParityError> {
        operation.text("by").map(|name| self.accounts.account(name))
    }

    /// The adapter's function of the same name and arguments.
    fn call(
        &self,
        market: &mut SynthetixMarket,
        operation: &Operation,
        ctx: &Context<'_>,
    ) -> Result<Result<Value, LendingError>, ParityError> {
        let name = match operation.name() {
            "liquidate" => "liquidateDelinquentAccount",
            "exchange" => "swapWithoutDebt",
            name => name,
        };
        let done = read_table(&operation.arguments(), |fields| {
            market.special(name, fields, &|name| self.accounts.account(name), ctx)
        })?;
        match done {
            Err(LendingError::Unsupported { .. }) => Err(operation.unknown()),
            done => Ok(done.map(|out| dump_json(&out))),
        }
    }

    /// The synths that an operation moves, which wallets must have.
    fn transfers(&self, operation: &Operation, out: &Value) -> Result<Vec<Transfer>, ParityError> {
        let by = self.by(operation)?;
        let susd = |raw| TokenAmount::new(self.susd, raw);
        Ok(match operation.name() {
            "issue" => vec![Transfer::mint(by, susd(operation.number("amount")?))],
            "issueMax" => vec![Transfer::mint(by, susd(number_at(out, "amount")?))],
            "burn" | "burnToTarget" => vec![Transfer::burn(by, susd(number_at(out, "amount")?))],
            "exchange" => {
                let synth = |key: &str| {
                    let symbol = operation.text(key)?;
                    self.assets.get(symbol).ok_or_else(|| lacks(symbol))
                };
                let sold = TokenAmount::new(synth("from")?, operation.number("amountFrom")?);
                let bought = TokenAmount::new(synth("to")?, operation.number("amountTo")?);
                vec![Transfer::burn(by, sold), Transfer::mint(by, bought)]
            }
            _ => Vec::new(),
        })
    }

    /// What the trait does otherwise than the contract's own function, if anything. The book is empty, so the prices
    /// stay those of the record.
    fn trait_differs(
        &self,
        operation: &Operation,
        done: &Result<Value, LendingError>,
        after: &Dump,
        ctx: &Context<'_>,
    ) -> Result<Option<String>, ParityError> {
        let by = self.by(operation)?;
        let lending = match operation.name() {
            "issue" => Lending::Borrow(by.into(), self.susd, Amount::Exact(operation.number("amount")?)),
            "burn" => Lending::Repay(by.into(), self.susd, Amount::Exact(operation.number("amount")?)),
            _ => return Ok(None),
        };
        let mut market = self.market.clone();
        let by_trait = lending.run(&mut market, ctx);
        Ok(match (done, &by_trait) {
            (Ok(_), Ok(_)) if market.dump() == *after => None,
            (Err(call), Err(by_trait)) if call.code() == by_trait.code() => None,
            (_, by_trait) => Some(format!("{lending:?} by the trait: {by_trait:?}")),
        })
    }

    fn account_field(&self, name: &str, keys: &[&str]) -> Option<String> {
        let account = self.accounts.account(name);
        let system = self.market.system();
        let staker = system.staker(account);
        let view = |value: Result<U256, _>| value.ok().map(|value: U256| value.to_string());
        match keys {
            ["SNX"] => Some(staker.snx.to_string()),
            ["sUSD" | "sETH"] => {
                let synth = self.assets.get(keys.first()?)?;
                Some(self.wallets.get(account, synth).to_string())
            }
            ["escrowed"] => Some(staker.escrowed.to_string()),
            ["debtShares"] => Some(staker.shares.to_string()),
            ["debt"] => view(system.debt_of(account)),
            ["rewardsEarned"] => view(system.earned(account)),
            ["collateral"] => view(system.collateral(account)),
            ["ratio"] => view(system.ratio(account)),
            ["maxIssuable"] => view(system.max_issuable(account)),
            ["remainingIssuable"] => view(system.remaining_issuable(account)),
            ["transferable"] => view(system.transferable(account)),
            ["lastIssue"] => Some(staker.last_issue.to_string()),
            ["flagDeadline"] => Some(staker.flag_deadline.to_string()),
            ["flagger"] => self.flagger(staker),
            ["escrowEntries"] => Some(staker.entries.len().to_string()),
            ["entry", id, key] => {
                let entry = staker.entries.iter().find(|entry| entry.id.to_string() == *id)?;
                match *key {
                    "amount" => Some(entry.amount.to_string()),
                    "endTime" => Some(entry.end_time.to_string()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn flagger(&self, staker: &Staker) -> Option<String> {
        let Some(flagger) = staker.flagger else { return Some("none".into()) };
        let users = self.dump.get("users")?;
        let Dump::Table(users) = users else { return None };
        let found = users.iter().map(|(name, _)| name).find(|name| self.accounts.account(name) == flagger);
        found.cloned()
    }
}

fn rate(system: &System, symbol: &str) -> Option<Rate> {
    if symbol == "SNX" {
        return Some(system.snx_rate);
    }
    system.synths.iter().find(|synth| synth.asset.symbol() == symbol).map(|synth| synth.rate)
}

fn pool_field(system: &System, keys: &[&str]) -> Option<String> {
    let synth = |symbol: &str| system.synths.iter().find(|synth| synth.asset.symbol() == symbol);
    Some(match keys {
        ["price", symbol] => rate(system, symbol)?.price.to_string(),
        ["priceTime", symbol] => rate(system, symbol)?.time.to_string(),
        ["cachedDebt"] => system.cached_debt.to_string(),
        ["cacheTime"] => system.cache_time.to_string(),
        ["cachedSynthDebt", symbol] => synth(symbol)?.cached.to_string(),
        ["supply", symbol] => synth(symbol)?.supply.to_string(),
        ["debtShares"] => system.debt_shares.to_string(),
        ["debtRatio"] => system.debt_ratio().ok()?.to_string(),
        ["rewards", "accumulatedPerShare"] => system.rewards.per_share.to_string(),
        ["rewards", "SNX"] => system.rewards.snx.to_string(),
        ["escrow", "total"] => system.escrow.total.to_string(),
        ["escrow", "SNX"] => system.escrow.snx.to_string(),
        _ => return None,
    })
}

impl Recording for SynthetixRecording {
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        self.now.time = Timestamp(operation.time());
        if operation.name() == "transfer_sUSD" {
            let amount = TokenAmount::new(self.susd, operation.number("amount")?);
            let to = self.accounts.account(operation.text("to")?);
            let sent = [Transfer::burn(self.by(operation)?, amount), Transfer::mint(to, amount)];
            return Ok(self.wallets.settle(&sent, UNSETTLED).map(|()| Value::Null));
        }
        let prices = PriceBook::new();
        let ctx = Context { now: self.now, prices: &prices };
        let mut trial = self.market.clone();
        let done = self.call(&mut trial, operation, &ctx)?;
        if let Some(difference) = self.trait_differs(operation, &done, &trial.dump(), &ctx)? {
            return Ok(Err(difference));
        }
        let done = match done {
            Ok(out) => self.wallets.settle(&self.transfers(operation, &out)?, TOO_LITTLE).map(|()| {
                self.market = trial;
                out
            }),
            Err(error) => {
                self.market = trial;
                Err(error.code().unwrap_or("no reason").to_string())
            }
        };
        self.dump = self.market.dump();
        Ok(done)
    }

    fn field(&mut self, path: &[&str]) -> Result<Option<String>, ParityError> {
        let leaf = path.join(".");
        let keys: Vec<&str> = leaf.split('.').collect();
        let found = match keys.as_slice() {
            ["account", name, rest @ ..] => self.account_field(name, rest),
            keys => pool_field(self.market.system(), keys),
        };
        found.map(Some).ok_or_else(|| unknown_leaf(path))
    }

    fn dump(&self) -> Dump {
        self.dump.clone()
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        Ok(Some(build(&dump_json(&self.dump), &self.assets)?.dump()))
    }
}
