//! Checks of liquidations.

use levmine_lending::{
    Amount, Health, HealthFactor, LendingError, LiquidationCall, LiquidationOutcome, Operation, Refusal,
};
use levmine_market::{Account, Asset, TokenAmount};
use levmine_math::{U256, Wad};

use crate::books::{ACTORS, FRESH};
use crate::lending::sandbox::{after_random_life, told, with_position};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::suite::{Outcome, ensure};

/// All calls against `borrower` that name something it owes and something it has put up.
fn calls(sandbox: &Sandbox, liquidator: Account, borrower: Account) -> Vec<LiquidationCall> {
    let Ok(position) = sandbox.market.position(borrower, sandbox.now) else { return Vec::new() };
    let collaterals =
        || position.supplied.iter().filter(|supplied| supplied.collateral && !supplied.amount.is_zero());
    (position.debts.iter())
        .flat_map(|debt| collaterals().map(move |supplied| (debt.asset, supplied.amount.asset)))
        .map(|(debt, collateral)| LiquidationCall {
            liquidator,
            borrower,
            debt,
            collateral,
            repay: Amount::All,
            keep_supplied: false,
        })
        .collect()
}

pub(super) fn health_agrees_with_liquidation(setup: &LendingSetup) -> Outcome {
    // One position certainly passes the border, then random ones wherever they come to be.
    let (mut sandbox, owner, collateral, _) = with_position(setup, 950)?;
    let agreed = agree(&sandbox, owner);
    told(&sandbox, agreed)?;
    ensure!(
        sandbox.sink(owner, collateral),
        "{}",
        sandbox.story(
            "expected a position near its limit to become liquidatable as its collateral loses its value"
        )
    );
    let agreed = agree(&sandbox, owner);
    told(&sandbox, agreed)?;
    after_random_life(setup, "health_agrees_with_liquidation", 24, |sandbox| {
        ACTORS.into_iter().try_for_each(|owner| agree(sandbox, owner))
    })
}

fn agree(sandbox: &Sandbox, borrower: Account) -> Result<(), String> {
    let ctx = sandbox.ctx();
    let Ok(health) = sandbox.market.health(borrower, &ctx) else { return Ok(()) };
    consistent(sandbox, borrower, &health)?;
    let mut answers = Vec::new();
    for call in calls(sandbox, FRESH, borrower) {
        let mut trial = sandbox.market.fork();
        let answer = trial.liquidate(&call, &ctx);
        if !health.liquidatable {
            ensure!(
                answer.is_err(),
                "{borrower} cannot be liquidated by its health {health:?}: expected {call:?} to be refused, found {answer:?}"
            );
        }
        answers.push(answer);
    }
    let healthy = |answer: &Result<LiquidationOutcome, LendingError>| matches!(answer, Err(error) if error.refusal() == Some(Refusal::NotLiquidatable));
    ensure!(
        !health.liquidatable
            || health.collateral.is_zero()
            || answers.is_empty()
            || !answers.iter().all(healthy),
        "{borrower} can be liquidated by its health {health:?}: expected one of its pairs not to be refused as not liquidatable, found {answers:?}"
    );
    Ok(())
}

/// The factor and the verdict say the same, but for the last digits.
fn consistent(sandbox: &Sandbox, borrower: Account, health: &Health) -> Result<(), String> {
    let near = Wad::new(1_000_000_000);
    let (low, high) = (Wad::ONE.sub(near).unwrap_or(Wad::ONE), Wad::ONE.add(near).unwrap_or(Wad::ONE));
    let exactly_one = health.factor == HealthFactor::Of(Wad::ONE) && health.liquidation_limit == health.debt;
    let expected = match health.factor {
        HealthFactor::NoDebt => Some(false),
        HealthFactor::Of(factor) if factor > high => Some(false),
        HealthFactor::Of(factor) if factor < low && !health.collateral.is_zero() => Some(true),
        HealthFactor::Of(_) if exactly_one && sandbox.market.capabilities().safe_at_one => Some(false),
        HealthFactor::Of(_) => None,
    };
    ensure!(
        expected.is_none_or(|expected| expected == health.liquidatable),
        "{borrower} has a health factor of {}: expected liquidatable to be {expected:?}, found {health:?}",
        health.factor
    );
    Ok(())
}

