use levmine_market::{Account, Asset, TokenAmount, Transfer};
use levmine_math::U256;
use smallvec::smallvec;

use crate::{Amount, Receipt};

/// What the other users of a pooled market do together, seen from outside: one movement on one side of one asset.
///
/// A flow is the contract's own operation with its own arithmetic, and what the market asks of everybody (pauses, caps,
/// liquidity) it asks of a flow; only what secures the position is not asked, for the others are many and not one account.
/// Whoever they are, they have what a preset or a table gave them when the market began, and what flows added and took
/// since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// What they do.
    pub kind: FlowKind,
    /// With what.
    pub asset: Asset,
    /// How much, in base units. [`Amount::All`] is all that they supplied, or all that they owe; it means nothing for a
    /// supply or a loan. A repayment above what they owe pays what they owe.
    pub amount: Amount,
}

/// Which way a [`Flow`] goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowKind {
    /// They supply: utilization falls.
    Supply,
    /// They take out what they supplied: utilization rises.
    Withdraw,
    /// They borrow: utilization rises.
    Borrow,
    /// They pay back what they owe: utilization falls.
    Repay,
}

impl FlowKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Supply, Self::Withdraw, Self::Borrow, Self::Repay];
}

impl Flow {
    /// What a market answers that has moved `amount` base units; `others` stands for them, an outsider.
    #[must_use]
    pub fn receipt(&self, amount: U256, others: Account) -> Receipt {
        let moved = TokenAmount::new(self.asset, amount);
        let transfer = match self.kind {
            FlowKind::Supply | FlowKind::Repay => Transfer::pay(others, moved),
            FlowKind::Withdraw | FlowKind::Borrow => Transfer::receive(others, moved),
        };
        Receipt { amount, transfers: smallvec![transfer] }
    }
}
