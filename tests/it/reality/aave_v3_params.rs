//! Configuration reports of Aave V3 against what the adapter's presets dump, number by number.

use std::collections::BTreeMap;

use levmine::lending::LendingMarket;
use levmine::market::Dump;
use levmine::math::U256;
use levmine_aave_v3::{DESCRIPTOR, Params};
use serde_json::Value;

use super::aave_v3::{RAY, preset};
use super::data::{integer, json, tell};

/// How a number of the report stands to the preset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// The preset's dump has the same.
    Equal,
    /// Of stable-rate debt, which could not be borrowed any more and is not modelled.
    Stable,
    /// Of the price oracle: prices are given from outside.
    Oracle,
    /// Of GHO, which nobody lends and the preset leaves out.
    Gho,
}

type Fates = BTreeMap<Fate, usize>;

/// A number of the dump, which writes integers as text.
fn dumped(dump: &Dump, path: &[&str]) -> U256 {
    let found = path.iter().try_fold(dump, |dump, key| dump.get(key));
    match found {
        Some(Dump::Text(text)) => text.parse().unwrap(),
        other => panic!("{path:?}: {other:?}"),
    }
}

fn symbols(dump: &Dump) -> Vec<String> {
    let Dump::List(items) = dump else { panic!("{dump:?}") };
    items
        .iter()
        .map(|item| if let Dump::Text(text) = item { text.clone() } else { panic!("{item:?}") })
        .collect()
}

/// Numbers and flags; everything else is an address or a name.
fn figures(table: &Value) -> impl Iterator<Item = (&str, U256)> {
    table.as_object().unwrap().iter().filter_map(|(key, value)| {
        let number = match value {
            Value::Bool(flag) => U256::from(u8::from(*flag)),
            Value::Number(_) => integer(value),
            Value::String(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                integer(value)
            }
            _ => return None,
        };
        Some((key.as_str(), number))
    })
}

/// Compares one reserve and its strategy with the dump.
fn reserve(report: &Value, recorded: &Value, dump: &Dump, fates: &mut Fates) {
    let symbol = recorded["symbol"].as_str().unwrap();
    let strategy = &report["strategies"][recorded["interestRateStrategy"].as_str().unwrap()];
    let mut count = |fate| *fates.entry(fate).or_default() += 1;
    if symbol == "GHO" {
        figures(recorded).chain(figures(strategy)).for_each(|_| count(Fate::Gho));
        return;
    }
    let bits = dumped(dump, &["reserves", symbol, "configuration"]);
    let (params, category) = Params::default().with_bitmap(bits);
    let curve = |key| dumped(dump, &["reserves", symbol, key]);
    for (key, number) in figures(recorded) {
        let ours = match key {
            "decimals" => params.decimals.into(),
            "ltv" => params.ltv.into(),
            "liquidationThreshold" => params.liquidation_threshold.into(),
            "liquidationBonus" => params.liquidation_bonus.into(),
            "liquidationProtocolFee" => params.liquidation_protocol_fee.into(),
            "reserveFactor" => params.reserve_factor.into(),
            "supplyCap" => params.supply_cap,
            "borrowCap" => params.borrow_cap,
            "debtCeiling" => params.debt_ceiling,
            "eModeCategory" => category.into(),
            "borrowingEnabled" => params.borrowing.into(),
            "isActive" => params.active.into(),
            "isFrozen" => params.frozen.into(),
            "isPaused" => params.paused.into(),
            "isSiloed" => params.siloed.into(),
            "isBorrowableInIsolation" => params.borrowable_in_isolation.into(),
            "isFlashloanable" => params.flash_loans.into(),
            "usageAsCollateralEnabled" => (params.liquidation_threshold != 0).into(),
            "stableBorrowRateEnabled" => {
                assert_eq!(number, U256::ZERO, "{symbol}: stable-rate debt can be borrowed");
                count(Fate::Stable);
                continue;
            }
            "oracleDecimals" | "oracleLatestAnswer" => {
                count(Fate::Oracle);
                continue;
            }
            other => panic!("{symbol}: nothing compares {other}"),
        };
        assert_eq!(number, U256::from(ours), "{symbol}: {key}");
        count(Fate::Equal);
    }
    for (key, number) in figures(strategy) {
        let ours = match key {
            "optimalUsageRatio" | "baseVariableBorrowRate" | "variableRateSlope1" | "variableRateSlope2" => {
                curve(key)
            }
            // The contract keeps what is left to full utilization beside the optimal one.
            "maxExcessUsageRatio" => U256::from(RAY) - curve("optimalUsageRatio"),
            "baseStableBorrowRate"
            | "stableRateSlope1"
            | "stableRateSlope2"
            | "optimalStableToTotalDebtRatio"
            | "maxExcessStableToTotalDebtRatio" => {
                count(Fate::Stable);
                continue;
            }
            other => panic!("{symbol}: nothing compares {other}"),
        };
        assert_eq!(number, ours, "{symbol}: {key}");
        count(Fate::Equal);
    }
}

