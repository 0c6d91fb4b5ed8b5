//! The test chain's contracts beside the adapter.

use levmine_lending::{Context, LendingError, LendingMarket};
use levmine_maker::MakerMarket;
use levmine_market::{Account, Assets, BuildContext, Dump, Moment, PriceBook, Timestamp};
use levmine_math::{MathError, U256};
use serde_json::{Value, json};

use super::contracts::{Contracts, ILKS, Ilk, USERS, bytes32};
use super::{calls, draw, leaves};
use crate::random::Random;
use crate::recorded::read_table;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Call, Operation, ParityError};

/// When the first operation may happen.
const START: u64 = 1_605_000_000;

/// The contracts of late 2020.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "maker",
    version: "1.2.8",
    contracts: "@makerdao/testchain 1.1.32",
    make: |seed| Ok(Box::new(MakerTwin::new(seed)?)),
};

/// The contracts and their model.
#[derive(Debug)]
pub struct MakerTwin {
    contracts: Contracts,
    market: MakerMarket,
    beginning: Value,
    now: u64,
    /// The seconds in which debt was queued.
    eras: Vec<u64>,
}

impl MakerTwin {
    /// Fresh contracts with two vault types, and people who have tokens and DAI.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let mut contracts = Contracts::deploy(START)?;
        let state = begin(&mut contracts, &mut random)?;
        let venue = json!({
            "version": "1.2.8",
            "vault_type": "none",
            "collateral": "WETH",
            // Symbols mean nothing here, decimals do.
            "vault_types": { "ETH-A": { "collateral": "stETH" }, "USDC-A": { "collateral": "USDC" } },
            "state": state,
        });
        let assets = Assets::standard();
        let ctx = BuildContext { venue: "venue", assets: &assets, now: Moment::default() };
        let market = read_table(&venue, |fields| MakerMarket::decode(fields, &ctx))?;
        let mut twin = Self { contracts, market, beginning: venue, now: START, eras: Vec::new() };
        let mut found = Comparison::default();
        leaves::compare(&mut found, &mut twin.contracts, &twin.market.dump(), &[])?;
        match found.differences.first() {
            None => Ok(twin),
            Some(difference) => Err(ParityError::Operation {
                operation: "the beginning".into(),
                problem: format!("{difference:?}"),
            }),
        }
    }

    /// The adapter's side.
    pub(super) const fn market(&self) -> &MakerMarket {
        &self.market
    }

    pub(super) const fn now(&self) -> u64 {
        self.now
    }

    pub(super) fn eras(&self) -> &[u64] {
        &self.eras
    }

    fn contract(&mut self, operation: &Operation) -> Result<Result<Vec<U256>, String>, ParityError> {
        if operation.name() == "pip.set" {
            let pip = self.contracts.ilk_of(operation.text("ilk")?)?.pip;
            let has = U256::from(u8::from(operation.flag("has")?));
            self.contracts.chain.set_storage(pip, U256::ZERO, operation.number("val")?)?;
            self.contracts.chain.set_storage(pip, U256::ONE, has)?;
            return Ok(Ok(Vec::new()));
        }
        let call = calls::call(&self.contracts, operation)?;
        let answer = self.contracts.chain.send(&[call])?;
        Ok(answer
            .map(|words| words.into_iter().next().unwrap_or_default())
            .map_err(|reason| reason.to_string()))
    }

    fn adapter(&mut self, operation: &Operation) -> Result<Result<Dump, LendingError>, ParityError> {
        let prices = PriceBook::new();
        let now = Moment { time: Timestamp(operation.time()), block: 0 };
        let market = &mut self.market;
        read_table(&operation.arguments(), |fields| {
            market.special(operation.name(), fields, &account, &Context { now, prices: &prices })
        })
    }
}

/// The number of an account, as the state numbers them.
pub(super) fn account(name: &str) -> Account {
    let at = USERS.iter().position(|known| *known == name).unwrap_or(USERS.len());
    Account::new(u32::try_from(at).unwrap_or(u32::MAX))
}

/// What the contract says where the adapter says this.
fn reason(error: &LendingError) -> String {
    match error {
        LendingError::Math(MathError::DivisionByZero { .. }) => "invalid opcode".into(),
        LendingError::Math(_) => "no reason".into(),
        // All tokens here are the contract of DAI.
        error => match error.code() {
            Some("Tok/insufficient-balance") => "Dai/insufficient-balance".into(),
            code => code.unwrap_or("not a refusal").into(),
        },
    }
}

