//! `parity`: compares adapters with the contracts' bytecode.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use levmine_parity::aave_v3::AaveV3Twin;
use levmine_parity::driver::{self, Make, Mismatch, Report, Settings};
use levmine_parity::uniswap_v2::UniswapV2Twin;
use levmine_parity::{ParityError, artifact};
use serde_json::{Value, json};

/// Compares adapters with the contracts' own bytecode, to the last wei.
#[derive(Debug, Parser)]
#[command(name = "parity", version)]
struct Options {
    /// What to compare; everything unless given.
    #[arg(long, value_enum)]
    protocol: Vec<Protocol>,
    /// Operations for each protocol.
    #[arg(long, default_value_t = 20_000)]
    ops: u64,
    /// Operations on one deployment before the next one begins.
    #[arg(long, default_value_t = 250)]
    sequence: u64,
    /// The same seed draws the same operations.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many mismatches are enough.
    #[arg(long, default_value_t = 3)]
    mismatches: usize,
    /// The form of the result.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Fetches the contracts with npm first.
    #[arg(long)]
    install: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protocol {
    AaveV3,
    UniswapV2,
}

impl Protocol {
    const ALL: [Self; 2] = [Self::UniswapV2, Self::AaveV3];

    const fn name(self) -> &'static str {
        match self {
            Self::AaveV3 => "aave-v3",
            Self::UniswapV2 => "uniswap-v2",
        }
    }

    fn make(self) -> Box<Make> {
        match self {
            Self::AaveV3 => Box::new(|seed| Ok(Box::new(AaveV3Twin::new(seed)?))),
            Self::UniswapV2 => Box::new(|seed| Ok(Box::new(UniswapV2Twin::new(seed)?))),
        }
    }
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
    if options.install {
        artifact::install()?;
    }
    if !artifact::is_installed() {
        return Err(ParityError::NotInstalled.into());
    }
    let protocols =
        if options.protocol.is_empty() { Protocol::ALL.to_vec() } else { options.protocol.clone() };
    let mut equal = true;
    for protocol in protocols {
        let settings = Settings {
            operations: options.ops,
            sequence: options.sequence.max(1),
            seed: options.seed,
            mismatches: options.mismatches.max(1),
        };
        let report = driver::run(&*protocol.make(), &settings)?;
        equal &= report.mismatches.is_empty();
        let text = match options.format {
            Format::Text => text(protocol.name(), &report),
            Format::Json => format!("{}\n", json(protocol.name(), &report)),
        };
        io::stdout().write_all(text.as_bytes())?;
    }
    Ok(equal)
}

fn text(name: &str, report: &Report) -> String {
    let mut lines = vec![format!(
        "{name}: {} operations, {} integers compared, {} refusals agreed, {} mismatches, {:.1} s",
        report.operations,
        report.integers,
        report.refusals,
        report.mismatches.len(),
        report.time.as_secs_f64()
    )];
    for (operation, [done, refused]) in &report.tally {
        lines.push(format!("  {operation}: {done} done, {refused} refused"));
    }
    for (reason, times) in &report.reasons {
        lines.push(format!("  refused {times} times: {reason}"));
    }
    for Mismatch { differences, found_after, replay } in &report.mismatches {
        lines.push(format!("  mismatch, found after {found_after} operations:"));
        for difference in differences {
            let (what, contract, adapter) = (&difference.what, &difference.contract, &difference.adapter);
            lines.push(format!("    {what}: contract {contract}, adapter {adapter}"));
        }
        lines.push(format!("{replay:#}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn json(name: &str, report: &Report) -> Value {
    let mismatches: Vec<Value> = report.mismatches.iter().map(mismatch).collect();
    let tally: serde_json::Map<String, Value> = report
        .tally
        .iter()
        .map(|(name, [done, refused])| {
            (name.clone(), json!({ "done": done.to_string(), "refused": refused.to_string() }))
        })
        .collect();
    let reasons: serde_json::Map<String, Value> =
        report.reasons.iter().map(|(reason, times)| (reason.clone(), json!(times.to_string()))).collect();
    json!({
        "schema": "levmine.parity/1",
        "protocol": name,
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
        "found_after": mismatch.found_after.to_string(),
        "differences": differences,
        "replay": mismatch.replay,
    })
}
