//! The oldest generation beside its bytecode.

use std::collections::BTreeMap;

use levmine_amm::Pool;
use levmine_config::parse_json;
use levmine_curve_stableswap::{CurvePool, Market};
use levmine_market::{Asset, Assets, BlockClock, BuildContext, Dump, Moment, Step, Timestamp};
use levmine_math::U256;
use revm::primitives::Address;
use serde_json::{Value, json};

use super::contracts::{ACCOUNTS, Contracts, account};
use super::draw;
use super::wallets::{numbers, place};
use crate::random::Random;
use crate::recorded::read_table;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Call, Operation, ParityError, abi};

/// When the pool is made.
const START: u64 = 1_700_000_000;

const SYMBOLS: [&str; 4] = ["DAI", "USDC", "USDT", "sUSD"];

/// What the records and the adapter say where a contract reverts without a word.
const SILENT: &str = "no data";

/// The pool of four coins.
pub const SUBJECT: Subject = Subject {
    protocol: "curve-stableswap",
    version: "susd",
    contracts: "@setprotocol/set-protocol-v2 0.1.16",
    make: |seed| Ok(Box::new(CurveTwin::new(seed)?)),
};

/// A pool and its model.
#[derive(Debug)]
pub struct CurveTwin {
    contracts: Contracts,
    pool: CurvePool,
    /// The shares that each account has, by what the adapter answered.
    shares: BTreeMap<&'static str, U256>,
    venue: Value,
    pub(super) now: u64,
    /// The magnitude of a first deposit, in bits.
    pub(super) bits: u64,
}

