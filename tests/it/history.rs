//! The built-in strategy over real hourly prices. Needs the recorded data; says so where it is absent.

use std::path::{Path, PathBuf};

use levmine::engine::{EventKind, Outcome};
use levmine::market::Timestamp;
use levmine::source::Files;
use levmine::{LoadOptions, PriceOverride, Registry, load};

use levmine_tests::Data;

const ETH: &str = "prices/ethusdt_1h_binance_2021_2023.csv";

fn run(from: Option<u64>, to: Option<u64>) -> Option<Outcome> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let Data::At(folder) = Data::find(std::env::var_os("LEVMINE_DATA").map(PathBuf::from), root).unwrap()
    else {
        crate::skipped("the built-in strategy on hourly prices");
        return None;
    };
    let options = LoadOptions {
        prices: vec![PriceOverride { symbol: "WETH".into(), value: ETH.into() }],
        // The exchange's longest maintenance took five hours.
        max_gap: Some(6 * 3_600),
        from: from.map(Timestamp),
        to: to.map(Timestamp),
        ..LoadOptions::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let job = runtime.block_on(load(&Registry::builtin(), &options, &Files::below(folder))).unwrap();
    Some(job.run().unwrap_or_else(|error| panic!("{error}")).outcome)
}

fn holds(outcome: &Outcome) {
    let sum: i128 = outcome.parts.iter().map(|(_, part)| part).sum();
    assert_eq!(sum, outcome.final_equity - outcome.start_equity);
    assert!(outcome.audit.movements > 10 && outcome.audit.balances >= 4);
}

#[test]
fn the_built_in_strategy_from_april_2021_to_december_2023() {
    let Some(outcome) = run(None, None) else { return };
    assert_eq!(outcome.metrics.steps, 23_989, "one step for each candle's close");
    holds(&outcome);
    // The audit is part of the run: it failed the run if a wei were missing. The fall of 19 May 2021 is in it.
    assert!(outcome.metrics.policy_acts > 0);
}

#[test]
fn every_month_on_its_own() {
    let month = 30 * 86_400;
    for start in (1_617_580_800_u64..1_700_000_000).step_by(usize::try_from(3 * month).unwrap()) {
        let Some(outcome) = run(Some(start), Some(start + month)) else { return };
        holds(&outcome);
        let failed =
            outcome.events.iter().filter(|event| matches!(event.kind, EventKind::PolicyFailed { .. }));
        assert_eq!(failed.count(), 0, "from {start}: {:?}", outcome.events);
    }
}
