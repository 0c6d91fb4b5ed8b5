use levmine_amm::Pool;
use levmine_lending::{Context, Health, HealthFactor, LendingMarket};
use levmine_market::gas::{Chain, DataFee};
use levmine_market::{
    Account, Asset, Audit, AuditError, BlockClock, Holder, Journal, MarketError, Moment, Outside, Price,
    PriceBook, Reason, Timestamp, TokenAmount, VenueId,
};
use levmine_math::{U256, Wad, mul_div, pow10};
use levmine_vault::Vault;

use crate::gas::GasBook;
use crate::incentives::Incentive;
use crate::rebase::Rebasing;
use crate::record::{Kept, Record};
use crate::seat::{FIRST_FARMER, Seat};
use crate::shares::VaultShare;
use crate::trouble::{Luck, Trouble};
use crate::{Declined, LiquidationTerms, Portfolio, Slot, StepError, Venue};

/// Everything there is: venues, prices, wallets, the journal, and what the farmer has and owes.
#[derive(Debug)]
pub struct World {
    /// The block.
    pub now: Moment,
    /// Prices at which the outside trades.
    pub market: PriceBook,
    /// Prices that the oracle has published.
    pub oracle: PriceBook,
    /// Every movement.
    pub journal: Journal,
    /// Whose strategy it is.
    pub farmer: Account,
    /// The asset in which equity is counted.
    pub quote: Asset,
    /// The asset in which gas is paid.
    pub gas_asset: Option<Asset>,
    /// Price of a unit of gas in base units (wei) of [`World::gas_asset`].
    pub gas_price: U256,
    /// Gas that could not be paid yet, in base units of the quote asset.
    pub gas_due: U256,
    /// The chain.
    pub chain: Chain,
    /// What it charges beside execution, now.
    pub data_fee: DataFee,
    /// What the farmer has spent on gas.
    pub gas: GasBook,
    /// What the farmer has and owes, and where its changes came from.
    pub portfolio: Portfolio,
    /// What liquidators ask for before they act.
    pub liquidators: LiquidationTerms,
    /// The last call that nobody wanted to make; whoever has told of it takes it away.
    pub declined: Option<Declined>,
    pub(crate) venues: Vec<Slot>,
    /// Streams of rewards beside those that venues pay themselves.
    pub(crate) incentives: Vec<Incentive>,
    /// Vault shares, each after what it is made of.
    pub(crate) vault_shares: Vec<VaultShare>,
    /// Tokens whose balances change by themselves.
    pub(crate) rebasing: Vec<Rebasing>,
    /// Assets whose market price is given from outside, also where it would follow from a vault.
    pub(crate) given: Vec<Asset>,
    /// What the oracle says differently from the market.
    pub(crate) views: Vec<OracleView>,
    /// What is kept for books, where that is asked for.
    pub(crate) record: Option<Box<Record>>,
    /// The farmer's health wherever he has a position, at the prices last published.
    pub(crate) healths: Vec<(VenueId, Health)>,
    /// Farmers who wait while another one acts.
    pub(crate) parked: Vec<Seat>,
    /// Pools whose share a lending market lists or a vault takes.
    priced: Vec<VenueId>,
    /// Pools that their record moves, and no arbitrageur.
    pub(crate) recorded: Vec<VenueId>,
    clock: BlockClock,
    /// What is wrong.
    pub(crate) trouble: Trouble,
    /// What the farmer who acts has met with, and bought against it.
    pub(crate) luck: Luck,
}

/// Venues and journal as they were before an operation.
#[derive(Debug)]
struct Undo {
    venues: Vec<(VenueId, Venue)>,
    journal: levmine_market::Checkpoint,
}

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

/// Outsiders: who provides liquidity, trades and liquidates.
pub(crate) const OUTSIDER: Account = Account::outsider(0);

/// A state of the world to which it can be taken back.
#[derive(Debug)]
pub(crate) struct Saved {
    now: Moment,
    market: PriceBook,
    oracle: PriceBook,
    gas_price: U256,
    venues: Vec<Slot>,
    journal: levmine_market::Checkpoint,
    farmer: Account,
    quote: Asset,
    portfolio: Portfolio,
    gas_due: U256,
    gas: GasBook,
    healths: Vec<(VenueId, Health)>,
    incentives: Vec<Incentive>,
    views: Vec<OracleView>,
    luck: Luck,
    parked: Vec<Seat>,
    record: Kept,
}

