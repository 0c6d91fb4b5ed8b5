//! Alpha Homora V2: leveraged LP positions on pooled debt, to the last wei.
//!
//! Two layers. The native one speaks in the contracts' own integers: [`Bank`] is the pooled debt of one token with its
//! lender ([`Lender`]), [`oracle`] prices and values in wei of ether, [`chef`] the reward pool and the wrapper that
//! stakes in it, [`spell`] what the spells compute; [`State`] is everything together, with numbered positions.
//! [`AlphaHomoraMarket`] puts it behind [`levmine_lending::LendingMarket`]: an account has one position, the first that
//! it opened.

pub mod bank;
pub mod chef;
mod decode;
mod dump;
mod error;
mod gas;
mod govern;
pub mod lender;
mod market;
mod math;
mod native;
mod ops;
pub mod oracle;
mod presets;
mod special;
pub mod spell;
mod state;
mod transaction;

use levmine_lending::LendingAdapter;
use levmine_market::Descriptor;

pub use bank::{Bank, Factors, Repaid};
pub use chef::{Chef, Stake};
pub use decode::CROWD;
pub use error::{HomoraError, Ledger, Result, Underlying};
pub use lender::{Lender, Loan, RateModel};
pub use market::AlphaHomoraMarket;
pub use math::Q112;
pub use ops::collateral::Restaked;
pub use ops::liquidation::Liquidated;
pub use state::{Core, Position, Spell, State, Wrapped};

const PROTOCOL: &str = "alpha-homora";
const VERSION: &str = "V2";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Alpha Homora",
    summary: "leveraged liquidity mining: isolated positions of one LP token, debts in shares of a pooled loan, fair LP \
              prices, credit factors per token, staked collateral with rewards, liquidation with both incentives and \
              no close factor",
    versions: &[VERSION],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: LendingAdapter = LendingAdapter { descriptor: &DESCRIPTOR, build: decode::build };
