use std::collections::VecDeque;

use levmine_composer::World;
use levmine_market::{Asset, Price, Timestamp};
use levmine_math::{U256, Wad};

/// When a price feed publishes, and how long that takes.
///
/// With neither a deviation nor a heartbeat it publishes in every step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Feed {
    /// Publishes when the price is further than this part from the one last published, 18 decimals.
    pub deviation: Option<Wad>,
    /// Publishes when the last time is so long ago, in seconds.
    pub heartbeat: Option<u64>,
    /// How long what is published takes to be seen, in seconds.
    pub delay: u64,
}

/// The feeds of an oracle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feeds {
    /// Of every asset with a price that has none of its own.
    pub default: Option<Feed>,
    /// Of single assets.
    pub own: Vec<(Asset, Feed)>,
}

impl Feeds {
    /// The feed of `asset`; `None` where the oracle simply follows.
    #[must_use]
    pub fn of(&self, asset: Asset) -> Option<Feed> {
        self.own.iter().find(|(known, _)| *known == asset).map(|(_, feed)| *feed).or(self.default)
    }
}

/// One asset's feed in the course of a run.
#[derive(Debug, Clone)]
pub(super) struct FeedState {
    pub(super) asset: Asset,
    feed: Feed,
    last: Option<(Timestamp, Price)>,
    /// Published and not seen yet, the oldest first.
    pending: VecDeque<(Timestamp, Price)>,
}

impl FeedState {
    pub(super) fn new(asset: Asset, feed: Feed) -> Self {
        Self { asset, feed, last: None, pending: VecDeque::new() }
    }

    /// Looks at the price, and publishes where it is time. Returns what is seen from now on, where that is new.
    pub(super) fn look(&mut self, price: Price, now: Timestamp) -> Option<Price> {
        let Some((since, last)) = self.last else {
            // Somebody has published before the run began.
            self.last = Some((now, price));
            return Some(price);
        };
        if self.is_due(price, last, now.since(since)) {
            self.last = Some((now, price));
            self.pending.push_back((now.plus(self.feed.delay), price));
        }
        let mut seen = None;
        while let Some((_, price)) = self.pending.front().filter(|(at, _)| *at <= now) {
            seen = Some(*price);
            self.pending.pop_front();
        }
        seen
    }

    fn is_due(&self, price: Price, last: Price, age: u64) -> bool {
        let Feed { deviation, heartbeat, .. } = self.feed;
        match (deviation, heartbeat) {
            (None, None) => price != last,
            (deviation, heartbeat) => {
                heartbeat.is_some_and(|heartbeat| age >= heartbeat)
                    || deviation.is_some_and(|part| deviates(price, last, part))
            }
        }
    }

    /// Has the world's oracle see what is new; `price` is what the feed looks at.
    pub(super) fn publish(&mut self, world: &mut World, price: Price) {
        let now = world.now.time;
        if let Some(seen) = self.look(price, now) {
            world.set_oracle_price(self.asset, seen);
        }
    }
}

/// Whether `price` is further from `last` than `part` of it.
fn deviates(price: Price, last: Price, part: Wad) -> bool {
    let (price, last) = (price.0.raw(), last.0.raw());
    let apart = price.abs_diff(last).saturating_mul(Wad::ONE.raw());
    let allowed: U256 = last.saturating_mul(part.raw());
    apart > allowed
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600;

    fn dollars(cents: u64) -> Price {
        Price(Wad::from_raw(U256::from(cents) * U256::from(10_000_000_000_000_000_u64)))
    }

    /// What is seen at each minute, in cents; `None` where nothing is new.
    fn seen(feed: Feed, prices: &[(u64, u64)]) -> Vec<Option<u64>> {
        let mut state = FeedState::new(Asset::new("WETH", 18).unwrap(), feed);
        let cents =
            |price: Price| u64::try_from(price.0.raw() / U256::from(10_000_000_000_000_000_u64)).unwrap();
        prices
            .iter()
            .map(|(seconds, price)| state.look(dollars(*price), Timestamp(*seconds)).map(cents))
            .collect()
    }

    #[test]
    fn a_deviation_is_measured_from_what_was_published() {
        // 0.5 % of 100.00 is 0.50: 100.50 is not further, 100.51 is; then 0.5 % of 100.51 is 0.50255.
        let feed = Feed { deviation: Some(Wad::new(5_000_000_000_000_000)), ..Feed::default() };
        let prices = [(0, 10_000), (60, 10_050), (120, 10_051), (180, 10_101), (240, 10_102), (300, 9_000)];
        assert_eq!(seen(feed, &prices), [Some(10_000), None, Some(10_051), None, Some(10_102), Some(9_000)]);
    }

    #[test]
    fn a_heartbeat_publishes_what_has_hardly_moved() {
        let feed = Feed { deviation: Some(Wad::new(5_000_000_000_000_000)), heartbeat: Some(HOUR), delay: 0 };
        let prices =
            [(0, 10_000), (HOUR - 1, 10_010), (HOUR, 10_020), (2 * HOUR - 1, 10_030), (2 * HOUR, 10_040)];
        assert_eq!(seen(feed, &prices), [Some(10_000), None, Some(10_020), None, Some(10_040)]);
    }

    #[test]
    fn a_delay_shows_what_was_published_an_hour_ago() {
        let feed = Feed { heartbeat: Some(HOUR), delay: HOUR, ..Feed::default() };
        let prices =
            [(0, 100), (HOUR / 2, 90), (HOUR, 80), (3 * HOUR / 2, 70), (2 * HOUR, 60), (3 * HOUR, 50)];
        // Published at full hours, 80 at one and 60 at two; seen an hour later.
        assert_eq!(seen(feed, &prices), [Some(100), None, None, None, Some(80), Some(60)]);
        // A step longer than the delay sees only the newest.
        let late = Feed { delay: 60, ..Feed::default() };
        assert_eq!(
            seen(late, &[(0, 1), (10, 2), (20, 3), (200, 4), (300, 4)]),
            [Some(1), None, None, Some(3), Some(4)]
        );
    }

    #[test]
    fn without_conditions_every_step_publishes() {
        assert_eq!(
            seen(Feed::default(), &[(0, 1), (1, 2), (2, 2), (3, 3)]),
            [Some(1), Some(2), None, Some(3)]
        );
    }
}
