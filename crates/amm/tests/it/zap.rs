//! The search for the split of a deposit.

use levmine_amm::{Amounts, Pool, zap_split};
use levmine_market::{Account, Moment};
use levmine_math::U256;

use crate::toy::{Curve, Toy};

const WAD: u128 = 1_000_000_000_000_000_000;

#[test]
fn the_rest_fits_the_pool_after_the_swap() {
    for (one, other) in [(10, 0), (0, 5_000), (10, 100), (0, 1)] {
        let mut pool = Toy::new(&[("ONE", 18), ("TWO", 18)], &[1_000 * WAD, 500_000 * WAD], Curve::Weighted);
        let given = [U256::from(one * WAD), U256::from(other * WAD)];
        let now = Moment::default();
        let (sell, buy) =
            zap_split(&pool, &Amounts::from_iter(given), now).expect("an answer").expect("a swap");
        let swap = pool.swap_exact_in(Account::new(0), sell, buy, U256::ZERO, now).expect("a swap");
        let mut rest = given;
        let first = sell.asset == pool.coins[0];
        rest[usize::from(!first)] -= sell.raw;
        rest[usize::from(first)] += swap.quote.buy.raw;
        // In proportion to a base unit of the dearer coin.
        let fitting = rest[0] * pool.reserves[1] / pool.reserves[0];
        assert!(fitting.abs_diff(rest[1]) <= U256::from(2_000), "{fitting} {rest:?}");
    }
}

#[test]
fn nothing_to_swap_in_proportion_or_with_more_coins() {
    let pool = Toy::new(&[("ONE", 18), ("TWO", 18)], &[1_000, 500_000], Curve::Weighted);
    let fitting = Amounts::from_iter([U256::from(10), U256::from(5_000)]);
    assert_eq!(zap_split(&pool, &fitting, Moment::default()).expect("an answer"), None);
    let three = Toy::new(&[("ONE", 18), ("TWO", 18), ("TRI", 18)], &[1, 1, 1], Curve::Concentrated(2));
    assert!(zap_split(&three, &fitting, Moment::default()).is_err());
    assert!(three.fork().zap_swap(&fitting, Moment::default()).is_err());
}
