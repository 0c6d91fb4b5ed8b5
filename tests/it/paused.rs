//! A pool that follows its record, and is paused for a while.

use levmine::source::Files;
use levmine::{LoadOptions, Registry, ScenarioFrom, StrategyFrom, load};

const STRATEGY: &str = r#"
name = "a position"
capital = ["10000 USDC", "10 WETH"]
[venues]
pool = { protocol = "uniswap-v3", preset = "polygon-weth-usdc-005" }
[[open]]
do = "add_liquidity"
at = "pool"
amounts = ["8000 USDC", "4 WETH"]
range = "10%"
"#;

const SCENARIO: &str = r#"
name = "minutes"
from = 1691884860
to = 1691885400
step = "1m"
[prices]
USDC = "1"
WETH = "1846"
[[trades]]
at = "pool"
file = "trades.csv"
"#;

const PAUSE: &str = "[[event]]\ndo = \"pause pool\"\nafter = \"3m\"\nfor = \"4m\"\n";

#[test]
fn what_was_recorded_while_the_pool_is_paused_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut trades = String::from(
        "ts,netAmount0,netAmount1,closeTick,openTick,lowestTick,highestTick,inAmount0,inAmount1,currentLiquidity\n",
    );
    for minute in 0..10_u64 {
        trades += &format!(
            "{},-1970524626,1066799650715290921,201101,201101,201101,201101,0,1066799650715290921,2391553663290390168\n",
            1_691_884_800 + 60 * minute,
        );
    }
    for (file, text) in [
        ("strategy.toml", STRATEGY.to_owned()),
        ("open.toml", SCENARIO.to_owned()),
        ("paused.toml", format!("{SCENARIO}{PAUSE}")),
        ("trades.csv", trades),
    ] {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    let run = |scenario: &str| {
        let options = LoadOptions {
            strategy: StrategyFrom::File("strategy.toml".into()),
            scenario: ScenarioFrom::File(scenario.into()),
            ..LoadOptions::default()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let job =
            runtime.block_on(load(&Registry::builtin(), &options, &Files::below(folder.path()))).unwrap();
        let outcome = job.run().unwrap_or_else(|error| panic!("{error}")).outcome;
        let counts = outcome.accuracy.first().expect("compared").counts.clone();
        let fees = outcome.parts.iter().find(|(cause, _)| *cause == levmine::market::Cause::TradingFees);
        (counts, fees.expect("a part").1)
    };
    let ((all, fees), (some, fewer)) = (run("open.toml"), run("paused.toml"));
    let [traded, _] = all.as_slice() else { panic!("{all:?}") };
    let [left, _, (what, out)] = some.as_slice() else { panic!("{some:?}") };
    assert_eq!(*what, "spans in which the pool was paused, left out");
    assert_eq!((traded.1, left.1 + out, *out), (9, 9, 4));
    assert!(0 < fewer && fewer < fees, "{fewer} {fees}");
}
