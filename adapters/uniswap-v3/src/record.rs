//! A pool that is moved by its recorded history.

use levmine_amm::{AmmError, Followed, PoolRecord};
use levmine_market::{Account, TokenAmount, Transfer, Transfers};
use levmine_math::U256;

use crate::contract::{Core, State, Trade};
use crate::decode::OTHERS;
use crate::error::V3Error;
use crate::pool::UniswapV3Pool;
use crate::position::{Key, Owner};
use crate::swap::{commit, run};
use crate::swap_math::Exactly;
use crate::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, sqrt_ratio_at_tick, usable_ticks};

/// More than any pool trades before it reaches a price limit.
const UNLIMITED: U256 = U256::from_limbs([u64::MAX, u64::MAX, u64::MAX, 0]);

/// A state to go back to. It is kept from one record to the next, so that nothing is allocated; a copy begins without.
#[derive(Debug, Default)]
pub(crate) struct Before(State);

impl Clone for Before {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// What went into the pool and out of it, of each of the contract's tokens.
#[derive(Default)]
struct Flow {
    into: [U256; 2],
    out: [U256; 2],
    /// Of `out`, what was bought.
    bought: [U256; 2],
    fees: [U256; 2],
    corrected: [U256; 2],
}

impl Flow {
    fn add(&mut self, into: [U256; 2], out: [U256; 2]) -> Result<(), V3Error> {
        for at in 0..2 {
            if let (Some(sum), Some(more)) = (self.into.get_mut(at), into.get(at)) {
                *sum = levmine_math::add(*sum, *more)?;
            }
            if let (Some(sum), Some(more)) = (self.out.get_mut(at), out.get(at)) {
                *sum = levmine_math::add(*sum, *more)?;
            }
        }
        Ok(())
    }

