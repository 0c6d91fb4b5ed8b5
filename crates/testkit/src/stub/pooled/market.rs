use levmine_lending::{
    Amount, Borrowable, Capabilities, Change, Context, FlashLoan, Flow, FlowKind, Health, LendingError,
    LendingMarket, LiquidationCall, LiquidationOutcome, Listing, Position, Rates, Receipt, Refusal, Setting,
    Supplied, Ticking,
};
use levmine_market::{Account, Actor, Asset, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, add, mul_div, sub};
use smallvec::smallvec;

use super::{CLOSE_FACTOR, DESCRIPTOR, FLASH_FEE, NAME, OTHERS, Pooled, RAY, exact};
use crate::stub::grid::{refused, units, value};

impl LendingMarket for Pooled {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "1"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::Listed,
            supply_earns: true,
            collateral_switch: true,
            modes: true,
            credit_delegation: true,
            flash_loans: true,
            sales: false,
            ticking: Ticking::Seconds,
            safe_at_one: true,
            batches: false,
            exchange: false,
            flows: true,
        }
    }

    fn fork(&self) -> Box<dyn LendingMarket> {
        Box::new(self.clone())
    }

    fn assets(&self) -> Vec<Asset> {
        self.reserves.iter().map(|reserve| reserve.terms.asset).collect()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        let terms = self.reserve(asset)?.terms;
        Ok(Listing {
            asset,
            suppliable: true,
            max_ltv: terms.collateral.map(|[max_ltv, ..]| max_ltv),
            liquidation_threshold: terms.collateral.map(|[_, threshold, _]| threshold),
            liquidation_bonus: terms.collateral.map(|[.., bonus]| bonus),
            borrowable: true,
        })
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        let later = self.at(now)?;
        let reserve = later.reserve(asset)?;
        let borrowed = reserve.owed(reserve.debt_shares)?;
        let all = add(reserve.cash, borrowed)?;
        let utilization =
            if all.is_zero() { U256::ZERO } else { mul_div(borrowed, RAY, all, Rounding::Down)? };
        Ok(Rates {
            supply: reserve.terms.supply_rate,
            borrow: reserve.terms.borrow_rate,
            utilization: Ray::from_raw(utilization),
            available: reserve.cash,
            borrowed,
        })
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        self.at(now)?.reserve(asset)?.supplied(self.supplies.get(owner, asset))
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        self.at(now)?.reserve(asset)?.owed(self.debts.get(owner, asset))
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        let later = self.at(now)?;
        let mut position = Position::default();
        for reserve in &later.reserves {
            let asset = reserve.terms.asset;
            let supplied = reserve.supplied(self.supplies.get(owner, asset))?;
            let owed = reserve.owed(self.debts.get(owner, asset))?;
            if !supplied.is_zero() {
                let collateral = reserve.terms.collateral.is_some() && !self.off.contains(&(owner, asset));
                position.supplied.push(Supplied { amount: TokenAmount::new(asset, supplied), collateral });
            }
            if !owed.is_zero() {
                position.debts.push(TokenAmount::new(asset, owed));
            }
        }
        Ok(position)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        self.at(ctx.now)?.health_now(owner, ctx.prices)
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
            next.reserve(asset)?;
            let amount = exact(amount)?;
            next.advance(ctx.now)?;
            next.take_in(asset, amount)?;
            next.mint_supply(actor.owner, asset, amount)?;
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
            next.reserve(asset)?;
            if actor.caller != actor.owner {
                return Err(refused(NAME, Refusal::Unauthorized, "NOT_OWNER"));
            }
            next.advance(ctx.now)?;
            let held = next.supplies.get(actor.owner, asset);
            let amount = match amount {
                Amount::All => next.reserve(asset)?.supplied(held)?,
                amount => exact(amount)?,
            };
            next.burn_supply(actor.owner, asset, amount)?;
            next.pay_out(asset, amount)?;
            if next.owes(actor.owner) {
                next.must_be_within_limit(actor.owner, ctx.prices)?;
            }
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
            next.reserve(asset)?;
            let amount = exact(amount)?;
            if actor.caller != actor.owner {
                let key = (actor.owner, actor.caller, asset);
                let allowed = next.allowances.get(&key).copied().unwrap_or_default();
                if allowed < amount {
                    return Err(refused(NAME, Refusal::Unauthorized, "NOT_APPROVED"));
                }
                next.allowances.insert(key, sub(allowed, amount)?);
            }
            next.advance(ctx.now)?;
            next.lend(actor.owner, asset, amount)?;
            next.must_be_within_limit(actor.owner, ctx.prices)?;
            let transfers = smallvec![Transfer::receive(actor.caller, TokenAmount::new(asset, amount))];
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
            next.reserve(asset)?;
            next.advance(ctx.now)?;
            let owed = next.reserve(asset)?.owed(next.debts.get(actor.owner, asset))?;
            let amount = match amount {
                Amount::All => owed,
                amount => exact(amount)?.min(owed),
            };
            if owed.is_zero() {
                return Err(refused(NAME, Refusal::NoDebt, "NO_DEBT"));
            }
            next.take_in(asset, amount)?;
            next.lower_debt(actor.owner, asset, amount)?;
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
            let LiquidationCall { liquidator, borrower, debt, collateral, .. } = *call;
            let owed = next.reserve(debt)?.owed(next.debts.get(borrower, debt))?;
            let reserve = next.reserve(collateral)?;
            let held = reserve.supplied(next.supplies.get(borrower, collateral))?;
            let terms = reserve.terms.collateral.filter(|_| !next.off.contains(&(borrower, collateral)));
            let refuse = |refusal, code| Err(refused(NAME, refusal, code));
            if !next.health_now(borrower, ctx.prices)?.liquidatable {
                return refuse(Refusal::NotLiquidatable, "HEALTHY");
            }
            if liquidator == borrower {
                return refuse(Refusal::Unauthorized, "OWN_POSITION");
            }
            let Some([.., bonus]) = terms.filter(|_| !owed.is_zero() && !held.is_zero()) else {
                return refuse(Refusal::NotLiquidatable, "NOTHING_THERE");
            };
            let most = CLOSE_FACTOR.mul_int(owed, Rounding::Up)?;
            let mut repaid = match call.repay {
                Amount::All => most,
                amount => exact(amount)?.min(most),
            };
            // One plus the bonus, of what the repayment is worth.
            let factor = Bps::ONE.add(bonus)?;
            let worth = value(TokenAmount::new(debt, repaid), ctx.prices, Rounding::Down)?;
            let with_bonus = Wad::from_raw(factor.mul_int(worth.raw(), Rounding::Down)?);
            let mut seized = units(with_bonus, collateral, ctx.prices, Rounding::Down)?;
            if seized >= held {
                seized = held;
                let worth = value(TokenAmount::new(collateral, held), ctx.prices, Rounding::Up)?;
                let without = Wad::from_raw(factor.div_int(worth.raw(), Rounding::Up)?);
                repaid = units(without, debt, ctx.prices, Rounding::Up)?.min(repaid);
            }
            next.take_in(debt, repaid)?;
            next.lower_debt(borrower, debt, repaid)?;
            if seized == held {
                // The last fraction of a share goes along.
                let shares = next.supplies.get(borrower, collateral);
                let reserve = next.reserve_mut(collateral)?;
                reserve.supply_shares = sub(reserve.supply_shares, shares)?;
                next.supplies.set(borrower, collateral, U256::ZERO);
            } else {
                next.burn_supply(borrower, collateral, seized)?;
            }
            let (repaid, seized) = (TokenAmount::new(debt, repaid), TokenAmount::new(collateral, seized));
            let mut transfers: Transfers = smallvec![Transfer::pay(liquidator, repaid)];
            if call.keep_supplied {
                next.mint_supply(liquidator, collateral, seized.raw)?;
            } else {
                next.pay_out(collateral, seized.raw)?;
                transfers.push(Transfer::receive(liquidator, seized));
            }
            let bad_debt = next.write_off(borrower)?;
            Ok(LiquidationOutcome {
                repaid: smallvec![repaid],
                seized: smallvec![seized],
                bad_debt,
                transfers,
                ..LiquidationOutcome::default()
            })
        })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        self.reserves.iter().map(|reserve| TokenAmount::new(reserve.terms.asset, reserve.cash)).collect()
    }

    fn dump(&self) -> Dump {
        let reserves = self.reserves.iter().map(|reserve| {
            let fields = [
                ("cash", reserve.cash),
                ("supply_index", reserve.supply_index),
                ("borrow_index", reserve.borrow_index),
                ("supply_shares", reserve.supply_shares),
                ("debt_shares", reserve.debt_shares),
            ];
            let fields = fields.map(|(name, units)| (name, Dump::text(units)));
            (reserve.terms.asset.symbol().to_string(), Dump::table(fields))
        });
        let allowances = self.allowances.iter().map(|((owner, delegatee, asset), units)| {
            (format!("{owner} to {delegatee} {asset}"), Dump::text(units))
        });
        Dump::table([
            ("time", Dump::text(self.last.time.0)),
            ("block", Dump::text(self.last.block)),
            ("reserves", Dump::table(reserves)),
            ("supplies", self.supplies.dump()),
            ("debts", self.debts.dump()),
            (
                "off",
                Dump::List(
                    self.off.iter().map(|(owner, asset)| Dump::text(format!("{owner} {asset}"))).collect(),
                ),
            ),
            (
                "modes",
                Dump::table(self.modes.iter().map(|(owner, mode)| (owner.to_string(), Dump::text(mode)))),
            ),
            ("allowances", Dump::table(allowances)),
            (
                "flashes",
                Dump::List(self.flashes.iter().map(|loan| Dump::text(format!("{loan:?}"))).collect()),
            ),
        ])
    }

    fn set_collateral(
        &mut self,
        owner: Account,
        asset: Asset,
        enabled: bool,
        ctx: &Context<'_>,
    ) -> Result<(), LendingError> {
        self.attempt(|next| {
            next.reserve(asset)?;
            next.advance(ctx.now)?;
            if enabled {
                next.off.remove(&(owner, asset));
                return Ok(());
            }
            next.off.insert((owner, asset));
            if next.owes(owner) { next.must_be_within_limit(owner, ctx.prices) } else { Ok(()) }
        })
    }

    fn set_mode(&mut self, owner: Account, mode: u8, ctx: &Context<'_>) -> Result<(), LendingError> {
        self.attempt(|next| {
            if mode > 1 {
                return Err(refused(NAME, Refusal::NotAllowed, "NO_SUCH_MODE"));
            }
            next.advance(ctx.now)?;
            next.modes.insert(owner, mode);
            if next.owes(owner) { next.must_be_within_limit(owner, ctx.prices) } else { Ok(()) }
        })
    }

    fn approve_borrow(
        &mut self,
        owner: Account,
        delegatee: Account,
        asset: Asset,
        amount: U256,
    ) -> Result<(), LendingError> {
        self.reserve(asset)?;
        self.allowances.insert((owner, delegatee, asset), amount);
        Ok(())
    }

    /// The others are `OTHERS`.
    fn flow(&mut self, flow: Flow, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        let Flow { kind, asset, amount } = flow;
        match kind {
            FlowKind::Supply => self.supply(OTHERS.into(), asset, amount, ctx),
            FlowKind::Repay => self.repay(OTHERS.into(), asset, amount, ctx),
            FlowKind::Withdraw => self.attempt(|next| {
                next.advance(ctx.now)?;
                let held = next.supplies.get(OTHERS, asset);
                let amount = match amount {
                    Amount::All => next.reserve(asset)?.supplied(held)?,
                    amount => exact(amount)?,
                };
                next.burn_supply(OTHERS, asset, amount)?;
                next.pay_out(asset, amount)?;
                Ok(flow.receipt(amount, OTHERS))
            }),
            FlowKind::Borrow => self.attempt(|next| {
                let amount = exact(amount)?;
                next.advance(ctx.now)?;
                next.lend(OTHERS, asset, amount)?;
                Ok(flow.receipt(amount, OTHERS))
            }),
        }
    }

    fn govern(&mut self, change: &Change, ctx: &Context<'_>) -> Result<(), LendingError> {
        let protocol = self.descriptor().name;
        let asset = change.of_asset(protocol)?;
        self.attempt(|next| {
            next.advance(ctx.now)?;
            let terms = &mut next.reserve_mut(asset)?.terms;
            let Some([max_ltv, threshold, bonus]) = &mut terms.collateral else {
                return Err(change.unknown(protocol));
            };
            let (place, part) = match change.to {
                Setting::MaxLtv(part) => (max_ltv, part),
                Setting::LiquidationThreshold(part) => (threshold, part),
                Setting::LiquidationBonus(part) => (bonus, part),
                _ => return Err(change.unknown(protocol)),
            };
            *place = Bps::from_raw(change.fit(part, 4, protocol)?);
            Ok(())
        })
    }

    fn flash_fee(&self, amount: TokenAmount) -> Result<U256, LendingError> {
        self.reserve(amount.asset)?;
        Ok(FLASH_FEE.mul_int(amount.raw, Rounding::Up)?)
    }

    fn flash_borrow(
        &mut self,
        borrower: Account,
        amount: TokenAmount,
        ctx: &Context<'_>,
    ) -> Result<(FlashLoan, Transfers), LendingError> {
        self.attempt(|next| {
            let fee = next.flash_fee(amount)?;
            exact(Amount::Exact(amount.raw))?;
            next.advance(ctx.now)?;
            next.pay_out(amount.asset, amount.raw)?;
            let loan = FlashLoan { borrower, amount, fee };
            next.flashes.push(loan);
            Ok((loan, smallvec![Transfer::receive(borrower, amount)]))
        })
    }

    fn flash_repay(&mut self, loan: FlashLoan, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        self.attempt(|next| {
            let Some(place) = next.flashes.iter().position(|open| *open == loan) else {
                return Err(refused(NAME, Refusal::NoDebt, "NO_SUCH_FLASH_LOAN"));
            };
            next.advance(ctx.now)?;
            let _ = next.flashes.remove(place);
            let amount = add(loan.amount.raw, loan.fee)?;
            next.take_in(loan.amount.asset, amount)?;
            let transfers =
                smallvec![Transfer::pay(loan.borrower, TokenAmount::new(loan.amount.asset, amount))];
            Ok(Receipt { amount, transfers })
        })
    }
}
