use clap::Args;
use levmine::report::{Survey, stress_json, stress_text};
use levmine::source::Files;
use levmine::{Registry, Trial, trials};

use crate::options::WorldArguments;
use crate::output::{Failure, Format, block_on};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The strategy file; without it the built-in one
    strategy: Option<String>,
    #[command(flatten)]
    worlds: WorldArguments,
    /// Policies instead of the strategy's: none, or "health_factor < 1.2: deleverage to 1.6", with ; between several
    #[arg(long)]
    policies: Option<String>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn stress(registry: &Registry, arguments: &Arguments) -> Result<String, Failure> {
    let options = arguments.worlds.options(arguments.strategy.clone(), arguments.policies.clone());
    let scenarios = arguments.worlds.scenarios_or_crises();
    let tried = block_on(trials(registry, &options, &scenarios, &Files::new()))?;
    let strategy =
        tried.iter().find_map(|trial| trial.job.as_ref()).map_or("", |job| job.strategy.name.as_str());
    let survey = Survey { strategy, worlds: tried.iter().map(Trial::world).collect() };
    Ok(match arguments.format {
        Format::Text => stress_text(&survey),
        Format::Json => format!("{:#}\n", stress_json(&survey)),
    })
}
