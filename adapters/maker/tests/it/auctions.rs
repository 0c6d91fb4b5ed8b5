//! Auctions through the trait.

use levmine_lending::{Amount, Context, LendingError, LendingMarket, LiquidationCall, SaleId};
use levmine_maker::{MakerMarket, Who};
use levmine_market::{Account, Party, PriceBook};
use levmine_math::{U256, Wad};

use crate::markets::{ALICE, BOB, KEEPER, START, asset, build, call, later, prices, tokens};

const CAROL: Account = Account::new(4);

fn market(version: &str, more: &str) -> MakerMarket {
    let mut market = build(&format!(
        "version = \"{version}\"\nvault_type = \"ETH-A\"\ncollateral = \"WETH\"\nliquidation_ratio = \"150%\"\n\
         stability_fee = \"0%\"\ndebt_floor = 100\noutsiders = {{ collateral = 5_000, debt = 1_000_000 }}\n{more}"
    ));
    let (weth, dear) = (asset("WETH"), prices(2_000));
    let ctx = Context { now: START, prices: &dear };
    market.supply(ALICE.into(), weth, Amount::Exact(tokens(weth, 100)), &ctx).expect("locked");
    market
        .borrow(ALICE.into(), asset("DAI"), Amount::Exact(tokens(asset("DAI"), 120_000)), &ctx)
        .expect("drawn");
    market
}

fn liquidate(
    market: &mut MakerMarket,
    prices: &PriceBook,
) -> Result<levmine_lending::LiquidationOutcome, LendingError> {
    let call = LiquidationCall {
        liquidator: KEEPER,
        borrower: ALICE,
        debt: asset("DAI"),
        collateral: asset("WETH"),
        repay: Amount::All,
        keep_supplied: false,
    };
    market.liquidate(&call, &Context { now: START, prices })
}

#[test]
fn the_keepers_reward_leaves_as_dai() {
    let mut market = market("2.0", "");
    assert_eq!(liquidate(&mut market, &prices(1_800)).expect_err("safe").code(), Some("Dog/not-unsafe"));
    let outcome = liquidate(&mut market, &prices(1_700)).expect("unsafe");
    // 250 DAI and 0.1 % of 120,000 with 13 %.
    let reward = tokens(asset("DAI"), 250) + tokens(asset("DAI"), 135_600) / U256::from(1_000);
    let [transfer] = outcome.transfers.as_slice() else { panic!("{outcome:?}") };
    assert_eq!((transfer.from, transfer.to), (Party::Issuer, Party::Account(KEEPER)));
    assert_eq!(transfer.amount.raw, reward);
    assert_eq!(outcome.seized[0].raw, tokens(asset("WETH"), 100));
    assert_eq!(outcome.sale, Some(SaleId(1)));
}

#[test]
fn what_is_left_of_the_lot_is_the_farmers() {
    let mut market = market("2.0", "");
    let cheap = prices(1_700);
    liquidate(&mut market, &cheap).expect("unsafe");
    let ctx = Context { now: START, prices: &cheap };
    let sale = market.sales(&ctx).expect("sales")[0];
    assert_eq!(sale.price, Wad::from_raw(tokens(asset("DAI"), 1_870)));
    let tab = sale.tab.expect("a tab").raw;
    assert_eq!(tab, tokens(asset("DAI"), 135_600));
    let done = market.buy(BOB, sale.id, U256::MAX, sale.price, &ctx).expect("bought");
    assert_eq!((done.paid, done.ended, done.bad_debt), (tab, true, U256::ZERO));
    assert_eq!(done.bought + done.returned, tokens(asset("WETH"), 100));
    // It is not locked, but it can be taken.
    assert_eq!(market.supplied(ALICE, asset("WETH"), START).expect("read"), done.returned);
    let taken = market.withdraw(ALICE.into(), asset("WETH"), Amount::All, &ctx).expect("taken").amount;
    assert_eq!(taken, done.returned);
}

#[test]
fn a_sale_that_ends_short_reports_the_rest() {
    let mut market = market("2.0", "");
    let crash = prices(600);
    liquidate(&mut market, &crash).expect("unsafe");
    let ctx = Context { now: START, prices: &crash };
    let sale = market.sales(&ctx).expect("sales")[0];
    let done = market.buy(BOB, sale.id, sale.lot.raw, sale.price, &ctx).expect("bought");
    assert_eq!(done.paid, tokens(asset("DAI"), 66_000));
    assert_eq!((done.ended, done.bad_debt), (true, tokens(asset("DAI"), 69_600)));
    // The Vow's loss is the debt, without the penalty, and the keeper's reward.
    let (sin, dai) = (market.dss().vat.sin.get(Who::Vow), market.dss().vat.dai.get(Who::Vow));
    let ray = levmine_math::Ray::ONE.raw();
    let reward = tokens(asset("DAI"), 250) + tokens(asset("DAI"), 135_600) / U256::from(1_000);
    assert_eq!(sin - dai, (tokens(asset("DAI"), 54_000) + reward) * ray);
}

