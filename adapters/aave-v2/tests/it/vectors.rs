//! Figures recorded on chain.

use levmine_aave_v2::Curve;
use levmine_aave_v2::liquidation::{LiquidationInput, liquidation_amounts};
use levmine_aave_v2::rates::{RateInput, calculate};
use levmine_math::{U256, pow10};

use crate::data;

const RAY_PER_BPS: u128 = 100_000_000_000_000_000_000_000;

fn u(digits: &str) -> U256 {
    U256::from_str_radix(digits, 10).expect("digits")
}

/// Token, and the curve that its strategy had: optimal utilization; base and slopes of the variable rate; slopes of the
/// stable rate; the market's rate; basis points. The record does not tell it. Above the optimum only the sum of the
/// market's rate and the first slope shows, below it no second slope.
const CURVES: [(&str, [u32; 7]); 4] = [
    ("0x0000000000085d4780b73119b644ae5ecd22b376", [8_000, 0, 400, 7_500, 200, 7_500, 700]),
    ("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", [6_500, 0, 800, 10_000, 1_000, 10_000, 300]),
    ("0xdac17f958d2ee523a2206206994597c13d831ec7", [8_000, 0, 400, 7_500, 200, 7_500, 1_000]),
    ("0x6b175474e89094c44da98b954eedeac495271d0f", [8_000, 0, 400, 7_500, 200, 6_000, 1_000]),
];

#[test]
fn recorded_rate_strategy_calls_are_equal() {
    let Some(path) = data::folder("vectors/aave_v2_rate_strategy_calls_mainnet.csv") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let mut calls = 0;
    for line in lines {
        let row: Vec<&str> = line.split(',').collect();
        let at = |name: &str| row[header.iter().position(|column| *column == name).expect("a column")];
        let (_, bps) = CURVES.iter().find(|(token, _)| *token == at("reserve")).expect("a known strategy");
        let [optimal, base, slope1, slope2, stable_slope1, stable_slope2, market_rate] =
            bps.map(|bps| u128::from(bps) * RAY_PER_BPS);
        let curve = Curve { optimal, base, slope1, slope2, stable_slope1, stable_slope2, market_rate };
        let input = RateInput {
            available: u(at("available_liquidity")),
            stable_debt: u(at("total_stable_debt")),
            variable_debt: u(at("total_variable_debt")),
            average_stable_rate: u(at("average_stable_borrow_rate_ray")),
            reserve_factor: at("reserve_factor_bps").parse().expect("basis points"),
        };
        let rates = calculate(&curve, &input).expect("rates");
        assert_eq!(rates.supply, u(at("liquidity_rate_ray")), "{}", at("reserve"));
        assert_eq!(rates.stable, u(at("stable_borrow_rate_ray")), "{}", at("reserve"));
        assert_eq!(rates.variable, u(at("variable_borrow_rate_ray")), "{}", at("reserve"));
        calls += 1;
    }
    assert_eq!(calls, 4);
    println!("{calls} recorded calls, 3 rates each, all equal");
}

/// The recorded liquidations are of version 1, which rounds before it multiplies the bonus in: a unit less than version 2
/// would have seized for the same.
#[test]
fn recorded_liquidations_of_version_1_are_a_unit_away() {
    let Some(path) = data::folder("vectors/aave_liquidations_mainnet.json") else { return };
    let text = std::fs::read_to_string(path).expect("readable");
    let calls: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    // Decimals of the debts, and bonuses that the record does not tell: LEND for USDT, LINK for BUSD.
    let told = [(6, 11_000), (18, 11_000)];
    assert_eq!(calls.len(), told.len());
    for (call, (debt_decimals, bonus)) in calls.iter().zip(told) {
        assert_eq!(call["aave_version"], "v1");
        let price = |side: &str| {
            let prices = call["oracle_prices"].as_array().expect("prices");
            let found = prices.iter().find(|price| price["asset"] == call[side]).expect("a price");
            u(found["price_wei_eth"].as_str().expect("digits"))
        };
        let recorded = |key: &str| u(call[key].as_str().expect("digits"));
        let input = LiquidationInput {
            collateral_price: price("collateral_asset"),
            collateral_unit: pow10(18).expect("fits"),
            debt_price: price("debt_asset"),
            debt_unit: pow10(debt_decimals).expect("fits"),
            repay: recorded("debt_repaid"),
            collateral: U256::MAX,
            bonus,
        };
        let done = liquidation_amounts(&input).expect("amounts");
        assert_eq!(done.repaid, recorded("debt_repaid"));
        assert_eq!(done.seized, recorded("collateral_seized") + U256::ONE);
    }
    println!("{} recorded liquidations", calls.len());
}
