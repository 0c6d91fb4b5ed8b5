use levmine_market::{Account, Asset, Moment, TokenAmount, Transfers};
use levmine_math::Bps;

use crate::{RequestId, Vault, VaultError};

/// An operation as a value: for generators, replays and comparisons.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// [`Vault::deposit`].
    Deposit(Account, TokenAmount),
    /// [`Vault::mint`]: for which asset, the exact shares.
    Mint(Account, Asset, TokenAmount),
    /// [`Vault::redeem`]: shares, the asset wanted, the largest loss.
    Redeem(Account, TokenAmount, Bps),
    /// [`Vault::withdraw`]: the exact assets, the largest loss.
    Withdraw(Account, TokenAmount, Bps),
    /// [`Vault::request_redeem`].
    Request(Account, TokenAmount),
    /// [`Vault::claim_request`].
    ClaimRequest(Account, RequestId),
    /// [`Vault::claim`].
    Claim(Account),
    /// [`Vault::harvest`].
    Harvest(Account),
    /// [`Vault::accrue`].
    Accrue,
}

/// Applies `operation` to `vault` and returns the tokens that moved.
///
/// # Errors
///
/// As the method of the trait that the operation stands for.
pub fn apply(vault: &mut dyn Vault, operation: &Operation, now: Moment) -> Result<Transfers, VaultError> {
    Ok(match operation {
        Operation::Deposit(who, amount) => vault.deposit(*who, *amount, now)?.transfers,
        Operation::Mint(who, asset, shares) => vault.mint(*who, *asset, *shares, now)?.transfers,
        Operation::Redeem(who, shares, max_loss) => vault.redeem(*who, *shares, *max_loss, now)?.transfers,
        Operation::Withdraw(who, amount, max_loss) => {
            vault.withdraw(*who, *amount, *max_loss, now)?.transfers
        }
        Operation::Request(who, shares) => vault.request_redeem(*who, *shares, now)?.transfers,
        Operation::ClaimRequest(who, id) => vault.claim_request(*who, *id, now)?.transfers,
        Operation::Claim(who) => vault.claim(*who, now)?.transfers,
        Operation::Harvest(who) => vault.harvest(*who, now)?.transfers,
        Operation::Accrue => vault.accrue(now)?,
    })
}
