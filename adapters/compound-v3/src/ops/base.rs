//! Supplying, withdrawing and transferring the base asset: repaying and borrowing by the sign of the
//! principal.

use levmine_lending::Amount;
use levmine_market::Account;
use levmine_math::U256;

use super::{Route, World};
use crate::accrual::{accrued, projected, update_base_principal};
use crate::casts::{add104, sub128};
use crate::error::{CometError, Result};
use crate::principal::{present_value, principal_value, repay_and_supply_amount, withdraw_and_borrow_amount};
use crate::signed::Signed;
use crate::state::{Action, Comet, Totals, User};

impl Comet {
    /// What the account supplied, with interest to `now`; zero for a borrower.
    ///
    /// Source: `Comet.balanceOf`.
    ///
    /// # Errors
    ///
    /// As [`projected`].
    pub fn balance_of(&self, account: Account, now: u64) -> Result<U256> {
        let totals = projected(&self.params, &self.totals, now)?;
        Ok(present_value(&totals, self.user(account).principal)?.or_zero())
    }

    /// What the account owes, with interest to `now`; zero for a supplier.
    ///
    /// Source: `Comet.borrowBalanceOf`.
    ///
    /// # Errors
    ///
    /// As [`projected`].
    pub fn borrow_balance_of(&self, account: Account, now: u64) -> Result<U256> {
        let totals = projected(&self.params, &self.totals, now)?;
        Ok(match present_value(&totals, self.user(account).principal)? {
            Signed::Minus(debt) => debt,
            Signed::Plus(_) => U256::ZERO,
        })
    }

    /// Supplies base, which pays a debt first; [`Amount::All`] pays the whole debt and no more. Returns what
    /// was paid in.
    ///
    /// Source: `Comet.supplyInternal`, `supplyBase`.
    ///
    /// # Errors
    ///
    /// [`CometError::Paused`], [`CometError::Unauthorized`], [`CometError::DoesNotFit`],
    /// [`CometError::Panic`].
    pub fn supply_base(&mut self, route: Route, amount: Amount, now: u64) -> Result<U256> {
        self.must_not_be_paused(Action::Supply)?;
        self.must_have_permission(route.from, route.operator)?;
        let amount = match amount {
            Amount::Exact(amount) => amount,
            Amount::All => self.borrow_balance_of(route.to, now)?,
        };
        let cash = levmine_math::add(self.cash, amount)?;
        let mut totals = accrued(&self.params, &self.totals, now)?;
        let mut user = self.user(route.to);
        grow(self, &mut totals, &mut user, amount)?;
        self.commit(totals, cash, [(route.to, user)]);
        Ok(amount)
    }

    /// Withdraws base, and borrows what is not there; [`Amount::All`] is the whole supply. Returns what was
    /// paid out.
    ///
    /// Source: `Comet.withdrawInternal`, `withdrawBase`.
    ///
    /// # Errors
    ///
    /// [`CometError::Paused`], [`CometError::Unauthorized`], [`CometError::DoesNotFit`],
    /// [`CometError::BorrowTooSmall`], [`CometError::BadPrice`], [`CometError::NotCollateralized`],
    /// [`CometError::InsufficientTokens`], [`CometError::Panic`].
    pub fn withdraw_base(&mut self, route: Route, amount: Amount, world: World<'_>) -> Result<U256> {
        self.take_base(route, amount, world.now, |comet, totals, user, balance| {
            comet.must_be_allowed_to_owe(route.from, totals, user, balance, world)
        })
    }

    /// Withdraws or borrows; `may_owe` looks at the position that would be left, and at what is left before its principal
    /// was rounded.
    pub(crate) fn take_base(
        &mut self,
        route: Route,
        amount: Amount,
        now: u64,
        may_owe: impl FnOnce(&Self, &Totals, &User, Signed) -> Result<()>,
    ) -> Result<U256> {
        self.must_not_be_paused(Action::Withdraw)?;
        self.must_have_permission(route.from, route.operator)?;
        let amount = match amount {
            Amount::Exact(amount) => amount,
            Amount::All => self.balance_of(route.from, now)?,
        };
        let mut totals = accrued(&self.params, &self.totals, now)?;
        let mut user = self.user(route.from);
        let (old, balance) = (user.principal, present_value(&totals, user.principal)?.sub(amount)?);
        let new = principal_value(&totals, balance)?;
        let (withdrawn, borrowed) = withdraw_and_borrow_amount(old, new);
        totals.total_supply_base = sub128(totals.total_supply_base, withdrawn)?;
        totals.total_borrow_base = add104(totals.total_borrow_base, borrowed)?;
        update_base_principal(&self.params, &totals, &mut user, new)?;
        may_owe(self, &totals, &user, balance)?;
        let cash = Self::paid_out(self.params.base, self.cash, amount)?;
        self.commit(totals, cash, [(route.from, user)]);
        Ok(amount)
    }

