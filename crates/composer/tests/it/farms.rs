//! Recipes: what they reach, and that they can be left.

use levmine_market::Cause;
use levmine_math::U256;
use levmine_testkit::stub::{dai, tokens, usdc, wbtc, weth};

use crate::support::{price, some};
use crate::town::*;

#[test]
fn a_loop_reaches_a_loan_to_value_and_a_health_factor() {
    // A threshold of 85 % over 60 % is a health factor of 1.416667; 85 % over 1.5 is a loan-to-value of 56.6667 %.
    for by in ["iteration", "flash"] {
        for (target, value) in [("ltv = \"60%\"", 600_000), ("health_factor = \"1.5\"", 566_667)] {
            let mut world = town(&[some(weth(), 5)]);
            let step = format!(
                "do = \"loop\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", {target}, by = \"{by}\""
            );
            done(&mut world, &[&step]);
            near(ltv(&world, BANK), value, 20);
            near(factor(&world, BANK), 850_000_000_000 / value, 60);
            left(world, &[weth()]);
        }
    }
}

#[test]
fn a_loop_by_flash_loan_counts_what_the_change_costs() {
    let mut world = town(&[some(weth(), 5)]);
    let step = "do = \"loop\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", leverage = 3, by = \"flash\"";
    done(&mut world, &[step]);
    near(leverage(&world), 3_000_000, 30);
}

#[test]
fn a_loop_of_a_part_leaves_the_rest_in_the_wallet() {
    for by in ["iteration", "flash"] {
        let mut world = town(&[some(weth(), 5)]);
        let step = format!(
            "do = \"loop\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", ltv = \"50%\", amount = \"2 WETH\", by = \"{by}\""
        );
        done(&mut world, &[&step]);
        assert_eq!(world.wallet(weth()), tokens(weth(), 3), "{by}");
        near(ltv(&world, BANK), 500_000, 20);
    }
}

