//! Who enters one thing after the other.

use std::collections::{BTreeMap, VecDeque};

use levmine_composer::{Operation, Record, Venue, World};
use levmine_market::{Asset, Entry, Holder, Mark, Outside, Reason, TokenAmount, VenueId};
use levmine_math::U256;

use crate::ledger::reason_name;
use crate::share::split;
use crate::{
    Account, BooksError, Entered, Expense, Income, Inventory, Lender, Method, Posted, Posting, Rules, Source,
    Taken, TaxLine, TaxWhat, Why,
};

/// A movement of the wallet's, with its place in the journal and what it was worth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow {
    pub(crate) entry: Option<usize>,
    /// Whether it leaves the account.
    pub(crate) leave: bool,
    pub(crate) amount: TokenAmount,
    pub(crate) value: Option<Mark>,
}

/// The books while they are being kept.
#[derive(Debug)]
pub(crate) struct Bookkeeper<'a> {
    pub(crate) world: &'a World,
    record: &'a Record,
    pub(crate) rules: Rules,
    pub(crate) quote: Asset,
    pub(crate) inventories: BTreeMap<Asset, Inventory>,
    /// What was put into venues and has not come back.
    pub(crate) principal: BTreeMap<(VenueId, Asset), U256>,
    /// Shares that wait in a venue's queue, the oldest first.
    pub(crate) pending: BTreeMap<VenueId, VecDeque<TokenAmount>>,
    /// What was borrowed and has not been given back, and what it was worth then.
    pub(crate) debts: BTreeMap<(Lender, Asset), (U256, Mark)>,
    /// What the capital was worth when it came in.
    pub(crate) capital: Mark,
    pub(crate) lines: Vec<TaxLine>,
    pub(crate) entered: Vec<Entered>,
    /// Where things stand that are being entered.
    pub(crate) here: Here,
}

/// The place in the journal of what is being entered.
#[derive(Debug, Clone)]
pub(crate) struct Here {
    pub(crate) source: Source,
    pub(crate) at: Option<VenueId>,
    pub(crate) postings: Vec<Posting>,
}

impl<'a> Bookkeeper<'a> {
    /// Keeps the books of all that is in the journal.
    pub(crate) fn keep(world: &'a World, record: &'a Record, rules: Rules) -> Result<Self, BooksError> {
        let source = Source { time: world.now.time, transaction: 0, entry: None };
        let mut keeper = Self {
            world,
            record,
            rules,
            quote: world.quote,
            inventories: BTreeMap::new(),
            principal: BTreeMap::new(),
            pending: BTreeMap::new(),
            debts: BTreeMap::new(),
            capital: 0,
            lines: Vec::new(),
            entered: Vec::new(),
            here: Here { source, at: None, postings: Vec::new() },
        };
        let entries = world.journal.entries();
        let mut next = 0;
        for operation in record.operations.iter().filter(|operation| operation.farmer == world.farmer) {
            keeper.singles(next..operation.entries.start, |_| true)?;
            keeper.operation(operation)?;
            // What a token's ledger added to the operation comes after it.
            keeper.singles(operation.entries.clone(), |entry| entry.reason != operation.reason)?;
            next = operation.entries.end;
        }
        keeper.singles(next..entries.len(), |_| true)?;
        Ok(keeper)
    }

    fn operation(&mut self, operation: &Operation) -> Result<(), BooksError> {
        let entry = if operation.entries.is_empty() { None } else { Some(operation.entries.start) };
        let (time, transaction) = (operation.time, operation.transaction);
        self.begin(Source { time, transaction, entry }, Some(operation.at));
        let flows: Vec<Flow> = operation
            .entries
            .clone()
            .filter(|index| {
                self.world.journal.entries().get(*index).is_some_and(|entry| entry.reason == operation.reason)
            })
            .filter_map(|index| self.flow(index))
            .collect();
        match self.world.venues().get(usize::from(operation.at.0)).map(|slot| &slot.venue) {
            _ if operation.reason == Reason::Liquidation => self.liquidation(operation, &flows)?,
            Some(Venue::Lending(_)) => self.lending(operation, &flows)?,
            Some(Venue::Vault(_)) => self.vault(operation, &flows)?,
            Some(Venue::Pool(_)) | None => self.pool(operation, &flows)?,
        }
        self.finish(operation.reason);
        Ok(())
    }

    /// The entry's movement, if it touches the wallet.
    pub(crate) fn flow(&self, index: usize) -> Option<Flow> {
        let entry = self.world.journal.entries().get(index)?;
        let wallet = Holder::Wallet(self.world.farmer);
        let leave = entry.from == wallet;
        let value = self.value_of(index);
        (leave || entry.to == wallet).then_some(Flow {
            entry: Some(index),
            leave,
            amount: entry.amount,
            value,
        })
    }

    /// What an entry was worth.
    pub(crate) fn value_of(&self, index: usize) -> Option<Mark> {
        self.record.values.get(index).copied().flatten()
    }

