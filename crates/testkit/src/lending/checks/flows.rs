//! Checks of what the other users do together.

use levmine_lending::{Amount, Done, Flow, FlowKind, LendingMarket, Operation, Rates, Refusal};
use levmine_market::Asset;
use levmine_math::{Ray, Rounding, U256, Wad, mul_div};

use crate::books::ACTORS;
use crate::generate::lending::worth;
use crate::lending::sandbox::{after_random_life, told};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::suite::{Outcome, Stop, ensure, excluded};

/// How much is tried, in thousands of the numeraire, until the market's caps take it.
const SIZES: [u64; 4] = [1_000, 100, 10, 1];

fn flow(kind: FlowKind, asset: Asset, amount: Amount) -> Operation {
    Operation::Flow(Flow { kind, asset, amount })
}

fn borrowable(market: &dyn LendingMarket) -> Vec<Asset> {
    let open = |asset: &Asset| market.listing(*asset).is_ok_and(|it| it.borrowable && it.suppliable);
    market.assets().into_iter().filter(open).collect()
}

fn rates(sandbox: &Sandbox, asset: Asset) -> Result<Rates, String> {
    sandbox.market.rates(asset, sandbox.now).map_err(|error| error.to_string())
}

/// Lets the others supply as much as the caps take, so that something is theirs.
fn supplied(sandbox: &mut Sandbox, asset: Asset) -> Result<Option<U256>, String> {
    for thousands in SIZES {
        let value = Wad::from_raw(U256::from(thousands).saturating_mul(U256::from(10).pow(U256::from(21))));
        let units = worth(value, asset, &sandbox.prices);
        if sandbox.succeeds(&flow(FlowKind::Supply, asset, Amount::Exact(units)))? {
            return Ok(Some(units));
        }
    }
    Ok(None)
}

/// The answer must be a movement of just so much.
fn moved(sandbox: &mut Sandbox, operation: &Operation, expected: U256) -> Result<(), String> {
    let settled = sandbox.act(operation)?;
    let found = match &settled {
        Settled::Done(Done::Moved(receipt)) => Some(receipt.amount),
        _ => None,
    };
    ensure!(
        found == Some(expected),
        "{}",
        sandbox.story(&format!("expected {operation:?} to move {expected} base units, found {settled:?}"))
    );
    Ok(())
}

pub(super) fn flows_move_utilization_and_rates(setup: &LendingSetup) -> Outcome {
    if !setup.market.capabilities().flows {
        return excluded("the others' flows are not modelled in this market");
    }
    let mut tried = 0;
    for asset in borrowable(&*setup.market) {
        let mut sandbox = Sandbox::new(setup)?;
        let given = supplied(&mut sandbox, asset);
        let Some(given) = told(&sandbox, given)? else { continue };
        let half = given / U256::from(2);
        let steps = [
            (FlowKind::Borrow, half, true),
            (FlowKind::Supply, half, false),
            (FlowKind::Withdraw, half, true),
            (FlowKind::Repay, half, false),
        ];
        for (kind, units, up) in steps {
            // Rates of a market that has stood still answer as of its last operation.
            told_accrue(&mut sandbox)?;
            let before = rates(&sandbox, asset)?;
            let operation = flow(kind, asset, Amount::Exact(units));
            if kind == FlowKind::Borrow && !sandbox.fork().succeeds(&operation)? {
                break;
            }
            let done = moved(&mut sandbox, &operation, units);
            told(&sandbox, done)?;
            let after = rates(&sandbox, asset)?;
            hold_direction(&before, &after, up, setup.slack(asset))
                .map_err(|message| sandbox.story(&format!("{operation:?}: {message}")))?;
            hold_cash(&before, &after, kind, units)
                .map_err(|message| sandbox.story(&format!("{operation:?}: {message}")))?;
            tried += 1;
        }
        // Time goes on at the new rates.
        sandbox.wait(86_400);
        let settled = sandbox.act(&Operation::Accrue);
        told(&sandbox, settled)?;
    }
    ensure!(
        tried >= 4,
        "expected an asset that the others can supply, borrow, withdraw and repay, found none"
    );
    Ok(())
}

fn told_accrue(sandbox: &mut Sandbox) -> Result<(), Stop> {
    let settled = sandbox.act(&Operation::Accrue);
    told(sandbox, settled).map(drop)
}

/// Utilization and the borrow rate go the flow's way. Where nothing was lent before, a rate may be anything.
fn hold_direction(before: &Rates, after: &Rates, up: bool, slack: U256) -> Result<(), String> {
    // One base unit of rounding on either side of the fraction.
    let total = before.available.saturating_add(before.borrowed).max(U256::ONE);
    let slack = mul_div(slack.saturating_add(U256::from(2)), Ray::ONE.raw(), total, Rounding::Up)
        .unwrap_or(Ray::ONE.raw());
    let holds = |low: Ray, high: Ray| low.raw() <= high.raw().saturating_add(slack);
    let (low, high) = if up { (before, after) } else { (after, before) };
    let direction = if up { "not to fall" } else { "not to rise" };
    ensure!(
        holds(low.utilization, high.utilization),
        "expected the utilization {direction}, found {} and then {}",
        before.utilization,
        after.utilization
    );
    ensure!(
        low.borrow <= high.borrow || holds(low.borrow, high.borrow),
        "expected the borrow rate {direction}, found {} and then {}",
        before.borrow,
        after.borrow
    );
    Ok(())
}

