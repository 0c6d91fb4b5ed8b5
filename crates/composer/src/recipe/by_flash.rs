//! Paying debt with collateral that is not free, by a flash loan.

use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{U256, add};

use crate::apart::{apart, is_pooled};
use crate::route::{along, best_exact_out, best_route, least_for};
use crate::{Action, AmountSpec, Step, StepError, World};

/// Steps that repay `debt` at `at` with collateral: a flash loan pays, the collateral comes free and is sold for what the
/// loan asks back. `None` when no market of the world lends so much for a transaction, or no pool sells the collateral.
///
/// `collateral` is what may be taken out at most; of a token that a pool trades only as much as is needed is taken.
pub(crate) fn repay_with_collateral(
    world: &World,
    at: VenueId,
    debt: TokenAmount,
    collateral: TokenAmount,
) -> Result<Option<Vec<Action>>, StepError> {
    let Ok((lender, fee)) = flash_lender(world, debt) else { return Ok(None) };
    let back = TokenAmount::new(debt.asset, add(debt.raw, fee)?);
    let mut inner = vec![Action::Repay { at, amount: AmountSpec::Exact(debt) }];
    if collateral.asset == debt.asset {
        let taken = TokenAmount::new(debt.asset, back.raw.min(collateral.raw));
        inner.push(Action::Withdraw { at, amount: AmountSpec::Exact(taken) });
    } else if is_pooled(world, collateral)? {
        let root = world.look_through(collateral)?.asset;
        inner.push(Action::Withdraw { at, amount: AmountSpec::Exact(collateral) });
        inner.extend(apart(world, collateral.asset));
        inner.extend(other_coins(world, root, back));
    } else if let Some((pool, needed)) = best_exact_out(world, collateral.asset, back)
        && needed <= collateral.raw
    {
        let taken = TokenAmount::new(collateral.asset, needed);
        inner.push(Action::Withdraw { at, amount: AmountSpec::Exact(taken) });
        inner.push(Action::SwapFor { at: pool, from: collateral.asset, buy: back });
    } else {
        let Some((route, needed)) = least_for(world, collateral, back) else { return Ok(None) };
        let taken = AmountSpec::Exact(TokenAmount::new(collateral.asset, needed));
        inner.push(Action::Withdraw { at, amount: taken.clone() });
        inner.extend(along(world, taken, &route));
    }
    let steps = inner.into_iter().map(|action| Step { action, place: None }).collect();
    Ok(Some(vec![Action::Flash { at: lender, amount: AmountSpec::Exact(debt), steps }]))
}

/// Sells the coins of a redeemed share that the loan is not in.
fn other_coins(world: &World, share: Asset, back: TokenAmount) -> Vec<Action> {
    let Some(pool) = world.pool_of_share(share).and_then(|pool| world.pool(pool).ok()) else {
        return Vec::new();
    };
    let mut actions = Vec::new();
    for coin in pool.coins().iter().filter(|coin| **coin != back.asset) {
        // The route is chosen for one token; the amount follows when the step runs.
        let unit = levmine_math::pow10(u32::from(coin.decimals())).unwrap_or(U256::ONE);
        if let Ok((route, _)) = best_route(world, TokenAmount::new(*coin, unit), back.asset) {
            actions.extend(along(world, AmountSpec::All(*coin), &route));
        }
    }
    actions
}

/// The market that lends `amount` for a transaction at the lowest fee, with that fee. Where only one that is paused would,
/// the error names it.
pub(crate) fn flash_lender(world: &World, amount: TokenAmount) -> Result<(VenueId, U256), StepError> {
    let lends = |id: VenueId| {
        let market = world.lending(id).ok().filter(|market| market.capabilities().flash_loans)?;
        let available = market.rates(amount.asset, world.now).ok()?.available;
        let fee = market.flash_fee(amount).ok()?;
        (available >= amount.raw).then_some((id, fee))
    };
    let open = world.venue_ids().filter(|id| !world.is_paused(*id));
    open.filter_map(lends).min_by_key(|(_, fee)| *fee).ok_or_else(|| {
        let mut paused = world.venue_ids().filter(|id| world.is_paused(*id));
        match paused.find(|id| lends(*id).is_some()) {
            Some(id) => StepError::Paused { venue: world.name(id).into() },
            None => StepError::NoFlashLoan { amount },
        }
    })
}

/// Flash loans of all `amounts`, one within the other; `inner` is told what must be there at the end of each.
pub(crate) fn with_flash_loans(
    world: &World,
    amounts: &[TokenAmount],
    inner: impl FnOnce(&[TokenAmount]) -> Result<Vec<Action>, StepError>,
) -> Result<Vec<Action>, StepError> {
    let mut loans = Vec::with_capacity(amounts.len());
    let mut back = Vec::with_capacity(amounts.len());
    for amount in amounts {
        let (lender, fee) = flash_lender(world, *amount)?;
        loans.push((lender, *amount));
        back.push(TokenAmount::new(amount.asset, add(amount.raw, fee)?));
    }
    let mut actions = inner(&back)?;
    for (at, amount) in loans.into_iter().rev() {
        let steps = actions.into_iter().map(|action| Step { action, place: None }).collect();
        actions = vec![Action::Flash { at, amount: AmountSpec::Exact(amount), steps }];
    }
    Ok(actions)
}
