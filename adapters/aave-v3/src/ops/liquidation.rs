//! `liquidationCall`.

use levmine_market::Account;
use levmine_math::{Rounding, U256};
use smallvec::SmallVec;

use super::liquidation_amounts::{
    CLOSE_FACTOR_THRESHOLD, HALF, LEAST_LEFT, LiquidationAmounts, LiquidationInput, SMALL_POSITION,
    liquidation_amounts,
};
use crate::account_data::AccountData;
use crate::accrual::{Cache, normalized_income, update_rates, update_state};
use crate::balances::Token;
use crate::error::{AaveError, Result};
use crate::isolation;
use crate::transaction::Transaction;
use crate::validation::{self, World};
use crate::version::Version;
use crate::wad_ray::{self, WAD, add128, in_base_currency, percent_mul, ray_div, ray_mul, to_u128};

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

/// What a liquidation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Liquidated {
    pub(crate) repaid: U256,
    pub(crate) to_liquidator: U256,
    pub(crate) protocol_fee: U256,
    /// Debt written off: reserve and amount.
    pub(crate) deficits: SmallVec<[(usize, U256); 2]>,
}

/// Liquidates by the rule of the pool's version.
pub(crate) fn liquidate(tx: &mut Transaction<'_>, call: &Call, world: World<'_>) -> Result<Liquidated> {
    if tx.rules().deficits { with_deficits(tx, call, world) } else { classic(tx, call, world) }
}

/// 3.0 to 3.2: half or all of one debt; what the collateral does not cover stays owed.
///
/// Source: 3.0 `LiquidationLogic.executeLiquidationCall`.
fn classic(tx: &mut Transaction<'_>, call: &Call, world: World<'_>) -> Result<Liquidated> {
    let rules = tx.rules();
    let reserve = tx.reserve_mut(call.debt)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, world.now)?;
    let data = tx.pool().value(tx.user(call.borrower), world.oracle, world.now)?;
    let debt = debt_of(tx, call, &cache)?;
    let allowed = if data.health_factor > CLOSE_FACTOR_THRESHOLD {
        percent_mul(debt, U256::from(HALF), Rounding::HalfUp)?
    } else {
        debt
    };
    validate(tx, call, &data, debt, world)?;
    let collateral = collateral_of(tx, call, normalized_income(tx.reserve(call.collateral)?, world.now)?)?;
    let amounts = amounts(tx, call, call.repay.min(allowed), collateral, world)?;

    if debt == amounts.repaid {
        tx.user_mut(call.borrower).set_borrowing(call.debt, false);
    }
    if wad_ray::add(amounts.to_liquidator, amounts.protocol_fee)? == collateral {
        tx.user_mut(call.borrower).set_collateral(call.collateral, false);
    }
    let scaled = ray_div(amounts.repaid, cache.next_borrow_index, rules.scaled.debt_burn)?;
    tx.burn(call.debt, call.borrower, scaled, Token::Debt)?;
    let reserve = tx.reserve_mut(call.debt)?;
    cache.next_scaled_debt = reserve.scaled_debt;
    update_rates(rules, reserve, &cache, amounts.repaid, U256::ZERO)?;
    // The flag may be gone already: then the ceiling keeps the repaid debt.
    isolation::reduce(tx, call.borrower, call.debt, amounts.repaid)?;
    pay_liquidator(tx, call, amounts.to_liquidator, None, world)?;
    pay_treasury(tx, call, amounts.protocol_fee, None, world)?;
    tx.take_in(call.debt, amounts.repaid)?;
    Ok(Liquidated {
        repaid: amounts.repaid,
        to_liquidator: amounts.to_liquidator,
        protocol_fee: amounts.protocol_fee,
        deficits: SmallVec::new(),
    })
}

