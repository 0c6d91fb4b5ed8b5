//! Records of Compound III.

mod act;
mod setup;

use levmine_compound_v3::accrual::{projected, rate, utilization};
use levmine_compound_v3::principal::{present_value_borrow, present_value_supply};
use levmine_compound_v3::{CompoundV3Market, Curve};
use levmine_lending::{Context, LendingError, LendingMarket};
use levmine_market::{Account, Asset, Assets, BuildContext, Dump, Moment, Price, PriceBook, Timestamp};
use levmine_math::U256;
use serde_json::{Map, Value};

use self::setup::Tokens;
use crate::recorded::{
    Accounts, Recording, Wallets, dump_json, lacks, list_at, number_at, read_table, table_at, text_at,
    unknown_leaf,
};
use crate::{Operation, ParityError, Recorded};

/// What is compared with records.
pub const RECORDED: &[Recorded] = &[Recorded {
    protocol: "compound-v3",
    version: "Comet",
    contracts: "comet at d5a30b0a",
    files: &["usdc", "weth"],
    open,
}];

/// What the stand-in tokens say.
const TOO_LITTLE: &str = "insufficient token balance";

/// The refusals that come before a payment.
const BEFORE_PAYMENT: [&str; 4] = ["Paused", "Unauthorized", "NotForSale", "InvalidUInt128"];

/// A market and the wallets around it.
struct CometRecording {
    market: CompoundV3Market,
    /// The venue's table without a state.
    venue: Map<String, Value>,
    /// The market's state after the last operation.
    dump: Dump,
    tokens: Tokens,
    assets: Assets,
    prices: PriceBook,
    accounts: Accounts,
    wallets: Wallets,
    now: Moment,
}

fn open(file: &Value) -> Result<Box<dyn Recording>, ParityError> {
    let setup = &file["setup"];
    let tokens = Tokens::of(setup)?;
    let assets = tokens.known();
    let venue = setup::venue(setup, &tokens)?;
    let market = build(&venue, setup::state(setup)?, &assets)?;
    let names = table_at(setup, "accounts")?;
    // The market numbers its users in this order, and then the governor.
    let accounts = Accounts::of(names.keys().map(String::as_str).chain(act::OTHERS), file);
    let time = text_at(setup, "time")?.parse().map_err(|_| lacks("time"))?;
    let mut run = CometRecording {
        dump: market.dump(),
        market,
        venue,
        tokens,
        assets,
        prices: PriceBook::new(),
        accounts,
        wallets: Wallets::default(),
        now: Moment { time: Timestamp(time), block: 0 },
    };
    run.set_price("base", text_at(&setup["base"], "price")?)?;
    for (number, listed) in list_at(setup, "collaterals")?.iter().enumerate() {
        run.set_price(&number.to_string(), text_at(listed, "price")?)?;
    }
    for (name, wallet) in names {
        let account = run.accounts.account(name);
        run.wallets.set(account, run.tokens.base, number_at(wallet, "base")?);
        for (asset, amount) in run.tokens.collaterals.iter().zip(list_at(wallet, "collateral")?) {
            let amount = amount.as_str().and_then(|text| U256::from_str_radix(text, 10).ok());
            run.wallets.set(account, *asset, amount.ok_or_else(|| lacks("collateral"))?);
        }
    }
    Ok(Box::new(run))
}

fn build(venue: &Map<String, Value>, state: Value, assets: &Assets) -> Result<CompoundV3Market, ParityError> {
    let mut venue = venue.clone();
    venue.insert("state".into(), state);
    let ctx = BuildContext { venue: "venue", assets, now: Moment::default() };
    read_table(&Value::Object(venue), |fields| CompoundV3Market::decode(fields, &ctx))
}

