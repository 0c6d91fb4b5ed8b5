//! Uniswap V2: factory, pair and router beside the adapter.

mod contracts;
mod draw;
mod state;

use std::collections::BTreeMap;

use levmine_amm::Pool;
use levmine_config::parse_json;
use levmine_market::{Asset, BlockClock, Dump, Moment, Step, Timestamp};
use levmine_math::U256;
use levmine_uniswap_v2::{Pair, PairState, SwapFee, UniswapV2Pool, library, oracle::Observation};
use revm::primitives::Address;
use serde_json::{Value, json};

use self::contracts::{ACCOUNTS, Contracts, account};
use crate::random::Random;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Call, Chain, Operation, ParityError, Reason, abi};

/// When the first operation may happen.
const START: u64 = 1_700_000_000;

/// The pair behind its router.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "uniswap-v2",
    version: "v2",
    contracts: "@uniswap/v2-core 1.0.1, @uniswap/v2-periphery 1.1.0-beta.0",
    make: |seed| Ok(Box::new(UniswapV2Twin::new(seed)?)),
};

/// A pair and its model.
#[derive(Debug)]
pub struct UniswapV2Twin {
    contracts: Contracts,
    pool: UniswapV2Pool,
    coins: [Asset; 2],
    /// The shares that each account has, by what the adapter answered.
    shares: BTreeMap<&'static str, U256>,
    now: u64,
    /// The magnitude of a first deposit, in bits.
    bits: [u64; 2],
}

/// What the contracts are asked, and where the answer stands.
struct Plan {
    calls: Vec<Call>,
    /// Nothing shall change: a quote.
    simulated: bool,
    /// The refusal by somebody's wallet that must come, which the adapter knows nothing of.
    wallet: Option<&'static str>,
}

