//! Every preset against the deployment files that it was taken from.

use std::collections::BTreeMap;

use levmine_compound_v3::{DESCRIPTOR, Quote};
use levmine_lending::LendingMarket;
use levmine_math::{Bps, parse_units, pow10};
use serde_json::Value;

use crate::data;
use crate::markets::{build, u};

/// A number of the files, `"7_500e18"` or `0.0325`, with so many decimals on top.
fn scaled(value: &Value, decimals: u8) -> u128 {
    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.replace('_', ""));
    let (number, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: u8 = exponent.parse().expect("an exponent");
    let units = parse_units(number, decimals + exponent).expect("a number");
    u128::try_from(units).expect("fits")
}

/// What governance had set where a file has a cap of zero.
fn later_caps() -> BTreeMap<&'static str, u128> {
    BTreeMap::from([("WBTC", 12_000), ("WETH", 350_000), ("UNI", 2_300_000), ("LINK", 1_250_000)])
}

#[test]
fn presets_are_the_deployment_files() {
    let needed = "params/compound_v3_configurations.json";
    let Some(path) = data::folder(needed) else { return };
    let files: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
    let files = files.as_object().expect("markets");
    assert_eq!(files.len(), DESCRIPTOR.presets.len());
    for (key, file) in files {
        let market = build(&format!("preset = \"{}\"", key.replace('/', "-")));
        let params = market.comet().params();
        let decimals = params.base.decimals();
        assert_eq!(params.base.symbol(), file["baseToken"].as_str().expect("a symbol"), "{key}");
        let dollars = params.quote == Quote::Dollars;
        assert_eq!(dollars, params.base.symbol().starts_with("USD"), "{key}");
        assert_eq!(u128::from(params.store_front_price_factor), scaled(&file["storeFrontPriceFactor"], 18));
        assert_eq!(params.target_reserves, scaled(&file["targetReserves"], 0), "{key}");
        assert_eq!(params.base_borrow_min, scaled(&file["borrowMin"], 0), "{key}");
        let tracking = &file["tracking"];
        assert_eq!(u128::from(params.tracking_index_scale), scaled(&tracking["indexScale"], 0), "{key}");
        for (kept, name) in [
            (params.base_tracking_supply_speed, "baseSupplySpeed"),
            (params.base_tracking_borrow_speed, "baseBorrowSpeed"),
        ] {
            assert_eq!(u128::from(kept), scaled(&tracking[name], 0), "{key} {name}");
        }
        assert_eq!(params.base_min_for_rewards, scaled(&tracking["baseMinForRewards"], 0), "{key}");
        for (side, curve) in [("supply", params.supply), ("borrow", params.borrow)] {
            let yearly = |name: &str| scaled(&file["rates"][format!("{side}{name}")], 18);
            let per_second = |name: &str| yearly(name) / 31_536_000;
            assert_eq!(u128::from(curve.kink), yearly("Kink"), "{key}");
            assert_eq!(u128::from(curve.base), per_second("Base"), "{key}");
            assert_eq!(u128::from(curve.slope_low), per_second("SlopeLow"), "{key}");
            assert_eq!(u128::from(curve.slope_high), per_second("SlopeHigh"), "{key}");
        }
        let listed = file["assets"].as_object().expect("assets");
        assert_eq!(params.collaterals.len(), listed.len(), "{key}");
        for (ours, (symbol, theirs)) in params.collaterals.iter().zip(listed) {
            assert_eq!(ours.asset.symbol(), symbol, "{key}");
            assert_eq!(ours.asset.decimals().to_string(), theirs["decimals"].as_str().expect("decimals"));
            assert_eq!(u128::from(ours.borrow_collateral_factor), scaled(&theirs["borrowCF"], 4), "{key}");
            assert_eq!(u128::from(ours.liquidate_collateral_factor), scaled(&theirs["liquidateCF"], 4));
            assert_eq!(u128::from(ours.liquidation_factor), scaled(&theirs["liquidationFactor"], 4));
            let scale = u128::try_from(pow10(ours.asset.decimals().into()).expect("fits")).expect("fits");
            let mut cap = scaled(&theirs["supplyCap"], 0);
            if key == "mainnet/usdc" {
                assert_eq!(cap, 0, "{symbol}");
                cap = later_caps().get(symbol.as_str()).copied().unwrap_or(0) * scale;
            }
            assert_eq!(ours.supply_cap, cap, "{key} {symbol}");
        }
        assert_eq!(decimals, market.assets()[0].decimals());
    }
    println!("{} deployment files", files.len());
}

#[test]
fn every_preset_is_a_market_with_depth() {
    for preset in DESCRIPTOR.presets {
        let market = build(&format!("preset = \"{}\"", preset.name));
        let base = market.comet().params().base;
        let rates = market.rates(base, crate::markets::START).expect("rates");
        assert_eq!(rates.utilization.raw(), u(750_000_000_000_000_000_000_000_000), "{}", preset.name);
        assert!(!rates.available.is_zero() && rates.borrow > rates.supply, "{}", preset.name);
        let first = market.assets()[1];
        let listing = market.listing(first).expect("listed");
        assert!(listing.max_ltv.is_some_and(|ltv| ltv > Bps::new(0)), "{}", preset.name);
    }
}
