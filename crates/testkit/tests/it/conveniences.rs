//! The conveniences over any market, on the stubs, with numbers worked out by hand.

use levmine_lending::{
    Amount, Context, HealthFactor, LendingMarket, LendingMarketExt, LiquidationCall, best_liquidation,
};
use levmine_market::{Account, Asset, Price, PriceBook};
use levmine_math::{U256, Wad, parse_units};
use levmine_testkit::generate::{Size, lending::steps};
use levmine_testkit::lending::{LendingSetup, Sandbox};
use levmine_testkit::settings;
use levmine_testkit::stub::{self, dai, dollars, tokens, usdc, wbtc, weth};

use proptest::prelude::prop_assert;
use proptest::test_runner::TestCaseError;

const ALICE: Account = Account::new(1);
const BOB: Account = Account::new(2);

fn units(text: &str, asset: Asset) -> U256 {
    parse_units(text, asset.decimals()).expect("an amount")
}

fn wad(text: &str) -> Wad {
    Wad::from_raw(parse_units(text, 18).expect("a number"))
}

fn at(prices: &PriceBook) -> Context<'_> {
    Context { now: stub::START, prices }
}

/// Ten WETH (20,000 dollars: 16,000 to borrow, 17,000 to be liquidated) and 8,000 USDC owed.
fn pooled() -> (Box<dyn LendingMarket>, PriceBook) {
    let (mut market, prices) = (stub::pooled(), stub::prices());
    let ctx = at(&prices);
    market.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 10)), &ctx).expect("supplied");
    market.borrow(ALICE.into(), usdc(), Amount::Exact(tokens(usdc(), 8_000)), &ctx).expect("borrowed");
    (market, prices)
}

#[test]
fn ratios() {
    let (market, prices) = pooled();
    let ctx = at(&prices);
    assert_eq!(market.ltv(ALICE, &ctx).expect("known"), Some(wad("0.4"))); // 8 ÷ 20
    assert_eq!(market.leverage(ALICE, &ctx).expect("known"), Some(wad("1.666666666666666666"))); // 20 ÷ 12
    // Nobody's position: no debt over nothing, and no equity to divide by.
    assert_eq!(market.ltv(BOB, &ctx).expect("known"), Some(Wad::ZERO));
    assert_eq!(market.leverage(BOB, &ctx).expect("known"), None);
    // At 800 dollars the collateral is worth the debt, at a hundred much less.
    for price in [800, 100] {
        let mut fallen = prices.clone();
        fallen.set(weth(), dollars(price));
        assert_eq!(market.leverage(ALICE, &at(&fallen)).expect("known"), None);
    }
    // The trait object and the type behind it answer the same.
    let plain: &dyn LendingMarket = &*market;
    assert_eq!(plain.ltv(ALICE, &ctx).expect("known"), Some(wad("0.4")));
}

#[test]
fn headroom_is_the_last_unit_that_is_lent() {
    let (market, prices) = pooled();
    let ctx = at(&prices);
    let headroom = |asset| market.borrow_headroom(ALICE, asset, &ctx).expect("known");
    assert_eq!(headroom(usdc()), units("8000", usdc()));
    assert_eq!(headroom(wbtc()), units("0.2", wbtc())); // 8,000 ÷ 40,000
    assert_eq!(headroom(weth()), units("4", weth()));
    assert_eq!(market.borrow_headroom(BOB, usdc(), &ctx).expect("known"), U256::ZERO);
    for asset in [usdc(), wbtc(), weth()] {
        let most = headroom(asset);
        let borrow = |amount| market.fork().borrow(ALICE.into(), asset, Amount::Exact(amount), &ctx);
        assert!(borrow(most).is_ok());
        assert!(borrow(most + U256::ONE).is_err());
    }
    assert!(market.borrow_headroom(ALICE, dai(), &ctx).is_err());
    assert!(market.borrow_headroom(ALICE, usdc(), &at(&PriceBook::new())).is_err());
}

