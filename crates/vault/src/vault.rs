use std::fmt::Debug;

use levmine_config::{ConfigError, Fields};
use levmine_market::gas::GasUse;
use levmine_market::{Account, Asset, Descriptor, Dump, Moment, TokenAmount, Transfers};
use levmine_math::{Bps, U256, Wad};

use crate::{
    Capabilities, Claimed, Deposited, Harvested, Redeemed, Request, RequestId, Requested, VaultError,
};

/// A vault into which assets are deposited, where they earn, and from which they are redeemed.
///
/// One vault can take several assets, each with a share of its own or none: a staking contract with many pools, or a
/// liquid staking token (the first asset's share) that can be wrapped (the second asset's share). Each share leads back
/// to exactly one asset.
///
/// # What an implementor guarantees
///
/// - **All or nothing.** An operation that answers `Err` has left every integer of the state as it was.
/// - **Exact.** Integers, rounding and the order of checks are those of the contract version that the descriptor names;
///   where the contract reverts, the answer is [`VaultError::Refused`] with the contract's own name of the reason, or
///   [`VaultError::Math`] where its arithmetic fails.
/// - **A preview is the operation**, or less: `preview_deposit` and `preview_redeem` never promise more than the
///   operation of the same arguments then gives, and exactly that where nothing is lost on the way.
/// - **Conservation.** Every token that moves is among the returned transfers. Tokens that the vault issues (shares,
///   and rewards where the protocol is their minter) come from and go to [`levmine_market::Party::Issuer`]; gains of what
///   was invested come from an outsider. [`Vault::holdings`] is what the contracts (and whoever they invested with) hold,
///   [`Vault::issued`] what exists of each token that they issue.
/// - **Time only runs forward.** A `now` before the last one seen changes nothing and accrues nothing.
/// - **Pure.** No input or output, no clock, no randomness. **No panic** on any input.
///
/// # What a caller may assume
///
/// - Reading methods answer *as of* `now` without changing the state.
/// - Share tokens are held in wallets like any token; the vault does not know whose they are, except for a
///   [`Vault::rebasing`] one, of which it keeps the ledger. Stakes without a token are kept by the vault.
/// - A deposit taken back at once never pays more than was put in.
/// - `fork` is independent.
pub trait Vault: Debug + Send + Sync {
    /// What the adapter says about itself.
    fn descriptor(&self) -> &'static Descriptor;

    /// The contract version modelled, one of the descriptor's.
    fn version(&self) -> &'static str;

    /// What this vault can do.
    fn capabilities(&self) -> Capabilities;

    /// An independent copy.
    fn fork(&self) -> Box<dyn Vault>;

    /// What can be deposited.
    fn assets(&self) -> &[Asset];

    /// The share token for deposits of `asset`; `None` where the stake stands in the vault's books, or for an asset that
    /// cannot be deposited.
    fn share(&self, asset: Asset) -> Option<Asset>;

    /// The asset that `share` leads back to.
    fn asset_of(&self, share: Asset) -> Option<Asset> {
        self.assets().iter().copied().find(|asset| self.share(*asset) == Some(share))
    }

    /// What `account` has staked of `asset` in the vault's own books, in base units; zero where deposits are answered
    /// with a share token.
    fn staked(&self, account: Account, asset: Asset, now: Moment) -> U256 {
        let _ = (account, asset, now);
        U256::ZERO
    }

    /// The reward tokens that [`Vault::claim`] can ever pay.
    fn rewards(&self) -> Vec<Asset> {
        Vec::new()
    }

    /// What `shares` are worth by the vault's own accounts, in base units of their asset, limits, fees and losses of
    /// leaving apart. Rounds down.
    ///
    /// # Errors
    ///
    /// [`VaultError::UnknownAsset`], [`VaultError::Math`].
    fn value(&self, shares: TokenAmount, now: Moment) -> Result<TokenAmount, VaultError>;

    /// The shares that depositing `amount` would give, in base units of the share (or stake).
    ///
    /// # Errors
    ///
    /// As [`Vault::deposit`].
    fn preview_deposit(&self, amount: TokenAmount, now: Moment) -> Result<U256, VaultError>;

    /// What redeeming `shares` would pay, in base units of the asset. Where there is no share token, `shares` is a stake
    /// of the asset itself.
    ///
    /// # Errors
    ///
    /// As [`Vault::redeem`] with any loss accepted.
    fn preview_redeem(&self, shares: TokenAmount, now: Moment) -> Result<U256, VaultError>;

    /// The most of `asset` that can be deposited now, in base units; 2^256 − 1 for no limit.
    ///
    /// # Errors
    ///
    /// [`VaultError::UnknownAsset`], [`VaultError::Math`].
    fn max_deposit(&self, asset: Asset, now: Moment) -> Result<U256, VaultError>;

    /// Brings the vault to `now`: what it holds earns, reports that are due are made. Returns the tokens that moved.
    ///
    /// # Errors
    ///
    /// [`VaultError::Math`].
    fn accrue(&mut self, now: Moment) -> Result<Transfers, VaultError>;

