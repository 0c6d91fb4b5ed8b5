//! Ways from one asset to another through the pools of the world.

use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::U256;

use crate::{StepError, World};

const LONGEST: usize = 3;

/// One swap of a route: the pool and the asset that comes out.
pub(crate) type Hop = (VenueId, Asset);

/// Returns the route that gives the most of `to` for `sell`, over at most three pools.
pub(crate) fn best_route(world: &World, sell: TokenAmount, to: Asset) -> Result<(Vec<Hop>, U256), StepError> {
    let mut best: Option<(Vec<Hop>, U256)> = None;
    search(world, sell, to, &mut Vec::new(), &mut best);
    best.ok_or(StepError::NoRoute { from: sell.asset, to })
}

fn search(
    world: &World,
    sell: TokenAmount,
    to: Asset,
    path: &mut Vec<Hop>,
    best: &mut Option<(Vec<Hop>, U256)>,
) {
    if path.len() == LONGEST {
        return;
    }
    for id in world.venue_ids() {
        let Ok(pool) = world.pool(id) else { continue };
        if !pool.coins().contains(&sell.asset) || path.iter().any(|(used, _)| *used == id) {
            continue;
        }
        for coin in pool.coins().iter().filter(|coin| **coin != sell.asset) {
            let Ok(quote) = pool.quote_exact_in(sell, *coin, world.now) else { continue };
            path.push((id, *coin));
            if *coin == to {
                if best.as_ref().is_none_or(|(_, most)| quote.buy.raw > *most) {
                    *best = Some((path.clone(), quote.buy.raw));
                }
            } else {
                search(world, quote.buy, to, path, best);
            }
            path.pop();
        }
    }
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
