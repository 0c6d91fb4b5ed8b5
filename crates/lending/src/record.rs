//! What a history says of a reserve, and how a market follows it.
//!
//! A history has a row for each span of time: the rates and indexes that the last touch of the reserve within the span (or
//! before it) left. Which second that was is not recorded, but the indexes tell it: at the rates of the row before, only one
//! whole number of seconds gives the next debt index to the last digit. [`LendingMarket::touches`] solves for it with the
//! market's own formula, [`LendingMarket::follow`] then does to the reserve what was done to it.
//!
//! [`LendingMarket::touches`]: crate::LendingMarket::touches
//! [`LendingMarket::follow`]: crate::LendingMarket::follow

use levmine_market::Timestamp;
use levmine_math::Ray;

/// A row of a history of one reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReserveRecord {
    /// The first second in which the touch that left this can have been, if anything is new in this row.
    pub from: Timestamp,
    /// The last.
    pub to: Timestamp,
    /// What suppliers earn from then on: simple, per year.
    pub supply_rate: Ray,
    /// What borrowers pay from then on: simple, per year.
    pub borrow_rate: Ray,
    /// The indexes, where the history has them: what a scaled unit of supply and of debt is worth.
    pub indexes: Option<[Ray; 2]>,
}

/// A touch of a reserve, as a history tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Touch {
    /// When. Where the history leaves several seconds open, the middle of them.
    pub time: Timestamp,
    /// What suppliers earn from then on.
    pub supply_rate: Ray,
    /// What borrowers pay from then on.
    pub borrow_rate: Ray,
    /// The recorded indexes of supply and debt.
    pub indexes: Option<[Ray; 2]>,
    /// How it follows from the touch before it.
    pub link: Link,
}

/// How a touch follows from the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// There is none before it.
    First,
    /// One number of seconds at the rates before gives both indexes to the last digit.
    Exact,
    /// It gives the debt index to the last digit, and the supply index lies above what it gives: a premium, such as that of a
    /// flash loan, was shared among the suppliers.
    Raised,
    /// No number of seconds gives the debt index: other rates were in force in between, which the history does not tell.
    Broken,
    /// The history has no indexes: nothing can be compared.
    Unknown,
}
