//! Checks against outside prices.

use levmine_amm::{Amounts, Deposit, Operation, arbitrage, zap_split};
use levmine_market::{Asset, PriceBook, TokenAmount};
use levmine_math::{Rounding, U256, Wad, mul_div};

use crate::amm::sandbox::after_random_life;
use crate::amm::{PoolSetup, Sandbox, Settled};
use crate::books::FRESH;
use crate::generate::pool::{pair, range_around_spot, reserve};
use crate::stub::dollars;
use crate::suite::{Outcome, ensure, excluded};

const LIFE: usize = 12;

/// The prices at which the pool stands, its first coin being a hundred dollars.
fn prices_of(sandbox: &Sandbox) -> Option<PriceBook> {
    let coins = sandbox.pool.coins();
    let first = coins.first().copied()?;
    let mut prices = PriceBook::new();
    prices.set(first, dollars(100));
    for coin in coins.iter().skip(1) {
        let rate = sandbox.pool.spot_rate(*coin, first, sandbox.now).ok()?;
        // Value of a whole coin: its units at the rate are units of the first coin.
        let unit = levmine_math::pow10(u32::from(coin.decimals())).ok()?;
        let in_first =
            mul_div(unit, rate.buy.checked_mul(dollars(100).0.raw())?, rate.sell, Rounding::Down).ok()?;
        let price = in_first / levmine_math::pow10(u32::from(first.decimals())).ok()?;
        // Of a few units of the last place a price says too little to tell a gain by.
        if price < U256::from(1_000_000_000_u64) {
            return None;
        }
        prices.set(*coin, levmine_market::Price(Wad::from_raw(price)));
    }
    Some(prices)
}

pub(super) fn fair_value_ignores_swaps(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "fair_value_ignores_swaps", LIFE, |life| {
        let Some(prices) = prices_of(life) else { return Ok(()) };
        let Some((first, second)) = pair(&*life.pool, 0, 0) else { return Ok(()) };
        for (sell, buy) in [(first, second), (second, first)] {
            for part in [100_000_u64, 1_000, 50, 10] {
                let mut sandbox = life.fork();
                let value = |sandbox: &Sandbox| all_shares(sandbox, &prices);
                let Some(before) = value(&sandbox) else { return Ok(()) };
                let units = reserve(&*sandbox.pool, sell) / U256::from(part);
                let selling = TokenAmount::new(sell, units);
                let Ok(quote) = sandbox.pool.quote_exact_in(selling, buy, sandbox.now) else { continue };
                let Settled::Done(_) =
                    sandbox.act(&Operation::SwapExactIn(FRESH, selling, buy, U256::ZERO))?
                else {
                    continue;
                };
                let Some(after) = value(&sandbox) else { return Ok(()) };
                let worth = |amount| prices.value(amount).map(Wad::raw).unwrap_or(U256::MAX);
                let fees = worth(quote.fees.liquidity).saturating_add(worth(quote.fees.protocol));
                // Rounding: of the values, and of whole base units of either coin.
                let units = worth(TokenAmount::new(sell, U256::from(2)))
                    .saturating_add(worth(TokenAmount::new(buy, U256::from(2))));
                let rounding = (before.raw() / U256::from(1_000_000_000)).saturating_add(units);
                let (low, high) = (
                    before.raw().saturating_sub(rounding),
                    before.raw().saturating_add(rounding).saturating_add(fees.saturating_mul(U256::from(2))),
                );
                ensure!(
                    after.raw() >= low && after.raw() <= high,
                    "{}",
                    sandbox.story(&format!(
                        "selling {selling} (fees worth {}): expected a fair value between {} and {}, found {after}",
                        Wad::from_raw(fees),
                        Wad::from_raw(low),
                        Wad::from_raw(high)
                    ))
                );
            }
        }
        Ok(())
    })
}

/// The fair value of all shares; nothing for pools so small that rounding is all there is.
fn all_shares(sandbox: &Sandbox, prices: &PriceBook) -> Option<Wad> {
    let mut sum = Wad::ZERO;
    for shares in sandbox.pool.issued() {
        sum = sum.add(sandbox.pool.fair_value(shares, prices, sandbox.now).ok()?).ok()?;
    }
    let small = sandbox.pool.reserves().iter().any(|reserve| *reserve < U256::from(1_000_000));
    (!small).then_some(sum)
}

pub(super) fn arbitrage_moves_to_the_price(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "arbitrage_moves_to_the_price", LIFE, |life| {
        let Some(standing) = prices_of(life) else { return Ok(()) };
        let Some((first, _)) = pair(&*life.pool, 0, 0) else { return Ok(()) };
        for thousandths in [1_000_u64, 1_001, 990, 1_100, 700, 2_000] {
            let mut prices = standing.clone();
            let Some(price) = prices.find(first) else { return Ok(()) };
            let moved = mul_div(price.0.raw(), U256::from(thousandths), U256::from(1_000), Rounding::Down);
            prices.set(first, levmine_market::Price(Wad::from_raw(moved.unwrap_or_default())));
            let mut pool = life.pool.fork();
            let before = pool.dump();
            let swap = arbitrage(&mut *pool, FRESH, &prices, life.now).map_err(|error| error.to_string())?;
            if swap.is_none() {
                let change = crate::books::difference(&before, &pool.dump());
                ensure!(
                    change.is_none(),
                    "arbitrage found no trade; expected an unchanged pool, found {change:?}"
                );
            }
            if let Some((selling, gain)) = best_gain(&*pool, &prices, life.now) {
                return Err(format!(
                    "{first} at {thousandths} thousandths of where the pool stood, and arbitrage done ({swap:?}): expected no gain to be left, found {gain} for selling {selling}"
                ));
            }
        }
        Ok(())
    })
}

