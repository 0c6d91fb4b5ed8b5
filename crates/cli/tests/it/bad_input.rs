//! Whatever a user gets wrong: one clear message with the place, what was read and what is accepted; exit code 2.

use crate::support::{Answer, Desk};

pub(crate) const GOOD: &str = r#"name = "farm"
capital = "10000 USDC"
[venues]
bank = { protocol = "aave-v3", preset = "ethereum" }
pool = { protocol = "uniswap-v2", preset = "weth-usdc" }
[[open]]
do = "swap"
at = "pool"
from = "60%"
to = "WETH"
[[open]]
do = "supply"
at = "bank"
amount = "all WETH"
[[open]]
do = "borrow"
at = "bank"
amount = "USDC to ltv 55%"
[[policy]]
when = "drawdown > 25%"
do = "close"
"#;

pub(crate) fn refused(answer: &Answer, parts: &[&str]) {
    assert_eq!(answer.code, 2, "{}\n{}", answer.out, answer.err);
    assert!(answer.out.is_empty(), "nothing half-written: {}", answer.out);
    assert_eq!(answer.err.lines().count(), 1, "one message: {}", answer.err);
    assert!(!answer.err.contains("panicked"), "{}", answer.err);
    for part in parts {
        assert!(answer.err.contains(part), "no `{part}` in: {}", answer.err);
    }
}

/// The good strategy with one line changed.
fn with(from: &str, to: &str) -> Answer {
    assert!(GOOD.contains(from), "{from}");
    let desk = Desk::new();
    desk.write("s.toml", &GOOD.replacen(from, to, 1));
    desk.levmine(&["run", "s.toml"])
}

