//! The suite files themselves.

use std::fs;

use levmine_tests::{Case, Data, Suite, SuiteError, SuiteFiles, Told, tell};

fn suite(text: &str) -> Result<Suite, String> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("suite.toml"), text).expect("written");
    Suite::read(folder.path()).map_err(|error| {
        // The folder's name is random.
        let name = folder.path().file_name().expect("a name").to_string_lossy().into_owned();
        error.to_string().replace(&name, "some")
    })
}

#[test]
fn cases_are_read_in_order() {
    let suite = suite(
        "[[case]]\nname = \"b\"\nstrategy = \"s.toml\"\nscenario = \"c.toml\"\n\
         [[case]]\nname = \"a-1\"\nstrategy = \"s.toml\"\nscenario = \"d.toml\"\ndata = true\n",
    );
    let case = |name: &str, scenario: &str, data| Case {
        name: name.into(),
        strategy: "s.toml".into(),
        scenario: scenario.into(),
        data,
        refused: false,
    };
    assert_eq!(suite.expect("valid").cases, [case("b", "c.toml", false), case("a-1", "d.toml", true)]);
}

#[test]
fn a_bad_suite_is_answered_with_its_place() {
    let twice = "[[case]]\nname = \"a\"\nstrategy = \"s\"\nscenario = \"c\"\n".repeat(2);
    for (text, message) in [
        ("", "some/suite.toml:1: `case` is missing"),
        ("[[case]]\nname = \"a\"\nscenario = \"c\"", "some/suite.toml:1: case[0]: `strategy` is missing"),
        (
            "[[case]]\nname = \"A\"\nstrategy = \"s\"\nscenario = \"c\"",
            "some/suite.toml:2: case[0].name: read \"A\"; accepted: a name of small letters",
        ),
        (&twice, "some/suite.toml:6: case[1].name: read \"a\"; accepted: a name of small letters"),
        (
            "[[case]]\nname = \"a\"\nstrategy = \"s\"\nscenario = \"c\"\ndate = true",
            "some/suite.toml:5: case[0]: unknown key `date` (did you mean `data`?)",
        ),
    ] {
        let error = suite(text).expect_err(message);
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn data_is_looked_for_where_told_and_beside_the_checkout() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("checkout");
    assert_eq!(Data::find(None, &root).expect("fine"), Data::Absent);
    let beside = folder.path().join("shared/data");
    fs::create_dir_all(&beside).expect("created");
    assert_eq!(Data::find(None, &root).expect("fine"), Data::At(beside));
    let given = folder.path().to_path_buf();
    assert_eq!(Data::find(Some(given.clone()), &root).expect("fine"), Data::At(given));
    let wrong = Data::find(Some(folder.path().join("nowhere")), &root);
    assert!(matches!(wrong, Err(SuiteError::NoDataFolder { .. })), "{wrong:?}");
}

#[test]
fn a_case_that_needs_absent_data_is_not_run() {
    let suite = Suite {
        name: "some".into(),
        folder: "nowhere".into(),
        cases: Vec::new(),
        tables: Vec::new(),
        comparisons: Vec::new(),
    };
    let mut case =
        Case { name: "a".into(), strategy: "s".into(), scenario: "c".into(), data: true, refused: false };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let told = runtime.block_on(tell(&suite, &case, &Data::Absent));
    assert_eq!(told.expect("no failure"), Told::NoData);
    // Without need of it the case is run, and misses its files.
    case.data = false;
    let told = runtime.block_on(tell(&suite, &case, &Data::Absent));
    assert_eq!(told.expect_err("no such file").to_string(), "s: cannot be read: there is no such file");
}

#[test]
fn recorded_histories_come_from_the_data() {
    use levmine::source::{HistorySource, Request, Samples};
    let folder = tempfile::tempdir().expect("a folder");
    let (suite, data) = (folder.path().join("suite"), folder.path().join("data"));
    for (folder, price) in [(&suite, "1"), (&data, "2")] {
        fs::create_dir_all(folder).expect("created");
        let text = format!("ts,price\n1600000000,{price}\n1600003600,{price}\n");
        fs::write(folder.join("p.csv"), text).expect("written");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let price = |files: &SuiteFiles, file: &str| {
        let history = runtime.block_on(files.history(&Request::new(file)));
        history.map(|history| history.iter().next().map(|point| point.close.0.to_string()))
    };
    let files = SuiteFiles::new(&suite, &Data::At(data));
    assert_eq!(price(&files, "p.csv").expect("read").as_deref(), Some("1"));
    assert_eq!(price(&files, "data/p.csv").expect("read").as_deref(), Some("2"));
    let without = SuiteFiles::new(&suite, &Data::Absent);
    assert!(price(&without, "data/p.csv").is_err());
    assert!(price(&without, "q.csv").is_err());
}

#[test]
fn a_table_is_a_case_with_columns() {
    let text = "[[table]]\nname = \"t\"\nstrategy = \"s\"\nscenario = \"c\"\nvenue = \"bank\"\n";
    let read = suite(&format!("{text}columns = [\"a b\", \"c d\"]\n")).expect("valid");
    assert!(read.cases.is_empty());
    let [table] = read.tables.as_slice() else { panic!("one table") };
    assert_eq!(table.columns, [["a", "b"], ["c", "d"]].map(|column| column.map(String::from)));
    let error = suite(&format!("{text}columns = [\"a\"]\n")).expect_err("no preset");
    assert!(
        error.starts_with("some/suite.toml:6: table[0].columns[0]: read \"a\"; accepted: a protocol"),
        "{error}"
    );
}
