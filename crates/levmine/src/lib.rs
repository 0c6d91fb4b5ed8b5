//! The facade: the registry of adapters, and everything needed to run a strategy.
//!
//! A strategy and a scenario are loaded ([`load`], [`Job`]), the registry builds the venues, and [`Job::run`] or
//! [`Job::explain`] answers. Somebody who writes an adapter outside of this repository adds it to
//! [`Registry::builtin`] and hands the registry to the same functions, or to the program's entry point.

mod builtin;
mod crises;
mod error;
mod fees;
mod findings;
mod job;
mod load;
mod missing;
mod others;
mod portfolio;
mod records;
mod registry;
mod replay;

pub use builtin::{SCENARIO, STARTER, STRATEGY};
pub use crises::{CRISES, Crisis, Trial, trials};
pub use error::LevmineError;
pub use job::{Explained, Job, Ran};
pub use load::{LoadOptions, PriceOverride, ScenarioFrom, StrategyFrom, load};
pub use portfolio::{Loaded, PortfolioJob, PortfolioRan, load_any};
pub use registry::{Adapter, Registry};
pub use replay::replay;

pub use levmine_amm as amm;
pub use levmine_books as books;
pub use levmine_composer as composer;
pub use levmine_config as config;
pub use levmine_engine as engine;
pub use levmine_lending as lending;
pub use levmine_market as market;
pub use levmine_math as math;
pub use levmine_report as report;
pub use levmine_source as source;
