//! Compound V2: the Comptroller, cTokens, rate models and COMP of the version with error codes beside the adapter.

mod calls;
mod contracts;
mod draw;
mod listing;
mod model;
mod names;
mod price;
mod state;

use levmine_compound_v2::{CompoundV2Market, RateModel};
use levmine_config::parse_json;
use levmine_lending::{Context, LendingMarket};
use levmine_market::{
    Asset, Assets, BuildContext, Dump, Moment, Party, Price, PriceBook, Timestamp, Transfer,
};
use levmine_math::{U256, Wad};
use serde_json::{Map, Value, json};

use self::calls::Asked;
use self::contracts::{ACCOUNTS, Contracts, comp_of_the_first, wallet};
use self::listing::{Listing, listings, settings};
use self::state::{COMP, Model, Wallets};
use crate::random::Random;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Operation, ParityError, Reason};

/// When the first operation may happen; a block every 12 s.
const START: u64 = 1_700_000_004;

/// Seconds from block to block.
const BLOCK: u64 = 12;

/// The version with error codes, the only one with a package.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "compound-v2",
    version: "error-codes",
    contracts: "@thenextblock/hardhat-compound 0.0.14",
    make: |seed| Ok(Box::new(CompoundV2Twin::new(seed)?)),
};

/// A Comptroller with its markets and its model.
#[derive(Debug)]
pub struct CompoundV2Twin {
    contracts: Contracts,
    market: CompoundV2Market,
    assets: Vec<Asset>,
    prices: PriceBook,
    wallets: Wallets,
    now: u64,
    beginning: Value,
    /// How many operations were drawn.
    drawn: u64,
    /// The usual value of an operation in dollars with 18 decimals, in bits.
    value_bits: u64,
    /// The longest usual wait in seconds, in bits.
    wait_bits: u64,
}

