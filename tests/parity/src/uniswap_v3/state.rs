//! What is compared after every operation: what was returned, and everything that pool and manager store.

use std::collections::BTreeSet;

use levmine_market::Dump;
use levmine_math::U256;
use levmine_uniswap_v3::oracle::Observation;
use levmine_uniswap_v3::{Key, Owner, Position, Tick, UniswapV3Pool};
use revm::primitives::{Address, keccak256};

use super::contracts::{Contracts, account, signed};
use crate::twin::Comparison;
use crate::{Operation, ParityError};

/// Everything that ever was, so that what is gone is compared too.
#[derive(Debug, Default)]
pub(super) struct Touched {
    ticks: BTreeSet<i32>,
    positions: Vec<Key>,
}

fn number(dump: Option<&Dump>) -> Option<U256> {
    match dump {
        Some(Dump::Text(text)) => match text.strip_prefix('-') {
            Some(digits) => {
                U256::from_str_radix(digits, 10).ok().map(|number| U256::ZERO.wrapping_sub(number))
            }
            None => U256::from_str_radix(text, 10).ok(),
        },
        _ => None,
    }
}

/// Compares what the functions return.
pub(super) fn outputs(
    found: &mut Comparison,
    operation: &Operation,
    answers: &[Vec<U256>],
    result: &Dump,
    inverted: bool,
) {
    let name = operation.name();
    let words = answers.first().map(Vec::as_slice).unwrap_or_default();
    // Of the contract's first and second token.
    let listed = |key: &str, at: usize| match result.get(key) {
        Some(Dump::List(items)) => items.get(at),
        _ => None,
    };
    let by_token = |key: &str, at: usize| listed(key, if inverted { 1 - at } else { at });
    let mut equal = |what: &str, word: U256, ours: Option<&Dump>| match number(ours) {
        Some(ours) => found.number(|| format!("{name}: {what}"), word, ours),
        None => found.differ(format!("{name}: {what}"), word.to_string(), format!("{ours:?}")),
    };
    match (name, words) {
        ("swap_exact_in" | "quote_exact_in", [bought]) => equal("bought", *bought, result.get("bought")),
        ("swap_exact_out" | "quote_exact_out", [sold]) => equal("sold", *sold, result.get("sold")),
        ("add_liquidity", [.., liquidity, amount0, amount1]) => {
            equal("liquidity", *liquidity, result.get("shares"));
            equal("amount 0", *amount0, by_token("used", 0));
            equal("amount 1", *amount1, by_token("used", 1));
        }
        ("mint_ticks" | "increase", [rest @ .., liquidity, amount0, amount1]) => {
            equal("liquidity", *liquidity, result.get("liquidity"));
            equal("amount 0", *amount0, listed("amounts", 0));
            equal("amount 1", *amount1, listed("amounts", 1));
            if let [id] = rest {
                equal("id", *id, result.get("id"));
            }
        }
        ("remove_liquidity", [_, _]) => {
            // What the collection paid; nothing was collected of nothing.
            let paid = answers.get(1).filter(|words| words.len() == 2).map(Vec::as_slice);
            let [paid0, paid1] = match paid {
                Some([paid0, paid1]) => [*paid0, *paid1],
                _ => [U256::ZERO; 2],
            };
            equal("amount 0", paid0, by_token("amounts", 0));
            equal("amount 1", paid1, by_token("amounts", 1));
        }
        ("collect", [amount0, amount1]) => {
            equal("amount 0", *amount0, by_token("amounts", 0));
            equal("amount 1", *amount1, by_token("amounts", 1));
        }
        (
            "decrease" | "collect_token" | "core_mint" | "core_burn" | "core_collect" | "collect_protocol",
            [amount0, amount1],
        ) => {
            equal("amount 0", *amount0, listed("amounts", 0));
            equal("amount 1", *amount1, listed("amounts", 1));
        }
        ("core_swap", [delta0, delta1]) => {
            let paid = number(result.get("in")).unwrap_or_default();
            let got = U256::ZERO.wrapping_sub(number(result.get("out")).unwrap_or_default());
            let first = operation.flag("zero_for_one").unwrap_or_default();
            let (into, out) = if first { (delta0, delta1) } else { (delta1, delta0) };
            found.number(|| "core_swap: in".into(), *into, paid);
            found.number(|| "core_swap: out".into(), *out, got);
        }
        ("observe", words) => {
            // Two lists behind their places: ticks, then seconds per liquidity.
            let Dump::List(items) = result else { return };
            let count = items.len();
            for (at, item) in items.iter().enumerate() {
                let word = |place: usize| words.get(place).copied().unwrap_or_default();
                equal("ticks", word(3 + at), item.get("tickCumulative"));
                equal("seconds", word(4 + count + at), item.get("secondsPerLiquidityCumulativeX128"));
            }
        }
        ("snapshot_inside", [ticks, per_liquidity, seconds]) => {
            equal("ticks", *ticks, result.get("tickCumulativeInside"));
            equal("seconds per liquidity", *per_liquidity, result.get("secondsPerLiquidityInsideX128"));
            equal("seconds", *seconds, result.get("secondsInside"));
        }
        (
            "initialize" | "burn_token" | "flash" | "set_fee_protocol" | "increase_cardinality" | "donate",
            _,
        ) => {}
        _ => found.differ(format!("{name}: what is returned"), format!("{words:?}"), format!("{result:?}")),
    }
}

