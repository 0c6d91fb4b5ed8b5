//! The worked examples of the domain, as numbers. Their files are those of the suite `textbook`.

use std::path::Path;

use levmine::engine::Outcome;
use levmine::market::{Cause, Price};
use levmine::math::closed;
use levmine::source::Files;
use levmine::{Job, LoadOptions, Registry, ScenarioFrom, StrategyFrom, load};
use rust_decimal::Decimal;

fn job(strategy: &str, scenario: &str) -> Job {
    let options = LoadOptions {
        strategy: StrategyFrom::File(format!("{strategy}.toml")),
        scenario: ScenarioFrom::File(format!("{scenario}.toml")),
        ..LoadOptions::default()
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/textbook");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let job = runtime.block_on(load(&Registry::builtin(), &options, &Files::below(folder)));
    job.unwrap_or_else(|error| panic!("{strategy}, {scenario}: {error}"))
}

fn run(strategy: &str, scenario: &str) -> Outcome {
    job(strategy, scenario).run().unwrap_or_else(|error| panic!("{strategy}, {scenario}: {error}")).outcome
}

fn part(outcome: &Outcome, cause: Cause) -> i128 {
    outcome.parts.iter().find(|(known, _)| *known == cause).map_or(0, |(_, part)| *part)
}

/// USDC in base units.
fn usdc(whole: i128) -> i128 {
    whole * 1_000_000
}

/// What the wallet would hold if leaving cost nothing: half of the share comes back as DAI, and debt is not owed in
/// just these parts, so some of it is swapped at the pool's fee.
fn before_leaving(outcome: &Outcome) -> i128 {
    let costs = [Cause::SwapFees, Cause::Slippage, Cause::ImpermanentLoss];
    outcome.final_equity - costs.iter().map(|cause| part(outcome, *cause)).sum::<i128>()
}

/// Within one part in `parts` of what is expected.
fn near(value: i128, expected: i128, parts: i128, what: &str) {
    let off = (value - expected).abs();
    assert!(off * parts <= expected.abs(), "{what}: {value}, expected {expected} within one part in {parts}");
}

#[test]
fn five_times_at_20_percent_earns_1000_against_200() {
    let unlevered = run("unlevered", "year-at-20-percent");
    near(part(&unlevered, Cause::TradingFees), usdc(200), 1_000, "fees on 1,000");
    near(before_leaving(&unlevered), usdc(1_200), 1_000, "1,000 unlevered");
    let levered = run("five-times", "year-at-20-percent");
    near(part(&levered, Cause::TradingFees), usdc(1_000), 1_000, "fees on 5,000");
    assert_eq!(part(&levered, Cause::BorrowInterest), 0);
    near(before_leaving(&levered), usdc(2_000), 1_000, "1,000 with 4,000 borrowed");
}

#[test]
fn five_times_with_interest_pays_5_percent_on_4000() {
    let levered = run("five-times-with-interest", "year-at-20-percent");
    // Compounded in each of 52,560 steps: 4,000 × (e^0.05 − 1) = 205.08.
    near(part(&levered, Cause::BorrowInterest), -205_084_000, 1_000, "interest on 4,000");
    near(before_leaving(&levered), usdc(2_000) - 205_084_000, 1_000, "1,000 + 1,000 − 205.08");
    assert_eq!(levered.metrics.liquidations, 0);
}

#[test]
fn three_times_at_10_percent_earns_300_against_100() {
    let unlevered = run("unlevered", "year-at-10-percent");
    near(part(&unlevered, Cause::TradingFees), usdc(100), 1_000, "fees on 1,000");
    let levered = run("three-times", "year-at-10-percent");
    near(part(&levered, Cause::TradingFees), usdc(300), 1_000, "fees on 3,000");
    near(before_leaving(&levered), usdc(1_300), 1_000, "1,000 with 2,000 borrowed");
    let with_interest = run("three-times-with-interest", "year-at-10-percent");
    near(part(&with_interest, Cause::BorrowInterest), -102_542_000, 1_000, "interest on 2,000");
    near(before_leaving(&with_interest), usdc(1_300) - 102_542_000, 1_000, "1,000 + 300 − 102.54");
}

#[test]
fn a_loan_of_800_on_1000_of_ether() {
    let explained = job("loan-on-eth", "flat").explain().unwrap();
    let [market] = explained.explanation.markets.as_slice() else { panic!("one market") };
    // 0.5 WETH at 2,000: 1,000. Threshold 85 %: 1,000 × 0.85 ÷ 800 = 1.0625.
    assert_eq!(market.health.collateral.to_string(), "1000");
    assert_eq!(market.health.debt.to_string(), "800");
    assert_eq!(market.health.factor.to_string(), "1.0625");
    let price = |symbol: &str| {
        let point = market.liquidation.iter().find(|point| point.asset.symbol() == symbol);
        point.map(|point| point.at).unwrap()
    };
    // 800 ÷ (0.5 × 0.85) = 1,882.35; and a dollar coin at 1.0625 does the same.
    let expected = closed::collateral_liquidation_price(dec("800"), dec("0.5"), dec("0.85")).unwrap();
    close(price("WETH"), expected);
    close(price("USDC"), dec("1.0625"));
}

fn dec(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn close(price: Price, expected: Decimal) {
    let price = price.0.to_decimal().unwrap();
    assert!((price - expected).abs() < expected * dec("0.000001"), "{price}, expected {expected}");
}

#[test]
fn ten_times_is_wiped_out_by_10_percent() {
    let explained = job("ten-times-eth", "flat").explain().unwrap().explanation;
    near(explained.assets * 1_000, explained.equity * 10_000, 10_000, "assets over equity");
    let outcome = run("ten-times-eth", "minus-10-percent");
    // One part in a thousand of the capital is left at most.
    assert!(outcome.final_equity * 1_000 <= outcome.start_equity, "{:?}", outcome.parts);
}

#[test]
fn a_loss_beyond_the_margin_stays_with_the_lender() {
    let outcome = run("five-times-eth", "minus-40-percent");
    assert_eq!(outcome.final_equity, 0, "{:?}", outcome.parts);
    assert!(part(&outcome, Cause::BadDebt) > 0, "{:?}", outcome.parts);
    let [(_, debt)] = outcome.settlement.bad_debt.as_slice() else { panic!("one debt is left") };
    assert!(!debt.is_zero());
    // 5 WETH at 1,200 are 6,000 against a debt of 8,000: about 2,000 are missing, and what liquidators took on top.
    let left = debt.raw.to_string().parse::<i128>().unwrap();
    assert!((usdc(1_900)..usdc(2_200)).contains(&left), "{left}");
}

#[test]
fn impermanent_loss_is_the_closed_form() {
    for ratio in ["0.25", "0.5", "1.25", "1.5", "2", "4"] {
        let outcome = run("pool-share", &format!("ratio-{ratio}"));
        let held = held_value(ratio);
        let expected = closed::impermanent_loss(dec(ratio)).unwrap();
        let loss = Decimal::from(part(&outcome, Cause::ImpermanentLoss)) / Decimal::from(held);
        assert!((loss - expected).abs() < dec("0.000001"), "{ratio}: {loss}, expected {expected}");
        assert_eq!(part(&outcome, Cause::TradingFees), 0);
    }
}

#[test]
fn a_fee_makes_up_for_a_part_of_the_loss() {
    let outcome = run("pool-share-with-fee", "ratio-2");
    let expected = closed::impermanent_loss(dec("2")).unwrap();
    let loss = Decimal::from(part(&outcome, Cause::ImpermanentLoss)) / Decimal::from(held_value("2"));
    // The arbitrageur stops at the fee, so the pool is 0.3 % away from the market: that is worth a millionth.
    assert!((loss - expected).abs() < dec("0.0005"), "{loss}, expected {expected}");
    // He sold 4,142 USDC per 10,000 of the pool's 20,000 at 0.3 %.
    assert!(part(&outcome, Cause::TradingFees) > 0);
}

/// 1 WETH and 2,000 USDC when WETH costs `ratio` × 2,000, in base units of USDC.
fn held_value(ratio: &str) -> i64 {
    let value = (dec(ratio) + Decimal::ONE) * Decimal::from(2_000_000_000_i64);
    i64::try_from(value).unwrap()
}
