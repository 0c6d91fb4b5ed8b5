//! Checks of what nobody should ask for.

use std::panic::{AssertUnwindSafe, catch_unwind};

use levmine_market::{Account, Asset, Moment, Party, Timestamp, TokenAmount};
use levmine_math::{Bps, U256};
use levmine_vault::{Operation, Refusal, RequestId, VaultError};

use crate::books::FRESH;
use crate::generate::edges;
use crate::generate::vault::share_of;
use crate::suite::{Outcome, ensure};
use crate::vault::sandbox::{after_random_life, told};
use crate::vault::{Sandbox, Settled, VaultSetup};

pub(super) fn unknown_assets_are_named(setup: &VaultSetup) -> Outcome {
    let sandbox = Sandbox::new(setup)?;
    let unknown = Asset::new("no-such-token", 18).map_err(|error| error.to_string())?;
    let (vault, now) = (&sandbox.vault, sandbox.now);
    let strange = TokenAmount::new(unknown, U256::from(1_000_000));
    let can = vault.capabilities();
    let mut answers = vec![
        ("value", vault.value(strange, now).err()),
        ("preview_deposit", vault.preview_deposit(strange, now).err()),
        ("preview_redeem", vault.preview_redeem(strange, now).err()),
        ("max_deposit", vault.max_deposit(unknown, now).err()),
        ("deposit", vault.fork().deposit(FRESH, strange, now).err()),
    ];
    if can.instant_redeem {
        answers.push(("redeem", vault.fork().redeem(FRESH, strange, Bps::ONE, now).err()));
    }
    if can.queue {
        answers.push(("request_redeem", vault.fork().request_redeem(FRESH, strange, now).err()));
    }
    if can.exact {
        answers.push(("mint", vault.fork().mint(FRESH, unknown, strange, now).err()));
        answers.push(("withdraw", vault.fork().withdraw(FRESH, strange, Bps::ONE, now).err()));
    }
    for (method, answer) in answers {
        ensure!(
            matches!(&answer, Some(VaultError::UnknownAsset { asset, .. }) if *asset == unknown),
            "{method} of {unknown}: expected an unknown asset of that name, found {answer:?}"
        );
    }
    ensure!(
        vault.share(unknown).is_none() && vault.asset_of(unknown).is_none(),
        "expected {unknown} to have no share and to lead to no asset"
    );
    Ok(())
}

pub(super) fn zero_and_huge_amounts_are_refused_without_panic(setup: &VaultSetup) -> Outcome {
    let fresh = Sandbox::new(setup)?;
    probe_all(&fresh)?;
    let mut staked = fresh.fork();
    for asset in staked.vault.assets().to_vec() {
        let amount = staked.ordinary(asset);
        let entered = staked.enter(FRESH, asset, amount);
        told(&staked, entered)?;
    }
    probe_all(&staked)?;
    let mut end = staked;
    end.now = Moment { time: Timestamp(u64::MAX), block: u64::MAX };
    probe_all(&end)
}

fn probe_all(sandbox: &Sandbox) -> Outcome {
    let vault = &sandbox.vault;
    for units in edges() {
        for asset in vault.assets() {
            let amount = TokenAmount::new(*asset, units);
            let shares = TokenAmount::new(share_of(&**vault, *asset), units);
            for operation in [
                Operation::Deposit(FRESH, amount),
                Operation::Mint(FRESH, *asset, shares),
                Operation::Redeem(FRESH, shares, Bps::ONE),
                Operation::Redeem(FRESH, shares, Bps::ZERO),
                Operation::Redeem(FRESH, shares, Bps::from_raw(U256::MAX)),
                Operation::Withdraw(FRESH, amount, Bps::ONE),
                Operation::Withdraw(FRESH, amount, Bps::from_raw(U256::MAX)),
                Operation::Request(FRESH, shares),
            ] {
                probe(sandbox, &operation, units)?;
            }
        }
        transfers_do_not_panic(sandbox, units)?;
    }
    for operation in [
        Operation::Claim(FRESH),
        Operation::Harvest(FRESH),
        Operation::ClaimRequest(FRESH, RequestId(0)),
        Operation::ClaimRequest(FRESH, RequestId(u64::MAX)),
        Operation::Accrue,
    ] {
        probe(sandbox, &operation, U256::ONE)?;
    }
    reads_do_not_panic(sandbox)?;
    Ok(())
}

