//! What policies do: that they reach their targets, and what they say where they cannot.

use levmine_composer::policy::{Direction, PolicyAction};
use levmine_composer::{Incentive, PaidFor};
use levmine_market::{Holder, Outside, Reason, Timestamp, TokenAmount};
use levmine_math::U256;
use levmine_testkit::stub::{dai, tokens, usdc, wbtc, weth};
use rust_decimal::Decimal;

use crate::support::{holds, price, some};
use crate::town::*;

const SUPPLY: &str = "do = \"supply\", at = \"bank\", amount = \"all WETH\"";
const BORROW: &str = "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 50%\"";

/// Ten ether, 10,000 dollars borrowed on them, and what is done with those.
fn indebted(rest: &[&str]) -> levmine_composer::World {
    indebted_with("", rest)
}

fn indebted_with(head: &str, rest: &[&str]) -> levmine_composer::World {
    let mut world = town_with(&[some(weth(), 10)], head);
    done(&mut world, &[&[SUPPLY, BORROW], rest].concat());
    world
}

const LOOP: &str = "do = \"loop\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", leverage = 2";
const ZAP: &str = "do = \"zap\", at = \"pool\", amount = \"all USDC\"";
const STAKE: &str = "do = \"deposit\", at = \"chef\", amount = \"all pool-LP\"";

#[test]
fn deleveraging_reaches_each_measure() {
    for (action, value) in [("deleverage to ltv 40%", 400_000), ("deleverage to 2", 425_000)] {
        for rest in [vec![], vec![ZAP], vec![ZAP, STAKE]] {
            let mut world = indebted(&rest);
            act(&mut world, action).unwrap();
            assert!(ltv(&world, BANK) <= value, "{action} {rest:?}: {}", ltv(&world, BANK));
            if !rest.is_empty() {
                near(ltv(&world, BANK), value, 3_000);
            }
        }
    }
    // A loop: 20,000 dollars of equity in 40,000.
    let mut world = town(&[some(weth(), 10)]);
    done(&mut world, &[LOOP]);
    near(leverage(&world), 2_000_000, 100);
    act(&mut world, "deleverage to leverage 1.5").unwrap();
    assert!(leverage(&world) <= 1_500_000);
    near(leverage(&world), 1_495_000, 6_000);
    assert!(act(&mut world, "deleverage to leverage 1.5").unwrap().is_empty(), "nothing to do");
}

#[test]
fn releveraging_reaches_each_measure_wherever_the_rest_works() {
    // Looped collateral: 50 % becomes 60 %, which is a leverage of 2.5, and a health factor of 1.416667.
    for action in ["releverage to ltv 60%", "releverage to leverage 2.5", "releverage to 1.416667"] {
        let mut world = town(&[some(weth(), 10)]);
        done(&mut world, &[LOOP]);
        let acted = act(&mut world, action).unwrap();
        assert_eq!(acted.len(), 1);
        assert!(ltv(&world, BANK) <= 600_010, "{action}: {}", ltv(&world, BANK));
        near(ltv(&world, BANK), 600_000, 100);
        left(world, &[weth()]);
    }
    // In a pool, staked and not: the collateral stays, so 60 % of 20,000 dollars are owed.
    for rest in [vec![ZAP], vec![ZAP, STAKE]] {
        let mut world = indebted(&rest);
        let held = world.portfolio.shares[0].held;
        act(&mut world, "releverage to ltv 60%").unwrap();
        near(ltv(&world, BANK), 600_000, 100);
        let idle = world.wallet(lp());
        assert_eq!(idle.is_zero(), rest.len() == 2, "new shares are where the others are");
        assert!(world.portfolio.shares[0].held > held && world.wallet(usdc()) < tokens(usdc(), 1));
        left(world, &[weth()]);
    }
}

#[test]
fn releveraging_feeds_the_vault_or_the_shares_that_are_collateral() {
    let mut world = town(&[some(weth(), 10)]);
    done(
        &mut world,
        &[
            "do = \"cdp_farm\", at = \"mint\", collateral = \"WETH\", borrow = \"DAI\", into = \"save\", ltv = \"40%\"",
        ],
    );
    act(&mut world, "releverage to ltv 50%").unwrap();
    near(ltv(&world, MINT), 500_000, 100);
    assert!(world.wallet(dai()).is_zero());
    left(world, &[weth()]);
    let mut world = town(&[some(weth(), 5)]);
    done(
        &mut world,
        &[
            "do = \"leveraged_lp\", at = \"lp\", collateral = \"WETH\", borrow = \"USDC\", pool = \"pool\", own = \"shares\", ltv = \"40%\"",
        ],
    );
    act(&mut world, "releverage to ltv 60%").unwrap();
    near(ltv(&world, LP_BANK), 600_000, 400);
    assert!(ltv(&world, LP_BANK) <= 600_000 && world.wallet(lp()).is_zero());
    left(world, &[weth()]);
}

