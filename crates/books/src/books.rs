//! The books of a run, closed.

use std::collections::BTreeMap;

use levmine_composer::World;
use levmine_engine::Outcome;
use levmine_market::{Account, Asset, Holder, MARKS_PER_BASE_UNIT, Mark, TokenAmount, VenueId};
use levmine_math::U256;

use crate::account::{Entered, Posted};
use crate::bookkeeper::Bookkeeper;
use crate::exchange::face;
use crate::ledger::ledger;
use crate::{BooksError, LedgerLine, Lender, Lot, Rules, Source, TaxLine, TaxWhat};

/// The books of a run.
#[derive(Debug, Clone)]
pub struct Books {
    /// By which rules they were kept.
    pub rules: Rules,
    /// Whose they are.
    pub farmer: Account,
    /// The asset in which they are kept.
    pub quote: Asset,
    /// The names of the venues, by their ids.
    pub venues: Vec<String>,
    /// The journal's entries that concern the farmer, in order.
    pub ledger: Vec<LedgerLine>,
    /// Income, expenses, disposals and settled debts, in order.
    pub lines: Vec<TaxLine>,
    /// The same as balanced transactions.
    pub entered: Vec<Entered>,
    /// What is left, by asset.
    pub lots: Vec<Lot>,
    /// What is still owed by the books: what was borrowed, and what it was worth then.
    pub debts: Vec<(Lender, TokenAmount, Mark)>,
    /// The sums.
    pub totals: Totals,
}

/// What the books come to, in marks of the quote asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// What the capital was worth when it came in.
    pub capital: Mark,
    /// Income, at its value when it was received.
    pub income: Mark,
    /// Gains less losses of disposals.
    pub gains: Mark,
    /// Gains less losses of settled debts.
    pub debt_gains: Mark,
    /// Expenses, at their value when they were paid.
    pub expenses: Mark,
    /// What the lots that are left have cost.
    pub lots_cost: Mark,
    /// What the debts that are left were worth when they were made. The capital and all of the above, expenses subtracted,
    /// are the lots' cost less this, exactly.
    pub debts_carried: Mark,
    /// What the lots that are left are worth more than they have cost.
    pub unrealised: Mark,
    /// What positions have grown by and did not pay out, at its value; of debts subtracted. Holds also what the values of
    /// debts have changed by, and what rounding leaves.
    pub outstanding: Mark,
    /// What the run's settlement writes off in the end: debts that nothing is left to pay, positions that cannot be paid
    /// out, gas that was not paid.
    pub written_off: Mark,
    /// The change of equity as the run reports it: income, gains, debt gains, less expenses, and the three above.
    pub change: Mark,
}

impl Books {
    /// Keeps the books of a run that kept a record ([`World::keep_record`]) from its beginning to its end.
    ///
    /// # Errors
    ///
    /// [`BooksError::NoRecord`] without a record; [`BooksError::Lots`] and [`BooksError::Unbalanced`] for books that do not
    /// add up, which would be an error of this program.
    pub fn keep(world: &World, outcome: &Outcome, rules: Rules) -> Result<Self, BooksError> {
        let entries = world.journal.entries();
        let kept = world.record().map_or(0, |record| record.values.len());
        let record = world.record().filter(|record| record.values.len() == entries.len());
        let record = record.ok_or(BooksError::NoRecord { values: kept, entries: entries.len() })?;
        let keeper = Bookkeeper::keep(world, record, rules)?;
        lots_are_held(&keeper)?;
        if let Some(entered) = unbalanced(&keeper.entered, keeper.quote) {
            let Source { transaction, time, .. } = entered.source;
            return Err(BooksError::Transaction { transaction, time });
        }
        let totals = totals(&keeper, outcome)?;
        let lots = keeper.inventories.values().flat_map(|inventory| inventory.lots());
        let debts = keeper.debts.iter().filter(|(_, (owed, _))| !owed.is_zero());
        Ok(Self {
            rules,
            farmer: world.farmer,
            quote: world.quote,
            venues: world.venues().iter().map(|slot| slot.name.clone()).collect(),
            ledger: ledger(world, record),
            lots: lots.collect(),
            debts: debts
                .map(|((lender, asset), (owed, carried))| {
                    (*lender, TokenAmount::new(*asset, *owed), *carried)
                })
                .collect(),
            lines: keeper.lines,
            entered: keeper.entered,
            totals,
        })
    }

    /// The line of an entry, if it is in the ledger.
    #[must_use]
    pub fn entry(&self, index: usize) -> Option<&LedgerLine> {
        let at = self.ledger.binary_search_by_key(&index, |line| line.index).ok()?;
        self.ledger.get(at)
    }

