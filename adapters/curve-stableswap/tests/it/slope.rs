//! The amount that brings the marginal rate to an outside rate, beside a search over quotes.

use levmine_amm::{Pool, Rate};
use levmine_market::{Asset, TokenAmount};
use levmine_math::U256;

use crate::support::{at, build};

const THREE: &str =
    "coins = [\"DAI\", \"USDC\", \"USDT\"]\nbalances = [\"3000000\", \"1000000\", \"1700000\"]\n";
const PARTS: u64 = 1_000_000;

/// A trader's view of a pair: a base unit of what is bought is worth `bought`, of what is sold `sold`.
struct Pair<'a> {
    pool: &'a dyn Pool,
    sell: Asset,
    buy: Asset,
    sold: U256,
    bought: U256,
}

impl Pair<'_> {
    /// The gain of selling so much, above a floor that keeps it positive.
    fn gain(&self, amount: U256) -> U256 {
        let floor = U256::ONE << 200_usize;
        let sell = TokenAmount::new(self.sell, amount);
        match self.pool.quote_exact_in(sell, self.buy, at(0)) {
            Ok(quote) => floor + quote.buy.raw * self.bought - amount * self.sold,
            Err(_) => floor,
        }
    }

    /// The most that a search by thirds finds, with the amount.
    fn search(&self) -> (U256, U256) {
        let (mut low, mut high) = (U256::ZERO, U256::from(10).pow(U256::from(8 + self.sell.decimals())));
        while high - low > U256::from(3) {
            let third = (high - low) / U256::from(3);
            if self.gain(low + third) < self.gain(high - third) {
                low += third;
            } else {
                high -= third;
            }
        }
        (self.gain(low), low)
    }
}

/// Asks for every pair at outside rates around one, and looks whether a search gains more by a millionth.
fn holds(table: &str, millionths: &[u64]) {
    let pool = build(table).expect("a pool");
    let (coins, mut trades) = (pool.coins().to_vec(), 0);
    for (sell, buy) in coins.iter().flat_map(|sell| coins.iter().map(move |buy| (*sell, *buy))) {
        if sell == buy {
            continue;
        }
        for rate in millionths {
            let unit = |coin: Asset| U256::from(10).pow(U256::from(18 - coin.decimals()));
            let sold = unit(sell) * U256::from(*rate);
            let bought = unit(buy) * U256::from(PARTS);
            let pair = Pair { pool: &*pool, sell, buy, sold, bought };
            let target = Rate { buy: sold, sell: bought };
            let amount = pool.amount_to_rate(sell, buy, target, at(0));
            let amount = amount.unwrap_or_else(|| panic!("no answer at {rate} for {sell:?} in {table}"));
            let floor = U256::ONE << 200_usize;
            let (most, best) = pair.search();
            let (gain, most) = (pair.gain(amount) - floor, most.saturating_sub(floor));
            // Besides, the contract keeps a fee in whole parts of 10^10, and so do the quotes.
            let grain = best * sold / U256::from(10_000_000_000_u64);
            let slack = most / U256::from(PARTS) + bought + sold + grain;
            assert!(gain + slack >= most, "{table}: {gain} of {most} at {rate}: {amount} for {best}");
            if amount.is_zero() {
                assert!(most <= bought + sold + grain, "{table}: {most} left at {rate}");
            } else {
                trades += 1;
            }
        }
    }
    assert!(trades > coins.len(), "{trades} trades of {table}");
}

const RATES: [u64; 8] = [200_000, 900_000, 997_000, 999_500, 999_990, 1_000_020, 1_000_400, 1_004_000];

#[test]
fn the_amount_is_the_optimum_of_a_fixed_fee() {
    holds(&format!("version = \"3pool\"\n{THREE}A = 2000\nfee = \"0.01%\""), &RATES);
    holds(&format!("version = \"template\"\n{THREE}A = 20\nfee = \"0.04%\""), &RATES);
    holds("preset = \"3pool\"", &RATES);
    holds("preset = \"susd\"", &RATES);
    holds("preset = \"steth\"", &RATES);
    holds("preset = \"gusd\"", &RATES);
}

#[test]
fn the_amount_is_the_optimum_of_a_rising_fee() {
    for multiplier in [2, 5, 20] {
        for (a, fee) in [(200, "0.01%"), (2000, "0.04%"), (30, "0.02%")] {
            let table = format!(
                "version = \"ng-7.0.0\"\n{THREE}A = {a}\nfee = \"{fee}\"\noffpeg_fee_multiplier = \"{multiplier}\""
            );
            holds(&table, &RATES);
        }
    }
    let coins =
        "coins = [\"aDAI\", \"aUSDC\", \"aUSDT\"]\nbalances = [\"3000000\", \"1000000\", \"1700000\"]";
    let rest = "A = 200\nfee = \"0.04%\"\noffpeg_fee_multiplier = \"2\"";
    holds(&format!("version = \"aave\"\n{coins}\n{rest}"), &RATES);
}

#[test]
fn the_amount_is_the_optimum_of_pools_out_of_balance() {
    let mut draw = 11_u64;
    let mut next = |below: u64| {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (draw >> 33) % below
    };
    for _ in 0..40 {
        let mut balance = || 100_u64 * 10_u64.pow(next(4) as u32) * (1 + next(9));
        let balances = format!("balances = [\"{}\", \"{}\", \"{}\"]", balance(), balance(), balance());
        let a = [1, 10, 150, 5_000][next(4) as usize];
        let table = format!(
            "version = \"template\"\ncoins = [\"DAI\", \"USDC\", \"USDT\"]\n{balances}\nA = {a}\nfee = \"0.04%\""
        );
        holds(&table, &[50_000, 700_000, 998_000, 1_003_000, 2_000_000, 30_000_000]);
    }
}

#[test]
fn nothing_is_to_be_sold_within_the_fee() {
    let pool = build(
        "version = \"template\"\ncoins = [\"DAI\", \"FRAX\"]\nbalances = [\"1000\", \"1000\"]\nA = 200",
    )
    .expect("a pool");
    let [a, b] = pool.coins() else { panic!("two coins") };
    let one = Rate { buy: U256::ONE, sell: U256::ONE };
    assert_eq!(pool.amount_to_rate(*a, *b, one, at(0)), Some(U256::ZERO));
    assert_eq!(pool.amount_to_rate(*b, *a, one, at(0)), Some(U256::ZERO));
    assert_eq!(pool.amount_to_rate(*a, *a, one, at(0)), None);
    assert_eq!(pool.amount_to_rate(*a, *b, Rate { buy: U256::ONE, sell: U256::ZERO }, at(0)), None);
    assert_eq!(pool.amount_to_rate(*a, *b, Rate { buy: U256::ZERO, sell: U256::ONE }, at(0)), None);
    assert_eq!(
        pool.amount_to_rate(*a, *b, Rate { buy: U256::MAX, sell: U256::MAX }, at(0)),
        Some(U256::ZERO)
    );
}
