//! Morpho Blue: the contract, compiled from its package, beside the adapter.
//!
//! The adaptive curve is in no package. Here a model answers what the adapter's curve says, so that what Morpho makes of
//! it is compared; the curve itself is compared with records of the real one.

mod calls;
mod contracts;
mod draw;
mod model;
#[cfg(test)]
mod presets;
mod recorded;
mod state;

use levmine_config::parse_json;
use levmine_lending::Context;
use levmine_lending::LendingMarket;
use levmine_market::{
    Asset, Assets, BuildContext, Dump, Moment, Party, Price, PriceBook, Timestamp, Transfer,
};
use levmine_math::{U256, Wad, parse_units};
use levmine_morpho_blue::{Irm, MorphoBlueMarket, ratio};
use serde_json::{Value, json};

use self::contracts::{ACCOUNTS, Contracts, Terms, wallet};
pub use self::recorded::RECORDED;
use self::state::Wallets;
use crate::random::Random;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Call, Chain, Operation, ParityError};

/// When the first operation may happen.
const START: u64 = 1_700_000_000;

const LOAN: &str = "LOAN";
const COLLATERAL: &str = "COLL";

/// What governance has enabled, and one LLTV that only some markets have.
const LLTVS: [u64; 10] = [
    0,
    385_000_000_000_000_000,
    625_000_000_000_000_000,
    770_000_000_000_000_000,
    860_000_000_000_000_000,
    915_000_000_000_000_000,
    945_000_000_000_000_000,
    965_000_000_000_000_000,
    980_000_000_000_000_000,
    999_999_999_999_999_999,
];

/// The only version.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "morpho-blue",
    version: "1.0.0",
    contracts: "@morpho-org/morpho-blue 1.0.0, compiled by solc 0.8.19",
    make: |seed| Ok(Box::new(MorphoBlueTwin::new(seed)?)),
};

/// Morpho and its model.
#[derive(Debug)]
pub struct MorphoBlueTwin {
    contracts: Contracts,
    market: MorphoBlueMarket,
    assets: [Asset; 2],
    prices: PriceBook,
    wallets: Wallets,
    now: u64,
    beginning: Value,
    /// How many operations were drawn.
    drawn: u64,
    /// The usual size of an operation in base units of the loan asset, in bits.
    loan_bits: u64,
    /// The longest usual wait in seconds, in bits.
    wait_bits: u64,
}

fn fault(problem: impl ToString) -> ParityError {
    ParityError::Operation { operation: "a market".into(), problem: problem.to_string() }
}

/// A price in dollars that has 18 decimals, as a text.
fn dollars(price: U256) -> String {
    levmine_math::format_units(price, 18)
}

