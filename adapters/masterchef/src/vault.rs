use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields};
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, TokenAmount, Transfers};
use levmine_math::{Bps, U256, Wad};
use levmine_vault::{Capabilities, Claimed, Deposited, Redeemed, Vault, VaultError};

use crate::error::Result;
use crate::state::Chef;
use crate::{DESCRIPTOR, PROTOCOL, dump, special};

/// A chef as a venue. Where two pools take the same asset, the trait speaks of the first; special operations take a pool's
/// number.
#[derive(Debug, Clone)]
pub struct MasterChefVault {
    pub(crate) chef: Chef,
    /// The names that accounts had in the file.
    pub(crate) names: BTreeMap<Account, String>,
}

impl MasterChefVault {
    /// A venue over `chef`; `names` are those under which its dump lists accounts, instead of their numbers.
    #[must_use]
    pub const fn new(chef: Chef, names: BTreeMap<Account, String>) -> Self {
        Self { chef, names }
    }

    /// The contract's own integers.
    #[must_use]
    pub const fn chef(&self) -> &Chef {
        &self.chef
    }

    /// Returns the rewards of all pools of `account` by the contract's view at `now`, by pool number.
    ///
    /// # Errors
    ///
    /// As [`Chef::pending`].
    pub fn pending(&self, pid: usize, account: Account, now: Moment) -> Result<U256> {
        self.look(now, |chef, block| chef.pending(pid, account, block))
    }

    /// Does an operation that only this protocol has, as [`Vault::special`], and tells the tokens that moved.
    ///
    /// # Errors
    ///
    /// As [`Vault::special`].
    pub fn call(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<(Dump, Transfers), VaultError>, ConfigError> {
        special::run(self, name, arguments, accounts, now)
    }

    fn pool_of(&self, asset: Asset) -> Result<usize, VaultError> {
        self.chef.pool_of(asset).ok_or(VaultError::UnknownAsset { protocol: PROTOCOL, asset })
    }

    /// Looks at the chef as it is at `now`, after the changes of the rate that are due.
    fn look<T>(&self, now: Moment, look: impl FnOnce(&Chef, u64) -> T) -> T {
        let block = now.block.max(self.chef.block);
        if self.chef.is_due(block) {
            let mut later = self.chef.clone();
            later.advance(block, &mut Transfers::new());
            look(&later, block)
        } else {
            look(&self.chef, block)
        }
    }

    /// Does `act` at `now`, after the changes of the rate that are due; all of it, or nothing.
    pub(crate) fn act<T>(
        &mut self,
        now: Moment,
        act: impl FnOnce(&mut Chef, u64, &mut Transfers) -> Result<T>,
    ) -> Result<(T, Transfers)> {
        let block = now.block.max(self.chef.block);
        let mut moved = Transfers::new();
        let done = if self.chef.is_due(block) {
            let mut later = self.chef.clone();
            later.advance(block, &mut moved);
            let done = act(&mut later, block, &mut moved)?;
            self.chef = later;
            done
        } else {
            act(&mut self.chef, block, &mut moved)?
        };
        self.chef.block = block;
        Ok((done, moved))
    }
}

impl Vault for MasterChefVault {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn version(&self) -> &'static str {
        "v1"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shares: false,
            exact: false,
            instant_redeem: true,
            queue: false,
            harvest: false,
            rewards: true,
            rebasing: false,
            losses: false,
        }
    }

    fn fork(&self) -> Box<dyn Vault> {
        Box::new(self.clone())
    }

    fn assets(&self) -> &[Asset] {
        &self.chef.stakes
    }

    fn share(&self, _asset: Asset) -> Option<Asset> {
        None
    }

    fn staked(&self, account: Account, asset: Asset, _now: Moment) -> U256 {
        let pool = self.chef.pool_of(asset);
        pool.map_or(U256::ZERO, |pid| self.chef.user(pid, account).amount)
    }

    fn rewards(&self) -> Vec<Asset> {
        vec![self.chef.terms.reward]
    }

    /// A stake is worth itself.
    fn value(&self, shares: TokenAmount, _now: Moment) -> Result<TokenAmount, VaultError> {
        self.pool_of(shares.asset).map(|_| shares)
    }

    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        let pid = self.pool_of(amount.asset)?;
        self.look(now, |chef, block| chef.check_deposit(pid, amount.raw, block))?;
        Ok(amount.raw)
    }

    fn preview_redeem(&self, shares: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        let pid = self.pool_of(shares.asset)?;
        self.look(now, |chef, block| chef.check_withdrawal(pid, shares.raw, block))?;
        Ok(shares.raw)
    }

    /// There is no limit.
    fn max_deposit(&self, asset: Asset, _now: Moment) -> Result<U256, VaultError> {
        self.pool_of(asset).map(|_| U256::MAX)
    }

    /// The contract does nothing by itself: rewards are minted when somebody comes to a pool. Only known changes of the
    /// rate happen.
    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError> {
        Ok(self.act(now, |_, _, _| Ok(()))?.1)
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        let pid = self.pool_of(amount.asset)?;
        let (done, transfers) =
            self.act(now, |chef, block, moved| chef.deposit(account, pid, amount.raw, block, moved))?;
        Ok(Deposited { paid: amount, shares: done.amount, transfers })
    }

    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        _max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        let pid = self.pool_of(shares.asset)?;
        let (done, transfers) =
            self.act(now, |chef, block, moved| chef.withdraw(account, pid, shares.raw, block, moved))?;
        Ok(Redeemed { shares: done.amount, received: shares, loss: U256::ZERO, transfers })
    }

    /// What [`Vault::claim`] would pay: the contract's view `pendingSushi` over all pools, or less where the chef is short.
    fn claimable(&self, account: Account, now: Moment) -> Result<Vec<TokenAmount>, VaultError> {
        let plan = |chef: &Chef, block| {
            chef.plan_claim(account, block, &mut Transfers::new(), |_, _, _| ()).map(|(paid, _)| paid)
        };
        Ok(vec![TokenAmount::new(self.chef.terms.reward, self.look(now, plan)?)])
    }

    /// A deposit of nothing in every pool in which the account has a stake.
    fn claim(&mut self, account: Account, now: Moment) -> Result<Claimed, VaultError> {
        let (paid, transfers) = self.act(now, |chef, block, moved| chef.claim(account, block, moved))?;
        Ok(Claimed { received: vec![TokenAmount::new(self.chef.terms.reward, paid)], transfers })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let Chef { terms, till, stakes, held, .. } = &self.chef;
        let stakes = stakes.iter().zip(held).filter(|(asset, _)| **asset != terms.reward);
        let stakes = stakes.map(|(asset, held)| TokenAmount::new(*asset, *held));
        [TokenAmount::new(terms.reward, till.held)].into_iter().chain(stakes).collect()
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.chef.terms.reward, self.chef.till.supply)]
    }

    fn dump(&self) -> Dump {
        dump::dump(self)
    }

    fn scale_rewards(&mut self, factor: Wad, now: Moment) -> std::result::Result<Transfers, VaultError> {
        let ((), transfers) = self.act(now, |chef, block, moved| chef.scale_rate(factor, block, moved))?;
        Ok(transfers)
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, VaultError>, ConfigError> {
        Ok(self.call(name, arguments, accounts, now)?.map(|(dump, _)| dump))
    }
}
