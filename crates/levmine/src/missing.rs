//! Prices that are missing: which file asks for them, and which should have them.

use levmine_composer::policy::Metric;
use levmine_composer::{Strategy, StrategyFile, Venue, World};
use levmine_config::{ConfigError, Place};
use levmine_engine::{EngineError, ScenarioFile};
use levmine_market::Asset;

use crate::LevmineError;

/// Who asks for prices, and where they would stand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Askers {
    /// The scenario's prices; `None` where all were given beside it.
    prices: Option<Place>,
    /// Where a strategy asks for the price of an asset, what it begins with first.
    asked: Vec<(Asset, Place)>,
}

impl Askers {
    pub(crate) fn new(file: &StrategyFile, scenario: &ScenarioFile, world: &World) -> Self {
        let mut asked: Vec<(Asset, Place)> = file.asks_for().to_vec();
        for (slot, spec) in world.venues().iter().zip(&file.venues) {
            let coins = match &slot.venue {
                Venue::Pool(pool) => pool.coins().to_vec(),
                Venue::Lending(_) | Venue::Vault(_) => Vec::new(),
            };
            asked.extend(coins.into_iter().map(|coin| (coin, spec.table.place.clone())));
        }
        Self { prices: scenario.prices_at.clone(), asked }
    }

    /// The same with what the policies of a strategy look at.
    pub(crate) fn and(mut self, strategy: &Strategy) -> Self {
        for policy in &strategy.policies {
            let Some(place) = &policy.place else { continue };
            let looked_at = policy.trigger.metrics().flat_map(Metric::prices);
            self.asked.extend(looked_at.map(|asset| (asset, place.clone())));
        }
        self
    }

    /// A step of an opening that cannot be done is an error of the file in which it stands; a price that is missing, of the
    /// file that asks for it, or else of the scenario.
    pub(crate) fn blame(&self, error: EngineError) -> LevmineError {
        match error {
            EngineError::Opening(plan) => match plan.into_config() {
                Ok(error) => error.into(),
                Err(plan) => EngineError::from(plan).into(),
            },
            EngineError::NoPrice { asset } => self.missing(asset),
            error => error.into(),
        }
    }

    fn missing(&self, asset: Asset) -> LevmineError {
        let there = self.prices.as_ref().map_or("the scenario", |place| &place.file);
        let asked = self.asked.iter().find(|(known, _)| *known == asset).map(|(_, place)| place);
        let (place, read, accepted) = match (asked, &self.prices) {
            (Some(place), _) => {
                (place, format!("{asset}, and {there} has no price of {asset}"), "one under [prices]")
            }
            (None, Some(place)) => (place, format!("no price of {asset}"), "one"),
            (None, None) => return EngineError::NoPrice { asset }.into(),
        };
        let accepted = format!("{accepted}, or --prices {asset}=...");
        ConfigError::Invalid { place: place.clone(), read, accepted }.into()
    }
}
