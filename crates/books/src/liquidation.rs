//! Liquidations: seized collateral is disposed of for the debt that is repaid with it.

use levmine_composer::{Line, LineKind, Operation};
use levmine_market::{Mark, TokenAmount};
use levmine_math::U256;

use crate::bookkeeper::{Bookkeeper, Flow};
use crate::exchange::{Side, Way};
use crate::lending::{Change, divide};
use crate::share::part;
use crate::{Account, BooksError, Expense, Income, Lender, TaxWhat, Why};

impl Bookkeeper<'_> {
    /// Enters what a liquidation, or the sale of seized collateral, did to the position.
    pub(crate) fn liquidation(&mut self, operation: &Operation, flows: &[Flow]) -> Result<(), BooksError> {
        let mut relief: Mark = 0;
        for line in lines(operation, |kind| matches!(kind, LineKind::Owed(_))) {
            relief = relief.saturating_add(self.relieve(operation, line)?);
        }
        let (mut outs, mut ins): (Vec<Side>, Vec<Side>) = (Vec::new(), Vec::new());
        for line in lines(operation, |kind| matches!(kind, LineKind::Supplied(_))) {
            let (out, back) = self.moved(operation, line)?;
            outs.extend(out);
            ins.extend(back);
        }
        let (more_outs, more_ins) = self.sides(Account::Wallet, flows)?;
        outs.extend(more_outs);
        ins.extend(more_ins);
        if !outs.is_empty() || !ins.is_empty() || relief != 0 {
            self.exchange(&outs, &ins, Way::Seized { relief }, Why::Liquidation)?;
        }
        self.close(operation)
    }

    /// What left the position, or came back to it, of one asset.
    fn moved(
        &mut self,
        operation: &Operation,
        line: Line,
    ) -> Result<(Option<Side>, Option<Side>), BooksError> {
        let (at, asset) = (operation.at, line.amount.asset);
        let change = Change::of(operation, asset, |kind| kind == line.kind);
        let value = |raw: U256, of: &[Line]| -> Result<Mark, BooksError> {
            let found = of.iter().find(|known| known.kind == line.kind && known.amount.asset == asset);
            found.map_or(Ok(0), |known| part(known.mark, raw, known.amount.raw))
        };
        let principal = self.put_in(at, asset);
        let (leave, raw, value) = if change.fall().is_zero() {
            (false, change.rise(), value(change.rise(), &operation.after)?)
        } else {
            (true, change.fall(), value(change.fall(), &operation.before)?)
        };
        if raw.is_zero() {
            return Ok((None, None));
        }
        let flow = Flow { entry: None, leave, amount: TokenAmount::new(asset, raw), value: Some(value) };
        let account = Account::Deposit(at);
        if leave {
            // Interest that was never taken out is received now, by what it pays.
            let grown = change.before.saturating_sub(principal).min(raw);
            let earned = raw.saturating_sub(principal.min(raw.saturating_sub(grown)));
            let (earned, rest) = divide(flow, earned)?;
            self.income(Income::Interest, account, Flow { leave: false, ..earned })?;
            self.principal.insert((at, asset), principal.saturating_sub(rest.amount.raw));
        } else {
            self.principal.insert((at, asset), levmine_math::add(principal, raw)?);
        }
        let (mut outs, mut ins) = self.sides(account, &[flow])?;
        Ok((outs.pop(), ins.pop()))
    }

    /// Enters that a debt has become less; returns the value of what was repaid.
    fn relieve(&mut self, operation: &Operation, line: Line) -> Result<Mark, BooksError> {
        let (lender, asset) = (Lender::Market(operation.at), line.amount.asset);
        let change = Change::of(operation, asset, |kind| kind == line.kind);
        let forgiven = operation.forgiven.iter().filter(|debt| debt.asset == asset);
        let forgiven = forgiven.fold(U256::ZERO, |sum, debt| sum.saturating_add(debt.raw));
        let forgiven = forgiven.min(change.fall());
        let raw = change.fall().saturating_sub(forgiven);
        let value = part(line.mark, raw, change.before)?;
        let (owed, _) = self.debts.get(&(lender, asset)).copied().unwrap_or_default();
        let grown = change.before.saturating_sub(owed);
        let interest = raw.saturating_sub(owed.min(raw.saturating_sub(grown.min(raw))));
        let paid =
            Flow { entry: None, leave: false, amount: TokenAmount::new(asset, raw), value: Some(value) };
        let (interest, principal) = divide(paid, interest)?;
        let carried = self.settle_debt(lender, principal.amount)?;
        let given = principal.value.unwrap_or(0);
        self.post(Account::Debt(operation.at), principal, Some(carried));
        self.post_value(Account::DebtGains, given.saturating_sub(carried));
        if asset != self.quote && !principal.amount.is_zero() {
            let what = TaxWhat::Debt { why: Why::Liquidation, carried, given };
            self.line(None, principal.amount, what);
        }
        if !interest.amount.is_zero() {
            let value = interest.value.unwrap_or(0);
            self.line(None, interest.amount, TaxWhat::Expense(Expense::Interest, value));
            self.post_value(Account::Expense(Expense::Interest), value);
        }
        // Interest that need not be paid never was in the books.
        let unpaid = grown.saturating_sub(interest.amount.raw.min(grown));
        self.forgive(lender, asset, forgiven.saturating_sub(unpaid))?;
        Ok(value)
    }
}

/// The lines of this kind before and after, each once.
fn lines(operation: &Operation, kind: impl Fn(LineKind) -> bool) -> Vec<Line> {
    let mut found: Vec<Line> = Vec::new();
    for line in operation.before.iter().chain(&operation.after).filter(|line| kind(line.kind)) {
        let same = |known: &Line| known.kind == line.kind && known.amount.asset == line.amount.asset;
        if !found.iter().any(same) {
            found.push(*line);
        }
    }
    found
}