    /// Deposits exactly `amount`; shares go to the same account. A deposit into a staking contract pays out the rewards
    /// that wait.
    ///
    /// # Errors
    ///
    /// [`VaultError::UnknownAsset`], [`VaultError::Refused`], [`VaultError::Math`].
    fn deposit(
        &mut self,
        account: Account,
        amount: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError>;

    /// Deposits as much of `asset` as gives exactly `shares`.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`]; as [`Vault::deposit`].
    fn mint(
        &mut self,
        account: Account,
        asset: Asset,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Deposited, VaultError> {
        let _ = (account, asset, shares, now);
        Err(self.unsupported("minting exact shares"))
    }

    /// Takes `shares` (or, without a share token, so much of the stake in the asset itself) back at once, if no more is
    /// lost by it than `max_loss` of their worth.
    ///
    /// # Errors
    ///
    /// [`VaultError::UnknownAsset`], [`VaultError::Unsupported`], [`VaultError::Refused`], [`VaultError::Math`].
    fn redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError>;

    /// Takes exactly `amount` of an asset back, for as many shares as that needs.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`]; as [`Vault::redeem`].
    fn withdraw(
        &mut self,
        account: Account,
        amount: TokenAmount,
        max_loss: Bps,
        now: Moment,
    ) -> Result<Redeemed, VaultError> {
        let _ = (account, amount, max_loss, now);
        Err(self.unsupported("withdrawing exact assets"))
    }

    /// Puts `shares` into the queue of redemptions.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`], [`VaultError::Refused`], [`VaultError::Math`].
    fn request_redeem(
        &mut self,
        account: Account,
        shares: TokenAmount,
        now: Moment,
    ) -> Result<Requested, VaultError> {
        let _ = (account, shares, now);
        Err(self.unsupported("a queue of redemptions"))
    }

    /// The redemptions of `account` that wait or are ready, oldest first.
    ///
    /// # Errors
    ///
    /// [`VaultError::Math`].
    fn requests(&self, account: Account, now: Moment) -> Result<Vec<Request>, VaultError> {
        let _ = (account, now);
        Ok(Vec::new())
    }

    /// Pays a redemption that is ready to its owner.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`], [`VaultError::Refused`], [`VaultError::Math`].
    fn claim_request(&mut self, account: Account, id: RequestId, now: Moment) -> Result<Claimed, VaultError> {
        let _ = (account, id, now);
        Err(self.unsupported("a queue of redemptions"))
    }

    /// Books what the vault's strategies gained or lost, as the protocol's keeper does.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`], [`VaultError::Refused`], [`VaultError::Math`].
    fn harvest(&mut self, caller: Account, now: Moment) -> Result<Harvested, VaultError> {
        let _ = (caller, now);
        Err(self.unsupported("harvests"))
    }

    /// Rewards that `account` could claim now, in order of [`Vault::rewards`]. What a share token in the wallet earns is
    /// not among them: the vault does not know whose it is.
    ///
    /// # Errors
    ///
    /// [`VaultError::Math`].
    fn claimable(&self, account: Account, now: Moment) -> Result<Vec<TokenAmount>, VaultError> {
        let _ = (account, now);
        Ok(Vec::new())
    }

    /// Pays out the rewards of `account`.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`], [`VaultError::Refused`], [`VaultError::Math`].
    fn claim(&mut self, account: Account, now: Moment) -> Result<Claimed, VaultError> {
        let _ = (account, now);
        Err(self.unsupported("rewards"))
    }

    /// Multiplies what the vault pays as rewards from now on, as its governance does; what was earned before stays. Returns
    /// the tokens that moved.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`] where it pays none, or cannot be told to; [`VaultError::Refused`],
    /// [`VaultError::Math`].
    fn scale_rewards(&mut self, factor: Wad, now: Moment) -> Result<Transfers, VaultError> {
        let _ = (factor, now);
        Err(self.unsupported("changes of its rewards"))
    }

    /// The share whose balances change by themselves, if there is one. The vault then keeps the ledger of that token:
    /// whoever runs it tells of every transfer made elsewhere ([`Vault::transfer`]) and, after any operation and after
    /// [`Vault::accrue`], reads the balances and journals what changed as a rebase. The vault's own operations enter
    /// their callers themselves and tell nominal amounts in their transfers.
    fn rebasing(&self) -> Option<Asset> {
        None
    }

    /// What `holder` (an account, the contracts of a venue, or an outsider) has of the rebasing share, in its base units.
    /// Outsiders share one entry: each of them answers what all of them have.
    fn balance(&self, holder: Account) -> U256 {
        let _ = holder;
        U256::ZERO
    }

    /// Moves the rebasing share as its contract does: the receiver may get less than `amount` by what shares round off.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`], [`VaultError::Refused`], [`VaultError::Math`].
    fn transfer(&mut self, from: Account, to: Account, amount: U256, now: Moment) -> Result<(), VaultError> {
        let _ = (from, to, amount, now);
        Err(self.unsupported("a token whose balances change by themselves"))
    }

    /// The tokens that the vault's contracts hold, and what they have invested, every one that there can be, zero or not.
    fn holdings(&self) -> Vec<TokenAmount>;

    /// How much exists of each token that the vault issues: shares, and rewards that it mints.
    fn issued(&self) -> Vec<TokenAmount>;

    /// The whole state in the contract's own integers.
    fn dump(&self) -> Dump;

    /// An operation that only this protocol has (governance, donations, losses), by the name its README gives. Used by
    /// replays. Returns what the contract returns, and the tokens that moved.
    ///
    /// # Errors
    ///
    /// [`VaultError::Unsupported`] for a name it does not know; the outer error for arguments that cannot be read.
    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        accounts: &dyn Fn(&str) -> Account,
        now: Moment,
    ) -> Result<Result<Dump, VaultError>, ConfigError> {
        let _ = (name, arguments, accounts, now);
        Ok(Err(self.unsupported("this operation")))
    }

    /// The units of gas that an operation costs here, as [`GasUse`] counts them; `None` where nothing better than
    /// [`levmine_market::gas::usual_units`] is known.
    fn gas_units(&self, operation: GasUse) -> Option<u64> {
        let _ = operation;
        None
    }

    /// The error for an operation that this vault does not have.
    fn unsupported(&self, operation: &'static str) -> VaultError {
        VaultError::Unsupported { protocol: self.descriptor().name, operation }
    }
}
