//! Checks of the ways out.

use levmine_market::TokenAmount;
use levmine_math::{Bps, Rounding, U256};
use levmine_vault::{Operation, RequestId};

use crate::books::{ACTORS, FRESH};
use crate::suite::{Outcome, ensure, excluded};
use crate::vault::sandbox::{after_random_life, told};
use crate::vault::{Done, Sandbox, Settled, VaultSetup};

const LIFE: usize = 16;

pub(super) fn losses_are_bounded(setup: &VaultSetup) -> Outcome {
    let can = setup.vault.capabilities();
    if !can.instant_redeem {
        return excluded("nothing can be taken back at once");
    }
    after_random_life(setup, "losses_are_bounded", LIFE, |life| {
        for asset in life.vault.assets().to_vec() {
            let mut sandbox = life.fork();
            let amount = sandbox.ordinary(asset);
            if sandbox.enter(FRESH, asset, amount)?.is_none() {
                continue;
            }
            let held = sandbox.held(FRESH, asset);
            let worth = sandbox.vault.value(held, sandbox.now).map(|worth| worth.raw).ok();
            for bound in [0_u128, 1, 100, 10_000] {
                let bound = Bps::new(bound);
                let Ok(redeemed) = sandbox.vault.fork().redeem(FRESH, held, bound, sandbox.now) else {
                    continue;
                };
                let whole = redeemed.received.raw.saturating_add(redeemed.loss);
                let most = bound.mul_int(whole, Rounding::Up).unwrap_or(U256::MAX);
                ensure!(
                    redeemed.loss <= most,
                    "redeeming {held} with a bound of {bound:?}: expected a loss of at most {most}, found {redeemed:?}"
                );
                ensure!(
                    can.losses || redeemed.loss.is_zero(),
                    "no losses are declared: expected none from redeeming {held}, found {redeemed:?}"
                );
                // Only all of the shares are compared: a vault may pay less for a part of them.
                if let (Some(worth), true) = (worth, redeemed.shares == held.raw && !can.losses) {
                    let least = worth.saturating_sub(setup.slack(asset));
                    ensure!(
                        redeemed.received.raw >= least,
                        "no losses are declared: expected {held}, worth {worth}, to pay {least}, found {redeemed:?}"
                    );
                }
            }
        }
        Ok(())
    })
}

pub(super) fn nothing_leaves_twice(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "nothing_leaves_twice", LIFE, |life| {
        for asset in life.vault.assets().to_vec() {
            let mut sandbox = life.fork();
            let amount = sandbox.ordinary(asset);
            if sandbox.enter(FRESH, asset, amount)?.is_none() {
                continue;
            }
            let held = sandbox.held(FRESH, asset);
            let before = sandbox.wallet(FRESH, asset);
            let more = TokenAmount::new(held.asset, held.raw.saturating_add(U256::ONE));
            for operation in [Operation::Redeem(FRESH, more, Bps::ONE), Operation::Request(FRESH, more)] {
                // It may take less than was asked for, never more than there is.
                let mut trial = sandbox.fork();
                if let Settled::Done(Done::Redeemed(redeemed)) = trial.act(&operation)? {
                    ensure!(
                        redeemed.shares <= held.raw,
                        "{operation:?}: expected at most {held} to be taken, found {redeemed:?}"
                    );
                }
            }
            if !matches!(sandbox.act(&Operation::Redeem(FRESH, held, Bps::ONE))?, Settled::Done(_)) {
                continue;
            }
            let after = sandbox.wallet(FRESH, asset);
            sandbox.act(&Operation::Redeem(FRESH, held, Bps::ONE))?;
            let again = sandbox.wallet(FRESH, asset).saturating_sub(after);
            ensure!(
                again <= setup.slack(asset) || sandbox.vault.rewards().contains(&asset),
                "{}",
                sandbox.story(&format!(
                    "redeeming {held} took the wallet of {asset} from {before} to {after}; expected nothing the second time, found {again}"
                ))
            );
        }
        Ok(())
    })
}

