//! `parity`: compares adapters with the contracts' bytecode.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use clap::{Parser, ValueEnum};
use levmine_parity::driver::{self, Mismatch, Report, Settings};
use levmine_parity::recorded::{self, Packed, RecordedReport};
use levmine_parity::{ParityError, RECORDED, Recorded, SUBJECTS, Subject, artifact, table};
use serde_json::{Map, Value, json};

/// Compares adapters with the contracts' own bytecode and with records of the contracts, to the last wei.
#[derive(Debug, Parser)]
#[command(name = "parity", version)]
struct Options {
    /// What to compare; everything unless given
    #[arg(long, value_name = "NAME")]
    protocol: Vec<String>,
    /// Operations for each protocol beside bytecode; records are always replayed whole
    #[arg(long, default_value_t = 20_000)]
    ops: u64,
    /// Operations on one deployment before the next one begins
    #[arg(long, default_value_t = 250)]
    sequence: u64,
    /// The same seed draws the same operations
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many mismatches are enough
    #[arg(long, default_value_t = 3)]
    mismatches: usize,
    /// How many sequences run at the same time; as many as there are cores unless given
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// The form of the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Packs the records in this folder, which has the protocol's name, instead of comparing
    #[arg(long, value_name = "FOLDER")]
    pack: Vec<PathBuf>,
    /// Also says how often each operation was done and each reason given
    #[arg(long)]
    verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    /// The rows of the table in docs/exactness.md
    Markdown,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Where nothing can be written, nothing can be said about it either.
            let _ = writeln!(io::stderr(), "parity: {error}");
            ExitCode::from(2)
        }
    }
}

/// Whether everything was equal.
fn run(options: &Options) -> Result<bool, Box<dyn std::error::Error>> {
    let mut out = io::stdout();
    for folder in &options.pack {
        let Packed { path, files, bytes, packed } = recorded::pack(folder)?;
        writeln!(out, "{}: {files} files, {bytes} bytes, {packed} packed", path.display())?;
    }
    if !options.pack.is_empty() {
        return Ok(true);
    }
    let known = names();
    if let Some(name) = options.protocol.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(ParityError::Unknown { name: name.clone(), known }.into());
    }
    let chosen = |name: &str| options.protocol.is_empty() || options.protocol.iter().any(|p| p == name);
    let mut equal = true;
    for recorded in RECORDED.iter().copied().flatten().filter(|recorded| chosen(recorded.protocol)) {
        let report = recorded::run(recorded)?;
        equal &= report.mismatches.is_empty();
        let text = match options.format {
            Format::Text => replayed(recorded, &report, options.verbose),
            Format::Json => format!("{}\n", report.to_json()),
            Format::Markdown => table::recorded_row(recorded, &report),
        };
        out.write_all(text.as_bytes())?;
    }
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let settings = Settings {
        operations: options.ops,
        sequence: options.sequence.max(1),
        seed: options.seed,
        mismatches: options.mismatches.max(1),
        threads: options.threads.map_or(cores, NonZeroUsize::get),
    };
    for subject in SUBJECTS.iter().filter(|subject| chosen(subject.protocol)) {
        if !artifact::is_installed() {
            return Err(ParityError::NotInstalled.into());
        }
        let report = driver::run(subject.make, &settings)?;
        equal &= report.mismatches.is_empty();
        let text = match options.format {
            Format::Text => text(subject, &report, options.verbose),
            Format::Json => format!("{}\n", json(subject, &report)),
            Format::Markdown => table::row(subject, &report),
        };
        out.write_all(text.as_bytes())?;
    }
    Ok(equal)
}

/// All protocols that are compared with something.
fn names() -> Vec<&'static str> {
    let recorded = RECORDED.iter().copied().flatten().map(|recorded| recorded.protocol);
    let mut names: Vec<_> = SUBJECTS.iter().map(|subject| subject.protocol).chain(recorded).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A replay of records: its first line, or all of it.
fn replayed(recorded: &Recorded, report: &RecordedReport, verbose: bool) -> String {
    if verbose || !report.mismatches.is_empty() {
        return format!("{report}\n");
    }
    format!(
        "{} {} beside records of {}: {} files, {} operations, {} integers compared, {} refusals agreed, {} mismatches, {:.1} s\n",
        recorded.protocol,
        recorded.version,
        recorded.contracts,
        report.files,
        report.operations,
        report.integers,
        report.refusals,
        report.mismatches.len(),
        report.time.as_secs_f64()
    )
}

fn text(subject: &Subject, report: &Report, verbose: bool) -> String {
    let mut lines = vec![format!(
        "{subject:?}: {} operations, {} integers compared, {} refusals agreed, {} mismatches, {:.1} s",
        report.operations,
        report.integers,
        report.refusals,
        report.mismatches.len(),
        report.time.as_secs_f64()
    )];
    if verbose {
        let operations = report.tally.iter();
        lines.extend(
            operations.map(|(name, [done, refused])| format!("  {name}: {done} done, {refused} refused")),
        );
        lines.extend(
            report.reasons.iter().map(|(reason, times)| format!("  refused {times} times: {reason}")),
        );
    }
    for Mismatch { sequence, differences, found_after, replay } in &report.mismatches {
        lines.push(format!("  mismatch in sequence {sequence}, found after {found_after} operations:"));
        for difference in differences {
            let (what, contract, adapter) = (&difference.what, &difference.contract, &difference.adapter);
            lines.push(format!("    {what}: contract {contract}, adapter {adapter}"));
        }
        lines.push(format!("{replay:#}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn json(subject: &Subject, report: &Report) -> Value {
    let mismatches: Vec<Value> = report.mismatches.iter().map(mismatch).collect();
    let tally: Map<String, Value> = report
        .tally
        .iter()
        .map(|(name, [done, refused])| {
            (name.clone(), json!({ "done": done.to_string(), "refused": refused.to_string() }))
        })
        .collect();
    let reasons: Map<String, Value> =
        report.reasons.iter().map(|(reason, times)| (reason.clone(), json!(times.to_string()))).collect();
    json!({
        "schema": "levmine.parity/1",
        "protocol": subject.protocol,
        "version": subject.version,
        "contracts": subject.contracts,
        "operations": report.operations.to_string(),
        "integers": report.integers.to_string(),
        "refusals_agreed": report.refusals.to_string(),
        "milliseconds": report.time.as_millis().to_string(),
        "by_operation": tally,
        "by_reason": reasons,
        "mismatches": mismatches,
    })
}

fn mismatch(mismatch: &Mismatch) -> Value {
    let differences: Vec<Value> = mismatch
        .differences
        .iter()
        .map(|found| json!({ "what": found.what, "contract": found.contract, "adapter": found.adapter }))
        .collect();
    json!({
        "sequence": mismatch.sequence.to_string(),
        "found_after": mismatch.found_after.to_string(),
        "differences": differences,
        "replay": mismatch.replay,
    })
}
