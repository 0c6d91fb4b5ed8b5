//! Input that nobody writes by mistake: still one message, soon, and nothing else.

use std::time::{Duration, Instant};

use crate::bad_input::{GOOD, refused};
use crate::support::{Answer, Desk};

fn run(strategy: &str) -> Answer {
    let desk = Desk::new();
    desk.write("s.toml", strategy);
    desk.levmine(&["run", "s.toml"])
}

/// Does something that must not take long, however slow the machine.
fn soon<T>(work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    done
}

#[test]
fn a_century_of_seconds() {
    let desk = Desk::new();
    let century = ["run", "--step", "1s", "--to", "2120-01-01"];
    refused(&soon(|| desk.levmine(&century)), &["steps of 1s", "at most 10000000"]);
    refused(
        &soon(|| desk.levmine(&["explain", "--step", "1s", "--to", "2120-01-01"])),
        &["at most 10000000"],
    );
    // Few steps over as long a time are no reason to refuse; what the price does is told.
    let long = soon(|| desk.levmine(&["run", "--step", "52w", "--to", "2040-01-01"]));
    assert_eq!(long.code, 0, "{}", long.err);
    assert_eq!(long.out.matches("is held until 2040-01-01").count(), 1, "{}", long.out);
}

#[test]
fn nesting_without_end() {
    let desk = Desk::new();
    let steps = format!("open = {}[]{}\n", "[{ do = \"flash\", steps = ".repeat(5_000), " }]".repeat(5_000));
    let head = "name = \"deep\"\ncapital = \"1 USDC\"\nvenues = { bank = { protocol = \"aave-v3\", preset = \"ethereum\" } }\n";
    desk.write("inline.toml", &format!("{head}{steps}"));
    refused(&soon(|| desk.levmine(&["run", "inline.toml"])), &["inline.toml:4", "recur"]);
    let headers: String =
        (0..500).map(|i| format!("[[open{}]]\ndo = \"flash\"\n", ".steps".repeat(i))).collect();
    desk.write("headers.toml", &format!("{head}{headers}"));
    refused(&soon(|| desk.levmine(&["run", "headers.toml"])), &["headers.toml", "recursion"]);
    desk.write("deep.json", &format!("{{\"a\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000)));
    refused(&soon(|| desk.levmine(&["replay", "deep.json"])), &["deep.json:1", "recursion"]);
}

#[test]
fn as_many_flash_loans_as_can_be_nested_are_done() {
    let mut open = "{ do = \"swap\", at = \"pool\", from = \"1 USDC\", to = \"WETH\" }".to_string();
    for _ in 0..20 {
        open = format!("{{ do = \"flash\", at = \"bank\", amount = \"1000 USDC\", steps = [{open}] }}");
    }
    let head = GOOD.split("[[open]]").next().unwrap();
    let answer = soon(|| run(&format!("open = [{open}]\n{head}")));
    assert_eq!(answer.code, 0, "{}", answer.err);
}

#[test]
fn thousands_of_venues_and_steps() {
    let head = "name = \"many\"\ncapital = \"10000 USDC\"\n[venues]\n";
    let pool = |i: usize| format!("p{i} = {{ protocol = \"uniswap-v2\", preset = \"weth-usdc\" }}\n");
    let venues = |count: usize| (0..count).map(pool).collect::<String>();
    refused(&soon(|| run(&format!("{head}{}", venues(3_000)))), &["s.toml:3", "1 to 256 venues"]);
    // The way from WETH back to USDC leads through any of them.
    let swap = "[[open]]\ndo = \"swap\"\nat = \"p0\"\nfrom = \"1 USDC\"\nto = \"WETH\"\n";
    let answer = soon(|| run(&format!("{head}{}{}", venues(256), swap.repeat(2_000))));
    assert_eq!(answer.code, 0, "{}", answer.err);
}

#[test]
fn policies_that_act_in_every_step() {
    let rules: String =
        ["every = \"1s\"\ndo = \"compound\"", "when = \"health_factor < 100\"\ndo = \"deleverage to 100\""]
            .iter()
            .map(|rule| format!("[[policy]]\n{rule}\n"))
            .collect();
    let desk = Desk::new();
    desk.write("s.toml", &format!("{GOOD}{rules}"));
    let answer = soon(|| desk.levmine(&["run", "s.toml", "--step", "10m"]));
    assert_eq!(answer.code, 0, "{}", answer.err);
}

#[test]
fn messages_stay_on_one_line_and_short() {
    let broken = GOOD.replace("to = \"WETH\"", "to = \"WE\\tTH\\u001b[2J\"");
    let answer = run(&broken);
    refused(&answer, &["s.toml:10", "\\t", "\\u{1b}"]);
    let key = format!("{GOOD}[\"{}\"]\n", "k".repeat(1_000_000));
    let answer = soon(|| run(&key));
    refused(&answer, &["unknown key"]);
    assert!(answer.err.len() < 500, "{}", answer.err.len());
}

#[test]
fn line_breaks_and_marks_of_other_systems() {
    let answer = run(&format!("\u{feff}{}", GOOD.replace('\n', "\r\n")));
    assert_eq!(answer.code, 0, "{}", answer.err);
    refused(&run(&GOOD.replace('\n', "\r\n").replace("60%", "160%")), &["s.toml:9", "160%"]);
}

#[test]
fn folders_and_bytes_instead_of_files() {
    let desk = Desk::new();
    std::fs::create_dir(desk.path().join("d.toml")).unwrap();
    std::fs::write(desk.path().join("b.toml"), b"name = \"\xff\"\n").unwrap();
    for command in ["run", "explain", "replay"] {
        refused(&desk.levmine(&[command, "d.toml"]), &["d.toml", "folder"]);
        refused(&desk.levmine(&[command, "b.toml"]), &["b.toml:1"]);
        refused(&desk.levmine(&[command, ""]), &["cannot be read"]);
    }
    refused(&desk.levmine(&["init", "../x"]), &["../x", "letters"]);
    refused(&desk.levmine(&["init", " "]), &["letters"]);
    refused(&desk.levmine(&["init", "d"]), &["d.toml", "exists already"]);
}

#[test]
fn keys_that_stand_twice() {
    refused(&run(&GOOD.replace("capital", "name = \"x\"\ncapital")), &["s.toml:2", "duplicate"]);
    let desk = Desk::new();
    desk.write("r.json", "{\"schema\": \"levmine.replay/1\",\n\"start\": 1,\n\"start\": 2}");
    refused(&desk.levmine(&["replay", "r.json"]), &["r.json:3", "`start` stands here twice"]);
    refused(
        &desk.levmine(&["run", "--prices", "WETH=1", "--prices", "WETH=2"]),
        &["--prices", "WETH twice", "once"],
    );
}

#[test]
fn tokens_that_are_something_else() {
    let assets = |line: &str| GOOD.replace("[venues]", &format!("[assets]\n{line}\n[venues]"));
    refused(&run(&assets("USDC = 18")), &["s.toml:4", "USDC has 6 decimals"]);
    // A token of the share's name would be a share that nobody issued.
    let forged = assets("pool-LP = 18").replace("\"10000 USDC\"", "[\"10000 USDC\", \"5 pool-LP\"]");
    refused(&run(&forged), &["s.toml:7", "pool-LP", "another asset"]);
    refused(&run(&GOOD.replace("10000 USDC", "9999999999999999999999999 USDC")), &["s.toml:2", "2^100"]);
}

#[test]
fn prices_that_are_missing_or_beyond() {
    let desk = Desk::new();
    for price in ["0", "-1", "1000000000000001", "0.0000000000000000001"] {
        refused(
            &desk.levmine(&["run", "--prices", &format!("WETH={price}")]),
            &[price, "above 0 and at most 10^15"],
        );
    }
    refused(&desk.levmine(&["run", "--prices", "WETH=2000"]), &["no price moves", "`from` and `to`"]);
    refused(
        &desk.levmine(&["run", "--from", "2019-01-01"]),
        &["2019-01-01", "the prices begin at 2020-03-10"],
    );
    let (head, steps) = GOOD.split_once("[[open]]").unwrap();
    let other = "other = { protocol = \"uniswap-v2\", coins = [\"USDC\", \"WBTC\"], reserves = [\"4000000\", \"100\"] }";
    let swap = "[[open]]\ndo = \"swap\"\nat = \"other\"\nfrom = \"1 USDC\"\nto = \"WBTC\"";
    let answer = run(&format!("{head}{other}\n{swap}\n[[open]]{steps}"));
    refused(&answer, &["s.toml:6: venues.other: ", "no price of WBTC", "--prices WBTC="]);
}

#[test]
fn candles_that_overlap() {
    let desk = Desk::new();
    desk.write(
        "s.toml",
        "name = \"s\"\n[prices.WETH]\nevery = \"1d\"\ncandles = [\n[\"2020-03-10\", 1, 2, 1, 2],\n[\"2020-03-10T12:00\", 2, 3, 2, 3],\n]\n",
    );
    refused(&desk.levmine(&["run", "--scenario", "s.toml"]), &["s.toml:6", "1d after the one before"]);
}

#[test]
fn gas_without_a_price_of_ether_is_told() {
    let desk = Desk::new();
    desk.write("s.toml", "name = \"s\"\ncapital = \"100 USDC\"\n[venues]\npool = { protocol = \"uniswap-v2\", coins = [\"USDC\", \"DAI\"], reserves = [\"1000\", \"1000\"] }\n");
    desk.write("c.toml", "name = \"c\"\ngas = \"20 gwei\"\nfrom = \"2020-01-01\"\nto = \"2020-01-02\"\n[prices]\nDAI = \"1\"\n");
    let answer = desk.levmine(&["run", "s.toml", "--scenario", "c.toml"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("note: gas costs nothing here"), "{}", answer.out);
}