#[test]
fn many_turns_become_one_flash_loan_where_gas_is_dear() {
    for (gwei, flash) in [(0_u64, false), (100, true)] {
        let mut world = town(&[some(weth(), 10), some(usdc(), 1_000)]);
        done(
            &mut world,
            &["do = \"loop\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", ltv = \"40%\""],
        );
        world.gas_asset = Some(weth());
        world.gas_price = U256::from(gwei * 1_000_000_000);
        let acted = act(&mut world, "releverage to ltv 75%").unwrap();
        assert_eq!(verbs(&acted).contains(&"flash"), flash, "{gwei} gwei");
        near(ltv(&world, BANK), 750_000, 200);
        assert!(ltv(&world, BANK) <= 750_000);
    }
}

#[test]
fn deleveraging_by_leverage_counts_its_own_gas() {
    // Every turn costs gas, and gas is leverage: one turn of the right size, not forty that chase each other.
    let mut world = town(&[some(weth(), 10)]);
    done(&mut world, &[LOOP]);
    world.gas_asset = Some(weth());
    world.gas_price = U256::from(150_000_000_000_u64);
    price(&mut world, weth(), 1_700);
    let acted = act(&mut world, "deleverage to leverage 2").unwrap();
    assert_eq!(verbs(&acted).iter().filter(|verb| **verb == "withdraw").count(), 1);
    assert!(leverage(&world) <= 2_000_000);
    near(leverage(&world), 1_990_000, 10_000);
}

#[test]
fn releveraging_stops_where_the_market_does() {
    // No more than 80 % is lent.
    let mut world = indebted(&[]);
    price(&mut world, weth(), 1_250);
    let message = act(&mut world, "releverage to ltv 85%").unwrap_err();
    assert!(message.contains("a loan-to-value of 85%") && message.contains("lends no more"), "{message}");
    let mut calm = town(&[some(weth(), 10)]);
    done(&mut calm, &[SUPPLY]);
    let message = act(&mut calm, "releverage to ltv 60%").unwrap_err();
    assert!(message.contains("no debt"), "{message}");
    // At or beyond the target there is nothing to do.
    let mut world = indebted(&[ZAP]);
    assert!(act(&mut world, "releverage to ltv 50%").unwrap().is_empty());
    assert!(act(&mut world, "releverage to ltv 40%").unwrap().is_empty());
}

#[test]
fn collateral_comes_out_of_the_reserve() {
    let mut world = indebted_with("reserve = [\"2000 USDC\", \"1 WETH\"]", &[]);
    // Equity counts it: ten ether, one more, and 2,000 dollars are one more.
    assert_eq!(world.portfolio.start, 12_000_000_000_000_000_000 * 1_000_000);
    assert_eq!(
        (world.in_reserve(usdc()), world.in_reserve(weth())),
        (tokens(usdc(), 2_000), tokens(weth(), 1))
    );
    price(&mut world, weth(), 1_400);
    // 10,000 dollars owed on 14,000: a factor of 1.19. At 1.3, 13,000 ÷ 0.85 = 15,294 dollars of collateral are there: 1,294
    // more, all of it bought with dollars of the reserve, because they stand first in the order of assets or last.
    assert_eq!(factor(&world, BANK), 1_190_000);
    let before = world.portfolio.equity();
    let acted = act(&mut world, "add_collateral to 1.3").unwrap();
    near(factor(&world, BANK), 1_300_000, 20);
    assert!(factor(&world, BANK) >= 1_300_000);
    assert_eq!(verbs(&acted).first(), Some(&"from_reserve"));
    assert!(world.portfolio.equity() <= before);
    let taken = tokens(usdc(), 2_000) - world.in_reserve(usdc());
    let ether = tokens(weth(), 1) - world.in_reserve(weth());
    assert!(taken.is_zero() != ether.is_zero(), "one of them was enough: {taken} {ether}");
    // The wallet was not touched: what was borrowed is still there.
    assert_eq!(world.wallet(usdc()), tokens(usdc(), 10_000));
    assert!(act(&mut world, "add_collateral to 1.3").unwrap().is_empty(), "it is there");
    // What is left comes back when the books are closed.
    let left = world.in_reserve(usdc());
    levmine_composer::unwind(&mut world, &[weth(), usdc()]).unwrap();
    assert_eq!(world.in_reserve(usdc()), left, "nothing else touches it");
    let had = world.wallet(usdc());
    world.settle().unwrap();
    assert!(world.reserve().is_empty());
    assert_eq!(world.wallet(usdc()), had + left);
    holds(&world);
}

