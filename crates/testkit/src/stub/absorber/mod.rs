mod market;

use levmine_lending::{Amount, Context, Health, HealthFactor, LendingError, LendingMarket, Receipt, Refusal};
use levmine_market::{Account, Actor, Asset, Descriptor, Moment, PriceBook, TokenAmount, Transfer};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, add, mul_div, sub};
use smallvec::smallvec;

use super::grid::{Grid, grown, refused, value};

const NAME: &str = "absorber-stub";

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Absorber stub",
    summary: "A market with one base asset that absorbs bad positions and sells the collateral, for tests",
    versions: &["1"],
    presets: &[],
    parameters: &[],
};

/// A market that lends one base asset against collateral which earns nothing, and liquidates for itself.
///
/// Debt up to 80 % of the collateral, liquidated above 85 %. Then the market takes all collateral, credits 93 % of its
/// value, and sells it from a store front at 5 % below the oracle's price. Suppliers earn 2 %, debts cost 4 %.
#[derive(Debug, Clone)]
pub struct Absorber {
    base: Asset,
    collaterals: Vec<Asset>,
    /// Shares of the base asset supplied, shares of it owed (never both), and collateral in base units.
    supplies: Grid,
    debts: Grid,
    locked: Grid,
    supply_index: U256,
    borrow_index: U256,
    cash: U256,
    /// What the market holds of each collateral, and what of it is for sale.
    held: Vec<U256>,
    seized: Vec<U256>,
    last: Moment,
}

const MAX_LTV: Bps = Bps::new(8_000);
const THRESHOLD: Bps = Bps::new(8_500);
const CREDITED: Bps = Bps::new(9_300);
const DISCOUNTED: Bps = Bps::new(9_500);
const SUPPLY_RATE: Ray = Ray::new(20_000_000_000_000_000_000_000_000);
const BORROW_RATE: Ray = Ray::new(40_000_000_000_000_000_000_000_000);
const RAY: U256 = Ray::ONE.raw();

impl Absorber {
    /// An empty market.
    #[must_use]
    pub fn new(base: Asset, collaterals: &[Asset], start: Moment) -> Self {
        Self {
            base,
            collaterals: collaterals.to_vec(),
            supplies: Grid::default(),
            debts: Grid::default(),
            locked: Grid::default(),
            supply_index: RAY,
            borrow_index: RAY,
            cash: U256::ZERO,
            held: vec![U256::ZERO; collaterals.len()],
            seized: vec![U256::ZERO; collaterals.len()],
            last: start,
        }
    }

    /// The same with so many base units of the base asset supplied by an outsider.
    #[must_use]
    pub fn with_liquidity(mut self, units: U256) -> Self {
        let (now, prices, base) = (self.last, PriceBook::new(), self.base);
        let ctx = Context { now, prices: &prices };
        if let Err(error) = self.supply(Account::outsider(0).into(), base, Amount::Exact(units), &ctx) {
            panic!("the stub's liquidity: {error}");
        }
        self
    }

