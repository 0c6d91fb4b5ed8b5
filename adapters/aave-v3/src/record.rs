//! A reserve that is moved by its recorded history: when it was touched, and what that left.

use levmine_lending::{Link, ReserveRecord, Touch};
use levmine_market::Timestamp;
use levmine_math::{Ray, Rounding, U256, mul_div};

use crate::accrual::{
    RatePowers, accrue_to_treasury, debt_after, debt_within, income_after, income_within, normalized_debt,
    normalized_income,
};
use crate::error::{AaveError, Result};
use crate::state::{Holding, Pool, Reserve, SeenIndex};
use crate::transaction::Transaction;
use crate::version::Rules;
use crate::wad_ray::{self, RAY, to_u128, wide};

/// The touches of a reserve, oldest first.
pub(crate) fn touches(rules: &Rules, rows: &[ReserveRecord]) -> Result<Vec<Touch>> {
    let mut found: Vec<Touch> = Vec::new();
    let mut chain = Chain::default();
    let mut last: Option<&ReserveRecord> = None;
    for row in rows {
        if last.is_some_and(|last| says_the_same(last, row)) {
            continue;
        }
        let (seconds, link) = match last {
            None => (None, Link::First),
            Some(last) => chain.link(rules, last, row)?,
        };
        let seconds = seconds.filter(|seconds| chain.reach(*seconds, row));
        let link = if seconds.is_none() && matches!(link, Link::Exact | Link::Raised) && !stands_still(last) {
            Link::Broken
        } else {
            link
        };
        if seconds.is_none() {
            chain.settle(&mut found);
            chain = Chain { earliest: row.from.0, latest: row.to.0.max(row.from.0), passed: Vec::new() };
        } else {
            chain.passed.extend(seconds);
        }
        found.push(Touch {
            time: row.from,
            supply_rate: row.supply_rate,
            borrow_rate: row.borrow_rate,
            indexes: row.indexes,
            link,
        });
        last = Some(row);
    }
    chain.settle(&mut found);
    Ok(found)
}

fn says_the_same(last: &ReserveRecord, row: &ReserveRecord) -> bool {
    ReserveRecord { from: last.from, to: last.to, ..*row } == *last
}

/// Without a rate an index stands still, and tells no seconds.
fn stands_still(row: Option<&ReserveRecord>) -> bool {
    row.is_some_and(|row| row.borrow_rate.is_zero())
}

/// Touches of which each follows from the one before it by a known number of seconds.
#[derive(Default)]
struct Chain {
    /// The seconds in which the last touch of it can have been.
    earliest: u64,
    latest: u64,
    /// The seconds from each touch to the next.
    passed: Vec<u64>,
}

