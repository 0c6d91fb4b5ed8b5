use clap::Args;
use levmine::STARTER;

use crate::output::{Failure, write_new};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The strategy's name; the file is NAME.toml
    #[arg(default_value = "strategy")]
    name: String,
}

pub(crate) fn init(arguments: &Arguments) -> Result<String, Failure> {
    let name = arguments.name.strip_suffix(".toml").unwrap_or(&arguments.name);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '.');
    if name.trim() != name
        || name.is_empty()
        || name.len() > 100
        || name.starts_with('.')
        || !name.chars().all(plain)
    {
        let read = &arguments.name;
        return Err(Failure::Input(format!(
            "read \"{read}\"; accepted: a name of letters, digits, spaces, - and _"
        )));
    }
    let path = format!("{name}.toml");
    write_new(&path, &STARTER.replace("{name}", name))?;
    Ok(format!("wrote {path}; try: levmine explain \"{path}\", then: levmine run \"{path}\"\n"))
}
