//! Unwinding as a step of a plan.

use levmine_market::VenueId;

use super::{ExitBy, Recipe, exit};
use crate::{Action, Plan, StepError, World};

/// Leaves one lending market or all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unwind {
    /// The market; all where none is said.
    pub at: Option<VenueId>,
    /// How.
    pub by: ExitBy,
}

impl Unwind {
    pub(crate) fn round(&self, world: &World, round: usize) -> Result<Option<Vec<Action>>, StepError> {
        if self.by == ExitBy::Cheapest {
            let chosen = |by| vec![Action::Recipe(Recipe::Unwind(Self { by, ..*self }))];
            return if round == 0 { Ok(Some(chosen(self.cheaper(world)))) } else { Ok(None) };
        }
        for at in world.venue_ids().filter(|id| self.at.is_none_or(|at| at == *id)) {
            if world.lending(at).is_err() && self.at.is_none() {
                continue;
            }
            if let Some(actions) = exit::round(world, at, self.by)? {
                return Ok(Some(actions));
            }
        }
        Ok(None)
    }

    /// The way that leaves more equity, tried on copies; iteration where they are alike.
    fn cheaper(&self, world: &World) -> ExitBy {
        let after = |by| {
            let mut copy = world.fork();
            let plan = Plan::of(vec![Action::Recipe(Recipe::Unwind(Self { by, ..*self }))]);
            copy.transact(&plan).ok().map(|_| copy.portfolio.equity())
        };
        let (turns, flash) = (after(ExitBy::Iteration), after(ExitBy::Flash));
        if flash > turns { ExitBy::Flash } else { ExitBy::Iteration }
    }
}