impl UniswapV2Twin {
    /// A new pair without reserves.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let bits = [4 + random.below(106), 4 + random.below(106)];
        let state = PairState {
            reserves: [0; 2],
            observation: Observation { cumulative0: U256::ZERO, cumulative1: U256::ZERO, timestamp: 0 },
            k_last: U256::ZERO,
            total_supply: U256::ZERO,
            balances: [U256::ZERO; 2],
            locked_shares: U256::ZERO,
            own_shares: U256::ZERO,
            fee_to_shares: U256::ZERO,
        };
        let unreadable = |problem: String| ParityError::Operation { operation: "the pool".into(), problem };
        let pair = Pair::new(state, SwapFee::UNISWAP, None).map_err(|error| unreadable(error.to_string()))?;
        let asset =
            |symbol, decimals| Asset::new(symbol, decimals).map_err(|error| unreadable(error.to_string()));
        let coins = [asset("USDC", 6)?, asset("WETH", 18)?];
        let pool = UniswapV2Pool::new(coins, asset("venue-LP", 18)?, pair);
        let shares = ACCOUNTS.iter().map(|name| (*name, U256::ZERO)).collect();
        Ok(Self { contracts: Contracts::deploy()?, pool, coins, shares, now: START, bits })
    }

    /// The adapter's side.
    #[must_use]
    pub const fn pool(&self) -> &UniswapV2Pool {
        &self.pool
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
        Ok(self.plan(operation)?.calls)
    }

    fn shares_of(&self, name: &str) -> U256 {
        self.shares.get(name).copied().unwrap_or_default()
    }

    fn plan(&mut self, operation: &Operation) -> Result<Plan, ParityError> {
        let name = operation.name();
        let contracts = &mut self.contracts;
        let by = if name == "flash_swap" { contracts.callee } else { account(operation.who()?) };
        contracts.give_all_to(by)?;
        let held = [contracts.balance(contracts.coins[0], by)?, contracts.balance(contracts.coins[1], by)?];
        let contracts = &self.contracts;
        let (pair, router, [coin0, coin1]) = (contracts.pair, contracts.router, contracts.coins);
        let to_router =
            |function, arguments: &[abi::Value]| vec![contracts.call(by, router, function, arguments)];
        let to_pair = |function, arguments: &[abi::Value]| contracts.call(by, pair, function, arguments);
        let zero = abi::Value::from(0_u64);
        let mut wallet = None;
        let calls = match name {
            "swap_exact_in" | "quote_exact_in" => {
                let min = operation.optional("min").unwrap_or(U256::ZERO);
                let arguments = [
                    operation.number("amount")?.into(),
                    min.into(),
                    self.path(operation)?,
                    by.into(),
                    U256::MAX.into(),
                ];
                to_router("swapExactTokensForTokens(uint256,uint256,address[],address,uint256)", &arguments)
            }
            "swap_exact_out" | "quote_exact_out" => {
                let max = operation.optional("max").unwrap_or(U256::MAX);
                let arguments = [
                    operation.number("amount")?.into(),
                    max.into(),
                    self.path(operation)?,
                    by.into(),
                    U256::MAX.into(),
                ];
                to_router("swapTokensForExactTokens(uint256,uint256,address[],address,uint256)", &arguments)
            }
            "add_liquidity" => {
                let desired = operation.pair("amounts")?;
                let used = library::optimal_deposit(desired, self.pool.pair().state().reserves);
                if used.is_ok_and(|used| used.iter().zip(held).any(|(used, held)| *used > held)) {
                    wallet = Some("TransferHelper: TRANSFER_FROM_FAILED");
                }
                let [desired0, desired1] = desired;
                let arguments = [
                    coin0.into(),
                    coin1.into(),
                    desired0.into(),
                    desired1.into(),
                    zero.clone(),
                    zero,
                    by.into(),
                    U256::MAX.into(),
                ];
                to_router(
                    "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)",
                    &arguments,
                )
            }
            "remove_liquidity" => {
                let shares = operation.number("shares")?;
                wallet = self.too_many(operation, shares)?;
                let [min0, min1] = operation.optional_pair("min").unwrap_or_default();
                let arguments = [
                    coin0.into(),
                    coin1.into(),
                    shares.into(),
                    min0.into(),
                    min1.into(),
                    by.into(),
                    U256::MAX.into(),
                ];
                to_router(
                    "removeLiquidity(address,address,uint256,uint256,uint256,address,uint256)",
                    &arguments,
                )
            }
            "mint" => {
                let mut calls = contracts.payments(by, operation.pair("amounts")?);
                calls.push(to_pair("mint(address)", &[by.into()]));
                calls
            }
            "burn" | "donate_shares" => {
                let shares = operation.number("shares")?;
                wallet = self.too_many(operation, shares)?;
                let mut calls = vec![to_pair("transfer(address,uint256)", &[pair.into(), shares.into()])];
                if name == "burn" {
                    calls.push(to_pair("burn(address)", &[by.into()]));
                }
                calls
            }
            "core_swap" | "flash_swap" => {
                let ([out0, out1], paid) = (operation.pair("out")?, operation.pair("paid")?);
                let flash = name == "flash_swap";
                let data = if flash { contracts.flash_data(paid) } else { abi::Value::Bytes(Vec::new()) };
                let mut calls = if flash { Vec::new() } else { contracts.payments(by, paid) };
                let arguments = [out0.into(), out1.into(), by.into(), data];
                calls.push(to_pair("swap(uint256,uint256,address,bytes)", &arguments));
                calls
            }
            "donate" => contracts.payments(by, operation.pair("amounts")?),
            "skim" => vec![to_pair("skim(address)", &[by.into()])],
            "sync" => vec![to_pair("sync()", &[])],
            // What an observer reads is what a touch of the pair would store.
            "observe" => ["sync()", "price0CumulativeLast()", "price1CumulativeLast()", "getReserves()"]
                .map(|function| to_pair(function, &[]))
                .to_vec(),
            "set_protocol_fee" => vec![contracts.set_fee_to(operation.text("protocol_fee")? != "off")],
            _ => return Err(operation.unknown()),
        };
        Ok(Plan { calls, simulated: name.starts_with("quote") || name == "observe", wallet })
    }

    /// The route of a swap.
    fn path(&self, operation: &Operation) -> Result<abi::Value, ParityError> {
        let [coin0, coin1] = self.contracts.coins;
        let [first, _] = self.coins;
        let [sold, bought] =
            if operation.text("sell")? == first.symbol() { [coin0, coin1] } else { [coin1, coin0] };
        Ok(abi::Value::List(vec![sold.into(), bought.into()]))
    }

    /// The refusal of an account that has less than these shares; the adapter only knows of all wallets together.
    fn too_many(&self, operation: &Operation, shares: U256) -> Result<Option<&'static str>, ParityError> {
        Ok((shares > self.shares_of(operation.who()?)).then_some("ds-math-sub-underflow"))
    }

    /// Lets the adapter do it.
    fn replay(&mut self, operation: &Operation) -> Result<Option<Step>, ParityError> {
        let text = Value::Array(vec![operation.to_json()]).to_string();
        let node = parse_json("operation", &text)?;
        let clock = BlockClock::ETHEREUM;
        let start = Moment { time: Timestamp(operation.time()), block: 0 };
        let mut last = None;
        levmine_amm::replay(&mut self.pool, &node, start, &clock, &mut |step| last = Some(step))?;
        Ok(last)
    }

    /// Keeps what the accounts have of the shares.
    fn book(&mut self, operation: &Operation, result: &Dump) -> Result<(), ParityError> {
        let gained = match operation.name() {
            "add_liquidity" | "mint" => state::number(result.get("shares")),
            _ => U256::ZERO,
        };
        let lost = match operation.name() {
            "remove_liquidity" | "burn" | "donate_shares" => operation.number("shares")?,
            _ => U256::ZERO,
        };
        let who = operation.who()?;
        for (name, shares) in &mut self.shares {
            if *name == who {
                *shares = shares.saturating_add(gained).saturating_sub(lost);
            }
        }
        Ok(())
    }
}

