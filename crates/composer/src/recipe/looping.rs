use levmine_lending::{Amount, Health, LendingMarketExt};
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use super::flash_lender;
use crate::fraction::{fine_ratio, ratio, scale};
use crate::route::{along, best_route};
use crate::target::Turn;
use crate::{Action, AmountSpec, Step, StepError, Target, World};

/// A loop to a target at one lending market.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// The lending market.
    pub at: VenueId,
    /// The pool where what is borrowed becomes collateral; without one, the best way through the venues is taken.
    pub swap_at: Option<VenueId>,
    /// The collateral.
    pub collateral: Asset,
    /// How much of the wallet's collateral is supplied.
    pub amount: AmountSpec,
    /// What is borrowed.
    pub borrow: Asset,
    /// What is to be reached; a leverage is collateral over collateral less debt.
    pub target: Target,
    /// How.
    pub by: LoopBy,
}

/// How a loop gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoopBy {
    /// Borrow, swap, supply, and again.
    Iteration,
    /// One flash loan of all that is to be borrowed.
    Flash,
}

/// A loop stops when less than this part of its collateral is missing.
const CLOSE_ENOUGH: Decimal = Decimal::from_parts(1, 0, 0, false, 5);
/// Times that the size of a change is worked out anew with what a change of that size brings.
const ROUNDS: usize = 4;

impl Loop {
    pub(crate) fn round(&self, world: &World, round: usize) -> Result<Option<Vec<Action>>, StepError> {
        match (self.by, round) {
            (LoopBy::Iteration, 0) => {
                self.check_reach(world)?;
                let supplied = world.lending(self.at)?.health(world.farmer, &world.context())?.collateral;
                // What is supplied already can be looped alone; with nothing at all the supply says so.
                let skip = world.wallet(self.collateral).is_zero() && !supplied.is_zero();
                Ok(Some(if skip { Vec::new() } else { vec![self.put_own()] }))
            }
            (LoopBy::Iteration, _) => self.turn(world),
            (LoopBy::Flash, 0) => {
                self.check_reach(world)?;
                self.flash(world).map(Some)
            }
            (LoopBy::Flash, _) => Ok(None),
        }
    }

    fn put_own(&self) -> Action {
        Action::Supply { at: self.at, amount: self.amount.clone() }
    }

    /// One turn: borrow what is missing, at most what the market allows, and make it collateral.
    fn turn(&self, world: &World) -> Result<Option<Vec<Action>>, StepError> {
        let (market, ctx) = (world.lending(self.at)?, world.context());
        let health = market.health(world.farmer, &ctx)?;
        let wanted = self.size(world, &health, Decimal::ONE)?;
        let little = scale(health.collateral, CLOSE_ENOUGH)?;
        if world.oracle.value(TokenAmount::new(self.borrow, wanted))? <= little {
            return Ok(None);
        }
        let wanted = wanted.min(market.borrow_headroom(world.farmer, self.borrow, &ctx)?);
        let borrowed = TokenAmount::new(self.borrow, wanted);
        // A turn that adds next to nothing will not get there in any number of turns.
        if world.oracle.value(borrowed)? <= little {
            let equity = health.collateral.sub(health.debt).unwrap_or(Wad::ZERO);
            let reached = ratio(health.collateral, equity);
            return Err(
                self.out_of_reach(world, &format!("the market lends no more at a leverage of {reached}"))
            );
        }
        let mut actions = vec![Action::Borrow { at: self.at, amount: AmountSpec::Exact(borrowed) }];
        actions.extend(self.to_collateral(world, borrowed)?);
        Ok(Some(actions))
    }

    fn flash(&self, world: &World) -> Result<Vec<Action>, StepError> {
        let health = self.health_with_own(world)?;
        let mut loan = TokenAmount::new(self.borrow, self.size(world, &health, Decimal::ONE)?);
        if loan.is_zero() {
            return Ok(vec![self.put_own()]);
        }
        let (mut lender, mut fee) = flash_lender(world, loan)?;
        if !fee.is_zero() {
            // What is owed is the loan and its fee.
            let part = fine_ratio(Wad::from_raw(fee), Wad::from_raw(loan.raw));
            loan.raw = self.size(world, &health, Decimal::ONE + part)?;
            (lender, fee) = flash_lender(world, loan)?;
        }
        let owed = TokenAmount::new(self.borrow, levmine_math::add(loan.raw, fee)?);
        let mut inner = Vec::new();
        if !self.takes_all() && !self.own(world)?.is_zero() {
            inner.push(self.put_own());
        }
        inner.extend(self.to_collateral(world, loan)?);
        inner.push(Action::Borrow { at: self.at, amount: AmountSpec::Exact(owed) });
        let steps = inner.into_iter().map(|action| Step { action, place: None }).collect();
        Ok(vec![Action::Flash { at: lender, amount: AmountSpec::Exact(loan), steps }])
    }

