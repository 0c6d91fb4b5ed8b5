//! What the other users do together, as operations on the position of the crowd.

use levmine_lending::{Flow, FlowKind};
use levmine_market::Actor;
use levmine_math::U256;

use super::Security;
use super::borrow::{self, native};
use super::repay::{self, Means};
use super::supply;
use crate::decode::CROWD;
use crate::error::Result;
use crate::market::exact;
use crate::transaction::Transaction;
use crate::validation::World;

/// Does what `flow` says with reserve `id` and returns how much was moved. Isolation, silos and health are an account's,
/// and the crowd is none; caps, pauses and liquidity are the reserve's.
pub(crate) fn flow(tx: &mut Transaction<'_>, flow: Flow, id: usize, world: World<'_>) -> Result<U256> {
    let crowd = Actor::from(CROWD);
    match flow.kind {
        FlowKind::Supply => {
            let amount = exact(flow.amount)?;
            supply::supply(tx, CROWD, id, amount, world)?;
            Ok(amount)
        }
        FlowKind::Withdraw => supply::withdraw(tx, CROWD, id, native(flow.amount), world, Security::Waived),
        FlowKind::Borrow => {
            let amount = exact(flow.amount)?;
            borrow::borrow(tx, crowd, id, amount, world, Security::Waived)?;
            Ok(amount)
        }
        FlowKind::Repay => repay::repay(tx, crowd, id, native(flow.amount), Means::Underlying, world),
    }
}
