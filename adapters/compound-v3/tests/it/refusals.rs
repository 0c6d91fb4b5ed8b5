//! What is refused, with the contract's names, and in which order it looks.

use levmine_compound_v3::{CompoundV3Market, Route, World};
use levmine_lending::{Amount, Context, LendingError, LendingMarket, LiquidationCall, Refusal, SaleId};
use levmine_market::{Account, Actor, Moment, PriceBook, Timestamp};
use levmine_math::{U256, Wad};

use crate::markets::{ALICE, BOB, START, USDC, asset, borrow, build, prices, set, small, supply, u, units};

const GOVERNOR: Account = Account::new(7);

fn code<T: std::fmt::Debug>(result: Result<T, LendingError>) -> &'static str {
    result.expect_err("refused").code().expect("a refusal")
}

/// Alice with 10 WETH and a loan of 10,000.
fn indebted() -> (CompoundV3Market, PriceBook) {
    let (mut market, book) = (small(), prices());
    let ctx = Context { now: START, prices: &book };
    supply(&mut market, ALICE, "WETH", "10", &ctx);
    borrow(&mut market, ALICE, "10_000", &ctx);
    (market, book)
}

fn call(market: &CompoundV3Market, borrower: Account) -> LiquidationCall {
    let debt = market.comet().params().base;
    LiquidationCall {
        liquidator: BOB,
        borrower,
        debt,
        collateral: debt,
        repay: Amount::All,
        keep_supplied: false,
    }
}

#[test]
fn a_pause_comes_before_everything() {
    let text = format!("{USDC}[state]\ngovernor = \"gov\"\n[state.users.gov]\n");
    let mut market = build(&text);
    let gov = Account::new(0);
    let book = prices();
    let ctx = Context { now: START, prices: &book };
    let usdc = asset(&market, "USDC");
    let one = Amount::Exact(U256::ONE);
    // Somebody else may not, and says so only where the action is not paused.
    let thief = Actor { caller: BOB, owner: ALICE };
    assert_eq!(code(market.withdraw(thief, usdc, one, &ctx)), "Unauthorized");
    assert_eq!(market.comet_mut().pause(BOB, [true; 5]).expect_err("refused").code(), "Unauthorized");
    market.comet_mut().pause(gov, [true; 5]).expect("paused");
    assert_eq!(code(market.supply(BOB.into(), usdc, one, &ctx)), "Paused");
    assert_eq!(code(market.repay(BOB.into(), usdc, one, &ctx)), "Paused");
    assert_eq!(code(market.withdraw(thief, usdc, one, &ctx)), "Paused");
    assert_eq!(code(market.borrow(thief, usdc, one, &ctx)), "Paused");
    assert_eq!(code(market.liquidate(&call(&market, ALICE), &ctx)), "Paused");
    assert_eq!(code(market.buy(BOB, SaleId(0), U256::ONE, Wad::MAX, &ctx)), "Paused");
    let route = Route::to(ALICE, ALICE);
    let world = World { now: START.time.0, prices: &book };
    let transfer = market.comet_mut().transfer_base(route, one, world);
    assert_eq!(transfer.expect_err("refused").code(), "Paused");
    market.comet_mut().pause(gov, [false; 5]).expect("on again");
    let transfer = market.comet_mut().transfer_base(route, one, world);
    assert_eq!(transfer.expect_err("refused").code(), "NoSelfTransfer");
}

#[test]
fn amounts_that_do_not_fit() {
    let (mut market, book) = indebted();
    let ctx = Context { now: START, prices: &book };
    let (usdc, weth) = (asset(&market, "USDC"), asset(&market, "WETH"));
    let huge = |bits: usize| Amount::Exact(U256::ONE << bits);
    let alice = Actor::from(ALICE);
    assert_eq!(code(market.supply(alice, weth, huge(128), &ctx)), "InvalidUInt128");
    assert_eq!(code(market.withdraw(alice, weth, huge(128), &ctx)), "InvalidUInt128");
    assert_eq!(code(market.supply(alice, usdc, huge(105), &ctx)), "InvalidUInt104");
    assert_eq!(
        code(market.supply(alice, usdc, Amount::Exact((U256::ONE << 104) - U256::ONE), &ctx)),
        "InvalidInt104"
    );
    assert_eq!(code(market.supply(alice, usdc, huge(255), &ctx)), "InvalidInt256");
    assert_eq!(code(market.supply(alice, usdc, huge(230), &ctx)), "Panic(0x11)");
    assert_eq!(code(market.borrow(alice, usdc, huge(255), &ctx)), "InvalidInt256");
    let late = Moment { time: Timestamp(1 << 40), block: 0 };
    let ctx = Context { now: late, prices: &book };
    assert_eq!(code(market.supply(alice, usdc, huge(1), &ctx)), "TimestampTooLarge");
}

