//! Which operation comes next.

mod governance;
mod look;

use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall};
use levmine_market::Asset;
use levmine_math::U256;

use self::look::{Side, balance, cash, has_credit, held, holding, is_unhealthy, market, usual};
use super::contracts::ACCOUNTS;
use super::{CompoundV2Twin, model, moment};
use crate::random::Random;
use crate::{Operation, ParityError};

/// The first operations fill the markets.
const WARM_UP: u64 = 16;

/// Amounts that leave a wallet stay below what every wallet has.
const LARGEST_PAYMENT_BITS: usize = 248;

/// Donations stay small enough for the markets to go on.
const LARGEST_GIFT_BITS: usize = 100;

/// Draws an operation for the state as it is.
pub(super) fn operation(twin: &CompoundV2Twin, random: &mut Random) -> Result<Operation, ParityError> {
    let time = twin.now.saturating_add(wait(twin, random));
    let mut who = random.pick(&ACCOUNTS);
    let name = match twin.drawn {
        drawn if drawn <= WARM_UP && drawn.is_multiple_of(2) => "set_collateral",
        drawn if drawn <= WARM_UP => "supply",
        _ => name(twin, random),
    };
    if name == "borrow" && !has_credit(twin, who) {
        who = random.pick(&ACCOUNTS);
    }
    let asset = asset(twin, random, name);
    if let Some(change) = governance::operation(twin, random, name, asset, time) {
        return Ok(change);
    }
    let drawn = Operation::new(name, time).by(who);
    Ok(match name {
        "accrue" | "claim" => drawn,
        "accrueInterest" => Operation::new(name, time).with("asset", asset.symbol()),
        "supply" => {
            let usual = usual(twin, asset);
            let warm = twin.drawn <= WARM_UP && random.chance(90);
            let amount = if warm { usual } else { random.amount(usual) };
            drawn.with("asset", asset.symbol()).amount("amount", at_most_paid(amount))
        }
        "withdraw" => {
            let asset = held(twin, random, who, Side::Supply).unwrap_or(asset);
            let drawn = drawn.with("asset", asset.symbol());
            let balance = balance(twin, who, asset, Side::Supply);
            if random.chance(30) {
                return Ok(at_limit(
                    twin,
                    random,
                    drawn,
                    "amount",
                    balance.saturating_add(U256::from(5_u64)),
                ));
            }
            all_or(drawn, random, balance)
        }
        "redeem" => {
            let asset = held(twin, random, who, Side::Supply).unwrap_or(asset);
            let tokens = holding(twin, who, asset).tokens;
            let drawn = drawn.with("asset", asset.symbol());
            if random.chance(30) {
                return Ok(at_limit(twin, random, drawn, "tokens", tokens));
            }
            drawn.amount("tokens", random.amount(tokens))
        }
        "borrow" => {
            // Rather what there is some of.
            let there = |asset: &Asset| !cash(twin, *asset).is_zero();
            let asset = if there(&asset) { asset } else { random.pick(&twin.assets) };
            let drawn = drawn.with("asset", asset.symbol());
            let cash = cash(twin, asset);
            if random.chance(70) {
                let limit = look::limit(twin, &drawn, "amount", cash.saturating_add(U256::ONE));
                let amount = if random.chance(50) { near(random, limit) } else { random.amount(limit) };
                return Ok(drawn.amount("amount", amount));
            }
            drawn.amount("amount", random.amount(cash))
        }
        "repay" => {
            let owner = if random.chance(15) { random.pick(&ACCOUNTS) } else { who };
            let asset = held(twin, random, owner, Side::Debt).unwrap_or(asset);
            let drawn = drawn.with("asset", asset.symbol());
            let drawn = if owner == who { drawn } else { drawn.with("on_behalf_of", owner) };
            let drawn = all_or(drawn, random, balance(twin, owner, asset, Side::Debt));
            match drawn.number("amount") {
                Ok(amount) if amount != U256::MAX => drawn.amount("amount", at_most_paid(amount)),
                _ => drawn,
            }
        }
        "set_collateral" => {
            let warm = twin.drawn <= WARM_UP;
            let asset = held(twin, random, who, Side::Supply).filter(|_| random.chance(85)).unwrap_or(asset);
            drawn.with("asset", asset.symbol()).with("enabled", warm || random.chance(60))
        }
        "liquidate" => liquidate(twin, random, drawn, asset),
        "transfer" => {
            let asset = held(twin, random, who, Side::Supply).unwrap_or(asset);
            let tokens = holding(twin, who, asset).tokens;
            let drawn = drawn.with("asset", asset.symbol()).with("to", random.pick(&ACCOUNTS));
            if random.chance(30) {
                return Ok(at_limit(twin, random, drawn, "tokens", tokens));
            }
            drawn.amount("tokens", random.amount(tokens))
        }
        // "donate" and "_addReserves", the last of the names.
        _ => {
            // Into an empty market a large gift makes one cToken unit worth much.
            let shift = random.pick(&[0_usize, 4, 10]);
            let amount = random.amount(usual(twin, asset) >> shift);
            drawn.with("asset", asset.symbol()).amount("amount", at_most(amount, LARGEST_GIFT_BITS))
        }
    })
}

