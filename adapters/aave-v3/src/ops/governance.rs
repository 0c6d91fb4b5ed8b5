//! What governance changes: `PoolConfigurator`.

use levmine_math::U256;

use crate::accrual::{Cache, normalized_debt, normalized_income, sync_indexes, update_rates};
use crate::error::{AaveError, Result};
use crate::params::{Category, Curve, RAY_PER_BPS, bit};
use crate::state::{Pool, Reserve};
use crate::transaction::Transaction;
use crate::version::Rules;
use crate::wad_ray::{PERCENTAGE_FACTOR, ray_mul};

/// The largest cap: 36 bits.
const LARGEST_CAP: u64 = (1 << 36) - 1;

/// The largest debt ceiling: 40 bits.
const LARGEST_CEILING: u64 = (1 << 40) - 1;

/// The longest time for which liquidations can be suspended, in seconds: four hours.
const LONGEST_GRACE: u64 = 4 * 60 * 60;

/// Sets the treasury's part of the interest. Since 3.1 the indexes are brought to `now` before and the rates after.
///
/// Source: `PoolConfigurator.setReserveFactor`.
pub(crate) fn set_reserve_factor(tx: &mut Transaction<'_>, id: usize, factor: u16, now: u64) -> Result<()> {
    if factor > PERCENTAGE_FACTOR {
        return Err(invalid(
            "INVALID_RESERVE_FACTOR",
            "InvalidReserveFactor",
            "the reserve factor",
            U256::from(factor),
        ));
    }
    around(tx, id, now, |reserve| reserve.params.reserve_factor = factor)
}

/// Replaces the rate curve; accrues and re-prices as [`set_reserve_factor`].
///
/// Source: `PoolConfigurator.setReserveInterestRateData`, `DefaultReserveInterestRateStrategyV2.setInterestRateParams`.
pub(crate) fn set_curve(tx: &mut Transaction<'_>, id: usize, curve: Curve, now: u64) -> Result<()> {
    let rules = tx.rules();
    if rules.virtual_balance {
        let (least, most) = (100 * RAY_PER_BPS, 9_900 * RAY_PER_BPS);
        if curve.optimal < least || curve.optimal > most {
            let value = U256::from(curve.optimal);
            return Err(invalid(
                "INVALID_OPTIMAL_USAGE_RATIO",
                "InvalidOptimalUsageRatio",
                "the optimal utilization",
                value,
            ));
        }
        if curve.slope1 > curve.slope2 {
            let value = U256::from(curve.slope2);
            return Err(invalid(
                "SLOPE_2_MUST_BE_GTE_SLOPE_1",
                "Slope2MustBeGteSlope1",
                "the second slope",
                value,
            ));
        }
        let sum = U256::from(curve.base) + U256::from(curve.slope1) + U256::from(curve.slope2);
        if sum > U256::from(100_000 * RAY_PER_BPS) {
            return Err(invalid("INVALID_MAX_RATE", "InvalidMaxRate", "the highest rate", sum));
        }
    } else if U256::from(curve.optimal) > crate::wad_ray::RAY {
        let value = U256::from(curve.optimal);
        return Err(invalid(
            "INVALID_OPTIMAL_USAGE_RATIO",
            "InvalidOptimalUsageRatio",
            "the optimal utilization",
            value,
        ));
    }
    around(tx, id, now, |reserve| reserve.curve = curve)
}

/// Puts another strategy in the place of the curve; 3.0, whose strategies have rays. Later strategies have basis points.
///
/// Source: `PoolConfigurator.setReserveInterestRateStrategyAddress`, the constructor of
/// `DefaultReserveInterestRateStrategy` 3.0.
pub(crate) fn set_strategy(tx: &mut Transaction<'_>, id: usize, curve: Curve, now: u64) -> Result<()> {
    let rules = tx.rules();
    if rules.virtual_balance {
        return Err(AaveError::NotInVersion { version: rules.name });
    }
    set_curve(tx, id, curve, now)
}

fn around(
    tx: &mut Transaction<'_>,
    id: usize,
    now: u64,
    change: impl FnOnce(&mut crate::state::Reserve),
) -> Result<()> {
    let rules = tx.rules();
    let reserve = tx.reserve_mut(id)?;
    if rules.syncs_on_configuration {
        sync_indexes(rules, reserve, now)?;
    }
    change(reserve);
    if rules.syncs_on_configuration {
        let cache = Cache::of(reserve);
        update_rates(rules, reserve, &cache, U256::ZERO, U256::ZERO)?;
    }
    Ok(())
}

