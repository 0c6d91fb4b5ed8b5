mod market;

use std::collections::{BTreeMap, BTreeSet};

use levmine_lending::{
    Amount, Context, FlashLoan, Health, HealthFactor, LendingError, LendingMarket, Refusal,
};
use levmine_market::{Account, Asset, Descriptor, Moment, PriceBook, TokenAmount};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, add, mul_div, sub};
use smallvec::SmallVec;

use super::grid::{Grid, grown, refused, value};

const NAME: &str = "pooled-stub";

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Pooled stub",
    summary: "A pooled market with fixed rates, for tests",
    versions: &["1"],
    presets: &[],
    parameters: &[],
};

/// Everybody else: who supplied [`Pooled::with_liquidity`], and who flows.
const OTHERS: Account = Account::outsider(0);

/// What holds for one asset of a [`Pooled`] market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PooledTerms {
    asset: Asset,
    /// Maximal LTV, threshold, bonus.
    collateral: Option<[Bps; 3]>,
    supply_rate: Ray,
    borrow_rate: Ray,
}

impl PooledTerms {
    /// An asset that is no collateral, earns 2 % and costs 4 % a year.
    #[must_use]
    pub const fn new(asset: Asset) -> Self {
        let percent = 10_000_000_000_000_000_000_000_000;
        Self {
            asset,
            collateral: None,
            supply_rate: Ray::new(2 * percent),
            borrow_rate: Ray::new(4 * percent),
        }
    }

    /// Counts as collateral; basis points.
    #[must_use]
    pub const fn collateral(mut self, max_ltv: u128, threshold: u128, bonus: u128) -> Self {
        self.collateral = Some([Bps::new(max_ltv), Bps::new(threshold), Bps::new(bonus)]);
        self
    }

    /// Earns and costs these simple rates a year.
    #[must_use]
    pub const fn rates(mut self, supply: Ray, borrow: Ray) -> Self {
        self.supply_rate = supply;
        self.borrow_rate = borrow;
        self
    }
}

#[derive(Debug, Clone)]
struct Reserve {
    terms: PooledTerms,
    cash: U256,
    supply_index: U256,
    borrow_index: U256,
    supply_shares: U256,
    debt_shares: U256,
}

/// A pooled market with fixed rates: any asset lent and borrowed, half of a debt liquidated at a time.
///
/// In mode 1 all thresholds are 500 basis points higher. A flash loan costs 9 basis points, rounded up. Debt that no
/// collateral is left for is written off.
#[derive(Debug, Clone)]
pub struct Pooled {
    reserves: Vec<Reserve>,
    supplies: Grid,
    debts: Grid,
    off: BTreeSet<(Account, Asset)>,
    modes: BTreeMap<Account, u8>,
    allowances: BTreeMap<(Account, Account, Asset), U256>,
    flashes: Vec<FlashLoan>,
    last: Moment,
}

const FLASH_FEE: Bps = Bps::new(9);
const CLOSE_FACTOR: Bps = Bps::new(5_000);
const MODE_EXTRA: Bps = Bps::new(500);
const RAY: U256 = Ray::ONE.raw();

impl Reserve {
    fn supplied(&self, shares: U256) -> Result<U256, LendingError> {
        Ok(mul_div(shares, self.supply_index, RAY, Rounding::Down)?)
    }

    fn owed(&self, shares: U256) -> Result<U256, LendingError> {
        Ok(mul_div(shares, self.borrow_index, RAY, Rounding::Up)?)
    }
}

impl Pooled {
    /// An empty market.
    #[must_use]
    pub fn new(terms: impl IntoIterator<Item = PooledTerms>, start: Moment) -> Self {
        let reserve = |terms| Reserve {
            terms,
            cash: U256::ZERO,
            supply_index: RAY,
            borrow_index: RAY,
            supply_shares: U256::ZERO,
            debt_shares: U256::ZERO,
        };
        Self {
            reserves: terms.into_iter().map(reserve).collect(),
            supplies: Grid::default(),
            debts: Grid::default(),
            off: BTreeSet::new(),
            modes: BTreeMap::new(),
            allowances: BTreeMap::new(),
            flashes: Vec::new(),
            last: start,
        }
    }

