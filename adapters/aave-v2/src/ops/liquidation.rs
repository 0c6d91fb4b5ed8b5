//! `liquidationCall`.

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::{normalized_income, update_rates, update_state};
use crate::balances::worth;
use crate::error::{AaveV2Error, Result};
use crate::math::{WAD, div, mul, percent_div, percent_mul, ray_div, sub};
use crate::stable;
use crate::transaction::Transaction;
use crate::world::{self, World};

/// The part of a debt that one call may repay, in basis points.
///
/// Source: `LendingPoolCollateralManager.LIQUIDATION_CLOSE_FACTOR_PERCENT`.
const CLOSE_FACTOR: u64 = 5_000;

/// A request in the pool's own terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) liquidator: Account,
    pub(crate) borrower: Account,
    pub(crate) collateral: usize,
    pub(crate) debt: usize,
    /// 2^256 − 1 is as much as is allowed.
    pub(crate) repay: U256,
    /// Pay the liquidator in aTokens.
    pub(crate) receive_atoken: bool,
}

/// What a liquidation moves, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationAmounts {
    /// Collateral seized; all of it is the liquidator's.
    pub seized: U256,
    /// Debt repaid.
    pub repaid: U256,
}

/// What a liquidation is computed from. Prices are wei of ether, units 10^decimals, the bonus basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationInput {
    /// The price of the collateral.
    pub collateral_price: U256,
    /// One whole token of the collateral.
    pub collateral_unit: U256,
    /// The price of the debt.
    pub debt_price: U256,
    /// One whole token of the debt.
    pub debt_unit: U256,
    /// The debt to be repaid, in base units.
    pub repay: U256,
    /// All the borrower's collateral of that asset, in base units.
    pub collateral: U256,
    /// What is paid per unit repaid, with the 100 %.
    pub bonus: u16,
}

/// Returns what is seized and repaid. Where the collateral does not suffice, all of it is seized and the repayment
/// shrinks. The bonus is multiplied in before the division, half up.
///
/// Source: `LendingPoolCollateralManager._calculateAvailableCollateralToLiquidate`.
///
/// # Errors
///
/// Where the arithmetic of the contract fails, and for a price of zero.
pub fn liquidation_amounts(input: &LiquidationInput) -> Result<LiquidationAmounts> {
    let bonus = U256::from(input.bonus);
    let worth = mul(mul(input.debt_price, input.repay)?, input.collateral_unit)?;
    let most = div(percent_mul(worth, bonus)?, mul(input.collateral_price, input.debt_unit)?)?;
    if most <= input.collateral {
        return Ok(LiquidationAmounts { seized: most, repaid: input.repay });
    }
    let worth = mul(mul(input.collateral_price, input.collateral)?, input.debt_unit)?;
    let needed = percent_div(div(worth, mul(input.debt_price, input.collateral_unit)?)?, bonus)?;
    Ok(LiquidationAmounts { seized: input.collateral, repaid: needed.min(input.repay) })
}

/// Liquidates at most half of one debt; what the collateral does not cover stays owed.
///
/// The pool asks its collateral manager by a delegate call: what the manager refuses is told, and where it reverts, only
/// that it does.
///
/// Source: `LendingPool.liquidationCall`, `LendingPoolCollateralManager.liquidationCall`.
pub(crate) fn liquidate(
    tx: &mut Transaction<'_>,
    call: &Call,
    world: World<'_>,
) -> Result<LiquidationAmounts> {
    world::not_paused(tx)?;
    manage(tx, call, world).map_err(|error| match error {
        told @ (AaveV2Error::NoActiveReserve { .. }
        | AaveV2Error::HealthFactorNotBelowThreshold { .. }
        | AaveV2Error::CollateralCannotBeLiquidated { .. }
        | AaveV2Error::SpecifiedCurrencyNotBorrowedByUser { .. }
        | AaveV2Error::NotEnoughLiquidityToLiquidate { .. }
        | AaveV2Error::Market(_)
        | AaveV2Error::NoReserve { .. }) => told,
        reverted => AaveV2Error::LiquidationCallFailed(Box::new(reverted)),
    })
}

