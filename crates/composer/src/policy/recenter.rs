//! Moving liquidity to where the price is.

use levmine_market::VenueId;
use levmine_math::U256;
use rust_decimal::Decimal;

use crate::{Action, AmountSpec, Placement, Plan, StepError, Transaction, World};

/// Whether a position in the farmer's wallet lies beside its pool's price: it then consists of one coin alone.
pub(super) fn is_out_of_range(world: &World) -> bool {
    world.portfolio.shares.iter().any(|line| is_beside(world, line).unwrap_or(false))
}

fn is_beside(world: &World, line: &crate::ShareLine) -> Result<bool, StepError> {
    let pool = world.pool(line.pool)?;
    if pool.share().is_some() || line.held.is_zero() {
        return Ok(false);
    }
    let held = levmine_market::TokenAmount::new(line.share, line.held);
    Ok(pool.preview_remove(held, world.now)?.iter().any(U256::is_zero))
}

/// Takes out everything that the farmer has at pools with price ranges, and puts it in again from so much below to so much
/// above the price; a transaction for
/// each pool. A pool where it cannot be done keeps no other from it; its error is told when none was done.
pub(super) fn act(world: &mut World, width: Decimal) -> Result<Vec<Transaction>, StepError> {
    let mut pools: Vec<VenueId> = Vec::new();
    for line in &world.portfolio.shares {
        if world.pool(line.pool)?.share().is_none() && !pools.contains(&line.pool) {
            pools.push(line.pool);
        }
    }
    let (mut done, mut failed) = (Vec::new(), None);
    for at in pools {
        // What the wallet held before stays there.
        let coins = world.pool(at)?.coins().iter().map(|coin| AmountSpec::Brought(*coin)).collect();
        let out = Action::RemoveLiquidity { at, part: Decimal::ONE, to: None };
        let back = Action::Zap { at, amounts: coins, place: Placement::Around(width) };
        match world.transact(&Plan::of(vec![out, back])) {
            Ok(transaction) => done.push(transaction),
            Err(error) => failed = failed.or(Some(*error.source)),
        }
    }
    failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
}
