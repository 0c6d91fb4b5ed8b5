//! Operations that only these contracts have; the README lists their names. Amounts and ticks are in the contract's order.

use levmine_amm::AmmError;
use levmine_config::{ConfigError, Fields, Node};
use levmine_market::Dump;
use levmine_math::U256;

use crate::contract::Trade;
use crate::decode::{INTEGER, owner, read_integer};
use crate::error::V3Error;
use crate::manager::{Manager, check_slippage};
use crate::pool::UniswapV3Pool;
use crate::position::Key;
use crate::swap_math::Exactly;
use crate::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO};

const TWO: &str = "a list of two whole numbers, the contract's first token first";
const TICK: &str = "a tick: a whole number from -887272 to 887272";
const ID: &str = "the number of a position";
const OWNER: &str = "\"manager\", or the name of whoever owns the position";
const SECONDS: &str = "a list of ages in seconds";

type Done = Result<Dump, AmmError>;

/// Runs the operation `name`; `None` if there is no such operation.
pub(crate) fn run(
    pool: &mut UniswapV3Pool,
    name: &str,
    arguments: &mut Fields<'_>,
    now: u32,
) -> Result<Option<Done>, ConfigError> {
    Ok(Some(match name {
        "initialize" => {
            let sqrt_price = read_integer(arguments.required("sqrt_price", INTEGER)?)?;
            let tick = pool.core.initialize(sqrt_price, now);
            told(tick.map(|tick| Dump::table([("tick", Dump::text(tick))])))
        }
        "mint_ticks" => {
            let ticks = ticks(arguments)?;
            let (amounts, min) = (amounts(arguments, "amounts")?, limits(arguments)?);
            pool.share_of(pool.manager.next_id()).and_then(|share| {
                let added = pool.manager.adding(&pool.core, Err((share, ticks)), amounts, min, now)?;
                Ok(add(pool, added, now))
            })
        }
        "increase" => {
            let id = id(arguments)?;
            let (amounts, min) = (amounts(arguments, "amounts")?, limits(arguments)?);
            told((|| {
                let token = *pool.manager.token(id)?;
                let added = pool.manager.adding(&pool.core, Ok(&token), amounts, min, now)?;
                Ok(add(pool, added, now))
            })())
        }
        "decrease" => {
            let id = id(arguments)?;
            let liquidity = read_integer(arguments.required("liquidity", INTEGER)?)?;
            let min = limits(arguments)?;
            told((|| {
                let token = pool.manager.token(id)?;
                let removing = pool.manager.decreasing(&pool.core, token, liquidity, now)?;
                check_slippage(removing.amounts, min)?;
                pool.manager.decrease(&mut pool.core, &removing, now);
                Ok(two_dump("amounts", removing.amounts))
            })())
        }
        "collect_token" => {
            let id = id(arguments)?;
            let most = most(arguments)?;
            told((|| {
                let token = pool.manager.token(id)?;
                let collecting = Manager::collecting(&pool.core, token, most)?;
                let paid = collecting.paid.map(U256::from);
                pool.manager.collect(&mut pool.core, collecting);
                Ok(two_dump("amounts", paid))
            })())
        }
        "burn_token" => {
            let id = id(arguments)?;
            told(pool.manager.burn(id).map(|()| nothing()))
        }
        "core_mint" => {
            let (key, liquidity) = (key(arguments)?, liquidity(arguments)?);
            told(pool.core.mint(&key, liquidity, now).map(|amounts| two_dump("amounts", amounts)))
        }
        "core_burn" => {
            let (key, liquidity) = (key(arguments)?, liquidity(arguments)?);
            told(pool.core.burn(&key, liquidity, now).map(|amounts| two_dump("amounts", amounts)))
        }
        "core_collect" => {
            let (key, most) = (key(arguments)?, most(arguments)?);
            let paid = pool.core.collect(&key, most);
            told(paid.map(|paid| two_dump("amounts", paid.map(U256::from))))
        }
        "core_swap" => swap(pool, arguments, now)?,
        "flash" => {
            let (amounts, paid) = (amounts(arguments, "amounts")?, amounts(arguments, "paid")?);
            told(pool.core.flash(amounts, paid).map(|gained| two_dump("gained", gained)))
        }
        "set_fee_protocol" => {
            let node = arguments.required("parts", TWO)?;
            let [first, second] = node.list()? else { return Err(node.invalid(TWO)) };
            let parts = [first.parse(TWO)?, second.parse(TWO)?];
            told(pool.core.set_fee_protocol(parts).map(|()| nothing()))
        }
        "collect_protocol" => {
            let most = most(arguments)?;
            let paid = pool.core.collect_protocol(most);
            told(paid.map(|paid| two_dump("amounts", paid.map(U256::from))))
        }
        "increase_cardinality" => {
            let next = arguments.required("next", CARDINALITY)?.parse(CARDINALITY)?;
            told(pool.core.increase_observation_cardinality_next(next).map(|()| nothing()))
        }
        "observe" => {
            let node = arguments.required("seconds_ago", SECONDS)?;
            let ages = node.list()?.iter().map(|age| age.parse(SECONDS)).collect::<Result<Vec<u32>, _>>()?;
            let read = ages.into_iter().map(|age| {
                let observed = pool.core.observe(now, age)?;
                Ok(Dump::table([
                    ("tickCumulative", Dump::text(observed.tick_cumulative)),
                    ("secondsPerLiquidityCumulativeX128", Dump::text(observed.seconds_per_liquidity)),
                ]))
            });
            told(read.collect::<Result<Vec<_>, V3Error>>().map(Dump::List))
        }
        "snapshot_inside" => {
            let [lower, upper] = ticks(arguments)?;
            told(pool.core.snapshot_inside(lower, upper, now).map(|inside| {
                Dump::table([
                    ("tickCumulativeInside", Dump::text(inside.tick_cumulative)),
                    ("secondsPerLiquidityInsideX128", Dump::text(inside.seconds_per_liquidity)),
                    ("secondsInside", Dump::text(inside.seconds)),
                ])
            }))
        }
        "donate" => {
            let amounts = amounts(arguments, "amounts")?;
            told(pool.core.donate(amounts).map(|()| nothing()))
        }
        _ => return Ok(None),
    }))
}

