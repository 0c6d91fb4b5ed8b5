//! The trait, over the contracts.

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields};
use levmine_lending::{
    Amount, Borrowable, Capabilities, Context, Health, HealthFactor, LendingError, LendingMarket,
    LiquidationCall, LiquidationOutcome, Listing, Position, Rates, Receipt, Supplied, Ticking,
};
use levmine_market::{
    Account, Actor, Asset, BuildContext, Descriptor, Dump, Moment, Party, PriceBook, TokenAmount, Transfer,
    Transfers,
};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, mul_div};
use smallvec::{SmallVec, smallvec};

use crate::contracts::{Redemption, Staker, System, VestingEntry, issuer};
use crate::error::{Result, SynthetixError};
use crate::math::{UNIT, add, divide, divide_round, multiply, multiply_round, sub};

/// The stakers' side of Synthetix: SNX that is supplied is staked, sUSD that is borrowed is minted.
#[derive(Debug, Clone)]
pub struct SynthetixMarket {
    pub(crate) system: System,
    /// How old a snapshot becomes before the keeper takes the next one, in seconds.
    pub(crate) snapshot_every: u64,
    /// The names that accounts had in the file; shared between copies.
    pub(crate) names: Arc<BTreeMap<Account, String>>,
}

/// What an asset is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Snx,
    Susd,
    Synth,
}

impl SynthetixMarket {
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
    pub const fn system(&self) -> &System {
        &self.system
    }

    /// The time of an operation at `now`: never before the last one.
    pub(crate) fn clock(&self, now: Moment) -> u64 {
        self.system.time.max(now.time.0)
    }

    /// Runs an operation at the published prices, all or nothing; a fee period that is over is closed before.
    fn transact<T>(
        &mut self,
        now: Moment,
        prices: Option<&PriceBook>,
        operation: impl FnOnce(&mut System, u64) -> Result<T>,
    ) -> Result<T> {
        let now = self.clock(now);
        self.system.transact(|next| {
            next.time = now;
            if next.fee_period_is_over(now) {
                next.close_fee_period(now)?;
            }
            if let Some(prices) = prices {
                next.publish(prices, now);
            }
            operation(next, now)
        })
    }

    fn susd(&self) -> Asset {
        self.system.synths.first().map_or(self.system.snx, |synth| synth.asset)
    }

    fn which(&self, asset: Asset) -> Result<Which, LendingError> {
        if asset == self.system.snx {
            return Ok(Which::Snx);
        }
        match self.system.synth(asset) {
            Some((0, _)) => Ok(Which::Susd),
            Some(_) => Ok(Which::Synth),
            None => Err(LendingError::UnknownAsset { protocol: crate::PROTOCOL, asset }),
        }
    }

    /// The asset must be this one.
    fn only(&self, asset: Asset, which: Which) -> Result<(), LendingError> {
        if self.which(asset)? == which { Ok(()) } else { Err(SynthetixError::WrongSide { asset }.into()) }
    }

    fn snx(&self, raw: U256) -> TokenAmount {
        TokenAmount::new(self.system.snx, raw)
    }

    fn healths(&self, owner: Account, ctx: &Context<'_>) -> Result<Health> {
        let (system, settings) = (&self.system, &self.system.settings);
        let staker = system.staker(owner);
        let mut health = Health {
            collateral: Wad::ZERO,
            debt: Wad::ZERO,
            borrow_limit: Wad::ZERO,
            liquidation_limit: Wad::ZERO,
            factor: HealthFactor::NoDebt,
            liquidatable: false,
        };
        // Who is flagged is safe again only at the issuance ratio.
        let flagged = staker.flag_deadline > 0;
        let threshold = if flagged { settings.issuance_ratio } else { settings.liquidation_ratio };
        let collateral = system.collateral(owner)?;
        let mut price = U256::ZERO;
        if !collateral.is_zero() || !staker.shares.is_zero() {
            price = ctx.prices.price(system.snx)?.0.raw();
        }
        if !collateral.is_zero() {
            let value = multiply_round(collateral, price)?;
            health.collateral = Wad::from_raw(value);
            health.borrow_limit = Wad::from_raw(multiply(value, settings.issuance_ratio)?);
            health.liquidation_limit = Wad::from_raw(multiply(value, threshold)?);
        }
        let debt = system.debt_of(owner)?;
        health.debt = Wad::from_raw(debt);
        if debt.is_zero() {
            return Ok(health);
        }
        let ratio = issuer::ratio(divide_round(debt, price)?, collateral)?;
        health.factor = HealthFactor::Of(match (collateral.is_zero(), ratio.is_zero()) {
            (true, _) => Wad::ZERO,
            (false, true) => Wad::MAX,
            (false, false) => Wad::from_raw(divide(threshold, ratio)?),
        });
        health.liquidatable =
            if flagged { ratio > threshold } else { !threshold.is_zero() && ratio >= threshold };
        Ok(health)
    }

