//! Which operation comes next.

mod governance;
mod look;

use levmine_lending::LendingMarket;
use levmine_market::{Asset, Dump};
use levmine_math::U256;

use self::look::{
    Side, account_data, balance, has_credit, held, is_unhealthy, reserve, used_as_collateral, usual, worth,
};
use super::AaveV2Twin;
use super::contracts::ACCOUNTS;
use super::listing::ETHER;
use crate::random::Random;
use crate::{Operation, ParityError};

/// The first operations fill the pool.
const WARM_UP: u64 = 14;

/// Amounts that leave a wallet stay below what every wallet has.
const LARGEST_PAYMENT_BITS: usize = 253;

/// Donations stay small enough for the pool to go on.
const LARGEST_GIFT_BITS: usize = 100;

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &AaveV2Twin, random: &mut Random) -> Result<Operation, ParityError> {
    let time = twin.now.saturating_add(wait(twin, random));
    let mut who = random.pick(&ACCOUNTS);
    let name = if twin.drawn <= WARM_UP { "supply" } else { name(twin, random) };
    if name == "borrow" && !has_credit(twin, who) {
        who = random.pick(&ACCOUNTS);
    }
    let asset = asset(twin, random, name);
    if let Some(change) = governance::operation(twin, random, name, asset, time) {
        return Ok(change);
    }
    let drawn = Operation::new(name, time).by(who);
    Ok(match name {
        "supply" => {
            let drawn = on_behalf(drawn, random, 8, who).with("asset", asset.symbol());
            let warm = twin.drawn <= WARM_UP && random.chance(90);
            let usual = usual(twin, asset);
            let amount = if warm { usual } else { random.amount(usual) };
            drawn.amount("amount", at_most_paid(amount))
        }
        "withdraw" => {
            let asset = held(twin, random, who, Side::Supply).unwrap_or(asset);
            let drawn = drawn.with("asset", asset.symbol());
            let balance = balance(twin, who, asset, Side::Supply);
            if random.chance(25) {
                return Ok(at_limit(twin, random, drawn, balance));
            }
            all_or(drawn, random, "amount", balance)
        }
        "borrow" | "borrowStable" => match credit(twin, random, who, name == "borrowStable") {
            Some((owner, asset, allowed)) if random.chance(30) => drawn
                .with("on_behalf_of", owner)
                .with("asset", asset.symbol())
                .amount("amount", random.amount(allowed)),
            _ => {
                // Rather what there is some of.
                let asset = if reserve(twin, asset).is_some_and(|reserve| reserve.held.is_zero()) {
                    random.pick(&twin.assets)
                } else {
                    asset
                };
                borrow(twin, random, drawn, who, asset)
            }
        },
        "repayStable" => {
            let owner = if random.chance(15) { random.pick(&ACCOUNTS) } else { who };
            let asset = held(twin, random, owner, Side::Stable).unwrap_or(asset);
            let drawn = drawn.with("asset", asset.symbol());
            let drawn = if owner == who { drawn } else { drawn.with("on_behalf_of", owner) };
            let whole = at_most_paid(balance(twin, owner, asset, Side::Stable));
            let amount = if random.chance(18) { U256::MAX } else { random.amount(whole) };
            drawn.amount("amount", amount)
        }
        "swapBorrowRateMode" => {
            let stable = random.chance(50);
            let side = if stable { Side::Stable } else { Side::Debt };
            let asset = held(twin, random, who, side).filter(|_| random.chance(90)).unwrap_or(asset);
            drawn.with("asset", asset.symbol()).with("rateMode", if stable { "stable" } else { "variable" })
        }
        "rebalanceStableBorrowRate" => {
            let asset = held(twin, random, who, Side::Stable).filter(|_| random.chance(90)).unwrap_or(asset);
            Operation::new(name, time).with("user", who).with("asset", asset.symbol())
        }
        "repay" => {
            let owner = if random.chance(15) { random.pick(&ACCOUNTS) } else { who };
            let asset = held(twin, random, owner, Side::Debt).unwrap_or(asset);
            let drawn = drawn.with("asset", asset.symbol());
            let drawn = if owner == who { drawn } else { drawn.with("on_behalf_of", owner) };
            all_or(drawn, random, "amount", at_most_paid(balance(twin, owner, asset, Side::Debt)))
        }
        "set_collateral" => {
            let asset = held(twin, random, who, Side::Supply).filter(|_| random.chance(85)).unwrap_or(asset);
            drawn.with("asset", asset.symbol()).with("enabled", random.chance(60))
        }
        "liquidate" => liquidate(twin, random, drawn, asset),
        "approve_borrow" | "approveStableBorrow" => {
            let amount = random.amount(usual(twin, asset));
            drawn
                .with("delegatee", random.pick(&ACCOUNTS))
                .with("asset", asset.symbol())
                .amount("amount", amount)
        }
        "flash_loan" => {
            let amount = random.amount(reserve(twin, asset).map_or(U256::ZERO, |reserve| reserve.held));
            drawn.with("asset", asset.symbol()).amount("amount", at_most_paid(amount))
        }
        "transferAToken" => {
            let asset = held(twin, random, who, Side::Supply).unwrap_or(asset);
            let amount = random.amount(balance(twin, who, asset, Side::Supply));
            let drawn = drawn.with("asset", asset.symbol()).with("to", random.pick(&ACCOUNTS));
            drawn.amount("amount", amount)
        }
        // "donate", the last of the names.
        _ => {
            let amount = random.amount(usual(twin, asset) >> 4_usize);
            drawn.with("asset", asset.symbol()).amount("amount", at_most(amount, LARGEST_GIFT_BITS))
        }
    })
}

