//! What the other users do together, as operations on the position of the crowd.

use levmine_lending::{Amount, Flow, FlowKind};
use levmine_math::U256;

use super::Security;
use super::borrow::{self, native};
use super::{repay, supply};
use crate::decode::CROWD;
use crate::error::{AaveV2Error, Result};
use crate::state::RateMode;
use crate::transaction::Transaction;
use crate::world::World;

/// Does what `flow` says with reserve `id`, debts at the variable rate, and returns how much was moved.
pub(crate) fn flow(tx: &mut Transaction<'_>, flow: Flow, id: usize, world: World<'_>) -> Result<U256> {
    match flow.kind {
        FlowKind::Supply => {
            let amount = exact(flow.amount)?;
            supply::supply(tx, CROWD, id, amount, world)?;
            Ok(amount)
        }
        FlowKind::Withdraw => supply::withdraw(tx, CROWD, id, native(flow.amount), world, Security::Waived),
        FlowKind::Borrow => {
            let amount = exact(flow.amount)?;
            borrow::unsecured(tx, CROWD, id, amount, world)?;
            Ok(amount)
        }
        FlowKind::Repay => repay::repay(tx, CROWD.into(), id, native(flow.amount), RateMode::Variable, world),
    }
}

const fn exact(amount: Amount) -> Result<U256> {
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(AaveV2Error::InvalidAmount),
    }
}
