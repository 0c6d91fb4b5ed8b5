use levmine_lending::{
    Amount, Borrowable, Capabilities, Context, Health, LendingError, LendingMarket, LiquidationCall,
    LiquidationOutcome, Listing, Position, Rates, Receipt, Refusal, Sale, SaleId, SaleOutcome, Supplied,
    Ticking,
};
use levmine_market::{Account, Actor, Asset, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers};
use levmine_math::{Ray, Rounding, U256, Wad, add, mul_div, pow10, sub};
use smallvec::smallvec;

use super::{Auction, DESCRIPTOR, NAME, PENALTY, RAY, Vault, VaultTerms, exact, own};
use crate::stub::grid::refused;

impl LendingMarket for Vault {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::OneMinted,
            supply_earns: false,
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
        vec![self.terms.collateral, self.terms.debt]
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        let is_collateral = self.must_be(asset, self.terms.collateral).is_ok();
        if !is_collateral {
            self.must_be(asset, self.terms.debt)?;
        }
        let limit = is_collateral.then_some(self.terms.limit);
        Ok(Listing {
            asset,
            suppliable: is_collateral,
            max_ltv: limit,
            liquidation_threshold: limit,
            liquidation_bonus: is_collateral.then_some(PENALTY),
            borrowable: !is_collateral,
        })
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        let later = self.at(now)?;
        let is_debt = !self.listing(asset)?.suppliable;
        let borrowed = mul_div(later.total_shares, later.index, RAY, Rounding::Up)?;
        Ok(Rates {
            supply: Ray::ZERO,
            borrow: if is_debt { self.terms.fee } else { Ray::ZERO },
            utilization: Ray::ZERO,
            available: if is_debt { U256::from(u128::MAX) } else { self.held },
            borrowed: if is_debt { borrowed } else { U256::ZERO },
        })
    }

    fn supplied(&self, owner: Account, asset: Asset, _now: Moment) -> Result<U256, LendingError> {
        self.listing(asset).map(|_| self.locked.get(owner, asset))
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        let is_debt = self.listing(asset)?.borrowable;
        let owed = self.at(now)?.owed(owner)?;
        Ok(if is_debt { owed } else { U256::ZERO })
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        let mut position = Position::default();
        let locked = TokenAmount::new(self.terms.collateral, self.locked.get(owner, self.terms.collateral));
        let owed = TokenAmount::new(self.terms.debt, self.at(now)?.owed(owner)?);
        if !locked.is_zero() {
            position.supplied.push(Supplied { amount: locked, collateral: true });
        }
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
            next.must_be(asset, next.terms.collateral)?;
            let amount = exact(amount)?;
            next.advance(ctx.now)?;
            next.held = add(next.held, amount)?;
            next.locked.grow(actor.owner, asset, amount)?;
            let transfers = smallvec![Transfer::pay(actor.caller, TokenAmount::new(asset, amount))];
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
            next.must_be(asset, next.terms.collateral)?;
            own(actor)?;
            next.advance(ctx.now)?;
            let locked = next.locked.get(actor.owner, asset);
            let amount = match amount {
                Amount::All => exact(Amount::Exact(locked))?,
                amount => exact(amount)?,
            };
            if amount > locked {
                return Err(refused(NAME, Refusal::InsufficientBalance, "NOT_LOCKED"));
            }
            next.locked.set(actor.owner, asset, sub(locked, amount)?);
            next.held = sub(next.held, amount)?;
            next.must_be_safe(actor.owner, ctx)?;
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
            next.must_be(asset, next.terms.debt)?;
            let amount = exact(amount)?;
            own(actor)?;
            next.advance(ctx.now)?;
            let shares = mul_div(amount, RAY, next.index, Rounding::Up)?;
            next.total_shares = add(next.total_shares, shares)?;
            next.shares.grow(actor.owner, asset, shares)?;
            next.issued = add(next.issued, amount)?;
            next.must_be_safe(actor.owner, ctx)?;
            next.must_not_be_small(actor.owner)?;
            let transfers = smallvec![Transfer::mint(actor.caller, TokenAmount::new(asset, amount))];
            Ok(Receipt { amount, transfers })
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
            next.must_be(asset, next.terms.debt)?;
            next.advance(ctx.now)?;
            let (owed, held) = (next.owed(actor.owner)?, next.shares.get(actor.owner, asset));
            let amount = match amount {
                Amount::All => owed,
                amount => exact(amount)?.min(owed),
            };
            if owed.is_zero() {
                return Err(refused(NAME, Refusal::NoDebt, "NO_DEBT"));
            }
            let shares =
                if amount == owed { held } else { mul_div(amount, RAY, next.index, Rounding::Down)? };
            next.shares.set(actor.owner, asset, sub(held, shares)?);
            next.total_shares = sub(next.total_shares, shares)?;
            next.burn(amount)?;
            next.must_not_be_small(actor.owner)?;
            let transfers = smallvec![Transfer::burn(actor.caller, TokenAmount::new(asset, amount))];
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
            if !next.health_now(call.borrower, ctx)?.liquidatable {
                return Err(refused(NAME, Refusal::NotLiquidatable, "SAFE"));
            }
            next.must_be(call.debt, next.terms.debt)?;
            let VaultTerms { collateral, debt, .. } = next.terms;
            let (owed, lot) = (next.owed(call.borrower)?, next.locked.get(call.borrower, collateral));
            let shares = next.shares.get(call.borrower, debt);
            next.total_shares = sub(next.total_shares, shares)?;
            next.shares.set(call.borrower, debt, U256::ZERO);
            next.locked.set(call.borrower, collateral, U256::ZERO);
            let tab = add(owed, PENALTY.mul_int(owed, Rounding::Down)?)?;
            let (borrower, top, started) = (call.borrower, next.top(ctx)?, next.last.time.0);
            let id = next.next;
            next.next = id.saturating_add(1);
            next.auctions.insert(id, Auction { borrower, lot, tab, top, started });
            Ok(LiquidationOutcome {
                seized: smallvec![TokenAmount::new(collateral, lot)],
                sale: Some(SaleId(id)),
                ..LiquidationOutcome::default()
            })
        })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.terms.collateral, self.held)]
    }

    fn issued(&self) -> Vec<TokenAmount> {
        vec![TokenAmount::new(self.terms.debt, self.issued)]
    }

    fn dump(&self) -> Dump {
        let auctions = self.auctions.iter().map(|(id, auction)| {
            let fields = [
                ("borrower", Dump::text(auction.borrower)),
                ("lot", Dump::text(auction.lot)),
                ("tab", Dump::text(auction.tab)),
                ("top", Dump::text(auction.top.raw())),
                ("started", Dump::text(auction.started)),
            ];
            (id.to_string(), Dump::table(fields))
        });
        Dump::table([
            ("time", Dump::text(self.last.time.0)),
            ("block", Dump::text(self.last.block)),
            ("index", Dump::text(self.index)),
            ("locked", self.locked.dump()),
            ("shares", self.shares.dump()),
            ("total_shares", Dump::text(self.total_shares)),
            ("issued", Dump::text(self.issued)),
            ("held", Dump::text(self.held)),
            ("auctions", Dump::table(auctions)),
            ("next", Dump::text(self.next)),
        ])
    }

    fn sales(&self, ctx: &Context<'_>) -> Result<Vec<Sale>, LendingError> {
        let sale = |(id, auction): (&u64, &Auction)| {
            let (price, stalled) = Self::price(auction, ctx.now)?;
            Ok(Sale {
                id: SaleId(*id),
                borrower: Some(auction.borrower),
                lot: TokenAmount::new(self.terms.collateral, auction.lot),
                tab: Some(TokenAmount::new(self.terms.debt, auction.tab)),
                pay_with: self.terms.debt,
                price,
                stalled,
            })
        };
        self.auctions.iter().map(sale).collect()
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
            let refuse = |refusal, code| Err(refused(NAME, refusal, code));
            let Some(mut auction) = next.auctions.get(&sale.0).copied() else {
                return refuse(Refusal::Closed, "NO_SUCH_AUCTION");
            };
            let amount = exact(Amount::Exact(amount))?;
            next.advance(ctx.now)?;
            let (price, stalled) = Self::price(&auction, ctx.now)?;
            if stalled {
                return refuse(Refusal::Closed, "NEEDS_RESTART");
            }
            if price > max_price {
                return refuse(Refusal::NotAllowed, "TOO_EXPENSIVE");
            }
            // Base units of debt for one base unit of collateral are price · up ÷ down.
            let VaultTerms { collateral, debt, .. } = next.terms;
            let up = levmine_math::mul(price.raw(), pow10(u32::from(debt.decimals()))?)?;
            let down = pow10(18 + u32::from(collateral.decimals()))?;
            let mut bought = amount.min(auction.lot);
            let mut paid = mul_div(bought, up, down, Rounding::Up)?;
            if paid > auction.tab {
                paid = auction.tab;
                bought = mul_div(paid, down, up, Rounding::Down)?.min(bought);
            }
            auction.lot = sub(auction.lot, bought)?;
            auction.tab = sub(auction.tab, paid)?;
            next.burn(paid)?;
            next.held = sub(next.held, bought)?;
            let ended = auction.lot.is_zero() || auction.tab.is_zero();
            let (mut returned, mut bad_debt) = (U256::ZERO, U256::ZERO);
            if ended {
                (returned, bad_debt) = (auction.lot, auction.tab);
                next.locked.grow(auction.borrower, collateral, returned)?;
                next.auctions.remove(&sale.0);
            } else {
                next.auctions.insert(sale.0, auction);
            }
            let transfers: Transfers = smallvec![
                Transfer::burn(buyer, TokenAmount::new(debt, paid)),
                Transfer::receive(buyer, TokenAmount::new(collateral, bought)),
            ];
            Ok(SaleOutcome { bought, paid, returned, bad_debt, ended, transfers })
        })
    }

    fn restart_sale(
        &mut self,
        _caller: Account,
        sale: SaleId,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        self.attempt(|next| {
            let Some(mut auction) = next.auctions.get(&sale.0).copied() else {
                return Err(refused(NAME, Refusal::Closed, "NO_SUCH_AUCTION"));
            };
            if !Self::price(&auction, ctx.now)?.1 {
                return Err(refused(NAME, Refusal::NotAllowed, "STILL_RUNNING"));
            }
            next.advance(ctx.now)?;
            auction.top = next.top(ctx)?;
            auction.started = next.last.time.0;
            next.auctions.insert(sale.0, auction);
            Ok(SaleOutcome {
                bought: U256::ZERO,
                paid: U256::ZERO,
                returned: U256::ZERO,
                bad_debt: U256::ZERO,
                ended: false,
                transfers: Transfers::new(),
            })
        })
    }
}
