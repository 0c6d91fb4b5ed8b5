//! Runs a plan as one transaction.

use levmine_amm::{Amounts, Deposit, Fees, Removal};
use levmine_lending::{Amount, HealthFactor, LendingMarketExt};
use levmine_market::{Asset, Cause, Holder, Mark, Outside, Reason, TokenAmount, Transfers, VenueId};
use levmine_math::{Rounding, U256, Wad, mul_div};
use rust_decimal::Decimal;
use smallvec::SmallVec;

use crate::portfolio::{quotient, residual};
use crate::{Action, AmountSpec, Plan, PlanError, Step, StepError, World, gas_units};

/// A step that was executed, with what it moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Executed {
    /// The verb.
    pub verb: &'static str,
    /// The venue.
    pub at: VenueId,
    /// How deep it stands within recipes and flash loans.
    pub depth: usize,
    /// What left the wallet.
    pub paid: SmallVec<[TokenAmount; 2]>,
    /// What came into the wallet.
    pub received: SmallVec<[TokenAmount; 2]>,
}

/// A plan that was executed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transaction {
    /// The plain steps, in order.
    pub steps: Vec<Executed>,
    /// Units of gas it used.
    pub gas_units: u64,
    /// What the gas cost, in base units of the quote asset.
    pub gas_cost: U256,
}

/// Rounds after which a recipe is given up.
const MOST_ROUNDS: usize = 200;

#[derive(Default)]
struct Costs {
    swap_fees: Mark,
    flash_fees: Mark,
    rewards: Mark,
    traded: bool,
}

struct Run<'w> {
    world: &'w mut World,
    done: Transaction,
    costs: Costs,
}

impl World {
    /// Executes `plan` as one transaction: all of it, or nothing and the reason. Gas is paid only for what succeeds.
    ///
    /// # Errors
    ///
    /// [`PlanError`] with the step that failed; the world is as it was before.
    pub fn transact(&mut self, plan: &Plan) -> Result<Transaction, PlanError> {
        let saved = self.save();
        match self.try_plan(plan) {
            Ok(done) => Ok(done),
            Err(error) => {
                self.restore(saved);
                Err(error)
            }
        }
    }

    fn try_plan(&mut self, plan: &Plan) -> Result<Transaction, PlanError> {
        let whole =
            |source: StepError| PlanError { place: None, number: 0, verb: "plan", source: source.into() };
        self.journal.begin(self.now.time);
        self.settle_shares().map_err(whole)?;
        let before = self.portfolio.equity();
        let mut run = Run { world: self, done: Transaction::default(), costs: Costs::default() };
        run.steps(&plan.steps, 0)?;
        let Run { mut done, costs, .. } = run;
        done.gas_cost = self.pay_gas(done.gas_units).map_err(whole)?;
        let after = self.rebuild_portfolio().map_err(whole)?;
        self.book_costs(before, after, &costs, done.gas_cost).map_err(whole)?;
        Ok(done)
    }

    fn book_costs(&mut self, before: Mark, after: Mark, costs: &Costs, gas: U256) -> Result<(), StepError> {
        let gas = self.market.mark(TokenAmount::new(self.quote, gas), self.quote)?;
        let attribution = &mut self.portfolio.attribution;
        attribution.book(Cause::SwapFees, costs.swap_fees.saturating_neg())?;
        attribution.book(Cause::FlashFees, costs.flash_fees.saturating_neg())?;
        attribution.book(Cause::Rewards, costs.rewards)?;
        attribution.book(Cause::Gas, gas.saturating_neg())?;
        let booked = costs
            .rewards
            .saturating_sub(costs.swap_fees)
            .saturating_sub(costs.flash_fees)
            .saturating_sub(gas);
        let rest = if costs.traded { Cause::Slippage } else { Cause::Rounding };
        attribution.book(rest, residual(before, after, booked))?;
        Ok(())
    }

