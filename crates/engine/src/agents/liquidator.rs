//! Outsiders who liquidate unhealthy positions and buy what is then for sale.

use levmine_composer::{StepError, World};
use levmine_market::VenueId;

use crate::{Event, EventKind};

/// Liquidations of one position in one step after which the rest waits for the next step.
const MOST_CALLS: usize = 32;

/// Liquidates the farmer's position at every lending market where it is unhealthy, call by call as long as the market's
/// rule allows and somebody earns by it. Returns whether anything happened.
pub(crate) fn liquidate(world: &mut World, events: &mut Vec<Event>) -> Result<u32, StepError> {
    let mut calls = 0;
    let ids: Vec<VenueId> = world.venue_ids().collect();
    for at in ids {
        for _ in 0..MOST_CALLS {
            let Some((outcome, penalty)) = world.liquidate_once(at)? else { break };
            calls += 1;
            let (time, equity) = (world.now.time, world.portfolio.equity());
            events.push(Event {
                time,
                equity,
                kind: EventKind::Liquidation { at, outcome: outcome.into(), penalty },
            });
        }
        for outcome in world.buy_sales(at)? {
            let (time, equity) = (world.now.time, world.portfolio.equity());
            events.push(Event { time, equity, kind: EventKind::Sale { at, outcome: outcome.into() } });
        }
    }
    Ok(calls)
}
