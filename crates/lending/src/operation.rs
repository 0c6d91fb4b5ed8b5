use levmine_market::{Account, Actor, Asset, Moment, TokenAmount, Transfers};
use levmine_math::U256;

use crate::{Amount, Context, LendingError, LendingMarket, LiquidationCall, LiquidationOutcome, Receipt};

/// An operation as a value: for generators, replays and comparisons.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// [`LendingMarket::accrue`].
    Accrue,
    /// [`LendingMarket::supply`].
    Supply(Actor, Asset, Amount),
    /// [`LendingMarket::withdraw`].
    Withdraw(Actor, Asset, Amount),
    /// [`LendingMarket::borrow`].
    Borrow(Actor, Asset, Amount),
    /// [`LendingMarket::repay`].
    Repay(Actor, Asset, Amount),
    /// [`LendingMarket::liquidate`].
    Liquidate(LiquidationCall),
    /// [`LendingMarket::set_collateral`].
    SetCollateral(Account, Asset, bool),
    /// [`LendingMarket::set_mode`].
    SetMode(Account, u8),
    /// [`LendingMarket::approve_borrow`]: owner, delegatee, asset, amount.
    ApproveBorrow(Account, Account, Asset, U256),
    /// [`LendingMarket::flash_borrow`] and at once [`LendingMarket::flash_repay`].
    Flash(Account, TokenAmount),
}

/// What an operation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Done {
    Nothing,
    Receipt(Receipt),
    Liquidation(LiquidationOutcome),
}

impl Operation {
    /// Applies the operation; what it did in detail.
    pub(crate) fn run(
        &self,
        market: &mut dyn LendingMarket,
        ctx: &Context<'_>,
    ) -> Result<Done, LendingError> {
        let moved = match self {
            Self::Accrue => {
                let now: Moment = ctx.now;
                market.accrue(now)?;
                return Ok(Done::Nothing);
            }
            Self::Supply(actor, asset, amount) => market.supply(*actor, *asset, *amount, ctx)?,
            Self::Withdraw(actor, asset, amount) => market.withdraw(*actor, *asset, *amount, ctx)?,
            Self::Borrow(actor, asset, amount) => market.borrow(*actor, *asset, *amount, ctx)?,
            Self::Repay(actor, asset, amount) => market.repay(*actor, *asset, *amount, ctx)?,
            Self::Liquidate(call) => return market.liquidate(call, ctx).map(Done::Liquidation),
            Self::SetCollateral(owner, asset, enabled) => {
                market.set_collateral(*owner, *asset, *enabled, ctx)?;
                return Ok(Done::Nothing);
            }
            Self::SetMode(owner, mode) => {
                market.set_mode(*owner, *mode, ctx)?;
                return Ok(Done::Nothing);
            }
            Self::ApproveBorrow(owner, delegatee, asset, amount) => {
                market.approve_borrow(*owner, *delegatee, *asset, *amount)?;
                return Ok(Done::Nothing);
            }
            Self::Flash(borrower, amount) => {
                // Two calls of which the second can fail: the pair is made all-or-nothing on a copy by the caller's
                // contract, so a failed second half is undone by trying it on a fork first.
                let mut trial = market.fork();
                let (loan, _) = trial.flash_borrow(*borrower, *amount, ctx)?;
                trial.flash_repay(loan, ctx)?;
                let (loan, mut transfers) = market.flash_borrow(*borrower, *amount, ctx)?;
                let mut receipt = market.flash_repay(loan, ctx)?;
                transfers.append(&mut receipt.transfers);
                Receipt { amount: receipt.amount, transfers }
            }
        };
        Ok(Done::Receipt(moved))
    }
}

/// Applies `operation` to `market`, all or nothing, and returns the tokens that moved.
///
/// # Errors
///
/// As the method of the trait that the operation stands for.
pub fn apply(
    market: &mut dyn LendingMarket,
    operation: &Operation,
    ctx: &Context<'_>,
) -> Result<Transfers, LendingError> {
    Ok(match operation.run(market, ctx)? {
        Done::Nothing => Transfers::new(),
        Done::Receipt(receipt) => receipt.transfers,
        Done::Liquidation(outcome) => outcome.transfers,
    })
}
