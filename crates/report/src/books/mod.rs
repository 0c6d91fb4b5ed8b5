//! Books as texts: a ledger and a tax export for spreadsheets and programs, journals for accounting tools.

mod balances;
mod beancount;
mod csv;
mod hledger;
mod json;
mod names;
mod summary;
mod words;

use levmine_books::Books;

pub use balances::balances_csv;
pub use beancount::beancount_text;
pub use csv::{ledger_csv, tax_csv};
pub use hledger::hledger_text;
pub use json::{ledger_json, tax_json};
pub use summary::books_text;

/// Books with the names of what they are of.
#[derive(Debug, Clone, Copy)]
pub struct BooksView<'a> {
    /// The strategy's name.
    pub strategy: &'a str,
    /// The scenario's name.
    pub scenario: &'a str,
    /// The books.
    pub books: &'a Books,
}

/// What stands on every export of books.
pub const NO_ADVICE: &str =
    "These are books of a simulated run, kept by the stated rules. They are no tax advice.";
