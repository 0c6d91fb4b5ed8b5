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
    sorted: Vec<((Holder, Asset), Turnover)>,
    /// The [`tag`] of each, beside them, because they are what is searched.
    tags: Vec<u64>,
}

/// A number in the order of the keys, the same for few of them: the holder's, and how the asset's symbol begins.
#[inline]
fn tag((holder, asset): &(Holder, Asset)) -> u64 {
    let (kind, number) = (holder.code() >> 32, holder.code() & u64::from(u32::MAX));
    kind << 60 | number << 28 | u64::from(asset.beginning() >> 4)
}

impl Turnovers {
    #[inline]
    fn place(&self, key: &(Holder, Asset)) -> Option<usize> {
        let tag = tag(key);
        let first = self.tags.partition_point(|known| *known < tag);
        let same = self.tags.get(first..)?.iter().take_while(|known| **known == tag).count();
        let mut same = self.sorted.get(first..first.saturating_add(same))?.iter().zip(first..);
        same.find(|((known, _), _)| known == key).map(|(_, place)| place)
    }

    /// The turnover of a holder; nothing for one who has had none.
    pub(crate) fn get(&self, key: &(Holder, Asset)) -> Turnover {
        let known = self.place(key).and_then(|place| self.sorted.get(place));
        known.map(|(_, turnover)| *turnover).unwrap_or_default()
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
            place.and_then(|place| self.sorted.get(place)).map_or(&none, |(_, turnover)| turnover)
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
        place.and_then(|place| self.sorted.get_mut(place)).map(|(_, turnover)| turnover)
    }

    /// The turnover of a holder, who has one from now on.
    #[cold]
    fn put(&mut self, key: (Holder, Asset)) -> Option<&mut Turnover> {
        let place = self.sorted.binary_search_by_key(&key, |(known, _)| *known).unwrap_or_else(|place| {
            self.sorted.insert(place, (key, Turnover::default()));
            self.tags.insert(place, tag(&key));
            place
        });
        self.known(Some(place))
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&(Holder, Asset), &Turnover)> {
        self.sorted.iter().map(|(key, turnover)| (key, turnover))
    }

    /// Those of one holder, in order of the assets.
    pub(crate) fn of(&self, holder: Holder) -> impl Iterator<Item = (Asset, Turnover)> + '_ {
        let first = self.sorted.partition_point(|((known, _), _)| *known < holder);
        let own = self.sorted.get(first..).unwrap_or_default().iter();
        own.take_while(move |((known, _), _)| *known == holder)
            .map(|((_, asset), turnover)| (*asset, *turnover))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Account, Outside, VenueId};

    #[test]
    fn tags_are_in_the_order_of_the_keys() {
        let mut holders = vec![Holder::Outside(Outside::Capital), Holder::Outside(Outside::World)];
        holders.extend([Outside::Gas, Outside::Cover].map(Holder::Outside));
        for number in [0, 1, 2, 0xfff] {
            holders.push(Holder::Venue(VenueId(number)));
            holders.push(Holder::Outside(Outside::Issuer(VenueId(number))));
        }
        for account in [0, 1, (1 << 28) - 2, (1 << 28) - 1, 1 << 28, u32::MAX >> 1] {
            holders.extend([Account::new(account), Account::outsider(account)].map(Holder::Wallet));
        }
        let assets =
            [("DAI", 18), ("USDC", 6), ("USDC.e", 6), ("USDC.e", 18), ("USDT", 6), ("W", 18), ("WETH", 18)]
                .map(|(symbol, decimals)| Asset::new(symbol, decimals).expect("an asset"));
        let mut keys: Vec<(Holder, Asset)> = Vec::new();
        holders.iter().for_each(|holder| keys.extend(assets.map(|asset| (*holder, asset))));
        keys.sort_unstable();
        assert!(keys.is_sorted_by_key(tag), "{keys:?}");
        // Entered in any order, each is found, and so is what it holds.
        let mut turnovers = Turnovers::default();
        let from = Holder::Outside(Outside::World);
        for (at, (holder, asset)) in keys.iter().rev().enumerate().filter(|(_, (holder, _))| *holder != from)
        {
            turnovers.pass(from, *holder, TokenAmount::new(*asset, U256::from(at))).expect("passed");
        }
        assert!(turnovers.iter().map(|(key, _)| key).is_sorted());
        for (at, key) in keys.iter().rev().enumerate().filter(|(_, (holder, _))| *holder != from) {
            assert_eq!(turnovers.get(key).received, U256::from(at), "{key:?}");
            assert!(
                turnovers.of(key.0).any(|(asset, turnover)| asset == key.1 && turnover == turnovers.get(key))
            );
        }
    }
}
