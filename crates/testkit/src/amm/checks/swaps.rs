//! Checks of swaps and quotes.

use levmine_amm::{AmmError, Operation, Pool, Quote};
use levmine_market::{Asset, Moment, TokenAmount};
use levmine_math::{Rounding, U256, mul_div};

use crate::amm::sandbox::{after_random_life, net};
use crate::amm::{PoolSetup, Sandbox};
use crate::books::FRESH;
use crate::generate::pool::reserve;
use crate::suite::{Outcome, ensure, excluded};

const LIFE: usize = 12;

/// All ordered pairs of coins.
fn pairs(sandbox: &Sandbox) -> Vec<(Asset, Asset)> {
    let coins = sandbox.pool.coins();
    coins.iter().flat_map(|sell| coins.iter().map(move |buy| (*sell, *buy))).filter(|(a, b)| a != b).collect()
}

/// Amounts of every order of magnitude up to three times `whole`.
fn sizes(whole: U256) -> Vec<U256> {
    let part = |up: u64, down: u64| {
        mul_div(whole, U256::from(up), U256::from(down), Rounding::Down).unwrap_or(whole)
    };
    let mut sizes = vec![U256::ONE, U256::from(2), U256::from(997)];
    for (up, down) in
        [(1, 1_000_000_007), (1, 1_000_003), (3, 10_000), (1, 997), (1, 37), (1, 3), (1, 1), (3, 1)]
    {
        sizes.push(part(up, down));
    }
    sizes.sort();
    sizes.dedup();
    sizes.retain(|size| !size.is_zero());
    sizes
}

/// The same answer, or the same refusal.
fn same(quote: &Result<Quote, AmmError>, swap: &Result<Quote, AmmError>) -> bool {
    match (quote, swap) {
        (Ok(quote), Ok(swap)) => quote == swap,
        (Err(quote), Err(swap)) => quote.to_string() == swap.to_string() && quote.code() == swap.code(),
        _ => false,
    }
}

pub(super) fn quote_is_the_swap(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "quote_is_the_swap", LIFE, |sandbox| {
        let now = sandbox.now;
        for (sell, buy) in pairs(sandbox) {
            let mut all = sizes(reserve(&*sandbox.pool, sell));
            all.extend([U256::ZERO, U256::MAX]);
            for units in all {
                let selling = TokenAmount::new(sell, units);
                let quote = sandbox.pool.quote_exact_in(selling, buy, now);
                let mut pool = sandbox.pool.fork();
                let swap = pool.swap_exact_in(FRESH, selling, buy, U256::ZERO, now).map(|swap| swap.quote);
                ensure!(
                    same(&quote, &swap),
                    "selling {selling} for {buy}: the quote was {quote:?}, the swap {swap:?}"
                );
                let buying = TokenAmount::new(buy, units);
                let quote = sandbox.pool.quote_exact_out(sell, buying, now);
                let mut pool = sandbox.pool.fork();
                let swap = pool.swap_exact_out(FRESH, sell, U256::MAX, buying, now).map(|swap| swap.quote);
                ensure!(
                    same(&quote, &swap),
                    "buying {buying} with {sell}: the quote was {quote:?}, the swap {swap:?}"
                );
            }
        }
        Ok(())
    })
}

pub(super) fn round_trip_never_profits(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "round_trip_never_profits", LIFE, |sandbox| {
        for (sell, buy) in pairs(sandbox) {
            for units in sizes(reserve(&*sandbox.pool, sell)) {
                let mut sandbox = sandbox.fork();
                let there = Operation::SwapExactIn(FRESH, TokenAmount::new(sell, units), buy, U256::ZERO);
                let Some((_, got)) = net(&mut sandbox, &there, buy)? else { continue };
                let back = Operation::SwapExactIn(FRESH, TokenAmount::new(buy, got), sell, U256::ZERO);
                let Some((_, returned)) = net(&mut sandbox, &back, sell)? else { continue };
                let most = units.saturating_add(setup.slack(sell));
                ensure!(
                    returned <= most,
                    "{}",
                    sandbox.story(&format!(
                        "expected at most {most} base units of {sell} back, found {returned}"
                    ))
                );
            }
        }
        Ok(())
    })
}