    /// The next step that the rules allow against `borrower`: the flag, or after its delay the liquidation.
    fn next_step(&mut self, call: &LiquidationCall, ctx: &Context<'_>) -> Result<LiquidationOutcome> {
        let LiquidationCall { liquidator, borrower, keep_supplied, .. } = *call;
        self.transact(ctx.now, Some(ctx.prices), |next, now| {
            if liquidator == borrower {
                let redemption = next.liquidate_self(borrower, now)?;
                return outcome(next, &redemption, ctx.prices);
            }
            if next.staker(borrower).flag_deadline == 0 {
                next.flag(borrower, liquidator, now)?;
                return Ok(LiquidationOutcome::default());
            }
            let redemption = next.liquidate(borrower, liquidator, now)?;
            let mut outcome = outcome(next, &redemption, ctx.prices)?;
            let flagger = next.staker(borrower).flagger.unwrap_or(liquidator);
            for (who, reward) in
                [(flagger, next.settings.flag_reward), (liquidator, next.settings.liquidate_reward)]
            {
                // Nothing is seized where who flagged himself is paid by himself. Others' rewards are paid into wallets,
                // and only what somebody stakes is in here.
                if who == borrower || reward.is_zero() {
                    continue;
                }
                let amount = TokenAmount::new(next.snx, reward);
                grow(&mut outcome.seized, amount)?;
                if !(keep_supplied && who == liquidator) {
                    next.draw(who, reward)?;
                    outcome.transfers.push(Transfer::receive(who, amount));
                }
            }
            Ok(outcome)
        })
    }

    /// What the borrower's ratio in basis points is.
    fn share_in_bps(ratio: U256) -> Result<Bps, LendingError> {
        let share = mul_div(ratio, U256::from(10_000), UNIT, Rounding::Down)?;
        Ok(Bps::from_raw(share.min(U256::from(10_000))))
    }
}

/// The amount, where everything would have no meaning.
fn exact(amount: Amount) -> Result<U256> {
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(SynthetixError::InvalidAmount),
    }
}

/// What a liquidation did, but for the rewards: what came out of escrow came back as a supply before it was seized.
fn outcome(system: &System, redemption: &Redemption, prices: &PriceBook) -> Result<LiquidationOutcome> {
    let Some(susd) = system.synths.first().map(|synth| synth.asset) else {
        return Ok(LiquidationOutcome::default());
    };
    // The other stakers take the debt over for the SNX; what the SNX is not worth is lost to them.
    let worth = multiply_round(redemption.redeemed, system.snx_rate.price)?;
    let price = prices.find(susd).map_or(UNIT, |price| price.0.raw()).max(UNIT);
    let paid = divide(worth, price)?.min(redemption.debt_removed);
    let mut outcome = LiquidationOutcome::default();
    let lost = sub(redemption.debt_removed, paid)?;
    grow(&mut outcome.repaid, TokenAmount::new(susd, paid))?;
    grow(&mut outcome.bad_debt, TokenAmount::new(susd, lost))?;
    grow(&mut outcome.seized, TokenAmount::new(system.snx, redemption.redeemed))?;
    grow(&mut outcome.returned, TokenAmount::new(system.snx, redemption.escrow_liquidated))?;
    Ok(outcome)
}

/// Adds an amount to one of the same asset, if it is any.
fn grow(amounts: &mut SmallVec<[TokenAmount; 1]>, amount: TokenAmount) -> Result<()> {
    match amounts.first_mut() {
        _ if amount.is_zero() => {}
        Some(first) => first.raw = add(first.raw, amount.raw)?,
        None => amounts.push(amount),
    }
    Ok(())
}

/// That somebody acts for himself: approvals are not modelled.
fn himself(actor: Actor) -> Result<Account> {
    let Actor { caller, owner } = actor;
    if caller == owner { Ok(owner) } else { Err(SynthetixError::NotApproved { caller, owner }) }
}

