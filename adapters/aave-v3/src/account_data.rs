//! What a position is worth: `getUserAccountData`.

use levmine_market::{Account, Asset, MarketError, PriceBook};
use levmine_math::{ConstDivisor, Rounding, U256};

use crate::error::{AaveError, Result};
use crate::integer::{Integer, TooWide};
use crate::params::{Category, Params};
use crate::state::{Pool, User};
use crate::version::Rules;
use crate::wad_ray::{self, narrow, percent_div, percent_mul, wide};

/// The decimals of the oracle's prices and of all values.
pub const PRICE_DECIMALS: u8 = 8;

/// Prices in the base currency: US dollars with 8 decimals for one whole token.
pub trait Oracle {
    /// The price of `asset`.
    ///
    /// # Errors
    ///
    /// [`crate::AaveError::Market`] where there is none.
    fn price(&self, asset: Asset) -> Result<U256>;
}

/// From 18 to [`PRICE_DECIMALS`].
const PER_PRICE_UNIT: ConstDivisor = ConstDivisor::new(10_u64.pow(18 - PRICE_DECIMALS as u32));

impl Oracle for PriceBook {
    /// Rounds down to 8 decimals.
    fn price(&self, asset: Asset) -> Result<U256> {
        let price = self.find(asset).ok_or_else(|| no_price(asset))?;
        Ok(match narrow(price.0.raw()) {
            Some(price) => wide(PER_PRICE_UNIT.floor_small(price)),
            None => PER_PRICE_UNIT.floor(price.0.raw()),
        })
    }
}

#[cold]
fn no_price(asset: Asset) -> AaveError {
    MarketError::NoPrice { asset }.into()
}

/// The value of a position. Values have 8 decimals, shares are basis points, the health factor has 18 decimals and is
/// 2^256 − 1 without debt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountData {
    /// The value of the collateral.
    pub collateral: U256,
    /// The value of the debt.
    pub debt: U256,
    /// The average LTV, rounded down.
    pub ltv: U256,
    /// The average liquidation threshold, rounded down.
    pub threshold: U256,
    /// The thresholds' sum, `Σ value · threshold`, not rounded.
    pub threshold_sum: U256,
    /// The health factor.
    pub health_factor: U256,
    /// Some collateral has an LTV of zero.
    pub has_zero_ltv_collateral: bool,
}

impl AccountData {
    const EMPTY: Self = Self {
        collateral: U256::ZERO,
        debt: U256::ZERO,
        ltv: U256::ZERO,
        threshold: U256::ZERO,
        threshold_sum: U256::ZERO,
        health_factor: U256::MAX,
        has_zero_ltv_collateral: false,
    };

    /// What may still be borrowed, with 8 decimals.
    ///
    /// # Errors
    ///
    /// [`crate::AaveError::Library`] on overflow.
    pub fn available_borrows(&self, rules: &Rules) -> Result<U256> {
        let power = percent_mul(self.collateral, self.ltv, rules.value.borrowing_power)?;
        Ok(power.saturating_sub(self.debt))
    }

    /// The collateral that this debt needs at this LTV.
    pub(crate) fn collateral_needed(&self, debt: U256, rules: &Rules) -> Result<U256> {
        percent_div(debt, self.ltv, rules.value.collateral_needed)
    }
}

/// The LTV of a reserve for an account in `category`.
///
/// Source: 3.6 `ValidationLogic.getUserReserveLtv`; up to 3.5 an LTV of zero outside the category is zero inside.
pub(crate) fn effective_ltv(rules: &Rules, params: &Params, id: usize, category: Option<&Category>) -> u16 {
    let inside = category.filter(|category| category.has_collateral(id));
    match (inside, category) {
        (Some(category), _) if rules.decoupled_emodes => {
            if category.ltv_zero & crate::params::bit(id) != 0 {
                0
            } else {
                category.ltv
            }
        }
        (None, Some(category)) if !rules.isolation_mode && category.isolated => 0,
        (Some(category), _) if params.ltv != 0 => category.ltv,
        _ => params.ltv,
    }
}

/// The liquidation threshold of a reserve for an account in `category`.
fn effective_threshold(rules: &Rules, params: &Params, id: usize, category: Option<&Category>) -> u16 {
    match category.filter(|category| category.has_collateral(id)) {
        // Until 3.5 an asset that is no collateral outside is none inside either.
        Some(category) if rules.decoupled_emodes || params.liquidation_threshold != 0 => {
            category.liquidation_threshold
        }
        _ => params.liquidation_threshold,
    }
}