#[test]
fn a_reserve_of_another_asset_is_changed_and_may_not_be_enough() {
    let mut world = indebted_with("reserve = \"1000 USDC\"", &[]);
    price(&mut world, weth(), 1_400);
    act(&mut world, "add_collateral to ltv 50%").unwrap();
    assert!(world.reserve().is_empty());
    // 1,000 dollars more collateral of 20,000 that would be needed: the debt is 10,000 of 14,997.
    near(ltv(&world, BANK), 666_800, 300);
    let message = act(&mut world, "add_collateral to ltv 50%").unwrap_err();
    assert!(message.contains("the reserve is empty"), "{message}");
    let mut world = indebted(&[]);
    price(&mut world, weth(), 1_400);
    assert!(act(&mut world, "add_collateral to 1.3").unwrap_err().contains("reserve is empty"));
}

#[test]
fn the_reserve_moves_with_prices_and_is_no_wallet() {
    let mut world = indebted_with("reserve = \"2 WETH\"", &[]);
    let equity = world.portfolio.equity();
    price(&mut world, wbtc(), 50_000);
    assert_eq!(world.portfolio.equity(), equity);
    assert!(world.wallet(weth()).is_zero());
    let message = refused(&mut world, &[SUPPLY]);
    assert!(message.contains("no WETH to supply"), "{message}");
    world.audit().unwrap();
    holds(&world);
}

#[test]
fn compounding_waits_until_it_is_worth_its_gas() {
    let mut world = town(&[some(weth(), 10), some(usdc(), 10_000)]);
    done(
        &mut world,
        &["do = \"add_liquidity\", at = \"pool\", amounts = [\"1 WETH\", \"2000 USDC\"]", STAKE],
    );
    world.gas_asset = Some(weth());
    world.gas_price = U256::from(300_000_000_000_u64);
    let start = world.now.time;
    let (mut waited, mut acted) = (0, 0);
    for hour in 1..=60 {
        world.pass_time(Timestamp(start.0 + hour * 3_600)).unwrap();
        world.publish_oracle().unwrap();
        match act(&mut world, "compound above 5x cost") {
            Ok(_) => acted += 1,
            Err(message) => {
                assert!(message.contains("not above 5 times"), "{message}");
                waited += 1;
            }
        }
    }
    assert!(waited > 0 && acted > 0, "{waited} times too early, {acted} times done");
}

#[test]
fn refinancing_goes_where_it_is_cheaper() {
    // The debt costs 4 % at the bank and 1 % at the other: 3 % less.
    let mut world = indebted(&[]);
    // Nowhere cheaper is nothing to do, and no failure.
    assert!(act(&mut world, "refinance by 3.1%").unwrap().is_empty());
    assert_eq!(debt(&world, BANK, usdc()), tokens(usdc(), 10_000));
    act(&mut world, "refinance by 2.9%").unwrap();
    assert!(debt(&world, BANK, usdc()).is_zero() && supplied(&world, BANK, weth()).is_zero());
    near(ltv(&world, CHEAP), 500_450, 2);
    assert!(act(&mut world, "refinance by 1%").unwrap().is_empty());
    let mut calm = town(&[some(weth(), 10)]);
    assert!(act(&mut calm, "refinance by 1%").unwrap().is_empty());
}

