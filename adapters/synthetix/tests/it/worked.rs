//! The formulas of the debt pool by hand.

use levmine_lending::{Amount, Context, LendingMarket};
use levmine_math::U256;

use crate::markets::{ALICE, BOB, KEEPER, POOL, START, asset, big, build, call, later, prices, units};

/// Without others, with the least time of staking and the escrow short.
const EMPTY: &str = r#"
    issuance_ratio = "500%"
    liquidation_ratio = "150%"
    liquidation_penalty = "30%"
    self_liquidation_penalty = "10%"
    liquidation_delay = "12h"
    flag_reward = 10
    liquidate_reward = 20
    minimum_stake_time = 0
    synths = { sETH = "WETH" }
"#;

#[test]
fn the_first_to_mint_has_a_share_for_a_dollar() {
    let mut market = build(EMPTY);
    let book = prices("3", "2000");
    let ctx = Context { now: START, prices: &book };
    assert_eq!(market.system().debt_ratio().expect("a ratio"), big("1000000000000000000000000000"));
    market.supply(ALICE.into(), asset("SNX"), Amount::Exact(units("1000")), &ctx).expect("staked");
    // 1,000 × 3 ÷ 5.
    assert_eq!(
        market.system().max_issuable(ALICE).expect("a limit"),
        U256::ZERO,
        "no price is published yet"
    );
    let most = Amount::Exact(units("600"));
    market.borrow(ALICE.into(), asset("sUSD"), most, &ctx).expect("minted");
    assert_eq!(market.system().staker(ALICE).shares, units("600"));
    assert_eq!(market.system().debt_of(ALICE).expect("a debt"), units("600"));
    assert_eq!(market.system().max_issuable(ALICE).expect("a limit"), units("600"));
    let more =
        market.borrow(ALICE.into(), asset("sUSD"), Amount::Exact(U256::ONE), &ctx).expect_err("too much");
    assert_eq!(more.code(), Some("Amount too large"));
}

/// Debt = shares × D ÷ S; mint a: a × S ÷ D shares; all of a debt removes all shares.
#[test]
fn debt_is_a_share_of_the_pool() {
    let mut market = build(EMPTY);
    let (snx, susd, seth) = (asset("SNX"), asset("sUSD"), asset("sETH"));
    let book = prices("3", "2000");
    let ctx = Context { now: START, prices: &book };
    for owner in [ALICE, BOB] {
        market.supply(owner.into(), snx, Amount::Exact(units("10000")), &ctx).expect("staked");
    }
    market.borrow(ALICE.into(), susd, Amount::Exact(units("3000")), &ctx).expect("minted");
    // 2,000 of 3,000 sUSD into one sETH, less 0.3 %: the fee is minted as sUSD, so the pool stays at 3,000.
    let sold = levmine_market::TokenAmount::new(susd, units("2000"));
    let receipt = market.exchange(KEEPER, sold, seth, &ctx).expect("exchanged");
    assert_eq!(receipt.amount, units("0.997"));
    assert_eq!(market.system().cached_debt, units("3000"));
    assert_eq!(market.system().fees.susd, units("6"));
    // Ether doubles: 0.997 × 2,000 more is owed, once a snapshot says so.
    let dear = prices("3", "4000");
    let ctx = Context { now: later(60), prices: &dear };
    assert_eq!(market.debt(ALICE, susd, later(60)).expect("a debt"), units("3000"));
    market.publish(&ctx).expect("published");
    let debt = units("4994");
    assert_eq!(market.debt(ALICE, susd, later(60)).expect("a debt"), debt);
    // ratio = 4,994 ÷ 3,000 with 27 decimals, half up.
    assert_eq!(market.system().debt_ratio().expect("a ratio"), big("1664666666666666666666666667"));
    // Bob mints 1,000: 1,000 ÷ ratio shares.
    market.borrow(BOB.into(), susd, Amount::Exact(units("1000")), &ctx).expect("minted");
    assert_eq!(market.system().staker(BOB).shares, big("600720865038045654786"));
    assert_eq!(market.debt(BOB, susd, later(60)).expect("a debt"), units("1000"));
    // Paying everything removes every share, whatever the rounding.
    let paid = market.repay(BOB.into(), susd, Amount::All, &ctx).expect("paid");
    assert_eq!(paid.amount, units("1000"));
    assert_eq!(market.system().staker(BOB).shares, U256::ZERO);
    assert_eq!(market.debt(ALICE, susd, later(60)).expect("a debt"), debt);
}

