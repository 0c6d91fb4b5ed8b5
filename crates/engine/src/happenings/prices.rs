//! Shocks and lost pegs: what the market's prices are instead of those of the scenario.

use levmine_market::{Asset, Price};
use levmine_math::{MathError, Rounding, U256, Wad, mul_div};

use crate::scenario::{Happening, What};

/// The prices that events touch.
#[derive(Debug, Default)]
pub(super) struct Prices {
    touched: Vec<Touched>,
    /// Whether they are to be told again although none of them has moved.
    pub stale: bool,
}

#[derive(Debug)]
struct Touched {
    asset: Asset,
    /// The asset whose shocks it follows: its price is in that one, or is the same.
    leader: Option<Asset>,
    /// What the scenario says, once it has said something.
    base: Option<Price>,
}

impl Prices {
    /// The prices that `list` touches, and those that follow them.
    pub(super) fn new(list: &[Happening], follows: &[(Asset, Asset)]) -> Self {
        let mut prices = Self::default();
        for happening in list {
            match happening.what {
                What::Shock(asset, _) => prices.touch(asset, follows),
                What::Peg(asset, _, other) => {
                    prices.touch(asset, follows);
                    if let Some(other) = other {
                        prices.touch(other, follows);
                    }
                }
                _ => {}
            }
        }
        prices
    }

    fn touch(&mut self, asset: Asset, follows: &[(Asset, Asset)]) {
        if self.touched.iter().any(|known| known.asset == asset) {
            return;
        }
        let leader = follows.iter().find(|(follower, _)| *follower == asset).map(|(_, leader)| *leader);
        self.touched.push(Touched { asset, leader, base: None });
        for (follower, _) in follows.iter().filter(|(_, leader)| *leader == asset) {
            self.touch(*follower, follows);
        }
        if let Some(leader) = leader {
            self.touch(leader, follows);
        }
    }

    /// Puts what the prices are into `changed`; `active` are the events that hold.
    pub(super) fn bend<'a>(
        &mut self,
        changed: &mut Vec<(Asset, Price)>,
        active: impl DoubleEndedIterator<Item = &'a What> + Clone,
    ) -> Result<(), MathError> {
        if self.touched.is_empty() {
            return Ok(());
        }
        let mut told = std::mem::take(&mut self.stale);
        for (asset, price) in changed.iter() {
            if let Some(touched) = self.touched.iter_mut().find(|touched| touched.asset == *asset) {
                touched.base = Some(*price);
                told = true;
            }
        }
        if !told {
            return Ok(());
        }
        for touched in &self.touched {
            let Some(price) = self.price(touched.asset, active.clone(), None)? else { continue };
            match changed.iter_mut().find(|(asset, _)| *asset == touched.asset) {
                Some(entry) => entry.1 = price,
                None => changed.push((touched.asset, price)),
            }
        }
        Ok(())
    }

    /// What an asset costs: the price of the scenario, moved as that of its leader is, then by its own events in order. What a
    /// peg is in costs what it costs then, whatever has moved that. Where this leads back to an asset whose price is being
    /// asked for (one pegged to an asset that follows it), that link does not count. Pegs that lead in a circle by themselves
    /// are refused when they are read.
    fn price<'a>(
        &self,
        asset: Asset,
        active: impl DoubleEndedIterator<Item = &'a What> + Clone,
        asked: Option<&Asked<'_>>,
    ) -> Result<Option<Price>, MathError> {
        let here = Asked { asset, before: asked };
        let Some((own, leader)) = self.base(asset) else { return Ok(None) };
        // The last peg that counts is what everything before it comes to, so that each asset asks but one other.
        let mut place = active.clone().count();
        let mut pegged = None;
        for what in active.clone().rev() {
            place -= 1;
            pegged = match what {
                What::Peg(of, to, None) if *of == asset => Some(to.raw()),
                What::Peg(of, to, Some(other)) if *of == asset && !here.has(*other) => {
                    let other = self.price(*other, active.clone(), Some(&here))?;
                    other.map(|other| to.mul_int(other.0.raw(), Rounding::Down)).transpose()?
                }
                _ => None,
            };
            if pegged.is_some() {
                break;
            }
        }
        let (mut price, first) = match pegged {
            Some(price) => (price, place + 1),
            None => (self.led(own, leader, active.clone(), &here)?, 0),
        };
        for what in active.skip(first) {
            match what {
                What::Shock(of, factor) if *of == asset => price = factor.mul_int(price, Rounding::Down)?,
                _ => {}
            }
        }
        // A price of zero would be no price.
        Ok(Some(Price(Wad::from_raw(price.max(U256::ONE)))))
    }

    /// What the scenario says of an asset, and whom it follows.
    fn base(&self, asset: Asset) -> Option<(Price, Option<Asset>)> {
        let touched = self.touched.iter().find(|touched| touched.asset == asset)?;
        Some((touched.base?, touched.leader))
    }

    /// The scenario's price, moved as that of its leader is.
    fn led<'a>(
        &self,
        own: Price,
        leader: Option<Asset>,
        active: impl DoubleEndedIterator<Item = &'a What> + Clone,
        here: &Asked<'_>,
    ) -> Result<U256, MathError> {
        let price = own.0.raw();
        let Some(leader) = leader.filter(|leader| !here.has(*leader)) else { return Ok(price) };
        match (self.base(leader), self.price(leader, active, Some(here))?) {
            (Some((was, _)), Some(is)) if !was.0.is_zero() => {
                mul_div(price, is.0.raw(), was.0.raw(), Rounding::Down)
            }
            _ => Ok(price),
        }
    }
}

/// An asset whose price is being asked for, and those for whose sake it is.
struct Asked<'a> {
    asset: Asset,
    before: Option<&'a Self>,
}

impl Asked<'_> {
    fn has(&self, asset: Asset) -> bool {
        self.asset == asset || self.before.is_some_and(|before| before.has(asset))
    }
}
