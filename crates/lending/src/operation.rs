use levmine_market::{Account, Actor, Asset, TokenAmount, Transfers};
use levmine_math::{U256, Wad};

use crate::{
    Amount, Context, Flow, LendingError, LendingMarket, LiquidationCall, LiquidationOutcome, Receipt, SaleId,
    SaleOutcome,
};

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
    /// [`LendingMarket::buy`]: buyer, sale, base units of the lot, the highest price.
    Buy(Account, SaleId, U256, Wad),
    /// [`LendingMarket::restart_sale`].
    RestartSale(Account, SaleId),
    /// [`LendingMarket::claim`].
    Claim(Account),
    /// [`LendingMarket::flow`].
    Flow(Flow),
}

/// What an operation did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Done {
    /// Something that moves no token.
    Quietly,
    /// A supply, withdrawal, loan, repayment, flow or flash loan (whose amount is that of the repayment's receipt).
    Moved(Receipt),
    /// A liquidation.
    Liquidated(LiquidationOutcome),
    /// A purchase from a sale, or its restart.
    Sold(SaleOutcome),
    /// Rewards.
    Claimed(Transfers),
}

impl Done {
    /// The tokens that moved.
    #[must_use]
    pub fn transfers(&self) -> &[levmine_market::Transfer] {
        match self {
            Self::Quietly => &[],
            Self::Moved(receipt) => &receipt.transfers,
            Self::Liquidated(outcome) => &outcome.transfers,
            Self::Sold(outcome) => &outcome.transfers,
            Self::Claimed(transfers) => transfers,
        }
    }
}

impl Operation {
    /// Applies the operation to `market`, all or nothing, and returns what it did.
    ///
    /// # Errors
    ///
    /// As the method of the trait that the operation stands for.
    pub fn run(&self, market: &mut dyn LendingMarket, ctx: &Context<'_>) -> Result<Done, LendingError> {
        let quietly = |()| Done::Quietly;
        match self {
            Self::Accrue => market.accrue(ctx.now).map(quietly),
            Self::Supply(actor, asset, amount) => {
                market.supply(*actor, *asset, *amount, ctx).map(Done::Moved)
            }
            Self::Withdraw(actor, asset, amount) => {
                market.withdraw(*actor, *asset, *amount, ctx).map(Done::Moved)
            }
            Self::Borrow(actor, asset, amount) => {
                market.borrow(*actor, *asset, *amount, ctx).map(Done::Moved)
            }
            Self::Repay(actor, asset, amount) => market.repay(*actor, *asset, *amount, ctx).map(Done::Moved),
            Self::Liquidate(call) => market.liquidate(call, ctx).map(Done::Liquidated),
            Self::SetCollateral(owner, asset, on) => {
                market.set_collateral(*owner, *asset, *on, ctx).map(quietly)
            }
            Self::SetMode(owner, mode) => market.set_mode(*owner, *mode, ctx).map(quietly),
            Self::ApproveBorrow(owner, delegatee, asset, amount) => {
                market.approve_borrow(*owner, *delegatee, *asset, *amount).map(quietly)
            }
            Self::Flash(borrower, amount) => {
                // Two calls, of which the second could fail when the first has changed the state already: on a copy
                // the pair shows that it goes through.
                flash(&mut *market.fork(), *borrower, *amount, ctx)?;
                flash(market, *borrower, *amount, ctx).map(Done::Moved)
            }
            Self::Buy(buyer, sale, amount, max) => {
                market.buy(*buyer, *sale, *amount, *max, ctx).map(Done::Sold)
            }
            Self::RestartSale(caller, sale) => market.restart_sale(*caller, *sale, ctx).map(Done::Sold),
            Self::Claim(owner) => market.claim(*owner, ctx.now).map(Done::Claimed),
            Self::Flow(flow) => market.flow(*flow, ctx).map(Done::Moved),
        }
    }
}

fn flash(
    market: &mut dyn LendingMarket,
    borrower: Account,
    amount: TokenAmount,
    ctx: &Context<'_>,
) -> Result<Receipt, LendingError> {
    let (loan, mut transfers) = market.flash_borrow(borrower, amount, ctx)?;
    let Receipt { amount, transfers: back } = market.flash_repay(loan, ctx)?;
    transfers.extend(back);
    Ok(Receipt { amount, transfers })
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
        Done::Quietly => Transfers::new(),
        Done::Moved(receipt) => receipt.transfers,
        Done::Liquidated(outcome) => outcome.transfers,
        Done::Sold(outcome) => outcome.transfers,
        Done::Claimed(transfers) => transfers,
    })
}
