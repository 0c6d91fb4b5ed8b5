//! Records of Morpho Blue with the adaptive curve.

use levmine_lending::{Amount, Context, LendingError, LendingMarket, Operation as Lending};
use levmine_market::{
    Account, Actor, Asset, Assets, BuildContext, Dump, Moment, PriceBook, Timestamp, TokenAmount, Transfer,
};
use levmine_math::{U256, format_units};
use levmine_morpho_blue::MorphoBlueMarket;
use serde_json::{Map, Value, json};

use crate::recorded::{
    Accounts, Recording, Wallets, dump_json, lacks, number_at, read_table, table_at, text_at, unknown_leaf,
};
use crate::{Operation, ParityError, Recorded};

/// What is compared with records: all of them, of the only version.
pub const RECORDED: &[Recorded] = &[Recorded {
    protocol: "morpho-blue",
    version: "1.0.0",
    contracts: "morpho-blue v1.0.0, morpho-blue-irm a1a87fd",
    files: &[""],
    open,
}];

const LOAN: &str = "LOAN";
const COLLATERAL: &str = "COLL";

/// What Morpho says when a token does not let somebody pay.
const TOO_LITTLE: &str = "transferFrom reverted";

/// A market and the wallets around it.
struct MorphoRecording {
    market: MorphoBlueMarket,
    /// The market's state after the last operation.
    dump: Dump,
    /// The venue's table without its state.
    venue: Value,
    assets: Assets,
    /// The loan asset and the collateral.
    pair: [Asset; 2],
    accounts: Accounts,
    wallets: Wallets,
    /// The market's price is its own.
    prices: PriceBook,
    now: Moment,
}

fn open(file: &Value) -> Result<Box<dyn Recording>, ParityError> {
    let setup = &file["setup"];
    let mut assets = Assets::standard();
    let mut asset = |symbol: &'static str, key: &str| {
        let decimals = text_at(setup, key)?.parse().map_err(|_| lacks(key))?;
        let asset = Asset::new(symbol, decimals).map_err(|_| lacks(key))?;
        assets.insert(asset);
        Ok::<_, ParityError>(asset)
    };
    let pair = [asset(LOAN, "loanDecimals")?, asset(COLLATERAL, "collateralDecimals")?];
    let venue = json!({
        "loan": LOAN,
        "collateral": COLLATERAL,
        "lltv": format!("{}%", format_units(number_at(setup, "lltv")?, 16)),
        "irm": if text_at(setup, "irm")? == "none" { "none" } else { "adaptive-curve" },
    });
    let users = users(setup)?;
    let market = build(&venue, state(setup, &users)?, &assets)?;
    let accounts = Accounts::of(users.keys().map(String::as_str), file);
    let mut wallets = Wallets::default();
    for (name, held) in table_at(setup, "accounts")? {
        for (asset, key) in pair.into_iter().zip(["loan", "collateral"]) {
            wallets.set(accounts.account(name), asset, number_at(held, key)?);
        }
    }
    let start = text_at(setup, "time")?.parse().map_err(|_| lacks("time"))?;
    Ok(Box::new(MorphoRecording {
        dump: market.dump(),
        market,
        venue,
        assets,
        pair,
        accounts,
        wallets,
        prices: PriceBook::new(),
        now: Moment { time: Timestamp(start), block: 0 },
    }))
}

/// The positions of all who are in the record, and of those who only have a wallet.
fn users(setup: &Value) -> Result<Map<String, Value>, ParityError> {
    let mut users = Map::new();
    for (name, fields) in table_at(&setup["state"], "users")? {
        let mut position = Map::new();
        for key in ["supplyShares", "borrowShares", "collateral"] {
            position.insert(key.into(), fields.get(key).cloned().ok_or_else(|| lacks(key))?);
        }
        users.insert(name.clone(), Value::Object(position));
    }
    for name in table_at(setup, "accounts")?.keys().map(String::as_str).chain(["gov"]) {
        users.entry(name).or_insert_with(|| json!({}));
    }
    Ok(users)
}

fn state(setup: &Value, users: &Map<String, Value>) -> Result<Value, ParityError> {
    let mut state = Map::new();
    for (key, value) in table_at(setup, "state")? {
        let is_reading = matches!(key.as_str(), "users" | "borrowRateView");
        if !is_reading && !value.is_null() {
            state.insert(key.clone(), value.clone());
        }
    }
    state.insert("oraclePrice".into(), setup["oraclePrice"].clone());
    state.insert("owner".into(), json!("gov"));
    state.insert("feeRecipient".into(), setup["feeRecipient"].clone());
    state.insert("users".into(), Value::Object(users.clone()));
    Ok(Value::Object(state))
}

fn build(venue: &Value, state: Value, assets: &Assets) -> Result<MorphoBlueMarket, ParityError> {
    let mut table = venue.clone();
    table["state"] = state;
    let ctx = BuildContext { venue: "venue", assets, now: Moment::default() };
    read_table(&table, |fields| MorphoBlueMarket::decode(fields, &ctx))
}

