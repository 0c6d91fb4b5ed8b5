//! Outsiders who liquidate unhealthy positions and buy what is then for sale.

use levmine_composer::{StepError, World};
use levmine_market::{Timestamp, VenueId};

use crate::{Event, EventKind};

/// Liquidations of one position in one step after which the rest waits for the next step.
const MOST_CALLS: usize = 32;

/// Who looks for unhealthy positions of one farmer, on the terms of [`World::liquidators`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Liquidator {
    /// Where the position is unhealthy, and since when.
    unhealthy: Vec<(VenueId, Timestamp)>,
    /// Where it has been told that nobody wants to liquidate.
    declined: Vec<VenueId>,
}

impl Liquidator {
    /// Liquidates the farmer's position at every lending market where it is unhealthy, call by call as long as the
    /// market's rule allows and somebody earns by it. Returns how often.
    pub(crate) fn act(&mut self, world: &mut World, events: &mut Vec<Event>) -> Result<u32, StepError> {
        let mut calls = 0;
        for at in world.venue_ids() {
            if self.is_there(world, at) {
                calls += self.liquidate(world, at, events)?;
            }
            for outcome in world.buy_sales(at)? {
                let (time, equity) = (world.now.time, world.portfolio.equity());
                events.push(Event { time, equity, kind: EventKind::Sale { at, outcome: outcome.into() } });
            }
        }
        Ok(calls)
    }

    fn liquidate(
        &mut self,
        world: &mut World,
        at: VenueId,
        events: &mut Vec<Event>,
    ) -> Result<u32, StepError> {
        let mut calls = 0;
        for _ in 0..MOST_CALLS {
            let Some((outcome, penalty)) = world.liquidate_once(at)? else { break };
            calls += 1;
            let (time, equity) = (world.now.time, world.portfolio.equity());
            let kind = EventKind::Liquidation { at, outcome: outcome.into(), penalty };
            events.push(Event { time, equity, kind });
        }
        let Some(declined) = world.declined.take() else {
            self.declined.retain(|known| *known != at);
            return Ok(calls);
        };
        // The same in the next step is the same event.
        if !self.declined.contains(&at) {
            self.declined.push(at);
            let (time, equity) = (world.now.time, world.portfolio.equity());
            events.push(Event { time, equity, kind: EventKind::LiquidationDeclined(declined) });
        }
        Ok(calls)
    }

    /// Whether a liquidator has come: the position has been unhealthy for as long as that takes.
    fn is_there(&mut self, world: &World, at: VenueId) -> bool {
        if !world.healths().iter().any(|(id, health)| *id == at && health.liquidatable) {
            self.unhealthy.retain(|(known, _)| *known != at);
            self.declined.retain(|known| *known != at);
            return false;
        }
        let now = world.now.time;
        let since = match self.unhealthy.iter().find(|(known, _)| *known == at) {
            Some((_, since)) => *since,
            None => {
                self.unhealthy.push((at, now));
                now
            }
        };
        now.since(since) >= world.liquidators.delay
    }
}
