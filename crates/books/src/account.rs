//! The books as balanced transactions.

use levmine_market::{Mark, TokenAmount, VenueId};

use crate::{Expense, Income, Source};

/// An account of the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// The farmer's wallet.
    Wallet,
    /// What lies beside the capital until a policy needs it.
    Reserve,
    /// What was put into a venue and has not come back: supplied, staked, or waiting in a queue.
    Deposit(VenueId),
    /// What was borrowed at a venue and has not been given back.
    Debt(VenueId),
    /// A flash loan of a venue.
    Flash(VenueId),
    /// The farmer's capital.
    Capital,
    /// Something that came in.
    Income(Income),
    /// Gains and losses of disposals.
    Gains,
    /// Gains and losses of debts that were settled.
    DebtGains,
    /// Something that was spent.
    Expense(Expense),
}

/// What a posting adds to its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// Tokens.
    Tokens {
        /// Whether they leave.
        leave: bool,
        /// How much.
        amount: TokenAmount,
        /// What they stand for in the transaction's sum, in marks and without a sign. `None` where they stand for
        /// themselves: they change the account only, or are of the quote asset.
        cost: Option<Mark>,
    },
    /// A value in the quote asset, in marks.
    Value(Mark),
}

/// One line of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// What is added to it.
    pub posted: Posted,
    /// The journal's entry, for what moved a token of the wallet's.
    pub entry: Option<usize>,
}

/// A transaction of the books: an operation at a venue, or an entry of the journal that belongs to none. Its postings sum
/// to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// When, and in which transaction of the journal; its first entry.
    pub source: Source,
    /// The journal's reason, in words.
    pub reason: &'static str,
    /// The venue, if it happened at one.
    pub at: Option<VenueId>,
    /// The lines.
    pub postings: Vec<Posting>,
}