#[test]
fn collateral_beyond_the_cap_or_the_balance() {
    let (mut market, book) = indebted();
    let ctx = Context { now: START, prices: &book };
    let comp = asset(&market, "COMP");
    let bob = Actor::from(BOB);
    supply(&mut market, BOB, "COMP", "900_000", &ctx);
    let one = Amount::Exact(U256::ONE);
    assert_eq!(code(market.supply(bob, comp, one, &ctx)), "SupplyCapExceeded");
    assert!(!market.listing(comp).expect("listed").suppliable);
    let more = Amount::Exact(units(comp, "900_001"));
    assert_eq!(code(market.withdraw(bob, comp, more, &ctx)), "Panic(0x11)");
}

#[test]
fn a_debt_is_large_enough_and_carried() {
    let (mut market, mut book) = indebted();
    let usdc = asset(&market, "USDC");
    let bob = Actor::from(BOB);
    let ctx = Context { now: START, prices: &book };
    let amount = |tokens: &str| Amount::Exact(units(usdc, tokens));
    assert_eq!(code(market.borrow(bob, usdc, amount("99.999999"), &ctx)), "BorrowTooSmall");
    assert_eq!(code(market.borrow(bob, usdc, amount("100"), &ctx)), "NotCollateralized");
    let refused = market.borrow(bob, usdc, amount("100"), &ctx).expect_err("refused");
    assert_eq!(refused.refusal(), Some(Refusal::InsufficientCollateral));
    // A debt too small comes before a feed that fails.
    set(&mut book, usdc, 0);
    let ctx = Context { now: START, prices: &book };
    assert_eq!(code(market.borrow(bob, usdc, amount("99"), &ctx)), "BorrowTooSmall");
    assert_eq!(code(market.borrow(bob, usdc, amount("100"), &ctx)), "BadPrice");
}

#[test]
fn a_feed_that_fails_goes_unnoticed_where_it_is_not_read() {
    let (mut market, mut book) = indebted();
    let (weth, comp, usdc) = (asset(&market, "WETH"), asset(&market, "COMP"), asset(&market, "USDC"));
    supply(&mut market, ALICE, "COMP", "1", &Context { now: START, prices: &book });
    set(&mut book, comp, 0);
    // WETH alone carries the debt, and comes first.
    assert_eq!(market.comet().is_borrow_collateralized(ALICE, &book), Ok(true));
    let ctx = Context { now: START, prices: &book };
    borrow(&mut market, ALICE, "1", &ctx);
    assert_eq!(code(market.health(ALICE, &ctx)), "BadPrice");
    set(&mut book, weth, 100_000_000_000);
    let refused = market.comet().is_borrow_collateralized(ALICE, &book).expect_err("read");
    assert_eq!(refused.code(), "BadPrice");
    // Without debt no feed is read at all.
    set(&mut book, usdc, 0);
    assert_eq!(market.comet().is_borrow_collateralized(BOB, &book), Ok(true));
    assert_eq!(market.comet().is_liquidatable(BOB, &book), Ok(false));
}

#[test]
fn the_second_absorption_finds_nothing() {
    let (mut market, mut book) = indebted();
    let weth = asset(&market, "WETH");
    let ctx = Context { now: START, prices: &book };
    assert_eq!(code(market.liquidate(&call(&market, ALICE), &ctx)), "NotLiquidatable");
    set(&mut book, weth, 100_000_000_000);
    let ctx = Context { now: START, prices: &book };
    let other = LiquidationCall { debt: weth, ..call(&market, ALICE) };
    assert_eq!(code(market.liquidate(&other, &ctx)), "no reason");
    // Both in one call: the second refuses, and the first is undone.
    let before = market.dump();
    let world = World { now: START.time.0, prices: &book };
    let twice = market.comet_mut().absorb(&[ALICE, ALICE], world);
    assert_eq!(twice.expect_err("refused").code(), "NotLiquidatable");
    assert_eq!(market.dump(), before);
    market.liquidate(&call(&market, ALICE), &ctx).expect("absorbed");
    assert_eq!(code(market.liquidate(&call(&market, ALICE), &ctx)), "NotLiquidatable");
}

