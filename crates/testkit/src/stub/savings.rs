use levmine_market::{
    Account, Asset, Descriptor, Dump, Moment, Party, Timestamp, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, Rounding, U256, add, mul_div, sub};
use levmine_vault::{Capabilities, Deposited, Harvested, Redeemed, Refusal, Vault, VaultError};

const NAME: &str = "savings-stub";

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Savings stub",
    summary: "Shares of an asset that grows at a fixed rate, for tests",
    versions: &["1"],
    presets: &[],
    parameters: &[],
};

/// 10 % a year, simple between harvests, in 10^-18 a second.
const RATE: u64 = 3_170_979_198;

const EVERYBODY: Account = Account::outsider(0);
const MANAGER: Account = Account::outsider(1);

/// Shares of one asset that grows at 10 % a year; what has grown is booked by a harvest.
#[derive(Debug, Clone)]
pub struct Savings {
    asset: [Asset; 1],
    share: Asset,
    assets: U256,
    shares: U256,
    harvested: Timestamp,
    limit: U256,
    fee: Bps,
    exit: Bps,
}

impl Savings {
    /// An empty vault without a limit, a fee, or a loss by leaving.
    #[must_use]
    pub const fn new(asset: Asset, share: Asset, now: Moment) -> Self {
        Self {
            asset: [asset],
            share,
            assets: U256::ZERO,
            shares: U256::ZERO,
            harvested: now.time,
            limit: U256::MAX,
            fee: Bps::ZERO,
            exit: Bps::ZERO,
        }
    }

    /// The same with so much in it, for which outsiders have so many shares; base units.
    #[must_use]
    pub const fn with_deposits(mut self, assets: U256, shares: U256) -> Self {
        (self.assets, self.shares) = (assets, shares);
        self
    }

    /// The same with a limit on what it holds, in base units.
    #[must_use]
    pub const fn with_limit(mut self, limit: U256) -> Self {
        self.limit = limit;
        self
    }

    /// The same with a manager's fee on gains.
    #[must_use]
    pub const fn with_fee(mut self, fee: Bps) -> Self {
        self.fee = fee;
        self
    }

    /// The same with a part of what leaves lost to those who stay.
    #[must_use]
    pub const fn with_exit_loss(mut self, exit: Bps) -> Self {
        self.exit = exit;
        self
    }

    fn known(&self, asset: Asset) -> Result<(), VaultError> {
        let [own] = self.asset;
        if asset == own { Ok(()) } else { Err(VaultError::UnknownAsset { protocol: NAME, asset }) }
    }

    fn known_share(&self, asset: Asset) -> Result<(), VaultError> {
        if asset == self.share { Ok(()) } else { Err(VaultError::UnknownAsset { protocol: NAME, asset }) }
    }

    /// One virtual unit on each side: there is a price from the first share on.
    fn to_shares(&self, assets: U256, rounding: Rounding) -> Result<U256, VaultError> {
        Ok(mul_div(assets, add(self.shares, U256::ONE)?, add(self.assets, U256::ONE)?, rounding)?)
    }

    fn to_assets(&self, shares: U256, rounding: Rounding) -> Result<U256, VaultError> {
        Ok(mul_div(shares, add(self.assets, U256::ONE)?, add(self.shares, U256::ONE)?, rounding)?)
    }

    fn room(&self) -> U256 {
        self.limit.saturating_sub(self.assets)
    }

    fn enter(&mut self, account: Account, paid: U256, shares: U256) -> Result<Deposited, VaultError> {
        if shares.is_zero() {
            return Err(refused(Refusal::InvalidAmount, "NO_SHARES"));
        }
        if paid > self.room() {
            return Err(refused(Refusal::LimitReached, "FULL"));
        }
        let (assets, total) = (add(self.assets, paid)?, add(self.shares, shares)?);
        (self.assets, self.shares) = (assets, total);
        let [asset] = self.asset;
        let paid = TokenAmount::new(asset, paid);
        let minted = Transfer::mint(account, TokenAmount::new(self.share, shares));
        Ok(Deposited {
            paid,
            shares,
            transfers: [Transfer::pay(account, paid), minted].into_iter().collect(),
        })
    }

    /// What leaves for so many shares, and what is lost by it.
    fn exit(&self, shares: U256) -> Result<(U256, U256), VaultError> {
        if shares > self.shares {
            return Err(refused(Refusal::InsufficientBalance, "TOO_MANY_SHARES"));
        }
        let worth = self.to_assets(shares, Rounding::Down)?;
        let loss = self.exit.mul_int(worth, Rounding::Up)?;
        Ok((sub(worth, loss)?, loss))
    }

    fn leave(
        &mut self,
        account: Account,
        shares: U256,
        (paid, loss): (U256, U256),
        max_loss: Bps,
    ) -> Result<Redeemed, VaultError> {
        if paid.is_zero() {
            return Err(refused(Refusal::InvalidAmount, "NOTHING"));
        }
        if loss > max_loss.min(Bps::ONE).mul_int(add(paid, loss)?, Rounding::Up)? {
            return Err(refused(Refusal::Loss, "LOSS"));
        }
        let (assets, total) = (sub(self.assets, paid)?, sub(self.shares, shares)?);
        (self.assets, self.shares) = (assets, total);
        let [asset] = self.asset;
        let received = TokenAmount::new(asset, paid);
        let burned = Transfer::burn(account, TokenAmount::new(self.share, shares));
        let transfers = [burned, Transfer::receive(account, received)].into_iter().collect();
        Ok(Redeemed { shares, received, loss, transfers })
    }
}

