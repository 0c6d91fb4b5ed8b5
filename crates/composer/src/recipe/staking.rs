//! Leveraged staking: what is staked is the collateral for borrowing more to stake.

use levmine_market::Asset;

use super::Loop;
use crate::route::{along, best_route};
use crate::{Action, AmountSpec, StepError, World};

/// Turns an asset into its staked form, the way that gives the most, and loops that to a target.
#[derive(Debug, Clone, PartialEq)]
pub struct LeveragedStaking {
    /// How much of what is borrowed later is staked first.
    pub stake: AmountSpec,
    /// The market's risk category to choose first.
    pub mode: Option<u8>,
    /// The loop: its collateral is the staked form, its debt what is staked.
    pub looped: Loop,
}

impl LeveragedStaking {
    pub(crate) fn round(&self, world: &World, round: usize) -> Result<Option<Vec<Action>>, StepError> {
        match round.checked_sub(1) {
            Some(round) => self.looped.round(world, round),
            None => self.begin(world).map(Some),
        }
    }

    fn begin(&self, world: &World) -> Result<Vec<Action>, StepError> {
        let mut actions: Vec<Action> =
            self.mode.map(|mode| Action::SetMode { at: self.looped.at, mode }).into_iter().collect();
        let staked: Asset = self.looped.collateral;
        // What is staked already can be looped alone.
        if world.wallet(self.stake.asset()).is_zero() && !world.wallet(staked).is_zero() {
            return Ok(actions);
        }
        let amount = world.of_wallet(&self.stake, "stake")?;
        let (route, _) = best_route(world, amount, staked)?;
        actions.extend(along(world, AmountSpec::Exact(amount), &route));
        Ok(actions)
    }
}
