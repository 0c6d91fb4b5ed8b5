use std::fs;

use levmine_market::Timestamp;
use levmine_source::{
    Files, HistorySource as _, Reading, Request, Samples as _, SourceError, TextSource as _,
};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn histories_are_read_from_files_below_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("coins.csv", "ts,usd-coin,dai\n1617566400,1.001,0.999\n1617570000,1.002,0.998\n");
    write("gas.csv", "ts,gwei\n1617566400,20\n");
    write(
        "rates.csv",
        "ts,supplied_usd,borrowed_usd,supply_apr_pct,variable_borrow_apr_pct\n1617566400,2,1,1,2\n",
    );
    let files = Files::below(folder.path());

    let reading = Reading { from: Some(Timestamp(1_617_570_000)), ..Reading::default() };
    let request = Request { reading, ..Request::new("coins.csv#dai") };
    let dai = wait(files.history(&request)).unwrap();
    assert_eq!(dai.iter().map(|point| point.open.0.to_string()).collect::<Vec<_>>(), ["0.998"]);
    assert_eq!(dai.report().file, "coins.csv");
    let column = wait(files.history(&Request::new("coins.csv"))).unwrap_err();
    assert!(matches!(column, SourceError::Column { .. }), "{column}");
    assert_eq!(wait(files.gas(&Request::new("gas.csv"))).unwrap().len(), 1);
    assert_eq!(wait(files.rates(&Request::new("rates.csv"))).unwrap().len(), 1);
}

#[test]
fn the_column_follows_the_last_hash() {
    let split = |file: &str| {
        let request = Request::new(file);
        let (path, column) = request.path_and_column();
        (path.to_string(), column.map(str::to_string))
    };
    assert_eq!(split("a.csv"), ("a.csv".into(), None));
    assert_eq!(split("a.csv#dai"), ("a.csv".into(), Some("dai".into())));
    assert_eq!(split("a#1/b.csv#dai"), ("a#1/b.csv".into(), Some("dai".into())));
    assert_eq!(split("a.csv#"), ("a.csv#".into(), None));
    assert_eq!(split("#dai"), ("#dai".into(), None));
}

#[test]
fn what_cannot_be_read_is_told_by_the_path_as_given() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("strategies")).unwrap();
    fs::write(folder.path().join("latin.toml"), b"name = 1\nx = \"\xe9\"\n").unwrap();
    fs::write(folder.path().join("marked.toml"), "\u{feff}name = 1\n").unwrap();
    let files = Files::below(folder.path());
    let refused = |path: &str| wait(files.text(path)).unwrap_err().to_string();
    assert_eq!(refused("missing.toml"), "missing.toml: cannot be read: there is no such file");
    assert_eq!(refused("strategies"), "strategies: cannot be read: it is a folder");
    assert_eq!(refused("latin.toml"), "latin.toml:2: not UTF-8; accepted: a text saved as UTF-8");
    assert_eq!(refused("latin.toml/x"), "latin.toml/x: cannot be read: a part of the path is not a folder");
    assert!(refused("a\0b").starts_with("a\0b: cannot be read: "));
    assert_eq!(wait(files.text("marked.toml")), Ok("name = 1\n".into()));
    let history = wait(files.history(&Request::new("missing.csv"))).unwrap_err().to_string();
    assert_eq!(history, "missing.csv: cannot be read: there is no such file");
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    // Without contents: the file system keeps the size only.
    fs::File::create(folder.path().join("large.toml")).unwrap().set_len((16 << 20) + 1).unwrap();
    let error = wait(Files::below(folder.path()).text("large.toml")).unwrap_err();
    assert!(matches!(error, SourceError::TooLarge { size: 16_777_217, limit: 16_777_216, .. }), "{error}");
}