    /// How much to borrow (or to lend oneself for a moment) so that the target is met after the change, which costs
    /// something itself; `owes` is the debt that each unit of it leaves.
    fn size(&self, world: &World, health: &Health, owes: Decimal) -> Result<U256, StepError> {
        let threshold = ratio(health.liquidation_limit, health.collateral);
        let mut turn = Turn { gain: Decimal::ONE, owes, threshold };
        let mut wanted = U256::ZERO;
        for _ in 0..ROUNDS {
            let before = wanted;
            wanted = world.units_of(self.target.more(health, turn)?, self.borrow)?;
            if wanted.is_zero() || wanted == before || self.collateral == self.borrow {
                break;
            }
            let given = TokenAmount::new(self.borrow, wanted);
            let got = TokenAmount::new(self.collateral, self.quote(world, given)?);
            turn.gain = fine_ratio(world.oracle.value(got)?, world.oracle.value(given)?);
        }
        Ok(wanted)
    }

    /// What `given` becomes of the collateral.
    fn quote(&self, world: &World, given: TokenAmount) -> Result<U256, StepError> {
        match self.swap_at.map(|at| world.pool(at)) {
            None => Ok(best_route(world, given, self.collateral)?.1),
            Some(Ok(pool)) => Ok(pool.quote_exact_in(given, self.collateral, world.now)?.buy.raw),
            // A market that changes assets itself does so at the oracle's price.
            Some(Err(_)) => world.units_of(world.oracle.value(given)?, self.collateral),
        }
    }

    fn to_collateral(&self, world: &World, borrowed: TokenAmount) -> Result<Vec<Action>, StepError> {
        let from = AmountSpec::Exact(borrowed);
        if self.collateral == self.borrow {
            let amount = if self.takes_all() { self.amount.clone() } else { from };
            return Ok(vec![Action::Supply { at: self.at, amount }]);
        }
        let mut actions = match self.swap_at {
            None => along(world, from, &best_route(world, borrowed, self.collateral)?.0),
            Some(at) => vec![Action::Swap { at, from, to: self.collateral, max_slippage: None }],
        };
        // One supply of what was there and what was bought, where all of it goes in.
        let amount =
            if self.takes_all() { self.amount.clone() } else { AmountSpec::Received(self.collateral) };
        actions.push(Action::Supply { at: self.at, amount });
        Ok(actions)
    }

    const fn takes_all(&self) -> bool {
        matches!(self.amount, AmountSpec::All(_))
    }

    /// The position once the wallet's own collateral is supplied.
    fn health_with_own(&self, world: &World) -> Result<Health, StepError> {
        let (market, ctx) = (world.lending(self.at)?, world.context());
        let own = self.own(world)?;
        if own.is_zero() {
            return Ok(market.health(world.farmer, &ctx)?);
        }
        // What the collateral counts for can depend on the account: it is supplied on a copy.
        let mut copy = market.fork();
        copy.supply_as_collateral(world.farmer.into(), self.collateral, Amount::Exact(own), &ctx)?;
        Ok(copy.health(world.farmer, &ctx)?)
    }

    /// What the wallet supplies itself.
    fn own(&self, world: &World) -> Result<U256, StepError> {
        let held = world.wallet(self.collateral);
        Ok(match &self.amount {
            AmountSpec::Exact(amount) => amount.raw,
            AmountSpec::Part(part, _) => crate::fraction::part_of(held, *part)?,
            _ => held,
        })
    }

    /// Refuses a target that the collateral's limit cannot carry: at a loan-to-value of l leverage is 1 ÷ (1 − l) at most.
    fn check_reach(&self, world: &World) -> Result<(), StepError> {
        let market = world.lending(self.at)?;
        let (limit, threshold) = match self.health_with_own(world) {
            Ok(health) if !health.collateral.is_zero() => (
                ratio(health.borrow_limit, health.collateral),
                ratio(health.liquidation_limit, health.collateral),
            ),
            _ => {
                let listing = market.listing(self.collateral)?;
                let part =
                    |bps: Option<levmine_math::Bps>| bps.map_or(Decimal::ZERO, |bps| of_bps(bps.raw()));
                (part(listing.max_ltv), part(listing.liquidation_threshold))
            }
        };
        let ltv = match self.target {
            Target::Leverage(to) => Decimal::ONE - Decimal::ONE / to,
            Target::Ltv(to) => to,
            Target::HealthFactor(to) => threshold.checked_div(to).unwrap_or(Decimal::MAX),
        };
        if limit >= Decimal::ONE || ltv < limit {
            return Ok(());
        }
        let most = Decimal::ONE.checked_div(Decimal::ONE - limit).unwrap_or(Decimal::MAX);
        let percent = crate::fraction::percent(limit);
        let why = match self.target {
            Target::HealthFactor(_) => {
                let least = threshold.checked_div(limit).unwrap_or(Decimal::MAX).round_dp(4).normalize();
                format!(
                    "{} counts for {percent} there, which is a health factor above {least}",
                    self.collateral
                )
            }
            _ => format!(
                "{} counts for {percent} there, which is a leverage below {}",
                self.collateral,
                most.trunc_with_scale(2)
            ),
        };
        Err(self.out_of_reach(world, &why))
    }

    fn out_of_reach(&self, world: &World, why: &str) -> StepError {
        let (venue, wanted) = (world.name(self.at).into(), self.target.words());
        StepError::TargetOutOfReach { venue, wanted, why: why.into() }
    }
}

fn of_bps(bps: U256) -> Decimal {
    u64::try_from(bps).map_or(Decimal::MAX, |bps| Decimal::from(bps) / Decimal::from(10_000))
}
