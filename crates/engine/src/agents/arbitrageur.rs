use levmine_composer::{StepError, World};
use levmine_market::VenueId;
use levmine_math::Wad;

/// When an arbitrageur acts at a pool. Without conditions he does in every step in which there is anything to gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ArbitrageRule {
    /// Only where the pool's rate is further from the market's than this part of it, 18 decimals.
    pub threshold: Option<Wad>,
    /// Only where he gains more than so many units of gas cost.
    pub gas: Option<u64>,
}

/// The arbitrageur who brings the pools to the market.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Arbitrage {
    /// At every pool that has no rule of its own.
    pub default: ArbitrageRule,
    /// At single pools.
    pub pools: Vec<(VenueId, ArbitrageRule)>,
}

impl Arbitrage {
    /// The rule at a pool.
    #[must_use]
    pub fn at(&self, id: VenueId) -> ArbitrageRule {
        self.pools.iter().find(|(known, _)| *known == id).map_or(self.default, |(_, rule)| *rule)
    }

    /// Brings the pools to the market where the rules allow.
    pub(crate) fn act(&self, world: &mut World) -> Result<(), StepError> {
        if *self == Self::default() {
            return world.arbitrage();
        }
        world.venue_ids().try_for_each(|id| {
            if world.pool(id).is_ok() && self.wants(world, id)? { world.arbitrage_at(id) } else { Ok(()) }
        })
    }

    fn wants(&self, world: &World, id: VenueId) -> Result<bool, StepError> {
        if world.is_paused(id) {
            return Ok(false);
        }
        let rule = self.at(id);
        if let Some(threshold) = rule.threshold
            && world.distance_from_market(id)?.is_none_or(|distance| distance <= threshold)
        {
            return Ok(false);
        }
        match rule.gas {
            Some(units) if world.pool(id)?.coins().iter().all(|coin| world.market.find(*coin).is_some()) => {
                let gas = world.gas_mark(units)?;
                Ok(world.arbitrage_gain(id)? > gas)
            }
            _ => Ok(true),
        }
    }
}