/// Sets the protocol's part of the liquidation bonus.
pub(crate) fn set_protocol_fee(tx: &mut Transaction<'_>, id: usize, fee: u16) -> Result<()> {
    if fee > PERCENTAGE_FACTOR {
        return Err(invalid(
            "INVALID_LIQUIDATION_PROTOCOL_FEE",
            "InvalidLiquidationProtocolFee",
            "the liquidation protocol fee",
            U256::from(fee),
        ));
    }
    tx.reserve_mut(id)?.params.liquidation_protocol_fee = fee;
    Ok(())
}

/// Sets the supply cap, in whole tokens.
pub(crate) fn set_supply_cap(tx: &mut Transaction<'_>, id: usize, cap: u64) -> Result<()> {
    if cap > LARGEST_CAP {
        return Err(invalid("INVALID_SUPPLY_CAP", "InvalidSupplyCap", "the supply cap", U256::from(cap)));
    }
    tx.reserve_mut(id)?.params.supply_cap = cap;
    Ok(())
}

/// Sets the borrow cap, in whole tokens.
pub(crate) fn set_borrow_cap(tx: &mut Transaction<'_>, id: usize, cap: u64) -> Result<()> {
    if cap > LARGEST_CAP {
        return Err(invalid("INVALID_BORROW_CAP", "InvalidBorrowCap", "the borrow cap", U256::from(cap)));
    }
    tx.reserve_mut(id)?.params.borrow_cap = cap;
    Ok(())
}

/// Refuses a reserve that somebody has supplied, or that owes the treasury.
///
/// Source: `PoolConfigurator._checkNoSuppliers`, which asks the data provider for both tokens' supplies.
fn check_no_suppliers(rules: &Rules, reserve: &Reserve, now: u64) -> Result<()> {
    let supplied = if reserve.scaled_supply.is_zero() {
        U256::ZERO
    } else {
        ray_mul(reserve.scaled_supply, normalized_income(reserve, now)?, rules.scaled.supply_balance)?
    };
    total_debt(rules, reserve, now)?;
    if supplied.is_zero() && reserve.accrued_to_treasury == 0 {
        Ok(())
    } else {
        Err(AaveError::ReserveLiquidityNotZero { asset: reserve.asset, supplied })
    }
}

fn total_debt(rules: &Rules, reserve: &Reserve, now: u64) -> Result<U256> {
    ray_mul(reserve.scaled_debt, normalized_debt(rules, reserve, now)?, rules.scaled.debt_balance)
}

/// Opens or closes a reserve; one that is in use stays open.
///
/// Source: `PoolConfigurator.setReserveActive`.
pub(crate) fn set_active(tx: &mut Transaction<'_>, id: usize, active: bool, now: u64) -> Result<()> {
    if !active {
        check_no_suppliers(tx.rules(), tx.reserve(id)?, now)?;
    }
    tx.reserve_mut(id)?.params.active = active;
    Ok(())
}

/// Sets the most that may be owed against the asset as isolated collateral, in US dollars with 2 decimals; 0 ends the
/// isolation and forgets what is owed. Collateral that somebody has supplied cannot be isolated.
///
/// Source: `PoolConfigurator.setDebtCeiling`; up to 3.0 also what is no collateral must be unused, since 3.6 collateral
/// of a category counts too, and 3.7 has no isolation mode.
pub(crate) fn set_debt_ceiling(pool: &mut Pool, id: usize, ceiling: u64, now: u64) -> Result<()> {
    let rules = pool.rules;
    if !rules.isolation_mode {
        return Err(AaveError::NotInVersion { version: rules.name });
    }
    let in_category = rules.decoupled_emodes && pool.categories.iter().any(|held| held.has_collateral(id));
    let reserve = pool.reserves.get_mut(id).ok_or(AaveError::NoReserve { id })?;
    let matters = !rules.virtual_balance || reserve.params.liquidation_threshold != 0 || in_category;
    if reserve.params.debt_ceiling == 0 && matters {
        check_no_suppliers(rules, reserve, now)?;
    }
    if ceiling > LARGEST_CEILING {
        let value = U256::from(ceiling);
        return Err(invalid("INVALID_DEBT_CEILING", "InvalidDebtCeiling", "the debt ceiling", value));
    }
    reserve.params.debt_ceiling = ceiling;
    if ceiling == 0 {
        reserve.isolation_debt = 0;
    }
    Ok(())
}