/// Any asset, but rather one that is closed or frozen where that can end.
fn asset(twin: &AaveV2Twin, random: &mut Random, name: &str) -> Asset {
    let closed = twin.market.pool().reserves().iter().find(|reserve| match name {
        "setReserveActive" => !reserve.params.active,
        "setReserveFreeze" => reserve.params.frozen,
        "setReserveFactor" => reserve.params.reserve_factor > 10_000,
        _ => false,
    });
    match closed {
        Some(reserve) => reserve.asset,
        // Ether has no price to be set.
        None if name == "set_price" => loop {
            let asset = random.pick(&twin.assets);
            if asset.symbol() != ETHER {
                break asset;
            }
        },
        None => random.pick(&twin.assets),
    }
}

fn name(twin: &AaveV2Twin, random: &mut Random) -> &'static str {
    let name = any_name(random);
    let unhealthy = ACCOUNTS.into_iter().any(|name| is_unhealthy(twin, name));
    if twin.market.pool().paused() && random.chance(50) {
        return "setPoolPause";
    }
    if twin.market.pool().reserves().iter().any(|reserve| reserve.params.reserve_factor > 10_000)
        && random.chance(15)
    {
        return "setReserveFactor";
    }
    match name {
        // Where nobody can be liquidated, somebody soon can be.
        "liquidate" if !unhealthy && random.chance(75) => "set_price",
        "set_price" if unhealthy && random.chance(75) => "liquidate",
        name => name,
    }
}

fn any_name(random: &mut Random) -> &'static str {
    random.weighted(&[
        (16, "supply"),
        (11, "withdraw"),
        (14, "borrow"),
        (9, "borrowStable"),
        (7, "repay"),
        (6, "repayStable"),
        (5, "swapBorrowRateMode"),
        (4, "rebalanceStableBorrowRate"),
        (5, "set_collateral"),
        (16, "liquidate"),
        (2, "approve_borrow"),
        (2, "approveStableBorrow"),
        (4, "flash_loan"),
        (4, "transferAToken"),
        (1, "donate"),
        (16, "set_price"),
        (2, "setReserveFactor"),
        (2, "setReserveActive"),
        (3, "setReserveFreeze"),
        (2, "setReserveBorrowing"),
        (2, "setReserveStableRate"),
        (2, "setReserveCollateral"),
        (1, "setReserveInterestRateStrategy"),
        (1, "setMarketBorrowRate"),
        (1, "setPoolPause"),
    ])
}

fn wait(twin: &AaveV2Twin, random: &mut Random) -> u64 {
    let longest = 1_u64 << twin.wait_bits;
    let wait = random.wait();
    if random.chance(2) { wait } else { wait.min(longest) }
}

/// The amount, halved until it has no more than `bits`.
fn at_most(amount: U256, bits: usize) -> U256 {
    amount >> amount.bit_len().saturating_sub(bits)
}

fn at_most_paid(amount: U256) -> U256 {
    at_most(amount, LARGEST_PAYMENT_BITS)
}

/// Everything, or a part of it.
fn all_or(drawn: Operation, random: &mut Random, key: &str, whole: U256) -> Operation {
    if random.chance(18) { drawn.with(key, "all") } else { drawn.amount(key, random.amount(whole)) }
}

fn on_behalf(drawn: Operation, random: &mut Random, percent: u64, who: &str) -> Operation {
    let owner = random.pick(&ACCOUNTS);
    if random.chance(percent) && owner != who { drawn.with("on_behalf_of", owner) } else { drawn }
}

