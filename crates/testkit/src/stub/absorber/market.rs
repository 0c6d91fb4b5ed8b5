use levmine_lending::{
    Amount, Borrowable, Capabilities, Context, Health, LendingError, LendingMarket, LiquidationCall,
    LiquidationOutcome, Listing, Position, Rates, Receipt, Refusal, Sale, SaleId, SaleOutcome, Supplied,
    Ticking,
};
use levmine_market::{Account, Actor, Asset, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers};
use levmine_math::{Ray, Rounding, U256, Wad, add, mul_div, pow10, sub};
use smallvec::{SmallVec, smallvec};

use super::{
    Absorber, BORROW_RATE, CREDITED, DESCRIPTOR, DISCOUNTED, MAX_LTV, NAME, SUPPLY_RATE, THRESHOLD, exact,
};
use crate::stub::grid::{refused, units, value};

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
            batches: false,
            exchange: false,
            flows: false,
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
            let has =
                if place.is_some() { next.locked.get(actor.owner, asset) } else { next.earned(actor.owner)? };
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

    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome, LendingError> {
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
        let collaterals =
            self.collaterals.iter().zip(&self.held).map(|(asset, held)| TokenAmount::new(*asset, *held));
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
