//! Checks of shares and what they are worth.

use levmine_market::{Asset, TokenAmount};
use levmine_math::{Bps, Rounding, U256, mul_div};
use levmine_vault::{Operation, Refusal};

use crate::books::{ACTORS, FRESH};
use crate::generate::vault::{Action, Step, share_of};
use crate::suite::{Outcome, ensure, excluded};
use crate::vault::sandbox::{after_random_life, random_lives};
use crate::vault::{Done, Sandbox, Settled, VaultSetup};

const LIFE: usize = 16;

/// Ordinary amounts of `asset`, and odd ones, in base units.
fn amounts(sandbox: &Sandbox, asset: Asset) -> Vec<U256> {
    let ordinary = sandbox.ordinary(asset);
    let mut amounts = vec![U256::ONE, U256::from(7), U256::from(1_000_003)];
    amounts.extend([1_000_003_u64, 997, 10, 1].map(|part| ordinary / U256::from(part)));
    amounts.sort();
    amounts.dedup();
    amounts
}

pub(super) fn previews_promise_no_more(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "previews_promise_no_more", LIFE, |life| {
        for asset in life.vault.assets().to_vec() {
            let mut sandbox = life.fork();
            // Something to pay with, where it is a token of the vault's own.
            let amount = sandbox.ordinary(asset);
            sandbox.enter(FRESH, asset, amount)?;
            let (share, now) = (share_of(&*sandbox.vault, asset), sandbox.now);
            if sandbox.vault.rebasing() != Some(asset) {
                for units in amounts(&sandbox, asset) {
                    let amount = TokenAmount::new(asset, units);
                    let preview = sandbox.vault.preview_deposit(amount, now);
                    let done = sandbox.vault.fork().deposit(FRESH, amount, now);
                    let found = done.as_ref().map(|done| done.shares);
                    let right = match (&preview, &found) {
                        (Ok(preview), Ok(gives)) => kept(*preview, *gives, setup.slack(share)),
                        (Ok(preview), Err(error)) => preview.is_zero() || excused(error.refusal()),
                        (Err(_), Ok(gives)) => gives.is_zero(),
                        (Err(_), Err(_)) => true,
                    };
                    ensure!(
                        right,
                        "depositing {amount}: the preview was {preview:?}, the deposit gave {found:?}"
                    );
                }
            }
            if !sandbox.vault.capabilities().instant_redeem {
                continue;
            }
            let held = sandbox.held(FRESH, asset);
            for part in [1_u64, 3, 1_000, 1_000_000_007] {
                let shares = TokenAmount::new(share, held.raw / U256::from(part));
                let preview = sandbox.vault.preview_redeem(shares, now);
                let done = sandbox.vault.fork().redeem(FRESH, shares, Bps::ONE, now);
                let found = done.as_ref().map(|done| (done.received.raw, done.loss));
                let right = match (&preview, &found) {
                    (Ok(preview), Ok((pays, loss))) => {
                        *preview <= *pays && (!loss.is_zero() || kept(*preview, *pays, setup.slack(asset)))
                    }
                    (Ok(preview), Err(error)) => preview.is_zero() || excused(error.refusal()),
                    (Err(_), Ok((pays, _))) => pays.is_zero(),
                    (Err(_), Err(_)) => true,
                };
                ensure!(
                    right,
                    "redeeming {shares}: the preview was {preview:?}, the redemption (paid, loss) {found:?}"
                );
            }
        }
        Ok(())
    })
}

/// Whether an operation gives what was promised, and no more beyond than rounding may.
fn kept(promised: U256, given: U256, slack: U256) -> bool {
    promised <= given && given <= promised.saturating_add(slack)
}

/// A preview does not know who asks, nor how fast he is.
fn excused(refusal: Option<Refusal>) -> bool {
    matches!(refusal, None | Some(Refusal::InsufficientBalance | Refusal::NotAllowed | Refusal::TooEarly))
}

