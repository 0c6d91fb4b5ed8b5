//! The crises that come with the program, and trying strategies in several worlds.

use levmine_source::{HistorySource, TextSource};

use crate::{Job, LevmineError, LoadOptions, Ran, Registry, ScenarioFrom, load};

/// A crisis as a scenario file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crisis {
    /// The file's name without its ending.
    pub name: &'static str,
    /// What the file says.
    pub text: &'static str,
}

macro_rules! crises {
    ($($name:literal),* $(,)?) => {
        &[$(Crisis {
            name: $name,
            text: include_str!(concat!("../../../tests/scenarios/crises/", $name, ".toml")),
        }),*]
    };
}

/// Every crisis, the oldest first; the last is made up from the worst of the others.
pub const CRISES: &[Crisis] = crises![
    "2020-03-black-thursday",
    "2020-11-dai-oracle",
    "2021-05-may",
    "2022-05-terra",
    "2022-06-deleveraging",
    "2022-06-steth-discount",
    "2022-11-ftx",
    "2023-03-usdc-depeg",
    "2023-07-curve",
    "2024-08-august",
    "2025-06-usdt-rates",
    "2025-07-eth-rates",
    "2025-10-october",
    "2026-03-wsteth-oracle",
    "2026-04-rseth",
    "joint-stress",
];

impl Crisis {
    /// The crisis as a scenario to load.
    #[must_use]
    pub fn scenario(&self) -> ScenarioFrom {
        ScenarioFrom::Text { name: format!("crises/{}.toml", self.name), text: self.text.into() }
    }
}

/// A strategy in one world.
#[derive(Debug)]
pub struct Trial {
    /// The scenario's name, or its file's where it could not be read.
    pub name: String,
    /// The strategy and the scenario, where both could be loaded.
    pub job: Option<Job>,
    /// What came of it; an error where the strategy cannot be run in this world.
    pub ran: Result<Ran, LevmineError>,
}

impl Trial {
    /// The world as reports tell of it.
    #[must_use]
    pub fn world(&self) -> levmine_report::World<'_> {
        let ran = match (&self.ran, &self.job) {
            (Ok(ran), Some(job)) => Ok(job.view(ran)),
            (Err(error), _) => Err(error.to_string()),
            (Ok(_), None) => Err("nothing was loaded".into()),
        };
        levmine_report::World { name: self.name.clone(), ran }
    }
}

/// Runs one strategy in every world of `scenarios`. A world that has no answer for it (a price that is missing, a market
/// that does not lend so much then) keeps no other from being tried.
///
/// # Errors
///
/// [`LevmineError`] when no world has an answer: that of the first one.
pub async fn trials<S: TextSource + HistorySource>(
    registry: &Registry,
    options: &LoadOptions,
    scenarios: &[ScenarioFrom],
    source: &S,
) -> Result<Vec<Trial>, LevmineError> {
    let mut tried = Vec::with_capacity(scenarios.len());
    for scenario in scenarios {
        let options = LoadOptions { scenario: scenario.clone(), ..options.clone() };
        tried.push(match load(registry, &options, source).await {
            Ok(job) => Trial { name: job.scenario.name.clone(), ran: job.run(), job: Some(job) },
            Err(error) => Trial { name: file_of(scenario), job: None, ran: Err(error) },
        });
    }
    if !tried.is_empty() && tried.iter().all(|trial| trial.ran.is_err()) {
        return tried.swap_remove(0).ran.map(|_| Vec::new());
    }
    Ok(tried)
}

fn file_of(scenario: &ScenarioFrom) -> String {
    match scenario {
        ScenarioFrom::Default => "the built-in scenario".into(),
        ScenarioFrom::File(file) | ScenarioFrom::Text { name: file, .. } => file.clone(),
    }
}