#[test]
fn targets_beyond_the_limit_are_told() {
    let mut world = town(&[some(weth(), 5)]);
    let step = |target: &str| {
        format!("do = \"loop\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", {target}")
    };
    let message = refused(&mut world, &[&step("ltv = \"85%\"")]);
    assert!(message.contains("a loan-to-value of 85%") && message.contains("80%"), "{message}");
    let message = refused(&mut world, &[&step("health_factor = \"1.05\"")]);
    assert!(message.contains("a health factor of 1.05") && message.contains("above 1.0625"), "{message}");
    let message = unread(&step("ltv = \"60%\", leverage = 2"));
    assert!(message.contains("exactly one of `leverage`"), "{message}");
    assert!(unread(&step("by = \"flash\"")).contains("exactly one of"));
}

#[test]
fn a_delta_neutral_farm_has_nothing_of_the_volatile_coin() {
    // At a loan-to-value of 50 %, 20,000 of 30,000 dollars are put up, 5 ether borrowed, and laid in with 10,000 dollars.
    for target in ["ltv = \"50%\"", "health_factor = \"1.6\"", "amount = \"5 WETH\""] {
        let mut world = town(&[some(usdc(), 30_000)]);
        let step = format!(
            "do = \"delta_neutral\", at = \"bank\", collateral = \"USDC\", borrow = \"WETH\", pool = \"pool\", stake = \"chef\", {target}"
        );
        done(&mut world, &[&step]);
        assert!(supplied(&world, BANK, usdc()).abs_diff(tokens(usdc(), 20_000)) <= U256::ONE, "{target}");
        assert!(
            debt(&world, BANK, weth()).abs_diff(tokens(weth(), 5)) <= U256::from(500_000_000),
            "{target}"
        );
        // What the pool's share rounds off, and no more.
        assert!(exposure(&world, weth()).abs() <= 2_000_000_000, "{}", exposure(&world, weth()));
        assert!(world.wallet(usdc()) <= U256::from(2) && world.wallet(lp()).is_zero());
        assert_eq!(verbs(&[done_again(target)]).iter().filter(|verb| **verb == "swap").count(), 0);
        let (world, done) = left(world, &[usdc()]);
        assert!(!verbs(&done).contains(&"flash"));
        assert!(world.wallet(usdc()) > tokens(usdc(), 29_900));
    }
}

/// The steps of a delta-neutral farm without a stake.
fn done_again(target: &str) -> levmine_composer::Transaction {
    let mut world = town(&[some(usdc(), 30_000)]);
    let step = format!(
        "do = \"delta_neutral\", at = \"bank\", collateral = \"USDC\", borrow = \"WETH\", pool = \"pool\", {target}"
    );
    done(&mut world, &[&step])
}

#[test]
fn a_delta_neutral_farm_reaches_a_leverage_and_sells_its_own_ether_first() {
    // A quarter of 32,000 dollars is borrowed: 4 ether; 24,000 are put up and 8,000 laid in.
    let mut world = town(&[some(usdc(), 30_000), some(weth(), 1)]);
    let step = "do = \"delta_neutral\", at = \"bank\", collateral = \"USDC\", borrow = \"WETH\", pool = \"pool\", leverage = 1.25";
    done(&mut world, &[step]);
    near(leverage(&world), 1_250_000, 300);
    assert!(exposure(&world, weth()).abs() <= 2_000_000_000, "{}", exposure(&world, weth()));
    left(world, &[usdc()]);
}

#[test]
fn own_coins_are_the_collateral_or_go_into_the_pool() {
    let head =
        "do = \"leveraged_lp\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", pool = \"pool\"";
    // 10 ether put up, half of their worth borrowed and laid in: 20,000 and 10,000 dollars.
    let mut world = town(&[some(weth(), 10)]);
    done(&mut world, &[&format!("{head}, ltv = \"50%\"")]);
    assert_eq!(
        (supplied(&world, BANK, weth()), debt(&world, BANK, usdc())),
        (tokens(weth(), 10), tokens(usdc(), 10_000))
    );
    near(leverage(&world), 1_500_000, 1_000);
    left(world, &[weth()]);
    // Put up s, laid in the rest with as many borrowed dollars: s·(1 + 50 %) = 10 ether.
    let mut world = town(&[some(weth(), 10)]);
    done(&mut world, &[&format!("{head}, ltv = \"50%\", own = \"pool\"")]);
    near(ltv(&world, BANK), 500_000, 2);
    let put = supplied(&world, BANK, weth());
    assert!(put.abs_diff(tokens(weth(), 20) / U256::from(3)) <= U256::from(1_000_000_000_000_u64), "{put}");
    left(world, &[weth()]);
    // The amounts of a file with plain steps.
    let mut world = town(&[some(weth(), 10), some(usdc(), 1_000)]);
    let recipe = format!("{head}, ltv = \"50%\", own = \"pool\", supply = \"60% WETH\"");
    let recipe = done(&mut world, &[&recipe]);
    let mut world = town(&[some(weth(), 10), some(usdc(), 1_000)]);
    let by_hand = done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"60% WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 50%\"",
            "do = \"zap\", at = \"pool\", amounts = [\"all WETH\", \"all USDC\"]",
        ],
    );
    let moved = |done: &levmine_composer::Transaction| {
        done.steps
            .iter()
            .map(|step| (step.verb, step.paid.clone(), step.received.clone()))
            .collect::<Vec<_>>()
    };
    let plain = |done: &levmine_composer::Transaction| {
        moved(done).into_iter().filter(|(verb, ..)| *verb != "zap").collect::<Vec<_>>()
    };
    assert_eq!(plain(&recipe), plain(&by_hand));
    assert_eq!(recipe.gas_units, by_hand.gas_units);
}

#[test]
fn shares_can_be_the_collateral_of_what_was_laid_in() {
    let head = "do = \"leveraged_lp\", at = \"lp\", collateral = \"WETH\", borrow = \"USDC\", pool = \"pool\", own = \"shares\"";
    for (target, value) in
        [("leverage = 2", 500_000), ("ltv = \"60%\"", 600_000), ("health_factor = \"1.5\"", 500_000)]
    {
        let mut world = town(&[some(weth(), 5)]);
        let done = done(&mut world, &[&format!("{head}, {target}")]);
        assert!(verbs(&[done]).contains(&"flash"), "{target}");
        near(ltv(&world, LP_BANK), value, 3_000);
        if target.starts_with("ltv") {
            assert!(ltv(&world, LP_BANK) <= 600_000);
        }
        left(world, &[weth()]);
    }
}

