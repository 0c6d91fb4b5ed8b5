//! Checks that rounding is never in favour of who acts.

use levmine_lending::{Amount, Done, Operation};
use levmine_market::{Actor, Asset};
use levmine_math::{U256, Wad};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::books::FRESH;
use crate::generate::Size;
use crate::generate::lending::{room, worth};
use crate::lending::sandbox::{after_random_life, at_most};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::settings;
use crate::suite::{Outcome, ensure};

/// Amounts of every order of magnitude, and how many pieces they come back in; the same in every run.
fn rounds(name: &str) -> Vec<(Size, u64)> {
    let mut runner = settings::runner(name);
    let strategy = (Size::any(), 1_u64..4);
    let draw = |runner: &mut TestRunner| strategy.new_tree(runner).map(|tree| tree.current());
    (0..6).filter_map(|_| draw(&mut runner).ok()).chain([(Size::Units(U256::ONE), 1)]).collect()
}

/// What a done operation moved by its receipt.
fn receipt(settled: &Settled) -> Option<U256> {
    match settled {
        Settled::Done(Done::Moved(receipt)) => Some(receipt.amount),
        _ => None,
    }
}

/// The fresh account puts up collateral of its own, so that it can borrow.
fn put_up(sandbox: &mut Sandbox, debt: Asset) -> Result<bool, String> {
    let owner = FRESH;
    for asset in sandbox.market.assets() {
        let usable = sandbox.market.listing(asset).is_ok_and(|it| it.suppliable && it.max_ltv.is_some());
        if !usable || asset == debt {
            continue;
        }
        for thousands in [1_000_u64, 100, 10] {
            let value =
                Wad::from_raw(U256::from(thousands).saturating_mul(U256::from(10).pow(U256::from(21))));
            let units = worth(value, asset, &sandbox.prices);
            if sandbox.succeeds(&Operation::Supply(owner.into(), asset, Amount::Exact(units)))? {
                if sandbox.market.capabilities().collateral_switch {
                    sandbox.succeeds(&Operation::SetCollateral(owner, asset, true))?;
                }
                return Ok(true);
            }
        }
    }
    Ok(false)
}

pub(super) fn supply_then_withdraw_never_profits(setup: &LendingSetup) -> Outcome {
    let rounds = rounds("supply_then_withdraw_never_profits");
    after_random_life(setup, "supply_then_withdraw_never_profits", 16, |life| {
        for asset in life.market.assets() {
            for (size, pieces) in &rounds {
                let mut sandbox = life.fork();
                let whole = worth(Wad::new(100_000_000_000_000_000_000_000), asset, &sandbox.prices);
                let actor = Actor::from(FRESH);
                let given = size.of(whole);
                if !sandbox.succeeds(&Operation::Supply(actor, asset, Amount::Exact(given)))? {
                    continue;
                }
                let mut taken = U256::ZERO;
                let mut operations = 0_u64;
                for _ in 1..*pieces {
                    let part = given / U256::from(*pieces);
                    let settled = sandbox.act(&Operation::Withdraw(actor, asset, Amount::Exact(part)))?;
                    taken = taken.saturating_add(receipt(&settled).unwrap_or_default());
                    operations += 1;
                }
                let settled = sandbox.act(&Operation::Withdraw(actor, asset, Amount::All))?;
                taken = taken.saturating_add(receipt(&settled).unwrap_or_default());
                operations += 1;
                let slack = setup.slack(asset).saturating_mul(U256::from(operations + 1));
                let left = sandbox.market.supplied(FRESH, asset, sandbox.now).unwrap_or_default();
                at_most(
                    &format!("taking {asset} out again in {operations} pieces"),
                    taken.saturating_add(left),
                    given.saturating_add(slack),
                )
                .map_err(|message| sandbox.story(&message))?;
            }
        }
        Ok(())
    })
}

