//! Pools and outside prices.

use levmine_amm::{Pool, arbitrage};
use levmine_market::{Account, Price, PriceBook, TokenAmount};
use levmine_math::{U256, Wad};

use crate::support::{at, build, n, units};

const ROBOT: Account = Account::outsider(7);

fn book(pool: &dyn Pool, thousandths: &[u128]) -> PriceBook {
    let mut book = PriceBook::new();
    for (coin, price) in pool.coins().iter().zip(thousandths) {
        book.set(*coin, Price(Wad::new(price * 1_000_000_000_000_000)));
    }
    book
}

/// By how much of a million the marginal rate of each pair is off the outside prices at most.
fn off(pool: &dyn Pool, thousandths: &[u128]) -> u64 {
    let coins = pool.coins();
    let mut most = 0;
    for (i, sell) in coins.iter().enumerate() {
        for (j, buy) in coins.iter().enumerate().filter(|(j, _)| *j != i) {
            let rate = pool.spot_rate(*sell, *buy, at(0)).expect("a rate");
            let scale = |decimals: u8| U256::from(10).pow(U256::from(18 - decimals));
            // Both rates as parts of 10^12.
            let inside = (rate.buy >> 60_usize) * scale(buy.decimals()) * units(1, 12)
                / ((rate.sell >> 60_usize) * scale(sell.decimals()));
            let outside = U256::from(thousandths[i]) * units(1, 12) / U256::from(thousandths[j]);
            let apart = inside.abs_diff(outside) * U256::from(1_000_000) / outside;
            most = most.max(u64::try_from(apart).expect("small"));
        }
    }
    most
}

/// Within the fee, and the little that the last trade leaves.
fn comes_close(table: &str, thousandths: &[u128], fee_in_millionths: u64) {
    let mut pool = build(table).expect("a pool");
    let prices = book(&*pool, thousandths);
    assert!(off(&*pool, thousandths) > fee_in_millionths * 2, "nothing to do");
    arbitrage(&mut *pool, ROBOT, &prices, at(0)).expect("an answer").expect("a trade");
    let left = off(&*pool, thousandths);
    assert!(left <= fee_in_millionths * 11 / 10 + 20, "{left} millionths are left of {table}");
}

#[test]
fn arbitrage_of_two_three_and_four_coins_comes_close() {
    comes_close("preset = \"steth\"", &[1_000, 985], 400);
    comes_close("preset = \"fraxbp\"", &[1_000, 1_002], 100);
    comes_close("preset = \"3pool-2022\"", &[1_001, 998, 1_000], 100);
    comes_close("preset = \"susd\"", &[1_000, 1_004, 997, 990], 400);
}

#[test]
fn the_fair_value_is_the_virtual_price_at_the_least_price() {
    let pool = build("preset = \"3pool\"").expect("a pool");
    let share = TokenAmount::new(pool.share().expect("a share"), units(1, 18));
    let value =
        |prices: &[u128]| pool.fair_value(share, &book(&*pool, prices), at(0)).expect("a value").raw();
    // As the chain said of the virtual price in that block.
    assert_eq!(value(&[1_000, 1_000, 1_000]), n("1039823717075901888"));
    assert_eq!(value(&[1_000, 2_000, 3_000]), n("1039823717075901888"));
    assert_eq!(value(&[1_000, 500, 1_000]), n("519911858537950944"));
}

#[test]
fn the_value_of_a_metapool_counts_its_base_pool() {
    let pool = build("preset = \"gusd\"").expect("a pool");
    let [own, base_share] = pool.coins() else { panic!("two coins") };
    let mut prices = PriceBook::new();
    prices.set(*own, Price::ONE);
    for (symbol, decimals) in [("DAI", 18), ("USDC", 6), ("USDT", 6)] {
        prices.set(levmine_market::Asset::new(symbol, decimals).expect("an asset"), Price::ONE);
    }
    let share = TokenAmount::new(pool.share().expect("a share"), units(1, 18));
    let of_base = pool.fair_value(TokenAmount::new(*base_share, units(1, 18)), &prices, at(0));
    assert!(of_base.expect("a value").raw().abs_diff(n("1020000000000000000")) <= U256::from(1));
    let value = pool.fair_value(share, &prices, at(0)).expect("a value").raw();
    assert!(value.abs_diff(n("1010000000000000000")) <= U256::from(10), "{value}");
    // A price of the base share itself goes before.
    prices.set(*base_share, Price(Wad::new(510_000_000_000_000_000)));
    let value = pool.fair_value(share, &prices, at(0)).expect("a value").raw();
    assert!(value.abs_diff(n("505000000000000000")) <= U256::from(10), "{value}");
}

#[test]
fn rebases_are_the_providers() {
    let mut pool = build("preset = \"steth\"").expect("a pool");
    let steth = pool.coins()[1];
    let price = |pool: &dyn Pool| {
        let share = TokenAmount::new(pool.share().expect("a share"), units(1, 18));
        pool.fair_value(share, &book(pool, &[1_000, 1_000]), at(0)).expect("a value").raw()
    };
    let before = price(&*pool);
    pool.rebase(TokenAmount::new(steth, units(606_000, 18)), at(0)).expect("a rebase");
    // One per cent of half of the pool.
    let gained = (price(&*pool) - before) * U256::from(10_000) / before;
    assert_eq!(gained, U256::from(49));
    assert!(pool.rebase(TokenAmount::new(pool.share().expect("a share"), U256::ONE), at(0)).is_err());
    let mut plain = build("preset = \"3pool\"").expect("a pool");
    let dai = plain.coins()[0];
    assert!(plain.rebase(TokenAmount::new(dai, U256::ONE), at(0)).is_err());
}
