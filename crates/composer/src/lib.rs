//! Assembles leveraged strategies across venues; names no protocol.
//!
//! A [`World`] holds venues, prices, wallets and the journal. A [`Strategy`] is what a person wrote: venues, capital,
//! an opening [`Plan`] and [`Policy`]s. A plan is one transaction: all of it or none of it. Recipes (a loop to a
//! leverage, an unwinding) are steps that expand into plain steps while the plan runs, because their amounts depend on
//! what the steps before them did.

mod action;
mod align;
mod amount;
mod apart;
mod cover;
mod error;
mod execute;
mod exposure;
mod fraction;
mod gas;
mod incentives;
mod liquidation;
mod merge;
mod outsiders;
mod portfolio;
mod rebase;
mod recipe;
mod record;
mod recorded;
mod reserve;
mod route;
mod seat;
mod shares;
mod strategy;
mod target;
mod trouble;
mod venue;
mod world;

pub mod policy;

pub use action::{Action, Placement, Plan, Step};
pub use amount::AmountSpec;
pub use cover::{Cover, CoverEnd, CoverEvent, CoverNews, Paid, Pricing, nexus};
pub use error::{PlanError, StepError};
pub use execute::{Executed, Transaction};
pub use exposure::{Exposure, TokenExposure};
pub use gas::{GasBook, GasSpent};
pub use incentives::{Incentive, PaidFor, read_incentives};
pub use merge::look_alikes;
pub use outsiders::{Declined, LiquidationTerms};
pub use policy::Policy;
pub use portfolio::{Line, LineKind, Portfolio, ShareLine};
pub use recipe::{
    Borrowed, CollateralSwap, DebtSwap, ExitBy, Farm, FarmKind, LeveragedStaking, Loop, LoopBy, Own, Recipe,
    Refinance, Settlement, Unwind, unwind, unwind_within,
};
pub use record::{Operation, Record};
pub use strategy::{Capital, Strategy, StrategyFile, VenueSpec, read_strategy};
pub use target::Target;
pub use trouble::{Governance, News, OracleTrouble, Sandwich};
pub use venue::{Slot, Venue};
pub use world::{OracleView, World};
