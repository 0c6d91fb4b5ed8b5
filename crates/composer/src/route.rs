//! Ways from one asset to another through the venues of the world.

use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, add, mul_div};

use crate::{Action, AmountSpec, StepError, Venue, World};

const LONGEST: usize = 3;
/// Halvings of an amount that is searched for.
const HALVINGS: usize = 40;

/// One change of a route: the venue and the asset that comes out.
pub(crate) type Hop = (VenueId, Asset);

/// An asset on the way: how much of it there is, and how it was come by.
struct Reached {
    amount: TokenAmount,
    path: Vec<Hop>,
}

/// What a venue gives for an asset that it changes at once.
fn outcomes(venue: &Venue, from: Asset) -> Vec<Asset> {
    let others = |coins: &[Asset]| -> Vec<Asset> {
        if coins.contains(&from) {
            coins.iter().copied().filter(|coin| *coin != from).collect()
        } else {
            Vec::new()
        }
    };
    match venue {
        Venue::Pool(pool) => others(pool.coins()),
        Venue::Lending(market) if market.capabilities().exchange => others(&market.assets()),
        Venue::Lending(_) => Vec::new(),
        Venue::Vault(vault) => {
            let back = vault.asset_of(from).filter(|_| vault.capabilities().instant_redeem);
            vault.share(from).into_iter().chain(back).collect()
        }
    }
}

/// What changing `sell` into `to` at one venue gives, in base units, whether it is paused or not.
fn quote(world: &World, id: VenueId, sell: TokenAmount, to: Asset) -> Option<U256> {
    let out = match &world.venues().get(usize::from(id.0))?.venue {
        Venue::Pool(pool) => pool.quote_exact_in(sell, to, world.now).ok().map(|quote| quote.buy.raw),
        Venue::Vault(vault) if vault.share(sell.asset) == Some(to) => {
            vault.preview_deposit(sell, world.now).ok()
        }
        Venue::Vault(vault) => {
            let paid = TokenAmount::new(to, vault.preview_redeem(sell, world.now).ok()?);
            if world.is_share_of(to, id) { Some(paid.raw) } else { Some(world.left_of(id, paid).ok()?.raw) }
        }
        Venue::Lending(market) => {
            let mut market = market.fork();
            market.exchange(world.farmer, sell, to, &world.context()).ok().map(|receipt| receipt.amount)
        }
    };
    // Dust that brings nothing is no way.
    out.filter(|out| !out.is_zero())
}

/// Returns the route that gives the most of `to` for `sell`, over at most three venues, none of them twice.
///
/// Of every asset only the largest amount is followed, so the work grows with the number of venues and not with its cube:
/// more of an asset never buys less.
pub(crate) fn best_route(world: &World, sell: TokenAmount, to: Asset) -> Result<(Vec<Hop>, U256), StepError> {
    if let Some(best) = search(world, sell, to, |id| !world.is_paused(id)) {
        return Ok(best);
    }
    let from = sell.asset;
    if world.venue_ids().any(|id| world.is_paused(id))
        && let Some((route, _)) = search(world, sell, to, |_| true)
        && let Some((at, _)) = route.iter().find(|(at, _)| world.is_paused(*at))
    {
        return Err(StepError::RoutePaused { from, to, venue: world.name(*at).into() });
    }
    Err(StepError::NoRoute { from, to })
}

