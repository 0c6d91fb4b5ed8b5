//! The trait, over the native layer.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use levmine_config::{ConfigError, Fields};
use levmine_lending::{
    Amount, Borrowable, Capabilities, Change, Context, FlashLoan, Flow, Health, HealthFactor, LendingError,
    LendingMarket, LiquidationCall, LiquidationOutcome, Listing, Position, Rates, Receipt, ReserveRecord,
    Supplied, Ticking, Touch,
};
use levmine_market::{
    Account, Actor, Asset, BuildContext, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, Ray, Rounding, U256, Wad};
use smallvec::{SmallVec, smallvec};

use crate::accrual::{debt_within, income_within, normalized_debt, normalized_income};
use crate::decode::CROWD;
use crate::error::{AaveError, Result};
use crate::integer::{Integer, TooWide};
use crate::ops::Security;
use crate::ops::liquidation::{Call, Liquidated};
use crate::ops::repay::Means;
use crate::ops::{self, borrow::native};
use crate::rates::liquidity;
use crate::state::{Pool, Reserve, User};
use crate::transaction::Transaction;
use crate::validation::World;
use crate::wad_ray::{WAD, ray_div, ray_mul, ray_mul_small, wide};

/// From 8 to 18 decimals.
const WAD_PER_BASE_UNIT: u64 = 10_000_000_000;

/// An Aave V3 market.
#[derive(Debug, Clone)]
pub struct AaveV3Market {
    pub(crate) pool: Pool,
    /// The names that accounts had in the file; shared between copies.
    pub(crate) names: Arc<BTreeMap<Account, String>>,
}

impl AaveV3Market {
    pub(crate) fn new(pool: Pool, names: BTreeMap<Account, String>) -> Self {
        Self { pool, names: Arc::new(names) }
    }