/// What keeps fees from being paid, but not rewards from being claimed.
const fn no_fees(error: &SynthetixError) -> bool {
    matches!(
        error,
        SynthetixError::NoFees
            | SynthetixError::PenaltyThreshold { .. }
            | SynthetixError::SynthOrSnxRateInvalid { .. }
            | SynthetixError::DivisionByZero { .. }
    )
}

/// The entries whose time has come.
fn due(staker: &Staker, now: u64) -> impl Iterator<Item = &VestingEntry> {
    staker.entries.iter().filter(move |entry| !entry.amount.is_zero() && entry.end_time <= now)
}

fn one(transfer: Transfer) -> Receipt {
    Receipt { amount: transfer.amount.raw, transfers: smallvec![transfer] }
}

impl LendingMarket for SynthetixMarket {
    fn descriptor(&self) -> &'static Descriptor {
        &crate::DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        crate::VERSION
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::OneMinted,
            supply_earns: false,
            collateral_switch: false,
            modes: false,
            credit_delegation: false,
            flash_loans: false,
            sales: false,
            ticking: Ticking::Seconds,
            safe_at_one: false,
            batches: false,
            exchange: true,
            flows: false,
        }
    }

    fn fork(&self) -> Box<dyn LendingMarket> {
        Box::new(self.clone())
    }

    fn assets(&self) -> Vec<Asset> {
        let synths = self.system.synths.iter().map(|synth| synth.asset);
        std::iter::once(self.system.snx).chain(synths).collect()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        let which = self.which(asset)?;
        let mut listing = Listing {
            asset,
            suppliable: which == Which::Snx,
            max_ltv: None,
            liquidation_threshold: None,
            liquidation_bonus: None,
            borrowable: which == Which::Susd,
        };
        if which == Which::Snx {
            let settings = &self.system.settings;
            listing.max_ltv = Some(Self::share_in_bps(settings.issuance_ratio)?);
            listing.liquidation_threshold = Some(Self::share_in_bps(settings.liquidation_ratio)?);
            listing.liquidation_bonus = Some(Self::share_in_bps(settings.penalty)?);
        }
        Ok(listing)
    }

    fn rates(&self, asset: Asset, _now: Moment) -> Result<Rates, LendingError> {
        let mut rates = Rates {
            supply: Ray::ZERO,
            borrow: Ray::ZERO,
            utilization: Ray::ZERO,
            available: U256::ZERO,
            borrowed: U256::ZERO,
        };
        match self.which(asset)? {
            Which::Snx => rates.available = self.system.held(),
            Which::Susd => {
                // There is no ceiling.
                rates.available = U256::from(u128::MAX);
                rates.borrowed = self.system.cached_debt;
            }
            Which::Synth => {}
        }
        Ok(rates)
    }

    fn supplied(&self, owner: Account, asset: Asset, _now: Moment) -> Result<U256, LendingError> {
        Ok(match self.which(asset)? {
            Which::Snx => self.system.staker(owner).snx,
            Which::Susd | Which::Synth => U256::ZERO,
        })
    }

    fn debt(&self, owner: Account, asset: Asset, _now: Moment) -> Result<U256, LendingError> {
        Ok(match self.which(asset)? {
            Which::Susd => self.system.debt_of(owner)?,
            Which::Snx | Which::Synth => U256::ZERO,
        })
    }

    fn position(&self, owner: Account, _now: Moment) -> Result<Position, LendingError> {
        let mut position = Position::default();
        let amount = self.snx(self.system.staker(owner).snx);
        if !amount.is_zero() {
            position.supplied.push(Supplied { amount, collateral: true });
        }
        let debt = TokenAmount::new(self.susd(), self.system.debt_of(owner)?);
        if !debt.is_zero() {
            position.debts.push(debt);
        }
        Ok(position)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        Ok(self.healths(owner, ctx)?)
    }

    /// Closes the fee period when it is over; debts do not grow with time.
    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        let now = self.clock(now);
        if self.system.fee_period_is_over(now) {
            self.system.close_fee_period(now)?;
        }
        self.system.time = now;
        Ok(())
    }

    /// The oracle's prices become the contracts', and where the last snapshot of the debt is old enough, a keeper takes
    /// one.
    fn publish(&mut self, ctx: &Context<'_>) -> Result<(), LendingError> {
        let every = self.snapshot_every;
        Ok(self.transact(ctx.now, Some(ctx.prices), |next, now| {
            if next.cache_time.saturating_add(every) <= now { next.snapshot(now) } else { Ok(()) }
        })?)
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.only(asset, Which::Snx)?;
        let raw = exact(amount)?;
        self.transact(ctx.now, None, |next, _| next.deposit(actor.owner, raw))?;
        Ok(one(Transfer::pay(actor.caller, self.snx(raw))))
    }

    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.only(asset, Which::Snx)?;
        let owner = himself(actor)?;
        let raw = match amount {
            Amount::Exact(raw) => raw,
            Amount::All => self.system.staker(owner).snx,
        };
        self.transact(ctx.now, Some(ctx.prices), |next, now| next.take(owner, raw, now))?;
        Ok(one(Transfer::receive(owner, self.snx(raw))))
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.only(asset, Which::Susd)?;
        let (owner, raw) = (himself(actor)?, exact(amount)?);
        self.transact(ctx.now, Some(ctx.prices), |next, now| next.issue(owner, raw, now))?;
        Ok(one(Transfer::mint(owner, TokenAmount::new(asset, raw))))
    }

    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.only(asset, Which::Susd)?;
        let owner = himself(actor)?;
        let raw = match amount {
            Amount::Exact(raw) => raw,
            Amount::All => U256::MAX,
        };
        let burnt = self.transact(ctx.now, Some(ctx.prices), |next, now| next.burn(owner, raw, now))?;
        Ok(one(Transfer::burn(owner, TokenAmount::new(asset, burnt))))
    }

    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome, LendingError> {
        self.only(call.debt, Which::Susd)?;
        self.only(call.collateral, Which::Snx)?;
        Ok(self.next_step(call, ctx)?)
    }

    fn exchange(
        &mut self,
        trader: Account,
        sell: TokenAmount,
        buy: Asset,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        for asset in [sell.asset, buy] {
            if self.which(asset)? == Which::Snx {
                return Err(SynthetixError::WrongSide { asset }.into());
            }
        }
        let done = self
            .transact(ctx.now, Some(ctx.prices), |next, now| next.exchange(sell.asset, sell.raw, buy, now))?;
        let mut transfers: Transfers = smallvec![
            Transfer::burn(trader, sell),
            Transfer::mint(trader, TokenAmount::new(buy, done.received))
        ];
        if !done.fee.is_zero() {
            let amount = TokenAmount::new(self.susd(), done.fee);
            transfers.push(Transfer { from: Party::Issuer, to: Party::Venue, amount });
        }
        Ok(Receipt { amount: done.received, transfers })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        vec![self.snx(self.system.held()), TokenAmount::new(self.susd(), self.system.fees.susd)]
    }

    fn issued(&self) -> Vec<TokenAmount> {
        self.system.synths.iter().map(|synth| TokenAmount::new(synth.asset, synth.supply)).collect()
    }

    fn dump(&self) -> Dump {
        crate::state::dump::dump(&self.system, &self.names)
    }

    /// Fees, at the prices published last; and SNX: rewards that a claim moves into escrow, and what a claim moves out of
    /// escrow into the supply.
    fn claimable(&self, owner: Account, now: Moment) -> Result<Vec<TokenAmount>, LendingError> {
        let staker = self.system.staker(owner);
        let mut all = Vec::new();
        if !staker.shares.is_zero() {
            let mut trial = self.clone();
            match trial.transact(now, None, |next, now| next.claim_fees(owner, now)) {
                Ok(fees) => all.push(TokenAmount::new(self.susd(), fees)),
                Err(error) if no_fees(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let due = due(staker, self.clock(now)).fold(U256::ZERO, |sum, it| sum.saturating_add(it.amount));
        let snx = self.system.earned(owner)?.saturating_add(due);
        if !snx.is_zero() {
            all.push(self.snx(snx));
        }
        Ok(all)
    }

    /// Moves what is due in escrow into the supply and liquidation rewards into escrow, and pays fees where the ratio
    /// allows, at the prices published last.
    fn claim(&mut self, owner: Account, now: Moment) -> Result<Transfers, LendingError> {
        let fees = self.transact(now, None, |next, now| {
            let ids: Vec<U256> = due(next.staker(owner), now).map(|entry| U256::from(entry.id)).collect();
            next.vest(owner, &ids, now)?;
            next.get_reward(owner, now)?;
            match next.claim_fees(owner, now) {
                Err(error) if no_fees(&error) => Ok(U256::ZERO),
                done => done,
            }
        })?;
        if fees.is_zero() {
            return Ok(Transfers::new());
        }
        Ok(smallvec![Transfer::receive(owner, TokenAmount::new(self.susd(), fees))])
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
