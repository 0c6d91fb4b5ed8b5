//! What the swaps of an unwinding may lose.

use rust_decimal::Decimal;

use crate::{Plan, StepError, Transaction, World};

/// Within what a position is taken apart.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits<'a> {
    /// What the swaps of a transaction may lose, the smallest first; empty for no limit of its own.
    pub slippage: &'a [Decimal],
    /// Whether the run goes on, and what stays with it.
    pub goes_on: bool,
}

/// A tolerance of nothing, doubled, would never let anybody out.
const LEAST_LIMIT: Decimal = Decimal::from_parts(1, 0, 0, false, 4);

/// A tolerance, twice as much, four times, and so on up to everything.
pub(super) fn widened(most: Decimal) -> Vec<Decimal> {
    let mut limits = Vec::new();
    let mut next = Some(most.max(LEAST_LIMIT));
    while let Some(limit) = next {
        limits.push(limit.min(Decimal::ONE));
        next = Some(limit + limit).filter(|_| limit < Decimal::ONE);
    }
    limits
}

/// Executes a plan within the smallest of the limits that it keeps.
pub(super) fn within(world: &mut World, plan: &Plan, limits: Limits<'_>) -> Result<Transaction, StepError> {
    let mut refused = None;
    for limit in limits.slippage {
        world.tolerate(Some(*limit));
        let saved = world.save();
        let done = world.transact(plan).map_err(|error| *error.source);
        let done = done.and_then(|done| world.lost_within(&done, *limit).map(|()| done));
        world.tolerate(None);
        match done {
            Ok(done) => return Ok(done),
            Err(error @ StepError::Slippage { .. }) => refused = Some(error),
            // A wider limit is of no use where it is not the price that is in the way.
            Err(error) => {
                world.restore(saved);
                return Err(error);
            }
        }
        world.restore(saved);
    }
    match refused {
        Some(error) => Err(error),
        None => world.transact(plan).map_err(|error| *error.source),
    }
}