pub(super) fn borrow_then_repay_never_profits(setup: &LendingSetup) -> Outcome {
    let rounds = rounds("borrow_then_repay_never_profits");
    after_random_life(setup, "borrow_then_repay_never_profits", 16, |life| {
        for asset in life.market.assets() {
            if !life.market.listing(asset).is_ok_and(|listing| listing.borrowable) {
                continue;
            }
            let mut opened = life.fork();
            if !put_up(&mut opened, asset)? {
                continue;
            }
            for (size, pieces) in &rounds {
                let mut sandbox = opened.fork();
                let actor = Actor::from(FRESH);
                let got = size.of(room(&*sandbox.market, FRESH, asset, &sandbox.ctx()));
                if !sandbox.succeeds(&Operation::Borrow(actor, asset, Amount::Exact(got)))? {
                    continue;
                }
                let slack = |operations: u64| setup.slack(asset).saturating_mul(U256::from(operations));
                let debt = sandbox.market.debt(FRESH, asset, sandbox.now).unwrap_or_default();
                at_most(
                    &format!("what was borrowed of {asset}, against the debt (with rounding allowed)"),
                    got,
                    debt.saturating_add(slack(1)),
                )
                .map_err(|message| sandbox.story(&message))?;
                let mut paid = U256::ZERO;
                for _ in 1..*pieces {
                    let part = got / U256::from(*pieces);
                    let settled = sandbox.act(&Operation::Repay(actor, asset, Amount::Exact(part)))?;
                    paid = paid.saturating_add(receipt(&settled).unwrap_or_default());
                }
                let settled = sandbox.act(&Operation::Repay(actor, asset, Amount::All))?;
                paid = paid.saturating_add(receipt(&settled).unwrap_or_default());
                let debt = sandbox.market.debt(FRESH, asset, sandbox.now).unwrap_or_default();
                let settled_up = paid.saturating_add(debt).saturating_add(slack(*pieces + 1));
                at_most(
                    &format!("what was borrowed of {asset}, against what was paid and is still owed"),
                    got,
                    settled_up,
                )
                .map_err(|message| sandbox.story(&message))?;
            }
        }
        Ok(())
    })
}

pub(super) fn repaying_more_than_the_debt_pays_the_debt(setup: &LendingSetup) -> Outcome {
    after_random_life(setup, "repaying_more_than_the_debt_pays_the_debt", 16, |sandbox| {
        for asset in sandbox.market.assets() {
            if !sandbox.market.listing(asset).is_ok_and(|listing| listing.borrowable) {
                continue;
            }
            let mut sandbox = sandbox.fork();
            if !put_up(&mut sandbox, asset)? {
                continue;
            }
            let actor = Actor::from(FRESH);
            let got = room(&*sandbox.market, FRESH, asset, &sandbox.ctx()) / U256::from(2);
            if !sandbox.succeeds(&Operation::Borrow(actor, asset, Amount::Exact(got)))? {
                continue;
            }
            sandbox.wait(100_000);
            let debt = sandbox.market.debt(FRESH, asset, sandbox.now).unwrap_or_default();
            let supplied = sandbox.market.supplied(FRESH, asset, sandbox.now).unwrap_or_default();
            let twice = debt.saturating_mul(U256::from(2));
            let settled = sandbox.act(&Operation::Repay(actor, asset, Amount::Exact(twice)))?;
            let left = sandbox.market.debt(FRESH, asset, sandbox.now).unwrap_or_default();
            let surplus = sandbox
                .market
                .supplied(FRESH, asset, sandbox.now)
                .unwrap_or_default()
                .saturating_sub(supplied);
            match receipt(&settled) {
                Some(paid) => ensure!(
                    left.is_zero() && surplus.is_zero() && paid >= debt.saturating_sub(setup.slack(asset)) && paid < twice,
                    "{}",
                    sandbox.story(&format!(
                        "expected a repayment of {twice} to pay the debt of {debt}; {paid} were paid, {left} are owed and {surplus} were supplied"
                    ))
                ),
                None => ensure!(
                    matches!(settled, Settled::Unpaid),
                    "{}",
                    sandbox.story(&format!("expected a repayment of {twice} on a debt of {debt}, found {settled:?}"))
                ),
            }
        }
        Ok(())
    })
}
