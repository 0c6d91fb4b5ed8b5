//! Each verb: what it moves, and what it answers when it cannot.

use levmine_market::{Cause, TokenAmount};
use levmine_testkit::stub::{tokens, usdc, wbtc, weth};

use crate::support::{done, holds, price, refused, rich, share, some, wallet, world};

const SUPPLY: &str = "do = \"supply\", at = \"bank\", amount = \"all WETH\"";
const BORROW: &str = "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 50%\"";

#[test]
fn a_swap_sells_a_part_of_the_wallet() {
    let mut world = rich();
    let swap = done(&mut world, &["do = \"swap\", at = \"pool\", from = \"20%\", to = \"WETH\""]);
    assert_eq!(swap.steps[0].paid.as_slice(), [some(usdc(), 2_000)]);
    assert_eq!(swap.steps[0].received[0].asset, weth());
    // 0.3 % of 2,000 dollars.
    assert_eq!(world.portfolio.attribution.part(Cause::SwapFees), -6_000_000 * 1_000_000);
    holds(&world);
}

#[test]
fn a_swap_keeps_to_its_slippage() {
    let step = |limit| {
        format!("do = \"swap\", at = \"pool\", from = \"100%\", to = \"WETH\", max_slippage = \"{limit}\"")
    };
    let mut world = rich();
    let message = refused(&mut world, &[&step("0.3%")]);
    assert!(message.contains("more than the 0.3% allowed"), "{message}");
    done(&mut world, &[&step("0.4%")]);
}

#[test]
fn supply_borrow_repay_withdraw_come_back() {
    let mut world = rich();
    let all = done(
        &mut world,
        &[
            SUPPLY,
            BORROW,
            "do = \"repay\", at = \"bank\", amount = \"all USDC\"",
            "do = \"withdraw\", at = \"bank\", amount = \"all WETH\"",
        ],
    );
    assert_eq!(all.steps[1].received.as_slice(), [some(usdc(), 5_000)]);
    assert_eq!(all.steps[2].paid.as_slice(), [some(usdc(), 5_000)]);
    assert_eq!(wallet(&world), [some(usdc(), 10_000), some(weth(), 5)]);
    assert!(world.is_closed() && world.healths().is_empty());
    holds(&world);
}

#[test]
fn targets_are_met_and_limits_told() {
    let mut world = rich();
    done(&mut world, &[SUPPLY, BORROW]);
    done(&mut world, &["do = \"repay\", at = \"bank\", amount = \"USDC to ltv 25%\""]);
    assert_eq!(wallet(&world), [some(usdc(), 12_500)]);
    // The threshold is 85 % of 10,000 dollars: a factor of 1.7 is a debt of 5,000.
    done(&mut world, &["do = \"borrow\", at = \"bank\", amount = \"USDC to health_factor 1.7\""]);
    assert_eq!(wallet(&world), [some(usdc(), 15_000)]);
    let message = refused(&mut world, &["do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 81%\""]);
    assert!(message.contains("at most 80%"), "{message}");
    let message =
        refused(&mut world, &["do = \"borrow\", at = \"bank\", amount = \"USDC to health_factor 1\""]);
    assert!(message.contains("at most 80%"), "{message}");
    let message = refused(&mut world, &["do = \"borrow\", at = \"bank\", amount = \"all USDC\""]);
    assert!(message.contains("\"all USDC\" cannot be used to borrow"), "{message}");
    holds(&world);
}

#[test]
fn a_zap_leaves_next_to_nothing_and_what_it_was_not_given() {
    let mut world = rich();
    done(&mut world, &["do = \"zap\", at = \"pool\", amount = \"all USDC\""]);
    let left = wallet(&world);
    assert!(
        left.contains(&some(weth(), 5))
            || left.iter().any(|held| held.asset == weth() && held.raw >= tokens(weth(), 5))
    );
    assert!(left.iter().all(|held| held.asset != usdc() || held.raw < tokens(usdc(), 1)), "{left:?}");
    assert!(left.iter().any(|held| held.asset == share()));
    done(&mut world, &["do = \"remove_liquidity\", at = \"pool\", part = \"all\""]);
    assert!(world.portfolio.shares.is_empty());
    holds(&world);
}

#[test]
fn liquidity_goes_in_by_proportion_and_the_rest_stays() {
    let mut world = rich();
    let added =
        done(&mut world, &["do = \"add_liquidity\", at = \"pool\", amounts = [\"5000 USDC\", \"1 WETH\"]"]);
    assert_eq!(added.steps[0].paid.len(), 2);
    assert!(world.wallet(usdc()) >= tokens(usdc(), 8_000) - levmine_math::U256::ONE);
    holds(&world);
}