fn refused(refusal: Refusal, code: &'static str) -> VaultError {
    VaultError::Refused { protocol: NAME, refusal, code, source: code.into() }
}

impl Vault for Savings {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shares: true,
            exact: true,
            instant_redeem: true,
            queue: false,
            harvest: true,
            rewards: false,
            rebasing: false,
            losses: self.exit != Bps::ZERO,
        }
    }

    fn fork(&self) -> Box<dyn Vault> {
        Box::new(self.clone())
    }

    fn assets(&self) -> &[Asset] {
        &self.asset
    }

    fn share(&self, asset: Asset) -> Option<Asset> {
        self.known(asset).is_ok().then_some(self.share)
    }

    fn value(&self, shares: TokenAmount, _now: Moment) -> Result<TokenAmount, VaultError> {
        self.known_share(shares.asset)?;
        let [asset] = self.asset;
        Ok(TokenAmount::new(asset, self.to_assets(shares.raw, Rounding::Down)?))
    }

    fn preview_deposit(&self, amount: TokenAmount, _now: Moment) -> Result<U256, VaultError> {
        self.known(amount.asset)?;
        let shares = self.to_shares(amount.raw, Rounding::Down)?;
        self.clone().enter(EVERYBODY, amount.raw, shares).map(|done| done.shares)
    }

    fn preview_redeem(&self, shares: TokenAmount, _now: Moment) -> Result<U256, VaultError> {
        self.known_share(shares.asset)?;
        let exit = self.exit(shares.raw)?;
        self.clone().leave(EVERYBODY, shares.raw, exit, Bps::ONE).map(|done| done.received.raw)
    }

    fn max_deposit(&self, asset: Asset, _now: Moment) -> Result<U256, VaultError> {
        self.known(asset)?;
        Ok(self.room())
    }

    fn accrue(&mut self, _now: Moment) -> Result<Transfers, VaultError> {
        Ok(Transfers::new())
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        _now: Moment,
    ) -> Result<Deposited, VaultError> {
        self.known(amount.asset)?;
        let shares = self.to_shares(amount.raw, Rounding::Down)?;
        self.enter(account, amount.raw, shares)
    }

    fn mint(
        &mut self,
        account: Account,
        asset: Asset,
        shares: TokenAmount,
        _now: Moment,
    ) -> Result<Deposited, VaultError> {
        self.known(asset)?;
        self.known_share(shares.asset)?;
        let paid = self.to_assets(shares.raw, Rounding::Up)?;
        self.enter(account, paid, shares.raw)
    }

    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        max_loss: Bps,
        _now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.known_share(shares.asset)?;
        let exit = self.exit(shares.raw)?;
        self.leave(account, shares.raw, exit, max_loss)
    }

    fn withdraw(
        &mut self,
        account: Account,
        amount: TokenAmount,
        max_loss: Bps,
        _now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.known(amount.asset)?;
        let worth = mul_div(amount.raw, Bps::ONE.raw(), Bps::ONE.sub(self.exit)?.raw(), Rounding::Up)?;
        let shares = self.to_shares(worth, Rounding::Up)?;
        if shares > self.shares {
            return Err(refused(Refusal::InsufficientBalance, "TOO_MANY_SHARES"));
        }
        self.leave(account, shares, (amount.raw, sub(worth, amount.raw)?), max_loss)
    }

    fn harvest(&mut self, _caller: Account, now: Moment) -> Result<Harvested, VaultError> {
        let seconds = U256::from(now.time.since(self.harvested));
        let per_second =
            mul_div(self.assets, U256::from(RATE), U256::from(10).pow(U256::from(18)), Rounding::Down)?;
        let gain = levmine_math::mul(per_second, seconds)?;
        let fees = self.fee.mul_int(gain, Rounding::Down)?;
        self.assets = sub(add(self.assets, gain)?, fees)?;
        self.harvested = self.harvested.max(now.time);
        let [asset] = self.asset;
        let transfers = [
            Transfer::pay(EVERYBODY, TokenAmount::new(asset, gain)),
            Transfer {
                from: Party::Venue,
                to: Party::Account(MANAGER),
                amount: TokenAmount::new(asset, fees),
            },
        ];
        Ok(Harvested { gain, loss: U256::ZERO, fees, transfers: transfers.into_iter().collect() })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let [asset] = self.asset;
        vec![TokenAmount::new(asset, self.assets)]
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.share, self.shares)]
    }

    fn dump(&self) -> Dump {
        Dump::table([
            ("assets", Dump::text(self.assets)),
            ("shares", Dump::text(self.shares)),
            ("harvested", Dump::text(self.harvested.0)),
        ])
    }
}
