//! The markets of a sequence: few, with every rate model and parameters of their own.

use levmine_compound_v2::RateModel;
use levmine_math::{MathError, U256};

use crate::random::Random;

/// What the models take a year for.
pub(super) const BLOCKS_PER_YEAR: u64 = 2_102_400;

/// A share of 0.01 %, 18 decimals.
const PER_BPS: u64 = 100_000_000_000_000;

/// A rate model before it is deployed: rates per year and shares, 18 decimals.
#[derive(Debug, Clone, Copy)]
pub(super) enum Curve {
    WhitePaper([U256; 2]),
    Jump([U256; 4]),
    JumpV2([U256; 4]),
}

impl Curve {
    /// As its contract stores it.
    pub(super) fn model(&self) -> Result<RateModel, MathError> {
        let blocks = U256::from(BLOCKS_PER_YEAR);
        match *self {
            Self::WhitePaper([base, multiplier]) => RateModel::white_paper(base, multiplier, blocks),
            Self::Jump(rates) => RateModel::jump_v1(rates, blocks),
            Self::JumpV2(rates) => RateModel::jump_v2(rates, blocks),
        }
    }
}

/// A market before it is listed. Mantissas have 18 decimals.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub(super) symbol: &'static str,
    pub(super) decimals: u8,
    /// US dollars with 18 decimals.
    pub(super) price: U256,
    pub(super) curve: Curve,
    pub(super) exchange_rate: U256,
    pub(super) collateral_factor: U256,
    pub(super) reserve_factor: U256,
    pub(super) borrow_cap: U256,
    /// COMP per block for suppliers and for borrowers.
    pub(super) speeds: [U256; 2],
}

/// Symbol, decimals, price in cents.
const ROWS: [(&str, u8, u64); 5] =
    [("USDC", 6, 100), ("DAI", 18, 100), ("WETH", 18, 155_400), ("WBTC", 8, 2_005_000), ("EURS", 2, 108)];

/// The markets of a sequence: always the same tokens.
pub(super) fn listings(random: &mut Random) -> Vec<Listing> {
    ROWS.iter().map(|row| listing(*row, random)).collect()
}

fn listing((symbol, decimals, cents): (&'static str, u8, u64), random: &mut Random) -> Listing {
    let share = |bps: u64| U256::from(bps) * U256::from(PER_BPS);
    let cent = U256::from(10_u64).pow(U256::from(16_u64));
    let usual = U256::from(2_u64) * U256::from(10_u64).pow(U256::from(8 + u64::from(decimals)));
    let speed = |random: &mut Random| {
        let speeds = [0_u64, 0, 1, 67_000_000_000_000_000, 1_000_000_000_000_000_000, 12_345_678_901_234];
        U256::from(random.pick(&speeds))
    };
    Listing {
        symbol,
        decimals,
        // Not a round number, so that values lose fractions.
        price: U256::from(cents) * cent + U256::from(random.below(1_000_000_000_000_000)),
        curve: curve(random),
        exchange_rate: match random.below(6) {
            0 => U256::from(1_000_000_000_000_000_000_u64),
            1 => usual + U256::from(random.below(1_000_000)),
            2 => U256::ONE << usize::try_from(random.below(100)).unwrap_or(0),
            _ => usual,
        },
        collateral_factor: share(random.pick(&[0, 1, 5_000, 7_000, 8_250, 8_550, 9_000, 9_000])),
        reserve_factor: share(random.pick(&[0, 1, 750, 1_500, 2_000, 9_999, 10_000])),
        borrow_cap: if random.chance(15) { random.bits(1, 90) } else { U256::ZERO },
        speeds: [speed(random), speed(random)],
    }
}

/// A rate model of any kind.
fn curve(random: &mut Random) -> Curve {
    let mut yearly = |bps: &[u64]| {
        let noise = random.below(1_000_000);
        U256::from(random.pick(bps)) * U256::from(PER_BPS) + U256::from(noise)
    };
    let base = yearly(&[0, 0, 200, 500]);
    let multiplier = yearly(&[0, 400, 1_000, 2_000, 4_500]);
    // A jump of 1,000 % and more is above what a cToken accepts.
    let jump = yearly(&[0, 4_000, 10_900, 40_000, 400_000]);
    let kink = yearly(&[1, 4_500, 8_000, 9_000, 10_000]);
    match random.below(3) {
        0 => Curve::WhitePaper([base, multiplier]),
        1 => Curve::Jump([base, multiplier, jump, kink]),
        _ => Curve::JumpV2([base, multiplier, jump, kink]),
    }
}

/// What the Comptroller as a whole begins with: close factor, liquidation incentive, and its COMP.
pub(super) fn settings(random: &mut Random) -> [U256; 3] {
    let share = |bps: u64| U256::from(bps) * U256::from(PER_BPS);
    let close = share(random.pick(&[501, 5_000, 5_000, 9_000, 10_000]));
    let incentive = share(random.pick(&[10_000, 10_800, 10_800, 11_000, 15_000]));
    [close, incentive, random.pick(&[U256::ZERO, U256::from(1_000_u64), U256::ONE << 70, U256::ONE << 83])]
}
