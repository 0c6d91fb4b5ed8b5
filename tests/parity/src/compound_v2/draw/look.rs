//! What a draw looks at: who has and owes what.

use levmine_compound_v2::{Holding, Market};
use levmine_lending::{Context, LendingMarket};
use levmine_market::{Asset, PriceBook};
use levmine_math::{Rounding, U256, mul_div, pow10};

use crate::Operation;
use crate::compound_v2::{CompoundV2Twin, model, moment};
use crate::random::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Supply,
    Debt,
}

pub(super) fn market(twin: &CompoundV2Twin, asset: Asset) -> Option<&Market> {
    twin.market.pool().markets().iter().find(|market| market.asset == asset)
}

pub(super) fn cash(twin: &CompoundV2Twin, asset: Asset) -> U256 {
    market(twin, asset).map_or(U256::ZERO, |market| market.cash)
}

pub(super) fn balance(twin: &CompoundV2Twin, name: &str, asset: Asset, side: Side) -> U256 {
    let (owner, now) = (model::account(name), twin.moment());
    match side {
        Side::Supply => twin.market.supplied(owner, asset, now),
        Side::Debt => twin.market.debt(owner, asset, now),
    }
    .unwrap_or_default()
}

pub(super) fn holding(twin: &CompoundV2Twin, name: &str, asset: Asset) -> Holding {
    let id = twin.market.pool().market_id(asset).unwrap_or(usize::MAX);
    twin.market.pool().user(model::account(name)).map(|user| user.holding(id)).unwrap_or_default()
}

/// One of the assets that the account has supplied or owes.
pub(super) fn held(twin: &CompoundV2Twin, random: &mut Random, name: &str, side: Side) -> Option<Asset> {
    let has = |asset: &Asset| {
        let holding = holding(twin, name, *asset);
        match side {
            Side::Supply => !holding.tokens.is_zero(),
            Side::Debt => !holding.principal.is_zero(),
        }
    };
    let held: Vec<Asset> = twin.assets.iter().copied().filter(has).collect();
    if held.is_empty() { None } else { Some(random.pick(&held)) }
}

fn price_of(twin: &CompoundV2Twin, asset: Asset) -> U256 {
    twin.prices.price(asset).map_or(U256::ONE, |price| price.0.raw()).max(U256::ONE)
}

/// Base units of a value in dollars with 18 decimals.
pub(super) fn worth(twin: &CompoundV2Twin, asset: Asset, value: U256) -> U256 {
    let unit = pow10(asset.decimals().into()).unwrap_or(U256::MAX);
    mul_div(value, unit, price_of(twin, asset), Rounding::Down).unwrap_or_default()
}

/// What operations of this sequence are usually about.
pub(super) fn usual(twin: &CompoundV2Twin, asset: Asset) -> U256 {
    let bits = usize::try_from(twin.value_bits).unwrap_or(0);
    worth(twin, asset, U256::ONE << bits).max(U256::from(10_u64))
}

/// The largest value of `key` up to `most` that the adapter accepts, by bisection on copies: where a cap, the collateral
/// or the liquidity ends.
pub(super) fn limit(twin: &CompoundV2Twin, drawn: &Operation, key: &str, most: U256) -> U256 {
    let ctx = Context { now: moment(drawn.time()), prices: &twin.prices };
    let accepts = |amount: U256| {
        let operation = drawn.clone().amount(key, amount);
        let find = |symbol: &str| twin.asset(symbol);
        let done = model::act(&mut twin.market.clone(), &operation, &find, &ctx);
        matches!(done, Ok(Ok(_)))
    };
    let (mut low, mut high) = (U256::ZERO, most);
    while high > low {
        let middle = high - (high - low) / U256::from(2_u64);
        if accepts(middle) { low = middle } else { high = middle - U256::ONE }
    }
    low
}

/// What is carried and what is owed, by the prices given.
pub(super) fn sums(twin: &CompoundV2Twin, name: &str, prices: &PriceBook) -> Option<(U256, U256)> {
    let ctx = Context { now: twin.moment(), prices };
    let health = twin.market.health(model::account(name), &ctx).ok()?;
    Some((health.liquidation_limit.raw(), health.debt.raw()))
}

pub(super) fn has_credit(twin: &CompoundV2Twin, name: &str) -> bool {
    sums(twin, name, &twin.prices).is_some_and(|(limit, owed)| limit > owed)
}

pub(super) fn is_unhealthy(twin: &CompoundV2Twin, name: &str) -> bool {
    let ctx = Context { now: twin.moment(), prices: &twin.prices };
    twin.market.health(model::account(name), &ctx).is_ok_and(|health| health.liquidatable)
}
