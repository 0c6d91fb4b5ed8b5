//! The oracle: what a base unit of collateral is worth in base units of the loan asset, times 10^36.

use levmine_market::PriceBook;
use levmine_math::{Rounding, U256, mul_div, pow10};

use crate::error::{MorphoError, Result};
use crate::params::Params;
use crate::state::State;

/// Where the price comes from.
#[derive(Debug, Clone, Copy)]
pub enum Oracle<'a> {
    /// The market's own price, as it is.
    Own(U256),
    /// The ratio of two prices of a book.
    Book(&'a Params, &'a PriceBook),
}

impl<'a> Oracle<'a> {
    /// The oracle of a market.
    #[must_use]
    pub const fn of(state: &'a State, prices: &'a PriceBook) -> Self {
        match state.oracle_price {
            Some(price) => Self::Own(price),
            None => Self::Book(&state.params, prices),
        }
    }

    /// The price, asked for only when an operation needs it, as the contract does.
    ///
    /// # Errors
    ///
    /// [`MorphoError::Market`] for a missing price, [`MorphoError::Oracle`] where the ratio does not exist.
    pub fn price(&self) -> Result<U256> {
        match self {
            Self::Own(price) => Ok(*price),
            Self::Book(params, prices) => ratio(params, prices),
        }
    }
}

/// The price that a book gives: `collateral · 10^(36 + loan decimals − collateral decimals) ÷ loan` of the dollar prices
/// with 18 decimals, through a 512-bit product and **rounded down**, as Morpho's Chainlink oracles divide one feed by
/// another.
///
/// # Errors
///
/// [`MorphoError::Market`] for a missing price; [`MorphoError::Oracle`] where the loan asset's price is zero or the
/// ratio does not fit 256 bits.
pub fn ratio(params: &Params, prices: &PriceBook) -> Result<U256> {
    let collateral = prices.price(params.collateral())?.0.raw();
    let loan = prices.price(params.loan())?.0.raw();
    // Assets have at most 36 decimals.
    let places = 36 + u32::from(params.loan().decimals()) - u32::from(params.collateral().decimals());
    let scale = pow10(places).map_err(MorphoError::Oracle)?;
    mul_div(collateral, scale, loan, Rounding::Down).map_err(MorphoError::Oracle)
}
