//! Checks of what nobody should ask for.

use std::panic::{AssertUnwindSafe, catch_unwind};

use levmine_lending::{Amount, Context, LendingError, LendingMarket, LiquidationCall, Operation, SaleId};
use levmine_market::{Account, Actor, Asset, TokenAmount};
use levmine_math::{U256, Wad};

use crate::books::{ACTORS, FRESH};
use crate::generate::edges;
use crate::lending::sandbox::{told, with_position};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::suite::{Outcome, ensure};

pub(super) fn unknown_assets_are_named(setup: &LendingSetup) -> Outcome {
    let sandbox = Sandbox::new(setup)?;
    let unknown = Asset::new("no-such-token", 18).map_err(|error| error.to_string())?;
    let (owner, other, ctx, one) = (ACTORS[0], ACTORS[1], sandbox.ctx(), Amount::Exact(U256::ONE));
    let actor = Actor::from(owner);
    let market = &sandbox.market;
    let can = market.capabilities();
    let mut answers = vec![
        ("listing", market.listing(unknown).err()),
        ("rates", market.rates(unknown, ctx.now).err()),
        ("supplied", market.supplied(owner, unknown, ctx.now).err()),
        ("debt", market.debt(owner, unknown, ctx.now).err()),
        ("supply", market.fork().supply(actor, unknown, one, &ctx).err()),
        ("withdraw", market.fork().withdraw(actor, unknown, one, &ctx).err()),
        ("borrow", market.fork().borrow(actor, unknown, one, &ctx).err()),
        ("repay", market.fork().repay(actor, unknown, one, &ctx).err()),
    ];
    if can.collateral_switch {
        answers.push(("set_collateral", market.fork().set_collateral(owner, unknown, true, &ctx).err()));
    }
    if can.credit_delegation {
        answers
            .push(("approve_borrow", market.fork().approve_borrow(owner, other, unknown, U256::ONE).err()));
    }
    if can.flash_loans {
        answers.push(("flash_fee", market.flash_fee(TokenAmount::new(unknown, U256::ONE)).err()));
    }
    for (method, answer) in answers {
        ensure!(
            matches!(&answer, Some(LendingError::UnknownAsset { asset, .. }) if *asset == unknown),
            "{method} of {unknown}: expected an unknown asset of that name, found {answer:?}"
        );
    }
    Ok(())
}

pub(super) fn zero_and_huge_amounts_are_refused_without_panic(setup: &LendingSetup) -> Outcome {
    let empty = Sandbox::new(setup)?;
    probe_edges(&empty)?;
    let (opened, ..) = with_position(setup, 500)?;
    probe_edges(&opened)?;
    let mut later = opened.fork();
    later.wait(200_000_000);
    probe_edges(&later)?;
    // The end of time.
    let mut end = opened.fork();
    end.now = levmine_market::Moment { time: levmine_market::Timestamp(u64::MAX), block: u64::MAX };
    probe_edges(&end)
}

fn probe_edges(sandbox: &Sandbox) -> Outcome {
    let (owner, other) = (ACTORS[0], ACTORS[1]);
    let assets = sandbox.market.assets();
    for asset in &assets {
        for units in edges() {
            for owner in [owner, FRESH] {
                for operation in
                    operations(owner, other, *asset, assets.first().copied().unwrap_or(*asset), units)
                {
                    probe(sandbox, &operation, units)?;
                }
            }
        }
        for all in [
            Operation::Supply(owner.into(), *asset, Amount::All),
            Operation::Borrow(owner.into(), *asset, Amount::All),
        ] {
            let mut sandbox = sandbox.fork();
            let settled = sandbox.act(&all);
            let settled = told(&sandbox, settled)?;
            ensure!(
                matches!(settled, Settled::Refused(_)),
                "{}",
                sandbox.story(&format!(
                    "{all:?}: expected everything to be an invalid amount here, found {settled:?}"
                ))
            );
        }
    }
    reads_do_not_panic(&*sandbox.market, owner, &assets, &sandbox.ctx())?;
    Ok(())
}

fn operations(owner: Account, other: Account, asset: Asset, second: Asset, units: U256) -> [Operation; 8] {
    let (actor, amount) = (Actor::from(owner), Amount::Exact(units));
    let call = LiquidationCall {
        liquidator: other,
        borrower: owner,
        debt: asset,
        collateral: second,
        repay: amount,
        keep_supplied: false,
    };
    [
        Operation::Supply(actor, asset, amount),
        Operation::Withdraw(actor, asset, amount),
        Operation::Borrow(actor, asset, amount),
        Operation::Repay(actor, asset, amount),
        Operation::Liquidate(call),
        Operation::ApproveBorrow(owner, other, asset, units),
        Operation::Flash(owner, TokenAmount::new(asset, units)),
        Operation::Buy(owner, SaleId(0), units, Wad::MAX),
    ]
}

fn probe(sandbox: &Sandbox, operation: &Operation, units: U256) -> Outcome {
    let mut sandbox = sandbox.fork();
    let settled = match catch_unwind(AssertUnwindSafe(|| sandbox.act(operation))) {
        Ok(settled) => told(&sandbox, settled)?,
        Err(_) => {
            return Err(sandbox.story(&format!("{operation:?}: expected an answer, found a panic")).into());
        }
    };
    let Settled::Done(done) = &settled else { return Ok(()) };
    let moved = done.transfers().iter().any(|transfer| !transfer.amount.is_zero());
    // Rewards may be paid on any touch; only the operation's own asset counts.
    let own = match operation {
        Operation::Supply(_, asset, _)
        | Operation::Withdraw(_, asset, _)
        | Operation::Borrow(_, asset, _)
        | Operation::Repay(_, asset, _) => done
            .transfers()
            .iter()
            .any(|transfer| transfer.amount.asset == *asset && !transfer.amount.is_zero()),
        _ => moved,
    };
    ensure!(
        !units.is_zero() || !own || matches!(operation, Operation::Liquidate(_)),
        "{}",
        sandbox.story(&format!("{operation:?}: expected nothing to move, found {:?}", done.transfers()))
    );
    let huge = units >= U256::ONE << 127_usize;
    ensure!(
        !(huge && matches!(operation, Operation::Borrow(..))),
        "{}",
        sandbox.story(&format!("{operation:?}: expected a loan of so much to be refused, found {settled:?}"))
    );
    Ok(())
}

/// Every reading method answers, with whatever.
fn reads_do_not_panic(
    market: &dyn LendingMarket,
    owner: Account,
    assets: &[Asset],
    ctx: &Context<'_>,
) -> Result<(), String> {
    let read = || {
        for asset in assets {
            let _ = market.listing(*asset);
            let _ = market.rates(*asset, ctx.now);
            let _ = market.supplied(owner, *asset, ctx.now);
            let _ = market.debt(owner, *asset, ctx.now);
            let _ = market.flash_fee(TokenAmount::new(*asset, U256::MAX));
        }
        let _ = market.position(owner, ctx.now);
        let _ = market.health(owner, ctx);
        let _ = market.sales(ctx);
        let _ = market.claimable(owner, ctx.now);
        let _ = market.fork().accrue(ctx.now);
        let empty = levmine_market::PriceBook::new();
        let _ = market.health(owner, &Context { now: ctx.now, prices: &empty });
    };
    catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| format!("expected every reading method to answer at {:?}, found a panic", ctx.now))
}
