//! The preset against its source.

use levmine_lending::LendingMarket;

use crate::data;
use crate::markets::{asset, decode};

#[test]
fn every_figure_is_the_reports() {
    let Some(path) = data::folder("params/aave_v2_polygon_2023_11_03.json") else { return };
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
    let market = decode("preset = \"polygon\"").expect("a market");
    let reserves = report["reserves"].as_object().expect("reserves");
    assert_eq!(reserves.len(), market.assets().len());
    let integer = |value: &serde_json::Value| -> u128 {
        value.as_u64().map_or_else(|| value.as_str().expect("digits").parse().expect("digits"), u128::from)
    };
    let mut figures = 0;
    for recorded in reserves.values() {
        let symbol = recorded["symbol"].as_str().expect("a symbol");
        let id = market.pool().reserve_id(asset(&market, symbol)).expect("listed");
        let reserve = market.pool().reserve(id).expect("listed");
        let strategy = &report["strategies"][recorded["interestRateStrategy"].as_str().expect("an address")];
        let (params, curve) = (reserve.params, reserve.curve);
        for (value, ours) in [
            (&recorded["decimals"], u128::from(params.decimals)),
            (&recorded["ltv"], params.ltv.into()),
            (&recorded["liquidationThreshold"], params.liquidation_threshold.into()),
            (&recorded["liquidationBonus"], params.liquidation_bonus.into()),
            (&recorded["reserveFactor"], params.reserve_factor.into()),
            (&recorded["baseStableBorrowRate"], curve.market_rate),
            (&strategy["optimalUsageRatio"], curve.optimal),
            (&strategy["baseVariableBorrowRate"], curve.base),
            (&strategy["variableRateSlope1"], curve.slope1),
            (&strategy["variableRateSlope2"], curve.slope2),
            (&strategy["stableRateSlope1"], curve.stable_slope1),
            (&strategy["stableRateSlope2"], curve.stable_slope2),
        ] {
            assert_eq!(integer(value), ours, "{symbol}");
            figures += 1;
        }
        for (key, ours) in [
            ("isActive", params.active),
            ("isFrozen", params.frozen),
            ("borrowingEnabled", params.borrowing),
            ("stableBorrowRateEnabled", params.stable_borrowing),
        ] {
            assert_eq!(recorded[key], ours, "{symbol}: {key}");
            figures += 1;
        }
    }
    println!("{} reserves, {figures} figures, all equal", reserves.len());
}

#[test]
fn it_is_a_market_with_the_liquidity_that_is_given() {
    let text = "preset = \"polygon\"\n[liquidity.USDC]\nsupplied = \"1_000_000\"\nborrowed = \"385_000\"";
    let market = decode(text).expect("a market");
    let rates = market.rates(asset(&market, "USDC"), crate::markets::START).expect("rates");
    // Half of the optimal utilization: half of the first slope of 4 %.
    assert_eq!(rates.borrow.to_decimal().expect("fits").to_string(), "0.02");
}