#[test]
fn what_is_paid_for_a_debt_makes_it_cheaper() {
    let paid = |at, of, per_day: u64, to: Option<u64>| Incentive {
        at,
        per_day: TokenAmount::new(reward(), tokens(reward(), per_day)),
        paid_for: of,
        from: None,
        to: to.map(Timestamp),
        boost: 1_000_000,
        earned: U256::ZERO,
    };
    let (owing, supplying) = (PaidFor::Borrow(usdc()), PaidFor::Supply(weth()));
    // A dollar a day on a debt of 10,000, all that is owed there: 3.65 % a year, more than the 3 % that the other is cheaper.
    let stays = |incentive, by: &str| {
        let mut world = indebted(&[]);
        world.set_incentives(vec![incentive]);
        act(&mut world, &format!("refinance by {by}")).unwrap().is_empty()
    };
    assert!(stays(paid(BANK, owing, 1, None), "0.1%"));
    assert!(!stays(paid(BANK, owing, 1, Some(1)), "0.1%"), "what has ended is not paid");
    // Ten of twenty thousand ether: of 1,000 dollars a day a half, 1.8 % of the debt a year.
    assert!(stays(paid(CHEAP, supplying, 0, None), "4%"));
    assert!(!stays(paid(CHEAP, supplying, 1_000, None), "4%"));
    // What is paid for a debt that nobody has yet goes to the first: 3 % and 3.65 %.
    assert!(!stays(paid(CHEAP, owing, 1, None), "6.5%"));
    assert!(stays(paid(CHEAP, owing, 1, None), "6.7%"));
}

#[test]
fn no_flash_loan_no_refinancing() {
    // All the dollars of both markets are out.
    let mut world = indebted(&[]);
    drain(&mut world);
    let message = act(&mut world, "refinance by 1%").unwrap_err();
    assert!(message.contains("lends 10000 USDC for the length of a transaction"), "{message}");
    assert_eq!(debt(&world, BANK, usdc()), tokens(usdc(), 10_000));
}

/// Lets the farmer borrow all the dollars there are, on ether that comes and goes from outside, as another account would.
fn drain(world: &mut levmine_composer::World) {
    let own = world.farmer;
    for (at, dollars) in [("bank", 49_990_000_u64), ("cheap", 50_000_000), ("lp", 0)] {
        if dollars == 0 {
            continue;
        }
        world.farmer = levmine_market::Account::new(7);
        let (outside, wallet) = (Holder::Outside(Outside::World), Holder::Wallet(world.farmer));
        world.journal.post(outside, wallet, some(weth(), 40_000), Reason::Capital).unwrap();
        world
            .transact(&plan(&[
                &format!("do = \"supply\", at = \"{at}\", amount = \"40000 WETH\""),
                &format!("do = \"borrow\", at = \"{at}\", amount = \"{dollars} USDC\""),
            ]))
            .unwrap();
        world.farmer = own;
    }
    // The market that takes pool shares lends ten million; nobody can borrow those, so they are taken by shares.
    world.farmer = levmine_market::Account::new(7);
    let (outside, wallet) = (Holder::Outside(Outside::World), Holder::Wallet(world.farmer));
    world.journal.post(outside, wallet, some(weth(), 10_000), Reason::Capital).unwrap();
    world
        .transact(&plan(&[
            "do = \"zap\", at = \"pool\", amounts = [\"10000 WETH\", \"20000000 USDC\"]",
            "do = \"supply\", at = \"lp\", amount = \"all pool-LP\"",
            "do = \"borrow\", at = \"lp\", amount = \"10000000 USDC\"",
        ]))
        .unwrap();
    world.farmer = own;
    world.transact(&plan(&[])).unwrap();
    let equity = world.portfolio.equity();
    world.portfolio.start = equity;
    world.portfolio.attribution = levmine_market::Attribution::default();
}

#[test]
fn a_target_falls_as_volatility_rises() {
    let head = "policy = [{ every = \"1h\", do = \"rebalance to ltv 60% at 80% volatility over 7d\" }]";
    let run = |calm: bool| {
        let mut world = indebted_with(head, &[ZAP]);
        let start = world.now.time;
        for hour in 0..200_u64 {
            world.pass_time(Timestamp(start.0 + hour * 3_600)).unwrap();
            // Up and down by two percent each hour: ln(1.02) · √8760 = 185 % a year.
            let dollars = if calm || hour % 2 == 0 { 2_000 } else { 2_040 };
            price(&mut world, weth(), dollars);
            world.sample_volatility().unwrap();
        }
        price(&mut world, weth(), 2_000);
        let PolicyAction::Rebalance(rule) = policy("rebalance to ltv 60% at 80% volatility over 7d").action
        else {
            panic!("no rebalancing")
        };
        let target = rule.target(&world);
        act(&mut world, "rebalance to ltv 60% at 80% volatility over 7d").unwrap();
        (target, ltv(&world, BANK))
    };
    // In calm times 50 % are too little, and become 60 %.
    let (target, ltv) = run(true);
    assert_eq!(target, Decimal::new(60, 2));
    near(ltv, 600_000, 150);
    // 60 % · 80 ÷ 185.3 = 25.9 %: half the debt is paid back.
    let (target, ltv) = run(false);
    let expected = Decimal::new(259, 3);
    assert!((target - expected).abs() < Decimal::new(1, 3), "{target}");
    assert!(ltv <= 259_900 && ltv > 255_000, "{ltv}");
}

