//! The contract of every lending market.
//!
//! [`LendingMarket`] is wide enough for six designs without a special case above it:
//!
//! | design | supply | borrow | liquidation |
//! |---|---|---|---|
//! | pooled (Aave, Compound V2) | any listed asset, earns interest, may be collateral | any listed asset | repay a part, seize collateral with a bonus |
//! | one base asset (Comet) | base earns, collateral does not | base only | [`LiquidationOutcome::seized`] by the market, which then sells it ([`LendingMarket::sales`]) |
//! | vault with auctions (Maker) | collateral | a synthetic asset the market mints ([`levmine_market::Party::Issuer`]) | opens a [`Sale`] with a life of its own |
//! | isolated pair (Morpho Blue) | loan asset earns, collateral does not | loan asset | repay, seize; bad debt shared at once |
//! | bank on pool shares (Alpha Homora) | pool shares as collateral | any bank's asset | repay, seize with a bonus |
//!
//! What a market cannot do is declared in its [`Capabilities`] and answered with [`LendingError::Unsupported`].

mod adapter;
mod best;
mod capabilities;
mod change;
mod error;
mod ext;
mod flow;
mod liquidation;
mod market;
mod operation;
mod position;
mod record;
mod replay;
mod search;

pub use adapter::{BuildMarket, LendingAdapter};
pub use best::best_liquidation;
pub use capabilities::{Borrowable, Capabilities, Ticking};
pub use change::{Change, Curve, Setting};
pub use error::{LendingError, Refusal};
pub use ext::LendingMarketExt;
pub use flow::{Flow, FlowKind};
pub use liquidation::{LiquidationCall, LiquidationOutcome, Sale, SaleId, SaleOutcome};
pub use market::{Amount, Context, FlashLoan, LendingMarket, Receipt};
pub use operation::{Done, Operation, apply};
pub use position::{Health, HealthFactor, Listing, Position, Rates, Supplied};
pub use record::{Link, ReserveRecord, Touch};
pub use replay::{ReplayStart, replay};
