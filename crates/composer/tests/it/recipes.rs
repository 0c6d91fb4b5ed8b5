//! Loops.

use levmine_lending::HealthFactor;
use levmine_math::{Rounding, U256, mul_div};
use levmine_testkit::stub::{usdc, weth};

use crate::support::{done, holds, refused, some, world};

fn looped(collateral: &str, borrow: &str, leverage: &str, by: &str) -> String {
    let swap = if collateral == borrow { "" } else { "swap_at = \"pool\", " };
    format!(
        "do = \"loop\", at = \"bank\", {swap}collateral = \"{collateral}\", borrow = \"{borrow}\", leverage = {leverage}, by = \"{by}\""
    )
}

/// Collateral over equity, in hundredths.
fn leverage(world: &levmine_composer::World) -> u64 {
    let (_, health) = world.healths()[0];
    let equity = health.collateral.sub(health.debt).unwrap();
    let hundredths =
        mul_div(health.collateral.raw(), U256::from(100), equity.raw(), Rounding::HalfUp).unwrap();
    u64::try_from(hundredths).unwrap()
}

#[test]
fn both_ways_reach_the_leverage() {
    for by in ["iteration", "flash"] {
        for (wanted, hundredths) in [("1.5", 150), ("3", 300), ("4.5", 450)] {
            let mut world = world(&[some(weth(), 5)]);
            done(&mut world, &[&looped("WETH", "USDC", wanted, by)]);
            // Swaps cost 0.3 % and a little slippage, so a flash loop ends a little beyond.
            let reached = leverage(&world);
            assert!(reached.abs_diff(hundredths) <= hundredths / 40, "{by} {wanted}: {reached}");
            holds(&world);
        }
    }
}

#[test]
fn a_loop_of_one_asset_needs_no_pool() {
    for by in ["iteration", "flash"] {
        let mut world = world(&[some(usdc(), 1_000)]);
        let steps = done(&mut world, &[&looped("USDC", "USDC", "2.5", by)]).steps;
        assert!(steps.iter().all(|step| step.verb != "swap"));
        assert!(leverage(&world).abs_diff(250) <= 1, "{by}: {}", leverage(&world));
        holds(&world);
    }
}

#[test]
fn a_leverage_of_one_only_supplies() {
    for by in ["iteration", "flash"] {
        let mut world = world(&[some(weth(), 5)]);
        let steps = done(&mut world, &[&looped("WETH", "USDC", "1", by)]).steps;
        assert_eq!(steps.len(), 1, "{by}: {steps:?}");
        assert_eq!(world.lowest_health_factor(), HealthFactor::NoDebt);
    }
}

#[test]
fn what_cannot_be_reached_says_how_far_it_goes() {
    for by in ["iteration", "flash"] {
        let mut world = world(&[some(weth(), 5)]);
        let message = refused(&mut world, &[&looped("WETH", "USDC", "5", by)]);
        assert!(message.contains("80%") && message.contains("below 5"), "{message}");
        let message = refused(&mut world, &[&looped("WETH", "USDC", "1000", by)]);
        assert!(message.contains("leverage of 1000"), "{message}");
    }
}

#[test]
fn a_loop_of_nothing_is_refused() {
    for by in ["iteration", "flash"] {
        let mut world = world(&[some(weth(), 5)]);
        let step = looped("WBTC", "WETH", "2", by).replace("\"pool\"", "\"other\"");
        let message = refused(&mut world, &[&step]);
        assert!(message.contains("there is no WBTC to supply"), "{by}: {message}");
    }
}
