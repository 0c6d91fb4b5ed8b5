use levmine_lending::{
    Amount, Borrowable, Capabilities, Context, Health, HealthFactor, LendingError, LendingMarket, LiquidationCall,
    LiquidationOutcome, Listing, Position, Rates, Receipt, Refusal, Sale, SaleId, SaleOutcome, Supplied, Ticking,
};
use levmine_market::{
    Account, Actor, Asset, Descriptor, Dump, Moment, PriceBook, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, add, mul_div, pow10, sub};
use smallvec::{SmallVec, smallvec};

use super::grid::{Grid, grown, refused, units, value};

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

    fn attempt<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T, LendingError>) -> Result<T, LendingError> {
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
    fn take_base(&mut self, actor: Actor, amount: U256, may_owe: bool, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
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

impl LendingMarket for Absorber {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::OneBase,
            supply_earns: true,
            collateral_switch: false,
            modes: false,
            credit_delegation: false,
            flash_loans: false,
            sales: true,
            ticking: Ticking::Seconds,
            safe_at_one: true,
        }
    }

    fn fork(&self) -> Box<dyn LendingMarket> {
        Box::new(self.clone())
    }

    fn assets(&self) -> Vec<Asset> {
        std::iter::once(self.base).chain(self.collaterals.iter().copied()).collect()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        let is_collateral = self.place(asset)?.is_some();
        Ok(Listing {
            asset,
            suppliable: true,
            max_ltv: is_collateral.then_some(MAX_LTV),
            liquidation_threshold: is_collateral.then_some(THRESHOLD),
            liquidation_bonus: None,
            borrowable: !is_collateral,
        })
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        let later = self.at(now)?;
        if let Some(place) = self.place(asset)? {
            let available = later.held.get(place).copied().unwrap_or_default();
            let (zero, borrowed) = (Ray::ZERO, U256::ZERO);
            return Ok(Rates { supply: zero, borrow: zero, utilization: zero, available, borrowed });
        }
        Ok(Rates {
            supply: SUPPLY_RATE,
            borrow: BORROW_RATE,
            utilization: Ray::ZERO,
            available: later.cash,
            borrowed: U256::ZERO,
        })
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        match self.place(asset)? {
            Some(_) => Ok(self.locked.get(owner, asset)),
            None => self.at(now)?.earned(owner),
        }
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        match self.place(asset)? {
            Some(_) => Ok(U256::ZERO),
            None => self.at(now)?.owed(owner),
        }
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        let later = self.at(now)?;
        let mut position = Position::default();
        let base = TokenAmount::new(self.base, later.earned(owner)?);
        if !base.is_zero() {
            position.supplied.push(Supplied { amount: base, collateral: false });
        }
        for asset in &self.collaterals {
            let amount = TokenAmount::new(*asset, self.locked.get(owner, *asset));
            if !amount.is_zero() {
                position.supplied.push(Supplied { amount, collateral: true });
            }
        }
        let owed = TokenAmount::new(self.base, later.owed(owner)?);
        if !owed.is_zero() {
            position.debts.push(owed);
        }
        Ok(position)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        self.at(ctx.now)?.health_now(owner, ctx)
    }

    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        self.attempt(|next| next.advance(now))
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.attempt(|next| {
            let place = next.place(asset)?;
            let amount = exact(amount)?;
            next.advance(ctx.now)?;
            let transfers = smallvec![Transfer::pay(actor.caller, TokenAmount::new(asset, amount))];
            if let Some(place) = place {
                next.locked.grow(actor.owner, asset, amount)?;
                next.change_held(place, |held| add(held, amount))?;
            } else {
                // As in Comet, a debt is paid first.
                let (has, owes) = (next.earned(actor.owner)?, next.owed(actor.owner)?);
                let pays = owes.min(amount);
                next.rewrite(actor.owner, add(has, sub(amount, pays)?)?, sub(owes, pays)?)?;
                next.cash = add(next.cash, amount)?;
            }
            Ok(Receipt { amount, transfers })
        })
    }

    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.attempt(|next| {
            let place = next.place(asset)?;
            if actor.caller != actor.owner {
                return Err(refused(NAME, Refusal::Unauthorized, "NOT_OWNER"));
            }
            next.advance(ctx.now)?;
            let has = if place.is_some() { next.locked.get(actor.owner, asset) } else { next.earned(actor.owner)? };
            let amount = match amount {
                Amount::All => exact(Amount::Exact(has))?,
                amount => exact(amount)?,
            };
            let Some(place) = place else { return next.take_base(actor, amount, false, ctx) };
            if amount > has {
                return Err(refused(NAME, Refusal::InsufficientBalance, "NOT_ENOUGH_SUPPLIED"));
            }
            next.locked.set(actor.owner, asset, sub(has, amount)?);
            next.change_held(place, |held| sub(held, amount))?;
            next.must_be_within_limit(actor.owner, ctx)?;
            let transfers = smallvec![Transfer::receive(actor.caller, TokenAmount::new(asset, amount))];
            Ok(Receipt { amount, transfers })
        })
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.attempt(|next| {
            if next.place(asset)?.is_some() {
                return Err(refused(NAME, Refusal::NotAllowed, "NOT_BASE"));
            }
            let amount = exact(amount)?;
            next.advance(ctx.now)?;
            next.take_base(actor, amount, true, ctx)
        })
    }

    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.attempt(|next| {
            if next.place(asset)?.is_some() {
                return Err(refused(NAME, Refusal::NotAllowed, "NOT_BASE"));
            }
            next.advance(ctx.now)?;
            let owed = next.owed(actor.owner)?;
            let amount = match amount {
                Amount::All => owed,
                amount => exact(amount)?.min(owed),
            };
            if owed.is_zero() {
                return Err(refused(NAME, Refusal::NoDebt, "NO_DEBT"));
            }
            let has = next.earned(actor.owner)?;
            next.rewrite(actor.owner, has, sub(owed, amount)?)?;
            next.cash = add(next.cash, amount)?;
            let transfers = smallvec![Transfer::pay(actor.caller, TokenAmount::new(asset, amount))];
            Ok(Receipt { amount, transfers })
        })
    }

    fn liquidate(&mut self, call: &LiquidationCall, ctx: &Context<'_>) -> Result<LiquidationOutcome, LendingError> {
        self.attempt(|next| {
            next.advance(ctx.now)?;
            let borrower = call.borrower;
            if !next.health_now(borrower, ctx)?.liquidatable {
                return Err(refused(NAME, Refusal::NotLiquidatable, "COLLATERALISED"));
            }
            if next.place(call.debt)?.is_some() {
                return Err(refused(NAME, Refusal::NotAllowed, "NOT_BASE"));
            }
            let (has, owed) = (next.earned(borrower)?, next.owed(borrower)?);
            let mut worth = Wad::ZERO;
            let mut taken: SmallVec<[TokenAmount; 1]> = SmallVec::new();
            for (asset, seized) in next.collaterals.iter().zip(&mut next.seized) {
                let amount = TokenAmount::new(*asset, next.locked.get(borrower, *asset));
                if amount.is_zero() {
                    continue;
                }
                worth = worth.add(value(amount, ctx.prices, Rounding::Down)?)?;
                *seized = add(*seized, amount.raw)?;
                next.locked.set(borrower, *asset, U256::ZERO);
                taken.push(amount);
            }
            let credited = Wad::from_raw(CREDITED.mul_int(worth.raw(), Rounding::Down)?);
            let credit = units(credited, next.base, ctx.prices, Rounding::Down)?;
            let (repaid, surplus) = (credit.min(owed), credit.saturating_sub(owed));
            let bad = sub(owed, repaid)?;
            next.rewrite(borrower, add(has, surplus)?, U256::ZERO)?;
            let of_base = |units: U256| -> SmallVec<[TokenAmount; 1]> {
                if units.is_zero() { smallvec![] } else { smallvec![TokenAmount::new(next.base, units)] }
            };
            Ok(LiquidationOutcome {
                repaid: of_base(repaid),
                seized: taken,
                returned: of_base(surplus),
                bad_debt: of_base(bad),
                ..LiquidationOutcome::default()
            })
        })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let collaterals = self.collaterals.iter().zip(&self.held).map(|(asset, held)| TokenAmount::new(*asset, *held));
        std::iter::once(TokenAmount::new(self.base, self.cash)).chain(collaterals).collect()
    }

    fn dump(&self) -> Dump {
        let list = |amounts: &[U256]| Dump::List(amounts.iter().map(Dump::text).collect());
        Dump::table([
            ("time", Dump::text(self.last.time.0)),
            ("block", Dump::text(self.last.block)),
            ("supply_index", Dump::text(self.supply_index)),
            ("borrow_index", Dump::text(self.borrow_index)),
            ("cash", Dump::text(self.cash)),
            ("supplies", self.supplies.dump()),
            ("debts", self.debts.dump()),
            ("locked", self.locked.dump()),
            ("held", list(&self.held)),
            ("seized", list(&self.seized)),
        ])
    }

    fn sales(&self, ctx: &Context<'_>) -> Result<Vec<Sale>, LendingError> {
        let mut sales = Vec::new();
        for ((asset, seized), id) in self.collaterals.iter().zip(&self.seized).zip(0..) {
            if seized.is_zero() {
                continue;
            }
            let discounted = DISCOUNTED.mul_int(ctx.prices.price(*asset)?.0.raw(), Rounding::Up)?;
            let base = ctx.prices.price(self.base)?.0.raw();
            sales.push(Sale {
                id: SaleId(id),
                borrower: None,
                lot: TokenAmount::new(*asset, *seized),
                tab: None,
                pay_with: self.base,
                price: Wad::from_raw(mul_div(discounted, Wad::ONE.raw(), base, Rounding::Up)?),
                stalled: false,
            });
        }
        Ok(sales)
    }

    fn buy(
        &mut self,
        buyer: Account,
        sale: SaleId,
        amount: U256,
        max_price: Wad,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        self.attempt(|next| {
            next.advance(ctx.now)?;
            let Some(offer) = next.sales(ctx)?.into_iter().find(|offer| offer.id == sale) else {
                return Err(refused(NAME, Refusal::Closed, "NOT_FOR_SALE"));
            };
            if offer.price > max_price {
                return Err(refused(NAME, Refusal::NotAllowed, "TOO_EXPENSIVE"));
            }
            let bought = exact(Amount::Exact(amount))?.min(offer.lot.raw);
            let up = levmine_math::mul(offer.price.raw(), pow10(u32::from(next.base.decimals()))?)?;
            let down = pow10(18 + u32::from(offer.lot.asset.decimals()))?;
            let paid = mul_div(bought, up, down, Rounding::Up)?;
            let Some(place) = next.place(offer.lot.asset)? else {
                return Err(refused(NAME, Refusal::Closed, "NOT_FOR_SALE"));
            };
            next.change_held(place, |held| sub(held, bought))?;
            if let Some(seized) = next.seized.get_mut(place) {
                *seized = sub(*seized, bought)?;
            }
            next.cash = add(next.cash, paid)?;
            let transfers: Transfers = smallvec![
                Transfer::pay(buyer, TokenAmount::new(next.base, paid)),
                Transfer::receive(buyer, TokenAmount::new(offer.lot.asset, bought)),
            ];
            let ended = bought == offer.lot.raw;
            Ok(SaleOutcome { bought, paid, returned: U256::ZERO, bad_debt: U256::ZERO, ended, transfers })
        })
    }

    fn restart_sale(
        &mut self,
        _caller: Account,
        _sale: SaleId,
        _ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        Err(refused(NAME, Refusal::NotAllowed, "ALWAYS_OPEN"))
    }
}