#[test]
fn refusals_of_a_sale() {
    let mut market = market("2.0", "");
    let cheap = prices(1_700);
    liquidate(&mut market, &cheap).expect("unsafe");
    let ctx = Context { now: START, prices: &cheap };
    let sale = market.sales(&ctx).expect("sales")[0];
    let code = |error: LendingError| error.code();
    let nobody = market.buy(BOB, SaleId(7), U256::ONE, Wad::MAX, &ctx).map_err(code);
    assert_eq!(nobody.expect_err("none"), Some("Clipper/not-running-auction"));
    let cheaper = Wad::from_raw(sale.price.raw() - U256::ONE);
    let dear = market.buy(BOB, sale.id, sale.lot.raw, cheaper, &ctx).map_err(code);
    assert_eq!(dear.expect_err("dear"), Some("Clipper/too-expensive"));
    let early = market.restart_sale(KEEPER, sale.id, &ctx).map_err(code);
    assert_eq!(early.expect_err("early"), Some("Clipper/cannot-reset"));
    let late = Context { now: later(7_201), prices: &cheap };
    assert!(market.sales(&late).expect("sales")[0].stalled);
    let stalled = market.buy(BOB, sale.id, sale.lot.raw, Wad::MAX, &late).map_err(code);
    assert_eq!(stalled.expect_err("stalled"), Some("Clipper/needs-reset"));
    let again = market.restart_sale(KEEPER, sale.id, &late).expect("restarted");
    assert_eq!(again.transfers.len(), 1);
    let file = "by = \"admin\"\nilk = \"ETH-A\"\nwhat = \"stopped\"\ndata = \"3\"";
    call(&mut market, "clip.file", file, later(7_300)).expect("filed");
    let late = Context { now: later(7_300), prices: &cheap };
    let stopped = market.buy(BOB, sale.id, sale.lot.raw, Wad::MAX, &late).map_err(code);
    assert_eq!(stopped.expect_err("stopped"), Some("Clipper/stopped-incorrect"));
}

/// With one bidder a lot of 50 ETH goes for the least bid there is, as on 12 March 2020.
#[test]
fn an_english_auction_without_rivals_ends_at_nothing() {
    let mut market = market("1.0.2", "");
    let crash = prices(1_500);
    let outcome = liquidate(&mut market, &crash).expect("unsafe");
    assert_eq!(outcome.seized[0].raw, tokens(asset("WETH"), 50));
    assert!(outcome.transfers.is_empty());
    let ctx = Context { now: START, prices: &crash };
    let sale = market.sales(&ctx).expect("sales")[0];
    assert_eq!((sale.tab, sale.stalled), (None, false));
    let bid = market.buy(BOB, sale.id, sale.lot.raw, sale.price, &ctx).expect("bid");
    assert_eq!((bid.paid, bid.bought, bid.ended), (U256::ONE, U256::ZERO, false));
    let own = market.buy(BOB, sale.id, sale.lot.raw, Wad::MAX, &ctx);
    assert!(own.is_err(), "a bidder does not outbid himself");
    assert_eq!(
        market.restart_sale(KEEPER, sale.id, &ctx).expect_err("runs").code(),
        Some("Flipper/not-finished")
    );
    let late = Context { now: later(601), prices: &crash };
    assert!(market.sales(&late).expect("sales")[0].stalled);
    let won = market.restart_sale(KEEPER, sale.id, &late).expect("dealt");
    assert_eq!((won.bought, won.ended), (tokens(asset("WETH"), 50), true));
    assert_eq!(won.bad_debt, tokens(asset("DAI"), 67_800));
    assert!(matches!(won.transfers.as_slice(), [transfer] if transfer.to == Party::Account(BOB)));
    assert!(market.sales(&late).expect("sales").is_empty());
}