impl MorphoBlueTwin {
    /// An empty market; its parameters are those of this seed.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let [loan_decimals, collateral_decimals] = random.pick(&[
            [6_u8, 18_u8],
            [18, 18],
            [6, 8],
            [2, 18],
            [18, 6],
            [6, 6],
            [8, 18],
            [0, 27],
            [36, 1],
        ]);
        let asset = |symbol, decimals| Asset::new(symbol, decimals).map_err(fault);
        let assets = [asset(LOAN, loan_decimals)?, asset(COLLATERAL, collateral_decimals)?];
        let mut known = Assets::standard();
        let mut prices = PriceBook::new();
        let mut price_texts = serde_json::Map::new();
        for (asset, bits) in assets.into_iter().zip([random.bits(58, 62), random.bits(54, 72)]) {
            known.insert(asset);
            prices.set(asset, Price(Wad::from_raw(bits)));
            price_texts.insert(asset.symbol().into(), json!(dollars(bits)));
        }
        // Half of the markets have an oracle of their own, whose answer may be anything.
        let own_price = random.chance(50);
        let (interest, created) = (random.chance(85), random.chance(92));
        let lltv = random.pick(&LLTVS);
        let fee =
            if created { random.pick(&[0, 0, 100_000_000_000_000_000, 249_999_999_999_999_999]) } else { 0 };
        let enabled: Vec<u64> =
            LLTVS.into_iter().filter(|known| *known == lltv || random.chance(70)).collect();
        let irm = if interest { Irm::AdaptiveCurve } else { Irm::Zero };
        let params = levmine_morpho_blue::Params::new(assets[0], assets[1], irm, lltv).map_err(fault)?;
        let oracle_price = ratio(&params, &prices).map_err(fault)?;
        let terms = Terms { lltv, fee, interest, created, oracle_price };
        let contracts = Contracts::deploy(terms, &enabled, START)?;
        let rate_at_target = if created && interest { 1_268_391_679_u64 } else { 0 };
        let mut state = json!({
            "lastUpdate": if created { START.to_string() } else { "0".into() },
            "fee": fee.to_string(),
            "rateAtTarget": rate_at_target.to_string(),
            "owner": "gov",
            "feeRecipient": "fees",
            "enabledLltvs": enabled.iter().map(u64::to_string).collect::<Vec<_>>(),
            "enabledIrms": ["adaptive-curve", "none"],
            "users": ACCOUNTS.iter().map(|name| ((*name).to_string(), json!({}))).collect::<serde_json::Map<_, _>>(),
        });
        if own_price {
            state["oraclePrice"] = json!(oracle_price.to_string());
        }
        let lltv_percent = format!("{}%", levmine_math::format_units(U256::from(lltv), 16));
        let mut venue = json!({
            "loan": LOAN,
            "collateral": COLLATERAL,
            "lltv": lltv_percent,
            "irm": irm.name(),
            "state": state,
        });
        let node = parse_json("venue", &venue.to_string())?;
        let now = Moment { time: Timestamp(START), block: 0 };
        let ctx = BuildContext { venue: "venue", assets: &known, now };
        let market = MorphoBlueMarket::decode(&mut node.fields()?, &ctx)?;
        venue["protocol"] = json!("morpho-blue");
        let decimals = json!({ LOAN: loan_decimals, COLLATERAL: collateral_decimals });
        let beginning = json!({ "start": START, "assets": decimals, "prices": price_texts, "venue": venue });
        let mut wallets = Wallets::new();
        for name in ACCOUNTS {
            for symbol in [LOAN, COLLATERAL] {
                wallets.insert((model::account(name), symbol.into()), wallet());
            }
        }
        Ok(Self {
            contracts,
            market,
            assets,
            prices,
            wallets,
            now: START,
            beginning,
            drawn: 0,
            loan_bits: random.pick(&[3, 14, 30, 44, 44, 70, 70, 100, 124]),
            wait_bits: random.pick(&[4, 12, 18, 22, 26]),
        })
    }

    /// The adapter.
    #[must_use]
    pub const fn market(&self) -> &MorphoBlueMarket {
        &self.market
    }

    /// What the oracle says.
    #[must_use]
    pub const fn prices(&self) -> &PriceBook {
        &self.prices
    }

    /// The contracts' chain.
    pub const fn chain(&mut self) -> &mut Chain {
        &mut self.contracts.chain
    }

    /// The contracts' calls that an operation stands for, at its time.
    ///
    /// # Errors
    ///
    /// An operation that is not known.
    pub fn calls(&mut self, operation: &Operation) -> Result<Vec<Call>, ParityError> {
        let moment = Moment { time: Timestamp(operation.time()), block: 0 };
        self.contracts.chain.set_time(operation.time());
        // What the interest model answers at this time.
        let rate = self.market.borrow_rate_view(moment).map_err(fault)?;
        self.contracts.set_rate(U256::from(rate.unwrap_or_default()))?;
        if operation.name() == "set_price" {
            self.set_book_price(operation)?;
            let price = ratio(&self.market.state().params, &self.prices).map_err(fault)?;
            return Ok(vec![calls::set_price(&self.contracts, price)]);
        }
        calls::calls(&mut self.contracts, operation)
    }

    fn moment(&self) -> Moment {
        Moment { time: Timestamp(self.now), block: 0 }
    }

    fn set_book_price(&mut self, operation: &Operation) -> Result<(), ParityError> {
        let symbol = operation.text("asset")?;
        let asset = self.assets.into_iter().find(|asset| asset.symbol() == symbol);
        let asset = asset.ok_or_else(|| operation.unknown())?;
        let price = parse_units(operation.text("price")?, 18).map_err(|_| operation.unknown())?;
        self.prices.set(asset, Price(Wad::from_raw(price)));
        Ok(())
    }

    /// Lets the adapter do it; `Err` is the name of its refusal.
    fn act(&mut self, operation: &Operation) -> Result<Result<model::Acted, String>, ParityError> {
        if operation.name() == "set_price" {
            return Ok(Ok(model::Acted::default()));
        }
        let ctx = Context { now: self.moment(), prices: &self.prices };
        let done = model::act(&mut self.market, operation, self.assets, &ctx)?;
        Ok(done.map_err(|error| error.code().unwrap_or("no reason").to_string()))
    }

    /// Books what moves between wallets and market. The borrower of flash loans is a contract that gives them back.
    fn book(&mut self, operation: &Operation, transfers: &[Transfer]) {
        if operation.name() == "flash_loan" {
            return;
        }
        for transfer in transfers {
            for (party, gains) in [(transfer.from, false), (transfer.to, true)] {
                let Party::Account(account) = party else { continue };
                let wallet =
                    self.wallets.entry((account, transfer.amount.asset.symbol().into())).or_default();
                let raw = transfer.amount.raw;
                *wallet = if gains { wallet.wrapping_add(raw) } else { wallet.wrapping_sub(raw) };
            }
        }
    }
}

impl Twin for MorphoBlueTwin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        self.drawn += 1;
        Ok(draw::operation(self, random))
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        let mut found = Comparison::default();
        let calls = self.calls(operation)?;
        let theirs = self.contracts.chain.send(&calls)?;
        let ours = self.act(operation)?;
        match (&theirs, &ours) {
            (Ok(answers), Ok(acted)) => {
                let words = answers.last().map(Vec::as_slice).unwrap_or_default();
                for (key, word) in calls::returned(operation, words) {
                    let ours = acted.returned.iter().find(|(name, _)| *name == key).map(|(_, ours)| *ours);
                    match ours {
                        Some(ours) => {
                            found.number(|| format!("{}: returned {key}", operation.name()), word, ours)
                        }
                        None => found.differ(key.into(), word.to_string(), "nothing".into()),
                    }
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
        let state = self.market.state();
        state::compare(&mut found, &mut self.contracts, state, &self.wallets)?;
        state::compare_changed(&mut found, &mut self.contracts, state, operation)?;
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.market.dump()
    }

    fn beginning(&self) -> Value {
        self.beginning.clone()
    }
}