#[test]
fn the_store_front_closes_and_has_limits() {
    let (mut market, mut book) = indebted();
    let (weth, usdc) = (asset(&market, "WETH"), asset(&market, "USDC"));
    set(&mut book, weth, 100_000_000_000);
    let ctx = Context { now: START, prices: &book };
    market.liquidate(&call(&market, ALICE), &ctx).expect("absorbed");
    let world = World { now: START.time.0, prices: &book };
    let comet = market.comet_mut();
    let (base, all) = (u(1_000_000_000), u(10_000_000_000_000_000_000));
    let mut buy = |least, base| comet.buy_collateral(0, least, base, world).expect_err("refused").code();
    // Too little for the limit comes before too much for the reserves.
    assert_eq!(buy(all, base), "TooMuchSlippage");
    assert_eq!(buy(U256::MAX, u(1_000_000_000_000)), "TooMuchSlippage");
    assert_eq!(buy(U256::ZERO, u(1_000_000_000_000)), "InsufficientReserves");
    let bad = |market: &mut CompoundV3Market, sale, amount, price| {
        code(market.buy(BOB, SaleId(sale), amount, price, &Context { now: START, prices: &book }))
    };
    assert_eq!(bad(&mut market, 9, U256::ONE, Wad::MAX), "BadAsset");
    assert_eq!(bad(&mut market, 0, all, Wad::ONE), "TooMuchSlippage");
    assert_eq!(bad(&mut market, 1, all, Wad::MAX), "InsufficientReserves");
    // Less than a base unit of the base asset buys.
    assert_eq!(bad(&mut market, 0, U256::ONE, Wad::MAX), "no reason");
    market.comet_mut().donate(None, units(usdc, "5_000_000")).expect("donated");
    assert_eq!(bad(&mut market, 0, all, Wad::MAX), "NotForSale");
    assert!(market.sales(&ctx).expect("sales").is_empty());
    assert_eq!(code(market.restart_sale(BOB, SaleId(0), &ctx)), "no reason");
}

#[test]
fn reserves_leave_only_for_the_governor_and_only_if_they_are_there() {
    let text = format!(
        "{USDC}[state]\ngovernor = \"gov\"\ntotalSupplyBase = \"1000\"\ncash = \"1500\"\n[state.users.gov]\n"
    );
    let mut market = build(&text);
    let gov = Account::new(0);
    let comet = market.comet_mut();
    let now = START.time.0;
    assert_eq!(
        comet.withdraw_reserves(GOVERNOR, U256::ONE, now).expect_err("refused").code(),
        "Unauthorized"
    );
    assert_eq!(
        comet.withdraw_reserves(gov, u(501), now).expect_err("refused").code(),
        "InsufficientReserves"
    );
    comet.withdraw_reserves(gov, u(500), now).expect("paid");
    assert_eq!(comet.cash(), u(1_000));
    // Lent out, reserves are there and cannot be paid.
    let text = format!("{USDC}[state]\ngovernor = \"gov\"\ntotalBorrowBase = \"1000\"\n[state.users.gov]\n");
    let mut market = build(&text);
    let paid = market.comet_mut().withdraw_reserves(gov, u(1_000), now);
    assert_eq!(paid.expect_err("refused").code(), "insufficient token balance");
}

#[test]
fn rewards_run_out_and_go_where_they_may() {
    let (mut market, book) = indebted();
    let ctx = Context { now: crate::markets::at(86_400), prices: &book };
    assert!(!market.claimable(ALICE, ctx.now).expect("rewards")[0].is_zero());
    let now = ctx.now.time.0;
    let elsewhere = market.comet_mut().claim_to(BOB, ALICE, true, now);
    assert_eq!(elsewhere.expect_err("refused").code(), "NotPermitted");
    market.comet_mut().allow(ALICE, BOB, true);
    assert!(!market.comet_mut().claim_to(BOB, ALICE, true, now).expect("paid").is_zero());
    assert!(market.claim(ALICE, ctx.now).expect("nothing left")[0].amount.is_zero());
    let mut bare = build(USDC);
    assert_eq!(code(bare.claim(ALICE, START)), "NotSupported");
    assert!(bare.claimable(ALICE, START).expect("none").is_empty());
    let unfunded = crate::markets::REWARDS.replace("100_000", "0");
    let mut market = build(&format!("{USDC}{unfunded}{}", crate::markets::DEPTH));
    supply(&mut market, ALICE, "USDC", "100_000", &Context { now: START, prices: &book });
    assert_eq!(code(market.claim(ALICE, ctx.now)), "insufficient token balance");
}
