//! What a draw looks at: who has and owes what.

use levmine_aave_v2::{AccountData, InEther, Reserve};
use levmine_lending::{Context, LendingMarket};
use levmine_market::{Asset, Moment, PriceBook, Timestamp};
use levmine_math::{Rounding, U256, mul_div, pow10};

use crate::Operation;
use crate::aave_v2::{AaveV2Twin, model};
use crate::random::Random;

/// One in 18 decimals.
pub(super) const WAD: u64 = 1_000_000_000_000_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Supply,
    /// At the variable rate.
    Debt,
    Stable,
}

pub(super) fn unit(asset: Asset) -> U256 {
    pow10(asset.decimals().into()).unwrap_or(U256::MAX)
}

pub(super) fn reserve(twin: &AaveV2Twin, asset: Asset) -> Option<&Reserve> {
    twin.market.pool().reserves().iter().find(|reserve| reserve.asset == asset)
}

pub(super) fn balance(twin: &AaveV2Twin, name: &str, asset: Asset, side: Side) -> U256 {
    let (owner, now) = (model::account(name), twin.moment());
    match side {
        Side::Supply => twin.market.supplied(owner, asset, now),
        Side::Debt => {
            let stable = twin.market.stable_debt(owner, asset, now).unwrap_or_default();
            twin.market.debt(owner, asset, now).map(|debt| debt.saturating_sub(stable))
        }
        Side::Stable => twin.market.stable_debt(owner, asset, now),
    }
    .unwrap_or_default()
}

/// One of the assets that the account has supplied or owes.
pub(super) fn held(twin: &AaveV2Twin, random: &mut Random, name: &str, side: Side) -> Option<Asset> {
    let user = twin.market.pool().user(model::account(name))?;
    let of = |id: usize| match side {
        Side::Supply => user.supplied(id),
        Side::Debt => user.debt(id),
        Side::Stable => user.stable(id).principal,
    };
    let held: Vec<Asset> = twin
        .assets
        .iter()
        .enumerate()
        .filter(|(id, _)| !of(*id).is_zero())
        .map(|(_, asset)| *asset)
        .collect();
    if held.is_empty() { None } else { Some(random.pick(&held)) }
}

/// One of the assets that the account uses as collateral.
pub(super) fn used_as_collateral(twin: &AaveV2Twin, random: &mut Random, name: &str) -> Option<Asset> {
    let user = twin.market.pool().user(model::account(name))?;
    let used: Vec<Asset> = twin
        .assets
        .iter()
        .enumerate()
        .filter(|(id, _)| user.uses_as_collateral(*id))
        .map(|(_, asset)| *asset)
        .collect();
    if used.is_empty() { None } else { Some(random.pick(&used)) }
}

pub(super) fn price_of(twin: &AaveV2Twin, asset: Asset) -> U256 {
    let price = twin.prices.price(asset).ok().and_then(|price| price.with_decimals(18).ok());
    price.unwrap_or(U256::ONE).max(U256::ONE)
}

/// Base units of a value in wei.
pub(super) fn worth(twin: &AaveV2Twin, asset: Asset, value: U256) -> U256 {
    mul_div(value, unit(asset), price_of(twin, asset), Rounding::Down).unwrap_or_default()
}

/// What operations of this sequence are usually about.
pub(super) fn usual(twin: &AaveV2Twin, asset: Asset) -> U256 {
    let bits = usize::try_from(twin.value_bits).unwrap_or(0);
    worth(twin, asset, U256::ONE << bits).max(U256::from(10))
}

/// The largest amount up to `most` that the adapter accepts, by bisection on copies: where a cap, a ceiling, the
/// collateral or the liquidity ends.
pub(super) fn limit(twin: &AaveV2Twin, drawn: &Operation, most: U256) -> U256 {
    let now = Moment { time: Timestamp(drawn.time()), block: 0 };
    let ctx = Context { now, prices: &twin.prices };
    let accepts = |amount: U256| {
        let operation = drawn.clone().amount("amount", amount);
        let find = |symbol: &str| twin.asset(symbol);
        let done = model::act(&mut twin.market.clone(), &operation, &find, &ctx);
        matches!(done, Ok(Ok(_)))
    };
    let (mut low, mut high) = (U256::ZERO, most);
    while high > low {
        let middle = high - (high - low) / U256::from(2);
        if accepts(middle) { low = middle } else { high = middle - U256::ONE }
    }
    low
}

pub(super) fn account_data(twin: &AaveV2Twin, name: &str, prices: &PriceBook) -> Option<AccountData> {
    let pool = twin.market.pool();
    let oracle = InEther::new(prices, pool.ether()).ok()?;
    pool.account_data(model::account(name), &oracle, twin.now).ok()
}

pub(super) fn has_credit(twin: &AaveV2Twin, name: &str) -> bool {
    let data = account_data(twin, name, &twin.prices);
    data.and_then(|data| data.available_borrows().ok()).is_some_and(|value| !value.is_zero())
}

pub(super) fn is_unhealthy(twin: &AaveV2Twin, name: &str) -> bool {
    account_data(twin, name, &twin.prices).is_some_and(|data| data.health_factor < U256::from(WAD))
}
