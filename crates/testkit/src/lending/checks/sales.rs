//! Checks of the sale of seized collateral.

use levmine_lending::{Amount, Done, LendingError, LiquidationCall, Operation, Sale, SaleOutcome};
use levmine_math::{Rounding, U256, Wad, mul_div, pow10};

use crate::books::{ACTORS, FRESH};
use crate::lending::sandbox::{at_most, told, with_position};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::suite::{Outcome, Stop, ensure, excluded};

pub(super) fn sales_keep_their_price(setup: &LendingSetup) -> Outcome {
    if !setup.market.capabilities().sales {
        return excluded("the market sells nothing: liquidators take the collateral");
    }
    let (mut sandbox, owner, collateral, debt) = with_position(setup, 950)?;
    ensure!(
        sandbox.sink(owner, collateral),
        "{}",
        sandbox.story(
            "expected a position near its limit to become liquidatable as its collateral loses its value"
        )
    );
    let call = LiquidationCall {
        liquidator: FRESH,
        borrower: owner,
        debt,
        collateral,
        repay: Amount::All,
        keep_supplied: false,
    };
    let settled = sandbox.act(&Operation::Liquidate(call));
    let settled = told(&sandbox, settled)?;
    ensure!(
        matches!(settled, Settled::Done(_)),
        "{}",
        sandbox.story(&format!("expected {call:?} to be accepted, found {settled:?}"))
    );
    let sales = sandbox.market.sales(&sandbox.ctx()).map_err(|error| error.to_string())?;
    let Some(sale) = sales.iter().find(|sale| sale.lot.asset == collateral).copied() else {
        ensure!(false, "{}", sandbox.story(&format!("expected {collateral} for sale, found {sales:?}")));
        return Ok(());
    };
    prices_are_kept(&sandbox, &sale)?;
    forked_sale_ends(sandbox.fork(), &sale)?;
    // As it gets old it may stall; then somebody can start it again, and it can be bought.
    for hours in [1_u64, 3, 24, 24 * 30] {
        let mut later = sandbox.fork();
        later.wait(hours * 3_600);
        let running = find(&later, &sale)?;
        let Some(running) = running else { continue };
        if running.stalled {
            let buy = Operation::Buy(ACTORS[2], sale.id, running.lot.raw, Wad::MAX);
            let settled = later.act(&buy);
            let settled = told(&later, settled)?;
            ensure!(
                matches!(settled, Settled::Refused(_)),
                "{}",
                later.story(&format!("expected nothing to be bought from a stalled sale, found {settled:?}"))
            );
            let restart = Operation::RestartSale(ACTORS[3], sale.id);
            let settled = later.act(&restart);
            let settled = told(&later, settled)?;
            ensure!(
                matches!(settled, Settled::Done(_)),
                "{}",
                later.story(&format!("expected a stalled sale to be restarted, found {settled:?}"))
            );
            let restarted = find(&later, &sale)?;
            ensure!(
                restarted.is_some_and(|sale| !sale.stalled),
                "{}",
                later.story(&format!("expected the sale to run again, found {restarted:?}"))
            );
        } else {
            let restart = Operation::RestartSale(ACTORS[3], sale.id);
            let settled = later.act(&restart);
            let settled = told(&later, settled)?;
            ensure!(
                matches!(settled, Settled::Refused(_)),
                "{}",
                later.story(&format!("expected a sale that runs not to be restarted, found {settled:?}"))
            );
        }
        forked_sale_ends(later, &sale)?;
    }
    Ok(())
}

fn find(sandbox: &Sandbox, sale: &Sale) -> Result<Option<Sale>, Stop> {
    let told = |error: LendingError| Stop::Broken(sandbox.story(&error.to_string()));
    let sales = sandbox.market.sales(&sandbox.ctx()).map_err(told)?;
    Ok(sales.into_iter().find(|running| running.id == sale.id && running.lot.asset == sale.lot.asset))
}

fn sold(settled: &Settled) -> Option<&SaleOutcome> {
    match settled {
        Settled::Done(Done::Sold(outcome)) => Some(outcome),
        _ => None,
    }
}

