//! Ways from one asset to another through the pools of the world.

use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::U256;

use crate::{StepError, World};

const LONGEST: usize = 3;

/// One swap of a route: the pool and the asset that comes out.
pub(crate) type Hop = (VenueId, Asset);

/// An asset on the way: how much of it there is, and how it was come by.
struct Reached {
    amount: TokenAmount,
    path: Vec<Hop>,
}

/// Returns the route that gives the most of `to` for `sell`, over at most three pools, none of them twice.
///
/// Of every asset only the largest amount is followed, so the work grows with the number of pools and not with its cube:
/// more of an asset never buys less.
pub(crate) fn best_route(world: &World, sell: TokenAmount, to: Asset) -> Result<(Vec<Hop>, U256), StepError> {
    let mut best: Option<(Vec<Hop>, U256)> = None;
    let mut reached = vec![Reached { amount: sell, path: Vec::new() }];
    for _ in 0..LONGEST {
        let mut next: Vec<Reached> = Vec::new();
        for id in world.venue_ids() {
            let Ok(pool) = world.pool(id) else { continue };
            for from in &reached {
                if !pool.coins().contains(&from.amount.asset) || from.path.iter().any(|(used, _)| *used == id)
                {
                    continue;
                }
                for coin in pool.coins().iter().filter(|coin| ![from.amount.asset, sell.asset].contains(coin))
                {
                    let Ok(quote) = pool.quote_exact_in(from.amount, *coin, world.now) else { continue };
                    let path = || from.path.iter().copied().chain([(id, *coin)]).collect();
                    if *coin == to {
                        if best.as_ref().is_none_or(|(_, most)| quote.buy.raw > *most) {
                            best = Some((path(), quote.buy.raw));
                        }
                        continue;
                    }
                    match next.iter_mut().find(|known| known.amount.asset == *coin) {
                        Some(known) if known.amount.raw >= quote.buy.raw => {}
                        Some(known) => *known = Reached { amount: quote.buy, path: path() },
                        None => next.push(Reached { amount: quote.buy, path: path() }),
                    }
                }
            }
        }
        reached = next;
    }
    best.ok_or(StepError::NoRoute { from: sell.asset, to })
}

/// Returns the pool that sells `buy` for the least of `from` in one swap, with what it takes.
pub(crate) fn best_exact_out(world: &World, from: Asset, buy: TokenAmount) -> Option<(VenueId, U256)> {
    world
        .venue_ids()
        .filter_map(|id| {
            let pool = world.pool(id).ok()?;
            let quote = pool.quote_exact_out(from, buy, world.now).ok()?;
            Some((id, quote.sell.raw))
        })
        .min_by_key(|(_, sell)| *sell)
}
