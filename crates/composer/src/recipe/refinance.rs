//! Moving from one lending market to another.

use levmine_market::{TokenAmount, VenueId};

use super::with_flash_loans;
use crate::{Action, AmountSpec, StepError, World};

/// Moves all debts and all collateral from one lending market to another, in one transaction, by flash loans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refinance {
    /// The market to leave.
    pub from: VenueId,
    /// The market to go to.
    pub to: VenueId,
    /// The risk category to choose there first.
    pub mode: Option<u8>,
}

impl Refinance {
    pub(crate) fn actions(&self, world: &World) -> Result<Vec<Action>, StepError> {
        let (from, to) = (self.from, self.to);
        let position = world.lending(from)?.position(world.farmer, world.now)?;
        let owed: Vec<TokenAmount> = position.debts.iter().copied().filter(|debt| !debt.is_zero()).collect();
        let held = || position.supplied.iter().map(|held| held.amount).filter(|held| !held.is_zero());
        if owed.is_empty() && held().next().is_none() {
            let asset = world.lending(from)?.assets().first().copied().unwrap_or(world.quote);
            return Err(StepError::Nothing { asset, verb: "refinance" });
        }
        with_flash_loans(world, &owed, |back| {
            let mut actions: Vec<Action> = Vec::new();
            for debt in &owed {
                actions.push(Action::Repay { at: from, amount: AmountSpec::All(debt.asset) });
            }
            actions.extend(self.mode.map(|mode| Action::SetMode { at: to, mode }));
            for held in held() {
                actions.push(Action::Withdraw { at: from, amount: AmountSpec::All(held.asset) });
                actions.push(Action::Supply { at: to, amount: AmountSpec::Received(held.asset) });
            }
            for back in back {
                actions.push(Action::Borrow { at: to, amount: AmountSpec::Exact(*back) });
            }
            Ok(actions)
        })
    }
}