/// (D − ⌊V × r⌋) ÷ (1 − (1 + P) × r) of debt goes, and ⌊round(that ÷ price) × (1 + P)⌋ SNX.
#[test]
fn a_forced_liquidation_ends_at_the_issuance_ratio() {
    let mut market = build(EMPTY);
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    for (owner, staked) in [(ALICE, "10030"), (BOB, "100000")] {
        market.supply(owner.into(), snx, Amount::Exact(units(staked)), &ctx).expect("staked");
        market.borrow(owner.into(), susd, Amount::Exact(units("10000")), &ctx).expect("minted");
    }
    // SNX falls to 1.2: 12,036 against 10,000 is 120.36 %.
    call(&mut market, "set_price", "asset = \"SNX\"\nanswer = \"120000000\"", later(10)).expect("priced");
    call(&mut market, "flag", "by = \"keeper\"\naccount = \"alice\"", later(20)).expect("flagged");
    let early = call(
        &mut market,
        "liquidateDelinquentAccount",
        "by = \"keeper\"\naccount = \"alice\"",
        later(43_220),
    );
    assert_eq!(early.expect_err("too early").code(), Some("Not open for liquidation"));
    // V = (10,030 − 30) × 1.2 = 12,000. (10,000 − 2,400) ÷ (1 − 1.3 × 0.2) = 10,270.27…: more than the debt, so
    // the SNX that it takes is more than there is, and everything goes.
    let out = call(
        &mut market,
        "liquidateDelinquentAccount",
        "by = \"keeper\"\naccount = \"alice\"",
        later(43_221),
    )
    .expect("liquidated");
    let text = |key: &str| match out.get(key) {
        Some(levmine_market::Dump::Text(text)) => text.clone(),
        other => panic!("{key}: {other:?}"),
    };
    assert_eq!(text("redeemed"), units("10000").to_string());
    assert_eq!(text("debtRemoved"), units("10000").to_string());
    let alice = market.system().staker(ALICE);
    assert_eq!([alice.snx, alice.shares, U256::from(alice.flag_deadline)], [U256::ZERO; 3]);
    assert_eq!(market.system().staker(KEEPER).snx, units("30"));
    // Bob owes it all, and has all the SNX as a reward: 10,000 over 10,000 shares.
    assert_eq!(market.system().debt_of(BOB).expect("a debt"), units("20000"));
    assert_eq!(market.system().earned(BOB).expect("rewards"), units("10000"));
    assert_eq!(market.system().collateral(BOB).expect("SNX"), units("110000"));
}

#[test]
fn a_mild_liquidation_takes_a_part() {
    // Flagged from 300 % on, so that there is something left to fix.
    let mut market = build(&EMPTY.replace("\"150%\"", "\"300%\""));
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    for (owner, staked) in [(ALICE, "10030"), (BOB, "100000")] {
        market.supply(owner.into(), snx, Amount::Exact(units(staked)), &ctx).expect("staked");
        market.borrow(owner.into(), susd, Amount::Exact(units("10000")), &ctx).expect("minted");
    }
    call(&mut market, "set_price", "asset = \"SNX\"\nanswer = \"250000000\"", later(10)).expect("priced");
    call(&mut market, "flag", "by = \"keeper\"\naccount = \"alice\"", later(20)).expect("flagged");
    let before = market.system().redemption(ALICE, false, START.time.0).expect("amounts");
    // V = 25,000: (10,000 − 5,000) ÷ 0.74 = 6,756.756756756756756756, ÷ 2.5 × 1.3 SNX.
    assert_eq!(before.debt_removed, big("6756756756756756756756"));
    assert_eq!(before.redeemed, big("3513513513513513513512"));
    call(&mut market, "liquidateDelinquentAccount", "by = \"keeper\"\naccount = \"alice\"", later(43_221))
        .expect("liquidated");
    let alice = market.system().staker(ALICE);
    assert_eq!(alice.snx, units("10000") - before.redeemed);
    // Without its part of what it lost, the account is at 500 % to the last wei.
    let (debt, value) = (
        units("10000") - before.debt_removed,
        (units("10000") - before.redeemed) * U256::from(25) / U256::from(10),
    );
    assert!((value / U256::from(5)).abs_diff(debt) < U256::from(10), "{value} {debt}");
}

#[test]
fn liquidating_oneself_costs_less() {
    let mut market = build(EMPTY);
    let (snx, susd) = (asset("SNX"), asset("sUSD"));
    let book = prices("5", "2000");
    let ctx = Context { now: START, prices: &book };
    market.supply(ALICE.into(), snx, Amount::Exact(units("10000")), &ctx).expect("staked");
    market.borrow(ALICE.into(), susd, Amount::Exact(units("10000")), &ctx).expect("minted");
    let safe = call(&mut market, "liquidateSelf", "by = \"alice\"", later(5));
    assert_eq!(safe.expect_err("safe").code(), Some("Not open for liquidation"));
    call(&mut market, "set_price", "asset = \"SNX\"\nanswer = \"300000000\"", later(10)).expect("priced");
    call(&mut market, "liquidateSelf", "by = \"alice\"", later(20)).expect("liquidated");
    // (10,000 − 6,000) ÷ (1 − 1.1 × 0.2) = 5,128.2…; × 1.1 ÷ 3 SNX.
    let alice = market.system().staker(ALICE);
    assert_eq!(units("10000") - alice.snx, big("1880341880341880341879"));
    // Nobody else owes anything: the debt is the pool's, and comes back on the shares that are left, with the SNX.
    assert_eq!(market.system().debt_of(ALICE).expect("a debt"), units("10000"));
    // Above 1 ÷ (1 + 30 %) it is too late for that.
    call(&mut market, "set_price", "asset = \"SNX\"\nanswer = \"120000000\"", later(30)).expect("priced");
    let late = call(&mut market, "liquidateSelf", "by = \"alice\"", later(40));
    assert_eq!(late.expect_err("too late").code(), Some("Not open for liquidation"));
}

