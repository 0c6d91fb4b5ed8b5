//! Checks of the state as a whole.

use levmine_lending::{Amount, Done, Operation};
use levmine_market::{Actor, Asset};
use levmine_math::U256;

use crate::books::{ACTORS, FRESH};
use crate::generate::lending::Step;
use crate::lending::sandbox::{Sight, after_random_life, random_lives, told, with_position};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::suite::{Outcome, ensure, excluded};

const LIFE: usize = 32;

pub(super) fn ordinary_use_works(setup: &LendingSetup) -> Outcome {
    let (mut sandbox, owner, collateral, debt) = with_position(setup, 500)?;
    let actor = Actor::from(owner);
    let rest =
        [Operation::Repay(actor, debt, Amount::All), Operation::Withdraw(actor, collateral, Amount::All)];
    for operation in rest {
        let settled = sandbox.act(&operation);
        let settled = told(&sandbox, settled)?;
        ensure!(
            matches!(settled, Settled::Done(_)),
            "{}",
            sandbox.story(&format!("expected {operation:?} to be accepted, found {settled:?}"))
        );
    }
    let position = sandbox.market.position(owner, sandbox.now).map_err(|error| error.to_string())?;
    ensure!(
        position.debts.iter().all(|debt| debt.is_zero()),
        "{}",
        sandbox.story(&format!("expected no debt after repaying everything, found {:?}", position.debts))
    );
    let left = position.supplied.iter().find(|supplied| supplied.amount.asset == collateral);
    ensure!(
        left.is_none_or(|left| left.amount.raw <= setup.slack(collateral)),
        "{}",
        sandbox.story(&format!("expected nothing supplied after withdrawing everything, found {left:?}"))
    );
    Ok(())
}

/// A suite whose random operations are all refused would hold nobody to anything.
pub(super) fn random_life_is_lively(setup: &LendingSetup) -> Outcome {
    let kinds = ["Supply", "Withdraw", "Borrow", "Repay", "Liquidate"];
    let counts = std::cell::RefCell::new([(0_u32, 0_u32); 5]);
    random_lives(setup, "random_life_is_lively", LIFE, |sandbox, life| {
        for step in life {
            let Step::Act(draft) = step else {
                sandbox.step(step)?;
                continue;
            };
            let Some(operation) = draft.resolve(&*sandbox.market, &ACTORS, &sandbox.ctx()) else { continue };
            let name = format!("{operation:?}");
            let done = sandbox.succeeds(&operation)?;
            for (kind, (tried, succeeded)) in kinds.iter().zip(counts.borrow_mut().iter_mut()) {
                if name.starts_with(&format!("{kind}(")) {
                    *tried += 1;
                    *succeeded += u32::from(done);
                }
            }
        }
        Ok(())
    })?;
    let counts = counts.into_inner();
    let all: u32 = counts.iter().map(|(tried, _)| tried).sum();
    if all < 200 {
        return excluded(format!("only {all} operations were tried: too few to tell"));
    }
    ensure!(
        counts.iter().all(|(_, succeeded)| *succeeded > 0),
        "expected some of each of {kinds:?} to be done, found (tried, done) {counts:?}; is there enough liquidity in the setup?"
    );
    Ok(())
}

pub(super) fn all_or_nothing(setup: &LendingSetup) -> Outcome {
    random_lives(setup, "all_or_nothing", LIFE, |sandbox, life| live_but(sandbox, life, "conservation"))
}

pub(super) fn conservation(setup: &LendingSetup) -> Outcome {
    random_lives(setup, "conservation", LIFE, |sandbox, life| live_but(sandbox, life, "all_or_nothing"))
}

/// Lives on, but leaves the promise `other` to the check of that name.
fn live_but(sandbox: &mut Sandbox, life: &[Step], other: &str) -> Result<(), String> {
    for step in life {
        match sandbox.step(step) {
            Err(message) if message.starts_with(other) => return Ok(()),
            settled => settled.map(drop)?,
        }
    }
    Ok(())
}

