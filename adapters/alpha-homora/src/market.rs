//! The trait, over the native layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields};
use levmine_lending::{
    Amount, Borrowable, Capabilities, Change, Context, Health, HealthFactor, LendingError, LendingMarket,
    LiquidationCall, LiquidationOutcome, Listing, Position as Sheet, Rates, Receipt, Supplied, Ticking,
};
use levmine_market::{
    Account, Actor, Asset, BuildContext, Descriptor, Dump, Moment, Party, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, Ray, Rounding, U256, Wad};
use smallvec::smallvec;

use crate::bank::Bank;
use crate::chef::reward_due;
use crate::error::{HomoraError, Result};
use crate::lender::Lender;
use crate::math::{BPS, ONE, mul_div};
use crate::ops::{collateral, debt, execution, lenders, liquidation};
use crate::oracle::{self, Book, Prices};
use crate::state::{Spell, State, Wrapped};
use crate::transaction::Transaction;

/// From wad to ray.
const RAY_PER_WAD: u64 = 1_000_000_000;

/// A bank of Alpha Homora V2 with one LP token as collateral.
#[derive(Debug, Clone)]
pub struct AlphaHomoraMarket {
    pub(crate) state: State,
    /// Whose batch runs.
    pub(crate) executing: Option<Account>,
    /// How many blocks a year has, for yearly rates.
    pub(crate) blocks_per_year: u64,
    /// The names that accounts had in the file; shared between copies.
    pub(crate) names: Arc<BTreeMap<Account, String>>,
}

