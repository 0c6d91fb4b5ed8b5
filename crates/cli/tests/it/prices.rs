//! Prices that are missing, and files of prices that repeat themselves.

use crate::bad_input::{GOOD, refused};
use crate::support::Desk;

const MARKET: &str = "name = \"calm\"\nfrom = \"2024-01-01\"\nto = \"2024-01-03\"\nstep = \"1h\"\n\
    [prices]\nUSDC = \"1\"\nWETH = \"2000\"\n";

#[test]
fn who_asks_for_a_price_that_is_missing_is_named() {
    let answer = |from: &str, to: &str, market: &str| {
        assert!(GOOD.contains(from), "{from}");
        let desk = Desk::new();
        desk.write("s.toml", &GOOD.replacen(from, to, 1)).write("market.toml", market);
        desk.levmine(&["run", "s.toml", "--scenario", "market.toml"])
    };
    let told = "; accepted: one under [prices], or --prices";
    let capital = answer("\"10000 USDC\"", "[\"10000 USDC\", \"1 WBTC\"]", MARKET);
    refused(
        &capital,
        &["s.toml:2: capital: read WBTC, and market.toml has no price of WBTC", told, "WBTC=..."],
    );
    let policy = answer("drawdown > 25%", "price LINK < 10", MARKET);
    refused(
        &policy,
        &["s.toml:19: policy[0]: read LINK, and market.toml has no price of LINK", told, "LINK=..."],
    );
    let pool = answer("name", "name", &MARKET.replace("WETH = \"2000\"\n", ""));
    refused(&pool, &["s.toml:", "WETH"]);
}

#[test]
fn the_scenario_is_named_where_it_asks_itself() {
    let desk = Desk::new();
    let market = format!("{MARKET}[oracle]\nWETH = \"WBTC\"\n");
    desk.write("s.toml", GOOD).write("market.toml", &market);
    let answer = desk.levmine(&["run", "s.toml", "--scenario", "market.toml"]);
    refused(&answer, &["market.toml:5: prices: read no price of WBTC; accepted: one, or --prices WBTC=..."]);
}

#[test]
fn rows_that_repeat_themselves_are_told() {
    let desk = Desk::new();
    let market = MARKET.replace("WETH = \"2000\"", "WETH = { file = \"eth.csv\" }");
    let rows: Vec<String> = (0..49).map(|hour| format!("{},2000\n", 1_704_067_200 + hour * 3_600)).collect();
    let once = format!("ts,price\n{}", rows.concat());
    let again = format!("ts,price\n{0}{0}{1}{1}{2}", rows[0], rows[1], rows[2..].concat());
    desk.write("s.toml", GOOD).write("market.toml", &market);
    let run = |text: &str| {
        desk.write("eth.csv", text);
        let answer = desk.levmine(&["run", "s.toml", "--scenario", "market.toml"]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        answer.out
    };
    let (clean, repeated) = (run(&once), run(&again));
    let note = "note: eth.csv: 2 rows repeat what the row before says, in lines 3, 5; read once";
    assert!(repeated.contains(note) && !clean.contains("repeat"), "{repeated}");
    assert!(run(once.trim_end()).contains("note: eth.csv: line 50 has no line end"), "{repeated}");
    let rest = |text: &str| {
        text.lines().filter(|line| !line.starts_with("note:")).map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(rest(&clean), rest(&repeated));
}
