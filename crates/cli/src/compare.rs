use clap::Args;
use levmine::report::{Column, Variant, compare_json, compare_text, compare_worlds_text};
use levmine::source::Files;
use levmine::{Registry, Trial, trials};

use crate::options::WorldArguments;
use crate::output::{Failure, Format, block_on};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The strategy files; without any the built-in one
    strategies: Vec<String>,
    #[command(flatten)]
    worlds: WorldArguments,
    /// In every crisis that comes with the program
    #[arg(long, conflicts_with = "scenario")]
    crises: bool,
    /// A variant with these policies instead of the strategy's (may be given several times): none, or
    /// "health_factor < 1.2: deleverage to 1.6", with ; between several
    #[arg(long)]
    policies: Vec<String>,
    /// How to write the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn compare(registry: &Registry, arguments: &Arguments) -> Result<String, Failure> {
    let scenarios =
        if arguments.crises { WorldArguments::crises() } else { arguments.worlds.scenarios_or_default() };
    let strategies: Vec<Option<&String>> = match arguments.strategies.as_slice() {
        [] => vec![None],
        given => given.iter().map(Some).collect(),
    };
    let policies: Vec<Option<&String>> = match arguments.policies.as_slice() {
        [] => vec![None],
        given => given.iter().map(Some).collect(),
    };
    let mut columns: Vec<(String, Vec<Trial>)> = Vec::new();
    for strategy in &strategies {
        for policies in &policies {
            let options = arguments.worlds.options(strategy.cloned(), policies.cloned());
            let tried = block_on(trials(registry, &options, &scenarios, &Files::new()))?;
            columns.push((name(strategy.filter(|_| strategies.len() > 1), *policies, &tried), tried));
        }
    }
    Ok(answer(&columns, arguments.format))
}

/// What tells a variant from the others: its file, its policies, or else its name.
fn name(strategy: Option<&String>, policies: Option<&String>, tried: &[Trial]) -> String {
    let own = || tried.iter().find_map(|trial| Some(trial.job.as_ref()?.strategy.name.clone()));
    match (strategy, policies) {
        (Some(file), Some(policies)) => format!("{file}; {policies}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => own().unwrap_or_default(),
    }
}

fn answer(columns: &[(String, Vec<Trial>)], format: Format) -> String {
    let variants: Vec<Variant<'_>> = columns
        .iter()
        .map(|(name, tried)| Variant { name: name.clone(), worlds: tried.iter().map(Trial::world).collect() })
        .collect();
    if format == Format::Json {
        return format!("{:#}\n", compare_json(&variants));
    }
    // In one world there is room for where it came from.
    let only = columns.iter().map(|(name, tried)| match tried.as_slice() {
        [Trial { ran: Ok(ran), .. }] => Some(Column { name, outcome: &ran.outcome }),
        _ => None,
    });
    match only.collect::<Option<Vec<_>>>() {
        Some(columns) => {
            let scenario = variants.iter().find_map(|variant| variant.worlds.first());
            format!("{}\n\n{}", scenario.map_or("", |world| world.name.as_str()), compare_text(&columns))
        }
        None => compare_worlds_text(&variants),
    }
}
