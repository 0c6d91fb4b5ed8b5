//! Triggers and actions.

use levmine_composer::policy::{Past, Peak, Watch};
use levmine_composer::{Policy, World, read_strategy};
use levmine_config::parse_toml;
use levmine_lending::HealthFactor;
use levmine_market::{Holder, Mark, Outside, Reason, Timestamp};
use levmine_math::{U256, Wad};
use levmine_testkit::stub::{self, Pooled, PooledTerms, usdc, wbtc, weth};

use crate::support::{done, holds, price, read, rich, some, wallet, with_bank, world};

fn policy(lines: &str) -> Policy {
    read(&format!("[[policy]]\n{lines}")).unwrap_or_else(|error| panic!("{error}")).policies.remove(0)
}

fn when(condition: &str) -> Policy {
    policy(&format!("when = \"{condition}\"\ndo = \"close\""))
}

fn is_due(world: &World, condition: &str) -> bool {
    holds_at_peak(world, condition, world.portfolio.start)
}

fn holds_at_peak(world: &World, condition: &str, peak: Mark) -> bool {
    let (past, opened) = (Past::default(), world.now.time);
    when(condition).trigger.holds(world, &Watch { opened, peak: Peak(peak), past: &past })
}

/// Five ether as collateral, 5,000 dollars borrowed: half of it.
fn indebted() -> World {
    let mut world = rich();
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 50%\"",
        ],
    );
    world
}

#[test]
fn each_trigger_sees_its_metric() {
    let world = indebted();
    // 25,000 dollars held, 5,000 owed: a leverage of 1.25. A threshold of 85 % over 50 %: a factor of 1.7.
    for (condition, due) in [
        ("health_factor < 1.71", true),
        ("health_factor < 1.7", false),
        ("health_factor > 1.69", true),
        ("ltv > 49.9%", true),
        ("ltv > 50%", false),
        ("ltv < 50.1%", true),
        ("leverage > 1.24", true),
        ("leverage > 1.25", false),
        ("drawdown > 0%", false),
        ("drawdown < 1%", true),
    ] {
        assert_eq!(is_due(&world, condition), due, "{condition}");
    }
    let calm = rich();
    for never in ["health_factor < 1000", "ltv > 0%"] {
        assert!(!is_due(&calm, never), "without debt: {never}");
    }
}

#[test]
fn a_drawdown_counts_from_the_peak() {
    let mut world = indebted();
    price(&mut world, weth(), 1_000);
    // 20,000 dollars have become 15,000.
    assert!(is_due(&world, "drawdown > 24.9%") && !is_due(&world, "drawdown > 25.1%"));
    assert!(holds_at_peak(&world, "drawdown > 62%", world.portfolio.start * 2));
}

#[test]
fn a_position_under_water_is_beyond_every_leverage() {
    let mut world = world(&[some(weth(), 5)]);
    let lever = "do = \"loop\", at = \"bank\", swap_at = \"pool\", collateral = \"WETH\", borrow = \"USDC\", leverage = 4.5";
    done(&mut world, &[lever]);
    price(&mut world, weth(), 900);
    assert!(world.portfolio.equity() <= 0);
    assert!(is_due(&world, "leverage > 900"));
    assert!(is_due(&world, "drawdown > 99%"));
    assert!(is_due(&world, "ltv > 100%"));
}

#[test]
fn deleverage_pays_from_the_wallet_first() {
    let mut world = indebted();
    price(&mut world, weth(), 1_300);
    let acted = policy("when = \"health_factor < 1.25\"\ndo = \"deleverage to 1.6\"")
        .act(&mut world, &[usdc()])
        .unwrap();
    assert_eq!(acted.iter().map(|done| done.steps.len()).collect::<Vec<_>>(), [1]);
    assert!(world.lowest_health_factor() >= HealthFactor::Of(Wad::new(1_600_000_000_000_000_000)));
    // And no more of it than that takes.
    assert!(world.lowest_health_factor() < HealthFactor::Of(Wad::new(1_600_010_000_000_000_000)));
    holds(&world);
}