impl World {
    /// A world of venues at a time, with no prices and nothing in the farmer's wallet.
    ///
    /// # Errors
    ///
    /// [`StepError`] when what a venue holds cannot be written into the journal.
    pub fn new(
        venues: Vec<Slot>,
        quote: Asset,
        clock: BlockClock,
        start: Timestamp,
    ) -> Result<Self, StepError> {
        let mut world = Self {
            now: clock.at(start),
            market: PriceBook::new(),
            oracle: PriceBook::new(),
            journal: Journal::default(),
            farmer: Account::new(FIRST_FARMER),
            quote,
            gas_asset: None,
            gas_price: U256::ZERO,
            gas_due: U256::ZERO,
            chain: Chain::default(),
            data_fee: DataFee::None,
            gas: GasBook::default(),
            portfolio: Portfolio::default(),
            liquidators: LiquidationTerms::default(),
            declined: None,
            venues,
            incentives: Vec::new(),
            vault_shares: Vec::new(),
            rebasing: Vec::new(),
            given: Vec::new(),
            views: Vec::new(),
            record: None,
            healths: Vec::new(),
            parked: Vec::new(),
            priced: Vec::new(),
            recorded: Vec::new(),
            clock,
            trouble: Trouble::default(),
            luck: Luck::default(),
        };
        world.vault_shares = world.find_vault_shares();
        world.rebasing = world.find_rebasing();
        world.priced = world.pools_priced();
        world.journal.begin(start);
        for (id, slot) in world.venues.iter().enumerate() {
            let id = VenueId(u16::try_from(id).unwrap_or(u16::MAX));
            let holdings = slot.venue.holdings();
            for issued in slot.venue.issued() {
                // What a venue holds of its own token was minted to itself; the rest is in other people's wallets.
                let locked = holdings
                    .iter()
                    .filter(|held| held.asset == issued.asset)
                    .fold(U256::ZERO, |sum, held| sum.saturating_add(held.raw));
                let issuer = Holder::Outside(Outside::Issuer(id));
                let outside = TokenAmount::new(issued.asset, issued.raw.saturating_sub(locked));
                world.journal.post(issuer, Holder::Outside(Outside::World), outside, Reason::Genesis)?;
                let locked = TokenAmount::new(issued.asset, locked);
                world.journal.post(issuer, Holder::Venue(id), locked, Reason::Genesis)?;
            }
            for held in
                holdings.iter().filter(|held| !slot.venue.issued().iter().any(|i| i.asset == held.asset))
            {
                world.journal.post(
                    Holder::Outside(Outside::World),
                    Holder::Venue(id),
                    *held,
                    Reason::Genesis,
                )?;
            }
        }
        world.open_ledgers()?;
        Ok(world)
    }

