//! The trait, over the native layer.

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields};
use levmine_lending::{
    Amount, Borrowable, Capabilities, Context, FlashLoan, Flow, FlowKind, Health, HealthFactor, LendingError,
    LendingMarket, LiquidationCall, LiquidationOutcome, Listing, Position as Sheet, Rates, Receipt, Supplied,
    Ticking,
};
use levmine_market::{
    Account, Actor, Asset, BuildContext, Descriptor, Dump, Moment, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, Ray, Rounding, U256, Wad, mul, mul_div, pow10};
use smallvec::{SmallVec, smallvec};

use crate::accrual::{Accrual, expected, must_exist};
use crate::decode::{BORROWERS, LENDERS};
use crate::error::{MorphoError, Result};
use crate::irm;
use crate::ops::liquidation::{Liquidated, Stake};
use crate::ops::{self, Quantity};
use crate::oracle::Oracle;
use crate::params::Irm;
use crate::risk::{Cover, cover};
use crate::state::{Position, State, Totals};
use crate::transaction::{Token, Transaction, World};
use crate::wad::{WAD, WAD_U64, w_mul_down};

const SECONDS_PER_YEAR: u64 = 31_536_000;
/// From wad to ray.
const RAY_PER_WAD: u64 = 1_000_000_000;
/// From wad to basis points.
const WAD_PER_BPS: u64 = WAD_U64 / 10_000;

/// A market of Morpho Blue.
#[derive(Debug, Clone)]
pub struct MorphoBlueMarket {
    pub(crate) state: State,
    /// The names that accounts had in the file; shared between copies.
    pub(crate) names: Arc<BTreeMap<Account, String>>,
}

impl MorphoBlueMarket {
    pub(crate) fn new(state: State, names: BTreeMap<Account, String>) -> Self {
        Self { state, names: Arc::new(names) }
    }

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

    /// The totals with interest to `now`, and what its accrual would tell.
    ///
    /// # Errors
    ///
    /// [`MorphoError`] where the contract's accrual would revert.
    pub fn expected(&self, now: Moment) -> Result<(Totals, Option<Accrual>)> {
        expected(&self.state.params, &self.state.totals, now.time.0)
    }

    /// What the interest model answers at `now` for the market as it is stored, per second in wad: the average since
    /// the last accrual. `None` without a model.
    ///
    /// Source: `AdaptiveCurveIrm.borrowRateView`.
    ///
    /// # Errors
    ///
    /// None for states of the contract.
    pub fn borrow_rate_view(&self, now: Moment) -> Result<Option<u64>> {
        let totals = &self.state.totals;
        match self.state.params.irm() {
            Irm::Zero => Ok(None),
            Irm::AdaptiveCurve => irm::borrow_rate(totals, now.time.0.saturating_sub(totals.last_update))
                .map(|rate| Some(rate.average)),
        }
    }

    /// Runs an operation, all or nothing.
    pub(crate) fn transact<T>(
        &mut self,
        ctx: &Context<'_>,
        operation: impl FnOnce(&mut Transaction<'_>, World<'_>) -> Result<T>,
    ) -> std::result::Result<T, LendingError> {
        // The transaction needs the market for itself, so the oracle looks at a copy of what it needs.
        let params = self.state.params;
        let oracle = match self.state.oracle_price {
            Some(price) => Oracle::Own(price),
            None => Oracle::Book(&params, ctx.prices),
        };
        let world = World { now: ctx.now.time.0, oracle };
        Ok(self.state.transact(|tx| operation(tx, world))?)
    }

    fn token(&self, asset: Asset) -> Result<Token> {
        let params = &self.state.params;
        if asset == params.loan() {
            Ok(Token::Loan)
        } else if asset == params.collateral() {
            Ok(Token::Collateral)
        } else {
            Err(MorphoError::UnknownAsset { asset })
        }
    }

    /// The position with the fee shares that are still to come.
    fn with_fee(&self, owner: Account, accrual: Option<Accrual>) -> Position {
        let mut position = self.state.position(owner);
        if let Some(accrual) = accrual
            && self.state.fee_recipient == Some(owner)
        {
            position.supply_shares = position.supply_shares.saturating_add(accrual.fee_shares);
        }
        position
    }

    /// What `owner` supplied and owes of the loan asset, and its collateral.
    fn amounts(&self, owner: Account, now: Moment) -> Result<[U256; 3]> {
        let (totals, accrual) = self.expected(now)?;
        let position = self.with_fee(owner, accrual);
        Ok([
            totals.supply.to_assets_down(position.supply_shares)?,
            totals.borrow.to_assets_up(U256::from(position.borrow_shares))?,
            U256::from(position.collateral),
        ])
    }

