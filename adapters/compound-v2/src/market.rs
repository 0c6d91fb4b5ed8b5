//! The trait, over the native layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields};
use levmine_lending::{
    Amount, Borrowable, Capabilities, Change, Context, Flow, Health, HealthFactor, LendingError,
    LendingMarket, LiquidationCall, LiquidationOutcome, Listing, Position, Rates, Receipt, Supplied, Ticking,
};
use levmine_market::{
    Account, Actor, Asset, BuildContext, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, mul_div};
use smallvec::{SmallVec, smallvec};

use crate::accrual::{accrued, balance_at, borrow_balance, exchange_rate, grown, rate_with};
use crate::decode::CROWD;
use crate::error::{CompoundError, Failing, Library, Result};
use crate::liquidity::{Liquidity, Snapshot, add_market, oracle_price};
use crate::math::{ONE, mul, mul_exp, mul_exp_add};
use crate::ops::liquidation::{Call, Liquidated, is_deprecated};
use crate::ops::redeem::Redemption;
use crate::ops::{self, Security, accrue};
use crate::state::{Market, Pool};
use crate::transaction::{Transaction, World};

/// A year of 365 days in milliseconds, for rates that people read.
const YEAR: u64 = 365 * 86_400_000;

const BALANCE_FAILED: Library = Library::Message("borrowBalanceStored: borrowBalanceStoredInternal failed");

/// From 18 decimals to a ray.
const RAY_PER_MANTISSA: u64 = 1_000_000_000;

/// From 18 decimals to basis points.
const MANTISSA_PER_BPS: u64 = 100_000_000_000_000;

/// A Compound V2 market: one Comptroller with all its cTokens.
#[derive(Debug, Clone)]
pub struct CompoundV2Market {
    pub(crate) pool: Pool,
    /// The chain's pace, for yearly rates.
    pub(crate) milliseconds_per_block: u64,
    /// The names that accounts had in the file; shared between copies.
    pub(crate) names: Arc<BTreeMap<Account, String>>,
}

impl CompoundV2Market {
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
        result.map_err(|error| error.lending(self.pool.version))
    }

    /// Runs an operation, all or nothing.
    pub(crate) fn transact<T>(
        &mut self,
        ctx: &Context<'_>,
        operation: impl FnOnce(&mut Transaction<'_>, World<'_>) -> Result<T>,
    ) -> Result<T, LendingError> {
        let world = World { block: self.pool.clock(ctx.now.block), prices: ctx.prices };
        let outcome = self.pool.transact(|tx| operation(tx, world));
        self.lending(outcome)
    }

    fn find(&self, asset: Asset) -> Result<usize, LendingError> {
        self.lending(self.pool.market_id(asset))
    }

    fn yearly(&self, per_block: U256) -> Result<Ray> {
        let blocks = U256::from(YEAR / self.milliseconds_per_block.max(1));
        let ray = mul(per_block, blocks).and_then(|rate| mul(rate, U256::from(RAY_PER_MANTISSA)));
        ray.map(Ray::from_raw).reverting(Library::Exponential)
    }

    fn rates_of(&self, market: &Market) -> Result<Rates> {
        let of = market.balances();
        let utilization = market.model.utilization(&of).reverting(Library::Model)?;
        let utilization = mul(utilization, U256::from(RAY_PER_MANTISSA)).reverting(Library::Model)?;
        Ok(Rates {
            supply: self.yearly(market.model.supply_rate(&of, market.reserve_factor)?)?,
            borrow: self.yearly(market.model.borrow_rate(&of)?)?,
            utilization: Ray::from_raw(utilization),
            available: market.cash,
            borrowed: market.total_borrows,
        })
    }

    fn outcome(
        call: &LiquidationCall,
        done: &Liquidated,
        redeemed: Option<U256>,
    ) -> Result<LiquidationOutcome> {
        let worth = |tokens| -> Result<TokenAmount> {
            let raw = mul_exp(done.rate, tokens).reverting(Library::Exponential)?;
            Ok(TokenAmount::new(call.collateral, raw))
        };
        let repaid = TokenAmount::new(call.debt, done.repaid);
        let mut transfers: Transfers = smallvec![Transfer::pay(call.liquidator, repaid)];
        if let Some(raw) = redeemed {
            transfers.push(Transfer::receive(call.liquidator, TokenAmount::new(call.collateral, raw)));
        }
        Ok(LiquidationOutcome {
            repaid: smallvec![repaid],
            seized: smallvec![worth(done.seized)?],
            protocol_fee: smallvec![worth(done.protocol)?],
            returned: SmallVec::new(),
            bad_debt: SmallVec::new(),
            sale: None,
            transfers,
        })
    }
}

