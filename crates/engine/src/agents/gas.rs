use levmine_composer::World;
use levmine_market::Timestamp;
use levmine_math::U256;

/// The chain's gas price over time.
pub(crate) struct Gas<'a> {
    pub points: &'a [(Timestamp, U256)],
    pub passed: usize,
}

impl Gas<'_> {
    pub(crate) fn publish(&mut self, world: &mut World, now: Timestamp) {
        if let (0, Some((_, first))) = (self.passed, self.points.first()) {
            // Before the first one gas was not free; what it cost then is the best guess.
            world.gas_price = *first;
        }
        while let Some((_, price)) = self.points.get(self.passed).filter(|(time, _)| *time <= now) {
            world.gas_price = *price;
            self.passed += 1;
        }
    }
}