#[test]
fn deleverage_sells_as_few_shares_as_needed() {
    let mut world = indebted();
    done(&mut world, &["do = \"zap\", at = \"pool\", amount = \"all USDC\""]);
    price(&mut world, weth(), 1_300);
    policy("when = \"health_factor < 1.25\"\ndo = \"deleverage to 1.6\"").act(&mut world, &[usdc()]).unwrap();
    let HealthFactor::Of(factor) = world.lowest_health_factor() else { panic!("there is debt left") };
    assert!(
        factor >= Wad::new(1_600_000_000_000_000_000) && factor < Wad::new(1_610_000_000_000_000_000),
        "{factor:?}"
    );
    assert!(!world.portfolio.shares.is_empty());
    holds(&world);
}

#[test]
fn deleverage_sells_collateral_and_nothing_else_of_the_wallet() {
    // WBTC is the collateral; the way to USDC leads through WETH, of which the wallet holds some of its own.
    let mut world = world(&[some(usdc(), 1), some(weth(), 3), some(wbtc(), 1)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WBTC\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 60%\"",
            "do = \"swap\", at = \"pool\", from = \"all USDC\", to = \"WETH\"",
        ],
    );
    let own = world.wallet(weth());
    policy("when = \"health_factor < 1.3\"\ndo = \"deleverage to 1.5\"").act(&mut world, &[usdc()]).unwrap();
    assert!(world.lowest_health_factor() >= HealthFactor::Of(Wad::new(1_500_000_000_000_000_000)));
    assert_eq!(world.wallet(weth()), own, "the wallet's own ether stays");
    holds(&world);
}

#[test]
fn an_action_that_cannot_be_done_changes_nothing() {
    // The only collateral is worth less than the debt, the wallet is empty, and nobody lends for a moment.
    let mut world = world(&[some(weth(), 5)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"USDC to ltv 80%\"",
        ],
    );
    let (wallet, away) = (Holder::Wallet(world.farmer), Holder::Outside(Outside::World));
    let borrowed = crate::support::wallet(&world)[0];
    world.journal.post(wallet, away, borrowed, Reason::Swap).unwrap();
    price(&mut world, weth(), 800);
    let seen = |world: &World| {
        (crate::support::wallet(world), world.healths().to_vec(), world.venues()[0].venue.holdings())
    };
    let before = seen(&world);
    for action in ["close", "deleverage to 1.5"] {
        let rule = policy(&format!("when = \"health_factor < 1.25\"\ndo = \"{action}\""));
        assert!(rule.act(&mut world, &[weth()]).is_err(), "{action}");
        assert_eq!(before, seen(&world), "{action}");
    }
}

#[test]
fn compound_feeds_every_pool_though_they_share_a_coin() {
    let mut world = world(&[some(usdc(), 10_000), some(weth(), 6), some(wbtc(), 1)]);
    done(
        &mut world,
        &[
            "do = \"add_liquidity\", at = \"pool\", amounts = [\"2000 USDC\", \"1 WETH\"]",
            "do = \"add_liquidity\", at = \"other\", amounts = [\"0.1 WBTC\", \"2 WETH\"]",
        ],
    );
    let held = |world: &World| world.portfolio.shares.iter().map(|line| line.held).collect::<Vec<_>>();
    let before = held(&world);
    let acted = policy("every = \"1d\"\ndo = \"compound\"").act(&mut world, &[usdc()]).unwrap();
    assert_eq!(acted.len(), 2);
    assert!(held(&world).iter().zip(&before).all(|(now, then)| now > then));
    // With nothing but dust idle, there is nothing to do.
    let again = policy("every = \"1d\"\ndo = \"compound\"").act(&mut world, &[usdc()]).unwrap();
    assert!(again.len() <= 2, "{again:?}");
    assert!(wallet(&world).len() >= 2);
    holds(&world);
}