fn bps(mantissa: U256) -> Bps {
    Bps::from_raw(mantissa / U256::from(MANTISSA_PER_BPS))
}

fn listing(pool: &Pool, market: &Market) -> Listing {
    let counts = !market.collateral_factor.is_zero();
    let factor = counts.then(|| bps(market.collateral_factor));
    let bonus = pool.settings.liquidation_incentive.saturating_sub(U256::from(ONE));
    Listing {
        asset: market.asset,
        suppliable: !market.mint_paused,
        max_ltv: factor,
        liquidation_threshold: factor,
        liquidation_bonus: counts.then(|| bps(bonus)),
        borrowable: !market.borrow_paused,
    }
}

fn supplied(market: &Market, tokens: U256) -> Result<U256> {
    exchange_rate(market)
        .and_then(|rate| mul_exp(rate, tokens))
        .reverting(Library::Message("balance could not be calculated"))
}

fn debt(market: &Market, holding: &crate::state::Holding) -> Result<U256> {
    borrow_balance(market, holding).reverting(BALANCE_FAILED)
}

fn position(pool: &Pool, owner: Account, block: u64) -> Result<Position> {
    let mut position = Position::default();
    let Some(user) = pool.users.get(&owner) else { return Ok(position) };
    for holding in &user.holdings {
        if holding.tokens.is_zero() && holding.principal.is_zero() {
            continue;
        }
        let id = usize::from(holding.market);
        let market = accrued(pool.market(id)?, block)?;
        if !holding.tokens.is_zero() {
            let amount = TokenAmount::new(market.asset, supplied(&market, holding.tokens)?);
            position.supplied.push(Supplied { amount, collateral: user.is_in(id) });
        }
        if !holding.principal.is_zero() {
            position.debts.push(TokenAmount::new(market.asset, debt(&market, holding)?));
        }
    }
    Ok(position)
}

/// The Comptroller's sums with the interest of every entered market brought to `block`.
fn health(pool: &Pool, owner: Account, block: u64, ctx: &Context<'_>) -> Result<Health> {
    let mut sums = Liquidity::default();
    let (mut value, mut deprecated) = (U256::ZERO, false);
    if let Some(user) = pool.users.get(&owner) {
        for id in user.assets_in.iter().map(|id| usize::from(*id)) {
            let holding = user.holding(id);
            let market = pool.market(id)?;
            // The Comptroller looks at markets without a balance too, and fails where their sums do.
            let is_empty = holding.tokens.is_zero() && holding.principal.is_zero();
            let now = grown(market, if is_empty { market.accrual_block } else { block })?;
            let price = oracle_price(ctx.prices, market.asset)?;
            let rate = rate_with(market, now.total_borrows, now.total_reserves);
            let at = Snapshot {
                tokens: holding.tokens,
                owed: balance_at(now.borrow_index, &holding).reverting(BALANCE_FAILED)?,
                exchange_rate: rate.reverting(Library::Exponential)?,
            };
            add_market(&mut sums, market, &at, price).reverting(Library::Exponential)?;
            value = mul_exp(at.exchange_rate, at.tokens)
                .and_then(|underlying| mul_exp_add(underlying, price, value))
                .reverting(Library::Exponential)?;
            deprecated |= !at.owed.is_zero() && is_deprecated(market);
        }
    }
    let (limit, owed) = (sums.collateral, sums.borrowed);
    let factor = if owed.is_zero() {
        HealthFactor::NoDebt
    } else {
        let factor = mul_div(limit, U256::from(ONE), owed, Rounding::Down).unwrap_or(U256::MAX);
        HealthFactor::Of(Wad::from_raw(factor))
    };
    Ok(Health {
        collateral: Wad::from_raw(value),
        debt: Wad::from_raw(owed),
        borrow_limit: Wad::from_raw(limit),
        liquidation_limit: Wad::from_raw(limit),
        factor,
        liquidatable: !sums.shortfall().is_zero() || deprecated,
    })
}

