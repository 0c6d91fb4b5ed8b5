//! All of a plan or nothing of it.

use levmine_market::Timestamp;
use levmine_math::U256;
use levmine_testkit::stub::{dollars, weth};

use crate::support::{done, refused, rich, state};

#[test]
fn a_plan_whose_last_step_fails_leaves_everything_as_it_was() {
    let mut world = rich();
    world.gas_asset = Some(weth());
    world.gas_price = U256::from(20_000_000_000_u64);
    done(&mut world, &["do = \"zap\", at = \"pool\", amount = \"30% USDC\""]);
    let good = [
        "do = \"swap\", at = \"pool\", from = \"20%\", to = \"WETH\"",
        "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
        "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 50%\"",
        "do = \"zap\", at = \"pool\", amount = \"all USDC\"",
        "do = \"remove_liquidity\", at = \"pool\", part = \"50%\"",
    ];
    for length in 0..=good.len() {
        let mut steps = good[..length].to_vec();
        steps.push("do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 95%\"");
        // `refused` compares every venue, wallet, entry and price.
        let message = refused(&mut world, &steps);
        assert!(message.contains(&format!("step {}", length + 1)), "{message}");
    }
}

#[test]
fn a_trial_takes_back_time_and_prices_too() {
    let mut world = rich();
    done(&mut world, &["do = \"supply\", at = \"bank\", amount = \"all WETH\""]);
    let before = state(&world);
    let equity = world.trial(|world| {
        let later = Timestamp(world.now.time.0 + 86_400);
        world.pass_time(later).unwrap();
        world.move_prices([(weth(), dollars(1))]).unwrap();
        world.arbitrage().unwrap();
        world.publish_oracle().unwrap();
        world.gas_price = U256::ONE;
        world.portfolio.equity()
    });
    assert_ne!(equity, world.portfolio.equity());
    assert_eq!(before, state(&world));
}