impl AlphaHomoraMarket {
    /// Builds a market from a venue table, as the adapter does.
    ///
    /// # Errors
    ///
    /// Whatever the table says that is not accepted, with its place.
    pub fn decode(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> std::result::Result<Self, ConfigError> {
        crate::decode::market(fields, ctx)
    }

    /// The native layer.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The native layer, for what only it can do.
    pub const fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    fn book<'a>(&self, ctx: &Context<'a>) -> Book<'a> {
        Book { prices: ctx.prices, eth: self.state.eth }
    }

    /// The bank at a place as it will be at `block`.
    fn bank_at(&self, place: usize, block: u64) -> Result<Bank> {
        let mut bank = *self.state.bank(place)?;
        bank.accrue(self.state.core.fee_bps.into(), block)?;
        Ok(bank)
    }

    /// The lender at a place as it will be at `block`.
    fn lender_at(&self, place: usize, block: u64) -> Result<Lender> {
        let mut lender = self.state.bank(place)?.lender;
        lender.accrue(block)?;
        Ok(lender)
    }

    fn supplied_of(&self, owner: Account, place: usize, block: u64) -> Result<U256> {
        let shares = self.state.shares_of(owner, place);
        if shares.is_zero() {
            return Ok(U256::ZERO);
        }
        let rate = self.lender_at(place, block)?.exchange_rate()?;
        mul_div(rate, shares, U256::from(ONE))
    }

    fn debt_of(&self, owner: Account, place: usize, block: u64) -> Result<U256> {
        let Some((_, position)) = self.state.position_of(owner) else { return Ok(U256::ZERO) };
        let share = position.shares.get(place).copied().unwrap_or_default();
        if share.is_zero() { Ok(U256::ZERO) } else { self.bank_at(place, block)?.debt_of(share) }
    }

    /// Runs an operation of `actor` on its position, all or nothing: an execution of its own, or a part of the batch.
    fn execute<T>(
        &mut self,
        actor: Actor,
        ctx: &Context<'_>,
        operation: impl FnOnce(&mut Transaction<'_>, u64) -> Result<T>,
    ) -> Result<T> {
        let within = self.enter(actor)?;
        let (book, block) = (self.book(ctx), ctx.now.block);
        self.state.transact(|tx| {
            let number = tx.state().of.get(&actor.owner).copied().unwrap_or_default();
            let number = execution::enter(tx, actor.caller, number)?;
            catch_up(tx, number, block);
            let done = operation(tx, number)?;
            if !within {
                execution::leave(tx.state(), number, &book)?;
            }
            Ok(done)
        })
    }

    /// Whether this is a part of the owner's batch; refused while somebody else's runs, and to anybody but the owner.
    fn enter(&self, actor: Actor) -> Result<bool> {
        let Actor { caller, owner } = actor;
        if caller != owner {
            let position = self.state.of.get(&owner).copied().unwrap_or_default();
            return Err(HomoraError::NotPositionOwner { caller, position });
        }
        match self.executing {
            Some(other) if other != owner => Err(HomoraError::Locked),
            executing => Ok(executing.is_some()),
        }
    }

    /// What the reward pool minted since `before` and paid to `owner`.
    fn rewards(&self, before: U256, owner: Account, paid: U256) -> Transfers {
        let mut transfers = Transfers::new();
        let Some(chef) = &self.state.core.chef else { return transfers };
        let minted = TokenAmount::new(chef.reward, chef.minted.saturating_sub(before));
        if !minted.is_zero() {
            transfers.push(Transfer { from: Party::Issuer, to: Party::Venue, amount: minted });
        }
        if !paid.is_zero() {
            transfers.push(Transfer::receive(owner, TokenAmount::new(chef.reward, paid)));
        }
        transfers
    }

    fn minted(&self) -> U256 {
        self.state.core.chef.map(|chef| chef.minted).unwrap_or_default()
    }

    fn supply_lp(&mut self, actor: Actor, amount: U256, ctx: &Context<'_>) -> Result<Receipt> {
        let (minted, block, stakes) = (self.minted(), ctx.now.block, self.state.core.chef.is_some());
        let reward = self.execute(actor, ctx, |tx, number| {
            if stakes {
                collateral::must_take(tx.state(), Spell::Sushi)?;
                return collateral::stake(tx, number, amount, block).map(|done| done.reward);
            }
            collateral::must_take(tx.state(), Spell::Uniswap)?;
            collateral::put_plain(tx, number, amount).map(|()| U256::ZERO)
        })?;
        let mut transfers: Transfers =
            smallvec![Transfer::pay(actor.caller, TokenAmount::new(self.state.lp, amount))];
        transfers.extend(self.rewards(minted, actor.caller, reward));
        Ok(Receipt { amount, transfers })
    }

    fn withdraw_lp(&mut self, actor: Actor, amount: Amount, ctx: &Context<'_>) -> Result<Receipt> {
        let (minted, block, stakes) = (self.minted(), ctx.now.block, self.state.core.chef.is_some());
        let (amount, reward) = self.execute(actor, ctx, |tx, number| {
            let amount = match amount {
                Amount::Exact(amount) => amount,
                Amount::All => tx.state().position(number)?.size,
            };
            if amount.is_zero() {
                return Ok((amount, U256::ZERO));
            }
            if stakes {
                collateral::must_take(tx.state(), Spell::Sushi)?;
                let done = collateral::unstake(tx, number, amount, block)?;
                return Ok((done.taken.map_or(U256::ZERO, |(_, taken)| taken), done.reward));
            }
            collateral::must_take(tx.state(), Spell::Uniswap)?;
            Ok((collateral::take_plain(tx, number, amount)?, U256::ZERO))
        })?;
        let mut transfers: Transfers =
            smallvec![Transfer::receive(actor.caller, TokenAmount::new(self.state.lp, amount))];
        transfers.extend(self.rewards(minted, actor.caller, reward));
        Ok(Receipt { amount, transfers })
    }

    fn lend(&mut self, actor: Actor, place: usize, amount: U256, block: u64) -> Result<()> {
        self.enter(actor)?;
        self.state.transact(|tx| lenders::deposit(tx, actor.owner, place, amount, block)).map(drop)
    }

    fn unlend(&mut self, actor: Actor, place: usize, amount: Amount, block: u64) -> Result<U256> {
        self.enter(actor)?;
        self.state.transact(|tx| {
            let shares = match amount {
                Amount::All => tx.state().shares_of(actor.owner, place),
                Amount::Exact(amount) => {
                    let lender = &mut tx.bank_mut(place)?.lender;
                    lender.accrue(block)?;
                    mul_div(amount, U256::from(ONE), lender.exchange_rate()?)?
                }
            };
            lenders::withdraw(tx, actor.owner, place, shares, block)
        })
    }

    fn liquidate_position(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome> {
        let LiquidationCall { liquidator, borrower, debt, collateral: seized, repay, .. } = *call;
        if debt == self.state.lp {
            return Err(HomoraError::NoBank { asset: debt });
        }
        let place = self.state.place(debt)?;
        if seized != self.state.lp {
            self.state.place(seized)?;
            return Err(HomoraError::NoFunction { asset: seized, operation: "seized" });
        }
        if self.executing.is_some() {
            return Err(HomoraError::Locked);
        }
        let (book, block, minted) = (self.book(ctx), ctx.now.block, self.minted());
        let amount = match repay {
            Amount::Exact(amount) => amount,
            Amount::All => U256::MAX,
        };
        let (done, bounty, reward) = self.state.transact(|tx| {
            let number = tx.state().of.get(&borrower).copied().unwrap_or_default();
            catch_up(tx, number, block);
            let done = liquidation::liquidate(tx, liquidator, number, place, amount, &book, block)?;
            let (bounty, reward) = collateral::unwrap(tx, liquidator, done.token, done.bounty, block)?;
            Ok((done, bounty, reward))
        })?;
        let (repaid, seized) = (TokenAmount::new(debt, done.repaid.called), TokenAmount::new(seized, bounty));
        let mut transfers: Transfers =
            smallvec![Transfer::pay(liquidator, repaid), Transfer::receive(liquidator, seized)];
        transfers.extend(self.rewards(minted, liquidator, reward));
        Ok(LiquidationOutcome {
            repaid: smallvec![repaid],
            seized: smallvec![seized],
            transfers,
            ..LiquidationOutcome::default()
        })
    }

    fn health_of(&self, owner: Account, ctx: &Context<'_>) -> Result<Health> {
        let Some((_, position)) = self.state.position_of(owner) else { return Ok(NOTHING) };
        let owes = position.shares.iter().any(|share| !share.is_zero());
        if position.size.is_zero() && !owes {
            return Ok(NOTHING);
        }
        let (book, state) = (self.book(ctx), &self.state);
        let (mut worth, mut limit) = (U256::ZERO, U256::ZERO);
        if !position.size.is_zero() {
            oracle::supported(state.core.lp_factors, state.lp, crate::error::Underlying::Collateral)?;
            worth = oracle::value(book.px(state.lp)?, position.size)?;
            limit = oracle::times_bps(worth, state.core.lp_factors.collateral)?;
        }
        let (mut owed, mut counted) = (U256::ZERO, U256::ZERO);
        for (place, (bank, share)) in state.core.banks.iter().zip(&position.shares).enumerate() {
            if share.is_zero() {
                continue;
            }
            oracle::supported(bank.factors, bank.token, crate::error::Underlying::Borrow)?;
            let debt = self.bank_at(place, ctx.now.block)?.debt_of(*share)?;
            let value = oracle::value(book.px(bank.token)?, debt)?;
            owed = crate::math::add(owed, value)?;
            counted = crate::math::add(counted, oracle::times_bps(value, bank.factors.borrow)?)?;
        }
        // The most debt of the same tokens in the same proportions; without any, of the token that counts most.
        let most = if counted.is_zero() {
            mul_div(limit, U256::from(BPS), U256::from(self.highest_borrow_factor()))?
        } else {
            levmine_math::mul_div(limit, owed, counted, Rounding::Down).map_err(HomoraError::Lender)?
        };
        let ether = ctx.prices.price(state.eth)?.0.raw();
        let dollars = |wei| {
            let value = levmine_math::mul_div(wei, ether, U256::from(ONE), Rounding::Down);
            value.map(Wad::from_raw).map_err(HomoraError::Lender)
        };
        let most = dollars(most)?;
        let factor = if counted.is_zero() {
            HealthFactor::NoDebt
        } else {
            HealthFactor::Of(Wad::from_raw(mul_div(limit, U256::from(ONE), counted)?))
        };
        Ok(Health {
            collateral: dollars(worth)?,
            debt: dollars(owed)?,
            borrow_limit: most,
            liquidation_limit: most,
            factor,
            liquidatable: limit < counted,
        })
    }

    /// The borrow factor of the token that counts most of those that can be borrowed.
    fn highest_borrow_factor(&self) -> u64 {
        let open = self.state.core.banks.iter().filter(|bank| bank.listed && bank.whitelisted);
        open.map(|bank| u64::from(bank.factors.borrow)).max().unwrap_or(BPS).max(BPS)
    }

    fn rates_of(&self, place: usize, now: Moment) -> Result<Rates> {
        let lender = self.lender_at(place, now.block)?;
        let fee = BPS.saturating_add(self.state.core.fee_bps.into());
        let scale = U256::from(u128::from(self.blocks_per_year).saturating_mul(RAY_PER_WAD.into()));
        let yearly = |rate: U256| mul_div(rate, scale, U256::ONE).map(Ray::from_raw);
        let borrow = yearly(lender.borrow_rate()?)?;
        Ok(Rates {
            supply: yearly(lender.supply_rate()?)?,
            borrow: Ray::from_raw(mul_div(borrow.raw(), U256::from(fee), U256::from(BPS))?),
            utilization: Ray::from_raw(mul_div(lender.utilization()?, U256::from(RAY_PER_WAD), U256::ONE)?),
            available: lender.cash,
            borrowed: lender.total_borrows,
        })
    }

    fn open_for_lp(&self) -> bool {
        let spell = if self.state.core.chef.is_some() { Spell::Sushi } else { Spell::Uniswap };
        self.state.core.lp_factors.incentive != 0 && collateral::must_take(&self.state, spell).is_ok()
    }
}

/// Brings the other debts of a position to `block` too, where the lender lets it: whoever executes can call `accrueAll`
/// before. What cannot be accrued stays as stored, as on chain.
fn catch_up(tx: &mut Transaction<'_>, number: u64, block: u64) {
    let Ok(position) = tx.state().position(number) else { return };
    let shares = position.shares.clone();
    let fee = tx.state().core.fee_bps.into();
    for (place, share) in shares.iter().enumerate() {
        if share.is_zero() {
            continue;
        }
        if let Ok(bank) = tx.bank_mut(place) {
            let mut next = *bank;
            if next.accrue(fee, block).is_ok() {
                *bank = next;
            }
        }
    }
}

/// The health of somebody who has and owes nothing.
const NOTHING: Health = Health {
    collateral: Wad::ZERO,
    debt: Wad::ZERO,
    borrow_limit: Wad::ZERO,
    liquidation_limit: Wad::ZERO,
    factor: HealthFactor::NoDebt,
    liquidatable: false,
};

fn exact(amount: Amount, operation: &'static str) -> Result<U256> {
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(HomoraError::Everything { operation }),
    }
}

