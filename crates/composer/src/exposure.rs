//! What a farmer's assets depend on: the venues they go through, their protocols, the tokens they are made of.
//!
//! An amount counts in full for every venue that it goes through: a pool's share that is staked in one vault and put up as
//! collateral through another depends on the pool, on both vaults and on the lender. So the parts by venue can sum to more
//! than the whole; the parts by token sum to it exactly. Debts are told beside, by token, and subtracted from nothing.

use levmine_lending::LendingMarket;
use levmine_market::{Asset, Mark, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul, mul_div, pow10};
use smallvec::SmallVec;

use crate::portfolio::{LineKind, ShareLine};
use crate::{StepError, World};

/// The venues that an amount goes through.
type Way = SmallVec<[VenueId; 4]>;

/// What is held and owed of one token, in marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenExposure {
    /// The token.
    pub asset: Asset,
    /// The value of what is held, wherever it is.
    pub held: Mark,
    /// The value of what is owed.
    pub owed: Mark,
}

/// What assets depend on, in marks of one asset.
#[derive(Debug, Clone)]
pub struct Exposure {
    /// The asset in which it is counted.
    pub counted_in: Asset,
    /// All assets, debts not subtracted.
    pub assets: Mark,
    /// What goes through each venue, by its id.
    pub venues: Vec<Mark>,
    /// The names of the protocols in the world, with what goes through each.
    pub protocols: Vec<(&'static str, Mark)>,
    /// What is held and owed of each token, in the order in which they were met.
    pub tokens: Vec<TokenExposure>,
    /// The protocol of each venue, by its place in `protocols`.
    protocol_of: Vec<usize>,
}

impl Exposure {
    /// Nothing yet, for the venues of `world`.
    #[must_use]
    pub fn new(world: &World, counted_in: Asset) -> Self {
        let mut protocols: Vec<(&'static str, Mark)> = Vec::new();
        let mut protocol_of = Vec::with_capacity(world.venues().len());
        for slot in world.venues() {
            let name = slot.venue.descriptor().name;
            let known = protocols.iter().position(|(known, _)| *known == name);
            protocol_of.push(known.unwrap_or(protocols.len()));
            if known.is_none() {
                protocols.push((name, 0));
            }
        }
        let venues = vec![0; world.venues().len()];
        Self { counted_in, assets: 0, venues, protocols, tokens: Vec::new(), protocol_of }
    }

    /// Sets everything back to nothing.
    pub fn clear(&mut self) {
        self.assets = 0;
        self.venues.fill(0);
        self.protocols.iter_mut().for_each(|(_, mark)| *mark = 0);
        for token in &mut self.tokens {
            (token.held, token.owed) = (0, 0);
        }
    }

    fn token(&mut self, asset: Asset) -> Option<&mut TokenExposure> {
        let known = self.tokens.iter().position(|token| token.asset == asset);
        let at = known.unwrap_or(self.tokens.len());
        if known.is_none() {
            self.tokens.push(TokenExposure { asset, held: 0, owed: 0 });
        }
        self.tokens.get_mut(at)
    }

    fn hold(&mut self, asset: Asset, mark: Mark, way: &[VenueId]) {
        self.assets = self.assets.saturating_add(mark);
        if let Some(token) = self.token(asset) {
            token.held = token.held.saturating_add(mark);
        }
        for (at, id) in way.iter().enumerate() {
            let before = way.get(..at).unwrap_or_default();
            if before.contains(id) {
                continue;
            }
            if let Some(venue) = self.venues.get_mut(usize::from(id.0)) {
                *venue = venue.saturating_add(mark);
            }
            let protocol = |id: &VenueId| self.protocol_of.get(usize::from(id.0)).copied();
            let of_this = protocol(id);
            // Two venues of one protocol are one protocol.
            if before.iter().any(|other| protocol(other) == of_this) {
                continue;
            }
            if let Some((_, sum)) = of_this.and_then(|of_this| self.protocols.get_mut(of_this)) {
                *sum = sum.saturating_add(mark);
            }
        }
    }
}

impl World {
    /// Adds what the assets of the farmer who acts depend on.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing or a venue's arithmetic fails.
    pub fn expose(&self, into: &mut Exposure) -> Result<(), StepError> {
        for line in self.portfolio.lines.iter().chain(&self.portfolio.reserve) {
            let way: Way = match line.kind {
                LineKind::Wallet => Way::new(),
                LineKind::Supplied(at) | LineKind::Staked(at) | LineKind::Queued(at) => {
                    Way::from_slice(&[at])
                }
                LineKind::Owed(_) => {
                    let mark = self.market.mark(line.amount, into.counted_in)?;
                    if let Some(token) = into.token(line.amount.asset) {
                        token.owed = token.owed.saturating_add(mark);
                    }
                    continue;
                }
            };
            self.spread(line.amount, way, into)?;
        }
        self.portfolio.shares.iter().try_for_each(|line| self.expose_shares(line, into))
    }