impl CompoundV2Twin {
    /// Markets without supply; they have the parameters of this seed.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let listings = listings(&mut random);
        let settings = settings(&mut random);
        let contracts = Contracts::deploy(&listings, settings)?;
        let venue = venue(&listings, settings)?;
        let mut known = Assets::standard();
        let mut prices = PriceBook::new();
        let (mut assets, mut wallets) = (Vec::new(), Wallets::new());
        let fault = |problem: String| ParityError::Operation { operation: "a market".into(), problem };
        for listing in &listings {
            let asset = Asset::new(listing.symbol, listing.decimals);
            let asset = asset.map_err(|error| fault(error.to_string()))?;
            known.insert(asset);
            assets.push(asset);
            prices.set(asset, Price(Wad::from_raw(listing.price)));
            for name in ACCOUNTS {
                wallets.insert((name, listing.symbol.into()), wallet());
            }
        }
        let [first, ..] = ACCOUNTS;
        wallets.insert((first, COMP.into()), comp_of_the_first());
        let mut named = venue.clone();
        named["state"]["users"] =
            Value::Object(ACCOUNTS.iter().map(|name| ((*name).to_string(), json!({}))).collect());
        let node = parse_json("venue", &named.to_string())?;
        let ctx = BuildContext { venue: "venue", assets: &known, now: moment(START) };
        let market = CompoundV2Market::decode(&mut node.fields()?, &ctx)?;
        let dollars: Map<String, Value> = listings
            .iter()
            .map(|listing| (listing.symbol.into(), json!(price::write(listing.price))))
            .collect();
        let decimals: Map<String, Value> =
            listings.iter().map(|listing| (listing.symbol.into(), json!(listing.decimals))).collect();
        let mut table = venue;
        table["protocol"] = json!("compound-v2");
        let beginning = json!({
            "start": START,
            "block": START / BLOCK,
            "assets": decimals,
            "prices": dollars,
            "venue": table,
        });
        Ok(Self {
            contracts,
            market,
            assets,
            prices,
            wallets,
            now: START,
            beginning,
            drawn: 0,
            value_bits: random.pick(&[10, 50, 66, 76, 76, 76, 86, 110]),
            wait_bits: random.pick(&[4, 12, 18, 22, 26]),
        })
    }

    fn moment(&self) -> Moment {
        moment(self.now)
    }

    fn asset(&self, symbol: &str) -> Result<Asset, ParityError> {
        find(&self.assets, symbol)
    }

    /// Lets the adapter do it; `Err` is the name of its refusal.
    fn act(&mut self, operation: &Operation) -> Result<Result<Vec<Transfer>, String>, ParityError> {
        if operation.name() == "set_price" {
            let asset = self.asset(operation.text("asset")?)?;
            let price = price::read(operation.text("price")?).ok_or_else(|| operation.unknown())?;
            self.prices.set(asset, Price(Wad::from_raw(price)));
            return Ok(Ok(Vec::new()));
        }
        let ctx = Context { now: self.moment(), prices: &self.prices };
        let find = |symbol: &str| find(&self.assets, symbol);
        let done = model::act(&mut self.market, operation, &find, &ctx)?;
        Ok(done.map(|acted| acted.transfers).map_err(|error| error.code().unwrap_or("no reason").to_string()))
    }

    /// What the contracts are called with and an operation does not say.
    fn asked(&self, operation: &Operation) -> Result<Asked, ParityError> {
        let tokens = |market: &CompoundV2Market, name: &str, asset: Asset| {
            let id = market.pool().market_id(asset).unwrap_or(usize::MAX);
            market.pool().user(model::account(name)).map_or(U256::ZERO, |user| user.holding(id).tokens)
        };
        let asset = operation.text("asset").ok().and_then(|symbol| self.asset(symbol).ok());
        let mut asked = Asked {
            tokens: U256::ZERO,
            seized: U256::ZERO,
            decimals: asset.map_or(0, |asset| asset.decimals()),
        };
        if let (Some(asset), "withdraw") = (asset, operation.name()) {
            asked.tokens = tokens(&self.market, operation.who()?, asset);
        }
        if operation.name() == "liquidate" {
            // What the liquidator gets, as the adapter says: if it is wrong, what is compared afterwards is too.
            let (who, collateral) = (operation.who()?, self.asset(operation.text("collateral")?)?);
            let mut market = self.market.clone();
            let ctx = Context { now: moment(operation.time()), prices: &self.prices };
            let find = |symbol: &str| find(&self.assets, symbol);
            let before = tokens(&market, who, collateral);
            let kept = operation.clone().with("keep_supplied", true);
            if model::act(&mut market, &kept, &find, &ctx)?.is_ok() {
                asked.seized = tokens(&market, who, collateral).saturating_sub(before);
            }
        }
        Ok(asked)
    }

    /// Books what moves between wallets and market.
    fn book(&mut self, transfers: &[Transfer]) {
        for transfer in transfers {
            for (party, gains) in [(transfer.from, false), (transfer.to, true)] {
                let Party::Account(account) = party else { continue };
                let named = ACCOUNTS.into_iter().find(|name| model::account(name) == account);
                let Some(name) = named else { continue };
                let key = (name, transfer.amount.asset.symbol().to_string());
                let wallet = self.wallets.entry(key).or_default();
                let raw = transfer.amount.raw;
                *wallet = if gains { wallet.wrapping_add(raw) } else { wallet.wrapping_sub(raw) };
            }
        }
    }

    /// Books what only replays do.
    fn book_comp(&mut self, operation: &Operation) -> Result<(), ParityError> {
        let gains = match operation.name() {
            "fundComp" => false,
            "_grantComp" => true,
            _ => return Ok(()),
        };
        let who = operation.who()?;
        let Some(name) = ACCOUNTS.into_iter().find(|name| *name == who) else { return Ok(()) };
        let amount = operation.number("amount")?;
        let wallet = self.wallets.entry((name, COMP.into())).or_default();
        *wallet = if gains { wallet.wrapping_add(amount) } else { wallet.wrapping_sub(amount) };
        Ok(())
    }
}

fn moment(time: u64) -> Moment {
    Moment { time: Timestamp(time), block: time / BLOCK }
}

fn find(assets: &[Asset], symbol: &str) -> Result<Asset, ParityError> {
    assets
        .iter()
        .copied()
        .find(|asset| asset.symbol() == symbol)
        .ok_or_else(|| ParityError::Operation { operation: symbol.into(), problem: "is no market".into() })
}

