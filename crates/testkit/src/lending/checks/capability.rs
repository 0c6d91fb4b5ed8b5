//! Checks of what a market says it can do.

use levmine_lending::{
    Amount, Borrowable, FlashLoan, Flow, FlowKind, LendingError, LiquidationCall, Operation, Refusal, SaleId,
};
use levmine_market::{Actor, Party, TokenAmount};
use levmine_math::{Rounding, U256, Wad, mul_div};

use crate::books::{ACTORS, FRESH};
use crate::generate::lending::{room, worth};
use crate::lending::sandbox::{told, with_position};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::suite::{Outcome, ensure, excluded};

/// Every operation of the market is unsupported exactly when it is not declared.
pub(super) fn unsupported_is_declared(setup: &LendingSetup) -> Outcome {
    let sandbox = Sandbox::new(setup)?;
    let can = sandbox.market.capabilities();
    let ctx = sandbox.ctx();
    let fork = || sandbox.market.fork();
    let [owner, other, ..] = ACTORS;
    let hold = |what: &str, declared: bool, error: Option<LendingError>| -> Result<(), String> {
        let unsupported = matches!(error, Some(LendingError::Unsupported { .. }));
        let answered = error.map_or_else(|| "it was done".into(), |error| error.to_string());
        ensure!(
            declared != unsupported,
            "{what} is declared as {declared}: expected it to be {}, found: {answered}",
            if declared { "supported" } else { "answered as unsupported" }
        );
        Ok(())
    };
    let one = U256::ONE;
    for asset in sandbox.market.assets() {
        let (loan, amount) = (TokenAmount::new(asset, one), Amount::Exact(one));
        let switch = fork().set_collateral(owner, asset, true, &ctx).err();
        hold(&format!("switching {asset} as collateral"), can.collateral_switch, switch)?;
        let approve = fork().approve_borrow(owner, other, asset, one).err();
        hold(&format!("credit delegation of {asset}"), can.credit_delegation, approve)?;
        hold(&format!("the fee of a flash loan of {asset}"), can.flash_loans, fork().flash_fee(loan).err())?;
        let flash = fork().flash_borrow(owner, loan, &ctx).err();
        hold(&format!("a flash loan of {asset}"), can.flash_loans, flash)?;
        let out = FlashLoan { borrower: owner, amount: loan, fee: U256::ZERO };
        hold(
            &format!("paying a flash loan of {asset} back"),
            can.flash_loans,
            fork().flash_repay(out, &ctx).err(),
        )?;

        for kind in FlowKind::ALL {
            let error = fork().flow(Flow { kind, asset, amount }, &ctx).err();
            hold(&format!("{kind:?} of {asset} by the others"), can.flows, error)?;
        }

        // The plain operations are every market's; what it does not allow it refuses by name.
        let actor = Actor::from(owner);
        hold("supplying", true, fork().supply(actor, asset, amount, &ctx).err())?;
        hold("withdrawing", true, fork().withdraw(actor, asset, amount, &ctx).err())?;
        hold("borrowing", true, fork().borrow(actor, asset, amount, &ctx).err())?;
        hold("repaying", true, fork().repay(actor, asset, amount, &ctx).err())?;
        let call = LiquidationCall {
            liquidator: other,
            borrower: owner,
            debt: asset,
            collateral: asset,
            repay: Amount::All,
            keep_supplied: false,
        };
        hold("liquidating", true, fork().liquidate(&call, &ctx).err())?;
    }
    hold("risk categories", can.modes, fork().set_mode(owner, 0, &ctx).err())?;
    hold("risk categories", can.modes, fork().set_mode(owner, 1, &ctx).err())?;
    let nothing = SaleId(u64::MAX);
    hold("buying from a sale", can.sales, fork().buy(owner, nothing, one, Wad::MAX, &ctx).err())?;
    if !can.sales {
        hold("restarting a sale", false, fork().restart_sale(owner, nothing, &ctx).err())?;
        let sales = sandbox.market.sales(&ctx).map_err(|error| error.to_string())?;
        ensure!(sales.is_empty(), "sales are not declared: expected none, found {sales:?}");
    }
    let borrowable = sandbox
        .market
        .assets()
        .into_iter()
        .filter(|asset| sandbox.market.listing(*asset).is_ok_and(|listing| listing.borrowable));
    let borrowable = borrowable.count();
    match can.borrowable {
        Borrowable::Listed => {}
        Borrowable::OneBase | Borrowable::OneMinted => {
            ensure!(borrowable <= 1, "one borrowable asset is declared, found {borrowable}");
        }
    }
    Ok(())
}

