//! Records of Aave V3.

mod act;
mod setup;

use levmine_aave_v3::AaveV3Market;
use levmine_lending::{Context, LendingMarket};
use levmine_market::{Asset, Assets, BuildContext, Dump, Moment, Price, PriceBook, Timestamp};
use levmine_math::{U256, Wad};
use serde_json::{Value, json};

use crate::recorded::{
    Accounts, Recording, Wallets, dump_json, lacks, list_at, number_at, read_table, table_at, text_at,
    unknown_leaf,
};
use crate::{Operation, ParityError, Recorded};

/// What is compared with records.
pub const RECORDED: &[Recorded] = &[
    version("3.0", "aave-v3-core v1.19.3", &["3.0/"]),
    version("3.3", "aave-v3-origin v3.3.0", &["3.3/"]),
    version("3.4", "aave-v3-origin v3.4.0", &["3.4/"]),
    version("3.5", "aave-v3-origin v3.5.0", &["3.5/"]),
    version("3.7", "aave-v3-origin of 2026-06-19", &["3.7/"]),
];

const fn version(version: &'static str, contracts: &'static str, files: &'static [&'static str]) -> Recorded {
    Recorded { protocol: "aave-v3", version, contracts, files, open }
}

/// What the stand-in tokens say.
const TOO_LITTLE: &str = "ERC20: transfer amount exceeds balance";

/// A market and the wallets around it.
struct AaveRecording {
    market: AaveV3Market,
    /// The market's state after the last operation.
    dump: Dump,
    assets: Assets,
    prices: PriceBook,
    accounts: Accounts,
    wallets: Wallets,
    now: Moment,
}

fn open(file: &Value) -> Result<Box<dyn Recording>, ParityError> {
    let assets = Assets::standard();
    let market = build(&setup::venue(file)?, &assets)?;
    let setup = &file["setup"];
    if table_at(setup, "reservesState")?.len() != list_at(setup, "reserves")?.len() {
        return Err(lacks("reservesState"));
    }
    let users = table_at(setup, "usersState")?;
    // The market numbers its users in this order.
    let accounts = Accounts::of(users.keys().map(String::as_str), file);
    let mut run = AaveRecording {
        dump: market.dump(),
        market,
        assets,
        prices: PriceBook::new(),
        accounts,
        wallets: Wallets::default(),
        now: Moment { time: Timestamp(start(setup)?), block: 0 },
    };
    for reserve in list_at(setup, "reserves")? {
        run.set_price(text_at(reserve, "symbol")?, number_at(reserve, "initialPrice")?)?;
    }
    for (name, fields) in users {
        for key in fields.as_object().into_iter().flat_map(|fields| fields.keys()) {
            if let Some(symbol) = key.strip_prefix("wallet.") {
                let (account, asset) = (run.accounts.account(name), run.asset(symbol)?);
                run.wallets.set(account, asset, number_at(fields, key)?);
            }
        }
    }
    Ok(Box::new(run))
}

fn start(setup: &Value) -> Result<u64, ParityError> {
    text_at(setup, "startTimestamp")?.parse().map_err(|_| lacks("startTimestamp"))
}

fn build(venue: &Value, assets: &Assets) -> Result<AaveV3Market, ParityError> {
    let ctx = BuildContext { venue: "venue", assets, now: Moment::default() };
    read_table(venue, |fields| AaveV3Market::decode(fields, &ctx))
}

impl AaveRecording {
    fn asset(&self, symbol: &str) -> Result<Asset, ParityError> {
        self.assets.get(symbol).ok_or_else(|| lacks(symbol))
    }

    fn set_price(&mut self, symbol: &str, price: U256) -> Result<(), ParityError> {
        let price = Price::from_decimals(price, 8).map_err(|_| lacks(symbol))?;
        self.prices.set(self.asset(symbol)?, price);
        Ok(())
    }

