//! The contracts' integers.

use levmine_math::{Rounding, U256, add, mul, mul_div_narrow, sub};

use crate::error::{LidoError, Result};
use crate::ledger::{Holder, Ledger};
use crate::params::{Fees, Limits};
use crate::queue::Queue;
use crate::rate::{ShareRate, UINT128_MAX};
use crate::stake_limit::StakeLimit;

/// What a validator is funded with: 32 ether.
pub const DEPOSIT_SIZE: U256 = U256::from_limbs([0xbc16_d674_ec80_0000, 1, 0, 0]);
/// 100 % in basis points.
pub(crate) const BASIS_POINTS: U256 = U256::from_limbs([10_000, 0, 0, 0]);

/// Shares that wait to be burned, and those that were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Burner {
    /// Waiting, to cover a loss.
    pub cover: U256,
    /// Waiting, of withdrawals.
    pub non_cover: U256,
    /// Burned to cover losses.
    pub cover_burnt: U256,
    /// Burned otherwise.
    pub non_cover_burnt: U256,
}

/// What the checker remembers of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// The report's time.
    pub time: u64,
    /// Validators that had left by then.
    pub exited: U256,
    /// What was lost since the report before, in wei.
    pub lost: U256,
}

/// The storage of all the contracts: a plain value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Ether that waits to be staked, in wei.
    pub buffered: U256,
    /// Validators ever funded.
    pub deposited_validators: U256,
    /// Validators ever seen by a report.
    pub cl_validators: U256,
    /// What they had at the last report, in wei.
    pub cl_balance: U256,
    /// All shares.
    pub total_shares: U256,
    /// Those among them that stand for ether held elsewhere.
    pub external_shares: U256,
    /// The greatest part of them, in basis points.
    pub max_external_ratio_bp: U256,
    /// How much may be staked.
    pub stake_limit: StakeLimit,
    /// Whether the token is stopped.
    pub is_stopped: bool,
    /// Whether validators are not funded because of losses.
    pub is_bunker: bool,
    /// Who has how many shares.
    pub ledger: Ledger,
    /// All wstETH, in its base units.
    pub wsteth_supply: U256,
    /// Shares that wait to be burned.
    pub burner: Burner,
    /// Ether in the vault of execution rewards, in wei.
    pub rewards_vault: U256,
    /// Ether in the vault of withdrawals, in wei.
    pub withdrawals_vault: U256,
    /// The withdrawals.
    pub queue: Queue,
    /// Validators that have left, as the staking router knows.
    pub exited_validators: U256,
    /// What the checker remembers, in order.
    pub remembered: Vec<Remembered>,
    /// The fees.
    pub fees: Fees,
    /// What reports are held to.
    pub limits: Limits,
}

/// A value that the contracts keep in 128 bits.
pub(crate) fn narrow(value: U256) -> Result<U256> {
    if value <= UINT128_MAX { Ok(value) } else { Err(LidoError::TooWide { value }) }
}

impl State {
    /// A pool that was begun with some ether, one share for each wei, which nobody counted has.
    ///
    /// Source: `Lido._bootstrapInitialHolder`.
    #[must_use]
    pub fn begun_with(ether: U256, block: u64) -> Self {
        let mut ledger = Ledger::default();
        ledger.set(Holder::Outside, ether);
        Self {
            buffered: ether,
            deposited_validators: U256::ZERO,
            cl_validators: U256::ZERO,
            cl_balance: U256::ZERO,
            total_shares: ether,
            external_shares: U256::ZERO,
            max_external_ratio_bp: U256::ZERO,
            stake_limit: StakeLimit::unlimited(block),
            is_stopped: false,
            is_bunker: false,
            ledger,
            wsteth_supply: U256::ZERO,
            burner: Burner::default(),
            rewards_vault: U256::ZERO,
            withdrawals_vault: U256::ZERO,
            queue: Queue::default(),
            exited_validators: U256::ZERO,
            remembered: Vec::new(),
            fees: Fees::ethereum(),
            limits: Limits::ethereum(),
        }
    }