/// What the contract says, in the record's words.
fn reason(error: &LendingError) -> String {
    match error {
        LendingError::UnknownAsset { .. } => "BadAsset".into(),
        error => match error.code().unwrap_or("no reason") {
            "Panic(0x11)" => "Panic(0x11) arithmetic overflow or underflow".into(),
            code => code.into(),
        },
    }
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

impl CometRecording {
    fn asset(&self, name: &str) -> Result<Asset, ParityError> {
        if name == "base" {
            return Ok(self.tokens.base);
        }
        let number = name.parse::<usize>().ok();
        number.and_then(|number| self.tokens.collaterals.get(number).copied()).ok_or_else(|| lacks(name))
    }

    /// An answer of zero or less is bad either way.
    fn set_price(&mut self, asset: &str, answer: &str) -> Result<(), ParityError> {
        let answer = if answer.starts_with('-') { "0" } else { answer };
        let answer = U256::from_str_radix(answer, 10).map_err(|_| lacks("price"))?;
        let price = Price::from_decimals(answer, 8).map_err(|_| lacks("price"))?;
        self.prices.set(self.asset(asset)?, price);
        Ok(())
    }

    /// Whether the caller could not pay what the operation would have taken before it refused for this
    /// reason.
    fn cannot_pay(&self, operation: &Operation, reason: &str) -> Result<bool, ParityError> {
        if BEFORE_PAYMENT.contains(&reason) {
            return Ok(false);
        }
        let by = self.accounts.account(operation.who()?);
        let payment = act::payment(self, operation)?;
        Ok(payment.is_some_and(|due| self.wallets.get(by, due.asset) < due.raw))
    }

    fn market_field(&self, key: &str) -> Result<Option<String>, ParityError> {
        let comet = self.market.comet();
        let (params, now) = (comet.params(), self.now.time.0);
        let view = |curve: &Curve| {
            let utilization = utilization(comet.totals()).ok()?;
            rate(curve, utilization).ok()
        };
        let projected = projected(params, comet.totals(), now).ok();
        Ok(match key {
            "utilization" => text(utilization(comet.totals()).ok()),
            "supplyRate" => text(view(&params.supply)),
            "borrowRate" => text(view(&params.borrow)),
            "totalSupply" => text(projected.and_then(|totals| {
                present_value_supply(totals.base_supply_index, totals.total_supply_base).ok()
            })),
            "totalBorrow" => text(projected.and_then(|totals| {
                present_value_borrow(totals.base_borrow_index, totals.total_borrow_base).ok()
            })),
            "reserves" => text(comet.reserves(now).ok()),
            _ => find(&self.dump, key),
        })
    }

    fn stock_field(&self, kind: &str, at: &str) -> Result<Option<String>, ParityError> {
        let stock = at.parse::<usize>().ok().and_then(|at| self.market.comet().stocks().get(at));
        let stock = stock.ok_or_else(|| lacks(at))?;
        Ok(match kind {
            "collateralTotal" => text(Some(stock.total_supply_asset)),
            _ => text(stock.reserves().ok()),
        })
    }

    fn user_field(&self, name: &str, key: &str) -> Result<Option<String>, ParityError> {
        let account = self.accounts.account(name);
        let (comet, base) = (self.market.comet(), self.tokens.base);
        let user = comet.user(account);
        Ok(match key {
            "principal" => text(Some(user.principal)),
            "baseTrackingIndex" => text(Some(user.base_tracking_index)),
            "baseTrackingAccrued" => text(Some(user.base_tracking_accrued)),
            "assetsIn" => text(Some(user.assets_in())),
            "balance" => text(self.market.supplied(account, base, self.now).ok()),
            "borrowBalance" => text(self.market.debt(account, base, self.now).ok()),
            "walletBase" => text(Some(self.wallets.get(account, base))),
            "liquidatable" => self.liquidatable(account),
            "borrowCollateralized" => text(comet.is_borrow_collateralized(account, &self.prices).ok()),
            _ => return Err(unknown_leaf(&["users", name, key])),
        })
    }

    fn liquidatable(&self, account: Account) -> Option<String> {
        let stored = text(self.market.comet().is_liquidatable(account, &self.prices).ok())?;
        // What a strategy is told must say the same, with interest to now.
        let mut accrued = self.market.clone();
        if accrued.accrue(self.now).is_err() {
            return Some(stored);
        }
        let ctx = Context { now: self.now, prices: &self.prices };
        let told = self.market.health(account, &ctx).map(|health| health.liquidatable);
        let says = accrued.comet().is_liquidatable(account, &self.prices);
        match (told, says) {
            (Ok(told), Ok(says)) if told != says => Some(format!("{stored}, but told {told}")),
            _ => Some(stored),
        }
    }
}

/// A text in a dump.
fn find(dump: &Dump, key: &str) -> Option<String> {
    match dump.get(key)? {
        Dump::Text(text) => Some(text.clone()),
        _ => None,
    }
}

impl Recording for CometRecording {
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        self.now.time = Timestamp(operation.time());
        if operation.name() == "setPrice" {
            self.set_price(operation.text("asset")?, operation.text("price")?)?;
            return Ok(Ok(Value::Null));
        }
        let mut trial = self.market.clone();
        let ctx = Context { now: self.now, prices: &self.prices };
        let done = match act::act(self, &mut trial, operation, &ctx)? {
            Ok(moved) => self.wallets.settle(&moved.transfers, TOO_LITTLE).map(|()| {
                self.market = trial;
                moved.out
            }),
            Err(error) => {
                let reason = reason(&error);
                let unpaid = self.cannot_pay(operation, &reason)?;
                self.market = trial;
                Err(if unpaid { TOO_LITTLE.into() } else { reason })
            }
        };
        self.dump = self.market.dump();
        Ok(done)
    }

    fn field(&mut self, path: &[&str]) -> Result<Option<String>, ParityError> {
        match path {
            [key] => self.market_field(key),
            [kind @ ("collateralTotal" | "collateralReserves"), at] => self.stock_field(kind, at),
            ["users", name, key] => self.user_field(name, key),
            ["users", name, "collateral", at] => {
                let at = at.parse::<usize>().map_err(|_| unknown_leaf(path))?;
                let user = self.market.comet().user(self.accounts.account(name));
                Ok(text(user.collateral.get(at)))
            }
            ["users", name, "walletCollateral", at] => {
                let (account, asset) = (self.accounts.account(name), self.asset(at)?);
                Ok(text(Some(self.wallets.get(account, asset))))
            }
            _ => Err(unknown_leaf(path)),
        }
    }

    fn dump(&self) -> Dump {
        self.dump.clone()
    }

    /// Balances with interest, and the health views, which any accrual and any price changes, are as of the
    /// operation.
    fn lasts(&self, path: &[&str]) -> bool {
        !matches!(path, ["users", _, "balance" | "borrowBalance" | "liquidatable" | "borrowCollateralized"])
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        Ok(Some(build(&self.venue, dump_json(&self.dump), &self.assets)?.dump()))
    }
}
