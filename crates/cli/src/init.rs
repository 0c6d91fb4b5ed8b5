use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use clap::Args;
use levmine::STARTER;

use crate::output::Failure;

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
    if Path::new(&path).exists() {
        return Err(Failure::Input(format!("{path}: exists already; accepted: a name that is not taken")));
    }
    let written = OpenOptions::new().write(true).create_new(true).open(&path).and_then(|mut file| {
        // One write of the whole text; what cannot be written whole is taken away again.
        file.write_all(STARTER.replace("{name}", name).as_bytes()).inspect_err(|_| {
            let _ = std::fs::remove_file(&path);
        })
    });
    written.map_err(|error| Failure::Input(format!("{path}: cannot be written: {error}")))?;
    Ok(format!("wrote {path}; try: levmine explain \"{path}\", then: levmine run \"{path}\"\n"))
}