pub(super) fn liquidation_conserves_and_reports_bad_debt(setup: &LendingSetup) -> Outcome {
    for thousandths in [None, Some(300), Some(20)] {
        let (mut sandbox, owner, collateral, _) = with_position(setup, 950)?;
        match thousandths {
            None => drop(sandbox.sink(owner, collateral)),
            Some(thousandths) => sandbox.reprice(collateral, thousandths),
        }
        let looked = liquidate_all(setup, &sandbox, owner, true);
        told(&sandbox, looked)?;
    }
    after_random_life(setup, "liquidation_conserves_and_reports_bad_debt", 24, |sandbox| {
        ACTORS.into_iter().try_for_each(|owner| liquidate_all(setup, sandbox, owner, false))
    })
}

fn liquidate_all(setup: &LendingSetup, life: &Sandbox, borrower: Account, must: bool) -> Result<(), String> {
    let now = life.now;
    let mut done = false;
    let mut answers = Vec::new();
    for call in calls(life, FRESH, borrower) {
        let mut sandbox = life.fork();
        if sandbox.market.accrue(now).is_err() {
            return Ok(());
        }
        let before = sandbox.market.position(borrower, now).map_err(|error| error.to_string())?;
        let settled = sandbox.act(&Operation::Liquidate(call))?;
        answers.push(format!("{settled:?}"));
        let Settled::Done(levmine_lending::Done::Liquidated(outcome)) = settled else { continue };
        done = true;
        let after = sandbox.market.position(borrower, now).map_err(|error| error.to_string())?;
        for asset in sandbox.market.assets() {
            let slack = setup.slack(asset).saturating_add(U256::from(2));
            let debt = |position: &levmine_lending::Position| sum(&position.debts, asset);
            let supply = |position: &levmine_lending::Position| {
                let amounts: Vec<_> = position.supplied.iter().map(|supplied| supplied.amount).collect();
                sum(&amounts, asset)
            };
            let gone = debt(&before).saturating_sub(debt(&after));
            let told = sum(&outcome.repaid, asset).saturating_add(sum(&outcome.bad_debt, asset));
            // A debt that went into an auction is neither repaid nor lost yet.
            let agrees = if outcome.sale.is_some() {
                gone.saturating_add(slack) >= told
            } else {
                near(gone, told, slack)
            };
            ensure!(
                agrees,
                "{call:?}: the debt in {asset} fell by {gone}; expected as much to be reported as repaid or bad, found {outcome:?}"
            );
            let left = supply(&before).saturating_add(sum(&outcome.returned, asset));
            let told = supply(&after).saturating_add(sum(&outcome.seized, asset));
            // Where all suppliers bear a bad debt at once, the borrower's own supply of that asset is among them.
            let borne = left.saturating_sub(told).min(sum(&outcome.bad_debt, asset));
            ensure!(
                near(left, told.saturating_add(borne), slack),
                "{call:?}: {} base units of {asset} became {}; expected the difference to be seized less returned, found {outcome:?}",
                supply(&before),
                supply(&after)
            );
            ensure!(
                sum(&outcome.protocol_fee, asset) <= sum(&outcome.seized, asset),
                "{call:?}: expected a protocol fee in {asset} within what was seized, found {outcome:?}"
            );
        }
        if let Some(sale) = outcome.sale {
            let sales = sandbox.market.sales(&sandbox.ctx()).map_err(|error| error.to_string())?;
            ensure!(
                sales.iter().any(|running| running.id == sale),
                "{call:?}: expected the opened {sale:?} among the running sales, found {sales:?}"
            );
        }
    }
    ensure!(
        done || !must || answers.is_empty(),
        "expected one of the pairs of {borrower} to be liquidated, found {answers:?}"
    );
    Ok(())
}

fn sum(amounts: &[TokenAmount], asset: Asset) -> U256 {
    let of_asset = amounts.iter().filter(|amount| amount.asset == asset);
    of_asset.fold(U256::ZERO, |sum, amount| sum.saturating_add(amount.raw))
}

fn near(a: U256, b: U256, slack: U256) -> bool {
    a.abs_diff(b) <= slack
}
