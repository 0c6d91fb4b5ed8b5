use levmine_composer::{OracleView, World};

use crate::{PricePath, Scenario};

/// The prices that the oracle has of its own, over time.
pub(crate) struct OraclePrices<'a> {
    paths: Vec<(&'a PricePath, usize)>,
    views: &'a [OracleView],
    /// Whether the world knows the views.
    told: bool,
}

impl<'a> OraclePrices<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        let paths = scenario.oracle_prices.iter().map(|path| (path, 0)).collect();
        Self { paths, views: &scenario.oracle_views, told: false }
    }

    pub(crate) fn publish(&mut self, world: &mut World) {
        let now = world.now.time;
        if !std::mem::replace(&mut self.told, true) {
            world.set_oracle_views(self.views.to_vec());
        }
        for (path, passed) in &mut self.paths {
            let before = *passed;
            while path.points().get(*passed).is_some_and(|(time, _)| *time <= now) {
                *passed += 1;
            }
            let last = passed.checked_sub(1).filter(|_| *passed > before);
            if let Some((_, price)) = last.and_then(|last| path.points().get(last)) {
                world.set_oracle_price(path.asset(), *price);
            }
        }
    }
}
