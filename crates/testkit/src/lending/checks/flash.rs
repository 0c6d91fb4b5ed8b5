//! Checks of flash loans.

use levmine_lending::Operation;
use levmine_market::TokenAmount;
use levmine_math::U256;

use crate::books::ACTORS;
use crate::lending::sandbox::{after_random_life, told};
use crate::lending::{LendingSetup, Sandbox, Settled};
use crate::suite::{Outcome, ensure, excluded};

pub(super) fn flash_loan_returns_with_fee(setup: &LendingSetup) -> Outcome {
    if !setup.market.capabilities().flash_loans {
        return excluded("the market has no flash loans");
    }
    let sandbox = Sandbox::new(setup)?;
    let lent = told(&sandbox, borrow_all_sizes(&sandbox))?;
    ensure!(lent > 0, "expected at least one flash loan to be given at the start, found none");
    after_random_life(setup, "flash_loan_returns_with_fee", 16, |sandbox| borrow_all_sizes(sandbox).map(drop))
}

fn borrow_all_sizes(life: &Sandbox) -> Result<u32, String> {
    let borrower = ACTORS[0];
    let mut lent = 0;
    for asset in life.market.assets() {
        let there = life.market.rates(asset, life.now).map(|rates| rates.available).unwrap_or_default();
        for units in [U256::ONE, there / U256::from(3), there, there.saturating_add(U256::ONE)] {
            let mut sandbox = life.fork();
            let amount = TokenAmount::new(asset, units);
            let fee = sandbox.market.flash_fee(amount);
            let before = sandbox.wallet(borrower, asset);
            match sandbox.act(&Operation::Flash(borrower, amount))? {
                Settled::Done(_) => {}
                // The pair was tried on a copy; the first half alone must be all or nothing, too.
                Settled::Refused(_) | Settled::Unpaid => continue,
            }
            lent += 1;
            let fee = fee.map_err(|error| {
                format!("a flash loan of {amount} was given, but its fee could not be told: {error}")
            })?;
            let paid = before.saturating_sub(sandbox.wallet(borrower, asset));
            let got = sandbox.wallet(borrower, asset).saturating_sub(before);
            ensure!(
                paid == fee && got.is_zero(),
                "{}",
                sandbox.story(&format!(
                    "a flash loan of {amount}: expected to cost its fee of {fee} base units, found {paid} paid and {got} kept"
                ))
            );
        }
    }
    Ok(lent)
}