pub(super) fn deposit_then_redeem_never_profits(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "deposit_then_redeem_never_profits", LIFE, |life| {
        for asset in life.vault.assets().to_vec() {
            for part in [1_000_003_u64, 997, 10, 1] {
                let mut sandbox = life.fork();
                let amount = sandbox.ordinary(asset) / U256::from(part);
                if amount.is_zero() {
                    continue;
                }
                if sandbox.wallet(FRESH, asset) < amount {
                    // A token that the vault issues itself is got first, so that only the round trip is measured.
                    let below = sandbox.vault.asset_of(asset).filter(|below| *below != asset);
                    if let Some(below) = below {
                        let ordinary = sandbox.ordinary(below);
                        sandbox.enter(FRESH, below, ordinary)?;
                    }
                }
                let amount = TokenAmount::new(asset, amount.min(sandbox.wallet(FRESH, asset)));
                let before = sandbox.wallet(FRESH, asset);
                let Settled::Done(Done::Deposited(_)) = sandbox.act(&Operation::Deposit(FRESH, amount))?
                else {
                    continue;
                };
                // Out in two parts: half of the shares, then all that is left.
                let mut promised = U256::ZERO;
                for part in [2_u64, 1] {
                    let held = sandbox.held(FRESH, asset);
                    let burned = TokenAmount::new(held.asset, held.raw / U256::from(part));
                    let redeemed = sandbox.act(&Operation::Redeem(FRESH, burned, Bps::ONE))?;
                    if matches!(redeemed, Settled::Done(_)) {
                        continue;
                    }
                    if let Settled::Done(Done::Requested(requested)) =
                        sandbox.act(&Operation::Request(FRESH, burned))?
                    {
                        let waiting = sandbox.vault.requests(FRESH, sandbox.now).unwrap_or_default();
                        let of = waiting.iter().find(|request| request.id == requested.id);
                        promised = promised.saturating_add(of.map(|of| of.amount.raw).unwrap_or_default());
                    }
                }
                let after = sandbox.wallet(FRESH, asset).saturating_add(promised);
                let most = before.saturating_add(setup.slack(asset));
                ensure!(
                    after <= most,
                    "{}",
                    sandbox.story(&format!(
                        "expected a wallet of at most {most} base units of {asset}, found {after}"
                    ))
                );
            }
        }
        Ok(())
    })
}

pub(super) fn more_in_never_gives_less(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "more_in_never_gives_less", LIFE, |sandbox| {
        let (vault, now) = (&sandbox.vault, sandbox.now);
        for asset in vault.assets() {
            let share = share_of(&**vault, *asset);
            let large = sandbox.ordinary(*asset).saturating_mul(U256::from(10));
            let of_shares = match vault.preview_deposit(TokenAmount::new(*asset, large), now) {
                Ok(shares) => shares,
                Err(_) => large,
            };
            rises("depositing", *asset, large, &|amount| vault.preview_deposit(amount, now).ok())?;
            rises("redeeming", share, of_shares, &|shares| vault.preview_redeem(shares, now).ok())?;
        }
        Ok(())
    })
}

/// Holds what an amount gives to rise, or stay, with the amount, up to `large`.
fn rises(
    what: &str,
    asset: Asset,
    large: U256,
    gives: &dyn Fn(TokenAmount) -> Option<U256>,
) -> Result<(), String> {
    let mut last: Option<(TokenAmount, U256)> = None;
    for part in [1_000_000_007_u64, 1_000_000, 1_009, 100, 99, 10, 3, 2, 1] {
        for more in [0_u64, 1] {
            let amount = TokenAmount::new(asset, (large / U256::from(part)).saturating_add(U256::from(more)));
            let Some(given) = gives(amount) else { continue };
            if let Some((smaller, gave)) = last {
                ensure!(
                    given >= gave || amount.raw < smaller.raw,
                    "{what} {smaller} gives {gave}; expected {amount} not to give less, found {given}"
                );
            }
            last = Some((amount, given));
        }
    }
    Ok(())
}

