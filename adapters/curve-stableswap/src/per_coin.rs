use std::fmt;
use std::ops::Deref;

use levmine_math::U256;

/// The most coins that a pool can have.
pub const MAX_COINS: usize = 8;

/// One integer for each coin of a pool, in its order. A plain value that never allocates.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PerCoin {
    values: [U256; MAX_COINS],
    len: usize,
}

impl PerCoin {
    /// Zero for each of `len` coins; at most [`MAX_COINS`].
    #[must_use]
    pub const fn zero(len: usize) -> Self {
        Self { values: [U256::ZERO; MAX_COINS], len: if len > MAX_COINS { MAX_COINS } else { len } }
    }

    /// These values; what is beyond [`MAX_COINS`] is left out.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = U256>) -> Self {
        let mut all = Self::zero(0);
        for (place, value) in all.values.iter_mut().zip(values) {
            *place = value;
            all.len += 1;
        }
        all
    }

    /// The value of a coin; zero for one that there is not.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, coin: usize) -> U256 {
        self.get(coin).copied().unwrap_or(U256::ZERO)
    }

    /// Replaces the value of a coin, if there is one.
    #[inline(always)]
    pub fn set(&mut self, coin: usize, value: U256) {
        if let Some(place) = self.values.get_mut(coin).filter(|_| coin < self.len) {
            *place = value;
        }
    }

    /// With the value of one coin replaced.
    #[must_use]
    #[inline]
    pub fn with(mut self, coin: usize, value: U256) -> Self {
        self.set(coin, value);
        self
    }

    /// Adds to the value of a coin; `None` above 2^256 − 1.
    #[inline]
    pub(crate) fn raise(&mut self, coin: usize, by: U256) -> Option<()> {
        self.set(coin, self.at(coin).checked_add(by)?);
        Some(())
    }

    /// Takes from the value of a coin; `None` below zero.
    #[inline]
    pub(crate) fn lower(&mut self, coin: usize, by: U256) -> Option<()> {
        self.set(coin, self.at(coin).checked_sub(by)?);
        Some(())
    }
}

impl Deref for PerCoin {
    type Target = [U256];

    #[inline(always)]
    fn deref(&self) -> &[U256] {
        self.values.get(..self.len).unwrap_or_default()
    }
}

impl fmt::Debug for PerCoin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
