//! Checks of what a vault says it can do.

use levmine_market::TokenAmount;
use levmine_math::{Bps, U256};
use levmine_vault::{RequestId, VaultError};

use crate::books::FRESH;
use crate::generate::vault::share_of;
use crate::suite::{Outcome, ensure};
use crate::vault::sandbox::told;
use crate::vault::{Sandbox, VaultSetup};

pub(super) fn unsupported_is_declared(setup: &VaultSetup) -> Outcome {
    let mut sandbox = Sandbox::new(setup)?;
    let can = sandbox.vault.capabilities();
    for asset in sandbox.vault.assets().to_vec() {
        let amount = sandbox.ordinary(asset);
        let entered = sandbox.enter(FRESH, asset, amount);
        told(&sandbox, entered)?;
    }
    let (vault, now) = (&sandbox.vault, sandbox.now);
    // A vault of several assets has a capability if it has it for one of them.
    let any = |tries: Vec<Option<VaultError>>| {
        let mut first = None;
        for error in tries {
            match error {
                Some(error @ VaultError::Unsupported { .. }) => first = first.or(Some(error)),
                other => return other,
            }
        }
        first
    };
    let hold = |what: &str, declared: bool, error: Option<VaultError>| -> Result<(), String> {
        let unsupported = matches!(error, Some(VaultError::Unsupported { .. }));
        let answered = error.map_or_else(|| "it was done".into(), |error| error.to_string());
        ensure!(
            declared != unsupported,
            "{what} is declared as {declared}: expected it to be {}, found: {answered}",
            if declared { "supported" } else { "answered as unsupported" }
        );
        Ok(())
    };
    let each = |attempt: &dyn Fn(TokenAmount, TokenAmount) -> Option<VaultError>| {
        any(vault
            .assets()
            .iter()
            .map(|asset| {
                let share = TokenAmount::new(share_of(&**vault, *asset), sandbox.held(FRESH, *asset).raw);
                attempt(TokenAmount::new(*asset, sandbox.ordinary(*asset)), share)
            })
            .collect())
    };
    let half = |shares: TokenAmount| TokenAmount::new(shares.asset, shares.raw / U256::from(2));
    hold("a deposit", true, each(&|amount, _| vault.fork().deposit(FRESH, amount, now).err()))?;
    hold(
        "minting exact shares",
        can.exact,
        each(&|amount, share| vault.fork().mint(FRESH, amount.asset, half(share), now).err()),
    )?;
    hold(
        "withdrawing exact assets",
        can.exact,
        each(&|amount, _| vault.fork().withdraw(FRESH, half(amount), Bps::ONE, now).err()),
    )?;
    hold(
        "redeeming at once",
        can.instant_redeem,
        each(&|_, share| vault.fork().redeem(FRESH, half(share), Bps::ONE, now).err()),
    )?;
    hold(
        "a request for redemption",
        can.queue,
        each(&|_, share| vault.fork().request_redeem(FRESH, half(share), now).err()),
    )?;
    hold("claiming a request", can.queue, vault.fork().claim_request(FRESH, RequestId(u64::MAX), now).err())?;
    hold("a harvest", can.harvest, vault.fork().harvest(FRESH, now).err())?;
    hold("claiming rewards", can.rewards, vault.fork().claim(FRESH, now).err())?;
    let other = levmine_market::Account::new(9_102);
    hold(
        "a transfer in the vault's ledger",
        can.rebasing,
        vault.fork().transfer(FRESH, other, U256::ONE, now).err(),
    )?;
    ensure!(
        can.instant_redeem || can.queue,
        "expected a deposit to be taken back at once or through a queue, found neither declared"
    );
    Ok(())
}

pub(super) fn tokens_are_as_declared(setup: &VaultSetup) -> Outcome {
    let mut sandbox = Sandbox::new(setup)?;
    let can = sandbox.vault.capabilities();
    ensure!(!sandbox.vault.assets().is_empty(), "expected an asset to deposit, found none");
    for asset in sandbox.vault.assets().to_vec() {
        let share = sandbox.vault.share(asset);
        ensure!(
            share.is_some() == can.shares,
            "shares are declared as {}: expected a share of {asset} exactly then, found {share:?}",
            can.shares
        );
        if let Some(share) = share {
            let back = sandbox.vault.asset_of(share);
            ensure!(back == Some(asset), "expected {share} to lead back to {asset}, found {back:?}");
            let issued = sandbox.vault.issued();
            ensure!(
                issued.iter().any(|known| known.asset == share),
                "expected {share} among the issued tokens, found {issued:?}"
            );
        }
        let amount = sandbox.ordinary(asset);
        let entered = sandbox.enter(FRESH, asset, amount);
        if told(&sandbox, entered)?.is_some() {
            let staked = sandbox.vault.staked(FRESH, asset, sandbox.now);
            ensure!(
                staked.is_zero() == can.shares,
                "shares are declared as {}: expected a stake in the books only without them, found {staked}",
                can.shares
            );
        }
    }
    let vault = &sandbox.vault;
    let (rewards, rebasing) = (vault.rewards(), vault.rebasing());
    ensure!(
        can.rewards != rewards.is_empty(),
        "rewards are declared as {}: expected reward tokens exactly then, found {rewards:?}",
        can.rewards
    );
    ensure!(
        can.rebasing == rebasing.is_some(),
        "rebasing is declared as {}: expected a rebasing share exactly then, found {rebasing:?}",
        can.rebasing
    );
    if let Some(token) = rebasing {
        ensure!(
            vault.asset_of(token).is_some(),
            "expected the rebasing {token} to be one of the shares, found that it leads to no asset"
        );
    }
    // What can be deposited and is neither a share nor a reward is somebody else's token.
    for issued in vault.issued() {
        let own = vault.asset_of(issued.asset).is_some() || rewards.contains(&issued.asset);
        ensure!(
            own || !vault.assets().contains(&issued.asset),
            "expected the vault not to issue {}, which is deposited and neither a share nor a reward",
            issued.asset
        );
    }
    Ok(())
}
