//! Splitting an amount before it is added as liquidity.

use levmine_market::{Asset, Moment, TokenAmount};

use crate::{AmmError, Amounts, Pool};

/// Returns the swap that, done before adding `amounts`, leaves the least over. See [`Pool::zap_swap`].
///
/// # Errors
///
/// As [`Pool::zap_swap`].
pub fn zap_split(pool: &dyn Pool, amounts: &Amounts, now: Moment) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
    pool.zap_swap(amounts, now)
}

pub(crate) fn search<P: Pool + ?Sized>(
    pool: &P,
    amounts: &Amounts,
    now: Moment,
) -> Result<Option<(TokenAmount, Asset)>, AmmError> {
    let _ = (amounts, now);
    Err(pool.unsupported("zaps"))
}
