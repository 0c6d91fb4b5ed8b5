//! Which operation comes next.

mod edges;
mod governance;
mod look;

use levmine_lending::LendingMarket;
use levmine_market::{Asset, Dump};
use levmine_math::U256;
use serde_json::json;

use self::look::{
    Side, account_data, balance, has_credit, held, is_unhealthy, near_cap, reserve, used_as_collateral,
    usual, worth,
};
use super::AaveV3Twin;
use super::contracts::ACCOUNTS;
use super::listing::ISOLATED;
use crate::random::Random;
use crate::{Operation, ParityError};

/// The first operations fill the pool.
const WARM_UP: u64 = 14;

/// Amounts that leave a wallet stay below what every wallet has.
const LARGEST_PAYMENT_BITS: usize = 253;

/// Donations stay small enough for the pool to go on.
const LARGEST_GIFT_BITS: usize = 100;

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &AaveV3Twin, random: &mut Random) -> Result<Operation, ParityError> {
    if twin.drawn > WARM_UP
        && let Some(edge) = at_close_factor(twin, random)
    {
        return Ok(edge);
    }
    let time = twin.now.saturating_add(wait(twin, random));
    let mut who = random.pick(&ACCOUNTS);
    let name = if twin.drawn <= WARM_UP { "supply" } else { name(twin, random) };
    if name == "borrow" && !has_credit(twin, who) {
        who = random.pick(&ACCOUNTS);
    }
    let asset = asset(twin, random, name, who);
    if let Some(change) = governance::operation(twin, random, name, asset, time) {
        return Ok(change);
    }
    let drawn = Operation::new(name, time).by(who);
    Ok(match name {
        "supply" => {
            let drawn = on_behalf(drawn, random, 8, who).with("asset", asset.symbol());
            let warm = twin.drawn <= WARM_UP && random.chance(90);
            let usual = usual(twin, asset);
            let whole = near_cap(twin, random, asset, usual);
            let amount = if warm { usual } else { random.amount(whole) };
            let is_capped = reserve(twin, asset).is_some_and(|reserve| reserve.params.supply_cap != 0);
            if is_capped && random.chance(30) {
                return Ok(at_limit(twin, random, drawn, U256::ONE << 128_usize));
            }
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
        "borrow" => match credit(twin, random, who) {
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
        "repay" => {
            let owner = if random.chance(15) { random.pick(&ACCOUNTS) } else { who };
            let asset = held(twin, random, owner, Side::Debt).unwrap_or(asset);
            let drawn = drawn.with("asset", asset.symbol());
            let drawn = if owner == who { drawn } else { drawn.with("on_behalf_of", owner) };
            all_or(drawn, random, "amount", at_most_paid(balance(twin, owner, asset, Side::Debt)))
        }
        "repayWithATokens" => {
            let asset = held(twin, random, who, Side::Debt).unwrap_or(asset);
            let debt = balance(twin, who, asset, Side::Debt);
            let amount = if random.chance(25) { U256::MAX } else { random.amount(debt) };
            drawn.with("asset", asset.symbol()).amount("amount", amount)
        }
        "set_collateral" => {
            let asset = held(twin, random, who, Side::Supply).filter(|_| random.chance(85)).unwrap_or(asset);
            drawn.with("asset", asset.symbol()).with("enabled", random.chance(60))
        }
        "set_mode" => drawn.amount("mode", U256::from(random.pick(&[0_u64, 0, 1, 1, 2, 2, 3]))),
        "liquidate" => liquidate(twin, random, drawn, asset),
        "approve_borrow" => {
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
        "donate" => {
            let amount = random.amount(usual(twin, asset) >> 4_usize);
            drawn.with("asset", asset.symbol()).amount("amount", at_most(amount, LARGEST_GIFT_BITS))
        }
        // "mintToTreasury", the last of the names.
        _ => {
            let mut symbols: Vec<&str> = twin.assets.iter().map(Asset::symbol).collect();
            if random.chance(60) {
                symbols = vec![asset.symbol()];
            }
            Operation::new(name, time).with("assets", json!(symbols))
        }
    })
}

/// Brings somebody to the health factor at which all of a debt can be liquidated, and nothing is accrued before he is.
fn at_close_factor(twin: &AaveV3Twin, random: &mut Random) -> Option<Operation> {
    match edges::at_close_factor(twin) {
        Some(borrower) if random.chance(70) => {
            let debt = held(twin, random, borrower, Side::Debt)?;
            let collateral = used_as_collateral(twin, random, borrower)?;
            let drawn = Operation::new("liquidate", twin.now)
                .by(random.pick(&ACCOUNTS))
                .with("borrower", borrower)
                .with("debt", debt.symbol())
                .with("collateral", collateral.symbol())
                .with("keep_supplied", random.chance(40));
            Some(all_or(drawn, random, "repay", balance(twin, borrower, debt, Side::Debt)))
        }
        None if random.chance(20) => edges::towards_close_factor(twin, random),
        _ => None,
    }
}

/// Any asset, but rather one that is paused or frozen where that can end, and for the last account rather what
/// isolation is about.
fn asset(twin: &AaveV3Twin, random: &mut Random, name: &str, who: &str) -> Asset {
    let is = |symbol: &str| twin.assets.iter().copied().find(|asset| asset.symbol() == symbol);
    let closed = twin.market.pool().reserves().iter().find(|reserve| match name {
        "setReservePause" => reserve.params.paused,
        "setReserveActive" => !reserve.params.active,
        "setReserveFreeze" => reserve.params.frozen,
        _ => false,
    });
    let isolated = match name {
        "supply" => is(ISOLATED),
        "borrow" => is(random.pick(&["USDC", "DAI"])),
        _ => None,
    };
    match (closed, isolated) {
        (Some(reserve), _) => reserve.asset,
        (None, Some(asset)) if Some(&who) == ACCOUNTS.last() && random.chance(80) => asset,
        _ => random.pick(&twin.assets),
    }
}

fn name(twin: &AaveV3Twin, random: &mut Random) -> &'static str {
    let name = any_name(random);
    let unhealthy = ACCOUNTS.into_iter().any(|name| is_unhealthy(twin, name));
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
        (20, "borrow"),
        (10, "repay"),
        (4, "repayWithATokens"),
        (5, "set_collateral"),
        (4, "set_mode"),
        (16, "liquidate"),
        (3, "approve_borrow"),
        (3, "flash_loan"),
        (4, "transferAToken"),
        (1, "donate"),
        (3, "mintToTreasury"),
        (16, "set_price"),
        (1, "setReserveFactor"),
        (1, "setLiquidationProtocolFee"),
        (1, "setSupplyCap"),
        (1, "setBorrowCap"),
        (3, "setReserveFreeze"),
        (3, "setReservePause"),
        (1, "setReserveBorrowing"),
        (1, "setReserveFlashLoaning"),
        (1, "setBorrowableInIsolation"),
        (1, "setSiloedBorrowing"),
        (1, "setDebtCeiling"),
        (2, "setReserveCollateral"),
        (1, "setReserveInterestRate"),
        (3, "setReserveInterestRateStrategy"),
        (1, "setFlashLoanPremium"),
        (2, "setEModeCategory"),
        (2, "setAssetEModeCategory"),
        (2, "setReserveActive"),
    ])
}

