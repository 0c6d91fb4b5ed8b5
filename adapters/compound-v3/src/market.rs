//! The trait, over the native layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields};
use levmine_lending::{
    Amount, Borrowable, Capabilities, Change, Context, Flow, FlowKind, Health, LendingError, LendingMarket,
    LiquidationCall, LiquidationOutcome, Listing, Position, Rates, Receipt, Sale, SaleId, SaleOutcome,
    Supplied, Ticking,
};
use levmine_market::{
    Account, Actor, Asset, BuildContext, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, Ray, U256, Wad};
use smallvec::{SmallVec, smallvec};

use crate::accrual::{accrued, projected, rate, utilization};
use crate::decode::{BORROWERS, SUPPLIERS};
use crate::error::{CometError, Result};
use crate::ops::absorb::Absorbed;
use crate::ops::{Route, World};
use crate::params::SECONDS_PER_YEAR;
use crate::principal::{present_value, present_value_borrow};
use crate::signed::Signed;
use crate::state::{Action, Comet};

/// From 18 decimals to ray.
const RAY_PER_FACTOR: u64 = 1_000_000_000;

/// A Compound III market.
#[derive(Debug, Clone)]
pub struct CompoundV3Market {
    pub(crate) comet: Comet,
    /// The names that accounts had in the file; shared between copies.
    pub(crate) names: Arc<BTreeMap<Account, String>>,
}

impl From<Comet> for CompoundV3Market {
    fn from(comet: Comet) -> Self {
        Self { comet, names: Arc::default() }
    }
}

impl CompoundV3Market {
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
    pub const fn comet(&self) -> &Comet {
        &self.comet
    }

    /// The native layer, to be changed.
    pub const fn comet_mut(&mut self) -> &mut Comet {
        &mut self.comet
    }

    fn base(&self) -> Asset {
        self.comet.params.base
    }

    /// Only the base asset is borrowed and repaid.
    fn must_be_base(&self, asset: Asset) -> Result<()> {
        match self.comet.number(asset)? {
            None => Ok(()),
            Some(_) => Err(CometError::NotBase { asset }),
        }
    }

    /// So much of the base asset, where it is not nothing.
    fn of_base(&self, amount: U256) -> SmallVec<[TokenAmount; 1]> {
        if amount.is_zero() { SmallVec::new() } else { smallvec![TokenAmount::new(self.base(), amount)] }
    }

    fn outcome(&self, absorbed: &Absorbed) -> LiquidationOutcome {
        let seized = self.comet.params.collaterals.iter().zip(&absorbed.seized);
        let seized = seized
            .filter(|(_, amount)| **amount != 0)
            .map(|(listed, amount)| TokenAmount::new(listed.asset, U256::from(*amount)));
        LiquidationOutcome {
            repaid: self.of_base(absorbed.repaid()),
            seized: seized.collect(),
            returned: self.of_base(absorbed.returned),
            bad_debt: self.of_base(absorbed.bad_debt()),
            ..LiquidationOutcome::default()
        }
    }
}

pub(crate) fn world<'a>(ctx: &Context<'a>) -> World<'a> {
    World { now: ctx.now.time.0, prices: ctx.prices }
}

fn paid(actor: Actor, asset: Asset, amount: U256) -> Receipt {
    Receipt { amount, transfers: smallvec![Transfer::pay(actor.caller, TokenAmount::new(asset, amount))] }
}

fn received(actor: Actor, asset: Asset, amount: U256) -> Receipt {
    Receipt { amount, transfers: smallvec![Transfer::receive(actor.caller, TokenAmount::new(asset, amount))] }
}

/// The caller pays for the owner, which everybody may.
const fn inward(actor: Actor) -> Route {
    Route { operator: actor.caller, from: actor.caller, to: actor.owner }
}

/// The caller takes from the owner, which the owner must have allowed.
const fn outward(actor: Actor) -> Route {
    Route { operator: actor.caller, from: actor.owner, to: actor.caller }
}

/// The amount, where everything would have no meaning.
fn exact(amount: Amount) -> Result<U256> {
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(CometError::AmountMissing),
    }
}

fn position(comet: &Comet, owner: Account, now: u64) -> Result<Position> {
    let mut position = Position::default();
    let totals = projected(&comet.params, &comet.totals, now)?;
    let Some(user) = comet.users.get(&owner) else { return Ok(position) };
    let base = comet.params.base;
    match present_value(&totals, user.principal)? {
        Signed::Plus(balance) if !balance.is_zero() => {
            position.supplied.push(Supplied { amount: TokenAmount::new(base, balance), collateral: false });
        }
        Signed::Plus(_) => {}
        Signed::Minus(debt) => position.debts.push(TokenAmount::new(base, debt)),
    }
    for (listed, balance) in comet.params.collaterals.iter().zip(&user.collateral) {
        if *balance != 0 {
            let amount = TokenAmount::new(listed.asset, U256::from(*balance));
            position.supplied.push(Supplied { amount, collateral: true });
        }
    }
    Ok(position)
}