impl Twin for UniswapV2Twin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        Ok(draw::operation(self, random))
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.contracts.chain.set_time(self.now);
        let mut found = Comparison::default();
        let plan = self.plan(operation)?;
        let answers = if plan.simulated {
            self.contracts.chain.simulate(&plan.calls)?
        } else {
            self.contracts.chain.send(&plan.calls)?
        };
        if let Some(expected) = plan.wallet {
            let reason = answers.err().map_or("done".into(), |reason: Reason| reason.to_string());
            found.text(|| "the wallet's refusal".into(), &reason, expected);
            found.refusal = Some(reason);
            found.by_wallet = true;
            return Ok(found);
        }
        let Some(step) = self.replay(operation)? else { return Err(operation.unknown()) };
        match (&answers, &step.result) {
            (Ok(answers), Ok(result)) => {
                state::outputs(&mut found, operation, answers, result, self.coins);
                self.book(operation, result)?;
            }
            (answers, result) => {
                let contract = answers.as_ref().err().map_or("done".into(), ToString::to_string);
                let adapter = result.as_ref().err().map_or("done", |(code, _)| code);
                // A division by zero behind the router burns the inner call's gas and leaves the router no reason.
                let routed = plan.calls.iter().all(|call| call.to == self.contracts.router);
                let hidden = routed && contract == "no reason" && adapter == "invalid opcode";
                found.text(|| "the outcome".into(), if hidden { adapter } else { &contract }, adapter);
                found.refusal = Some(contract);
            }
        }
        state::compare(&mut found, &mut self.contracts, &step.state)?;
        for (name, shares) in &self.shares {
            let held = self.contracts.balance(self.contracts.pair, account(name))?;
            found.number(|| format!("shares of {name}"), held, *shares);
        }
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.pool.dump()
    }

    fn beginning(&self) -> Value {
        let [coin0, coin1] = self.coins;
        json!({
            "start": START,
            "venue": {
                "protocol": "uniswap-v2",
                "coins": [coin0.symbol(), coin1.symbol()],
                "state": {
                    "reserve0": "0", "reserve1": "0", "totalSupply": "0", "blockTimestampLast": "0",
                    "protocolFee": "off",
                },
            },
        })
    }
}

/// Whoever has nothing to do with the pair.
const NOBODY: Address = Address::ZERO;
