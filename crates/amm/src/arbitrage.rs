//! Moving a pool to an outside price.
use levmine_market::{Account, Moment, PriceBook};

use crate::{AmmError, Pool, Swap};

/// x
pub fn arbitrage(
    pool: &mut dyn Pool,
    trader: Account,
    prices: &PriceBook,
    now: Moment,
) -> Result<Option<Swap>, AmmError> {
    let _ = (pool, trader, prices, now);
    Ok(None)
}