pub(super) fn receipts_match_the_tokens(setup: &LendingSetup) -> Outcome {
    random_lives(setup, "receipts_match_the_tokens", LIFE, |sandbox, life| {
        for step in life {
            let Step::Act(draft) = step else {
                sandbox.step(step)?;
                continue;
            };
            let Some(operation) = draft.resolve(&*sandbox.market, &ACTORS, &sandbox.ctx()) else { continue };
            let (actor, asset, asked, pays) = match &operation {
                Operation::Supply(actor, asset, asked) | Operation::Repay(actor, asset, asked) => {
                    (*actor, *asset, *asked, true)
                }
                Operation::Withdraw(actor, asset, asked) | Operation::Borrow(actor, asset, asked) => {
                    (*actor, *asset, *asked, false)
                }
                _ => {
                    sandbox.act(&operation)?;
                    continue;
                }
            };
            let before = sandbox.wallet(actor.caller, asset);
            let Settled::Done(Done::Moved(receipt)) = sandbox.act(&operation)? else { continue };
            let after = sandbox.wallet(actor.caller, asset);
            let (paid, received) = (before.saturating_sub(after), after.saturating_sub(before));
            let (moved, wrong) = if pays { (paid, received) } else { (received, paid) };
            ensure!(
                moved == receipt.amount && wrong.is_zero(),
                "{operation:?}: expected the caller's wallet to move by the receipt's {}, found paid {paid}, received {received}",
                receipt.amount
            );
            let exact = matches!(operation, Operation::Supply(..) | Operation::Borrow(..));
            if let Amount::Exact(asked) = asked {
                ensure!(
                    if exact { moved == asked } else { pays_at_most(moved, asked) },
                    "{operation:?}: expected {asked} base units to move, found {moved}"
                );
            }
        }
        Ok(())
    })
}

fn pays_at_most(moved: U256, asked: U256) -> bool {
    moved <= asked
}

pub(super) fn fork_is_independent(setup: &LendingSetup) -> Outcome {
    random_lives(setup, "fork_is_independent", LIFE, |sandbox, life| {
        let (first, second) = life.split_at(life.len() / 2);
        for step in first {
            sandbox.step(step)?;
        }
        let now = sandbox.now;
        let copy = sandbox.market.fork();
        let (original, forked) = (Sight::of(&*sandbox.market, now), Sight::of(&*copy, now));
        if let Some(change) = original.change(&forked) {
            return Err(format!("expected a fork equal to its original, found {change}"));
        }
        // Something must happen for a shared state to show: a supply is added to whatever comes.
        let asset = sandbox.market.assets().first().copied();
        let certain =
            asset.map(|asset| Operation::Supply(FRESH.into(), asset, Amount::Exact(U256::from(1_000_000))));
        for step in second {
            sandbox.step(step)?;
        }
        if let Some(operation) = &certain {
            sandbox.act(operation)?;
        }
        if let Some(change) = forked.change(&Sight::of(&*copy, now)) {
            return Err(format!("expected the fork to stay while the original acts, found {change}"));
        }
        let later = Sight::of(&*sandbox.market, now);
        let mut copy = copy;
        let ctx = sandbox.ctx();
        for draft in
            second.iter().filter_map(|step| if let Step::Act(draft) = step { Some(draft) } else { None })
        {
            if let Some(operation) = draft.resolve(&*copy, &ACTORS, &ctx) {
                let _ = operation.run(&mut *copy, &ctx);
            }
        }
        if let Some(operation) = &certain {
            let _ = operation.run(&mut *copy, &ctx);
        }
        match later.change(&Sight::of(&*sandbox.market, now)) {
            None => Ok(()),
            Some(change) => Err(format!("expected the original to stay while the fork acts, found {change}")),
        }
    })
}

pub(super) fn reads_are_pure(setup: &LendingSetup) -> Outcome {
    after_random_life(setup, "reads_are_pure", LIFE, |sandbox| {
        sandbox.wait(86_400);
        let (market, ctx) = (&sandbox.market, sandbox.ctx());
        let before = market.dump();
        let projected = all_reads(sandbox, &market.assets());
        let again = all_reads(sandbox, &market.assets());
        if let Some(change) = crate::books::difference(&before, &market.dump()) {
            return Err(format!("expected reading to change nothing, found {change}"));
        }
        ensure!(projected == again, "expected the same answers twice, found {projected:?}, then {again:?}");
        let mut accrued = sandbox.fork();
        if let Err(error) = accrued.market.accrue(ctx.now) {
            // A market whose accrual fails must say so when it is read, too.
            ensure!(
                projected.iter().any(|(_, read)| read.contains("Err")),
                "expected reads to fail as accruing does (\"{error}\"), found {projected:?}"
            );
            return Ok(());
        }
        for ((what, projected), (_, stored)) in projected.iter().zip(all_reads(&accrued, &market.assets())) {
            ensure!(
                *projected == stored,
                "expected {what} to read the same before and after accruing, found {projected}, then {stored}"
            );
        }
        Ok(())
    })
}

