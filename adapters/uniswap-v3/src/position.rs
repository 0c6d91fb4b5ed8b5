//! Positions of the pool itself: liquidity of an owner between two ticks.
//!
//! Source: Uniswap V3 core 1.0.1, `Position`.

use std::sync::Arc;

use levmine_math::U256;

use crate::error::V3Error;
use crate::tick::add_delta;

/// Who owns a position, as the pool knows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The position manager, for all of its positions.
    Manager,
    /// Somebody who called the pool directly; a name of the file that says so.
    Named(Arc<str>),
}

/// What tells one position from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Whose it is.
    pub owner: Owner,
    /// The tick at which it begins.
    pub lower: i32,
    /// The tick at which it ends.
    pub upper: i32,
}

/// A position's integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Its liquidity.
    pub liquidity: u128,
    /// Growth of fees inside of it at its last update, times 2^128, modulo 2^256.
    pub fee_growth_inside_last: [U256; 2],
    /// What it can collect, in base units, modulo 2^128.
    pub tokens_owed: [u128; 2],
}

/// The fees of `liquidity` while growth went from `last` to `inside`: modulo 2^128, **rounded down**.
#[inline]
pub(crate) fn fees(inside: U256, last: U256, liquidity: u128) -> u128 {
    // The quotient by 2^128 always fits 256 bits, and of it only the lower half is asked for: that is the upper half of the
    // product modulo 2^256.
    let [_, _, low, high] = *inside.wrapping_sub(last).wrapping_mul(U256::from(liquidity)).as_limbs();
    u128::from(high) << 64 | u128::from(low)
}

/// What is owed once the fees up to growth `inside` are added: modulo 2^128.
#[inline]
pub(crate) fn owed_by(owed: [u128; 2], last: [U256; 2], inside: [U256; 2], liquidity: u128) -> [u128; 2] {
    let ([owed0, owed1], [last0, last1], [inside0, inside1]) = (owed, last, inside);
    [owed0.wrapping_add(fees(inside0, last0, liquidity)), owed1.wrapping_add(fees(inside1, last1, liquidity))]
}

impl Position {
    /// What it is owed at growth `inside`.
    #[inline]
    pub(crate) fn owed(&self, inside: [U256; 2]) -> [u128; 2] {
        owed_by(self.tokens_owed, self.fee_growth_inside_last, inside, self.liquidity)
    }

    /// This position after `delta` of liquidity, its fees written down.
    pub(crate) fn updated(mut self, delta: i128, inside: [U256; 2]) -> Result<Self, V3Error> {
        let before = self.liquidity;
        if delta == 0 {
            if before == 0 {
                return Err(V3Error::EmptyPosition);
            }
        } else {
            self.liquidity = add_delta(before, delta)?;
        }
        self.tokens_owed = owed_by(self.tokens_owed, self.fee_growth_inside_last, inside, before);
        self.fee_growth_inside_last = inside;
        Ok(self)
    }
}

/// All positions, in order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Positions {
    sorted: Vec<(Key, Position)>,
}

impl Positions {
    /// Positions in any order; of two with the same key the first counts.
    #[must_use]
    pub fn new(mut positions: Vec<(Key, Position)>) -> Self {
        positions.sort_by(|(one, _), (other, _)| one.cmp(other));
        positions.dedup_by(|(one, _), (other, _)| one == other);
        Self { sorted: positions }
    }

    /// Becomes a copy of others, without allocating where there is room enough, and mostly without touching the keys.
    pub(crate) fn copy_from(&mut self, from: &Self) {
        let same = |((known, _), (key, _)): (&(Key, Position), &(Key, Position))| known == key;
        if self.sorted.len() != from.sorted.len() || !self.sorted.iter().zip(&from.sorted).all(same) {
            self.sorted.clone_from(&from.sorted);
            return;
        }
        for ((_, known), (_, position)) in self.sorted.iter_mut().zip(&from.sorted) {
            *known = *position;
        }
    }

    /// All of them, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[(Key, Position)] {
        &self.sorted
    }

    /// A position as the contract reads it: zeros where there is none.
    #[must_use]
    pub fn get(&self, key: &Key) -> Position {
        self.find(key).copied().unwrap_or_default()
    }

    #[inline]
    pub(crate) fn find(&self, key: &Key) -> Option<&Position> {
        let place = self.sorted.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.sorted.get(place).map(|(_, position)| position)
    }

    pub(crate) fn set(&mut self, key: &Key, position: Position) {
        match self.sorted.binary_search_by(|(known, _)| known.cmp(key)) {
            Ok(place) => {
                if let Some((_, known)) = self.sorted.get_mut(place) {
                    *known = position;
                }
            }
            Err(place) => self.sorted.insert(place, (key.clone(), position)),
        }
    }
}
