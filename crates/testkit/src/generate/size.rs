use levmine_math::{Rounding, U256, mul_div};
use proptest::prelude::*;

/// How much, before it is known what there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many ten-thousandths of what there is: of the debt, of the borrowing power, of a pool's reserve.
    Part(u32),
    /// Everything, where an operation knows that.
    All,
    /// So many base units.
    Units(U256),
}

/// Amounts at which arithmetic breaks first.
pub const EDGES: usize = 8;

/// Amounts at which arithmetic breaks first: nothing, one, and the ends of 112, 128, 255 and 256 bits.
#[must_use]
pub fn edges() -> [U256; EDGES] {
    let bit = |at: usize| U256::ONE << at;
    [
        U256::ZERO,
        U256::ONE,
        bit(112),
        bit(128).saturating_sub(U256::ONE),
        bit(128),
        bit(255),
        U256::MAX.saturating_sub(U256::ONE),
        U256::MAX,
    ]
}

impl Size {
    /// Mostly a part of what there is; sometimes all, a few base units, any number of bits, or an edge.
    pub fn any() -> impl Strategy<Value = Self> + Clone {
        prop_oneof![
            10 => (1_u32..=10_000).prop_map(Self::Part),
            1 => (10_001_u32..=30_000).prop_map(Self::Part),
            3 => Just(Self::All),
            2 => (0_u64..=20).prop_map(|units| Self::Units(U256::from(units))),
            // Log-uniform over all 256 bits.
            1 => (0_usize..256, any::<u64>()).prop_map(|(bits, noise)| {
                let top = U256::ONE << bits;
                Self::Units(top | (U256::from(noise) & top.saturating_sub(U256::ONE)))
            }),
            1 => (0..EDGES).prop_map(|at| Self::Units(edges().get(at).copied().unwrap_or_default())),
        ]
    }

    /// The base units this is when there is `whole`.
    #[must_use]
    pub fn of(self, whole: U256) -> U256 {
        match self {
            Self::Part(part) => {
                mul_div(whole, U256::from(part), U256::from(10_000), Rounding::Down).unwrap_or(whole)
            }
            Self::All => whole,
            Self::Units(units) => units,
        }
    }
}
