//! Checks of what time does.

use levmine_market::{Account, Asset};
use levmine_math::{Rounding, U256, Wad};

use crate::books::ACTORS;
use crate::generate::lending::Step;
use crate::lending::sandbox::random_lives;
use crate::lending::{LendingSetup, Sandbox};
use crate::suite::{Outcome, ensure};

fn balances(sandbox: &Sandbox) -> Vec<(Account, Asset, Option<U256>, Option<U256>)> {
    let (market, now) = (&sandbox.market, sandbox.now);
    let assets = market.assets();
    ACTORS
        .into_iter()
        .flat_map(|account| assets.iter().map(move |asset| (account, *asset)))
        .map(|(account, asset)| {
            (account, asset, market.supplied(account, asset, now).ok(), market.debt(account, asset, now).ok())
        })
        .collect()
}

pub(super) fn indexes_never_fall(setup: &LendingSetup) -> Outcome {
    random_lives(setup, "indexes_never_fall", 24, |sandbox, life| {
        for step in life {
            if !matches!(step, Step::Wait(_)) {
                sandbox.step(step)?;
                continue;
            }
            let before = balances(sandbox);
            sandbox.step(step)?;
            let mut accrued = sandbox.fork();
            let stored = accrued.market.accrue(sandbox.now).is_ok().then(|| balances(&accrued));
            for after in [Some(balances(sandbox)), stored].into_iter().flatten() {
                for ((account, asset, supplied, debt), (_, _, then, owed)) in before.iter().zip(after) {
                    ensure!(
                        then.is_none() || then >= *supplied,
                        "{account} supplied {supplied:?} base units of {asset}; expected no less after some time, found {then:?}"
                    );
                    ensure!(
                        owed.is_none() || owed >= *debt,
                        "{account} owed {debt:?} base units of {asset}; expected no less after some time, found {owed:?}"
                    );
                }
            }
        }
        Ok(())
    })
}

pub(super) fn interest_never_helps_the_borrower(setup: &LendingSetup) -> Outcome {
    random_lives(setup, "interest_never_helps_the_borrower", 24, |sandbox, life| {
        for step in life {
            if !matches!(step, Step::Wait(_)) {
                sandbox.step(step)?;
                continue;
            }
            let before: Vec<_> =
                ACTORS.iter().map(|owner| sandbox.market.health(*owner, &sandbox.ctx()).ok()).collect();
            let was = sandbox.fork();
            sandbox.step(step)?;
            for (owner, before) in ACTORS.into_iter().zip(before) {
                let after = sandbox.market.health(owner, &sandbox.ctx()).ok();
                let (Some(before), Some(after)) = (before, after) else { continue };
                ensure!(
                    after.debt >= before.debt,
                    "expected the debt of {owner} to be worth at least {} after some time, found {}",
                    before.debt,
                    after.debt
                );
                if collateral_grows(&was, sandbox, owner) {
                    continue;
                }
                let slack = |factor: Wad| factor.mul(setup.health_slack, Rounding::Up).unwrap_or(Wad::ZERO);
                let allowed = match before.factor {
                    levmine_lending::HealthFactor::Of(factor) => {
                        levmine_lending::HealthFactor::Of(factor.add(slack(factor)).unwrap_or(Wad::MAX))
                    }
                    nothing => nothing,
                };
                ensure!(
                    after.factor <= allowed,
                    "expected a health factor of {owner} of at most {} after some time, found {}",
                    before.factor,
                    after.factor
                );
            }
        }
        Ok(())
    })
}

/// Whether anything that counts as collateral has earned something.
fn collateral_grows(was: &Sandbox, is: &Sandbox, owner: Account) -> bool {
    let supplied = |sandbox: &Sandbox| sandbox.market.position(owner, sandbox.now).ok();
    let (Some(before), Some(after)) = (supplied(was), supplied(is)) else { return true };
    before.supplied != after.supplied
}
