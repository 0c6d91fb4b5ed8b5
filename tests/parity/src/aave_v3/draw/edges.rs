//! Where a rounding that hardly ever shows does show: rates at which a power of the rate is just about to step, and
//! prices at which a health factor is exactly that of the close factor.

use levmine_market::{Asset, Price, PriceBook};
use levmine_math::{Rounding, U256, mul_div};

use super::governance::aimed;
use super::look::{Side, WAD, account_data, held, ray};
use crate::Operation;
use crate::aave_v3::contracts::ACCOUNTS;
use crate::aave_v3::{AaveV3Twin, price};
use crate::random::Random;

/// Seconds in a year.
const YEAR: u64 = 31_536_000;

/// Health factors below or at 0.95 leave no half of the debt.
pub(super) fn close_factor_threshold() -> U256 {
    U256::from(WAD) / U256::from(100) * U256::from(95)
}

/// A rate whose square, or third power, is rounded up to a whole number of years: the least rate that reaches it.
/// Anything but half up, and the interest of some seconds differs.
pub(super) fn rate(random: &mut Random) -> U256 {
    let year = U256::from(YEAR);
    let half_up = |a, b| mul_div(a, b, ray(), Rounding::HalfUp).unwrap_or(U256::MAX);
    let square = |rate: U256| half_up(rate, rate);
    let third = |rate: U256| half_up(square(rate) / (year * year), rate);
    // 0.1 % to 100 %.
    let about = ray() / U256::from(1_000) * U256::from(1 + random.below(1_000));
    if random.chance(50) { least(&square, about, year * year) } else { least(&third, about, year) }
}

/// The least argument whose value reaches the next multiple of `step` above that of `about`.
fn least(value: &dyn Fn(U256) -> U256, about: U256, step: U256) -> U256 {
    let target = (value(about) / step + U256::ONE) * step;
    let (mut low, mut high) = (about, about * U256::from(2));
    while high - low > U256::ONE {
        let middle = low + (high - low) / U256::from(2);
        if value(middle) < target { low = middle } else { high = middle }
    }
    high
}

/// Whose health factor is exactly 0.95 now.
pub(super) fn at_close_factor(twin: &AaveV3Twin) -> Option<&'static str> {
    ACCOUNTS.into_iter().find(|name| factor(twin, name, &twin.prices) == Some(close_factor_threshold()))
}

/// A price that makes somebody's health factor exactly 0.95, or a price of his debt after which there is one. Only a
/// debt of a multiple of twenty units of value has such a factor.
pub(super) fn towards_close_factor(twin: &AaveV3Twin, random: &mut Random) -> Option<Operation> {
    let name = random.pick(&ACCOUNTS);
    let data = account_data(twin, name, &twin.prices).filter(|data| !data.debt.is_zero())?;
    let collateral = held(twin, random, name, Side::Supply)?;
    let set = |asset: Asset, price: u128| {
        Operation::new("set_price", twin.now).with("asset", asset.symbol()).with("price", price::write(price))
    };
    if is_round(data.debt) {
        return exact(twin, name, collateral, &twin.prices).map(|price| set(collateral, price));
    }
    let debt = held(twin, random, name, Side::Debt).filter(|debt| *debt != collateral)?;
    let before = u128::try_from(super::look::price_of(twin, debt)).ok()?;
    let mut prices = twin.prices.clone();
    (before..before.saturating_add(60)).find_map(|price| {
        prices.set(debt, Price::from_decimals(U256::from(price), 8).ok()?);
        let round = account_data(twin, name, &prices).is_some_and(|data| is_round(data.debt));
        (round && exact(twin, name, collateral, &prices).is_some()).then(|| set(debt, price))
    })
}

fn is_round(debt: U256) -> bool {
    (debt % U256::from(20)).is_zero()
}

fn factor(twin: &AaveV3Twin, name: &str, prices: &PriceBook) -> Option<U256> {
    account_data(twin, name, prices).map(|data| data.health_factor)
}

/// The price of the collateral at which the factor is exactly 0.95, if there is one.
fn exact(twin: &AaveV3Twin, name: &str, collateral: Asset, prices: &PriceBook) -> Option<u128> {
    let target = close_factor_threshold();
    let price = aimed(twin, name, collateral, Side::Supply, target, prices);
    let mut prices = prices.clone();
    prices.set(collateral, Price::from_decimals(U256::from(price), 8).ok()?);
    (factor(twin, name, &prices) == Some(target)).then_some(price)
}
