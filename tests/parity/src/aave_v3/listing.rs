//! The reserves of a market: few, and every kind of them.

use crate::random::Random;

/// Basis points with the 100 %.
const FULL: u64 = 10_000;

/// A reserve before it is listed. Shares are basis points, caps whole tokens, prices dollars with 8 decimals.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub(super) symbol: &'static str,
    pub(super) decimals: u8,
    pub(super) price: u64,
    pub(super) ltv: u64,
    pub(super) threshold: u64,
    /// With the 100 %.
    pub(super) bonus: u64,
    pub(super) protocol_fee: u64,
    pub(super) reserve_factor: u64,
    /// Optimal utilization, base rate and both slopes.
    pub(super) curve: [u64; 4],
    pub(super) supply_cap: u64,
    pub(super) borrow_cap: u64,
    /// Dollars with 2 decimals; 0 where the collateral is not isolated.
    pub(super) debt_ceiling: u64,
    pub(super) borrowable_in_isolation: bool,
    pub(super) siloed: bool,
    pub(super) borrowing: bool,
    pub(super) flash_loans: bool,
    pub(super) category: u64,
}

/// An eMode category.
#[derive(Debug, Clone)]
pub(super) struct Category {
    pub(super) id: u64,
    pub(super) ltv: u64,
    pub(super) threshold: u64,
    pub(super) bonus: u64,
}

/// The categories: dollars, and what follows the ether.
pub(super) const CATEGORIES: [Category; 2] = [
    Category { id: 1, ltv: 9_300, threshold: 9_500, bonus: 10_100 },
    Category { id: 2, ltv: 9_000, threshold: 9_300, bonus: 10_200 },
];

/// Isolated collateral.
pub(super) const ISOLATED: &str = "AAVE";

/// Symbol, decimals, price in cents, LTV, threshold, bonus, category.
type Row = (&'static str, u8, u64, u64, u64, u64, u64);

const ROWS: [Row; 7] = [
    ("USDC", 6, 100, 8_000, 8_500, 10_450, 1),
    ("DAI", 18, 100, 7_500, 8_000, 10_500, 1),
    ("WETH", 18, 200_000, 8_050, 8_300, 10_500, 2),
    ("wstETH", 18, 230_000, 7_000, 7_900, 10_700, 2),
    ("WBTC", 8, 3_500_000, 7_000, 7_500, 10_625, 0),
    (ISOLATED, 18, 9_000, 6_600, 7_300, 10_750, 0),
    // Borrowed alone, and with fewer decimals than a cent has.
    ("EURS", 2, 108, 6_500, 7_000, 10_750, 0),
];

/// The reserves of a sequence: always the same tokens, with parameters of their own.
pub(super) fn listings(random: &mut Random) -> Vec<Listing> {
    ROWS.iter().map(|row| listing(*row, random)).collect()
}

fn listing(row: Row, random: &mut Random) -> Listing {
    let (symbol, decimals, cents, ltv, threshold, bonus, category) = row;
    let noise = 1 + random.below(20_000);
    let cap = |random: &mut Random| if random.chance(15) { 1 + random.below(10_000_000) } else { 0 };
    Listing {
        symbol,
        decimals,
        // Not a round number, so that values lose fractions.
        price: cents * 1_000_000 + noise,
        ltv,
        threshold,
        bonus,
        protocol_fee: random.pick(&[0, 1, 1_000, 2_000, FULL]),
        reserve_factor: random.pick(&[0, 1, 1_000, 1_500, 2_000, 9_999, FULL]),
        curve: [
            random.pick(&[4_500, 8_000, 9_000, FULL]),
            random.pick(&[0, 0, 100, 333]),
            random.pick(&[0, 350, 400, 700]),
            random.pick(&[6_000, 7_500, 30_000]),
        ],
        supply_cap: cap(random),
        borrow_cap: cap(random),
        debt_ceiling: if symbol == ISOLATED { 1 << (8 + random.below(24)) } else { 0 },
        borrowable_in_isolation: category == 1,
        siloed: symbol == "EURS" && random.chance(70),
        borrowing: symbol != ISOLATED || random.chance(50),
        flash_loans: random.chance(85),
        category,
    }
}
