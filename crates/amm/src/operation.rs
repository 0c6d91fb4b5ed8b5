use levmine_market::{Account, Asset, Moment, TokenAmount, Transfers};
use levmine_math::U256;

use crate::{AmmError, Deposit, Pool, Removal};

/// An operation as a value: for generators, replays and comparisons.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// [`Pool::swap_exact_in`]: trader, what is sold, for what, the least to accept.
    SwapExactIn(Account, TokenAmount, Asset, U256),
    /// [`Pool::swap_exact_out`]: trader, sold asset, the most to sell, what is bought.
    SwapExactOut(Account, Asset, U256, TokenAmount),
    /// [`Pool::add_liquidity`].
    Add(Account, Deposit),
    /// [`Pool::remove_liquidity`].
    Remove(Account, TokenAmount, Removal),
    /// [`Pool::collect`].
    Collect(Account, Asset),
}

/// Applies `operation` to `pool` and returns the tokens that moved.
///
/// # Errors
///
/// As the method of the trait that the operation stands for.
pub fn apply(pool: &mut dyn Pool, operation: &Operation, now: Moment) -> Result<Transfers, AmmError> {
    Ok(match operation {
        Operation::SwapExactIn(trader, sell, buy, min) => {
            pool.swap_exact_in(*trader, *sell, *buy, *min, now)?.transfers
        }
        Operation::SwapExactOut(trader, sell, max, buy) => {
            pool.swap_exact_out(*trader, *sell, *max, *buy, now)?.transfers
        }
        Operation::Add(provider, deposit) => pool.add_liquidity(*provider, deposit, now)?.transfers,
        Operation::Remove(provider, shares, removal) => {
            pool.remove_liquidity(*provider, *shares, removal, now)?.transfers
        }
        Operation::Collect(provider, share) => pool.collect(*provider, *share, now)?.transfers,
    })
}
