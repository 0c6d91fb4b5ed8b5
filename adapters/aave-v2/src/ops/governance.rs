//! What governance changes: `LendingPoolConfigurator`, and the lending-rate oracle.

use levmine_math::U256;

use crate::error::{AaveV2Error, Result};
use crate::math::{PERCENTAGE_FACTOR, percent_mul};
use crate::params::Curve;
use crate::state::Reserve;
use crate::transaction::Transaction;

/// Sets LTV, threshold and bonus (with the 100 %) of a reserve as collateral.
///
/// Source: `LendingPoolConfigurator.configureReserveAsCollateral`.
pub(crate) fn set_collateral(
    tx: &mut Transaction<'_>,
    id: usize,
    ltv: u16,
    threshold: u16,
    bonus: u16,
) -> Result<()> {
    let refused = || AaveV2Error::InvalidConfiguration { ltv, threshold, bonus };
    if ltv > threshold {
        return Err(refused());
    }
    if threshold == 0 {
        if bonus != 0 {
            return Err(refused());
        }
        check_no_liquidity(tx.reserve(id)?)?;
    } else {
        let full = U256::from(PERCENTAGE_FACTOR);
        // A loan at the threshold must be covered with its bonus.
        if bonus <= PERCENTAGE_FACTOR || percent_mul(U256::from(threshold), U256::from(bonus))? > full {
            return Err(refused());
        }
    }
    let params = &mut tx.reserve_mut(id)?.params;
    (params.ltv, params.liquidation_threshold, params.liquidation_bonus) = (ltv, threshold, bonus);
    Ok(())
}

/// Source: `LendingPoolConfigurator._checkNoLiquidity`: neither tokens nor interest.
fn check_no_liquidity(reserve: &Reserve) -> Result<()> {
    if reserve.held.is_zero() && reserve.liquidity_rate == 0 {
        Ok(())
    } else {
        Err(AaveV2Error::ReserveLiquidityNotZero { asset: reserve.asset, held: reserve.held })
    }
}

/// Opens or closes a reserve; one that is in use stays open.
///
/// Source: `LendingPoolConfigurator.activateReserve`, `deactivateReserve`.
pub(crate) fn set_active(tx: &mut Transaction<'_>, id: usize, active: bool) -> Result<()> {
    if !active {
        check_no_liquidity(tx.reserve(id)?)?;
    }
    tx.reserve_mut(id)?.params.active = active;
    Ok(())
}

/// Lets the asset be borrowed, at a stable rate too or not, or no longer.
///
/// Source: `LendingPoolConfigurator.enableBorrowingOnReserve`, `disableBorrowingOnReserve`, which leaves the stable rate
/// as it is.
pub(crate) fn set_borrowing(tx: &mut Transaction<'_>, id: usize, enabled: bool, stable: bool) -> Result<()> {
    let params = &mut tx.reserve_mut(id)?.params;
    params.borrowing = enabled;
    if enabled {
        params.stable_borrowing = stable;
    }
    Ok(())
}

/// Puts another strategy in the place of the curve; the rate of the lending-rate oracle stays. Rates change with the
/// next operation.
///
/// Source: `LendingPoolConfigurator.setReserveInterestRateStrategyAddress`.
pub(crate) fn set_curve(tx: &mut Transaction<'_>, id: usize, curve: Curve) -> Result<()> {
    // The strategy's constructor takes the optimum from one.
    crate::math::sub(crate::math::RAY, U256::from(curve.optimal))?;
    let reserve = tx.reserve_mut(id)?;
    reserve.curve = Curve { market_rate: reserve.curve.market_rate, ..curve };
    Ok(())
}
