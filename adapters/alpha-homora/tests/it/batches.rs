//! Batches: borrowing before the collateral is there, and taking it out before the debt is paid.

use levmine_alpha_homora::AlphaHomoraMarket;
use levmine_lending::{Amount, Context, HealthFactor, LendingError, LendingMarket, LiquidationCall, Refusal};
use levmine_market::{Account, Actor, Moment, PriceBook, Timestamp};
use levmine_math::{U256, Wad};

use crate::markets::{PLAIN, STAKED, START, asset, market, price, prices, u};

const ALICE: Account = Account::new(1);
const BOB: Account = Account::new(2);
const USDC: u128 = 1_000_000;
const LP: u128 = 1_000_000_000_000_000_000;

fn later(seconds: u64) -> Moment {
    Moment { time: Timestamp(START.time.0 + seconds), block: START.block + seconds / 12 }
}

fn exact(raw: u128) -> Amount {
    Amount::Exact(u(raw))
}

fn refusal<T: std::fmt::Debug>(done: Result<T, LendingError>) -> (Option<Refusal>, Option<&'static str>) {
    let error = done.expect_err("refused");
    (error.refusal(), error.code())
}

/// One LP token of 70,000 dollars, 30,000 of them borrowed, in one batch.
fn opened(text: &str, prices: &PriceBook) -> AlphaHomoraMarket {
    let mut it = market(text);
    let ctx = Context { now: START, prices };
    let actor = Actor::from(ALICE);
    it.begin_batch(ALICE, &ctx).expect("begun");
    it.borrow(actor, asset("USDC"), exact(30_000 * USDC), &ctx).expect("borrowed");
    it.supply(actor, asset("pool-LP"), exact(LP), &ctx).expect("supplied");
    it.end_batch(ALICE, &ctx).expect("ended");
    it
}

#[test]
fn a_debt_may_come_before_its_collateral() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let mut it = market(PLAIN);
    // Outside of a batch each operation is asked for its collateral.
    let alone = it.borrow(ALICE.into(), asset("USDC"), exact(30_000 * USDC), &ctx);
    assert_eq!(refusal(alone), (Some(Refusal::InsufficientCollateral), Some("insufficient collateral")));
    let it = opened(PLAIN, &prices);
    assert_eq!(it.debt(ALICE, asset("USDC"), START).expect("a debt"), u(30_000 * USDC));
    let health = it.health(ALICE, &ctx).expect("a health");
    // 70,000 × 80 % against 30,000 × 105 %.
    let HealthFactor::Of(factor) = health.factor else { panic!("a debt") };
    let expected = 56_000.0 / 31_500.0;
    let found = factor.raw().to_string().parse::<f64>().expect("a number") / 1e18;
    assert!((found - expected).abs() < 1e-9, "{found}");
    assert!(!health.liquidatable);
    // The most debt of the same token: 56,000 ÷ 105 %.
    let limit = health.borrow_limit.raw() / u(LP);
    assert_eq!(limit, U256::from(53_333));
}

#[test]
fn what_is_not_covered_at_the_end_is_refused() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let mut it = market(PLAIN);
    it.begin_batch(ALICE, &ctx).expect("begun");
    it.borrow(ALICE.into(), asset("USDC"), exact(53_334 * USDC), &ctx).expect("borrowed");
    it.supply(ALICE.into(), asset("pool-LP"), exact(LP), &ctx).expect("supplied");
    let before = it.dump();
    let ended = it.end_batch(ALICE, &ctx);
    assert_eq!(refusal(ended), (Some(Refusal::InsufficientCollateral), Some("insufficient collateral")));
    assert_eq!(it.dump(), before);
    // A dollar less is covered, to the wei.
    it.repay(ALICE.into(), asset("USDC"), exact(USDC), &ctx).expect("repaid");
    it.end_batch(ALICE, &ctx).expect("ended");
}

#[test]
fn nobody_else_acts_within_a_batch() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let mut it = opened(PLAIN, &prices);
    it.begin_batch(ALICE, &ctx).expect("begun");
    let locked = (Some(Refusal::Unauthorized), Some("general lock"));
    assert_eq!(refusal(it.begin_batch(BOB, &ctx)), locked);
    assert_eq!(refusal(it.begin_batch(ALICE, &ctx)), locked);
    assert_eq!(refusal(it.supply(BOB.into(), asset("pool-LP"), exact(LP), &ctx)), locked);
    assert_eq!(refusal(it.borrow(BOB.into(), asset("USDC"), exact(1), &ctx)), locked);
    let call = LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: asset("USDC"),
        collateral: asset("pool-LP"),
        repay: Amount::All,
        keep_supplied: false,
    };
    assert_eq!(refusal(it.liquidate(&call, &ctx)), locked);
    assert_eq!(refusal(it.end_batch(BOB, &ctx)), (Some(Refusal::Unauthorized), Some("not within execution")));
    it.end_batch(ALICE, &ctx).expect("ended");
    assert!(it.end_batch(ALICE, &ctx).is_err());
}