/// Compares everything that pool and manager store, and what the coins say about it.
pub(super) fn compare(
    found: &mut Comparison,
    contracts: &mut Contracts,
    ours: &UniswapV3Pool,
    touched: &mut Touched,
) -> Result<(), ParityError> {
    let state = ours.core().state();
    let pool = contracts.pool;
    let observations = &state.observations;
    let words = contracts.chain.read(pool, "slot0()", Vec::new())?;
    let [part0, part1] = state.fee_protocol.map(u64::from);
    let slot0 = [
        ("sqrtPriceX96", state.sqrt_price),
        ("tick", signed(i128::from(state.tick))),
        ("observationIndex", U256::from(observations.index)),
        ("observationCardinality", U256::from(observations.cardinality)),
        ("observationCardinalityNext", U256::from(observations.cardinality_next)),
        ("feeProtocol", U256::from(part0 + (part1 << 4))),
    ];
    for ((key, number), word) in slot0.into_iter().zip(words) {
        found.number(|| key.into(), word, number);
    }
    let [growth0, growth1] = state.fee_growth_global;
    for (function, number) in [
        ("liquidity()", U256::from(state.liquidity)),
        ("feeGrowthGlobal0X128()", growth0),
        ("feeGrowthGlobal1X128()", growth1),
    ] {
        let word = contracts.chain.word(pool, function, Vec::new())?;
        found.number(|| function.into(), word, number);
    }
    let words = contracts.chain.read(pool, "protocolFees()", Vec::new())?;
    for (at, (word, owed)) in words.into_iter().zip(state.protocol_fees).enumerate() {
        found.number(|| format!("protocol fees {at}"), word, U256::from(owed));
    }
    for (at, balance) in state.balances.into_iter().enumerate() {
        let coin = contracts.coins.get(at).copied().unwrap_or_default();
        let held = contracts.balance(coin, pool)?;
        found.number(|| format!("balance {at}"), held, balance);
        // Whatever the pool does not hold, the wallets do.
        let holder = contracts.holder();
        let outside = contracts.balance(coin, holder)?;
        found.number(|| format!("outside of the pool {at}"), outside, U256::MAX.saturating_sub(balance));
    }
    ticks(found, contracts, ours, touched)?;
    positions(found, contracts, ours, touched)?;
    tokens(found, contracts, ours)?;
    ring(found, contracts, ours)
}

fn ticks(
    found: &mut Comparison,
    contracts: &mut Contracts,
    ours: &UniswapV3Pool,
    touched: &mut Touched,
) -> Result<(), ParityError> {
    let state = ours.core().state();
    touched.ticks.extend(state.ticks.as_slice().iter().map(|tick| tick.index));
    let mut bitmap = BTreeSet::new();
    for index in &touched.ticks {
        let known = state.ticks.as_slice().iter().find(|tick| tick.index == *index);
        let tick = known.copied().unwrap_or_else(|| Tick::new(*index));
        let arguments = vec![signed(i128::from(*index)).into()];
        let words = contracts.chain.read(contracts.pool, "ticks(int24)", arguments)?;
        let [growth0, growth1] = tick.fee_growth_outside;
        let expected = [
            ("liquidityGross", U256::from(tick.liquidity_gross)),
            ("liquidityNet", signed(tick.liquidity_net)),
            ("feeGrowthOutside0X128", growth0),
            ("feeGrowthOutside1X128", growth1),
            ("tickCumulativeOutside", signed(i128::from(tick.tick_cumulative_outside))),
            ("secondsPerLiquidityOutsideX128", tick.seconds_per_liquidity_outside),
            ("secondsOutside", U256::from(tick.seconds_outside)),
            ("initialized", U256::from(u8::from(known.is_some()))),
        ];
        for ((key, number), word) in expected.into_iter().zip(words) {
            found.number(|| format!("tick {index}: {key}"), word, number);
        }
        bitmap.insert(index.div_euclid(ours.core().terms().tick_spacing()) >> 8);
    }
    for word in bitmap {
        let spacing = ours.core().terms().tick_spacing();
        let inside =
            state.ticks.as_slice().iter().filter(|tick| (tick.index.div_euclid(spacing) >> 8) == word);
        let bits = inside.fold(U256::ZERO, |bits, tick| {
            let bit = usize::try_from(tick.index.div_euclid(spacing).rem_euclid(256)).unwrap_or(0);
            bits | U256::ONE << bit
        });
        let arguments = vec![signed(i128::from(word)).into()];
        let read = contracts.chain.word(contracts.pool, "tickBitmap(int16)", arguments)?;
        found.number(|| format!("bitmap word {word}"), read, bits);
    }
    Ok(())
}

