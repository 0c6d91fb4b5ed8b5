//! Operations as tables.

use levmine_config::parse_toml;
use levmine_market::{BlockClock, Dump, Step};

use crate::support::{at, build};

fn replay(table: &str, operations: &str) -> Vec<Step> {
    let mut vault = build(table).expect("a vault");
    let node = parse_toml("replay.toml", operations).expect("valid TOML");
    let mut fields = node.fields().expect("a table");
    let list = fields.required("operations", "a list").expect("operations");
    let mut steps = Vec::new();
    let clock = BlockClock::ETHEREUM;
    levmine_vault::replay(&mut *vault, list, at(0), &clock, &mut |step| steps.push(step)).expect("read");
    steps
}

fn told(step: &Step, key: &str) -> String {
    match step.result.as_ref().map(|result| result.get(key)) {
        Ok(Some(Dump::Text(text))) => text.clone(),
        other => panic!("{key}: {other:?}"),
    }
}

#[test]
fn a_life_is_told_step_by_step() {
    let steps = replay(
        "asset = \"USDC\"\n[state]\ntotalAssets = 1000\ntotalSupply = 900",
        r#"
operations = [
    { op = "deposit", by = "alice", amount = "100" },
    { op = "preview_mint", shares = "90" },
    { op = "preview_withdraw", amount = "100" },
    { op = "convert_to_shares", amount = "100" },
    { op = "convert_to_assets", shares = "100" },
    { op = "max_deposit" },
    { op = "max_mint" },
    { op = "donate", by = "bob", amount = "550" },
    { op = "lose", amount = "50" },
    { op = "mint", by = "alice", shares = "10" },
    { op = "withdraw", by = "alice", amount = "20" },
    { op = "redeem", by = "alice", shares = "5" },
    { op = "redeem", by = "alice", shares = "5000" },
    { op = "lose", amount = "5000" },
    { op = "fly" },
]
"#,
    );
    // 1100 units and 990 shares: converted with 1101 and 991.
    assert_eq!(told(&steps[0], "shares"), "90");
    assert_eq!(told(&steps[1], "amount"), "100");
    assert_eq!(told(&steps[2], "shares"), "91");
    assert_eq!(told(&steps[3], "shares"), "90");
    assert_eq!(told(&steps[4], "amount"), "111");
    let most = levmine_math::U256::MAX.to_string();
    assert_eq!((told(&steps[5], "amount"), told(&steps[6], "shares")), (most.clone(), most));
    // 1600 units: 10 · 1601 ÷ 991 = 16.15…
    assert_eq!(told(&steps[9], "paid"), "17");
    // 1617 units, 1000 shares: 20 · 1001 ÷ 1618 = 12.37…
    assert_eq!(told(&steps[10], "shares"), "13");
    // 1597 units, 987 shares: 5 · 1598 ÷ 988 = 8.08…
    assert_eq!(told(&steps[11], "received"), "8");
    let codes: Vec<_> =
        steps[12..].iter().map(|step| step.result.as_ref().expect_err("refused").0.clone()).collect();
    assert_eq!(codes, ["ERC4626: redeem more than max", "ERC20: burn amount exceeds balance", "UNSUPPORTED"]);
}
