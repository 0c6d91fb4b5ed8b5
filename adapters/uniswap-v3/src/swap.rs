//! A swap through as many ticks as it takes.
//!
//! Source: Uniswap V3 core 1.0.1, `UniswapV3Pool.swap`.

use levmine_math::{U256, add, sub};

use crate::contract::{Core, State, growth_of, low_128};
use crate::error::V3Error;
use crate::swap_math::{Exactly, swap_step};
use crate::tick::add_delta;
use crate::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, ratio, tick_at};

/// What a swap does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trade {
    /// Whether the first token goes in, and the price falls.
    pub zero_for_one: bool,
    /// What goes in, the fee included.
    pub amount_in: U256,
    /// What comes out.
    pub amount_out: U256,
    /// The fee that stays with the liquidity, of what goes in.
    pub fee: U256,
    /// The fee that the protocol takes, of what goes in.
    pub protocol_fee: U256,
    /// The price afterwards, as a square root times 2^96.
    pub sqrt_price: U256,
    /// Its tick.
    pub tick: i32,
    /// The liquidity in range afterwards.
    pub liquidity: u128,
    /// Growth of fees of the token that went in, afterwards.
    growth: U256,
    /// How many ticks with liquidity were crossed.
    pub ticks_crossed: usize,
    /// The places of those ticks, with the growth at that moment.
    crossed: Vec<(usize, U256)>,
}

impl Trade {
    /// What moved of the first and of the second token, as the pool sees it: `(into the pool, out of it)`.
    #[must_use]
    pub const fn by_token(&self) -> [(U256, U256); 2] {
        if self.zero_for_one {
            [(self.amount_in, U256::ZERO), (U256::ZERO, self.amount_out)]
        } else {
            [(U256::ZERO, self.amount_out), (self.amount_in, U256::ZERO)]
        }
    }
}

const SIGNED: usize = 255;

