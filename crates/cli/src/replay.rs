use clap::Args;
use levmine::Registry;
use levmine::report::step_json;
use levmine::source::{Files, TextSource};

use crate::output::{Failure, block_on};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The replay file, TOML or JSON
    file: String,
}

pub(crate) fn replay(registry: &Registry, arguments: &Arguments) -> Result<String, Failure> {
    let text = block_on(async { Ok(Files::new().text(&arguments.file).await?) })?;
    let steps = levmine::replay(registry, &arguments.file, &text)?;
    Ok(steps.iter().map(|step| step_json(step) + "\n").collect())
}