/// What is there to be taken out changes by what was moved.
fn hold_cash(before: &Rates, after: &Rates, kind: FlowKind, units: U256) -> Result<(), String> {
    let expected = match kind {
        FlowKind::Supply | FlowKind::Repay => before.available.saturating_add(units),
        FlowKind::Withdraw | FlowKind::Borrow => before.available.saturating_sub(units),
    };
    ensure!(
        after.available == expected,
        "expected {expected} base units to be available, found {}",
        after.available
    );
    Ok(())
}

pub(super) fn flows_end_at_what_there_is(setup: &LendingSetup) -> Outcome {
    if !setup.market.capabilities().flows {
        return excluded("the others' flows are not modelled in this market");
    }
    after_random_life(setup, "flows_end_at_what_there_is", 16, |life| {
        for asset in borrowable(&*life.market) {
            let mut sandbox = life.fork();
            if supplied(&mut sandbox, asset)?.is_none() {
                continue;
            }
            let available = rates(&sandbox, asset)?.available;
            for kind in [FlowKind::Borrow, FlowKind::Withdraw] {
                let operation = flow(kind, asset, Amount::Exact(available.saturating_add(U256::ONE)));
                let settled = sandbox.act(&operation)?;
                let named = matches!(
                    &settled,
                    Settled::Refused(error) if matches!(
                        error.refusal(),
                        Some(
                            Refusal::InsufficientLiquidity
                                | Refusal::InsufficientBalance
                                | Refusal::CapExceeded
                                | Refusal::InvalidAmount
                                | Refusal::Arithmetic
                        )
                    )
                );
                ensure!(
                    named,
                    "{}",
                    sandbox.story(&format!(
                        "expected {operation:?} with {available} available to be refused for that, found {settled:?}"
                    ))
                );
            }
            for operation in [
                flow(FlowKind::Supply, asset, Amount::Exact(U256::ZERO)),
                flow(FlowKind::Supply, asset, Amount::All),
                flow(FlowKind::Borrow, asset, Amount::All),
                flow(FlowKind::Borrow, asset, Amount::Exact(U256::MAX)),
            ] {
                let settled = sandbox.act(&operation)?;
                let nothing = match &settled {
                    Settled::Done(Done::Moved(receipt)) => receipt.amount.is_zero(),
                    Settled::Done(_) => false,
                    Settled::Refused(_) | Settled::Unpaid => true,
                };
                ensure!(
                    nothing,
                    "{}",
                    sandbox.story(&format!("expected {operation:?} to move nothing, found {settled:?}"))
                );
            }
        }
        Ok(())
    })
}

pub(super) fn flows_are_nobody_elses(setup: &LendingSetup) -> Outcome {
    if !setup.market.capabilities().flows {
        return excluded("the others' flows are not modelled in this market");
    }
    after_random_life(setup, "flows_are_nobody_elses", 16, |life| {
        for asset in borrowable(&*life.market) {
            let mut sandbox = life.fork();
            // What interest does when it is booked is no flow's doing.
            sandbox.act(&Operation::Accrue)?;
            let held = |sandbox: &Sandbox| {
                ACTORS.map(|account| {
                    let market = &sandbox.market;
                    let supplied = market.supplied(account, asset, sandbox.now).unwrap_or_default();
                    (supplied, market.debt(account, asset, sandbox.now).unwrap_or_default())
                })
            };
            let before = held(&sandbox);
            let mut flows = 0_u64;
            let Some(units) = supplied(&mut sandbox, asset)? else { continue };
            for kind in [FlowKind::Borrow, FlowKind::Supply, FlowKind::Repay, FlowKind::Withdraw] {
                flows +=
                    u64::from(sandbox.succeeds(&flow(kind, asset, Amount::Exact(units / U256::from(3))))?);
            }
            let after = held(&sandbox);
            for (account, (was, is)) in ACTORS.iter().zip(before.into_iter().zip(after)) {
                // A share's price moves by what the flows' roundings leave in the pool: in parts of what is held.
                let slack = |held: U256| {
                    let units = setup
                        .slack(asset)
                        .saturating_add(U256::from(2))
                        .saturating_mul(U256::from(flows + 1));
                    units.saturating_add(held / U256::from(1_000_000_000_000_u64))
                };
                ensure!(
                    was.0.abs_diff(is.0) <= slack(was.0) && was.1.abs_diff(is.1) <= slack(was.1),
                    "{}",
                    sandbox.story(&format!(
                        "expected {account} to have and owe {was:?} of {asset} as before, found {is:?}"
                    ))
                );
            }
        }
        Ok(())
    })
}
