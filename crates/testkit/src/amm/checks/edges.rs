//! Checks of what nobody should ask for.

use std::panic::{AssertUnwindSafe, catch_unwind};

use levmine_amm::{AmmError, Amounts, Deposit, Operation, Refusal, Removal};
use levmine_market::{Asset, Moment, PriceBook, Timestamp, TokenAmount};
use levmine_math::U256;
use smallvec::smallvec;

use crate::amm::sandbox::{after_random_life, told};
use crate::amm::{PoolSetup, Sandbox, Settled};
use crate::books::FRESH;
use crate::generate::edges;
use crate::generate::pool::{pair, range_around_spot, reserve};
use crate::suite::{Outcome, ensure};

pub(super) fn unknown_assets_are_named(setup: &PoolSetup) -> Outcome {
    let sandbox = Sandbox::new(setup)?;
    let unknown = Asset::new("no-such-token", 18).map_err(|error| error.to_string())?;
    let (pool, now, one) = (&sandbox.pool, sandbox.now, U256::ONE);
    let Some((coin, _)) = pair(&**pool, 0, 0) else { return Ok(()) };
    let part = reserve(&**pool, coin) / U256::from(100);
    let (known, strange) = (TokenAmount::new(coin, part), TokenAmount::new(unknown, one));
    let mut answers = vec![
        ("spot_rate", pool.spot_rate(coin, unknown, now).err()),
        ("spot_rate", pool.spot_rate(unknown, coin, now).err()),
        ("quote_exact_in", pool.quote_exact_in(known, unknown, now).err()),
        ("quote_exact_in", pool.quote_exact_in(strange, coin, now).err()),
        ("swap_exact_in", pool.fork().swap_exact_in(FRESH, known, unknown, U256::ZERO, now).err()),
        ("swap_exact_in", pool.fork().swap_exact_in(FRESH, strange, coin, U256::ZERO, now).err()),
        ("preview_remove", pool.preview_remove(strange, now).err()),
        ("fair_value", pool.fair_value(strange, &sandbox.prices, now).err()),
        (
            "remove_liquidity",
            pool.fork()
                .remove_liquidity(FRESH, strange, &Removal::Proportional { min: smallvec![] }, now)
                .err(),
        ),
    ];
    if pool.capabilities().exact_out {
        answers.push(("quote_exact_out", pool.quote_exact_out(unknown, known, now).err()));
        answers.push(("quote_exact_out", pool.quote_exact_out(coin, strange, now).err()));
    }
    for (method, answer) in answers {
        ensure!(
            matches!(&answer, Some(AmmError::UnknownAsset { asset, .. }) if *asset == unknown),
            "{method} of {unknown}: expected an unknown asset of that name, found {answer:?}"
        );
    }
    // A coin for itself is no swap, by whatever name it is refused.
    let itself = pool.quote_exact_in(known, coin, now);
    ensure!(itself.is_err(), "expected {coin} for {coin} to be refused, found {itself:?}");
    Ok(())
}

pub(super) fn zero_and_huge_amounts_are_refused_without_panic(setup: &PoolSetup) -> Outcome {
    let fresh = Sandbox::new(setup)?;
    probe_all(&fresh)?;
    let mut end = fresh.fork();
    end.now = Moment { time: Timestamp(u64::MAX), block: u64::MAX };
    probe_all(&end)
}

fn probe_all(sandbox: &Sandbox) -> Outcome {
    let pool = &sandbox.pool;
    let Some((sell, buy)) = pair(&**pool, 0, 0) else { return Ok(()) };
    let share = pool.share().or_else(|| pool.issued().first().map(|shares| shares.asset));
    let range = range_around_spot(&**pool, sandbox.now);
    for units in edges() {
        for (sell, buy) in [(sell, buy), (buy, sell)] {
            let (selling, buying) = (TokenAmount::new(sell, units), TokenAmount::new(buy, units));
            probe(sandbox, &Operation::SwapExactIn(FRESH, selling, buy, U256::ZERO), units)?;
            probe(sandbox, &Operation::SwapExactIn(FRESH, selling, buy, U256::MAX), units)?;
            probe(sandbox, &Operation::SwapExactOut(FRESH, sell, U256::MAX, buying), units)?;
            probe(sandbox, &Operation::SwapExactOut(FRESH, sell, U256::ZERO, buying), units)?;
        }
        let same: Amounts = pool.coins().iter().map(|_| units).collect();
        let lopsided: Amounts =
            (0..pool.coins().len()).map(|at| if at == 0 { units } else { U256::ONE }).collect();
        for amounts in [same.clone(), lopsided, smallvec![], smallvec![units; 9]] {
            let deposit = Deposit { amounts, min_shares: U256::ZERO, range, into: None };
            probe(sandbox, &Operation::Add(FRESH, deposit), units)?;
        }
        let Some(share) = share else { continue };
        let shares = TokenAmount::new(share, units);
        for removal in [
            Removal::Proportional { min: smallvec![] },
            Removal::Proportional { min: smallvec![U256::MAX; 9] },
            Removal::OneCoin { coin: sell, min: U256::ZERO },
            Removal::Exactly { amounts: same.clone() },
            Removal::Exactly { amounts: smallvec![] },
        ] {
            probe(sandbox, &Operation::Remove(FRESH, shares, removal), units)?;
        }
    }
    reads_do_not_panic(sandbox)?;
    Ok(())
}