impl CurveTwin {
    /// A new pool without coins.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let bits = 42 + random.below(60);
        let a = random.pick(&[1, 2, 5, 30, 100, 256, 2_000, 20_000]);
        let fee = random.pick(&[0, 1, 1_000_000, 4_000_000, 30_000_000, 5_000_000_000]);
        let none = ["0"; 4];
        let venue = json!({
            "protocol": "curve-stableswap",
            "version": "susd",
            "coins": SYMBOLS,
            "state": {
                "stored_balances": none, "total_supply": "0", "fee": fee.to_string(), "admin_fee": "0",
                "initial_A": a.to_string(), "future_A": a.to_string(),
                "kill_deadline": (START + 60 * 86_400).to_string(),
            },
        });
        let mut table = venue.clone();
        if let Some(table) = table.as_object_mut() {
            table.remove("protocol");
        }
        let (assets, now) = (Assets::standard(), Moment { time: Timestamp(START), block: 0 });
        let context = BuildContext { venue: "venue", assets: &assets, now };
        let pool = read_table(&table, |fields| CurvePool::decode(fields, &context))?;
        let shares = ACCOUNTS.iter().map(|name| (*name, U256::ZERO)).collect();
        Ok(Self { contracts: Contracts::deploy(a, fee, START)?, pool, shares, venue, now: START, bits })
    }

    pub(super) const fn market(&self) -> &Market {
        self.pool.market()
    }

    pub(super) fn shares_of(&self, name: &str) -> U256 {
        self.shares.get(name).copied().unwrap_or_default()
    }

    pub(super) fn symbol(&self, coin: usize) -> &str {
        self.pool.coins().get(coin).map_or("", Asset::symbol)
    }

    /// What the contracts are called with, and whether nothing shall change: a view.
    fn plan(&self, operation: &Operation) -> Result<(Vec<Call>, bool), ParityError> {
        let by = account(operation.who()?);
        let contracts = &self.contracts;
        let index = |place: usize| abi::Value::Word(U256::from(u64::try_from(place).unwrap_or(u64::MAX)));
        let of = |key: &str| place(operation, key).map(index);
        let named = |key: &str| {
            let symbol = operation.text(key)?;
            let place = self.pool.coins().iter().position(|coin| coin.symbol() == symbol);
            Ok::<_, ParityError>(index(place.ok_or_else(|| operation.lacks(key))?))
        };
        let amounts = |key: &str| -> Result<Vec<abi::Value>, ParityError> {
            Ok(numbers(&operation.to_json(), key)?.into_iter().map(abi::Value::from).collect())
        };
        let or = |key: &str, default: U256| operation.optional(key).unwrap_or(default).into();
        let call = |function, arguments| vec![contracts.call(by, function, arguments)];
        let exchange = "exchange(int128,int128,uint256,uint256)";
        let calls = match operation.name() {
            "exchange" => {
                let dx = operation.number("dx")?.into();
                call(exchange, vec![of("i")?, of("j")?, dx, or("min_dy", U256::ZERO)])
            }
            "swap_exact_in" | "quote_exact_in" => {
                let dx = operation.number("amount")?.into();
                call(exchange, vec![named("sell")?, named("buy")?, dx, U256::ZERO.into()])
            }
            "get_dy" => {
                let dx = operation.number("dx")?.into();
                call("get_dy(int128,int128,uint256)", vec![of("i")?, of("j")?, dx])
            }
            "add_liquidity_raw" => {
                let mut arguments = amounts("amounts")?;
                arguments.push(or("min_mint", U256::ZERO));
                call("add_liquidity(uint256[4],uint256)", arguments)
            }
            "remove_liquidity_raw" => {
                let mut arguments = vec![operation.number("lp")?.into()];
                arguments.extend(amounts("min_amounts")?);
                call("remove_liquidity(uint256,uint256[4])", arguments)
            }
            "remove_liquidity_imbalance" => {
                let mut arguments = amounts("amounts")?;
                arguments.push(or("max_burn", U256::MAX));
                call("remove_liquidity_imbalance(uint256[4],uint256)", arguments)
            }
            "calc_token_amount" => {
                let mut arguments = amounts("amounts")?;
                arguments.push(U256::from(u8::from(operation.flag("deposit")?)).into());
                call("calc_token_amount(uint256[4],bool)", arguments)
            }
            "transfer_to_pool" => {
                let coin = contracts.coins.get(place(operation, "coin")?).copied().unwrap_or(Address::ZERO);
                let arguments = vec![contracts.pool.into(), operation.number("amount")?.into()];
                vec![Call::new(by, coin, "transfer(address,uint256)", arguments)]
            }
            "commit_new_parameters" => {
                let number = |key: &str| operation.number(key).map(abi::Value::from);
                let arguments = vec![number("A")?, number("fee")?, number("admin_fee")?];
                call("commit_new_parameters(uint256,uint256,uint256)", arguments)
            }
            "apply_new_parameters" => call("apply_new_parameters()", Vec::new()),
            "revert_new_parameters" => call("revert_new_parameters()", Vec::new()),
            "withdraw_admin_fees" => call("withdraw_admin_fees()", Vec::new()),
            "kill_me" => call("kill_me()", Vec::new()),
            "unkill_me" => call("unkill_me()", Vec::new()),
            _ => return Err(operation.unknown()),
        };
        let is_view = matches!(operation.name(), "get_dy" | "calc_token_amount" | "quote_exact_in");
        Ok((calls, is_view))
    }

    /// Lets the adapter do it.
    fn replay(&self, pool: &mut CurvePool, operation: &Operation) -> Result<Step, ParityError> {
        let text = Value::Array(vec![operation.to_json()]).to_string();
        let node = parse_json("operation", &text)?;
        let start = Moment { time: Timestamp(operation.time()), block: 0 };
        let mut last = None;
        levmine_amm::replay(pool, &node, start, &BlockClock::ETHEREUM, &mut |step| last = Some(step))?;
        last.ok_or_else(|| operation.unknown())
    }

    /// What an operation burns of its caller's shares.
    fn burns(operation: &Operation, result: &Dump) -> Result<U256, ParityError> {
        Ok(match operation.name() {
            "remove_liquidity_raw" => operation.number("lp")?,
            "remove_liquidity_imbalance" => number(result.get("burned")),
            _ => U256::ZERO,
        })
    }

    fn compare(&mut self, found: &mut Comparison) -> Result<(), ParityError> {
        let Self { contracts, pool, .. } = self;
        let contract = *pool.market().pool();
        let (state, address) = (contract.state(), contracts.pool);
        for coin in 0..4_usize {
            let index = U256::from(u64::try_from(coin).unwrap_or_default());
            let stored = contracts.chain.word(address, "balances(int128)", vec![index.into()])?;
            found.number(|| format!("balances {coin}"), stored, state.stored.at(coin));
            let token = contracts.coins.get(coin).copied().unwrap_or(Address::ZERO);
            let held = contracts.balance(token, address)?;
            found.number(|| format!("token balance {coin}"), held, state.held.at(coin));
        }
        let share = contracts.share;
        let supply = contracts.chain.word(share, "totalSupply()", Vec::new())?;
        found.number(|| "totalSupply".into(), supply, state.supply);
        let a = contract.amp(self.now).unwrap_or_default();
        for (function, ours) in [
            ("A()", a),
            ("fee()", state.fee),
            ("admin_fee()", state.admin_fee),
            ("admin_actions_deadline()", U256::from(state.pending.deadline)),
            ("future_A()", state.pending.other),
            ("future_fee()", state.pending.fee),
            ("future_admin_fee()", state.pending.admin_fee),
        ] {
            let word = contracts.chain.word(address, function, Vec::new())?;
            found.number(|| function.into(), word, ours);
        }
        let call = contracts.call(Address::ZERO, "get_virtual_price()", Vec::new());
        let theirs = contracts.chain.simulate(&[call])?;
        let ours = contract.virtual_price(contract.own_rates(), self.now);
        match (theirs, ours) {
            (Ok(answers), Ok(ours)) => {
                let word = answers.first().and_then(|words| words.first()).copied().unwrap_or_default();
                found.number(|| "get_virtual_price".into(), word, ours);
            }
            (theirs, ours) => {
                let (theirs, ours) = (theirs.is_err().to_string(), ours.is_err().to_string());
                found.text(|| "whether get_virtual_price reverts".into(), &theirs, &ours);
            }
        }
        for (name, shares) in &self.shares {
            let held = contracts.balance(contracts.share, account(name))?;
            found.number(|| format!("shares of {name}"), held, *shares);
        }
        Ok(())
    }
}