fn plus(sums: &mut Vec<TokenAmount>, asset: Asset, raw: U256) {
    match sums.iter_mut().find(|sum| sum.asset == asset) {
        Some(sum) => sum.raw = sum.raw.saturating_add(raw),
        None => sums.push(TokenAmount::new(asset, raw)),
    }
}

impl LendingMarket for AlphaHomoraMarket {
    fn descriptor(&self) -> &'static Descriptor {
        &crate::DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn version(&self) -> &'static str {
        crate::VERSION
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::Listed,
            supply_earns: true,
            collateral_switch: false,
            modes: false,
            credit_delegation: false,
            flash_loans: false,
            sales: false,
            ticking: Ticking::Blocks,
            safe_at_one: true,
            batches: true,
            exchange: false,
            flows: false,
        }
    }

    fn fork(&self) -> Box<dyn LendingMarket> {
        Box::new(self.clone())
    }

    /// The LP token, and the tokens of the banks.
    fn assets(&self) -> Vec<Asset> {
        let tokens = self.state.core.banks.iter().map(|bank| bank.token);
        [self.state.lp].into_iter().chain(tokens).collect()
    }

    /// The share of the LP token's value up to which one may borrow is told for the token that counts most; what a
    /// liquidator gets is told for the token that gives him most.
    fn listing(&self, asset: Asset) -> std::result::Result<Listing, LendingError> {
        let state = &self.state;
        if asset != state.lp {
            let bank = state.bank(state.place(asset)?)?;
            let borrowable = bank.listed && bank.whitelisted && state.core.status & 1 != 0;
            return Ok(Listing {
                asset,
                suppliable: true,
                max_ltv: None,
                liquidation_threshold: None,
                liquidation_bonus: None,
                borrowable,
            });
        }
        let factors = state.core.lp_factors;
        let threshold = u64::from(factors.collateral) * BPS / self.highest_borrow_factor();
        let incentives = state.core.banks.iter().map(|bank| u64::from(bank.factors.incentive));
        let both = incentives.max().unwrap_or(BPS) * u64::from(factors.incentive) / BPS;
        let (threshold, bonus) = (Bps::new(threshold.into()), Bps::new(both.saturating_sub(BPS).into()));
        Ok(Listing {
            asset,
            suppliable: self.open_for_lp(),
            max_ltv: Some(threshold),
            liquidation_threshold: Some(threshold),
            liquidation_bonus: Some(bonus),
            borrowable: false,
        })
    }

    /// A borrower pays the lender's rate and the fee on top of it.
    fn rates(&self, asset: Asset, now: Moment) -> std::result::Result<Rates, LendingError> {
        if asset != self.state.lp {
            return Ok(self.rates_of(self.state.place(asset)?, now)?);
        }
        let staked = self.state.core.chef.map(|chef| chef.wrapper.amount).unwrap_or_default();
        Ok(Rates {
            supply: Ray::ZERO,
            borrow: Ray::ZERO,
            utilization: Ray::ZERO,
            available: self.state.core.plain_held.saturating_add(staked),
            borrowed: U256::ZERO,
        })
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> std::result::Result<U256, LendingError> {
        if asset == self.state.lp {
            return Ok(self.state.position_of(owner).map_or(U256::ZERO, |(_, position)| position.size));
        }
        Ok(self.supplied_of(owner, self.state.place(asset)?, now.block)?)
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> std::result::Result<U256, LendingError> {
        if asset == self.state.lp {
            return Ok(U256::ZERO);
        }
        Ok(self.debt_of(owner, self.state.place(asset)?, now.block)?)
    }

    fn position(&self, owner: Account, now: Moment) -> std::result::Result<Sheet, LendingError> {
        let mut sheet = Sheet::default();
        let size = self.state.position_of(owner).map_or(U256::ZERO, |(_, position)| position.size);
        if !size.is_zero() {
            sheet.supplied.push(Supplied { amount: TokenAmount::new(self.state.lp, size), collateral: true });
        }
        for (place, bank) in self.state.core.banks.iter().enumerate() {
            let supplied = self.supplied_of(owner, place, now.block)?;
            if !supplied.is_zero() {
                let amount = TokenAmount::new(bank.token, supplied);
                sheet.supplied.push(Supplied { amount, collateral: false });
            }
            let debt = self.debt_of(owner, place, now.block)?;
            if !debt.is_zero() {
                sheet.debts.push(TokenAmount::new(bank.token, debt));
            }
        }
        Ok(sheet)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> std::result::Result<Health, LendingError> {
        Ok(self.health_of(owner, ctx)?)
    }

    fn accrue(&mut self, now: Moment) -> std::result::Result<(), LendingError> {
        Ok(self.state.transact(|tx| {
            for place in 0..tx.state().core.banks.len() {
                if tx.state().bank(place)?.listed {
                    debt::accrue(tx, place, now.block)?;
                } else {
                    tx.bank_mut(place)?.lender.accrue(now.block)?;
                }
            }
            Ok(())
        })?)
    }

    fn accrue_for(&mut self, owner: Account, now: Moment) -> std::result::Result<(), LendingError> {
        let Some((_, position)) = self.state.position_of(owner) else { return Ok(()) };
        let shares = position.shares.clone();
        Ok(self.state.transact(|tx| {
            for (place, share) in shares.iter().enumerate() {
                if !share.is_zero() {
                    debt::accrue(tx, place, now.block)?;
                }
            }
            Ok(())
        })?)
    }

    /// LP tokens become collateral, staked where the venue has rewards (then what was earned is paid out); a bank's
    /// token is lent.
    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        let place = if asset == self.state.lp { None } else { Some(self.state.place(asset)?) };
        let amount = exact(amount, "supplying")?;
        let Some(place) = place else { return Ok(self.supply_lp(actor, amount, ctx)?) };
        self.lend(actor, place, amount, ctx.now.block)?;
        let transfers = smallvec![Transfer::pay(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    /// Of a bank's token as many shares are burned as the amount is worth at most, so that a little less can come out.
    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        if asset == self.state.lp {
            return Ok(self.withdraw_lp(actor, amount, ctx)?);
        }
        let place = self.state.place(asset)?;
        let amount = self.unlend(actor, place, amount, ctx.now.block)?;
        let transfers = smallvec![Transfer::receive(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        if asset == self.state.lp {
            return Err(HomoraError::NoBank { asset }.into());
        }
        let (place, block) = (self.state.place(asset)?, ctx.now.block);
        let amount = exact(amount, "borrowing")?;
        self.execute(actor, ctx, |tx, number| {
            if amount.is_zero() {
                return Ok(U256::ZERO);
            }
            debt::borrow(tx, number, place, amount, block)
        })?;
        let transfers = smallvec![Transfer::receive(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    /// At most the debt, as the spells do for "everything"; nothing is asked of who owes nothing and repays everything.
    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        if asset == self.state.lp {
            return Err(HomoraError::NoBank { asset }.into());
        }
        let (place, block) = (self.state.place(asset)?, ctx.now.block);
        let amount = self.execute(actor, ctx, |tx, number| {
            debt::accrue(tx, place, block)?;
            let owed = tx.state().debt_stored(number, place)?;
            let amount = match amount {
                Amount::Exact(amount) if owed.is_zero() && !amount.is_zero() => {
                    return Err(HomoraError::PaidExceedsDebt { asset, paid: amount, debt: owed });
                }
                Amount::Exact(amount) => amount.min(owed),
                Amount::All => owed,
            };
            if amount.is_zero() {
                return Ok(amount);
            }
            debt::repay(tx, number, place, amount, block).map(|repaid| repaid.called)
        })?;
        let transfers = smallvec![Transfer::pay(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    /// What is seized is unwrapped at once, with the rewards that it earned.
    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> std::result::Result<LiquidationOutcome, LendingError> {
        Ok(self.liquidate_position(call, ctx)?)
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let core = &self.state.core;
        let staked = core.chef.map(|chef| chef.staked).unwrap_or_default();
        let mut held = vec![TokenAmount::new(self.state.lp, core.plain_held.saturating_add(staked))];
        for bank in &core.banks {
            plus(&mut held, bank.token, bank.lender.cash.saturating_add(bank.reserve));
        }
        if let Some(chef) = &core.chef {
            plus(&mut held, chef.reward, chef.held.saturating_add(chef.wrapper_held));
        }
        held
    }

    fn issued(&self) -> Vec<TokenAmount> {
        self.state.core.chef.iter().map(|chef| TokenAmount::new(chef.reward, chef.minted)).collect()
    }

    fn dump(&self) -> Dump {
        crate::dump::dump(self)
    }

    fn begin_batch(&mut self, owner: Account, _ctx: &Context<'_>) -> std::result::Result<(), LendingError> {
        if self.executing.is_some() {
            return Err(HomoraError::Locked.into());
        }
        self.executing = Some(owner);
        Ok(())
    }

    fn end_batch(&mut self, owner: Account, ctx: &Context<'_>) -> std::result::Result<(), LendingError> {
        if self.executing != Some(owner) {
            return Err(HomoraError::NotWithinExecution.into());
        }
        if let Some((number, _)) = self.state.position_of(owner) {
            execution::leave(&self.state, number, &self.book(ctx))?;
        }
        self.executing = None;
        Ok(())
    }

    fn claimable(&self, owner: Account, now: Moment) -> std::result::Result<Vec<TokenAmount>, LendingError> {
        let Some(mut chef) = self.state.core.chef else { return Ok(Vec::new()) };
        let Some((_, position)) = self.state.position_of(owner) else { return Ok(Vec::new()) };
        let Some(Wrapped::Staked(then)) = position.collateral else { return Ok(Vec::new()) };
        chef.update(now.block)?;
        let due = reward_due(then, chef.acc, position.size)?;
        Ok(if due.is_zero() { Vec::new() } else { vec![TokenAmount::new(chef.reward, due)] })
    }

    /// Nothing is asked of the position's health, which the contract asks for: prices are not at hand here. The special
    /// operation `harvest` asks for it.
    fn claim(&mut self, owner: Account, now: Moment) -> std::result::Result<Transfers, LendingError> {
        if self.state.core.chef.is_none() {
            return Err(self.unsupported("rewards"));
        }
        self.enter(owner.into())?;
        let minted = self.minted();
        let Some((number, position)) = self.state.position_of(owner) else { return Ok(Transfers::new()) };
        if !matches!(position.collateral, Some(Wrapped::Staked(_))) || position.size.is_zero() {
            return Ok(Transfers::new());
        }
        let done = self.state.transact(|tx| collateral::harvest(tx, number, now.block))?;
        Ok(self.rewards(minted, owner, done.reward))
    }

    fn govern(&mut self, change: &Change, ctx: &Context<'_>) -> std::result::Result<(), LendingError> {
        crate::govern::govern(self, change, ctx)
    }

    fn special(
        &mut self,
        name: &str,
        arguments: &mut Fields<'_>,
        accounts: &dyn Fn(&str) -> Account,
        ctx: &Context<'_>,
    ) -> std::result::Result<std::result::Result<Dump, LendingError>, ConfigError> {
        crate::special::run(self, name, arguments, accounts, ctx)
    }
}
