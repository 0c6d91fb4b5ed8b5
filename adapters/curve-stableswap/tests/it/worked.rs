//! The worked examples of the protocol's sheet.

use levmine_curve_stableswap::{Contract, Generation, Payment};
use levmine_math::U256;

use crate::support::{START, contract, n, units};

/// 60, 50 and 90 million DAI, USDC and USDT, and 195 million shares.
fn pool_a() -> Contract {
    contract(
        Generation::ThreePool,
        &[18, 6, 6],
        2_000,
        1_000_000,
        &[units(60_000_000, 18), units(50_000_000, 6), units(90_000_000, 6)],
        units(195_000_000, 18),
    )
}

/// 100,000 ether and 400,000 stETH.
fn pool_b() -> Contract {
    contract(
        Generation::Steth,
        &[18, 18],
        50,
        4_000_000,
        &[units(100_000, 18), units(400_000, 18)],
        n("497286858243793097306378"),
    )
}

fn sell(pool: &Contract, coins: [usize; 2], dx: U256) -> levmine_curve_stableswap::Swapped {
    let mut pool = *pool;
    let rates = *pool.own_rates();
    pool.exchange(coins, dx, U256::ZERO, Payment::Taken, &rates, START).expect("a swap")
}

#[test]
fn invariant_and_virtual_price() {
    let pool = pool_a();
    assert_eq!(pool.virtual_price(pool.own_rates(), START), Ok(n("1025624386546623735")));
    let pool = pool_b();
    // One share for each unit of the invariant.
    assert_eq!(pool.virtual_price(pool.own_rates(), START), Ok(units(1, 18)));
}

#[test]
fn swaps() {
    let pool = pool_a();
    let swapped = sell(&pool, [0, 1], units(1_000_000, 18));
    assert_eq!((swapped.paid, swapped.admin_fee), (n("999765503464"), n("49993274")));
    assert_eq!(sell(&pool, [1, 2], units(1_000_000, 6)).paid, n("1000214121089"));
}

#[test]
fn a_deposit_of_one_coin() {
    let mut pool = pool_a();
    let rates = *pool.own_rates();
    let amounts = [U256::ZERO, units(1_000_000, 6), U256::ZERO];
    let added = pool.add_liquidity(&amounts, U256::ZERO, &rates, START).expect("a deposit");
    assert_eq!(&added.fees[..], [n("11251995675672434814"), n("28123336"), n("16877993")]);
    assert_eq!(added.minted, n("975118108420325953268623"));
}

#[test]
fn removals() {
    let mut pool = pool_a();
    let (rates, shares) = (*pool.own_rates(), units(1_000_000, 18));
    let removed = pool.remove_one(shares, 1, U256::ZERO, &rates, START).expect("a removal");
    assert_eq!((removed.paid, removed.fee), (n("1025390043621"), n("57677587")));
    let mut pool = pool_a();
    let removed = pool.remove_liquidity(shares, &[U256::ZERO; 3], true, START).expect("a removal");
    assert_eq!(&removed.amounts[..], [n("307692307692307692307692"), n("256410256410"), n("461538461538")]);
}

#[test]
fn ether_and_steth_in_june_2022() {
    let pool = pool_b();
    for (amount, expected) in
        [(1, "946090195152146297"), (1_000, "945571626835666312257"), (10_000, "9404912628111912112958")]
    {
        assert_eq!(sell(&pool, [1, 0], units(amount, 18)).paid, n(expected));
    }
    assert_eq!(sell(&pool, [0, 1], units(1_000, 18)).paid, n("1055534215643527314435"));
}
