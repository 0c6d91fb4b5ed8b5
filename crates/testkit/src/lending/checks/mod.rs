//! The checks, by subject.

mod capability;
mod debt;
mod edges;
mod flash;
mod flows;
mod governance;
mod interest;
mod liquidation;
mod risk;
mod sales;
mod state;

use super::LendingSetup;
use crate::suite::Check;

macro_rules! checks {
    ($($module:ident :: $name:ident: $promise:literal,)+) => {
        /// All checks, the plainest first.
        pub(super) const ALL: &[Check<LendingSetup>] =
            &[$(Check { name: stringify!($name), promise: $promise, run: $module::$name }),+];
    };
}

checks! {
    state::ordinary_use_works: "supplying, borrowing, repaying and withdrawing an ordinary amount is accepted",
    state::random_life_is_lively: "the random sequences of this suite get supplies, loans, repayments, withdrawals and liquidations done",
    state::all_or_nothing: "an operation that answers an error leaves every integer as it was",
    state::conservation: "every token that moves is told, and holdings and issued supplies are what the transfers say",
    state::receipts_match_the_tokens: "a receipt's amount is what the caller's wallet paid or received",
    state::fork_is_independent: "nothing done to a fork is seen by the original, nor the other way round",
    state::reads_are_pure: "reading changes nothing and answers with interest included",
    state::positions_agree_with_reads: "a position lists what the balances read, each asset once",
    state::dump_is_deterministic: "the same operations give the same outcomes and the same dump",
    state::time_does_not_run_backwards: "an earlier moment than the last one changes nothing",
    capability::unsupported_is_declared: "what is declared is never unsupported, and what is not declared always is",
    capability::strangers_cannot_take: "nobody withdraws or borrows on somebody else's position without permission",
    capability::delegated_credit_is_limited: "a delegatee borrows up to what was approved and no more",
    capability::collateral_switch_counts: "only what is switched on counts as collateral",
    capability::minted_assets_go_through_the_issuer: "a minted asset is minted when it is borrowed and burned when it is repaid",
    edges::unknown_assets_are_named: "an asset that is not listed is answered with its name",
    edges::zero_and_huge_amounts_are_refused_without_panic: "no amount panics; nothing moves nothing, and nobody gets more than there is",
    debt::supply_then_withdraw_never_profits: "who supplies and withdraws at once gets no more than he gave",
    debt::borrow_then_repay_never_profits: "who borrows and repays at once pays no less than he got",
    debt::repaying_more_than_the_debt_pays_the_debt: "a repayment above the debt takes the debt and no more",
    risk::more_debt_never_raises_health: "borrowing never raises the health factor",
    risk::more_collateral_never_lowers_health: "supplying collateral never lowers the health factor",
    risk::the_borrow_limit_holds: "no loan and no withdrawal leaves a position above its borrow limit",
    risk::falling_collateral_never_raises_health: "a lower price of collateral never raises the health factor",
    interest::indexes_never_fall: "time alone never shrinks what was supplied or is owed",
    interest::interest_never_helps_the_borrower: "time alone never raises the health of a position whose collateral earns nothing",
    liquidation::health_agrees_with_liquidation: "a position can be liquidated exactly when its health says so",
    liquidation::liquidation_conserves_and_reports_bad_debt: "what leaves the position is what the outcome reports: repaid, seized, returned, written off",
    flash::flash_loan_returns_with_fee: "a flash loan costs its borrower exactly the fee that was announced",
    flows::flows_move_utilization_and_rates: "what the others do moves what is available by that much, and utilization and the borrow rate its way",
    flows::flows_end_at_what_there_is: "the others take no more than there is, and nothing that is no amount",
    flows::flows_are_nobody_elses: "what the others do leaves everybody else's supply and debt as they are",
    governance::changes_count_from_now_on: "a change by governance moves nothing at its moment and is told by the listing; one that is refused leaves every integer as it was",
    sales::sales_keep_their_price: "a sale asks no more than its price, gives no more than its lot, and ends",
}
