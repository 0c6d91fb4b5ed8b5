//! Lending markets: what is put in and comes back, what is borrowed and given back.
//!
//! Neither is a disposal. What comes back is interest first, as long as there is any; what is paid back is too.

use levmine_composer::{Line, LineKind, Operation};
use levmine_market::{Asset, Mark, Reason, TokenAmount, VenueId};
use levmine_math::U256;

use crate::bookkeeper::{Bookkeeper, Flow, cost_of};
use crate::exchange::Way;
use crate::share::part;
use crate::{Account, BooksError, Expense, Income, Lender, TaxWhat, Why};

impl Bookkeeper<'_> {
    /// Enters an operation at a lending market.
    pub(crate) fn lending(&mut self, operation: &Operation, flows: &[Flow]) -> Result<(), BooksError> {
        let at = operation.at;
        match operation.reason {
            Reason::Swap => {
                let (outs, ins) = self.sides(Account::Wallet, flows)?;
                return self.exchange(&outs, &ins, Way::Trade, Why::Swap);
            }
            Reason::FlashLoan => return flows.iter().try_for_each(|flow| self.flash(at, *flow)),
            Reason::Reward => {
                return flows.iter().try_for_each(|flow| self.income(Income::Reward, Account::Wallet, *flow));
            }
            _ => {}
        }
        for flow in flows {
            self.position(operation, *flow)?;
        }
        self.close(operation)
    }

    /// Enters one movement between wallet and position.
    fn position(&mut self, operation: &Operation, flow: Flow) -> Result<(), BooksError> {
        let (at, asset, raw) = (operation.at, flow.amount.asset, flow.amount.raw);
        let supplied = Change::of(operation, asset, |kind| matches!(kind, LineKind::Supplied(_)));
        let owed = Change::of(operation, asset, |kind| matches!(kind, LineKind::Owed(_)));
        let lender = Lender::Market(at);
        if flow.leave {
            // A market may take what is supplied for a debt first.
            let repaid = match operation.reason {
                Reason::Repay => raw,
                _ => raw.min(owed.fall()),
            };
            let (repaid, rest) = divide(flow, repaid)?;
            self.repay(lender, repaid, owed.before, Expense::Interest, Why::Interest)?;
            self.put(at, rest)
        } else {
            // And lend where more is taken out than was supplied.
            let withdrawn = match operation.reason {
                Reason::Withdraw => raw.saturating_sub(owed.rise().min(raw.saturating_sub(supplied.fall()))),
                Reason::Borrow => raw.min(supplied.fall()),
                _ if !supplied.fall().is_zero() => raw,
                _ => return self.income(Income::Reward, Account::Wallet, flow),
            };
            let foreign = supplied.before.is_zero() && self.put_in(at, asset).is_zero();
            if operation.reason == Reason::Withdraw && foreign && owed.rise().is_zero() {
                return self.income(Income::Reward, Account::Wallet, flow);
            }
            let (withdrawn, borrowed) = divide(flow, withdrawn)?;
            self.take_back(at, withdrawn, supplied.before, Income::Interest)?;
            self.borrow(lender, borrowed)
        }
    }

    /// Enters what was put into a venue: no disposal, the lots stay what they are.
    pub(crate) fn put(&mut self, at: VenueId, flow: Flow) -> Result<(), BooksError> {
        let principal = self.principal.entry((at, flow.amount.asset)).or_default();
        *principal = levmine_math::add(*principal, flow.amount.raw)?;
        self.post(Account::Wallet, flow, None);
        self.post(Account::Deposit(at), Flow { leave: false, entry: None, ..flow }, None);
        Ok(())
    }

    /// Enters what came back of a position of `stood`: what it had grown by is income and comes first.
    pub(crate) fn take_back(
        &mut self,
        at: VenueId,
        flow: Flow,
        stood: U256,
        income: Income,
    ) -> Result<(), BooksError> {
        let asset = flow.amount.asset;
        let principal = self.put_in(at, asset);
        let grown = stood.saturating_sub(principal).min(flow.amount.raw);
        // More than was there is income too: what a contract rounds in his favour.
        let earned = flow.amount.raw.saturating_sub(principal.min(flow.amount.raw.saturating_sub(grown)));
        let (earned, back) = divide(flow, earned)?;
        self.principal.insert((at, asset), principal.saturating_sub(back.amount.raw));
        self.post(Account::Deposit(at), Flow { leave: true, entry: None, ..back }, None);
        self.post(Account::Wallet, back, None);
        self.income(income, Account::Wallet, earned)
    }

    pub(crate) fn borrow(&mut self, lender: Lender, flow: Flow) -> Result<(), BooksError> {
        if flow.amount.is_zero() {
            return Ok(());
        }
        let (asset, value) = (flow.amount.asset, flow.value.unwrap_or(0));
        self.inventory(asset).borrow(lender, flow.amount.raw, value)?;
        let (owed, carried) = self.debts.entry((lender, asset)).or_default();
        *owed = levmine_math::add(*owed, flow.amount.raw)?;
        *carried = carried.saturating_add(value);
        self.post(Account::Wallet, flow, Some(value));
        self.post(account_of(lender), Flow { leave: true, entry: None, ..flow }, Some(value));
        Ok(())
    }

    /// Enters what was paid on a debt of `stood`: what it had grown by is an expense and is paid first.
    pub(crate) fn repay(
        &mut self,
        lender: Lender,
        flow: Flow,
        stood: U256,
        expense: Expense,
        why: Why,
    ) -> Result<(), BooksError> {
        let (asset, raw) = (flow.amount.asset, flow.amount.raw);
        if raw.is_zero() {
            return Ok(());
        }
        let (owed, _) = self.debts.get(&(lender, asset)).copied().unwrap_or_default();
        let grown = stood.saturating_sub(owed).min(raw);
        let interest = raw.saturating_sub(owed.min(raw.saturating_sub(grown)));
        let (interest, principal) = divide(flow, interest)?;
        let carried = self.settle_debt(lender, principal.amount)?;
        let taken = self.inventory(asset).give_back(lender, principal.amount.raw)?;
        let given = cost_of(&taken);
        self.post(account_of(lender), Flow { leave: false, entry: None, ..principal }, Some(carried));
        self.post(Account::Wallet, principal, Some(given));
        self.post_value(Account::DebtGains, given.saturating_sub(carried));
        if asset != self.quote && !principal.amount.is_zero() {
            let what = TaxWhat::Debt { why: Why::Repayment, carried, given };
            self.line(flow.entry, principal.amount, what);
        }
        self.expense(expense, why, interest)
    }

    /// Takes a part of a debt out of the books; returns what it was worth when it was borrowed.
    pub(crate) fn settle_debt(&mut self, lender: Lender, amount: TokenAmount) -> Result<Mark, BooksError> {
        let Some((owed, carried)) = self.debts.get_mut(&(lender, amount.asset)) else { return Ok(0) };
        let gone = part(*carried, amount.raw, *owed)?;
        *owed = owed.saturating_sub(amount.raw);
        *carried = carried.saturating_sub(gone);
        Ok(gone)
    }

    /// A flash loan goes out or comes back: what is paid above the loan is its fee.
    fn flash(&mut self, at: VenueId, flow: Flow) -> Result<(), BooksError> {
        let lender = Lender::Flash(at);
        if flow.leave {
            self.repay(lender, flow, flow.amount.raw, Expense::FlashFee, Why::FlashFee)
        } else {
            self.borrow(lender, flow)
        }
    }

    /// Where a position has ended: what was put in and did not come back is lost, and what is still owed in the books
    /// need not be paid.
    pub(crate) fn close(&mut self, operation: &Operation) -> Result<(), BooksError> {
        let at = operation.at;
        for line in &operation.before {
            let asset = line.amount.asset;
            let is_over = !operation.after.iter().any(|after| {
                after.kind == line.kind && after.amount.asset == asset && !after.amount.is_zero()
            });
            if !is_over || line.amount.is_zero() {
                continue;
            }
            match line.kind {
                LineKind::Supplied(_) | LineKind::Staked(_) => {
                    let left = TokenAmount::new(asset, self.put_in(at, asset));
                    self.principal.remove(&(at, asset));
                    let flow = Flow { entry: None, leave: true, amount: left, value: None };
                    if !left.is_zero() {
                        self.dispose(Why::Lost, Account::Deposit(at), flow, 0)?;
                    }
                }
                LineKind::Owed(_) => self.forgive(Lender::Market(at), asset, U256::MAX)?,
                LineKind::Wallet | LineKind::Queued(_) => {}
            }
        }
        Ok(())
    }

    /// Takes up to `raw` of a debt out of the books that need not be paid.
    pub(crate) fn forgive(&mut self, lender: Lender, asset: Asset, raw: U256) -> Result<(), BooksError> {
        let (owed, _) = self.debts.get(&(lender, asset)).copied().unwrap_or_default();
        let amount = TokenAmount::new(asset, raw.min(owed));
        if amount.is_zero() {
            return Ok(());
        }
        let carried = self.settle_debt(lender, amount)?;
        let flow = Flow { entry: None, leave: false, amount, value: None };
        self.post(account_of(lender), flow, Some(carried));
        self.post_value(Account::DebtGains, carried.saturating_neg());
        self.line(None, amount, TaxWhat::Debt { why: Why::Forgiven, carried, given: 0 });
        Ok(())
    }
}

