//! Deployment files of Compound III against what the contract keeps of the adapter's presets, figure by
//! figure.

use std::collections::BTreeMap;

use levmine::config::parse_toml;
use levmine::market::{Assets, BuildContext, Moment};
use levmine::math::{U256, parse_units, pow10};
use levmine_compound_v3::{CompoundV3Market, DESCRIPTOR, Params, Quote, SECONDS_PER_YEAR};
use serde_json::Value;

use super::data::{json, tell};

const FILE: &str = "params/compound_v3_configurations.json";

/// How a figure of a file stands to the preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// The contract keeps the same, or what its constructor makes of it.
    Equal,
    /// A cap of zero in the first file, which governance had raised before anybody could supply.
    Raised,
}

/// The caps that held before the proposal of 2023-07-20, in whole tokens; of COMP it says nothing.
const CAPS: [(&str, u64); 4] = [("WBTC", 12_000), ("WETH", 350_000), ("UNI", 2_300_000), ("LINK", 1_250_000)];

/// A figure of the files, `"7_500e18"` or `0.0325`, with so many decimals on top.
fn scaled(value: &Value, decimals: u8) -> U256 {
    let text = value.as_str().map_or_else(|| value.to_string(), |text| text.replace('_', ""));
    let (number, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    parse_units(number, decimals + exponent.parse::<u8>().unwrap()).unwrap()
}

fn preset(name: &str) -> CompoundV3Market {
    let node = parse_toml("preset", &format!("preset = \"{name}\"")).unwrap();
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "comet", assets: &assets, now: Moment::default() };
    CompoundV3Market::decode(&mut node.fields().unwrap(), &ctx).unwrap()
}

/// Both of each figure: what the contract keeps of the file's, and what the preset has.
fn figures(params: &Params, file: &Value) -> Vec<(String, U256, U256)> {
    let mut all = Vec::new();
    let mut add = |name: &str, kept: U256, has: u128| all.push((name.to_string(), kept, U256::from(has)));
    let (rates, tracking) = (&file["rates"], &file["tracking"]);
    add(
        "storeFrontPriceFactor",
        scaled(&file["storeFrontPriceFactor"], 18),
        params.store_front_price_factor.into(),
    );
    add("targetReserves", scaled(&file["targetReserves"], 0), params.target_reserves);
    add("borrowMin", scaled(&file["borrowMin"], 0), params.base_borrow_min);
    for (side, curve) in [("supply", params.supply), ("borrow", params.borrow)] {
        for (name, has) in [
            ("Kink", curve.kink),
            ("Base", curve.base),
            ("SlopeLow", curve.slope_low),
            ("SlopeHigh", curve.slope_high),
        ] {
            let name = format!("{side}{name}");
            let yearly = scaled(&rates[&name], 18);
            let kept = if name.ends_with("Kink") { yearly } else { yearly / U256::from(SECONDS_PER_YEAR) };
            add(&name, kept, has.into());
        }
    }
    for (name, has) in [
        ("indexScale", params.tracking_index_scale.into()),
        ("baseSupplySpeed", params.base_tracking_supply_speed.into()),
        ("baseBorrowSpeed", params.base_tracking_borrow_speed.into()),
        ("baseMinForRewards", params.base_min_for_rewards),
    ] {
        add(name, scaled(&tracking[name], 0), has);
    }
    let listed = file["assets"].as_object().unwrap();
    assert_eq!(params.collaterals.len(), listed.len());
    for (ours, (symbol, theirs)) in params.collaterals.iter().zip(listed) {
        assert_eq!(ours.asset.symbol(), symbol);
        add(&format!("{symbol} decimals"), scaled(&theirs["decimals"], 0), ours.asset.decimals().into());
        for (name, has) in [
            ("borrowCF", ours.borrow_collateral_factor),
            ("liquidateCF", ours.liquidate_collateral_factor),
            ("liquidationFactor", ours.liquidation_factor),
        ] {
            // Kept in basis points.
            add(&format!("{symbol} {name}"), scaled(&theirs[name], 4), has.into());
        }
        add(&format!("{symbol} supplyCap"), scaled(&theirs["supplyCap"], 0), ours.supply_cap);
    }
    all
}

#[test]
fn presets() {
    let Some(files) = json(FILE) else { return };
    let files = files.as_object().unwrap();
    assert_eq!(files.len(), DESCRIPTOR.presets.len());
    let mut fates: BTreeMap<Fate, usize> = BTreeMap::new();
    for (key, file) in files {
        let market = preset(&key.replace('/', "-"));
        let params = market.comet().params();
        assert_eq!(params.base.symbol(), file["baseToken"].as_str().unwrap(), "{key}");
        assert_eq!(params.quote == Quote::Dollars, params.base.symbol().starts_with("USD"), "{key}");
        for (name, kept, has) in figures(params, file) {
            let raised = CAPS.iter().find(|(symbol, _)| name == format!("{symbol} supplyCap"));
            let fate = match raised.filter(|_| key == "mainnet/usdc") {
                Some((symbol, cap)) => {
                    let decimals = if *symbol == "WBTC" { 8 } else { 18 };
                    assert!(kept.is_zero(), "{key} {name}");
                    assert_eq!(has, U256::from(*cap) * pow10(decimals).unwrap(), "{key} {name}");
                    Fate::Raised
                }
                None => {
                    assert_eq!(has, kept, "{key} {name}");
                    Fate::Equal
                }
            };
            *fates.entry(fate).or_default() += 1;
        }
    }
    let counts: Vec<(Fate, usize)> = fates.into_iter().collect();
    tell(&format!("{FILE}: {counts:?}"));
    assert_eq!(counts, [(Fate::Equal, 271), (Fate::Raised, 4)]);
}