#[test]
fn a_farm_beyond_what_its_collateral_carries_says_how_far_it_can_go() {
    let mut world = town(&[some(usdc(), 30_000)]);
    let neutral = |target: &str| {
        format!(
            "do = \"delta_neutral\", at = \"bank\", collateral = \"USDC\", borrow = \"WETH\", pool = \"pool\", {target}"
        )
    };
    // Of 30,000 dollars s are put up and 75 % of s borrowed, for the rest of them: s = 30,000 ÷ 1.75 = 17,142.86, and
    // 12,857.14 borrowed are a leverage of 1.43.
    for leverage in ["1.44", "2", "5", "40"] {
        let message = refused(&mut world, &[&neutral(&format!("leverage = {leverage}"))]);
        let told = format!(
            "a leverage of {leverage} cannot be reached at `bank`: USDC counts for 75% there, which is a leverage of at most 1.42"
        );
        assert!(message.contains(&told), "{message}");
    }
    let message = refused(&mut world, &[&neutral("amount = \"9 WETH\"")]);
    assert!(message.contains("a debt of 9 WETH cannot be reached"), "{message}");
    assert!(message.contains("a debt of at most 6.428571"), "{message}");
    done(&mut world, &[&neutral("leverage = 1.42")]);
    // All of the own collateral put up: 80 % of it borrowed is a leverage of 1.8.
    let mut world = town(&[some(weth(), 10)]);
    let lp = |leverage: &str| {
        format!(
            "do = \"leveraged_lp\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", pool = \"pool\", leverage = {leverage}"
        )
    };
    let message = refused(&mut world, &[&lp("1.81")]);
    assert!(message.contains("WETH counts for 80% there, which is a leverage of at most 1.8"), "{message}");
    done(&mut world, &[&lp("1.79")]);
}

#[test]
fn farms_that_cannot_be_are_told() {
    let mut world = town(&[some(usdc(), 1_000)]);
    let neutral = |collateral: &str, pool: &str| {
        format!(
            "do = \"delta_neutral\", at = \"bank\", collateral = \"{collateral}\", borrow = \"WETH\", pool = \"{pool}\", ltv = \"50%\""
        )
    };
    let message = refused(&mut world, &[&neutral("USDC", "other")]);
    assert!(message.contains("USDC"), "no coin of that pool: {message}");
    let message = refused(&mut world, &[&neutral("WBTC", "other")]);
    assert!(message.contains("there is no WBTC to supply"), "{message}");
    let shares = "do = \"leveraged_lp\", at = \"lp\", collateral = \"WETH\", borrow = \"USDC\", pool = \"pool\", own = \"shares\", ltv = \"50%\"";
    assert!(unread(&format!("{shares}, stake = \"chef\"")).contains("neither `stake`"));
    assert!(unread(&shares.replace("shares", "nothing")).contains("collateral, pool, shares"));
    let cdp = "do = \"cdp_farm\", at = \"mint\", collateral = \"WETH\", borrow = \"DAI\", ltv = \"40%\"";
    assert!(unread(&format!("{cdp}, into = []")).contains("at least one venue"));
    assert!(unread(&format!("{cdp}, into = \"save\", own = \"shares\"")).contains("collateral, pool"));
    assert!(unread(&neutral("WETH", "pool")).contains("not what is borrowed"));
    // A limit that the market does not go beyond, and shares of positions that nobody stakes.
    let message = refused(&mut world, &[&neutral("USDC", "pool").replace("50%", "76%")]);
    assert!(message.contains("allows at most 75%"), "{message}");
}

#[test]
fn staking_takes_the_way_that_gives_more() {
    let step = "do = \"leveraged_staking\", at = \"bank\", collateral = \"stake-share\", borrow = \"WETH\", leverage = 5, by = \"flash\"";
    let mut world = town(&[some(weth(), 10)]);
    let steps = done(&mut world, &[step]);
    assert!(verbs(&[steps]).contains(&"deposit"));
    near(leverage(&world), 5_000_000, 50);
    // Collateral of 50 ether, and 40 owed.
    assert!(debt(&world, BANK, weth()).abs_diff(tokens(weth(), 40)) < tokens(weth(), 1));
    left(world, &[weth()]);
}

