//! An oracle that is stuck, late or wrong.

use std::collections::VecDeque;

use levmine_composer::{OracleTrouble, StepError, World};
use levmine_market::{Asset, Price, Timestamp};
use levmine_math::{Rounding, Wad};

use crate::PricePath;
use crate::scenario::{Happening, Scenario, What};

/// What is known of the assets that the oracle may say something wrong of.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    feeds: Vec<Feed>,
    /// How long ago a price may be asked for, in seconds.
    memory: u64,
    /// When the oracle last published.
    last: Timestamp,
}

#[derive(Debug)]
struct Feed {
    asset: Asset,
    /// What it last said before it got stuck.
    frozen: Option<Price>,
    /// What it said when nothing was wrong with it, oldest first.
    past: VecDeque<(Timestamp, Price)>,
}

impl Oracle {
    /// The feeds that `list` touches: of the assets it names, or of all that have a price in the scenario.
    pub(super) fn new(list: &[Happening], scenario: &Scenario) -> Self {
        let mut oracle = Self::default();
        for happening in list {
            let asset = match happening.what {
                What::OracleStuck(asset) => asset,
                What::OracleLags(seconds, asset) => {
                    oracle.memory = oracle.memory.max(seconds);
                    asset
                }
                What::OracleWrong(asset, _) => Some(asset),
                What::Outage(_) => None,
                _ => continue,
            };
            match asset {
                Some(asset) => oracle.feed(asset),
                None => {
                    // What is seen like something else is as late as that.
                    let views = &scenario.oracle_views;
                    let own = |asset: &Asset| views.iter().all(|view| view.asset() != *asset);
                    let paths = scenario.prices.iter().chain(&scenario.oracle_prices);
                    paths.map(PricePath::asset).filter(own).for_each(|asset| oracle.feed(asset));
                }
            }
        }
        oracle
    }

    fn feed(&mut self, asset: Asset) {
        if self.feeds.iter().all(|feed| feed.asset != asset) {
            self.feeds.push(Feed { asset, frozen: None, past: VecDeque::new() });
        }
    }

    /// Tells the world what its oracle is about to say wrongly.
    pub(super) fn mislead(
        &mut self,
        world: &mut World,
        list: &[Happening],
        active: &[bool],
    ) -> Result<(), StepError> {
        let now = world.now.time;
        for feed in &mut self.feeds {
            if self.memory > 0 {
                feed.remember(world.undisturbed(feed.asset), self.last, now, self.memory);
            }
            let mut trouble: Option<OracleTrouble> = None;
            let mut stuck = false;
            for (happening, _) in list.iter().zip(active).filter(|(_, active)| **active) {
                let of = |asset: Option<Asset>| asset.is_none_or(|asset| asset == feed.asset);
                match happening.what {
                    What::OracleStuck(asset) if of(asset) => stuck = true,
                    What::Outage(_) => stuck = true,
                    What::OracleLags(seconds, asset) if of(asset) => {
                        trouble = feed.before(now, seconds).map(OracleTrouble::Says).or(trouble);
                    }
                    What::OracleWrong(asset, factor) if asset == feed.asset => {
                        trouble = Some(wrong(trouble, factor)?);
                    }
                    _ => {}
                }
            }
            if stuck {
                feed.frozen = feed.frozen.or_else(|| world.oracle.find(feed.asset));
                trouble = feed.frozen.map(OracleTrouble::Says).or(trouble);
            } else {
                feed.frozen = None;
            }
            world.trouble_oracle(feed.asset, trouble);
        }
        self.last = now;
        Ok(())
    }
}

impl Feed {
    /// Keeps what was published at `then`, as far back as it may be asked for `now`.
    fn remember(&mut self, price: Option<Price>, then: Timestamp, now: Timestamp, memory: u64) {
        let Some(price) = price else { return };
        if self.past.back().is_none_or(|(_, last)| *last != price) {
            self.past.push_back((then, price));
        }
        // The price that held when memory begins is needed still.
        while self.past.get(1).is_some_and(|(time, _)| now.since(*time) >= memory) {
            self.past.pop_front();
        }
    }

    /// What it said so many seconds ago, or when the run began.
    fn before(&self, now: Timestamp, seconds: u64) -> Option<Price> {
        let then = self.past.iter().rev().find(|(time, _)| now.since(*time) >= seconds);
        then.or_else(|| self.past.front()).map(|(_, price)| *price)
    }
}

/// A factor on top of what is wrong already.
fn wrong(trouble: Option<OracleTrouble>, factor: Wad) -> Result<OracleTrouble, StepError> {
    Ok(match trouble {
        None => OracleTrouble::Times(factor),
        Some(OracleTrouble::Times(other)) => OracleTrouble::Times(other.mul(factor, Rounding::Down)?),
        Some(OracleTrouble::Says(price)) => OracleTrouble::Says(Price(price.0.mul(factor, Rounding::Down)?)),
    })
}
