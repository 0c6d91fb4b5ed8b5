//! Worked examples: shares, fees, fair prices, values, liquidation, rewards, swaps; by hand and from the specification.

use levmine_alpha_homora::chef::reward_due;
use levmine_alpha_homora::oracle::{
    Exact, Prices, aggregate, as_eth_borrow, as_eth_collateral, convert_for_liquidation, dollar_feed_px,
    fair_lp_px, feed_px, stable_lp_px,
};
use levmine_alpha_homora::spell::{Shortfall, optimal_deposit, shortfall};
use levmine_alpha_homora::{Bank, Chef, Factors, HomoraError, Loan, Q112, RateModel, Stake};
use levmine_math::U256;

use crate::markets::{PLAIN, asset, market, n, u};

const ETHER: u128 = 1_000_000_000_000_000_000;

/// A bank that owes its lender so much, in so many shares; others owe as much again.
fn bank(total_debt: U256, total_share: U256) -> Bank {
    let mut bank = *market(PLAIN).state().bank(0).expect("a bank");
    bank.total_debt = total_debt;
    bank.total_share = total_share;
    bank.lender.bank = Loan { principal: total_debt, index: bank.lender.borrow_index };
    bank.lender.total_borrows = total_debt + total_debt;
    bank.lender.cash = total_debt;
    bank
}

#[test]
fn shares_are_rounded_against_the_borrower_both_ways() {
    // A total of 10^24 and a little.
    let shares = u(900_000 * ETHER);
    let mut it = bank(n("1000000000000000123456789"), shares);
    assert_eq!(it.share_of(u(1_000 * ETHER)), Ok(n("899999999999999888889")));
    let before = it;
    let (share, added) = it.borrow(U256::ZERO, u(1_000 * ETHER)).expect("borrowed");
    assert_eq!((share, added), (n("899999999999999888889"), n("899999999999999888889")));
    // One wei more is owed at once.
    assert_eq!(it.debt_of(share), Ok(n("1000000000000000000001")));
    // Half of it repaid against the totals of before.
    let mut it = before;
    let repaid = it.repay(n("899999999999999888889"), u(500 * ETHER)).expect("repaid");
    assert_eq!(repaid.share, n("449999999999999944444"));
    assert_eq!((repaid.called, repaid.paid), (u(500 * ETHER), u(500 * ETHER)));
    assert_eq!(it.total_share, shares - repaid.share);
}

#[test]
fn the_fee_is_borrowed_on_top_of_the_interest() {
    let mut it = bank(u(1_050_000 * ETHER), u(900_000 * ETHER));
    it.total_debt = u(1_000_000 * ETHER);
    let block = it.lender.accrual_block;
    let cash = it.lender.cash;
    it.accrue(1_000, block).expect("accrued");
    assert_eq!(it.reserve, u(5_000 * ETHER));
    assert_eq!(it.total_debt, u(1_055_000 * ETHER));
    assert_eq!(it.lender.cash, cash - u(5_000 * ETHER));
    // Without cash for the fee there is no accruing.
    let mut it = bank(u(1_050_000 * ETHER), u(900_000 * ETHER));
    it.total_debt = u(1_000_000 * ETHER);
    it.lender.cash = u(5_000 * ETHER - 1);
    let refused = it.accrue(1_000, block);
    assert!(matches!(refused, Err(HomoraError::BadBorrow { .. })), "{refused:?}");
    assert_eq!(refused.map_err(|error| error.code()), Err("bad borrow"));
}

