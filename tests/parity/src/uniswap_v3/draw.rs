//! Which operation comes next.

use levmine_amm::Pool;
use levmine_math::U256;
use levmine_uniswap_v3::contract::State;
use levmine_uniswap_v3::manager::Token;
use levmine_uniswap_v3::swap_math::Exactly;
use levmine_uniswap_v3::tick_math::{MAX_SQRT_RATIO, MAX_TICK, MIN_SQRT_RATIO, MIN_TICK, sqrt_ratio_at_tick};
use levmine_uniswap_v3::{Key, Owner, Position};

use super::UniswapV3Twin;
use super::contracts::ACCOUNTS;
use crate::Operation;
use crate::random::Random;

/// Donations and flash loans stay below this, so that the wallets always hold enough.
const LARGEST_GIFT_BITS: usize = 200;

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &UniswapV3Twin, random: &mut Random) -> Operation {
    let time = twin.now.saturating_add(random.wait());
    let who = random.pick(&ACCOUNTS);
    let state = twin.pool.core().state();
    if state.sqrt_price.is_zero() && random.chance(60) {
        let spacing = twin.pool.core().terms().tick_spacing();
        let center = twin.grid.get(14).copied().unwrap_or_default().saturating_mul(spacing);
        let tick = center.clamp(MIN_TICK, MAX_TICK - 1);
        let price = sqrt_ratio_at_tick(tick).unwrap_or(U256::ONE << 96_usize);
        let price =
            if random.chance(5) { random.bits(1, 160) } else { price.wrapping_add(random.bits(0, 40)) };
        return Operation::new("initialize", time).by(who).amount("sqrt_price", price);
    }
    let name = name(random, state);
    let drawn = Operation::new(name, time).by(who);
    match name {
        "swap_exact_in" | "quote_exact_in" => exact_in(twin, drawn, random),
        "swap_exact_out" | "quote_exact_out" => exact_out(twin, drawn, random),
        "add_liquidity" => add(twin, drawn, random),
        "mint_ticks" => {
            let ticks = ticks(twin, random);
            let amounts = deposit(twin, random, ticks);
            let drawn = with_ticks(drawn, ticks).amounts("amounts", amounts);
            with_min(drawn, random, amounts)
        }
        "increase" => match token(twin, random) {
            Some((token, who)) => {
                let amounts = deposit(twin, random, [token.lower, token.upper]);
                let drawn = drawn.by(who).amount("id", U256::from(token.id)).amounts("amounts", amounts);
                with_min(drawn, random, amounts)
            }
            None => drawn_mint(twin, time, who, random),
        },
        "decrease" => match token(twin, random) {
            Some((token, who)) => {
                let liquidity = random.amount(U256::from(token.liquidity));
                let drawn = drawn.by(who).amount("id", U256::from(token.id)).amount("liquidity", liquidity);
                if random.chance(15) {
                    drawn.amounts("min", [random.bits(0, 80), random.bits(0, 80)])
                } else {
                    drawn
                }
            }
            None => drawn_mint(twin, time, who, random),
        },
        "remove_liquidity" => match token(twin, random) {
            Some((token, who)) => {
                let shares = random.amount(U256::from(token.liquidity));
                let drawn = drawn.by(who).amount("shares", shares).with("share", token.share.symbol());
                if random.chance(15) {
                    drawn.amounts("min", [random.bits(0, 80), random.bits(0, 80)])
                } else {
                    drawn
                }
            }
            None => drawn_mint(twin, time, who, random),
        },
        "collect" => match token(twin, random) {
            Some((token, who)) => drawn.by(who).with("share", token.share.symbol()),
            None => drawn_mint(twin, time, who, random),
        },
        "collect_token" => match token(twin, random) {
            Some((token, who)) => {
                let [owed0, owed1] = token.tokens_owed;
                let drawn = drawn.by(who).amount("id", U256::from(token.id));
                drawn.amounts("most", [narrow(random, owed0), narrow(random, owed1)])
            }
            None => drawn_mint(twin, time, who, random),
        },
        "burn_token" => {
            let id = match token(twin, random) {
                Some((token, who)) if random.chance(90) => {
                    return drawn.by(who).amount("id", U256::from(token.id));
                }
                _ => 1 + random.below(40),
            };
            match twin.holder(id) {
                Some(who) => drawn.by(who).amount("id", U256::from(id)),
                None => drawn.amount("id", U256::from(id)),
            }
        }
        "core_mint" => {
            let ticks = ticks(twin, random);
            let liquidity = liquidity(twin, random);
            with_ticks(drawn.with("owner", who), ticks).amount("liquidity", U256::from(liquidity))
        }
        "core_burn" | "core_collect" => {
            let (who, ticks, position) = position(twin, random, who);
            let drawn = with_ticks(Operation::new(name, time).by(who).with("owner", who), ticks);
            if name == "core_burn" {
                let amount = if random.chance(20) {
                    U256::ZERO
                } else {
                    random.amount(U256::from(position.liquidity))
                };
                drawn.amount("liquidity", amount & U256::from(u128::MAX))
            } else {
                let [owed0, owed1] = position.tokens_owed;
                drawn.amounts("most", [narrow(random, owed0), narrow(random, owed1)])
            }
        }
        "core_swap" => core_swap(twin, drawn, random),
        "flash" => flash(twin, drawn, random),
        "set_fee_protocol" => {
            let mut part = || U256::from(random.pick(&[0_u64, 0, 4, 5, 7, 10, 10, 3, 11]));
            let parts = [part(), part()];
            drawn.amounts("parts", parts)
        }
        "collect_protocol" => {
            let [owed0, owed1] = state.protocol_fees;
            drawn.amounts("most", [narrow(random, owed0), narrow(random, owed1)])
        }
        "increase_cardinality" => {
            let most = if random.chance(70) { 12 } else { 90 };
            drawn.amount("next", U256::from(random.below(most)))
        }
        "observe" => {
            let newest = state.observations.written.get(usize::from(state.observations.index));
            let since = newest.map_or(0, |newest| (time as u32).wrapping_sub(newest.timestamp));
            let mut ages: Vec<String> = Vec::new();
            for _ in 0..=random.below(4) {
                let age = match random.below(4) {
                    0 => 0,
                    1 => since,
                    2 => since.saturating_add(random.below(100_000) as u32),
                    _ => random.below(1 << 27) as u32,
                };
                ages.push(age.to_string());
            }
            drawn.with("seconds_ago", ages)
        }
        "snapshot_inside" => {
            let all = state.ticks.as_slice();
            let mut pick = || all.get(random.below(all.len().max(1) as u64) as usize).map(|tick| tick.index);
            match (pick(), pick()) {
                (Some(one), Some(other)) => with_ticks(drawn, [one.min(other), one.max(other)]),
                _ => with_ticks(drawn, [MIN_TICK, MAX_TICK]),
            }
        }
        "donate" => {
            let amounts = [
                bounded(random.amount(U256::ONE << 60_usize)),
                bounded(random.amount(U256::ONE << 60_usize)),
            ];
            drawn.amounts("amounts", amounts)
        }
        _ => drawn,
    }
}