fn wait(twin: &AaveV3Twin, random: &mut Random) -> u64 {
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
fn at_limit(twin: &AaveV3Twin, random: &mut Random, drawn: Operation, most: U256) -> Operation {
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
fn liquidity_of(twin: &AaveV3Twin, drawn: &Operation) -> U256 {
    let asset = drawn.text("asset").and_then(|symbol| twin.asset(symbol));
    asset.ok().and_then(|asset| reserve(twin, asset)).map_or(U256::ZERO, |reserve| reserve.held)
}

/// Credit that somebody gave to this account.
fn credit(twin: &AaveV3Twin, random: &mut Random, who: &str) -> Option<(String, Asset, U256)> {
    let dump = twin.market.dump();
    let Some(Dump::List(given)) = dump.get("allowances") else { return None };
    let text = |entry: &Dump, key: &str| match entry.get(key) {
        Some(Dump::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let mine: Vec<&Dump> = given.iter().filter(|entry| text(entry, "delegatee") == who).collect();
    if mine.is_empty() {
        return None;
    }
    let entry = random.pick(&mine);
    let asset = twin.asset(&text(entry, "asset")).ok()?;
    Some((text(entry, "owner"), asset, U256::from_str_radix(&text(entry, "amount"), 10).ok()?))
}

/// Mostly a part of what the collateral carries or of what there is; sometimes exactly that, or a unit more.
fn borrow(twin: &AaveV3Twin, random: &mut Random, drawn: Operation, who: &str, asset: Asset) -> Operation {
    let drawn = on_behalf(drawn, random, 10, who).with("asset", asset.symbol());
    let owner = drawn.text("on_behalf_of").unwrap_or(who).to_string();
    let carried = account_data(twin, &owner, &twin.prices)
        .and_then(|data| data.available_borrows(twin.market.pool().rules()).ok())
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
fn liquidate(twin: &AaveV3Twin, random: &mut Random, drawn: Operation, asset: Asset) -> Operation {
    let unhealthy: Vec<&str> = ACCOUNTS.into_iter().filter(|name| is_unhealthy(twin, name)).collect();
    let borrower = if unhealthy.is_empty() { random.pick(&ACCOUNTS) } else { random.pick(&unhealthy) };
    let debt = held(twin, random, borrower, Side::Debt).filter(|_| random.chance(95)).unwrap_or(asset);
    let collateral = match used_as_collateral(twin, random, borrower) {
        Some(collateral) if random.chance(92) => collateral,
        _ => held(twin, random, borrower, Side::Supply).filter(|_| random.chance(60)).unwrap_or(asset),
    };
    let owed = balance(twin, borrower, debt, Side::Debt);
    let half = if random.chance(35) { owed / U256::from(2) } else { owed };
    let drawn = drawn
        .with("borrower", borrower)
        .with("debt", debt.symbol())
        .with("collateral", collateral.symbol())
        .with("keep_supplied", random.chance(40));
    all_or(drawn, random, "repay", half)
}
