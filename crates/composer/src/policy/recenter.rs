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
/// above the price; a transaction for each pool.
pub(super) fn act(world: &mut World, width: Decimal) -> Result<Vec<Transaction>, StepError> {
    let mut pools: Vec<VenueId> = Vec::new();
    for line in &world.portfolio.shares {
        if world.pool(line.pool)?.share().is_none() && !pools.contains(&line.pool) {
            pools.push(line.pool);
        }
    }
    let mut done = Vec::new();
    for at in pools {
        let all = world.pool(at)?.coins().iter().map(|coin| AmountSpec::All(*coin)).collect();
        let out = Action::RemoveLiquidity { at, part: Decimal::ONE, to: None };
        let back = Action::Zap { at, amounts: held_of(all), place: Placement::Around(width) };
        done.push(world.transact(&Plan::of(vec![out, back])).map_err(|error| *error.source)?);
    }
    Ok(done)
}

/// Whatever there is then of each coin, also nothing of one.
fn held_of(all: Vec<AmountSpec>) -> Vec<AmountSpec> {
    all.into_iter().map(|amount| AmountSpec::Whatever(amount.asset())).collect()
}
