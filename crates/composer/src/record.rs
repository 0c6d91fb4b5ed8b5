//! What books need beside the journal: what each movement was worth when it happened, and what an operation did to the
//! farmer's positions. Kept only when asked for ([`World::keep_record`]); a run without it pays nothing.

use std::ops::Range;

use levmine_market::{Account, Entry, Holder, Mark, Reason, Timestamp, TokenAmount, VenueId};

use crate::{Line, LineKind, StepError, Venue, World};

/// What was kept, in the order in which it happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// What each of the journal's entries was worth at market prices when it was written, in marks of the quote asset of
    /// whose wallet it touches; `None` for what has no price. As many as there are entries.
    pub values: Vec<Option<Mark>>,
    /// The operations that moved something of the farmer's, or changed his position at a venue.
    pub operations: Vec<Operation>,
}

/// One operation at a venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Whose position it is.
    pub farmer: Account,
    /// The venue.
    pub at: VenueId,
    /// Why tokens moved.
    pub reason: Reason,
    /// When.
    pub time: Timestamp,
    /// The journal's transaction.
    pub transaction: u32,
    /// The journal's entries that it wrote.
    pub entries: Range<usize>,
    /// What the farmer had and owed at the venue before it, with interest to that moment. Nothing for pools, whose shares
    /// are in the wallet or at another venue.
    pub before: Vec<Line>,
    /// The same after it.
    pub after: Vec<Line>,
    /// Debt that was written off in it.
    pub forgiven: Vec<TokenAmount>,
}

/// Where an operation began.
#[derive(Debug)]
pub(crate) struct Beginning {
    entry: usize,
    lines: Vec<Line>,
}

/// A state of the record to which it can be taken back.
pub(crate) type Kept = Option<(usize, usize)>;

impl World {
    /// Has the world keep a [`Record`] from now on. A fork of the world keeps none.
    pub fn keep_record(&mut self) {
        self.record = Some(Box::default());
    }

    /// What was kept, if it was asked for.
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        self.record.as_deref()
    }

    /// What `amount` is worth at market prices, in marks of the quote asset: a pool's share at what it would pay out, a
    /// vault's share above one at what that stands for. Rounds down.
    ///
    /// # Errors
    ///
    /// [`StepError::Market`] without a price.
    pub fn worth(&self, amount: TokenAmount) -> Result<Mark, StepError> {
        let root = self.look_through(amount)?;
        match self.pool_of_share(root.asset) {
            Some(pool) => self.mark_shares(pool, root.asset, root.raw),
            None => Ok(self.market.mark(root, self.quote)?),
        }
    }

    /// What the farmer has and owes at a venue.
    fn standing(&self, id: VenueId) -> Result<Vec<Line>, StepError> {
        let (farmer, now) = (self.farmer, self.now);
        let mut lines = Vec::new();
        let mut enter = |kind, amount| -> Result<(), StepError> {
            lines.push(Line { kind, amount, mark: self.worth(amount)? });
            Ok(())
        };
        match self.venues.get(usize::from(id.0)).map(|slot| &slot.venue) {
            Some(Venue::Lending(market)) => {
                let position = market.position(farmer, now)?;
                for supplied in position.supplied {
                    enter(LineKind::Supplied(id), supplied.amount)?;
                }
                for debt in position.debts {
                    enter(LineKind::Owed(id), debt)?;
                }
            }
            Some(Venue::Vault(vault)) => {
                for asset in vault.assets() {
                    let staked = TokenAmount::new(*asset, vault.staked(farmer, *asset, now));
                    if !staked.is_zero() {
                        enter(LineKind::Staked(id), staked)?;
                    }
                }
                for request in vault.requests(farmer, now)? {
                    enter(LineKind::Queued(id), request.amount)?;
                }
            }
            Some(Venue::Pool(_)) | None => {}
        }
        Ok(lines)
    }

    /// To be called before an operation; `None` where no record is kept.
    pub(crate) fn begin_operation(
        &self,
        id: VenueId,
        reason: Reason,
    ) -> Result<Option<Beginning>, StepError> {
        if self.record.is_none() {
            return Ok(None);
        }
        // Vaults book their gains in every step: that is no operation of the farmer.
        let lines = if reason == Reason::Harvest { Vec::new() } else { self.standing(id)? };
        Ok(Some(Beginning { entry: self.journal.entries().len(), lines }))
    }

    /// To be called after an operation that was done.
    pub(crate) fn end_operation(
        &mut self,
        at: VenueId,
        reason: Reason,
        beginning: Option<Beginning>,
    ) -> Result<(), StepError> {
        let Some(Beginning { entry, lines: before }) = beginning else { return Ok(()) };
        let entries = entry..self.journal.entries().len();
        let after = if reason == Reason::Harvest { Vec::new() } else { self.standing(at)? };
        if entries.is_empty() && before == after {
            return Ok(());
        }
        // Prices of the moment are known only after vaults have accrued and prices have moved.
        if reason != Reason::Harvest {
            self.value_entries();
        }
        let (farmer, time, transaction) = (self.farmer, self.now.time, self.journal.transaction());
        if let Some(record) = &mut self.record {
            let forgiven = Vec::new();
            let done = Operation { farmer, at, reason, time, transaction, entries, before, after, forgiven };
            record.operations.push(done);
        }
        Ok(())
    }

    /// Notes what debt the last operation has written off.
    pub(crate) fn note_forgiven(&mut self, debts: &[TokenAmount]) {
        let transaction = self.journal.transaction();
        let last = self.record.as_mut().and_then(|record| record.operations.last_mut());
        if let Some(operation) = last.filter(|operation| operation.transaction == transaction) {
            operation.forgiven.extend(debts.iter().filter(|debt| !debt.is_zero()));
        }
    }

    /// Values the entries that have been written since this was last done.
    pub(crate) fn value_entries(&mut self) {
        let Some(record) = &self.record else { return };
        let known = record.values.len();
        let quote = self.quote;
        let mut values: Vec<Option<Mark>> = Vec::new();
        for index in known..self.journal.entries().len() {
            let Some(entry) = self.journal.entries().get(index).copied() else { break };
            self.quote = wallet_of(&entry).and_then(|account| self.quote_of(account)).unwrap_or(quote);
            values.push(self.worth(entry.amount).ok());
        }
        self.quote = quote;
        if let Some(record) = &mut self.record {
            record.values.extend(values);
        }
    }

    pub(crate) fn mark_of_record(&self) -> Kept {
        self.record.as_ref().map(|record| (record.values.len(), record.operations.len()))
    }

    pub(crate) fn take_back_record(&mut self, kept: Kept) {
        if let (Some(record), Some((values, operations))) = (&mut self.record, kept) {
            record.values.truncate(values);
            record.operations.truncate(operations);
        }
    }
}

/// The wallet that an entry touches.
fn wallet_of(entry: &Entry) -> Option<Account> {
    [entry.from, entry.to].into_iter().find_map(|holder| match holder {
        Holder::Wallet(account) => Some(account),
        _ => None,
    })
}
