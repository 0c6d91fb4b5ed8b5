//! Checks of the state as a whole.

use levmine_amm::{Amounts, Deposit, Operation, Removal};
use levmine_market::TokenAmount;
use levmine_math::U256;
use smallvec::smallvec;

use crate::amm::sandbox::{Sight, after_random_life, random_lives, told};
use crate::amm::{PoolSetup, Sandbox, Settled};
use crate::books::{FRESH, difference};
use crate::generate::pool::{Step, pair, range_around_spot, reserve};
use crate::suite::{Outcome, ensure, excluded};

const LIFE: usize = 32;

pub(super) fn ordinary_use_works(setup: &PoolSetup) -> Outcome {
    let mut sandbox = Sandbox::new(setup)?;
    let must = |sandbox: &mut Sandbox, operation: Operation| -> Outcome {
        let settled = sandbox.act(&operation);
        let settled = told(sandbox, settled)?;
        ensure!(
            matches!(settled, Settled::Done(_)),
            "{}",
            sandbox.story(&format!("expected {operation:?} to be accepted, found {settled:?}"))
        );
        Ok(())
    };
    for place in 0..sandbox.pool.coins().len() {
        let Some((sell, buy)) = pair(&*sandbox.pool, u8::try_from(place).unwrap_or_default(), 0) else {
            continue;
        };
        let part = reserve(&*sandbox.pool, sell) / U256::from(100);
        must(&mut sandbox, Operation::SwapExactIn(FRESH, TokenAmount::new(sell, part), buy, U256::ZERO))?;
        if sandbox.pool.capabilities().exact_out {
            let part = reserve(&*sandbox.pool, buy) / U256::from(100);
            must(&mut sandbox, Operation::SwapExactOut(FRESH, sell, U256::MAX, TokenAmount::new(buy, part)))?;
        }
    }
    let amounts: Amounts = sandbox.pool.reserves().iter().map(|reserve| *reserve / U256::from(10)).collect();
    let range = range_around_spot(&*sandbox.pool, sandbox.now);
    must(
        &mut sandbox,
        Operation::Add(FRESH, Deposit { amounts, min_shares: U256::ZERO, range, into: None }),
    )?;
    for shares in sandbox.shares(FRESH) {
        must(&mut sandbox, Operation::Remove(FRESH, shares, Removal::Proportional { min: smallvec![] }))?;
    }
    let left = sandbox.shares(FRESH);
    ensure!(
        left.is_empty(),
        "{}",
        sandbox.story(&format!("expected no shares after removing all, found {left:?}"))
    );
    Ok(())
}

/// A suite whose random operations are all refused would hold nobody to anything.
pub(super) fn random_life_is_lively(setup: &PoolSetup) -> Outcome {
    let kinds = ["SwapExactIn", "SwapExactOut", "Add", "Remove"];
    let counts = std::cell::RefCell::new([(0_u32, 0_u32); 4]);
    random_lives(setup, "random_life_is_lively", LIFE, |sandbox, life| {
        for step in life {
            let Step::Act(draft) = step else { continue };
            let Some(operation) = sandbox.resolve(draft) else { continue };
            let name = format!("{operation:?}");
            let done = matches!(sandbox.act(&operation)?, Settled::Done(_));
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
    let exact_out = setup.pool.capabilities().exact_out;
    for (kind, (_, succeeded)) in kinds.iter().zip(counts) {
        ensure!(
            succeeded > 0 || (*kind == "SwapExactOut" && !exact_out),
            "expected some {kind} to be done, found (tried, done) {counts:?} of {kinds:?}; is there liquidity in the setup?"
        );
    }
    Ok(())
}

pub(super) fn all_or_nothing(setup: &PoolSetup) -> Outcome {
    random_lives(setup, "all_or_nothing", LIFE, |sandbox, life| live_but(sandbox, life, "conservation"))
}

pub(super) fn conservation(setup: &PoolSetup) -> Outcome {
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

pub(super) fn fork_is_independent(setup: &PoolSetup) -> Outcome {
    random_lives(setup, "fork_is_independent", LIFE, |sandbox, life| {
        let (first, second) = life.split_at(life.len() / 2);
        for step in first {
            sandbox.step(step)?;
        }
        let mut copy = sandbox.fork();
        let (original, forked) = (Sight::of(&*sandbox.pool), Sight::of(&*copy.pool));
        if let Some(change) = original.change(&forked) {
            return Err(format!("expected a fork equal to its original, found {change}"));
        }
        for step in second {
            sandbox.step(step)?;
        }
        // Something must happen for a shared state to show.
        let swap = pair(&*sandbox.pool, 0, 0).map(|(sell, buy)| {
            let part = reserve(&*sandbox.pool, sell) / U256::from(1_000);
            Operation::SwapExactIn(FRESH, TokenAmount::new(sell, part), buy, U256::ZERO)
        });
        if let Some(swap) = &swap {
            sandbox.act(swap)?;
        }
        if let Some(change) = forked.change(&Sight::of(&*copy.pool)) {
            return Err(format!("expected the fork to stay while the original acts, found {change}"));
        }
        let later = Sight::of(&*sandbox.pool);
        for step in second {
            let _ = copy.step(step);
        }
        if let Some(swap) = &swap {
            let _ = copy.act(swap);
        }
        match later.change(&Sight::of(&*sandbox.pool)) {
            None => Ok(()),
            Some(change) => Err(format!("expected the original to stay while the fork acts, found {change}")),
        }
    })
}

pub(super) fn reads_are_pure(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "reads_are_pure", LIFE, |sandbox| {
        sandbox.wait(86_400);
        let before = Sight::of(&*sandbox.pool);
        let (one, two) = (all_reads(sandbox), all_reads(sandbox));
        if let Some(change) = before.change(&Sight::of(&*sandbox.pool)) {
            return Err(format!("expected reading to change nothing, found {change}"));
        }
        ensure!(one == two, "expected the same answers twice, found {one:?}, then {two:?}");
        Ok(())
    })
}

fn all_reads(sandbox: &Sandbox) -> Vec<String> {
    let (pool, now) = (&sandbox.pool, sandbox.now);
    let mut reads = Vec::new();
    for sell in pool.coins() {
        for buy in pool.coins().iter().filter(|buy| *buy != sell) {
            let part = |coin| reserve(&**pool, coin) / U256::from(50);
            reads.push(format!("{:?}", pool.spot_rate(*sell, *buy, now)));
            reads.push(format!("{:?}", pool.quote_exact_in(TokenAmount::new(*sell, part(*sell)), *buy, now)));
            reads.push(format!("{:?}", pool.quote_exact_out(*sell, TokenAmount::new(*buy, part(*buy)), now)));
        }
    }
    for shares in pool.issued() {
        reads.push(format!("{:?}", pool.preview_remove(shares, now)));
        reads.push(format!("{:?}", pool.fair_value(shares, &sandbox.prices, now)));
    }
    reads
}

pub(super) fn dump_is_deterministic(setup: &PoolSetup) -> Outcome {
    random_lives(setup, "dump_is_deterministic", LIFE, |sandbox, life| {
        let mut twin = sandbox.fork();
        for step in life {
            let (one, two) = (sandbox.step(step)?, twin.step(step)?);
            let (one, two) = (format!("{one:?}"), format!("{two:?}"));
            ensure!(one == two, "expected {step:?} to do the same to two copies, found {one}, and {two}");
        }
        match difference(&sandbox.pool.dump(), &twin.pool.dump()) {
            None => Ok(()),
            Some(change) => {
                Err(format!("expected two copies with the same life to be equal, found {change}"))
            }
        }
    })
}
