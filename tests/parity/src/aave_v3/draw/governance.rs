//! Prices and parameters.

use levmine_market::{Asset, Price, PriceBook};
use levmine_math::{Rounding, U256, mul_div};

use super::edges;
use super::look::{Side, WAD, account_data, held, price_of, ray, reserve, unit};
use crate::Operation;
use crate::aave_v3::contracts::ACCOUNTS;
use crate::aave_v3::{AaveV3Twin, price};
use crate::random::Random;

/// The highest price, with 8 decimals.
const HIGHEST_PRICE: u128 = 1 << 48;

/// What nobody in particular does: prices and parameters.
pub(super) fn operation(
    twin: &AaveV3Twin,
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
            of(drawn).amount("reserveFactor", number(random.pick(&[0, 1_000, 2_500, 9_999, 10_000, 10_001])))
        }
        "setLiquidationProtocolFee" => {
            of(drawn).amount("fee", number(random.pick(&[0, 1, 1_000, 5_000, 10_000, 10_001])))
        }
        "setSupplyCap" | "setBorrowCap" => {
            let reserve = reserve(twin, asset)?;
            let (scaled, index) = if name == "setSupplyCap" {
                (reserve.scaled_supply, reserve.liquidity_index)
            } else {
                (reserve.scaled_debt, reserve.borrow_index)
            };
            let amount = mul_div(scaled, U256::from(index), ray(), Rounding::Down).unwrap_or_default();
            let tokens = u64::try_from(amount / unit(asset)).unwrap_or(u64::MAX / 2);
            let cap = if random.chance(50) { 0 } else { tokens.saturating_add(random.below(1_000)) };
            let cap = if random.chance(5) { 1 << 36 } else { cap.min((1 << 36) - 1) };
            of(drawn).amount("cap", number(cap))
        }
        "setReserveFreeze" => {
            let frozen = reserve(twin, asset)?.params.frozen;
            of(drawn).with("freeze", !frozen && random.chance(50))
        }
        "setReservePause" => {
            let paused = reserve(twin, asset)?.params.paused;
            of(drawn).with("paused", !paused && random.chance(40))
        }
        "setReserveBorrowing" => of(drawn).with("enabled", random.chance(85)),
        "setReserveFlashLoaning" => of(drawn).with("enabled", random.chance(80)),
        "setBorrowableInIsolation" => of(drawn).with("borrowable", random.chance(60)),
        "setSiloedBorrowing" => {
            let siloed = reserve(twin, asset)?.params.siloed;
            of(drawn).with("siloed", if siloed { random.chance(20) } else { random.chance(60) })
        }
        "setDebtCeiling" => {
            let ceiling = match random.below(8) {
                0 | 1 => 0,
                // One more than fits.
                2 => 1 << 40,
                _ => 1 << random.below(40),
            };
            of(drawn).amount("debtCeiling", number(ceiling))
        }
        "setAssetEModeCategory" => of(drawn).amount("categoryId", number(random.pick(&[0, 1, 1, 2, 2, 3]))),
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
            let bonus = 10_000 + random.below(highest);
            of(drawn)
                .amount("ltv", number(ltv))
                .amount("liquidationThreshold", number(threshold))
                .amount("liquidationBonus", number(bonus))
        }
        "setReserveInterestRate" => of(drawn)
            .amount("optimalUsageRatio", number(random.pick(&[1_000, 8_000, 9_500, 10_000])))
            .amount("baseVariableBorrowRate", number(random.pick(&[0, 100, 2_000])))
            .amount("variableRateSlope1", number(random.pick(&[0, 400, 1_000])))
            .amount("variableRateSlope2", number(random.pick(&[0, 6_000, 30_000, 100_000]))),
        // A flat curve: the rate is the base whatever is borrowed.
        "setReserveInterestRateStrategy" => of(drawn)
            .amount("optimalUsageRatio", ray())
            .amount("baseVariableBorrowRate", edges::rate(random))
            .amount("variableRateSlope1", U256::ZERO)
            .amount("variableRateSlope2", U256::ZERO),
        "setReserveActive" => {
            let active = reserve(twin, asset)?.params.active;
            // Mostly refused, because the reserve is in use.
            of(drawn).with("active", !active || random.chance(30))
        }
        "setEModeCategory" => category(twin, random, drawn)?,
        "setFlashLoanPremium" => drawn
            .amount("premium", number(random.pick(&[0, 5, 9, 1_000, 10_000, 10_001])))
            .amount("premiumToProtocol", number(random.pick(&[0, 3_000, 10_000]))),
        _ => return None,
    })
}