    /// The venue an entry has to do with.
    pub(crate) fn venue_of(entry: &Entry) -> Option<VenueId> {
        [entry.from, entry.to].into_iter().find_map(|holder| match holder {
            Holder::Venue(at)
            | Holder::Outside(Outside::Issuer(at) | Outside::Incentives(at) | Outside::Loss(at)) => Some(at),
            _ => None,
        })
    }

    pub(crate) fn begin(&mut self, source: Source, at: Option<VenueId>) {
        self.here = Here { source, at, postings: Vec::new() };
    }

    pub(crate) fn finish(&mut self, reason: Reason) {
        let Here { source, at, postings } = self.here.clone();
        if !postings.is_empty() {
            self.entered.push(Entered { source, reason: reason_name(reason), at, postings });
        }
        self.here.postings.clear();
    }

    /// Posts tokens. Those of the quote asset stand for themselves.
    pub(crate) fn post(&mut self, account: Account, flow: Flow, cost: Option<Mark>) {
        if flow.amount.is_zero() {
            return;
        }
        let cost = cost.filter(|_| flow.amount.asset != self.quote);
        let posted = Posted::Tokens { leave: flow.leave, amount: flow.amount, cost };
        self.here.postings.push(Posting { account, posted, entry: flow.entry });
    }

    pub(crate) fn post_value(&mut self, account: Account, value: Mark) {
        if value != 0 {
            let posted = Posted::Value(value);
            self.here.postings.push(Posting { account, posted, entry: None });
        }
    }

    pub(crate) fn line(&mut self, entry: Option<usize>, amount: TokenAmount, what: TaxWhat) {
        let source = Source { entry: entry.or(self.here.source.entry), ..self.here.source };
        self.lines.push(TaxLine { source, at: self.here.at, amount, what });
    }

    pub(crate) fn source(&self, entry: Option<usize>) -> Source {
        Source { entry: entry.or(self.here.source.entry), ..self.here.source }
    }

    pub(crate) fn inventory(&mut self, asset: Asset) -> &mut Inventory {
        // The quote asset is the money in which everything is counted: each unit costs what it is.
        let method = if asset == self.quote { Method::Average } else { self.rules.method };
        self.inventories.entry(asset).or_insert_with(|| Inventory::new(asset, method))
    }

    /// Enters what came in and was not paid for.
    pub(crate) fn income(&mut self, what: Income, to: Account, flow: Flow) -> Result<(), BooksError> {
        let value = flow.value.unwrap_or(0);
        let source = self.source(flow.entry);
        self.inventory(flow.amount.asset).add(flow.amount.raw, value, source)?;
        self.post(to, flow, Some(value));
        self.post_value(Account::Income(what), value.saturating_neg());
        if !flow.amount.is_zero() {
            self.line(flow.entry, flow.amount, TaxWhat::Income(what, value));
        }
        Ok(())
    }

    /// Enters what was given away for `proceeds`.
    pub(crate) fn dispose(
        &mut self,
        why: Why,
        from: Account,
        flow: Flow,
        proceeds: Mark,
    ) -> Result<(), BooksError> {
        let taken = self.inventory(flow.amount.asset).take(flow.amount.raw)?;
        let cost = cost_of(&taken);
        self.post(from, flow, Some(cost));
        self.post_value(Account::Gains, cost.saturating_sub(proceeds));
        self.disposals(why, flow.entry, flow.amount.asset, &taken, proceeds)
    }

    /// Writes a line for each lot of what was given away. Money that is worth what it costs needs none.
    pub(crate) fn disposals(
        &mut self,
        why: Why,
        entry: Option<usize>,
        asset: Asset,
        taken: &[Taken],
        proceeds: Mark,
    ) -> Result<(), BooksError> {
        if asset == self.quote && proceeds == cost_of(taken) {
            return Ok(());
        }
        let weights: Vec<U256> = taken.iter().map(|taken| taken.raw).collect();
        for (taken, proceeds) in taken.iter().zip(split(proceeds, &weights)?) {
            let amount = TokenAmount::new(asset, taken.raw);
            let (origin, cost) = (Some(taken.origin), taken.cost);
            self.line(entry, amount, TaxWhat::Disposal { why, origin, proceeds, cost });
        }
        Ok(())
    }

    /// Enters what was spent: an expense, and a disposal of what it was paid with at the same value.
    pub(crate) fn expense(&mut self, what: Expense, why: Why, flow: Flow) -> Result<(), BooksError> {
        if flow.amount.is_zero() {
            return Ok(());
        }
        let value = flow.value.unwrap_or(0);
        self.line(flow.entry, flow.amount, TaxWhat::Expense(what, value));
        self.post_value(Account::Expense(what), value);
        self.dispose(why, Account::Wallet, flow, value)
    }

    /// What of an asset was put into a venue and has not come back.
    pub(crate) fn put_in(&self, at: VenueId, asset: Asset) -> U256 {
        self.principal.get(&(at, asset)).copied().unwrap_or_default()
    }
}

/// What lots had cost together.
pub(crate) fn cost_of(taken: &[Taken]) -> Mark {
    taken.iter().fold(0, |sum: Mark, taken| sum.saturating_add(taken.cost))
}
