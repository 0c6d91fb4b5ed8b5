//! What is held of one asset, and what it has cost.

use std::collections::BTreeMap;

use levmine_market::{Asset, Mark, Timestamp, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};

use crate::share::part;
use crate::{BooksError, Method};

/// Where something stands in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// When.
    pub time: Timestamp,
    /// The transaction.
    pub transaction: u32,
    /// The entry, by its place among all entries from 0; `None` for what moved no tokens, as collateral that its market
    /// seizes for itself.
    pub entry: Option<usize>,
}

/// What was acquired at once, as far as it is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// How much.
    pub amount: TokenAmount,
    /// What it has cost, in marks.
    pub cost: Mark,
    /// Where it comes from.
    pub origin: Origin,
}

/// Where a lot, or what was taken of one, comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It was acquired there.
    Acquired(Source),
    /// Part of the average of all that was acquired.
    Average,
    /// It is borrowed.
    Borrowed(Lender),
}

/// Who lends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lender {
    /// A lending market, until it is paid back.
    Market(VenueId),
    /// A lending market, for one transaction.
    Flash(VenueId),
}

/// What was taken of a lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// How much, in base units.
    pub raw: U256,
    /// What it had cost, in marks.
    pub cost: Mark,
    /// Where it came from.
    pub origin: Origin,
}

/// All lots of one asset, wherever the tokens are.
///
/// What is borrowed stands apart: it is given away before one's own, and given back as it came as long as it is there.
#[derive(Debug, Clone)]
pub struct Inventory {
    asset: Asset,
    method: Method,
    held: U256,
    /// In the order in which they are taken.
    lots: BTreeMap<(U256, u64), Lot>,
    borrowed: BTreeMap<Lender, (U256, Mark)>,
    count: u64,
}

impl Inventory {
    /// An inventory without lots.
    #[must_use]
    pub const fn new(asset: Asset, method: Method) -> Self {
        Self { asset, method, held: U256::ZERO, lots: BTreeMap::new(), borrowed: BTreeMap::new(), count: 0 }
    }

    /// How much is held, in base units.
    #[must_use]
    pub const fn held(&self) -> U256 {
        self.held
    }

    /// What all of it has cost, in marks.
    #[must_use]
    pub fn cost(&self) -> Mark {
        let own = self.lots.values().fold(0, |sum: Mark, lot| sum.saturating_add(lot.cost));
        self.borrowed.values().fold(own, |sum, (_, cost)| sum.saturating_add(*cost))
    }

    /// The lots, in the order in which they would be taken.
    pub fn lots(&self) -> impl Iterator<Item = Lot> + '_ {
        let borrowed = self.borrowed.iter().map(|(lender, (raw, cost))| Lot {
            amount: TokenAmount::new(self.asset, *raw),
            cost: *cost,
            origin: Origin::Borrowed(*lender),
        });
        borrowed.chain(self.lots.values().copied())
    }

    /// Adds what was acquired at `source` for `cost`.
    ///
    /// # Errors
    ///
    /// [`BooksError::Math`] above 2^256 base units.
    pub fn add(&mut self, raw: U256, cost: Mark, source: Source) -> Result<(), BooksError> {
        if raw.is_zero() {
            return Ok(());
        }
        self.held = levmine_math::add(self.held, raw)?;
        self.count = self.count.saturating_add(1);
        let origin = Origin::Acquired(source);
        let key = match self.method {
            Method::Fifo => (U256::ZERO, self.count),
            Method::Lifo => (U256::ZERO, u64::MAX - self.count),
            // The dearest unit first; a unit's cost counts in 2^128ths of a mark.
            Method::Hifo => {
                let cost = U256::from(u128::try_from(cost).unwrap_or(0));
                (U256::MAX - mul_div(cost, U256::ONE << 128, raw, Rounding::Down)?, self.count)
            }
            Method::Average => {
                let amount = TokenAmount::zero(self.asset);
                let empty = Lot { amount, cost: 0, origin: Origin::Average };
                let pool = self.lots.entry((U256::ZERO, 0)).or_insert(empty);
                pool.amount.raw = levmine_math::add(pool.amount.raw, raw)?;
                pool.cost = pool.cost.saturating_add(cost);
                return Ok(());
            }
        };
        self.lots.insert(key, Lot { amount: TokenAmount::new(self.asset, raw), cost, origin });
        Ok(())
    }

    /// Adds what was borrowed while it was worth `cost`.
    ///
    /// # Errors
    ///
    /// [`BooksError::Math`] above 2^256 base units.
    pub fn borrow(&mut self, lender: Lender, raw: U256, cost: Mark) -> Result<(), BooksError> {
        self.held = levmine_math::add(self.held, raw)?;
        let (had, worth) = self.borrowed.entry(lender).or_default();
        *had = had.saturating_add(raw);
        *worth = worth.saturating_add(cost);
        Ok(())
    }

    /// Takes `raw` out: what is borrowed first, then lots by the method.
    ///
    /// # Errors
    ///
    /// [`BooksError::Short`] when there is less; nothing is taken then.
    pub fn take(&mut self, raw: U256) -> Result<Vec<Taken>, BooksError> {
        if raw > self.held {
            let needed = TokenAmount::new(self.asset, raw);
            return Err(BooksError::Short { needed, available: self.held });
        }
        self.held = self.held.saturating_sub(raw);
        let mut rest = raw;
        let mut taken = Vec::new();
        while !rest.is_zero() {
            let Some(lender) = self.borrowed.keys().next().copied() else { break };
            rest = self.take_borrowed(lender, rest, &mut taken)?;
        }
        while !rest.is_zero() {
            let Some(mut first) = self.lots.first_entry() else { break };
            let lot = first.get_mut();
            let raw = rest.min(lot.amount.raw);
            let cost = part(lot.cost, raw, lot.amount.raw)?;
            taken.push(Taken { raw, cost, origin: lot.origin });
            lot.amount.raw = lot.amount.raw.saturating_sub(raw);
            lot.cost = lot.cost.saturating_sub(cost);
            if lot.amount.is_zero() {
                first.remove();
            }
            rest = rest.saturating_sub(raw);
        }
        Ok(taken)
    }

    /// Takes `raw` out to give it back to `lender`: what is still there of his first.
    ///
    /// # Errors
    ///
    /// As [`Inventory::take`].
    pub fn give_back(&mut self, lender: Lender, raw: U256) -> Result<Vec<Taken>, BooksError> {
        if raw > self.held {
            let needed = TokenAmount::new(self.asset, raw);
            return Err(BooksError::Short { needed, available: self.held });
        }
        let mut taken = Vec::new();
        let rest = self.take_borrowed(lender, raw, &mut taken)?;
        self.held = self.held.saturating_sub(raw.saturating_sub(rest));
        taken.extend(self.take(rest)?);
        Ok(taken)
    }

    /// Takes what there is of one lender's, up to `raw`; returns what is missing. Does not count what is held.
    fn take_borrowed(
        &mut self,
        lender: Lender,
        raw: U256,
        taken: &mut Vec<Taken>,
    ) -> Result<U256, BooksError> {
        let Some((had, worth)) = self.borrowed.get_mut(&lender) else { return Ok(raw) };
        let of = raw.min(*had);
        let cost = part(*worth, of, *had)?;
        if !of.is_zero() {
            taken.push(Taken { raw: of, cost, origin: Origin::Borrowed(lender) });
        }
        *had = had.saturating_sub(of);
        *worth = worth.saturating_sub(cost);
        if had.is_zero() {
            self.borrowed.remove(&lender);
        }
        Ok(raw.saturating_sub(of))
    }
}
