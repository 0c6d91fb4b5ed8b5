//! What the other users do together with the base asset, as operations on the two positions that stand for them.

use levmine_lending::{Amount, Flow, FlowKind};
use levmine_market::Account;
use levmine_math::U256;

use super::Route;
use crate::decode::{BORROWERS, SUPPLIERS};
use crate::error::{CometError, Result};
use crate::state::{Action, Comet};

impl Comet {
    /// Does what `flow` says at `now` (Unix seconds) and returns how much base was moved. Neither collateral nor the
    /// smallest loan is asked for: those are an account's.
    ///
    /// # Errors
    ///
    /// As [`Self::supply_base`] and [`Self::withdraw_base`]; [`CometError::MoreThanSupplied`],
    /// [`CometError::NoDebt`], [`CometError::AmountMissing`].
    pub fn flow(&mut self, flow: Flow, now: u64) -> Result<U256> {
        match (flow.kind, flow.amount) {
            (FlowKind::Supply | FlowKind::Borrow, Amount::All) => Err(CometError::AmountMissing),
            (FlowKind::Supply, amount) => self.supply_base(alone(SUPPLIERS), amount, now),
            (FlowKind::Withdraw, amount) => {
                self.must_not_be_paused(Action::Withdraw)?;
                let supplied = self.balance_of(SUPPLIERS, now)?;
                match amount {
                    Amount::Exact(needed) if needed > supplied => {
                        Err(CometError::MoreThanSupplied { needed, supplied })
                    }
                    amount => self.take_base(alone(SUPPLIERS), amount, now, |_, _, _, _| Ok(())),
                }
            }
            (FlowKind::Borrow, amount) => self.take_base(alone(BORROWERS), amount, now, |_, _, _, _| Ok(())),
            (FlowKind::Repay, amount) => {
                self.must_not_be_paused(Action::Supply)?;
                let debt = self.borrow_balance_of(BORROWERS, now)?;
                if debt.is_zero() {
                    return Err(CometError::NoDebt { account: BORROWERS });
                }
                let amount = match amount {
                    Amount::Exact(amount) if amount < debt => Amount::Exact(amount),
                    _ => Amount::All,
                };
                self.supply_base(alone(BORROWERS), amount, now)
            }
        }
    }
}

const fn alone(account: Account) -> Route {
    Route::to(account, account)
}