#[test]
fn within_the_band_nothing_is_done() {
    let mut world = indebted(&[ZAP]);
    assert!(act(&mut world, "rebalance to ltv 51%").unwrap().is_empty());
    assert!(act(&mut world, "rebalance to ltv 49%").unwrap().is_empty());
    assert_eq!(act(&mut world, "rebalance to ltv 51% band 0.5%").unwrap().len(), 1);
    near(ltv(&world, BANK), 510_000, 100);
}

#[test]
fn volatility_is_that_of_the_window() {
    let mut seen = volatility(86_400);
    let pair = (weth(), usdc());
    assert_eq!(seen.realised(), None);
    // Doubling in an hour and halving again: ln 2 = 0.693147 each hour; × √8760 = 64.875.
    for hour in 0..30_u64 {
        let value = if hour % 2 == 0 { Decimal::ONE } else { Decimal::TWO };
        seen.see(Timestamp(hour * 3_600), pair, value);
        assert_eq!(seen.realised().is_some(), hour >= 6, "{hour}");
    }
    let realised = seen.realised().unwrap();
    assert!((realised - Decimal::new(64_875, 3)).abs() < Decimal::new(1, 2), "{realised}");
    // A calm day later nothing of it is left.
    for hour in 30..60_u64 {
        seen.see(Timestamp(hour * 3_600), pair, Decimal::TWO);
    }
    assert_eq!(seen.realised().map(|it| it.normalize()), Some(Decimal::ZERO));
    seen.see(Timestamp(61 * 3_600), (wbtc(), usdc()), Decimal::ONE);
    assert_eq!(seen.realised(), None, "another pair begins anew");
}

#[test]
fn samples_that_come_too_seldom_are_never_taken_for_calm() {
    // A window of an hour and samples two hours apart: the newest two returns count, ln 2 in two hours each.
    let mut seen = volatility(3_600);
    let pair = (weth(), usdc());
    for (step, known) in [(0_u64, false), (1, false), (2, true), (3, true)] {
        let value = if step % 2 == 0 { Decimal::ONE } else { Decimal::TWO };
        seen.see(Timestamp(step * 7_200), pair, value);
        assert_eq!(seen.realised().is_some(), known, "{step}");
    }
    // 0.693147 · √4380.
    let realised = seen.realised().unwrap();
    assert!((realised - Decimal::new(45_874, 3)).abs() < Decimal::new(1, 2), "{realised}");
    // Returns of before are forgotten all the same.
    for step in 4..8_u64 {
        seen.see(Timestamp(step * 7_200), pair, Decimal::TWO);
    }
    assert_eq!(seen.realised().map(|it| it.normalize()), Some(Decimal::ZERO));
}

#[test]
fn each_action_says_which_way_it_goes() {
    for (action, direction) in [
        ("deleverage to 1.6", Direction::Less),
        ("add_collateral to 1.6", Direction::Less),
        ("close", Direction::Less),
        ("releverage to leverage 3", Direction::More),
        ("rebalance to ltv 60%", Direction::Either),
        ("compound above 2.5x cost", Direction::None),
        ("claim", Direction::None),
        ("recenter 20%", Direction::None),
        ("refinance by 1%", Direction::None),
        ("alert 'the price has left the range'", Direction::None),
    ] {
        let policy = policy(action);
        assert_eq!(policy.action.direction(), direction, "{action}");
        // What is told can be read again.
        let told = policy.action.to_string().replace('"', "'");
        assert_eq!(crate::town::policy(&told).action, policy.action, "{told}");
    }
}

#[test]
fn an_alert_does_nothing_and_is_told() {
    let mut world = indebted(&[]);
    let entries = world.journal.entries().len();
    let done = act(&mut world, "alert 'look'").unwrap();
    assert_eq!((done.len(), done[0].steps.len()), (1, 0));
    assert_eq!(entries, world.journal.entries().len());
}