    fn loan_rates(&self, now: Moment) -> Result<Rates> {
        let (totals, _) = self.expected(now)?;
        let per_second = match self.state.params.irm() {
            Irm::Zero => U256::ZERO,
            Irm::AdaptiveCurve => U256::from(irm::borrow_rate(&totals, 0)?.average),
        };
        let borrow = mul(per_second, U256::from(SECONDS_PER_YEAR))?;
        let utilization = irm::utilization(&totals)?;
        let to_suppliers = U256::from(WAD_U64.saturating_sub(totals.fee));
        let supply = w_mul_down(w_mul_down(borrow, utilization)?, to_suppliers)?;
        let ray = |wad: U256| mul(wad, U256::from(RAY_PER_WAD)).map(Ray::from_raw);
        let free = totals.supply.assets.saturating_sub(totals.borrow.assets);
        Ok(Rates {
            supply: ray(supply)?,
            borrow: ray(borrow)?,
            utilization: ray(utilization)?,
            available: U256::from(free).min(totals.loan_held),
            borrowed: U256::from(totals.borrow.assets),
        })
    }

    fn health_of(&self, owner: Account, ctx: &Context<'_>) -> Result<Health> {
        let (totals, _) = self.expected(ctx.now)?;
        let position = self.state.position(owner);
        if position.borrow_shares == 0 && position.collateral == 0 {
            return Ok(NOTHING);
        }
        let price = Oracle::of(&self.state, ctx.prices).price()?;
        let params = &self.state.params;
        let Cover { collateral, max_borrow, borrowed } = cover(params, &totals, &position, price)?;
        let loan_price = ctx.prices.price(params.loan())?.0.raw();
        let unit = pow10(u32::from(params.loan().decimals()))?;
        let value = |units, rounding| mul_div(units, loan_price, unit, rounding).map(Wad::from_raw);
        let limit = value(max_borrow, Rounding::Down)?;
        let owes = position.borrow_shares != 0;
        Ok(Health {
            collateral: value(collateral, Rounding::Down)?,
            debt: value(borrowed, Rounding::Up)?,
            borrow_limit: limit,
            liquidation_limit: limit,
            factor: if owes {
                HealthFactor::Of(Wad::from_raw(mul_div(max_borrow, WAD, borrowed, Rounding::Down)?))
            } else {
                HealthFactor::NoDebt
            },
            liquidatable: max_borrow < borrowed,
        })
    }