/// Compares the eMode categories and which reserves belong to them.
fn categories(report: &Value, dump: &Dump, fates: &mut Fates) {
    let recorded = report["eModes"].as_object().unwrap();
    let Some(Dump::Table(ours)) = dump.get("categories") else { panic!("categories") };
    assert_eq!(ours.len(), recorded.len());
    for (number, category) in recorded {
        let id: U256 = number.parse().unwrap();
        for (key, value) in figures(category) {
            if key == "eModeCategory" {
                assert_eq!(value, id);
            } else {
                assert_eq!(dumped(dump, &["categories", number, key]), value, "category {number}: {key}");
            }
            *fates.entry(Fate::Equal).or_default() += 1;
        }
        let mut members =
            symbols(dump.get("categories").unwrap().get(number).unwrap().get("collateral").unwrap());
        members.sort();
        let reserves = report["reserves"].as_object().unwrap().values();
        let inside = reserves.filter(|reserve| integer(&reserve["eModeCategory"]) == id);
        let mut expected: Vec<_> =
            inside.map(|reserve| reserve["symbol"].as_str().unwrap().to_string()).collect();
        expected.sort();
        assert_eq!(members, expected, "category {number}");
    }
}

/// Compares a report with a preset; returns the number of reserves and the fates of all figures.
fn compare(name: &str, file: &str) -> Option<(usize, Fates)> {
    let report = json(file)?;
    let dump = preset(name).dump();
    let recorded = report["reserves"].as_object().unwrap();
    let mut fates = Fates::new();
    for entry in recorded.values() {
        reserve(&report, entry, &dump, &mut fates);
    }
    categories(&report, &dump, &mut fates);
    let Some(Dump::Table(ours)) = dump.get("reserves") else { panic!("reserves") };
    let left_out = recorded.values().filter(|reserve| reserve["symbol"] == "GHO").count();
    assert_eq!(ours.len() + left_out, recorded.len());
    let of = |fate| fates.get(&fate).copied().unwrap_or_default();
    tell(&format!(
        "aave-v3 preset {name}: {} reserves, {} figures: {} equal, {} of stable-rate debt, {} of the oracle, {} of GHO",
        recorded.len(),
        fates.values().sum::<usize>(),
        of(Fate::Equal),
        of(Fate::Stable),
        of(Fate::Oracle),
        of(Fate::Gho),
    ));
    Some((recorded.len(), fates))
}

/// Every preset has its report, and every figure of the report has its fate.
#[test]
fn every_preset_is_its_report() {
    let expected = [
        (
            "ethereum",
            25,
            [(Fate::Equal, 556), (Fate::Stable, 144), (Fate::Oracle, 47), (Fate::Gho, 31)].as_slice(),
        ),
        ("polygon", 20, &[(Fate::Equal, 472), (Fate::Stable, 120), (Fate::Oracle, 40)]),
    ];
    for preset in DESCRIPTOR.presets {
        let (name, date) = (preset.name, preset.date.replace('-', "_"));
        let Some((reserves, fates)) = compare(name, &format!("params/aave_v3_{name}_{date}.json")) else {
            return;
        };
        let counts = expected
            .iter()
            .find(|(known, ..)| *known == name)
            .map(|(_, reserves, fates)| (*reserves, *fates));
        let (expected_reserves, expected_fates) =
            counts.unwrap_or_else(|| panic!("{name}: what is in its report?"));
        assert_eq!(reserves, expected_reserves, "{name}");
        assert_eq!(fates, expected_fates.iter().copied().collect(), "{name}");
    }
}
