//! The trait.

use std::borrow::Cow;

use levmine_config::{ConfigError, Fields};
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, Party, TokenAmount, Transfer, Transfers};
use levmine_math::{Bps, MathError, U256};
use levmine_vault::{Capabilities, Deposited, Harvested, Redeemed, Vault, VaultError};

use crate::contract::{Booked, Contract, Entered, Left};
use crate::error::YearnError;
use crate::keeper::{Keeper, Passed};
use crate::{DESCRIPTOR, PROTOCOL, special, state};

/// A Yearn vault of any generation.
#[derive(Debug, Clone)]
pub struct YearnVault {
    pub(crate) version: &'static str,
    pub(crate) asset: [Asset; 1],
    pub(crate) share: Asset,
    pub(crate) contract: Contract,
    pub(crate) keeper: Keeper,
}

/// Where gains come from and losses go to.
const OUTSIDE: Party = Party::Account(Account::outsider(0));

impl YearnVault {
    /// The contract in its own integers.
    #[must_use]
    pub const fn contract(&self) -> &Contract {
        &self.contract
    }

    /// The contract, to be changed by a comparison that calls it directly.
    #[must_use]
    pub const fn contract_mut(&mut self) -> &mut Contract {
        &mut self.contract
    }

    /// The vault as of `now`: a copy where something happens until then.
    fn as_of(&self, now: u64) -> Result<Cow<'_, Self>, MathError> {
        if !self.keeper.is_busy(now) {
            return Ok(Cow::Borrowed(self));
        }
        let mut copy = self.clone();
        copy.keeper.pass(&mut copy.contract, now)?;
        Ok(Cow::Owned(copy))
    }

    /// Lets time pass and does `operation`, all or nothing. `now` never runs back.
    pub(crate) fn transact<T>(
        &mut self,
        now: Moment,
        operation: impl FnOnce(&mut Self, u64) -> Result<T, YearnError>,
    ) -> Result<(T, Transfers), VaultError> {
        let now = now.time.0.max(self.keeper.seen);
        let unlocked = self.unlocked();
        let mut trial = self.clone();
        let passed = trial.keeper.pass(&mut trial.contract, now)?;
        trial.keeper.seen = now;
        let done = operation(&mut trial, now)?;
        *self = trial;
        let mut transfers = Transfers::new();
        self.tell_passed(&passed, &mut transfers);
        // What unlocks is gone for everybody who asks the contract how many shares there are, and is burned for real, once
        // more, by the next report.
        let gone = self.unlocked();
        let (more, less) = (gone.saturating_sub(unlocked), unlocked.saturating_sub(gone));
        Self::tell(&mut transfers, Party::Venue, Party::Issuer, self.of_share(more));
        Self::tell(&mut transfers, Party::Issuer, Party::Venue, self.of_share(less));
        Ok((done, transfers))
    }

    /// Shares that had unlocked when time was seen last.
    fn unlocked(&self) -> U256 {
        self.contract.unlocked(self.keeper.seen)
    }

    fn of_asset(&self, raw: U256) -> TokenAmount {
        let [asset] = self.asset;
        TokenAmount::new(asset, raw)
    }

    const fn of_share(&self, raw: U256) -> TokenAmount {
        TokenAmount::new(self.share, raw)
    }

    fn check(&self, amount: TokenAmount, asset: Asset) -> Result<(), VaultError> {
        if amount.asset == asset {
            Ok(())
        } else {
            Err(VaultError::UnknownAsset { protocol: PROTOCOL, asset: amount.asset })
        }
    }

    fn check_asset(&self, amount: TokenAmount) -> Result<(), VaultError> {
        let [asset] = self.asset;
        self.check(amount, asset)
    }

    fn tell(transfers: &mut Transfers, from: Party, to: Party, amount: TokenAmount) {
        if !amount.is_zero() {
            transfers.push(Transfer { from, to, amount });
        }
    }

    fn tell_passed(&self, passed: &Passed, transfers: &mut Transfers) {
        Self::tell(transfers, OUTSIDE, Party::Venue, self.of_asset(passed.earned));
        self.tell_booked(&passed.booked, transfers);
    }

    fn tell_booked(&self, booked: &Booked, transfers: &mut Transfers) {
        Self::tell(transfers, OUTSIDE, Party::Venue, self.of_asset(booked.refunds));
        Self::tell(transfers, Party::Venue, OUTSIDE, self.of_asset(booked.destroyed));
        Self::tell(transfers, Party::Issuer, Party::Venue, self.of_share(booked.issued));
        Self::tell(transfers, Party::Venue, Party::Issuer, self.of_share(booked.burned));
    }

    fn entered(&self, account: Account, done: Entered, mut transfers: Transfers) -> Deposited {
        let paid = self.of_asset(done.paid);
        transfers.push(Transfer::pay(account, paid));
        Self::tell(&mut transfers, Party::Issuer, Party::Account(account), self.of_share(done.shares));
        Self::tell(&mut transfers, Party::Venue, OUTSIDE, self.of_asset(done.destroyed));
        Deposited { paid, shares: done.shares, transfers }
    }

    fn left(&self, account: Account, done: Left, mut transfers: Transfers) -> Redeemed {
        let received = self.of_asset(done.received);
        Self::tell(&mut transfers, Party::Account(account), Party::Issuer, self.of_share(done.shares));
        Self::tell(&mut transfers, Party::Venue, Party::Account(account), received);
        Self::tell(&mut transfers, Party::Venue, OUTSIDE, self.of_asset(done.destroyed));
        Redeemed { shares: done.shares, received, loss: done.loss, transfers }
    }
}