fn name(random: &mut Random, state: &State) -> &'static str {
    if state.ticks.as_slice().len() < 3 && random.chance(50) {
        return random.pick(&["add_liquidity", "mint_ticks", "core_mint"]);
    }
    random.weighted(&[
        (14, "swap_exact_in"),
        (12, "swap_exact_out"),
        (2, "quote_exact_in"),
        (2, "quote_exact_out"),
        (14, "core_swap"),
        (6, "add_liquidity"),
        (7, "mint_ticks"),
        (6, "increase"),
        (5, "decrease"),
        (7, "remove_liquidity"),
        (4, "collect"),
        (4, "collect_token"),
        (2, "burn_token"),
        (5, "core_mint"),
        (6, "core_burn"),
        (4, "core_collect"),
        (4, "flash"),
        (2, "set_fee_protocol"),
        (2, "collect_protocol"),
        (2, "increase_cardinality"),
        (4, "observe"),
        (2, "snapshot_inside"),
        (1, "donate"),
    ])
}

fn bounded(amount: U256) -> U256 {
    let over = amount.bit_len().saturating_sub(LARGEST_GIFT_BITS);
    amount >> over
}

/// What there is, a part, or all that the integer holds.
fn narrow(random: &mut Random, owed: u128) -> U256 {
    match random.below(3) {
        0 => U256::from(u128::MAX),
        _ => random.amount(U256::from(owed)).min(U256::from(u128::MAX)),
    }
}

