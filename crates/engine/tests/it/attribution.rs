//! The parts are the whole, over random strategies and prices.

use proptest::prelude::*;

use crate::support::{setup, weth};

fn step() -> impl Strategy<Value = String> {
    let table = |lines: &[&str]| format!("[[open]]\n{}\n", lines.join("\n"));
    prop_oneof![
        (1..100u32).prop_map(move |p| table(&[
            "do = \"swap\"",
            "at = \"pool\"",
            &format!("from = \"{p}%\""),
            "to = \"WETH\""
        ])),
        (1..100u32).prop_map(move |p| table(&[
            "do = \"supply\"",
            "at = \"bank\"",
            &format!("amount = \"{p}% WETH\"")
        ])),
        (1..100u32).prop_map(move |p| table(&[
            "do = \"supply\"",
            "at = \"bank\"",
            &format!("amount = \"{p}% USDC\"")
        ])),
        (1..75u32).prop_map(move |p| table(&[
            "do = \"borrow\"",
            "at = \"bank\"",
            &format!("amount = \"USDC to ltv {p}%\"")
        ])),
        (1..75u32).prop_map(move |p| table(&[
            "do = \"borrow\"",
            "at = \"bank\"",
            &format!("amount = \"WETH to ltv {p}%\"")
        ])),
        (1..100u32).prop_map(move |p| table(&[
            "do = \"zap\"",
            "at = \"pool\"",
            &format!("amount = \"{p}% USDC\"")
        ])),
        (1..100u32).prop_map(move |p| table(&[
            "do = \"remove_liquidity\"",
            "at = \"pool\"",
            &format!("part = \"{p}%\"")
        ])),
        (1..100u32).prop_map(move |p| table(&[
            "do = \"repay\"",
            "at = \"bank\"",
            &format!("amount = \"{p}% USDC\"")
        ])),
        (1..100u32).prop_map(move |p| table(&[
            "do = \"withdraw\"",
            "at = \"bank\"",
            &format!("amount = \"{p}% USDC\"")
        ])),
        (1..3u32, any::<bool>()).prop_map(move |(l, flash)| table(&[
            "do = \"loop\"",
            "at = \"bank\"",
            "swap_at = \"pool\"",
            "collateral = \"WETH\"",
            "borrow = \"USDC\"",
            &format!("leverage = {l}.5"),
            if flash { "by = \"flash\"" } else { "by = \"iteration\"" },
        ])),
    ]
}

const POLICIES: &str = "[[policy]]\nwhen = \"health_factor < 1.2\"\ndo = \"deleverage to 1.5\"\n\
    [[policy]]\nwhen = \"drawdown > 50%\"\ndo = \"close\"\n[[policy]]\nevery = \"2d\"\ndo = \"compound\"\n";

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_sum_to_the_change(
        steps in prop::collection::vec(step(), 1..9),
        prices in prop::collection::vec(300..6_000u32, 2..12),
        gas in 0..200u32,
        policies in any::<bool>(),
    ) {
        let rules = if policies { POLICIES } else { "" };
        let mut all = vec!["2000".to_string()];
        all.extend(prices.iter().map(ToString::to_string));
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let scenario = format!("gas = \"{gas} gwei\"\n{}", weth(&all));
        // Steps that cannot be done are left out one by one, from the end, until the rest can.
        for kept in (0..=steps.len()).rev() {
            let open: String = steps.iter().take(kept).map(String::as_str).collect();
            let mut setup = setup(&format!("{open}{rules}"), &scenario);
            match setup.run() {
                Ok(outcome) => {
                    crate::support::holds(&outcome);
                    break;
                }
                Err(levmine_engine::EngineError::Opening(_)) => {}
                Err(error) => prop_assert!(false, "{error}"),
            }
        }
    }
}