#[test]
fn the_good_one_is_good() {
    let desk = Desk::new();
    desk.write("s.toml", GOOD);
    let answer = desk.levmine(&["run", "s.toml"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
}

#[test]
fn malformed_toml() {
    refused(&with("capital = \"10000 USDC\"", "capital = "), &["s.toml:2"]);
}

#[test]
fn unknown_keys_name_the_nearest() {
    refused(&with("capital =", "captial ="), &["s.toml:2", "`captial`", "did you mean `capital`?"]);
    refused(&with("from = \"60%\"", "form = \"60%\""), &["s.toml:9", "`form`", "`from`"]);
    refused(&with("preset = \"ethereum\"", "presett = \"ethereum\""), &["s.toml:4", "`presett`"]);
    refused(&with("do = \"swap\"", "do = \"swop\""), &["s.toml:7", "\"swop\"", "did you mean \"swap\"?"]);
    refused(
        &with("protocol = \"aave-v3\"", "protocol = \"aave-v4\""),
        &["s.toml:4", "\"aave-v4\"", "aave-v3"],
    );
    refused(&with("preset = \"ethereum\"", "preset = \"ethreum\""), &["s.toml:4", "\"ethreum\"", "ethereum"]);
    refused(&with("at = \"pool\"", "at = \"pol\""), &["s.toml:8", "\"pol\"", "pool"]);
    refused(&with("drawdown", "drowdown"), &["s.toml:20", "drowdown", "drawdown"]);
}

#[test]
fn wrong_assets() {
    refused(&with("to = \"WETH\"", "to = \"WETT\""), &["s.toml:10", "\"WETT\"", "WETH"]);
    refused(&with("to = \"WETH\"", "to = \"WBTC\""), &["s.toml:6", "WBTC"]);
    refused(&with("10000 USDC", "10000 USDD"), &["s.toml:2", "USDD", "did you mean \"USD\"?"]);
}

#[test]
fn negative_and_absurd_amounts() {
    refused(&with("10000 USDC", "-5 USDC"), &["s.toml:2", "-5 USDC"]);
    refused(&with("10000 USDC", "0 USDC"), &["s.toml:2", "0 USDC"]);
    refused(&with("10000 USDC", "1.0000001 USDC"), &["s.toml:2", "1.0000001 USDC"]);
    refused(&with("10000 USDC", &format!("1{} USDC", "0".repeat(90))), &["s.toml:2"]);
    refused(&with("from = \"60%\"", "from = \"160%\""), &["s.toml:9", "160%", "100%"]);
    refused(&with("from = \"60%\"", "from = \"999999999 USDC\""), &["s.toml:6", "the wallet holds"]);
    refused(&with("ltv 55%", "ltv -5%"), &["s.toml:18", "-5%"]);
}

#[test]
fn an_ltv_above_the_limit() {
    refused(&with("ltv 55%", "ltv 95%"), &["s.toml:15", "95%", "at most 80.5%"]);
}

#[test]
fn zero_reserves() {
    let zero = "{ protocol = \"uniswap-v2\", coins = [\"WETH\", \"USDC\"], reserves = [\"0\", \"0\"] }";
    refused(
        &with("{ protocol = \"uniswap-v2\", preset = \"weth-usdc\" }", zero),
        &["s.toml:6", "the reserves are 0 and 0"],
    );
}

#[test]
fn a_loop_that_cannot_reach_its_leverage() {
    let step = "do = \"loop\"\nat = \"bank\"\nswap_at = \"pool\"\ncollateral = \"WETH\"\nborrow = \"USDC\"\nleverage = 20\n";
    let answer = with("do = \"supply\"\nat = \"bank\"\namount = \"all WETH\"\n", step);
    refused(&answer, &["s.toml:11", "leverage of 20", "80.5%", "5.1"]);
}

#[test]
fn missing_files() {
    refused(&Desk::new().levmine(&["run", "none.toml"]), &["none.toml", "cannot be read"]);
    let desk = Desk::new();
    refused(&desk.levmine(&["run", "--scenario", "none.toml"]), &["none.toml", "cannot be read"]);
    refused(&desk.levmine(&["run", "--prices", "WETH=none.csv"]), &["none.csv", "cannot be read"]);
    desk.write("s.toml", "name = \"s\"\n[prices]\nUSDC = \"1\"\nWETH = { file = \"none.csv\" }\n");
    refused(&desk.levmine(&["run", "--scenario", "s.toml"]), &["s.toml:4", "none.csv", "cannot be read"]);
}

#[test]
fn histories_with_gaps() {
    let desk = Desk::new();
    let rows: String = (0..10)
        .filter(|i| *i != 5)
        .map(|i| format!("{},{}\n", 1_700_000_000 + i * 3_600, 2_000 + i))
        .collect();
    desk.write("gap.csv", &format!("time,price\n{rows}"));
    refused(&desk.levmine(&["run", "--prices", "WETH=gap.csv"]), &["gap.csv:7", "gap"]);
    let accepted = desk.levmine(&["run", "--prices", "WETH=gap.csv", "--max-gap", "2h"]);
    assert_eq!(accepted.code, 0, "{}", accepted.err);
    assert!(accepted.out.contains("note: gap.csv: 1 gap accepted before line 7;"), "{}", accepted.out);
}

#[test]
fn other_histories_that_are_not_accepted() {
    let desk = Desk::new();
    desk.write("bad.csv", "time,price\n1700000000,2000\n1700003600,abc\n");
    refused(&desk.levmine(&["run", "--prices", "WETH=bad.csv"]), &["bad.csv:3", "abc"]);
    desk.write("back.csv", "time,price\n1700003600,2000\n1700000000,2000\n1700007200,2000\n");
    refused(&desk.levmine(&["run", "--prices", "WETH=back.csv"]), &["back.csv:3"]);
    desk.write("empty.csv", "");
    refused(&desk.levmine(&["run", "--prices", "WETH=empty.csv"]), &["empty.csv"]);
    refused(&desk.levmine(&["run", "--prices", "WETH=."]), &["folder"]);
}

#[test]
fn scenarios_that_are_not_accepted() {
    let desk = Desk::new();
    desk.write("s.toml", "name = \"s\"\nfrom = \"2020-02-30\"\n[prices]\nWETH = \"1\"\n");
    refused(&desk.levmine(&["run", "--scenario", "s.toml"]), &["s.toml:2", "2020-02-30"]);
    desk.write("s.toml", "name = \"s\"\n[prices]\nWETH = \"-1\"\n");
    refused(&desk.levmine(&["run", "--scenario", "s.toml"]), &["s.toml:3", "-1"]);
    desk.write(
        "s.toml",
        "name = \"s\"\n[prices]\nWETH = { points = [[\"2020-01-02\", \"1\"], [\"2020-01-01\", \"2\"]] }\n",
    );
    refused(&desk.levmine(&["run", "--scenario", "s.toml"]), &["s.toml:3", "after the one before"]);
    desk.write("s.toml", "name = \"s\"\n[prices]\nUSDC = \"1\"\n");
    let answer = desk.levmine(&["run", "--scenario", "s.toml"]);
    assert_eq!(answer.code, 2, "{}", answer.err);
    desk.write(
        "s.toml",
        "name = \"s\"\nprices = { WETH = \"1\" }\n[[traders]]\nat = \"bank\"\nvolume = \"1 USDC\"\n",
    );
    refused(&desk.levmine(&["run", "--scenario", "s.toml"]), &["s.toml:4", "\"bank\"", "pool"]);
}

#[test]
fn other_people_at_the_wrong_place() {
    let desk = Desk::new();
    desk.write("u.csv", "ts,liquidity_rate_ray,variable_borrow_rate_ray,liquidity_index_ray,variable_borrow_index_ray\n1691971200,1,1,1,1\n1692057600,1,1,1,1\n");
    for (lines, parts) in [
        (
            "borrowers = [{ at = \"pool\", asset = \"USDC\", utilization = \"80%\" }]",
            vec!["s.toml:2", "\"pool\"", "bank"],
        ),
        (
            "borrowers = [{ at = \"bank\", asset = \"AAVE\", utilization = \"80%\" }]",
            vec!["s.toml:2", "a market that lends AAVE", "USDC"],
        ),
        (
            "borrowers = [{ at = \"bank\", asset = \"DAI\", utilization = \"1%\" }, { at = \"bank\", asset = \"DAI\", utilization = \"2%\" }]",
            vec!["s.toml:2", "once", "DAI"],
        ),
        (
            "borrowers = [{ at = \"bank\", asset = \"USDC\", utilization = { file = \"none.csv\" } }]",
            vec!["s.toml:2", "none.csv", "cannot be read"],
        ),
        (
            "borrowers = [{ at = \"bank\", asset = \"USDC\", utilization = { file = \"u.csv\" } }]",
            vec!["s.toml:2", "u.csv", "supplied_usd"],
        ),
        (
            "traders = [{ at = \"pool\", volume = { per_day = \"1 DAI\" } }]",
            vec!["s.toml:2", "coins", "WETH"],
        ),
        (
            "traders = [{ at = \"pool\", volume = { file = \"u.csv\", column = \"volume\", in = \"USDC\" } }]",
            vec!["u.csv:1", "volume", "liquidity_rate_ray"],
        ),
        ("arbitrage = { pools = { bank = { threshold = \"1%\" } } }", vec!["s.toml:2", "\"bank\"", "pool"]),
    ] {
        desk.write(
            "s.toml",
            &format!("name = \"s\"\n{lines}\nprices = {{ WETH = \"2000\", USDC = \"1\" }}\n"),
        );
        refused(
            &desk.levmine(&["run", "--scenario", "s.toml", "--from", "2023-08-14", "--to", "2023-08-15"]),
            &parts,
        );
    }
}

#[test]
fn replays_that_are_not_accepted() {
    let desk = Desk::new();
    desk.write("r.json", "{\"schema\": \"levmine.replay/9\"}");
    refused(&desk.levmine(&["replay", "r.json"]), &["r.json", "levmine.replay/1"]);
    desk.write("r.json", "{\"schema\": ");
    refused(&desk.levmine(&["replay", "r.json"]), &["r.json:1"]);
}

#[test]
fn options_that_are_not_accepted() {
    let desk = Desk::new();
    for arguments in [
        ["run", "--prices", "WETH"],
        ["run", "--from", "tomorrow"],
        ["run", "--step", "0s"],
        ["run", "--format", "xml"],
        ["run", "--prices", "WETT=1"],
    ] {
        let answer = desk.levmine(&arguments);
        assert_eq!(answer.code, 2, "{arguments:?}: {}", answer.err);
        assert!(answer.out.is_empty());
    }
    let late = desk.levmine(&["run", "--from", "2020-03-14", "--to", "2020-03-12"]);
    assert_eq!(late.code, 2, "{}", late.err);
    let outside = desk.levmine(&["run", "--from", "2019-01-01"]);
    assert_eq!(outside.code, 2, "{}", outside.err);
}