/// The amount, one more, one less, or something else.
fn near(random: &mut Random, amount: U256) -> U256 {
    match random.below(5) {
        0 => amount.saturating_add(U256::ONE),
        1 => amount.saturating_sub(U256::ONE),
        2 => random.amount(amount),
        _ => amount,
    }
}

/// What trades are priced from, in the contract's order.
fn reserves(twin: &UniswapV3Twin) -> [U256; 2] {
    match *twin.pool.reserves() {
        [one, other] => twin.turned([one, other]).map(|reserve| reserve.max(U256::from(1_000_000))),
        _ => [U256::from(1_000_000); 2],
    }
}

fn drawn_mint(twin: &UniswapV3Twin, time: u64, who: &str, random: &mut Random) -> Operation {
    let ticks = ticks(twin, random);
    let amounts = deposit(twin, random, ticks);
    with_ticks(Operation::new("mint_ticks", time).by(who), ticks).amounts("amounts", amounts)
}

/// Two ticks: mostly of the grid, in order; sometimes anything.
fn ticks(twin: &UniswapV3Twin, random: &mut Random) -> [i32; 2] {
    let spacing = twin.pool.core().terms().tick_spacing();
    let mut tick = || -> i32 {
        match random.below(100) {
            0..92 => random.pick(&twin.grid).saturating_mul(spacing),
            92..97 => {
                let step = i32::try_from(random.below(600)).unwrap_or(0) - 300;
                (twin.pool.core().state().tick / spacing).saturating_add(step).saturating_mul(spacing)
            }
            97 => i32::try_from(random.below(1 << 24)).unwrap_or(0) - (1 << 23),
            98 => MIN_TICK,
            _ => MAX_TICK,
        }
    };
    let (one, other) = (tick(), tick());
    if random.chance(97) { [one.min(other), one.max(other)] } else { [one, other] }
}

fn with_ticks(drawn: Operation, [lower, upper]: [i32; 2]) -> Operation {
    drawn.with("lower", lower.to_string()).with("upper", upper.to_string())
}

fn with_min(drawn: Operation, random: &mut Random, amounts: [U256; 2]) -> Operation {
    if !random.chance(15) {
        return drawn;
    }
    let [amount0, amount1] = amounts;
    drawn.amounts("min", [random.amount(amount0), random.amount(amount1)])
}

fn liquidity(twin: &UniswapV3Twin, random: &mut Random) -> u128 {
    let most = twin.pool.core().terms().max_liquidity_per_tick();
    match random.below(20) {
        0 => most,
        1 => most.saturating_sub(twin.pool.core().state().liquidity),
        2 => u128::MAX >> random.below(4),
        3 => u128::from(random.below(5)),
        _ => u128::try_from(random.bits(twin.bits.saturating_sub(6), twin.bits)).unwrap_or(1),
    }
}

/// Amounts that pay for about the liquidity of the others.
fn deposit(twin: &UniswapV3Twin, random: &mut Random, [lower, upper]: [i32; 2]) -> [U256; 2] {
    let (Ok(a), Ok(b)) = (sqrt_ratio_at_tick(lower), sqrt_ratio_at_tick(upper)) else {
        return [random.bits(1, 100), random.bits(1, 100)];
    };
    let wanted = liquidity(twin, random);
    let price = twin.pool.core().state().sqrt_price.max(MIN_SQRT_RATIO);
    let amounts = levmine_uniswap_v3::liquidity_amounts::amounts_for_liquidity(price, a, b, wanted);
    let [amount0, amount1] = amounts.unwrap_or([U256::ONE; 2]);
    match random.below(10) {
        0 => [random.amount(amount0), random.amount(amount1)],
        1 => [amount0, random.amount(amount1)],
        2 => [random.amount(amount0), amount1],
        _ => [near(random, amount0), near(random, amount1)],
    }
}