#[test]
fn more_than_the_debt_is_refused() {
    let mut it = bank(u(1_000), u(1_000));
    let refused = it.repay(u(10), u(11));
    assert_eq!(refused, Err(HomoraError::PaidExceedsDebt { asset: it.token, paid: u(11), debt: u(10) }));
    let mut it = bank(U256::ZERO, U256::ZERO);
    // Nobody owes anything: the contract divides nothing by nothing, and before that subtracts one.
    assert_eq!(
        it.repay(U256::ZERO, u(1)).map_err(|error| error.code()),
        Err("SafeMath: subtraction overflow")
    );
    let mut it = bank(u(1_000), u(1_000));
    it.lender.total_borrows = u(5);
    let refused = it.repay(u(1_000), U256::MAX).map_err(|error| error.code());
    assert_eq!(refused, Err("REPAY_BORROW_NEW_TOTAL_BALANCE_CALCULATION_FAILED"));
    let mut it = bank(u(1_000), u(1_000));
    let refused = it.repay(u(1_000), u(1_001)).map_err(|error| error.code());
    assert_eq!(refused, Err("REPAY_BORROW_NEW_ACCOUNT_BORROW_BALANCE_CALCULATION_FAILED"));
}

/// 10,000,000 USDC and 5,000 WETH at 2,000 USDC per ether.
fn pool() -> ([U256; 2], U256, [U256; 2]) {
    let reserves = [u(10_000_000_000_000), u(5_000 * ETHER)];
    let px = [n("2596148429267413814265248164610048000000000"), n("5192296858534827628530496329220096")];
    (reserves, n("223606797749978969"), px)
}

fn prices() -> Exact {
    let (reserves, supply, [usdc, weth]) = pool();
    let mut prices = Exact::new();
    prices.set(asset("USDC"), usdc);
    prices.set(asset("WETH"), weth);
    prices.set(asset("pool-LP"), fair_lp_px(reserves, supply, [usdc, weth]).expect("a price"));
    prices
}

#[test]
fn the_fair_price_of_an_lp_token() {
    let (reserves, supply, px) = pool();
    assert_eq!(px[1], Q112);
    let lp = fair_lp_px(reserves, supply, px).expect("a price");
    assert_eq!(lp, n("232206574700849673399166710611714244608"));
    assert_eq!((lp * u(ETHER)) >> 112_usize, n("44721359549995793928156"));
    assert_eq!((lp * u(1_000_000_000_000_000)) >> 112_usize, n("44721359549995793928"));
    let factors = Factors { borrow: 50_000, collateral: 8_500, incentive: 10_250 };
    let counted =
        as_eth_collateral(asset("pool-LP"), factors, u(1_000_000_000_000_000), &prices()).expect("a value");
    assert_eq!(counted, n("38013155617496424838"));
}

#[test]
fn a_swap_moves_the_fair_price_by_its_fee_only() {
    let (reserves, supply, px) = pool();
    let [usdc, weth] = reserves;
    let sold = u(5_000 * ETHER);
    let with_fee = sold * u(997);
    let out = with_fee * usdc / (weth * u(1_000) + with_fee);
    let after = [usdc - out, weth + sold];
    let fair = fair_lp_px(after, supply, px).expect("a price");
    assert_eq!(fair, n("232380925801415028648559719142080290163"));
    // What naive valuation of the reserves would make of it: 25.04 % more.
    let naive = |[usdc, weth]: [U256; 2]| ((usdc * px[0]) >> 112_usize) + ((weth * px[1]) >> 112_usize);
    assert_eq!(naive(after) * u(10_000) / naive(reserves), u(12_503));
    assert_eq!(fair * u(100_000) / n("232206574700849673399166710611714244608"), u(100_075));
}

#[test]
fn a_debt_counts_with_its_factor() {
    let factors = Factors { borrow: 11_000, collateral: 0, incentive: 10_250 };
    let counted = as_eth_borrow(asset("USDC"), factors, u(2_000_000_000), &prices());
    assert_eq!(counted, Ok(u(1_100_000_000_000_000_000)));
    let unknown = as_eth_borrow(asset("USDC"), Factors::default(), u(1), &prices());
    assert_eq!(unknown.map_err(|error| error.code()), Err("bad underlying borrow"));
    let mut none = prices();
    none.set(asset("USDC"), U256::ZERO);
    assert_eq!(none.px(asset("USDC")), Err(HomoraError::NoPx { asset: asset("USDC") }));
    assert!(matches!(none.px(asset("DAI")), Err(HomoraError::Market(_))));
}

