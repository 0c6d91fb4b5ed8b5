//! What governance sets.

use levmine_math::U256;

/// Parts of the rewards that are paid as shares, out of `precision`.
///
/// Source: `StakingRouter.getStakingRewardsDistribution`, for one module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// The module's part.
    pub module: U256,
    /// The module's and the treasury's.
    pub total: U256,
    /// What 100 % is: 10^20.
    pub precision: U256,
}

/// What a report is held to.
///
/// Source: `OracleReportSanityChecker.LimitsList`; of those that bear on the accounting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Validators that may appear in a day.
    pub appeared_validators_per_day: U256,
    /// The greatest gain on the consensus layer in a year, in basis points.
    pub annual_balance_increase_bp: U256,
    /// How far the reported share rate may be from the actual one, in basis points.
    pub share_rate_deviation_bp: U256,
    /// The least age in seconds of a request that is finalized.
    pub request_timestamp_margin: U256,
    /// The greatest rise of the share rate in a report, in parts of 10^9.
    pub max_positive_token_rebase: U256,
    /// What a slashed validator loses at once, in 10^15 wei.
    pub initial_slashing_pwei: U256,
    /// What a validator can lose by inactivity, in 10^15 wei.
    pub inactivity_penalties_pwei: U256,
}

impl Limits {
    /// The limits of Ethereum.
    #[must_use]
    pub fn ethereum() -> Self {
        Self {
            appeared_validators_per_day: U256::from(43_200),
            annual_balance_increase_bp: U256::from(1_000),
            share_rate_deviation_bp: U256::from(50),
            request_timestamp_margin: U256::from(7_680),
            max_positive_token_rebase: U256::from(750_000),
            initial_slashing_pwei: U256::from(1_000),
            inactivity_penalties_pwei: U256::from(101),
        }
    }
}

impl Fees {
    /// A tenth of the rewards, half of it the module's.
    #[must_use]
    pub fn ethereum() -> Self {
        let percent = U256::from(10_u64.pow(18));
        Self {
            module: percent.saturating_mul(U256::from(5)),
            total: percent.saturating_mul(U256::from(10)),
            precision: percent.saturating_mul(U256::from(100)),
        }
    }
}
