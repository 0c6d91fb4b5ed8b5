use clap::Args;
use levmine::Registry;
use levmine::report::{RunView, run_json, run_text};

use crate::options::JobArguments;
use crate::output::{Failure, Format};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    job: JobArguments,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(registry: &Registry, arguments: &Arguments) -> Result<String, Failure> {
    let job = arguments.job.load(registry)?;
    let ran = job.run()?;
    let view = RunView {
        strategy: &job.strategy.name,
        scenario: &job.scenario.name,
        notes: &job.scenario.notes,
        outcome: &ran.outcome,
        world: &ran.world,
    };
    Ok(match arguments.format {
        Format::Text => run_text(&view),
        Format::Json => format!("{:#}\n", run_json(&view)),
    })
}