/// A rate model as a state has it.
fn model_table(model: &RateModel) -> Value {
    match model {
        RateModel::Jump { base, multiplier, jump_multiplier, kink } => json!({
            "baseRatePerBlock": base.to_string(),
            "multiplierPerBlock": multiplier.to_string(),
            "jumpMultiplierPerBlock": jump_multiplier.to_string(),
            "kink": kink.to_string(),
        }),
        RateModel::WhitePaper { base, multiplier } => json!({
            "baseRatePerBlock": base.to_string(),
            "multiplierPerBlock": multiplier.to_string(),
        }),
        RateModel::Legacy { base_per_year, multiplier_per_year, blocks_per_year } => json!({
            "baseRate": base_per_year.to_string(),
            "multiplier": multiplier_per_year.to_string(),
            "blocksPerYear": blocks_per_year.to_string(),
        }),
    }
}

/// The adapter's venue table.
fn venue(listings: &[Listing], [close, incentive, rewards]: [U256; 3]) -> Result<Value, ParityError> {
    let block = (START / BLOCK).to_string();
    let mut markets = Map::new();
    for listing in listings {
        let fault = |problem: String| ParityError::Operation { operation: listing.symbol.into(), problem };
        let model = listing.curve.model().map_err(|error| fault(error.to_string()))?;
        let [supply, borrow] = listing.speeds;
        markets.insert(
            listing.symbol.into(),
            json!({
                "accrualBlockNumber": block,
                "initialExchangeRateMantissa": listing.exchange_rate.to_string(),
                "reserveFactorMantissa": listing.reserve_factor.to_string(),
                "collateralFactorMantissa": listing.collateral_factor.to_string(),
                "borrowCap": listing.borrow_cap.to_string(),
                "interestRateModel": model_table(&model),
                "compSupplySpeed": supply.to_string(),
                "compSupplyState": { "block": block },
                "compBorrowSpeed": borrow.to_string(),
                "compBorrowState": { "block": block },
            }),
        );
    }
    Ok(json!({
        "version": "error-codes",
        "state": {
            "closeFactorMantissa": close.to_string(),
            "liquidationIncentiveMantissa": incentive.to_string(),
            "compBalance": rewards.to_string(),
            "markets": markets,
        },
    }))
}

impl Twin for CompoundV2Twin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        self.drawn += 1;
        let operation = draw::operation(self, random)?;
        let block = U256::from(operation.time() / BLOCK);
        Ok(operation.amount("block", block))
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.contracts.chain.set_time(self.now);
        let mut found = Comparison::default();
        let asked = self.asked(operation)?;
        let calls = calls::calls(&mut self.contracts, operation, asked)?;
        let comptroller = self.contracts.comptroller;
        let theirs = self
            .contracts
            .chain
            .send_unless(&calls, &|call, words, events| names::refused(comptroller, call, words, events))?;
        let ours = self.act(operation)?;
        match (&theirs, &ours) {
            (Ok(_), Ok(transfers)) => {
                self.book(transfers);
                self.book_comp(operation)?;
            }
            (theirs, ours) => {
                let contract = theirs.as_ref().err().map_or("done".into(), Reason::to_string);
                let adapter = ours.as_ref().err().map_or("done", String::as_str);
                found.text(|| format!("{}: the outcome", operation.name()), &contract, adapter);
                found.refusal = Some(contract);
            }
        }
        let model = Model {
            market: &self.market,
            prices: &self.prices,
            wallets: &self.wallets,
            now: moment(self.now),
        };
        state::compare(&mut found, &mut self.contracts, &model)?;
        for key in ["by", "borrower", "on_behalf_of", "to"] {
            let named = operation.text(key).ok();
            if let Some(name) = ACCOUNTS.into_iter().find(|name| Some(*name) == named) {
                state::compare_now(&mut found, &mut self.contracts, &model, name)?;
            }
        }
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.market.dump()
    }

    fn beginning(&self) -> Value {
        self.beginning.clone()
    }
}