#[test]
fn a_flash_loan_must_come_back() {
    let mut world = rich();
    let sale = "do = \"swap\", at = \"pool\", from = \"all WETH\", to = \"USDC\"";
    let spend = "do = \"swap\", at = \"pool\", from = \"all USDC\", to = \"WETH\"";
    let loan =
        |steps: &str| format!("do = \"flash\", at = \"bank\", amount = \"4000 USDC\", steps = [{steps}]");
    let flashed = done(&mut world, &[&loan(&format!("{{ {sale} }}"))]);
    assert_eq!(
        flashed.steps.iter().map(|step| (step.verb, step.depth)).collect::<Vec<_>>(),
        [("flash", 0), ("swap", 1), ("flash_repay", 0)]
    );
    let message = refused(&mut world, &[&loan(&format!("{{ {spend} }}"))]);
    assert!(message.contains("cannot give"), "{message}");
    // One within another, both of the same coin.
    let inner =
        format!("{{ {} }}", loan("{ do = \"swap\", at = \"pool\", from = \"1 USDC\", to = \"WETH\" }"));
    done(&mut world, &[&loan(&inner)]);
    holds(&world);
}

#[test]
fn what_is_not_there_cannot_be_used() {
    let mut world = rich();
    for (step, part) in [
        ("do = \"supply\", at = \"bank\", amount = \"all WBTC\"", "there is no WBTC to supply"),
        ("do = \"supply\", at = \"bank\", amount = \"10001 USDC\"", "the wallet holds 10000 USDC"),
        ("do = \"supply\", at = \"pool\", amount = \"all WETH\"", "`pool` is not a lending market"),
        ("do = \"swap\", at = \"bank\", from = \"60%\", to = \"WETH\"", "`bank` is not a pool"),
        ("do = \"repay\", at = \"bank\", amount = \"all USDC\"", "there is no USDC to repay"),
        ("do = \"withdraw\", at = \"bank\", amount = \"50% USDC\"", "there is no USDC to withdraw"),
        ("do = \"remove_liquidity\", at = \"pool\", part = \"all\"", "there is no pool-LP to remove"),
        ("do = \"swap\", at = \"pool\", from = \"60%\", to = \"WBTC\"", "WBTC"),
        ("do = \"swap\", at = \"pool\", from = \"60%\", to = \"USDC\"", "USDC"),
        ("do = \"add_liquidity\", at = \"pool\", amounts = [\"1 USDC\"]", "step 1 (add_liquidity)"),
    ] {
        let message = refused(&mut world, &[step]);
        assert!(message.contains(part), "{step}: {message}");
    }
}

#[test]
fn gas_is_paid_from_the_wallet_and_stays_due_where_there_is_none() {
    let mut world = rich();
    world.gas_asset = Some(weth());
    world.gas_price = levmine_math::U256::from(20_000_000_000_u64);
    let supplied = done(&mut world, &[SUPPLY]);
    // A first supply of 164,191 units and an approval of 25,000 at 20 gwei are 0.00378382 ether, at 2,000 dollars 7.56764;
    // rounded up by one base unit.
    assert_eq!(supplied.gas_units, 164_191 + 25_000);
    assert_eq!(supplied.gas_cost, levmine_math::U256::from(7_567_641_u64));
    assert_eq!(world.wallet(usdc()), tokens(usdc(), 10_000) - supplied.gas_cost);
    let spent = done(&mut world, &["do = \"supply\", at = \"bank\", amount = \"all USDC\""]);
    assert_eq!((world.wallet(usdc()), world.gas_due), (levmine_math::U256::ZERO, spent.gas_cost));
    holds(&world);
    // What comes into the wallet later pays it.
    world.gas_price = levmine_math::U256::ZERO;
    done(&mut world, &["do = \"withdraw\", at = \"bank\", amount = \"1000 USDC\""]);
    let settled = world.settle().unwrap();
    assert!(world.gas_due.is_zero());
    let left = TokenAmount::new(usdc(), tokens(usdc(), 1_000) - spent.gas_cost);
    assert_eq!(wallet(&world), [left]);
    assert_eq!(settled.equity, i128::try_from(left.raw).unwrap());
    let _ = wbtc();
}

#[test]
fn who_has_nothing_left_to_pay_gas_with_sends_nothing() {
    // Five ether, and four more bought with what was borrowed against them; the wallet is empty.
    let mut world = world(&[some(weth(), 5)]);
    done(
        &mut world,
        &[
            SUPPLY,
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 79%\"",
            "do = \"swap\", at = \"pool\", from = \"all USDC\", to = \"WETH\"",
            SUPPLY,
        ],
    );
    world.gas_asset = Some(weth());
    world.gas_price = levmine_math::U256::from(20_000_000_000_u64);
    let borrow = ["do = \"borrow\", at = \"bank\", amount = \"1 USDC\""];
    let owed = done(&mut world, &borrow).gas_cost;
    assert_eq!(world.gas_due, owed, "what the farm is worth stands for it");
    // At 700 dollars more is owed than is there, and the dollar in the wallet is worth less than the gas.
    price(&mut world, weth(), 700);
    let repay = ["do = \"repay\", at = \"bank\", amount = \"all USDC\""];
    let message = refused(&mut world, &repay);
    assert!(message.contains("less than that is left to pay it with"), "{message}");
    assert_eq!(world.gas_due, owed);
    let settled = {
        let mut world = world.fork();
        world.settle().unwrap()
    };
    // A dollar of 700 to the ether pays the first part of it.
    assert!(!settled.unpaid_gas.is_zero() && settled.unpaid_gas < owed, "{settled:?}");
    world.gas_price = levmine_math::U256::ZERO;
    done(&mut world, &repay);
    holds(&world);
}