fn all_reads(sandbox: &Sandbox, assets: &[Asset]) -> Vec<(String, String)> {
    let (market, now) = (&sandbox.market, sandbox.now);
    let mut reads = Vec::new();
    for account in ACTORS {
        for asset in assets {
            let supplied = market.supplied(account, *asset, now);
            reads.push((format!("what {account} supplied of {asset}"), format!("{supplied:?}")));
            let debt = market.debt(account, *asset, now);
            reads.push((format!("what {account} owes of {asset}"), format!("{debt:?}")));
        }
        reads.push((format!("the position of {account}"), format!("{:?}", market.position(account, now))));
    }
    reads
}

pub(super) fn positions_agree_with_reads(setup: &LendingSetup) -> Outcome {
    after_random_life(setup, "positions_agree_with_reads", LIFE, |sandbox| {
        let (market, now) = (&sandbox.market, sandbox.now);
        for account in ACTORS {
            let Ok(position) = market.position(account, now) else { continue };
            for asset in market.assets() {
                let told = |error: levmine_lending::LendingError| error.to_string();
                let supplied: Vec<U256> = (position.supplied.iter())
                    .filter(|supplied| supplied.amount.asset == asset)
                    .map(|supplied| supplied.amount.raw)
                    .collect();
                let read = market.supplied(account, asset, now).map_err(told)?;
                ensure!(
                    supplied.len() <= 1 && supplied.first().copied().unwrap_or_default() == read,
                    "{account} supplied {read} base units of {asset}; the position lists {supplied:?}"
                );
                let debts: Vec<U256> =
                    position.debts.iter().filter(|debt| debt.asset == asset).map(|debt| debt.raw).collect();
                let read = market.debt(account, asset, now).map_err(told)?;
                ensure!(
                    debts.len() <= 1 && debts.first().copied().unwrap_or_default() == read,
                    "{account} owes {read} base units of {asset}; the position lists {debts:?}"
                );
            }
        }
        let stranger = market.position(FRESH, now).map_err(|error| error.to_string())?;
        ensure!(
            stranger.supplied.iter().all(|supplied| supplied.amount.is_zero())
                && stranger.debts.iter().all(|debt| debt.is_zero()),
            "expected an account that never acted to have an empty position, found {stranger:?}"
        );
        Ok(())
    })
}

pub(super) fn dump_is_deterministic(setup: &LendingSetup) -> Outcome {
    random_lives(setup, "dump_is_deterministic", LIFE, |sandbox, life| {
        let mut twin = sandbox.fork();
        for step in life {
            let (one, two) = (sandbox.step(step)?, twin.step(step)?);
            let (one, two) = (format!("{one:?}"), format!("{two:?}"));
            ensure!(one == two, "expected {step:?} to do the same to two copies, found {one}, and {two}");
        }
        match crate::books::difference(&sandbox.market.dump(), &twin.market.dump()) {
            None => Ok(()),
            Some(change) => {
                Err(format!("expected two copies with the same life to be equal, found {change}"))
            }
        }
    })
}

pub(super) fn time_does_not_run_backwards(setup: &LendingSetup) -> Outcome {
    after_random_life(setup, "time_does_not_run_backwards", LIFE, |sandbox| {
        sandbox.wait(86_400);
        let late = sandbox.now;
        if sandbox.market.accrue(late).is_err() {
            return Ok(());
        }
        let early = levmine_market::Moment {
            time: levmine_market::Timestamp(late.time.0.saturating_sub(80_000)),
            block: late.block.saturating_sub(6_000),
        };
        let before = Sight::of(&*sandbox.market, late);
        let reads = all_reads(sandbox, &sandbox.market.assets());
        let mut past = sandbox.fork();
        past.now = early;
        let earlier = all_reads(&past, &sandbox.market.assets());
        for ((what, now), (_, then)) in reads.iter().zip(&earlier) {
            ensure!(
                now == then,
                "expected {what} as last stored ({now}) when asked for an earlier moment, found {then}"
            );
        }
        let accrued = past.market.accrue(early);
        ensure!(accrued.is_ok(), "expected accruing to an earlier moment to do nothing, found {accrued:?}");
        match before.change(&Sight::of(&*past.market, late)) {
            None => Ok(()),
            Some(change) => {
                Err(format!("expected accruing to an earlier moment to change nothing, found {change}"))
            }
        }
    })
}