impl Pool {
    /// Values the position of `account` at `now`.
    ///
    /// Source: `GenericLogic.calculateUserAccountData`.
    ///
    /// # Errors
    ///
    /// [`crate::AaveError::Market`] for a missing price; [`crate::AaveError::Panic`] or [`crate::AaveError::Library`]
    /// on overflow.
    pub fn account_data(&self, account: Account, oracle: &dyn Oracle, now: u64) -> Result<AccountData> {
        match self.users.get(&account) {
            Some(user) => self.value(user, oracle, now),
            None => Ok(AccountData::EMPTY),
        }
    }

    pub(crate) fn value(&self, user: &User, oracle: &dyn Oracle, now: u64) -> Result<AccountData> {
        match self.value_in::<u128>(user, oracle, now) {
            Ok(worth) => Ok(worth.data()),
            Err(TooWide) => self.wide_value(user, oracle, now),
        }
    }

    #[cold]
    fn wide_value(&self, user: &User, oracle: &dyn Oracle, now: u64) -> Result<AccountData> {
        self.value_in::<U256>(user, oracle, now).map(|worth| worth.data())
    }

    /// [`Pool::value`] in one kind of integers.
    pub(crate) fn value_in<N: Integer>(
        &self,
        user: &User,
        oracle: &dyn Oracle,
        now: u64,
    ) -> Result<Worth<N>, N::Error> {
        let rules = self.rules;
        let category = self.category(user.mode);
        let (mut collateral, mut debt, mut ltv_sum, mut threshold_sum) = (N::ZERO, N::ZERO, N::ZERO, N::ZERO);
        let mut has_zero_ltv_collateral = false;
        let mut left = user.collateral | user.borrowing;
        while left != 0 {
            let id = left.trailing_zeros() as usize;
            left &= left - 1;
            let Some(reserve) = self.reserves.get(id) else { continue };
            let price = N::of(oracle.price(reserve.asset))?;
            let decimals = reserve.params.decimals;
            let threshold = effective_threshold(rules, &reserve.params, id, category);
            if threshold != 0 && user.uses_as_collateral(id) {
                let index = N::income(reserve, now)?;
                let balance = N::of_u128(user.supplied(id)).ray_mul(index, rules.scaled.supply_balance)?;
                let value = balance.value(price, decimals, Rounding::Down)?;
                collateral = collateral.plus(value)?;
                let ltv = effective_ltv(rules, &reserve.params, id, category);
                if ltv == 0 {
                    has_zero_ltv_collateral = true;
                } else {
                    ltv_sum = ltv_sum.plus(value.times(ltv.into())?)?;
                }
                threshold_sum = threshold_sum.plus(value.times(threshold.into())?)?;
            }
            if user.borrows(id) {
                let scaled = user.debt(id);
                if scaled != 0 {
                    let index = N::debt(rules, reserve, now)?;
                    let owed = N::of_u128(scaled).ray_mul(index, rules.scaled.debt_balance)?;
                    debt = debt.plus(owed.value(price, decimals, rules.value.debt_value)?)?;
                }
            }
        }
        let [ltv, threshold] = if collateral == N::ZERO {
            [N::ZERO; 2]
        } else {
            [ltv_sum.over(collateral)?, threshold_sum.over(collateral)?]
        };
        let mut worth = Worth {
            collateral,
            debt,
            ltv,
            threshold,
            threshold_sum,
            health_factor: None,
            has_zero_ltv_collateral,
        };
        if debt != N::ZERO {
            worth.health_factor = Some(if rules.sums_thresholds {
                threshold_sum.wad_div(debt)?.over(N::of_u128(wad_ray::PERCENTAGE_FACTOR.into()))?
            } else {
                worth.liquidation_limit(rules)?.wad_div(debt)?
            });
        }
        Ok(worth)
    }
}

/// [`AccountData`] in one kind of integers.
pub(crate) struct Worth<N> {
    pub(crate) collateral: N,
    pub(crate) debt: N,
    pub(crate) ltv: N,
    threshold: N,
    threshold_sum: N,
    /// None without debt.
    pub(crate) health_factor: Option<N>,
    has_zero_ltv_collateral: bool,
}

impl<N: Integer> Worth<N> {
    /// The debt above which liquidation begins.
    pub(crate) fn liquidation_limit(&self, rules: &Rules) -> Result<N, N::Error> {
        if rules.sums_thresholds {
            self.threshold_sum.over(N::of_u128(wad_ray::PERCENTAGE_FACTOR.into()))
        } else {
            self.collateral.percent_mul(self.threshold, Rounding::HalfUp)
        }
    }

    fn data(&self) -> AccountData {
        AccountData {
            collateral: self.collateral.wide(),
            debt: self.debt.wide(),
            ltv: self.ltv.wide(),
            threshold: self.threshold.wide(),
            threshold_sum: self.threshold_sum.wide(),
            health_factor: self.health_factor.map_or(U256::MAX, N::wide),
            has_zero_ltv_collateral: self.has_zero_ltv_collateral,
        }
    }
}
