use levmine_config::{ConfigError, Fields};
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers};
use levmine_math::{Bps, Rounding, U256};
use levmine_vault::{Capabilities, Deposited, Redeemed, Vault, VaultError};

use crate::{DESCRIPTOR, PROTOCOL, Params, State, convert, decode, special};

/// Who transfers what is earned.
const EARNER: Account = Account::outsider(0);

/// A vault: its parameters and its state.
#[derive(Debug, Clone)]
pub struct Erc4626Vault {
    params: Params,
    state: State,
}

impl Erc4626Vault {
    /// A vault in this state.
    #[must_use]
    pub const fn new(params: Params, state: State) -> Self {
        Self { params, state }
    }

    /// What stays as it is.
    #[must_use]
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// The contract's own integers.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    fn must_be(&self, asset: Asset, known: Asset) -> Result<(), VaultError> {
        if asset == known { Ok(()) } else { Err(VaultError::UnknownAsset { protocol: PROTOCOL, asset }) }
    }

    /// The state as of now: with what is transferred to the vault until then.
    fn at(&self, now: Moment) -> Result<(State, U256), VaultError> {
        Ok(self.state.at(now.time, self.params.earns())?)
    }

    fn assets(&self, raw: U256) -> TokenAmount {
        TokenAmount::new(self.params.asset(), raw)
    }

    fn shares(&self, raw: U256) -> TokenAmount {
        TokenAmount::new(self.params.share(), raw)
    }

    /// What was earned, if anything, before the rest.
    fn moved(&self, gain: U256, rest: [Transfer; 2]) -> Transfers {
        self.earned(gain).into_iter().chain(rest).collect()
    }

    fn earned(&self, gain: U256) -> Option<Transfer> {
        (!gain.is_zero()).then(|| Transfer::pay(EARNER, self.assets(gain)))
    }

    fn entered(&mut self, account: Account, gain: U256, state: State, paid: U256, shares: U256) -> Deposited {
        self.state = state;
        let paid = self.assets(paid);
        let rest = [Transfer::pay(account, paid), Transfer::mint(account, self.shares(shares))];
        Deposited { paid, shares, transfers: self.moved(gain, rest) }
    }

    fn left(&mut self, account: Account, gain: U256, state: State, paid: U256, shares: U256) -> Redeemed {
        self.state = state;
        let received = self.assets(paid);
        let rest = [Transfer::burn(account, self.shares(shares)), Transfer::receive(account, received)];
        Redeemed { shares, received, loss: U256::ZERO, transfers: self.moved(gain, rest) }
    }
}

impl Vault for Erc4626Vault {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "4.9.6"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shares: true,
            exact: true,
            instant_redeem: true,
            queue: false,
            harvest: false,
            rewards: false,
            rebasing: false,
            losses: false,
        }
    }

    fn fork(&self) -> Box<dyn Vault> {
        Box::new(self.clone())
    }

    fn assets(&self) -> &[Asset] {
        self.params.assets()
    }

    fn share(&self, asset: Asset) -> Option<Asset> {
        (asset == self.params.asset()).then(|| self.params.share())
    }

    /// `convertToAssets`.
    fn value(&self, shares: TokenAmount, now: Moment) -> Result<TokenAmount, VaultError> {
        self.must_be(shares.asset, self.params.share())?;
        let (state, _) = self.at(now)?;
        Ok(self.assets(convert::to_assets(&state, &self.params, shares.raw, Rounding::Down)?))
    }

    /// `previewDeposit`, and the refusals of `deposit`, which the contract's preview leaves out.
    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        self.must_be(amount.asset, self.params.asset())?;
        let (state, _) = self.at(now)?;
        let (_, shares) = convert::deposit(&state, &self.params, amount.raw)?;
        Ok(shares)
    }

    /// `previewRedeem`, and the refusals of `redeem`, which the contract's preview leaves out.
    fn preview_redeem(&self, shares: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        self.must_be(shares.asset, self.params.share())?;
        let (state, _) = self.at(now)?;
        let (_, assets) = convert::redeem(&state, &self.params, shares.raw)?;
        Ok(assets)
    }

    fn max_deposit(&self, asset: Asset, now: Moment) -> Result<U256, VaultError> {
        self.must_be(asset, self.params.asset())?;
        let (state, _) = self.at(now)?;
        Ok(convert::max_deposit(&state, &self.params))
    }

    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError> {
        let (state, gain) = self.at(now)?;
        self.state = state;
        Ok(self.earned(gain).into_iter().collect())
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        self.must_be(amount.asset, self.params.asset())?;
        let (state, gain) = self.at(now)?;
        let (state, shares) = convert::deposit(&state, &self.params, amount.raw)?;
        Ok(self.entered(account, gain, state, amount.raw, shares))
    }

    fn mint(
        &mut self,
        account: Account,
        asset: Asset,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        self.must_be(asset, self.params.asset())?;
        self.must_be(shares.asset, self.params.share())?;
        let (state, gain) = self.at(now)?;
        let (state, paid) = convert::mint(&state, &self.params, shares.raw)?;
        Ok(self.entered(account, gain, state, paid, shares.raw))
    }

    /// Nothing is lost by leaving, so any bound of the loss is kept.
    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        _max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.must_be(shares.asset, self.params.share())?;
        let (state, gain) = self.at(now)?;
        let (state, paid) = convert::redeem(&state, &self.params, shares.raw)?;
        Ok(self.left(account, gain, state, paid, shares.raw))
    }

    fn withdraw(
        &mut self,
        account: Account,
        amount: TokenAmount,
        _max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.must_be(amount.asset, self.params.asset())?;
        let (state, gain) = self.at(now)?;
        let (state, shares) = convert::withdraw(&state, &self.params, amount.raw)?;
        Ok(self.left(account, gain, state, amount.raw, shares))
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        vec![self.assets(self.state.assets)]
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![self.shares(self.state.shares)]
    }

    fn dump(&self) -> Dump {
        decode::dump(&self.state)
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        _accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, VaultError>, ConfigError> {
        let state = match self.at(now) {
            Ok((state, _)) => state,
            Err(error) => return Ok(Err(error)),
        };
        Ok(match special::run(&state, &self.params, name, arguments)? {
            None => Err(self.unsupported("this operation")),
            Some(Err(error)) => Err(error.into()),
            Some(Ok((state, answer))) => {
                self.state = state.unwrap_or(self.state);
                Ok(answer)
            }
        })
    }
}