    /// Moves base from one position to another, borrowing what is not there; [`Amount::All`] is the whole
    /// supply. Returns what was moved.
    ///
    /// Source: `Comet.transferInternal`, `transferBase`.
    ///
    /// # Errors
    ///
    /// As [`Self::withdraw_base`], and [`CometError::NoSelfTransfer`].
    pub fn transfer_base(&mut self, route: Route, amount: Amount, world: World<'_>) -> Result<U256> {
        self.must_be_transferable(route)?;
        let amount = match amount {
            Amount::Exact(amount) => amount,
            Amount::All => self.balance_of(route.from, world.now)?,
        };
        let mut totals = accrued(&self.params, &self.totals, world.now)?;
        let (mut from, mut to) = (self.user(route.from), self.user(route.to));
        let from_balance = present_value(&totals, from.principal)?.sub(amount)?;
        let to_balance = present_value(&totals, to.principal)?.add(amount)?;
        let from_new = principal_value(&totals, from_balance)?;
        let to_new = principal_value(&totals, to_balance)?;
        let (withdrawn, borrowed) = withdraw_and_borrow_amount(from.principal, from_new);
        let (repaid, supplied) = repay_and_supply_amount(to.principal, to_new);
        // Added before subtracted, as in the contract.
        totals.total_supply_base = sub128(add104(totals.total_supply_base, supplied)?, withdrawn)?;
        totals.total_borrow_base = sub128(add104(totals.total_borrow_base, borrowed)?, repaid)?;
        update_base_principal(&self.params, &totals, &mut from, from_new)?;
        update_base_principal(&self.params, &totals, &mut to, to_new)?;
        self.must_be_allowed_to_owe(route.from, &totals, &from, from_balance, world)?;
        self.commit(totals, self.cash, [(route.from, from), (route.to, to)]);
        Ok(amount)
    }

    /// The checks that transfers of base and of collateral begin with.
    pub(crate) fn must_be_transferable(&self, route: Route) -> Result<()> {
        self.must_not_be_paused(Action::Transfer)?;
        self.must_have_permission(route.from, route.operator)?;
        if route.from == route.to {
            return Err(CometError::NoSelfTransfer { account: route.from });
        }
        Ok(())
    }

    /// Accrues the market, and the rewards of one account.
    ///
    /// Source: `Comet.accrueAccount`.
    ///
    /// # Errors
    ///
    /// As [`accrued`].
    pub fn accrue_account(&mut self, account: Account, now: u64) -> Result<()> {
        let totals = accrued(&self.params, &self.totals, now)?;
        let mut user = self.user(account);
        let principal = user.principal;
        update_base_principal(&self.params, &totals, &mut user, principal)?;
        self.commit(totals, self.cash, [(account, user)]);
        Ok(())
    }

    /// A debt is large enough and carried by its collateral; `balance` is what is left before its principal
    /// was rounded.
    fn must_be_allowed_to_owe(
        &self,
        account: Account,
        totals: &Totals,
        user: &User,
        balance: Signed,
        world: World<'_>,
    ) -> Result<()> {
        let Signed::Minus(debt) = balance else { return Ok(()) };
        let minimum = self.params.base_borrow_min;
        if debt < U256::from(minimum) {
            return Err(CometError::BorrowTooSmall { debt, minimum });
        }
        if self.covers_borrow(totals, user, world.prices)? {
            Ok(())
        } else {
            Err(CometError::NotCollateralized { account })
        }
    }

    /// Assigns what an operation has computed.
    pub(crate) fn commit<const N: usize>(&mut self, totals: Totals, cash: U256, users: [(Account, User); N]) {
        self.totals = totals;
        self.cash = cash;
        self.users.extend(users);
    }
}

/// Adds `amount` to what the account has, in its principal and in the totals.
fn grow(comet: &Comet, totals: &mut Totals, user: &mut User, amount: U256) -> Result<()> {
    let balance = present_value(totals, user.principal)?.add(amount)?;
    let new = principal_value(totals, balance)?;
    let (repaid, supplied) = repay_and_supply_amount(user.principal, new);
    totals.total_supply_base = add104(totals.total_supply_base, supplied)?;
    totals.total_borrow_base = sub128(totals.total_borrow_base, repaid)?;
    update_base_principal(&comet.params, totals, user, new)
}
