//! Who has received and sent how much of what, all in all.

use levmine_math::{MathError, U256};

use crate::{Asset, Holder};

/// What a holder has received and sent of one asset, in base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Turnover {
    pub(crate) received: U256,
    pub(crate) sent: U256,
}

impl Turnover {
    /// Received minus sent; zero for the outside, which can owe.
    pub(crate) fn balance(&self) -> U256 {
        self.received.saturating_sub(self.sent)
    }
}

/// The turnovers of all, in order of holders and assets. A vector, because a state of it is kept for each transaction that may
/// have to be taken back: copying one is copying memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Turnovers {
    sorted: Vec<((Holder, Asset), Turnover)>,
}

impl Turnovers {
    #[inline]
    fn place(&self, key: &(Holder, Asset)) -> Result<usize, usize> {
        let (holder, asset) = (key.0.code(), key.1);
        self.sorted
            .binary_search_by(|((known, of), _)| known.code().cmp(&holder).then_with(|| of.cmp(&asset)))
    }

    /// The turnover of a holder; nothing for one who has had none.
    pub(crate) fn get(&self, key: &(Holder, Asset)) -> Turnover {
        let place = self.place(key).ok();
        place.and_then(|place| self.sorted.get(place)).map(|(_, turnover)| *turnover).unwrap_or_default()
    }

    /// Adds to what a holder has received; nothing is written where that fails.
    pub(crate) fn receive(&mut self, key: (Holder, Asset), raw: U256) -> Result<(), MathError> {
        match self.place(&key) {
            Ok(place) => {
                if let Some((_, known)) = self.sorted.get_mut(place) {
                    known.received = levmine_math::add(known.received, raw)?;
                }
            }
            Err(place) => self.sorted.insert(place, (key, Turnover { received: raw, sent: U256::ZERO })),
        }
        Ok(())
    }

    /// Writes a turnover.
    pub(crate) fn set(&mut self, key: (Holder, Asset), turnover: Turnover) {
        match self.place(&key) {
            Ok(place) => {
                if let Some((_, known)) = self.sorted.get_mut(place) {
                    *known = turnover;
                }
            }
            Err(place) => self.sorted.insert(place, (key, turnover)),
        }
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &((Holder, Asset), Turnover)> {
        self.sorted.iter()
    }

    /// Those of one holder, in order of the assets.
    pub(crate) fn of(&self, holder: Holder) -> impl Iterator<Item = (Asset, Turnover)> + '_ {
        let first = self.sorted.partition_point(|((known, _), _)| *known < holder);
        let from = self.sorted.get(first..).unwrap_or_default();
        from.iter()
            .take_while(move |((known, _), _)| *known == holder)
            .map(|((_, asset), turnover)| (*asset, *turnover))
    }
}