/// Rivals raise to what is asked for, and then ask for less collateral; who is outbid is repaid.
#[test]
fn an_english_auction_with_rivals_returns_collateral() {
    let mut market = market("1.2.8", "auction = { beg = \"100%\", dunk = 1_000_000 }");
    let cheap = prices(1_700);
    let outcome = liquidate(&mut market, &cheap).expect("unsafe");
    assert_eq!(outcome.seized[0].raw, tokens(asset("WETH"), 100));
    let ctx = Context { now: START, prices: &cheap };
    let mut last: Option<(Account, U256)> = None;
    let mut returned = U256::ZERO;
    for turn in 0..400 {
        let bidder = if turn % 2 == 0 { BOB } else { CAROL };
        let sale = market.sales(&ctx).expect("sales")[0];
        let bid = market.buy(bidder, sale.id, sale.lot.raw, sale.price, &ctx).expect("bid");
        if let Some((account, paid)) = last {
            let [_, refund] = bid.transfers.as_slice() else { panic!("{bid:?}") };
            assert_eq!(refund.to, Party::Account(account));
            // A bid is paid rounded up, less what fractions of earlier ones are inside, and repaid rounded down.
            assert!(refund.amount.raw.abs_diff(paid) <= U256::ONE, "{paid} {refund:?}");
        }
        last = Some((bidder, bid.paid));
        returned += bid.returned;
        if !returned.is_zero() {
            break;
        }
    }
    // All that was asked for, 120,000 and 13 %, then half of the lot.
    let (_, paid) = last.expect("bids");
    assert!(paid.abs_diff(tokens(asset("DAI"), 135_600)) <= U256::ONE, "{paid}");
    assert_eq!(returned, tokens(asset("WETH"), 50));
    assert_eq!(market.supplied(ALICE, asset("WETH"), START).expect("read"), returned);
    let late = Context { now: later(4 * 3_600 + 1), prices: &cheap };
    let won = market.restart_sale(KEEPER, SaleId(1), &late).expect("dealt");
    assert_eq!((won.bought, won.bad_debt), (tokens(asset("WETH"), 50), U256::ZERO));
    assert_eq!(market.dss().cat.litter, U256::ZERO);
}

#[test]
fn an_english_auction_nobody_bids_for_begins_anew() {
    let mut market = market("1.0.2", "");
    let crash = prices(1_500);
    liquidate(&mut market, &crash).expect("unsafe");
    let late = Context { now: later(6 * 3_600 + 1), prices: &crash };
    let sale = market.sales(&late).expect("sales")[0];
    assert!(sale.stalled);
    let closed = market.buy(BOB, sale.id, sale.lot.raw, Wad::MAX, &late).expect_err("over");
    assert_eq!(closed.code(), Some("Flipper/already-finished-end"));
    market.restart_sale(KEEPER, sale.id, &late).expect("begun anew");
    assert!(!market.sales(&late).expect("sales")[0].stalled);
    let nobody = market.restart_sale(KEEPER, SaleId(99), &late).expect_err("none");
    assert_eq!(nobody.code(), Some("Flipper/guy-not-set"));
}

/// A collateral of 8 decimals: the fraction of a base unit stays inside.
#[test]
fn a_lot_of_8_decimals_is_bought_to_the_end() {
    let mut market = build(
        "collateral = \"WBTC\"\nliquidation_ratio = \"150%\"\nstability_fee = \"5%\"\ndebt_floor = 100\n\
         outsiders = { collateral = 500, debt = 1_000_000 }",
    );
    let (wbtc, dear) = (asset("WBTC"), prices(2_000));
    let ctx = Context { now: START, prices: &dear };
    market.supply(ALICE.into(), wbtc, Amount::Exact(U256::from(123_456_789_u64)), &ctx).expect("locked");
    market
        .borrow(ALICE.into(), asset("DAI"), Amount::Exact(tokens(asset("DAI"), 30_000)), &ctx)
        .expect("drawn");
    let cheap = prices(1_700);
    let ctx = Context { now: later(1), prices: &cheap };
    let call = LiquidationCall {
        liquidator: KEEPER,
        borrower: ALICE,
        debt: asset("DAI"),
        collateral: wbtc,
        repay: Amount::All,
        keep_supplied: false,
    };
    let outcome = market.liquidate(&call, &ctx).expect("unsafe");
    assert_eq!(outcome.seized[0].raw, U256::from(123_456_789_u64));
    let sale = market.sales(&ctx).expect("sales")[0];
    let part = market.buy(BOB, sale.id, U256::from(1_000_u64), sale.price, &ctx).expect("a part");
    assert_eq!(part.bought, U256::from(1_000_u64));
    let sale = market.sales(&ctx).expect("sales")[0];
    let rest = market.buy(BOB, sale.id, sale.lot.raw, sale.price, &ctx).expect("the rest");
    assert!(rest.ended);
    let held = market.holdings()[0].raw;
    let gone = part.bought + rest.bought;
    assert_eq!(held, U256::from(50_000_000_000_u64) + U256::from(123_456_789_u64) - gone);
    assert!(gone + rest.returned <= U256::from(123_456_789_u64));
    assert!(U256::from(123_456_789_u64) - gone - rest.returned <= U256::from(2));
}