    /// An independent copy.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self {
            now: self.now,
            market: self.market.clone(),
            oracle: self.oracle.clone(),
            journal: self.journal.clone(),
            farmer: self.farmer,
            quote: self.quote,
            gas_asset: self.gas_asset,
            gas_price: self.gas_price,
            gas_due: self.gas_due,
            chain: self.chain,
            data_fee: self.data_fee,
            gas: self.gas.clone(),
            portfolio: self.portfolio.clone(),
            liquidators: self.liquidators,
            declined: self.declined,
            venues: self.venues.iter().map(Slot::fork).collect(),
            incentives: self.incentives.clone(),
            vault_shares: self.vault_shares.clone(),
            rebasing: self.rebasing.clone(),
            given: self.given.clone(),
            views: self.views.clone(),
            record: None,
            healths: self.healths.clone(),
            parked: self.parked.clone(),
            priced: self.priced.clone(),
            recorded: self.recorded.clone(),
            clock: self.clock,
            trouble: self.trouble.clone(),
            luck: self.luck.clone(),
        }
    }

    fn pools_priced(&self) -> Vec<VenueId> {
        let lists = |share: Asset| {
            self.venue_ids()
                .any(|id| self.find_lending(id).is_some_and(|market| market.listing(share).is_ok()))
                || self.vault_shares.iter().any(|link| link.asset == share)
        };
        self.venue_ids()
            .filter(|id| self.find_pool(*id).and_then(|pool| pool.share()).is_some_and(lists))
            .collect()
    }

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

    pub(crate) fn save(&self) -> Saved {
        Saved {
            now: self.now,
            market: self.market.clone(),
            oracle: self.oracle.clone(),
            gas_price: self.gas_price,
            venues: self.venues.iter().map(Slot::fork).collect(),
            journal: self.journal.checkpoint(),
            farmer: self.farmer,
            quote: self.quote,
            portfolio: self.portfolio.clone(),
            gas_due: self.gas_due,
            gas: self.gas.clone(),
            healths: self.healths.clone(),
            incentives: self.incentives.clone(),
            views: self.views.clone(),
            luck: self.luck.clone(),
            parked: self.parked.clone(),
            record: self.mark_of_record(),
        }
    }

    pub(crate) fn restore(&mut self, saved: Saved) {
        self.now = saved.now;
        self.market = saved.market;
        self.oracle = saved.oracle;
        self.gas_price = saved.gas_price;
        self.venues = saved.venues;
        self.journal.rollback(saved.journal);
        self.farmer = saved.farmer;
        self.quote = saved.quote;
        self.portfolio = saved.portfolio;
        self.gas_due = saved.gas_due;
        self.gas = saved.gas;
        self.healths = saved.healths;
        self.incentives = saved.incentives;
        self.views = saved.views;
        self.luck = saved.luck;
        self.parked = saved.parked;
        self.take_back_record(saved.record);
    }

    /// Answers a what-if: does something and takes it back.
    pub fn trial<T>(&mut self, question: impl FnOnce(&mut Self) -> T) -> T {
        let saved = self.save();
        let answer = question(self);
        self.restore(saved);
        answer
    }

    /// The venues, by their ids.
    #[must_use]
    pub fn venues(&self) -> &[Slot] {
        &self.venues
    }

    /// All venue ids.
    pub fn venue_ids(&self) -> impl Iterator<Item = VenueId> + use<> {
        (0..u16::try_from(self.venues.len()).unwrap_or(u16::MAX)).map(VenueId)
    }

    /// The name of a venue.
    #[must_use]
    pub fn name(&self, id: VenueId) -> &str {
        self.venues.get(usize::from(id.0)).map_or("?", |slot| slot.name.as_str())
    }

    /// The venue called `name`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<VenueId> {
        self.venue_ids().find(|id| self.name(*id) == name)
    }

    /// The lending market with this id.
    ///
    /// # Errors
    ///
    /// [`StepError::WrongVenue`].
    pub fn lending(&self, id: VenueId) -> Result<&dyn LendingMarket, StepError> {
        self.find_lending(id).ok_or_else(|| self.wrong(id, "lending market"))
    }

    /// The lending market with this id, if that is one: for loops over all venues, which need no words for the others.
    pub(crate) fn find_lending(&self, id: VenueId) -> Option<&dyn LendingMarket> {
        match &self.venues.get(usize::from(id.0))?.venue {
            Venue::Lending(market) => Some(market.as_ref()),
            _ => None,
        }
    }

    /// The pool with this id.
    ///
    /// # Errors
    ///
    /// [`StepError::WrongVenue`].
    pub fn pool(&self, id: VenueId) -> Result<&dyn Pool, StepError> {
        self.find_pool(id).ok_or_else(|| self.wrong(id, "pool"))
    }

    /// The pool with this id, if that is one.
    pub(crate) fn find_pool(&self, id: VenueId) -> Option<&dyn Pool> {
        match &self.venues.get(usize::from(id.0))?.venue {
            Venue::Pool(pool) => Some(pool.as_ref()),
            _ => None,
        }
    }

    /// The vault with this id.
    ///
    /// # Errors
    ///
    /// [`StepError::WrongVenue`].
    pub fn vault(&self, id: VenueId) -> Result<&dyn Vault, StepError> {
        self.find_vault(id).ok_or_else(|| self.wrong(id, "vault"))
    }

    /// The vault with this id, if that is one.
    pub(crate) fn find_vault(&self, id: VenueId) -> Option<&dyn Vault> {
        match &self.venues.get(usize::from(id.0))?.venue {
            Venue::Vault(vault) => Some(vault.as_ref()),
            _ => None,
        }
    }

    pub(crate) fn vault_mut(&mut self, id: VenueId) -> Result<&mut dyn Vault, StepError> {
        // Looked up twice, so that the error is written only where there is one.
        if self.vault(id).is_err() {
            return Err(self.wrong(id, "vault"));
        }
        match self.venues.get_mut(usize::from(id.0)).map(|slot| &mut slot.venue) {
            Some(Venue::Vault(vault)) => Ok(vault.as_mut()),
            _ => Err(StepError::WrongVenue { venue: String::new(), wanted: "vault" }),
        }
    }

    /// Lets a vault do something that moves tokens, and writes them into the journal.
    pub(crate) fn with_vault<T>(
        &mut self,
        id: VenueId,
        reason: Reason,
        act: impl FnOnce(&mut dyn Vault, Moment) -> Result<(T, levmine_market::Transfers), StepError>,
    ) -> Result<T, StepError> {
        self.admits(id)?;
        self.with_vault_unasked(id, reason, act)
    }

    /// The same at a vault that may be paused: what it earns by itself goes on.
    fn with_vault_unasked<T>(
        &mut self,
        id: VenueId,
        reason: Reason,
        act: impl FnOnce(&mut dyn Vault, Moment) -> Result<(T, levmine_market::Transfers), StepError>,
    ) -> Result<T, StepError> {
        let (now, undo, beginning) = (self.now, self.undo(id), self.begin_operation(id, reason)?);
        let (done, transfers) = act(self.vault_mut(id)?, now)?;
        self.post_or_undo(id, &transfers, reason, undo)?;
        self.end_operation(id, reason, beginning)?;
        Ok(done)
    }

    /// Writes what an operation at `id` moved.
    fn post(
        &mut self,
        id: VenueId,
        transfers: &levmine_market::Transfers,
        reason: Reason,
    ) -> Result<(), StepError> {
        self.journal.post_all(id, transfers, reason)?;
        if self.rebasing.is_empty() { Ok(()) } else { self.follow_rebasing(id, transfers) }
    }

    /// What takes back an operation at `id`, where the ledger of a rebasing token may refuse it after the venue has done it.
    fn undo(&self, id: VenueId) -> Option<Undo> {
        if self.rebasing.is_empty() {
            return None;
        }
        let ledgers = self.rebasing.iter().map(|token| token.vault);
        let venues = ledgers
            .chain([id])
            .filter_map(|id| self.venues.get(usize::from(id.0)).map(|slot| (id, slot.venue.fork())));
        Some(Undo { venues: venues.collect(), journal: self.journal.checkpoint() })
    }

    fn post_or_undo(
        &mut self,
        id: VenueId,
        transfers: &levmine_market::Transfers,
        reason: Reason,
        undo: Option<Undo>,
    ) -> Result<(), StepError> {
        let posted = self.post(id, transfers, reason);
        if let (Err(_), Some(undo)) = (&posted, undo) {
            for (id, venue) in undo.venues {
                if let Some(slot) = self.venues.get_mut(usize::from(id.0)) {
                    slot.venue = venue;
                }
            }
            self.journal.rollback(undo.journal);
        }
        posted
    }

    pub(crate) fn wrong(&self, id: VenueId, wanted: &'static str) -> StepError {
        StepError::WrongVenue { venue: self.name(id).into(), wanted }
    }

    /// Lets a lending market do something that moves tokens, and writes them into the journal.
    pub(crate) fn with_lending<T>(
        &mut self,
        id: VenueId,
        reason: Reason,
        act: impl FnOnce(
            &mut dyn LendingMarket,
            &Context<'_>,
        ) -> Result<(T, levmine_market::Transfers), StepError>,
    ) -> Result<T, StepError> {
        self.admits(id)?;
        let wrong = self.lending(id).err();
        let (undo, beginning) = (self.undo(id), self.begin_operation(id, reason)?);
        let ctx = Context { now: self.now, prices: &self.oracle };
        let Some(Venue::Lending(market)) = self.venues.get_mut(usize::from(id.0)).map(|slot| &mut slot.venue)
        else {
            return Err(wrong.unwrap_or(StepError::NotClosed));
        };
        let (done, transfers) = act(market.as_mut(), &ctx)?;
        self.post_or_undo(id, &transfers, reason, undo)?;
        self.end_operation(id, reason, beginning)?;
        Ok(done)
    }

    /// Lets a pool do something that moves tokens, and writes them into the journal.
    pub(crate) fn with_pool<T>(
        &mut self,
        id: VenueId,
        reason: Reason,
        act: impl FnOnce(&mut dyn Pool, Moment) -> Result<(T, levmine_market::Transfers), StepError>,
    ) -> Result<T, StepError> {
        self.admits(id)?;
        let wrong = self.pool(id).err();
        let (undo, beginning) = (self.undo(id), self.begin_operation(id, reason)?);
        let Some(Venue::Pool(pool)) = self.venues.get_mut(usize::from(id.0)).map(|slot| &mut slot.venue)
        else {
            return Err(wrong.unwrap_or(StepError::NotClosed));
        };
        let (done, transfers) = act(pool.as_mut(), self.now)?;
        self.post_or_undo(id, &transfers, reason, undo)?;
        self.end_operation(id, reason, beginning)?;
        Ok(done)
    }

    /// The block so many seconds from now.
    pub(crate) fn moment_in(&self, seconds: u64) -> Moment {
        self.clock.at(Timestamp(self.now.time.0.saturating_add(seconds)))
    }

    /// What the oracle says, and when.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context { now: self.now, prices: &self.oracle }
    }

    /// What the farmer's wallet holds of `asset`, in base units.
    #[must_use]
    pub fn wallet(&self, asset: Asset) -> U256 {
        self.journal.balance(Holder::Wallet(self.farmer), asset)
    }

    /// The pool whose share `asset` is: the one share of all, or that of a position.
    #[must_use]
    pub fn pool_of_share(&self, asset: Asset) -> Option<VenueId> {
        self.venue_ids().find(|id| {
            self.find_pool(*id).is_some_and(|pool| {
                pool.share() == Some(asset)
                    || !pool.capabilities().fungible_shares
                        && pool.issued().iter().any(|issued| issued.asset == asset)
            })
        })
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

    /// Gives the farmer his capital.
    ///
    /// # Errors
    ///
    /// [`StepError::Market`] when a price is missing.
    pub fn fund(&mut self, capital: &[TokenAmount]) -> Result<(), StepError> {
        self.journal.begin(self.now.time);
        for amount in capital {
            let farmer = Holder::Wallet(self.farmer);
            self.journal.post(Holder::Outside(Outside::Capital), farmer, *amount, Reason::Capital)?;
            if let Some(token) = self.rebasing.iter().find(|token| token.share == amount.asset).copied() {
                let (to, now) = (self.farmer, self.now);
                self.vault_mut(token.vault)?.transfer(OUTSIDER, to, amount.raw, now)?;
            }
        }
        self.follow_all_rebasing()?;
        self.rebuild_portfolio()?;
        self.portfolio.begin();
        Ok(())
    }

    /// Moves time to `time`: every venue accrues, and the interest is booked.
    ///
    /// # Errors
    ///
    /// [`StepError`] where a venue's arithmetic fails.
    pub fn pass_time(&mut self, time: Timestamp) -> Result<(), StepError> {
        if time <= self.now.time {
            return Ok(());
        }
        self.value_entries();
        let since = self.now.time;
        self.now = self.clock.at(time);
        let (now, farmer) = (self.now, self.farmer);
        let mut vaults = false;
        for slot in &mut self.venues {
            match &mut slot.venue {
                Venue::Lending(market) => {
                    market.accrue_for(farmer, now)?;
                    for seat in &self.parked {
                        market.accrue_for(seat.farmer(), now)?;
                    }
                }
                Venue::Vault(_) => vaults = true,
                Venue::Pool(_) => {}
            }
        }
        if vaults {
            self.accrue_vaults()?;
        }
        if !self.incentives.is_empty() {
            self.for_everybody(|world| world.earn_incentives(since))?;
        }
        self.for_everybody(Self::book_interest)
    }

    fn accrue_vaults(&mut self) -> Result<(), StepError> {
        for id in self.venue_ids() {
            let slot = self.venues.get(usize::from(id.0));
            if slot.is_some_and(|slot| matches!(slot.venue, Venue::Vault(_))) {
                self.with_vault_unasked(id, Reason::Harvest, |vault, now| Ok(((), vault.accrue(now)?)))?;
            }
        }
        self.follow_all_rebasing()?;
        self.derive_market_prices()
    }

    /// Lets the market's prices of vault shares follow from what they are made of.
    pub(crate) fn derive_market_prices(&mut self) -> Result<(), StepError> {
        if self.vault_shares.is_empty() {
            return Ok(());
        }
        let (mut market, given) = (std::mem::take(&mut self.market), std::mem::take(&mut self.given));
        let done = self.derive_prices(&mut market, &given);
        (self.market, self.given) = (market, given);
        done
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

    /// Brings every pool to the market's prices, the profit going to outsiders, and books what the farmers' shares earn
    /// by it.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn arbitrage(&mut self) -> Result<(), StepError> {
        self.venue_ids().try_for_each(|id| self.arbitrage_at(id))
    }

    /// The same at one venue; nothing where that is no pool, or one of a coin without a price.
    ///
    /// # Errors
    ///
    /// As [`World::arbitrage`].
    pub fn arbitrage_at(&mut self, id: VenueId) -> Result<(), StepError> {
        if self.recorded.contains(&id) {
            return Ok(());
        }
        let Some(pool) = self.find_pool(id) else { return Ok(()) };
        if self.is_paused(id) || pool.coins().iter().any(|coin| self.market.find(*coin).is_none()) {
            return Ok(());
        }
        let market = std::mem::take(&mut self.market);
        let done = self.with_pool(id, Reason::Swap, |pool, now| {
            let swap = levmine_amm::arbitrage(pool, OUTSIDER, &market, now)?;
            let transfers = swap.as_ref().map(|swap| swap.transfers.clone()).unwrap_or_default();
            Ok((swap.map(|swap| swap.quote.fees), transfers))
        });
        self.market = market;
        // An arbitrageur without the rebasing token that the trade needs does not trade.
        let done = match done {
            Err(StepError::Vault(_)) => return Ok(()),
            done => done?,
        };
        if let Some(fees) = done {
            self.for_everybody(|world| world.earn_fees(id, &fees))?;
        }
        Ok(())
    }

    /// Lets outsiders sell `sell` at a pool for at least `least` base units of the other coin, and books what the farmer's
    /// shares earn by it. Returns what they got.
    ///
    /// # Errors
    ///
    /// [`StepError::Amm`].
    pub fn outside_swap(
        &mut self,
        id: VenueId,
        sell: TokenAmount,
        buy: Asset,
        least: U256,
    ) -> Result<TokenAmount, StepError> {
        let quote = self.with_pool(id, Reason::Swap, |pool, now| {
            let swap = pool.swap_exact_in(OUTSIDER, sell, buy, least, now)?;
            Ok((swap.quote, swap.transfers))
        })?;
        self.for_everybody(|world| world.earn_fees(id, &quote.fees))?;
        Ok(quote.buy)
    }

    /// Checks that nothing appeared or vanished except by a named mint or burn.
    ///
    /// # Errors
    ///
    /// The first [`AuditError`].
    pub fn audit(&self) -> Result<Audit, AuditError> {
        let mut holdings = Vec::new();
        let mut supplies = Vec::new();
        for (id, slot) in self.venue_ids().zip(&self.venues) {
            holdings.extend(slot.venue.holdings().into_iter().map(|amount| (id, amount)));
            supplies.extend(slot.venue.issued().into_iter().map(|amount| (id, amount)));
        }
        self.journal.audit(&holdings, &supplies)
    }

    /// The value of `amount` of one asset in another at market prices, in base units, rounded down.
    ///
    /// # Errors
    ///
    /// [`MarketError`] when a price is missing.
    pub fn convert(&self, amount: TokenAmount, to: Asset) -> Result<U256, MarketError> {
        if amount.asset == to {
            return Ok(amount.raw);
        }
        let (price, per) = (self.market.price(amount.asset)?.0, self.market.price(to)?.0);
        let up = levmine_math::mul(price.raw(), pow10(u32::from(to.decimals()))?)?;
        let down = levmine_math::mul(per.raw(), pow10(u32::from(amount.asset.decimals()))?)?;
        Ok(mul_div(amount.raw, up, down, levmine_math::Rounding::Down)?)
    }

    /// Amount of `asset`, in base units, that is worth `value` (numeraire, 18 decimals) by the oracle, rounded down.
    pub(crate) fn units_of(&self, value: Wad, asset: Asset) -> Result<U256, StepError> {
        let price = self.oracle.price(asset)?.0.raw();
        let unit = pow10(u32::from(asset.decimals()))?;
        Ok(mul_div(value.raw(), unit, price, levmine_math::Rounding::Down)?)
    }
}
