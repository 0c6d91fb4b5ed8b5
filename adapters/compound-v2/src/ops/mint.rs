//! `mint`.

use levmine_market::Account;
use levmine_math::{MathError, U256};

use super::{accrue, take_in};
use crate::accrual::exchange_rate;
use crate::error::{CompoundError, Failing, Library, Passing, Pause, Result};
use crate::failure::Failure;
use crate::math::{ONE, add, div, div_exp, mul};
use crate::rewards::{Side, keep_moving};
use crate::transaction::Transaction;
use crate::version::Version;

/// Puts underlying in and returns the cTokens minted for it, rounded down: the fraction stays with the market.
///
/// Source: `CToken.mintFresh`, `Comptroller.mintAllowed`.
pub(crate) fn mint(
    tx: &mut Transaction<'_>,
    minter: Account,
    id: usize,
    amount: U256,
    block: u64,
) -> Result<U256> {
    accrue(tx, id, block).passing(Failure::MintAccrueInterest)?;
    if tx.market(id)?.mint_paused {
        return Err(CompoundError::Paused { pause: Pause::Mint });
    }
    keep_moving(tx, id, Side::Supply, &[minter], block)?;
    let rate = exchange_rate(tx.market(id)?).failing(Failure::MintExchangeRateRead)?;
    take_in(tx, id, amount)?;
    let tokens = tokens_of(tx.version(), amount, rate)
        .reverting(Library::Message("MINT_EXCHANGE_CALCULATION_FAILED"))?;
    let market = tx.market_mut(id)?;
    market.total_supply = add(market.total_supply, tokens)
        .reverting(Library::Message("MINT_NEW_TOTAL_SUPPLY_CALCULATION_FAILED"))?;
    let holding = tx.user_mut(minter).holding_mut(id)?;
    holding.tokens = add(holding.tokens, tokens)
        .reverting(Library::Message("MINT_NEW_ACCOUNT_BALANCE_CALCULATION_FAILED"))?;
    Ok(tokens)
}

/// `amount × 10^18 ÷ rate`, rounded down. With error codes the dividend is scaled by another 10^18, and fails earlier.
///
/// Source: `Exponential.divScalarByExpTruncate`; `ExponentialNoError.div_(uint, Exp)`.
pub(crate) fn tokens_of(version: Version, amount: U256, rate: U256) -> Result<U256, MathError> {
    match version {
        Version::ErrorCodes => {
            let scaled = mul(U256::from(ONE), amount)?;
            div(div(mul(scaled, U256::from(ONE))?, rate)?, U256::from(ONE))
        }
        Version::CustomErrors => div_exp(amount, rate),
    }
}
