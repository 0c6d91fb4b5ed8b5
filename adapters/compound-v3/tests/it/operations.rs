//! Operations through the trait, where one word of the trait is several of the contract's.

use levmine_compound_v3::{BORROWERS, Route, SUPPLIERS, Signed, World};
use levmine_lending::{Amount, Context, LendingMarket, LendingMarketExt, LiquidationCall, SaleId};
use levmine_market::{Actor, TokenAmount, Transfer};
use levmine_math::{U256, Wad};

use crate::markets::{
    ALICE, BOB, START, USDC, WETH, asset, at, borrow, build, prices, set, small, supply, u, units,
};

#[test]
fn supplying_pays_a_debt_first_and_withdrawing_takes_the_own_supply_first() {
    let (mut market, book) = (small(), prices());
    let ctx = Context { now: START, prices: &book };
    let usdc = asset(&market, "USDC");
    supply(&mut market, ALICE, "WETH", "10", &ctx);
    borrow(&mut market, ALICE, "1_000", &ctx);
    supply(&mut market, ALICE, "USDC", "1_500", &ctx);
    assert_eq!(market.supplied(ALICE, usdc, START).expect("supplied"), units(usdc, "500"));
    assert!(market.debt(ALICE, usdc, START).expect("owed").is_zero());
    // The trait withdraws what is supplied, and borrows beyond it only when asked to.
    let amount = Amount::Exact(units(usdc, "700"));
    let refused = market.withdraw(ALICE.into(), usdc, amount, &ctx).expect_err("refused");
    assert_eq!(refused.refusal(), Some(levmine_lending::Refusal::InsufficientBalance));
    market.borrow(ALICE.into(), usdc, amount, &ctx).expect("borrowed");
    assert_eq!(market.debt(ALICE, usdc, START).expect("owed"), units(usdc, "200"));
    assert!(market.supplied(ALICE, usdc, START).expect("supplied").is_zero());
}

#[test]
fn a_repayment_takes_the_debt_and_no_more() {
    let (mut market, book) = (small(), prices());
    let ctx = Context { now: START, prices: &book };
    let usdc = asset(&market, "USDC");
    supply(&mut market, ALICE, "WETH", "10", &ctx);
    borrow(&mut market, ALICE, "1_000", &ctx);
    let later = Context { now: at(86_400), prices: &book };
    let debt = market.debt(ALICE, usdc, later.now).expect("owed");
    assert!(debt > units(usdc, "1_000"));
    let twice = Amount::Exact(debt + debt);
    let receipt = market.repay(Actor { caller: BOB, owner: ALICE }, usdc, twice, &later).expect("repaid");
    assert_eq!(receipt.amount, debt);
    assert_eq!(receipt.transfers.to_vec(), [Transfer::pay(BOB, TokenAmount::new(usdc, debt))]);
    assert_eq!(market.comet().user(ALICE).principal, 0);
}

#[test]
fn a_manager_acts_for_the_owner_as_long_as_it_is_allowed() {
    let (mut market, book) = (small(), prices());
    let ctx = Context { now: START, prices: &book };
    let usdc = asset(&market, "USDC");
    supply(&mut market, ALICE, "WETH", "10", &ctx);
    market.comet_mut().allow(ALICE, BOB, true);
    let actor = Actor { caller: BOB, owner: ALICE };
    let amount = Amount::Exact(units(usdc, "1_000"));
    let receipt = market.borrow(actor, usdc, amount, &ctx).expect("borrowed");
    assert_eq!(receipt.transfers.to_vec(), [Transfer::receive(BOB, TokenAmount::new(usdc, receipt.amount))]);
    assert_eq!(market.debt(ALICE, usdc, START).expect("owed"), units(usdc, "1_000"));
    market.comet_mut().allow(ALICE, BOB, false);
    assert!(market.borrow(actor, usdc, amount, &ctx).is_err());
}

