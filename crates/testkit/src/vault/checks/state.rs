//! Checks of the state as a whole.

use levmine_market::{Account, Asset, Moment, Party, Timestamp, TokenAmount, Transfer};
use levmine_math::U256;
use levmine_vault::{Operation, Vault};

use crate::books::{ACTORS, FRESH, difference};
use crate::generate::vault::{Action, Step, share_of};
use crate::suite::{Outcome, ensure, excluded};
use crate::vault::sandbox::{Sight, after_random_life, random_lives, told};
use crate::vault::{Done, Sandbox, Settled, VaultSetup};

const LIFE: usize = 32;

pub(super) fn ordinary_use_works(setup: &VaultSetup) -> Outcome {
    let begin = Sandbox::new(setup)?;
    for asset in begin.vault.assets() {
        let mut sandbox = begin.fork();
        let amount = sandbox.ordinary(*asset);
        let entered = sandbox.enter(FRESH, *asset, amount);
        let entered = told(&sandbox, entered)?;
        ensure!(
            entered.is_some(),
            "{}",
            sandbox.story(&format!("expected {amount} base units of {asset} to be accepted"))
        );
        let held = sandbox.held(FRESH, *asset);
        ensure!(
            !held.is_zero(),
            "{}",
            sandbox.story(&format!("expected shares or a stake after depositing {asset}, found none"))
        );
        sandbox.wait(12);
        let left = sandbox.leave(FRESH, held);
        let left = told(&sandbox, left)?;
        ensure!(
            matches!(&left, Ok(received) if !received.is_zero()),
            "{}",
            sandbox.story(&format!("expected {held} to be taken back, found {left:?}"))
        );
        let rest = sandbox.held(FRESH, *asset);
        // What a rebasing balance earned while it waited, it keeps; of others only rounding may stay.
        let most = match setup.vault.rebasing() {
            Some(token) if token == rest.asset => (held.raw / U256::from(100)).saturating_add(U256::from(2)),
            _ => setup.slack(rest.asset),
        };
        ensure!(
            rest.raw <= most,
            "{}",
            sandbox.story(&format!("expected nothing left after taking {held} back, found {rest}"))
        );
    }
    Ok(())
}

const KINDS: [&str; 9] =
    ["Deposit", "Redeem", "Mint", "Withdraw", "Request", "ClaimRequest", "Claim", "Harvest", "Transfer"];

