//! What a position costs at a lending market: interest both ways, and what is paid for its use.

use levmine_lending::{Amount, LendingMarket, LendingMarketExt, Position};
use levmine_market::{Asset, TokenAmount, VenueId};
use levmine_math::{Ray, Rounding, U256, Wad, mul_div};
use rust_decimal::Decimal;

use crate::fraction::fine_ratio;
use crate::{Incentive, PaidFor, StepError, World};

const DAY: u64 = 86_400;
const DAYS_OF_A_YEAR: u64 = 365;
/// Boosts are counted in millionths.
const MILLION: u64 = 1_000_000;

/// Whether a position is at the market already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// It is.
    Here,
    /// It would have to move there: what it would be paid is told rather too high than too low.
    Elsewhere,
}

/// What the collateral of a position earns at a market less what its debt costs there in a year, as a fraction of the debt:
/// (Σ supplied·rate + rewards − Σ owed·rate) ÷ Σ owed. Interest is valued by the oracle. Rewards are the incentives that run
/// now and what the market itself pays, at the market's prices now; one without a price counts for nothing.
pub(super) fn net_rate(
    world: &World,
    at: VenueId,
    position: &Position,
    is: Where,
) -> Result<Decimal, StepError> {
    let market = world.lending(at)?;
    let (mut earned, mut paid, mut owed) = (U256::ZERO, U256::ZERO, U256::ZERO);
    for held in &position.supplied {
        let value = world.oracle.value(held.amount)?.raw();
        let rate = rate_of(market, held.amount, world, true)?;
        earned = earned.saturating_add(mul_div(value, rate.raw(), Ray::ONE.raw(), Rounding::Down)?);
        earned = earned.saturating_add(incentives(
            world,
            at,
            PaidFor::Supply(held.amount.asset),
            held.amount.raw,
        )?);
    }
    for debt in &position.debts {
        let value = world.oracle.value(*debt)?.raw();
        let rate = rate_of(market, *debt, world, false)?;
        paid = paid.saturating_add(mul_div(value, rate.raw(), Ray::ONE.raw(), Rounding::Up)?);
        owed = owed.saturating_add(value);
        earned = earned.saturating_add(incentives(world, at, PaidFor::Borrow(debt.asset), debt.raw)?);
    }
    earned = earned.saturating_add(own_rewards(world, at, position, is)?);
    let part = |value| fine_ratio(Wad::from_raw(value), Wad::from_raw(owed));
    Ok(part(earned) - part(paid))
}

fn rate_of(
    market: &dyn LendingMarket,
    amount: TokenAmount,
    world: &World,
    supplied: bool,
) -> Result<Ray, StepError> {
    match market.rates(amount.asset, world.now) {
        Ok(rates) if supplied => Ok(rates.supply),
        Ok(rates) => Ok(rates.borrow),
        // Collateral that is not lent earns nothing.
        Err(_) if supplied => Ok(Ray::ZERO),
        Err(error) => Err(error.into()),
    }
}

/// The value of what the incentives that run now pay in a year for `mine` base units of what they are paid for.
fn incentives(world: &World, at: VenueId, paid_for: PaidFor, mine: U256) -> Result<U256, StepError> {
    let now = world.now.time;
    let runs = |incentive: &&Incentive| {
        incentive.at == at
            && incentive.paid_for == paid_for
            && incentive.from.is_none_or(|from| from <= now)
            && incentive.to.is_none_or(|to| now < to)
    };
    let mut sum = U256::ZERO;
    for incentive in world.incentives.iter().filter(runs) {
        let all = used_by_all(world, at, paid_for)?.max(mine);
        if all.is_zero() {
            continue;
        }
        let a_day = mul_div(incentive.per_day.raw, mine, all, Rounding::Down)?;
        let boosted = mul_div(a_day, U256::from(incentive.boost), U256::from(MILLION), Rounding::Down)?;
        sum = sum.saturating_add(a_year(world, incentive.per_day.asset, boosted)?);
    }
    Ok(sum)
}

/// All that is supplied or owed of an asset, whoever's it is.
fn used_by_all(world: &World, at: VenueId, paid_for: PaidFor) -> Result<U256, StepError> {
    let market = world.lending(at)?;
    Ok(match paid_for {
        PaidFor::Supply(asset) => {
            let rates = market.rates(asset, world.now)?;
            rates.available.saturating_add(rates.borrowed)
        }
        PaidFor::Borrow(asset) => market.rates(asset, world.now)?.borrowed,
        PaidFor::Shares => U256::ZERO,
    })
}

/// The value of what a market itself pays for a position in a year; nothing where the position cannot be opened there.
fn own_rewards(world: &World, at: VenueId, position: &Position, is: Where) -> Result<U256, StepError> {
    let mut sum = U256::ZERO;
    for amount in rewards_of_a_day(world, at, position, is).unwrap_or_default() {
        sum = sum.saturating_add(a_year(world, amount.asset, amount.raw)?);
    }
    Ok(sum)
}

/// What one could claim a day from now beyond what one could now, on a copy on which the position is opened where it is not
/// there.
fn rewards_of_a_day(
    world: &World,
    at: VenueId,
    position: &Position,
    is: Where,
) -> Result<Vec<TokenAmount>, StepError> {
    let (farmer, now, later) = (world.farmer, world.now, world.moment_in(DAY));
    let mut copy = world.lending(at)?.fork();
    if is == Where::Elsewhere {
        let ctx = world.context();
        for held in position.supplied.iter().filter(|held| !held.amount.is_zero()) {
            let amount = Amount::Exact(held.amount.raw);
            copy.supply_as_collateral(farmer.into(), held.amount.asset, amount, &ctx)?;
        }
        for debt in position.debts.iter().filter(|debt| !debt.is_zero()) {
            copy.borrow(farmer.into(), debt.asset, Amount::Exact(debt.raw), &ctx)?;
        }
    }
    let before = copy.claimable(farmer, now)?;
    copy.accrue_for(farmer, later)?;
    let mut grown = copy.claimable(farmer, later)?;
    for amount in &mut grown {
        let was = before.iter().find(|was| was.asset == amount.asset).map_or(U256::ZERO, |was| was.raw);
        amount.raw = amount.raw.saturating_sub(was);
    }
    Ok(grown)
}

/// The market's value of so much of a token each day for a year; nothing for a token without a price.
fn a_year(world: &World, token: Asset, a_day: U256) -> Result<U256, StepError> {
    if world.market.find(token).is_none() {
        return Ok(U256::ZERO);
    }
    let value = world.market.value(TokenAmount::new(token, a_day))?.raw();
    Ok(value.saturating_mul(U256::from(DAYS_OF_A_YEAR)))
}