/// A token and who holds it.
fn token(twin: &UniswapV3Twin, random: &mut Random) -> Option<(Token, &'static str)> {
    let tokens = twin.pool.manager().tokens();
    let at = random.below(tokens.len().max(1) as u64) as usize;
    let token = tokens.get(at)?;
    Some((*token, twin.holder(token.id)?))
}

/// A position of the pool that somebody owns directly.
fn position(
    twin: &UniswapV3Twin,
    random: &mut Random,
    who: &'static str,
) -> (&'static str, [i32; 2], Position) {
    let all = twin.pool.core().state().positions.as_slice();
    let named: Vec<&(Key, Position)> =
        all.iter().filter(|(key, _)| matches!(key.owner, Owner::Named(_))).collect();
    let at = random.below(named.len().max(1) as u64) as usize;
    match named.get(at) {
        Some((key, position)) if random.chance(95) => {
            let Owner::Named(name) = &key.owner else { return (who, [0, 0], Position::default()) };
            let who = ACCOUNTS.iter().copied().find(|known| *known == &**name).unwrap_or(who);
            (who, [key.lower, key.upper], *position)
        }
        _ => (who, ticks(twin, random), Position::default()),
    }
}

fn add(twin: &UniswapV3Twin, drawn: Operation, random: &mut Random) -> Operation {
    if let Some((token, who)) = token(twin, random).filter(|_| random.chance(40)) {
        let amounts = deposit(twin, random, [token.lower, token.upper]);
        return drawn.by(who).amounts("amounts", twin.turned(amounts)).with("into", token.share.symbol());
    }
    let spacing = twin.pool.core().terms().tick_spacing();
    let coins = twin.pool.coin_order();
    let price = coins.price_at(twin.pool.core().state().sqrt_price.max(MIN_SQRT_RATIO)).0.raw();
    let part = |random: &mut Random| U256::from(1_000 + random.below(9_000));
    let low = levmine_math::mul_div(price, part(random), U256::from(10_000), levmine_math::Rounding::Down);
    let high = levmine_math::mul_div(price, U256::from(10_000), part(random), levmine_math::Rounding::Down);
    let (Ok(low), Ok(high)) = (low, high) else { return drawn_all(twin, drawn, random) };
    let range = levmine_amm::PriceRange {
        low: levmine_market::Price(levmine_math::Wad::from_raw(low)),
        high: levmine_market::Price(levmine_math::Wad::from_raw(high)),
    };
    match coins.ticks(&range, spacing) {
        Ok([lower, upper]) if lower < upper && random.chance(80) => {
            let amounts = deposit(twin, random, [lower, upper]);
            drawn
                .amounts("amounts", twin.turned(amounts))
                .with("low", levmine_math::format_units(low, 18))
                .with("high", levmine_math::format_units(high, 18))
        }
        _ => drawn_all(twin, drawn, random),
    }
}

/// Over all prices.
fn drawn_all(twin: &UniswapV3Twin, drawn: Operation, random: &mut Random) -> Operation {
    let ends = levmine_uniswap_v3::tick_math::usable_ticks(twin.pool.core().terms().tick_spacing());
    let amounts = deposit(twin, random, ends);
    drawn.amounts("amounts", twin.turned(amounts))
}

/// Names the coins; whether the contract's first is sold.
fn sides(drawn: Operation, random: &mut Random) -> (Operation, bool) {
    let zero_for_one = random.chance(50);
    let (sell, buy) = if zero_for_one { ("USDC", "WETH") } else { ("WETH", "USDC") };
    (drawn.with("sell", sell).with("buy", buy), zero_for_one)
}

const fn end(zero_for_one: bool) -> U256 {
    let [low, high] = [MIN_SQRT_RATIO, MAX_SQRT_RATIO];
    if zero_for_one { low.wrapping_add(U256::ONE) } else { high.wrapping_sub(U256::ONE) }
}

/// An amount: about a reserve, or just what moves the price to a tick.
fn size(twin: &UniswapV3Twin, random: &mut Random, zero_for_one: bool, exact_in: bool) -> U256 {
    let [reserve0, reserve1] = reserves(twin);
    if random.chance(35) {
        let limit = limit(twin, random, zero_for_one);
        let most = U256::MAX >> 1_usize;
        if let Ok(trade) = twin.pool.core().quote(zero_for_one, Exactly::In(most), limit) {
            let amount = if exact_in { trade.amount_in } else { trade.amount_out };
            return near(random, amount);
        }
    }
    let whole = if zero_for_one == exact_in { reserve0 } else { reserve1 };
    let small = if random.chance(50) { whole >> random.below(12) } else { whole };
    random.amount(small)
}

