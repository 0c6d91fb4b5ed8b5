//! What periods of cover cost, and what those who buy leave for the next one.

use levmine_market::{Timestamp, VenueId};
use levmine_math::{Rounding, U256, Wad, mul, mul_div};

use super::nexus::{base_price, premium};
use super::{Cover, Pricing};
use crate::{StepError, World};

const YEAR: u64 = 31_536_000;
/// Parts of a rate in one.
const PARTS: u64 = 1_000_000;

/// What a pool that sells cover on a venue asks since somebody bought there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CoverPrice {
    venue: VenueId,
    target: u64,
    bumped: u64,
    at: Timestamp,
}

impl CoverPrice {
    fn is_of(&self, cover: &Cover) -> bool {
        cover.at == self.venue
            && matches!(cover.pricing, Pricing::Nexus { target, .. } if target == self.target)
    }
}

impl World {
    /// What the last purchase of a cover on the same venue has left the price at, whoever bought it, and when that was. Where two
    /// covers tell different targets, they are other products.
    pub(super) fn last_price(&self, cover: &Cover) -> Option<(u64, Timestamp)> {
        let prices = &self.trouble.cover_prices;
        prices.iter().find(|price| price.is_of(cover)).map(|price| (price.bumped, price.at))
    }

    pub(super) fn leave_price(&mut self, cover: &Cover, bumped: u64, at: Timestamp) {
        let Pricing::Nexus { target, .. } = cover.pricing else { return };
        self.trouble.cover_prices.retain(|price| !price.is_of(cover));
        self.trouble.cover_prices.push(CoverPrice { venue: cover.at, target, bumped, at });
    }
}

/// What a period costs that is bought at `now`, in base units of the cover's asset, and what its pools' price then is; `last` is
/// what the last purchase has left it at, and when that was.
pub(super) fn cost_of(
    cover: &Cover,
    last: Option<(u64, Timestamp)>,
    now: Timestamp,
) -> Result<(U256, Option<u64>), StepError> {
    match cover.pricing {
        Pricing::Fixed(rate) => {
            let per_year = mul(cover.amount.raw, U256::from(rate))? / U256::from(PARTS);
            Ok((mul(per_year, U256::from(cover.period))? / U256::from(YEAR), None))
        }
        Pricing::Nexus { target, bumped, capacity, token, .. } => {
            let (bumped, elapsed) = match last {
                Some((bumped, at)) => (bumped, now.since(at)),
                None => (bumped, 0),
            };
            let price = base_price(target, bumped, elapsed);
            let units = cover.units()?.unwrap_or_default();
            let per_unit = U256::from(10_000_000_000_000_000_u64);
            let bought = premium(units, per_unit, price, cover.period, Some(capacity))?;
            let cost = mul_div(bought.amount, token, Wad::ONE.raw(), Rounding::Down)?;
            Ok((cost, Some(bought.bumped)))
        }
    }
}
