//! Everything there is, and what can be done to it.

mod operate;
mod oracle;
mod outside;
mod saved;
mod time;
mod venues;

use levmine_lending::Health;
use levmine_market::gas::{Chain, DataFee};
use levmine_market::{
    Account, Asset, Audit, AuditError, BlockClock, Holder, Journal, MarketError, Moment, Outside, PriceBook,
    Reason, Timestamp, TokenAmount, VenueId,
};
use levmine_math::{U256, Wad, mul_div, pow10};

use crate::gas::GasBook;
use crate::incentives::Incentive;
use crate::rebase::Rebasing;
use crate::record::Record;
use crate::seat::{FIRST_FARMER, Seat};
use crate::shares::VaultShare;
use crate::trouble::{Luck, Trouble};
use crate::{Declined, LiquidationTerms, Portfolio, Slot, StepError};

pub use oracle::OracleView;

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

/// Outsiders: who provides liquidity, trades and liquidates.
pub(crate) const OUTSIDER: Account = Account::outsider(0);

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

    /// The block so many seconds from now.
    pub(crate) fn moment_in(&self, seconds: u64) -> Moment {
        self.clock.at(Timestamp(self.now.time.0.saturating_add(seconds)))
    }

    /// What the farmer's wallet holds of `asset`, in base units.
    #[must_use]
    pub fn wallet(&self, asset: Asset) -> U256 {
        self.journal.balance(Holder::Wallet(self.farmer), asset)
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
