//! Checks of rewards.

use levmine_market::{Account, TokenAmount};
use levmine_vault::Operation;

use crate::books::{ACTORS, FRESH};
use crate::suite::{Outcome, ensure, excluded};
use crate::vault::sandbox::after_random_life;
use crate::vault::{Done, Sandbox, Settled, VaultSetup};

const LIFE: usize = 24;

fn claimable(sandbox: &Sandbox, account: Account) -> Result<Vec<TokenAmount>, String> {
    let all = sandbox.vault.claimable(account, sandbox.now).map_err(|error| error.to_string())?;
    Ok(all.into_iter().filter(|amount| !amount.is_zero()).collect())
}

pub(super) fn claims_pay_what_was_claimable(setup: &VaultSetup) -> Outcome {
    if !setup.vault.capabilities().rewards {
        return excluded("there are no rewards");
    }
    after_random_life(setup, "claims_pay_what_was_claimable", LIFE, |sandbox| {
        sandbox.wait(3_600);
        for account in ACTORS {
            let expected = claimable(sandbox, account)?;
            for amount in &expected {
                ensure!(
                    sandbox.vault.rewards().contains(&amount.asset),
                    "{amount} can be claimed; expected it among the rewards {:?}",
                    sandbox.vault.rewards()
                );
            }
            let before: Vec<_> = expected.iter().map(|it| sandbox.wallet(account, it.asset)).collect();
            let settled = sandbox.act(&Operation::Claim(account))?;
            let paid = match &settled {
                Settled::Done(Done::Claimed(claimed)) => {
                    claimed.received.iter().copied().filter(|amount| !amount.is_zero()).collect()
                }
                _ => Vec::new(),
            };
            ensure!(
                paid == expected,
                "{account} could claim {expected:?}; expected exactly that to be paid, found {settled:?}"
            );
            for (amount, before) in expected.iter().zip(before) {
                let gained = sandbox.wallet(account, amount.asset).saturating_sub(before);
                ensure!(
                    gained == amount.raw,
                    "{account} claimed {amount}; expected the wallet to gain it, found {gained} base units"
                );
            }
            let left = claimable(sandbox, account)?;
            ensure!(left.is_empty(), "expected nothing left to claim for {account}, found {left:?}");
        }
        Ok(())
    })
}

pub(super) fn strangers_earn_nothing(setup: &VaultSetup) -> Outcome {
    if !setup.vault.capabilities().rewards {
        return excluded("there are no rewards");
    }
    after_random_life(setup, "strangers_earn_nothing", LIFE, |sandbox| {
        let without = claimable(sandbox, FRESH)?;
        ensure!(without.is_empty(), "expected no rewards without a stake, found {without:?}");
        for asset in sandbox.vault.assets().to_vec() {
            let amount = sandbox.ordinary(asset);
            sandbox.enter(FRESH, asset, amount)?;
        }
        let at_once = claimable(sandbox, FRESH)?;
        ensure!(at_once.is_empty(), "expected no rewards for a stake of this moment, found {at_once:?}");
        Ok(())
    })
}