/// What an operation returned and moved.
struct Moved {
    out: Value,
    transfers: Vec<Transfer>,
}

impl MorphoRecording {
    fn account(&self, operation: &Operation, key: &str) -> Result<Account, ParityError> {
        operation.text(key).map(|name| self.accounts.account(name))
    }

    /// The adapter's own operation of the same arguments.
    fn call(
        &self,
        market: &mut MorphoBlueMarket,
        operation: &Operation,
        ctx: &Context<'_>,
    ) -> Result<Result<Moved, LendingError>, ParityError> {
        let name = match operation.name() {
            "supply" => "callSupply",
            "withdraw" => "callWithdraw",
            "borrow" => "callBorrow",
            "repay" => "callRepay",
            "liquidate" => "callLiquidate",
            "irmBorrowRate" => "borrowRate",
            name => name,
        };
        let mut arguments = operation.arguments();
        if let Some(table) = arguments.as_object_mut()
            && table.remove("market").is_some()
        {
            // Any other LLTV is a market that was not created.
            table.insert("lltv".into(), json!("1"));
        }
        let account = |name: &str| self.accounts.account(name);
        let done = read_table(&arguments, |fields| market.special(name, fields, &account, ctx))?;
        let out = match done {
            Ok(out) => dump_json(&out),
            Err(error) => return Ok(Err(error)),
        };
        let (by, [loan, collateral]) = (self.account(operation, "by")?, self.pair);
        let of = |asset, key: &str| number_at(&out, key).map(|raw| TokenAmount::new(asset, raw));
        let given = |asset, key: &str| operation.number(key).map(|raw| TokenAmount::new(asset, raw));
        let transfers = match operation.name() {
            "supply" | "repay" => vec![Transfer::pay(by, of(loan, "assets")?)],
            "withdraw" | "borrow" => vec![Transfer::receive(by, of(loan, "assets")?)],
            "supplyCollateral" => vec![Transfer::pay(by, given(collateral, "assets")?)],
            "withdrawCollateral" => vec![Transfer::receive(by, given(collateral, "assets")?)],
            "liquidate" => vec![
                Transfer::receive(by, of(collateral, "seizedAssets")?),
                Transfer::pay(by, of(loan, "repaidAssets")?),
            ],
            _ => Vec::new(),
        };
        Ok(Ok(Moved { out, transfers }))
    }

    /// The borrower of flash loans is a contract that has nothing and keeps what it is told to.
    fn flash(
        &self,
        market: &mut MorphoBlueMarket,
        operation: &Operation,
        ctx: &Context<'_>,
    ) -> Result<Result<(), String>, ParityError> {
        let [loan, collateral] = self.pair;
        let asset = if operation.text("token")? == "loan" { loan } else { collateral };
        let amount = TokenAmount::new(asset, operation.number("assets")?);
        let lent = match market.flash_borrow(self.account(operation, "by")?, amount, ctx) {
            Ok((lent, _)) => lent,
            Err(error) => return Ok(Err(words(&error))),
        };
        if !operation.number("keptByBorrower")?.is_zero() {
            return Ok(Err(TOO_LITTLE.into()));
        }
        Ok(market.flash_repay(lent, ctx).map(drop).map_err(|error| words(&error)))
    }

    /// The same by the trait, where that has it: everything by shares, the rest by assets.
    fn by_trait(&self, operation: &Operation) -> Result<Option<Lending>, ParityError> {
        let is_zero = |key: &str| operation.text(key).is_ok_and(|name| name == "zero address");
        if operation.text("market").is_ok() || is_zero("onBehalf") || is_zero("receiver") {
            return Ok(None);
        }
        let [loan, collateral] = self.pair;
        let state = self.market.state();
        let actor = |operation: &Operation| {
            let (caller, owner) = (self.account(operation, "by")?, self.account(operation, "onBehalf")?);
            Ok::<_, ParityError>(Actor { caller, owner })
        };
        let assets = operation.optional("assets").unwrap_or_default();
        let shares = operation.optional("shares").unwrap_or_default();
        let by_assets = shares.is_zero();
        Ok(match operation.name() {
            "supply" if by_assets => Some(Lending::Supply(actor(operation)?, loan, Amount::Exact(assets))),
            "borrow" if by_assets => Some(Lending::Borrow(actor(operation)?, loan, Amount::Exact(assets))),
            "withdraw" => {
                let actor = actor(operation)?;
                let is_all = assets.is_zero() && shares == state.position(actor.owner).supply_shares;
                let amount = if is_all { Amount::All } else { Amount::Exact(assets) };
                // Fees accrue to their recipient in the same block.
                let plain = state.fee_recipient != Some(actor.owner);
                (by_assets || is_all && plain).then_some(Lending::Withdraw(actor, loan, amount))
            }
            "repay" => {
                let actor = actor(operation)?;
                let owed = self.market.debt(actor.owner, loan, self.now).unwrap_or_default();
                let has = U256::from(state.position(actor.owner).borrow_shares);
                let is_all = assets.is_zero() && shares == has;
                let amount = if is_all { Amount::All } else { Amount::Exact(assets) };
                // More than the debt is refused by the contract, and pays the debt by the trait.
                let plain = by_assets && (assets < owed || has.is_zero());
                (plain || is_all).then_some(Lending::Repay(actor, loan, amount))
            }
            "supplyCollateral" => Some(Lending::Supply(actor(operation)?, collateral, Amount::Exact(assets))),
            "withdrawCollateral" => {
                Some(Lending::Withdraw(actor(operation)?, collateral, Amount::Exact(assets)))
            }
            "accrueInterest" => Some(Lending::Accrue),
            _ => None,
        })
    }

