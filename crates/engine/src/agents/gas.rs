use levmine_composer::World;
use levmine_market::Timestamp;
use levmine_market::gas::Chain;
use levmine_math::U256;

use crate::{GasPath, Scenario};

/// The chain's fees over time.
pub(crate) struct Gas<'a> {
    chain: &'a Chain,
    gas: Curve<'a>,
    l1: Curve<'a>,
    blob: Curve<'a>,
}

/// A price, and how much of it has passed.
struct Curve<'a> {
    points: &'a GasPath,
    passed: usize,
    now: U256,
}

impl<'a> Gas<'a> {
    pub(crate) fn new(scenario: &'a Scenario) -> Self {
        let curve = |points| Curve { points, passed: 0, now: U256::ZERO };
        let (l1, blob) = (curve(&scenario.data.l1), curve(&scenario.data.blob));
        Self { chain: &scenario.chain, gas: curve(&scenario.gas), l1, blob }
    }

    pub(crate) fn publish(&mut self, world: &mut World, now: Timestamp) {
        if self.gas.advance(now) {
            world.gas_price = self.gas.now;
        }
        // Both move, also where the first did.
        if self.l1.advance(now) | self.blob.advance(now) {
            world.data_fee = self.chain.data_fee(self.l1.now, self.blob.now);
        }
    }
}

impl Curve<'_> {
    /// Goes on to `now`; whether the price is another one.
    fn advance(&mut self, now: Timestamp) -> bool {
        let before = self.passed;
        while let Some((_, price)) = self.points.get(self.passed).filter(|(time, _)| *time <= now) {
            self.now = *price;
            self.passed += 1;
        }
        match self.points.first() {
            // Before the first one gas was not free; what it cost then is the best guess.
            Some((_, first)) if self.passed == 0 => {
                let is_new = self.now != *first;
                self.now = *first;
                is_new
            }
            _ => self.passed > before,
        }
    }
}
