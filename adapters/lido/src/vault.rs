//! Lido behind the trait of vaults.

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields};
use levmine_market::{
    Account, Asset, BuildContext, Descriptor, Dump, Moment, Party, TokenAmount, Transfer, Transfers,
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

    /// The stETH of the protocol's own contracts. Rounds down.
    fn own_steth(&self) -> Result<U256, LidoError> {
        self.state.rate()?.ether_of(self.state.own_shares()?)
    }

    /// What a report moved: ether earned or lost, shares burned for requests that are paid, the fee.
    fn told(&self, made: &Made, own: &mut U256, transfers: &mut Transfers) -> Result<(), LidoError> {
        let (before, after) = made.ether;
        if after >= before {
            transfers.push(Transfer::pay(WORLD, self.ether(after.saturating_sub(before))));
        } else {
            transfers.push(Transfer::receive(WORLD, self.ether(before.saturating_sub(after))));
        }
        // Not more than the contracts had when the caller last looked: what the shares gained since is a rebase.
        let burned = made.burned.min(*own);
        *own = own.saturating_sub(burned);
        let amount = self.steth(burned);
        transfers.push(Transfer { from: Party::Venue, to: Party::Issuer, amount });
        let fee = self.state.rate()?.ether_of(made.reported.update.fee_shares)?;
        transfers.push(Transfer::mint(WORLD, self.steth(fee)));
        Ok(())
    }
}

impl Vault for Lido {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
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
    fn value(&self, shares: TokenAmount, _now: Moment) -> Result<TokenAmount, VaultError> {
        match self.token(shares.asset)? {
            Token::Steth => Ok(self.ether(shares.raw)),
            Token::Wsteth => Ok(self.steth(self.state.rate()?.ether_of(shares.raw)?)),
            Token::Ether => Err(LidoError::UnknownAsset { asset: shares.asset }.into()),
        }
    }

    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError> {
        match self.token(amount.asset)? {
            Token::Ether => Ok(self.state.preview_submit(amount.raw, now.block)?.steth),
            Token::Steth => Ok(self.state.preview_wrap(amount.raw)?),
            Token::Wsteth => Err(LidoError::UnknownAsset { asset: amount.asset }.into()),
        }
    }

    fn preview_redeem(&self, shares: TokenAmount, _now: Moment) -> Result<U256, VaultError> {
        match self.token(shares.asset)? {
            Token::Wsteth => Ok(self.state.preview_unwrap(shares.raw)?),
            Token::Steth => Err(self.unsupported("redeeming stETH at once")),
            Token::Ether => Err(LidoError::UnknownAsset { asset: shares.asset }.into()),
        }
    }

    fn max_deposit(&self, asset: Asset, now: Moment) -> Result<U256, VaultError> {
        match self.token(asset)? {
            Token::Ether => Ok(self.state.stake_limit.current(now.block)),
            Token::Steth if self.state.is_stopped => Ok(U256::ZERO),
            Token::Steth => Ok(U256::MAX),
            Token::Wsteth => Err(LidoError::UnknownAsset { asset }.into()),
        }
    }

    /// Makes the reports that are due.
    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError> {
        let mut transfers = Transfers::new();
        let Some(mut schedule) = self.schedule.take() else { return Ok(transfers) };
        let mut result = Ok(());
        let mut own = None;
        for end in schedule.due(now.time.0) {
            let mut had = match own {
                Some(had) => had,
                None => self.own_steth().unwrap_or_default(),
            };
            if let Some(made) = schedule.make(&mut self.state, end) {
                result = self.told(&made, &mut had, &mut transfers);
            }
            own = Some(had);
            if result.is_err() {
                break;
            }
        }
        self.schedule = Some(schedule);
        result?;
        Ok(transfers)
    }

    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        let (shares, minted) = match self.token(amount.asset)? {
            Token::Ether => {
                let staked = self.state.submit(account.into(), amount.raw, now.block)?;
                (staked.steth, self.steth(staked.steth))
            }
            Token::Steth => {
                let wrapped = self.state.wrap(account.into(), amount.raw)?;
                (wrapped, self.wsteth(wrapped))
            }
            Token::Wsteth => return Err(LidoError::UnknownAsset { asset: amount.asset }.into()),
        };
        let transfers = smallvec![Transfer::pay(account, amount), Transfer::mint(account, minted)];
        Ok(Deposited { paid: amount, shares, transfers })
    }

    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        _max_loss: Bps,
        _now: Moment,
    ) -> Result<Redeemed, VaultError> {
        match self.token(shares.asset)? {
            Token::Wsteth => {}
            Token::Steth => return Err(self.unsupported("redeeming stETH at once")),
            Token::Ether => return Err(LidoError::UnknownAsset { asset: shares.asset }.into()),
        }
        let received = self.state.unwrap(account.into(), shares.raw)?;
        let received = self.steth(received);
        let transfers = smallvec![Transfer::burn(account, shares), Transfer::receive(account, received)];
        Ok(Redeemed { shares: shares.raw, received, loss: U256::ZERO, transfers })
    }

    fn request_redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Requested, VaultError> {
        let (id, transfer) = match self.token(shares.asset)? {
            Token::Steth => {
                (self.state.request(account, shares.raw, now.time.0)?, Transfer::pay(account, shares))
            }
            Token::Wsteth => {
                let (id, _) = self.state.request_wrapped(account, shares.raw, now.time.0)?;
                (id, Transfer::burn(account, shares))
            }
            Token::Ether => return Err(LidoError::UnknownAsset { asset: shares.asset }.into()),
        };
        Ok(Requested { id: RequestId(id), transfers: smallvec![transfer] })
    }

    fn requests(&self, account: Account, _now: Moment) -> Result<Vec<Request>, VaultError> {
        let queue = &self.state.queue;
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
                since: levmine_market::Timestamp(request.time),
                is_ready,
            });
        }
        Ok(own)
    }

    fn claim_request(
        &mut self,
        account: Account,
        id: RequestId,
        _now: Moment,
    ) -> Result<Claimed, VaultError> {
        let paid = self.state.claim(account, id.0)?;
        let paid = self.ether(paid);
        Ok(Claimed { received: vec![paid], transfers: smallvec![Transfer::receive(account, paid)] })
    }

    fn rebasing(&self) -> Option<Asset> {
        Some(self.assets[1])
    }

    fn balance(&self, holder: Account) -> U256 {
        self.state.balance(holder.into()).unwrap_or_default()
    }

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