    /// What the trait does otherwise than the contract's own function, if anything.
    fn trait_differs(
        &self,
        operation: &Operation,
        done: &Result<Moved, LendingError>,
        after: &Dump,
        ctx: &Context<'_>,
    ) -> Result<Option<String>, ParityError> {
        let Some(lending) = self.by_trait(operation)? else { return Ok(None) };
        let mut market = self.market.clone();
        let by_trait = lending.run(&mut market, ctx);
        Ok(match (done, &by_trait) {
            (Ok(moved), Ok(by_trait)) => {
                let same = market.dump() == *after && by_trait.transfers() == moved.transfers.as_slice();
                (!same).then(|| format!("{lending:?} does otherwise by the trait"))
            }
            (Err(call), Err(by_trait)) if words(call) == words(by_trait) => None,
            (_, by_trait) => Some(format!("{lending:?} by the trait: {by_trait:?}")),
        })
    }

    fn user_field(&self, name: &str, key: &str) -> Result<Option<String>, ParityError> {
        let (account, [loan, collateral]) = (self.accounts.account(name), self.pair);
        Ok(match key {
            "walletLoan" => Some(self.wallets.get(account, loan).to_string()),
            "walletCollateral" => Some(self.wallets.get(account, collateral).to_string()),
            "supplyShares" | "borrowShares" | "collateral" => find(&self.dump, &["users", name, key]),
            _ => return Err(unknown_leaf(&["users", name, key])),
        })
    }
}

/// The contract's words in the form of the records.
fn words(error: &LendingError) -> String {
    match error.code() {
        Some("Panic(0x11)") => "Panic(0x11) arithmetic overflow or underflow".into(),
        Some("Panic(0x12)") => "Panic(0x12) division by zero".into(),
        code => code.unwrap_or("no reason").into(),
    }
}

/// A text in a dump.
fn find(dump: &Dump, path: &[&str]) -> Option<String> {
    match path.iter().try_fold(dump, |dump, key| dump.get(key))? {
        Dump::Text(text) => Some(text.clone()),
        _ => None,
    }
}

impl Recording for MorphoRecording {
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        self.now.time = Timestamp(operation.time());
        let mut trial = self.market.clone();
        let prices = self.prices.clone();
        let ctx = Context { now: self.now, prices: &prices };
        if operation.name() == "flashLoan" {
            let done = self.flash(&mut trial, operation, &ctx)?;
            // Who keeps something has undone everything.
            if done.as_ref().is_ok() || done.as_ref().is_err_and(|reason| reason != TOO_LITTLE) {
                self.market = trial;
            }
            self.dump = self.market.dump();
            return Ok(done.map(|()| Value::Null));
        }
        let done = self.call(&mut trial, operation, &ctx)?;
        if let Some(difference) = self.trait_differs(operation, &done, &trial.dump(), &ctx)? {
            return Ok(Err(difference));
        }
        let done = match done {
            Ok(moved) => self.wallets.settle(&moved.transfers, TOO_LITTLE).map(|()| {
                self.market = trial;
                moved.out
            }),
            Err(error) => {
                self.market = trial;
                Err(words(&error))
            }
        };
        self.dump = self.market.dump();
        Ok(done)
    }

    fn field(&mut self, path: &[&str]) -> Result<Option<String>, ParityError> {
        match path {
            ["users", name, key] => self.user_field(name, key),
            ["borrowRateView"] => {
                let rate = self.market.borrow_rate_view(self.now).map_err(|_| unknown_leaf(path))?;
                Ok(rate.map(|rate| rate.to_string()))
            }
            [_] => find(&self.dump, path).map(Some).ok_or_else(|| unknown_leaf(path)),
            _ => Err(unknown_leaf(path)),
        }
    }

    fn dump(&self) -> Dump {
        self.dump.clone()
    }

    /// The view is as of the operation's second.
    fn lasts(&self, path: &[&str]) -> bool {
        path != ["borrowRateView"]
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        Ok(Some(build(&self.venue, dump_json(&self.dump), &self.assets)?.dump()))
    }
}