/// What the contracts take for everything.
fn native(amount: Amount) -> U256 {
    match amount {
        Amount::Exact(amount) => amount,
        Amount::All => U256::MAX,
    }
}

/// The amount, where everything would have no meaning.
pub(crate) fn exact(amount: Amount) -> Result<U256> {
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(CompoundError::NoAmount),
    }
}

/// Who acts, where the contracts know nobody else.
fn own(actor: Actor) -> Result<Account> {
    let Actor { caller, owner } = actor;
    if caller == owner { Ok(owner) } else { Err(CompoundError::NotOwner { caller, owner }) }
}

impl LendingMarket for CompoundV2Market {
    fn descriptor(&self) -> &'static Descriptor {
        &crate::DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn version(&self) -> &'static str {
        self.pool.version.name()
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::Listed,
            supply_earns: true,
            collateral_switch: true,
            modes: false,
            credit_delegation: false,
            flash_loans: false,
            sales: false,
            ticking: Ticking::Blocks,
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
        self.pool.markets.iter().map(|market| market.asset).collect()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        let id = self.find(asset)?;
        self.lending(self.pool.market(id).map(|market| listing(&self.pool, market)))
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        let id = self.find(asset)?;
        let market = self.pool.market(id).and_then(|market| accrued(market, now.block));
        self.lending(market.and_then(|market| self.rates_of(&market)))
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        let id = self.find(asset)?;
        let tokens = self.pool.users.get(&owner).map_or(U256::ZERO, |user| user.holding(id).tokens);
        if tokens.is_zero() {
            return Ok(U256::ZERO);
        }
        let market = self.pool.market(id).and_then(|market| accrued(market, now.block));
        self.lending(market.and_then(|market| supplied(&market, tokens)))
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        let id = self.find(asset)?;
        let holding = self.pool.users.get(&owner).map(|user| user.holding(id)).unwrap_or_default();
        if holding.principal.is_zero() {
            return Ok(U256::ZERO);
        }
        let market = self.pool.market(id).and_then(|market| accrued(market, now.block));
        self.lending(market.and_then(|market| debt(&market, &holding)))
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        self.lending(position(&self.pool, owner, now.block))
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        self.lending(health(&self.pool, owner, ctx.now.block, ctx))
    }

    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        if self.pool.clock(now.block) != now.block {
            return Ok(());
        }
        let accrued = self
            .pool
            .transact(|tx| (0..tx.pool().markets.len()).try_for_each(|id| accrue(tx, id, now.block)));
        self.lending(accrued)
    }

    fn accrue_for(&mut self, owner: Account, now: Moment) -> Result<(), LendingError> {
        let Some(user) = self.pool.users.get(&owner) else { return Ok(()) };
        let held: SmallVec<[usize; 8]> = user.holdings.iter().map(|held| usize::from(held.market)).collect();
        if held.is_empty() || self.pool.clock(now.block) != now.block {
            return Ok(());
        }
        let accrued = self.pool.transact(|tx| held.into_iter().try_for_each(|id| accrue(tx, id, now.block)));
        self.lending(accrued)
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let id = self.find(asset)?;
        let (minter, amount) = (self.lending(own(actor))?, self.lending(exact(amount))?);
        self.transact(ctx, |tx, world| ops::mint::mint(tx, minter, id, amount, world.block))?;
        let transfers = smallvec![Transfer::pay(minter, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let id = self.find(asset)?;
        let redeemer = self.lending(own(actor))?;
        let tokens = self.pool.users.get(&redeemer).map_or(U256::ZERO, |user| user.holding(id).tokens);
        let redemption = match amount {
            Amount::Exact(amount) => Redemption::Underlying(amount),
            Amount::All => Redemption::Tokens(tokens),
        };
        let amount = self.transact(ctx, |tx, world| {
            ops::redeem::redeem(tx, redeemer, id, redemption, world, Security::Asked)
        })?;
        let transfers = smallvec![Transfer::receive(redeemer, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let id = self.find(asset)?;
        let (borrower, amount) = (self.lending(own(actor))?, self.lending(exact(amount))?);
        self.transact(ctx, |tx, world| {
            ops::borrow::borrow(tx, borrower, id, amount, world, Security::Asked)
        })?;
        let transfers = smallvec![Transfer::receive(borrower, TokenAmount::new(asset, amount))];
        Ok(Receipt { amount, transfers })
    }

    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let id = self.find(asset)?;
        let amount =
            self.transact(ctx, |tx, world| ops::repay::repay(tx, actor, id, native(amount), world.block))?;
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
            collateral: self.find(call.collateral)?,
            debt: self.find(call.debt)?,
            repay: match call.repay {
                Amount::Exact(amount) => Some(amount),
                Amount::All => None,
            },
        };
        self.transact(ctx, |tx, world| {
            let done = ops::liquidation::liquidate(tx, &native, world)?;
            // The contract pays in cTokens; a second call makes tokens of them.
            let received = done.seized.saturating_sub(done.protocol);
            let redeemed = if call.keep_supplied {
                None
            } else {
                let tokens = Redemption::Tokens(received);
                Some(ops::redeem::redeem(
                    tx,
                    native.liquidator,
                    native.collateral,
                    tokens,
                    world,
                    Security::Asked,
                )?)
            };
            Self::outcome(call, &done, redeemed)
        })
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let cash = |market: &Market| TokenAmount::new(market.asset, market.cash);
        let mut held: Vec<TokenAmount> = self.pool.markets.iter().map(cash).collect();
        let (comp, balance) = (self.pool.comp, self.pool.settings.comp_balance);
        match held.iter_mut().find(|held| held.asset == comp) {
            // The Comptroller's rewards and the cToken's cash are two purses of one venue.
            Some(held) => held.raw = held.raw.saturating_add(balance),
            None => held.push(TokenAmount::new(comp, balance)),
        }
        held
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
        let id = self.find(asset)?;
        self.transact(ctx, |tx, world| {
            if enabled {
                ops::membership::enter(tx, owner, id)
            } else {
                ops::membership::exit(tx, owner, id, world)
            }
        })
    }

    fn claimable(&self, owner: Account, now: Moment) -> Result<Vec<TokenAmount>, LendingError> {
        let amount = self.lending(ops::claim::claimable(&self.pool, owner, self.pool.clock(now.block)))?;
        let nothing = amount.is_zero();
        Ok(if nothing { Vec::new() } else { vec![TokenAmount::new(self.pool.comp, amount)] })
    }

    fn claim(&mut self, owner: Account, now: Moment) -> Result<Transfers, LendingError> {
        let block = self.pool.clock(now.block);
        let paid = self.pool.transact(|tx| ops::claim::claim(tx, owner, block));
        let paid = TokenAmount::new(self.pool.comp, self.lending(paid)?);
        Ok(if paid.is_zero() { Transfers::new() } else { smallvec![Transfer::receive(owner, paid)] })
    }

    fn flow(&mut self, flow: Flow, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        let id = self.find(flow.asset)?;
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