#[test]
fn headroom_ends_where_the_market_has_no_more() {
    let prices = stub::prices();
    let ctx = at(&prices);
    let terms =
        [stub::PooledTerms::new(weth()).collateral(8_000, 8_500, 500), stub::PooledTerms::new(usdc())];
    let mut market = stub::Pooled::new(terms, stub::START).with_liquidity(usdc(), tokens(usdc(), 1_000));
    market.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 10)), &ctx).expect("supplied");
    assert_eq!(market.borrow_headroom(ALICE, usdc(), &ctx).expect("known"), tokens(usdc(), 1_000));
}

#[test]
fn headroom_knows_the_smallest_size() {
    let prices = stub::prices();
    let ctx = at(&prices);
    // 66.66 % of 2,000 dollars are 1,333.2; of 1,000 they are less than the thousand that must be owed.
    for (collateral, headroom) in [("10", "13332"), ("1", "1333.2"), ("0.5", "0")] {
        let mut market = stub::vault();
        market
            .supply(ALICE.into(), weth(), Amount::Exact(units(collateral, weth())), &ctx)
            .expect("supplied");
        assert_eq!(market.borrow_headroom(ALICE, dai(), &ctx).expect("known"), units(headroom, dai()));
    }
}

#[test]
fn headroom_counts_an_own_supply_of_the_base_asset() {
    let prices = stub::prices();
    let ctx = at(&prices);
    let mut market = stub::absorber();
    market.supply(ALICE.into(), usdc(), Amount::Exact(tokens(usdc(), 500)), &ctx).expect("supplied");
    market.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 1)), &ctx).expect("supplied");
    // 500 of its own, and 80 % of 2,000; no closed form over the health knows the first part.
    assert_eq!(market.borrow_headroom(ALICE, usdc(), &ctx).expect("known"), tokens(usdc(), 2_100));
}

#[test]
fn withdrawals_leave_enough() {
    let (market, prices) = pooled();
    let ctx = at(&prices);
    // 8,000 ÷ 80 % must stay: five WETH.
    assert_eq!(market.max_withdraw(ALICE, weth(), &ctx).expect("known"), units("5", weth()));
    assert_eq!(market.max_withdraw(ALICE, usdc(), &ctx).expect("known"), U256::ZERO);
    let mut free = market.fork();
    free.repay(ALICE.into(), usdc(), Amount::All, &ctx).expect("repaid");
    assert_eq!(free.max_withdraw(ALICE, weth(), &ctx).expect("known"), units("10", weth()));
    // What others have borrowed cannot be taken out.
    let terms =
        [stub::PooledTerms::new(weth()).collateral(8_000, 8_500, 500), stub::PooledTerms::new(usdc())];
    let mut market = stub::Pooled::new(terms, stub::START);
    market.supply(BOB.into(), usdc(), Amount::Exact(tokens(usdc(), 1_000)), &ctx).expect("supplied");
    market.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 10)), &ctx).expect("supplied");
    market.borrow(ALICE.into(), usdc(), Amount::Exact(tokens(usdc(), 400)), &ctx).expect("borrowed");
    assert_eq!(market.max_withdraw(BOB, usdc(), &ctx).expect("known"), tokens(usdc(), 600));
}

#[test]
fn amounts_to_targets() {
    let (market, prices) = pooled();
    let ctx = at(&prices);
    // 60 % of 20,000 less 8,000.
    assert_eq!(market.amount_to_ltv(ALICE, usdc(), wad("0.6"), &ctx).expect("known"), units("4000", usdc()));
    assert_eq!(market.amount_to_ltv(ALICE, weth(), wad("0.6"), &ctx).expect("known"), units("2", weth()));
    assert_eq!(market.amount_to_ltv(ALICE, usdc(), wad("0.3"), &ctx).expect("known"), U256::ZERO);
    // 17,000 ÷ 2.5 = 6,800 may be owed; the factor now is 2.125.
    let repay = |target| market.repay_to_health(ALICE, usdc(), wad(target), &ctx).expect("known");
    assert_eq!(repay("2.5"), Some(units("1200", usdc())));
    assert_eq!(repay("2.125"), Some(U256::ZERO));
    // 17,000 ÷ 3 = 5,666.666…: one base unit less would leave the factor below three.
    assert_eq!(repay("3"), Some(units("2333.333334", usdc())));
    assert_eq!(repay("1000000000000"), Some(units("8000", usdc())));
    assert_eq!(market.repay_to_health(ALICE, wbtc(), wad("2.5"), &ctx).expect("known"), None);
    let mut repaid = market.fork();
    repaid.repay(ALICE.into(), usdc(), Amount::Exact(units("2333.333334", usdc())), &ctx).expect("repaid");
    assert!(repaid.health(ALICE, &ctx).expect("known").factor >= HealthFactor::Of(wad("3")));
}