const CARDINALITY: &str = "a whole number of observations, at most 65535";
const KIND: &str = "\"in\" or \"out\": which amount is exact";

fn swap(pool: &mut UniswapV3Pool, arguments: &mut Fields<'_>, now: u32) -> Result<Done, ConfigError> {
    let zero_for_one = arguments.required("zero_for_one", "true or false")?.boolean()?;
    let amount = read_integer(arguments.required("amount", INTEGER)?)?;
    let node = arguments.required("exact", KIND)?;
    let exactly = match node.text()? {
        "in" => Exactly::In(amount),
        "out" => Exactly::Out(amount),
        _ => return Err(node.invalid(KIND)),
    };
    let limit = match arguments.optional("limit") {
        Some(node) => read_integer(node)?,
        None if zero_for_one => MIN_SQRT_RATIO + U256::ONE,
        None => MAX_SQRT_RATIO - U256::ONE,
    };
    let traded = pool.core.swap(zero_for_one, exactly, limit, now);
    Ok(told(traded.map(|trade| {
        let Trade { amount_in, amount_out, fee, protocol_fee, ticks_crossed, .. } = trade;
        Dump::table([
            ("in", Dump::text(amount_in)),
            ("out", Dump::text(amount_out)),
            ("fee", Dump::text(fee)),
            ("protocolFee", Dump::text(protocol_fee)),
            ("ticksCrossed", Dump::text(ticks_crossed)),
        ])
    })))
}

fn told(result: Result<Dump, V3Error>) -> Done {
    result.map_err(AmmError::from)
}

fn add(pool: &mut UniswapV3Pool, addition: crate::manager::Addition, now: u32) -> Dump {
    let (liquidity, [amount0, amount1]) = (addition.liquidity, addition.amounts);
    let token = pool.manager.add(&mut pool.core, addition, now);
    Dump::table([
        ("id", Dump::text(token.id)),
        ("liquidity", Dump::text(liquidity)),
        ("amounts", Dump::List(vec![Dump::text(amount0), Dump::text(amount1)])),
    ])
}

fn nothing() -> Dump {
    Dump::Table(Vec::new())
}

fn two_dump(name: &str, [first, second]: [U256; 2]) -> Dump {
    Dump::table([(name, Dump::List(vec![Dump::text(first), Dump::text(second)]))])
}

fn amounts(arguments: &mut Fields<'_>, key: &'static str) -> Result<[U256; 2], ConfigError> {
    two(arguments.required(key, TWO)?)
}

fn limits(arguments: &mut Fields<'_>) -> Result<[U256; 2], ConfigError> {
    arguments.optional("min").map_or(Ok([U256::ZERO; 2]), two)
}

fn two(node: &Node) -> Result<[U256; 2], ConfigError> {
    match node.list()? {
        [first, second] => Ok([read_integer(first)?, read_integer(second)?]),
        _ => Err(node.invalid(TWO)),
    }
}

/// The most to collect of each token; everything unless given.
fn most(arguments: &mut Fields<'_>) -> Result<[u128; 2], ConfigError> {
    let Some(node) = arguments.optional("most") else { return Ok([u128::MAX; 2]) };
    match node.list()? {
        [first, second] => Ok([first.parse(TWO)?, second.parse(TWO)?]),
        _ => Err(node.invalid(TWO)),
    }
}

fn liquidity(arguments: &mut Fields<'_>) -> Result<u128, ConfigError> {
    const LIQUIDITY: &str = "a whole number of units of liquidity, at most 2^128 - 1";
    arguments.required("liquidity", LIQUIDITY)?.parse(LIQUIDITY)
}

fn id(arguments: &mut Fields<'_>) -> Result<u64, ConfigError> {
    arguments.required("id", ID)?.parse(ID)
}

/// Ticks as the contract's 24 bits hold them; whether they are in range is its own matter.
fn ticks(arguments: &mut Fields<'_>) -> Result<[i32; 2], ConfigError> {
    let mut tick = |key| {
        let node = arguments.required(key, TICK)?;
        let tick: i32 = node.parse(TICK)?;
        if (-(1 << 23)..1 << 23).contains(&tick) { Ok(tick) } else { Err(node.invalid(TICK)) }
    };
    Ok([tick("lower")?, tick("upper")?])
}

fn key(arguments: &mut Fields<'_>) -> Result<Key, ConfigError> {
    let owner = owner(arguments.required("owner", OWNER)?.text()?);
    let [lower, upper] = ticks(arguments)?;
    Ok(Key { owner, lower, upper })
}
