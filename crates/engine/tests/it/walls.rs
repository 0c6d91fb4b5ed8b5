//! What a run must do at its limits.

use levmine_engine::{EngineError, EventKind};
use levmine_market::Cause;

use crate::support::{FARM, part, setup, weth};

#[test]
fn a_farm_comes_back_to_its_capital_when_nothing_moves() {
    let outcome = setup(FARM, &weth(&["2000", "2000"])).outcome();
    let lost = outcome.start_equity - outcome.final_equity;
    assert!(lost > 0 && lost < 200_000_000, "{lost} {:?}", outcome.parts);
    assert!(part(&outcome, Cause::ImpermanentLoss).abs() < 1_000_000, "{:?}", outcome.parts);
}

#[test]
fn impermanent_loss_goes_back_with_the_price() {
    let outcome = setup(FARM, &weth(&["2000", "3000", "2000"])).outcome();
    // What is left are the arbitrageur's fees, which are booked as fees.
    let loss = part(&outcome, Cause::ImpermanentLoss);
    assert!(loss.abs() < 20_000_000, "{loss} {:?}", outcome.parts);
    assert!(part(&outcome, Cause::TradingFees) > 0);
}

#[test]
fn a_loop_by_iteration_and_by_flash_reach_the_same_leverage() {
    for by in ["iteration", "flash"] {
        let open = format!(
            "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"100%\"\nto = \"WETH\"\n[[open]]\ndo = \"loop\"\nat = \"bank\"\n\
             swap_at = \"pool\"\ncollateral = \"WETH\"\nborrow = \"USDC\"\nleverage = 3\nby = \"{by}\"\n"
        );
        let mut setup = setup(&open, &weth(&["2000", "2200"]));
        let outcome = setup.outcome();
        // Three times a rise of 10 % is 30 %, less fees, slippage and a day's interest.
        let gain = outcome.final_equity - outcome.start_equity;
        assert!((2_500_000_000..3_050_000_000).contains(&gain), "{by}: {gain} {:?}", outcome.parts);
    }
}

#[test]
fn a_loss_beyond_the_margin_is_the_lenders() {
    let open = "[[open]]\ndo = \"swap\"\nat = \"pool\"\nfrom = \"100%\"\nto = \"WETH\"\n[[open]]\ndo = \"loop\"\nat = \"bank\"\n\
         swap_at = \"pool\"\ncollateral = \"WETH\"\nborrow = \"USDC\"\nleverage = 4\n";
    let outcome = setup(open, &weth(&["2000", "1000", "1000"])).outcome();
    assert_eq!(outcome.final_equity, 0, "{:?}", outcome.parts);
    assert!(part(&outcome, Cause::BadDebt) > 0, "{:?}", outcome.parts);
    assert!(outcome.events.iter().any(|event| matches!(event.kind, EventKind::Liquidation { .. })));
}

#[test]
fn policies_act_in_time() {
    let policies = "[[policy]]\nwhen = \"health_factor < 1.5\"\ndo = \"deleverage to 1.8\"\n[[policy]]\nwhen = \"drawdown > 40%\"\ndo = \"close\"\n";
    let outcome =
        setup(&format!("{FARM}{policies}"), &weth(&["2000", "1900", "1800", "1600", "1000"])).outcome();
    assert!(outcome.metrics.policy_acts >= 1, "{:#?}", outcome.events);
    assert_eq!(outcome.metrics.liquidations, 0, "{:#?}", outcome.events);
    assert!(outcome.settlement.bad_debt.is_empty());
}

fn refusal(open: &str, scenario: &str) -> EngineError {
    let mut setup = setup(open, scenario);
    let error = setup.run().expect_err("must be refused");
    assert!(error.is_input(), "{error}");
    error
}

#[test]
fn a_run_without_times_is_refused() {
    // The world of these tests needs a beginning, so only the end is missing.
    let constant = "from = \"2023-11-14\"\n[prices]\nUSDC = \"1\"\nWETH = \"2000\"\n";
    assert!(matches!(refusal(FARM, constant), EngineError::NoTimes));
    let early = format!("from = \"2023-01-01\"\n{}", weth(&["2000", "2000"]));
    assert!(matches!(refusal(FARM, &early), EngineError::TooEarly { .. }));
    let backwards = format!("to = \"2023-01-01\"\n{}", weth(&["2000", "2000"]));
    assert!(matches!(refusal(FARM, &backwards), EngineError::NoSteps { .. }));
}

#[test]
fn a_century_of_seconds_is_refused_at_once() {
    let scenario = format!("to = \"2123-01-01\"\nstep = \"1s\"\n{}", weth(&["2000", "2000"]));
    assert!(matches!(refusal(FARM, &scenario), EngineError::TooManySteps { step: 1, .. }));
}

#[test]
fn a_price_that_is_missing_is_named() {
    let open =
        "[[open]]\ndo = \"loop\"\nat = \"bank\"\ncollateral = \"USDC\"\nborrow = \"USDC\"\nleverage = 2\n";
    let nothing_of_usdc =
        "[prices]\nWETH = { points = [[\"1700000000\", \"1\"], [\"1700086400\", \"1\"]] }\n";
    let error = refusal(open, nothing_of_usdc);
    assert!(error.to_string().contains("no price of USDC"), "{error}");
}

#[test]
fn gas_before_its_first_price_is_not_free() {
    let scenario = |first: u64| format!("gas = [[\"{first}\", \"50 gwei\"]]\n{}", weth(&["2000", "2000"]));
    let early = setup(FARM, &scenario(1_600_000_000)).outcome();
    let late = setup(FARM, &scenario(1_700_080_000)).outcome();
    assert!(part(&early, Cause::Gas) < 0);
    assert_eq!(early.opening.gas_cost, late.opening.gas_cost);
}