/// A suite whose random operations are all refused would hold nobody to anything.
pub(super) fn random_life_is_lively(setup: &VaultSetup) -> Outcome {
    let counts = std::cell::RefCell::new([(0_u32, 0_u32); KINDS.len()]);
    random_lives(setup, "random_life_is_lively", LIFE, |sandbox, life| {
        for step in life {
            let Step::Act(draft) = step else {
                sandbox.step(step)?;
                continue;
            };
            let Some(action) = sandbox.resolve(draft) else { continue };
            let name = match &action {
                Action::Do(operation) => format!("{operation:?}"),
                Action::Transfer(..) => "Transfer(".into(),
            };
            let done = matches!(sandbox.enact(&action)?, Settled::Done(_));
            for (kind, (tried, succeeded)) in KINDS.iter().zip(counts.borrow_mut().iter_mut()) {
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
    let can = setup.vault.capabilities();
    let has = |kind: &str| match kind {
        "Deposit" => true,
        "Redeem" => can.instant_redeem,
        "Mint" | "Withdraw" => can.exact,
        "Request" | "ClaimRequest" => can.queue,
        "Claim" => can.rewards,
        "Harvest" => can.harvest,
        _ => can.rebasing,
    };
    for (kind, (_, succeeded)) in KINDS.iter().zip(counts) {
        ensure!(
            succeeded > 0 || !has(kind),
            "expected some {kind} to be done, found (tried, done) {counts:?} of {KINDS:?}"
        );
    }
    Ok(())
}

pub(super) fn all_or_nothing(setup: &VaultSetup) -> Outcome {
    random_lives(setup, "all_or_nothing", LIFE, |sandbox, life| live_but(sandbox, life, "conservation"))
}

pub(super) fn conservation(setup: &VaultSetup) -> Outcome {
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

/// What goes from `account` to the vault or its issuer, and what comes from them, of one token.
fn flows(transfers: &[Transfer], account: Account, asset: Asset) -> (U256, U256) {
    let party = Party::Account(account);
    let sum = |of: &dyn Fn(&Transfer) -> bool| {
        transfers
            .iter()
            .filter(|transfer| transfer.amount.asset == asset && of(transfer))
            .fold(U256::ZERO, |sum, transfer| sum.saturating_add(transfer.amount.raw))
    };
    (sum(&|transfer| transfer.from == party), sum(&|transfer| transfer.to == party))
}

pub(super) fn outcomes_match_the_tokens(setup: &VaultSetup) -> Outcome {
    random_lives(setup, "outcomes_match_the_tokens", LIFE, |sandbox, life| {
        for step in life {
            let Step::Act(draft) = step else {
                sandbox.step(step)?;
                continue;
            };
            let Some(action) = sandbox.resolve(draft) else { continue };
            let Action::Do(operation) = &action else {
                sandbox.enact(&action)?;
                continue;
            };
            let (who, asset, asked) = match operation {
                Operation::Deposit(who, amount) | Operation::Withdraw(who, amount, _) => {
                    (*who, amount.asset, amount.raw)
                }
                Operation::Mint(who, asset, shares) => (*who, *asset, shares.raw),
                Operation::Redeem(who, shares, _) => {
                    let asset = sandbox.vault.asset_of(shares.asset).unwrap_or(shares.asset);
                    (*who, asset, shares.raw)
                }
                Operation::Claim(who) | Operation::ClaimRequest(who, _) => {
                    let settled = sandbox.act(operation)?;
                    if let Settled::Done(Done::Claimed(claimed)) = settled {
                        for amount in &claimed.received {
                            let (_, came) = flows(&claimed.transfers, *who, amount.asset);
                            ensure!(
                                came == amount.raw,
                                "{operation:?}: expected {amount} to come, found {:?}",
                                claimed.transfers
                            );
                        }
                    }
                    continue;
                }
                _ => {
                    sandbox.act(operation)?;
                    continue;
                }
            };
            let staked = sandbox.vault.staked(who, asset, sandbox.now);
            let share = share_of(&*sandbox.vault, asset);
            let Settled::Done(done) = sandbox.act(operation)? else { continue };
            let after = sandbox.vault.staked(who, asset, sandbox.now);
            let rewarded = sandbox.vault.rewards().contains(&asset);
            let flow = |asset| flows(done.transfers(), who, asset);
            match &done {
                Done::Deposited(deposited) => {
                    let exact = match operation {
                        Operation::Mint(..) => deposited.shares == asked,
                        _ => deposited.paid.raw == asked,
                    };
                    ensure!(exact, "{operation:?}: expected exactly what was asked for, found {deposited:?}");
                    ensure!(
                        deposited.paid.asset == asset && flow(asset).0 == deposited.paid.raw,
                        "{operation:?}: expected {} to be paid, found {:?}",
                        deposited.paid,
                        deposited.transfers
                    );
                    let got = if share == asset { after.saturating_sub(staked) } else { flow(share).1 };
                    ensure!(
                        got == deposited.shares,
                        "{operation:?}: expected {} shares or a stake of so much more, found {got}",
                        deposited.shares
                    );
                }
                Done::Redeemed(redeemed) => {
                    let exact = match operation {
                        Operation::Withdraw(..) => redeemed.received.raw == asked,
                        _ => redeemed.shares <= asked,
                    };
                    ensure!(exact, "{operation:?}: expected what was asked for, found {redeemed:?}");
                    let came = flow(asset).1;
                    ensure!(
                        came == redeemed.received.raw || (rewarded && came >= redeemed.received.raw),
                        "{operation:?}: expected {} to be received, found {:?}",
                        redeemed.received,
                        redeemed.transfers
                    );
                    let gave = if share == asset { staked.saturating_sub(after) } else { flow(share).0 };
                    ensure!(
                        gave == redeemed.shares,
                        "{operation:?}: expected {} shares or so much of the stake to be given, found {gave}",
                        redeemed.shares
                    );
                }
                _ => {}
            }
        }
        Ok(())
    })
}

/// A deposit that happens for certain, for a shared state to show.
fn certain(sandbox: &Sandbox) -> Option<(Asset, U256)> {
    let asset = *sandbox.vault.assets().first()?;
    Some((asset, sandbox.ordinary(asset)))
}

pub(super) fn fork_is_independent(setup: &VaultSetup) -> Outcome {
    random_lives(setup, "fork_is_independent", LIFE, |sandbox, life| {
        let (first, second) = life.split_at(life.len() / 2);
        for step in first {
            sandbox.step(step)?;
        }
        let now = sandbox.now;
        let mut copy = sandbox.fork();
        let (original, forked) = (Sight::of(&*sandbox.vault, now), Sight::of(&*copy.vault, now));
        if let Some(change) = original.change(&forked) {
            return Err(format!("expected a fork equal to its original, found {change}"));
        }
        let certain = certain(sandbox);
        for step in second {
            sandbox.step(step)?;
        }
        if let Some((asset, amount)) = certain {
            sandbox.enter(FRESH, asset, amount)?;
        }
        if let Some(change) = forked.change(&Sight::of(&*copy.vault, now)) {
            return Err(format!("expected the fork to stay while the original acts, found {change}"));
        }
        let later = Sight::of(&*sandbox.vault, now);
        for step in second {
            let _ = copy.step(step);
        }
        if let Some((asset, amount)) = certain {
            let _ = copy.enter(FRESH, asset, amount);
        }
        match later.change(&Sight::of(&*sandbox.vault, now)) {
            None => Ok(()),
            Some(change) => Err(format!("expected the original to stay while the fork acts, found {change}")),
        }
    })
}

/// What the reading methods are asked: of each asset an ordinary deposit, and what each actor has.
fn questions(sandbox: &Sandbox) -> Vec<(TokenAmount, Vec<TokenAmount>)> {
    let of = |asset: &Asset| {
        let held = ACTORS.iter().map(|account| sandbox.held(*account, *asset)).collect();
        (TokenAmount::new(*asset, sandbox.ordinary(*asset)), held)
    };
    sandbox.vault.assets().iter().map(of).collect()
}

fn all_reads(
    vault: &dyn Vault,
    questions: &[(TokenAmount, Vec<TokenAmount>)],
    now: Moment,
) -> Vec<(String, String)> {
    let mut reads = Vec::new();
    for (part, helds) in questions {
        reads.push((format!("a deposit of {part}"), format!("{:?}", vault.preview_deposit(*part, now))));
        let limit = vault.max_deposit(part.asset, now);
        reads.push((format!("the limit of {}", part.asset), format!("{limit:?}")));
        for held in helds {
            reads.push((format!("the value of {held}"), format!("{:?}", vault.value(*held, now))));
            reads.push((format!("redeeming {held}"), format!("{:?}", vault.preview_redeem(*held, now))));
        }
        for account in ACTORS {
            let staked = vault.staked(account, part.asset, now);
            reads.push((format!("the stake of {account}"), staked.to_string()));
        }
    }
    for account in ACTORS {
        reads.push((format!("the rewards of {account}"), format!("{:?}", vault.claimable(account, now))));
        reads.push((format!("the requests of {account}"), format!("{:?}", vault.requests(account, now))));
    }
    reads
}

pub(super) fn reads_are_pure(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "reads_are_pure", LIFE, |sandbox| {
        sandbox.wait(86_400);
        let (now, questions) = (sandbox.now, questions(sandbox));
        let before = Sight::of(&*sandbox.vault, now);
        let read = |sandbox: &Sandbox| all_reads(&*sandbox.vault, &questions, now);
        let (one, two) = (read(sandbox), read(sandbox));
        if let Some(change) = before.change(&Sight::of(&*sandbox.vault, now)) {
            return Err(format!("expected reading to change nothing, found {change}"));
        }
        ensure!(one == two, "expected the same answers twice, found {one:?}, then {two:?}");
        let mut accrued = sandbox.fork();
        if accrued.vault.accrue(now).is_err() {
            return Ok(());
        }
        for ((what, before), (_, after)) in one.iter().zip(read(&accrued)) {
            ensure!(
                *before == after,
                "expected {what} to read the same before and after accruing, found {before}, then {after}"
            );
        }
        Ok(())
    })
}

pub(super) fn dump_is_deterministic(setup: &VaultSetup) -> Outcome {
    random_lives(setup, "dump_is_deterministic", LIFE, |sandbox, life| {
        let mut twin = sandbox.fork();
        for step in life {
            let (one, two) = (sandbox.step(step)?, twin.step(step)?);
            let (one, two) = (format!("{one:?}"), format!("{two:?}"));
            ensure!(one == two, "expected {step:?} to do the same to two copies, found {one}, and {two}");
        }
        match difference(&sandbox.vault.dump(), &twin.vault.dump()) {
            None => Ok(()),
            Some(change) => {
                Err(format!("expected two copies with the same life to be equal, found {change}"))
            }
        }
    })
}

pub(super) fn dump_tells_every_change(setup: &VaultSetup) -> Outcome {
    random_lives(setup, "dump_tells_every_change", LIFE, |sandbox, life| {
        for step in life {
            // Read at a moment that is the same for both.
            let now = sandbox.now;
            let before = Sight::of(&*sandbox.vault, now);
            sandbox.step(step)?;
            let after = Sight::of(&*sandbox.vault, now);
            ensure!(
                before.dump() != after.dump() || !before.differs_beside_the_dump(&after),
                "{step:?}: expected the dump to tell what changed, found it unchanged; before {before:?}, after {after:?}"
            );
        }
        Ok(())
    })
}

pub(super) fn dump_round_trips(setup: &VaultSetup) -> Outcome {
    let Some(rebuild) = setup.rebuild else {
        return excluded("the setup does not say how a vault is built from its dump");
    };
    random_lives(setup, "dump_round_trips", LIFE, |sandbox, life| {
        let (first, second) = life.split_at(life.len() / 2);
        for step in first {
            sandbox.step(step)?;
        }
        let mut copy = sandbox.fork();
        copy.vault = rebuild(&sandbox.vault.dump())
            .map_err(|error| format!("expected the dump to be a state, found: {error}"))?;
        let now = sandbox.now;
        if let Some(change) = Sight::of(&*sandbox.vault, now).change(&Sight::of(&*copy.vault, now)) {
            return Err(format!("expected a vault built from the dump to be equal, found {change}"));
        }
        for step in second {
            let (one, two) = (format!("{:?}", sandbox.step(step)?), format!("{:?}", copy.step(step)?));
            ensure!(one == two, "{step:?}: expected the rebuilt vault to answer {one}, found {two}");
        }
        match difference(&sandbox.vault.dump(), &copy.vault.dump()) {
            None => Ok(()),
            Some(change) => Err(format!("expected the rebuilt vault to live the same, found {change}")),
        }
    })
}

pub(super) fn time_does_not_run_backwards(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "time_does_not_run_backwards", LIFE, |sandbox| {
        sandbox.wait(86_400);
        let late = sandbox.now;
        if sandbox.vault.accrue(late).is_err() {
            return Ok(());
        }
        let early = Moment {
            time: Timestamp(late.time.0.saturating_sub(80_000)),
            block: late.block.saturating_sub(6_000),
        };
        let before = Sight::of(&*sandbox.vault, late);
        let mut past = sandbox.fork();
        let accrued = past.vault.accrue(early);
        ensure!(accrued.is_ok(), "expected accruing to an earlier moment to do nothing, found {accrued:?}");
        let moved = accrued.map(|transfers| transfers.iter().any(|transfer| !transfer.amount.is_zero()));
        ensure!(!moved.unwrap_or_default(), "expected nothing to move at an earlier moment");
        match before.change(&Sight::of(&*past.vault, late)) {
            None => Ok(()),
            Some(change) => {
                Err(format!("expected accruing to an earlier moment to change nothing, found {change}"))
            }
        }
    })
}
