//! Aave V2: the pool with its libraries, its tokens and its configurator beside the adapter.

mod calls;
mod contracts;
mod draw;
mod listing;
mod model;
mod price;
mod state;

use levmine_aave_v2::AaveV2Market;
use levmine_config::parse_json;
use levmine_lending::{Context, LendingMarket};
use levmine_market::{
    Account, Asset, Assets, BuildContext, Dump, Moment, Party, Price, PriceBook, Timestamp, Transfer,
};
use levmine_math::U256;
use serde_json::{Map, Value, json};

use self::contracts::{ACCOUNTS, Contracts, wallet};
use self::listing::{ETHER, Listing, listings, ray_per_bps};
use self::state::{Model, Wallets};
use crate::random::Random;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Call, Chain, Operation, ParityError};

/// When the first operation may happen.
const START: u64 = 1_700_000_000;

/// The receiver of flash loans has a wallet too.
const RECEIVER_NAME: &str = "receiver";

/// The first deployed core.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "aave-v2",
    version: "2.0",
    contracts: "@aave/protocol-v2 1.0.1",
    make: |seed| Ok(Box::new(AaveV2Twin::new(seed)?)),
};

/// A pool and its model.
#[derive(Debug)]
pub struct AaveV2Twin {
    contracts: Contracts,
    market: AaveV2Market,
    assets: Vec<Asset>,
    prices: PriceBook,
    wallets: Wallets,
    now: u64,
    beginning: Value,
    /// How many operations were drawn.
    drawn: u64,
    /// The usual value of an operation in wei of ether, in bits.
    value_bits: u64,
    /// The longest usual wait in seconds, in bits.
    wait_bits: u64,
}

impl AaveV2Twin {
    /// A pool without supply; its reserves have the parameters of this seed.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let listings = listings(&mut random);
        let mut contracts = Contracts::deploy(&listings)?;
        let venue = venue(&mut contracts, &listings)?;
        let mut known = Assets::standard();
        let mut prices = PriceBook::new();
        let (mut assets, mut wallets) = (Vec::new(), Wallets::new());
        let fault = |problem: String| ParityError::Operation { operation: "a reserve".into(), problem };
        for listing in &listings {
            let asset = Asset::new(listing.symbol, listing.decimals);
            let asset = asset.map_err(|error| fault(error.to_string()))?;
            known.insert(asset);
            assets.push(asset);
            let price = Price::from_decimals(U256::from(listing.price), 18);
            prices.set(asset, price.map_err(|error| fault(error.to_string()))?);
            for name in ACCOUNTS.into_iter().chain([RECEIVER_NAME]) {
                wallets.insert((name, listing.symbol.into()), wallet());
            }
        }
        let mut named = venue.clone();
        named["state"]["users"] =
            Value::Object(ACCOUNTS.iter().map(|name| ((*name).to_string(), json!({}))).collect());
        let node = parse_json("venue", &named.to_string())?;
        let now = Moment { time: Timestamp(START), block: 0 };
        let ctx = BuildContext { venue: "venue", assets: &known, now };
        let market = AaveV2Market::decode(&mut node.fields()?, &ctx)?;
        let dollars: Map<String, Value> = listings
            .iter()
            .map(|listing| (listing.symbol.into(), json!(price::write(listing.price))))
            .collect();
        let decimals: Map<String, Value> =
            listings.iter().map(|listing| (listing.symbol.into(), json!(listing.decimals))).collect();
        let mut table = venue;
        table["protocol"] = json!("aave-v2");
        let beginning = json!({ "start": START, "assets": decimals, "prices": dollars, "venue": table });
        Ok(Self {
            contracts,
            market,
            assets,
            prices,
            wallets,
            now: START,
            beginning,
            drawn: 0,
            value_bits: random.pick(&[10, 34, 50, 66, 66, 66, 74, 90]),
            wait_bits: random.pick(&[4, 12, 18, 22, 26]),
        })
    }

    /// The adapter's side.
    #[must_use]
    pub const fn market(&self) -> &AaveV2Market {
        &self.market
    }

    /// What the oracle says on both sides.
    #[must_use]
    pub const fn prices(&self) -> &PriceBook {
        &self.prices
    }

    /// The contracts' side.
    pub const fn chain(&mut self) -> &mut Chain {
        &mut self.contracts.chain
    }

    /// What the contracts are called with for an operation.
    ///
    /// # Errors
    ///
    /// [`ParityError::Operation`] for one that is not known or lacks an argument.
    pub fn calls(&mut self, operation: &Operation) -> Result<Vec<Call>, ParityError> {
        calls::calls(&mut self.contracts, operation)
    }

    fn moment(&self) -> Moment {
        Moment { time: Timestamp(self.now), block: 0 }
    }

    fn asset(&self, symbol: &str) -> Result<Asset, ParityError> {
        find(&self.assets, symbol)
    }

    /// Lets the adapter do it; `Err` is the name of its refusal.
    fn act(&mut self, operation: &Operation) -> Result<Result<model::Acted, String>, ParityError> {
        if operation.name() == "set_price" {
            let asset = self.asset(operation.text("asset")?)?;
            let price = price::read(operation.text("price")?).ok_or_else(|| operation.unknown())?;
            let price = Price::from_decimals(price, 18).map_err(|_| operation.unknown())?;
            self.prices.set(asset, price);
            return Ok(Ok(model::Acted::default()));
        }
        let ctx = Context { now: self.moment(), prices: &self.prices };
        let find = |symbol: &str| find(&self.assets, symbol);
        let done = model::act(&mut self.market, operation, &find, &ctx)?;
        Ok(done.map_err(|error| error.code().unwrap_or("no reason").to_string()))
    }

    /// Books what moves between wallets and market.
    fn book(&mut self, operation: &Operation, transfers: &[Transfer]) {
        let is_flash = operation.name() == "flash_loan";
        for transfer in transfers {
            for (party, gains) in [(transfer.from, false), (transfer.to, true)] {
                let Party::Account(account) = party else { continue };
                let Some(name) = (if is_flash { Some(RECEIVER_NAME) } else { name_of(account) }) else {
                    continue;
                };
                let key = (name, transfer.amount.asset.symbol().to_string());
                let wallet = self.wallets.entry(key).or_default();
                let raw = transfer.amount.raw;
                *wallet = if gains { wallet.wrapping_add(raw) } else { wallet.wrapping_sub(raw) };
            }
        }
    }
}

