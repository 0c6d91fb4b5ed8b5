use std::fmt::Debug;

use levmine_config::Fields;
use levmine_market::gas::GasUse;
use levmine_market::{Account, Actor, Asset, Descriptor, Dump, Moment, PriceBook, TokenAmount, Transfers};
use levmine_math::{Ray, U256};

use crate::{
    Capabilities, Change, Flow, Health, LendingError, LiquidationCall, LiquidationOutcome, Listing, Position,
    Rates, ReserveRecord, Sale, SaleId, SaleOutcome, Touch,
};

/// How much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many base units.
    Exact(U256),
    /// Everything: the whole supply, the whole debt, or (for a liquidation) all that the rules allow.
    All,
}

/// What an operation may know of the world: the block and the oracle's prices.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The block.
    pub now: Moment,
    /// What the oracle says.
    pub prices: &'a PriceBook,
}

/// What an operation moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The amount by which supply or debt changed as the contract reports it, in base units of the operation's asset.
    pub amount: U256,
    /// The tokens that moved.
    pub transfers: Transfers,
}

/// A flash loan that is out. It must come back by [`LendingMarket::flash_repay`] within the same transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct FlashLoan {
    /// Who has it and must pay it back.
    pub borrower: Account,
    /// What was lent.
    pub amount: TokenAmount,
    /// What must be paid on top, in base units of the same asset.
    pub fee: U256,
}

/// A market in which assets are supplied, borrowed and liquidated.
///
/// # What an implementor guarantees
///
/// - **All or nothing.** An operation that answers `Err` has left every integer of the state as it was.
/// - **Exact.** Integers, scales, rounding directions and the order of checks are those of the contract version that
///   the descriptor names; where the contract reverts, the answer is [`LendingError::Refused`] with the contract's own
///   name of the reason, or [`LendingError::Math`] where its arithmetic fails.
/// - **Conservation.** Every token that moves is among the returned transfers, and [`LendingMarket::holdings`] is what
///   its contracts then hold.
/// - **Pure.** No input or output, no clock, no randomness; the same calls give the same bytes.
/// - **Time only runs forward.** A `now` before the last one seen changes nothing and accrues nothing.
/// - **No panic** on any input.
///
/// # What a caller may assume
///
/// - Reading methods answer *as of* `now` with interest included, without changing the state.
/// - Prices are the oracle's; market prices never enter.
/// - An account that never acted has an empty position and no debt.
/// - `fork` is independent: nothing done to one is seen by the other.
///
/// # What is left open
///
/// How often interest is compounded follows from how often operations (or [`LendingMarket::accrue`]) happen, as on
/// chain.
pub trait LendingMarket: Debug + Send + Sync {
    /// What the adapter says about itself.
    fn descriptor(&self) -> &'static Descriptor;

    /// The contract version modelled, one of the descriptor's.
    fn version(&self) -> &'static str;

    /// What this market can do.
    fn capabilities(&self) -> Capabilities;

    /// An independent copy.
    fn fork(&self) -> Box<dyn LendingMarket>;

    /// All assets that can be supplied or borrowed, in the market's order.
    fn assets(&self) -> Vec<Asset>;

    /// What may be done with `asset`.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`].
    fn listing(&self, asset: Asset) -> Result<Listing, LendingError>;

    /// What `asset` earns and costs.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`], [`LendingError::Math`].
    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError>;

    /// What `owner` supplied of `asset` with interest, in base units, as the contract's balance reads.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`], [`LendingError::Math`].
    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError>;

    /// What `owner` owes of `asset` with interest, in base units, as the contract's balance reads.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`], [`LendingError::Math`].
    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError>;

    /// All that `owner` has and owes.
    ///
    /// # Errors
    ///
    /// [`LendingError::Math`].
    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError>;

    /// How far `owner` is from liquidation, by the protocol's own valuation and rounding.
    ///
    /// # Errors
    ///
    /// [`LendingError::Market`] for a missing price, [`LendingError::Math`].
    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError>;

    /// Brings all indexes and rates to `now`, as an operation of no amount on every asset would.
    ///
    /// # Errors
    ///
    /// [`LendingError::Math`].
    fn accrue(&mut self, now: Moment) -> Result<(), LendingError>;

    /// Brings what `owner` has and owes to `now`, as [`LendingMarket::accrue`] does; other assets may wait until
    /// somebody touches them, as they do on chain. For a step loop in which only one position is looked at. What follows a
    /// record is brought up to date by that alone: an index of it that does not fit is told when it is asked for.
    ///
    /// # Errors
    ///
    /// [`LendingError::Math`].
    fn accrue_for(&mut self, owner: Account, now: Moment) -> Result<(), LendingError> {
        let _ = owner;
        self.accrue(now)
    }

