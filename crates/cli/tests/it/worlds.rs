//! `levmine stress` and `levmine compare`.

use serde_json::Value;

use crate::commands::{json, valid};
use crate::support::{Desk, repository};

const NONE_OR_EARLY: [&str; 5] =
    ["compare", "--policies", "none", "--policies", "health_factor < 1.5: deleverage to 1.8"];

#[test]
fn every_crisis_file_is_one_of_the_programs() {
    let folder = repository("tests/scenarios/crises");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".toml")?.to_string()))
        .filter(|name| name != "suite")
        .collect();
    names.sort();
    let known: Vec<&str> = levmine::CRISES.iter().map(|crisis| crisis.name).collect();
    assert_eq!(names, known);
}

#[test]
fn stress_tells_of_every_crisis() {
    let answer = Desk::new().levmine(&["stress"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    for crisis in levmine::CRISES {
        let name = crisis.text.lines().find_map(|line| line.strip_prefix("name = ")).unwrap();
        assert!(answer.out.contains(name.trim_matches('"')), "{name}\n{}", answer.out);
    }
    for part in ["survived", "lowest health", "bad debt", "Who acted when", "deleverage to 1.5"] {
        assert!(answer.out.contains(part), "{part}\n{}", answer.out);
    }
}

#[test]
fn the_json_of_a_stress_keeps_its_schema() {
    let answer = Desk::new().levmine(&["stress", "--policies", "none", "--format", "json"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let stress = json(&answer.out);
    valid("stress", &stress);
    let worlds = stress["worlds"].as_array().unwrap();
    assert_eq!(worlds.len(), levmine::CRISES.len());
    for world in worlds {
        valid("run", &world["run"]);
        // Without policies nobody acts, and the farm does not live through every fall.
        assert_eq!(world["policy_times"].as_array().unwrap().len(), 0);
    }
    assert!(worlds.iter().any(|world| world["survived"] == Value::Bool(false)));
}

#[test]
fn compare_puts_policies_side_by_side_in_every_crisis() {
    let answer = Desk::new().levmine(&[&NONE_OR_EARLY[..], &["--crises"]].concat());
    assert_eq!(answer.code, 0, "{}", answer.err);
    let head = answer.out.lines().next().unwrap();
    assert!(head.contains("none  health_factor < 1.5: deleverage to 1.8"), "{head}");
    assert!(answer.out.contains("mean return"), "{}", answer.out);
    let json_of = Desk::new().levmine(&[&NONE_OR_EARLY[..], &["--crises", "--format", "json"]].concat());
    valid("compare", &json(&json_of.out));
}

#[test]
fn compare_in_one_world_tells_where_it_came_from() {
    let answer = Desk::new().levmine(&NONE_OR_EARLY);
    assert_eq!(answer.code, 0, "{}", answer.err);
    for part in ["Black Thursday", "liquidation penalty", "slippage", "change"] {
        assert!(answer.out.contains(part), "{part}\n{}", answer.out);
    }
}

#[test]
fn a_world_that_has_no_answer_keeps_no_other_from_being_tried() {
    let desk = Desk::new();
    desk.write(
        "no-eth.toml",
        "name = \"no ether\"\nfrom = 1600000000\nto = 1600086400\n[prices]\nUSDC = \"1\"\n",
    );
    desk.write(
        "flat.toml",
        "name = \"flat\"\nfrom = 1600000000\nto = 1600086400\n[prices]\nUSDC = \"1\"\nWETH = \"2000\"\n",
    );
    let answer = desk.levmine(&["stress", "--scenario", "no-eth.toml", "--scenario", "flat.toml"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("not tried: no ether: "), "{}", answer.out);
    assert!(answer.out.contains("survived 1 of 1"), "{}", answer.out);
    // Where none has an answer, the first one's reason is the program's.
    let alone = desk.levmine(&["stress", "--scenario", "no-eth.toml"]);
    assert_eq!(alone.code, 2, "{}{}", alone.out, alone.err);
    assert!(alone.err.contains("no price of WETH"), "{}", alone.err);
}

#[test]
fn a_semicolon_in_quotes_does_not_end_a_policy() {
    let policies = "health_factor < 1.2: alert \"a; b: c\"; drawdown > 60%: close";
    let answer = Desk::new().levmine(&["stress", "--policies", policies]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("alert \"a; b: c\""), "{}", answer.out);
}

#[test]
fn a_reward_without_a_price_is_told_and_ruins_nobody() {
    let farm = repository("tests/scenarios/recipes/homora-farm.toml");
    let answer = Desk::new().levmine(&["stress", farm.to_str().unwrap()]);
    assert_eq!(answer.code, 2, "{}{}", answer.out, answer.err);
    assert!(answer.err.contains("no price of SUSHI"), "{}", answer.err);
}

#[test]
fn policies_that_cannot_be_read_are_answered_in_one_line() {
    for (policies, part) in [
        ("health_factor < 1.2", "none"),
        ("health_factr < 1.2: close", "did you mean"),
        ("health_factor < 1.2: clse", "did you mean"),
        ("\u{1}: close", "the policies"),
    ] {
        let answer = Desk::new().levmine(&["stress", "--policies", policies]);
        assert_eq!(answer.code, 2, "{policies}: {}", answer.out);
        assert_eq!(answer.err.lines().count(), 1, "{}", answer.err);
        assert!(answer.err.contains(part), "{}", answer.err);
    }
}
