use levmine_composer::{StepError, World};
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};

/// Outsiders who trade back and forth at a pool, so that fees come from trades.
///
/// In each step they sell half of the step's volume one way and the other half back, whatever the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trader {
    /// The pool.
    pub at: VenueId,
    /// What both directions together trade in one `per`.
    pub volume: TokenAmount,
    /// The span of time that `volume` is for, in seconds.
    pub per: u64,
}

impl Trader {
    /// Trades the volume of `seconds`.
    pub(crate) fn trade(&self, world: &mut World, seconds: u64) -> Result<(), StepError> {
        let per = U256::from(self.per.max(1)) << 1;
        let half = mul_div(self.volume.raw, U256::from(seconds), per, Rounding::Down)?;
        if half.is_zero() {
            return Ok(());
        }
        let from = self.volume.asset;
        let Some(to) = world.pool(self.at)?.coins().iter().copied().find(|coin| *coin != from) else {
            return Ok(());
        };
        // A trade that the pool does not take (too small, pool empty) is a trade that did not happen.
        let Ok(got) = self.swap(world, TokenAmount::new(from, half), to) else { return Ok(()) };
        let back = TokenAmount::new(to, world.convert(TokenAmount::new(from, half), to)?).raw.max(got.raw);
        let _ = self.swap(world, TokenAmount::new(to, back), from);
        Ok(())
    }

    fn swap(&self, world: &mut World, sell: TokenAmount, to: Asset) -> Result<TokenAmount, StepError> {
        world.outside_swap(self.at, sell, to)
    }
}
