//! Taking positions apart.

use levmine_composer::unwind;
use levmine_market::Cause;
use levmine_testkit::stub::{tokens, usdc, wbtc, weth};

use crate::support::{done, holds, price, rich, some, wallet, world};

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
