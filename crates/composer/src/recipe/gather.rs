//! Turning what is left in the wallet into the assets to keep.

use levmine_market::{Asset, Holder};

use crate::route::{along, best_route};
use crate::{Action, AmountSpec, StepError, World};

/// All changes in the first round; what no venue takes (dust) stays.
pub(crate) fn round(world: &World, keep: &[Asset], round: usize) -> Result<Option<Vec<Action>>, StepError> {
    let Some(to) = keep.first().filter(|_| round == 0) else { return Ok(None) };
    let mut actions = Vec::new();
    for held in world.journal.balances(Holder::Wallet(world.farmer)) {
        if keep.contains(&held.asset) || crate::apart::is_pooled(world, held)? {
            continue;
        }
        if let Ok((route, _)) = best_route(world, held, *to) {
            actions.extend(along(world, AmountSpec::All(held.asset), &route));
        }
    }
    Ok(Some(actions))
}