#[test]
fn transfers_move_positions_and_borrow_where_something_is_missing() {
    let (mut market, book) = (small(), prices());
    let ctx = Context { now: START, prices: &book };
    let world = World { now: START.time.0, prices: &book };
    let usdc = asset(&market, "USDC");
    supply(&mut market, ALICE, "WETH", "10", &ctx);
    supply(&mut market, ALICE, "USDC", "1_000", &ctx);
    let cash = market.comet().cash();
    let amount = Amount::Exact(units(usdc, "1_500"));
    market.comet_mut().transfer_base(Route::to(ALICE, BOB), amount, world).expect("moved");
    assert_eq!(market.debt(ALICE, usdc, START).expect("owed"), units(usdc, "500"));
    assert_eq!(market.supplied(BOB, usdc, START).expect("supplied"), units(usdc, "1_500"));
    assert_eq!(market.comet().cash(), cash);
    let all = market.comet_mut().transfer_base(Route::to(BOB, ALICE), Amount::All, world).expect("moved");
    assert_eq!(all, units(usdc, "1_500"));
    assert_eq!(market.supplied(ALICE, usdc, START).expect("supplied"), units(usdc, "1_000"));
    let weth = asset(&market, "WETH");
    let ten = units(weth, "10");
    market.comet_mut().transfer_collateral(Route::to(ALICE, BOB), 0, ten, &book).expect("moved");
    assert_eq!(market.supplied(BOB, weth, START).expect("supplied"), ten);
    assert_eq!(market.comet().user(ALICE).assets_in(), 0);
}

#[test]
fn collateral_operations_see_stored_indexes() {
    let (mut market, book) = (small(), prices());
    let ctx = Context { now: START, prices: &book };
    supply(&mut market, ALICE, "WETH", "10", &ctx);
    // To the limit: 10 × 2,280 × 0.825 dollars.
    let usdc = asset(&market, "USDC");
    let most = market.borrow_headroom(ALICE, usdc, &ctx).expect("a headroom");
    market.borrow(ALICE.into(), usdc, Amount::Exact(most), &ctx).expect("borrowed");
    let year = Context { now: at(31_536_000), prices: &book };
    // A year of interest is above the limit, and nothing has accrued it yet.
    let weth = asset(&market, "WETH");
    let none = Amount::Exact(U256::ZERO);
    market.withdraw(ALICE.into(), weth, none, &year).expect("stored indexes");
    market.accrue(year.now).expect("accrued");
    assert_eq!(
        market.withdraw(ALICE.into(), weth, none, &year).expect_err("accrued").code(),
        Some("NotCollateralized")
    );
}

#[test]
fn absorbed_collateral_is_sold_to_the_last_unit_that_can_be_paid_for() {
    let (mut market, mut book) = (small(), prices());
    let ctx = Context { now: START, prices: &book };
    let (usdc, weth, wbtc) = (asset(&market, "USDC"), asset(&market, "WETH"), asset(&market, "WBTC"));
    supply(&mut market, ALICE, "WETH", "10", &ctx);
    supply(&mut market, ALICE, "WBTC", "1.00000001", &ctx);
    borrow(&mut market, ALICE, "40_000", &ctx);
    set(&mut book, weth, 100_000_000_000);
    set(&mut book, wbtc, 3_000_000_000_000);
    let ctx = Context { now: START, prices: &book };
    let call = LiquidationCall {
        liquidator: BOB,
        borrower: ALICE,
        debt: usdc,
        collateral: usdc,
        repay: Amount::All,
        keep_supplied: true,
    };
    market.liquidate(&call, &ctx).expect("absorbed");
    let sales = market.sales(&ctx).expect("sales");
    assert_eq!(sales.iter().map(|sale| sale.id).collect::<Vec<_>>(), [SaleId(0), SaleId(1)]);
    // 1,000 dollars less half of the penalty of 5 %, in USDC at 0.9999: rounded up.
    assert_eq!(sales[0].price, Wad::new(975_097_509_750_975_097_510));
    assert_eq!(sales[0].lot, TokenAmount::new(weth, units(weth, "10")));
    // A unit of WBTC costs 292.5 units of USDC, and half of one nothing less.
    let one = market.fork().buy(BOB, SaleId(1), U256::ONE, Wad::MAX, &ctx).expect("bought");
    assert_eq!((one.bought, one.paid, one.ended), (u(1), u(293), false));
    // A unit of USDC buys a billion units of WETH: what is left of the lot is no sale any more.
    let all = market.buy(BOB, SaleId(0), U256::MAX, sales[0].price, &ctx).expect("bought");
    assert_eq!((all.paid, all.ended), (u(9_750_975_097), true));
    assert_eq!(all.bought, u(9_999_999_999_477_230_769));
    assert_eq!(market.sales(&ctx).expect("sales").len(), 1);
    assert_eq!(market.comet().stocks()[0].reserves(), Ok(u(522_769_231)));
    let rest = market.buy(BOB, SaleId(1), U256::MAX, Wad::MAX, &ctx).expect("bought");
    assert_eq!((rest.bought, rest.ended), (u(100_000_001), true));
    assert!(market.sales(&ctx).expect("sales").is_empty());
}