    /// Pays `units` of gas from the wallet, in the quote asset; what is not there stays due.
    fn pay_gas(&mut self, units: u64) -> Result<U256, StepError> {
        let Some(asset) = self.gas_asset else { return Ok(U256::ZERO) };
        let wei = levmine_math::mul(self.gas_price, U256::from(units))?;
        if wei.is_zero() {
            return Ok(U256::ZERO);
        }
        // Rounded up by one base unit: the wallet pays for the lost fraction.
        let cost = levmine_math::add(self.convert(TokenAmount::new(asset, wei), self.quote)?, U256::ONE)?;
        self.gas_due = levmine_math::add(self.gas_due, cost)?;
        self.pay_due()?;
        Ok(cost)
    }

    fn pay_due(&mut self) -> Result<(), StepError> {
        let paid = self.gas_due.min(self.wallet(self.quote));
        let (farmer, gas) = (Holder::Wallet(self.farmer), Holder::Outside(Outside::Gas));
        self.journal.post(farmer, gas, TokenAmount::new(self.quote, paid), Reason::Gas)?;
        self.gas_due -= paid;
        Ok(())
    }
}

impl Run<'_> {
    fn steps(&mut self, steps: &[Step], depth: usize) -> Result<(), PlanError> {
        for (i, step) in steps.iter().enumerate() {
            self.action(&step.action, depth).map_err(|source| PlanError {
                place: step.place.clone(),
                number: i + 1,
                verb: step.action.verb(),
                source: source.into(),
            })?;
        }
        Ok(())
    }

    fn nested(&mut self, actions: &[Action], depth: usize) -> Result<(), StepError> {
        actions.iter().try_for_each(|action| self.action(action, depth))
    }

    fn action(&mut self, action: &Action, depth: usize) -> Result<(), StepError> {
        let first = self.world.journal.entries().len();
        let verb = action.verb();
        let farmer = self.world.farmer;
        match action {
            Action::Swap { at, from, to, max_slippage } => {
                let sell = self.of_wallet(from, verb)?;
                self.swap(*at, sell, *to, *max_slippage)?;
                self.record(verb, *at, depth, first);
            }
            Action::SwapFor { at, from, buy } => {
                let max = self.world.wallet(*from);
                let fees = self.world.with_pool(*at, Reason::Swap, |pool, now| {
                    let swap = pool.swap_exact_out(farmer, *from, max, *buy, now)?;
                    Ok((swap.quote.fees, swap.transfers))
                })?;
                self.pay_fees(&fees)?;
                self.record(verb, *at, depth, first);
            }
            Action::Supply { at, amount } => {
                let put = self.of_wallet(amount, verb)?;
                self.world.with_lending(*at, Reason::Supply, |market, ctx| {
                    let receipt = market.supply(farmer.into(), put.asset, Amount::Exact(put.raw), ctx)?;
                    Ok(((), receipt.transfers))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::Withdraw { at, amount } => {
                let (asset, amount) = self.to_withdraw(*at, amount, verb)?;
                self.world.with_lending(*at, Reason::Withdraw, |market, ctx| {
                    let receipt = market.withdraw(farmer.into(), asset, amount, ctx)?;
                    Ok(((), receipt.transfers))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::Borrow { at, amount } => {
                let borrow = self.to_borrow(*at, amount, verb)?;
                self.world.with_lending(*at, Reason::Borrow, |market, ctx| {
                    let receipt =
                        market.borrow(farmer.into(), borrow.asset, Amount::Exact(borrow.raw), ctx)?;
                    Ok(((), receipt.transfers))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::Repay { at, amount } => {
                let (asset, amount) = self.to_repay(*at, amount, verb)?;
                self.world.with_lending(*at, Reason::Repay, |market, ctx| {
                    let receipt = market.repay(farmer.into(), asset, amount, ctx)?;
                    Ok(((), receipt.transfers))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::AddLiquidity { at, amounts } => {
                let deposit = self.coins_of_wallet(*at, amounts, verb)?;
                self.add_liquidity(*at, deposit)?;
                self.record(verb, *at, depth, first);
            }
            Action::RemoveLiquidity { at, part } => {
                let shares = self.shares(*at, *part)?;
                self.world.with_pool(*at, Reason::RemoveLiquidity, |pool, now| {
                    let all = Removal::Proportional { min: Amounts::new() };
                    let removed = pool.remove_liquidity(farmer, shares, &all, now)?;
                    Ok(((), removed.transfers))
                })?;
                self.costs.traded = true;
                self.record(verb, *at, depth, first);
            }
            Action::Zap { at, amounts } => self.zap(*at, amounts, depth)?,
            Action::Flash { at, amount, steps } => self.flash(*at, amount, steps, depth)?,
            Action::SetMode { at, mode } => {
                self.world.with_lending(*at, Reason::Supply, |market, ctx| {
                    market.set_mode(farmer, *mode, ctx)?;
                    Ok(((), Transfers::new()))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::SetCollateral { at, asset, enabled } => {
                self.world.with_lending(*at, Reason::Supply, |market, ctx| {
                    market.set_collateral(farmer, *asset, *enabled, ctx)?;
                    Ok(((), Transfers::new()))
                })?;
                self.record(verb, *at, depth, first);
            }
            Action::Claim { at } => self.claim(*at, depth)?,
            Action::Recipe(recipe) => {
                for round in 0.. {
                    if round == MOST_ROUNDS {
                        return Err(StepError::Endless { recipe: recipe.verb(), rounds: round });
                    }
                    match recipe.round(self.world, round)? {
                        Some(actions) => self.nested(&actions, depth + 1)?,
                        None => break,
                    }
                }
            }
        }
        Ok(())
    }

    fn swap(
        &mut self,
        at: VenueId,
        sell: TokenAmount,
        to: Asset,
        limit: Option<Decimal>,
    ) -> Result<(), StepError> {
        let farmer = self.world.farmer;
        let quote = self.world.with_pool(at, Reason::Swap, |pool, now| {
            let swap = pool.swap_exact_in(farmer, sell, to, U256::ZERO, now)?;
            Ok((swap.quote, swap.transfers))
        })?;
        self.pay_fees(&quote.fees)?;
        let Some(limit) = limit else { return Ok(()) };
        let (given, got) = (
            self.world.market.mark(sell, self.world.quote)?,
            self.world.market.mark(quote.buy, self.world.quote)?,
        );
        let lost = quotient(given.saturating_sub(got), given).unwrap_or_default();
        if lost > limit {
            return Err(StepError::Slippage { lost: percent(lost), allowed: percent(limit) });
        }
        Ok(())
    }

    fn pay_fees(&mut self, fees: &Fees) -> Result<(), StepError> {
        for fee in [fees.liquidity, fees.protocol] {
            let mark = self.world.market.mark(fee, self.world.quote)?;
            self.costs.swap_fees = self.costs.swap_fees.saturating_add(mark);
        }
        self.costs.traded = true;
        Ok(())
    }

    fn add_liquidity(&mut self, at: VenueId, amounts: Amounts) -> Result<(), StepError> {
        let farmer = self.world.farmer;
        self.costs.traded = true;
        self.world.with_pool(at, Reason::AddLiquidity, |pool, now| {
            let added = pool.add_liquidity(farmer, &Deposit::of(amounts), now)?;
            Ok(((), added.transfers))
        })
    }

    fn zap(&mut self, at: VenueId, amounts: &[AmountSpec], depth: usize) -> Result<(), StepError> {
        let first = self.world.journal.entries().len();
        let mut amounts = self.coins_of_wallet(at, amounts, "zap")?;
        let pool = self.world.pool(at)?;
        let coins: SmallVec<[Asset; 4]> = pool.coins().into();
        if let Some((sell, buy)) = pool.zap_swap(&amounts, self.world.now)? {
            let had = self.world.wallet(buy);
            self.swap(at, sell, buy, None)?;
            let got = self.world.wallet(buy).saturating_sub(had);
            for (coin, amount) in coins.iter().zip(&mut amounts) {
                if *coin == sell.asset {
                    *amount = amount.saturating_sub(sell.raw);
                } else if *coin == buy {
                    *amount = amount.saturating_add(got);
                }
            }
            self.record("swap", at, depth + 1, first);
        }
        let first = self.world.journal.entries().len();
        self.add_liquidity(at, amounts)?;
        self.record("add_liquidity", at, depth + 1, first);
        Ok(())
    }

    fn flash(
        &mut self,
        at: VenueId,
        amount: &AmountSpec,
        steps: &[Step],
        depth: usize,
    ) -> Result<(), StepError> {
        let first = self.world.journal.entries().len();
        let AmountSpec::Exact(amount) = amount else {
            return Err(wrong(amount, "flash", "an exact amount, like \"4000 USDC\""));
        };
        let farmer = self.world.farmer;
        let loan = self.world.with_lending(at, Reason::FlashLoan, |market, ctx| {
            Ok(market.flash_borrow(farmer, *amount, ctx)?)
        })?;
        self.record("flash", at, depth, first);
        for step in steps {
            self.action(&step.action, depth + 1).map_err(|source| StepError::Within {
                place: step.place.clone(),
                verb: step.action.verb(),
                source: source.into(),
            })?;
        }
        let first = self.world.journal.entries().len();
        let fee = self.world.market.mark(TokenAmount::new(amount.asset, loan.fee), self.world.quote)?;
        self.costs.flash_fees = self.costs.flash_fees.saturating_add(fee);
        self.world.with_lending(at, Reason::FlashLoan, |market, ctx| {
            let receipt = market.flash_repay(loan, ctx)?;
            Ok(((), receipt.transfers))
        })?;
        self.record("flash_repay", at, depth, first);
        Ok(())
    }

    fn claim(&mut self, at: VenueId, depth: usize) -> Result<(), StepError> {
        let first = self.world.journal.entries().len();
        let farmer = self.world.farmer;
        self.world
            .with_lending(at, Reason::Reward, |market, ctx| Ok(((), market.claim(farmer, ctx.now)?)))?;
        self.record("claim", at, depth, first);
        if let Some(claimed) = self.done.steps.last() {
            for amount in &claimed.received {
                let mark = self.world.market.mark(*amount, self.world.quote)?;
                self.costs.rewards = self.costs.rewards.saturating_add(mark);
            }
        }
        Ok(())
    }

    /// Writes down what a step moved, from the journal's entries since `first`.
    fn record(&mut self, verb: &'static str, at: VenueId, depth: usize, first: usize) {
        let wallet = Holder::Wallet(self.world.farmer);
        let mut paid: SmallVec<[TokenAmount; 2]> = SmallVec::new();
        let mut received: SmallVec<[TokenAmount; 2]> = SmallVec::new();
        for entry in self.world.journal.entries().iter().skip(first) {
            let side = if entry.from == wallet { &mut paid } else { &mut received };
            match side.iter_mut().find(|amount| amount.asset == entry.amount.asset) {
                Some(amount) => amount.raw = amount.raw.saturating_add(entry.amount.raw),
                None => side.push(entry.amount),
            }
        }
        self.done.gas_units = self.done.gas_units.saturating_add(gas_units(verb));
        self.done.steps.push(Executed { verb, at, depth, paid, received });
    }

    fn of_wallet(&self, amount: &AmountSpec, verb: &'static str) -> Result<TokenAmount, StepError> {
        let asset = amount.asset();
        let available = self.world.wallet(asset);
        let raw = match amount {
            AmountSpec::Exact(exact) if exact.raw > available => {
                let available = TokenAmount::new(asset, available);
                return Err(StepError::WalletTooSmall { needed: *exact, available });
            }
            AmountSpec::Exact(exact) => exact.raw,
            AmountSpec::All(_) => available,
            AmountSpec::Part(part, _) => part_of(available, *part)?,
            _ => return Err(wrong(amount, verb, "\"1000 USDC\", \"all USDC\" or \"60% USDC\"")),
        };
        if raw.is_zero() {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok(TokenAmount::new(asset, raw))
    }

    fn coins_of_wallet(
        &self,
        at: VenueId,
        specs: &[AmountSpec],
        verb: &'static str,
    ) -> Result<Amounts, StepError> {
        let pool = self.world.pool(at)?;
        let mut amounts = Amounts::from_elem(U256::ZERO, pool.coins().len());
        for spec in specs {
            let amount = self.of_wallet(spec, verb)?;
            let coin = pool.coins().iter().position(|coin| *coin == amount.asset);
            let Some(slot) = coin.and_then(|coin| amounts.get_mut(coin)) else {
                let protocol = pool.descriptor().name;
                return Err(levmine_amm::AmmError::UnknownAsset { protocol, asset: amount.asset }.into());
            };
            *slot = amount.raw;
        }
        Ok(amounts)
    }

    fn shares(&self, at: VenueId, part: Decimal) -> Result<TokenAmount, StepError> {
        let pool = self.world.pool(at)?;
        let share = pool.share().ok_or_else(|| pool.unsupported("removing a part of all liquidity"))?;
        let raw = part_of(self.world.wallet(share), part)?;
        if raw.is_zero() {
            return Err(StepError::Nothing { asset: share, verb: "remove" });
        }
        Ok(TokenAmount::new(share, raw))
    }

    fn to_withdraw(
        &self,
        at: VenueId,
        spec: &AmountSpec,
        verb: &'static str,
    ) -> Result<(Asset, Amount), StepError> {
        let (market, farmer, ctx) = (self.world.lending(at)?, self.world.farmer, self.world.context());
        let asset = spec.asset();
        let amount = match spec {
            AmountSpec::Exact(exact) => Amount::Exact(exact.raw),
            AmountSpec::All(_) => Amount::All,
            AmountSpec::Part(part, _) => {
                Amount::Exact(part_of(market.supplied(farmer, asset, ctx.now)?, *part)?)
            }
            AmountSpec::Max(_) => {
                let max = market.max_withdraw(farmer, asset, &ctx)?;
                if max >= market.supplied(farmer, asset, ctx.now)? { Amount::All } else { Amount::Exact(max) }
            }
            _ => return Err(wrong(spec, verb, "\"1000 USDC\", \"all USDC\", \"60% USDC\" or \"max USDC\"")),
        };
        if amount == Amount::Exact(U256::ZERO) {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok((asset, amount))
    }

    fn to_borrow(
        &self,
        at: VenueId,
        spec: &AmountSpec,
        verb: &'static str,
    ) -> Result<TokenAmount, StepError> {
        let (market, farmer, ctx) = (self.world.lending(at)?, self.world.farmer, self.world.context());
        let asset = spec.asset();
        let health = market.health(farmer, &ctx)?;
        let debt_for = |target: Wad| -> Result<U256, StepError> {
            let more = target.sub(health.debt).unwrap_or(Wad::ZERO);
            self.world.units_of(more, asset)
        };
        let raw = match spec {
            AmountSpec::Exact(exact) => exact.raw,
            AmountSpec::Max(_) => market.borrow_headroom(farmer, asset, &ctx)?,
            AmountSpec::ToLtv(_, ltv) => {
                let target = scale(health.collateral, *ltv)?;
                if target > health.borrow_limit {
                    return Err(self.above_limit(at, *ltv, &health));
                }
                debt_for(target)?
            }
            AmountSpec::ToHealth(_, factor) => {
                if health.liquidation_limit.is_zero() {
                    return Err(self.above_limit(at, Decimal::ONE, &health));
                }
                let target = unscale(health.liquidation_limit, *factor)?;
                if target > health.borrow_limit {
                    let ltv = ratio(target, health.collateral);
                    return Err(self.above_limit(at, ltv, &health));
                }
                debt_for(target)?
            }
            AmountSpec::ToLeverage(_, leverage) => {
                let equity = health.collateral.sub(health.debt).unwrap_or(Wad::ZERO);
                let more = scale(equity, *leverage)?.sub(health.collateral).unwrap_or(Wad::ZERO);
                let wanted = self.world.units_of(more, asset)?;
                wanted.min(market.borrow_headroom(farmer, asset, &ctx)?)
            }
            AmountSpec::All(_) | AmountSpec::Part(..) => {
                let accepted =
                    "\"1000 USDC\", \"max USDC\", \"USDC to ltv 55%\", \"USDC to health_factor 1.6\"";
                return Err(wrong(spec, verb, accepted));
            }
        };
        if raw.is_zero() {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok(TokenAmount::new(asset, raw))
    }

    fn above_limit(&self, at: VenueId, wanted: Decimal, health: &levmine_lending::Health) -> StepError {
        let limit = ratio(health.borrow_limit, health.collateral);
        StepError::LtvAboveLimit {
            venue: self.world.name(at).into(),
            wanted: percent(wanted),
            limit: percent(limit),
        }
    }

    fn to_repay(
        &self,
        at: VenueId,
        spec: &AmountSpec,
        verb: &'static str,
    ) -> Result<(Asset, Amount), StepError> {
        let (market, farmer, ctx) = (self.world.lending(at)?, self.world.farmer, self.world.context());
        let asset = spec.asset();
        let owed = market.debt(farmer, asset, ctx.now)?;
        let wallet = self.world.wallet(asset);
        let all = if wallet >= owed { Amount::All } else { Amount::Exact(wallet) };
        let less_debt = |target: Wad| -> Result<Amount, StepError> {
            let health = market.health(farmer, &ctx)?;
            let less = health.debt.sub(target).unwrap_or(Wad::ZERO);
            Ok(Amount::Exact(self.world.units_of(less, asset)?.min(owed)))
        };
        let amount = match spec {
            AmountSpec::Exact(exact) => Amount::Exact(exact.raw),
            AmountSpec::All(_) | AmountSpec::Max(_) => all,
            AmountSpec::Part(part, _) => Amount::Exact(part_of(owed, *part)?),
            AmountSpec::ToLtv(_, ltv) => less_debt(scale(market.health(farmer, &ctx)?.collateral, *ltv)?)?,
            AmountSpec::ToHealth(_, factor) => {
                less_debt(unscale(market.health(farmer, &ctx)?.liquidation_limit, *factor)?)?
            }
            AmountSpec::ToLeverage(..) => {
                return Err(wrong(
                    spec,
                    verb,
                    "\"1000 USDC\", \"all USDC\", \"50% USDC\", \"USDC to ltv 40%\"",
                ));
            }
        };
        if owed.is_zero() || amount == Amount::Exact(U256::ZERO) {
            return Err(StepError::Nothing { asset, verb });
        }
        Ok((asset, amount))
    }
}

fn wrong(form: &AmountSpec, verb: &'static str, accepted: &'static str) -> StepError {
    StepError::WrongAmount { form: form.to_string(), verb, accepted }
}

/// Returns `amount × part`, rounded down; a part of one is the whole.
pub(crate) fn part_of(amount: U256, part: Decimal) -> Result<U256, StepError> {
    let wad = Wad::from_decimal(part, Rounding::Down)?;
    Ok(mul_div(amount, wad.raw(), Wad::ONE.raw(), Rounding::Down)?)
}

/// Returns `value × factor`, rounded down.
pub(crate) fn scale(value: Wad, factor: Decimal) -> Result<Wad, StepError> {
    Ok(Wad::from_raw(part_of(value.raw(), factor)?))
}

/// Returns `value ÷ factor`, rounded down.
pub(crate) fn unscale(value: Wad, factor: Decimal) -> Result<Wad, StepError> {
    let factor = Wad::from_decimal(factor, Rounding::Up)?;
    Ok(Wad::from_raw(mul_div(value.raw(), Wad::ONE.raw(), factor.raw(), Rounding::Down)?))
}

/// Returns `a ÷ b` with six places; zero for a zero `b`, and what a decimal can hold at most beyond that.
pub(crate) fn ratio(a: Wad, b: Wad) -> Decimal {
    if b.is_zero() {
        return Decimal::ZERO;
    }
    mul_div(a.raw(), U256::from(1_000_000_u64), b.raw(), Rounding::Down)
        .ok()
        .and_then(|parts| i128::try_from(parts).ok())
        .and_then(|parts| Decimal::try_from_i128_with_scale(parts, 6).ok())
        .unwrap_or(Decimal::MAX)
}

pub(crate) fn percent(fraction: Decimal) -> String {
    match fraction.checked_mul(Decimal::ONE_HUNDRED) {
        Some(percent) => format!("{}%", percent.round_dp(2).normalize()),
        None => "more than can be written".into(),
    }
}

/// The health factor as a decimal, for messages and triggers; `None` without debt.
pub(crate) fn factor_of(factor: HealthFactor) -> Option<Decimal> {
    match factor {
        HealthFactor::NoDebt => None,
        HealthFactor::Of(factor) => Some(ratio(factor, Wad::ONE)),
    }
}
