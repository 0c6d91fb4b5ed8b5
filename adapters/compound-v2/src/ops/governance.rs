//! What the admin and the guardians set. Who calls is not looked at.

use levmine_math::U256;

use super::accrue;
use crate::error::{CompoundError, Passing, Result};
use crate::failure::Failure;
use crate::liquidity::oracle_price;
use crate::math::ONE;
use crate::rates::RateModel;
use crate::rewards::{Side, update};
use crate::transaction::{Transaction, World};

/// The highest collateral factor: 90 %.
///
/// Source: `Comptroller.collateralFactorMaxMantissa`.
pub(crate) const HIGHEST_COLLATERAL_FACTOR: u64 = 900_000_000_000_000_000;

/// Source: `CToken._setReserveFactorFresh`.
pub(crate) fn set_reserve_factor(
    tx: &mut Transaction<'_>,
    id: usize,
    factor: U256,
    block: u64,
) -> Result<()> {
    accrue(tx, id, block).passing(Failure::SetReserveFactorAccrueInterest)?;
    if factor > U256::from(ONE) {
        return Err(CompoundError::Argument { failure: Failure::SetReserveFactorBounds, value: factor });
    }
    tx.market_mut(id)?.reserve_factor = factor;
    Ok(())
}

/// Source: `CToken._setInterestRateModelFresh`.
pub(crate) fn set_rate_model(
    tx: &mut Transaction<'_>,
    id: usize,
    model: RateModel,
    block: u64,
) -> Result<()> {
    accrue(tx, id, block).passing(Failure::SetInterestRateModelAccrueInterest)?;
    tx.market_mut(id)?.model = model;
    Ok(())
}

/// Source: `Comptroller._setCollateralFactor`.
pub(crate) fn set_collateral_factor(
    tx: &mut Transaction<'_>,
    id: usize,
    factor: U256,
    world: World<'_>,
) -> Result<()> {
    if factor > U256::from(HIGHEST_COLLATERAL_FACTOR) {
        return Err(CompoundError::Argument {
            failure: Failure::SetCollateralFactorValidation,
            value: factor,
        });
    }
    let asset = tx.market(id)?.asset;
    if !factor.is_zero() && oracle_price(world.prices, asset)?.is_zero() {
        return Err(CompoundError::Argument {
            failure: Failure::SetCollateralFactorWithoutPrice,
            value: factor,
        });
    }
    tx.market_mut(id)?.collateral_factor = factor;
    Ok(())
}

/// Sets what both sides of a market earn per block; what was earned before counts at the old speed.
///
/// Source: `Comptroller.setCompSpeedInternal`.
pub(crate) fn set_comp_speeds(
    tx: &mut Transaction<'_>,
    id: usize,
    supply: U256,
    borrow: U256,
    block: u64,
) -> Result<()> {
    if tx.market(id)?.supply_rewards.speed != supply {
        update(tx, id, Side::Supply, block)?;
        tx.market_mut(id)?.supply_rewards.speed = supply;
    }
    if tx.market(id)?.borrow_rewards.speed != borrow {
        update(tx, id, Side::Borrow, block)?;
        tx.market_mut(id)?.borrow_rewards.speed = borrow;
    }
    Ok(())
}
