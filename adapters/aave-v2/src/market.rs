//! The trait, over the native layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields};
use levmine_lending::{
    Amount, Borrowable, Capabilities, Change, Context, FlashLoan, Flow, Health, HealthFactor, LendingError,
    LendingMarket, LiquidationCall, LiquidationOutcome, Listing, Position, Rates, Receipt, Supplied, Ticking,
};
use levmine_market::{
    Account, Actor, Asset, BuildContext, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, Ray, U256, Wad};
use smallvec::{SmallVec, smallvec};

use crate::account_data::{AccountData, InEther, liquidation_limit};
use crate::accrual::{normalized_debt, normalized_income};
use crate::balances::worth;
use crate::decode::CROWD;
use crate::error::{AaveV2Error, Result};
use crate::math::{WAD, add, percent_mul, ray_div};
use crate::ops::borrow::native;
use crate::ops::liquidation::{Call, LiquidationAmounts};
use crate::ops::{self, Security};
use crate::state::{Pool, RateMode, Reserve};
use crate::transaction::Transaction;
use crate::world::World;

/// An Aave V2 market.
#[derive(Debug, Clone)]
pub struct AaveV2Market {
    pub(crate) pool: Pool,
    /// The names that accounts had in the file; shared between copies.
    pub(crate) names: Arc<BTreeMap<Account, String>>,
}

impl AaveV2Market {
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

    /// Runs an operation, all or nothing.
    pub(crate) fn transact<T>(
        &mut self,
        ctx: &Context<'_>,
        operation: impl FnOnce(&mut Transaction<'_>, World<'_>) -> Result<T>,
    ) -> Result<T, LendingError> {
        let oracle = InEther::new(ctx.prices, self.pool.ether).map_err(AaveV2Error::lending)?;
        let world = World { now: self.pool.clock(ctx.now.time.0), oracle: &oracle };
        self.pool.transact(|tx| operation(tx, world)).map_err(AaveV2Error::lending)
    }

    fn find(&self, asset: Asset) -> Result<(usize, &Reserve), LendingError> {
        let found = self.pool.reserve_id(asset).and_then(|id| Ok((id, self.pool.reserve(id)?)));
        found.map_err(AaveV2Error::lending)
    }

    /// What `owner` owes of `asset` at a stable rate, with interest, in base units.
    ///
    /// # Errors
    ///
    /// [`LendingError::UnknownAsset`], and where the arithmetic of the contract fails.
    pub fn stable_debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        self.owed(owner, asset, now).map(|(_, stable, _)| stable)
    }

    fn owed(&self, owner: Account, asset: Asset, now: Moment) -> Result<(U256, U256, U256), LendingError> {
        let (id, _) = self.find(asset)?;
        match self.pool.users.get(&owner) {
            Some(user) => self.pool.owed(user, id, now.time.0).map_err(AaveV2Error::lending),
            None => Ok((U256::ZERO, U256::ZERO, U256::ZERO)),
        }
    }
}

fn outcome(call: &LiquidationCall, done: LiquidationAmounts) -> LiquidationOutcome {
    let repaid = TokenAmount::new(call.debt, done.repaid);
    let seized = TokenAmount::new(call.collateral, done.seized);
    let mut transfers = Transfers::new();
    if !call.keep_supplied {
        transfers.push(Transfer::receive(call.liquidator, seized));
    }
    transfers.push(Transfer::pay(call.liquidator, repaid));
    LiquidationOutcome {
        repaid: smallvec![repaid],
        seized: smallvec![seized],
        protocol_fee: SmallVec::new(),
        returned: SmallVec::new(),
        bad_debt: SmallVec::new(),
        sale: None,
        transfers,
    }
}