/// A rate per second as one per year, in ray.
fn per_year(rate: u64) -> Ray {
    Ray::new(u128::from(rate) * u128::from(SECONDS_PER_YEAR) * u128::from(RAY_PER_FACTOR))
}

fn base_rates(comet: &Comet, now: u64) -> Result<Rates> {
    let totals = projected(&comet.params, &comet.totals, now)?;
    let utilization = utilization(&totals)?;
    Ok(Rates {
        supply: per_year(rate(&comet.params.supply, utilization)?),
        borrow: per_year(rate(&comet.params.borrow, utilization)?),
        utilization: Ray::from_raw(levmine_math::mul(utilization, U256::from(RAY_PER_FACTOR))?),
        available: comet.cash,
        borrowed: present_value_borrow(totals.base_borrow_index, totals.total_borrow_base)?,
    })
}

impl LendingMarket for CompoundV3Market {
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
            flows: true,
        }
    }

    fn fork(&self) -> Box<dyn LendingMarket> {
        Box::new(self.clone())
    }

    fn assets(&self) -> Vec<Asset> {
        let collaterals = self.comet.params.collaterals.iter().map(|listed| listed.asset);
        std::iter::once(self.base()).chain(collaterals).collect()
    }

    fn listing(&self, asset: Asset) -> Result<Listing, LendingError> {
        let open = !self.comet.is_paused(Action::Supply);
        let Some(number) = self.comet.number(asset)? else {
            return Ok(Listing {
                asset,
                suppliable: open,
                max_ltv: None,
                liquidation_threshold: None,
                liquidation_bonus: None,
                borrowable: !self.comet.is_paused(Action::Withdraw),
            });
        };
        let (listed, stock) = (self.comet.collateral(number)?, self.comet.stock(number)?);
        let share = |bps: u16| Some(Bps::new(bps.into()));
        Ok(Listing {
            asset,
            suppliable: open && stock.total_supply_asset < listed.supply_cap,
            max_ltv: share(listed.borrow_collateral_factor),
            liquidation_threshold: share(listed.liquidate_collateral_factor),
            liquidation_bonus: None,
            borrowable: false,
        })
    }

    fn rates(&self, asset: Asset, now: Moment) -> Result<Rates, LendingError> {
        let Some(number) = self.comet.number(asset)? else {
            return Ok(base_rates(&self.comet, now.time.0)?);
        };
        let (zero, borrowed) = (Ray::ZERO, U256::ZERO);
        let available = U256::from(self.comet.stock(number)?.total_supply_asset);
        Ok(Rates { supply: zero, borrow: zero, utilization: zero, available, borrowed })
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        match self.comet.number(asset)? {
            None => Ok(self.comet.balance_of(owner, now.time.0)?),
            Some(number) => Ok(U256::from(self.comet.user(owner).balance(number))),
        }
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> Result<U256, LendingError> {
        match self.comet.number(asset)? {
            None => Ok(self.comet.borrow_balance_of(owner, now.time.0)?),
            Some(_) => Ok(U256::ZERO),
        }
    }

    fn position(&self, owner: Account, now: Moment) -> Result<Position, LendingError> {
        Ok(position(&self.comet, owner, now.time.0)?)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> Result<Health, LendingError> {
        let totals = projected(&self.comet.params, &self.comet.totals, ctx.now.time.0)?;
        let Some(user) = self.comet.users.get(&owner) else {
            return Ok(self.comet.health_at(&totals, &crate::User::default(), ctx.prices)?);
        };
        Ok(self.comet.health_at(&totals, user, ctx.prices)?)
    }

    fn accrue(&mut self, now: Moment) -> Result<(), LendingError> {
        self.comet.totals = accrued(&self.comet.params, &self.comet.totals, now.time.0)?;
        Ok(())
    }

    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let number = self.comet.number(asset)?;
        let amount = exact(amount)?;
        match number {
            None => {
                self.comet.supply_base(inward(actor), Amount::Exact(amount), ctx.now.time.0)?;
            }
            Some(number) => self.comet.supply_collateral(inward(actor), number, amount)?,
        }
        Ok(paid(actor, asset, amount))
    }

    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        let route = outward(actor);
        let Some(number) = self.comet.number(asset)? else {
            if let Amount::Exact(needed) = amount {
                self.comet.must_not_be_paused(Action::Withdraw)?;
                self.comet.must_have_permission(route.from, route.operator)?;
                let supplied = self.comet.balance_of(actor.owner, ctx.now.time.0)?;
                if needed > supplied {
                    return Err(CometError::MoreThanSupplied { needed, supplied }.into());
                }
            }
            let amount = self.comet.withdraw_base(route, amount, world(ctx))?;
            return Ok(received(actor, asset, amount));
        };
        let amount = match amount {
            Amount::Exact(amount) => amount,
            // The contract knows everything only of the base asset; of collateral its users name the balance.
            Amount::All => U256::from(self.comet.user(actor.owner).balance(number)),
        };
        self.comet.withdraw_collateral(route, number, amount, ctx.prices)?;
        Ok(received(actor, asset, amount))
    }

    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.must_be_base(asset)?;
        let amount = exact(amount)?;
        self.comet.withdraw_base(outward(actor), Amount::Exact(amount), world(ctx))?;
        Ok(received(actor, asset, amount))
    }

    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> Result<Receipt, LendingError> {
        self.must_be_base(asset)?;
        self.comet.must_not_be_paused(Action::Supply)?;
        let now = ctx.now.time.0;
        let debt = self.comet.borrow_balance_of(actor.owner, now)?;
        if debt.is_zero() {
            return Err(CometError::NoDebt { account: actor.owner }.into());
        }
        let amount = match amount {
            Amount::Exact(amount) if amount < debt => Amount::Exact(amount),
            _ => Amount::All,
        };
        let amount = self.comet.supply_base(inward(actor), amount, now)?;
        Ok(paid(actor, asset, amount))
    }

    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> Result<LiquidationOutcome, LendingError> {
        self.must_be_base(call.debt)?;
        let absorbed = self.comet.absorb(&[call.borrower], world(ctx))?;
        Ok(absorbed.first().map(|absorbed| self.outcome(absorbed)).unwrap_or_default())
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let comet = &self.comet;
        let mut held = vec![TokenAmount::new(comet.params.base, comet.cash)];
        let collaterals = comet.params.collaterals.iter().zip(&comet.stocks);
        held.extend(collaterals.map(|(listed, stock)| TokenAmount::new(listed.asset, stock.held)));
        if let Some(rewards) = &comet.params.rewards {
            // The reward token may be listed as collateral, too.
            match held.iter_mut().find(|amount| amount.asset == rewards.token) {
                Some(amount) => amount.raw = amount.raw.saturating_add(comet.rewards_held),
                None => held.push(TokenAmount::new(rewards.token, comet.rewards_held)),
            }
        }
        held
    }

    fn dump(&self) -> Dump {
        crate::dump::dump(self)
    }

    fn sales(&self, ctx: &Context<'_>) -> Result<Vec<Sale>, LendingError> {
        Ok(crate::sales::running(&self.comet, world(ctx))?)
    }

    fn buy(
        &mut self,
        buyer: Account,
        sale: SaleId,
        amount: U256,
        max_price: Wad,
        ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        Ok(crate::sales::buy(&mut self.comet, buyer, sale, amount, max_price, world(ctx))?)
    }

    fn restart_sale(
        &mut self,
        _caller: Account,
        _sale: SaleId,
        _ctx: &Context<'_>,
    ) -> Result<SaleOutcome, LendingError> {
        Err(CometError::NeverStalls.into())
    }

    fn claimable(&self, owner: Account, now: Moment) -> Result<Vec<TokenAmount>, LendingError> {
        let Some(rewards) = self.comet.params.rewards else { return Ok(Vec::new()) };
        Ok(vec![TokenAmount::new(rewards.token, self.comet.reward_owed(owner, now.time.0)?)])
    }

    fn claim(&mut self, owner: Account, now: Moment) -> Result<Transfers, LendingError> {
        let amount = self.comet.claim(owner, true, now.time.0)?;
        let token = self.comet.params.rewards.map(|rewards| rewards.token);
        let paid = token.map(|token| Transfer::receive(owner, TokenAmount::new(token, amount)));
        Ok(paid.into_iter().collect())
    }

    /// Collateral earns nothing and is not lent: only the base asset flows.
    fn flow(&mut self, flow: Flow, ctx: &Context<'_>) -> Result<Receipt, LendingError> {
        self.must_be_base(flow.asset)?;
        let others = match flow.kind {
            FlowKind::Supply | FlowKind::Withdraw => SUPPLIERS,
            FlowKind::Borrow | FlowKind::Repay => BORROWERS,
        };
        Ok(flow.receipt(self.comet.flow(flow, ctx.now.time.0)?, others))
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
