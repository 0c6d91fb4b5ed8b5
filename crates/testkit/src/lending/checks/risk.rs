//! Checks of the health factor.

use levmine_lending::{Amount, HealthFactor, Operation};
use levmine_market::{Account, Actor};
use levmine_math::{Rounding, U256, Wad};

use crate::books::ACTORS;
use crate::generate::lending::{room, worth};
use crate::lending::sandbox::{after_random_life, random_lives};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::suite::{Outcome, ensure};

fn factor(sandbox: &Sandbox, owner: Account) -> Option<HealthFactor> {
    sandbox.market.health(owner, &sandbox.ctx()).ok().map(|health| health.factor)
}

/// `after` is at most `before`, but for the slack.
fn not_raised(setup: &LendingSetup, before: HealthFactor, after: HealthFactor) -> bool {
    match (before, after) {
        (HealthFactor::Of(before), HealthFactor::Of(after)) => after <= with_slack(setup, before),
        (before, after) => after <= before,
    }
}

fn with_slack(setup: &LendingSetup, factor: Wad) -> Wad {
    let extra = factor.mul(setup.health_slack, Rounding::Up).unwrap_or(Wad::ZERO);
    factor.add(extra).unwrap_or(Wad::MAX)
}

/// Everything is brought to now first, so that only the operation itself is looked at.
fn settle(sandbox: &mut Sandbox) -> bool {
    let now = sandbox.now;
    sandbox.market.accrue(now).is_ok()
}

pub(super) fn more_debt_never_raises_health(setup: &LendingSetup) -> Outcome {
    after_random_life(setup, "more_debt_never_raises_health", 20, |life| {
        if !settle(life) {
            return Ok(());
        }
        for owner in ACTORS {
            for asset in life.market.assets() {
                let mut sandbox = life.fork();
                let Some(before) = factor(&sandbox, owner) else { continue };
                let free = room(&*sandbox.market, owner, asset, &sandbox.ctx());
                for part in [U256::ONE, free / U256::from(3), free] {
                    let operation = Operation::Borrow(Actor::from(owner), asset, Amount::Exact(part));
                    if !sandbox.succeeds(&operation)? {
                        continue;
                    }
                    let Some(after) = factor(&sandbox, owner) else { continue };
                    ensure!(
                        not_raised(setup, before, after),
                        "{}",
                        sandbox.story(&format!(
                            "{operation:?}: expected a health factor of at most {before}, found {after}"
                        ))
                    );
                }
            }
        }
        Ok(())
    })
}

pub(super) fn more_collateral_never_lowers_health(setup: &LendingSetup) -> Outcome {
    after_random_life(setup, "more_collateral_never_lowers_health", 20, |life| {
        if !settle(life) {
            return Ok(());
        }
        for owner in ACTORS {
            for asset in life.market.assets() {
                let mut sandbox = life.fork();
                let Some(before) = factor(&sandbox, owner) else { continue };
                let whole = worth(Wad::new(10_000_000_000_000_000_000_000), asset, &sandbox.prices);
                for units in [U256::ONE, whole / U256::from(997), whole] {
                    let operation = Operation::Supply(Actor::from(owner), asset, Amount::Exact(units));
                    if !sandbox.succeeds(&operation)? {
                        continue;
                    }
                    let Some(after) = factor(&sandbox, owner) else { continue };
                    ensure!(
                        not_raised(setup, after, before),
                        "{}",
                        sandbox.story(&format!(
                            "{operation:?}: expected a health factor of at least {before}, found {after}"
                        ))
                    );
                }
            }
        }
        Ok(())
    })
}

pub(super) fn the_borrow_limit_holds(setup: &LendingSetup) -> Outcome {
    random_lives(setup, "the_borrow_limit_holds", 24, |sandbox, life| {
        for step in life {
            let crate::generate::lending::Step::Act(draft) = step else {
                sandbox.step(step)?;
                continue;
            };
            let Some(operation) = draft.resolve(&*sandbox.market, &ACTORS, &sandbox.ctx()) else { continue };
            let (owner, asset) = match &operation {
                Operation::Borrow(actor, asset, _) | Operation::Withdraw(actor, asset, _) => {
                    (actor.owner, *asset)
                }
                _ => {
                    sandbox.act(&operation)?;
                    continue;
                }
            };
            let borrows = matches!(operation, Operation::Borrow(..));
            let before = sandbox.market.health(owner, &sandbox.ctx()).is_ok_and(|health| health.liquidatable);
            let Settled::Done(done) = sandbox.act(&operation)? else { continue };
            if done.transfers().iter().all(|transfer| transfer.amount.is_zero()) {
                continue;
            }
            let Ok(health) = sandbox.market.health(owner, &sandbox.ctx()) else { continue };
            // What does not count as collateral may leave a position that is lost already.
            ensure!(
                !health.liquidatable || (before && !borrows),
                "{operation:?}: expected a position that cannot be liquidated, found {health:?}"
            );
            // Taken out of an own supply of the same asset (one base asset), nothing need be owed.
            if borrows && health.factor != HealthFactor::NoDebt {
                let tolerance = worth_of_a_unit(sandbox, asset);
                let limit = health.borrow_limit.add(tolerance).unwrap_or(Wad::MAX);
                let limit = with_slack(setup, limit);
                ensure!(
                    health.debt <= limit,
                    "{operation:?}: expected a debt of at most the limit {}, found {}",
                    health.borrow_limit,
                    health.debt
                );
            }
        }
        Ok(())
    })
}

/// What a few base units are worth, and the part of a value that eight decimals lose.
fn worth_of_a_unit(sandbox: &Sandbox, asset: levmine_market::Asset) -> Wad {
    let units = levmine_market::TokenAmount::new(asset, U256::from(3));
    let value = sandbox.prices.value(units).unwrap_or(Wad::ZERO);
    value.add(Wad::new(50_000_000_000)).unwrap_or(value)
}

pub(super) fn falling_collateral_never_raises_health(setup: &LendingSetup) -> Outcome {
    after_random_life(setup, "falling_collateral_never_raises_health", 20, |life| {
        for owner in ACTORS {
            let Ok(position) = life.market.position(owner, life.now) else { continue };
            for supplied in position.supplied.iter().filter(|supplied| supplied.collateral) {
                let asset = supplied.amount.asset;
                if position.debts.iter().any(|debt| debt.asset == asset) {
                    continue;
                }
                let mut last = None;
                for thousandths in [3_000, 1_000, 999, 500, 100, 10] {
                    life.reprice(asset, thousandths);
                    let Some(now) = factor(life, owner) else { continue };
                    if let Some(before) = last {
                        ensure!(
                            not_raised(setup, before, now),
                            "expected a health factor of at most {before} for {owner} as {asset} falls, found {now}"
                        );
                    }
                    last = Some(now);
                }
            }
        }
        Ok(())
    })
}