fn name_of(account: Account) -> Option<&'static str> {
    ACCOUNTS.into_iter().find(|name| model::account(name) == account)
}

fn find(assets: &[Asset], symbol: &str) -> Result<Asset, ParityError> {
    assets
        .iter()
        .copied()
        .find(|asset| asset.symbol() == symbol)
        .ok_or_else(|| ParityError::Operation { operation: symbol.into(), problem: "is no reserve".into() })
}

/// The adapter's venue table, from what the contracts say after the listing.
fn venue(contracts: &mut Contracts, listings: &[Listing]) -> Result<Value, ParityError> {
    let mut reserves = Map::new();
    for (listing, tokens) in listings.iter().zip(contracts.reserves.clone()) {
        let arguments = vec![tokens.underlying.into()];
        let words = contracts.chain.read(contracts.pool, "getReserveData(address)", arguments)?;
        let word = |at: usize| json!(words.get(at).copied().unwrap_or_default().to_string());
        let mut table = Map::new();
        for (at, key) in [
            "configuration",
            "liquidityIndex",
            "variableBorrowIndex",
            "currentLiquidityRate",
            "currentVariableBorrowRate",
            "currentStableBorrowRate",
            "lastUpdateTimestamp",
        ]
        .into_iter()
        .enumerate()
        {
            table.insert(key.into(), word(at));
        }
        let ray = |bps: u64| json!((U256::from(bps) * ray_per_bps()).to_string());
        for (key, bps) in calls::CURVE.into_iter().zip(listing.curve) {
            table.insert(key.into(), ray(bps));
        }
        table.insert("marketBorrowRate".into(), ray(listing.market_rate));
        reserves.insert(listing.symbol.into(), Value::Object(table));
    }
    Ok(json!({ "ether": ETHER, "state": { "reserves": reserves } }))
}

impl Twin for AaveV2Twin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        self.drawn += 1;
        draw::operation(self, random)
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.contracts.chain.set_time(self.now);
        let mut found = Comparison::default();
        let calls = calls::calls(&mut self.contracts, operation)?;
        let theirs = self.contracts.chain.send(&calls)?;
        let ours = self.act(operation)?;
        match (&theirs, &ours) {
            (Ok(answers), Ok(acted)) => {
                if let Some(returned) = calls::returned(operation, answers) {
                    let ours = acted.amount.unwrap_or_default();
                    found.number(|| format!("{}: what is returned", operation.name()), returned, ours);
                }
                self.book(operation, &acted.transfers);
            }
            (theirs, ours) => {
                let contract = theirs.as_ref().err().map_or("done".into(), ToString::to_string);
                let adapter = ours.as_ref().err().map_or("done", String::as_str);
                found.text(|| format!("{}: the outcome", operation.name()), &contract, adapter);
                found.refusal = Some(contract);
            }
        }
        let model = Model {
            market: &self.market,
            prices: &self.prices,
            wallets: &self.wallets,
            now: Moment { time: Timestamp(self.now), block: 0 },
        };
        state::compare(&mut found, &mut self.contracts, &model)?;
        for key in ["by", "borrower", "on_behalf_of", "to", "user"] {
            if let Ok(name) = operation.text(key) {
                state::compare_amounts(&mut found, &mut self.contracts, &model, name)?;
            }
        }
        state::compare_credit(&mut found, &mut self.contracts, &self.market, operation)?;
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.market.dump()
    }

    fn beginning(&self) -> Value {
        self.beginning.clone()
    }
}
