//! Replays of lending markets, on the stubs.

use levmine_config::{ConfigError, parse_toml};
use levmine_lending::{LendingMarket, ReplayStart, replay};
use levmine_market::{Assets, BlockClock, Dump, NamedAccounts, Step};
use levmine_testkit::stub;

fn run(mut market: Box<dyn LendingMarket>, text: &str) -> (Vec<Step>, Result<(), ConfigError>) {
    let node = parse_toml("replay.toml", text).expect("valid TOML");
    let mut fields = node.fields().expect("a table");
    let operations = fields.required("ops", "a list").expect("operations");
    let assets = Assets::standard();
    let clock = BlockClock { origin: stub::START, milliseconds_per_block: 12_000 };
    let start = ReplayStart {
        assets: &assets,
        prices: stub::prices(),
        now: stub::START,
        clock,
        accounts: NamedAccounts::new(),
    };
    let mut steps = Vec::new();
    let answer = replay(&mut *market, operations, start, &mut |step| steps.push(step));
    (steps, answer)
}

fn text(dump: &Dump, path: &[&str]) -> String {
    let found = path.iter().try_fold(dump, |dump, key| dump.get(key));
    match found {
        Some(Dump::Text(text)) => text.clone(),
        other => panic!("{path:?} is {other:?} in {dump:?}"),
    }
}

const STORY: &str = r#"
ops = [
  { op = "supply", by = "alice", asset = "WETH", amount = "10000000000000000000" },
  { op = "borrow", by = "alice", asset = "USDC", amount = 16000000000 },
  { op = "borrow", by = "alice", asset = "USDC", amount = 1 },
  { op = "supply", by = "bob", on_behalf_of = "alice", asset = "USDC", amount = "5" },
  { op = "withdraw", by = "alice", asset = "USDC", amount = "all" },
  { op = "flash_loan", by = "bob", asset = "USDC", amount = "1000000000" },
  { op = "approve_borrow", by = "alice", delegatee = "carol", asset = "USDC", amount = "7" },
  { op = "set_mode", by = "alice", mode = 1 },
  { op = "set_price", asset = "WETH", price = "1500.5" },
  { op = "health", of = "alice" },
  { op = "liquidate", by = "bob", borrower = "alice", debt = "USDC", collateral = "WETH", repay = "all" },
  { op = "supply", by = "bob", asset = "DAI", amount = "5" },
  { op = "claim", by = "alice" },
  { t = 1731536000, op = "accrue" },
  { op = "repay", by = "carol", on_behalf_of = "alice", asset = "USDC", amount = "all" },
  { op = "position", by = "alice" },
]
"#;

#[test]
fn a_life_is_told_step_by_step() {
    let (steps, answer) = run(stub::pooled(), STORY);
    answer.expect("a readable file");
    assert_eq!(steps.len(), 16);
    let result =
        |index: usize| steps[index].result.as_ref().unwrap_or_else(|error| panic!("step {index}: {error:?}"));
    let code = |index: usize| steps[index].result.as_ref().expect_err("refused").0.as_str();
    assert_eq!(text(result(0), &["amount"]), "10000000000000000000");
    assert_eq!(code(2), "UNDERCOLLATERALISED");
    assert_eq!(steps[2].state, steps[1].state, "a refused operation leaves the state");
    assert_eq!(text(result(4), &["amount"]), "5");
    assert_eq!(text(result(5), &["amount"]), "1000900000"); // 9 basis points on top
    // 15,005 dollars of collateral; 90 % of it in mode 1.
    assert_eq!(text(result(9), &["collateral"]), "15005000000000000000000");
    assert_eq!(text(result(9), &["liquidation_limit"]), "13504500000000000000000");
    // Half of 16,000 for 8,400 dollars of WETH.
    assert_eq!(text(result(10), &["repaid", "USDC"]), "8000000000");
    assert_eq!(text(result(10), &["seized", "WETH"]), "5598133955348217260");
    assert_eq!(code(11), "UNKNOWN_ASSET");
    assert_eq!(code(12), "UNSUPPORTED");
    assert_eq!(steps[13].time.0, 1_731_536_000);
    // A year at 4 %: 8,000 became 8,320.
    assert_eq!(text(result(14), &["amount"]), "8320000000");
    assert_eq!(result(15).get("debts"), Some(&Dump::table::<&str>([])));
    assert_eq!(steps[15].by.as_deref(), Some("alice"));
    assert_eq!(text(&steps[15].state, &["time"]), "1731536000");
}

