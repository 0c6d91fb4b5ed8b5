//! `flashLoan`, cut where the borrower acts. It is free and lends whatever Morpho holds, of every market.

use levmine_math::U256;

use crate::error::{MorphoError, Result};
use crate::transaction::{Token, Transaction};

/// Pays the loan out.
///
/// Source: `Morpho.flashLoan`.
pub(crate) fn lend(tx: &mut Transaction<'_>, token: Token, amount: U256) -> Result<()> {
    if amount.is_zero() {
        return Err(MorphoError::ZeroAssets);
    }
    tx.pay_out(token, amount)
}

/// Takes it back.
///
/// Source: `Morpho.flashLoan`.
pub(crate) fn take_back(tx: &mut Transaction<'_>, token: Token, amount: U256) -> Result<()> {
    tx.take_in(token, amount)
}