/// What the functions return of numbers, in order.
fn outputs(
    found: &mut Comparison,
    operation: &Operation,
    answers: &[Vec<U256>],
    result: &Dump,
    moved: &[(String, U256, U256)],
) {
    let word = answers.first().and_then(|words| words.first()).copied();
    match (operation.name(), word) {
        ("get_dy", Some(dy)) => found.dumped(|| "get_dy".into(), dy, result.get("dy")),
        ("calc_token_amount", Some(lp)) => found.dumped(|| "calc_token_amount".into(), lp, result.get("lp")),
        _ => {}
    }
    for (what, theirs, ours) in moved {
        found.number(|| what.clone(), *theirs, *ours);
    }
}

fn number(dump: Option<&Dump>) -> U256 {
    match dump {
        Some(Dump::Text(text)) => U256::from_str_radix(text, 10).unwrap_or_default(),
        _ => U256::ZERO,
    }
}

impl Twin for CurveTwin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        Ok(draw::operation(self, random))
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.contracts.chain.set_time(self.now);
        let mut found = Comparison::default();
        let (calls, is_view) = self.plan(operation)?;
        let by = account(operation.who()?);
        let coins = self.contracts.coins;
        let mut before = Vec::new();
        for coin in coins {
            before.push(self.contracts.balance(coin, by)?);
        }
        let answers = if is_view {
            self.contracts.chain.simulate(&calls)?
        } else {
            self.contracts.chain.send(&calls)?
        };
        // Whatever refuses without a word, refuses without a word.
        let reason = answers.as_ref().err().map(ToString::to_string).map(|reason| match reason.as_str() {
            "no reason" | "invalid opcode" => SILENT.to_string(),
            _ => reason,
        });
        let mut trial = self.pool.clone();
        let step = self.replay(&mut trial, operation)?;
        let who = ACCOUNTS.iter().find(|name| operation.who().is_ok_and(|who| who == **name));
        match (&answers, &step.result) {
            (Err(_), Ok(result)) => {
                let lacks = who.is_some_and(|who| {
                    Self::burns(operation, result).is_ok_and(|burned| burned > self.shares_of(who))
                });
                if lacks {
                    // The adapter knows nothing of whose the shares are.
                    let reason = reason.unwrap_or_default();
                    found.text(|| "the wallet's refusal".into(), &reason, SILENT);
                    (found.refusal, found.by_wallet) = (Some(reason), true);
                    return Ok(found);
                }
                found.text(|| "the outcome".into(), &reason.clone().unwrap_or_default(), "done");
                found.refusal = reason;
            }
            (Ok(answers), Ok(result)) => {
                self.pool = trial;
                let minted = if operation.name() == "add_liquidity_raw" {
                    number(result.get("minted"))
                } else {
                    U256::ZERO
                };
                let burned = Self::burns(operation, result)?;
                if let Some(shares) = who.and_then(|who| self.shares.get_mut(who)) {
                    *shares = shares.saturating_add(minted).saturating_sub(burned);
                }
                let mut moved = Vec::new();
                if operation.name() == "exchange" || operation.name() == "swap_exact_in" {
                    let key = if operation.name() == "exchange" { "dy" } else { "bought" };
                    let bought = match operation.name() {
                        "exchange" => place(operation, "j")?,
                        _ => {
                            let symbol = operation.text("buy")?;
                            self.pool.coins().iter().position(|coin| coin.symbol() == symbol).unwrap_or(4)
                        }
                    };
                    if let (Some(coin), Some(before)) = (coins.get(bought), before.get(bought)) {
                        let after = self.contracts.balance(*coin, by)?;
                        moved.push((key.to_string(), after.saturating_sub(*before), number(result.get(key))));
                    }
                }
                outputs(&mut found, operation, answers, result, &moved);
            }
            (answers, Err((code, _))) => {
                self.pool = trial;
                let contract = reason.clone().unwrap_or_else(|| "done".into());
                debug_assert!(answers.is_err() || contract == "done");
                found.text(|| "the outcome".into(), &contract, code);
                found.refusal = Some(contract);
            }
        }
        self.compare(&mut found)?;
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.pool.dump()
    }

    fn beginning(&self) -> Value {
        json!({ "start": START, "venue": self.venue })
    }
}