pub(super) fn more_in_never_gives_less(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "more_in_never_gives_less", LIFE, |sandbox| {
        let (pool, now) = (&sandbox.pool, sandbox.now);
        for (sell, buy) in pairs(sandbox) {
            let neighbours = |whole: U256| {
                sizes(whole).into_iter().flat_map(|size| [size, size.saturating_add(U256::ONE)])
            };
            let mut last: Option<Quote> = None;
            for units in neighbours(reserve(&**pool, sell)) {
                let Ok(quote) = pool.quote_exact_in(TokenAmount::new(sell, units), buy, now) else {
                    continue;
                };
                if let Some(before) = last.filter(|before| before.sell.raw <= units) {
                    ensure!(
                        quote.buy.raw.saturating_add(setup.slack(buy)) >= before.buy.raw,
                        "selling {units} base units of {sell}: expected at least what less brings, {before:?}, found {quote:?}"
                    );
                }
                last = Some(quote);
            }
            let mut last: Option<Quote> = None;
            for units in neighbours(reserve(&**pool, buy)) {
                let Ok(quote) = pool.quote_exact_out(sell, TokenAmount::new(buy, units), now) else {
                    continue;
                };
                if let Some(before) = last.filter(|before| before.buy.raw <= units) {
                    ensure!(
                        quote.sell.raw.saturating_add(setup.slack(sell)) >= before.sell.raw,
                        "buying {units} base units of {buy}: expected at least what less costs, {before:?}, found {quote:?}"
                    );
                }
                last = Some(quote);
            }
        }
        Ok(())
    })
}

pub(super) fn exact_out_inverts_exact_in(setup: &PoolSetup) -> Outcome {
    if !setup.pool.capabilities().exact_out {
        return excluded("the pool has no swaps to an exact output");
    }
    after_random_life(setup, "exact_out_inverts_exact_in", LIFE, |sandbox| {
        for (sell, buy) in pairs(sandbox) {
            inverts(setup, &*sandbox.pool, sell, buy, sandbox.now)?;
        }
        Ok(())
    })
}

fn inverts(setup: &PoolSetup, pool: &dyn Pool, sell: Asset, buy: Asset, now: Moment) -> Result<(), String> {
    for units in sizes(reserve(pool, buy)) {
        let Ok(asked) = pool.quote_exact_out(sell, TokenAmount::new(buy, units), now) else { continue };
        let Ok(given) = pool.quote_exact_in(asked.sell, buy, now) else { continue };
        ensure!(
            given.buy.raw.saturating_add(setup.slack(buy)) >= units,
            "buying {units} base units of {buy} costs {asked:?}; expected that to buy as much, found {given:?}"
        );
    }
    for units in sizes(reserve(pool, sell)) {
        let Ok(given) = pool.quote_exact_in(TokenAmount::new(sell, units), buy, now) else { continue };
        let Ok(asked) = pool.quote_exact_out(sell, given.buy, now) else { continue };
        // One unit is what contracts add to a quotient instead of rounding it up.
        let most = units.saturating_add(setup.slack(sell)).saturating_add(U256::ONE);
        ensure!(
            asked.sell.raw <= most,
            "{units} base units of {sell} buy {given:?}; expected as much to be asked for it, found {asked:?}"
        );
    }
    Ok(())
}

pub(super) fn the_spot_rate_is_never_beaten(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "the_spot_rate_is_never_beaten", LIFE, |sandbox| {
        let (pool, now) = (&sandbox.pool, sandbox.now);
        for (sell, buy) in pairs(sandbox) {
            let Ok(rate) = pool.spot_rate(sell, buy, now) else { continue };
            for units in sizes(reserve(&**pool, sell)) {
                let Ok(quote) = pool.quote_exact_in(TokenAmount::new(sell, units), buy, now) else {
                    continue;
                };
                let most = mul_div(units, rate.buy, rate.sell, Rounding::Up).unwrap_or(U256::MAX);
                // The rate may be a fraction of limited precision: a billionth is let through.
                let most =
                    most.saturating_add(most / U256::from(1_000_000_000)).saturating_add(setup.slack(buy));
                ensure!(
                    quote.buy.raw <= most,
                    "selling {units} base units of {sell} at a marginal rate of {rate:?}: expected at most {most} of {buy}, found {quote:?}"
                );
            }
        }
        Ok(())
    })
}
