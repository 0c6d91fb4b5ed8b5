//! Having certain amounts in the wallet at the end, by selling as little as possible of everything else.

use levmine_market::{Asset, Holder, TokenAmount};
use levmine_math::U256;

use crate::apart::is_pooled;
use crate::route::{along, best_exact_out, best_route, least_for};
use crate::{Action, AmountSpec, StepError, World};

/// A sale for less than one part in this many of what is missing is not made.
const DUST: u64 = 1_000_000;

/// What to do next so that the wallet holds all of `amounts`; `None` when it does.
pub(crate) fn round(world: &World, amounts: &[TokenAmount]) -> Result<Option<Vec<Action>>, StepError> {
    let short = amounts.iter().find(|needed| world.wallet(needed.asset) < needed.raw);
    let Some(needed) = short else { return Ok(None) };
    let available = world.wallet(needed.asset);
    let missing = TokenAmount::new(needed.asset, needed.raw.saturating_sub(available));
    if let Some(actions) = buy(world, missing, amounts)? {
        return Ok(Some(actions));
    }
    if let Some(action) = crate::apart::next(world, &[])? {
        return Ok(Some(vec![action]));
    }
    Err(StepError::WalletTooSmall { needed: *needed, available: TokenAmount::new(needed.asset, available) })
}

/// Buys `missing` with what the wallet holds of another asset beyond what `keep` wants of it: as little as needed where it
/// is worth enough, else all of what is worth the most.
pub(crate) fn buy(
    world: &World,
    missing: TokenAmount,
    keep: &[TokenAmount],
) -> Result<Option<Vec<Action>>, StepError> {
    let kept = |asset: Asset| {
        let of_asset = keep.iter().filter(|amount| amount.asset == asset);
        of_asset.fold(U256::ZERO, |sum, amount| sum.saturating_add(amount.raw))
    };
    let mut sources: Vec<TokenAmount> = Vec::new();
    for held in world.journal.balances(Holder::Wallet(world.farmer)) {
        let free = TokenAmount::new(held.asset, held.raw.saturating_sub(kept(held.asset)));
        if held.asset != missing.asset && !free.is_zero() && !is_pooled(world, held)? {
            sources.push(free);
        }
    }
    // One swap for exactly what is missing, else a way of several.
    for free in &sources {
        if let Some((at, needed)) = best_exact_out(world, free.asset, missing)
            && needed <= free.raw
        {
            return Ok(Some(vec![Action::SwapFor { at, from: free.asset, buy: missing }]));
        }
    }
    for free in &sources {
        if let Some((route, least)) = least_for(world, *free, missing) {
            let amount = AmountSpec::Exact(TokenAmount::new(free.asset, least));
            return Ok(Some(along(world, amount, &route)));
        }
    }
    let mut best: Option<(U256, Vec<Action>)> = None;
    for free in sources {
        let Ok((route, got)) = best_route(world, free, missing.asset) else { continue };
        // A few base units that a rounding left are not worth the gas.
        if got < missing.raw / U256::from(DUST) {
            continue;
        }
        if best.as_ref().is_none_or(|(most, _)| got > *most) {
            best = Some((got, along(world, AmountSpec::Exact(free), &route)));
        }
    }
    Ok(best.map(|(_, actions)| actions))
}