#[test]
fn a_drawn_synthetic_works_in_a_vault_or_a_pool() {
    for (into, own) in [("\"save\"", "collateral"), ("\"dollar\"", "collateral"), ("[\"dollar\"]", "pool")] {
        let mut world = town(&[some(weth(), 10), some(dai(), 100)]);
        let step = format!(
            "do = \"cdp_farm\", at = \"mint\", collateral = \"WETH\", borrow = \"DAI\", into = {into}, own = \"{own}\", ltv = \"40%\""
        );
        done(&mut world, &[&step]);
        assert_eq!(debt(&world, MINT, dai()), tokens(dai(), 8_000));
        let rest = if own == "pool" { 0 } else { 100 };
        assert!(
            world.wallet(dai()).abs_diff(tokens(dai(), rest)) < U256::from(10_u64).pow(U256::from(12)),
            "{into}"
        );
        left(world, &[weth(), dai()]);
    }
}

#[test]
fn another_collateral_keeps_the_debt() {
    let mut world = town(&[some(weth(), 10)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 50%\"",
        ],
    );
    let owed = debt(&world, BANK, usdc());
    let steps =
        done(&mut world, &["do = \"collateral_swap\", at = \"bank\", from = \"all WETH\", to = \"WBTC\""]);
    assert_eq!(debt(&world, BANK, usdc()), owed);
    assert!(supplied(&world, BANK, weth()).is_zero());
    // Ten ether are half a bitcoin, less 0.3 % for the pool, a little slippage, and 0.09 % for the loan.
    let held = supplied(&world, BANK, wbtc());
    assert!(held > U256::from(49_700_000_u64) && held < U256::from(49_850_000_u64), "{held}");
    assert_eq!(verbs(&[steps]), ["flash", "supply", "withdraw", "swap", "flash_repay"]);
    assert!(world.wallet(wbtc()) < U256::from(3), "{}", world.wallet(wbtc()));
    // Half of it goes back.
    done(&mut world, &["do = \"collateral_swap\", at = \"bank\", from = \"50% WBTC\", to = \"WETH\""]);
    assert_eq!(supplied(&world, BANK, wbtc()), held - held / U256::from(2));
    left(world, &[weth()]);
    let mut world = town(&[some(weth(), 10)]);
    done(&mut world, &["do = \"supply\", at = \"bank\", amount = \"all WETH\""]);
    let steps =
        done(&mut world, &["do = \"collateral_swap\", at = \"bank\", from = \"all WETH\", to = \"WBTC\""]);
    assert_eq!(verbs(&[steps]), ["withdraw", "swap", "supply"], "without debt nobody need lend");
    let nothing =
        refused(&mut world, &["do = \"collateral_swap\", at = \"bank\", from = \"all WETH\", to = \"USDC\""]);
    assert!(nothing.contains("no WETH to collateral_swap"), "{nothing}");
}

#[test]
fn another_debt_pays_the_old_one() {
    for (share, flash) in [("30%", false), ("70%", true)] {
        let mut world = town(&[some(weth(), 10)]);
        done(
            &mut world,
            &[
                "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
                &format!("do = \"borrow\", at = \"bank\", amount = \"USDC to ltv {share}\""),
            ],
        );
        let before = ltv(&world, BANK);
        let steps =
            done(&mut world, &["do = \"debt_swap\", at = \"bank\", from = \"all USDC\", to = \"WBTC\""]);
        assert_eq!(verbs(&[steps]).contains(&"flash"), flash, "{share}");
        assert!(debt(&world, BANK, usdc()).is_zero() && !debt(&world, BANK, wbtc()).is_zero());
        // Two swaps of 0.3 %, slippage, and a loan of 0.09 % on the debt.
        near(ltv(&world, BANK), before + before * 8 / 1_000, before * 4 / 1_000);
        left(world, &[weth()]);
    }
}