/// The best route over the venues that are `open`.
fn search(
    world: &World,
    sell: TokenAmount,
    to: Asset,
    open: impl Fn(VenueId) -> bool,
) -> Option<(Vec<Hop>, U256)> {
    let mut best: Option<(Vec<Hop>, U256)> = None;
    let mut reached = vec![Reached { amount: sell, path: Vec::new() }];
    for _ in 0..LONGEST {
        let mut next: Vec<Reached> = Vec::new();
        for (id, slot) in world.venue_ids().zip(world.venues()).filter(|(id, _)| open(*id)) {
            for from in &reached {
                if used(&from.path, &slot.venue, id) {
                    continue;
                }
                for coin in outcomes(&slot.venue, from.amount.asset) {
                    if coin == sell.asset {
                        continue;
                    }
                    let Some(out) = quote(world, id, from.amount, coin) else { continue };
                    let path = || from.path.iter().copied().chain([(id, coin)]).collect();
                    if coin == to {
                        if best.as_ref().is_none_or(|(_, most)| out > *most) {
                            best = Some((path(), out));
                        }
                        continue;
                    }
                    let amount = TokenAmount::new(coin, out);
                    match next.iter_mut().find(|known| known.amount.asset == coin) {
                        Some(known) if known.amount.raw >= out => {}
                        Some(known) => *known = Reached { amount, path: path() },
                        None => next.push(Reached { amount, path: path() }),
                    }
                }
            }
        }
        reached = next;
    }
    best
}

/// Whether a route has been at a venue whose answer would then be another. A vault's two shares do not disturb each other.
fn used(path: &[Hop], venue: &Venue, id: VenueId) -> bool {
    !matches!(venue, Venue::Vault(_)) && path.iter().any(|(used, _)| *used == id)
}

/// What `sell` becomes along a route.
fn quote_along(world: &World, sell: TokenAmount, route: &[Hop]) -> Option<U256> {
    let mut amount = sell;
    for (id, to) in route {
        amount = TokenAmount::new(*to, quote(world, *id, amount, *to)?);
    }
    Some(amount.raw)
}

/// The actions of a route: each but the first uses what the one before brought.
pub(crate) fn along(world: &World, first: AmountSpec, route: &[Hop]) -> Vec<Action> {
    let mut from = first;
    let mut actions = Vec::with_capacity(route.len());
    for (at, to) in route {
        actions.push(change(world, *at, from, *to));
        from = AmountSpec::Received(*to);
    }
    actions
}

/// The action that changes `from` into `to` at a venue.
fn change(world: &World, at: VenueId, from: AmountSpec, to: Asset) -> Action {
    match world.vault(at) {
        Ok(vault) if vault.share(from.asset()) == Some(to) => Action::Deposit { at, amount: from },
        Ok(_) => Action::Redeem { at, amount: from, max_loss: rust_decimal::Decimal::ONE },
        Err(_) => Action::Swap { at, from, to, max_slippage: None },
    }
}

/// Returns the pool that sells `buy` for the least of `from` in one swap, with what it takes.
pub(crate) fn best_exact_out(world: &World, from: Asset, buy: TokenAmount) -> Option<(VenueId, U256)> {
    world
        .venue_ids()
        .filter_map(|id| {
            let pool = world.find_pool(id).filter(|_| !world.is_paused(id))?;
            let quote = pool.quote_exact_out(from, buy, world.now).ok()?;
            Some((id, quote.sell.raw))
        })
        .min_by_key(|(_, sell)| *sell)
}

/// Returns a route from `from` to at least `buy`, and an amount of `from` close above the least that it takes; `None` where
/// `most` does not buy so much.
pub(crate) fn least_for(world: &World, most: TokenAmount, buy: TokenAmount) -> Option<(Vec<Hop>, U256)> {
    let (route, bought) = best_route(world, most, buy.asset).ok()?;
    if bought < buy.raw {
        return None;
    }
    let (mut low, mut high) = (U256::ZERO, most.raw);
    // The curve bends down: in proportion, less than what is needed is bought.
    if let Ok(straight) = mul_div(most.raw, buy.raw, bought, Rounding::Up) {
        high = straight.min(high);
    }
    let enough = |raw: U256| {
        quote_along(world, TokenAmount::new(most.asset, raw), &route).is_some_and(|out| out >= buy.raw)
    };
    if !enough(high) {
        high = most.raw;
    }
    for _ in 0..HALVINGS {
        let gap = high.saturating_sub(low);
        if gap <= U256::ONE {
            break;
        }
        let middle = add(low, gap >> 1_usize).ok()?;
        if enough(middle) { high = middle } else { low = middle }
    }
    Some((route, high))
}
