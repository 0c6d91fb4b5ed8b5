use levmine_math::U256;
use smallvec::SmallVec;

/// Which `Vault.vy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// 0.3.4: total assets are the balance; shares are issued on them and redeemed for what is not locked; the
    /// management fee is charged on the whole vault at each report.
    V034,
    /// 0.4.3: total assets are the balance; everything is priced at what is not locked; fees never pass the gain.
    V043,
    /// 0.4.6: total assets are what the vault itself has counted.
    V046,
}

/// A strategy as the vault's books have it, and what it really holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strategy {
    /// The strategist's part of a gain, in basis points.
    pub performance_fee: U256,
    /// Unix seconds since which it is a strategy of the vault; 0 where it is none.
    pub activation: u64,
    /// The part of total assets that it may owe, in basis points.
    pub debt_ratio: U256,
    /// The least that it is given at a report, in base units.
    pub min_debt_per_harvest: U256,
    /// The most that it is given at a report.
    pub max_debt_per_harvest: U256,
    /// Unix seconds of its last report.
    pub last_report: u64,
    /// What it owes the vault.
    pub total_debt: U256,
    /// All gains that it has reported.
    pub total_gain: U256,
    /// All losses that it has reported.
    pub total_loss: U256,
    /// What of its debt the vault's books know as delegated to other vaults; 0.3.4 only.
    pub delegated_booked: U256,
    /// The asset that it holds.
    pub balance: U256,
    /// The vault's shares that it was paid as fees.
    pub shares: U256,
    /// What it says it has delegated to other vaults.
    pub delegated_assets: U256,
    /// The most that it can free at once.
    pub liquid_limit: U256,
    /// What is destroyed of whatever it frees, in basis points.
    pub exit_loss: U256,
}

/// A vault and its strategies. Assets and shares in base units, fees and ratios in basis points, times in Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vault {
    /// Which `Vault.vy`.
    pub revision: Revision,
    /// Decimals of asset and shares.
    pub decimals: u8,
    /// The asset that the contract holds.
    pub balance: U256,
    /// What it counts of that; 0.4.6 only.
    pub total_idle: U256,
    /// What strategies owe.
    pub total_debt: U256,
    /// Shares.
    pub total_supply: U256,
    /// The profit that was locked at the last report.
    pub locked_profit: U256,
    /// The part of it that unlocks in a second, × 10^18.
    pub locked_profit_degradation: U256,
    /// The last report of any strategy.
    pub last_report: u64,
    /// The part of total assets that strategies may owe together.
    pub debt_ratio: U256,
    /// The most that the vault may have.
    pub deposit_limit: U256,
    /// The treasury's fee on assets per year.
    pub management_fee: U256,
    /// The treasury's part of a gain.
    pub performance_fee: U256,
    /// Whether deposits are shut.
    pub emergency_shutdown: bool,
    /// The treasury's shares.
    pub rewards_shares: U256,
    /// What all strategies together have delegated, by the vault's books; 0.3.4 only.
    pub delegated_assets: U256,
    /// The strategies, by number.
    pub strategies: SmallVec<[Strategy; 1]>,
    /// In which order they are asked at a withdrawal.
    pub queue: SmallVec<[usize; 4]>,
}
