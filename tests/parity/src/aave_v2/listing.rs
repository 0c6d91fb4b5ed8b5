//! The reserves of a market: few, and every kind of them.

use levmine_math::U256;

use crate::random::Random;

/// Basis points with the 100 %.
const FULL: u64 = 10_000;

/// A basis point in ray.
pub(super) fn ray_per_bps() -> U256 {
    U256::from(100_000_000_000_000_u64) * U256::from(1_000_000_000_u64)
}

/// A reserve before it is listed. Shares are basis points, prices wei of ether.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub(super) symbol: &'static str,
    pub(super) decimals: u8,
    pub(super) price: u128,
    pub(super) ltv: u64,
    pub(super) threshold: u64,
    /// With the 100 %.
    pub(super) bonus: u64,
    pub(super) reserve_factor: u64,
    /// Optimal utilization; base and slopes of the variable rate; slopes of the stable rate.
    pub(super) curve: [u64; 6],
    /// What other markets ask, in basis points.
    pub(super) market_rate: u64,
    pub(super) borrowing: bool,
    pub(super) stable_borrowing: bool,
}

/// The asset in whose wei prices are.
pub(super) const ETHER: &str = "WETH";

/// Symbol, decimals, price in millionths of an ether, LTV, threshold, bonus.
type Row = (&'static str, u8, u128, u64, u64, u64);

const ROWS: [Row; 6] = [
    ("USDC", 6, 526, 8_000, 8_500, 10_500),
    ("DAI", 18, 526, 7_500, 8_000, 10_500),
    (ETHER, 18, 1_000_000, 8_000, 8_250, 10_500),
    ("WBTC", 8, 18_845_000, 7_000, 7_500, 11_000),
    ("LINK", 18, 7_844, 5_000, 6_500, 10_750),
    // Fewer decimals than a cent has.
    ("EURS", 2, 570, 0, 0, 0),
];

/// The reserves of a sequence: always the same tokens, with parameters of their own.
pub(super) fn listings(random: &mut Random) -> Vec<Listing> {
    ROWS.iter().map(|row| listing(*row, random)).collect()
}

fn listing(row: Row, random: &mut Random) -> Listing {
    let (symbol, decimals, price, ltv, threshold, bonus) = row;
    // Not a round number, so that values lose fractions.
    let noise = if symbol == ETHER { 0 } else { u128::from(random.below(1_000_000_000_000)) };
    Listing {
        symbol,
        decimals,
        price: price * 1_000_000_000_000 + noise,
        ltv,
        threshold,
        bonus,
        reserve_factor: random.pick(&[0, 1, 1_000, 2_000, 6_100, 9_999, FULL]),
        curve: [
            random.pick(&[4_500, 8_000, 9_000, FULL]),
            random.pick(&[0, 0, 100, 333]),
            random.pick(&[0, 400, 700]),
            random.pick(&[6_000, 13_400, 30_000]),
            random.pick(&[200, 1_000]),
            random.pick(&[6_000, 13_400, 30_000]),
        ],
        market_rate: random.pick(&[0, 300, 390, 500]),
        borrowing: random.chance(95),
        stable_borrowing: random.chance(85),
    }
}
