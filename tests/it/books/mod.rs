//! Books of whole runs: they add up in every suite by every rule, and what is exported can be read again.

mod read;

use std::path::{Path, PathBuf};

use levmine::books::{Books, Method, Origin, Rules, ShareRule, TaxWhat};
use levmine::engine::Outcome;
use levmine::report::{
    BooksView, balances_csv, beancount_text, books_text, hledger_text, ledger_csv, ledger_json, tax_csv,
    tax_json,
};
use levmine::{
    Job, LevmineError, LoadOptions, Loaded, PortfolioJob, Registry, ScenarioFrom, StrategyFrom, load,
    load_any,
};
use levmine_tests::{Data, Suite, SuiteFiles};

fn answer<T>(work: impl Future<Output = Result<T, LevmineError>>) -> Result<T, LevmineError> {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

/// All rules there are.
fn rules() -> Vec<Rules> {
    let of = |shares: &ShareRule| {
        let shares = *shares;
        Method::ALL.iter().map(move |method| Rules { method: *method, shares }).collect::<Vec<_>>()
    };
    ShareRule::ALL.iter().flat_map(of).collect()
}

/// A base unit, in marks.
const UNIT: i128 = 1_000_000;

/// What must hold of any books; `due` is what the farmer could not pay in the end.
fn hold(name: &str, books: &Books, outcome: &Outcome, due: i128) {
    let totals = &books.totals;
    let whole = outcome.start_equity * UNIT;
    assert!((totals.capital - whole).abs() < UNIT, "{name}: the capital is what was begun with");
    let earned = totals.income + totals.gains + totals.debt_gains - totals.expenses;
    let rest = totals.unrealised + totals.outstanding + totals.written_off;
    let change = outcome.final_equity * UNIT - totals.capital;
    assert_eq!(earned + rest, change, "{name}: the parts are the change of equity");
    let settlement = &outcome.settlement;
    if settlement.owed.is_empty() && settlement.stranded.is_empty() {
        // Everything came back: what is outstanding is what rounding to base units leaves.
        assert!(totals.outstanding.abs() < 10, "{name}: {} marks are outstanding", totals.outstanding);
        // Gas that stayed due is no expense, but takes from what the wallet holds of other assets, at most all of it.
        let off = totals.written_off;
        assert!(off < UNIT && off > -due - UNIT, "{name}: {off} marks are written off, {due} were due");
        assert!(books.debts.is_empty(), "{name}: {:?}", books.debts);
    }
    for line in &books.lines {
        // What a market seizes for itself moves no tokens; all else names its entry.
        let entry = line.source.entry.and_then(|entry| books.entry(entry));
        if let Some(entry) = entry {
            assert_eq!(entry.entry.transaction, line.source.transaction, "{name}: {line:?}");
            assert_eq!(entry.entry.at, line.source.time, "{name}: {line:?}");
        } else {
            let text = format!("{:?}", line.what);
            assert!(
                text.contains("Liquidation")
                    || text.contains("Interest")
                    || text.contains("Forgiven")
                    || text.contains("Lost"),
                "{name}: {line:?}"
            );
        }
        if let TaxWhat::Disposal { origin: Some(Origin::Acquired(lot)), .. } = line.what {
            assert!(lot.time <= line.source.time, "{name}: sold before it was bought: {line:?}");
        }
    }
}

/// The same lines whatever the method: what is disposed of, and what is earned and spent, does not depend on it; and what
/// is realised less is not realised more.
fn agree(name: &str, all: &[Books]) {
    let sum = |books: &Books| {
        let totals = &books.totals;
        let realised = totals.income + totals.gains + totals.debt_gains - totals.expenses;
        (totals.income, totals.expenses, realised + totals.unrealised)
    };
    let mut by_shares: Vec<(ShareRule, (i128, i128, i128))> = Vec::new();
    for books in all {
        match by_shares.iter().find(|(shares, _)| *shares == books.rules.shares) {
            None => by_shares.push((books.rules.shares, sum(books))),
            Some((_, known)) => assert_eq!(*known, sum(books), "{name}: {:?}", books.rules),
        }
    }
}

#[test]
fn books_of_every_suite_add_up() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = package.parent().expect("the package is in the workspace");
    let data = Data::find(std::env::var_os("LEVMINE_DATA").map(PathBuf::from), root).expect("data or none");
    let mut kept = 0;
    for folder in std::fs::read_dir(package.join("scenarios")).expect("suites").flatten() {
        let Ok(suite) = Suite::read(&folder.path()) else { continue };
        for case in suite.cases.iter().filter(|case| !case.refused) {
            let name = format!("{}/{}", suite.name, case.name);
            if case.data && data == Data::Absent {
                crate::skipped(&name);
                continue;
            }
            let recorded = if case.data { &data } else { &Data::Absent };
            let files = SuiteFiles::new(&suite.folder, recorded);
            let options = LoadOptions {
                strategy: StrategyFrom::File(case.strategy.clone()),
                scenario: ScenarioFrom::File(case.scenario.clone()),
                data: Some("data".into()),
                ..LoadOptions::default()
            };
            match answer(load_any(&Registry::builtin(), &options, &files)).expect("a job") {
                Loaded::Strategy(job) => keep_all(&name, &job),
                Loaded::Portfolio(job) => keep_parts(&name, &job),
            }
            kept += 1;
        }
    }
    assert!(kept >= 20, "only {kept} cases were found");
}

