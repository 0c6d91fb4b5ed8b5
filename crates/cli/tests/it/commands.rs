use serde_json::Value;

use crate::support::{Desk, repository};

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn valid(schema: &str, value: &Value) {
    let schema = json(&std::fs::read_to_string(repository(&format!("docs/schema/{schema}.json"))).unwrap());
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn run_without_arguments_shows_the_main_job() {
    let answer = Desk::new().levmine(&["run"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    for part in ["3x ETH/USDC farm", "Black Thursday", "equity at the end", "impermanent loss", "Audit:"] {
        assert!(answer.out.contains(part), "{part}\n{}", answer.out);
    }
}

#[test]
fn two_runs_are_the_same_bytes() {
    let desk = Desk::new();
    let (first, second) =
        (desk.levmine(&["run", "--format", "json"]), desk.levmine(&["run", "--format", "json"]));
    assert_eq!(first.out, second.out);
}

#[test]
fn the_json_of_a_run_keeps_its_schema_and_adds_up() {
    let answer = Desk::new().levmine(&["run", "--format", "json"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let run = json(&answer.out);
    valid("run", &run);
    let number = |value: &Value| value.as_str().unwrap().parse::<i128>().unwrap();
    let parts: i128 = run["attribution"].as_object().unwrap().values().map(number).sum();
    assert_eq!(parts, number(&run["final_equity"]) - number(&run["start_equity"]));
    // The opening and 18 steps: four points for each of six candles, the last close and the next open at one time.
    assert!(run["series"]["rows"].as_array().unwrap().len() == 19);
}

#[test]
fn a_portfolio_is_run_like_a_strategy() {
    let desk = Desk::new();
    std::fs::write(desk.path().join("farm.toml"), levmine::STRATEGY).unwrap();
    desk.write(
        "p.toml",
        "name = \"mine\"\ncapital = \"50000 USDC\"\n[[strategy]]\nfile = \"farm.toml\"\nweight = \"60%\"\n\
         [[strategy]]\nfile = \"farm.toml\"\nname = \"again\"\nweight = \"30%\"\n[limits]\nprotocol = \"90%\"\n",
    );
    let text = desk.levmine(&["run", "p.toml"]);
    assert_eq!(text.code, 0, "{}", text.err);
    for part in
        ["mine", "Black Thursday", "1 3x ETH/USDC farm", "2 again", "3 cash", "at most 90.00%", "Audit:"]
    {
        assert!(text.out.contains(part), "{part}\n{}", text.out);
    }
    let answer = desk.levmine(&["run", "p.toml", "--format", "json"]);
    assert_eq!(answer.out, desk.levmine(&["run", "p.toml", "--format", "json"]).out);
    let portfolio = json(&answer.out);
    valid("portfolio", &portfolio);
    let number = |value: &Value| value.as_str().unwrap().parse::<i128>().unwrap();
    for whole in
        portfolio["strategies"].as_array().unwrap().iter().map(|part| &part["run"]).chain([&portfolio])
    {
        let parts: i128 = whole["attribution"].as_object().unwrap().values().map(number).sum();
        assert_eq!(parts, number(&whole["final_equity"]) - number(&whole["start_equity"]));
    }
    for part in portfolio["strategies"].as_array().unwrap() {
        valid("run", &part["run"]);
    }
    // A portfolio is explained strategy by strategy.
    let answer = desk.levmine(&["explain", "p.toml"]);
    assert_eq!(answer.code, 2, "{}", answer.out);
    assert!(answer.err.contains("p.toml:3: strategy"), "{}", answer.err);
}

#[test]
fn explain_shows_steps_and_liquidation() {
    let desk = Desk::new();
    let answer = desk.levmine(&["explain"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    for part in [
        "borrow",
        "flash",
        "leverage",
        "health factor",
        "liquidated if WETH falls to",
        "liquidated if USDC rises to",
    ] {
        assert!(answer.out.contains(part), "{part}\n{}", answer.out);
    }
    let explained = desk.levmine(&["explain", "--format", "json"]);
    valid("explain", &json(&explained.out));
}

#[test]
fn adapters_are_listed_and_told() {
    let desk = Desk::new();
    let all = desk.levmine(&["adapters"]);
    assert!(all.out.contains("aave-v3") && all.out.contains("uniswap-v2"), "{}", all.out);
    let one = desk.levmine(&["adapters", "uniswap-v2"]);
    assert!(one.out.contains("sushi") && one.out.contains("source:"), "{}", one.out);
    valid("adapters", &json(&desk.levmine(&["adapters", "--format", "json"]).out));
    let none = desk.levmine(&["adapters", "uniswap-v1"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("did you mean uniswap-v2?"), "{}", none.err);
}

#[test]
fn init_writes_a_strategy_that_runs_and_never_overwrites() {
    let desk = Desk::new();
    let answer = desk.levmine(&["init", "my farm"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    let run = desk.levmine(&["run", "my farm.toml"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.starts_with("my farm\n"), "{}", run.out);
    let again = desk.levmine(&["init", "my farm"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("exists already"), "{}", again.err);
}

#[test]
fn own_prices_replace_the_scenario() {
    let desk = Desk::new();
    desk.write("eth.csv", "time,price\n1700000000,2000\n1700003600,2010\n1700007200,1990\n");
    let answer = desk.levmine(&["run", "--prices", "WETH=eth.csv"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(answer.out.contains("note: no price of USDC was given"), "{}", answer.out);
    assert!(answer.out.contains("2 steps"), "{}", answer.out);
}

#[test]
fn every_example_replays() {
    let desk = Desk::new();
    let mut replayed = 0;
    for entry in std::fs::read_dir(repository("examples/replay")).unwrap() {
        let path = entry.unwrap().path();
        let answer = desk.levmine(&["replay", path.to_str().unwrap()]);
        assert_eq!(answer.code, 0, "{}: {}", path.display(), answer.err);
        assert!(answer.out.lines().count() >= 3, "{}", path.display());
        for line in answer.out.lines() {
            valid("replay-step", &json(line));
        }
        replayed += 1;
    }
    assert!(replayed >= 2);
}

#[test]
fn a_replayed_state_can_be_replayed_on() {
    let desk = Desk::new();
    let example = repository("examples/replay/aave-v3.json");
    let file = json(&std::fs::read_to_string(&example).unwrap());
    let all = desk.levmine(&["replay", example.to_str().unwrap()]);
    let lines: Vec<Value> = all.out.lines().map(json).collect();
    // The state after three operations becomes the beginning of a file with the rest; bob and alice keep their names.
    let mut rest = file.clone();
    rest["venue"]["state"] = lines[2]["state"].clone();
    let ops: Vec<Value> = file["ops"].as_array().unwrap().iter().skip(3).cloned().collect();
    rest["ops"] = Value::Array(ops);
    desk.write("rest.json", &rest.to_string());
    let answer = desk.levmine(&["replay", "rest.json"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    for (line, again) in lines.iter().skip(3).zip(answer.out.lines().map(json)) {
        assert_eq!(line["result"], again["result"]);
        assert_eq!(line["state"], again["state"]);
    }
    assert_eq!(answer.out.lines().count(), 5);
    assert!(lines[2]["state"]["users"]["alice"].is_object(), "{}", lines[2]["state"]);
}
