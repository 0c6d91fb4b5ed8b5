//! What the other users do together, as operations on the position of the crowd.

use levmine_lending::{Amount, Flow, FlowKind};
use levmine_math::U256;

use super::redeem::Redemption;
use super::{Security, accrue, borrow, mint, redeem, repay};
use crate::accrual::borrow_balance;
use crate::decode::CROWD;
use crate::error::{Failing, Result};
use crate::failure::Failure;
use crate::market::exact;
use crate::transaction::{Transaction, World};

/// Does what `flow` says in market `id` and returns how much underlying was moved.
pub(crate) fn flow(tx: &mut Transaction<'_>, flow: Flow, id: usize, world: World<'_>) -> Result<U256> {
    match flow.kind {
        FlowKind::Supply => {
            let amount = exact(flow.amount)?;
            mint::mint(tx, CROWD, id, amount, world.block)?;
            Ok(amount)
        }
        FlowKind::Withdraw => {
            let redemption = match flow.amount {
                Amount::Exact(amount) => Redemption::Underlying(amount),
                Amount::All => Redemption::Tokens(tx.user(CROWD).holding(id).tokens),
            };
            redeem::redeem(tx, CROWD, id, redemption, world, Security::Waived)
        }
        FlowKind::Borrow => {
            let amount = exact(flow.amount)?;
            borrow::borrow(tx, CROWD, id, amount, world, Security::Waived)?;
            Ok(amount)
        }
        FlowKind::Repay => {
            accrue(tx, id, world.block)?;
            let owed = borrow_balance(tx.market(id)?, &tx.user(CROWD).holding(id))
                .failing(Failure::RepayAccumulatedBalance)?;
            // The contract refuses a repayment above the debt; who does not know his debt says so.
            let amount = match flow.amount {
                Amount::Exact(amount) => amount.min(owed),
                Amount::All => owed,
            };
            repay::repay_fresh(tx, CROWD, id, amount, world.block)
        }
    }
}
