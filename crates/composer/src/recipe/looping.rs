use levmine_lending::{Amount, LendingMarketExt};
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{U256, Wad};
use rust_decimal::Decimal;

use crate::fraction::{ratio, scale};
use crate::route::{along, best_route};
use crate::{Action, AmountSpec, Step, StepError, World};

/// A loop to a leverage: collateral over equity at one lending market.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// The lending market.
    pub at: VenueId,
    /// The pool where what is borrowed becomes collateral; without one, the best way through the venues is taken.
    pub swap_at: Option<VenueId>,
    /// The collateral.
    pub collateral: Asset,
    /// What is borrowed.
    pub borrow: Asset,
    /// Collateral over equity that is to be reached.
    pub leverage: Decimal,
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

impl Loop {
    pub(crate) fn round(&self, world: &World, round: usize) -> Result<Option<Vec<Action>>, StepError> {
        match (self.by, round) {
            (LoopBy::Iteration, 0) => {
                self.check_reach(world)?;
                let supplied = world.lending(self.at)?.health(world.farmer, &world.context())?.collateral;
                let put = Action::Supply { at: self.at, amount: AmountSpec::All(self.collateral) };
                // What is supplied already can be looped alone; with nothing at all the supply says so.
                let skip = world.wallet(self.collateral).is_zero() && !supplied.is_zero();
                Ok(Some(if skip { Vec::new() } else { vec![put] }))
            }
            (LoopBy::Iteration, _) => self.turn(world),
            (LoopBy::Flash, 0) => {
                self.check_reach(world)?;
                self.flash(world).map(Some)
            }
            (LoopBy::Flash, _) => Ok(None),
        }
    }

    /// One turn: borrow what is missing, at most what the market allows, and make it collateral.
    fn turn(&self, world: &World) -> Result<Option<Vec<Action>>, StepError> {
        let (market, ctx) = (world.lending(self.at)?, world.context());
        let health = market.health(world.farmer, &ctx)?;
        let equity = health.collateral.sub(health.debt).unwrap_or(Wad::ZERO);
        let missing = scale(equity, self.leverage)?.sub(health.collateral).unwrap_or(Wad::ZERO);
        if missing <= scale(health.collateral, CLOSE_ENOUGH)? {
            return Ok(None);
        }
        let headroom = market.borrow_headroom(world.farmer, self.borrow, &ctx)?;
        let wanted = world.units_of(missing, self.borrow)?.min(headroom);
        // A turn that adds next to nothing will not get there in any number of turns.
        if world.oracle.value(TokenAmount::new(self.borrow, wanted))?
            <= scale(health.collateral, CLOSE_ENOUGH)?
        {
            let reached = ratio(health.collateral, equity);
            return Err(
                self.out_of_reach(world, &format!("the market lends no more at a leverage of {reached}"))
            );
        }
        let borrowed = TokenAmount::new(self.borrow, wanted);
        let mut actions = vec![Action::Borrow { at: self.at, amount: AmountSpec::Exact(borrowed) }];
        actions.extend(self.to_collateral(world, borrowed)?);
        Ok(Some(actions))
    }

    fn flash(&self, world: &World) -> Result<Vec<Action>, StepError> {
        let (market, ctx) = (world.lending(self.at)?, world.context());
        let health = market.health(world.farmer, &ctx)?;
        let own = world.oracle.value(TokenAmount::new(self.collateral, world.wallet(self.collateral)))?;
        let collateral = health.collateral.add(own)?;
        let equity = collateral.sub(health.debt).unwrap_or(Wad::ZERO);
        let missing = scale(equity, self.leverage)?.sub(collateral).unwrap_or(Wad::ZERO);
        let loan = TokenAmount::new(self.borrow, world.units_of(missing, self.borrow)?);
        if loan.is_zero() {
            return Ok(vec![Action::Supply { at: self.at, amount: AmountSpec::All(self.collateral) }]);
        }
        let fee = market.flash_fee(loan)?;
        let owed = TokenAmount::new(self.borrow, levmine_math::add(loan.raw, fee)?);
        let mut inner = self.to_collateral(world, loan)?;
        inner.push(Action::Borrow { at: self.at, amount: AmountSpec::Exact(owed) });
        let steps = inner.into_iter().map(|action| Step { action, place: None }).collect();
        Ok(vec![Action::Flash { at: self.at, amount: AmountSpec::Exact(loan), steps }])
    }

    fn to_collateral(&self, world: &World, borrowed: TokenAmount) -> Result<Vec<Action>, StepError> {
        let put = Action::Supply { at: self.at, amount: AmountSpec::All(self.collateral) };
        if self.collateral == self.borrow {
            return Ok(vec![put]);
        }
        let from = AmountSpec::Exact(borrowed);
        let mut actions = match self.swap_at {
            None => along(world, from, &best_route(world, borrowed, self.collateral)?.0),
            Some(at) => vec![Action::Swap { at, from, to: self.collateral, max_slippage: None }],
        };
        actions.push(put);
        Ok(actions)
    }

    /// Refuses a leverage that the collateral's limit cannot carry: at a loan-to-value of l it is 1 ÷ (1 − l) at most.
    fn check_reach(&self, world: &World) -> Result<(), StepError> {
        let (market, ctx) = (world.lending(self.at)?, world.context());
        let health = market.health(world.farmer, &ctx)?;
        let limit = if health.collateral.is_zero() {
            // What the collateral counts for can depend on the account: it is supplied on a copy.
            let mut copy = market.fork();
            let amount = Amount::Exact(world.wallet(self.collateral));
            let supplied = copy.supply_as_collateral(world.farmer.into(), self.collateral, amount, &ctx);
            match supplied.and_then(|_| copy.health(world.farmer, &ctx)) {
                Ok(health) => ratio(health.borrow_limit, health.collateral),
                Err(_) => {
                    let listing = market.listing(self.collateral)?;
                    listing.max_ltv.map_or(Decimal::ZERO, |ltv| ratio_of_bps(ltv.raw()))
                }
            }
        } else {
            ratio(health.borrow_limit, health.collateral)
        };
        let most = Decimal::ONE.checked_div(Decimal::ONE - limit).unwrap_or(Decimal::MAX);
        if limit < Decimal::ONE && self.leverage >= most {
            let ltv = crate::fraction::percent(limit);
            let why = format!(
                "{} counts for {ltv} there, which is a leverage below {}",
                self.collateral,
                most.round_dp(2)
            );
            return Err(self.out_of_reach(world, &why));
        }
        Ok(())
    }

    fn out_of_reach(&self, world: &World, why: &str) -> StepError {
        StepError::LeverageOutOfReach {
            venue: world.name(self.at).into(),
            wanted: self.leverage.normalize().to_string(),
            why: why.into(),
        }
    }
}

fn ratio_of_bps(bps: U256) -> Decimal {
    u64::try_from(bps).map_or(Decimal::MAX, |bps| Decimal::from(bps) / Decimal::from(10_000))
}