/// Says whether the asset is borrowed alone; what somebody owes cannot become siloed.
///
/// Source: `PoolConfigurator.setSiloedBorrowing`.
pub(crate) fn set_siloed(tx: &mut Transaction<'_>, id: usize, siloed: bool, now: u64) -> Result<()> {
    if siloed {
        let reserve = tx.reserve(id)?;
        let debt = total_debt(tx.rules(), reserve, now)?;
        if !debt.is_zero() {
            return Err(AaveError::ReserveDebtNotZero { asset: reserve.asset, debt });
        }
    }
    tx.reserve_mut(id)?.params.siloed = siloed;
    Ok(())
}

/// Freezes or unfreezes. Since 3.1 a frozen reserve's LTV is zero; up to 3.5 it comes back by itself, and since 3.6 it is
/// zero in the categories too and stays until governance gives it back.
///
/// Source: `PoolConfigurator.setReserveFreeze`.
pub(crate) fn set_freeze(pool: &mut Pool, id: usize, freeze: bool) -> Result<()> {
    let rules = pool.rules;
    let reserve = pool.reserves.get_mut(id).ok_or(AaveError::NoReserve { id })?;
    let params = &mut reserve.params;
    if rules.freeze_clears_ltv && params.frozen == freeze {
        return Err(invalid(
            "INVALID_FREEZE_STATE",
            "InvalidFreezeState",
            "frozen",
            U256::from(u8::from(freeze)),
        ));
    }
    params.frozen = freeze;
    if !rules.freeze_clears_ltv {
        return Ok(());
    }
    if freeze {
        if !rules.decoupled_emodes || params.ltv != 0 {
            params.pending_ltv = params.ltv;
        }
        params.ltv = 0;
        if rules.decoupled_emodes {
            for category in &mut pool.categories {
                category.ltv_zero |= category.collateral & bit(id);
            }
        }
    } else if !rules.decoupled_emodes {
        params.ltv = params.pending_ltv;
        params.pending_ltv = 0;
    }
    Ok(())
}

/// Pauses or unpauses; unpausing can suspend liquidations for a while, since 3.1.
///
/// Source: `PoolConfigurator.setReservePause`.
pub(crate) fn set_pause(
    tx: &mut Transaction<'_>,
    id: usize,
    paused: bool,
    grace: u64,
    now: u64,
) -> Result<()> {
    let virtual_balance = tx.rules().virtual_balance;
    let reserve = tx.reserve_mut(id)?;
    if virtual_balance && !paused && grace != 0 {
        if grace > LONGEST_GRACE {
            let value = U256::from(grace);
            return Err(invalid("INVALID_GRACE_PERIOD", "InvalidGracePeriod", "the grace period", value));
        }
        reserve.params.liquidation_grace_until = now.saturating_add(grace);
    }
    reserve.params.paused = paused;
    Ok(())
}

/// Sets LTV, threshold and bonus (with the 100 %) of a reserve as collateral. What somebody has supplied does not stop
/// being collateral.
///
/// Source: `PoolConfigurator.configureReserveAsCollateral`.
pub(crate) fn set_collateral(
    tx: &mut Transaction<'_>,
    id: usize,
    ltv: u16,
    threshold: u16,
    bonus: u16,
    now: u64,
) -> Result<()> {
    check_collateral("INVALID_RESERVE_PARAMS", "InvalidReserveParams", ltv, threshold, bonus)?;
    if threshold == 0 {
        check_no_suppliers(tx.rules(), tx.reserve(id)?, now)?;
    }
    let clears = tx.rules().freeze_clears_ltv;
    let params = &mut tx.reserve_mut(id)?.params;
    params.liquidation_threshold = threshold;
    params.liquidation_bonus = bonus;
    if clears && params.frozen {
        params.pending_ltv = ltv;
        params.ltv = 0;
    } else {
        params.ltv = ltv;
    }
    Ok(())
}

fn check_collateral(
    constant: &'static str,
    custom: &'static str,
    ltv: u16,
    threshold: u16,
    bonus: u16,
) -> Result<()> {
    if ltv > threshold {
        return Err(invalid(constant, custom, "the LTV", U256::from(ltv)));
    }
    let full = u32::from(PERCENTAGE_FACTOR);
    // A loan at the threshold must be covered with its bonus.
    let covered = (u32::from(threshold) * u32::from(bonus) + full / 2) / full <= full;
    let fits = if threshold == 0 { bonus == 0 } else { bonus > PERCENTAGE_FACTOR && covered };
    if fits { Ok(()) } else { Err(invalid(constant, custom, "the liquidation bonus", U256::from(bonus))) }
}

