//! The trait, over the contracts.

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields};
use levmine_lending::{
    Amount, Borrowable, Capabilities, Change, Context, FlashLoan, Health, HealthFactor, LendingError,
    LendingMarket, LiquidationCall, LiquidationOutcome, Listing, Position, Rates, Receipt, Sale, SaleId,
    SaleOutcome, Supplied, Ticking,
};
use levmine_market::{
    Account, Actor, Asset, BuildContext, Descriptor, Dump, Moment, PriceBook, TokenAmount, Transfer,
    Transfers,
};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, mul_div};
use smallvec::{SmallVec, smallvec};

use crate::dss::{Dss, Pip, Urn, VaultType, flash, jug, pot, spotter};
use crate::error::{MakerError, Result};
use crate::fee::per_year;
use crate::math::{RAY, WAD, mul, quotient, wad_down, wad_up};
use crate::ops::auction::Hall;
use crate::ops::vault::{Vault, collateral, owed};
use crate::ops::{self, savings, vault};
use crate::who::{IlkId, Who};

/// One vault type of Maker with the savings rate: collateral is locked, DAI is drawn; DAI that is supplied is saved.
#[derive(Debug, Clone)]
pub struct MakerMarket {
    pub(crate) dss: Dss,
    /// The vault type that the trait speaks of.
    pub(crate) ilk: IlkId,
    pub(crate) dai: Asset,
    /// The names that accounts had in the file; shared between copies.
    pub(crate) names: Arc<BTreeMap<Account, String>>,
}

/// The two assets of the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Collateral,
    Dai,
}