    /// Counts a recorded trade. Each direction is traded once, so each side of fees and of what was bought is written once.
    fn count(&mut self, trade: &Trade) -> Result<(), V3Error> {
        let [[into0, into1], [out0, out1]] = [&mut self.into, &mut self.out];
        let ([fees0, fees1], [bought0, bought1]) = (&mut self.fees, &mut self.bought);
        let (into, out, fees, bought) =
            if trade.zero_for_one { (into0, out1, fees0, bought1) } else { (into1, out0, fees1, bought0) };
        (*into, *out) =
            (levmine_math::add(*into, trade.amount_in)?, levmine_math::add(*out, trade.amount_out)?);
        (*fees, *bought) = (trade.fee, trade.amount_out);
        Ok(())
    }
}

/// Follows a record; see [`levmine_amm::Pool::follow`]. Where it fails, the pool is as it was.
pub(crate) fn follow(
    pool: &mut UniswapV3Pool,
    trader: Account,
    record: &PoolRecord,
    now: u32,
) -> Result<(Followed, Transfers), AmmError> {
    let (core, before) = (&mut pool.core, &mut pool.before.0);
    let mut flow = Flow::default();
    let part = match act_once(core, record, now, &mut flow)? {
        Some(part) => part,
        None => {
            before.copy_from(&core.state);
            match act(core, record, now, &mut flow) {
                Ok(part) => part,
                Err(error) => {
                    core.state.copy_from(before);
                    return Err(error.into());
                }
            }
        }
    };
    let coins = *pool.coin_order();
    let mut transfers = Transfers::new();
    let shown = coins.shown().iter().zip(coins.turned(flow.into)).zip(coins.turned(flow.out));
    for ((coin, into), out) in shown {
        // What goes in and comes out of one coin is one movement.
        match into.checked_sub(out) {
            Some(more) if more.is_zero() => {}
            Some(more) => transfers.push(Transfer::pay(trader, TokenAmount::new(*coin, more))),
            None => {
                let less = TokenAmount::new(*coin, out.saturating_sub(into));
                transfers.push(Transfer::receive(trader, less));
            }
        }
    }
    let followed = Followed {
        sold: coins.turned(record.sold),
        bought: coins.turned(flow.bought),
        recorded: coins.turned(record.bought),
        fees: coins.turned(flow.fees),
        part,
        corrected: coins.turned(flow.corrected),
    };
    Ok((followed, transfers))
}

/// Where there is at most one trade and nothing else to do: then nothing can fail once something is done, and no state need be
/// kept. Otherwise `None`, with nothing done. Returns what [`act`] does.
fn act_once(
    core: &mut Core,
    record: &PoolRecord,
    now: u32,
    flow: &mut Flow,
) -> Result<Option<[u128; 2]>, V3Error> {
    let [sold0, sold1] = record.sold;
    let trades = !(sold0.is_zero() && sold1.is_zero());
    if others(core) != record.liquidity || !(sold0.is_zero() || sold1.is_zero()) {
        return Ok(None);
    }
    let part = part(core, record);
    if !trades {
        return Ok((core.state.tick == record.tick).then_some(part));
    }
    let (zero_for_one, sold) = if sold1.is_zero() { (true, sold0) } else { (false, sold1) };
    let trade = run::<true>(core, zero_for_one, Exactly::In(sold), end(zero_for_one))?;
    if trade.tick != record.tick {
        return Ok(None);
    }
    flow.count(&trade)?;
    commit(core, &trade, now);
    Ok(Some(part))
}

/// The liquidity in range when the trades begin, beside the recorded and with it.
const fn part(core: &Core, record: &PoolRecord) -> [u128; 2] {
    let all = core.state.liquidity;
    [all.saturating_sub(record.liquidity), all]
}

/// Returns the part at the beginning of the trades.
fn act(core: &mut Core, record: &PoolRecord, now: u32, flow: &mut Flow) -> Result<[u128; 2], V3Error> {
    provide(core, record.liquidity, now, flow)?;
    let part = part(core, record);
    // First what goes against the move of the span, so that the price does not run ahead of where it ends.
    let falls = record.tick < core.state.tick;
    for zero_for_one in [!falls, falls] {
        let [sold0, sold1] = record.sold;
        let sold = if zero_for_one { sold0 } else { sold1 };
        if !sold.is_zero() {
            flow.count(&core.swap(zero_for_one, Exactly::In(sold), end(zero_for_one), now)?)?;
        }
    }
    correct(core, record.tick, now, flow)?;
    Ok(part)
}

const fn end(zero_for_one: bool) -> U256 {
    let one = U256::from_limbs([1, 0, 0, 0]);
    if zero_for_one { MIN_SQRT_RATIO.wrapping_add(one) } else { MAX_SQRT_RATIO.wrapping_sub(one) }
}

/// The key of the others' position: over all prices, as a pool begins.
fn others_key(core: &Core) -> Key {
    let [lower, upper] = usable_ticks(core.terms().tick_spacing());
    Key { owner: Owner::Named(OTHERS.into()), lower, upper }
}

/// The liquidity of others.
fn others(core: &Core) -> u128 {
    let [lower, upper] = usable_ticks(core.terms().tick_spacing());
    let is_others = |key: &Key| {
        (key.lower, key.upper) == (lower, upper)
            && matches!(&key.owner, Owner::Named(name) if name.as_ref() == OTHERS)
    };
    let mut positions = core.state.positions.as_slice().iter();
    positions.find(|(key, _)| is_others(key)).map_or(0, |(_, position)| position.liquidity)
}

/// Makes the liquidity of others what it was.
fn provide(core: &mut Core, liquidity: u128, now: u32, flow: &mut Flow) -> Result<(), V3Error> {
    let known = others(core);
    if known == liquidity {
        return Ok(());
    }
    let key = others_key(core);
    if let Some(more) = liquidity.checked_sub(known) {
        let paid = core.mint(&key, more, now)?;
        return flow.add(paid, [U256::ZERO; 2]);
    }
    let change = core.burning(&key, known.saturating_sub(liquidity), now)?;
    let paid = change.amounts.map(crate::contract::low_128);
    let paid = core.collectable(&change.position, paid)?;
    core.commit(&key, &change, now);
    core.pay(&key, change.position, paid);
    flow.add([U256::ZERO; 2], paid.map(U256::from))
}

/// Brings the price into the recorded tick, by the shortest way and without a fee.
fn correct(core: &mut Core, tick: i32, now: u32, flow: &mut Flow) -> Result<(), V3Error> {
    let State { sqrt_price, tick: known, .. } = core.state;
    if known == tick {
        return Ok(());
    }
    let (low, above) = (sqrt_ratio_at_tick(tick)?, sqrt_ratio_at_tick(tick.saturating_add(1))?);
    let (zero_for_one, limit) = if sqrt_price < low {
        (false, low)
    } else if sqrt_price >= above {
        (true, above.saturating_sub(U256::ONE))
    } else {
        return Ok(());
    };
    let trade = core.without_fee(|core| core.swap(zero_for_one, Exactly::In(UNLIMITED), limit, now))?;
    let [(in0, out0), (in1, out1)] = trade.by_token();
    flow.corrected = [in0, in1];
    flow.add([in0, in1], [out0, out1])
}