#[test]
fn sales_are_replayed() {
    let story = r#"
ops = [
  { op = "supply", by = "alice", asset = "WETH", amount = "10000000000000000000" },
  { op = "borrow", by = "alice", asset = "DAI", amount = "12000000000000000000000" },
  { op = "set_price", asset = "WETH", price = 1200 },
  { op = "liquidate", by = "bob", borrower = "alice", debt = "DAI" },
  { t = 1700018000, op = "buy", by = "bob", sale = 1, amount = "1" },
  { op = "restart_sale", by = "bob", sale = 1 },
  { op = "buy", by = "bob", sale = 1, amount = "20000000000000000000", max_price = "1440" },
]
"#;
    let (steps, answer) = run(stub::vault(), story);
    answer.expect("a readable file");
    let result =
        |index: usize| steps[index].result.as_ref().unwrap_or_else(|error| panic!("step {index}: {error:?}"));
    assert_eq!(text(result(3), &["sale"]), "1");
    assert_eq!(steps[4].result.as_ref().expect_err("stalled").0, "NEEDS_RESTART");
    assert_eq!(text(result(6), &["paid"]), "13560000000000000000000");
    assert_eq!(result(6).get("ended"), Some(&Dump::Boolean(true)));
}

#[test]
fn what_cannot_be_read_is_said() {
    for (operation, expected) in [
        (r#"{ op = "supply", by = "alice", asset = "WETH" }"#, "amount"),
        (
            r#"{ op = "supply", by = "alice", asset = "WETH", amount = "1.5" }"#,
            "a whole number of base units",
        ),
        (r#"{ op = "supply", by = "alice", asset = "WETH", amount = "-1" }"#, "a whole number of base units"),
        (r#"{ op = "supply", by = "alice", asset = "WHET", amount = "1" }"#, "WETH"),
        (r#"{ op = "supply", by = "alice", asset = "WETH", amount = "1", on_behalf = "bob" }"#, "on_behalf"),
        (r#"{ op = "set_price", asset = "WETH" }"#, "price"),
        (r#"{ op = "set_price", asset = "WETH", price = "-1" }"#, "decimal"),
        (r#"{ op = "set_mode", by = "alice", mode = 256 }"#, "0 to 255"),
        (r#"{ op = "set_collateral", by = "alice", asset = "WETH", enabled = 1 }"#, "true or false"),
        (r#"{ op = "liquidate", by = "bob", borrower = "alice", debt = "USDC" }"#, "collateral"),
        (r#"{ op = "buy", by = "bob", sale = "x", amount = "1" }"#, "number of a sale"),
        (r#"{ by = "bob" }"#, "op"),
        (r#"{ t = 1, op = "accrue" }"#, "not before"),
    ] {
        let (steps, answer) = run(stub::pooled(), &format!("ops = [{operation}]"));
        let message = answer.expect_err(operation).to_string();
        assert!(message.contains(expected) && message.contains("replay.toml:1"), "{operation}: {message}");
        assert!(steps.is_empty());
    }
    let (steps, answer) = run(stub::pooled(), r#"ops = [{ op = "donate", by = "bob" }]"#);
    answer.expect("an operation that this market does not have is a step");
    assert_eq!(steps[0].result.as_ref().expect_err("unsupported").0, "UNSUPPORTED");
}