fn manage(tx: &mut Transaction<'_>, call: &Call, world: World<'_>) -> Result<LiquidationAmounts> {
    let now = world.now;
    let user = tx.user(call.borrower);
    let factor = tx.pool().value(user, world.oracle, now)?.health_factor;
    let (debt, _, variable_debt) = tx.pool().owed(user, call.debt, now)?;
    validate(tx, call, factor, debt)?;
    let balance =
        worth(user.supplied(call.collateral), normalized_income(tx.reserve(call.collateral)?, now)?)?;
    let allowed = percent_mul(debt, U256::from(CLOSE_FACTOR))?;
    let amounts = amounts(tx, call, call.repay.min(allowed), balance, world)?;
    let LiquidationAmounts { seized, repaid } = amounts;
    let collateral = tx.reserve(call.collateral)?;
    if !call.receive_atoken && collateral.held < seized {
        return Err(AaveV2Error::NotEnoughLiquidityToLiquidate {
            asset: collateral.asset,
            available: collateral.held,
            needed: seized,
        });
    }
    update_state(tx.reserve_mut(call.debt)?, now)?;
    // Variable debt is repaid first.
    if variable_debt >= repaid {
        tx.burn_debt(call.debt, call.borrower, repaid)?;
    } else {
        if !variable_debt.is_zero() {
            tx.burn_debt(call.debt, call.borrower, variable_debt)?;
        }
        stable::burn(tx, call.debt, call.borrower, sub(repaid, variable_debt)?, now)?;
    }
    update_rates(tx.reserve_mut(call.debt)?, now, repaid, U256::ZERO)?;
    if call.receive_atoken {
        pay_in_atokens(tx, call, seized, now)?;
    } else {
        let reserve = tx.reserve_mut(call.collateral)?;
        update_state(reserve, now)?;
        update_rates(reserve, now, U256::ZERO, seized)?;
        tx.burn_supply(call.collateral, call.borrower, seized)?;
    }
    if seized == balance {
        tx.user_mut(call.borrower).set_collateral(call.collateral, false);
    }
    tx.take_in(call.debt, repaid)?;
    Ok(amounts)
}

/// Source: `ValidationLogic.validateLiquidationCall`.
fn validate(tx: &Transaction<'_>, call: &Call, factor: U256, debt: U256) -> Result<()> {
    let (collateral, owed) = (tx.reserve(call.collateral)?, tx.reserve(call.debt)?);
    world::active(collateral)?;
    world::active(owed)?;
    if factor >= WAD {
        return Err(AaveV2Error::HealthFactorNotBelowThreshold { factor });
    }
    let used = tx.user(call.borrower).uses_as_collateral(call.collateral);
    if collateral.params.liquidation_threshold == 0 || !used {
        return Err(AaveV2Error::CollateralCannotBeLiquidated { asset: collateral.asset });
    }
    if debt.is_zero() {
        return Err(AaveV2Error::SpecifiedCurrencyNotBorrowedByUser { asset: owed.asset });
    }
    Ok(())
}

fn amounts(
    tx: &Transaction<'_>,
    call: &Call,
    repay: U256,
    balance: U256,
    world: World<'_>,
) -> Result<LiquidationAmounts> {
    let (collateral, debt) = (tx.reserve(call.collateral)?, tx.reserve(call.debt)?);
    liquidation_amounts(&LiquidationInput {
        collateral_price: world.oracle.price(collateral.asset)?,
        collateral_unit: collateral.params.unit(),
        debt_price: world.oracle.price(debt.asset)?,
        debt_unit: debt.params.unit(),
        repay,
        collateral: balance,
        bonus: collateral.params.liquidation_bonus,
    })
}

/// Source: `AToken.transferOnLiquidation`.
fn pay_in_atokens(tx: &mut Transaction<'_>, call: &Call, seized: U256, now: u64) -> Result<()> {
    let id = call.collateral;
    let index = normalized_income(tx.reserve(id)?, now)?;
    let before = worth(tx.user(call.liquidator).supplied(id), index)?;
    tx.transfer_supply(id, call.borrower, call.liquidator, ray_div(seized, index)?)?;
    if before.is_zero() {
        tx.user_mut(call.liquidator).set_collateral(id, true);
    }
    Ok(())
}
