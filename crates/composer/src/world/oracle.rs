//! What the oracle says, and how healthy positions are by it.

use levmine_lending::{Context, Health, HealthFactor};
use levmine_market::{Asset, Price, TokenAmount, VenueId};
use levmine_math::pow10;

use super::World;
use crate::{StepError, Venue};

/// How the oracle sees an asset where it does not look at its market price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OracleView {
    /// As another asset: a liquid staking token as the ether it stands for.
    Like(Asset, Asset),
    /// By the exchange rate of the vault that issues it, from the oracle's price of what it is made of.
    ByRate(Asset),
    /// At a price of its own.
    At(Asset, Price),
}

impl OracleView {
    /// The asset.
    #[must_use]
    pub const fn asset(&self) -> Asset {
        match self {
            Self::Like(asset, _) | Self::ByRate(asset) | Self::At(asset, _) => *asset,
        }
    }
}

impl World {
    /// How healthy the farmer is at each lending market where he has a position, at the prices last published.
    #[must_use]
    pub fn healths(&self) -> &[(VenueId, Health)] {
        &self.healths
    }

    /// The lowest health factor among the lending markets.
    #[must_use]
    pub fn lowest_health_factor(&self) -> HealthFactor {
        self.healths.iter().map(|(_, health)| health.factor).min().unwrap_or(HealthFactor::NoDebt)
    }

    /// Asks each lending market anew; `active` are those where the farmer has a position.
    pub(crate) fn look_at_health(&mut self, active: impl Iterator<Item = VenueId>) -> Result<(), StepError> {
        let mut healths = std::mem::take(&mut self.healths);
        healths.clear();
        for id in active {
            healths.push((id, self.lending(id)?.health(self.farmer, &self.context())?));
        }
        self.healths = healths;
        Ok(())
    }

    /// What the oracle says, and when.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context { now: self.now, prices: &self.oracle }
    }

    /// Has the oracle see these assets differently from the market.
    pub fn set_oracle_views(&mut self, views: Vec<OracleView>) {
        self.views = views;
    }

    /// Gives the oracle a price of its own for an asset.
    pub fn set_oracle_price(&mut self, asset: Asset, price: Price) {
        self.views.retain(|view| view.asset() != asset);
        self.views.push(OracleView::At(asset, price));
    }

    /// Publishes the market's prices, and fair prices of the shares that a lending market lists, as the oracle's.
    ///
    /// # Errors
    ///
    /// [`StepError::Market`] when a price of a coin is missing.
    pub fn publish_oracle(&mut self) -> Result<(), StepError> {
        self.oracle.clone_from(&self.market);
        for view in &self.views {
            if let OracleView::At(asset, price) = view {
                self.oracle.set(*asset, *price);
            }
        }
        self.misreport(false)?;
        for view in &self.views {
            if let OracleView::Like(asset, other) = view {
                let price = self.oracle.price(*other)?;
                self.oracle.set(*asset, price);
            }
        }
        self.misreport(true)?;
        for at in 0..self.priced.len() {
            let Some(pool) = self.priced.get(at).and_then(|id| self.find_pool(*id)) else { continue };
            let Some(share) = pool.share() else { continue };
            let unit = TokenAmount::new(share, pow10(u32::from(share.decimals()))?);
            let price = Price(pool.fair_value(unit, &self.oracle, self.now)?);
            let price = self.robbed_price(share, price)?;
            self.oracle.set(share, price);
        }
        if !self.vault_shares.is_empty() {
            // A share with a market price of its own is seen at that, unless the oracle looks at its rate.
            let sees = |asset: &Asset| self.views.iter().find(|view| view.asset() == *asset);
            let fixed: Vec<Asset> = self
                .vault_shares
                .iter()
                .map(|link| link.share)
                .filter(|share| match sees(share) {
                    Some(OracleView::ByRate(_)) => false,
                    Some(_) => true,
                    None => self.given.contains(share),
                })
                .collect();
            let mut oracle = std::mem::take(&mut self.oracle);
            let done = self.derive_prices(&mut oracle, &fixed);
            self.oracle = oracle;
            done?;
        }
        self.tell_markets()?;
        self.look_again()
    }

    /// Asks each lending market anew how healthy those are who have a position there.
    ///
    /// # Errors
    ///
    /// [`StepError::Lending`].
    pub fn look_again(&mut self) -> Result<(), StepError> {
        self.for_everybody(Self::see_healths)
    }

    /// Asks the lending markets where the farmer has a position anew how healthy he is.
    pub(crate) fn see_healths(&mut self) -> Result<(), StepError> {
        let mut healths = std::mem::take(&mut self.healths);
        let now = self.context();
        let mut seen = Ok(());
        for (id, health) in &mut healths {
            match self.lending(*id).and_then(|market| Ok(market.health(self.farmer, &now)?)) {
                Ok(new) => *health = new,
                Err(error) => seen = Err(error),
            }
        }
        self.healths = healths;
        seen
    }

    /// Tells the lending markets of the prices that were published, and books what that does to debts.
    fn tell_markets(&mut self) -> Result<(), StepError> {
        let ctx = Context { now: self.now, prices: &self.oracle };
        let mut keeps_prices = false;
        for slot in &mut self.venues {
            if let Venue::Lending(market) = &mut slot.venue {
                market.publish(&ctx)?;
                keeps_prices |= market.capabilities().exchange;
            }
        }
        if keeps_prices { self.for_everybody(Self::book_debts) } else { Ok(()) }
    }
}
