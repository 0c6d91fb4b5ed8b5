use levmine_math::U256;
use smallvec::SmallVec;

use super::Source;
use crate::unlock::Unlocking;

/// A strategy as the vault's books have it, and the ERC-4626 vault that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategy {
    /// Unix seconds since which it is a strategy of the vault; 0 where it is none.
    pub activation: u64,
    /// Unix seconds of its last report.
    pub last_report: u64,
    /// What it was lent and has reported since, in base units.
    pub current_debt: U256,
    /// The most that it may be lent.
    pub max_debt: U256,
    /// What it really is.
    pub source: Source,
}

/// Whoever charges fees at reports, and refunds losses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accountant {
    /// Whether the vault has one.
    pub attached: bool,
    /// The part of a gain, in basis points.
    pub performance_fee: U256,
    /// What each report costs, in base units of the asset.
    pub flat_fee: U256,
    /// The part of a loss that is refunded, in basis points.
    pub refund: U256,
    /// The asset that refunds are paid from.
    pub tokens: U256,
    /// The vault's shares that it was paid.
    pub shares: U256,
}

/// A vault and its strategies. Assets and shares in base units, fees in basis points, times in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vault {
    /// Decimals of asset and shares.
    pub decimals: u8,
    /// The asset that the contract holds.
    pub balance: U256,
    /// What it counts of that.
    pub total_idle: U256,
    /// What strategies were lent.
    pub total_debt: U256,
    /// All shares, locked and unlocked ones too.
    pub total_supply: U256,
    /// Shares that lock profit.
    pub unlocking: Unlocking,
    /// Since when they unlock.
    pub last_profit_update: u64,
    /// The most that the vault may have; 2^256 − 1 for no limit.
    pub deposit_limit: U256,
    /// What is never lent to strategies.
    pub minimum_total_idle: U256,
    /// Whether the vault is shut down, for good.
    pub shutdown: bool,
    /// Whether each deposit goes to the first strategy of the queue at once.
    pub auto_allocate: bool,
    /// Whoever charges fees.
    pub accountant: Accountant,
    /// The protocol's part of the fees.
    pub protocol_fee: U256,
    /// The protocol's shares.
    pub protocol_shares: U256,
    /// The strategies, by number.
    pub strategies: SmallVec<[Strategy; 1]>,
    /// In which order they are asked at a withdrawal.
    pub queue: SmallVec<[usize; 4]>,
}
