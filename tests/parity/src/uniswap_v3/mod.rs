//! Uniswap V3: pool, position manager and router beside the adapter.

mod contracts;
mod draw;
mod state;

use levmine_amm::Pool;
use levmine_config::parse_json;
use levmine_market::{Asset, BlockClock, Dump, Moment, Step, Timestamp};
use levmine_math::{Rounding, U256, mul_div};
use levmine_uniswap_v3::contract::{Core, State, Terms};
use levmine_uniswap_v3::manager::Manager;
use levmine_uniswap_v3::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO};
use levmine_uniswap_v3::{Coins, UniswapV3Pool};
use serde_json::{Value, json};

use self::contracts::{ACCOUNTS, Contracts, DEPLOYER, account, signed};
use crate::random::Random;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Call, Chain, Operation, ParityError, abi};

/// When the first operation may happen.
const START: u64 = 1_700_000_000;
/// The venue's name.
const VENUE: &str = "venue";
/// A transaction's last moment.
const EVER: U256 = U256::MAX;

/// Fees and spacings: those of the factory, and others that its owner may add.
const TERMS: [(u32, i32); 7] =
    [(500, 10), (3_000, 60), (10_000, 200), (100, 1), (1_234, 7), (0, 2), (999_999, 16_383)];

/// The pool behind its manager and its router.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "uniswap-v3",
    version: "v3",
    contracts: "@uniswap/v3-core 1.0.1, @uniswap/v3-periphery 1.4.4",
    make: |seed| Ok(Box::new(UniswapV3Twin::new(seed)?)),
};

/// A pool and its model.
#[derive(Debug)]
pub struct UniswapV3Twin {
    contracts: Contracts,
    pool: UniswapV3Pool,
    /// Who holds which token of the manager.
    holders: Vec<(u64, &'static str)>,
    now: u64,
    /// Where liquidity mostly begins and ends: whole steps of the spacing.
    grid: Vec<i32>,
    /// Every tick that ever had liquidity, and every position of the pool: all are compared.
    touched: state::Touched,
    /// The magnitude of a first deposit's liquidity, in bits.
    bits: u64,
}

/// What the contracts are asked.
struct Plan {
    calls: Vec<Call>,
    /// Nothing shall change: a quote or a view.
    simulated: bool,
}

impl UniswapV3Twin {
    /// A new pool without a price.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let (fee, spacing) = if random.chance(90) { random.pick(&TERMS[..4]) } else { random.pick(&TERMS) };
        let unreadable = |problem: String| ParityError::Operation { operation: "the pool".into(), problem };
        let terms = Terms::new(fee, spacing).ok_or_else(|| unreadable("its terms".into()))?;
        let asset =
            |symbol, decimals| Asset::new(symbol, decimals).map_err(|error| unreadable(error.to_string()));
        let (usdc, weth) = (asset("USDC", 6)?, asset("WETH", 18)?);
        // The contract's first token is USDC, whatever order is shown.
        let coins =
            if random.chance(50) { Coins::new([usdc, weth], false) } else { Coins::new([weth, usdc], true) };
        let pool = UniswapV3Pool::new(VENUE, coins, Core::new(terms, State::default()), Manager::new());
        let most = levmine_uniswap_v3::tick_math::usable_ticks(spacing)[1] / spacing;
        let center = i32::try_from(random.below(2_000)).unwrap_or(0) - 1_000;
        let offsets = [1, 2, 5, 30, 256, 1_000, 20_000];
        let mut grid: Vec<i32> = offsets.iter().flat_map(|by| [center - by, center + by]).collect();
        grid.extend([center, -most, most, center.div_euclid(256) * 256]);
        grid.iter_mut().for_each(|step| *step = (*step).clamp(-most, most));
        let contracts = Contracts::deploy(fee, spacing)?;
        let bits = 30 + random.below(80);
        let touched = state::Touched::default();
        Ok(Self { contracts, pool, holders: Vec::new(), now: START, grid, touched, bits })
    }

    /// The adapter's side.
    #[must_use]
    pub const fn pool(&self) -> &UniswapV3Pool {
        &self.pool
    }

    /// The contracts' side.
    pub const fn chain(&mut self) -> &mut Chain {
        &mut self.contracts.chain
    }

    /// Two amounts in the order shown, in the contract's; and back.
    const fn turned<T: Copy>(&self, [one, other]: [T; 2]) -> [T; 2] {
        if self.pool.coin_order().is_inverted() { [other, one] } else { [one, other] }
    }