#[test]
fn a_position_is_closed_collateral_first() {
    let prices = prices();
    let mut it = opened(STAKED, &prices);
    let ctx = Context { now: later(86_400), prices: &prices };
    it.begin_batch(ALICE, &ctx).expect("begun");
    let taken = it.withdraw(ALICE.into(), asset("pool-LP"), Amount::All, &ctx).expect("withdrawn");
    assert_eq!(taken.amount, u(LP));
    let owed = it.debt(ALICE, asset("USDC"), ctx.now).expect("a debt");
    assert!(owed > u(30_000 * USDC), "{owed}");
    let repaid = it.repay(ALICE.into(), asset("USDC"), Amount::All, &ctx).expect("repaid");
    assert_eq!(repaid.amount, owed);
    it.end_batch(ALICE, &ctx).expect("ended");
    let left = it.position(ALICE, ctx.now).expect("a position");
    assert!(left.supplied.is_empty() && left.debts.is_empty(), "{left:?}");
}

#[test]
fn a_position_is_as_liquidatable_as_it_is_open() {
    let mut prices = prices();
    let mut it = opened(PLAIN, &prices);
    let call = LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: asset("USDC"),
        collateral: asset("pool-LP"),
        repay: Amount::All,
        keep_supplied: false,
    };
    let ctx = Context { now: START, prices: &prices };
    assert_eq!(
        refusal(it.liquidate(&call, &ctx)),
        (Some(Refusal::NotLiquidatable), Some("position still healthy"))
    );
    // 31,500 are needed with the factor of the debt; 80 % of 39,374 are less.
    prices.set(asset("pool-LP"), price(3_937_400));
    let ctx = Context { now: START, prices: &prices };
    assert!(it.health(ALICE, &ctx).expect("a health").liquidatable);
    let done = it.liquidate(&call, &ctx).expect("liquidated");
    let [repaid, seized] = [done.repaid[0].raw, done.seized[0].raw];
    assert_eq!(repaid, u(30_000 * USDC));
    // 30,000 dollars of it, times 1.025².
    let expected = 30_000.0 / 39_374.0 * 1.050_625;
    let found = seized.to_string().parse::<f64>().expect("a number") / 1e18;
    assert!((found - expected).abs() < 1e-9, "{found}");
    assert!(done.bad_debt.is_empty());
}

#[test]
fn bad_debt_stays_with_the_position() {
    let mut prices = prices();
    let mut it = opened(PLAIN, &prices);
    prices.set(asset("pool-LP"), price(1_000_000));
    let ctx = Context { now: START, prices: &prices };
    let call = LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: asset("USDC"),
        collateral: asset("pool-LP"),
        repay: exact(20_000 * USDC),
        keep_supplied: false,
    };
    // No close factor: for 20,000 dollars the liquidator gets all of the 10,000 that are there.
    let done = it.liquidate(&call, &ctx).expect("liquidated");
    assert_eq!(done.seized[0].raw, u(LP));
    assert_eq!(it.debt(ALICE, asset("USDC"), START).expect("a debt"), u(10_000 * USDC));
    let health = it.health(ALICE, &ctx).expect("a health");
    assert_eq!((health.collateral, health.liquidatable), (Wad::ZERO, true));
}

#[test]
fn rewards_are_what_the_blocks_pay() {
    let prices = prices();
    let mut it = opened(STAKED, &prices);
    let day = later(86_400);
    let due = it.claimable(ALICE, day).expect("rewards");
    // 5,000 a day for 3,001 LP tokens, to the rounding of 7,200 blocks.
    let found = due[0].raw.to_string().parse::<f64>().expect("a number") / 1e18;
    assert!((found - 5_000.0 / 3_001.0).abs() < 1e-6, "{found}");
    let ctx = Context { now: day, prices: &prices };
    let paid = it.claim(ALICE, day).expect("claimed");
    let got = paid.iter().find(|transfer| transfer.to == levmine_market::Party::Account(ALICE));
    assert_eq!(got.map(|transfer| transfer.amount), Some(due[0]));
    assert!(it.claimable(ALICE, day).expect("rewards").is_empty());
    // More collateral takes out what was earned since.
    let next = later(172_800);
    let due = it.claimable(ALICE, next).expect("rewards");
    let ctx = Context { now: next, ..ctx };
    let receipt = it.supply(ALICE.into(), asset("pool-LP"), exact(LP), &ctx).expect("supplied");
    assert!(receipt.transfers.iter().any(|transfer| transfer.amount == due[0]), "{receipt:?}");
    assert_eq!(it.claim(BOB, next).expect("nothing").len(), 0);
    assert!(market(PLAIN).claim(ALICE, next).is_err());
}

#[test]
fn lenders_earn_what_borrowers_pay() {
    let prices = prices();
    let ctx = Context { now: START, prices: &prices };
    let mut it = market(PLAIN);
    it.supply(BOB.into(), asset("USDC"), exact(1_000_000 * USDC), &ctx).expect("lent");
    let rates = it.rates(asset("USDC"), START).expect("rates");
    assert!(rates.borrow > rates.supply && !rates.supply.is_zero());
    let year = later(31_536_000);
    let grown = it.supplied(BOB, asset("USDC"), year).expect("a balance");
    let earned = grown - u(1_000_000 * USDC);
    let expected = rates.supply.raw() / u(1_000_000_000_000_000);
    assert!(earned.abs_diff(expected) < u(10), "{earned} {expected}");
    let ctx = Context { now: year, ..ctx };
    let back = it.withdraw(BOB.into(), asset("USDC"), Amount::All, &ctx).expect("withdrawn");
    assert_eq!(back.amount, grown);
}
