//! Which operation comes next.

use levmine_curve_stableswap::Payment;
use levmine_math::U256;
use serde_json::{Value, json};

use super::contracts::{ACCOUNTS, DECIMALS};
use super::twin::CurveTwin;
use crate::Operation;
use crate::random::Random;

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &CurveTwin, random: &mut Random) -> Operation {
    let pool = twin.market().pool();
    let wait = if random.chance(70) { random.below(20) } else { random.wait() };
    let time = twin.now.saturating_add(wait);
    let who = random.pick(&ACCOUNTS);
    let name = name(random, pool.state().supply.is_zero());
    let drawn = Operation::new(name, time).by(who);
    let balances = pool.state().stored;
    let at = |coin: usize| balances.get(coin).copied().unwrap_or_default();
    match name {
        "exchange" | "get_dy" => {
            let (i, j) = coins(random);
            let dx = random.amount(at(i));
            let drawn = drawn.with("i", i.to_string()).with("j", j.to_string()).amount("dx", dx);
            if name == "get_dy" || random.chance(60) {
                return drawn;
            }
            let mut copy = *pool;
            let rates = *pool.own_rates();
            let swapped = copy.exchange([i, j], dx, U256::ZERO, Payment::Taken, &rates, time);
            let min = swapped.map_or(dx, |swapped| near(random, swapped.paid));
            drawn.amount("min_dy", min)
        }
        "swap_exact_in" | "quote_exact_in" => {
            let (i, j) = (random.below(4), random.below(4));
            let symbol = |coin: u64| twin.symbol(usize::try_from(coin).unwrap_or_default());
            let amount = random.amount(at(usize::try_from(i).unwrap_or_default())).max(U256::ONE);
            drawn.with("sell", symbol(i)).with("buy", symbol(j)).amount("amount", amount)
        }
        "add_liquidity_raw" => {
            let amounts = deposit(twin, random, &balances);
            let drawn = drawn.with("amounts", list(&amounts));
            if random.chance(70) {
                return drawn;
            }
            let mut copy = *pool;
            let rates = *pool.own_rates();
            let added = copy.add_liquidity(&amounts, U256::ZERO, &rates, time);
            let min = added.map_or(U256::ONE, |added| near(random, added.minted));
            drawn.amount("min_mint", min)
        }
        "remove_liquidity_raw" => {
            let burned = random.amount(twin.shares_of(who));
            let drawn = drawn.amount("lp", burned);
            let mut min = vec![U256::ZERO; 4];
            let mut copy = *pool;
            if random.chance(30)
                && let Ok(removed) = copy.remove_liquidity(burned, &min, true, time)
            {
                min = removed.amounts.iter().map(|amount| near(random, *amount)).collect();
            }
            drawn.with("min_amounts", list(&min))
        }
        "remove_liquidity_imbalance" => {
            let part = |random: &mut Random, coin: usize| match random.below(4) {
                0 => U256::ZERO,
                1 => random.amount(at(coin)),
                _ => random.amount(at(coin) >> 4_usize),
            };
            let amounts: Vec<U256> = (0..4).map(|coin| part(random, coin)).collect();
            let drawn = drawn.with("amounts", list(&amounts));
            if random.chance(60) {
                return drawn;
            }
            let mut copy = *pool;
            let rates = *pool.own_rates();
            let removed = copy.remove_imbalance(&amounts, U256::MAX, &rates, time);
            let max = removed.map_or(U256::ONE, |removed| near(random, removed.burned));
            drawn.amount("max_burn", max)
        }
        "calc_token_amount" => {
            let amounts: Vec<U256> = (0..4).map(|coin| random.amount(at(coin))).collect();
            drawn.with("amounts", list(&amounts)).with("deposit", random.chance(50))
        }
        "transfer_to_pool" => {
            let coin = random.below(4);
            let part = at(usize::try_from(coin).unwrap_or_default()) >> 6_usize;
            let amount = random.amount(part) >> 100_usize;
            drawn.with("coin", coin.to_string()).amount("amount", amount)
        }
        "commit_new_parameters" => {
            let a = random.pick(&[0, 1, 2, 10, 100, 600, 5_000, 1_000_000, 1_000_001]);
            let half = 5_000_000_000_u64;
            let fee = random.pick(&[0, 1, 999_999, 4_000_000, 100_000_000, half, half + 1]);
            let admin = random.pick(&[0, 1, 1_000_000_000, 3_333_333_333, half, half, half + 1]);
            let drawn = drawn.with("A", a.to_string()).with("fee", fee.to_string());
            owner(drawn.with("admin_fee", admin.to_string()), random)
        }
        "apply_new_parameters" => {
            let mut drawn = owner(drawn, random);
            let deadline = pool.state().pending.deadline;
            if deadline > twin.now && random.chance(80) {
                // At the very second, or one before.
                drawn = drawn.with("t", deadline - random.below(2));
            }
            drawn
        }
        "revert_new_parameters" | "withdraw_admin_fees" | "kill_me" | "unkill_me" => owner(drawn, random),
        _ => drawn,
    }
}

