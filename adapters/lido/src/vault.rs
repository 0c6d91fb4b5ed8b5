//! Lido behind the trait of vaults.

use std::borrow::Cow;
use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields};
use levmine_market::{
    Account, Asset, BuildContext, Descriptor, Dump, Moment, Party, Timestamp, TokenAmount, Transfer,
    Transfers,
};
use levmine_math::{Bps, U256};
use levmine_vault::{
    Capabilities, Claimed, Deposited, Redeemed, Request, RequestId, Requested, Vault, VaultError,
};
use smallvec::smallvec;

use crate::error::LidoError;
use crate::ledger::Holder;
use crate::schedule::{Made, Schedule};
use crate::state::State;
use crate::{DESCRIPTOR, VERSION};

/// Whoever gives rewards, takes losses and gets fees in the name of all who are not counted.
pub const WORLD: Account = Account::outsider(0x7fff_11d0);

/// stETH, wstETH and the withdrawal queue.
#[derive(Debug, Clone)]
pub struct Lido {
    pub(crate) state: State,
    pub(crate) schedule: Option<Schedule>,
    /// WETH, for which stETH is the share, and stETH, for which wstETH is.
    pub(crate) assets: [Asset; 2],
    pub(crate) wsteth: Asset,
    /// The names that accounts had in a file.
    pub(crate) names: BTreeMap<Account, String>,
}

/// Which of the three tokens an asset is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Ether,
    Steth,
    Wsteth,
}

impl Lido {
    /// Reads a venue's table.
    ///
    /// # Errors
    ///
    /// Whatever it says that is not accepted, with its place.
    pub fn decode(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Self, ConfigError> {
        crate::decode::lido(fields, ctx)
    }

    /// The contracts' own integers.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The contracts' own integers, to be changed.
    pub const fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    fn token(&self, asset: Asset) -> Result<Token, LidoError> {
        let [weth, steth] = self.assets;
        [(weth, Token::Ether), (steth, Token::Steth), (self.wsteth, Token::Wsteth)]
            .into_iter()
            .find_map(|(known, token)| (known == asset).then_some(token))
            .ok_or(LidoError::UnknownAsset { asset })
    }

    fn ether(&self, raw: U256) -> TokenAmount {
        TokenAmount::new(self.assets[0], raw)
    }

    fn steth(&self, raw: U256) -> TokenAmount {
        TokenAmount::new(self.assets[1], raw)
    }

    fn wsteth(&self, raw: U256) -> TokenAmount {
        TokenAmount::new(self.wsteth, raw)
    }

    /// That these are shares that can be redeemed at once: wstETH.
    fn redeemable(&self, shares: TokenAmount) -> Result<(), VaultError> {
        match self.token(shares.asset)? {
            Token::Wsteth => Ok(()),
            Token::Steth => Err(self.unsupported("redeeming stETH at once")),
            Token::Ether => Err(LidoError::UnknownAsset { asset: shares.asset }.into()),
        }
    }

    /// The stETH of the protocol's own contracts. Rounds down.
    fn own_steth(&self) -> Result<U256, LidoError> {
        self.state.rate()?.ether_of(self.state.own_shares()?)
    }

    /// Makes the reports that are due, and tells what they moved.
    fn bring(&mut self, now: Moment) -> Transfers {
        let mut transfers = Transfers::new();
        if !self.is_due(now) {
            return transfers;
        }
        let Some(mut schedule) = self.schedule.take() else { return transfers };
        // Not more is burned than the contracts had when the caller last looked: what shares gained since is a rebase.
        let mut own = self.own_steth().unwrap_or_default();
        for end in schedule.due(now.time.0) {
            let Some(made) = schedule.make(&mut self.state, end) else { continue };
            let burned = made.burned.min(own);
            own = own.saturating_sub(burned);
            self.told(&made, burned, &mut transfers);
        }
        self.schedule = Some(schedule);
        transfers
    }

    /// What a report moved: ether earned or lost, shares burned for requests that are paid, the fee.
    fn told(&self, made: &Made, burned: U256, transfers: &mut Transfers) {
        let (before, after) = made.ether;
        transfers.push(if after >= before {
            Transfer::pay(WORLD, self.ether(after.saturating_sub(before)))
        } else {
            Transfer::receive(WORLD, self.ether(before.saturating_sub(after)))
        });
        let amount = self.steth(burned);
        transfers.push(Transfer { from: Party::Venue, to: Party::Issuer, amount });
        transfers.push(Transfer::mint(WORLD, self.steth(made.fee)));
    }

    fn is_due(&self, now: Moment) -> bool {
        self.schedule.as_ref().is_some_and(|schedule| schedule.is_due(now.time.0))
    }

    /// The vault as it is at `now`: itself, or a copy with the reports that are due.
    fn as_of(&self, now: Moment) -> Cow<'_, Self> {
        if !self.is_due(now) {
            return Cow::Borrowed(self);
        }
        let mut copy = self.clone();
        copy.bring(now);
        Cow::Owned(copy)
    }

