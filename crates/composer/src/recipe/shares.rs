//! Farms whose liquidity is itself the collateral: borrowed coins are there before the shares are.

use levmine_market::{Asset, TokenAmount};
use levmine_math::{U256, add};

use super::farm::{Borrowed, Farm, laid_in};
use super::{flash_lender, largest_that};
use crate::{Action, AmountSpec, Plan, Step, StepError, Target, World};

/// Halvings of the amount to borrow.
const HALVINGS: usize = 40;
/// A leverage that no market allows.
const BEYOND: u32 = 50;

/// Borrows, adds liquidity and puts its shares up, in one batch where the market has them, else by flash loan.
pub(super) fn actions(farm: &Farm, world: &World) -> Result<Vec<Action>, StepError> {
    let amount = match &farm.much {
        Borrowed::To(target @ (Target::Ltv(_) | Target::HealthFactor(_))) => search(farm, world, *target)?,
        _ => farm.exact_debt(world)?,
    };
    steps(farm, world, amount)
}

/// The most that leaves the target kept, by trying.
fn search(farm: &Farm, world: &World, target: Target) -> Result<TokenAmount, StepError> {
    let most = world.room_to_leverage(BEYOND.into())?;
    let most = world.units_of(most, farm.borrow)?;
    let found = largest_that(most, HALVINGS, |raw| {
        let mut copy = world.fork();
        let amount = TokenAmount::new(farm.borrow, raw);
        let Ok(steps) = steps(farm, &copy, amount) else { return Ok(false) };
        if copy.transact(&Plan::of(steps)).is_err() {
            return Ok(false);
        }
        target.is_kept(&copy.lending(farm.at)?.health(copy.farmer, &copy.context())?)
    })?;
    if found.is_zero() {
        let (venue, wanted) = (world.name(farm.at).into(), target.words());
        let why = "no amount that the market lends leads there".into();
        return Err(StepError::TargetOutOfReach { venue, wanted, why });
    }
    Ok(TokenAmount::new(farm.borrow, found))
}

fn steps(farm: &Farm, world: &World, amount: TokenAmount) -> Result<Vec<Action>, StepError> {
    let at = farm.at;
    let venue = farm.into.first().copied().unwrap_or(at);
    let pool = world.pool(venue)?;
    let share = pool.share().ok_or_else(|| pool.unsupported("positions in price ranges as collateral"))?;
    let wanted = |coin: &Asset| *coin == amount.asset || !world.wallet(*coin).is_zero();
    let amounts =
        pool.coins().iter().filter(|coin| wanted(coin)).map(|coin| AmountSpec::All(*coin)).collect();
    let zap = laid_in(world, venue, amounts, farm.place)?;
    let put = Action::Supply { at, amount: AmountSpec::Received(share) };
    if amount.raw == U256::ZERO {
        return Ok(vec![zap, put]);
    }
    let borrow = |amount| Action::Borrow { at, amount: AmountSpec::Exact(amount) };
    let plain =
        |actions: Vec<Action>| actions.into_iter().map(|action| Step { action, place: None }).collect();
    if world.lending(at)?.capabilities().batches {
        return Ok(vec![Action::Batch { at, steps: plain(vec![borrow(amount), zap, put]) }]);
    }
    let (lender, fee) = flash_lender(world, amount)?;
    let back = TokenAmount::new(amount.asset, add(amount.raw, fee)?);
    let steps = plain(vec![zap, put, borrow(back)]);
    Ok(vec![Action::Flash { at: lender, amount: AmountSpec::Exact(amount), steps }])
}
