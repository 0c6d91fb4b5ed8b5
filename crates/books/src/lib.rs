//! The books of a run: what came in, what it cost, what it was given away for.
//!
//! From the journal, and from what a world keeps beside it when asked to ([`levmine_composer::Record`]), follow a ledger
//! (one line for each entry), lots with their cost, income at the time of receipt, disposals against the lots, expenses,
//! and the same once more as balanced transactions, for tools that check them.
//!
//! Everything is counted in the quote asset, in marks: millionths of its base unit. Sums are exact, and [`Books::keep`]
//! refuses books that do not add up: the lots of each asset are what the wallet holds and what was put into venues, and
//! what was put in, earned, gained and spent is what the lots cost less what the debts stand for.
//!
//! The rules are written down in `docs/books.md`. They are rules of bookkeeping; none of this is tax advice.

mod account;
mod bookkeeper;
mod books;
mod error;
mod exchange;
mod ledger;
mod lending;
mod liquidation;
mod lots;
mod named;
mod rules;
mod share;
mod singles;
mod tax;
mod vaults;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
mod tests;

pub use account::{Account, Entered, Posted, Posting};
pub use books::{Books, Totals};
pub use error::BooksError;
pub use ledger::LedgerLine;
pub use lots::{Inventory, Lender, Lot, Origin, Source, Taken};
pub use rules::{Method, Rules, ShareRule};
pub use share::{part, split};
pub use tax::{Expense, Income, TaxLine, TaxWhat, Why};