    /// The same with so many base units of `asset` supplied by an outsider.
    #[must_use]
    pub fn with_liquidity(mut self, asset: Asset, units: U256) -> Self {
        let (now, prices) = (self.last, PriceBook::new());
        let ctx = Context { now, prices: &prices };
        let supplied = self.supply(OTHERS.into(), asset, Amount::Exact(units), &ctx);
        if let Err(error) = supplied {
            panic!("the stub's liquidity: {error}");
        }
        self
    }

    /// Does something to a copy and keeps the copy if that worked.
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
        for reserve in &mut self.reserves {
            let terms = reserve.terms;
            reserve.supply_index =
                grown(reserve.supply_index, terms.supply_rate.raw(), seconds, Rounding::Down)?;
            reserve.borrow_index =
                grown(reserve.borrow_index, terms.borrow_rate.raw(), seconds, Rounding::Up)?;
        }
        self.last = self.last.max(now);
        Ok(())
    }

    fn reserve(&self, asset: Asset) -> Result<&Reserve, LendingError> {
        let found = self.reserves.iter().find(|reserve| reserve.terms.asset == asset);
        found.ok_or(LendingError::UnknownAsset { protocol: NAME, asset })
    }

    fn reserve_mut(&mut self, asset: Asset) -> Result<&mut Reserve, LendingError> {
        let found = self.reserves.iter_mut().find(|reserve| reserve.terms.asset == asset);
        found.ok_or(LendingError::UnknownAsset { protocol: NAME, asset })
    }

    fn threshold(&self, owner: Account, threshold: Bps) -> Result<Bps, LendingError> {
        let extra = if self.modes.get(&owner) == Some(&1) { MODE_EXTRA } else { Bps::ZERO };
        Ok(threshold.add(extra)?.min(Bps::ONE))
    }

    /// Health with the interest already in.
    fn health_now(&self, owner: Account, prices: &PriceBook) -> Result<Health, LendingError> {
        let [mut collateral, mut debt, mut borrow_limit, mut liquidation_limit] = [Wad::ZERO; 4];
        for reserve in &self.reserves {
            let asset = reserve.terms.asset;
            let owed = reserve.owed(self.debts.get(owner, asset))?;
            if !owed.is_zero() {
                debt = debt.add(value(TokenAmount::new(asset, owed), prices, Rounding::Up)?)?;
            }
            let supplied = reserve.supplied(self.supplies.get(owner, asset))?;
            let Some([max_ltv, threshold, _]) = reserve.terms.collateral else { continue };
            if supplied.is_zero() || self.off.contains(&(owner, asset)) {
                continue;
            }
            let worth = value(TokenAmount::new(asset, supplied), prices, Rounding::Down)?;
            let part = |bps: Bps| bps.mul_int(worth.raw(), Rounding::Down).map(Wad::from_raw);
            collateral = collateral.add(worth)?;
            borrow_limit = borrow_limit.add(part(self.threshold(owner, max_ltv)?)?)?;
            liquidation_limit = liquidation_limit.add(part(self.threshold(owner, threshold)?)?)?;
        }
        let factor = if debt.is_zero() {
            HealthFactor::NoDebt
        } else {
            HealthFactor::Of(liquidation_limit.div(debt, Rounding::Down)?)
        };
        let liquidatable = debt > liquidation_limit;
        Ok(Health { collateral, debt, borrow_limit, liquidation_limit, factor, liquidatable })
    }

    fn must_be_within_limit(&self, owner: Account, prices: &PriceBook) -> Result<(), LendingError> {
        let health = self.health_now(owner, prices)?;
        if health.debt > health.borrow_limit {
            return Err(refused(NAME, Refusal::InsufficientCollateral, "UNDERCOLLATERALISED"));
        }
        Ok(())
    }

    fn owes(&self, owner: Account) -> bool {
        self.reserves.iter().any(|reserve| !self.debts.get(owner, reserve.terms.asset).is_zero())
    }

    fn pay_out(&mut self, asset: Asset, units: U256) -> Result<(), LendingError> {
        let reserve = self.reserve_mut(asset)?;
        if reserve.cash < units {
            return Err(refused(NAME, Refusal::InsufficientLiquidity, "NO_CASH"));
        }
        reserve.cash = sub(reserve.cash, units)?;
        Ok(())
    }

    fn take_in(&mut self, asset: Asset, units: U256) -> Result<(), LendingError> {
        let reserve = self.reserve_mut(asset)?;
        reserve.cash = add(reserve.cash, units)?;
        Ok(())
    }

    /// Burns what `units` are in shares, rounded up.
    fn burn_supply(&mut self, owner: Account, asset: Asset, units: U256) -> Result<(), LendingError> {
        let held = self.supplies.get(owner, asset);
        let reserve = self.reserve_mut(asset)?;
        let shares = mul_div(units, RAY, reserve.supply_index, Rounding::Up)?;
        if shares > held {
            return Err(refused(NAME, Refusal::InsufficientBalance, "NOT_ENOUGH_SUPPLIED"));
        }
        reserve.supply_shares = sub(reserve.supply_shares, shares)?;
        self.supplies.set(owner, asset, sub(held, shares)?);
        Ok(())
    }

    fn mint_supply(&mut self, owner: Account, asset: Asset, units: U256) -> Result<(), LendingError> {
        let reserve = self.reserve_mut(asset)?;
        let shares = mul_div(units, RAY, reserve.supply_index, Rounding::Down)?;
        reserve.supply_shares = add(reserve.supply_shares, shares)?;
        Ok(self.supplies.grow(owner, asset, shares)?)
    }

    /// Pays a loan out and writes the debt down, rounded up.
    fn lend(&mut self, owner: Account, asset: Asset, units: U256) -> Result<(), LendingError> {
        self.pay_out(asset, units)?;
        let reserve = self.reserve_mut(asset)?;
        let shares = mul_div(units, RAY, reserve.borrow_index, Rounding::Up)?;
        reserve.debt_shares = add(reserve.debt_shares, shares)?;
        Ok(self.debts.grow(owner, asset, shares)?)
    }

    /// Takes `units` off the debt; all of it when that is all.
    fn lower_debt(&mut self, owner: Account, asset: Asset, units: U256) -> Result<(), LendingError> {
        let held = self.debts.get(owner, asset);
        let reserve = self.reserve_mut(asset)?;
        let shares = if units >= reserve.owed(held)? {
            held
        } else {
            mul_div(units, RAY, reserve.borrow_index, Rounding::Down)?.min(held)
        };
        reserve.debt_shares = sub(reserve.debt_shares, shares)?;
        self.debts.set(owner, asset, sub(held, shares)?);
        Ok(())
    }

    /// Writes off what is owed by an account without collateral.
    fn write_off(&mut self, owner: Account) -> Result<SmallVec<[TokenAmount; 1]>, LendingError> {
        let mut lost = SmallVec::new();
        let has_collateral = self.reserves.iter().any(|reserve| {
            reserve.terms.collateral.is_some()
                && !self.off.contains(&(owner, reserve.terms.asset))
                && !self.supplies.get(owner, reserve.terms.asset).is_zero()
        });
        if has_collateral {
            return Ok(lost);
        }
        for asset in self.assets() {
            let owed = self.reserve(asset)?.owed(self.debts.get(owner, asset))?;
            if !owed.is_zero() {
                self.lower_debt(owner, asset, owed)?;
                lost.push(TokenAmount::new(asset, owed));
            }
        }
        Ok(lost)
    }
}

fn exact(amount: Amount) -> Result<U256, LendingError> {
    match amount {
        Amount::Exact(units) if !units.is_zero() => Ok(units),
        _ => Err(refused(NAME, Refusal::InvalidAmount, "BAD_AMOUNT")),
    }
}