fn positions(
    found: &mut Comparison,
    contracts: &mut Contracts,
    ours: &UniswapV3Pool,
    touched: &mut Touched,
) -> Result<(), ParityError> {
    for (key, _) in ours.core().state().positions.as_slice() {
        if !touched.positions.contains(key) {
            touched.positions.push(key.clone());
        }
    }
    for key in &touched.positions {
        let Position { liquidity, fee_growth_inside_last, tokens_owed } =
            ours.core().state().positions.get(key);
        let owner = match &key.owner {
            Owner::Manager => contracts.manager,
            Owner::Named(name) => account(name),
        };
        let hash = position_key(owner, key.lower, key.upper);
        let words = contracts.chain.read(contracts.pool, "positions(bytes32)", vec![hash.into()])?;
        let ([growth0, growth1], [owed0, owed1]) = (fee_growth_inside_last, tokens_owed);
        let expected = [
            ("liquidity", U256::from(liquidity)),
            ("feeGrowthInside0LastX128", growth0),
            ("feeGrowthInside1LastX128", growth1),
            ("tokensOwed0", U256::from(owed0)),
            ("tokensOwed1", U256::from(owed1)),
        ];
        for ((name, number), word) in expected.into_iter().zip(words) {
            found.number(|| format!("position {key:?}: {name}"), word, number);
        }
    }
    Ok(())
}

/// `keccak256(abi.encodePacked(owner, tickLower, tickUpper))`.
fn position_key(owner: Address, lower: i32, upper: i32) -> U256 {
    let mut packed = owner.as_slice().to_vec();
    for tick in [lower, upper] {
        packed.extend(tick.to_be_bytes().get(1..).unwrap_or_default());
    }
    keccak256(packed).into()
}

fn tokens(
    found: &mut Comparison,
    contracts: &mut Contracts,
    ours: &UniswapV3Pool,
) -> Result<(), ParityError> {
    let manager = contracts.manager;
    for token in ours.manager().tokens() {
        let words = contracts.chain.read(manager, "positions(uint256)", vec![token.id.into()])?;
        let ([growth0, growth1], [owed0, owed1]) = (token.fee_growth_inside_last, token.tokens_owed);
        let expected = [
            ("tickLower", signed(i128::from(token.lower))),
            ("tickUpper", signed(i128::from(token.upper))),
            ("liquidity", U256::from(token.liquidity)),
            ("feeGrowthInside0LastX128", growth0),
            ("feeGrowthInside1LastX128", growth1),
            ("tokensOwed0", U256::from(owed0)),
            ("tokensOwed1", U256::from(owed1)),
        ];
        // Behind nonce, operator, both tokens and the fee.
        for ((name, number), word) in expected.into_iter().zip(words.into_iter().skip(5)) {
            found.number(|| format!("token {}: {name}", token.id), word, number);
        }
    }
    let count = ours.manager().tokens().len();
    let supply = contracts.chain.word(manager, "totalSupply()", Vec::new())?;
    found.number(|| "how many tokens there are".into(), supply, U256::from(count));
    Ok(())
}

fn ring(found: &mut Comparison, contracts: &mut Contracts, ours: &UniswapV3Pool) -> Result<(), ParityError> {
    let observations = &ours.core().state().observations;
    let mut places: BTreeSet<u16> = (0..4).collect();
    places.extend([
        observations.index,
        observations.index.wrapping_add(1),
        observations.cardinality,
        observations.cardinality_next.saturating_sub(1),
        observations.cardinality_next,
    ]);
    for place in places.into_iter().filter(|place| *place < u16::MAX) {
        let written = observations.written.get(usize::from(place));
        let Observation { timestamp, tick_cumulative, seconds_per_liquidity } =
            written.copied().unwrap_or_default();
        // Room that was made but not used has a time of one.
        let is_made = written.is_none() && place > 0 && place < observations.cardinality_next;
        let timestamp = if is_made { 1 } else { timestamp };
        let arguments = vec![u64::from(place).into()];
        let words = contracts.chain.read(contracts.pool, "observations(uint256)", arguments)?;
        let expected = [
            ("blockTimestamp", U256::from(timestamp)),
            ("tickCumulative", signed(i128::from(tick_cumulative))),
            ("secondsPerLiquidityCumulativeX128", seconds_per_liquidity),
            ("initialized", U256::from(u8::from(written.is_some()))),
        ];
        for ((name, number), word) in expected.into_iter().zip(words) {
            found.number(|| format!("observation {place}: {name}"), word, number);
        }
    }
    Ok(())
}
