//! `liquidateBorrow` and what it seizes.

use levmine_market::Account;
use levmine_math::{MathError, U256};

use super::{accrue, repay::repay_fresh};
use crate::accrual::{borrow_balance, exchange_rate};
use crate::error::{CompoundError, Failing, Library, Passing, Pause, Rejection, Result};
use crate::failure::Failure;
use crate::liquidity::{hypothetical, oracle_price};
use crate::math::{ONE, add, div_exp, mul, mul_exp, sub};
use crate::rewards::{Side, keep_moving};
use crate::state::Market;
use crate::transaction::{Transaction, World};
use crate::version::Version;

/// A request in the contracts' own terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) liquidator: Account,
    pub(crate) borrower: Account,
    pub(crate) collateral: usize,
    pub(crate) debt: usize,
    /// `None` is as much as the rules allow and the collateral covers.
    pub(crate) repay: Option<U256>,
}

/// What a liquidation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Liquidated {
    /// Base units repaid.
    pub(crate) repaid: U256,
    /// cTokens taken from the borrower.
    pub(crate) seized: U256,
    /// cTokens of them that were burned for the protocol.
    pub(crate) protocol: U256,
    /// The exchange rate at which they were taken.
    pub(crate) rate: U256,
}

/// Repays a part of a debt and seizes cTokens for it.
///
/// Source: `CToken.liquidateBorrowFresh`.
pub(crate) fn liquidate(tx: &mut Transaction<'_>, call: &Call, world: World<'_>) -> Result<Liquidated> {
    accrue(tx, call.debt, world.block).passing(Failure::LiquidateAccrueBorrowInterest)?;
    accrue(tx, call.collateral, world.block).passing(Failure::LiquidateAccrueCollateralInterest)?;
    let repay = match call.repay {
        Some(repay) => repay,
        None => most(tx, call, world)?,
    };
    allowed(tx, call, repay, world)?.map_err(|reason| CompoundError::Rejected {
        failure: Failure::LiquidateComptrollerRejection,
        reason,
    })?;
    if call.borrower == call.liquidator {
        return Err(CompoundError::OwnLiquidation { account: call.borrower });
    }
    if repay.is_zero() {
        return Err(CompoundError::Argument { failure: Failure::LiquidateCloseAmountIsZero, value: repay });
    }
    if repay == U256::MAX {
        return Err(CompoundError::Argument { failure: Failure::LiquidateCloseAmountIsMax, value: repay });
    }
    let repaid = repay_fresh(tx, call.borrower, call.debt, repay, world.block)
        .passing(Failure::LiquidateRepayBorrowFresh)?;
    let seized = seize_tokens(tx, call, repaid, world)?;
    let available = tx.user(call.borrower).holding(call.collateral).tokens;
    if available < seized {
        return Err(CompoundError::SeizeTooMuch { needed: seized, available });
    }
    let (protocol, rate) = seize(tx, call, seized, world.block)?;
    Ok(Liquidated { repaid, seized, protocol, rate })
}

/// Source: `Comptroller.liquidateBorrowAllowed`.
fn allowed(
    tx: &Transaction<'_>,
    call: &Call,
    repay: U256,
    world: World<'_>,
) -> Result<Result<(), Rejection>> {
    let owed = owed(tx, call)?;
    if is_deprecated(tx.market(call.debt)?) {
        if owed < repay {
            return Err(CompoundError::RepayAboveBorrow { repay, owed });
        }
        return Ok(Ok(()));
    }
    let sums = match hypothetical(tx.pool(), tx.user(call.borrower), None, world.prices)? {
        Ok(sums) => sums,
        Err(rejection) => return Ok(Err(rejection)),
    };
    if sums.shortfall().is_zero() {
        return Ok(Err(Rejection::InsufficientShortfall));
    }
    let most = close_amount(tx, owed)?;
    Ok(if repay > most { Err(Rejection::TooMuchRepay { repay, most }) } else { Ok(()) })
}

fn owed(tx: &Transaction<'_>, call: &Call) -> Result<U256> {
    let failed = Library::Message("borrowBalanceStored: borrowBalanceStoredInternal failed");
    borrow_balance(tx.market(call.debt)?, &tx.user(call.borrower).holding(call.debt)).reverting(failed)
}

fn close_amount(tx: &Transaction<'_>, owed: U256) -> Result<U256> {
    mul_exp(tx.pool().settings.close_factor, owed).reverting(Library::Exponential)
}

/// A market that is being wound up: whoever owes there can be liquidated, whole and healthy or not.
///
/// Source: `Comptroller.isDeprecated`.
pub(crate) fn is_deprecated(market: &Market) -> bool {
    market.collateral_factor.is_zero() && market.borrow_paused && market.reserve_factor == U256::from(ONE)
}

