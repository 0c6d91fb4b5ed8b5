//! What goes wrong with the chain: gas, an outage, somebody who watches the mempool.

use levmine_composer::World;
use levmine_math::Rounding;

use super::Happenings;
use crate::scenario::What;

impl Happenings<'_> {
    /// Lays gas spikes over the price that was published.
    pub(crate) fn gas(&mut self, world: &mut World) {
        if self.turns.is_empty() {
            return;
        }
        let published = world.gas_price;
        for (happening, active) in self.list.iter().zip(&self.active) {
            match happening.what {
                What::GasTimes(factor) if *active => {
                    world.gas_price =
                        factor.mul_int(world.gas_price, Rounding::Down).unwrap_or(world.gas_price);
                }
                What::GasAt(price) if *active => world.gas_price = price,
                _ => {}
            }
        }
        self.gas = (world.gas_price != published).then_some(published);
    }

    /// Keeps what holds of the chain: the shelter after an outage, and who watches the farmer's swaps.
    pub(super) fn hold_chain(&mut self, world: &mut World) {
        if self.grace.is_some_and(|until| until <= world.now.time) {
            self.grace = None;
            world.shelter(false);
            self.tell(world, "outage: liquidations are allowed again".into());
        }
        if !self.due.is_empty() {
            world.watch_swaps(self.watched || self.holding().any(|what| matches!(what, What::Sandwich)));
        }
    }
}