/// A price: just at a tick, near one, or anywhere.
fn limit(twin: &UniswapV3Twin, random: &mut Random, zero_for_one: bool) -> U256 {
    let state = twin.pool.core().state();
    let spacing = twin.pool.core().terms().tick_spacing();
    let known = state.ticks.as_slice();
    let tick = match random.below(4) {
        0 | 1 => {
            let at = random.below(known.len().max(1) as u64) as usize;
            known.get(at).map_or(0, |tick| tick.index)
        }
        2 => {
            let words = i32::try_from(random.below(5)).unwrap_or(0) - 2;
            ((state.tick.div_euclid(spacing) >> 8) + words).saturating_mul(256).saturating_mul(spacing)
        }
        _ => state.tick + i32::try_from(random.below(2_000)).unwrap_or(0) - 1_000,
    };
    let price = sqrt_ratio_at_tick(tick.clamp(MIN_TICK, MAX_TICK)).unwrap_or(end(zero_for_one));
    match random.below(6) {
        0 => price.wrapping_add(U256::ONE),
        1 => price.wrapping_sub(U256::ONE),
        2 => end(zero_for_one),
        _ => price,
    }
}

fn exact_in(twin: &UniswapV3Twin, drawn: Operation, random: &mut Random) -> Operation {
    let (drawn, zero_for_one) = sides(drawn, random);
    let amount = size(twin, random, zero_for_one, true);
    let drawn = drawn.amount("amount", amount);
    match twin.pool.core().quote(zero_for_one, Exactly::In(amount), end(zero_for_one)) {
        Ok(trade) if drawn.name().starts_with("swap") && random.chance(30) => {
            let min = near(random, trade.amount_out);
            drawn.amount("min", min)
        }
        _ => drawn,
    }
}

fn exact_out(twin: &UniswapV3Twin, drawn: Operation, random: &mut Random) -> Operation {
    let (drawn, zero_for_one) = sides(drawn, random);
    let amount = size(twin, random, zero_for_one, false);
    let drawn = drawn.amount("amount", amount);
    match twin.pool.core().quote(zero_for_one, Exactly::Out(amount), end(zero_for_one)) {
        Ok(trade) if drawn.name().starts_with("swap") && random.chance(30) => {
            let max = near(random, trade.amount_in);
            drawn.amount("max", max)
        }
        _ => drawn,
    }
}

/// A swap on the pool itself, with a price limit.
fn core_swap(twin: &UniswapV3Twin, drawn: Operation, random: &mut Random) -> Operation {
    let (zero_for_one, exact_in) = (random.chance(50), random.chance(50));
    let most = (U256::MAX >> 1_usize) - U256::ONE;
    let amount = size(twin, random, zero_for_one, exact_in).min(most);
    let drawn = drawn
        .with("zero_for_one", zero_for_one)
        .with("exact", if exact_in { "in" } else { "out" })
        .amount("amount", amount);
    if random.chance(80) {
        let limit = limit(twin, random, zero_for_one);
        return drawn.amount("limit", limit & ((U256::ONE << 160_usize) - U256::ONE));
    }
    drawn
}

/// Mostly paid back just so, sometimes a little short or more.
fn flash(twin: &UniswapV3Twin, drawn: Operation, random: &mut Random) -> Operation {
    let balances = twin.pool.core().state().balances;
    let amounts =
        balances.map(|balance| if random.chance(20) { U256::ZERO } else { bounded(random.amount(balance)) });
    let paid = amounts.map(|amount| {
        let due = amount.saturating_add(twin.flash_fee(amount));
        match random.below(6) {
            0 => due.saturating_sub(U256::ONE),
            1 => due.saturating_add(U256::ONE),
            2 => due.saturating_add(bounded(random.amount(amount))),
            _ => due,
        }
    });
    drawn.amounts("amounts", amounts).amounts("paid", paid)
}