pub(super) fn value_is_monotonic_in_shares(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "value_is_monotonic_in_shares", LIFE, |sandbox| {
        let (vault, now) = (&sandbox.vault, sandbox.now);
        for asset in vault.assets() {
            let share = share_of(&**vault, *asset);
            let exist = sandbox.issued(share).max(sandbox.ordinary(*asset));
            let value = |shares: TokenAmount| vault.value(shares, now).ok();
            if let Some(worth) = value(TokenAmount::new(share, exist)) {
                ensure!(
                    worth.asset == *asset,
                    "expected the value of {share} in {asset}, found it in {}",
                    worth.asset
                );
            }
            rises("the value of", share, exist, &|shares| value(shares).map(|worth| worth.raw))?;
            for part in [1_000_003_u64, 1_009, 7, 2] {
                let one = TokenAmount::new(share, exist / U256::from(part));
                let rest = TokenAmount::new(share, exist.saturating_sub(one.raw));
                let all = TokenAmount::new(share, exist);
                let (Some(apart), Some(other), Some(together)) = (value(one), value(rest), value(all)) else {
                    continue;
                };
                let sum = apart.raw.saturating_add(other.raw);
                ensure!(
                    sum <= together.raw.saturating_add(setup.slack(*asset)),
                    "{one} is worth {apart} and {rest} {other}; expected {all} to be worth no less, found {together}"
                );
            }
        }
        Ok(())
    })
}

pub(super) fn shares_are_covered(setup: &VaultSetup) -> Outcome {
    after_random_life(setup, "shares_are_covered", LIFE, |sandbox| {
        if !matches!(sandbox.act(&Operation::Accrue)?, Settled::Done(_)) {
            return Ok(());
        }
        let (vault, now) = (&sandbox.vault, sandbox.now);
        for asset in vault.assets() {
            let held = |token| {
                let holdings = vault.holdings();
                holdings.iter().find(|it| it.asset == token).map(|it| it.raw).unwrap_or_default()
            };
            let holds = held(*asset);
            let (mut all, mut owed) = (U256::ZERO, U256::ZERO);
            if let Some(share) = vault.share(*asset) {
                let exist = sandbox.issued(share);
                let value = |raw| vault.value(TokenAmount::new(share, raw), now).map(|worth| worth.raw);
                // Shares that the vault keeps itself, those in its queue, are owed to nobody beside the requests.
                let (Ok(worth), Ok(outside)) = (value(exist), value(exist.saturating_sub(held(share))))
                else {
                    continue;
                };
                (all, owed) = (worth, outside);
            }
            for account in ACTORS {
                owed = owed.saturating_add(vault.staked(account, *asset, now));
                let waiting = vault.requests(account, now).unwrap_or_default();
                for request in waiting.iter().filter(|request| request.amount.asset == *asset) {
                    owed = owed.saturating_add(request.amount.raw);
                }
            }
            let most = holds.saturating_add(setup.slack(*asset));
            let owed = owed.max(all);
            ensure!(
                owed <= most,
                "shares, stakes and requests are worth {owed} base units of {asset}; expected at most {most} that are held"
            );
        }
        Ok(())
    })
}

pub(super) fn exact_operations_invert(setup: &VaultSetup) -> Outcome {
    if !setup.vault.capabilities().exact {
        return excluded("neither exact shares nor exact assets can be asked for");
    }
    after_random_life(setup, "exact_operations_invert", LIFE, |life| {
        for asset in life.vault.assets().to_vec() {
            let Some(share) = life.vault.share(asset) else { continue };
            for units in amounts(life, asset) {
                let now = life.now;
                let amount = TokenAmount::new(asset, units);
                let Ok(shares) = life.vault.preview_deposit(amount, now) else { continue };
                if let Ok(minted) = life.vault.fork().mint(FRESH, asset, TokenAmount::new(share, shares), now)
                {
                    let paid = minted.paid;
                    ensure!(
                        paid.raw <= units.saturating_add(setup.slack(asset)),
                        "{amount} give {shares} shares; expected minting them to cost no more, found {paid}"
                    );
                    let given = life.vault.preview_deposit(paid, now);
                    ensure!(
                        given.as_ref().is_ok_and(|given| given.saturating_add(setup.slack(share)) >= shares),
                        "minting {shares} shares cost {paid}; expected a deposit of that to give no fewer, found {given:?}"
                    );
                }
                let mut sandbox = life.fork();
                let ordinary = sandbox.ordinary(asset);
                if sandbox.enter(FRESH, asset, ordinary)?.is_none() {
                    continue;
                }
                let amount = TokenAmount::new(asset, units.min(ordinary / U256::from(2)));
                let Ok(out) = sandbox.vault.fork().withdraw(FRESH, amount, Bps::ONE, now) else { continue };
                let pays = sandbox.vault.preview_redeem(TokenAmount::new(share, out.shares), now);
                ensure!(
                    pays.as_ref().is_ok_and(|pays| pays.saturating_add(setup.slack(asset)) >= amount.raw),
                    "withdrawing {amount} took {} shares; expected redeeming them to pay no less, found {pays:?}",
                    out.shares
                );
            }
        }
        Ok(())
    })
}

