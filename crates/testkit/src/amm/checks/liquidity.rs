//! Checks of liquidity and its shares.

use levmine_amm::{Amounts, Deposit, Operation, Removal, Worth};
use levmine_market::{Party, TokenAmount};
use levmine_math::{U256, Wad};
use smallvec::smallvec;

use crate::amm::sandbox::{after_random_life, random_lives};
use crate::amm::{PoolSetup, Sandbox, Settled};
use crate::books::{ACTORS, FRESH};
use crate::generate::pool::{Step, pair, range_around_spot, reserve};
use crate::suite::{Outcome, ensure, excluded};

const LIFE: usize = 16;

/// A deposit in the pool's proportion, one part in `part` of each reserve.
fn deposit(sandbox: &Sandbox, part: u64) -> Deposit {
    let amounts: Amounts =
        sandbox.pool.reserves().iter().map(|reserve| *reserve / U256::from(part)).collect();
    Deposit {
        amounts,
        min_shares: U256::ZERO,
        range: range_around_spot(&*sandbox.pool, sandbox.now),
        into: None,
    }
}

pub(super) fn add_then_remove_never_profits(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "add_then_remove_never_profits", LIFE, |life| {
        for part in [1_000_003, 997, 10, 1] {
            let mut sandbox = life.fork();
            let coins = sandbox.pool.coins().to_vec();
            let before: Vec<U256> = coins.iter().map(|coin| sandbox.wallet(FRESH, *coin)).collect();
            let deposit = deposit(&sandbox, part);
            let Settled::Done(_) = sandbox.act(&Operation::Add(FRESH, deposit))? else { continue };
            // Out in two parts: half of the shares, then all that is left.
            for part in [2_u64, 1] {
                for held in sandbox.shares(FRESH) {
                    let burned = TokenAmount::new(held.asset, held.raw / U256::from(part));
                    sandbox.act(&Operation::Remove(
                        FRESH,
                        burned,
                        Removal::Proportional { min: smallvec![] },
                    ))?;
                }
            }
            for (coin, before) in coins.into_iter().zip(before) {
                let after = sandbox.wallet(FRESH, coin);
                let most = before.saturating_add(setup.slack(coin));
                ensure!(
                    after <= most,
                    "{}",
                    sandbox.story(&format!(
                        "expected a wallet of at most {most} base units of {coin}, found {after}"
                    ))
                );
            }
        }
        Ok(())
    })
}

pub(super) fn shares_are_conserved(setup: &PoolSetup) -> Outcome {
    random_lives(setup, "shares_are_conserved", 24, |sandbox, life| {
        for step in life {
            let Step::Act(draft) = step else {
                sandbox.step(step)?;
                continue;
            };
            let Some(operation) = sandbox.resolve(draft) else { continue };
            let who = match &operation {
                Operation::Add(who, _) | Operation::Remove(who, ..) => *who,
                _ => {
                    sandbox.act(&operation)?;
                    continue;
                }
            };
            let before = sandbox.shares(who);
            let Settled::Done(transfers) = sandbox.act(&operation)? else { continue };
            let after = sandbox.shares(who);
            let coins = sandbox.pool.coins().to_vec();
            let adds = matches!(operation, Operation::Add(..));
            let party = Party::Account(who);
            let right = transfers.iter().filter(|it| !coins.contains(&it.amount.asset)).all(|it| {
                // Shares of others (a protocol's fee) are minted along; nobody else's are burned.
                if adds {
                    it.from == Party::Issuer
                } else {
                    it.from == Party::Issuer || (it.from == party && it.to == Party::Issuer)
                }
            });
            ensure!(
                right,
                "{operation:?}: expected shares to come from and go to their issuer, found {transfers:?}"
            );
            ensure!(
                before != after,
                "{operation:?}: expected the shares of {who} to change from {before:?}, found them unchanged"
            );
        }
        // More than there are cannot be removed, whoever asks.
        for shares in sandbox.pool.issued() {
            let more = TokenAmount::new(shares.asset, shares.raw.saturating_add(U256::ONE));
            let mut pool = sandbox.pool.fork();
            let removed =
                pool.remove_liquidity(FRESH, more, &Removal::Proportional { min: smallvec![] }, sandbox.now);
            ensure!(removed.is_err(), "expected {more} not to be removed of {shares}, found {removed:?}");
        }
        let of_actors: Vec<_> = ACTORS.into_iter().flat_map(|account| sandbox.shares(account)).collect();
        for held in &of_actors {
            let exists = sandbox.pool.issued().iter().find(|it| it.asset == held.asset).map(|it| it.raw);
            let sum = of_actors
                .iter()
                .filter(|it| it.asset == held.asset)
                .fold(U256::ZERO, |sum, it| sum.saturating_add(it.raw));
            ensure!(
                exists.is_some_and(|exists| exists >= sum),
                "wallets hold {sum} base units of {}; expected at least as many to exist, found {exists:?}",
                held.asset
            );
        }
        Ok(())
    })
}

