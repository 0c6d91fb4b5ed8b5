//! Tables for people and JSON for programs: the only place where numbers are formatted.
//!
//! Texts end with a line break. JSON numbers that can be larger than 2^53 are decimal strings, so no reader loses a
//! digit; every document names its version under `schema`.

mod accuracy;
mod adapters;
mod books;
mod compare_text;
mod dump;
mod explain;
mod gas;
mod number;
mod portfolio_json;
mod portfolio_text;
mod run_json;
mod run_text;
mod step;
mod stress;
mod table;
mod trouble;

pub use adapters::{adapter_text, adapters_json, adapters_text};
pub use books::{
    BooksView, NO_ADVICE, balances_csv, beancount_text, books_text, hledger_text, ledger_csv, ledger_json,
    tax_csv, tax_json,
};
pub use compare_text::{Column, compare_text};
pub use dump::{dump_json, step_json};
pub use explain::{ExplainView, explain_json, explain_text};
pub use number::{amount, health, leverage, marks, percent_of, price, signed_units, units};
pub use portfolio_json::portfolio_json;
pub use portfolio_text::{PortfolioView, portfolio_text};
pub use run_json::run_json;
pub use run_text::{RunView, run_text};
pub use step::{transaction_json, transaction_text};
pub use stress::{Survey, Variant, World, compare_json, compare_worlds_text, stress_json, stress_text};
pub use table::Table;
