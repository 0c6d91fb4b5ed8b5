//! A pool that is moved by its record does what the same operations one by one would do, or nothing.

use levmine_amm::{Pool, PoolRecord};
use levmine_math::U256;
use levmine_uniswap_v3::UniswapV3Pool;
use levmine_uniswap_v3::contract::Core;
use levmine_uniswap_v3::swap_math::Exactly;
use levmine_uniswap_v3::tick_math::{
    MAX_SQRT_RATIO, MIN_SQRT_RATIO, sqrt_ratio_at_tick, tick_at_sqrt_ratio, usable_ticks,
};

use crate::support::{BOB, START, at, contract, others, venue};

const LIQUIDITY: u128 = 3_000_000_000_000_000_000_000;
const OWN: u128 = 500_000_000_000_000_000_000;

/// Others over all prices, and a position around the price, whose ticks trades cross.
fn core() -> Core {
    let [low, high] = usable_ticks(10);
    let start = sqrt_ratio_at_tick(1_005).expect("a price");
    contract(500, 10, start, &[(low, high, LIQUIDITY), (950, 1_050, OWN)])
}

fn end(zero_for_one: bool) -> U256 {
    if zero_for_one { MIN_SQRT_RATIO + U256::ONE } else { MAX_SQRT_RATIO - U256::ONE }
}

fn sell(core: &mut Core, zero_for_one: bool, amount: u128) {
    core.swap(zero_for_one, Exactly::In(U256::from(amount)), end(zero_for_one), START + 60).expect("a swap");
}

fn record(sold: [u128; 2], tick: i32, liquidity: u128) -> PoolRecord {
    PoolRecord { sold: sold.map(U256::from), bought: [U256::from(7), U256::from(8)], tick, liquidity }
}

/// What following does, and what was to come of it.
fn assert_follows(record: &PoolRecord, expected: Core) {
    let mut pool = venue(core());
    pool.follow(BOB, record, at(60)).expect("followed");
    let expected = venue(expected);
    assert_eq!(pool.dump(), expected.dump(), "{record:?}");
}

#[test]
fn one_trade_is_that_swap() {
    for (zero_for_one, amount) in
        [(true, 1_000_000_000_000_000), (false, 1_000_000_000_000_000), (true, 40), (false, 40)]
            .into_iter()
            .flat_map(|(side, amount)| {
                [amount, amount * 30_000, amount * 300_000].map(|amount| (side, amount))
            })
    {
        let mut expected = core();
        sell(&mut expected, zero_for_one, amount);
        let sold = if zero_for_one { [amount, 0] } else { [0, amount] };
        assert_follows(&record(sold, expected.state().tick, LIQUIDITY), expected);
    }
}

#[test]
fn nothing_recorded_is_nothing_done() {
    let before = core();
    assert_follows(&record([0, 0], before.state().tick, LIQUIDITY), before);
}

#[test]
fn both_directions_are_traded_against_the_move_first() {
    let (down, up) = (2_000_000_000_000_000_000, 5_000_000_000_000_000_000);
    let mut expected = core();
    sell(&mut expected, true, down);
    sell(&mut expected, false, up);
    let tick = expected.state().tick;
    assert!(tick > core().state().tick);
    assert_follows(&record([down, up], tick, LIQUIDITY), expected);
}

#[test]
fn the_price_is_brought_into_the_recorded_tick_without_a_fee() {
    for (sold, tick) in
        [([0, 0], 1_020), ([0, 0], 930), ([1_000_000_000_000, 0], 1_033), ([0, 1_000_000_000_000], 900)]
    {
        let mut pool = venue(core());
        let (done, _) = pool.follow(BOB, &record(sold, tick, LIQUIDITY), at(60)).expect("followed");
        let state = pool.core().state();
        assert_eq!(tick_at_sqrt_ratio(state.sqrt_price), Ok(tick));
        assert!(done.corrected.iter().any(|moved| !moved.is_zero()), "{tick}");
        // What the recorded trade paid is all that there is of fees.
        let paid = done.fees.iter().filter(|fee| !fee.is_zero()).count();
        assert_eq!(paid, usize::from(sold != [0, 0]));
        let mut traded = core();
        if sold != [0, 0] {
            sell(&mut traded, sold[0] > 0, sold[0].max(sold[1]));
        }
        assert_eq!(state.fee_growth_global, traded.state().fee_growth_global);
    }
}

#[test]
fn the_others_come_and_go() {
    let [low, high] = usable_ticks(10);
    let mut expected = core();
    expected.mint(&others(low, high), 1_000, START + 60).expect("minted");
    sell(&mut expected, true, 1_000_000_000_000_000);
    assert_follows(&record([1_000_000_000_000_000, 0], expected.state().tick, LIQUIDITY + 1_000), expected);
    let mut pool = venue(core());
    pool.follow(BOB, &record([0, 0], 1_005, LIQUIDITY / 2), at(60)).expect("followed");
    assert_eq!(pool.core().state().liquidity, LIQUIDITY / 2 + OWN);
}

#[test]
fn a_record_that_cannot_be_followed_leaves_the_pool_as_it_was() {
    let (down, up) = (1_000_000_000_000_000_000, 1_000_000_000_000_000_000_u128);
    // Sold alone, after another trade, and after the others have changed.
    for record in [
        PoolRecord { sold: [U256::MAX, U256::ZERO], ..record([0, 0], 0, LIQUIDITY) },
        PoolRecord { sold: [U256::MAX, U256::from(up)], ..record([0, 0], 0, LIQUIDITY) },
        PoolRecord { sold: [U256::from(down), U256::MAX], ..record([0, 0], 2_000, LIQUIDITY) },
        PoolRecord { sold: [U256::MAX, U256::ZERO], ..record([0, 0], 0, LIQUIDITY + 5) },
        PoolRecord { sold: [U256::ZERO, U256::MAX], ..record([0, 0], 0, LIQUIDITY - 5) },
        record([down, 0], 887_272, LIQUIDITY),
        record([0, 0], 900_000, LIQUIDITY),
        record([down, up], -900_000, LIQUIDITY),
        record([down, up], 1_005, u128::MAX),
    ] {
        let mut pool = venue(core());
        let before = pool.dump();
        let followed = pool.follow(BOB, &record, at(60));
        assert!(followed.is_err(), "{record:?}: {followed:?}");
        assert_eq!(pool.dump(), before, "{record:?}");
        assert_eq!(same(&pool), same(&venue(core())));
    }
}

/// All that a dump might leave out.
fn same(pool: &UniswapV3Pool) -> String {
    format!("{:?}", pool.core())
}
