//! Several farmers in one world.
//!
//! A [`World`] has one farmer in its own fields: everything that plans, policies and liquidators do concerns him. The
//! others are parked, and change places with him when it is their turn ([`World::take_seat`]). What concerns everybody
//! (time, prices, fees that somebody pays at a pool, what the oracle publishes) is done seat by seat. With nobody
//! parked all of this costs nothing.

use levmine_amm::Fees;
use levmine_lending::Health;
use levmine_market::{Account, Asset, Cause, TokenAmount, VenueId};
use levmine_math::U256;

use crate::gas::GasBook;
use crate::incentives::Incentive;
use crate::trouble::Luck;
use crate::{LineKind, Portfolio, Slot, StepError, Venue, World};

/// What belongs to one farmer.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    farmer: Account,
    quote: Asset,
    gas_due: U256,
    gas: GasBook,
    portfolio: Portfolio,
    /// The streams are the same for everybody; what was earned of them is not.
    incentives: Vec<Incentive>,
    healths: Vec<(VenueId, Health)>,
    luck: Luck,
}

impl Seat {
    /// Whose it is.
    pub(crate) const fn farmer(&self) -> Account {
        self.farmer
    }

    /// What he has met with.
    pub(crate) const fn luck(&self) -> &Luck {
        &self.luck
    }
}

impl World {
    /// Adds a farmer whose equity is counted in `quote`. He waits until he takes his seat. Returns his account.
    pub fn add_seat(&mut self, quote: Asset) -> Account {
        let seats = u32::try_from(self.parked.len()).unwrap_or(u32::MAX);
        let farmer = Account::new(FIRST_FARMER.saturating_add(1).saturating_add(seats));
        let mut incentives = self.incentives.clone();
        for incentive in &mut incentives {
            incentive.earned = U256::ZERO;
        }
        self.parked.push(Seat {
            farmer,
            quote,
            gas_due: U256::ZERO,
            gas: GasBook::default(),
            portfolio: Portfolio::default(),
            incentives,
            healths: Vec::new(),
            luck: Luck::default(),
        });
        farmer
    }

    /// Lets this farmer act from now on. Nothing happens when he does so already, or when there is no such farmer.
    pub fn take_seat(&mut self, farmer: Account) {
        if let Some(at) = self.parked.iter().position(|seat| seat.farmer == farmer) {
            self.change_places(at);
        }
    }

    /// Whether there are several farmers.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        !self.parked.is_empty()
    }

    /// The farmers, in the order in which they came.
    #[must_use]
    pub fn farmers(&self) -> Vec<Account> {
        let mut all: Vec<Account> = self.parked.iter().map(|seat| seat.farmer).collect();
        all.push(self.farmer);
        all.sort_unstable();
        all
    }

    /// The asset in which the equity of a parked farmer is counted, by his wallet or his reserve.
    pub(crate) fn quote_of(&self, account: Account) -> Option<Asset> {
        let owns = |seat: &&Seat| seat.farmer == account || seat.farmer.reserve() == account;
        self.parked.iter().find(owns).map(|seat| seat.quote)
    }

    /// Whether a farmer waits.
    pub(crate) fn is_parked(&self, farmer: Account) -> bool {
        self.parked.iter().any(|seat| seat.farmer == farmer)
    }

    fn change_places(&mut self, at: usize) {
        let Some(seat) = self.parked.get_mut(at) else { return };
        std::mem::swap(&mut self.farmer, &mut seat.farmer);
        std::mem::swap(&mut self.quote, &mut seat.quote);
        std::mem::swap(&mut self.gas_due, &mut seat.gas_due);
        std::mem::swap(&mut self.gas, &mut seat.gas);
        std::mem::swap(&mut self.portfolio, &mut seat.portfolio);
        std::mem::swap(&mut self.incentives, &mut seat.incentives);
        std::mem::swap(&mut self.healths, &mut seat.healths);
        std::mem::swap(&mut self.luck, &mut seat.luck);
    }

    /// Does something for the farmer who acts, then for each who is parked.
    pub(crate) fn for_everybody(
        &mut self,
        mut act: impl FnMut(&mut Self) -> Result<(), StepError>,
    ) -> Result<(), StepError> {
        act(self)?;
        self.for_the_parked(act)
    }

    /// The portfolios of those who do not act.
    pub(crate) fn parked_portfolios(&self) -> impl Iterator<Item = &Portfolio> {
        self.parked.iter().map(|seat| &seat.portfolio)
    }

    /// Does something for each farmer but the one who acts.
    pub(crate) fn for_the_parked(
        &mut self,
        mut act: impl FnMut(&mut Self) -> Result<(), StepError>,
    ) -> Result<(), StepError> {
        for at in 0..self.parked.len() {
            self.change_places(at);
            let done = act(self);
            self.change_places(at);
            done?;
        }
        Ok(())
    }

    /// Books what the shares of the others earn by a fee that the farmer has paid at a pool.
    pub(crate) fn pay_the_parked(&mut self, pool: VenueId, fees: &Fees) -> Result<(), StepError> {
        if self.parked.is_empty() {
            return Ok(());
        }
        self.for_the_parked(|world| world.earn_fees(pool, fees))
    }

    /// Books what a transaction of the farmer, or his liquidation, has done to the others: their pool shares, what a venue
    /// now says they have and owe, how healthy they are. `spread` says that a loss which lenders share was among it.
    pub(crate) fn tell_the_parked(&mut self, spread: bool) -> Result<(), StepError> {
        if self.parked.is_empty() {
            return Ok(());
        }
        let follows_prices =
            |slot: &Slot| matches!(&slot.venue, Venue::Lending(market) if market.capabilities().exchange);
        let debts = self.venues.iter().any(follows_prices);
        self.for_the_parked(|world| {
            world.settle_own_shares()?;
            if spread {
                world.book_spread_loss()?;
            }
            if debts {
                world.book_debts()?;
            }
            world.book_interest()?;
            // What came by vaults has joined the shares only now.
            world.settle_own_shares()?;
            world.see_healths()
        })
    }

    /// Books what supplies have lost by somebody else's debt that nobody pays.
    fn book_spread_loss(&mut self) -> Result<(), StepError> {
        for at in 0..self.portfolio.lines.len() {
            let Some(line) = self.portfolio.lines.get(at).copied() else { continue };
            let LineKind::Supplied(id) = line.kind else { continue };
            let raw = self.lending(id)?.supplied(self.farmer, line.amount.asset, self.now)?;
            if raw >= line.amount.raw {
                continue;
            }
            let amount = TokenAmount::new(line.amount.asset, raw);
            let mark = self.market.mark(amount, self.quote)?;
            self.portfolio.attribution.book(Cause::BadDebt, mark.saturating_sub(line.mark))?;
            if let Some(line) = self.portfolio.lines.get_mut(at) {
                (line.amount, line.mark) = (amount, mark);
            }
        }
        Ok(())
    }
}

/// The number of the account that a world begins with.
pub(crate) const FIRST_FARMER: u32 = 1;
