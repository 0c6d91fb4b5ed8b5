//! What the admin, the guardians and the oracle do.

use levmine_market::{Asset, Price};
use levmine_math::{Rounding, U256, Wad, mul_div};
use serde_json::json;

use super::look::{Side, cash, held, market, sums};
use super::{at_most, near};
use crate::Operation;
use crate::compound_v2::contracts::ACCOUNTS;
use crate::compound_v2::{CompoundV2Twin, price};
use crate::random::Random;

/// A share of 0.01 %, 18 decimals.
const PER_BPS: u64 = 100_000_000_000_000;

/// An operation of this name, if it is one of these.
pub(super) fn operation(
    twin: &CompoundV2Twin,
    random: &mut Random,
    name: &str,
    asset: Asset,
    time: u64,
) -> Option<Operation> {
    let share = |bps: u64| U256::from(bps) * U256::from(PER_BPS);
    let drawn = Operation::new(name, time);
    let on_asset = || drawn.clone().with("asset", asset.symbol());
    Some(match name {
        "set_price" => set_price(twin, random, drawn),
        "_reduceReserves" => {
            let reserves = market(twin, asset).map_or(U256::ZERO, |market| market.total_reserves);
            let whole = if random.chance(20) { cash(twin, asset) } else { reserves };
            on_asset().amount("amount", random.amount(whole))
        }
        "_setReserveFactor" => {
            let factor = share(random.pick(&[0, 1, 750, 2_000, 9_999, 10_000, 10_000]));
            let factor = if random.chance(10) { near(random, share(10_000)) } else { factor };
            on_asset().amount("newReserveFactorMantissa", factor)
        }
        "_setInterestRateModel" => {
            let rate = |random: &mut Random, most: u64| random.below(most).to_string();
            let mut model = json!({
                "baseRatePerBlock": rate(random, 20_000_000_000),
                "multiplierPerBlock": rate(random, 300_000_000_000),
            });
            if random.chance(70) {
                // Now and then above what a cToken accepts.
                let most = random.pick(&[1_000_000_000_000, 60_000_000_000_000]);
                model["jumpMultiplierPerBlock"] = json!(rate(random, most));
                model["kink"] = json!(share(random.below(10_001)).to_string());
            }
            on_asset().with("model", model)
        }
        "_setCollateralFactor" => {
            let factor = share(random.pick(&[0, 0, 1, 5_000, 8_250, 9_000, 9_000]));
            let factor = if random.chance(10) { near(random, share(9_000)) } else { factor };
            on_asset().amount("newCollateralFactorMantissa", factor)
        }
        "_setCloseFactor" => {
            let factor = share(random.pick(&[0, 1, 501, 5_000, 9_000, 10_000, 10_001]));
            drawn.amount("newCloseFactorMantissa", factor)
        }
        "_setLiquidationIncentive" => {
            let incentive = share(random.pick(&[0, 9_000, 10_000, 10_800, 10_800, 15_000]));
            drawn.amount("newLiquidationIncentiveMantissa", incentive)
        }
        "_setMarketBorrowCaps" => {
            let owed = market(twin, asset).map_or(U256::ZERO, |market| market.total_borrows);
            let cap = match random.below(4) {
                0 | 1 => U256::ZERO,
                2 => random.amount(owed.saturating_add(super::look::usual(twin, asset))),
                _ => near(random, owed),
            };
            on_asset().amount("newBorrowCap", cap)
        }
        "_setMintPaused" | "_setBorrowPaused" => {
            let is = market(twin, asset).is_some_and(|market| {
                if name == "_setMintPaused" { market.mint_paused } else { market.borrow_paused }
            });
            on_asset().with("state", !is && random.chance(80))
        }
        "_setTransferPaused" | "_setSeizePaused" => {
            let settings = twin.market.pool().settings();
            let is = if name == "_setSeizePaused" { settings.seize_paused } else { settings.transfer_paused };
            drawn.with("state", !is && random.chance(60))
        }
        "_setCompSpeeds" => {
            let mut speed = || match random.below(6) {
                0 | 1 => U256::ZERO,
                2 => U256::from(random.below(1_000)),
                3 => random.bits(60, 250),
                _ => U256::from(random.below(1_000_000_000_000_000_000)),
            };
            let (supply, borrow) = (speed(), speed());
            on_asset().amount("supplySpeed", supply).amount("borrowSpeed", borrow)
        }
        "_grantComp" => {
            let there = twin.market.pool().settings().comp_balance;
            drawn.by(random.pick(&ACCOUNTS)).amount("amount", random.amount(there >> 3_usize))
        }
        // What nobody can give away is more than there is.
        "fundComp" => {
            let [first, ..] = ACCOUNTS;
            drawn.by(first).amount("amount", at_most(random.bits(1, 84), 84))
        }
        _ => return None,
    })
}

/// A price at which somebody can just or just not be liquidated, or any other; now and then none at all.
fn set_price(twin: &CompoundV2Twin, random: &mut Random, drawn: Operation) -> Operation {
    let written = |asset: Asset, price: U256| {
        drawn.clone().with("asset", asset.symbol()).with("price", price::write(price))
    };
    let now = |asset: Asset| twin.prices.find(asset).map_or(U256::ZERO, |price| price.0.raw());
    // A price of nothing stays for an operation or two.
    if let Some(asset) = twin.assets.iter().copied().find(|asset| now(*asset).is_zero()) {
        let one = U256::from(10_u64).pow(U256::from(18_u64));
        return written(asset, one.saturating_mul(U256::from(1 + random.below(3_000))));
    }
    let name = random.pick(&ACCOUNTS);
    let falls = random.chance(60);
    let side = if falls { Side::Supply } else { Side::Debt };
    let asset = held(twin, random, name, side).unwrap_or_else(|| random.pick(&twin.assets));
    let price = now(asset);
    if random.chance(3) {
        return written(asset, U256::ZERO);
    }
    if random.chance(65)
        && let Some(border) = border(twin, name, asset, price, falls)
    {
        return written(asset, near(random, border));
    }
    let (from, to) = if falls { (700, 1_010) } else { (990, 1_400) };
    let thousandths = U256::from(from + random.below(to - from));
    let moved = mul_div(price, thousandths, U256::from(1_000_u64), Rounding::Down).unwrap_or(price);
    let tame = moved.bit_len() > 50 && moved.bit_len() < 90;
    written(asset, if tame { moved } else { U256::from(10_u64).pow(U256::from(18_u64)) })
}

/// The first price at which the account is short.
fn border(twin: &CompoundV2Twin, name: &str, asset: Asset, price: U256, falls: bool) -> Option<U256> {
    let short = |price: U256| {
        let mut prices = twin.prices.clone();
        prices.set(asset, Price(Wad::from_raw(price)));
        sums(twin, name, &prices).is_some_and(|(limit, owed)| owed > limit)
    };
    let end = if falls { U256::ONE } else { price.saturating_mul(U256::from(1_000_u64)) };
    if short(price) || !short(end) {
        return None;
    }
    let (mut safe, mut bad) = (price, end);
    for _ in 0..130 {
        let middle = (safe.saturating_add(bad)) >> 1_usize;
        if middle == safe || middle == bad {
            break;
        }
        if short(middle) { bad = middle } else { safe = middle }
    }
    Some(bad)
}