    /// The oracle has published the prices of `ctx`. Markets read prices when they are asked; one that keeps something
    /// at the prices of a moment (a debt pool that counts what its synths are worth) brings it up to date here.
    ///
    /// # Errors
    ///
    /// [`LendingError::Refused`], [`LendingError::Math`].
    fn publish(&mut self, ctx: &Context<'_>) -> Result<(), LendingError> {
        let _ = ctx;
        Ok(())
    }

    /// Puts `amount` of `asset` in. The tokens come from the caller; the owner's position grows. `All` is an invalid
    /// amount.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`], [`LendingError::Refused`], [`LendingError::Math`].
    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError>;

    /// Takes `amount` of `asset` out of the owner's supply to the caller.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`], [`LendingError::Refused`], [`LendingError::Market`], [`LendingError::Math`].
    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError>;

    /// Borrows `amount` of `asset` to the caller, on the owner's credit. `All` is an invalid amount.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`], [`LendingError::Refused`], [`LendingError::Market`], [`LendingError::Math`].
    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError>;

    /// Pays `amount` of the owner's debt in `asset` back with the caller's tokens; more than the debt pays the debt.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`], [`LendingError::Refused`], [`LendingError::Math`].
    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError>;

    /// Liquidates by the market's own rule.
    ///
    /// # Errors
    ///
    /// [`LendingError::Refused`] when the position is not liquidatable or the call is not allowed.
    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome, LendingError>;

    /// The tokens the market's contracts hold, every one that it can hold, zero or not.
    fn holdings(&self) -> Vec<TokenAmount>;

    /// How much exists of each token that the market issues, as minted and burned through transfers with
    /// [`levmine_market::Party::Issuer`].
    fn issued(&self) -> Vec<TokenAmount> {
        Vec::new()
    }

    /// The whole state in the contract's own integers.
    fn dump(&self) -> Dump;

    /// Switches whether what `owner` supplied of `asset` counts as collateral.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Refused`].
    fn set_collateral(
        &mut self,
        owner: Account,
        asset: Asset,
        enabled: bool,
        ctx: &Context<'_>,
    ) -> Result<(), LendingError> {
        let _ = (owner, asset, enabled, ctx);
        Err(self.unsupported("switching collateral"))
    }

    /// Puts `owner` into a risk category of the market; 0 is none.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Refused`].
    fn set_mode(&mut self, owner: Account, mode: u8, ctx: &Context<'_>) -> Result<(), LendingError> {
        let _ = (owner, mode, ctx);
        Err(self.unsupported("risk categories"))
    }

    /// Allows `delegatee` to borrow up to `amount` of `asset` on the credit of `owner`.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::UnknownAsset`].
    fn approve_borrow(
        &mut self,
        owner: Account,
        delegatee: Account,
        asset: Asset,
        amount: U256,
    ) -> Result<(), LendingError> {
        let _ = (owner, delegatee, asset, amount);
        Err(self.unsupported("credit delegation"))
    }

    /// The fee of a flash loan of `amount`, in base units of its asset.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::UnknownAsset`].
    fn flash_fee(&self, amount: TokenAmount) -> Result<U256, LendingError> {
        let _ = amount;
        Err(self.unsupported("flash loans"))
    }

    /// Lends `amount` to `borrower` until the end of the transaction.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Refused`].
    fn flash_borrow(
        &mut self,
        borrower: Account,
        amount: TokenAmount,
        ctx: &Context<'_>,
    ) -> Result<(FlashLoan, Transfers), LendingError> {
        let _ = (borrower, amount, ctx);
        Err(self.unsupported("flash loans"))
    }

    /// Takes a flash loan and its fee back from its borrower.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Refused`].
    fn flash_repay(&mut self, loan: FlashLoan, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        let _ = (loan, ctx);
        Err(self.unsupported("flash loans"))
    }

    /// Begins a batch: until [`LendingMarket::end_batch`], `owner` may borrow before the collateral is there, and take
    /// it out before the debt is paid. Nobody else acts in between.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Refused`].
    fn begin_batch(&mut self, owner: Account, ctx: &Context<'_>) -> Result<(), LendingError> {
        let _ = (owner, ctx);
        Err(self.unsupported("batches"))
    }

    /// Ends the batch of `owner`: here the health that was not asked for is asked for. Where it fails, the caller takes
    /// back everything since the beginning, as the chain does.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Refused`] with [`crate::Refusal::InsufficientCollateral`].
    fn end_batch(&mut self, owner: Account, ctx: &Context<'_>) -> Result<(), LendingError> {
        let _ = (owner, ctx);
        Err(self.unsupported("batches"))
    }

    /// Changes exactly `sell` into `buy` at the oracle's price, less the market's fee. The answer's amount is what was
    /// bought, in base units of `buy`.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::UnknownAsset`], [`LendingError::Refused`],
    /// [`LendingError::Market`].
    fn exchange(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let _ = (trader, sell, buy, ctx);
        Err(self.unsupported("exchanges"))
    }