    fn outcome(&self, liquidator: Account, done: &Liquidated) -> LiquidationOutcome {
        let params = &self.state.params;
        let repaid = TokenAmount::new(params.loan(), done.repaid);
        let seized = TokenAmount::new(params.collateral(), done.seized);
        let mut bad_debt = SmallVec::new();
        if !done.bad_debt.is_zero() {
            bad_debt.push(TokenAmount::new(params.loan(), done.bad_debt));
        }
        LiquidationOutcome {
            repaid: smallvec![repaid],
            seized: smallvec![seized],
            protocol_fee: SmallVec::new(),
            returned: SmallVec::new(),
            bad_debt,
            sale: None,
            transfers: smallvec![Transfer::receive(liquidator, seized), Transfer::pay(liquidator, repaid)],
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

/// The amount, where everything would have no meaning.
/// The amount of an operation that does not know "everything"; that the market exists is looked at before.
pub(crate) fn exact(
    tx: &Transaction<'_>,
    amount: Amount,
    operation: &'static str,
    token: Token,
) -> Result<U256> {
    must_exist(tx.totals())?;
    match amount {
        Amount::Exact(amount) => Ok(amount),
        Amount::All => Err(MorphoError::Everything { operation, collateral: token == Token::Collateral }),
    }
}

fn paid(caller: Account, asset: Asset, amount: U256) -> Receipt {
    Receipt { amount, transfers: smallvec![Transfer::pay(caller, TokenAmount::new(asset, amount))] }
}

fn received(caller: Account, asset: Asset, amount: U256) -> Receipt {
    Receipt { amount, transfers: smallvec![Transfer::receive(caller, TokenAmount::new(asset, amount))] }
}

impl LendingMarket for MorphoBlueMarket {
    fn descriptor(&self) -> &'static Descriptor {
        &crate::DESCRIPTOR
    }

    fn gas_units(&self, operation: levmine_market::gas::GasUse) -> Option<u64> {
        crate::gas::units(operation)
    }

    fn version(&self) -> &'static str {
        "1.0.0"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            borrowable: Borrowable::OneBase,
            supply_earns: true,
            collateral_switch: false,
            modes: false,
            // An authorization has no limit and lets its holder withdraw too: it is a special operation.
            credit_delegation: false,
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
        vec![self.state.params.loan(), self.state.params.collateral()]
    }

    fn listing(&self, asset: Asset) -> std::result::Result<Listing, LendingError> {
        let params = &self.state.params;
        let created = self.state.totals.last_update != 0;
        let is_collateral = self.token(asset)? == Token::Collateral;
        // Whole basis points, rounded down; what governance enables has no more.
        let share = |wad: u64| is_collateral.then(|| Bps::new((wad / WAD_PER_BPS).into()));
        let bonus = u64::try_from(params.incentive()).unwrap_or(WAD_U64).saturating_sub(WAD_U64);
        Ok(Listing {
            asset,
            suppliable: created,
            max_ltv: share(params.lltv()),
            liquidation_threshold: share(params.lltv()),
            liquidation_bonus: share(bonus),
            borrowable: created && !is_collateral,
        })
    }

    fn rates(&self, asset: Asset, now: Moment) -> std::result::Result<Rates, LendingError> {
        Ok(match self.token(asset)? {
            Token::Loan => self.loan_rates(now)?,
            Token::Collateral => Rates {
                supply: Ray::ZERO,
                borrow: Ray::ZERO,
                utilization: Ray::ZERO,
                available: self.state.totals.collateral_held,
                borrowed: U256::ZERO,
            },
        })
    }

    fn supplied(&self, owner: Account, asset: Asset, now: Moment) -> std::result::Result<U256, LendingError> {
        let token = self.token(asset)?;
        let [supplied, _, collateral] = self.amounts(owner, now)?;
        Ok(if token == Token::Loan { supplied } else { collateral })
    }

    fn debt(&self, owner: Account, asset: Asset, now: Moment) -> std::result::Result<U256, LendingError> {
        let token = self.token(asset)?;
        let [_, owed, _] = self.amounts(owner, now)?;
        Ok(if token == Token::Loan { owed } else { U256::ZERO })
    }

    fn position(&self, owner: Account, now: Moment) -> std::result::Result<Sheet, LendingError> {
        let [supplied, owed, collateral] = self.amounts(owner, now)?;
        let params = &self.state.params;
        let mut sheet = Sheet::default();
        for (asset, units, counts) in
            [(params.loan(), supplied, false), (params.collateral(), collateral, true)]
        {
            if !units.is_zero() {
                sheet.supplied.push(Supplied { amount: TokenAmount::new(asset, units), collateral: counts });
            }
        }
        if !owed.is_zero() {
            sheet.debts.push(TokenAmount::new(params.loan(), owed));
        }
        Ok(sheet)
    }

    fn health(&self, owner: Account, ctx: &Context<'_>) -> std::result::Result<Health, LendingError> {
        Ok(self.health_of(owner, ctx)?)
    }

    fn accrue(&mut self, now: Moment) -> std::result::Result<(), LendingError> {
        if self.state.totals.last_update != 0 {
            self.state.transact(|tx| tx.accrue(now.time.0))?;
        }
        Ok(())
    }

    /// The loan asset by assets, or collateral.
    fn supply(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        let token = self.token(asset)?;
        let amount = self.transact(ctx, |tx, world| {
            let amount = exact(tx, amount, "supplying", token)?;
            match token {
                Token::Loan => {
                    ops::supply::supply(tx, Some(actor.owner), Quantity::assets(amount), world)?;
                }
                Token::Collateral => ops::collateral::supply(tx, Some(actor.owner), amount)?,
            }
            Ok(amount)
        })?;
        Ok(paid(actor.caller, asset, amount))
    }

    /// The loan asset by assets, everything by shares; or collateral.
    fn withdraw(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        let token = self.token(asset)?;
        let Actor { caller, owner } = actor;
        let amount = self.transact(ctx, |tx, world| match token {
            Token::Loan => {
                let quantity = match amount {
                    Amount::Exact(assets) => Quantity::assets(assets),
                    Amount::All => Quantity::AllShares,
                };
                ops::supply::withdraw(tx, caller, Some(owner), Some(caller), quantity, world)
                    .map(|moved| moved.assets)
            }
            Token::Collateral => {
                let assets = match amount {
                    Amount::Exact(assets) => assets,
                    Amount::All => U256::from(tx.position(owner).collateral),
                };
                ops::collateral::withdraw(tx, caller, Some(owner), Some(caller), assets, world)
                    .map(|_| assets)
            }
        })?;
        Ok(received(caller, asset, amount))
    }

    /// By assets.
    fn borrow(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        let token = self.token(asset)?;
        if token == Token::Collateral {
            return Err(MorphoError::NoFunction { asset, operation: "borrowed" }.into());
        }
        let Actor { caller, owner } = actor;
        let moved = self.transact(ctx, |tx, world| {
            let quantity = Quantity::assets(exact(tx, amount, "borrowing", token)?);
            ops::borrow::borrow(tx, caller, Some(owner), Some(caller), quantity, world)
        })?;
        Ok(received(caller, asset, moved.assets))
    }

    /// By assets; by shares where that many assets pay for the whole debt, and for everything.
    fn repay(
        &mut self,
        actor: Actor,
        asset: Asset,
        amount: Amount,
        ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        if self.token(asset)? == Token::Collateral {
            return Err(MorphoError::NoFunction { asset, operation: "repaid" }.into());
        }
        let quantity = match amount {
            Amount::Exact(assets) => Quantity::AtMostAssets(assets),
            Amount::All => Quantity::AllShares,
        };
        let moved =
            self.transact(ctx, |tx, world| ops::borrow::repay(tx, Some(actor.owner), quantity, world))?;
        Ok(paid(actor.caller, asset, moved.assets))
    }

    /// By repaid shares, or all the collateral where the shares would seize more than there is. Seized collateral is
    /// always paid out.
    fn liquidate(
        &mut self,
        call: &LiquidationCall,
        ctx: &Context<'_>,
    ) -> std::result::Result<LiquidationOutcome, LendingError> {
        let (debt, collateral) = (self.token(call.debt)?, self.token(call.collateral)?);
        if debt != Token::Loan {
            return Err(MorphoError::NoFunction { asset: call.debt, operation: "repaid" }.into());
        }
        if collateral != Token::Collateral {
            return Err(MorphoError::NoFunction { asset: call.collateral, operation: "seized" }.into());
        }
        let stake = match call.repay {
            Amount::Exact(assets) => Stake::Debt(assets),
            Amount::All => Stake::Everything,
        };
        let done =
            self.transact(ctx, |tx, world| ops::liquidation::liquidate(tx, call.borrower, stake, world))?;
        Ok(self.outcome(call.liquidator, &done))
    }

    fn holdings(&self) -> Vec<TokenAmount> {
        let (params, totals) = (&self.state.params, &self.state.totals);
        vec![
            TokenAmount::new(params.loan(), totals.loan_held),
            TokenAmount::new(params.collateral(), totals.collateral_held),
        ]
    }

    fn dump(&self) -> Dump {
        crate::dump::dump(self)
    }

    fn flash_fee(&self, amount: TokenAmount) -> std::result::Result<U256, LendingError> {
        self.token(amount.asset)?;
        Ok(U256::ZERO)
    }

    fn flash_borrow(
        &mut self,
        borrower: Account,
        amount: TokenAmount,
        _ctx: &Context<'_>,
    ) -> std::result::Result<(FlashLoan, Transfers), LendingError> {
        let token = self.token(amount.asset)?;
        self.state.transact(|tx| ops::flash::lend(tx, token, amount.raw))?;
        let loan = FlashLoan { borrower, amount, fee: U256::ZERO };
        Ok((loan, smallvec![Transfer::receive(borrower, amount)]))
    }

    fn flash_repay(
        &mut self,
        loan: FlashLoan,
        _ctx: &Context<'_>,
    ) -> std::result::Result<Receipt, LendingError> {
        let FlashLoan { borrower, amount, .. } = loan;
        let token = self.token(amount.asset)?;
        self.state.transact(|tx| ops::flash::take_back(tx, token, amount.raw))?;
        Ok(paid(borrower, amount.asset, amount.raw))
    }

    /// Collateral earns nothing and is not lent: only the loan asset flows.
    fn flow(&mut self, flow: Flow, ctx: &Context<'_>) -> std::result::Result<Receipt, LendingError> {
        if self.token(flow.asset)? == Token::Collateral {
            return Err(MorphoError::NoFunction { asset: flow.asset, operation: "lent" }.into());
        }
        let amount = self.transact(ctx, |tx, world| ops::flow::flow(tx, flow, world))?;
        let others = match flow.kind {
            FlowKind::Supply | FlowKind::Withdraw => LENDERS,
            FlowKind::Borrow | FlowKind::Repay => BORROWERS,
        };
        Ok(flow.receipt(amount, others))
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