impl MakerMarket {
    /// Builds a market from a venue table, as the adapter does.
    ///
    /// # Errors
    ///
    /// Whatever the table says that is not accepted, with its place.
    pub fn decode(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Self, ConfigError> {
        crate::decode::market(fields, ctx)
    }

    /// The contracts' storage.
    #[must_use]
    pub const fn dss(&self) -> &Dss {
        &self.dss
    }

    /// The time of an operation at `now`: never before the last one.
    pub(crate) fn clock(&self, now: Moment) -> u64 {
        self.dss.time.max(now.time.0)
    }

    /// Runs an operation at `now`, all or nothing.
    pub(crate) fn transact<T>(
        &mut self,
        now: u64,
        operation: impl FnOnce(&mut Dss) -> Result<T>,
    ) -> Result<T> {
        self.dss.transact(|next| {
            next.time = now;
            operation(next)
        })
    }

    fn store(&self) -> Result<&VaultType> {
        self.dss.ilk(self.ilk)
    }

    fn which(&self, asset: Asset) -> Result<Which, LendingError> {
        if asset == self.dai {
            return Ok(Which::Dai);
        }
        if self.store()?.join.asset == asset {
            return Ok(Which::Collateral);
        }
        Err(LendingError::UnknownAsset { protocol: crate::PROTOCOL, asset })
    }

    /// Refuses an asset that is neither the collateral nor DAI.
    pub(crate) fn knows(&self, asset: Asset) -> Result<(), LendingError> {
        self.which(asset).map(|_| ())
    }

    /// The asset must be this one of the two.
    fn only(&self, asset: Asset, which: Which) -> Result<(), LendingError> {
        if self.which(asset)? == which { Ok(()) } else { Err(MakerError::WrongSide { asset }.into()) }
    }

    fn vault(&self, actor: Actor) -> Vault {
        Vault { ilk: self.ilk, caller: actor.caller.into(), owner: actor.owner.into() }
    }

    fn hall(&self, now: Moment) -> Hall {
        Hall { ilk: self.ilk, dai: self.dai, now: self.clock(now) }
    }

    /// The oracle's price of the collateral, wad.
    fn price(&self, prices: &PriceBook) -> Result<U256> {
        Ok(prices.price(self.store()?.join.asset)?.0.raw())
    }

    fn rate(&self, now: Moment) -> Result<U256> {
        jug::rate_at(&self.dss, self.ilk, self.clock(now).max(self.store()?.jug.rho))
    }

    fn chi(&self, now: Moment) -> Result<U256> {
        pot::chi_at(&self.dss.pot, self.clock(now).max(self.dss.pot.rho))
    }

    fn locked(&self, owner: Account) -> Result<U256> {
        Ok(quotient(collateral(&self.dss, self.ilk, owner.into())?, self.store()?.join.unit())?)
    }

    /// The debt in whole wad, rounded up.
    fn owed(&self, owner: Account, now: Moment) -> Result<U256> {
        if self.store()?.urns.get(owner.into()).art.is_zero() {
            return Ok(U256::ZERO);
        }
        Ok(wad_up(owed(&self.dss, self.ilk, owner.into(), self.rate(now)?)?))
    }

    fn saved(&self, owner: Account, now: Moment) -> Result<U256> {
        if self.dss.pot.pie.get(owner.into()).is_zero() {
            return Ok(U256::ZERO);
        }
        savings::saved(&self.dss, owner.into(), self.chi(now)?)
    }

    fn positions(&self, owner: Account, now: Moment) -> Result<Position> {
        let mut position = Position::default();
        let locked = TokenAmount::new(self.store()?.join.asset, self.locked(owner)?);
        let saved = TokenAmount::new(self.dai, self.saved(owner, now)?);
        for (amount, collateral) in [(locked, true), (saved, false)] {
            if !amount.is_zero() {
                position.supplied.push(Supplied { amount, collateral });
            }
        }
        let owed = TokenAmount::new(self.dai, self.owed(owner, now)?);
        if !owed.is_zero() {
            position.debts.push(owed);
        }
        Ok(position)
    }

    /// Collateral at the oracle's price; a DAI of debt counts as `par` dollars.
    fn healths(&self, owner: Account, ctx: &Context<'_>) -> Result<Health> {
        let store = self.store()?;
        let Urn { ink, art } = store.urns.get(owner.into());
        let mut health = Health {
            collateral: Wad::ZERO,
            debt: Wad::ZERO,
            borrow_limit: Wad::ZERO,
            liquidation_limit: Wad::ZERO,
            factor: HealthFactor::NoDebt,
            liquidatable: false,
        };
        let mut limit = U256::ZERO;
        if !ink.is_zero() {
            let val = self.price(ctx.prices)?;
            let spot = spotter::spot(Pip { val, has: true }, self.dss.par, store.spotter.mat)?;
            limit = mul(ink, spot)?;
            health.collateral = Wad::from_raw(mul_div(ink, val, WAD, Rounding::Down)?);
            let bearable = mul_div(wad_down(limit), self.dss.par, RAY, Rounding::Down)?;
            (health.borrow_limit, health.liquidation_limit) =
                (Wad::from_raw(bearable), Wad::from_raw(bearable));
            health.liquidatable = !spot.is_zero();
        }
        if art.is_zero() {
            health.liquidatable = false;
            return Ok(health);
        }
        let debt = mul(art, self.rate(ctx.now)?)?;
        health.debt = Wad::from_raw(mul_div(wad_up(debt), self.dss.par, RAY, Rounding::Up)?);
        if debt.is_zero() {
            health.liquidatable = false;
            return Ok(health);
        }
        health.factor = HealthFactor::Of(Wad::from_raw(mul_div(limit, WAD, debt, Rounding::Down)?));
        health.liquidatable &= limit < debt;
        Ok(health)
    }

    fn rates_of(&self, which: Which, now: Moment) -> Result<Rates> {
        let store = self.store()?;
        if which == Which::Collateral {
            return Ok(Rates {
                supply: Ray::ZERO,
                borrow: Ray::ZERO,
                utilization: Ray::ZERO,
                available: store.join.held,
                borrowed: U256::ZERO,
            });
        }
        let i = store.vat;
        let debt = mul(i.art, self.rate(now)?)?;
        let room = i.line.saturating_sub(debt).min(self.dss.vat.ceiling.saturating_sub(self.dss.vat.debt));
        let utilization =
            if i.line.is_zero() { U256::ZERO } else { mul_div(debt, RAY, i.line, Rounding::Down)? };
        Ok(Rates {
            supply: per_year(self.dss.pot.dsr),
            borrow: per_year(levmine_math::add(self.dss.base, store.jug.duty)?),
            utilization: Ray::from_raw(utilization),
            available: wad_down(room),
            borrowed: wad_up(debt),
        })
    }

    /// Brings the rate, and the savings rate where asked for, to `now`; both or none.
    fn drip(&mut self, now: Moment, fees: bool, savings: bool) -> Result<()> {
        let now = self.clock(now);
        let before =
            (self.dss.vat.debt, self.dss.vat.dai.get(Who::Vow), self.store()?.vat, self.store()?.jug);
        if fees && now > before.3.rho {
            jug::drip(&mut self.dss, self.ilk, now)?;
        }
        if savings
            && now > self.dss.pot.rho
            && let Err(error) = pot::drip(&mut self.dss, now)
        {
            let (debt, dai, ilk, jug) = before;
            self.dss.vat.debt = debt;
            self.dss.vat.dai.set(Who::Vow, dai);
            let store = self.dss.ilk_mut(self.ilk)?;
            (store.vat, store.jug) = (ilk, jug);
            return Err(error);
        }
        self.dss.time = now;
        Ok(())
    }

    fn moved(
        &self,
        asset: Asset,
        amount: U256,
        transfer: fn(Account, TokenAmount) -> Transfer,
        who: Account,
    ) -> Receipt {
        Receipt { amount, transfers: smallvec![transfer(who, TokenAmount::new(asset, amount))] }
    }
}

/// The amount, where everything would have no meaning.
fn exact(amount: Amount) -> Result<U256> {
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(MakerError::InvalidAmount),
    }
}

