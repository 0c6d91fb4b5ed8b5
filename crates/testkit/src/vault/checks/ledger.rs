//! Checks of the ledger of a rebasing share.

use levmine_market::Asset;
use levmine_math::{Rounding, U256, mul_div};
use levmine_vault::Operation;

use crate::books::{ACTORS, FRESH};
use crate::suite::{Outcome, ensure, excluded};
use crate::vault::sandbox::after_random_life;
use crate::vault::{Sandbox, Settled, VaultSetup};

const LIFE: usize = 24;

/// Base units by which the sum of some rounded-down balances may drift.
const DRIFT: u64 = 16;

/// What the vault itself has.
fn own(sandbox: &Sandbox, token: Asset) -> U256 {
    let holdings = sandbox.vault.holdings();
    holdings.iter().find(|it| it.asset == token).map(|it| it.raw).unwrap_or_default()
}

/// What exists outside of the vault.
fn outside(sandbox: &Sandbox, token: Asset) -> U256 {
    sandbox.issued(token).saturating_sub(own(sandbox, token))
}

/// What the known wallets and the vault itself have.
fn known(sandbox: &Sandbox, token: Asset) -> U256 {
    let own = own(sandbox, token);
    let wallets = ACTORS.into_iter().chain([FRESH]).map(|account| sandbox.vault.balance(account));
    wallets.fold(own, U256::saturating_add)
}

pub(super) fn the_ledger_sums_up(setup: &VaultSetup) -> Outcome {
    let Some(token) = setup.vault.rebasing() else { return excluded("no balance changes by itself") };
    after_random_life(setup, "the_ledger_sums_up", LIFE, |sandbox| {
        let Some(asset) = sandbox.vault.asset_of(token) else { return Ok(()) };
        let most = sandbox.ordinary(asset);
        sandbox.enter(FRESH, asset, most)?;
        sandbox.act(&Operation::Accrue)?;
        let drift = U256::from(DRIFT).saturating_add(setup.slack(token));
        let (known_before, issued) = (known(sandbox, token), sandbox.issued(token));
        ensure!(
            known_before <= issued,
            "balances sum up to {known_before} base units of {token}; expected at most {issued} that exist"
        );
        let [to, ..] = ACTORS;
        for part in [1_000_003_u64, 3, 1] {
            let (from_had, to_had) = (sandbox.vault.balance(FRESH), sandbox.vault.balance(to));
            let amount = from_had / U256::from(part);
            let settled = sandbox.transfer(FRESH, to, amount)?;
            ensure!(
                matches!(settled, Settled::Done(_)),
                "expected {amount} of {from_had} base units to be transferred, found {settled:?}"
            );
            let (from_has, to_has) = (sandbox.vault.balance(FRESH), sandbox.vault.balance(to));
            ensure!(
                to_has <= to_had.saturating_add(amount).saturating_add(U256::ONE)
                    && to_has.saturating_add(drift) >= to_had.saturating_add(amount),
                "a transfer of {amount}: expected the receiver's {to_had} to grow by it, found {to_has}"
            );
            ensure!(
                from_has.saturating_add(amount) <= from_had.saturating_add(drift)
                    && from_has.saturating_add(amount).saturating_add(drift) >= from_had,
                "a transfer of {amount}: expected the sender's {from_had} to shrink by it, found {from_has}"
            );
            ensure!(
                sandbox.issued(token) == issued,
                "a transfer: expected {issued} base units of {token} to stay, found {}",
                sandbox.issued(token)
            );
        }
        let rest = sandbox.vault.balance(FRESH).saturating_add(U256::from(DRIFT));
        let beyond =
            sandbox.vault.fork().transfer(FRESH, to, rest.saturating_mul(U256::from(2)), sandbox.now);
        ensure!(beyond.is_err(), "expected no more to be transferred than there is, found {beyond:?}");
        let after = known(sandbox, token);
        ensure!(
            after <= known_before.saturating_add(drift) && after.saturating_add(drift) >= known_before,
            "transfers among wallets: expected their sum to stay at {known_before}, found {after}"
        );
        Ok(())
    })
}

pub(super) fn rebases_are_shared(setup: &VaultSetup) -> Outcome {
    let Some(token) = setup.vault.rebasing() else { return excluded("no balance changes by itself") };
    after_random_life(setup, "rebases_are_shared", LIFE, |sandbox| {
        sandbox.act(&Operation::Accrue)?;
        let before: Vec<U256> = ACTORS.iter().map(|account| sandbox.vault.balance(*account)).collect();
        // What the vault keeps itself may be burned when it pays redemptions: it is no part of the rebase.
        let issued = outside(sandbox, token);
        sandbox.wait(3 * 86_400);
        sandbox.act(&Operation::Accrue)?;
        let now_issued = outside(sandbox, token);
        if issued.is_zero() {
            return Ok(());
        }
        // Fees may be paid in new shares: nobody gains more than his part, and nobody else's part is his.
        let rates: Vec<_> = ACTORS
            .iter()
            .zip(&before)
            .map(|(account, had)| {
                let most = mul_div(*had, now_issued, issued, Rounding::Up).unwrap_or(U256::MAX);
                (*account, *had, sandbox.vault.balance(*account), most)
            })
            .collect();
        for (account, had, has, most) in &rates {
            ensure!(
                *has <= most.saturating_add(U256::from(2)),
                "{issued} base units of {token} outside of the vault became {now_issued}; expected the {had} of {account} to become at most {most}, found {has}"
            );
        }
        // Two balances grow by the same factor: a · b' = b · a', but for rounding.
        for pair in rates.windows(2) {
            let [(_, a, a_now, _), (other, b, b_now, _)] = pair else { continue };
            if a.is_zero() {
                continue;
            }
            let expected = mul_div(*b, *a_now, *a, Rounding::Down).unwrap_or_default();
            // A base unit of the smaller balance counts b / a times in the larger one.
            let factor = (*b / *a).saturating_add(U256::from(2)).saturating_mul(U256::from(2));
            ensure!(
                *b_now <= expected.saturating_add(factor) && b_now.saturating_add(factor) >= expected,
                "{a} became {a_now}; expected the {b} of {other} to become {expected}, found {b_now}"
            );
        }
        Ok(())
    })
}