#[test]
fn both_incentives_multiply() {
    let plain = Factors { borrow: 10_000, collateral: 10_000, incentive: 10_000 };
    let both = Factors { incentive: 10_250, ..plain };
    let convert = |factors| {
        convert_for_liquidation(
            (asset("USDC"), factors),
            (asset("pool-LP"), factors),
            u(500_000_000),
            &prices(),
        )
    };
    assert_eq!(convert(plain), Ok(u(5_590_169_943_749)));
    assert_eq!(convert(both), Ok(u(5_873_172_297_151)));
}

#[test]
fn rewards_are_floor_less_ceil() {
    let (then, now, amount) = (u(40_500_000_364), u(60_750_000_546), u(100 * ETHER));
    assert_eq!(reward_due(then, now, amount), Ok(u(2_025_000_018_200_000_000)));
    assert_eq!(reward_due(U256::ZERO, then, amount), Ok(u(4_050_000_036_400_000_000)));
    // A base unit earns nothing, and what was earned before it came is rounded up.
    assert_eq!(reward_due(u(1), u(999_999_999_999), u(1)), Ok(U256::ZERO));
    assert_eq!(reward_due(now, then, amount), Ok(U256::ZERO));
}

#[test]
fn the_optimal_swap() {
    let reserves = [u(5_000 * ETHER), u(10_000_000_000_000)];
    let one_sided = [u(100 * ETHER), U256::ZERO];
    assert_eq!(optimal_deposit(one_sided, reserves), Ok((n("49827210549979131119"), false)));
    let two_sided = [u(100 * ETHER), u(50_000_000_000)];
    assert_eq!(optimal_deposit(two_sided, reserves), Ok((n("37231079970196199501"), false)));
    let turned = [two_sided[1], two_sided[0]];
    assert_eq!(optimal_deposit(turned, [reserves[1], reserves[0]]), Ok((n("37231079970196199501"), true)));
    assert_eq!(optimal_deposit([U256::ZERO; 2], reserves), Ok((U256::ZERO, false)));
    let beyond = optimal_deposit([U256::MAX, U256::ZERO], reserves).map_err(|error| error.code());
    assert_eq!(beyond, Err("SafeMath: multiplication overflow"));
}

#[test]
fn what_is_missing_is_bought_with_what_is_spare() {
    let some = |buys_second, missing, spare| {
        Ok(Some(Shortfall { buys_second, missing: u(missing), spare: u(spare) }))
    };
    let ask = |removed: [u128; 2], repay: [u128; 2], min: [u128; 2]| {
        shortfall(removed.map(u), repay.map(u), min.map(u))
    };
    assert_eq!(ask([100, 100], [120, 50], [0, 10]), some(false, 20, 40));
    assert_eq!(ask([100, 100], [50, 120], [10, 0]), some(true, 20, 40));
    // Short on both sides, or on none: nothing can be swapped, or nothing must.
    assert_eq!(ask([100, 100], [120, 120], [0, 0]), Ok(None));
    assert_eq!(ask([100, 100], [100, 100], [0, 0]), Ok(None));
    assert_eq!(ask([100, 100], [120, 100], [0, 0]), Ok(None));
    let beyond = shortfall([u(1); 2], [U256::MAX; 2], [u(1); 2]).map_err(|error| error.code());
    assert_eq!(beyond, Err("SafeMath: addition overflow"));
}

