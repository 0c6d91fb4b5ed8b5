//! Random numbers that are the same everywhere: SplitMix64.

use levmine_math::{Rounding, U256, mul_div};

/// A generator.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The generator of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for the `index`-th part.
    #[must_use]
    pub fn part(seed: u64, index: u64) -> Self {
        let mut mixed = Self(seed ^ index.wrapping_mul(0xd129_42d6_2d6f_4a31));
        mixed.word();
        mixed
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `limit`; 0 for a limit of 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.word().checked_rem(limit).unwrap_or(0)
    }

    /// True in `percent` of all cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    ///
    /// # Panics
    ///
    /// Without any.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        let at = usize::try_from(self.below(items.len() as u64)).unwrap_or(0);
        items[at]
    }

    /// One of these, by weight.
    ///
    /// # Panics
    ///
    /// Without any.
    pub fn weighted<T: Copy>(&mut self, items: &[(u64, T)]) -> T {
        let mut at = self.below(items.iter().map(|(weight, _)| weight).sum());
        for (weight, item) in items {
            if at < *weight {
                return *item;
            }
            at = at.saturating_sub(*weight);
        }
        items[0].1
    }

    /// A number whose bits are `from` to `to` many.
    pub fn bits(&mut self, from: u64, to: u64) -> U256 {
        let bits = usize::try_from(from + self.below(to.saturating_sub(from) + 1)).unwrap_or(0);
        let noise = [self.word(), self.word(), self.word(), self.word()];
        if bits == 0 {
            return U256::ZERO;
        }
        (U256::from_limbs(noise) | U256::ONE << 255_usize) >> (256_usize.saturating_sub(bits))
    }

    /// An amount where there is `whole`: mostly a part, sometimes everything, a unit more or less, dust, or an edge.
    pub fn amount(&mut self, whole: U256) -> U256 {
        match self.below(100) {
            0..58 => {
                let part = U256::from(1 + self.below(10_000));
                mul_div(whole, part, U256::from(10_000), Rounding::Down).unwrap_or(whole)
            }
            58..66 => {
                // Small parts of every order.
                let shift = usize::try_from(self.below(40)).unwrap_or(0);
                whole >> shift
            }
            66..72 => whole,
            72..75 => whole.saturating_add(U256::ONE),
            75..78 => whole.saturating_sub(U256::ONE),
            78..82 => whole.saturating_mul(U256::from(1 + self.below(3))),
            82..92 => U256::from(self.below(21)),
            92..97 => self.bits(1, 130),
            97..99 => self.bits(1, 256),
            _ => {
                let bit = |at: usize| U256::ONE << at;
                let one = U256::ONE;
                self.pick(&[bit(112), bit(128) - one, bit(128), bit(255), U256::MAX - one, U256::MAX])
            }
        }
    }

    /// Seconds to wait: none, one, a block, up to some years.
    pub fn wait(&mut self) -> u64 {
        match self.below(13) {
            0..3 => 0,
            3..5 => 1,
            5..8 => 12,
            _ => {
                let from = 1_u64 << self.below(27);
                from.saturating_add(from.saturating_mul(self.below(1_000)) / 1_000)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_bits_as_asked_for() {
        let mut random = Random::new(7);
        for _ in 0..1_000 {
            let number = random.bits(3, 9);
            assert!(number >= U256::from(4) && number < U256::from(512), "{number}");
        }
        assert_eq!(random.bits(0, 0), U256::ZERO);
        assert!(random.bits(256, 256) >= U256::ONE << 255_usize);
    }
}