fn keep_all(name: &str, job: &Job) {
    let ran = job.run_for_books().expect("an answer");
    let mut all = Vec::new();
    for rules in rules() {
        let books = Books::keep(&ran.world, &ran.outcome, rules);
        let books = books.unwrap_or_else(|error| panic!("{name} by {rules:?}: {error}"));
        hold(name, &books, &ran.outcome, ran.world.portfolio.gas_due);
        let (strategy, scenario) = (job.strategy.name.as_str(), job.scenario.name.as_str());
        let view = BooksView { strategy, scenario, books: &books };
        // The exports hold the wallet's ledger, to the last base unit.
        let ledger = read::from_csv(&ledger_csv(&view));
        assert_eq!(read::from_beancount(&beancount_text(&view)), ledger, "{name} by {rules:?}");
        assert_eq!(read::from_hledger(&hledger_text(&view)), ledger, "{name} by {rules:?}");
        all.push(books);
    }
    agree(name, &all);
}

fn keep_parts(name: &str, job: &PortfolioJob) {
    let mut ran = job.run_for_books().expect("an answer");
    for part in 0..ran.outcome.strategies.len() {
        let name = format!("{name}, part {part}");
        let mut all = Vec::new();
        for rules in rules() {
            let books = ran.books(part, rules);
            let books = books.unwrap_or_else(|error| panic!("{name} by {rules:?}: {error}"));
            hold(&name, &books, &ran.outcome.strategies[part].outcome, ran.world.portfolio.gas_due);
            all.push(books);
        }
        agree(&name, &all);
    }
}

fn builtin() -> Job {
    let files = SuiteFiles::new(Path::new("."), &Data::Absent);
    answer(load(&Registry::builtin(), &LoadOptions::default(), &files)).expect("the built-in job")
}

#[test]
fn keeping_a_record_changes_nothing() {
    let job = builtin();
    let (plain, kept) = (job.run().expect("an answer"), job.run_for_books().expect("an answer"));
    assert_eq!(plain.world.journal.entries(), kept.world.journal.entries());
    assert_eq!(plain.outcome.parts, kept.outcome.parts);
    assert_eq!(plain.outcome.samples.len(), kept.outcome.samples.len());
    assert!(plain.world.record().is_none());
    let refused = Books::keep(&plain.world, &plain.outcome, rules()[0]).expect_err("no record");
    let entries = plain.world.journal.entries().len();
    let message =
        format!("the run kept no record for its books: 0 of {entries} entries of the journal have a value");
    assert_eq!(refused.to_string(), message);
}

#[test]
fn every_format_says_what_it_said_before() {
    let job = builtin();
    let ran = job.run_for_books().expect("an answer");
    let rules = Rules { method: Method::Fifo, shares: ShareRule::Disposal };
    let books = Books::keep(&ran.world, &ran.outcome, rules).expect("books");
    let (strategy, scenario) = (job.strategy.name.as_str(), job.scenario.name.as_str());
    let view = BooksView { strategy, scenario, books: &books };
    insta::assert_snapshot!("summary", books_text(&view));
    insta::assert_snapshot!("ledger.csv", ledger_csv(&view));
    insta::assert_snapshot!("ledger.json", format!("{:#}", ledger_json(&view)));
    insta::assert_snapshot!("tax.csv", tax_csv(&view));
    insta::assert_snapshot!("tax.json", format!("{:#}", tax_json(&view)));
    insta::assert_snapshot!("journal.beancount", beancount_text(&view));
    insta::assert_snapshot!("journal.hledger", hledger_text(&view));
    insta::assert_snapshot!("balances.csv", balances_csv(&view));
}