#[test]
fn each_metric_has_its_value() {
    let mut world = indebted();
    world.gas_price = U256::from(30_500_000_000_u64);
    // Half of 10,000 dollars of ether is owed, and 10,000 lie beside: 25,000 held in all.
    for (condition, due) in [
        ("debt_ratio > 19.99%", true),
        ("debt_ratio > 20%", false),
        ("debt_ratio < 20.01%", true),
        ("price WETH < 2000.01", true),
        ("price WETH > 2000", false),
        ("price WETH/WBTC < 0.0500001", true),
        ("price WETH/WBTC > 0.0499999", true),
        ("price WETH/WBTC > 0.05", false),
        ("price WBTC/WETH > 19.99", true),
        ("profit > -0.001%", true),
        ("profit < 0%", false),
        ("borrow_rate > 3.99%", true),
        ("borrow_rate > 4%", false),
        ("borrow_rate < 4.01%", true),
        ("borrow_rate USDC > 3.99%", true),
        ("borrow_rate WETH < 1000%", false),
        ("gas > 30.4 gwei", true),
        ("gas > 30.5 gwei", false),
        ("gas < 30.6gwei", true),
        ("age > 1s", false),
        ("age < 1s", true),
        ("out_of_range", false),
        ("net_apy 1d > -100%", false),
    ] {
        assert_eq!(is_due(&world, condition), due, "{condition}");
    }
    price(&mut world, weth(), 1_500);
    // Five ether are 2,500 dollars less.
    assert!(is_due(&world, "profit < -12.4%") && !is_due(&world, "profit < -12.6%"));
    let calm = rich();
    assert!(!is_due(&calm, "borrow_rate > 0%") && is_due(&calm, "debt_ratio < 1%"));
}

#[test]
fn all_conditions_of_a_list_must_hold() {
    let world = indebted();
    let holds = |list: &str| {
        let (past, opened) = (Past::default(), world.now.time);
        let rule = policy(&format!("when = {list}\ndo = \"close\""));
        rule.trigger.holds(&world, &Watch { opened, peak: Peak(0), past: &past })
    };
    assert!(holds("[\"ltv > 40%\", \"leverage > 1\"]"));
    assert!(!holds("[\"ltv > 40%\", \"leverage > 2\"]"));
    assert!(!holds("[\"ltv > 60%\", \"leverage > 1\"]"));
}

/// Whether `condition` holds at `seconds` with an equity of `percent` of the start's, after what was seen before.
fn holds_after(seen: &[(u64, i128)], seconds: u64, percent: i128, condition: &str) -> bool {
    let mut world = world(&[some(usdc(), 10_000)]);
    let (rule, opened) = (when(condition), world.now.time);
    let mut past = Past::new(std::slice::from_ref(&rule));
    let start = world.portfolio.start;
    for (time, percent) in seen {
        past.see(Timestamp(opened.0 + time), start * percent / 100);
    }
    world.pass_time(Timestamp(opened.0 + seconds)).unwrap();
    for line in &mut world.portfolio.lines {
        line.mark = start * percent / 100;
    }
    rule.trigger.holds(&world, &Watch { opened, peak: Peak(start), past: &past })
}

#[test]
fn a_growth_is_compounded_to_a_year() {
    let (year, half, day) = (31_536_000, 15_768_000, 86_400);
    // Ten percent in half a year are 1.1², 21 % in a year.
    let seen = [(0, 100)];
    assert!(holds_after(&seen, half, 110, "net_apy 26w > 20.99%"));
    assert!(!holds_after(&seen, half, 110, "net_apy 26w > 21.1%"));
    // The mark before the window's beginning counts, with its own time: a doubling over a year.
    assert!(holds_after(&seen, year, 200, "net_apy 1w > 99.9%"));
    assert!(holds_after(&seen, year, 200, "net_apy 1w < 100.1%"));
    // Of older marks only the last before the window counts.
    let seen = [(0, 50), (day, 100), (2 * day, 100), (3 * day, 90)];
    assert!(holds_after(&seen, 3 * day, 100, "net_apy 1d < 0.1%"));
    assert!(holds_after(&seen, 3 * day, 100, "net_apy 1d > -0.1%"));
    // One second short of full there is none, at its end there is.
    assert!(!holds_after(&[(0, 100)], day - 1, 50, "net_apy 1d < 0%"));
    assert!(holds_after(&[(0, 100)], day, 50, "net_apy 1d < 0%"));
    // Beyond what a number holds, and with nothing left.
    assert!(holds_after(&[(0, 100)], day, 300, "net_apy 1d > 1000000%"));
    assert!(holds_after(&[(0, 100)], day, 0, "net_apy 1d < -99.9%"));
    assert!(!holds_after(&[(0, 0)], day, 100, "net_apy 1d > -100%"));
}

