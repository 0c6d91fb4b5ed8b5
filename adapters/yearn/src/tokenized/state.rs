use levmine_math::U256;

use crate::unlock::Unlocking;

/// A strategy that is a vault. Assets and shares in base units, fees in basis points, times in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategy {
    /// Decimals of asset and shares.
    pub decimals: u8,
    /// What it has, by its last report.
    pub total_assets: U256,
    /// All shares, locked and unlocked ones too.
    pub total_supply: U256,
    /// Shares that lock profit.
    pub unlocking: Unlocking,
    /// The last report.
    pub last_report: u64,
    /// The manager's part of a profit.
    pub performance_fee: U256,
    /// The manager's shares.
    pub fee_shares: U256,
    /// The protocol's part of the fees.
    pub protocol_fee: U256,
    /// The protocol's shares.
    pub protocol_shares: U256,
    /// Whether it takes no deposits any more.
    pub shutdown: bool,
    /// The asset that the contract holds.
    pub idle: U256,
    /// The asset that it has at work.
    pub deployed: U256,
    /// The most that it can free at once.
    pub liquid_limit: U256,
    /// What is destroyed of whatever it frees, in basis points.
    pub exit_loss: U256,
    /// The most that may be withdrawn at once; 2^256 − 1 for no limit.
    pub withdraw_limit: U256,
    /// The most that may be deposited at once; 2^256 − 1 for no limit.
    pub deposit_limit: U256,
}
