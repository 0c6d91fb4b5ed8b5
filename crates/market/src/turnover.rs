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
    sorted: Vec<Known>,
}

/// One of them, with the holder's number before everything, by which it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    code: u64,
    key: (Holder, Asset),
    turnover: Turnover,
}

impl Turnovers {
    #[inline]
    fn place(&self, (holder, asset): &(Holder, Asset)) -> Result<usize, usize> {
        let code = holder.code();
        self.sorted.binary_search_by(|known| known.code.cmp(&code).then_with(|| known.key.1.cmp(asset)))
    }

    /// The turnover of a holder; nothing for one who has had none.
    pub(crate) fn get(&self, key: &(Holder, Asset)) -> Turnover {
        let known = self.place(key).ok().and_then(|place| self.sorted.get(place));
        known.map(|known| known.turnover).unwrap_or_default()
    }

    /// Adds to what a holder has received; nothing is written where that fails.
    pub(crate) fn receive(&mut self, key: (Holder, Asset), raw: U256) -> Result<(), MathError> {
        match self.place(&key) {
            Ok(place) => {
                if let Some(known) = self.sorted.get_mut(place) {
                    known.turnover.received = levmine_math::add(known.turnover.received, raw)?;
                }
            }
            Err(place) => self.put(place, key, Turnover { received: raw, sent: U256::ZERO }),
        }
        Ok(())
    }

    /// Writes a turnover.
    pub(crate) fn set(&mut self, key: (Holder, Asset), turnover: Turnover) {
        match self.place(&key) {
            Ok(place) => {
                if let Some(known) = self.sorted.get_mut(place) {
                    known.turnover = turnover;
                }
            }
            Err(place) => self.put(place, key, turnover),
        }
    }

    fn put(&mut self, place: usize, key: (Holder, Asset), turnover: Turnover) {
        self.sorted.insert(place, Known { code: key.0.code(), key, turnover });
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&(Holder, Asset), &Turnover)> {
        self.sorted.iter().map(|known| (&known.key, &known.turnover))
    }

    /// Those of one holder, in order of the assets.
    pub(crate) fn of(&self, holder: Holder) -> impl Iterator<Item = (Asset, Turnover)> + '_ {
        let code = holder.code();
        let first = self.sorted.partition_point(|known| known.code < code);
        let from = self.sorted.get(first..).unwrap_or_default();
        from.iter().take_while(move |known| known.code == code).map(|known| (known.key.1, known.turnover))
    }
}
