//! Has accounting tools check the journals that `levmine books` writes, and compares their balances with ours.

mod balances;
mod tools;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::Call;
use crate::error::TaskError;
use crate::files;

use self::balances::{Balances, agree, read};
use self::tools::Tool;

/// The runs whose journals are checked: a name, the arguments that choose the run, and the rules. Between them they have every
/// kind of venue, liquidations, bad debt, rebasing tokens, positions in price ranges.
const RUNS: &[(&str, &[&str])] = &[
    ("builtin", &[]),
    ("builtin-deposit", &["--shares", "deposit", "--method", "average"]),
    ("staking", &["recipes/leveraged-staking.toml", "--scenario", FORTNIGHT, "--method", "lifo"]),
    ("cdp", &["recipes/cdp-farm.toml", "--scenario", FORTNIGHT, "--shares", "deposit"]),
    ("homora", &["recipes/homora-farm.toml", "--scenario", FORTNIGHT, "--method", "hifo"]),
    ("delta-neutral", &["recipes/delta-neutral.toml", "--scenario", FORTNIGHT]),
    ("refinanced", &["recipes/refinanced.toml", "--scenario", FORTNIGHT]),
    ("in-a-range", &["policies/out-of-range.toml", "--scenario", "policies/slump.toml"]),
    ("debt-pool", &["debt-pool/hedged-stake.toml", "--scenario", "debt-pool/snx-falls.toml"]),
    ("liquidated", &["textbook/five-times-eth.toml", "--scenario", "textbook/minus-40-percent.toml"]),
    ("part", &["portfolio/mixed.toml", "--scenario", "portfolio/dip.toml", "--part", "loan on ether"]),
];

const FORTNIGHT: &str = "recipes/fortnight.toml";

/// Checks the journals with the tools that are there or can be fetched. Returns how many tools are not.
pub(crate) fn books(root: &Path) -> Result<u64, TaskError> {
    let folder = target(root).join("books");
    fs::create_dir_all(&folder).map_err(|source| TaskError::Write { path: folder.clone(), source })?;
    let mut missing = 0;
    let mut tools = Vec::new();
    for (name, found) in [("beancount", tools::beancount(&folder)), ("hledger", tools::hledger())] {
        match found {
            Ok(tool) => tools.push(tool),
            Err(error) => {
                println!("skipped: journals are not checked with {name}: {error}");
                missing += 1;
            }
        }
    }
    if tools.is_empty() {
        return Ok(missing);
    }
    // As the tests build it, so that nothing is built twice.
    Call::cargo(["build", "--quiet", "--workspace", "--profile", "test", "--bin", "levmine"]).run(root)?;
    let program = target(root).join("debug").join("levmine");
    for (name, arguments) in RUNS {
        let write = |form: &str| write(root, &program, &folder, name, arguments, form);
        let balances = files::read(&write("balances")?)?;
        let ours =
            read(&balances).map_err(|line| TaskError::Balances { run: name, tool: "levmine", line })?;
        for tool in &tools {
            let journal = write(tool.form())?;
            check(tool, name, &journal, &ours)?;
        }
    }
    let names: Vec<&str> = tools.iter().map(Tool::form).collect();
    println!("{} journals agree with {}", RUNS.len(), names.join(" and "));
    Ok(missing)
}

fn check(tool: &Tool, run: &'static str, journal: &Path, ours: &Balances) -> Result<(), TaskError> {
    tool.check(journal)?;
    let said = tool.balances(journal)?;
    let theirs = read(&said).map_err(|line| TaskError::Balances { run, tool: tool.form(), line })?;
    // A tool that says nothing would agree with nothing.
    let differs =
        ours.iter().find(|(account, ours)| !theirs.get(*account).is_some_and(|theirs| agree(ours, theirs)));
    let more = theirs.iter().find(|(account, _)| !ours.contains_key(*account));
    if let Some((account, _)) = differs.or(more) {
        let of = |balances: &Balances| balances.get(account).cloned().unwrap_or_else(|| "nothing".into());
        let line = format!("{} {}: {} there, {} here", account.0, account.1, of(&theirs), of(ours));
        return Err(TaskError::Balances { run, tool: tool.form(), line });
    }
    Ok(())
}

/// Has the program write one export of one run; returns the file.
fn write(
    root: &Path,
    program: &Path,
    folder: &Path,
    name: &str,
    arguments: &[&str],
    form: &str,
) -> Result<PathBuf, TaskError> {
    let mut command = Command::new(program);
    command.current_dir(root.join("tests/scenarios")).arg("books").args(arguments).args(["--format", form]);
    let text = tools::output(&mut command, "levmine books")?;
    let path = folder.join(format!("{name}.{form}"));
    fs::write(&path, text).map_err(|source| TaskError::Write { path: path.clone(), source })?;
    Ok(path)
}

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}