/// A week of fees is for those who had debt at its end, by their part of the shares then.
#[test]
fn fees_are_paid_by_the_week() {
    let mut market = build(EMPTY);
    let (snx, susd, seth) = (asset("SNX"), asset("sUSD"), asset("sETH"));
    let book = prices("5", "2000");
    let week = 604_800;
    let at = |seconds| Context { now: later(seconds), prices: &book };
    for (owner, minted) in [(ALICE, "3000"), (BOB, "1000")] {
        market.supply(owner.into(), snx, Amount::Exact(units("10000")), &at(0)).expect("staked");
        market.borrow(owner.into(), susd, Amount::Exact(units(minted)), &at(0)).expect("minted");
    }
    let sold = levmine_market::TokenAmount::new(susd, units("1000"));
    market.exchange(KEEPER, sold, seth, &at(10)).expect("exchanged");
    assert!(market.claimable(ALICE, later(week - 1)).expect("readable").is_empty());
    let early = call(&mut market, "closeCurrentFeePeriod", "", later(week - 1)).expect_err("too early");
    assert_eq!(early.code(), Some("Too early to close fee period"));
    // What Bob mints in the next week changes nothing in this one.
    market.accrue(later(week)).expect("closed");
    market.borrow(BOB.into(), susd, Amount::Exact(units("5000")), &at(week + 1)).expect("minted");
    for (owner, fees) in [(ALICE, "2.25"), (BOB, "0.75")] {
        let now = later(week + 2);
        assert_eq!(market.claimable(owner, now).expect("readable")[0].raw, units(fees));
        let paid = market.claim(owner, now).expect("paid");
        assert_eq!(paid[0].amount.raw, units(fees));
        assert!(market.claim(owner, now).expect("nothing").is_empty(), "once a week");
    }
    assert_eq!(market.system().fees.susd, U256::ZERO);
    // Below the target ratio nothing is paid; what is not claimed rolls over once.
    market.exchange(KEEPER, sold, seth, &at(week + 3)).expect("exchanged");
    let poor = prices("1.4", "2000");
    market.publish(&Context { now: later(2 * week), prices: &poor }).expect("published");
    let refused = call(&mut market, "claimFees", "by = \"alice\"", later(2 * week + 1)).expect_err("ratio");
    assert_eq!(refused.code(), Some("C-Ratio below penalty threshold"));
    assert_eq!(market.system().fees.last.fees, units("3"));
    market.publish(&Context { now: later(3 * week), prices: &poor }).expect("published");
    assert_eq!(market.system().fees.last.fees, units("3"));
}

#[test]
fn rewards_go_into_escrow_and_vest() {
    let mut market = build(&EMPTY.replace("synths", "escrow_duration = \"1d\"\n    synths"));
    call(&mut market, "createEscrow", "to = \"alice\"\namount = \"5000\"\nduration = \"100\"", START)
        .expect("in");
    let nothing =
        call(&mut market, "createEscrow", "to = \"alice\"\namount = \"0\"\nduration = \"100\"", START);
    assert_eq!(nothing.expect_err("nothing").code(), Some("Quantity cannot be zero"));
    let long =
        call(&mut market, "createEscrow", "to = \"alice\"\namount = \"1\"\nduration = \"125798401\"", START);
    let words = "Cannot escrow with 0 duration OR above max_duration";
    assert_eq!(long.expect_err("too long").code(), Some(words));
    let vest = "by = \"alice\"\nentries = [\"0\", \"7\"]";
    call(&mut market, "vest", vest, later(99)).expect("nothing is due");
    assert_eq!(market.system().staker(ALICE).snx, U256::ZERO);
    call(&mut market, "vest", vest, later(100)).expect("due");
    assert_eq!(market.system().staker(ALICE).snx, U256::from(5_000));
    assert_eq!(market.system().escrow.total, U256::ZERO);
}

#[test]
fn the_crowd_owes_what_the_synths_are_worth() {
    let market = build(POOL);
    let system = market.system();
    assert_eq!(system.cached_debt, units("50000000"));
    let [susd, seth] = system.synths.as_slice() else { panic!("two synths") };
    assert_eq!([susd.supply, susd.cached], [units("48000000"); 2]);
    assert_eq!([seth.supply, seth.cached], [units("1000"), units("2000000")]);
}