/// The account of a lender.
pub(crate) const fn account_of(lender: Lender) -> Account {
    match lender {
        Lender::Market(at) => Account::Debt(at),
        Lender::Flash(at) => Account::Flash(at),
    }
}

/// Divides a movement: `raw` of it, and the rest; the value goes with the amount.
pub(crate) fn divide(flow: Flow, raw: U256) -> Result<(Flow, Flow), BooksError> {
    let raw = raw.min(flow.amount.raw);
    let first = flow.value.map(|value| part(value, raw, flow.amount.raw)).transpose()?;
    let second = flow.value.zip(first).map(|(value, first)| value.saturating_sub(first));
    let of = |raw, value| Flow { amount: TokenAmount::new(flow.amount.asset, raw), value, ..flow };
    Ok((of(raw, first), of(flow.amount.raw.saturating_sub(raw), second)))
}

/// What an operation did to one line of a position.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) before: U256,
    pub(crate) after: U256,
}

impl Change {
    /// The change of what is of this asset and kind.
    pub(crate) fn of(operation: &Operation, asset: Asset, kind: impl Fn(LineKind) -> bool) -> Self {
        let sum = |lines: &[Line]| {
            let these = lines.iter().filter(|line| line.amount.asset == asset && kind(line.kind));
            these.fold(U256::ZERO, |sum, line| sum.saturating_add(line.amount.raw))
        };
        Self { before: sum(&operation.before), after: sum(&operation.after) }
    }

    pub(crate) const fn fall(self) -> U256 {
        self.before.saturating_sub(self.after)
    }

    pub(crate) const fn rise(self) -> U256 {
        self.after.saturating_sub(self.before)
    }
}
