//! What stays as it is all the contract's life: the constructor's configuration, as the contract keeps it.

use levmine_market::Asset;
use levmine_math::{U256, pow10};

use crate::casts::{BASE_ACCRUAL_SCALE, FACTOR_SCALE, mul_factor};
use crate::error::{CometError, Result};

/// The most collateral assets that `Comet` has slots for.
pub const MAX_ASSETS: usize = 15;

/// Seconds in a year of 365 days.
pub const SECONDS_PER_YEAR: u64 = 31_536_000;

/// What a rate or reward index counts one as where nothing else is said: 15 decimals.
pub const TRACKING_INDEX_SCALE: u64 = 1_000_000_000_000_000;

/// One basis point of a factor with 18 decimals.
const FACTOR_PER_BPS: u64 = FACTOR_SCALE / 10_000;

/// The base asset's decimals that the contract accepts.
const BASE_DECIMALS: std::ops::RangeInclusive<u8> = 6..=18;

/// A rate curve as the constructor takes it, or as the contract keeps it: 18 decimals, per year or per
/// second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Curve {
    /// The utilization at which the second slope begins.
    pub kink: u64,
    /// The rate at no utilization.
    pub base: u64,
    /// What each unit of utilization adds up to the kink.
    pub slope_low: u64,
    /// What each unit of utilization adds above it.
    pub slope_high: u64,
}

impl Curve {
    /// The curve per second: base and slopes divided by the seconds of a year, **rounded down**.
    ///
    /// Source: the constructor of `Comet`.
    #[must_use]
    pub const fn per_second(self) -> Self {
        Self {
            kink: self.kink,
            base: self.base / SECONDS_PER_YEAR,
            slope_low: self.slope_low / SECONDS_PER_YEAR,
            slope_high: self.slope_high / SECONDS_PER_YEAR,
        }
    }
}

/// A collateral asset as the constructor takes it: factors with 18 decimals, the cap in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollateralConfig {
    /// The token.
    pub asset: Asset,
    /// The share of the value up to which one may borrow.
    pub borrow_collateral_factor: u64,
    /// The share of the value above which the debt is absorbed.
    pub liquidate_collateral_factor: u64,
    /// The share of the value that an absorbed account is credited.
    pub liquidation_factor: u64,
    /// The most that may be supplied.
    pub supply_cap: u128,
}

/// Which prices the market's feeds answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// US dollars: markets in stablecoins.
    Dollars,
    /// Whole tokens of the base asset, whose own feed is the constant one: markets in ether and staked ether.
    Base,
}

/// The reward token as `CometRewards` is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewards {
    /// The token.
    pub token: Asset,
    /// What accrued is multiplied with, 18 decimals.
    pub multiplier: U256,
}

/// The constructor's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The asset that is lent.
    pub base: Asset,
    /// In what the feeds answer.
    pub quote: Quote,
    /// The supply curve, per year.
    pub supply: Curve,
    /// The borrow curve, per year.
    pub borrow: Curve,
    /// The share of the liquidation penalty that buyers of seized collateral get, 18 decimals.
    pub store_front_price_factor: u64,
    /// What the tracking indexes count one as.
    pub tracking_index_scale: u64,
    /// Reward tokens per second for all suppliers, in `tracking_index_scale`.
    pub base_tracking_supply_speed: u64,
    /// Reward tokens per second for all borrowers, in `tracking_index_scale`.
    pub base_tracking_borrow_speed: u64,
    /// The least total principal that earns rewards.
    pub base_min_for_rewards: u128,
    /// The smallest debt.
    pub base_borrow_min: u128,
    /// The reserves above which collateral is kept instead of sold.
    pub target_reserves: u128,
    /// The collateral assets, in order.
    pub collaterals: Vec<CollateralConfig>,
    /// The reward token, if `CometRewards` has one for the market.
    pub rewards: Option<Rewards>,
}

/// A collateral asset as the contract keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collateral {
    /// The token.
    pub asset: Asset,
    /// One whole token in base units.
    pub scale: u64,
    /// Basis points of the value up to which one may borrow.
    pub borrow_collateral_factor: u16,
    /// Basis points of the value above which the debt is absorbed.
    pub liquidate_collateral_factor: u16,
    /// Basis points of the value that an absorbed account is credited.
    pub liquidation_factor: u16,
    /// The most that may be supplied, in base units: whole tokens.
    pub supply_cap: u128,
}

/// The contract's immutable values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// The asset that is lent.
    pub base: Asset,
    /// One whole base token in base units.
    pub base_scale: u64,
    /// In what the feeds answer.
    pub quote: Quote,
    /// The supply curve, per second.
    pub supply: Curve,
    /// The borrow curve, per second.
    pub borrow: Curve,
    /// The share of the liquidation penalty that buyers get, 18 decimals.
    pub store_front_price_factor: u64,
    /// What the tracking indexes count one as.
    pub tracking_index_scale: u64,
    /// Reward tokens per second for all suppliers.
    pub base_tracking_supply_speed: u64,
    /// Reward tokens per second for all borrowers.
    pub base_tracking_borrow_speed: u64,
    /// The least total principal that earns rewards.
    pub base_min_for_rewards: u128,
    /// The smallest debt.
    pub base_borrow_min: u128,
    /// The reserves above which collateral is kept instead of sold.
    pub target_reserves: u128,
    /// What rewards are divided by to keep 6 decimals.
    pub accrual_descale_factor: u64,
    /// The collateral assets, in order.
    pub collaterals: Vec<Collateral>,
    /// The reward token.
    pub rewards: Option<Rewards>,
}

