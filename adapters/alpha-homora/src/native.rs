//! The contracts' functions on a state: numbered positions, exact prices, amounts as the contracts take them
//! (2^256 − 1 is everything). Each is all or nothing; none asks who calls but [`State::enter`], and none asks for the
//! position's health but [`State::leave`]: an execution is `enter`, anything, `leave`.

use levmine_market::{Account, Asset};
use levmine_math::U256;

use crate::bank::{Factors, Repaid};
use crate::error::Result;
use crate::ops::collateral::Restaked;
use crate::ops::liquidation::Liquidated;
use crate::ops::{collateral, debt, execution, governance, lenders, liquidation};
use crate::oracle::Prices;
use crate::state::{Spell, State, Wrapped};

impl State {
    /// Begins an execution of `caller` on the position `number`; 0 opens a new one. Returns its number.
    ///
    /// Source: `HomoraBank.execute`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::NoPosition`], [`crate::HomoraError::NotPositionOwner`].
    pub fn enter(&mut self, caller: Account, number: u64) -> Result<u64> {
        self.transact(|tx| execution::enter(tx, caller, number))
    }

    /// Ends an execution: the collateral must count at least what the debts count, as stored.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::InsufficientCollateral`], what the prices answer.
    pub fn leave(&self, number: u64, prices: &dyn Prices) -> Result<()> {
        execution::leave(self, number, prices)
    }

    /// What the collateral of a position counts, with its factor, in wei.
    ///
    /// Source: `HomoraBank.getCollateralETHValue`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::NoPosition`], what the prices answer.
    pub fn collateral_value(&self, number: u64, prices: &dyn Prices) -> Result<U256> {
        execution::collateral_value(self, number, prices)
    }

    /// What the debts of a position count, with their factors, in wei; totals as stored.
    ///
    /// Source: `HomoraBank.getBorrowETHValue`.
    ///
    /// # Errors
    ///
    /// As [`State::collateral_value`].
    pub fn borrow_value(&self, number: u64, prices: &dyn Prices) -> Result<U256> {
        execution::borrow_value(self, number, prices)
    }

    /// Brings a bank to `block`.
    ///
    /// Source: `HomoraBank.accrue`.
    ///
    /// # Errors
    ///
    /// As [`crate::Bank::accrue`], [`crate::HomoraError::UnknownAsset`].
    pub fn accrue(&mut self, token: Asset, block: u64) -> Result<()> {
        let place = self.place(token)?;
        self.transact(|tx| debt::accrue(tx, place, block))
    }

    /// Borrows for a position, and returns the shares.
    ///
    /// Source: `HomoraBank.borrow`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::BorrowNotAllowed`], [`crate::HomoraError::TokenNotWhitelisted`], [`crate::HomoraError::BadBorrow`], and what
    /// accruing answers.
    pub fn borrow(&mut self, number: u64, token: Asset, amount: U256, block: u64) -> Result<U256> {
        let place = self.place(token)?;
        self.transact(|tx| debt::borrow(tx, number, place, amount, block))
    }

    /// Repays a position's debt.
    ///
    /// Source: `HomoraBank.repay`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::RepayNotAllowed`], [`crate::HomoraError::TokenNotWhitelisted`], [`crate::HomoraError::PaidExceedsDebt`], what
    /// the lender and accruing answer.
    pub fn repay(&mut self, number: u64, token: Asset, amount: U256, block: u64) -> Result<Repaid> {
        let place = self.place(token)?;
        self.transact(|tx| debt::repay(tx, number, place, amount, block))
    }

    /// What a position owes once the bank is brought to `block`.
    ///
    /// Source: `HomoraBank.borrowBalanceCurrent`.
    ///
    /// # Errors
    ///
    /// As [`State::accrue`].
    pub fn debt_current(&mut self, number: u64, token: Asset, block: u64) -> Result<U256> {
        let place = self.place(token)?;
        self.transact(|tx| {
            debt::accrue(tx, place, block)?;
            tx.state().debt_stored(number, place)
        })
    }

    /// That a spell takes the LP token.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::LpNotWhitelisted`].
    pub fn must_take(&self, spell: Spell) -> Result<()> {
        collateral::must_take(self, spell)
    }

    /// Wraps LP tokens without rewards and puts them in.
    ///
    /// Source: `BasicSpell.doPutCollateral`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::AnotherCollateral`], [`crate::HomoraError::CollateralNotSupported`].
    pub fn put_plain(&mut self, number: u64, amount: U256) -> Result<()> {
        self.transact(|tx| collateral::put_plain(tx, number, amount))
    }

    /// Takes plainly wrapped LP tokens out, and returns how many.
    ///
    /// Source: `BasicSpell.doTakeCollateral`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::InvalidCollateral`], [`crate::HomoraError::SubUnderflow`].
    pub fn take_plain(&mut self, number: u64, amount: U256) -> Result<U256> {
        self.transact(|tx| collateral::take_plain(tx, number, amount))
    }

    /// Stakes LP tokens: everything comes out of the chef with its rewards, and goes in again.
    ///
    /// Source: `SushiswapSpellV1.addLiquidityWMasterChef`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::IncorrectPid`], [`crate::HomoraError::WrapperMismatch`], what the chef answers.
    pub fn stake(&mut self, number: u64, amount: U256, block: u64) -> Result<Restaked> {
        self.transact(|tx| collateral::stake(tx, number, amount, block))
    }