impl Chain {
    /// How many seconds before `row` the touch of the row before it was, and how well the indexes agree.
    fn link(&self, rules: &Rules, last: &ReserveRecord, row: &ReserveRecord) -> Result<(Option<u64>, Link)> {
        let (Some([supply, debt]), Some([next_supply, next_debt])) = (last.indexes, row.indexes) else {
            return Ok((None, Link::Unknown));
        };
        let (supply_rate, borrow_rate) = (to_u128(last.supply_rate.raw())?, to_u128(last.borrow_rate.raw())?);
        let debt_at = |seconds: u64| debt_after(rules, debt.raw(), borrow_rate, seconds);
        // The first number of seconds that brings the debt index to what is recorded; it grows with every second.
        let mut low = row.from.0.saturating_sub(self.latest);
        let mut high = row.to.0.saturating_sub(self.earliest).max(low);
        while low < high {
            let middle = low + (high - low) / 2;
            if debt_at(middle)? < next_debt.raw() {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if debt_at(low)? != next_debt.raw() {
            return Ok((None, Link::Broken));
        }
        let supplied = income_after(supply.raw(), supply_rate, low)?;
        let link = match supplied.cmp(&next_supply.raw()) {
            std::cmp::Ordering::Equal => Link::Exact,
            std::cmp::Ordering::Less => Link::Raised,
            std::cmp::Ordering::Greater => return Ok((None, Link::Broken)),
        };
        Ok(((borrow_rate != 0).then_some(low), link))
    }

    /// Goes on by `seconds` if that leads into the span of `row`.
    fn reach(&mut self, seconds: u64, row: &ReserveRecord) -> bool {
        let earliest = self.earliest.saturating_add(seconds).max(row.from.0);
        let latest = self.latest.saturating_add(seconds).min(row.to.0);
        let reached = earliest <= latest;
        if reached {
            (self.earliest, self.latest) = (earliest, latest);
        }
        reached
    }

    /// Writes the times of its touches, which are the last of `found`: the middle of what the rows leave open.
    fn settle(&self, found: &mut [Touch]) {
        let mut time = self.earliest + (self.latest - self.earliest) / 2;
        let mut touches = found.iter_mut().rev();
        if let Some(last) = touches.next() {
            last.time = Timestamp(time);
        }
        for (seconds, touch) in self.passed.iter().rev().zip(touches) {
            time = time.saturating_sub(*seconds);
            touch.time = Timestamp(time);
        }
    }
}

/// Does to the reserve what a recorded touch did; see [`levmine_lending::LendingMarket::follow`].
pub(crate) fn follow(pool: &mut Pool, id: usize, touch: &Touch, adopt: bool) -> Result<[Ray; 2]> {
    // What can fail of the touch itself comes before what it begins.
    to_u128(touch.supply_rate.raw())?;
    to_u128(touch.borrow_rate.raw())?;
    if !pool.reserve(id)?.follows {
        pool.transact(|tx| begin(tx, id, touch))?;
    }
    let (rules, reserve) = (pool.rules, pool.reserves.get_mut(id).ok_or(AaveError::NoReserve { id })?);
    touched(rules, reserve, touch, adopt)
}

/// Remembers what a scaled unit of what is held is worth at `now`. What does not fit 128 bits is computed when it is asked
/// for.
pub(crate) fn look(rules: &Rules, reserve: &mut Reserve, held: &Holding, now: u64) {
    if held.supplied != 0
        && let Some(index) = income_within(reserve, now)
    {
        reserve.seen.income = SeenIndex { at: now, index };
    }
    if held.debt != 0 {
        if reserve.seen.powers.rate != reserve.borrow_rate
            && let Some(powers) = RatePowers::of(rules.compounding, reserve.borrow_rate)
        {
            reserve.seen.powers = powers;
        }
        if let Some(index) = debt_within(rules, reserve, now) {
            reserve.seen.debt = SeenIndex { at: now, index };
        }
    }
}

/// All or nothing: what can fail comes first.
fn touched(rules: &Rules, reserve: &mut Reserve, touch: &Touch, adopt: bool) -> Result<[Ray; 2]> {
    let now = touch.time.0;
    // The record's debts accrue whether the pool was built with some or not.
    let grown = [normalized_income(reserve, now)?, normalized_debt(rules, reserve, now)?];
    let [supply, debt] = match touch.indexes {
        Some(recorded) if adopt => recorded.map(Ray::raw),
        _ => grown,
    };
    let (liquidity_index, borrow_index) = (to_u128(supply)?, to_u128(debt)?);
    let (liquidity_rate, borrow_rate) =
        (to_u128(touch.supply_rate.raw())?, to_u128(touch.borrow_rate.raw())?);
    if now > reserve.last_update {
        let [supply, debt] = grown;
        let borrow_indexes = [wide(reserve.borrow_index), debt];
        accrue_to_treasury(rules, reserve, reserve.scaled_debt, borrow_indexes, supply)?;
    }
    (reserve.liquidity_index, reserve.borrow_index) = (liquidity_index, borrow_index);
    (reserve.liquidity_rate, reserve.borrow_rate) = (liquidity_rate, borrow_rate);
    reserve.last_update = reserve.last_update.max(now);
    reserve.seen.forget();
    Ok(grown.map(Ray::from_raw))
}

/// Puts the recorded indexes into a reserve that has not been followed yet. What everybody has and owes stays what it is, less
/// a base unit where that does not come out even.
fn begin(tx: &mut Transaction<'_>, id: usize, touch: &Touch) -> Result<()> {
    let reserve = tx.reserve_mut(id)?;
    reserve.last_update = touch.time.0;
    reserve.follows = true;
    let Some(indexes) = touch.indexes else { return Ok(()) };
    let [supply, debt] = indexes.map(|index| index.raw().max(RAY));
    let old = [U256::from(reserve.liquidity_index), U256::from(reserve.borrow_index)];
    let scaled = |amount: u128, old: U256, new: U256| -> Result<u128> {
        to_u128(mul_div(U256::from(amount), old, new, Rounding::Down).map_err(AaveError::Library)?)
    };
    let mut totals = [U256::ZERO; 2];
    let accounts: Vec<_> = tx.pool().users.keys().copied().collect();
    for account in accounts {
        if tx.user(account).supplied(id) == 0 && tx.user(account).debt(id) == 0 {
            continue;
        }
        let holding = tx.user_mut(account).holding_mut(id)?;
        holding.supplied = scaled(holding.supplied, old[0], supply)?;
        holding.debt = scaled(holding.debt, old[1], debt)?;
        totals[0] = wad_ray::add(totals[0], U256::from(holding.supplied))?;
        totals[1] = wad_ray::add(totals[1], U256::from(holding.debt))?;
    }
    let reserve = tx.reserve_mut(id)?;
    reserve.treasury_scaled = scaled(reserve.treasury_scaled, old[0], supply)?;
    reserve.accrued_to_treasury = scaled(reserve.accrued_to_treasury, old[0], supply)?;
    reserve.scaled_supply = wad_ray::add(totals[0], U256::from(reserve.treasury_scaled))?;
    reserve.scaled_debt = totals[1];
    (reserve.liquidity_index, reserve.borrow_index) = (to_u128(supply)?, to_u128(debt)?);
    Ok(())
}