    /// Does an operation after the reports that are due: on a copy where there are any, so that a refusal takes those
    /// back too.
    fn act<T>(
        &mut self,
        now: Moment,
        operation: impl FnOnce(&mut Self) -> Result<(T, Transfers), VaultError>,
    ) -> Result<(T, Transfers), VaultError> {
        if !self.is_due(now) {
            return operation(self);
        }
        let mut copy = self.clone();
        let mut transfers = copy.bring(now);
        let (done, own) = operation(&mut copy)?;
        transfers.extend(own);
        *self = copy;
        Ok((done, transfers))
    }
}

impl Vault for Lido {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn version(&self) -> &'static str {
        VERSION
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            shares: true,
            exact: false,
            // wstETH can be unwrapped; staked ether comes back through the queue.
            instant_redeem: true,
            queue: true,
            harvest: false,
            rewards: false,
            rebasing: true,
            losses: false,
        }
    }

    fn fork(&self) -> Box<dyn Vault> {
        Box::new(self.clone())
    }

    fn assets(&self) -> &[Asset] {
        &self.assets
    }

    fn share(&self, asset: Asset) -> Option<Asset> {
        match self.token(asset).ok()? {
            Token::Ether => Some(self.assets[1]),
            Token::Steth => Some(self.wsteth),
            Token::Wsteth => None,
        }
    }

    /// stETH is worth its ether; wstETH is worth the stETH that unwrapping pays.
    fn value(&self, shares: TokenAmount, now: Moment) -> Result<TokenAmount, VaultError> {
        match self.token(shares.asset)? {
            Token::Steth => Ok(self.ether(shares.raw)),
            Token::Wsteth => Ok(self.steth(self.as_of(now).state.rate()?.ether_of(shares.raw)?)),
            Token::Ether => Err(LidoError::UnknownAsset { asset: shares.asset }.into()),
        }
    }

    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        let state = &self.as_of(now).state;
        match self.token(amount.asset)? {
            Token::Ether => Ok(state.preview_submit(amount.raw, now.block)?.steth),
            Token::Steth => Ok(state.preview_wrap(amount.raw)?),
            Token::Wsteth => Err(LidoError::UnknownAsset { asset: amount.asset }.into()),
        }
    }

    fn preview_redeem(&self, shares: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        self.redeemable(shares)?;
        Ok(self.as_of(now).state.preview_unwrap(shares.raw)?)
    }

    fn max_deposit(&self, asset: Asset, now: Moment) -> Result<U256, VaultError> {
        match self.token(asset)? {
            Token::Ether => Ok(self.state.stake_limit.current(now.block)),
            Token::Steth if self.state.is_stopped => Ok(U256::ZERO),
            Token::Steth => Ok(U256::MAX),
            Token::Wsteth => Err(LidoError::UnknownAsset { asset }.into()),
        }
    }

    /// Makes the reports that are due. One that the contracts refuse is left out; the next one is about its time too.
    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError> {
        Ok(self.bring(now))
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        let token = self.token(amount.asset)?;
        let (shares, transfers) = self.act(now, |lido| {
            let minted = match token {
                Token::Ether => {
                    let staked = lido.state.submit(account.into(), amount.raw, now.block)?;
                    lido.steth(staked.steth)
                }
                Token::Steth => {
                    let wrapped = lido.state.wrap(account.into(), amount.raw)?;
                    lido.wsteth(wrapped)
                }
                Token::Wsteth => return Err(LidoError::UnknownAsset { asset: amount.asset }.into()),
            };
            let transfers = smallvec![Transfer::pay(account, amount), Transfer::mint(account, minted)];
            Ok((minted.raw, transfers))
        })?;
        Ok(Deposited { paid: amount, shares, transfers })
    }

    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        _max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        self.redeemable(shares)?;
        let (received, transfers) = self.act(now, |lido| {
            let received = lido.state.unwrap(account.into(), shares.raw)?;
            let received = lido.steth(received);
            let transfers = smallvec![Transfer::burn(account, shares), Transfer::receive(account, received)];
            Ok((received, transfers))
        })?;
        Ok(Redeemed { shares: shares.raw, received, loss: U256::ZERO, transfers })
    }

    fn request_redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Requested, VaultError> {
        let token = self.token(shares.asset)?;
        let (id, transfers) = self.act(now, |lido| {
            let (state, time) = (&mut lido.state, now.time.0);
            match token {
                Token::Steth => {
                    let id = state.request(account, shares.raw, time)?;
                    Ok((id, smallvec![Transfer::pay(account, shares)]))
                }
                Token::Wsteth => {
                    let (id, _) = state.request_wrapped(account, shares.raw, time)?;
                    Ok((id, smallvec![Transfer::burn(account, shares)]))
                }
                Token::Ether => Err(LidoError::UnknownAsset { asset: shares.asset }.into()),
            }
        })?;
        Ok(Requested { id: RequestId(id), transfers })
    }

    fn requests(&self, account: Account, now: Moment) -> Result<Vec<Request>, VaultError> {
        // Nobody's requests need no reports.
        if !self.state.queue.requests.iter().any(|request| request.owner == account && !request.claimed) {
            return Ok(Vec::new());
        }
        let queue = &self.as_of(now).state.queue;
        let mut own = Vec::new();
        for (id, request) in (1..).zip(&queue.requests) {
            if request.owner != account || request.claimed {
                continue;
            }
            let is_ready = id <= queue.last_finalized;
            let raw = if is_ready { queue.pays(id)? } else { queue.asked(id).0 };
            own.push(Request {
                id: RequestId(id),
                amount: self.ether(raw),
                since: Timestamp(request.time),
                is_ready,
            });
        }
        Ok(own)
    }

    fn claim_request(&mut self, account: Account, id: RequestId, now: Moment) -> Result<Claimed, VaultError> {
        let (paid, transfers) = self.act(now, |lido| {
            let paid = lido.state.claim(account, id.0)?;
            let paid = lido.ether(paid);
            Ok((paid, smallvec![Transfer::receive(account, paid)]))
        })?;
        Ok(Claimed { received: vec![paid], transfers })
    }

    fn rebasing(&self) -> Option<Asset> {
        Some(self.assets[1])
    }

    fn balance(&self, holder: Account) -> U256 {
        self.state.balance(holder.into()).unwrap_or_default()
    }

    /// At the rate of the last report: whoever tells of a transfer has accrued before it.
    fn transfer(&mut self, from: Account, to: Account, amount: U256, _now: Moment) -> Result<(), VaultError> {
        self.state.transfer(from.into(), to.into(), amount)?;
        Ok(())
    }

    /// All ether, and the stETH behind wstETH, in the queue and in the burner, rounded down together.
    fn holdings(&self) -> Vec<TokenAmount> {
        let ether = self.state.ether().unwrap_or_default();
        vec![self.ether(ether), self.steth(self.own_steth().unwrap_or_default())]
    }

    /// All stETH is all ether that shares stand for. What everybody's balances, each rounded down, are less than that is
    /// nobody's.
    fn issued(&self) -> Vec<TokenAmount> {
        let pooled = self.state.total_pooled_ether().unwrap_or_default();
        vec![self.steth(pooled), self.wsteth(self.state.wsteth_supply)]
    }

    fn dump(&self) -> Dump {
        crate::dump::dump(self)
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, VaultError>, ConfigError> {
        crate::special::run(self, name, arguments, accounts, now)
    }
}

/// The holder of a name: one of the protocol's own, else an account.
pub(crate) fn holder(name: &str, accounts: &dyn Fn(&str) -> Account) -> Holder {
    crate::ledger::NAMED
        .iter()
        .find_map(|(known, holder)| (*known == name).then_some(*holder))
        .unwrap_or_else(|| accounts(name).into())
}