impl LendingMarket for MakerMarket {
    fn descriptor(&self) -> &'static Descriptor {
        &crate::DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn version(&self) -> &'static str {
        self.dss.revision.name()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::OneMinted,
            supply_earns: true,
            collateral_switch: false,
            modes: false,
            credit_delegation: false,
            flash_loans: !self.dss.flash.max.is_zero(),
            sales: true,
            ticking: Ticking::Seconds,
            safe_at_one: true,
            batches: false,
            exchange: false,
            flows: false,
        }
    }

    fn fork(&self) -> Box<dyn LendingMarket> {
        Box::new(self.clone())
    }

    fn assets(&self) -> Vec<Asset> {
        self.store().map(|store| store.join.asset).into_iter().chain([self.dai]).collect()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        let which = self.which(asset)?;
        let store = self.store()?;
        let mut listing = Listing {
            asset,
            suppliable: true,
            max_ltv: None,
            liquidation_threshold: None,
            liquidation_bonus: None,
            borrowable: which == Which::Dai && store.vat.line > store.vat.art.saturating_mul(store.vat.rate),
        };
        if which == Which::Collateral {
            // Basis points of one over the liquidation ratio, and of the penalty.
            let share = mul_div(U256::from(10_000), RAY, store.spotter.mat.max(U256::ONE), Rounding::Down)?;
            let share = Bps::from_raw(share.min(U256::from(10_000)));
            (listing.max_ltv, listing.liquidation_threshold) = (Some(share), Some(share));
            let (chop, one) = match self.dss.revision {
                crate::Revision::V1_0_2 => (store.cat.chop, RAY),
                crate::Revision::V1_2_8 => (store.cat.chop, WAD),
                crate::Revision::V2_0 => (store.dog.chop, WAD),
            };
            let penalty = mul_div(chop.saturating_sub(one), U256::from(10_000), one, Rounding::Down)?;
            listing.liquidation_bonus = Some(Bps::from_raw(penalty));
        }
        Ok(listing)
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        Ok(self.rates_of(self.which(asset)?, now)?)
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        Ok(match self.which(asset)? {
            Which::Collateral => self.locked(owner)?,
            Which::Dai => self.saved(owner, now)?,
        })
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        Ok(match self.which(asset)? {
            Which::Collateral => U256::ZERO,
            Which::Dai => self.owed(owner, now)?,
        })
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        Ok(self.positions(owner, now)?)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        Ok(self.healths(owner, ctx)?)
    }

    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        Ok(self.drip(now, true, true)?)
    }

    fn accrue_for(&mut self, owner: Account, now: Moment) -> Result<(), LendingError> {
        let who = owner.into();
        let owes = !self.store()?.urns.get(who).art.is_zero();
        let saves = !self.dss.pot.pie.get(who).is_zero();
        if owes || saves {
            self.drip(now, owes, saves)?;
        }
        Ok(())
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let which = self.which(asset)?;
        let (vault, now, amount) = (self.vault(actor), self.clock(ctx.now), exact(amount)?);
        match which {
            Which::Collateral => {
                self.transact(now, |dss| vault::lock(dss, vault, amount))?;
                Ok(self.moved(asset, amount, Transfer::pay, actor.caller))
            }
            Which::Dai => {
                self.transact(now, |dss| savings::save(dss, vault.caller, vault.owner, amount, now))?;
                Ok(self.moved(asset, amount, Transfer::burn, actor.caller))
            }
        }
    }

    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let which = self.which(asset)?;
        let (vault, now) = (self.vault(actor), self.clock(ctx.now));
        match which {
            Which::Collateral => {
                // Without debt any price is good enough.
                let price = if self.store()?.urns.get(vault.owner).art.is_zero() {
                    None
                } else {
                    Some(self.price(ctx.prices)?)
                };
                let amount = self.transact(now, |dss| {
                    price.map_or(Ok(()), |price| ops::publish(dss, vault.ilk, price))?;
                    vault::free(dss, vault, amount, now)
                })?;
                Ok(self.moved(asset, amount, Transfer::receive, actor.caller))
            }
            Which::Dai => {
                let amount =
                    self.transact(now, |dss| savings::take(dss, vault.caller, vault.owner, amount, now))?;
                Ok(self.moved(asset, amount, Transfer::mint, actor.caller))
            }
        }
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.only(asset, Which::Dai)?;
        let (vault, now, wad) = (self.vault(actor), self.clock(ctx.now), exact(amount)?);
        let price = self.price(ctx.prices)?;
        self.transact(now, |dss| {
            ops::publish(dss, vault.ilk, price)?;
            vault::draw(dss, vault, wad, now)
        })?;
        Ok(self.moved(asset, wad, Transfer::mint, actor.caller))
    }

    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.only(asset, Which::Dai)?;
        let (vault, now) = (self.vault(actor), self.clock(ctx.now));
        let wad = self.transact(now, |dss| vault::wipe(dss, vault, amount, now))?;
        Ok(self.moved(asset, wad, Transfer::burn, actor.caller))
    }

    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome, LendingError> {
        self.only(call.debt, Which::Dai)?;
        let (hall, price) = (self.hall(ctx.now), self.price(ctx.prices)?);
        let opened = self.transact(hall.now, |dss| {
            ops::publish(dss, hall.ilk, price)?;
            hall.liquidate(dss, call.borrower.into(), call.liquidator.into())
        })?;
        let mut transfers = Transfers::new();
        if !opened.reward.is_zero() {
            transfers.push(Transfer::mint(call.liquidator, TokenAmount::new(self.dai, opened.reward)));
        }
        Ok(LiquidationOutcome {
            seized: smallvec![TokenAmount::new(self.store()?.join.asset, opened.seized)],
            sale: Some(SaleId(opened.id)),
            transfers,
            ..LiquidationOutcome::default()
        })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let mut held: SmallVec<[TokenAmount; 4]> = SmallVec::new();
        for ilk in &self.dss.ilks {
            match held.iter_mut().find(|amount| amount.asset == ilk.join.asset) {
                Some(amount) => amount.raw = amount.raw.saturating_add(ilk.join.held),
                None => held.push(TokenAmount::new(ilk.join.asset, ilk.join.held)),
            }
        }
        held.into_vec()
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.dai, self.dss.dai.supply)]
    }

    fn dump(&self) -> Dump {
        crate::state::dump::dump(&self.dss, &self.names)
    }

    fn flash_fee(&self, amount: TokenAmount) -> Result<U256, LendingError> {
        self.flashes()?;
        match self.which(amount.asset)? {
            Which::Dai => Ok(U256::ZERO),
            Which::Collateral => Err(MakerError::FlashTokenUnsupported { asset: amount.asset }.into()),
        }
    }

    fn flash_borrow(
        &mut self,
        borrower: Account,
        amount: TokenAmount,
        ctx: &Context<'_>,
    ) -> Result<(FlashLoan, Transfers), LendingError> {
        let fee = self.flash_fee(amount)?;
        self.transact(self.clock(ctx.now), |dss| flash::lend(dss, borrower.into(), amount.raw))?;
        Ok((FlashLoan { borrower, amount, fee }, smallvec![Transfer::mint(borrower, amount)]))
    }

    fn flash_repay(&mut self, loan: FlashLoan, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        self.flash_fee(loan.amount)?;
        let FlashLoan { borrower, amount, .. } = loan;
        self.transact(self.clock(ctx.now), |dss| flash::take_back(dss, borrower.into(), amount.raw))?;
        Ok(Receipt { amount: amount.raw, transfers: smallvec![Transfer::burn(borrower, amount)] })
    }

    fn sales(&self, ctx: &Context<'_>) -> Result<Vec<Sale>, LendingError> {
        Ok(self.hall(ctx.now).sales(&self.dss)?)
    }

    fn buy(
        &mut self,
        buyer: Account,
        sale: SaleId,
        amount: U256,
        max_price: Wad,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        let hall = self.hall(ctx.now);
        Ok(self.transact(hall.now, |dss| hall.buy(dss, buyer, sale.0, amount, max_price))?)
    }

    fn restart_sale(
        &mut self,
        caller: Account,
        sale: SaleId,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        let hall = self.hall(ctx.now);
        // Only a Dutch auction starts from the oracle's price.
        let price = if self.dss.revision.dutch() { Some(self.price(ctx.prices)?) } else { None };
        Ok(self.transact(hall.now, |dss| {
            price.map_or(Ok(()), |price| ops::publish(dss, hall.ilk, price))?;
            hall.restart(dss, caller, sale.0)
        })?)
    }

    fn govern(&mut self, change: &Change, ctx: &Context<'_>) -> Result<(), LendingError> {
        crate::govern::govern(self, change, ctx)
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        accounts: &dyn Fn(&str) -> Account,
        ctx: &Context<'_>,
    ) -> Result<Result<Dump, LendingError>, ConfigError> {
        crate::special::run(self, name, arguments, accounts, ctx)
    }
}

impl MakerMarket {
    /// Flash mints are there.
    fn flashes(&self) -> Result<(), LendingError> {
        if self.capabilities().flash_loans { Ok(()) } else { Err(self.unsupported("flash loans")) }
    }
}