/// The largest amount that goes through, a unit more, or a unit less.
fn at_limit(twin: &AaveV2Twin, random: &mut Random, drawn: Operation, most: U256) -> Operation {
    let limit = look::limit(twin, &drawn, most);
    drawn.amount("amount", near(random, limit))
}

/// The amount, a unit more, or a unit less.
fn near(random: &mut Random, amount: U256) -> U256 {
    match random.below(4) {
        0 | 1 => amount,
        2 => amount.saturating_add(U256::ONE),
        _ => amount.saturating_sub(U256::ONE),
    }
}

/// What the pool has of the asset that an operation names.
fn liquidity_of(twin: &AaveV2Twin, drawn: &Operation) -> U256 {
    let asset = drawn.text("asset").and_then(|symbol| twin.asset(symbol));
    asset.ok().and_then(|asset| reserve(twin, asset)).map_or(U256::ZERO, |reserve| reserve.held)
}

/// Credit that somebody gave to this account.
fn credit(twin: &AaveV2Twin, random: &mut Random, who: &str, stable: bool) -> Option<(String, Asset, U256)> {
    let dump = twin.market.dump();
    let Some(Dump::List(given)) = dump.get("allowances") else { return None };
    let text = |entry: &Dump, key: &str| match entry.get(key) {
        Some(Dump::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let mode = if stable { "stable" } else { "variable" };
    let mine: Vec<&Dump> = given
        .iter()
        .filter(|entry| text(entry, "delegatee") == who && text(entry, "rateMode") == mode)
        .collect();
    if mine.is_empty() {
        return None;
    }
    let entry = random.pick(&mine);
    let asset = twin.asset(&text(entry, "asset")).ok()?;
    Some((text(entry, "owner"), asset, U256::from_str_radix(&text(entry, "amount"), 10).ok()?))
}

/// Mostly a part of what the collateral carries or of what there is; sometimes exactly that, or a unit more.
fn borrow(twin: &AaveV2Twin, random: &mut Random, drawn: Operation, who: &str, asset: Asset) -> Operation {
    let drawn = on_behalf(drawn, random, 10, who).with("asset", asset.symbol());
    let owner = drawn.text("on_behalf_of").unwrap_or(who).to_string();
    let carried = account_data(twin, &owner, &twin.prices)
        .and_then(|data| data.available_borrows().ok())
        .map_or(U256::ZERO, |value| worth(twin, asset, value));
    let liquidity = reserve(twin, asset).map_or(U256::ZERO, |reserve| reserve.held);
    if !carried.is_zero() && random.chance(60) {
        // Rather an asset of which something can be borrowed.
        for _ in 0..3 {
            let other = drawn.clone().with("asset", random.pick(&twin.assets).symbol());
            let limit = look::limit(twin, &other, liquidity_of(twin, &other));
            if !limit.is_zero() {
                let amount = if random.chance(50) { near(random, limit) } else { random.amount(limit) };
                return other.amount("amount", amount);
            }
        }
    }
    let whole = if random.chance(20) { liquidity } else { carried.min(liquidity) };
    let amount = match random.below(10) {
        0 => carried.saturating_add(U256::from(random.below(4))),
        1 => whole,
        _ => random.amount(whole),
    };
    drawn.amount("amount", amount)
}

/// Liquidates somebody, rather who is unhealthy.
fn liquidate(twin: &AaveV2Twin, random: &mut Random, drawn: Operation, asset: Asset) -> Operation {
    let unhealthy: Vec<&str> = ACCOUNTS.into_iter().filter(|name| is_unhealthy(twin, name)).collect();
    let borrower = if unhealthy.is_empty() { random.pick(&ACCOUNTS) } else { random.pick(&unhealthy) };
    let side = if random.chance(40) { Side::Stable } else { Side::Debt };
    let debt = held(twin, random, borrower, side)
        .or_else(|| held(twin, random, borrower, Side::Debt))
        .filter(|_| random.chance(95))
        .unwrap_or(asset);
    let collateral = match used_as_collateral(twin, random, borrower) {
        Some(collateral) if random.chance(92) => collateral,
        _ => held(twin, random, borrower, Side::Supply).filter(|_| random.chance(60)).unwrap_or(asset),
    };
    let variable = balance(twin, borrower, debt, Side::Debt);
    let owed = variable.saturating_add(balance(twin, borrower, debt, Side::Stable));
    let half = if random.chance(35) { owed / U256::from(2) } else { owed };
    let drawn = drawn
        .with("borrower", borrower)
        .with("debt", debt.symbol())
        .with("collateral", collateral.symbol())
        .with("keep_supplied", random.chance(40));
    all_or(drawn, random, "repay", half)
}