#[test]
fn donations_raise_reserves_and_what_is_for_sale() {
    let (mut market, book) = (small(), prices());
    let ctx = Context { now: START, prices: &book };
    let (usdc, weth) = (asset(&market, "USDC"), asset(&market, "WETH"));
    let before = market.supplied(SUPPLIERS, usdc, START).expect("supplied");
    assert_eq!(market.comet().reserves(START.time.0), Ok(Signed::Plus(units(usdc, "100_000"))));
    market.comet_mut().donate(None, units(usdc, "5")).expect("donated");
    market.comet_mut().donate(Some(0), units(weth, "1")).expect("donated");
    assert_eq!(market.comet().reserves(START.time.0), Ok(Signed::Plus(units(usdc, "100_005"))));
    assert_eq!(market.supplied(SUPPLIERS, usdc, START).expect("supplied"), before);
    assert_eq!(market.sales(&ctx).expect("sales")[0].lot, TokenAmount::new(weth, units(weth, "1")));
}

#[test]
fn rewards_accrue_by_share_and_are_paid_once() {
    let (mut market, book) = (small(), prices());
    let comp = asset(&market, "COMP");
    let ctx = Context { now: START, prices: &book };
    // A fifth of all that is supplied.
    supply(&mut market, ALICE, "USDC", "10_000_000", &ctx);
    let day = at(86_400);
    let owed = market.claimable(ALICE, day).expect("rewards");
    // 0.000402083333333 × 86,400 ÷ 5 tokens, cut to 6 decimals.
    assert_eq!(owed, [TokenAmount::new(comp, u(6_947_999_000_000_000_000))]);
    let held = |market: &levmine_compound_v3::CompoundV3Market| {
        market.holdings().into_iter().find(|held| held.asset == comp).expect("held").raw
    };
    let before = held(&market);
    let paid = market.claim(ALICE, day).expect("paid");
    assert_eq!(paid.to_vec(), [Transfer::receive(ALICE, owed[0])]);
    assert_eq!(before - held(&market), owed[0].raw);
    assert!(market.claimable(ALICE, day).expect("rewards")[0].is_zero());
    // Borrowers earn on their side.
    assert!(!market.claimable(BORROWERS, day).expect("rewards")[0].is_zero());
}

#[test]
fn a_market_in_ether_knows_ratios_alone() {
    let (mut market, mut book) = (build(WETH), prices());
    let ctx = Context { now: START, prices: &book };
    supply(&mut market, ALICE, "wstETH", "10", &ctx);
    borrow(&mut market, ALICE, "5", &ctx);
    let health = market.health(ALICE, &ctx).expect("a health");
    // 262,700,000,000 ÷ 228,000,000,000 to 8 decimals is 1.15219298 WETH for each wstETH.
    assert_eq!(health.collateral, Wad::new(26_269_999_944_000_000_000_000));
    assert_eq!(health.debt, Wad::new(11_400_000_000_000_000_000_000));
    // Ether falls against the dollar: nothing changes but the dollars.
    let (weth, wsteth) = (asset(&market, "WETH"), asset(&market, "wstETH"));
    set(&mut book, weth, 114_000_000_000);
    set(&mut book, wsteth, 131_350_000_000);
    let halved = market.health(ALICE, &Context { now: START, prices: &book }).expect("a health");
    assert_eq!(halved.factor, health.factor);
    assert_eq!(halved.debt, Wad::new(5_700_000_000_000_000_000_000));
}

#[test]
fn accrual_that_fails_once_fails_for_good() {
    // One unit supplied and a large debt: the utilization is astronomic.
    let text = format!(
        "{USDC}[state]\ntotalSupplyBase = \"1\"\ntotalBorrowBase = \"1000000000000\"\ncash = \"1\"\n"
    );
    let mut market = build(&text);
    let usdc = asset(&market, "USDC");
    let before = market.dump();
    for seconds in [1, 86_400, 31_536_000] {
        let now = at(seconds);
        assert_eq!(market.accrue(now).expect_err("frozen").code(), Some("InvalidUInt64"));
        let book = prices();
        let ctx = Context { now, prices: &book };
        let supplied = market.supply(ALICE.into(), usdc, Amount::Exact(U256::ONE), &ctx);
        assert_eq!(supplied.expect_err("frozen").code(), Some("InvalidUInt64"));
        assert!(market.position(ALICE, now).is_err());
    }
    assert_eq!(market.dump(), before);
    // Collateral can still be moved: it accrues nothing.
    let book = prices();
    supply(&mut market, ALICE, "WETH", "1", &Context { now: at(1), prices: &book });
}