/// The exact border, from the answer's side and to a billionth of it.
fn near(found: Option<Price>, exact: &str, falling: bool) {
    let (found, exact) = (found.expect("a price").0, wad(exact));
    let distance = exact.raw() / U256::from(1_000_000_000);
    assert!(if falling { found <= exact } else { found >= exact }, "{found} should be beyond {exact}");
    assert!(found.raw().abs_diff(exact.raw()) <= distance, "{found} should be near {exact}");
}

#[test]
fn liquidation_prices() {
    let (market, prices) = pooled();
    let ctx = at(&prices);
    let price = |asset| market.liquidation_price(ALICE, asset, &ctx).expect("known");
    near(price(weth()), "941.176470588235294117", true); // 8,000 ÷ (10 · 85 %)
    near(price(usdc()), "2.125", false); // 17,000 ÷ 8,000
    assert_eq!(price(wbtc()), None);
    assert_eq!(market.liquidation_price(BOB, weth(), &ctx).expect("known"), None);
    let mut fallen = prices.clone();
    fallen.set(weth(), dollars(900));
    let now = market.liquidation_price(ALICE, weth(), &at(&fallen)).expect("known");
    assert_eq!(now, Some(dollars(900)), "it can be liquidated already");
    assert!(market.liquidation_price(ALICE, dai(), &at(&PriceBook::new())).is_err());

    // With 12,000 USDC supplied beside it (80 %: 9,600), no price of WETH does it.
    let mut richer = market.fork();
    richer.supply(ALICE.into(), usdc(), Amount::Exact(tokens(usdc(), 12_000)), &ctx).expect("supplied");
    assert_eq!(richer.liquidation_price(ALICE, weth(), &ctx).expect("known"), None);

    let mut vault = stub::vault();
    vault.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 10)), &ctx).expect("supplied");
    vault.borrow(ALICE.into(), dai(), Amount::Exact(tokens(dai(), 6_666)), &ctx).expect("borrowed");
    near(vault.liquidation_price(ALICE, weth(), &ctx).expect("known"), "1000", true);
    // One DAI counts as one dollar there, whatever the market pays for it.
    assert_eq!(vault.liquidation_price(ALICE, dai(), &ctx).expect("known"), None);
}

fn gain(market: &dyn LendingMarket, call: &LiquidationCall, ctx: &Context<'_>) -> (U256, U256) {
    let outcome = market.fork().liquidate(call, ctx).expect("liquidated");
    let sum = |amounts: &[levmine_market::TokenAmount]| {
        amounts.iter().fold(U256::ZERO, |sum, amount| sum + ctx.prices.value(*amount).expect("a price").raw())
    };
    (sum(&outcome.seized), sum(&outcome.repaid))
}