impl Vault for YearnVault {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn version(&self) -> &'static str {
        self.version
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shares: true,
            exact: !matches!(self.contract, Contract::V2(_)),
            instant_redeem: true,
            queue: false,
            harvest: true,
            rewards: false,
            rebasing: false,
            losses: true,
        }
    }

    fn fork(&self) -> Box<dyn Vault> {
        Box::new(self.clone())
    }

    fn assets(&self) -> &[Asset] {
        &self.asset
    }

    fn share(&self, asset: Asset) -> Option<Asset> {
        (self.asset == [asset]).then_some(self.share)
    }

    fn value(&self, shares: TokenAmount, now: Moment) -> Result<TokenAmount, VaultError> {
        self.check(shares, self.share)?;
        let now = now.time.0.max(self.keeper.seen);
        let worth = if self.keeper.is_due(now) {
            self.as_of(now)?.contract.value(shares.raw, now)?
        } else {
            self.contract.value(shares.raw, now)?
        };
        Ok(self.of_asset(worth))
    }

    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        self.check_asset(amount)?;
        let mut copy = self.clone();
        Ok(copy.transact(now, |vault, now| vault.contract.deposit(amount.raw, now))?.0.shares)
    }

    fn preview_redeem(&self, shares: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        self.check(shares, self.share)?;
        let mut copy = self.clone();
        let all = Bps::ONE.raw();
        Ok(copy.transact(now, |vault, now| vault.contract.redeem(shares.raw, all, now))?.0.received)
    }

    fn max_deposit(&self, asset: Asset, now: Moment) -> Result<U256, VaultError> {
        self.check_asset(TokenAmount::zero(asset))?;
        Ok(self.as_of(now.time.0)?.contract.max_deposit()?)
    }

    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError> {
        let unlocks = now.time.0 > self.keeper.seen && self.contract.unlocked(now.time.0) != self.unlocked();
        if !unlocks && !self.keeper.is_busy(now.time.0) {
            self.keeper.seen = self.keeper.seen.max(now.time.0);
            return Ok(Transfers::new());
        }
        Ok(self.transact(now, |_, _| Ok(()))?.1)
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        self.check_asset(amount)?;
        let (done, transfers) = self.transact(now, |vault, now| vault.contract.deposit(amount.raw, now))?;
        Ok(self.entered(account, done, transfers))
    }

    fn mint(
        &mut self,
        account: Account,
        asset: Asset,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        self.check_asset(TokenAmount::zero(asset))?;
        self.check(shares, self.share)?;
        let (done, transfers) = self.transact(now, |vault, now| vault.contract.mint(shares.raw, now))?;
        Ok(self.entered(account, done, transfers))
    }

    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.check(shares, self.share)?;
        let limit = max_loss.raw();
        let (done, transfers) =
            self.transact(now, |vault, now| vault.contract.redeem(shares.raw, limit, now))?;
        Ok(self.left(account, done, transfers))
    }

    fn withdraw(
        &mut self,
        account: Account,
        amount: TokenAmount,
        max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.check_asset(amount)?;
        let limit = max_loss.raw();
        let (done, transfers) =
            self.transact(now, |vault, now| vault.contract.withdraw(amount.raw, limit, now))?;
        Ok(self.left(account, done, transfers))
    }

    fn harvest(&mut self, _caller: Account, now: Moment) -> Result<Harvested, VaultError> {
        let (booked, mut transfers) =
            self.transact(now, |vault, now| vault.keeper.harvest_now(&mut vault.contract, now))?;
        self.tell_booked(&booked, &mut transfers);
        Ok(Harvested { gain: booked.gain, loss: booked.loss, fees: booked.fees, transfers })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        vec![
            self.of_asset(self.contract.assets_held()),
            self.of_share(self.contract.shares_held().saturating_sub(self.unlocked())),
        ]
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![self.of_share(self.contract.supply().saturating_sub(self.unlocked()))]
    }

    fn dump(&self) -> Dump {
        state::dump(self)
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        _accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, VaultError>, ConfigError> {
        special::run(self, name, arguments, now)
    }
}
