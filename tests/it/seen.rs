//! What the suite of policies must show: every trigger and every action, once done and once refused.

use std::path::Path;

/// The lines of all reports of the suite in which a policy is told, without their times.
fn told() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/policies/snapshots");
    let mut lines = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the suite's reports") {
        let text = std::fs::read_to_string(entry.expect("a report").path()).expect("a text");
        lines.extend(text.lines().filter(|line| line.contains("  equity ")).map(str::to_string));
    }
    lines
}

fn is_done(line: &str) -> bool {
    !["FAILED", "TOO LATE", "came to nothing", "decided, to act", "gave way"]
        .iter()
        .any(|word| line.contains(word))
}

#[test]
fn each_trigger_and_each_action_is_seen_to_act_and_to_fail() {
    let lines = told();
    let triggers = [
        "health_factor <",
        "ltv >",
        "debt_ratio >",
        "leverage >",
        "price WETH <",
        "price WETH/WBTC <",
        "drawdown >",
        "profit >",
        "profit < -",
        "net_apy ",
        "borrow_rate ",
        "and gas ",
        "out_of_range",
        "age >",
        "every ",
    ];
    let actions = [
        ": deleverage",
        ": releverage",
        ": add_collateral",
        ": close",
        ": compound",
        ": claim",
        ": recenter",
        ": refinance",
        ": rebalance",
    ];
    for words in triggers.into_iter().chain(actions) {
        let with = || lines.iter().filter(|line| line.contains(words));
        assert!(with().any(|line| is_done(line)), "{words}: never done");
        assert!(with().any(|line| line.contains("FAILED")), "{words}: never refused");
    }
    // An alert transacts nothing, so nothing can refuse it.
    assert!(lines.iter().any(|line| line.contains(": alert")));
}