pub(super) fn previews_are_removals(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "previews_are_removals", LIFE, |life| {
        let mut sandbox = life.fork();
        sandbox.act(&Operation::Add(FRESH, deposit(life, 10)))?;
        for held in sandbox.shares(FRESH) {
            for part in [1_u64, 3, 1_000, 1_000_000_007] {
                let shares = TokenAmount::new(held.asset, held.raw / U256::from(part));
                let preview = sandbox.pool.preview_remove(shares, sandbox.now);
                let mut pool = sandbox.pool.fork();
                let removed = pool
                    .remove_liquidity(FRESH, shares, &Removal::Proportional { min: smallvec![] }, sandbox.now)
                    .map(|removed| removed.amounts);
                let same = match (&preview, &removed) {
                    (Ok(preview), Ok(removed)) => preview == removed,
                    (Err(preview), Err(removed)) => preview.to_string() == removed.to_string(),
                    _ => false,
                };
                ensure!(same, "removing {shares}: the preview was {preview:?}, the removal paid {removed:?}");
                worth_is_both(&sandbox, shares)?;
            }
        }
        Ok(())
    })
}

/// What shares are worth is what removing them would pay, and what waits beside them.
fn worth_is_both(sandbox: &Sandbox, shares: TokenAmount) -> Result<(), String> {
    let (pool, now) = (&sandbox.pool, sandbox.now);
    let coins = pool.preview_remove(shares, now);
    let both = coins.and_then(|coins| Ok(Worth { coins, earned: pool.earned(shares.asset, now)? }));
    let worth = pool.worth(shares, now);
    let same = match (&worth, &both) {
        (Ok(worth), Ok(both)) => worth == both,
        (Err(worth), Err(both)) => worth.to_string() == both.to_string(),
        _ => false,
    };
    ensure!(same, "{shares} should be worth {both:?}, found {worth:?}");
    Ok(())
}

pub(super) fn fees_are_paid_when_collected(setup: &PoolSetup) -> Outcome {
    if !setup.pool.capabilities().collects_fees {
        return excluded("fees stay in the liquidity");
    }
    after_random_life(setup, "fees_are_paid_when_collected", LIFE, |life| {
        let mut sandbox = life.fork();
        let Settled::Done(_) = sandbox.act(&Operation::Add(FRESH, deposit(life, 3)))? else {
            return Ok(());
        };
        let [trader, ..] = ACTORS;
        for turn in [0, 1, 0] {
            let Some((sell, buy)) = pair(&*sandbox.pool, turn, 0) else { return Ok(()) };
            let part = reserve(&*sandbox.pool, sell) / U256::from(50);
            sandbox.act(&Operation::SwapExactIn(trader, TokenAmount::new(sell, part), buy, U256::ZERO))?;
        }
        sandbox.wait(3_600);
        for held in sandbox.shares(FRESH) {
            let earned = sandbox.pool.earned(held.asset, sandbox.now).map_err(|error| error.to_string())?;
            ensure!(
                life.pool.reserves().iter().any(|reserve| *reserve < U256::from(1_000_000_000))
                    || earned.iter().any(|amount| !amount.is_zero()),
                "{}",
                sandbox.story("expected fees to wait after three swaps, found none")
            );
            for part in [1_u64, 3, 1_000] {
                worth_is_both(&sandbox, TokenAmount::new(held.asset, held.raw / U256::from(part)))?;
            }
            let mut pool = sandbox.pool.fork();
            let paid = pool.collect(FRESH, held.asset, sandbox.now).map_err(|error| error.to_string())?;
            ensure!(
                paid.amounts == earned,
                "{}",
                sandbox.story(&format!("expected {earned:?} to be paid as it waited, found {paid:?}"))
            );
            let settled = sandbox.act(&Operation::Collect(FRESH, held.asset))?;
            ensure!(matches!(settled, Settled::Done(_)), "expected fees to be collected, found {settled:?}");
            let left = sandbox.pool.earned(held.asset, sandbox.now).map_err(|error| error.to_string())?;
            ensure!(
                left.iter().all(U256::is_zero),
                "{}",
                sandbox.story(&format!("expected nothing to wait after it was collected, found {left:?}"))
            );
        }
        Ok(())
    })
}

pub(super) fn the_others_lose_nothing(setup: &PoolSetup) -> Outcome {
    if !setup.pool.capabilities().fungible_shares {
        return excluded("each price range has a share of its own");
    }
    random_lives(setup, "the_others_lose_nothing", 24, |sandbox, life| {
        for step in life {
            let before = per_share(sandbox);
            sandbox.step(step)?;
            if let (Some(before), Some(after)) = (before, per_share(sandbox)) {
                // The value is rounded down at several places: a billionth is let through, and dust pools.
                let least = before
                    .raw()
                    .saturating_sub(before.raw() / U256::from(1_000_000_000))
                    .saturating_sub(U256::from(2));
                ensure!(
                    after.raw() >= least,
                    "{step:?}: expected the fair value of a share to stay at {before} or rise, found {after}"
                );
            }
        }
        Ok(())
    })
}

/// The fair value of one share in 10^24, so that what rounding takes stays far below a billionth.
fn per_share(sandbox: &Sandbox) -> Option<Wad> {
    let share = sandbox.pool.share()?;
    let issued = sandbox.pool.issued().into_iter().find(|shares| shares.asset == share)?;
    if issued.raw < U256::from(1_000_000_000_000_u64) {
        return None;
    }
    let all = sandbox.pool.fair_value(issued, &sandbox.prices, sandbox.now).ok()?;
    let scale = U256::from(10).pow(U256::from(24));
    levmine_math::mul_div(all.raw(), scale, issued.raw, levmine_math::Rounding::Down).ok().map(Wad::from_raw)
}
