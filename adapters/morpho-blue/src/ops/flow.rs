//! What the other users do together with the loan asset, as operations on the two positions that stand for them.

use levmine_lending::{Amount, Flow, FlowKind};
use levmine_math::U256;

use super::supply::liquid;
use super::{Quantity, borrow, supply};
use crate::accrual::must_exist;
use crate::decode::{BORROWERS, LENDERS};
use crate::error::Result;
use crate::market::exact;
use crate::transaction::{Token, Transaction, World};

/// Does what `flow` says and returns how much of the loan asset was moved.
pub(crate) fn flow(tx: &mut Transaction<'_>, flow: Flow, world: World<'_>) -> Result<U256> {
    let moved = match flow.kind {
        FlowKind::Supply => {
            let amount = exact(tx, flow.amount, "supplying", Token::Loan)?;
            supply::supply(tx, Some(LENDERS), Quantity::assets(amount), world)?
        }
        FlowKind::Withdraw => {
            let quantity = match flow.amount {
                Amount::Exact(assets) => Quantity::assets(assets),
                Amount::All => Quantity::AllShares,
            };
            supply::withdraw(tx, LENDERS, Some(LENDERS), Some(LENDERS), quantity, world)?
        }
        FlowKind::Borrow => {
            let amount = exact(tx, flow.amount, "borrowing", Token::Loan)?;
            let quantity = Quantity::assets(amount);
            quantity.check(|| U256::ZERO)?;
            let moved = borrow::book(tx, BORROWERS, quantity, world)?;
            liquid(tx)?;
            tx.pay_out(Token::Loan, moved.assets)?;
            moved
        }
        FlowKind::Repay => {
            must_exist(tx.totals())?;
            let quantity = match flow.amount {
                Amount::Exact(assets) => Quantity::AtMostAssets(assets),
                Amount::All => Quantity::AllShares,
            };
            borrow::repay(tx, Some(BORROWERS), quantity, world)?
        }
    };
    Ok(moved.assets)
}