pub(super) fn strangers_cannot_take(setup: &LendingSetup) -> Outcome {
    let (mut sandbox, owner, collateral, debt) = with_position(setup, 300)?;
    let thief = Actor { caller: ACTORS[1], owner };
    for operation in [
        Operation::Withdraw(thief, collateral, Amount::Exact(U256::ONE)),
        Operation::Withdraw(thief, collateral, Amount::All),
        Operation::Borrow(thief, debt, Amount::Exact(U256::ONE)),
        Operation::Borrow(thief, debt, Amount::Exact(room(&*sandbox.market, owner, debt, &sandbox.ctx()))),
    ] {
        let settled = sandbox.act(&operation);
        let settled = told(&sandbox, settled)?;
        let moved = match &settled {
            Settled::Done(done) => done.transfers().iter().any(|transfer| !transfer.amount.is_zero()),
            _ => false,
        };
        ensure!(
            !moved,
            "{}",
            sandbox.story(&format!("expected {operation:?} to be refused, found {settled:?}"))
        );
    }
    Ok(())
}

pub(super) fn delegated_credit_is_limited(setup: &LendingSetup) -> Outcome {
    if !setup.market.capabilities().credit_delegation {
        return excluded("the market has no credit delegation");
    }
    let (mut sandbox, owner, _, debt) = with_position(setup, 200)?;
    let delegatee = ACTORS[1];
    let by_delegatee = Actor { caller: delegatee, owner };
    let limit = room(&*sandbox.market, owner, debt, &sandbox.ctx()) / U256::from(4);
    let approve = Operation::ApproveBorrow(owner, delegatee, debt, limit);
    let mut go = |operation: Operation, accepted: bool| -> Outcome {
        let settled = sandbox.act(&operation);
        let settled = told(&sandbox, settled)?;
        ensure!(
            matches!(settled, Settled::Done(_)) == accepted,
            "{}",
            sandbox.story(&format!(
                "expected {operation:?} to be {}, found {settled:?}",
                if accepted { "accepted" } else { "refused" }
            ))
        );
        Ok(())
    };
    let borrow = |units: U256| Operation::Borrow(by_delegatee, debt, Amount::Exact(units));
    let (most, half) = (limit, limit / U256::from(2));
    go(borrow(most), false)?;
    go(approve, true)?;
    go(borrow(most.saturating_add(U256::ONE)), false)?;
    go(borrow(half), true)?;
    go(borrow(most.saturating_sub(half).saturating_add(U256::ONE)), false)?;
    go(borrow(most.saturating_sub(half)), true)?;
    go(borrow(U256::ONE), false)
}