    fn attempt<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, LendingError>,
    ) -> Result<T, LendingError> {
        let mut next = self.clone();
        let done = change(&mut next)?;
        *self = next;
        Ok(done)
    }

    fn at(&self, now: Moment) -> Result<Self, LendingError> {
        let mut later = self.clone();
        later.advance(now)?;
        Ok(later)
    }

    fn advance(&mut self, now: Moment) -> Result<(), LendingError> {
        let seconds = now.time.since(self.last.time);
        self.supply_index = grown(self.supply_index, SUPPLY_RATE.raw(), seconds, Rounding::Down)?;
        self.borrow_index = grown(self.borrow_index, BORROW_RATE.raw(), seconds, Rounding::Up)?;
        self.last = self.last.max(now);
        Ok(())
    }

    fn place(&self, asset: Asset) -> Result<Option<usize>, LendingError> {
        if asset == self.base {
            return Ok(None);
        }
        let place = self.collaterals.iter().position(|known| *known == asset);
        place.map(Some).ok_or(LendingError::UnknownAsset { protocol: NAME, asset })
    }

    fn earned(&self, owner: Account) -> Result<U256, LendingError> {
        Ok(mul_div(self.supplies.get(owner, self.base), self.supply_index, RAY, Rounding::Down)?)
    }

    fn owed(&self, owner: Account) -> Result<U256, LendingError> {
        Ok(mul_div(self.debts.get(owner, self.base), self.borrow_index, RAY, Rounding::Up)?)
    }

    /// Writes the base balance of `owner` anew: what it has, or what it owes.
    fn rewrite(&mut self, owner: Account, has: U256, owes: U256) -> Result<(), LendingError> {
        let supply = mul_div(has, RAY, self.supply_index, Rounding::Down)?;
        let debt = mul_div(owes, RAY, self.borrow_index, Rounding::Up)?;
        self.supplies.set(owner, self.base, supply);
        self.debts.set(owner, self.base, debt);
        Ok(())
    }

    fn health_now(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        let mut collateral = Wad::ZERO;
        for asset in &self.collaterals {
            let amount = TokenAmount::new(*asset, self.locked.get(owner, *asset));
            if !amount.is_zero() {
                collateral = collateral.add(value(amount, ctx.prices, Rounding::Down)?)?;
            }
        }
        let owed = TokenAmount::new(self.base, self.owed(owner)?);
        let debt = if owed.is_zero() { Wad::ZERO } else { value(owed, ctx.prices, Rounding::Up)? };
        let part = |bps: Bps| bps.mul_int(collateral.raw(), Rounding::Down).map(Wad::from_raw);
        let (borrow_limit, liquidation_limit) = (part(MAX_LTV)?, part(THRESHOLD)?);
        let factor = if debt.is_zero() {
            HealthFactor::NoDebt
        } else {
            HealthFactor::Of(liquidation_limit.div(debt, Rounding::Down)?)
        };
        let liquidatable = debt > liquidation_limit;
        Ok(Health { collateral, debt, borrow_limit, liquidation_limit, factor, liquidatable })
    }

    fn must_be_within_limit(&self, owner: Account, ctx: &Context<'_>) -> Result<(), LendingError> {
        let health = self.health_now(owner, ctx)?;
        if health.debt > health.borrow_limit {
            return Err(refused(NAME, Refusal::InsufficientCollateral, "NOT_COLLATERALISED"));
        }
        Ok(())
    }

    fn change_held(
        &mut self,
        place: usize,
        change: impl FnOnce(U256) -> Result<U256, levmine_math::MathError>,
    ) -> Result<(), LendingError> {
        if let Some(held) = self.held.get_mut(place) {
            *held = change(*held)?;
        }
        Ok(())
    }

    /// Takes `amount` of the base asset out: first of the own supply, then as debt.
    fn take_base(
        &mut self,
        actor: Actor,
        amount: U256,
        may_owe: bool,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        if actor.caller != actor.owner {
            return Err(refused(NAME, Refusal::Unauthorized, "NOT_OWNER"));
        }
        if self.cash < amount {
            return Err(refused(NAME, Refusal::InsufficientLiquidity, "NO_CASH"));
        }
        let (has, owes) = (self.earned(actor.owner)?, self.owed(actor.owner)?);
        let (own, lent) = (has.min(amount), amount.saturating_sub(has));
        if !lent.is_zero() && !may_owe {
            return Err(refused(NAME, Refusal::InsufficientBalance, "NOT_ENOUGH_SUPPLIED"));
        }
        self.rewrite(actor.owner, sub(has, own)?, add(owes, lent)?)?;
        self.cash = sub(self.cash, amount)?;
        self.must_be_within_limit(actor.owner, ctx)?;
        let transfers = smallvec![Transfer::receive(actor.caller, TokenAmount::new(self.base, amount))];
        Ok(Receipt { amount, transfers })
    }
}

fn exact(amount: Amount) -> Result<U256, LendingError> {
    match amount {
        Amount::Exact(units) if !units.is_zero() => Ok(units),
        _ => Err(refused(NAME, Refusal::InvalidAmount, "BAD_AMOUNT")),
    }
}