    /// Takes staked LP tokens out, with their rewards.
    ///
    /// Source: `SushiswapSpellV1.removeLiquidityWMasterChef`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::WrapperMismatch`], [`crate::HomoraError::SubUnderflow`], what the chef answers.
    pub fn unstake(&mut self, number: u64, amount: U256, block: u64) -> Result<Restaked> {
        self.transact(|tx| collateral::unstake(tx, number, amount, block))
    }

    /// Takes a position's rewards.
    ///
    /// Source: `SushiswapSpellV1.harvestWMasterChef`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::LpNotWhitelisted`], [`crate::HomoraError::WrapperMismatch`], what the chef answers.
    pub fn harvest(&mut self, number: u64, block: u64) -> Result<Restaked> {
        self.transact(|tx| collateral::harvest(tx, number, block))
    }

    /// Liquidates.
    ///
    /// Source: `HomoraBank.liquidate`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::StillHealthy`], [`crate::HomoraError::PaidExceedsDebt`], what the lender, accruing and the prices answer.
    pub fn liquidate(
        &mut self,
        liquidator: Account,
        number: u64,
        token: Asset,
        amount: U256,
        prices: &dyn Prices,
        block: u64,
    ) -> Result<Liquidated> {
        let place = self.place(token)?;
        self.transact(|tx| liquidation::liquidate(tx, liquidator, number, place, amount, prices, block))
    }

    /// Unwraps what a liquidator took: how much, and the reward paid.
    ///
    /// Source: `WERC20.burn`, `WMasterChef.burn`.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::BurnExceedsBalance`], what the chef answers.
    pub fn unwrap(
        &mut self,
        owner: Account,
        token: Wrapped,
        amount: U256,
        block: u64,
    ) -> Result<(U256, U256)> {
        self.transact(|tx| collateral::unwrap(tx, owner, token, amount, block))
    }

    /// Lends through the SafeBox, and returns the shares.
    ///
    /// # Errors
    ///
    /// What the lender answers.
    pub fn safebox_deposit(
        &mut self,
        owner: Account,
        token: Asset,
        amount: U256,
        block: u64,
    ) -> Result<U256> {
        let place = self.place(token)?;
        self.transact(|tx| lenders::deposit(tx, owner, place, amount, block))
    }

    /// Takes back what was lent for so many shares, and returns how much.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::BurnExceedsBalance`], [`crate::HomoraError::BadRedeem`], what the lender answers.
    pub fn safebox_withdraw(
        &mut self,
        owner: Account,
        token: Asset,
        shares: U256,
        block: u64,
    ) -> Result<U256> {
        let place = self.place(token)?;
        self.transact(|tx| lenders::withdraw(tx, owner, place, shares, block))
    }

    /// Borrows at the lender directly.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::BadBorrow`], what the lender answers.
    pub fn lender_borrow(&mut self, owner: Account, token: Asset, amount: U256, block: u64) -> Result<()> {
        let place = self.place(token)?;
        self.transact(|tx| lenders::borrow(tx, owner, place, amount, block))
    }

    /// Repays at the lender directly, and returns how much.
    ///
    /// # Errors
    ///
    /// What the lender answers.
    pub fn lender_repay(&mut self, owner: Account, token: Asset, amount: U256, block: u64) -> Result<U256> {
        let place = self.place(token)?;
        self.transact(|tx| lenders::repay(tx, owner, place, amount, block))
    }

    /// Stakes with the chef directly, and returns the reward paid.
    ///
    /// # Errors
    ///
    /// What the chef answers.
    pub fn chef_deposit(&mut self, owner: Account, amount: U256, block: u64) -> Result<U256> {
        self.transact(|tx| lenders::stake(tx, owner, amount, block))
    }

    /// Takes a stake back, and returns the reward paid.
    ///
    /// # Errors
    ///
    /// What the chef answers.
    pub fn chef_withdraw(&mut self, owner: Account, amount: U256, block: u64) -> Result<U256> {
        self.transact(|tx| lenders::unstake(tx, owner, amount, block))
    }

    /// The protocol takes of its reserve.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::NoBank`], [`crate::HomoraError::SubUnderflow`].
    pub fn withdraw_reserve(&mut self, token: Asset, amount: U256) -> Result<()> {
        let place = self.place(token)?;
        self.transact(|tx| lenders::withdraw_reserve(tx, place, amount))
    }

    /// Sets the protocol's part of the interest.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::FeeTooHigh`].
    pub fn set_fee(&mut self, bps: u64) -> Result<()> {
        governance::set_fee(self, bps)
    }

    /// Sets what the oracle knows about a token or the LP token.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::UnknownAsset`].
    pub fn set_factors(&mut self, asset: Asset, factors: Factors) -> Result<()> {
        governance::set_factors(self, asset, factors)
    }

    /// Opens or closes borrowing (bit 0) and repaying (bit 1) of everything.
    pub const fn set_status(&mut self, status: u8) {
        self.core.status = status;
    }

    /// Opens or closes borrowing and repaying of a token.
    ///
    /// # Errors
    ///
    /// [`crate::HomoraError::UnknownAsset`].
    pub fn set_token_whitelist(&mut self, token: Asset, ok: bool) -> Result<()> {
        governance::set_token_whitelist(self, token, ok)
    }

    /// Lets a spell take the LP token, or not.
    pub const fn set_lp_whitelist(&mut self, spell: Spell, ok: bool) {
        governance::set_lp_whitelist(self, spell, ok);
    }
}
