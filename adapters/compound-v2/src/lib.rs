//! Compound V2: cToken markets under a Comptroller, to the last wei.
//!
//! Two layers. The native one speaks in the contracts' own integers: [`Pool`] is the storage of the Comptroller and of
//! its cTokens, [`rates`], [`accrual`], [`liquidity`] and [`liquidation`] are their formulas. [`CompoundV2Market`] puts
//! it behind [`levmine_lending::LendingMarket`], with prices from a price book as the oracle scales them.
//!
//! Operations run inside a transaction that keeps aside what it touches: a refused operation leaves every integer as it
//! was. The contracts that return error codes keep what they had done before (interest, rewards, an entered market)
//! unless their caller reverts; what is modelled is a caller that does.

pub mod accrual;
mod decode;
mod dump;
mod error;
mod failure;
mod gas;
mod govern;
pub mod liquidity;
mod market;
mod math;
mod ops;
mod presets;
pub mod rates;
mod rewards;
mod special;
mod state;
mod transaction;
mod version;

use levmine_lending::LendingAdapter;
use levmine_market::Descriptor;

pub use decode::CROWD;
pub use error::{CompoundError, Library, Pause, Rejection, Result};
pub use failure::{Detail, Failure};
pub use market::CompoundV2Market;
pub use rates::RateModel;
pub use state::{Holding, MAX_MARKETS, Market, Pool, RewardState, Settings, User};
pub use version::{VERSIONS, Version};

/// What a liquidation seizes.
pub mod liquidation {
    use levmine_math::{MathError, U256};

    /// How many cTokens are seized for `repaid` base units; every step is rounded down. Prices as the oracle scales them.
    ///
    /// Source: `Comptroller.liquidateCalculateSeizeTokens`.
    ///
    /// # Errors
    ///
    /// [`MathError`] where the contract's arithmetic fails.
    pub fn seize_tokens(
        incentive: U256,
        price_borrowed: U256,
        price_collateral: U256,
        exchange_rate: U256,
        repaid: U256,
    ) -> Result<U256, MathError> {
        let ratio =
            crate::ops::liquidation::seize_ratio(incentive, price_borrowed, price_collateral, exchange_rate)?;
        crate::math::mul_exp(ratio, repaid)
    }
}

const PROTOCOL: &str = "compound-v2";

/// What the adapter says about itself.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: PROTOCOL,
    title: "Compound V2",
    summary: "pooled lending through cTokens: interest by the block, entered markets, caps, pauses, liquidation with the \
              protocol's share, reserves, COMP rewards; with error codes (2021) and with custom errors (2022)",
    // Error codes first: that is what the cTokens on Ethereum return.
    versions: &["error-codes", "custom-errors"],
    presets: &presets::LISTED,
    parameters: decode::PARAMETERS,
};

/// The adapter, for the registry.
pub const ADAPTER: LendingAdapter = LendingAdapter { descriptor: &DESCRIPTOR, build: decode::build };
