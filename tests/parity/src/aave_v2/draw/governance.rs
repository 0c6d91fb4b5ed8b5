//! Prices and parameters.

use levmine_market::{Asset, Price};
use levmine_math::U256;

use super::look::{Side, WAD, account_data, held, price_of, reserve};
use crate::Operation;
use crate::aave_v2::contracts::ACCOUNTS;
use crate::aave_v2::listing::{ETHER, ray_per_bps};
use crate::aave_v2::{AaveV2Twin, calls, price};
use crate::random::Random;

/// The highest price in wei.
const HIGHEST_PRICE: u128 = 1 << 90;

/// What nobody in particular does: prices and parameters.
pub(super) fn operation(
    twin: &AaveV2Twin,
    random: &mut Random,
    name: &str,
    asset: Asset,
    time: u64,
) -> Option<Operation> {
    let drawn = Operation::new(name, time);
    let of = |drawn: Operation| drawn.with("asset", asset.symbol());
    let number = |value: u64| U256::from(value);
    Some(match name {
        "set_price" => {
            let (asset, price) = new_price(twin, random, asset);
            drawn.with("asset", asset.symbol()).with("price", price::write(price))
        }
        "setReserveFactor" => {
            // Nothing checks that it is at most 100 %; above that every operation fails.
            let factor = random.pick(&[0, 1_000, 2_500, 6_100, 9_999, 10_000, 10_000, 10_001]);
            of(drawn).amount("reserveFactor", number(factor))
        }
        "setReserveActive" => {
            let active = reserve(twin, asset)?.params.active;
            of(drawn).with("active", !active || random.chance(30))
        }
        "setReserveFreeze" => {
            let frozen = reserve(twin, asset)?.params.frozen;
            of(drawn).with("freeze", !frozen && random.chance(50))
        }
        "setReserveBorrowing" => {
            of(drawn).with("enabled", random.chance(85)).with("stableRate", random.chance(85))
        }
        "setReserveStableRate" => of(drawn).with("enabled", random.chance(85)),
        // The end of a collateral, which must not be in use; sometimes with a bonus that is then left over.
        "setReserveCollateral" if random.chance(25) => of(drawn)
            .amount("ltv", number(u64::from(random.chance(10))))
            .amount("liquidationThreshold", number(0))
            .amount("liquidationBonus", number(random.pick(&[0, 0, 0, 10_500]))),
        "setReserveCollateral" => {
            let threshold = 3_000 + random.below(5_500);
            let ltv = if random.chance(12) { 0 } else { threshold - random.below(threshold) };
            let ltv = if random.chance(5) { threshold + 1 } else { ltv };
            let highest = if random.chance(90) { 1_500 } else { 9_000 };
            of(drawn)
                .amount("ltv", number(ltv))
                .amount("liquidationThreshold", number(threshold))
                .amount("liquidationBonus", number(10_000 + random.below(highest)))
        }
        "setReserveInterestRateStrategy" => curve(random, of(drawn)),
        "setMarketBorrowRate" => {
            of(drawn).amount("rate", number(random.pick(&[0, 300, 500, 2_000])) * ray_per_bps())
        }
        "setPoolPause" => drawn.with("paused", !twin.market.pool().paused() && random.chance(50)),
        _ => return None,
    })
}

/// A new curve, in ray: mostly of whole basis points, as they are in use.
fn curve(random: &mut Random, drawn: Operation) -> Operation {
    let choices: [&[u64]; 6] = [
        &[1_000, 4_500, 8_000, 10_000],
        &[0, 100, 2_000],
        &[0, 400, 1_000],
        &[0, 6_000, 30_000, 100_000],
        &[0, 200, 1_000],
        &[0, 6_000, 30_000],
    ];
    let noise = if random.chance(30) { random.below(1_000_000_000) } else { 0 };
    let mut drawn = drawn;
    for (key, choices) in calls::CURVE.into_iter().zip(choices) {
        let rate = U256::from(random.pick(choices)) * ray_per_bps();
        let rate = if key == calls::CURVE[0] { rate } else { rate + U256::from(noise) };
        drawn = drawn.amount(key, rate);
    }
    drawn
}

/// A price that brings somebody's health near a limit, or any other move.
fn new_price(twin: &AaveV2Twin, random: &mut Random, asset: Asset) -> (Asset, u128) {
    let borrowers: Vec<&str> = ACCOUNTS
        .into_iter()
        .filter(|name| account_data(twin, name, &twin.prices).is_some_and(|data| !data.debt.is_zero()))
        .collect();
    if !borrowers.is_empty() && random.chance(70) {
        let borrower = random.pick(&borrowers);
        let side = random.pick(&[Side::Supply, Side::Supply, Side::Supply, Side::Debt, Side::Stable]);
        let held = held(twin, random, borrower, side).filter(|asset| asset.symbol() != ETHER);
        if let Some(asset) = held {
            let percent = random.pick(&[100_u64, 100, 100, 99, 101, 95, 80, 50, 150]);
            let target = U256::from(WAD) / U256::from(100) * U256::from(percent);
            let price = aimed(twin, borrower, asset, side, target);
            let nudged = price.saturating_add(random.below(4).into()).saturating_sub(2).max(1);
            return (asset, nudged);
        }
    }
    let price = u128::try_from(price_of(twin, asset)).unwrap_or(u128::MAX >> 1);
    let moved = match random.below(12) {
        0 => price / 2,
        1 => price.saturating_mul(2),
        // An oracle that fails.
        2 if random.chance(15) => random.below(3).into(),
        _ => price / 1_000 * u128::from(850 + random.below(300)) + u128::from(random.below(1_000)),
    };
    (asset, moved.min(HIGHEST_PRICE))
}

/// The price at which the health factor crosses the target, by bisection.
fn aimed(twin: &AaveV2Twin, borrower: &str, asset: Asset, side: Side, target: U256) -> u128 {
    let mut prices = twin.prices.clone();
    let (mut low, mut high) = (1_u128, HIGHEST_PRICE);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let Ok(price) = Price::from_decimals(U256::from(middle), 18) else { break };
        prices.set(asset, price);
        let healthy = account_data(twin, borrower, &prices).is_some_and(|data| data.health_factor >= target);
        // More valuable collateral is healthier, more valuable debt is not.
        if healthy == (side == Side::Supply) { high = middle } else { low = middle }
    }
    high
}