    /// Finds where pool shares lie, and what they stand for.
    fn expose_shares(&self, line: &ShareLine, into: &mut Exposure) -> Result<(), StepError> {
        let direct = TokenAmount::new(line.share, line.direct);
        for amount in line.through.iter().copied().chain([direct]) {
            let mut rest = amount.raw;
            for id in self.venue_ids() {
                let there = if let Ok(market) = self.lending(id) {
                    supplied(market, self, amount.asset)?
                } else if let Ok(vault) = self.vault(id) {
                    vault.staked(self.farmer, amount.asset, self.now)
                } else {
                    continue;
                };
                let there = there.min(rest);
                if !there.is_zero() {
                    rest = rest.saturating_sub(there);
                    self.spread(TokenAmount::new(amount.asset, there), Way::from_slice(&[id]), into)?;
                }
            }
            if !rest.is_zero() {
                self.spread(TokenAmount::new(amount.asset, rest), Way::new(), into)?;
            }
        }
        Ok(())
    }

    /// Follows an amount down to the tokens it is made of.
    fn spread(&self, amount: TokenAmount, mut way: Way, into: &mut Exposure) -> Result<(), StepError> {
        let mut amount = amount;
        // A share with a market price of its own is a token of its own, though its vault can fail it all the same.
        let mut is_token = false;
        let mut asset = amount.asset;
        for link in self.vault_shares.iter().rev() {
            if link.share != asset {
                continue;
            }
            way.push(link.vault);
            is_token |= !link.of_pool && self.given.contains(&link.share);
            if !is_token {
                amount = self.vault(link.vault)?.value(amount, self.now)?;
            }
            asset = link.asset;
        }
        let pool = if is_token { None } else { self.pool_of_share(amount.asset) };
        if let Some(pool) = pool.filter(|pool| !way.contains(pool)) {
            way.push(pool);
            let coins = self.pool_coins(pool, amount)?;
            let any = coins.iter().any(|coin| !coin.is_zero());
            for coin in coins.into_iter().filter(|coin| !coin.is_zero()) {
                self.spread(coin, way.clone(), into)?;
            }
            // Too few shares to be worth a base unit are worth nothing.
            if any || self.market.find(amount.asset).is_none() {
                return Ok(());
            }
        }
        let mark = self.market.mark(amount, into.counted_in)?;
        into.hold(amount.asset, mark, &way);
        Ok(())
    }

    /// `mark`, which is in `from`, in `to` at market prices; rounded towards zero.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing, or the value does not fit.
    pub fn convert_mark(&self, mark: Mark, from: Asset, to: Asset) -> Result<Mark, StepError> {
        if from == to || mark == 0 {
            return Ok(mark);
        }
        let (price, per) = (self.market.price(from)?.0.raw(), self.market.price(to)?.0.raw());
        let up = mul(price, pow10(u32::from(to.decimals()))?)?;
        let down = mul(per, pow10(u32::from(from.decimals()))?)?;
        let raw = mul_div(U256::from(mark.unsigned_abs()), up, down, Rounding::Down)?;
        let raw = i128::try_from(raw).map_err(|_| levmine_market::MarketError::TooLarge { asset: to })?;
        Ok(if mark < 0 { raw.saturating_neg() } else { raw })
    }
}

fn supplied(market: &dyn LendingMarket, world: &World, asset: Asset) -> Result<U256, StepError> {
    if market.listing(asset).is_err() {
        return Ok(U256::ZERO);
    }
    Ok(market.supplied(world.farmer, asset, world.now)?)
}
