use levmine_market::{Asset, Mark, Timestamp, TokenAmount};
use levmine_math::{MathError, U256};

/// Why there are no books.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BooksError {
    /// The run kept no record, or not from its beginning.
    #[error(
        "the run kept no record for its books: {values} of {entries} entries of the journal have a value"
    )]
    NoRecord {
        /// Entries with a value.
        values: usize,
        /// All entries.
        entries: usize,
    },
    /// More was given away than there are lots of.
    #[error("{needed} would leave the books, which hold {available} base units of it")]
    Short {
        /// What was given away.
        needed: TokenAmount,
        /// What the lots hold, in base units.
        available: U256,
    },
    /// The lots are not what the wallet holds and what was put into venues.
    #[error("the lots of {asset} hold {lots} base units; wallet and venues {held}")]
    Lots {
        /// The asset.
        asset: Asset,
        /// What the lots hold.
        lots: U256,
        /// What the wallet holds and what was put into venues.
        held: U256,
    },
    /// What came in and went out is not what the lots cost less what the debts stand for.
    #[error("the books are out of balance by {by} marks")]
    Unbalanced {
        /// What is missing, in marks.
        by: Mark,
    },
    /// The postings of a transaction do not sum to nothing.
    #[error("the postings of transaction {transaction} at {time} do not sum to nothing")]
    Transaction {
        /// The transaction.
        transaction: u32,
        /// When.
        time: Timestamp,
    },
    /// A value is too large.
    #[error("a value in the books does not fit")]
    TooLarge,
    /// The arithmetic failed.
    #[error(transparent)]
    Math(#[from] MathError),
}