/// Any asset, but rather one that is paused where that can end.
fn asset(twin: &CompoundV2Twin, random: &mut Random, name: &str) -> Asset {
    let paused = twin.market.pool().markets().iter().find(|market| match name {
        "_setMintPaused" => market.mint_paused,
        "_setBorrowPaused" => market.borrow_paused,
        _ => false,
    });
    match paused {
        Some(market) if random.chance(70) => market.asset,
        _ => random.pick(&twin.assets),
    }
}

fn name(twin: &CompoundV2Twin, random: &mut Random) -> &'static str {
    let name = any_name(random);
    let unhealthy = ACCOUNTS.into_iter().any(|name| is_unhealthy(twin, name));
    let settings = twin.market.pool().settings();
    match name {
        // A pause ends soon.
        "transfer" if settings.transfer_paused && random.chance(50) => "_setTransferPaused",
        "liquidate" if settings.seize_paused && random.chance(40) => "_setSeizePaused",
        // Where nobody can be liquidated, somebody soon can be.
        "liquidate" if !unhealthy && random.chance(75) => "set_price",
        "set_price" if unhealthy && random.chance(75) => "liquidate",
        name => name,
    }
}

fn any_name(random: &mut Random) -> &'static str {
    random.weighted(&[
        (15, "supply"),
        (10, "withdraw"),
        (8, "redeem"),
        (22, "borrow"),
        (11, "repay"),
        (6, "set_collateral"),
        (18, "liquidate"),
        (6, "transfer"),
        (5, "claim"),
        (2, "accrue"),
        (2, "accrueInterest"),
        (2, "donate"),
        (2, "_addReserves"),
        (16, "set_price"),
        (3, "_reduceReserves"),
        (2, "_setReserveFactor"),
        (2, "_setInterestRateModel"),
        (2, "_setCollateralFactor"),
        (1, "_setCloseFactor"),
        (1, "_setLiquidationIncentive"),
        (2, "_setMarketBorrowCaps"),
        (2, "_setMintPaused"),
        (2, "_setBorrowPaused"),
        (1, "_setTransferPaused"),
        (1, "_setSeizePaused"),
        (3, "_setCompSpeeds"),
        (1, "_grantComp"),
        (1, "fundComp"),
    ])
}

fn wait(twin: &CompoundV2Twin, random: &mut Random) -> u64 {
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
fn all_or(drawn: Operation, random: &mut Random, whole: U256) -> Operation {
    if random.chance(18) { drawn.with("amount", "all") } else { drawn.amount("amount", random.amount(whole)) }
}

/// The largest amount that goes through, a unit more, or a unit less.
fn at_limit(
    twin: &CompoundV2Twin,
    random: &mut Random,
    drawn: Operation,
    key: &str,
    most: U256,
) -> Operation {
    let limit = look::limit(twin, &drawn, key, most);
    drawn.amount(key, near(random, limit))
}

/// The amount, a unit more, or a unit less.
fn near(random: &mut Random, amount: U256) -> U256 {
    match random.below(4) {
        0 | 1 => amount,
        2 => amount.saturating_add(U256::ONE),
        _ => amount.saturating_sub(U256::ONE),
    }
}

/// Liquidates somebody, rather who is unhealthy; mostly a part of what is allowed, or all of it and a unit more.
fn liquidate(twin: &CompoundV2Twin, random: &mut Random, drawn: Operation, asset: Asset) -> Operation {
    let unhealthy: Vec<&str> = ACCOUNTS.into_iter().filter(|name| is_unhealthy(twin, name)).collect();
    let borrower = if unhealthy.is_empty() { random.pick(&ACCOUNTS) } else { random.pick(&unhealthy) };
    let debt = held(twin, random, borrower, Side::Debt).filter(|_| random.chance(95)).unwrap_or(asset);
    let collateral =
        held(twin, random, borrower, Side::Supply).filter(|_| random.chance(95)).unwrap_or(asset);
    let keep = random.chance(50);
    let who = drawn.who().unwrap_or_default().to_string();
    let call = LiquidationCall {
        liquidator: model::account(&who),
        borrower: model::account(borrower),
        debt,
        collateral,
        repay: Amount::All,
        keep_supplied: true,
    };
    let ctx = Context { now: moment(drawn.time()), prices: &twin.prices };
    let most = twin.market.clone().liquidate(&call, &ctx).ok().and_then(|done| {
        let [repaid] = done.repaid.as_slice() else { return None };
        Some(repaid.raw)
    });
    let owed = balance(twin, borrower, debt, Side::Debt);
    let repay = match most {
        Some(most) if random.chance(50) => near(random, most),
        Some(most) if random.chance(80) => random.amount(most),
        _ => random.amount(owed),
    };
    let is_all = market(twin, debt).is_some() && random.chance(1);
    let repay = if is_all { U256::MAX } else { at_most_paid(repay) };
    drawn
        .with("borrower", borrower)
        .with("debt", debt.symbol())
        .with("collateral", collateral.symbol())
        .with("keep_supplied", keep)
        .amount("repay", repay)
}