#[test]
fn two_that_pull_debt_opposite_ways_are_in_conflict() {
    let close = when("ltv > 1%");
    let compound = policy("every = \"1d\"\ndo = \"compound\"");
    let deleverage = policy("when = \"ltv > 1%\"\ndo = \"deleverage to 2\"");
    assert!(compound.opposes(&close) && deleverage.opposes(&close));
    assert!(!close.opposes(&deleverage) && !compound.opposes(&deleverage) && !deleverage.opposes(&compound));
}

#[test]
fn a_policy_says_what_it_is() {
    for (lines, text) in [
        (
            "when = [\"health_factor < 1.25\", \"gas < 80 gwei\"]\nfor = \"90m\"\ndo = \"close\"",
            "health_factor < 1.25 and gas < 80 gwei for 90m: close",
        ),
        ("when = \"net_apy 2w < -1.125%\"\ndo = \"claim\"", "net_apy 14d < -1.125%: claim"),
        ("when = \"price WETH/WBTC > 0.08\"\ndo = \"claim\"", "price WETH/WBTC > 0.08: claim"),
        ("when = \"age > 36h\"\ndo = \"claim\"", "age > 36h: claim"),
        ("when = \"borrow_rate USDC > 12%\"\ndo = \"claim\"", "borrow_rate USDC > 12%: claim"),
    ] {
        assert_eq!(policy(lines).to_string(), text);
    }
}

/// Five ether secure 8,000 dollars, which are spent; at 1,700 dollars the position may be liquidated. So many dollars are
/// left at the bank.
fn under_water(left: u64) -> World {
    let terms = [PooledTerms::new(weth()).collateral(8_000, 8_500, 500), PooledTerms::new(usdc())];
    let bank = Pooled::new(terms, stub::START);
    let bank = bank.with_liquidity(usdc(), stub::tokens(usdc(), 8_000 + left));
    let mut world = with_bank(Box::new(bank), &[some(weth(), 5)]);
    done(
        &mut world,
        &[
            "do = \"supply\", at = \"bank\", amount = \"all WETH\"",
            "do = \"borrow\", at = \"bank\", amount = \"8000 USDC\"",
        ],
    );
    let (wallet, away) = (Holder::Wallet(world.farmer), Holder::Outside(Outside::World));
    world.journal.post(wallet, away, some(usdc(), 8_000), Reason::Swap).unwrap();
    price(&mut world, weth(), 1_700);
    world
}

#[test]
fn a_flash_loan_that_nobody_gives_is_named() {
    // Below the limit no collateral comes free, so somebody must lend.
    for action in ["deleverage to 1.3", "close"] {
        let rule = policy(&format!("when = \"health_factor < 1.1\"\ndo = \"{action}\""));
        let lent = rule.act(&mut under_water(10_000), &[weth()]);
        assert!(lent.is_ok_and(|done| !done.is_empty()), "{action}");
        let error = rule.act(&mut under_water(100), &[weth()]).unwrap_err().to_string();
        assert!(error.contains("for the length of a transaction"), "{action}: {error}");
    }
}

#[test]
fn policies_are_read_as_they_are_told() {
    let text = "ltv > 70% and gas < 90 gwei for 2h: close; price WETH/WBTC < 0.05: deleverage to 1.6; every 7d: claim; \
        every 90m: rebalance to ltv 60% at 80% volatility over 36h";
    let file = parse_toml("s.toml", "name = \"test\"\ncapital = \"1 USDC\"\nvenues = { bank = {} }").unwrap();
    let file = read_strategy(&file).unwrap().with_policies(text).unwrap();
    let strategy = file.resolve(&["bank".into()], &file.assets).unwrap();
    let told: Vec<String> = strategy.policies.iter().map(ToString::to_string).collect();
    assert_eq!(told.join("; "), text);
}