    fn holder(&self, id: u64) -> Option<&'static str> {
        self.holders.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
    }

    /// The number of a share's position.
    fn id_of(operation: &Operation, key: &str) -> Result<u64, ParityError> {
        let symbol = operation.text(key)?;
        symbol.split_once('#').and_then(|(_, id)| id.parse().ok()).ok_or_else(|| operation.lacks(key))
    }

    fn ticks(operation: &Operation) -> Result<[i32; 2], ParityError> {
        let tick = |key| operation.text(key)?.parse().map_err(|_| operation.lacks(key));
        Ok([tick("lower")?, tick("upper")?])
    }

    fn plan(&mut self, operation: &Operation) -> Result<Plan, ParityError> {
        let name = operation.name();
        let who = operation.who()?;
        let by = account(who);
        self.contracts.give_all_to(by)?;
        let (pool, router, manager) = (self.contracts.pool, self.contracts.router, self.contracts.manager);
        let [coin0, coin1] = self.contracts.coins;
        let fee = u64::from(self.contracts.fee);
        let word = |number: U256| abi::Value::from(number);
        let tick = |tick: i32| abi::Value::from(signed(i128::from(tick)));
        let to = |to, function, arguments: Vec<abi::Value>| Call::new(by, to, function, arguments);
        let zero = [U256::ZERO; 2];
        let mut simulated = false;
        let calls = match name {
            "initialize" => {
                vec![to(pool, "initialize(uint160)", vec![word(operation.number("sqrt_price")?)])]
            }
            "swap_exact_in" | "quote_exact_in" | "swap_exact_out" | "quote_exact_out" => {
                simulated = name.starts_with("quote");
                let sells_first = operation.text("sell")? == "USDC";
                let [sold, bought] = if sells_first { [coin0, coin1] } else { [coin1, coin0] };
                let exact_in = name.ends_with("in");
                let (function, limit) = if exact_in {
                    (EXACT_IN, operation.optional("min").unwrap_or(U256::ZERO))
                } else {
                    (EXACT_OUT, operation.optional("max").unwrap_or(U256::MAX))
                };
                let params = abi::Value::Struct(vec![
                    sold.into(),
                    bought.into(),
                    fee.into(),
                    by.into(),
                    word(EVER),
                    word(operation.number("amount")?),
                    word(limit),
                    word(U256::ZERO),
                ]);
                vec![to(router, function, vec![params])]
            }
            "add_liquidity" | "mint_ticks" | "increase" => {
                let amounts = operation.pair("amounts")?;
                let special = name != "add_liquidity";
                let [amount0, amount1] = if special { amounts } else { self.turned(amounts) };
                let [min0, min1] = operation.optional_pair("min").unwrap_or(zero);
                let into = match name {
                    "increase" => Some(operation.small("id")?),
                    "add_liquidity" if operation.text("into").is_ok() => {
                        Some(Self::id_of(operation, "into")?)
                    }
                    _ => None,
                };
                if let Some(id) = into {
                    let params = [U256::from(id), amount0, amount1, min0, min1, EVER];
                    let params = abi::Value::Struct(params.into_iter().map(word).collect());
                    vec![to(manager, INCREASE, vec![params])]
                } else {
                    let [lower, upper] =
                        if special { Self::ticks(operation)? } else { self.ticks_of_prices(operation)? };
                    let params = abi::Value::Struct(vec![
                        coin0.into(),
                        coin1.into(),
                        fee.into(),
                        tick(lower),
                        tick(upper),
                        word(amount0),
                        word(amount1),
                        word(min0),
                        word(min1),
                        by.into(),
                        word(EVER),
                    ]);
                    vec![to(manager, MINT, vec![params])]
                }
            }
            "decrease" | "remove_liquidity" => {
                let special = name == "decrease";
                let id = if special { operation.small("id")? } else { Self::id_of(operation, "share")? };
                let liquidity = operation.number(if special { "liquidity" } else { "shares" })?;
                let min = operation.optional_pair("min").unwrap_or(zero);
                let [min0, min1] = if special { min } else { self.turned(min) };
                let params = [U256::from(id), liquidity, min0, min1, EVER];
                let params = abi::Value::Struct(params.into_iter().map(word).collect());
                let mut calls = vec![to(manager, DECREASE, vec![params])];
                if !special
                    && let Ok(answers) = self.contracts.chain.simulate(&calls)?
                    && let Some([amount0, amount1]) = answers.first().map(Vec::as_slice)
                {
                    // As the manager's own sums hold it: 128 bits. Of nothing nothing is collected.
                    let most = [*amount0, *amount1].map(|amount| amount & U256::from(u128::MAX));
                    if most.iter().any(|amount| !amount.is_zero()) {
                        calls.push(to(manager, COLLECT, vec![collect(id, by, most)]));
                    }
                }
                calls
            }
            "collect_token" | "collect" => {
                let special = name == "collect_token";
                let id = if special { operation.small("id")? } else { Self::id_of(operation, "share")? };
                let most = operation.optional_pair("most").unwrap_or([U256::from(u128::MAX); 2]);
                vec![to(manager, COLLECT, vec![collect(id, by, most)])]
            }
            "burn_token" => vec![to(manager, "burn(uint256)", vec![operation.small("id")?.into()])],
            "core_mint" => {
                let [lower, upper] = Self::ticks(operation)?;
                let liquidity = operation.number("liquidity")?;
                let arguments =
                    vec![by.into(), tick(lower), tick(upper), word(liquidity), self.contracts.more(zero)];
                vec![to(pool, "mint(address,int24,int24,uint128,bytes)", arguments)]
            }
            "core_burn" => {
                let [lower, upper] = Self::ticks(operation)?;
                let arguments = vec![tick(lower), tick(upper), word(operation.number("liquidity")?)];
                vec![to(pool, "burn(int24,int24,uint128)", arguments)]
            }
            "core_collect" => {
                let [lower, upper] = Self::ticks(operation)?;
                let [most0, most1] = operation.pair("most")?;
                let arguments = vec![by.into(), tick(lower), tick(upper), word(most0), word(most1)];
                vec![to(pool, "collect(address,int24,int24,uint128,uint128)", arguments)]
            }
            "core_swap" => {
                let zero_for_one = operation.flag("zero_for_one")?;
                let amount = operation.number("amount")?;
                let exact_in = operation.text("exact")? == "in";
                let amount = if exact_in { amount } else { U256::ZERO.wrapping_sub(amount) };
                let end = if zero_for_one { MIN_SQRT_RATIO + U256::ONE } else { MAX_SQRT_RATIO - U256::ONE };
                let limit = operation.optional("limit").unwrap_or(end);
                let arguments = vec![
                    by.into(),
                    zero_for_one.into(),
                    word(amount),
                    word(limit),
                    self.contracts.more(zero),
                ];
                vec![to(pool, "swap(address,bool,int256,uint160,bytes)", arguments)]
            }
            "flash" => {
                let ([amount0, amount1], [paid0, paid1]) =
                    (operation.pair("amounts")?, operation.pair("paid")?);
                // The payer adds the fee that it is asked for to what the data says.
                let more = |amount, paid: U256| paid.wrapping_sub(self.flash_fee(amount));
                let data = self.contracts.more([more(amount0, paid0), more(amount1, paid1)]);
                let arguments = vec![by.into(), word(amount0), word(amount1), data];
                vec![to(pool, "flash(address,uint256,uint256,bytes)", arguments)]
            }
            "set_fee_protocol" => {
                let [part0, part1] = operation.pair("parts")?;
                vec![Call::new(DEPLOYER, pool, "setFeeProtocol(uint8,uint8)", vec![word(part0), word(part1)])]
            }
            "collect_protocol" => {
                let [most0, most1] = operation.pair("most")?;
                let arguments = vec![by.into(), word(most0), word(most1)];
                vec![Call::new(DEPLOYER, pool, "collectProtocol(address,uint128,uint128)", arguments)]
            }
            "increase_cardinality" => {
                let arguments = vec![word(operation.number("next")?)];
                vec![to(pool, "increaseObservationCardinalityNext(uint16)", arguments)]
            }
            "observe" => {
                simulated = true;
                let ages = operation.names("seconds_ago").into_iter().map(|age| {
                    let age = U256::from_str_radix(age, 10).unwrap_or_default();
                    abi::Value::from(age)
                });
                vec![to(pool, "observe(uint32[])", vec![abi::Value::List(ages.collect())])]
            }
            "snapshot_inside" => {
                simulated = true;
                let [lower, upper] = Self::ticks(operation)?;
                let arguments = vec![tick(lower), tick(upper)];
                vec![to(pool, "snapshotCumulativesInside(int24,int24)", arguments)]
            }
            "donate" => self.contracts.payments(by, operation.pair("amounts")?),
            _ => return Err(operation.unknown()),
        };
        Ok(Plan { calls, simulated })
    }

    fn flash_fee(&self, amount: U256) -> U256 {
        let fee = U256::from(self.contracts.fee);
        mul_div(amount, fee, U256::from(1_000_000), Rounding::Up).unwrap_or_default()
    }

    /// The ticks of a deposit whose range is in prices.
    fn ticks_of_prices(&self, operation: &Operation) -> Result<[i32; 2], ParityError> {
        let spacing = self.pool.core().terms().tick_spacing();
        let price = |key| -> Result<_, ParityError> {
            let raw =
                levmine_math::parse_units(operation.text(key)?, 18).map_err(|_| operation.lacks(key))?;
            Ok(levmine_market::Price(levmine_math::Wad::from_raw(raw)))
        };
        if operation.text("low").is_err() {
            return Ok(levmine_uniswap_v3::tick_math::usable_ticks(spacing));
        }
        let range = levmine_amm::PriceRange { low: price("low")?, high: price("high")? };
        self.pool.coin_order().ticks(&range, spacing).map_err(|_| operation.lacks("low"))
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

    /// Keeps who holds which token.
    fn book(&mut self, operation: &Operation) -> Result<(), ParityError> {
        let who = operation.who()?;
        let who = ACCOUNTS.iter().copied().find(|name| *name == who).unwrap_or(ACCOUNTS[0]);
        let tokens = self.pool.manager().tokens();
        self.holders.retain(|(id, _)| tokens.iter().any(|token| token.id == *id));
        for token in tokens {
            if !self.holders.iter().any(|(id, _)| *id == token.id) {
                self.holders.push((token.id, who));
            }
        }
        Ok(())
    }

    /// Whether the operation names a share that does not exist.
    fn is_of_nobody(&self, operation: &Operation) -> bool {
        let of_token = matches!(operation.name(), "increase" | "decrease" | "collect_token");
        let id = if of_token { operation.small("id") } else { Self::id_of(operation, "share") };
        let id = id.or_else(|_| Self::id_of(operation, "into"));
        let tokens = self.pool.manager().tokens();
        id.is_ok_and(|id| operation.name() != "burn_token" && !tokens.iter().any(|token| token.id == id))
    }

    /// The tokens that the adapter has burned with this operation, which their holder has to burn.
    fn cleared(&self, operation: &Operation) -> Result<Vec<u64>, ParityError> {
        if !matches!(operation.name(), "remove_liquidity" | "collect") {
            return Ok(Vec::new());
        }
        let tokens = self.pool.manager().tokens();
        let gone = self.holders.iter().filter(|(id, _)| !tokens.iter().any(|token| token.id == *id));
        Ok(gone.map(|(id, _)| *id).collect())
    }
}

