//! Taking the whole position apart, and saying why where nothing of it could be.

use levmine_market::Asset;

use crate::recipe::{in_the_way, unwind_and_go_on};
use crate::{Action, ExitBy, Plan, Recipe, StepError, Transaction, World};

/// Closes the position. One that should be closed, is not, and could not be touched at all is a failure to tell.
pub(super) fn act(world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
    let done = unwind_and_go_on(world, keep)?;
    if done.is_empty() && !world.is_closed() { Err(why_not(world)) } else { Ok(done) }
}

/// What stands in the way of leaving the first market that cannot be left, neither in turns nor by flash loan. Where each
/// could be, it is not worth it.
fn why_not(world: &mut World) -> StepError {
    for at in world.venue_ids() {
        if world.lending(at).is_err() {
            continue;
        }
        let mut leave = |by| {
            let plan = Plan::of(vec![Action::Recipe(Recipe::Exit { at, by })]);
            world.trial(|world| world.transact(&plan))
        };
        if let (Err(turns), Err(flash)) = (leave(ExitBy::Iteration), leave(ExitBy::Flash)) {
            // Where turns are stuck they say what stands in the way of both.
            let stuck = matches!(*turns.source, StepError::Stuck { .. });
            return in_the_way(world, at, if stuck { *turns.source } else { *flash.source });
        }
    }
    StepError::NotClosed
}