fn listing(reserve: &Reserve) -> Listing {
    let params = &reserve.params;
    let open = params.active && !params.frozen;
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

fn position(pool: &Pool, owner: Account, now: u64) -> Result<Position> {
    let mut position = Position::default();
    let Some(user) = pool.users.get(&owner) else { return Ok(position) };
    for holding in &user.holdings {
        let id = usize::from(holding.reserve);
        let reserve = pool.reserve(id)?;
        if !holding.supplied.is_zero() {
            let amount = worth(holding.supplied, normalized_income(reserve, now)?)?;
            let amount = TokenAmount::new(reserve.asset, amount);
            position.supplied.push(Supplied { amount, collateral: user.uses_as_collateral(id) });
        }
        let (debt, _, _) = pool.owed(user, id, now)?;
        if !debt.is_zero() {
            position.debts.push(TokenAmount::new(reserve.asset, debt));
        }
    }
    Ok(position)
}

fn health(data: &AccountData, oracle: &InEther<'_>) -> Result<Health> {
    let dollars = |wei: U256| oracle.dollars(wei).map(Wad::from_raw);
    Ok(Health {
        collateral: dollars(data.collateral)?,
        debt: dollars(data.debt)?,
        borrow_limit: dollars(percent_mul(data.collateral, data.ltv)?)?,
        liquidation_limit: dollars(liquidation_limit(data)?)?,
        factor: if data.debt.is_zero() {
            HealthFactor::NoDebt
        } else {
            HealthFactor::Of(Wad::from_raw(data.health_factor))
        },
        liquidatable: data.health_factor < WAD,
    })
}

fn rates(reserve: &Reserve, now: u64) -> Result<Rates> {
    let variable = worth(reserve.scaled_debt, normalized_debt(reserve, now)?)?;
    let borrowed = add(variable, reserve.stable.balance(now)?)?;
    let available = reserve.held;
    let utilization =
        if borrowed.is_zero() { U256::ZERO } else { ray_div(borrowed, add(available, borrowed)?)? };
    Ok(Rates {
        supply: Ray::new(reserve.liquidity_rate),
        borrow: Ray::new(reserve.borrow_rate),
        utilization: Ray::from_raw(utilization),
        available,
        borrowed,
    })
}

impl LendingMarket for AaveV2Market {
    fn descriptor(&self) -> &'static Descriptor {
        &crate::DESCRIPTOR
    }

    fn version(&self) -> &'static str {
        "2.0"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::Listed,
            supply_earns: true,
            collateral_switch: true,
            modes: false,
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
        rates(reserve, now.time.0).map_err(AaveV2Error::lending)
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        let (id, reserve) = self.find(asset)?;
        let scaled = self.pool.users.get(&owner).map_or(U256::ZERO, |user| user.supplied(id));
        if scaled.is_zero() {
            return Ok(U256::ZERO);
        }
        let index = normalized_income(reserve, now.time.0);
        index.and_then(|index| worth(scaled, index)).map_err(AaveV2Error::lending)
    }

    /// Both kinds of debt.
    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        self.owed(owner, asset, now).map(|(debt, _, _)| debt)
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        position(&self.pool, owner, now.time.0).map_err(AaveV2Error::lending)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        InEther::new(ctx.prices, self.pool.ether)
            .and_then(|oracle| health(&self.pool.account_data(owner, &oracle, ctx.now.time.0)?, &oracle))
            .map_err(AaveV2Error::lending)
    }

    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        let now = now.time.0;
        if self.pool.clock(now) != now {
            return Ok(());
        }
        let accrued =
            self.pool.transact(|tx| (0..tx.pool().reserves.len()).try_for_each(|id| ops::touch(tx, id, now)));
        accrued.map_err(AaveV2Error::lending)
    }

    fn accrue_for(&mut self, owner: Account, now: Moment) -> Result<(), LendingError> {
        let now = now.time.0;
        let Some(user) = self.pool.users.get(&owner) else { return Ok(()) };
        let held: SmallVec<[usize; 8]> = user.holdings.iter().map(|held| usize::from(held.reserve)).collect();
        if held.is_empty() || self.pool.clock(now) != now {
            return Ok(());
        }
        let accrued = self.pool.transact(|tx| held.into_iter().try_for_each(|id| ops::touch(tx, id, now)));
        accrued.map_err(AaveV2Error::lending)
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(asset)?;
        let amount = exact(amount)?;
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
            return Err(AaveV2Error::NotOwner { caller, owner }.lending());
        }
        let amount = self.transact(ctx, |tx, world| {
            ops::supply::withdraw(tx, owner, id, native(amount), world, Security::Asked)
        })?;
        let transfers = smallvec![Transfer::receive(caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    /// Borrows at the variable rate.
    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(asset)?;
        let amount = exact(amount)?;
        self.transact(ctx, |tx, world| {
            ops::borrow::borrow(tx, actor, id, amount, RateMode::Variable, world)
        })?;
        let transfers = smallvec![Transfer::receive(actor.caller, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    /// Repays debt at the variable rate.
    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(asset)?;
        let amount = self.transact(ctx, |tx, world| {
            ops::repay::repay(tx, actor, id, native(amount), RateMode::Variable, world)
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
        Ok(outcome(call, done))
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

    /// Lets borrow at the variable rate.
    fn approve_borrow(
        &mut self,
        owner: Account,
        delegatee: Account,
        asset: Asset,
        amount: U256,
    ) -> Result<(), LendingError> {
        let (id, _) = self.find(asset)?;
        let approved = self
            .pool
            .transact(|tx| ops::borrow::approve(tx, owner, delegatee, id, RateMode::Variable, amount));
        approved.map_err(AaveV2Error::lending)
    }

    fn flash_fee(&self, amount: TokenAmount) -> Result<U256, LendingError> {
        self.find(amount.asset)?;
        ops::flash::premium(amount.raw).map_err(AaveV2Error::lending)
    }

    fn flash_borrow(
        &mut self,
        borrower: Account,
        amount: TokenAmount,
        ctx: &Context<'_>,
    ) -> Result<(FlashLoan, Transfers), LendingError> {
        let (id, _) = self.find(amount.asset)?;
        let fee = self.transact(ctx, |tx, _| ops::flash::lend(tx, id, amount.raw))?;
        Ok((FlashLoan { borrower, amount, fee }, smallvec![Transfer::receive(borrower, amount)]))
    }

    fn flash_repay(&mut self, loan: FlashLoan, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        let (id, _) = self.find(loan.amount.asset)?;
        let back = add(loan.amount.raw, loan.fee).map_err(AaveV2Error::lending)?;
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
fn exact(amount: Amount) -> Result<U256, LendingError> {
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(AaveV2Error::InvalidAmount.lending()),
    }
}