    /// What a receiver of flash loans that says no makes of it.
    fn receiver_refuses(&self) -> String {
        let is_custom_error = self.market.version() >= "3.4";
        let names = ["INVALID_FLASHLOAN_EXECUTOR_RETURN", "InvalidFlashloanExecutorReturn"];
        names[usize::from(is_custom_error)].into()
    }

    /// The six numbers of `getUserAccountData`; `None` where it reverts.
    fn account_data(&self, name: &str) -> Option<[U256; 6]> {
        let pool = self.market.pool();
        let account = self.accounts.account(name);
        let data = pool.account_data(account, &self.prices, self.now.time.0).ok()?;
        let available = data.available_borrows(pool.rules()).ok()?;
        Some([data.collateral, data.debt, available, data.threshold, data.ltv, data.health_factor])
    }

    fn account_field(&self, name: &str, at: &str) -> Option<String> {
        let number = *self.account_data(name)?.get(at.parse::<usize>().ok()?)?;
        if at != "5" {
            return Some(number.to_string());
        }
        // What a strategy is told must say the same.
        let ctx = Context { now: self.now, prices: &self.prices };
        let health = self.market.health(self.accounts.account(name), &ctx).ok()?;
        let agrees = health.liquidatable == (number < Wad::ONE.raw());
        Some(if agrees { number.to_string() } else { format!("{number}, but told otherwise") })
    }

    fn user_field(&self, name: &str, key: &str) -> Result<Option<String>, ParityError> {
        let Some((kind, symbol)) = key.split_once('.') else {
            return Ok(find(&self.dump, &["users", name, key]));
        };
        let (account, asset) = (self.accounts.account(name), self.asset(symbol)?);
        let number = match kind {
            "wallet" => Ok(self.wallets.get(account, asset)),
            "aTokenBalance" => self.market.supplied(account, asset, self.now),
            "vTokenBalance" => self.market.debt(account, asset, self.now),
            _ => {
                let balance = find(&self.dump, &["users", name, kind, symbol]);
                return Ok(Some(balance.unwrap_or_else(|| "0".into())));
            }
        };
        Ok(number.ok().map(|number| number.to_string()))
    }
}

/// A text in a dump.
fn find(dump: &Dump, path: &[&str]) -> Option<String> {
    match path.iter().try_fold(dump, |dump, key| dump.get(key))? {
        Dump::Text(text) => Some(text.clone()),
        _ => None,
    }
}

impl Recording for AaveRecording {
    fn beginning(&self, setup: &Value) -> Value {
        json!({ "reserves": setup["reservesState"], "users": setup["usersState"] })
    }

    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        self.now.time = Timestamp(operation.time());
        if operation.name() == "setPrice" {
            self.set_price(operation.text("asset")?, operation.number("price")?)?;
            return Ok(Ok(Value::Null));
        }
        let mut trial = self.market.clone();
        let ctx = Context { now: self.now, prices: &self.prices };
        let done = match act::act(self, &mut trial, operation, &ctx)? {
            Ok(_) if operation.flag("executorReturns").is_ok_and(|says| !says) => {
                Err(self.receiver_refuses())
            }
            Ok(moved) => self.wallets.settle(&moved.transfers, TOO_LITTLE).map(|()| {
                self.market = trial;
                moved.out
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
        match path {
            ["reserves", _, _] => Ok(find(&self.dump, path)),
            ["users", name, key] => self.user_field(name, key),
            ["users", name, "account", at] => Ok(self.account_field(name, at)),
            _ => Err(unknown_leaf(path)),
        }
    }

    fn dump(&self) -> Dump {
        self.dump.clone()
    }

    /// Account numbers and balances with interest are as of the operation.
    fn lasts(&self, path: &[&str]) -> bool {
        !matches!(path, ["users", _, "account", _])
            && !path.last().is_some_and(|key| key.contains("TokenBalance."))
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        let venue = json!({ "version": self.market.version(), "state": dump_json(&self.dump) });
        Ok(Some(build(&venue, &self.assets)?.dump()))
    }
}