/// The swap; with `RECORD` the ticks that it crosses are kept for [`commit`].
#[inline]
pub(crate) fn run<const RECORD: bool>(
    core: &Core,
    zero_for_one: bool,
    exactly: Exactly,
    limit: U256,
) -> Result<Trade, V3Error> {
    let amount = exactly.amount();
    // `toInt256` of whoever calls comes first.
    if amount.bit_len() > SIGNED {
        return Err(V3Error::TooLarge { amount, bits: 255 });
    }
    if amount.is_zero() {
        return Err(V3Error::NothingSwapped);
    }
    let start = core.unlocked()?;
    let within = if zero_for_one {
        limit < start && limit > MIN_SQRT_RATIO
    } else {
        limit > start && limit < MAX_SQRT_RATIO
    };
    if !within {
        return Err(V3Error::PriceLimit { limit, sqrt_price: start });
    }
    let State { fee_protocol: [part0, part1], fee_growth_global: [growth0, growth1], .. } = core.state;
    let (part, growth) = if zero_for_one { (part0, growth0) } else { (part1, growth1) };
    let mut trade = Trade {
        zero_for_one,
        amount_in: U256::ZERO,
        amount_out: U256::ZERO,
        fee: U256::ZERO,
        protocol_fee: U256::ZERO,
        sqrt_price: start,
        tick: core.state.tick,
        liquidity: core.state.liquidity,
        growth,
        ticks_crossed: 0,
        crossed: Vec::new(),
    };
    let ticks = &core.state.ticks;
    let spacing = core.terms().tick_spacing();
    let fee = core.terms().fee();
    let mut above = ticks.place_above(trade.tick);
    let mut remaining = exactly;
    while !remaining.amount().is_zero() && trade.sqrt_price != limit {
        let before = trade.sqrt_price;
        // Without liquidity nothing moves but the price: words need not be counted.
        let is_empty = trade.liquidity == 0;
        let next = ticks.next(trade.tick, above, spacing, zero_for_one, is_empty);
        let is_beyond = if zero_for_one { next.sqrt_price < limit } else { next.sqrt_price > limit };
        let target = if is_beyond { limit } else { next.sqrt_price };
        let step = swap_step(before, target, trade.liquidity, remaining, fee)?;
        trade.sqrt_price = step.sqrt_price;
        let paid = add(step.amount_in, step.fee)?;
        trade.amount_in = add(trade.amount_in, paid)?;
        trade.amount_out = add(trade.amount_out, step.amount_out)?;
        remaining = match remaining {
            Exactly::In(left) => Exactly::In(sub(left, paid)?),
            Exactly::Out(left) => Exactly::Out(sub(left, step.amount_out)?),
        };
        let mut kept = step.fee;
        if part > 0 {
            let cut = step.fee.checked_div(U256::from(part)).unwrap_or_default();
            kept = kept.wrapping_sub(cut);
            trade.protocol_fee = add(trade.protocol_fee, cut)?;
        }
        trade.fee = add(trade.fee, kept)?;
        if trade.liquidity > 0 && !kept.is_zero() {
            trade.growth = trade.growth.wrapping_add(growth_of(kept, trade.liquidity)?);
        }
        if trade.sqrt_price == next.sqrt_price {
            if let Some((place, tick)) = next.place.and_then(|place| Some((place, ticks.at(place)?))) {
                if RECORD {
                    trade.crossed.push((place, trade.growth));
                }
                trade.ticks_crossed += 1;
                let net = if zero_for_one { tick.liquidity_net.wrapping_neg() } else { tick.liquidity_net };
                trade.liquidity = add_delta(trade.liquidity, net)?;
                above = if zero_for_one { place } else { place + 1 };
            }
            trade.tick = if zero_for_one { next.tick - 1 } else { next.tick };
        } else if trade.sqrt_price != before {
            trade.tick = tick_at(trade.sqrt_price);
            // Had the words been counted, the end of one would have been passed where the limit is just that.
            let is_end = zero_for_one && is_empty && trade.tick.rem_euclid(256 * spacing) == 0;
            if is_end && ratio(trade.tick) == trade.sqrt_price {
                trade.tick -= 1;
            }
        }
    }
    let [balance0, balance1] = core.state.balances;
    let (pays, receives) = if zero_for_one { (balance1, balance0) } else { (balance0, balance1) };
    if trade.amount_out > pays {
        return Err(V3Error::TransferFailed { balance: pays, amount: trade.amount_out });
    }
    add(receives, trade.amount_in)?;
    Ok(trade)
}

/// Writes what a recorded [`run`] has found.
pub(crate) fn commit(core: &mut Core, trade: &Trade, now: u32) {
    let state = &mut core.state;
    let global = state.fee_growth_global;
    if !trade.crossed.is_empty() {
        let observation = state.observations.current(now, state.tick, state.liquidity);
        for (place, growth) in &trade.crossed {
            let [growth0, growth1] = global;
            let growth = if trade.zero_for_one { [*growth, growth1] } else { [growth0, *growth] };
            if let Some(tick) = state.ticks.at_mut(*place) {
                tick.cross(growth, &observation);
            }
        }
    }
    if trade.tick != state.tick {
        state.observations.write(now, state.tick, state.liquidity);
    }
    state.sqrt_price = trade.sqrt_price;
    state.tick = trade.tick;
    state.liquidity = trade.liquidity;
    let side = usize::from(!trade.zero_for_one);
    if let Some(growth) = state.fee_growth_global.get_mut(side) {
        *growth = trade.growth;
    }
    if let Some(owed) = state.protocol_fees.get_mut(side) {
        *owed = owed.wrapping_add(low_128(trade.protocol_fee));
    }
    let [balance0, balance1] = &mut state.balances;
    let (receives, pays) = if trade.zero_for_one { (balance0, balance1) } else { (balance1, balance0) };
    *receives = receives.saturating_add(trade.amount_in);
    *pays = pays.saturating_sub(trade.amount_out);
}
