//! `levmine books`.

use crate::commands::{json, valid};
use crate::support::{Desk, repository};

#[test]
fn the_sums_stand_with_the_sentence_that_this_is_no_tax_advice() {
    let answer = Desk::new().levmine(&["books"]);
    assert_eq!(answer.code, 0, "{}", answer.err);
    for part in ["3x ETH/USDC farm", "no tax advice", "method: fifo", "disposal", "change of equity"] {
        assert!(answer.out.contains(part), "{part}\n{}", answer.out);
    }
}

#[test]
fn the_json_of_books_keeps_its_schema_and_adds_up() {
    let desk = Desk::new();
    for method in ["fifo", "lifo", "hifo", "average"] {
        for shares in ["disposal", "deposit"] {
            let options = ["books", "--method", method, "--shares", shares, "--format"];
            let ledger = desk.levmine(&[&options[..], &["json"]].concat());
            valid("ledger", &json(&ledger.out));
            let tax = json(&desk.levmine(&[&options[..], &["tax-json"]].concat()).out);
            valid("tax", &tax);
            assert_eq!((tax["method"].as_str(), tax["shares"].as_str()), (Some(method), Some(shares)));
            assert!(tax["note"].as_str().unwrap().contains("no tax advice"));
            // In marks: twelve places of dollars.
            let marks = |value: &serde_json::Value| {
                let text = value.as_str().unwrap();
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                format!("{whole}{fraction:0<12}").parse::<i128>().unwrap()
            };
            let lines = tax["lines"].as_array().unwrap();
            let gain: i128 = lines.iter().map(|line| marks(&line["gain"])).sum();
            let totals = &tax["totals"];
            let left: i128 =
                ["unrealised", "outstanding", "written_off"].iter().map(|k| marks(&totals[k])).sum();
            assert_eq!(gain + left, marks(&totals["change"]), "{method} {shares}");
            for line in lines {
                let entry = usize::try_from(line["source"]["entry"].as_u64().unwrap()).unwrap();
                let of = &json(&ledger.out)["entries"][entry];
                assert_eq!(of["transaction"], line["source"]["transaction"]);
            }
        }
    }
}

#[test]
fn every_export_says_that_it_is_no_tax_advice() {
    let desk = Desk::new();
    for form in ["text", "tax-csv", "tax-json", "beancount", "hledger"] {
        let answer = desk.levmine(&["books", "--format", form]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        assert!(answer.out.contains("no tax advice"), "{form}");
    }
}

#[test]
fn books_are_written_to_a_file_that_is_not_there_yet() {
    let desk = Desk::new();
    let first = desk.levmine(&["books", "--format", "csv", "--out", "ledger.csv"]);
    assert_eq!((first.code, first.out.as_str()), (0, "wrote ledger.csv\n"));
    let written = std::fs::read_to_string(desk.path().join("ledger.csv")).unwrap();
    assert_eq!(written, desk.levmine(&["books", "--format", "csv"]).out);
    let second = desk.levmine(&["books", "--format", "tax-csv", "--out", "ledger.csv"]);
    assert_eq!(second.code, 2);
    assert!(second.err.contains("ledger.csv: exists already"), "{}", second.err);
    assert_eq!(std::fs::read_to_string(desk.path().join("ledger.csv")).unwrap(), written);
    let nowhere = desk.levmine(&["books", "--out", "no/such/folder"]);
    assert_eq!(nowhere.code, 2, "{}", nowhere.err);
}

#[test]
fn what_books_do_not_know_is_refused() {
    let desk = Desk::new();
    for arguments in
        [["books", "--method", "newest"], ["books", "--format", "xml"], ["books", "--shares", "none"]]
    {
        let answer = desk.levmine(&arguments);
        assert_eq!(answer.code, 2);
        assert!(answer.err.contains("possible values"), "{}", answer.err);
    }
    let answer = desk.levmine(&["books", "--part", "long"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("--part: read long; accepted: no --part"), "{}", answer.err);
}

#[test]
fn each_strategy_of_a_portfolio_has_books_of_its_own() {
    let suite = repository("tests/scenarios/portfolio");
    let path = |name: &str| suite.join(name).to_str().unwrap().to_string();
    let (portfolio, scenario) = (path("mixed.toml"), path("dip.toml"));
    let desk = Desk::new();
    let all = desk.levmine(&["books", &portfolio, "--scenario", &scenario]);
    assert_eq!(all.code, 2);
    assert!(all.err.contains("each of which has books of its own"), "{}", all.err);
    let names: Vec<&str> = all.err.split('"').skip(1).step_by(2).collect();
    assert!(names.len() > 1, "{}", all.err);
    let mut seen = Vec::new();
    for name in names {
        let arguments =
            ["books", &portfolio, "--scenario", &scenario, "--part", name, "--format", "tax-json"];
        let answer = desk.levmine(&arguments);
        assert_eq!(answer.code, 0, "{}", answer.err);
        let tax = json(&answer.out);
        valid("tax", &tax);
        assert_eq!(tax["strategy"].as_str(), Some(name));
        seen.push(tax["totals"].clone());
    }
    assert!(seen.windows(2).any(|two| two[0] != two[1]), "different strategies, different books");
}