    /// The name of a venue.
    #[must_use]
    pub fn venue(&self, at: VenueId) -> &str {
        self.venues.get(usize::from(at.0)).map_or("?", String::as_str)
    }
}

/// Checks that the lots of each asset are what the wallet holds and what was put into venues.
pub(crate) fn lots_are_held(keeper: &Bookkeeper<'_>) -> Result<(), BooksError> {
    let mut held: BTreeMap<Asset, U256> = BTreeMap::new();
    let journal = &keeper.world.journal;
    let farmer = keeper.world.farmer;
    let wallets = [farmer, farmer.reserve()].map(|account| journal.balances(Holder::Wallet(account)));
    let principal = keeper.principal.iter().map(|((_, asset), raw)| TokenAmount::new(*asset, *raw));
    let pending = keeper.pending.values().flatten().copied();
    for amount in wallets.into_iter().flatten().chain(principal).chain(pending) {
        let sum = held.entry(amount.asset).or_default();
        *sum = sum.saturating_add(amount.raw);
    }
    for asset in keeper.inventories.keys() {
        held.entry(*asset).or_default();
    }
    for (asset, held) in held {
        let lots = keeper.inventories.get(&asset).map_or(U256::ZERO, |inventory| inventory.held());
        if lots != held {
            return Err(BooksError::Lots { asset, lots, held });
        }
    }
    Ok(())
}

fn totals(keeper: &Bookkeeper<'_>, outcome: &Outcome) -> Result<Totals, BooksError> {
    let world = keeper.world;
    let mut totals = Totals { capital: keeper.capital, ..Totals::default() };
    for line in &keeper.lines {
        let sum = match line.what {
            TaxWhat::Income(..) => &mut totals.income,
            TaxWhat::Expense(..) => &mut totals.expenses,
            TaxWhat::Disposal { .. } => &mut totals.gains,
            TaxWhat::Debt { .. } => &mut totals.debt_gains,
        };
        *sum = sum.saturating_add(line.what.gain());
    }
    totals.expenses = totals.expenses.saturating_neg();
    let mut lots_worth: Mark = 0;
    for (asset, inventory) in &keeper.inventories {
        totals.lots_cost = totals.lots_cost.saturating_add(inventory.cost());
        // What has no price any more is worth nothing.
        let worth = world.worth(TokenAmount::new(*asset, inventory.held())).unwrap_or(0);
        lots_worth = lots_worth.saturating_add(worth);
    }
    for (_, carried) in keeper.debts.values() {
        totals.debts_carried = totals.debts_carried.saturating_add(*carried);
    }
    let realised = totals.income.saturating_add(totals.gains).saturating_add(totals.debt_gains);
    let realised = realised.saturating_sub(totals.expenses);
    let is = totals.lots_cost.saturating_sub(totals.debts_carried);
    let by = is.saturating_sub(totals.capital.saturating_add(realised));
    if by != 0 {
        return Err(BooksError::Unbalanced { by });
    }
    totals.unrealised = lots_worth.saturating_sub(totals.lots_cost);
    let portfolio = &world.portfolio;
    let stands = portfolio.assets().saturating_sub(portfolio.debts());
    totals.outstanding = stands.saturating_sub(lots_worth).saturating_add(totals.debts_carried);
    let end = outcome.final_equity.saturating_mul(i128::from(MARKS_PER_BASE_UNIT));
    totals.written_off = end.saturating_sub(stands);
    totals.change = end.saturating_sub(totals.capital);
    Ok(totals)
}

/// The first transaction whose postings do not sum to nothing, in marks and, for tokens that stand for themselves, by
/// asset.
pub(crate) fn unbalanced(entered: &[Entered], quote: Asset) -> Option<&Entered> {
    entered.iter().find(|entered| {
        let mut value: Mark = 0;
        let mut tokens: BTreeMap<Asset, (U256, U256)> = BTreeMap::new();
        for posting in &entered.postings {
            match posting.posted {
                Posted::Value(mark) => value = value.saturating_add(mark),
                Posted::Tokens { leave, amount, cost } => {
                    let mark = match cost {
                        Some(cost) => cost,
                        None if amount.asset == quote => face(amount.raw),
                        None => {
                            let (out, come) = tokens.entry(amount.asset).or_default();
                            let sum = if leave { out } else { come };
                            *sum = sum.saturating_add(amount.raw);
                            continue;
                        }
                    };
                    value = if leave { value.saturating_sub(mark) } else { value.saturating_add(mark) };
                }
            }
        }
        value != 0 || tokens.values().any(|(out, come)| out != come)
    })
}