    /// Ether on its way to validators that no report has seen, in wei.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn transient(&self) -> Result<U256> {
        Ok(mul(sub(self.deposited_validators, self.cl_validators)?, DEPOSIT_SIZE)?)
    }

    /// What the protocol holds itself: buffer, validators, and what is on its way to them, in wei.
    ///
    /// Source: `Lido._getInternalEther`.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn internal_ether(&self) -> Result<U256> {
        Ok(add(add(self.buffered, self.cl_balance)?, self.transient()?)?)
    }

    /// The shares that stand for it.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn internal_shares(&self) -> Result<U256> {
        Ok(sub(self.total_shares, self.external_shares)?)
    }

    /// What a share is worth.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn rate(&self) -> Result<ShareRate> {
        Ok(ShareRate { ether: self.internal_ether()?, shares: self.internal_shares()? })
    }

    /// Ether held elsewhere that external shares stand for, in wei. Rounds down.
    ///
    /// Source: `Lido._getExternalEther`.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn external_ether(&self) -> Result<U256> {
        let rate = self.rate()?;
        Ok(mul_div_narrow(self.external_shares, rate.ether, rate.shares, Rounding::Down)?)
    }

    /// All stETH that there is, in wei.
    ///
    /// Source: `Lido._getTotalPooledEther`, the token's `totalSupply`.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn total_pooled_ether(&self) -> Result<U256> {
        Ok(add(self.internal_ether()?, self.external_ether()?)?)
    }

    /// External shares that may be minted more; 2^256 − 1 for no limit. Rounds down.
    ///
    /// Source: `Lido._getMaxMintableExternalShares`.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn max_mintable_external_shares(&self) -> Result<U256> {
        let ratio = self.max_external_ratio_bp;
        if ratio.is_zero() {
            return Ok(U256::ZERO);
        }
        if ratio == BASIS_POINTS {
            return Ok(U256::MAX);
        }
        let most = mul(self.total_shares, ratio)?;
        let least = mul(self.external_shares, BASIS_POINTS)?;
        let room = most.saturating_sub(least);
        Ok(mul_div_narrow(room, U256::ONE, sub(BASIS_POINTS, ratio)?, Rounding::Down)?)
    }

    /// Ether that can be sent to validators: what is buffered beyond what requests wait for, in wei.
    ///
    /// Source: `Lido.getDepositableEther`.
    #[must_use]
    pub fn depositable(&self) -> U256 {
        self.buffered.saturating_sub(self.queue.unfinalized())
    }

    /// The stETH of a holder, in wei. Rounds down.
    ///
    /// Source: `StETH.balanceOf`.
    ///
    /// # Errors
    ///
    /// As [`ShareRate::ether_of`].
    pub fn balance(&self, holder: Holder) -> Result<U256> {
        self.rate()?.ether_of(self.ledger.shares(holder))
    }

    /// Shares that belong to the protocol's own contracts: behind wstETH, in the queue, in the burner.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn own_shares(&self) -> Result<U256> {
        [Holder::WstEth, Holder::Queue, Holder::Burner]
            .into_iter()
            .try_fold(U256::ZERO, |sum, holder| Ok(add(sum, self.ledger.shares(holder))?))
    }

    /// All ether: the buffer, the validators', what is on its way to them, in both vaults and locked in the queue, in
    /// wei.
    ///
    /// # Errors
    ///
    /// [`LidoError::Panic`].
    pub fn ether(&self) -> Result<U256> {
        [self.rewards_vault, self.withdrawals_vault, self.queue.locked_ether]
            .into_iter()
            .try_fold(self.internal_ether()?, |sum, part| Ok(add(sum, part)?))
    }

    /// That the token is not stopped.
    pub(crate) fn running(&self) -> Result<()> {
        if self.is_stopped { Err(LidoError::Stopped) } else { Ok(()) }
    }

    /// What there would be with more shares of a holder: all shares and his.
    ///
    /// Source: `StETH._mintShares`.
    pub(crate) fn with_shares(&self, holder: Holder, shares: U256) -> Result<(U256, U256)> {
        Ok((narrow(add(self.total_shares, shares)?)?, add(self.ledger.shares(holder), shares)?))
    }
}