#[test]
fn sources_are_aggregated() {
    let limit = u(1_050_000_000_000_000_000);
    let ask = |sources: &[Option<u128>]| {
        let sources: Vec<Option<U256>> = sources.iter().map(|px| px.map(u)).collect();
        aggregate(&sources, limit).map_err(|error| error.code())
    };
    assert_eq!(ask(&[Some(7)]), Ok(u(7)));
    assert_eq!(ask(&[None, Some(100), None]), Ok(u(100)));
    assert_eq!(ask(&[Some(105), Some(100)]), Ok(u(102)));
    assert_eq!(ask(&[Some(106), Some(100)]), Err("too much deviation (2 valid sources)"));
    assert_eq!(ask(&[Some(104), Some(100), Some(102)]), Ok(u(102)));
    assert_eq!(ask(&[Some(200), Some(100), Some(103)]), Ok(u(101)));
    assert_eq!(ask(&[Some(200), Some(100), Some(199)]), Ok(u(199)));
    assert_eq!(ask(&[Some(200), Some(100), Some(150)]), Err("too much deviation (3 valid sources)"));
    assert_eq!(ask(&[None]), Err("no valid source"));
    assert_eq!(ask(&[Some(1); 4]), Err("more than 3 valid sources not supported"));
    assert_eq!(ask(&[Some(0), Some(1)]), Err("SafeMath: division by zero"));
}

#[test]
fn feeds_are_scaled() {
    // 0.0005 ether for a dollar of six decimals: 5 · 10^8 wei per base unit.
    let px = feed_px(u(500_000_000_000_000), 6, 1_000, 1_100, 100);
    assert_eq!(px, Ok(Q112 * u(500_000_000)));
    let late = feed_px(u(1), 6, 999, 1_100, 100).map_err(|error| error.code());
    assert_eq!(late, Err("delayed update time"));
    // 47,000 dollars for a token of eight decimals at 1,500 dollars for an ether.
    let px = dollar_feed_px(u(4_700_000_000_000), u(150_000_000_000), 8).expect("a price");
    assert_eq!(px, Q112 * u(4_700_000_000_000) / u(150_000_000_000) / u(100_000_000));
    // A stable pool: the virtual price times the cheapest coin, per 10^-18 of a whole one.
    let coins = [(Q112 * u(500_000_000), 6), (Q112 / u(2_001), 18)];
    let lp = stable_lp_px(u(1_020_000_000_000_000_000), &coins).expect("a price");
    assert_eq!(lp, (Q112 / u(2_001)) * u(102) / u(100));
    assert!(stable_lp_px(u(1), &[]).is_err());
}

/// A hundred SUSHI a block, 3,000 of 60,000 of it for this pool.
fn chef() -> Chef {
    Chef {
        reward: asset("SUSHI"),
        pid: 1,
        per_block: u(100 * ETHER),
        alloc: u(3_000),
        total_alloc: u(60_000),
        bonus_end: 0,
        bonus: 10,
        last_block: 1_000,
        acc: U256::ZERO,
        staked: n("12345678901234567890123"),
        held: U256::ZERO,
        wrapper: Stake::default(),
        wrapper_held: U256::ZERO,
        minted: U256::ZERO,
    }
}

#[test]
fn a_chef_pays_by_the_block() {
    let mut it = chef();
    it.update(1_100).expect("updated");
    assert_eq!((it.acc, it.held), (u(40_500_000_364), u(500 * ETHER)));
    let (stake, paid) = it.deposit(&Stake::default(), u(100 * ETHER), 1_100).expect("staked");
    assert_eq!((stake.reward_debt, paid), (u(4_050_000_036_400_000_000), U256::ZERO));
    // An earlier block changes nothing.
    let before = it;
    it.update(1_099).expect("nothing");
    assert_eq!(it, before);
    // So long until the specification's next figure; the stake itself dilutes, so the figure is put in.
    it.acc = u(60_750_000_546);
    assert_eq!(stake.pending(it.acc), Ok(u(2_025_000_018_200_000_000)));
    let more = it.withdraw(&stake, u(100 * ETHER + 1), 1_100).map_err(|error| error.code());
    assert_eq!(more, Err("withdraw: not good"));
    // What is not there is not paid.
    it.held = u(5);
    let (left, paid) = it.withdraw(&stake, u(100 * ETHER), 1_100).expect("withdrawn");
    assert_eq!((left, paid, it.held), (Stake::default(), u(5), U256::ZERO));
}