/// Since 3.3: the close factor looks at the sizes, no dust is left, and what the last collateral does not cover is
/// written off in all reserves.
///
/// Source: 3.3 and later `LiquidationLogic.executeLiquidationCall`.
fn with_deficits(tx: &mut Transaction<'_>, call: &Call, world: World<'_>) -> Result<Liquidated> {
    let rules = tx.rules();
    let early = Cache::of(tx.reserve(call.collateral)?);
    let reserve = tx.reserve_mut(call.debt)?;
    let mut cache = Cache::of(reserve);
    update_state(rules, reserve, &mut cache, world.now)?;
    let mut collateral_cache = None;
    if rules.liquidation_accrues_collateral {
        // 3.5 and 3.6 read both caches before the first update: one and the same asset is then accrued twice.
        let mut own = if rules.single_cache { Cache::of(tx.reserve(call.collateral)?) } else { early };
        update_state(rules, tx.reserve_mut(call.collateral)?, &mut own, world.now)?;
        collateral_cache = Some(own);
    }
    let data = tx.pool().value(tx.user(call.borrower), world.oracle, world.now)?;
    let index = match &collateral_cache {
        Some(own) => own.next_liquidity_index,
        None => normalized_income(tx.reserve(call.collateral)?, world.now)?,
    };
    let collateral = collateral_of(tx, call, index)?;
    let debt = debt_of(tx, call, &cache)?;
    validate(tx, call, &data, debt, world)?;
    let allowed = close_factor(tx, call, &data, debt, collateral, world)?;
    let amounts = amounts(tx, call, call.repay.min(allowed), collateral, world)?;
    let seized = wad_ray::add(amounts.to_liquidator, amounts.protocol_fee)?;
    if amounts.repaid < debt && seized < collateral {
        check_dust(tx, call, debt, &amounts, collateral, world)?;
    }
    if seized == collateral {
        tx.user_mut(call.borrower).set_collateral(call.collateral, false);
    }

    let nothing_left = data.collateral == amounts.seized_value;
    let mut deficits = SmallVec::new();
    burn_debt(tx, call.borrower, call.debt, &mut cache, debt, amounts.repaid, nothing_left, &mut deficits)?;
    // Only what is repaid counts, not what is written off.
    if rules.isolation_mode && tx.reserve(call.collateral)?.params.debt_ceiling != 0 {
        isolation::reduce_of(tx, call.collateral, call.debt, amounts.repaid)?;
    }
    if let Some(own) = collateral_cache.as_mut()
        && call.collateral == call.debt
    {
        own.next_scaled_debt = cache.next_scaled_debt;
    }
    pay_liquidator(tx, call, amounts.to_liquidator, collateral_cache.as_ref(), world)?;
    pay_treasury(tx, call, amounts.protocol_fee, collateral_cache.as_ref(), world)?;
    if nothing_left {
        burn_bad_debt(tx, call.borrower, world, &mut deficits)?;
    }
    tx.take_in(call.debt, amounts.repaid)?;
    Ok(Liquidated {
        repaid: amounts.repaid,
        to_liquidator: amounts.to_liquidator,
        protocol_fee: amounts.protocol_fee,
        deficits,
    })
}

fn debt_of(tx: &Transaction<'_>, call: &Call, cache: &Cache) -> Result<U256> {
    let scaled = U256::from(tx.user(call.borrower).debt(call.debt));
    ray_mul(scaled, cache.next_borrow_index, tx.rules().scaled.debt_balance)
}

fn collateral_of(tx: &Transaction<'_>, call: &Call, index: U256) -> Result<U256> {
    let scaled = U256::from(tx.user(call.borrower).supplied(call.collateral));
    ray_mul(scaled, index, tx.rules().scaled.supply_balance)
}

/// Source: `ValidationLogic.validateLiquidationCall`.
fn validate(
    tx: &Transaction<'_>,
    call: &Call,
    data: &AccountData,
    debt: U256,
    world: World<'_>,
) -> Result<()> {
    let rules = tx.rules();
    if rules.forbids_self_liquidation && call.borrower == call.liquidator {
        return Err(AaveError::SelfLiquidation);
    }
    let (collateral_reserve, debt_reserve) = (tx.reserve(call.collateral)?, tx.reserve(call.debt)?);
    validation::active(collateral_reserve)?;
    validation::active(debt_reserve)?;
    validation::not_paused(collateral_reserve)?;
    validation::not_paused(debt_reserve)?;
    if rules.version >= Version::V3_1 {
        for reserve in [collateral_reserve, debt_reserve] {
            let until = reserve.params.liquidation_grace_until;
            if until >= world.now {
                return Err(AaveError::LiquidationGraceSentinelCheckFailed { asset: reserve.asset, until });
            }
        }
    }
    if data.health_factor >= WAD {
        return Err(AaveError::HealthFactorNotBelowThreshold { factor: data.health_factor });
    }
    let user = tx.user(call.borrower);
    let category = tx.pool().category(user.mode);
    let in_category = category.filter(|category| category.has_collateral(call.collateral));
    let threshold = match in_category {
        Some(category) if rules.decoupled_emodes => category.liquidation_threshold,
        _ => collateral_reserve.params.liquidation_threshold,
    };
    if threshold == 0 || !user.uses_as_collateral(call.collateral) {
        return Err(AaveError::CollateralCannotBeLiquidated { asset: collateral_reserve.asset });
    }
    if debt.is_zero() {
        return Err(AaveError::SpecifiedCurrencyNotBorrowedByUser { asset: debt_reserve.asset });
    }
    Ok(())
}

