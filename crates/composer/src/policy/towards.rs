//! How far a position is from a target of a policy.
//!
//! Health factor and loan-to-value are those of the market; leverage is that of everything: what is held over equity, as the
//! trigger of that name reads it.

use levmine_market::{MARKS_PER_BASE_UNIT, Mark, TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use crate::fraction::part_of;
use crate::portfolio::quotient;
use crate::{StepError, Target, World};

/// Whether the position at `at` is at the target or safer.
pub(super) fn is_kept(world: &World, at: VenueId, target: Target) -> Result<bool, StepError> {
    match target {
        Target::Leverage(to) => Ok(match world.portfolio.assets() {
            assets if assets <= 0 => true,
            assets => quotient(assets, world.portfolio.equity()).is_some_and(|is| is <= to),
        }),
        _ => target.is_kept(&world.lending(at)?.health(world.farmer, &world.context())?),
    }
}

/// The value to take out of what is held and to repay so that the target is met; zero where it is.
pub(super) fn excess(world: &World, at: VenueId, target: Target) -> Result<Wad, StepError> {
    match target {
        Target::Leverage(to) => {
            let borne = times(world.portfolio.equity().max(0), to)?;
            value_of(world, world.portfolio.assets().saturating_sub(borne))
        }
        _ => target.less(&world.lending(at)?.health(world.farmer, &world.context())?),
    }
}

/// The value by which everything held may grow by borrowing until the leverage is `to`.
pub(crate) fn leverage_room(world: &World, to: Decimal) -> Result<Wad, StepError> {
    let borne = times(world.portfolio.equity().max(0), to)?;
    value_of(world, borne.saturating_sub(world.portfolio.assets()))
}

fn times(mark: Mark, factor: Decimal) -> Result<Mark, StepError> {
    let scaled = part_of(U256::from(mark.unsigned_abs()), factor)?;
    Ok(Mark::try_from(scaled).unwrap_or(Mark::MAX))
}

/// The oracle's value of a mark; zero for what is below zero.
fn value_of(world: &World, mark: Mark) -> Result<Wad, StepError> {
    let raw = U256::from(mark.max(0).unsigned_abs()) / U256::from(MARKS_PER_BASE_UNIT);
    Ok(world.oracle.value(TokenAmount::new(world.quote, raw))?)
}
