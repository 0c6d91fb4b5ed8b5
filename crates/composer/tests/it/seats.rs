//! Several farmers in one world.

use levmine_market::{Account, Cause, MARKS_PER_BASE_UNIT, Timestamp};
use levmine_math::U256;
use levmine_testkit::stub::{usdc, weth};

use crate::support::{done, holds, price, refused, rich, some, state, wallet};

/// The farmer of the world and a second one, who has the same capital; the first acts.
fn two() -> (levmine_composer::World, Account, Account) {
    let mut world = rich();
    let first = world.farmer;
    let second = world.add_seat(usdc());
    world.take_seat(second);
    world.fund(&[some(usdc(), 10_000), some(weth(), 5)]).unwrap();
    world.take_seat(first);
    (world, first, second)
}

fn both_hold(world: &mut levmine_composer::World) {
    for farmer in world.farmers() {
        world.take_seat(farmer);
        holds(world);
    }
}

fn part(world: &mut levmine_composer::World, farmer: Account, cause: Cause) -> i128 {
    world.take_seat(farmer);
    world.portfolio.attribution.part(cause)
}

#[test]
fn each_farmer_has_a_wallet_of_his_own() {
    let (mut world, first, second) = two();
    assert_eq!(world.farmers(), [first, second]);
    done(&mut world, &["do = \"swap\", at = \"pool\", from = \"all USDC\", to = \"WETH\""]);
    let had = wallet(&world);
    world.take_seat(second);
    assert_eq!(wallet(&world), [some(usdc(), 10_000), some(weth(), 5)]);
    world.take_seat(second);
    world.take_seat(Account::new(77));
    assert_eq!(world.farmer, second, "nobody else sits down");
    world.take_seat(first);
    assert_eq!(wallet(&world), had);
    both_hold(&mut world);
}

#[test]
fn what_one_pays_in_fees_the_other_earns_by_his_part_of_the_pool() {
    let (mut world, first, second) = two();
    world.take_seat(second);
    done(&mut world, &["do = \"zap\", at = \"pool\", amount = \"all USDC\""]);
    let share = world.portfolio.shares[0].clone();
    let equity = world.portfolio.equity();
    world.take_seat(first);
    done(&mut world, &["do = \"swap\", at = \"pool\", from = \"all USDC\", to = \"WETH\""]);
    // 0.3 % of 10000 USDC, of which the pool's issue gives the second his part.
    let fee = U256::from(30_000_000_u64);
    let issued = world.pool(share.pool).unwrap().issued()[0].raw;
    let earned = fee * share.held / issued;
    let paid = part(&mut world, first, Cause::SwapFees);
    assert_eq!(paid, -30_000_000 * i128::from(MARKS_PER_BASE_UNIT));
    let booked = part(&mut world, second, Cause::TradingFees);
    assert_eq!(booked, i128::try_from(earned).unwrap() * i128::from(MARKS_PER_BASE_UNIT));
    assert!(booked > 0);
    // His shares are marked anew at once: somebody has paid the pool above the market, which they gain by.
    let gained = part(&mut world, second, Cause::ImpermanentLoss);
    assert!(gained > 0, "{gained}");
    assert_eq!(world.portfolio.equity(), equity + booked + gained);
    both_hold(&mut world);
}

#[test]
fn a_plan_of_one_that_fails_leaves_both_as_they_were() {
    let (mut world, first, second) = two();
    world.take_seat(second);
    done(&mut world, &["do = \"zap\", at = \"pool\", amount = \"all USDC\""]);
    let (theirs, shares) = (state(&world), world.portfolio.shares.clone());
    world.take_seat(first);
    refused(
        &mut world,
        &[
            "do = \"swap\", at = \"pool\", from = \"all USDC\", to = \"WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 95%\"",
        ],
    );
    world.take_seat(second);
    assert_eq!(world.portfolio.shares, shares);
    assert_eq!(state(&world), theirs, "the fee that was not paid was not earned either");
    both_hold(&mut world);
}

#[test]
fn a_trial_and_a_fork_take_everybody_along() {
    let (mut world, first, second) = two();
    world.take_seat(second);
    done(&mut world, &["do = \"zap\", at = \"pool\", amount = \"all USDC\""]);
    world.take_seat(first);
    let mut copy = world.fork();
    world.trial(|world| {
        done(world, &["do = \"swap\", at = \"pool\", from = \"all USDC\", to = \"WETH\""]);
        price(world, weth(), 1_500);
        world.take_seat(second);
    });
    assert_eq!(world.farmer, first, "who acted before acts again");
    assert_eq!(state(&world), state(&copy));
    world.take_seat(second);
    copy.take_seat(second);
    assert_eq!(state(&world), state(&copy));
}

#[test]
fn time_prices_and_traders_reach_those_who_wait() {
    let (mut world, first, second) = two();
    world.take_seat(second);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 50%\"",
            "do = \"zap\", at = \"pool\", amount = \"all USDC\"",
        ],
    );
    world.take_seat(first);
    let later = Timestamp(world.now.time.0 + 30 * 86_400);
    world.pass_time(later).unwrap();
    price(&mut world, weth(), 1_900);
    world.take_seat(second);
    let attribution = world.portfolio.attribution;
    for cause in [
        Cause::Price,
        Cause::SupplyInterest,
        Cause::BorrowInterest,
        Cause::TradingFees,
        Cause::ImpermanentLoss,
    ] {
        assert_ne!(attribution.part(cause), 0, "{cause}");
    }
    let health = world.lowest_health_factor();
    let (lending, ctx) = (world.lending(levmine_market::VenueId(0)).unwrap(), world.context());
    assert_eq!(health, lending.health(second, &ctx).unwrap().factor, "his health is that of today's prices");
    both_hold(&mut world);
}

#[test]
fn a_liquidation_of_one_leaves_the_other_alone() {
    let (mut world, first, second) = two();
    for (farmer, ltv) in [(first, "74%"), (second, "30%")] {
        world.take_seat(farmer);
        let borrow = format!("do = \"borrow\", at = \"bank\", amount = \"USDC to ltv {ltv}\"");
        done(&mut world, &["do = \"supply\", at = \"bank\", amount = \"all WETH\"", &borrow]);
    }
    price(&mut world, weth(), 1_600);
    let bank = levmine_market::VenueId(0);
    world.take_seat(second);
    let (equity, held) = (world.portfolio.equity(), wallet(&world));
    assert!(world.liquidate_once(bank).unwrap().is_none(), "he is healthy");
    world.take_seat(first);
    let (_, penalty) = world.liquidate_once(bank).unwrap().expect("the first is not");
    assert!(penalty > 0);
    world.take_seat(second);
    assert_eq!((world.portfolio.equity(), wallet(&world)), (equity, held));
    assert_eq!(world.portfolio.attribution.part(Cause::LiquidationPenalty), 0);
    both_hold(&mut world);
}