#[test]
fn early_blocks_count_more() {
    // Ten blocks of the bonus, ninety after it.
    let mut it = Chef { bonus_end: 1_010, ..chef() };
    it.update(1_100).expect("updated");
    assert_eq!(it.minted, u(5 * (10 * 10 + 90) * ETHER));
    let mut it = Chef { bonus_end: 2_000, ..chef() };
    it.update(1_100).expect("updated");
    assert_eq!(it.minted, u(5_000 * ETHER));
    // Nobody has staked: the blocks are lost.
    let mut it = Chef { staked: U256::ZERO, ..chef() };
    it.update(1_100).expect("updated");
    assert_eq!((it.minted, it.acc, it.last_block), (U256::ZERO, U256::ZERO, 1_100));
}

#[test]
fn wrapped_tokens_tell_where_they_began() {
    let mut it = chef();
    let acc = it.wrap(u(100 * ETHER), 1_100).expect("wrapped");
    assert_eq!(it.id(acc), (U256::ONE << 240_usize) + u(40_500_000_364));
    it.acc = u(60_750_000_546);
    it.held = u(1_000 * ETHER);
    let paid = it.unwrap(acc, u(100 * ETHER), 1_100).expect("unwrapped");
    assert_eq!(paid, u(2_025_000_018_200_000_000));
    // The wrapper was paid as much by the chef, and keeps nothing.
    assert_eq!((it.wrapper, it.wrapper_held), (Stake::default(), U256::ZERO));
}

#[test]
fn the_lender_is_a_compound_market() {
    let mut it = market(PLAIN).state().bank(1).expect("a bank").lender;
    let percent = |part: u128| u(part * ETHER / 100);
    it.model =
        RateModel::of_year([U256::ZERO, percent(5), percent(109), percent(80)], 2_102_400).expect("a model");
    assert_eq!((it.model.multiplier, it.model.jump), (u(29_727_929_984), u(518_455_098_934)));
    it.reserve_factor = u(75 * ETHER / 1_000);
    it.cash = u(200_000_000_000_000);
    it.total_borrows = u(600_000_000_000_000);
    it.total_reserves = u(10_000_000_000_000);
    it.borrow_index = u(1_080_000_000_000_000_000);
    assert_eq!(it.utilization(), Ok(u(759_493_670_886_075_949)));
    assert_eq!((it.borrow_rate(), it.supply_rate()), (Ok(u(22_578_174_671)), Ok(u(15_861_882_205))));
    let block = it.accrual_block;
    it.accrue(block + 7_200).expect("accrued");
    assert_eq!(it.total_borrows, u(600_097_537_714_578));
    assert_eq!(it.total_reserves, u(10_007_315_328_593));
    assert_eq!(it.borrow_index, u(1_080_175_567_886_241_696));
    it.total_supply = n("3500000000000000000");
    assert_eq!(it.exchange_rate(), Ok(u(225_740_063_538_852)));
    let loan = Loan { principal: u(500_000_000), index: u(1_080_000_000_000_000_000) };
    it.borrow_index = u(1_083_700_000_000_000_000);
    assert_eq!(it.owed(&loan), Ok(u(501_712_962)));
    it.model.base = u(6_000_000_000_000);
    let absurd = it.accrue(block + 7_201).map_err(|error| error.code());
    assert_eq!(absurd, Err("borrow rate is absurdly high"));
}

#[test]
fn who_pays_the_whole_debt_keeps_no_share() {
    // Shares are worth less than a base unit each: one base unit, rounded up, is the whole debt of fifteen of them.
    let mut it = bank(u(10), u(1_000));
    assert_eq!(it.debt_of(u(15)), Ok(u(1)));
    let repaid = it.repay(u(15), U256::MAX).expect("repaid");
    assert_eq!((repaid.paid, repaid.share), (u(1), u(15)));
    assert_eq!((it.total_debt, it.total_share), (u(9), u(985)));
}
