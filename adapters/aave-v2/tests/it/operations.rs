//! Stable debt, its swaps, transfers and credit, through the trait's special operations.

use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall};
use levmine_market::{Actor, Moment};
use levmine_math::U256;
use serde_json::json;

use crate::markets::{ALICE, BOB, START, asset, in_ether, prices, small, special};

const WETH_10: u128 = 10_000_000_000_000_000_000;

fn later(seconds: u64) -> Moment {
    Moment { time: START.time.plus(seconds), block: 0 }
}

#[test]
fn a_stable_debt_keeps_its_rate_and_can_become_variable() {
    let (mut market, prices) = (small(), prices());
    let ctx = Context { now: START, prices: &prices };
    let (weth, usdc) = (asset(&market, "WETH"), asset(&market, "USDC"));
    market.supply(Actor::from(ALICE), weth, Amount::Exact(U256::from(WETH_10)), &ctx).expect("supplied");
    let id = market.pool().reserve_id(usdc).expect("listed");
    let rate = market.pool().reserve(id).expect("listed").stable_rate;
    let borrow = json!({ "by": "0", "asset": "USDC", "amount": "1000000000" });
    special(&mut market, "borrowStable", &borrow, &ctx).expect("borrowed");
    let debt = market.pool().user(ALICE).expect("an account").stable(id);
    // The average of a single rate too is multiplied by the amount and divided again, with 18 places for 1,000 dollars.
    assert_eq!(rate, 57_518_518_518_518_518_518_518_519);
    assert_eq!((debt.rate, debt.principal), (57_518_518_518_518_519_000_000_000, U256::from(1_000_000_000)));
    assert_eq!(market.pool().reserve(id).expect("listed").stable.average_rate, U256::from(debt.rate));

    // The rate is the debt's, whatever the reserve's becomes.
    let ctx = Context { now: later(86_400), prices: &prices };
    let owed = market.stable_debt(ALICE, usdc, ctx.now).expect("debt");
    assert_eq!(market.debt(ALICE, usdc, ctx.now).expect("debt"), owed);
    let swap = json!({ "by": "0", "asset": "USDC", "rateMode": "stable" });
    special(&mut market, "swapBorrowRateMode", &swap, &ctx).expect("swapped");
    assert_eq!(market.stable_debt(ALICE, usdc, ctx.now).expect("debt"), U256::ZERO);
    let debt = market.debt(ALICE, usdc, ctx.now).expect("debt");
    assert!(debt.abs_diff(owed) <= U256::ONE, "{debt} of {owed}");

    // And back, and paid.
    let swap = json!({ "by": "0", "asset": "USDC", "rateMode": "variable" });
    special(&mut market, "swapBorrowRateMode", &swap, &ctx).expect("swapped");
    let pay = json!({ "by": "0", "asset": "USDC", "amount": U256::MAX.to_string() });
    special(&mut market, "repayStable", &pay, &ctx).expect("repaid");
    assert_eq!(market.debt(ALICE, usdc, ctx.now).expect("debt"), U256::ZERO);
    assert!(!market.pool().user(ALICE).expect("an account").borrows(id));
}

#[test]
fn each_kind_of_debt_has_a_credit_of_its_own() {
    let (mut market, prices) = (small(), prices());
    let ctx = Context { now: START, prices: &prices };
    let (weth, usdc) = (asset(&market, "WETH"), asset(&market, "USDC"));
    market.supply(Actor::from(ALICE), weth, Amount::Exact(U256::from(WETH_10)), &ctx).expect("supplied");
    market.approve_borrow(ALICE, BOB, usdc, U256::from(1_000)).expect("approved");
    let borrow = json!({ "by": "1", "on_behalf_of": "0", "asset": "USDC", "amount": "1000" });
    let done = special(&mut market, "borrowStable", &borrow, &ctx);
    assert_eq!(done.err().and_then(|error| error.code()), Some("59"));
    let approve = json!({ "by": "0", "delegatee": "1", "asset": "USDC", "amount": "1500" });
    special(&mut market, "approveStableBorrow", &approve, &ctx).expect("approved");
    special(&mut market, "borrowStable", &borrow, &ctx).expect("borrowed");
    let done = special(&mut market, "borrowStable", &borrow, &ctx);
    assert_eq!(done.err().and_then(|error| error.code()), Some("59"), "500 are left");
    market
        .borrow(Actor { caller: BOB, owner: ALICE }, usdc, Amount::Exact(U256::from(1_000)), &ctx)
        .expect("lent");
}

/// Half of the debt and no more, the variable part of it first.
#[test]
fn a_liquidation_repays_variable_debt_first() {
    let mut market = small();
    let book = |wei| in_ether(&[("USDC", 6, wei), ("WBTC", 8, 1), ("LINK", 18, 1)]);
    let before = book(500_000_000_000_000);
    let ctx = Context { now: START, prices: &before };
    let (weth, usdc) = (asset(&market, "WETH"), asset(&market, "USDC"));
    let alice = Actor::from(ALICE);
    market.supply(alice, weth, Amount::Exact(U256::from(WETH_10)), &ctx).expect("supplied");
    let borrow = json!({ "by": "0", "asset": "USDC", "amount": "12000000000" });
    special(&mut market, "borrowStable", &borrow, &ctx).expect("borrowed");
    market.borrow(alice, usdc, Amount::Exact(U256::from(4_000_000_000_u64)), &ctx).expect("borrowed");
    let after = book(520_000_000_000_000);
    let ctx = Context { now: START, prices: &after };
    let call = LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: usdc,
        collateral: weth,
        repay: Amount::All,
        keep_supplied: false,
    };
    let done = market.liquidate(&call, &ctx).expect("liquidated");
    // 8,000 dollars of 0.00052 ether are 4.16, with the bonus 4.368 ether.
    assert_eq!(done.repaid[0].raw, U256::from(8_000_000_000_u64));
    assert_eq!(done.seized[0].raw, U256::from(4_368_000_000_000_000_000_u64));
    assert_eq!(market.debt(ALICE, usdc, START).expect("debt"), U256::from(8_000_000_000_u64));
    assert_eq!(market.stable_debt(ALICE, usdc, START).expect("debt"), U256::from(8_000_000_000_u64));
}