fn probe(sandbox: &Sandbox, operation: &Operation, units: U256) -> Outcome {
    let mut sandbox = sandbox.fork();
    let had = stakes(&sandbox);
    let settled = match catch_unwind(AssertUnwindSafe(|| sandbox.act(operation))) {
        Ok(settled) => told(&sandbox, settled)?,
        Err(_) => {
            return Err(sandbox.story(&format!("{operation:?}: expected an answer, found a panic")).into());
        }
    };
    let Settled::Done(done) = &settled else { return Ok(()) };
    let pays = |it: &levmine_market::Transfer| it.from == Party::Account(FRESH) && !it.amount.is_zero();
    let gets = |it: &levmine_market::Transfer| it.to == Party::Account(FRESH) && !it.amount.is_zero();
    let reward = |asset| sandbox.vault.rewards().contains(&asset);
    let paid = done.transfers().iter().any(pays);
    let got = done.transfers().iter().any(|it| gets(it) && !reward(it.amount.asset));
    // Shares are a payment; so is a stake that becomes smaller.
    let gave = paid || stakes(&sandbox) < had;
    let trades = !matches!(operation, Operation::Claim(_) | Operation::Harvest(_) | Operation::Accrue);
    ensure!(
        gave || !got || !trades,
        "{}",
        sandbox.story(&format!(
            "{operation:?}: expected nothing to be had for nothing, found {:?}",
            done.transfers()
        ))
    );
    ensure!(
        !(units.is_zero() && (paid || got)),
        "{}",
        sandbox.story(&format!("{operation:?}: expected nothing to move, found {:?}", done.transfers()))
    );
    Ok(())
}

/// All that the account has staked without a token, whatever the asset.
fn stakes(sandbox: &Sandbox) -> U256 {
    let of = |asset: &Asset| sandbox.vault.staked(FRESH, *asset, sandbox.now);
    sandbox.vault.assets().iter().map(of).fold(U256::ZERO, U256::saturating_add)
}

fn transfers_do_not_panic(sandbox: &Sandbox, units: U256) -> Result<(), String> {
    if sandbox.vault.rebasing().is_none() {
        return Ok(());
    }
    for to in [FRESH, Account::new(9_102), Account::outsider(5)] {
        let mut sandbox = sandbox.fork();
        let settled = catch_unwind(AssertUnwindSafe(|| sandbox.transfer(FRESH, to, units)))
            .map_err(|_| format!("a transfer of {units} to {to}: expected an answer, found a panic"))?;
        settled?;
    }
    Ok(())
}

/// Every reading method answers, with whatever.
fn reads_do_not_panic(sandbox: &Sandbox) -> Result<(), String> {
    let (vault, now) = (&sandbox.vault, sandbox.now);
    let read = || {
        for asset in vault.assets() {
            for units in edges() {
                let shares = TokenAmount::new(share_of(&**vault, *asset), units);
                let _ = vault.value(shares, now);
                let _ = vault.preview_redeem(shares, now);
                let _ = vault.preview_deposit(TokenAmount::new(*asset, units), now);
            }
            let _ = vault.max_deposit(*asset, now);
            let _ = vault.staked(FRESH, *asset, now);
        }
        let _ = vault.claimable(FRESH, now);
        let _ = vault.requests(FRESH, now);
        let _ = vault.balance(FRESH);
    };
    catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| format!("expected every reading method to answer at {now:?}, found a panic"))
}

pub(super) fn deposit_limits_hold(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "deposit_limits_hold", 16, |sandbox| {
        for asset in sandbox.vault.assets() {
            // A token of the vault's own ledger must be there before it can be deposited.
            if sandbox.vault.rebasing() == Some(*asset) {
                continue;
            }
            let Ok(most) = sandbox.vault.max_deposit(*asset, sandbox.now) else { continue };
            let deposit =
                |units| sandbox.vault.fork().deposit(FRESH, TokenAmount::new(*asset, units), sandbox.now);
            if most < U256::MAX {
                let answer = deposit(most.saturating_add(U256::ONE));
                ensure!(
                    answer.is_err(),
                    "expected a deposit of one unit more than {most} of {asset} to be refused, found {answer:?}"
                );
            }
            // Where there is no limit, an amount that exists must not meet one.
            let some = most.min(sandbox.wallet(FRESH, *asset));
            let answer = deposit(some);
            let limited = matches!(&answer, Err(error) if error.refusal() == Some(Refusal::LimitReached));
            ensure!(
                !limited || some.is_zero(),
                "expected a deposit of {some} of {asset}, at most {most}, not to meet a limit, found {answer:?}"
            );
        }
        Ok(())
    })
}
