//! What is said to files that are not accepted.

use levmine_config::parse_toml;
use levmine_engine::{ScenarioFile, TargetSpec, VolumeSpec, read_scenario};
use levmine_market::Assets;
use levmine_math::{U256, Wad};

fn read(text: &str) -> Result<ScenarioFile, String> {
    let text = format!("name = \"s\"\n{text}\n[prices]\nWETH = \"2000\"\n");
    let root = parse_toml("s.toml", &text).map_err(|error| error.to_string())?;
    read_scenario(&root, &Assets::standard()).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(text: &str, parts: &[&str]) {
    let message = read(text).map(|_| "accepted").expect_err("refused");
    for part in parts {
        assert!(message.contains(part), "no `{part}` in: {message}");
    }
}

#[test]
fn everybody_is_read() {
    let file = read(
        r#"
seed = 7
traders = [
  { at = "pool", volume = { per_day = "1000 WETH", spread = "80%", per_percent = "50%" }, direction = "random" },
  { at = "pool", volume = { file = "v.csv", sold = { USDC = "a", WETH = "b" }, share = "5%" } },
]
borrowers = [
  { at = "bank", asset = "USDC", utilization = "85%" },
  { at = "bank", asset = "DAI", utilization = { mean = "80%", spread = "5%", half_life = "3d" }, by = "supplying" },
  { at = "bank", asset = "WETH", utilization = { file = "u.csv", points = [["2020-03-10", "50%"]] } },
]
arbitrage = { threshold = "0.3%", gas = true, pools = { pool = { threshold = "1%", gas = false } } }
liquidators = { gas = 300000, min_profit = "50 USDC", slippage = "0.5%", delay = "10m" }
[oracle.feeds]
default = { deviation = "0.5%", heartbeat = "1h", delay = "0s" }
WETH = { delay = "1h" }
"#,
    )
    .unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(file.seed, 7);
    assert!(matches!(file.traders[0].volume, VolumeSpec::Here(_)));
    assert!(matches!(file.traders[1].volume, VolumeSpec::File { .. }));
    assert!(matches!(&file.others.borrowers[2].target, TargetSpec::File(_, Some(_))));
    let tenth = Wad::from_raw(U256::from(1_000_000_000_000_000_u64));
    let rule = file.others.arbitrage;
    assert_eq!((rule.threshold, rule.gas), (Some(Wad::from_raw(tenth.raw() * U256::from(3))), Some(135_000)));
    let [(_, name, rule)] = file.others.pools.as_slice() else { panic!("one pool") };
    let whole = Wad::from_raw(tenth.raw() * U256::from(10));
    assert_eq!((name.as_str(), rule.threshold, rule.gas), ("pool", Some(whole), None));
    let terms = file.others.liquidators;
    assert_eq!((terms.gas, terms.delay, terms.at_market), (Some(300_000), 600, true));
    let default = file.others.feeds.default.expect("a default");
    assert_eq!((default.heartbeat, default.delay), (Some(3_600), 0));
    assert_eq!(file.others.feeds.own[0].1.delay, 3_600);
    assert!(file.oracle.is_empty());
}

#[test]
fn a_scenario_without_them_has_none() {
    let file = read("").expect("valid");
    assert_eq!(file.seed, 0);
    assert!(file.others.borrowers.is_empty() && file.others.feeds.default.is_none());
    assert!(!file.others.liquidators.weighs());
}

#[test]
fn what_is_not_accepted_is_told_with_its_place() {
    refused("seed = -1", &["s.toml:2: seed", "-1", "a whole number"]);
    refused("arbitrage = { threshold = \"0.3\" }", &["s.toml:2", "\"0.3\"", "a percentage from 0% to 100%"]);
    refused("arbitrage = { gas = 5 }", &["s.toml:2", "units of gas from 21000"]);
    refused("arbitrage = { treshold = \"1%\" }", &["treshold", "threshold"]);
    refused("liquidators = { min_profit = 50 }", &["min_profit"]);
    refused("liquidators = { delay = \"soon\" }", &["delay", "a duration"]);
    refused("borrowers = [{ at = \"bank\", asset = \"USDC\" }]", &["utilization"]);
    refused(
        "borrowers = [{ at = \"bank\", asset = \"USDC\", utilization = \"120%\" }]",
        &["120%", "a percentage like"],
    );
    refused(
        "borrowers = [{ at = \"bank\", asset = \"USDC\", utilization = { mean = \"80%\" } }]",
        &["spread", "standard deviation"],
    );
    refused(
        "borrowers = [{ at = \"bank\", asset = \"USDC\", utilization = \"80%\", by = \"lending\" }]",
        &["\"lending\"", "borrowing, supplying"],
    );
    refused("traders = [{ at = \"pool\", volume = { spread = \"1%\" } }]", &["`per_day` or `file`"]);
    refused("traders = [{ at = \"pool\", volume = { file = \"v.csv\" } }]", &["`column` and `in`", "`sold`"]);
    refused(
        "traders = [{ at = \"pool\", volume = { file = \"v.csv\", sold = { WETH = \"a\" } } }]",
        &["both coins"],
    );
    refused("traders = [{ at = \"pool\", volume = \"1 WETH\", direction = \"up\" }]", &["balanced, random"]);
    refused("oracle = { feeds = { WHET = { delay = \"1h\" } } }", &["WHET", "WETH"]);
    refused("oracle = { feeds = { default = { delay = \"never\" } } }", &["never", "a duration"]);
}
