//! Who has received and sent how much of what, all in all.

use levmine_math::{U256, add};

use crate::{Asset, Holder, MarketError, TokenAmount};

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
    fn place(&self, (holder, asset): &(Holder, Asset)) -> Option<usize> {
        let code = holder.code();
        // Dozens at most, and numbers to compare: looking through is faster than a search.
        self.sorted.iter().position(|known| known.code == code && known.key.1 == *asset)
    }

    /// The turnover of a holder; nothing for one who has had none.
    pub(crate) fn get(&self, key: &(Holder, Asset)) -> Turnover {
        let known = self.place(key).and_then(|place| self.sorted.get(place));
        known.map(|known| known.turnover).unwrap_or_default()
    }

    /// Passes an amount from one holder to another. The outside can give what it has not received.
    ///
    /// # Errors
    ///
    /// [`MarketError::InsufficientBalance`], [`MarketError::Math`]; nothing is written then.
    pub(crate) fn pass(&mut self, from: Holder, to: Holder, amount: TokenAmount) -> Result<(), MarketError> {
        let TokenAmount { asset, raw } = amount;
        let (giver, receiver) = ((from, asset), (to, asset));
        let (gives, receives) = (self.place(&giver), self.place(&receiver));
        let none = Turnover::default();
        let at = |place: Option<usize>| {
            place.and_then(|place| self.sorted.get(place)).map_or(&none, |known| &known.turnover)
        };
        if !matches!(from, Holder::Outside(_)) {
            let available = at(gives).balance();
            if available < raw {
                return Err(MarketError::InsufficientBalance { holder: from, asset, needed: raw, available });
            }
        }
        let (sent, received) = (add(at(gives).sent, raw)?, add(at(receives).received, raw)?);
        // Who is new moves the places of the others.
        let is_new = gives.is_none() || receives.is_none();
        if let Some(giver) = if is_new { self.put(giver) } else { self.known(gives) } {
            giver.sent = sent;
        }
        if let Some(receiver) = if is_new { self.put(receiver) } else { self.known(receives) } {
            receiver.received = received;
        }
        Ok(())
    }

    fn known(&mut self, place: Option<usize>) -> Option<&mut Turnover> {
        place.and_then(|place| self.sorted.get_mut(place)).map(|known| &mut known.turnover)
    }

    /// The turnover of a holder, who has one from now on.
    #[cold]
    fn put(&mut self, key: (Holder, Asset)) -> Option<&mut Turnover> {
        let place = self.sorted.binary_search_by_key(&key, |known| known.key).unwrap_or_else(|place| {
            self.sorted.insert(place, Known { code: key.0.code(), key, turnover: Turnover::default() });
            place
        });
        self.known(Some(place))
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
