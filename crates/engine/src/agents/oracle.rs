use levmine_composer::{OracleView, World};
use levmine_market::Price;

use super::feeds::FeedState;
use crate::{PricePath, Scenario};

/// What the oracle says differently from the market, over time: prices of its own, and feeds that publish late.
pub(crate) struct OraclePrices<'a> {
    paths: Vec<OwnPrice<'a>>,
    feeds: Vec<FeedState>,
    views: &'a [OracleView],
    /// Whether the world knows the views.
    told: bool,
}

/// A price of the oracle's own.
struct OwnPrice<'a> {
    path: &'a PricePath,
    passed: usize,
    price: Option<Price>,
}

impl<'a> OraclePrices<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        let own = |path| OwnPrice { path, passed: 0, price: None };
        let paths: Vec<OwnPrice<'a>> = scenario.oracle_prices.iter().map(own).collect();
        let mut feeds: Vec<FeedState> = Vec::new();
        for path in scenario.oracle_prices.iter().chain(&scenario.prices) {
            let asset = path.asset();
            let follows = scenario.oracle_views.iter().any(|view| view.asset() == asset);
            if follows || feeds.iter().any(|known| known.asset == asset) {
                continue;
            }
            feeds.extend(scenario.others.feeds.of(asset).map(|feed| FeedState::new(asset, feed)));
        }
        Self { paths, feeds, views: &scenario.oracle_views, told: false }
    }

    pub(crate) fn publish(&mut self, world: &mut World) {
        let now = world.now.time;
        if !std::mem::replace(&mut self.told, true) {
            world.set_oracle_views(self.views.to_vec());
        }
        for own in &mut self.paths {
            let before = own.passed;
            while own.path.points().get(own.passed).is_some_and(|(time, _)| *time <= now) {
                own.passed += 1;
            }
            let last = own.passed.checked_sub(1).filter(|_| own.passed > before);
            if let Some((_, price)) = last.and_then(|last| own.path.points().get(last)) {
                own.price = Some(*price);
                if self.feeds.iter().all(|feed| feed.asset != own.path.asset()) {
                    world.set_oracle_price(own.path.asset(), *price);
                }
            }
        }
        for feed in &mut self.feeds {
            let own = self.paths.iter().find(|own| own.path.asset() == feed.asset);
            let price = own.map_or_else(|| world.market.find(feed.asset), |own| own.price);
            if let Some(price) = price {
                feed.publish(world, price);
            }
        }
    }
}
