//! Vectors recorded from the contracts' own tests.

use levmine_config::{Fields, Node};
use levmine_math::U256;
use levmine_uniswap_v3::contract::Core;
use levmine_uniswap_v3::swap_math::Exactly;
use levmine_uniswap_v3::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, sqrt_ratio_at_tick, tick_at_sqrt_ratio};

use crate::data::json;
use crate::support::{START, contract, integer};

fn text<'a>(fields: &mut Fields<'a>, key: &'static str) -> &'a str {
    fields.required(key, "a value").and_then(Node::digits).expect(key)
}

fn whole<T: std::str::FromStr>(fields: &mut Fields<'_>, key: &'static str) -> T {
    fields.required(key, "a number").and_then(|node| node.parse("a number")).expect(key)
}

#[test]
fn square_roots_of_prices_are_equal() {
    let Some(file) = json("vectors/uniswap_v3_tickmath_sqrt_ratio.json") else { return };
    let mut count = 0;
    for node in file.list().expect("a list") {
        let mut fields = node.fields().expect("a table");
        let (tick, ratio): (i32, &str) = (whole(&mut fields, "tick"), text(&mut fields, "sqrt_ratio_x96"));
        assert_eq!(sqrt_ratio_at_tick(tick), Ok(integer(ratio)), "{tick}");
        if integer(ratio) < MAX_SQRT_RATIO {
            assert_eq!(tick_at_sqrt_ratio(integer(ratio)), Ok(tick));
        }
        count += 1;
    }
    assert_eq!(count, 28);
}

fn deltas(zero_for_one: bool, paid: U256, got: U256) -> [String; 2] {
    let negative = |amount: U256| if amount.is_zero() { "0".to_string() } else { format!("-{amount}") };
    if zero_for_one { [paid.to_string(), negative(got)] } else { [negative(got), paid.to_string()] }
}

/// A price as the recorder wrote it: five significant digits of token1 for token0.
fn is_price(sqrt_price: U256, text: &str) -> bool {
    let shown: f64 = text.parse().expect("a number");
    let root = sqrt_price.to_string().parse::<f64>().expect("a number") / 2_f64.powi(96);
    (root * root - shown).abs() <= shown * 1e-4
}

fn replay(core: &mut Core, op: &Node, result: &Node) -> &'static str {
    let (mut op, mut result) = (op.fields().expect("op"), result.fields().expect("result"));
    let zero_for_one = op.required("zero_for_one", "").and_then(Node::boolean).expect("a flag");
    let amount = integer(text(&mut op, "amount"));
    let limit = op.optional("sqrt_price_limit_x96").and_then(|node| node.digits().ok());
    // No limit is written as nothing.
    let limit = limit.filter(|text| !text.is_empty()).map(integer);
    let end = if zero_for_one { MIN_SQRT_RATIO + U256::ONE } else { MAX_SQRT_RATIO - U256::ONE };
    let exactly = match text(&mut op, "kind") {
        "exact_in" => Exactly::In(amount),
        "exact_out" => Exactly::Out(amount),
        // As much as the contract's integer holds, down or up to a price.
        "to_price" => Exactly::In(U256::MAX >> 1_usize),
        other => panic!("{other}"),
    };
    assert_eq!(core.state().tick, whole::<i32>(&mut result, "tickBefore"));
    assert!(is_price(core.state().sqrt_price, text(&mut result, "poolPriceBefore")));
    let swapped = core.swap(zero_for_one, exactly, limit.unwrap_or(end), START);
    if let Some(node) = result.optional("swapError") {
        let code = swapped.expect_err("refused").code();
        let told = node.text().expect("a text");
        assert!(told.ends_with(&format!("revert {code}")), "{told}: {code}");
        return "refused";
    }
    let trade = swapped.expect("swapped");
    let [delta0, delta1] = deltas(zero_for_one, trade.amount_in, trade.amount_out);
    assert_eq!(delta0, text(&mut result, "amount0Delta"));
    assert_eq!(delta1, text(&mut result, "amount1Delta"));
    let [growth0, growth1] = core.state().fee_growth_global;
    assert_eq!(growth0, integer(text(&mut result, "feeGrowthGlobal0X128Delta")));
    assert_eq!(growth1, integer(text(&mut result, "feeGrowthGlobal1X128Delta")));
    assert_eq!(core.state().tick, whole::<i32>(&mut result, "tickAfter"));
    assert!(is_price(core.state().sqrt_price, text(&mut result, "poolPriceAfter")));
    "done"
}

#[test]
fn swaps_of_the_contracts_own_tests_are_equal() {
    let Some(file) = json("vectors/uniswap_v3_core_swap_cases.json") else { return };
    let mut counts = std::collections::BTreeMap::new();
    for node in file.list().expect("a list") {
        let mut case = node.fields().expect("a case");
        let positions: Vec<(i32, i32, u128)> = case
            .required("positions", "")
            .and_then(Node::list)
            .expect("positions")
            .iter()
            .map(|node| {
                let mut fields = node.fields().expect("a position");
                let liquidity = text(&mut fields, "liquidity").parse().expect("liquidity");
                (whole(&mut fields, "tick_lower"), whole(&mut fields, "tick_upper"), liquidity)
            })
            .collect();
        let price = integer(text(&mut case, "starting_sqrt_price_x96"));
        let (fee, spacing) = (whole(&mut case, "fee"), whole(&mut case, "tick_spacing"));
        let mut core = contract(fee, spacing, price, &positions);
        let result = case.required("result", "").expect("a result");
        let mut before = result.fields().expect("a result");
        let keys = if before.optional("swapError").is_some() {
            ["poolBalance0", "poolBalance1"]
        } else {
            ["amount0Before", "amount1Before"]
        };
        for (key, balance) in keys.into_iter().zip(core.state().balances) {
            assert_eq!(balance, integer(text(&mut before, key)), "{}", text(&mut case, "swap"));
        }
        let kind = replay(&mut core, case.required("op", "").expect("an op"), result);
        *counts.entry(kind).or_insert(0) += 1;
    }
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [("done", 42), ("refused", 6)]);
}
