//! Liquidity that leaves a pool.

use levmine_amm::{Amounts, Removal};
use levmine_market::{Holder, Outside, Reason, TokenAmount, VenueId};
use levmine_math::{Rounding, Wad};

use crate::world::OUTSIDER;
use crate::{StepError, World};

impl World {
    /// Lets everybody but the farmer take the part `part` (of one) of his liquidity out of a pool. Whose shares the pool
    /// has issued to others, the journal knows. The answer is how many of their positions refused, and stay.
    ///
    /// # Errors
    ///
    /// [`StepError`] when the venue is no pool, or a price is missing.
    pub fn drain(&mut self, at: VenueId, part: Wad) -> Result<usize, StepError> {
        let mut refused = 0;
        self.settle_shares()?;
        for issued in self.pool(at)?.issued() {
            let world = Holder::Outside(Outside::World);
            let others = self.journal.balance(world, issued.asset).min(issued.raw);
            let raw = part.min(Wad::ONE).mul_int(others, Rounding::Down)?;
            if raw.is_zero() {
                continue;
            }
            let shares = TokenAmount::new(issued.asset, raw);
            let removal = Removal::Proportional { min: Amounts::new() };
            let left = self.with_pool(at, Reason::RemoveLiquidity, |pool, now| {
                Ok(((), pool.remove_liquidity(OUTSIDER, shares, &removal, now)?.transfers))
            });
            refused += usize::from(left.is_err());
        }
        self.settle_shares()?;
        Ok(refused)
    }
}