/// The debt that may be repaid, since 3.3: all of it, unless debt and collateral are large and the health factor is
/// above 0.95. Then it is half of the value of all debts, taken in this one.
fn close_factor(
    tx: &Transaction<'_>,
    call: &Call,
    data: &AccountData,
    debt: U256,
    collateral: U256,
    world: World<'_>,
) -> Result<U256> {
    let (collateral_reserve, debt_reserve) = (tx.reserve(call.collateral)?, tx.reserve(call.debt)?);
    let collateral_price = world.oracle.price(collateral_reserve.asset)?;
    let debt_price = world.oracle.price(debt_reserve.asset)?;
    let debt_unit = debt_reserve.params.unit();
    let debt_value = in_base_currency(debt, debt_price, debt_unit, tx.rules().value.debt_value)?;
    let collateral_value =
        in_base_currency(collateral, collateral_price, collateral_reserve.params.unit(), Rounding::Down)?;
    if collateral_value < SMALL_POSITION
        || debt_value < SMALL_POSITION
        || data.health_factor <= CLOSE_FACTOR_THRESHOLD
    {
        return Ok(debt);
    }
    let half_of_all = percent_mul(data.debt, U256::from(HALF), Rounding::HalfUp)?;
    if debt_value > half_of_all {
        wad_ray::div(wad_ray::mul(half_of_all, debt_unit)?, debt_price)
    } else {
        Ok(debt)
    }
}

fn amounts(
    tx: &Transaction<'_>,
    call: &Call,
    repay: U256,
    collateral: U256,
    world: World<'_>,
) -> Result<LiquidationAmounts> {
    let (collateral_reserve, debt_reserve) = (tx.reserve(call.collateral)?, tx.reserve(call.debt)?);
    let category = tx.pool().category(tx.user(call.borrower).mode);
    let bonus = category
        .filter(|category| category.has_collateral(call.collateral))
        .map_or(collateral_reserve.params.liquidation_bonus, |category| category.liquidation_bonus);
    let input = LiquidationInput {
        collateral_price: world.oracle.price(collateral_reserve.asset)?,
        collateral_unit: collateral_reserve.params.unit(),
        debt_price: world.oracle.price(debt_reserve.asset)?,
        debt_unit: debt_reserve.params.unit(),
        repay,
        collateral,
        bonus,
        protocol_fee: collateral_reserve.params.liquidation_protocol_fee,
    };
    liquidation_amounts(tx.rules(), &input)
}

/// Debt and collateral that stay must both be worth 1,000 or more.
fn check_dust(
    tx: &Transaction<'_>,
    call: &Call,
    debt: U256,
    amounts: &LiquidationAmounts,
    collateral: U256,
    world: World<'_>,
) -> Result<()> {
    let (collateral_reserve, debt_reserve) = (tx.reserve(call.collateral)?, tx.reserve(call.debt)?);
    let debt_left = in_base_currency(
        wad_ray::sub(debt, amounts.repaid)?,
        world.oracle.price(debt_reserve.asset)?,
        debt_reserve.params.unit(),
        tx.rules().value.debt_value,
    )?;
    let kept = wad_ray::sub(wad_ray::sub(collateral, amounts.to_liquidator)?, amounts.protocol_fee)?;
    let collateral_left = in_base_currency(
        kept,
        world.oracle.price(collateral_reserve.asset)?,
        collateral_reserve.params.unit(),
        Rounding::Down,
    )?;
    if debt_left < LEAST_LEFT || collateral_left < LEAST_LEFT {
        return Err(AaveError::MustNotLeaveDust);
    }
    Ok(())
}

