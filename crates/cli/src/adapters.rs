use clap::Args;
use levmine::config::nearest;
use levmine::report::{adapter_text, adapters_json, adapters_text};
use levmine::{Adapter, Registry};

use crate::output::{Failure, Format};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The protocol to tell all about
    name: Option<String>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn adapters(registry: &Registry, arguments: &Arguments) -> Result<String, Failure> {
    let chosen: Vec<&Adapter> = match &arguments.name {
        None => registry.adapters().iter().collect(),
        Some(name) => vec![registry.find(name).ok_or_else(|| {
            let near = nearest(name, registry.names()).map(|near| format!(" (did you mean {near}?)"));
            let names: Vec<&str> = registry.names().collect();
            Failure::Input(format!("read {name}; accepted: {}{}", names.join(", "), near.unwrap_or_default()))
        })?],
    };
    let pairs = chosen.iter().map(|adapter| (adapter.kind(), adapter.descriptor()));
    Ok(match (arguments.format, chosen.as_slice()) {
        (Format::Json, _) => format!("{:#}\n", adapters_json(pairs)),
        (Format::Text, [one]) if arguments.name.is_some() => adapter_text(one.kind(), one.descriptor()),
        (Format::Text, _) => adapters_text(pairs),
    })
}