/// Sets parameters, mints tokens and DAI; returns the same as the adapter's state.
fn begin(contracts: &mut Contracts, random: &mut Random) -> Result<Value, ParityError> {
    let digits = |number: U256| Value::from(number.to_string());
    let ray = U256::from(10).pow(U256::from(27));
    let wad = U256::from(10).pow(U256::from(18));
    let rad = |dai: u64| ray * wad * U256::from(dai);
    let hours = |hours: u64| Value::from((hours * 3_600).to_string());
    let beg = U256::from(1_050_000_000_000_000_000_u64);
    let auction = json!({ "beg": beg.to_string(), "ttl": hours(3), "tau": hours(48) });
    let mut state = json!({
        "wallets": true,
        "time": START.to_string(),
        "users": {},
        "spotter": { "par": ray.to_string() },
        "pot": { "dsr": ray.to_string(), "chi": ray.to_string(), "rho": START.to_string() },
        "flapper": auction, "flopper": auction,
    });
    state["flopper"]["pad"] = digits(wad * U256::from(3) / U256::from(2));
    let ceiling = rad(1_000_000_000);
    contracts.govern(contracts.vat, "file(bytes32,uint256)", vec![bytes32("Line"), ceiling.into()])?;
    state["vat"]["Line"] = digits(ceiling);
    let mut minted = U256::ZERO;
    for user in USERS {
        state["users"][user] = json!({});
        let to = contracts.address(user)?;
        for (at, (name, decimals)) in ILKS.into_iter().enumerate() {
            let scale = U256::from(10).pow(U256::from(18 - decimals));
            let amount = random.bits(62, 76) / scale;
            let token = contracts.ilks.get(at).map(|ilk| ilk.token).unwrap_or_default();
            contracts.govern(token, "mint(address,uint256)", vec![to.into(), amount.into()])?;
            state["gem"][name][user] = digits(amount);
        }
        let mkr = random.bits(70, 90);
        contracts.govern(contracts.mkr, "mint(address,uint256)", vec![to.into(), mkr.into()])?;
        state["mkr"][user] = digits(mkr);
        let inside = random.bits(150, 170);
        let admin = contracts.address("admin")?;
        contracts.govern(
            contracts.vat,
            "suck(address,address,uint256)",
            vec![admin.into(), to.into(), inside.into()],
        )?;
        state["vat"]["dai"][user] = digits(inside);
        minted += inside;
        let mut agents = vec!["daijoin".to_string(), "pot".into(), "flopper".into()];
        agents.extend(ILKS.map(|(name, _)| format!("flip.{name}")));
        for agent in agents {
            let usr = contracts.address(&agent)?;
            let call = Call::new(to, contracts.vat, "hope(address)", vec![usr.into()]);
            contracts
                .chain
                .send(&[call])?
                .map_err(|reason| ParityError::Call { call: "hope".into(), reason: reason.to_string() })?;
            state["vat"]["can"][user][agent] = json!("1");
        }
    }
    state["vat"]["debt"] = digits(minted);
    state["vat"]["vice"] = digits(minted);
    state["vat"]["sin"]["admin"] = digits(minted);
    for (what, value) in [
        ("wait", U256::from(600)),
        ("dump", wad * U256::from(250)),
        ("sump", rad(1 + random.below(500))),
        ("bump", rad(1 + random.below(50))),
    ] {
        contracts.govern(contracts.vow, "file(bytes32,uint256)", vec![bytes32(what), value.into()])?;
        state["vow"][what] = digits(value);
    }
    let litter = rad(1_000 + random.below(20_000));
    contracts.govern(contracts.cat, "file(bytes32,uint256)", vec![bytes32("box"), litter.into()])?;
    state["cat"]["box"] = digits(litter);
    for Ilk { name, pip, .. } in contracts.ilks.clone() {
        let price = wad * U256::from(1 + random.below(2_000));
        let mat = ray * U256::from(101 + random.below(80)) / U256::from(100);
        let chop = wad * U256::from(100 + random.below(30)) / U256::from(100);
        contracts.chain.set_storage(pip, U256::ZERO, price)?;
        contracts.chain.set_storage(pip, U256::ONE, U256::ONE)?;
        state["pip"][name] = json!({ "val": price.to_string(), "has": "1" });
        let figures = [
            (contracts.vat, "vat", "line", rad(100_000_000)),
            (contracts.vat, "vat", "dust", rad(random.below(50))),
            (contracts.spotter, "spotter", "mat", mat),
            (contracts.cat, "cat", "chop", chop),
            (contracts.cat, "cat", "dunk", rad(100 + random.below(5_000))),
        ];
        for (of, key, what, value) in figures {
            let arguments = vec![bytes32(name), bytes32(what), value.into()];
            contracts.govern(of, "file(bytes32,bytes32,uint256)", arguments)?;
            let table = if key == "vat" { &mut state["vat"]["ilk"] } else { &mut state[key] };
            table[name][what] = digits(value);
        }
        state["vat"]["ilk"][name]["rate"] = digits(ray);
        state["jug"][name] = json!({ "duty": ray.to_string(), "rho": START.to_string() });
        state["flip"][name] = auction.clone();
    }
    Ok(state)
}

impl Twin for MakerTwin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        Ok(draw::operation(self, random))
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.contracts.chain.set_time(self.now);
        let mut found = Comparison::default();
        let contract = self.contract(operation)?;
        let adapter = self.adapter(operation)?;
        match (&contract, &adapter) {
            (Ok(words), Ok(out)) => {
                if let Dump::Table(entries) = out {
                    for ((name, value), word) in entries.iter().zip(words) {
                        found.dumped(|| format!("returned {name}"), *word, Some(value));
                    }
                    if entries.len() > words.len() {
                        found.differ("what is returned".into(), format!("{words:?}"), format!("{out:?}"));
                    }
                }
                if operation.name() == "cat.bite" && self.eras.last() != Some(&self.now) {
                    self.eras.push(self.now);
                }
            }
            (contract, adapter) => {
                let contract = contract.as_ref().err().cloned().unwrap_or_else(|| "done".into());
                let adapter = adapter.as_ref().map_or_else(reason, |_| "done".into());
                found.text(|| "the outcome".into(), &contract, &adapter);
                found.refusal = Some(contract);
            }
        }
        leaves::compare(&mut found, &mut self.contracts, &self.market.dump(), &self.eras)?;
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.market.dump()
    }

    fn beginning(&self) -> Value {
        let mut venue = self.beginning.clone();
        venue["protocol"] = json!("maker");
        json!({ "start": START, "venue": venue })
    }
}
