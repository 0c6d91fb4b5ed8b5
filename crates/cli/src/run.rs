use clap::Args;
use levmine::report::{PortfolioView, portfolio_json, portfolio_text, run_json, run_text};
use levmine::{Job, Loaded, PortfolioJob, Registry};

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
    match arguments.job.load_any(registry)? {
        Loaded::Strategy(job) => run_strategy(&job, arguments.format),
        Loaded::Portfolio(job) => run_portfolio(&job, arguments.format),
    }
}

fn run_strategy(job: &Job, format: Format) -> Result<String, Failure> {
    let ran = job.run()?;
    let view = job.view(&ran);
    Ok(match format {
        Format::Text => run_text(&view),
        Format::Json => format!("{:#}\n", run_json(&view)),
    })
}

fn run_portfolio(job: &PortfolioJob, format: Format) -> Result<String, Failure> {
    let ran = job.run()?;
    let view = PortfolioView {
        portfolio: &job.allocation.name,
        scenario: &job.scenario.name,
        notes: &job.scenario.notes,
        outcome: &ran.outcome,
        world: &ran.world,
    };
    Ok(match format {
        Format::Text => portfolio_text(&view),
        Format::Json => format!("{:#}\n", portfolio_json(&view)),
    })
}