/// What is seized per unit repaid, 18 decimals, as its contract rounds each step down.
///
/// Source: `Comptroller.liquidateCalculateSeizeTokens`.
pub(crate) fn seize_ratio(
    incentive: U256,
    price_borrowed: U256,
    price_collateral: U256,
    exchange_rate: U256,
) -> Result<U256, MathError> {
    let numerator = mul_exp(incentive, price_borrowed)?;
    let denominator = mul_exp(price_collateral, exchange_rate)?;
    div_exp(numerator, denominator)
}

fn ratio(tx: &Transaction<'_>, call: &Call, world: World<'_>) -> Result<U256> {
    let (debt, collateral) = (tx.market(call.debt)?, tx.market(call.collateral)?);
    let price_borrowed = oracle_price(world.prices, debt.asset)?;
    let price_collateral = oracle_price(world.prices, collateral.asset)?;
    for (price, asset) in [(price_borrowed, debt.asset), (price_collateral, collateral.asset)] {
        if price.is_zero() {
            return Err(CompoundError::SeizeAmount { asset });
        }
    }
    let failed = Library::Message("exchangeRateStored: exchangeRateStoredInternal failed");
    let rate = exchange_rate(collateral).reverting(failed)?;
    seize_ratio(tx.pool().settings.liquidation_incentive, price_borrowed, price_collateral, rate)
        .reverting(Library::Exponential)
}

fn seize_tokens(tx: &Transaction<'_>, call: &Call, repaid: U256, world: World<'_>) -> Result<U256> {
    mul_exp(ratio(tx, call, world)?, repaid).reverting(Library::Exponential)
}

/// The most that may be repaid and for which there is collateral: `⌊ratio × repay ÷ 10^18⌋ ≤ tokens`.
fn most(tx: &Transaction<'_>, call: &Call, world: World<'_>) -> Result<U256> {
    let owed = owed(tx, call)?;
    let by_rule = if is_deprecated(tx.market(call.debt)?) { owed } else { close_amount(tx, owed)? };
    let ratio = ratio(tx, call, world)?;
    if ratio.is_zero() {
        return Ok(by_rule);
    }
    let tokens = tx.user(call.borrower).holding(call.collateral).tokens;
    // One more cToken is the first that is not there.
    let covered = add(tokens, U256::ONE).and_then(|first| mul(first, U256::from(ONE)));
    let Ok(covered) = covered else { return Ok(by_rule) };
    let largest = covered.saturating_sub(U256::ONE).checked_div(ratio).unwrap_or(by_rule);
    Ok(by_rule.min(largest))
}

/// Moves cTokens from the borrower to the liquidator and burns the protocol's share of them for the reserves. Returns
/// that share and the exchange rate.
///
/// Source: `CToken.seizeInternal`, `Comptroller.seizeAllowed`.
fn seize(tx: &mut Transaction<'_>, call: &Call, tokens: U256, block: u64) -> Result<(U256, U256)> {
    let id = call.collateral;
    if tx.pool().settings.seize_paused {
        return Err(CompoundError::Paused { pause: Pause::Seize });
    }
    keep_moving(tx, id, Side::Supply, &[call.borrower, call.liquidator], block)?;
    let returned = |source| CompoundError::Seizure { source };
    let left = sub(tx.user(call.borrower).holding(id).tokens, tokens).map_err(returned)?;
    let market = *tx.market(id)?;
    let protocol = mul_exp(market.protocol_seize_share, tokens).reverting(Library::Exponential)?;
    let to_liquidator = sub(tokens, protocol).reverting(Library::Exponential)?;
    let rate = exchange_rate(&market).reverting(Library::Message("exchange rate math error"))?;
    let value = mul_exp(rate, protocol).reverting(Library::Exponential)?;
    let reserves = add(market.total_reserves, value).reverting(Library::Exponential)?;
    let supply = sub(market.total_supply, protocol).reverting(Library::Exponential)?;
    let received = tx.user(call.liquidator).holding(id).tokens;
    let received = add(received, to_liquidator).map_err(|source| match tx.version() {
        Version::ErrorCodes => CompoundError::Seizure { source },
        Version::CustomErrors => CompoundError::Arithmetic { library: Library::Exponential, source },
    })?;
    let market = tx.market_mut(id)?;
    market.total_reserves = reserves;
    market.total_supply = supply;
    tx.user_mut(call.borrower).holding_mut(id)?.tokens = left;
    tx.user_mut(call.liquidator).holding_mut(id)?.tokens = received;
    Ok((protocol, rate))
}