/// New parameters of a category, mostly above its members'; sometimes exactly theirs, or below, or of a category that
/// nobody can have.
fn category(twin: &AaveV3Twin, random: &mut Random, drawn: Operation) -> Option<Operation> {
    let pool = twin.market.pool();
    let id = if random.chance(8) { 0 } else { random.pick(&[1_u8, 2]) };
    let members = pool.reserves().iter().enumerate().filter(|(at, _)| pool.category_of(*at) == id);
    let (mut most_ltv, mut most_threshold) = (0, 0);
    for (_, member) in members {
        most_ltv = u64::from(member.params.ltv).max(most_ltv);
        most_threshold = u64::from(member.params.liquidation_threshold).max(most_threshold);
    }
    let above = |random: &mut Random| if random.chance(20) { 0 } else { 1 };
    let least_ltv = most_ltv + above(random);
    let threshold = (most_threshold + above(random)).max(least_ltv) + random.pick(&[0, 0, 1, 60, 400]);
    let ltv = least_ltv + random.below(threshold.saturating_sub(least_ltv) + 1);
    let (ltv, threshold) = match random.below(24) {
        0 => (0, threshold),
        1 => (ltv, 0),
        2 => (threshold + 1, threshold),
        _ => (ltv, threshold),
    };
    let bonus = if random.chance(6) { 10_000 } else { 10_000 + random.below(700) };
    let number = |value: u64| U256::from(value);
    Some(
        drawn
            .amount("categoryId", U256::from(id))
            .amount("ltv", number(ltv))
            .amount("liquidationThreshold", number(threshold))
            .amount("liquidationBonus", number(bonus)),
    )
}

/// A price that brings somebody's health near a limit, or any other move.
fn new_price(twin: &AaveV3Twin, random: &mut Random, asset: Asset) -> (Asset, u128) {
    let borrowers: Vec<&str> = ACCOUNTS
        .into_iter()
        .filter(|name| account_data(twin, name, &twin.prices).is_some_and(|data| !data.debt.is_zero()))
        .collect();
    if !borrowers.is_empty() && random.chance(70) {
        let borrower = random.pick(&borrowers);
        let side = if random.chance(75) { Side::Supply } else { Side::Debt };
        if let Some(asset) = held(twin, random, borrower, side) {
            let percent = random.pick(&[100_u64, 100, 100, 95, 95, 99, 101, 80, 150]);
            let target = U256::from(WAD) / U256::from(100) * U256::from(percent);
            let price = aimed(twin, borrower, asset, side, target, &twin.prices);
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
pub(super) fn aimed(
    twin: &AaveV3Twin,
    borrower: &str,
    asset: Asset,
    side: Side,
    target: U256,
    prices: &PriceBook,
) -> u128 {
    let mut prices = prices.clone();
    let (mut low, mut high) = (1_u128, HIGHEST_PRICE);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let Ok(price) = Price::from_decimals(U256::from(middle), 8) else { break };
        prices.set(asset, price);
        let healthy = account_data(twin, borrower, &prices).is_some_and(|data| data.health_factor >= target);
        // More valuable collateral is healthier, more valuable debt is not.
        if healthy == (side == Side::Supply) { high = middle } else { low = middle }
    }
    high
}
