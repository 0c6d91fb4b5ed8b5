//! Whether a position is healthy.

use levmine_math::U256;

use crate::error::Result;
use crate::oracle::Oracle;
use crate::params::Params;
use crate::state::{Position, Totals};
use crate::wad::{mul_div_down, w_mul_down};

/// The scale of an oracle's price.
pub const ORACLE_PRICE_SCALE: U256 =
    U256::from_limbs([12_919_594_847_110_692_864, 54_210_108_624_275_221, 0, 0]);

/// What a position owes and what it may owe, in base units of the loan asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// The collateral's worth, rounded down.
    pub collateral: U256,
    /// The most it may owe, rounded down.
    pub max_borrow: U256,
    /// What it owes, rounded up.
    pub borrowed: U256,
}

impl Cover {
    /// A debt of exactly what the collateral carries is healthy.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.max_borrow >= self.borrowed
    }
}

/// Values a position at an oracle's `price`. All roundings are against the borrower.
///
/// Source: `Morpho._isHealthy`.
///
/// # Errors
///
/// [`crate::MorphoError::Panic`] where a product does not fit 256 bits.
pub fn cover(params: &Params, totals: &Totals, position: &Position, price: U256) -> Result<Cover> {
    let borrowed = totals.borrow.to_assets_up(U256::from(position.borrow_shares))?;
    let collateral = mul_div_down(U256::from(position.collateral), price, ORACLE_PRICE_SCALE)?;
    let max_borrow = w_mul_down(collateral, U256::from(params.lltv()))?;
    Ok(Cover { collateral, max_borrow, borrowed })
}

/// As [`cover`], but without asking the oracle where nothing is owed: then `None`.
///
/// Source: `Morpho._isHealthy`.
///
/// # Errors
///
/// As [`cover`] and [`Oracle::price`].
pub fn cover_of_debt(
    params: &Params,
    totals: &Totals,
    position: &Position,
    oracle: &Oracle<'_>,
) -> Result<Option<Cover>> {
    if position.borrow_shares == 0 {
        return Ok(None);
    }
    cover(params, totals, position, oracle.price()?).map(Some)
}