/// Burns what is repaid, or all of the debt where nothing is left to pay it; the rest becomes a deficit.
///
/// Source: `LiquidationLogic._burnDebtTokens`.
#[expect(clippy::too_many_arguments, reason = "the contract's own list, plus the transaction")]
fn burn_debt(
    tx: &mut Transaction<'_>,
    borrower: Account,
    id: usize,
    cache: &mut Cache,
    debt: U256,
    repaid: U256,
    nothing_left: bool,
    deficits: &mut SmallVec<[(usize, U256); 2]>,
) -> Result<()> {
    let rules = tx.rules();
    let mut emptied = true;
    if !debt.is_zero() {
        let burned = if nothing_left { debt } else { repaid };
        let scaled = ray_div(burned, cache.next_borrow_index, rules.scaled.debt_burn)?;
        emptied = tx.burn(id, borrower, scaled, Token::Debt)?;
        cache.next_scaled_debt = tx.reserve(id)?.scaled_debt;
    }
    let outstanding = wad_ray::sub(debt, repaid)?;
    let reserve = tx.reserve_mut(id)?;
    if nothing_left && !outstanding.is_zero() {
        reserve.deficit = add128(reserve.deficit, to_u128(outstanding)?)?;
        deficits.push((id, outstanding));
    }
    let settled = if rules.scales_first { emptied } else { nothing_left || outstanding.is_zero() };
    if settled {
        tx.user_mut(borrower).set_borrowing(id, false);
    }
    update_rates(rules, tx.reserve_mut(id)?, cache, repaid, U256::ZERO)
}

/// Writes off the borrower's other debts.
///
/// Source: `LiquidationLogic._burnBadDebt`.
fn burn_bad_debt(
    tx: &mut Transaction<'_>,
    borrower: Account,
    world: World<'_>,
    deficits: &mut SmallVec<[(usize, U256); 2]>,
) -> Result<()> {
    let rules = tx.rules();
    let mut left = tx.user(borrower).borrowing;
    while left != 0 {
        let id = left.trailing_zeros() as usize;
        left &= left - 1;
        let reserve = tx.reserve_mut(id)?;
        if !reserve.params.active {
            continue;
        }
        let mut cache = Cache::of(reserve);
        update_state(rules, reserve, &mut cache, world.now)?;
        let scaled = U256::from(tx.user(borrower).debt(id));
        let debt = ray_mul(scaled, cache.next_borrow_index, rules.scaled.debt_balance)?;
        burn_debt(tx, borrower, id, &mut cache, debt, U256::ZERO, true, deficits)?;
    }
    Ok(())
}

/// Pays the liquidator, in tokens or in aTokens. `accrued` is the collateral's cache where the version accrued it
/// before.
///
/// Source: `LiquidationLogic._burnCollateralATokens`, `_liquidateATokens`.
fn pay_liquidator(
    tx: &mut Transaction<'_>,
    call: &Call,
    amount: U256,
    accrued: Option<&Cache>,
    world: World<'_>,
) -> Result<()> {
    let rules = tx.rules();
    let id = call.collateral;
    if call.receive_atoken {
        let index = match accrued {
            Some(cache) => cache.next_liquidity_index,
            None => normalized_income(tx.reserve(id)?, world.now)?,
        };
        let before = tx.user(call.liquidator).supplied(id);
        let scaled = ray_div(amount, index, rules.scaled.supply_transfer)?;
        tx.transfer_supply(id, call.borrower, call.liquidator, scaled)?;
        if before == 0 && rules.receiving_enables_collateral {
            validation::enable_collateral(tx, call.liquidator, id)?;
        }
        return Ok(());
    }
    let reserve = tx.reserve_mut(id)?;
    let cache = match accrued {
        Some(cache) => *cache,
        None => {
            let mut cache = Cache::of(reserve);
            update_state(rules, reserve, &mut cache, world.now)?;
            cache
        }
    };
    update_rates(rules, reserve, &cache, U256::ZERO, amount)?;
    let scaled = ray_div(amount, cache.next_liquidity_index, rules.scaled.supply_burn)?;
    tx.burn(id, call.borrower, scaled, Token::Supply)?;
    tx.pay_out(id, amount)
}

/// Pays the protocol's fee in aTokens, as far as the borrower has them.
fn pay_treasury(
    tx: &mut Transaction<'_>,
    call: &Call,
    fee: U256,
    accrued: Option<&Cache>,
    world: World<'_>,
) -> Result<()> {
    if fee.is_zero() {
        return Ok(());
    }
    let rules = tx.rules();
    let id = call.collateral;
    let index = match accrued {
        Some(cache) => cache.next_liquidity_index,
        None => normalized_income(tx.reserve(id)?, world.now)?,
    };
    let scaled = ray_div(fee, index, rules.scaled.supply_transfer)?;
    let left = U256::from(tx.user(call.borrower).supplied(id));
    let scaled = if scaled <= left {
        scaled
    } else if rules.scales_first {
        left
    } else {
        // To an amount and back, as the contract does.
        ray_div(ray_mul(left, index, Rounding::HalfUp)?, index, Rounding::HalfUp)?
    };
    tx.transfer_to_treasury(id, call.borrower, scaled)
}