#[test]
fn the_best_liquidation_gains_the_most() {
    let mut prices = stub::prices();
    let mut market = stub::pooled();
    {
        let ctx = at(&prices);
        // A little of the collateral with the high bonus, much of the other.
        market.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 10)), &ctx).expect("supplied");
        market.supply(ALICE.into(), wbtc(), Amount::Exact(units("0.05", wbtc())), &ctx).expect("supplied");
        market.borrow(ALICE.into(), usdc(), Amount::Exact(tokens(usdc(), 16_000)), &ctx).expect("borrowed");
        assert_eq!(best_liquidation(&*market, BOB, ALICE, &ctx).expect("known"), None, "healthy");
    }
    prices.set(weth(), dollars(1_600));
    let ctx = at(&prices);
    // Half of the debt, 8,000, for 8,400 of WETH; WBTC would bring 2,000 for 1,819.
    let call = best_liquidation(&*market, BOB, ALICE, &ctx).expect("known").expect("a call");
    assert_eq!((call.debt, call.collateral), (usdc(), weth()));
    assert_eq!(gain(&*market, &call, &ctx), (wad("8400").raw(), wad("8000").raw()));

    // With as much of both, the higher bonus wins.
    market.supply(ALICE.into(), wbtc(), Amount::Exact(units("1", wbtc())), &ctx).expect("supplied");
    let mut lower = prices.clone();
    lower.set(weth(), dollars(1));
    lower.set(wbtc(), dollars(20_000));
    let ctx = at(&lower);
    let call = best_liquidation(&*market, BOB, ALICE, &ctx).expect("known").expect("a call");
    assert_eq!(call.collateral, wbtc());
    // Nobody is paid for liquidating what is worth nothing: the market answers, but at a loss.
    lower.set(wbtc(), Price(Wad::ZERO));
    lower.set(weth(), Price(Wad::ZERO));
    let nothing = best_liquidation(&*market, BOB, ALICE, &at(&lower));
    assert!(!matches!(nothing, Ok(Some(_))), "{nothing:?}");
}

#[test]
fn the_best_liquidation_keeps_the_supply_where_it_cannot_be_paid_out() {
    let mut prices = stub::prices();
    let terms = |asset| stub::PooledTerms::new(asset).collateral(8_000, 8_500, 500);
    let mut market = stub::Pooled::new([terms(weth()), terms(usdc())], stub::START)
        .with_liquidity(usdc(), tokens(usdc(), 50_000));
    {
        let ctx = at(&prices);
        market.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 10)), &ctx).expect("supplied");
        market.borrow(ALICE.into(), usdc(), Amount::Exact(tokens(usdc(), 15_000)), &ctx).expect("borrowed");
        // Somebody else borrows nine of the ten WETH.
        let carol = Account::new(3);
        market.supply(carol.into(), usdc(), Amount::Exact(tokens(usdc(), 100_000)), &ctx).expect("supplied");
        market.borrow(carol.into(), weth(), Amount::Exact(tokens(weth(), 9)), &ctx).expect("borrowed");
    }
    prices.set(weth(), dollars(1_600));
    let ctx = at(&prices);
    // 7,500 repaid bring 7,875 dollars or 4.92 WETH, of which one is there.
    let call = best_liquidation(&market, BOB, ALICE, &ctx).expect("known").expect("a call");
    assert!(call.keep_supplied);
    assert_eq!(gain(&market, &call, &ctx), (wad("7875").raw(), wad("7500").raw()));
}

#[test]
fn where_the_market_seizes_any_call_will_do() {
    for (mut market, debt) in [(stub::vault(), dai()), (stub::absorber(), usdc())] {
        let mut prices = stub::prices();
        {
            let ctx = at(&prices);
            market.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 10)), &ctx).expect("supplied");
            market.borrow(ALICE.into(), debt, Amount::Exact(tokens(debt, 12_000)), &ctx).expect("borrowed");
            assert_eq!(best_liquidation(&*market, BOB, ALICE, &ctx).expect("known"), None);
        }
        prices.set(weth(), dollars(1_200));
        let ctx = at(&prices);
        let call = best_liquidation(&*market, BOB, ALICE, &ctx).expect("known").expect("a call");
        market.liquidate(&call, &ctx).expect("liquidated");
        assert_eq!(market.sales(&ctx).expect("known").len(), 1);
    }
}

