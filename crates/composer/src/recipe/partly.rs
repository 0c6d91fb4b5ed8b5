//! Taking out of a lending market what comes free, where it cannot be left whole.

use levmine_lending::{Amount, HealthFactor, LendingMarketExt};
use levmine_market::{Asset, Mark, TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use super::limits::{Limits, within};
use super::unwinding::wallet_mark;
use super::{Recipe, largest_that};
use crate::apart::apart;
use crate::fraction::part_of;
use crate::{Action, AmountSpec, Plan, StepError, World};

/// Debts are bought back in parts until nothing more comes of it.
const MOST_ROUNDS: usize = 32;
/// Parts of a debt that are tried, the largest first: all of it, a half, … a sixty-fourth.
const HALVINGS: u32 = 6;
/// The health factor that is left where the run goes on: 1.05.
const MARGIN: HealthFactor = HealthFactor::Of(Wad::new(1_050_000_000_000_000_000));
/// Halvings of what is taken out so that it is left: finds it to a part in a million.
const HALVINGS_OF_MARGIN: usize = 20;
/// What brings less than one part in this many of everything held is not done: a price that moves a little frees a crumb
/// in each step.
const CRUMB: Mark = 10_000;

/// The plan that pays a market's debts with what the wallet holds of them, as far as that frees more than it takes, and
/// takes out as much of the collateral as the market then allows; with what that leaves in the wallet. `None` where
/// nothing comes of it. With `buys`, debts are also bought back with the collateral that came free, in parts.
pub(super) fn plan(
    world: &mut World,
    at: VenueId,
    buys: bool,
    limits: Limits<'_>,
) -> Result<Option<(Plan, Mark)>, StepError> {
    let before = worth(world, at)?;
    let least = before.saturating_add(crumb(world));
    let mut best: Option<(Vec<Action>, Mark)> = None;
    // A debt that can be paid is left only where that clearly saves something.
    let margin = world.portfolio.assets().max(0) / super::unwinding::WORTH_STAYING;
    for repays in [true, false] {
        let found =
            world.trial(|world| world.on_credit(|world| search(world, at, (repays, buys), limits)))?;
        if let Some((actions, after)) = found
            && after > least
            && best.as_ref().is_none_or(|(_, most)| after > most.saturating_add(margin))
        {
            best = Some((actions, after));
        }
    }
    Ok(best.map(|(actions, after)| (Plan::of(actions), after)))
}

/// What is too little to be worth a transaction of its own.
fn crumb(world: &World) -> Mark {
    world.portfolio.assets().max(0) / CRUMB
}

/// What the wallet holds, less what is owed at a market beyond what is left there: a loss that is only handed on to the
/// lender is no gain.
fn worth(world: &World, at: VenueId) -> Result<Mark, StepError> {
    Ok(wallet_mark(world)?.saturating_add(world.left_there(at).min(0)))
}

/// What can be done, one after the other; the world is left as it then is.
fn search(
    world: &mut World,
    at: VenueId,
    (repays, buys): (bool, bool),
    limits: Limits<'_>,
) -> Result<Option<(Vec<Action>, Mark)>, StepError> {
    let mut actions = Vec::new();
    let mut keep = |world: &mut World, steps: Vec<Action>| {
        let done = within(world, &Plan::of(steps.clone()), limits).is_ok();
        if done {
            actions.extend(steps);
        }
        done
    };
    if repays {
        let mut paid = false;
        for debt in owed(world, at)? {
            let step = Action::Repay { at, amount: AmountSpec::All(debt.asset) };
            paid |= !world.wallet(debt.asset).is_zero() && keep(world, vec![step]);
        }
        if !paid {
            return Ok(None);
        }
    }
    take_out(world, at, limits, &mut keep)?;
    for _ in 0..if buys { MOST_ROUNDS } else { 0 } {
        if !buy_back(world, at, limits, &mut keep)? {
            break;
        }
    }
    let after = worth(world, at)?;
    Ok((!actions.is_empty()).then_some((actions, after)))
}

fn owed(world: &World, at: VenueId) -> Result<Vec<TokenAmount>, StepError> {
    let debts = world.lending(at)?.position(world.farmer, world.now)?.debts;
    Ok(debts.into_iter().filter(|debt| !debt.is_zero()).collect())
}

/// Takes out of each supply as much as comes free, the largest first; pool shares among it are taken apart.
fn take_out(
    world: &mut World,
    at: VenueId,
    limits: Limits<'_>,
    keep: &mut impl FnMut(&mut World, Vec<Action>) -> bool,
) -> Result<(), StepError> {
    for steps in withdrawals(world, at, limits)? {
        keep(world, steps);
    }
    Ok(())
}

fn withdrawals(world: &World, at: VenueId, limits: Limits<'_>) -> Result<Vec<Vec<Action>>, StepError> {
    let (market, ctx) = (world.lending(at)?, world.context());
    let mut found = Vec::new();
    let mut room = world.any_robbed().then(|| world.left_there(at).max(0));
    for supplied in market.position(world.farmer, world.now)?.supplied {
        let asset = supplied.amount.asset;
        // A market that cannot say lets nothing out.
        let most = market.max_withdraw(world.farmer, asset, &ctx).unwrap_or_default();
        let secured = secured(world, at, TokenAmount::new(asset, most), &mut room)?;
        let free = if limits.goes_on { with_margin(world, at, asset, secured)? } else { secured };
        if free.is_zero() {
            continue;
        }
        let amount = match free == most {
            true => AmountSpec::Max(asset),
            false => AmountSpec::Exact(TokenAmount::new(asset, free)),
        };
        let worth = ctx.prices.value(TokenAmount::new(asset, free))?;
        let mut steps = vec![Action::Withdraw { at, amount }];
        steps.extend(apart(world, asset));
        found.push((worth, steps));
    }
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    Ok(found.into_iter().map(|(_, steps)| steps).collect())
}

/// How much of `most` can be taken out so that what stays still secures the debt at what it is worth: a market that was robbed
/// goes on counting by its books, and whoever left by those would hand his part of the loss on to the lender. `room` is what
/// may be taken out in all; nothing says so where nobody was robbed.
fn secured(
    world: &World,
    at: VenueId,
    most: TokenAmount,
    room: &mut Option<Mark>,
) -> Result<U256, StepError> {
    let has_debt = !owed(world, at)?.is_empty();
    let Some(left) = room.as_mut().filter(|_| has_debt) else { return Ok(most.raw) };
    let worth = world.market.mark(world.left_at(at, world.look_through(most)?)?, world.quote)?;
    let raw = if worth <= *left {
        most.raw
    } else {
        let (left, worth) = (U256::from(left.unsigned_abs()), U256::from(worth.unsigned_abs()));
        levmine_math::mul_div(most.raw, left, worth, levmine_math::Rounding::Down)?
    };
    *left = left.saturating_sub(worth).max(0);
    Ok(raw)
}

/// How much of `most` can be taken out so that the rest is not about to be liquidated.
fn with_margin(world: &World, at: VenueId, asset: Asset, most: U256) -> Result<U256, StepError> {
    let (market, ctx) = (world.lending(at)?, world.context());
    largest_that(most, HALVINGS_OF_MARGIN, |raw| {
        let mut copy = market.fork();
        let taken = copy.withdraw(world.farmer.into(), asset, Amount::Exact(raw), &ctx);
        Ok(taken.is_ok() && copy.health(world.farmer, &ctx).is_ok_and(|health| health.factor >= MARGIN))
    })
}

/// Buys back the largest part of a debt that frees more than it costs. Answers whether there was one.
fn buy_back(
    world: &mut World,
    at: VenueId,
    limits: Limits<'_>,
    keep: &mut impl FnMut(&mut World, Vec<Action>) -> bool,
) -> Result<bool, StepError> {
    let before = worth(world, at)?;
    for debt in owed(world, at)? {
        for halving in 0..HALVINGS {
            let part = Decimal::ONE / Decimal::from(1_u32 << halving);
            let bought = TokenAmount::new(debt.asset, part_of(debt.raw, part)?);
            if bought.is_zero() {
                break;
            }
            let amount = if halving == 0 { AmountSpec::All(debt.asset) } else { AmountSpec::Exact(bought) };
            let pays =
                vec![Action::Recipe(Recipe::Raise { amounts: vec![bought] }), Action::Repay { at, amount }];
            let frees_more = world.trial(|world| {
                within(world, &Plan::of(pays.clone()), limits).ok()?;
                let freed = withdrawals(world, at, limits).ok()?;
                for steps in freed {
                    within(world, &Plan::of(steps), limits).ok();
                }
                Some(worth(world, at).ok()? > before)
            });
            if frees_more == Some(true) && keep(world, pays) {
                take_out(world, at, limits, keep)?;
                return Ok(true);
            }
        }
    }
    Ok(false)
}