/// A trade that gains more than a hundred-thousandth of what is sold and more than rounding, if there is one.
fn best_gain(
    pool: &dyn levmine_amm::Pool,
    prices: &PriceBook,
    now: levmine_market::Moment,
) -> Option<(TokenAmount, Wad)> {
    let coins = pool.coins();
    for sell in coins {
        for buy in coins.iter().filter(|buy| *buy != sell) {
            for part in [1_000_003_u64, 10_007, 997, 101, 11] {
                let selling = TokenAmount::new(*sell, reserve(pool, *sell) / U256::from(part));
                let Ok(quote) = pool.quote_exact_in(selling, *buy, now) else { continue };
                let worth = |amount: TokenAmount| prices.value(amount).map(Wad::raw).unwrap_or_default();
                let units = worth(TokenAmount::new(*sell, U256::from(3)))
                    .saturating_add(worth(TokenAmount::new(*buy, U256::from(3))));
                let given = worth(selling);
                let least = given.saturating_add(given / U256::from(100_000)).saturating_add(units);
                let gain = worth(quote.buy).saturating_sub(given);
                if worth(quote.buy) > least {
                    return Some((selling, Wad::from_raw(gain)));
                }
            }
        }
    }
    None
}

pub(super) fn zap_leaves_little(setup: &PoolSetup) -> Outcome {
    let can = setup.pool.capabilities();
    if setup.pool.coins().len() != 2 {
        return excluded("zaps are for two coins");
    }
    if can.unbalanced_add {
        return excluded("liquidity can be added out of proportion");
    }
    after_random_life(setup, "zap_leaves_little", LIFE, |life| {
        let Some((first, second)) = pair(&*life.pool, 0, 0) else { return Ok(()) };
        if life.pool.reserves().iter().any(|reserve| *reserve < U256::from(1_000_000_000)) {
            return Ok(());
        }
        for (a, b) in [(1_000_u64, 0_u64), (0, 1_000), (10_000, 100), (10, 0), (500, 500)] {
            // Ten-thousandths of a tenth of the reserves.
            let part = |coin: Asset, of: u64| {
                mul_div(reserve(&*life.pool, coin), U256::from(of), U256::from(100_000), Rounding::Down)
                    .unwrap_or_default()
            };
            let mut amounts: Amounts = [part(first, a), part(second, b)].into_iter().collect();
            let mut sandbox = life.fork();
            // Where liquidity has a range, the swap is for that range.
            let range = range_around_spot(&*sandbox.pool, sandbox.now);
            let deposit = Deposit { range, ..Deposit::of(amounts.clone()) };
            let swap = if can.fungible_shares {
                zap_split(&*sandbox.pool, &amounts, sandbox.now)
            } else {
                sandbox.pool.zap_swap_for(&deposit, sandbox.now)
            };
            let swap = swap.map_err(|error| {
                sandbox.story(&format!("expected a proposal for {amounts:?}, found \"{error}\""))
            })?;
            if let Some((selling, buy)) = swap {
                let quote = sandbox
                    .pool
                    .quote_exact_in(selling, buy, sandbox.now)
                    .map_err(|error| error.to_string())?;
                let Settled::Done(_) =
                    sandbox.act(&Operation::SwapExactIn(FRESH, selling, buy, U256::ZERO))?
                else {
                    continue;
                };
                for (coin, amount) in [first, second].into_iter().zip(&mut amounts) {
                    if coin == selling.asset {
                        ensure!(
                            *amount >= selling.raw,
                            "expected a swap of what is there, {amount}, found {selling:?}"
                        );
                        *amount = amount.saturating_sub(selling.raw);
                    } else {
                        *amount = amount.saturating_add(quote.buy.raw);
                    }
                }
            }
            let deposit = Deposit { amounts: amounts.clone(), ..deposit };
            let Ok(added) = sandbox.pool.fork().add_liquidity(FRESH, &deposit, sandbox.now) else { continue };
            for (given, used) in amounts.iter().zip(&added.used) {
                let left = given.saturating_sub(*used);
                let allowed = (*given / U256::from(1_000)).saturating_add(U256::from(10));
                ensure!(
                    left <= allowed,
                    "{}",
                    sandbox.story(&format!(
                        "adding {amounts:?}: expected nearly all to be used, found {:?}",
                        added.used
                    ))
                );
            }
        }
        Ok(())
    })
}