pub(super) fn the_queue_conserves(setup: &VaultSetup) -> Outcome {
    if !setup.vault.capabilities().queue {
        return excluded("there is no queue");
    }
    let tried = std::cell::Cell::new(false);
    let mut sandbox = Sandbox::new(setup)?;
    let plain = queue_once(setup, &mut sandbox, &tried);
    told(&sandbox, plain)?;
    ensure!(tried.get(), "a queue is declared: expected a request to be accepted, found none");
    after_random_life(setup, "the_queue_conserves", LIFE, |sandbox| queue_once(setup, sandbox, &tried))
}

fn queue_once(setup: &VaultSetup, life: &mut Sandbox, tried: &std::cell::Cell<bool>) -> Result<(), String> {
    for asset in life.vault.assets().to_vec() {
        let mut sandbox = life.fork();
        let amount = sandbox.ordinary(asset);
        if sandbox.enter(FRESH, asset, amount)?.is_none() {
            continue;
        }
        let held = sandbox.held(FRESH, asset);
        let half = TokenAmount::new(held.asset, held.raw / U256::from(2));
        let worth = sandbox.vault.value(half, sandbox.now).map(|worth| worth.raw).unwrap_or(U256::MAX);
        let waiting = requests(&sandbox)?.len();
        let Settled::Done(Done::Requested(requested)) = sandbox.act(&Operation::Request(FRESH, half))? else {
            continue;
        };
        tried.set(true);
        let listed = requests(&sandbox)?;
        let Some((_, amount, ready)) = listed.iter().find(|(id, ..)| *id == requested.id).copied() else {
            return Err(format!("expected {} to be listed, found {listed:?}", requested.id));
        };
        ensure!(listed.len() == waiting + 1, "expected one request more than {waiting}, found {listed:?}");
        ensure!(
            amount.raw <= worth.saturating_add(setup.slack(amount.asset)),
            "{half} are worth {worth}; expected a request for no more, found {amount}"
        );
        let left = sandbox.held(FRESH, asset);
        let most = held.raw.saturating_sub(half.raw).saturating_add(setup.slack(held.asset));
        let rounded = if sandbox.vault.rebasing() == Some(held.asset) { U256::from(2) } else { U256::ZERO };
        ensure!(
            left.raw <= most.saturating_add(rounded),
            "requesting {half} of {held}: expected at most {most} left, found {left}"
        );
        let claim = |who| Operation::ClaimRequest(who, requested.id);
        let [other, ..] = ACTORS;
        if !ready {
            let early = sandbox.fork().act(&claim(FRESH))?;
            ensure!(
                matches!(early, Settled::Refused(_)),
                "expected {} not to be paid before it is ready, found {early:?}",
                requested.id
            );
        }
        if !sandbox.wait_for(FRESH, requested.id)? {
            return Err(format!("expected {} to be ready within {} days", requested.id, setup.patience));
        }
        let listed = requests(&sandbox)?;
        let due = listed.iter().find(|(id, ..)| *id == requested.id).map(|(_, amount, _)| *amount);
        let stranger = sandbox.fork().act(&claim(other))?;
        ensure!(
            matches!(stranger, Settled::Refused(_)),
            "expected {} to be paid to nobody but its owner, found {stranger:?}",
            requested.id
        );
        let settled = sandbox.act(&claim(FRESH))?;
        let Settled::Done(Done::Claimed(claimed)) = &settled else {
            return Err(format!("expected {} to be paid, found {settled:?}", requested.id));
        };
        ensure!(
            claimed.received.first().copied() == due && claimed.received.len() == 1,
            "expected {} to pay {due:?}, found {:?}",
            requested.id,
            claimed.received
        );
        let twice = sandbox.act(&claim(FRESH))?;
        ensure!(
            matches!(twice, Settled::Refused(_)),
            "expected {} to be paid once, found {twice:?} the second time",
            requested.id
        );
    }
    Ok(())
}

fn requests(sandbox: &Sandbox) -> Result<Vec<(RequestId, TokenAmount, bool)>, String> {
    let requests = sandbox.vault.requests(FRESH, sandbox.now).map_err(|error| error.to_string())?;
    Ok(requests.iter().map(|request| (request.id, request.amount, request.is_ready)).collect())
}
