//! Entries that belong to no operation at a venue: capital, gas, incentives, balances that change by themselves.

use std::ops::Range;

use levmine_market::{Entry, Holder, Reason};

use crate::bookkeeper::{Bookkeeper, Flow};
use crate::{Account, BooksError, Expense, Income, Source, Why};

impl Bookkeeper<'_> {
    /// Enters those of these entries that `are` such.
    pub(crate) fn singles(
        &mut self,
        indices: Range<usize>,
        are: impl Fn(&Entry) -> bool,
    ) -> Result<(), BooksError> {
        for index in indices {
            let Some(entry) = self.world.journal.entries().get(index).copied() else { continue };
            if !are(&entry) {
                continue;
            }
            if self.reserve(index, &entry)? {
                continue;
            }
            let Some(flow) = self.flow(index) else { continue };
            let source = Source { time: entry.at, transaction: entry.transaction, entry: Some(index) };
            self.begin(source, Self::venue_of(&entry));
            self.single(entry.reason, flow)?;
            self.finish(entry.reason);
        }
        Ok(())
    }

    fn single(&mut self, reason: Reason, flow: Flow) -> Result<(), BooksError> {
        let wallet = Account::Wallet;
        match (reason, flow.leave) {
            (Reason::Capital, false) => self.capital(wallet, flow),
            (Reason::Gas, true) => self.expense(Expense::Gas, Why::Gas, flow),
            (Reason::Reward, false) => self.income(Income::Reward, wallet, flow),
            (Reason::Rebase, false) => self.income(Income::Rebase, wallet, flow),
            (Reason::Rebase | Reason::Exploit, true) => self.dispose(Why::Lost, wallet, flow, 0),
            (Reason::Cover, false) => self.income(Income::CoverPayout, wallet, flow),
            (Reason::Cover, true) => self.expense(Expense::CoverPremium, Why::CoverPremium, flow),
            (_, false) => self.income(Income::Other, wallet, flow),
            (_, true) => self.expense(Expense::Other, Why::Other, flow),
        }
    }

    /// Enters what comes into the reserve, and what goes on to the wallet, which changes no lots. Whether it was such.
    fn reserve(&mut self, index: usize, entry: &Entry) -> Result<bool, BooksError> {
        let reserve = Holder::Wallet(self.world.farmer.reserve());
        let (comes, goes) = (entry.to == reserve, entry.from == reserve);
        if !comes && !goes {
            return Ok(false);
        }
        let source = Source { time: entry.at, transaction: entry.transaction, entry: Some(index) };
        self.begin(source, None);
        let value = self.value_of(index);
        let flow = Flow { entry: Some(index), leave: goes, amount: entry.amount, value };
        if comes {
            self.capital(Account::Reserve, flow)?;
        } else {
            self.post(Account::Reserve, Flow { entry: None, ..flow }, None);
            self.post(Account::Wallet, Flow { leave: false, ..flow }, None);
        }
        self.finish(entry.reason);
        Ok(true)
    }

    fn capital(&mut self, to: Account, flow: Flow) -> Result<(), BooksError> {
        let value = flow.value.unwrap_or(0);
        let source = self.source(flow.entry);
        self.inventory(flow.amount.asset).add(flow.amount.raw, value, source)?;
        self.capital = self.capital.saturating_add(value);
        self.post(to, flow, Some(value));
        self.post_value(Account::Capital, value.saturating_neg());
        Ok(())
    }
}
