//! Leaving a lending market: all debts paid from what the wallet holds, from pool shares, and from the collateral itself.

use levmine_lending::{LendingMarketExt, Position};
use levmine_market::{Asset, Holder, TokenAmount, VenueId};
use levmine_math::U256;

use super::{Recipe, flash_lender, raise, with_flash_loans};
use crate::apart::apart;
use crate::route::best_route;
use crate::{Action, AmountSpec, Step, StepError, World};

/// How collateral that is not free is turned into what is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExitBy {
    /// Taken out as far as the rest of the debt allows, sold, repaid, and again.
    Iteration,
    /// One flash loan of what is owed (or one batch, where the market has them).
    Flash,
    /// Whichever of the two leaves more, gas included.
    #[default]
    Cheapest,
}

impl ExitBy {
    /// All ways, by their names in files.
    pub const ALL: [(&'static str, Self); 3] =
        [("iteration", Self::Iteration), ("flash", Self::Flash), ("cheapest", Self::Cheapest)];
}

/// What to do next to leave `at`; `None` when nothing is left there.
pub(crate) fn round(world: &World, at: VenueId, by: ExitBy) -> Result<Option<Vec<Action>>, StepError> {
    let position = world.lending(at)?.position(world.farmer, world.now)?;
    let owed = position.debts.iter().find(|debt| !debt.is_zero());
    match owed {
        Some(debt) => pay(world, at, &position, *debt, by).map(Some),
        None => Ok(take_out(world, at, &position)),
    }
}

fn take_out(world: &World, at: VenueId, position: &Position) -> Option<Vec<Action>> {
    let supplied = position.supplied.iter().find(|supplied| !supplied.amount.is_zero())?;
    let asset = supplied.amount.asset;
    let mut actions = vec![Action::Withdraw { at, amount: AmountSpec::All(asset) }];
    actions.extend(apart(world, asset));
    Some(actions)
}

fn pay(
    world: &World,
    at: VenueId,
    position: &Position,
    debt: TokenAmount,
    by: ExitBy,
) -> Result<Vec<Action>, StepError> {
    let repay = Action::Repay { at, amount: AmountSpec::All(debt.asset) };
    let in_wallet = world.wallet(debt.asset);
    if in_wallet >= debt.raw {
        return Ok(vec![repay]);
    }
    let missing = TokenAmount::new(debt.asset, debt.raw - in_wallet);
    if let Some(actions) = raise::buy(world, missing, &[])? {
        return Ok(actions);
    }
    if let Some(action) = crate::apart::next(world, &[])? {
        return Ok(vec![action]);
    }
    if !in_wallet.is_zero() {
        return Ok(vec![repay]);
    }
    match by {
        ExitBy::Flash => all_at_once(world, at, position),
        _ => free_collateral(world, at, position, debt),
    }
}

/// Pays all debts first, takes everything out, and sells as little of it as the loans ask for.
fn all_at_once(world: &World, at: VenueId, position: &Position) -> Result<Vec<Action>, StepError> {
    let owed: Vec<TokenAmount> = position.debts.iter().copied().filter(|debt| !debt.is_zero()).collect();
    let repay = || owed.iter().map(|debt| Action::Repay { at, amount: AmountSpec::All(debt.asset) });
    let mut out = Vec::new();
    for supplied in position.supplied.iter().filter(|supplied| !supplied.amount.is_zero()) {
        let asset = supplied.amount.asset;
        out.push(Action::Withdraw { at, amount: AmountSpec::All(asset) });
        out.extend(apart(world, asset));
    }
    if world.lending(at)?.capabilities().batches {
        out.push(Action::Recipe(Recipe::Raise { amounts: owed.clone() }));
        out.extend(repay());
        let steps = out.into_iter().map(|action| Step { action, place: None }).collect();
        return Ok(vec![Action::Batch { at, steps }]);
    }
    with_flash_loans(world, &owed, |back| {
        let raise = Action::Recipe(Recipe::Raise { amounts: back.to_vec() });
        Ok(repay().chain(out).chain([raise]).collect())
    })
}

/// Takes out as much collateral as the debt allows, so that it can be sold.
fn free_collateral(
    world: &World,
    at: VenueId,
    position: &Position,
    debt: TokenAmount,
) -> Result<Vec<Action>, StepError> {
    let (market, ctx) = (world.lending(at)?, world.context());
    let mut best: Option<(levmine_math::Wad, TokenAmount)> = None;
    for supplied in position.supplied.iter().filter(|supplied| !supplied.amount.is_zero()) {
        let asset = supplied.amount.asset;
        let free = TokenAmount::new(asset, market.max_withdraw(world.farmer, asset, &ctx)?);
        let value = ctx.prices.value(free)?;
        if !free.is_zero() && best.as_ref().is_none_or(|(most, _)| value > *most) {
            best = Some((value, free));
        }
    }
    let Some((_, free)) = best else { return by_flash(world, at, position, debt) };
    let mut actions = vec![Action::Withdraw { at, amount: AmountSpec::Exact(free) }];
    actions.extend(apart(world, free.asset));
    Ok(actions)
}

/// Nothing can be taken out as it stands (the position is at its limit or beyond): a flash loan pays first.
fn by_flash(
    world: &World,
    at: VenueId,
    position: &Position,
    debt: TokenAmount,
) -> Result<Vec<Action>, StepError> {
    for supplied in &position.supplied {
        if let Some(steps) = super::repay_with_collateral(world, at, debt, supplied.amount)? {
            return Ok(steps);
        }
    }
    let why = why_stuck(world, at, position, debt);
    Err(StepError::Stuck { venue: world.name(at).into(), debt, why })
}

/// What leaving `at` ran into, in the terms of the world as it is: an error that speaks of a debt speaks of what was left of
/// it in an attempt that came to nothing.
pub(crate) fn in_the_way(world: &World, at: VenueId, error: StepError) -> StepError {
    let mut inner = &error;
    while let StepError::Within { source, .. } = inner {
        inner = source;
    }
    let StepError::Stuck { debt: last, .. } = inner else { return error };
    let Some(position) = world.lending(at).ok().and_then(|it| it.position(world.farmer, world.now).ok())
    else {
        return error;
    };
    let Some(debt) = position.debts.iter().find(|debt| debt.asset == last.asset && !debt.is_zero()) else {
        return error;
    };
    StepError::Stuck {
        venue: world.name(at).into(),
        debt: *debt,
        why: why_stuck(world, at, &position, *debt),
    }
}

/// Why neither what is held nor a flash loan pays a debt.
fn why_stuck(world: &World, at: VenueId, position: &Position, debt: TokenAmount) -> String {
    let wallet = world.journal.balances(Holder::Wallet(world.farmer));
    let supplied = position.supplied.iter().map(|held| held.amount);
    let held: Vec<TokenAmount> = supplied.chain(wallet).filter(|held| !held.is_zero()).collect();
    let Some(first) = held.first() else { return "nothing is left to pay it with".into() };
    let mut none = StepError::NoRoute { from: first.asset, to: debt.asset };
    let mut sells = false;
    for coin in held.iter().flat_map(|held| apart_into(world, *held)) {
        if coin == debt.asset {
            sells = true;
            continue;
        }
        match best_route(world, one(coin), debt.asset) {
            Ok(_) => sells = true,
            Err(error @ StepError::RoutePaused { .. }) => none = error,
            Err(_) => {}
        }
    }
    if !sells {
        return none.to_string();
    }
    let little = format!("the pools do not give so much {} for what comes free", debt.asset);
    match flash_lender(world, debt) {
        Ok(_) if matches!(none, StepError::RoutePaused { .. }) => format!("{little}, and {none}"),
        Ok(_) => little,
        Err(error) if comes_free(world, at, position) => {
            format!("what comes free is not enough, and {error}")
        }
        Err(error) => format!("no collateral comes free, and {error}"),
    }
}

/// Whether any collateral can be taken out as the debts are.
fn comes_free(world: &World, at: VenueId, position: &Position) -> bool {
    let (Ok(market), ctx) = (world.lending(at), world.context()) else { return false };
    position.supplied.iter().any(|held| {
        let free = market.max_withdraw(world.farmer, held.amount.asset, &ctx);
        !held.amount.is_zero() && free.is_ok_and(|free| !free.is_zero())
    })
}

fn one(asset: Asset) -> TokenAmount {
    TokenAmount::new(asset, levmine_math::pow10(u32::from(asset.decimals())).unwrap_or(U256::ONE))
}

/// What a holding becomes when it is taken apart: the coins of a pool's share, else itself.
fn apart_into(world: &World, held: TokenAmount) -> Vec<Asset> {
    let root = world.look_through(held).map_or(held.asset, |root| root.asset);
    let pool = world.pool_of_share(root).and_then(|pool| world.pool(pool).ok());
    pool.map_or_else(|| vec![root], |pool| pool.coins().to_vec())
}