impl Params {
    /// What the contract keeps of its configuration: yearly rates as rates per second, factors with 4
    /// decimals, caps in whole tokens, all **rounded down**.
    ///
    /// Source: the constructor of `Comet` and `getPackedAssetInternal`, in the order of their checks.
    ///
    /// # Errors
    ///
    /// [`CometError::BadDecimals`], [`CometError::BadDiscount`], [`CometError::TooManyAssets`],
    /// [`CometError::BadMinimum`], [`CometError::BorrowCFTooLarge`], [`CometError::LiquidateCFTooLarge`].
    pub fn new(config: &Config) -> Result<Self> {
        let base = config.base;
        let bad_base = CometError::BadDecimals { asset: base };
        if base.decimals() > *BASE_DECIMALS.end() {
            return Err(bad_base);
        }
        if config.store_front_price_factor > FACTOR_SCALE {
            return Err(CometError::BadDiscount { factor: config.store_front_price_factor });
        }
        if config.collaterals.len() > MAX_ASSETS {
            return Err(CometError::TooManyAssets { listed: config.collaterals.len() });
        }
        if config.base_min_for_rewards == 0 {
            return Err(CometError::BadMinimum);
        }
        if !BASE_DECIMALS.contains(&base.decimals()) {
            return Err(bad_base);
        }
        let base_scale = scale(base)?;
        Ok(Self {
            base,
            base_scale,
            quote: config.quote,
            supply: config.supply.per_second(),
            borrow: config.borrow.per_second(),
            store_front_price_factor: config.store_front_price_factor,
            tracking_index_scale: config.tracking_index_scale,
            base_tracking_supply_speed: config.base_tracking_supply_speed,
            base_tracking_borrow_speed: config.base_tracking_borrow_speed,
            base_min_for_rewards: config.base_min_for_rewards,
            base_borrow_min: config.base_borrow_min,
            target_reserves: config.target_reserves,
            accrual_descale_factor: base_scale / BASE_ACCRUAL_SCALE,
            collaterals: config.collaterals.iter().map(collateral).collect::<Result<_>>()?,
            rewards: config.rewards,
        })
    }
}

/// One whole token in base units, where that fits 64 bits with room to spare.
fn scale(asset: Asset) -> Result<u64> {
    let bad = || CometError::BadDecimals { asset };
    if asset.decimals() > 18 {
        return Err(bad());
    }
    pow10(asset.decimals().into()).ok().and_then(|scale| u64::try_from(scale).ok()).ok_or_else(bad)
}

fn collateral(config: &CollateralConfig) -> Result<Collateral> {
    let asset = config.asset;
    let scale = scale(asset)?;
    if config.borrow_collateral_factor >= config.liquidate_collateral_factor {
        return Err(CometError::BorrowCFTooLarge { asset });
    }
    if config.liquidate_collateral_factor > FACTOR_SCALE {
        return Err(CometError::LiquidateCFTooLarge { asset });
    }
    // The contract cuts what is left to 16 bits without a check; only a liquidation factor above 6.5 would
    // lose any.
    let bps = |factor: u64| (factor / FACTOR_PER_BPS) as u16;
    let kept = Collateral {
        asset,
        scale,
        borrow_collateral_factor: bps(config.borrow_collateral_factor),
        liquidate_collateral_factor: bps(config.liquidate_collateral_factor),
        liquidation_factor: bps(config.liquidation_factor),
        // Whole tokens are cut to 64 bits, again without a check.
        supply_cap: u128::from((config.supply_cap / u128::from(scale)) as u64) * u128::from(scale),
    };
    if kept.borrow_collateral_factor >= kept.liquidate_collateral_factor {
        return Err(CometError::BorrowCFTooLarge { asset });
    }
    Ok(kept)
}

/// A factor in basis points with 18 decimals.
pub(crate) fn factor(bps: u16) -> U256 {
    U256::from(u64::from(bps) * FACTOR_PER_BPS)
}

/// `value × factor ÷ 10^18`, rounded down, with the factor in basis points.
///
/// Source: `Comet.mulFactor`.
pub(crate) fn share_of(value: U256, bps: u16) -> Result<U256> {
    // The factor is whole basis points, so dividing by 10^4 gives the same to the last digit, and most values
    // are small.
    if let Ok(value) = u64::try_from(value)
        && let Some(product) = value.checked_mul(bps.into())
    {
        return Ok(U256::from(product / 10_000));
    }
    mul_factor(value, factor(bps))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "in a test a broken expectation is a failure")]

    use super::*;

    #[test]
    fn both_ways_to_a_share_are_equal() {
        for value in [0_u128, 1, 3, 9_999, 10_001, 281_474_976_710_655, u64::MAX.into(), u128::MAX] {
            for bps in [0, 1, 3, 8_250, 8_950, 9_999, 10_000, u16::MAX] {
                let value = U256::from(value);
                let long = mul_factor(value, factor(bps)).expect("fits");
                assert_eq!(share_of(value, bps).expect("fits"), long, "{value} {bps}");
            }
        }
        assert!(share_of(U256::MAX, 1).is_err());
    }
}
