//! The contracts, one file each, over one plain value.

pub(crate) mod debt;
pub(crate) mod escrow;
pub(crate) mod exchanger;
pub(crate) mod fees;
pub(crate) mod issuer;
pub(crate) mod liquidator;
pub(crate) mod rates;
pub(crate) mod rewards;
pub(crate) mod snx;

use std::collections::BTreeMap;

use levmine_market::{Account, Asset};
use levmine_math::U256;

use crate::error::Result;

pub use escrow::{Escrow, VestingEntry};
pub use fees::{FeePeriod, FeePool};
pub use issuer::Redemption;
pub use rates::Rate;
pub use rewards::Rewards;

/// `SystemSettings`: what governance decides.
///
/// Ratios are debt over collateral with 18 decimals: 0.2 × 10^18 is a c-ratio of 500 %. Penalties and rates with 18
/// decimals, rewards in base units of SNX, times in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// `issuanceRatio`: up to which debt can be minted.
    pub issuance_ratio: U256,
    /// `liquidationRatio`: from which on an account can be flagged.
    pub liquidation_ratio: U256,
    /// `snxLiquidationPenalty`: of a forced liquidation.
    pub penalty: U256,
    /// `selfLiquidationPenalty`: of liquidating oneself.
    pub self_penalty: U256,
    /// `liquidationDelay`: between the flag and the liquidation.
    pub delay: u64,
    /// `liquidationEscrowDuration`: how long claimed liquidation rewards stay in escrow.
    pub escrow_duration: u64,
    /// `flagReward`: for who flagged, SNX.
    pub flag_reward: U256,
    /// `liquidateReward`: for who liquidates, SNX.
    pub liquidate_reward: U256,
    /// `rateStalePeriod`: how old a price may be.
    pub rate_stale_period: u64,
    /// `debtSnapshotStaleTime`: after which the cached debt is called stale; nothing here refuses for that.
    pub snapshot_stale_time: u64,
    /// `minimumStakeTime`: between minting and burning.
    pub minimum_stake_time: u64,
    /// `exchangeFeeRate` of every synth but sUSD; the fee of an exchange is the sum of both synths'.
    pub exchange_fee: U256,
    /// `feePeriodDuration`: how long fees are collected before they can be claimed.
    pub fee_period: u64,
    /// `targetThreshold`: by how much of itself the ratio may pass the issuance ratio for fees to be claimable.
    pub target_threshold: U256,
}

/// A synth: a dollar or something else that the issuer mints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synth {
    /// The token, with 18 decimals.
    pub asset: Asset,
    /// The asset whose price it follows.
    pub follows: Asset,
    /// Its price; of sUSD one, always.
    pub rate: Rate,
    /// How much exists.
    pub supply: U256,
    /// `cachedSynthDebt`: what the last snapshot counted it with, in dollars.
    pub cached: U256,
}

/// What the contracts keep for one account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Staker {
    /// SNX in the account's own wallet: staked as far as its debt locks it.
    pub snx: U256,
    /// `SynthetixDebtShare.balanceOf`.
    pub shares: U256,
    /// The fee period in which the shares changed last.
    pub share_period: u64,
    /// The shares before the first change in that period.
    pub shares_before: U256,
    /// `lastIssueEvent`: when it minted last; 0 for never.
    pub last_issue: u64,
    /// From when on it can be liquidated; 0 without a flag.
    pub flag_deadline: u64,
    /// Who flagged it last; kept after the flag is gone.
    pub flagger: Option<Account>,
    /// `LiquidatorRewards.entries`: rewards that are fixed already.
    pub claimable: U256,
    /// `LiquidatorRewards.entries`: the rewards per share to which they are.
    pub entry_accumulated: U256,
    /// `LiquidatorRewards.initiated`.
    pub initiated: bool,
    /// `RewardEscrowV2.balanceOf`: SNX in escrow.
    pub escrowed: U256,
    /// `totalVestedAccountBalance`: SNX that left escrow by vesting.
    pub vested: U256,
    /// All vesting entries, also emptied ones, in order.
    pub entries: Vec<VestingEntry>,
    /// `lastFeeWithdrawal`: the period whose fees were claimed last; 0 for none.
    pub last_fee_withdrawal: u64,
}

static NOBODY: Staker = Staker {
    snx: U256::ZERO,
    shares: U256::ZERO,
    share_period: 0,
    shares_before: U256::ZERO,
    last_issue: 0,
    flag_deadline: 0,
    flagger: None,
    claimable: U256::ZERO,
    entry_accumulated: U256::ZERO,
    initiated: false,
    escrowed: U256::ZERO,
    vested: U256::ZERO,
    entries: Vec::new(),
    last_fee_withdrawal: 0,
};

/// The storage of all contracts. Amounts in base units with 18 decimals, times in Unix seconds.
#[derive(Debug, Clone)]
pub struct System {
    /// The latest time seen; operations of the trait never run before it.
    pub time: u64,
    /// What governance decided.
    pub settings: Settings,
    /// The collateral.
    pub snx: Asset,
    /// The price of SNX.
    pub snx_rate: Rate,
    /// All synths; the first is sUSD.
    pub synths: Vec<Synth>,
    /// `cachedDebt`: the debt of all stakers as of the last snapshot, with what was minted and burned since.
    pub cached_debt: U256,
    /// `cacheTimestamp`: when the last snapshot was taken.
    pub cache_time: u64,
    /// `cacheInvalid`: the last snapshot was taken at a price that was too old.
    pub cache_invalid: bool,
    /// `SynthetixDebtShare.totalSupply`.
    pub debt_shares: U256,
    /// The total at the end of the last fee period.
    pub debt_shares_before: U256,
    /// What liquidations brought.
    pub rewards: Rewards,
    /// The escrow.
    pub escrow: Escrow,
    /// Exchange fees.
    pub fees: FeePool,
    /// Everybody.
    pub stakers: BTreeMap<Account, Staker>,
}

impl System {
    /// What the contracts keep for an account.
    #[must_use]
    pub fn staker(&self, account: Account) -> &Staker {
        self.stakers.get(&account).unwrap_or(&NOBODY)
    }

    pub(crate) fn staker_mut(&mut self, account: Account) -> &mut Staker {
        self.stakers.entry(account).or_default()
    }

    /// The synth of this asset, by its place.
    pub(crate) fn synth(&self, asset: Asset) -> Option<(usize, &Synth)> {
        self.synths.iter().enumerate().find(|(_, synth)| synth.asset == asset)
    }

    /// All SNX that is here: in wallets of stakers, in escrow, and as rewards.
    #[must_use]
    pub fn held(&self) -> U256 {
        let wallets = self.stakers.values().fold(U256::ZERO, |sum, staker| sum.saturating_add(staker.snx));
        wallets.saturating_add(self.escrow.snx).saturating_add(self.rewards.snx)
    }

    /// Runs `operation` on a copy and keeps it if all of it went well.
    pub(crate) fn transact<T>(&mut self, operation: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let mut next = self.clone();
        let done = operation(&mut next)?;
        *self = next;
        Ok(done)
    }
}