/// The value of 10^24 shares of `share`, so that what rounding takes stays far below a billionth; nothing for dust.
fn per_share(sandbox: &Sandbox, asset: Asset) -> Option<U256> {
    let share = sandbox.vault.share(asset)?;
    let exist = sandbox.issued(share);
    if exist < U256::from(1_000_000_000_u64) || sandbox.vault.rebasing() == Some(share) {
        return None;
    }
    let worth = sandbox.vault.value(TokenAmount::new(share, exist), sandbox.now).ok()?;
    mul_div(worth.raw, U256::from(10).pow(U256::from(24)), exist, Rounding::Down).ok()
}

pub(super) fn the_others_lose_nothing(setup: &VaultSetup) -> Outcome {
    if !setup.vault.capabilities().shares {
        return excluded("stakes are no shares of anything");
    }
    random_lives(setup, "the_others_lose_nothing", 24, |sandbox, life| {
        for step in life {
            let Step::Act(draft) = step else {
                sandbox.step(step)?;
                continue;
            };
            let Some(action) = sandbox.resolve(draft) else { continue };
            if matches!(&action, Action::Do(Operation::Harvest(_) | Operation::Accrue)) {
                sandbox.enact(&action)?;
                continue;
            }
            let assets = sandbox.vault.assets().to_vec();
            let before: Vec<_> = assets.iter().map(|asset| per_share(sandbox, *asset)).collect();
            sandbox.enact(&action)?;
            for (asset, before) in assets.into_iter().zip(before) {
                let (Some(before), Some(after)) = (before, per_share(sandbox, asset)) else { continue };
                // The value is rounded down to a base unit: a billionth is let through.
                let least = before.saturating_sub(before / U256::from(1_000_000_000));
                ensure!(
                    after >= least,
                    "{action:?}: expected 10^24 shares to stay worth {before} base units of {asset} or more, found {after}"
                );
            }
        }
        Ok(())
    })
}

pub(super) fn harvest_lowers_no_price_but_by_loss_and_fees(setup: &VaultSetup) -> Outcome {
    let can = setup.vault.capabilities();
    if !can.harvest || !can.shares {
        return excluded("there is no harvest, or nothing whose price it could change");
    }
    after_random_life(setup, "harvest_lowers_no_price_but_by_loss_and_fees", LIFE, |sandbox| {
        sandbox.wait(86_400);
        // The first books what came by then; the second has nothing to book.
        for again in [false, true] {
            sandbox.act(&Operation::Accrue)?;
            let Some(asset) = sandbox.vault.assets().first().copied() else { return Ok(()) };
            let Some(share) = sandbox.vault.share(asset) else { return Ok(()) };
            let shares = TokenAmount::new(share, sandbox.issued(share));
            let value = |sandbox: &Sandbox| sandbox.vault.value(shares, sandbox.now).map(|it| it.raw);
            let before = value(sandbox);
            let Settled::Done(Done::Harvested(harvested)) = sandbox.act(&Operation::Harvest(FRESH))? else {
                return Ok(());
            };
            let (Ok(before), Ok(after)) = (before, value(sandbox)) else { return Ok(()) };
            let told = harvested.loss.saturating_add(harvested.fees);
            // A fee that is paid in new shares is told to a base unit; the values are rounded, too.
            let rounding = U256::from(2).saturating_add(setup.slack(asset));
            ensure!(
                after.saturating_add(told).saturating_add(rounding) >= before,
                "the harvest {harvested:?}: expected {shares} to lose no more than loss and fees of {before}, found {after}"
            );
            ensure!(
                !again || harvested.gain.is_zero(),
                "expected a second harvest at the same moment to gain nothing, found {harvested:?}"
            );
        }
        Ok(())
    })
}