    /// Lets the other users supply, withdraw, borrow or repay together: as the contract's own operation, except that
    /// nobody asks what secures them. The tokens come from outside and go there. Indexes, rates and caps follow as after
    /// any operation, and nobody else's position changes by more than rounding. The answer's amount is what was moved.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::UnknownAsset`], [`LendingError::Math`];
    /// [`LendingError::Refused`] where the contract would refuse anybody, where the others do not have so much
    /// ([`crate::Refusal::InsufficientBalance`]) or the market does not hold it
    /// ([`crate::Refusal::InsufficientLiquidity`]).
    fn flow(&mut self, flow: Flow, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        let _ = (flow, ctx);
        Err(self.unsupported("flows of other users"))
    }

    /// The running sales of seized collateral.
    ///
    /// # Errors
    ///
    /// [`LendingError::Market`], [`LendingError::Math`].
    fn sales(&self, ctx: &Context<'_>) -> Result<Vec<Sale>, LendingError> {
        let _ = ctx;
        Ok(Vec::new())
    }

    /// Buys up to `amount` base units of a sale's lot, for at most `max_price` (as [`Sale::price`]).
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Refused`].
    fn buy(
        &mut self,
        buyer: Account,
        sale: SaleId,
        amount: U256,
        max_price: levmine_math::Wad,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        let _ = (buyer, sale, amount, max_price, ctx);
        Err(self.unsupported("sales of seized collateral"))
    }

    /// Restarts a stalled sale.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Refused`].
    fn restart_sale(
        &mut self,
        caller: Account,
        sale: SaleId,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        let _ = (caller, sale, ctx);
        Err(self.unsupported("sales of seized collateral"))
    }

    /// Rewards that `owner` could claim now.
    ///
    /// # Errors
    ///
    /// [`LendingError::Math`].
    fn claimable(&self, owner: Account, now: Moment) -> Result<Vec<TokenAmount>, LendingError> {
        let _ = (owner, now);
        Ok(Vec::new())
    }

    /// Pays out the rewards of `owner`.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::Math`].
    fn claim(&mut self, owner: Account, now: Moment) -> Result<Transfers, LendingError> {
        let _ = (owner, now);
        Err(self.unsupported("rewards"))
    }

    /// The touches that a history of one reserve tells, oldest first: the second of each found with the market's own formulas,
    /// as far as the rows allow. Changes nothing.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`] for a market that cannot follow a history.
    fn touches(&self, rows: &[ReserveRecord]) -> Result<Vec<Touch>, LendingError> {
        let _ = rows;
        Err(self.unsupported("following recorded rates"))
    }

    /// Does to the reserve of `asset` what a recorded touch did: brings its indexes to the touch's time at the rates before,
    /// and puts the recorded rates in force. Returns the indexes of supply and debt that this gives; where `adopt` is
    /// true, and in the first touch, those that were recorded are put in their place.
    ///
    /// From the first touch on the reserve is moved by its record alone: the farmer's operations, too small to matter on
    /// chain, read its indexes and leave them and its rates as they are. Amounts that others have and owe stay what they are.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`], [`LendingError::UnknownAsset`], [`LendingError::Math`].
    fn follow(&mut self, asset: Asset, touch: &Touch, adopt: bool) -> Result<[Ray; 2], LendingError> {
        let _ = (asset, touch, adopt);
        Err(self.unsupported("following recorded rates"))
    }

    /// An operation that only this protocol has (governance, donations, treasury), by the name its README gives.
    /// Used by replays; strategies never need one. Returns what the contract returns.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`] for a name it does not know; the outer error for arguments that cannot be read.
    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        accounts: &dyn Fn(&str) -> Account,
        ctx: &Context<'_>,
    ) -> Result<Result<Dump, LendingError>, levmine_config::ConfigError> {
        let _ = (name, arguments, accounts, ctx);
        Ok(Err(self.unsupported("this operation")))
    }

    /// Changes a parameter as the protocol's governance does: interest up to now is counted with the old one, where the
    /// contract counts it so. Nothing else moves.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`] for a parameter that this market does not have or cannot change,
    /// [`LendingError::UnknownAsset`], [`LendingError::Refused`] for a value that the contract does not accept.
    fn govern(&mut self, change: &Change, ctx: &Context<'_>) -> Result<(), LendingError> {
        let _ = ctx;
        let _ = change;
        Err(self.unsupported("changes of its parameters"))
    }

    /// The units of gas that an operation costs here, as [`GasUse`] counts them; `None` where nothing better than
    /// [`levmine_market::gas::usual_units`] is known.
    fn gas_units(&self, operation: GasUse) -> Option<u64> {
        let _ = operation;
        None
    }

    /// The error for an operation that this market does not have.
    fn unsupported(&self, operation: &'static str) -> LendingError {
        LendingError::Unsupported { protocol: self.descriptor().name, operation }
    }
}