/// The most that `bought` base units of the lot may cost, rounded up.
fn cost(sale: &Sale, bought: U256) -> Option<U256> {
    let up = levmine_math::mul(sale.price.raw(), pow10(u32::from(sale.pay_with.decimals())).ok()?).ok()?;
    let down = pow10(18 + u32::from(sale.lot.asset.decimals())).ok()?;
    mul_div(bought, up, down, Rounding::Up).ok()
}

fn prices_are_kept(sandbox: &Sandbox, sale: &Sale) -> Outcome {
    let buyer = ACTORS[2];
    let too_low = Wad::from_raw(sale.price.raw() / U256::from(2));
    let mut cheap = sandbox.fork();
    let settled = cheap.act(&Operation::Buy(buyer, sale.id, sale.lot.raw, too_low));
    let settled = told(&cheap, settled)?;
    ensure!(
        matches!(settled, Settled::Refused(_)),
        "{}",
        cheap.story(&format!(
            "expected nothing to be bought at half of the price {}, found {settled:?}",
            sale.price
        ))
    );
    for amount in
        [sale.lot.raw / U256::from(3), sale.lot.raw, sale.lot.raw.saturating_mul(U256::from(2)), U256::MAX]
    {
        let mut sandbox = sandbox.fork();
        let (lot, pay) = (sale.lot.asset, sale.pay_with);
        let before = (sandbox.wallet(buyer, lot), sandbox.wallet(buyer, pay));
        let settled = sandbox.act(&Operation::Buy(buyer, sale.id, amount, sale.price));
        let settled = told(&sandbox, settled)?;
        let Some(outcome) = sold(&settled) else {
            ensure!(
                amount != sale.lot.raw,
                "{}",
                sandbox
                    .story(&format!("expected the whole lot to be bought at its price, found {settled:?}"))
            );
            continue;
        };
        let got = sandbox.wallet(buyer, lot).saturating_sub(before.0);
        let paid = before.1.saturating_sub(sandbox.wallet(buyer, pay));
        ensure!(
            got == outcome.bought && paid == outcome.paid,
            "{}",
            sandbox.story(&format!(
                "expected the wallet to say what the outcome says, found {got} for {paid}, {outcome:?}"
            ))
        );
        let bought = outcome.bought;
        at_most("bought", bought, sale.lot.raw.min(amount)).map_err(|message| sandbox.story(&message))?;
        // The last purchase may pay the rest of the tab for a lot rounded down: one more unit's price.
        let most =
            cost(sale, bought.saturating_add(U256::ONE)).unwrap_or(U256::MAX).saturating_add(U256::ONE);
        at_most("paid", outcome.paid, most).map_err(|message| sandbox.story(&message))?;
        if let Some(tab) = sale.tab {
            at_most("paid of the tab", outcome.paid, tab.raw.saturating_add(U256::ONE))
                .map_err(|message| sandbox.story(&message))?;
        }
    }
    Ok(())
}

/// Bought to the end, the sale is gone, and what was left over went back.
fn forked_sale_ends(mut sandbox: Sandbox, sale: &Sale) -> Outcome {
    for _ in 0..64 {
        let Some(running) = find(&sandbox, sale)? else { return Ok(()) };
        let buy = Operation::Buy(ACTORS[2], sale.id, running.lot.raw, running.price);
        let settled = sandbox.act(&buy);
        let settled = told(&sandbox, settled)?;
        match sold(&settled) {
            Some(outcome) if outcome.ended => {
                let left = find(&sandbox, sale)?;
                ensure!(
                    left.is_none(),
                    "{}",
                    sandbox.story(&format!("expected an ended sale to be gone, found {left:?}"))
                );
                return Ok(());
            }
            Some(_) => {}
            None => {
                // A store front closes when the reserves are full again.
                ensure!(
                    sale.tab.is_none() && matches!(settled, Settled::Refused(_)),
                    "{}",
                    sandbox.story(&format!("expected the lot to be bought at its price, found {settled:?}"))
                );
                return Ok(());
            }
        }
    }
    Err(sandbox.story("expected the sale to end after buying what is left 64 times").into())
}
