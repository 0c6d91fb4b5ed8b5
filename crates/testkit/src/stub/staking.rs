use std::collections::BTreeMap;

use levmine_market::{Account, Asset, Descriptor, Dump, Moment, Timestamp, TokenAmount, Transfer, Transfers};
use levmine_math::{Bps, Rounding, U256, add, mul, mul_div, sub};
use levmine_vault::{Capabilities, Claimed, Deposited, Redeemed, Refusal, Vault, VaultError};

const NAME: &str = "staking-stub";

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Staking stub",
    summary: "Stakes that earn a token of their own, for tests",
    versions: &["1"],
    presets: &[],
    parameters: &[],
};

/// A tenth of a reward token a second, for all stakes together.
const PER_SECOND: u64 = 100_000_000_000_000_000;

/// Rewards of a unit of stake are counted in 10^-12.
const SCALE: u64 = 1_000_000_000_000;

#[derive(Debug, Clone, Copy, Default)]
struct Stake {
    amount: U256,
    /// What a stake of this size had earned before it was made.
    debt: U256,
}

/// Stakes in the contract's books that share a stream of rewards, which the contract mints.
#[derive(Debug, Clone)]
pub struct Staking {
    asset: [Asset; 1],
    reward: Asset,
    stakes: BTreeMap<Account, Stake>,
    total: U256,
    per_unit: U256,
    updated: Timestamp,
    minted: U256,
}

impl Staking {
    /// Nothing is staked yet.
    #[must_use]
    pub const fn new(asset: Asset, reward: Asset, now: Moment) -> Self {
        Self {
            asset: [asset],
            reward,
            stakes: BTreeMap::new(),
            total: U256::ZERO,
            per_unit: U256::ZERO,
            updated: now.time,
            minted: U256::ZERO,
        }
    }

    /// The same with a stake of an outsider, in base units.
    #[must_use]
    pub fn with_stake(mut self, amount: U256) -> Self {
        self.stakes.insert(Account::outsider(2), Stake { amount, debt: U256::ZERO });
        self.total = self.total.saturating_add(amount);
        self
    }

    fn known(&self, asset: Asset) -> Result<(), VaultError> {
        let [own] = self.asset;
        if asset == own { Ok(()) } else { Err(VaultError::UnknownAsset { protocol: NAME, asset }) }
    }

    /// What a unit of stake has earned by `now`, in 10^-12.
    fn per_unit_at(&self, now: Moment) -> Result<U256, VaultError> {
        if self.total.is_zero() {
            return Ok(self.per_unit);
        }
        let earned = mul(U256::from(now.time.since(self.updated)), U256::from(PER_SECOND))?;
        Ok(add(self.per_unit, mul_div(earned, U256::from(SCALE), self.total, Rounding::Down)?)?)
    }

    fn earned(stake: Stake, per_unit: U256) -> Result<U256, VaultError> {
        Ok(mul_div(stake.amount, per_unit, U256::from(SCALE), Rounding::Down)?)
    }

    /// Pays what waits and makes the stake `amount`: all of it, or nothing.
    fn restake(
        &mut self,
        account: Account,
        new: impl FnOnce(U256) -> Result<U256, VaultError>,
        now: Moment,
    ) -> Result<TokenAmount, VaultError> {
        let per_unit = self.per_unit_at(now)?;
        let old = self.stakes.get(&account).copied().unwrap_or_default();
        let due = sub(Self::earned(old, per_unit)?, old.debt)?;
        let amount = new(old.amount)?;
        let debt = Self::earned(Stake { amount, debt: U256::ZERO }, per_unit)?;
        let total = add(sub(self.total, old.amount)?, amount)?;
        let minted = add(self.minted, due)?;
        self.stakes.insert(account, Stake { amount, debt });
        (self.per_unit, self.total, self.minted) = (per_unit, total, minted);
        self.updated = self.updated.max(now.time);
        Ok(TokenAmount::new(self.reward, due))
    }
}

fn refused(refusal: Refusal, code: &'static str) -> VaultError {
    VaultError::Refused { protocol: NAME, refusal, code, source: code.into() }
}

impl Vault for Staking {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "1"
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
        &self.asset
    }

    fn share(&self, _asset: Asset) -> Option<Asset> {
        None
    }

    fn staked(&self, account: Account, asset: Asset, _now: Moment) -> U256 {
        if self.known(asset).is_err() {
            return U256::ZERO;
        }
        self.stakes.get(&account).map(|stake| stake.amount).unwrap_or_default()
    }

    fn rewards(&self) -> Vec<Asset> {
        vec![self.reward]
    }

    fn value(&self, shares: TokenAmount, _now: Moment) -> Result<TokenAmount, VaultError> {
        self.known(shares.asset)?;
        Ok(shares)
    }

    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        self.clone().deposit(Account::outsider(0), amount, now).map(|done| done.shares)
    }

    fn preview_redeem(&self, shares: TokenAmount, _now: Moment) -> Result<U256, VaultError> {
        self.known(shares.asset)?;
        if shares.raw > self.total {
            return Err(refused(Refusal::InsufficientBalance, "NOT_STAKED"));
        }
        Ok(shares.raw)
    }

    fn max_deposit(&self, asset: Asset, _now: Moment) -> Result<U256, VaultError> {
        self.known(asset)?;
        Ok(U256::MAX)
    }

    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError> {
        self.per_unit = self.per_unit_at(now)?;
        self.updated = self.updated.max(now.time);
        Ok(Transfers::new())
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        self.known(amount.asset)?;
        let due = self.restake(account, |old| Ok(add(old, amount.raw)?), now)?;
        let transfers = [Transfer::pay(account, amount), Transfer::mint(account, due)].into_iter().collect();
        Ok(Deposited { paid: amount, shares: amount.raw, transfers })
    }

    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        _max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.known(shares.asset)?;
        let less = |old: U256| {
            old.checked_sub(shares.raw).ok_or_else(|| refused(Refusal::InsufficientBalance, "NOT_STAKED"))
        };
        let due = self.restake(account, less, now)?;
        let transfers = [Transfer::receive(account, shares), Transfer::mint(account, due)];
        Ok(Redeemed {
            shares: shares.raw,
            received: shares,
            loss: U256::ZERO,
            transfers: transfers.into_iter().collect(),
        })
    }

    fn claimable(&self, account: Account, now: Moment) -> Result<Vec<TokenAmount>, VaultError> {
        let stake = self.stakes.get(&account).copied().unwrap_or_default();
        let due = sub(Self::earned(stake, self.per_unit_at(now)?)?, stake.debt)?;
        Ok(vec![TokenAmount::new(self.reward, due)])
    }

    fn claim(&mut self, account: Account, now: Moment) -> Result<Claimed, VaultError> {
        let due = self.restake(account, Ok, now)?;
        Ok(Claimed { received: vec![due], transfers: [Transfer::mint(account, due)].into_iter().collect() })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let [asset] = self.asset;
        vec![TokenAmount::new(asset, self.total)]
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.reward, self.minted)]
    }

    fn dump(&self) -> Dump {
        let stake = |(account, stake): (&Account, &Stake)| {
            let fields = [("amount", Dump::text(stake.amount)), ("debt", Dump::text(stake.debt))];
            (account.to_string(), Dump::table(fields))
        };
        Dump::table([
            ("total", Dump::text(self.total)),
            ("per_unit", Dump::text(self.per_unit)),
            ("updated", Dump::text(self.updated.0)),
            ("minted", Dump::text(self.minted)),
            ("stakes", Dump::table(self.stakes.iter().map(stake))),
        ])
    }
}
