//! Taking positions apart.

use levmine_composer::{World, unwind};
use levmine_lending::{Amount, Flow, FlowKind, HealthFactor};
use levmine_market::{Cause, Timestamp, TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use levmine_testkit::stub::{self, Pooled, PooledTerms, tokens, usdc, wbtc, weth};

use crate::support::{done, holds, price, read, refused, rich, some, wallet, with_bank, world};

const LEVER: &str = "do = \"loop\", at = \"bank\", swap_at = \"pool\", collateral = \"WETH\", borrow = \"USDC\", leverage = 4.5";

#[test]
fn everything_comes_back_as_the_first_asset() {
    let mut world = world(&[some(usdc(), 10_000)]);
    done(
        &mut world,
        &[
            "do = \"swap\", at = \"pool\", from = \"60%\", to = \"WETH\"",
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 55%\"",
            "do = \"zap\", at = \"pool\", amount = \"all USDC\"",
        ],
    );
    unwind(&mut world, &[usdc()]).unwrap();
    assert!(world.is_closed());
    assert_eq!(wallet(&world).len(), 1);
    let settled = world.settle().unwrap();
    assert!(settled.equity > 9_900_000_000 && settled.equity < 10_000_000_000, "{settled:?}");
    holds(&world);
}

#[test]
fn a_position_beyond_its_limit_is_left_by_flash_loan() {
    let mut world = world(&[some(weth(), 5)]);
    done(&mut world, &[LEVER]);
    // Debt over collateral is 3.5 ÷ 4.5 = 78 %; at 1,750 dollars it is 89 %, above the threshold of 85 %.
    price(&mut world, weth(), 1_750);
    assert!(world.lowest_health_factor() < levmine_lending::HealthFactor::Of(levmine_math::Wad::ONE));
    let done = unwind(&mut world, &[weth()]).unwrap();
    assert!(done.iter().flat_map(|transaction| &transaction.steps).any(|step| step.verb == "flash"));
    assert!(world.is_closed());
    holds(&world);
}

#[test]
fn a_debt_above_its_collateral_stays_with_the_lender() {
    let mut world = world(&[some(weth(), 5)]);
    done(&mut world, &[LEVER]);
    price(&mut world, weth(), 900);
    unwind(&mut world, &[weth()]).unwrap();
    let settled = world.settle().unwrap();
    assert_eq!((settled.equity, settled.bad_debt.len()), (0, 1));
    assert!(world.portfolio.attribution.part(Cause::BadDebt) > 0);
}

#[test]
fn a_kept_asset_on_the_way_is_not_sold() {
    // WBTC becomes USDC by way of WETH, which is to be kept.
    let mut world = world(&[some(usdc(), 1_000), some(weth(), 3), some(wbtc(), 1)]);
    unwind(&mut world, &[usdc(), weth()]).unwrap();
    assert_eq!(world.wallet(weth()), tokens(weth(), 3));
    assert!(world.wallet(wbtc()).is_zero() && world.wallet(usdc()) > tokens(usdc(), 35_000));
    holds(&world);
}

#[test]
fn gas_of_before_keeps_nobody_from_leaving() {
    // Five ether, four of them borrowed against and held as dollars; 1.26 ether of gas could not be paid until now.
    let mut world = world(&[some(weth(), 5)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 79%\"",
        ],
    );
    world.gas_asset = Some(weth());
    world.gas_price = levmine_math::U256::from(100_000_000_000_u64);
    for _ in 0..60 {
        done(&mut world, &["do = \"borrow\", at = \"bank\", amount = \"1 USDC\""]);
    }
    assert!(world.gas_due > tokens(weth(), 1));
    unwind(&mut world, &[weth()]).unwrap();
    assert!(world.is_closed());
    holds(&world);
}

#[test]
fn unwinding_nothing_does_nothing() {
    let mut world = rich();
    assert!(unwind(&mut world, &[usdc(), weth()]).unwrap().is_empty());
    assert_eq!(wallet(&world), [some(usdc(), 10_000), some(weth(), 5)]);
}

/// Time passes, in which debts grow.
fn later(world: &mut World, days: u64) {
    let now = world.now.time;
    world.pass_time(Timestamp(now.0 + days * 86_400)).unwrap();
    world.publish_oracle().unwrap();
}

#[test]
fn a_trifle_of_debt_that_nobody_sells_holds_back_what_secures_it_and_no_more() {
    let mut world = world(&[some(weth(), 10)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"0.1 WBTC\"",
        ],
    );
    later(&mut world, 90);
    // The interest on a tenth of a bitcoin is owed beyond what the wallet holds, and the one pool that sells any stands still.
    world.pause(world.find("other").unwrap(), true);
    let owed = world.lending(VenueId(0)).unwrap().debt(world.farmer, wbtc(), world.now).unwrap();
    let trifle = owed - world.wallet(wbtc());
    assert!(!trifle.is_zero());
    unwind(&mut world, &[weth()]).unwrap();
    holds(&world);
    let settled = world.settle().unwrap();
    assert_eq!(settled.owed, [(VenueId(0), TokenAmount::new(wbtc(), trifle))]);
    // Covered by what is left there, so the lender loses nothing.
    assert!(settled.bad_debt.is_empty(), "{settled:?}");
    // The bank lets go down to a loan-to-value of 80 %, and a bitcoin is 20 ether.
    let [(at, left)] = settled.stranded.as_slice() else { panic!("{settled:?}") };
    let secures = U256::from(20) * trifle * U256::from(10_u64.pow(10)) * U256::from(100) / U256::from(80);
    assert!(
        *at == VenueId(0) && left.raw >= secures && left.raw <= secures * U256::from(101) / U256::from(100)
    );
    let [(at, why)] = settled.reasons.as_slice() else { panic!("{settled:?}") };
    assert!(
        *at == VenueId(0) && why.contains("the way from WETH to WBTC leads through `other`, which is paused"),
        "{why}"
    );
}

#[test]
fn of_a_drained_pool_as_much_is_bought_as_frees_more_than_it_costs() {
    let mut world = world(&[some(weth(), 10)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"10000 USDC\"",
            "do = \"swap\", at = \"pool\", from = \"2000 USDC\", to = \"WETH\"",
        ],
    );
    // About an ether and two thousand dollars are left: two thousand dollars cannot be bought there at all, and a thousand
    // cost twice what they are worth.
    let pool = world.find("pool").unwrap();
    world.drain(pool, Wad::from_raw(U256::from(999_900_000_000_000_000_u64))).unwrap();
    let before = world.portfolio.equity();
    unwind(&mut world, &[weth()]).unwrap();
    holds(&world);
    let settled = world.settle().unwrap();
    let [(_, owed)] = settled.owed.as_slice() else { panic!("{settled:?}") };
    let dollars = u64::try_from(owed.raw / tokens(usdc(), 1)).unwrap();
    assert!((1_400..1_900).contains(&dollars), "{dollars}");
    // What stays behind is what secures that.
    let kept = settled.equity * 1_000_000;
    assert!(kept * 10 > before * 9, "{kept} of {before}");
    // The debt that is told is the one that is owed, whatever was left of it in an attempt that came to nothing.
    let said = format!("the debt of {owed} at `bank` cannot be paid: the pools do not give so much USDC");
    assert!(settled.reasons[0].1.contains(&said), "{settled:?}");
}

#[test]
fn what_others_have_borrowed_does_not_hold_back_the_rest() {
    let mut world = world(&[some(usdc(), 10_000)]);
    done(&mut world, &["do = \"supply\", at = \"bank\", amount = \"all USDC\""]);
    // Others borrow until half of the farmer's own is there.
    let bank = VenueId(0);
    let there = world.lending(bank).unwrap().rates(usdc(), world.now).unwrap().available;
    let amount = Amount::Exact(there - tokens(usdc(), 5_000));
    world.flow(bank, Flow { kind: FlowKind::Borrow, asset: usdc(), amount }).unwrap();
    unwind(&mut world, &[usdc()]).unwrap();
    holds(&world);
    let settled = world.settle().unwrap();
    assert!((4_990_000_000..=5_010_000_000).contains(&settled.equity), "{settled:?}");
}

#[test]
fn what_a_close_has_to_leave_is_left_with_a_margin() {
    // A bank that lets go to a hair above its liquidation threshold.
    let bank = Pooled::new(
        [PooledTerms::new(weth()).collateral(8_490, 8_500, 500), PooledTerms::new(wbtc())],
        stub::START,
    );
    let bank = bank.with_liquidity(wbtc(), tokens(wbtc(), 100));
    let mut world = with_bank(Box::new(bank), &[some(weth(), 10)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"0.1 WBTC\"",
            "do = \"swap\", at = \"other\", from = \"0.001 WBTC\", to = \"WETH\"",
        ],
    );
    world.pause(world.find("other").unwrap(), true);
    let policy = read("policy = [{ every = \"1h\", do = \"close\" }]").unwrap().policies.remove(0);
    assert!(!policy.act(&mut world, &[weth()]).unwrap().is_empty());
    let HealthFactor::Of(factor) = world.lowest_health_factor() else { panic!("something is owed") };
    let hundredths = u64::try_from(factor.raw() / U256::from(10_u64.pow(16))).unwrap();
    assert_eq!(hundredths, 105);
    // Nothing more comes free in the next step, and the reason is told.
    let error = policy.act(&mut world, &[weth()]).unwrap_err().to_string();
    assert!(
        error.contains("cannot be paid: the way from WETH to WBTC leads through `other`, which is paused"),
        "{error}"
    );
    // At the end all of it does.
    unwind(&mut world, &[weth()]).unwrap();
    assert!(world.lowest_health_factor() < HealthFactor::Of(factor));
    holds(&world);
}

#[test]
fn a_market_that_is_paused_is_why_its_debts_stay() {
    let mut world = world(&[some(weth(), 10)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"10000 USDC\"",
            "do = \"swap\", at = \"pool\", from = \"all USDC\", to = \"WETH\"",
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
        ],
    );
    let bank = world.find("bank").unwrap();
    world.pause(bank, true);
    // Nothing comes free either.
    price(&mut world, weth(), 700);
    unwind(&mut world, &[weth()]).unwrap();
    holds(&world);
    assert_eq!(world.settle().unwrap().reasons, [(bank, "`bank` is paused".to_string())]);
}

#[test]
fn of_two_hops_the_one_that_is_paused_is_told() {
    let mut world = world(&[some(usdc(), 10_000)]);
    let loops = "do = \"loop\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", leverage = 2";
    for (pool, paused) in [("pool", true), ("other", true), ("pool", false)] {
        world.pause(world.find(pool).unwrap(), paused);
    }
    let buy = "do = \"collateral_swap\", at = \"bank\", from = \"all USDC\", to = \"WBTC\"";
    done(&mut world, &["do = \"supply\", at = \"bank\", amount = \"all USDC\""]);
    let message = refused(&mut world, &[buy]);
    assert!(
        message.contains("the way from USDC to WBTC leads through `other`, which is paused"),
        "{message}"
    );
    world.pause(world.find("pool").unwrap(), true);
    let message = refused(&mut world, &[loops]);
    assert!(message.contains("the way from USDC to WETH leads through `pool`, which is paused"), "{message}");
}