pub(super) fn collateral_switch_counts(setup: &LendingSetup) -> Outcome {
    if !setup.market.capabilities().collateral_switch {
        return excluded("collateral cannot be switched in this market");
    }
    let (mut sandbox, owner, collateral, debt) = with_position(setup, 500)?;
    let off = Operation::SetCollateral(owner, collateral, false);
    let settled = sandbox.act(&off);
    let settled = told(&sandbox, settled)?;
    ensure!(
        matches!(settled, Settled::Refused(_)),
        "{}",
        sandbox.story(&format!("expected collateral that is needed to stay on, found {settled:?}"))
    );
    let repay = Operation::Repay(Actor::from(owner), debt, Amount::All);
    for operation in [repay, off] {
        let settled = sandbox.act(&operation);
        let settled = told(&sandbox, settled)?;
        ensure!(
            matches!(settled, Settled::Done(_)),
            "{}",
            sandbox.story(&format!("expected {operation:?} to be accepted, found {settled:?}"))
        );
    }
    let limit =
        |sandbox: &Sandbox| sandbox.market.health(owner, &sandbox.ctx()).map(|health| health.borrow_limit);
    let off_limit = limit(&sandbox).map_err(|error| error.to_string())?;
    ensure!(
        off_limit.is_zero(),
        "{}",
        sandbox.story(&format!("expected no borrow limit with {collateral} switched off, found {off_limit}"))
    );
    let on = Operation::SetCollateral(owner, collateral, true);
    let settled = sandbox.act(&on);
    told(&sandbox, settled)?;
    let on_limit = limit(&sandbox).map_err(|error| error.to_string())?;
    ensure!(
        !on_limit.is_zero(),
        "{}",
        sandbox.story(&format!("expected a borrow limit with {collateral} switched on again, found none"))
    );
    Ok(())
}

pub(super) fn minted_assets_go_through_the_issuer(setup: &LendingSetup) -> Outcome {
    if setup.market.capabilities().borrowable != Borrowable::OneMinted {
        return excluded("the market mints nothing that is borrowed");
    }
    let (mut sandbox, owner, _, debt) = with_position(setup, 500)?;
    let supply = |sandbox: &Sandbox| {
        sandbox.market.issued().iter().find(|amount| amount.asset == debt).map(|amount| amount.raw)
    };
    let Some(before) = supply(&sandbox) else {
        ensure!(false, "expected {debt} among the issued assets, found {:?}", sandbox.market.issued());
        return Ok(());
    };
    let part = mul_div(
        sandbox.market.debt(owner, debt, sandbox.now).map_err(|error| error.to_string())?,
        U256::from(1),
        U256::from(10),
        Rounding::Down,
    )
    .unwrap_or_default();
    for (operation, mints) in [
        (Operation::Borrow(owner.into(), debt, Amount::Exact(part)), true),
        (Operation::Repay(owner.into(), debt, Amount::Exact(part)), false),
    ] {
        let settled = sandbox.act(&operation);
        let settled = told(&sandbox, settled)?;
        let Settled::Done(done) = &settled else {
            return Err(sandbox
                .story(&format!("expected {operation:?} to be accepted, found {settled:?}"))
                .into());
        };
        let through =
            done.transfers().iter().filter(|transfer| transfer.amount.asset == debt).all(|transfer| {
                if mints { transfer.from == Party::Issuer } else { transfer.to == Party::Issuer }
            });
        ensure!(
            through,
            "{}",
            sandbox.story(&format!(
                "expected the issuer in every transfer of {debt}, found {:?}",
                done.transfers()
            ))
        );
        let now = supply(&sandbox).unwrap_or_default();
        let expected = if mints { before.saturating_add(part) } else { before };
        ensure!(
            now == expected,
            "{}",
            sandbox.story(&format!("expected {expected} base units of {debt} to exist, found {now}"))
        );
    }
    // Nobody else can conjure it either.
    let units = worth(Wad::ONE, debt, &sandbox.prices);
    let operation = Operation::Borrow(FRESH.into(), debt, Amount::Exact(units));
    let settled = sandbox.act(&operation);
    let settled = told(&sandbox, settled)?;
    ensure!(
        matches!(&settled, Settled::Refused(error) if error.refusal() != Some(Refusal::Other)),
        "{}",
        sandbox
            .story(&format!("expected a loan without collateral to be refused for that, found {settled:?}"))
    );
    Ok(())
}
