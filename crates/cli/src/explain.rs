use clap::Args;
use levmine::Registry;
use levmine::report::{ExplainView, explain_json, explain_text};

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

pub(crate) fn explain(registry: &Registry, arguments: &Arguments) -> Result<String, Failure> {
    let job = arguments.job.load(registry)?;
    let explained = job.explain()?;
    let view = ExplainView {
        strategy: &job.strategy.name,
        scenario: &job.scenario.name,
        explanation: &explained.explanation,
        world: &explained.world,
    };
    Ok(match arguments.format {
        Format::Text => explain_text(&view),
        Format::Json => format!("{:#}\n", explain_json(&view)),
    })
}