/// Replaces LTV, threshold and bonus of a category, or opens one without assets. Up to 3.1 a category must be above its
/// members' own LTV and threshold.
///
/// Source: `PoolConfigurator.setEModeCategory`, then `Pool.configureEModeCategory`.
pub(crate) fn set_category(pool: &mut Pool, id: u8, ltv: u16, threshold: u16, bonus: u16) -> Result<()> {
    let (constant, custom) = ("INVALID_EMODE_CATEGORY_PARAMS", "InvalidEmodeCategoryParams");
    if ltv == 0 || threshold == 0 {
        return Err(invalid(constant, custom, "the LTV or the threshold", U256::ZERO));
    }
    check_collateral(constant, custom, ltv, threshold, bonus)?;
    if !pool.rules.liquid_emodes {
        for (member, reserve) in pool.reserves.iter().enumerate() {
            if pool.category_of(member) != id {
                continue;
            }
            // The LTV that a frozen reserve will have again.
            let params = &reserve.params;
            let held = pool.rules.freeze_clears_ltv && params.frozen;
            if ltv <= if held { params.pending_ltv } else { params.ltv } {
                return Err(invalid(constant, custom, "the LTV", U256::from(ltv)));
            }
            if threshold <= params.liquidation_threshold {
                return Err(invalid(constant, custom, "the liquidation threshold", U256::from(threshold)));
            }
        }
    }
    if id == 0 {
        let value = U256::from(id);
        return Err(invalid("EMODE_CATEGORY_RESERVED", "EModeCategoryReserved", "the category", value));
    }
    let place = match pool.categories.iter_mut().find(|category| category.id == id) {
        Some(category) => category,
        None => {
            let at = pool.categories.partition_point(|category| category.id < id);
            pool.categories.insert(at, Category { id, ..Category::default() });
            match pool.categories.get_mut(at) {
                Some(category) => category,
                None => return Ok(()),
            }
        }
    };
    (place.ltv, place.liquidation_threshold, place.liquidation_bonus) = (ltv, threshold, bonus);
    Ok(())
}

/// Puts a reserve into a category, or into none with 0; the category's threshold must be above the reserve's.
///
/// Source: `PoolConfigurator.setAssetEModeCategory`, up to 3.1; then categories have sets of assets.
pub(crate) fn set_asset_category(pool: &mut Pool, id: usize, category: u8) -> Result<()> {
    if pool.rules.liquid_emodes {
        return Err(AaveError::NotInVersion { version: pool.rules.name });
    }
    let own = pool.reserve(id)?.params.liquidation_threshold;
    if category != 0 && pool.category(category).is_none_or(|held| held.liquidation_threshold <= own) {
        let value = U256::from(category);
        let (constant, custom) = ("INVALID_EMODE_CATEGORY_ASSIGNMENT", "InvalidEmodeCategoryAssignment");
        return Err(invalid(constant, custom, "the category", value));
    }
    for held in &mut pool.categories {
        let (with, without) = (bit(id), !bit(id));
        if held.id == category {
            (held.collateral, held.borrowable) = (held.collateral | with, held.borrowable | with);
        } else {
            (held.collateral, held.borrowable) = (held.collateral & without, held.borrowable & without);
        }
    }
    Ok(())
}

/// Sets the premium of flash loans and the protocol's part of it, in basis points.
///
/// Source: `PoolConfigurator.updateFlashloanPremiumTotal`, `updateFlashloanPremiumToProtocol`.
pub(crate) fn set_flash_premium(pool: &mut Pool, premium: u16, to_protocol: u16) -> Result<()> {
    for value in [premium, to_protocol] {
        if value > PERCENTAGE_FACTOR {
            return Err(invalid(
                "FLASHLOAN_PREMIUM_INVALID",
                "FlashloanPremiumInvalid",
                "the flash-loan premium",
                U256::from(value),
            ));
        }
    }
    (pool.flash_premium, pool.flash_premium_to_protocol) = (premium, to_protocol);
    Ok(())
}

fn invalid(constant: &'static str, custom: &'static str, parameter: &'static str, value: U256) -> AaveError {
    AaveError::InvalidParameter { constant, custom, parameter, value }
}