#[test]
fn refinancing_leaves_the_old_market_empty() {
    let mut world = town(&[some(weth(), 10), some(wbtc(), 1)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"supply\", at = \"bank\", amount = \"0.5 WBTC\"",
            "do = \"borrow\", at = \"bank\", amount = \"10000 USDC\"",
            "do = \"borrow\", at = \"bank\", amount = \"0.1 WBTC\"",
        ],
    );
    done(&mut world, &["do = \"refinance\", from = \"bank\", to = \"cheap\""]);
    let old = world.lending(BANK).unwrap().position(world.farmer, world.now).unwrap();
    assert!(old.supplied.is_empty() && old.debts.is_empty(), "{old:?}");
    assert_eq!(supplied(&world, CHEAP, weth()), tokens(weth(), 10));
    assert_eq!(supplied(&world, CHEAP, wbtc()), tokens(wbtc(), 1) / U256::from(2));
    // The loans cost 9 basis points, which are owed now: 9 dollars on 10,000.
    assert_eq!(debt(&world, CHEAP, usdc()), U256::from(10_009_000_000_u64));
    assert_eq!(debt(&world, CHEAP, wbtc()), U256::from(10_009_000_u64));
    // 9 dollars, and 0.00009 bitcoins of 3.6 dollars, in ether of 2,000: 0.0063 ether.
    assert_eq!(world.portfolio.attribution.part(Cause::FlashFees), -6_300_000_000_000_000 * 1_000_000);
    left(world, &[weth()]);
    let mut empty = town(&[some(weth(), 10)]);
    let nothing = refused(&mut empty, &["do = \"refinance\", from = \"bank\", to = \"cheap\""]);
    assert!(nothing.contains("to refinance"), "{nothing}");
    assert!(unread("do = \"refinance\", from = \"bank\", to = \"bank\"").contains("another market"));
}

const LEVER: &str = "do = \"loop\", at = \"bank\", collateral = \"WETH\", borrow = \"USDC\", leverage = 4";

#[test]
fn a_position_is_left_by_turns_by_flash_loan_or_the_cheaper_way() {
    for (by, flash) in [("iteration", 0), ("flash", 1), ("cheapest", 1)] {
        let mut world = town(&[some(weth(), 5)]);
        done(&mut world, &[LEVER]);
        world.gas_asset = Some(weth());
        world.gas_price = U256::from(50_000_000_000_u64);
        let steps = done(&mut world, &[&format!("do = \"unwind\", at = \"bank\", by = \"{by}\"")]);
        assert_eq!(verbs(&[steps]).iter().filter(|verb| **verb == "flash").count(), flash, "{by}");
        assert!(world.portfolio.lines.iter().all(|line| line.kind == levmine_composer::LineKind::Wallet));
    }
    // Where gas costs nothing, turns are cheaper than the fee of a loan.
    let mut world = town(&[some(weth(), 5)]);
    done(&mut world, &[LEVER]);
    let steps = done(&mut world, &["do = \"unwind\""]);
    assert!(!verbs(&[steps]).contains(&"flash"));
}

#[test]
fn a_strategy_says_how_it_is_left() {
    let end = |exit: &str, gwei: u64| {
        let mut world = town_with(&[some(weth(), 5)], exit);
        done(&mut world, &[LEVER]);
        world.gas_asset = Some(weth());
        world.gas_price = U256::from(gwei * 1_000_000_000);
        let (world, done) = left(world, &[weth()]);
        (verbs(&done).contains(&"flash"), world.portfolio.equity())
    };
    for gwei in [0, 10, 100] {
        let (turns, flash) = (end("exit = \"iteration\"", gwei), end("exit = \"flash\"", gwei));
        assert!(!turns.0 && flash.0, "{gwei} gwei");
        let (_, cheapest) = end("exit = \"cheapest\"", gwei);
        assert_eq!(cheapest, turns.1.max(flash.1), "{gwei} gwei");
        assert_eq!(end("", gwei).1, cheapest, "the cheapest where nothing is said");
    }
    assert!(end("exit = \"cheapest\"", 100).0, "thirty steps of gas cost more than 0.09 %");
}

#[test]
fn a_farm_below_water_is_left_to_the_lender() {
    let mut world = town(&[some(weth(), 5)]);
    done(&mut world, &[LEVER]);
    price(&mut world, weth(), 900);
    levmine_composer::unwind(&mut world, &[weth()]).unwrap();
    assert_eq!(world.settle().unwrap().bad_debt.len(), 1);
}