fn name(random: &mut Random, is_empty: bool) -> &'static str {
    if is_empty {
        return random.weighted(&[
            (60, "add_liquidity_raw"),
            (4, "exchange"),
            (4, "remove_liquidity_raw"),
            (2, "remove_liquidity_imbalance"),
            (2, "get_dy"),
            (2, "calc_token_amount"),
            (2, "transfer_to_pool"),
            (2, "withdraw_admin_fees"),
            (6, "commit_new_parameters"),
            (6, "apply_new_parameters"),
            (3, "unkill_me"),
        ]);
    }
    random.weighted(&[
        (26, "exchange"),
        (6, "swap_exact_in"),
        (2, "quote_exact_in"),
        (5, "get_dy"),
        (14, "add_liquidity_raw"),
        (10, "remove_liquidity_raw"),
        (10, "remove_liquidity_imbalance"),
        (4, "calc_token_amount"),
        (2, "transfer_to_pool"),
        (5, "commit_new_parameters"),
        (6, "apply_new_parameters"),
        (1, "revert_new_parameters"),
        (4, "withdraw_admin_fees"),
        (1, "kill_me"),
        (4, "unkill_me"),
    ])
}

fn owner(drawn: Operation, random: &mut Random) -> Operation {
    if random.chance(90) { drawn.by("admin") } else { drawn }
}

/// Mostly two different coins; now and then the same one, or one that is not there.
fn coins(random: &mut Random) -> (usize, usize) {
    let mut coin = || if random.chance(97) { random.below(4) } else { 4 + random.below(3) };
    let (i, j) = (coin(), coin());
    (usize::try_from(i).unwrap_or_default(), usize::try_from(j).unwrap_or_default())
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

fn deposit(twin: &CurveTwin, random: &mut Random, balances: &[U256]) -> Vec<U256> {
    let scale = |coin: usize, amount: U256| {
        let decimals = DECIMALS.get(coin).copied().unwrap_or(18);
        amount / U256::from(10).pow(U256::from(18 - decimals))
    };
    if twin.market().pool().state().supply.is_zero() {
        let bits = twin.bits;
        return (0..4).map(|coin| scale(coin, random.bits(bits, bits + 3))).collect();
    }
    let parts: Vec<U256> = balances.to_vec();
    let is_even = random.chance(40);
    let shift = usize::try_from(random.below(12)).unwrap_or_default();
    parts
        .into_iter()
        .map(|balance| {
            if is_even {
                balance >> shift
            } else if random.chance(40) {
                U256::ZERO
            } else {
                random.amount(balance)
            }
        })
        .collect()
}

fn list(amounts: &[U256]) -> Value {
    amounts.iter().map(|amount| json!(amount.to_string())).collect()
}