#[test]
fn a_vault_is_auctioned_to_the_end() {
    // 10 WETH for 12,000 DAI; at 1,200 dollars 7,999.2 may be owed.
    let mut prices = stub::prices();
    let mut market = stub::vault();
    market.supply(ALICE.into(), weth(), Amount::Exact(tokens(weth(), 10)), &at(&prices)).expect("supplied");
    market.borrow(ALICE.into(), dai(), Amount::Exact(tokens(dai(), 12_000)), &at(&prices)).expect("borrowed");
    prices.set(weth(), dollars(1_200));
    let ctx = at(&prices);
    let call = best_liquidation(&*market, BOB, ALICE, &ctx).expect("known").expect("a call");
    let sale = market.liquidate(&call, &ctx).expect("liquidated").sale.expect("an auction");
    let running = market.sales(&ctx).expect("known")[0];
    assert_eq!(running.tab.map(|tab| tab.raw), Some(tokens(dai(), 13_560))); // 12,000 · 1.13
    assert_eq!(running.price, wad("1440")); // 1,200 · 1.2
    // 9.41666… WETH pay the tab, the rest goes back.
    let sold = market.buy(BOB, sale, U256::MAX, running.price, &ctx).expect("bought");
    assert_eq!((sold.paid, sold.bought), (tokens(dai(), 13_560), units("9.416666666666666666", weth())));
    assert_eq!(sold.returned, units("0.583333333333333334", weth()));
    assert!(sold.ended && sold.bad_debt.is_zero());
    assert_eq!(market.supplied(ALICE, weth(), stub::START).expect("known"), sold.returned);
    assert_eq!(market.debt(ALICE, dai(), stub::START).expect("known"), U256::ZERO);
}

/// After any life, no loan or withdrawal that is accepted is larger than what is said to be the most, and no price,
/// however strange, makes a question panic.
#[test]
fn the_most_is_never_passed() {
    for (name, market) in
        [("pooled", stub::pooled()), ("vault", stub::vault()), ("absorber", stub::absorber())]
    {
        let setup = LendingSetup::new(market, stub::prices(), stub::START);
        let strategy = (steps(16), Size::any());
        let lived = settings::runner(name).run(&strategy, |(life, size)| {
            let mut sandbox = Sandbox::new(&setup).expect("a sandbox");
            for step in &life {
                sandbox.step(step).map_err(TestCaseError::fail)?;
            }
            let (market, ctx) = (&sandbox.market, sandbox.ctx());
            for owner in Sandbox::actors() {
                for asset in market.assets() {
                    let (Ok(lent), Ok(free)) =
                        (market.borrow_headroom(owner, asset, &ctx), market.max_withdraw(owner, asset, &ctx))
                    else {
                        continue;
                    };
                    for tried in [size.of(lent), size.of(free), lent + U256::ONE, free + U256::ONE] {
                        let amount = Amount::Exact(tried);
                        let lends = market.fork().borrow(owner.into(), asset, amount, &ctx).is_ok();
                        prop_assert!(
                            !lends || tried <= lent,
                            "{tried} of {asset} are lent, {lent} are the most"
                        );
                        let gives = market.fork().withdraw(owner.into(), asset, amount, &ctx).is_ok();
                        prop_assert!(
                            !gives || tried <= free,
                            "{tried} of {asset} come out, {free} are the most"
                        );
                    }
                    for strange in [U256::ZERO, U256::ONE, U256::MAX >> 1, U256::MAX] {
                        let mut prices = sandbox.prices.clone();
                        prices.set(asset, Price(Wad::from_raw(strange)));
                        ask_everything(
                            &**market,
                            owner,
                            asset,
                            &Context { now: sandbox.now, prices: &prices },
                        );
                    }
                }
            }
            Ok(())
        });
        assert!(lived.is_ok(), "{name}: {lived:?}");
    }
}

fn ask_everything(market: &dyn LendingMarket, owner: Account, asset: Asset, ctx: &Context<'_>) {
    let _ = market.ltv(owner, ctx);
    let _ = market.leverage(owner, ctx);
    let _ = market.borrow_headroom(owner, asset, ctx);
    let _ = market.max_withdraw(owner, asset, ctx);
    for target in [Wad::ZERO, Wad::ONE, Wad::MAX] {
        let _ = market.amount_to_ltv(owner, asset, target, ctx);
        let _ = market.repay_to_health(owner, asset, target, ctx);
    }
    let _ = market.liquidation_price(owner, asset, ctx);
    let _ = best_liquidation(market, BOB, owner, ctx);
}