fn probe(sandbox: &Sandbox, operation: &Operation, units: U256) -> Outcome {
    let mut sandbox = sandbox.fork();
    let settled = match catch_unwind(AssertUnwindSafe(|| sandbox.act(operation))) {
        Ok(settled) => told(&sandbox, settled)?,
        Err(_) => {
            return Err(sandbox.story(&format!("{operation:?}: expected an answer, found a panic")).into());
        }
    };
    let Settled::Done(transfers) = &settled else { return Ok(()) };
    let gets = transfers
        .iter()
        .any(|transfer| transfer.to == levmine_market::Party::Account(FRESH) && !transfer.amount.is_zero());
    let pays = transfers
        .iter()
        .any(|transfer| transfer.from == levmine_market::Party::Account(FRESH) && !transfer.amount.is_zero());
    // Nothing for nothing; and where only one coin is given, the other given amounts may be something.
    ensure!(
        pays || !gets,
        "{}",
        sandbox.story(&format!("{operation:?}: expected nothing to be had for nothing, found {transfers:?}"))
    );
    let swap = matches!(operation, Operation::SwapExactIn(..) | Operation::SwapExactOut(..));
    ensure!(
        !(swap && units.is_zero() && pays),
        "{}",
        sandbox.story(&format!("{operation:?}: expected nothing to move, found {transfers:?}"))
    );
    Ok(())
}

/// Every reading method answers, with whatever.
fn reads_do_not_panic(sandbox: &Sandbox) -> Result<(), String> {
    let (pool, now) = (&sandbox.pool, sandbox.now);
    let read = || {
        for units in edges() {
            for sell in pool.coins() {
                for buy in pool.coins() {
                    let _ = pool.spot_rate(*sell, *buy, now);
                    let _ = pool.quote_exact_in(TokenAmount::new(*sell, units), *buy, now);
                    let _ = pool.quote_exact_out(*sell, TokenAmount::new(*buy, units), now);
                }
            }
            for shares in pool.issued() {
                let shares = TokenAmount::new(shares.asset, units);
                let _ = pool.preview_remove(shares, now);
                let _ = pool.fair_value(shares, &sandbox.prices, now);
                let _ = pool.fair_value(shares, &PriceBook::new(), now);
            }
            let amounts: Amounts = pool.coins().iter().map(|_| units).collect();
            let _ = pool.zap_swap(&amounts, now);
            let _ = pool.zap_swap(&smallvec![units], now);
        }
    };
    catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| format!("expected every reading method to answer at {now:?}, found a panic"))
}

pub(super) fn limits_are_kept(setup: &PoolSetup) -> Outcome {
    after_random_life(setup, "limits_are_kept", 16, |sandbox| {
        let Some((sell, buy)) = pair(&*sandbox.pool, 0, 0) else { return Ok(()) };
        for (sell, buy) in [(sell, buy), (buy, sell)] {
            let given = TokenAmount::new(sell, reserve(&*sandbox.pool, sell) / U256::from(50));
            if let Ok(quote) = sandbox.pool.quote_exact_in(given, buy, sandbox.now) {
                let swap = |min| Operation::SwapExactIn(FRESH, given, buy, min);
                hold(sandbox, &swap(quote.buy.raw), &swap(quote.buy.raw.saturating_add(U256::ONE)))?;
            }
            let wanted = TokenAmount::new(buy, reserve(&*sandbox.pool, buy) / U256::from(50));
            if let Ok(quote) = sandbox.pool.quote_exact_out(sell, wanted, sandbox.now) {
                let swap = |max| Operation::SwapExactOut(FRESH, sell, max, wanted);
                hold(sandbox, &swap(quote.sell.raw), &swap(quote.sell.raw.saturating_sub(U256::ONE)))?;
            }
        }
        let amounts: Amounts =
            sandbox.pool.reserves().iter().map(|reserve| *reserve / U256::from(50)).collect();
        let range = range_around_spot(&*sandbox.pool, sandbox.now);
        let mut deposit = Deposit { amounts, min_shares: U256::ZERO, range, into: None };
        let mut trial = sandbox.fork();
        let Ok(added) = trial.pool.add_liquidity(FRESH, &deposit, sandbox.now) else { return Ok(()) };
        let got = added.shares;
        let add =
            |deposit: &Deposit, min_shares| Operation::Add(FRESH, Deposit { min_shares, ..deposit.clone() });
        hold(sandbox, &add(&deposit, got.raw), &add(&deposit, got.raw.saturating_add(U256::ONE)))?;
        deposit.min_shares = got.raw;
        if !matches!(sandbox.act(&Operation::Add(FRESH, deposit))?, Settled::Done(_)) {
            return Ok(());
        }
        let Ok(paid) = sandbox.pool.preview_remove(got, sandbox.now) else { return Ok(()) };
        let more: Amounts = paid.iter().map(|amount| amount.saturating_add(U256::ONE)).collect();
        let remove = |min| Operation::Remove(FRESH, got, Removal::Proportional { min });
        hold(sandbox, &remove(paid), &remove(more))
    })
}

/// `just` is done; `beyond`, a unit further, is refused for its limit.
fn hold(sandbox: &Sandbox, just: &Operation, beyond: &Operation) -> Result<(), String> {
    let settled = sandbox.fork().act(just)?;
    ensure!(
        matches!(settled, Settled::Done(_) | Settled::Unpaid),
        "{just:?}: expected to be done at its limit, found {settled:?}"
    );
    let settled = sandbox.fork().act(beyond)?;
    ensure!(
        matches!(&settled, Settled::Refused(error) if error.refusal() == Some(Refusal::Slippage)),
        "{beyond:?}: expected to be refused for its limit, found {settled:?}"
    );
    Ok(())
}