    /// Builds a market from a venue table, as the adapter does.
    ///
    /// # Errors
    ///
    /// Whatever the table says that is not accepted, with its place.
    pub fn decode(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Self, ConfigError> {
        crate::decode::market(fields, ctx)
    }

    /// The native layer.
    #[must_use]
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn lending<T>(&self, result: Result<T>) -> Result<T, LendingError> {
        result.map_err(|error| self.failed(error))
    }

    /// Kept out of the way of what succeeds.
    #[cold]
    fn failed(&self, error: AaveError) -> LendingError {
        error.lending(self.pool.rules)
    }

    /// Runs an operation, all or nothing.
    pub(crate) fn transact<T>(
        &mut self,
        ctx: &Context<'_>,
        operation: impl FnOnce(&mut Transaction<'_>, World<'_>) -> Result<T>,
    ) -> Result<T, LendingError> {
        let world = World { now: self.pool.clock(ctx.now.time.0), oracle: ctx.prices };
        let outcome = self.pool.transact(|tx| operation(tx, world));
        self.lending(outcome)
    }

    fn find(&self, asset: Asset) -> Result<(usize, &Reserve), LendingError> {
        let mut reserves = self.pool.reserves.iter().enumerate();
        reserves
            .find(|(_, reserve)| reserve.asset == asset)
            .ok_or_else(|| self.failed(AaveError::UnknownAsset { asset }))
    }

    fn outcome(&self, call: &LiquidationCall, done: &Liquidated) -> Result<LiquidationOutcome> {
        let repaid = TokenAmount::new(call.debt, done.repaid);
        let received = TokenAmount::new(call.collateral, done.to_liquidator);
        let seized = crate::wad_ray::add(done.to_liquidator, done.protocol_fee)?;
        let mut transfers = Transfers::new();
        if !call.keep_supplied {
            transfers.push(Transfer::receive(call.liquidator, received));
        }
        transfers.push(Transfer::pay(call.liquidator, repaid));
        let mut bad_debt = SmallVec::new();
        for (id, amount) in &done.deficits {
            bad_debt.push(TokenAmount::new(self.pool.reserve(*id)?.asset, *amount));
        }
        Ok(LiquidationOutcome {
            repaid: smallvec![repaid],
            seized: smallvec![TokenAmount::new(call.collateral, seized)],
            protocol_fee: smallvec![TokenAmount::new(call.collateral, done.protocol_fee)],
            returned: SmallVec::new(),
            bad_debt,
            sale: None,
            transfers,
        })
    }
}

fn listing(reserve: &Reserve) -> Listing {
    let params = &reserve.params;
    let open = params.active && !params.paused && !params.frozen;
    let is_collateral = params.liquidation_threshold != 0;
    let share = |bps: u16| is_collateral.then(|| Bps::new(bps.into()));
    Listing {
        asset: reserve.asset,
        suppliable: open,
        max_ltv: share(params.ltv),
        liquidation_threshold: share(params.liquidation_threshold),
        liquidation_bonus: share(params.bonus_only()),
        borrowable: open && params.borrowing,
    }
}

fn supplied(pool: &Pool, owner: Account, id: usize, reserve: &Reserve, now: u64) -> Result<U256> {
    let scaled = pool.users.get(&owner).map_or(0, |user| user.supplied(id));
    if scaled == 0 {
        return Ok(U256::ZERO);
    }
    let rounding = pool.rules.scaled.supply_balance;
    match income_within(reserve, now).and_then(|index| ray_mul_small(scaled, index, rounding)) {
        Some(amount) => Ok(wide(amount)),
        None => ray_mul(wide(scaled), normalized_income(reserve, now)?, rounding),
    }
}

fn debt(pool: &Pool, owner: Account, id: usize, reserve: &Reserve, now: u64) -> Result<U256> {
    let scaled = pool.users.get(&owner).map_or(0, |user| user.debt(id));
    if scaled == 0 {
        return Ok(U256::ZERO);
    }
    let rounding = pool.rules.scaled.debt_balance;
    match debt_within(pool.rules, reserve, now).and_then(|index| ray_mul_small(scaled, index, rounding)) {
        Some(amount) => Ok(wide(amount)),
        None => ray_mul(wide(scaled), normalized_debt(pool.rules, reserve, now)?, rounding),
    }
}

fn position(pool: &Pool, owner: Account, now: u64) -> Result<Position> {
    let mut position = Position::default();
    let Some(user) = pool.users.get(&owner) else { return Ok(position) };
    for holding in &user.holdings {
        let id = usize::from(holding.reserve);
        let reserve = pool.reserve(id)?;
        if holding.supplied != 0 {
            let index = normalized_income(reserve, now)?;
            let amount = ray_mul(wide(holding.supplied), index, pool.rules.scaled.supply_balance)?;
            let amount = TokenAmount::new(reserve.asset, amount);
            position.supplied.push(Supplied { amount, collateral: user.uses_as_collateral(id) });
        }
        if holding.debt != 0 {
            let index = normalized_debt(pool.rules, reserve, now)?;
            let amount = ray_mul(wide(holding.debt), index, pool.rules.scaled.debt_balance)?;
            position.debts.push(TokenAmount::new(reserve.asset, amount));
        }
    }
    Ok(position)
}

fn health(pool: &Pool, owner: Account, ctx: &Context<'_>) -> Result<Health> {
    static NOBODY: LazyLock<User> = LazyLock::new(User::default);
    let user = pool.user(owner).unwrap_or(&NOBODY);
    match health_in::<u128>(pool, user, ctx) {
        Ok(health) => Ok(health),
        Err(TooWide) => wide_health(pool, user, ctx),
    }
}

#[cold]
fn wide_health(pool: &Pool, user: &User, ctx: &Context<'_>) -> Result<Health> {
    health_in::<U256>(pool, user, ctx)
}

/// Up to 3.4 a debt below one base unit of value counts as none: then there is no factor either.
fn health_in<N: Integer>(pool: &Pool, user: &User, ctx: &Context<'_>) -> Result<Health, N::Error> {
    let rules = pool.rules;
    let worth = pool.value_in::<N>(user, ctx.prices, ctx.now.time.0)?;
    let power = worth.collateral.percent_mul(worth.ltv, rules.value.borrowing_power)?;
    let limit = worth.liquidation_limit(rules)?;
    let wad = |value: N| Ok(Wad::from_raw(value.times(WAD_PER_BASE_UNIT)?.wide()));
    Ok(Health {
        collateral: wad(worth.collateral)?,
        debt: wad(worth.debt)?,
        borrow_limit: wad(power)?,
        liquidation_limit: wad(limit)?,
        factor: match worth.health_factor {
            None => HealthFactor::NoDebt,
            Some(factor) => HealthFactor::Of(Wad::from_raw(factor.wide())),
        },
        liquidatable: worth.health_factor.is_some_and(|factor| factor.wide() < WAD),
    })
}

fn rates(pool: &Pool, reserve: &Reserve, now: u64) -> Result<Rates> {
    let index = normalized_debt(pool.rules, reserve, now)?;
    let borrowed = ray_mul(reserve.scaled_debt, index, pool.rules.scaled.debt_balance)?;
    let available = liquidity(pool.rules, reserve);
    let utilization = if borrowed.is_zero() {
        U256::ZERO
    } else {
        ray_div(borrowed, crate::wad_ray::add(available, borrowed)?, Rounding::HalfUp)?
    };
    Ok(Rates {
        supply: Ray::new(reserve.liquidity_rate),
        borrow: Ray::new(reserve.borrow_rate),
        utilization: Ray::from_raw(utilization),
        available,
        borrowed,
    })
}

impl LendingMarket for AaveV3Market {
    fn descriptor(&self) -> &'static Descriptor {
        &crate::DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn version(&self) -> &'static str {
        self.pool.rules.name
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
        self.pool.reserves.iter().map(|reserve| reserve.asset).collect()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        self.find(asset).map(|(_, reserve)| listing(reserve))
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        let (_, reserve) = self.find(asset)?;
        self.lending(rates(&self.pool, reserve, now.time.0))
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        let (id, reserve) = self.find(asset)?;
        self.lending(supplied(&self.pool, owner, id, reserve, now.time.0))
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        let (id, reserve) = self.find(asset)?;
        self.lending(debt(&self.pool, owner, id, reserve, now.time.0))
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        self.lending(position(&self.pool, owner, now.time.0))
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        self.lending(health(&self.pool, owner, ctx))
    }

    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        let now = now.time.0;
        if self.pool.clock(now) != now {
            return Ok(());
        }
        let accrued = self.pool.transact(|tx| {
            for id in 0..tx.pool().reserves.len() {
                ops::treasury::touch(tx, id, now)?;
            }
            Ok(())
        });
        self.lending(accrued)
    }

    fn accrue_for(&mut self, owner: Account, now: Moment) -> Result<(), LendingError> {
        let now = now.time.0;
        let Pool { rules, reserves, users, .. } = &mut self.pool;
        let Some(user) = users.get(&owner) else { return Ok(()) };
        let mut held: SmallVec<[usize; 8]> = SmallVec::new();
        for holding in &user.holdings {
            let id = usize::from(holding.reserve);
            match reserves.get_mut(id) {
                Some(reserve) if reserve.follows => {
                    crate::record::look(rules, reserve, holding, now);
                }
                _ => held.push(id),
            }
        }
        if held.is_empty() || self.pool.clock(now) != now {
            return Ok(());
        }
        let accrued =
            self.pool.transact(|tx| held.into_iter().try_for_each(|id| ops::treasury::touch(tx, id, now)));
        self.lending(accrued)
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(asset)?;
        let amount = self.lending(exact(amount))?;
        self.transact(ctx, |tx, world| ops::supply::supply(tx, actor.owner, id, amount, world))?;
        let transfers = smallvec![Transfer::pay(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(asset)?;
        let Actor { caller, owner } = actor;
        if caller != owner {
            return self.lending(Err(AaveError::NotOwner { caller, owner }));
        }
        let amount = self.transact(ctx, |tx, world| {
            ops::supply::withdraw(tx, actor.owner, id, native(amount), world, Security::Asked)
        })?;
        let transfers = smallvec![Transfer::receive(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(asset)?;
        let amount = self.lending(exact(amount))?;
        self.transact(ctx, |tx, world| ops::borrow::borrow(tx, actor, id, amount, world, Security::Asked))?;
        let transfers = smallvec![Transfer::receive(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(asset)?;
        let amount = self.transact(ctx, |tx, world| {
            ops::repay::repay(tx, actor, id, native(amount), Means::Underlying, world)
        })?;
        let transfers = smallvec![Transfer::pay(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome, LendingError> {
        let native = Call {
            liquidator: call.liquidator,
            borrower: call.borrower,
            collateral: self.find(call.collateral)?.0,
            debt: self.find(call.debt)?.0,
            repay: native(call.repay),
            receive_atoken: call.keep_supplied,
        };
        let done = self.transact(ctx, |tx, world| ops::liquidation::liquidate(tx, &native, world))?;
        self.lending(self.outcome(call, &done))
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        self.pool.reserves.iter().map(|reserve| TokenAmount::new(reserve.asset, reserve.held)).collect()
    }

    fn dump(&self) -> Dump {
        crate::dump::dump(self)
    }

    fn set_collateral(
        &mut self,
        owner: Account,
        asset: Asset,
        enabled: bool,
        ctx: &Context<'_>,
    ) -> Result<(), LendingError> {
        let (id, _) = self.find(asset)?;
        self.transact(ctx, |tx, world| ops::collateral::set(tx, owner, id, enabled, world))
    }

    fn set_mode(&mut self, owner: Account, mode: u8, ctx: &Context<'_>) -> Result<(), LendingError> {
        self.transact(ctx, |tx, world| ops::mode::set(tx, owner, mode, world))
    }

    fn approve_borrow(
        &mut self,
        owner: Account,
        delegatee: Account,
        asset: Asset,
        amount: U256,
    ) -> Result<(), LendingError> {
        let (id, _) = self.find(asset)?;
        let approved = self.pool.transact(|tx| ops::borrow::approve(tx, owner, delegatee, id, amount));
        self.lending(approved)
    }

    fn flash_fee(&self, amount: TokenAmount) -> Result<U256, LendingError> {
        self.find(amount.asset)?;
        self.lending(ops::flash::premium(&self.pool, amount.raw))
    }

    fn flash_borrow(
        &mut self,
        borrower: Account,
        amount: TokenAmount,
        ctx: &Context<'_>,
    ) -> Result<(FlashLoan, Transfers), LendingError> {
        let (id, _) = self.find(amount.asset)?;
        let fee = self.transact(ctx, |tx, world| ops::flash::lend(tx, id, amount.raw, world.now))?;
        Ok((FlashLoan { borrower, amount, fee }, smallvec![Transfer::receive(borrower, amount)]))
    }

    fn flash_repay(&mut self, loan: FlashLoan, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(loan.amount.asset)?;
        let back = self.lending(crate::wad_ray::add(loan.amount.raw, loan.fee))?;
        self.transact(ctx, |tx, world| ops::flash::take_back(tx, id, loan.amount.raw, loan.fee, world.now))?;
        let paid = TokenAmount::new(loan.amount.asset, back);
        Ok(Receipt { amount: back, transfers: smallvec![Transfer::pay(loan.borrower, paid)] })
    }

    fn flow(&mut self, flow: Flow, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(flow.asset)?;
        let amount = self.transact(ctx, |tx, world| ops::flow::flow(tx, flow, id, world))?;
        Ok(flow.receipt(amount, CROWD))
    }

    fn govern(&mut self, change: &Change, ctx: &Context<'_>) -> Result<(), LendingError> {
        crate::govern::govern(self, change, ctx)
    }

    fn touches(&self, rows: &[ReserveRecord]) -> Result<Vec<Touch>, LendingError> {
        self.lending(crate::record::touches(self.pool.rules, rows))
    }

    fn follow(&mut self, asset: Asset, touch: &Touch, adopt: bool) -> Result<[Ray; 2], LendingError> {
        let (id, _) = self.find(asset)?;
        let grown = crate::record::follow(&mut self.pool, id, touch, adopt);
        self.lending(grown)
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

/// The amount, where everything would have no meaning.
pub(crate) fn exact(amount: Amount) -> Result<U256> {
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(AaveError::InvalidAmount { amount: U256::MAX }),
    }
}