const EXACT_IN: &str = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))";
const EXACT_OUT: &str = "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))";
const MINT: &str =
    "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))";
const INCREASE: &str = "increaseLiquidity((uint256,uint256,uint256,uint256,uint256,uint256))";
const DECREASE: &str = "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))";
const COLLECT: &str = "collect((uint256,address,uint128,uint128))";

fn collect(id: u64, to: revm::primitives::Address, [most0, most1]: [U256; 2]) -> abi::Value {
    abi::Value::Struct(vec![id.into(), to.into(), most0.into(), most1.into()])
}

impl Twin for UniswapV3Twin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        Ok(draw::operation(self, random))
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.contracts.chain.set_time(self.now);
        let mut found = Comparison::default();
        if self.is_of_nobody(operation) {
            // Of a share that does not exist no replay can speak; a shrunk sequence may.
            found.by_wallet = true;
            return Ok(found);
        }
        let mut plan = self.plan(operation)?;
        let Some(step) = self.replay(operation)? else { return Err(operation.unknown()) };
        for id in self.cleared(operation)? {
            let by = account(operation.who()?);
            let manager = self.contracts.manager;
            plan.calls.push(Call::new(by, manager, "burn(uint256)", vec![id.into()]));
        }
        let answers = if plan.simulated {
            self.contracts.chain.simulate(&plan.calls)?
        } else {
            self.contracts.chain.send(&plan.calls)?
        };
        match (&answers, &step.result) {
            (Ok(answers), Ok(result)) => {
                let inverted = self.pool.coin_order().is_inverted();
                state::outputs(&mut found, operation, answers, result, inverted);
            }
            (answers, result) => {
                let contract = answers.as_ref().err().map_or("done".into(), ToString::to_string);
                let adapter = result.as_ref().err().map_or("done", |(code, _)| code);
                found.text(|| "the outcome".into(), &contract, adapter);
                found.refusal = Some(contract);
            }
        }
        self.book(operation)?;
        state::compare(&mut found, &mut self.contracts, &self.pool, &mut self.touched)?;
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.pool.dump()
    }

    fn beginning(&self) -> Value {
        let terms = self.pool.core().terms();
        let symbols: Vec<&str> = self.pool.coin_order().shown().iter().map(Asset::symbol).collect();
        let (whole, part) = (terms.fee() / 10_000, terms.fee() % 10_000);
        json!({
            "start": START,
            "venue": {
                "protocol": "uniswap-v3",
                "coins": symbols,
                "token0": "USDC",
                "fee": format!("{whole}.{part:04}%"),
                "tick_spacing": terms.tick_spacing(),
                "state": {
                    "sqrtPriceX96": "0", "balance0": "0", "balance1": "0",
                    "observationCardinality": "0", "observationCardinalityNext": "0",
                },
            },
        })
    }
}
