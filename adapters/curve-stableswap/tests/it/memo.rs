//! A pool that remembers its invariant answers as one that does not.

use levmine_amm::{Deposit, Pool, Removal};
use levmine_curve_stableswap::{Base, CurvePool, Market};
use levmine_market::{Account, Price, PriceBook, TokenAmount};
use levmine_math::U256;

use crate::support::{at, build_curve, n};

const LP: Account = Account::new(1);

/// The same pool that has never been asked.
fn anew(pool: &CurvePool) -> CurvePool {
    let base: Option<Base> = pool.market().base().copied();
    let market = Market::new(*pool.market().pool(), base).expect("a market");
    CurvePool::new(pool.coins(), pool.base_coins(), pool.share().expect("a share"), market).expect("a pool")
}

/// All answers that the invariant is in; of all shares, the value is the invariant itself.
fn answers(pool: &CurvePool, seconds: u64) -> String {
    let mut prices = PriceBook::new();
    for coin in pool.coins() {
        prices.set(*coin, Price::ONE);
    }
    let all = TokenAmount::new(pool.share().expect("a share"), pool.market().pool().state().supply);
    let value = pool.fair_value(all, &prices, at(seconds));
    let [first, .., last] = pool.coins() else { panic!("two coins or more") };
    let rate = pool.spot_rate(*first, *last, at(seconds));
    let amount = rate.as_ref().ok().and_then(|rate| {
        let less = levmine_amm::Rate { buy: rate.buy / U256::from(1_000) * U256::from(995), sell: rate.sell };
        pool.amount_to_rate(*first, *last, less, at(seconds))
    });
    format!("{value:?} {rate:?} {amount:?}")
}

/// Something, most of which goes through.
fn act(pool: &mut CurvePool, draw: u64, seconds: u64) {
    let (coins, now) = (pool.coins().to_vec(), at(seconds));
    let count = coins.len() as u64;
    let (i, j) = ((draw % count) as usize, ((draw + 1 + draw / 64 % (count - 1)) % count) as usize);
    let part = |whole: U256| whole / U256::from(3 + draw % 997);
    let shares = TokenAmount::new(pool.share().expect("a share"), part(pool.market().pool().state().supply));
    let amount = TokenAmount::new(coins[i], part(pool.reserves()[i]));
    match draw / 8 % 9 {
        0..=2 => drop(pool.swap_exact_in(LP, amount, coins[j], U256::ZERO, now)),
        3 => {
            let mut amounts = pool.reserves();
            amounts.iter_mut().for_each(|amount| *amount /= U256::from(50));
            amounts[i] = part(pool.reserves()[i]);
            drop(pool.add_liquidity(LP, &Deposit::of(amounts), now));
        }
        4 => {
            let removal = Removal::Proportional { min: Default::default() };
            drop(pool.remove_liquidity(LP, shares, &removal, now));
        }
        5 => {
            let removal = Removal::OneCoin { coin: coins[i], min: U256::ZERO };
            drop(pool.remove_liquidity(LP, shares, &removal, now));
        }
        6 => drop(pool.rebase(TokenAmount::new(coins[i], pool.reserves()[i] + amount.raw), now)),
        7 => {
            let now = now.time.0;
            let a = pool.market().pool().amp(now).expect("A") / U256::from(100) + U256::from(20 + draw % 9);
            let _ = pool.market_mut().pool_mut().ramp(a, U256::from(now + 90_000), now);
        }
        _ => {
            let rate = n("1000000000000000000") + U256::from(draw % 1_000_000);
            let _ = pool.market_mut().pool_mut().set_rate(i, rate);
        }
    }
}

#[test]
fn a_remembered_invariant_is_the_invariant() {
    let ng = "version = \"ng-7.0.0\"\ncoins = [\"DAI\", \"USDC\", \"USDT\"]\nbalances = [\"3000000\", \"1000000\", \"1700000\"]\nA = 200\nasset_types = [\"oracle\", \"plain\", \"rebasing\"]";
    for table in [
        "preset = \"3pool\"",
        "preset = \"susd\"",
        "preset = \"steth\"",
        "preset = \"gusd\"",
        "preset = \"fraxbp\"",
        ng,
    ] {
        let mut pool = build_curve(table).expect("a pool");
        let (mut draw, mut seconds, mut changes) = (7_u64, 0, 0);
        for _ in 0..600 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Half of the time nobody has asked since the last change.
            if draw >> 40 & 1 == 0 {
                let before = anew(&pool);
                assert_eq!(answers(&pool, seconds), answers(&before, seconds), "{table}");
                assert_eq!(answers(&pool, seconds), answers(&pool.clone(), seconds), "{table}");
                assert_eq!(pool.market(), before.market());
                assert_eq!(pool.dump(), before.dump());
            }
            let before = *pool.market().pool();
            act(&mut pool, draw >> 8, seconds);
            changes += usize::from(before != *pool.market().pool());
            seconds += draw >> 50 & 2_047;
            let fresh = anew(&pool);
            assert_eq!(answers(&pool, seconds), answers(&fresh, seconds), "{table}");
        }
        assert!(changes > 200, "{changes} changes of {table}");
    }
}
