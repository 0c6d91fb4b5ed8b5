//! Which operation comes next.

use levmine_math::U256;
use levmine_uniswap_v2::{PairState, SwapFee, library};

use super::UniswapV2Twin;
use super::contracts::ACCOUNTS;
use crate::Operation;
use crate::random::Random;

/// Donations stay below this, so that the wallets always hold enough for any trade the pair accepts.
const LARGEST_GIFT_BITS: usize = 240;

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &UniswapV2Twin, random: &mut Random) -> Operation {
    let time = twin.now.saturating_add(random.wait());
    let who = random.pick(&ACCOUNTS);
    let state = *twin.pool.pair().state();
    let name = name(random, &state);
    let drawn = Operation::new(name, time).by(who);
    match name {
        "swap_exact_in" | "quote_exact_in" => exact_in(drawn, random, &state),
        "swap_exact_out" | "quote_exact_out" => exact_out(drawn, random, &state),
        "add_liquidity" => drawn.amounts("amounts", deposit(twin, random, &state)),
        "mint" => {
            let [amount0, amount1] = deposit(twin, random, &state);
            drawn.amounts("amounts", [bounded(amount0), bounded(amount1)])
        }
        "remove_liquidity" => {
            let shares = random.amount(twin.shares_of(who));
            let drawn = drawn.amount("shares", shares);
            match twin.pool.pair().preview_burn(shares) {
                Ok(burned) if random.chance(30) => {
                    let [min0, min1] = burned.amounts;
                    drawn.amounts("min", [near(random, min0), near(random, min1)])
                }
                _ => drawn,
            }
        }
        "burn" | "donate_shares" => drawn.amount("shares", random.amount(twin.shares_of(who))),
        "core_swap" | "flash_swap" => core_swap(drawn, random, &state),
        "donate" => {
            let [reserve0, reserve1] = state.reserves.map(U256::from);
            let parts = [reserve0 >> 7_usize, reserve1 >> 7_usize];
            let amounts = parts.map(|part| if random.chance(40) { U256::ZERO } else { random.amount(part) });
            drawn.amounts("amounts", amounts.map(bounded))
        }
        "set_protocol_fee" => drawn.with("protocol_fee", random.pick(&["off", "1/6"])),
        _ => drawn,
    }
}

fn name(random: &mut Random, state: &PairState) -> &'static str {
    if state.total_supply.is_zero() {
        return random.weighted(&[
            (60, "add_liquidity"),
            (20, "mint"),
            (4, "swap_exact_in"),
            (4, "swap_exact_out"),
            (4, "donate"),
            (2, "remove_liquidity"),
            (2, "burn"),
            (2, "skim"),
            (2, "sync"),
            (6, "set_protocol_fee"),
        ]);
    }
    let is_stuck = state.balances.iter().any(|balance| *balance > U256::ONE << 112_usize);
    if is_stuck && random.chance(40) {
        return random.pick(&["skim", "skim", "sync", "burn"]);
    }
    if !is_stuck && random.chance(3) {
        return "observe";
    }
    random.weighted(&[
        (22, "swap_exact_in"),
        (16, "swap_exact_out"),
        (3, "quote_exact_in"),
        (3, "quote_exact_out"),
        (12, "add_liquidity"),
        (10, "remove_liquidity"),
        (6, "mint"),
        (5, "burn"),
        (9, "core_swap"),
        (6, "flash_swap"),
        (2, "donate"),
        (2, "donate_shares"),
        (2, "skim"),
        (2, "sync"),
        (3, "set_protocol_fee"),
    ])
}

fn bounded(amount: U256) -> U256 {
    let over = amount.bit_len().saturating_sub(LARGEST_GIFT_BITS);
    amount >> over
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

/// Names the coins and returns their reserves.
fn sides(drawn: Operation, random: &mut Random, state: &PairState) -> (Operation, [u128; 2]) {
    let [reserve0, reserve1] = state.reserves;
    if random.chance(50) {
        (drawn.with("sell", "USDC").with("buy", "WETH"), [reserve0, reserve1])
    } else {
        (drawn.with("sell", "WETH").with("buy", "USDC"), [reserve1, reserve0])
    }
}

fn exact_in(drawn: Operation, random: &mut Random, state: &PairState) -> Operation {
    let (drawn, [reserve_in, reserve_out]) = sides(drawn, random, state);
    let amount = random.amount(U256::from(reserve_in));
    let is_limited = drawn.name().starts_with("swap") && random.chance(30);
    let drawn = drawn.amount("amount", amount);
    match library::amount_out(amount, reserve_in, reserve_out, SwapFee::UNISWAP) {
        Ok(out) if is_limited => drawn.amount("min", near(random, out)),
        _ => drawn,
    }
}

fn exact_out(drawn: Operation, random: &mut Random, state: &PairState) -> Operation {
    let (drawn, [reserve_in, reserve_out]) = sides(drawn, random, state);
    let amount = random.amount(U256::from(reserve_out));
    let is_limited = drawn.name().starts_with("swap") && random.chance(30);
    let drawn = drawn.amount("amount", amount);
    match library::amount_in(amount, reserve_in, reserve_out, SwapFee::UNISWAP) {
        Ok(sold) if is_limited => drawn.amount("max", near(random, sold)),
        _ => drawn,
    }
}

/// Amounts in or out of proportion.
fn deposit(twin: &UniswapV2Twin, random: &mut Random, state: &PairState) -> [U256; 2] {
    let [reserve0, reserve1] = state.reserves;
    if reserve0 == 0 || reserve1 == 0 {
        let [bits0, bits1] = twin.bits;
        if random.chance(85) {
            return [random.bits(bits0, bits0 + 2), random.bits(bits1, bits1 + 2)];
        }
        return [random.amount(U256::ONE << 12_usize), random.amount(U256::ONE << 12_usize)];
    }
    let amount0 = random.amount(U256::from(reserve0));
    match library::quote(amount0, reserve0, reserve1) {
        Ok(amount1) if random.chance(60) => [amount0, near(random, amount1)],
        _ => [amount0, random.amount(U256::from(reserve1))],
    }
}

/// A swap on the pair itself: mostly at the limit of what it accepts, sometimes both coins both ways.
fn core_swap(drawn: Operation, random: &mut Random, state: &PairState) -> Operation {
    let [reserve0, reserve1] = state.reserves;
    let first = random.chance(50);
    let [reserve_in, reserve_out] = if first { [reserve0, reserve1] } else { [reserve1, reserve0] };
    let paid = bounded(random.amount(U256::from(reserve_in)));
    let out = library::amount_out(paid, reserve_in, reserve_out, SwapFee::UNISWAP).unwrap_or_default();
    let out = near(random, out);
    let mut amounts = ([U256::ZERO, out], [paid, U256::ZERO]);
    if random.chance(15) {
        amounts.0[0] = random.amount(paid);
    }
    if random.chance(15) {
        amounts.1[1] = bounded(random.amount(out));
    }
    if !first {
        amounts.0.swap(0, 1);
        amounts.1.swap(0, 1);
    }
    drawn.amounts("out", amounts.0).amounts("paid", amounts.1)
}
