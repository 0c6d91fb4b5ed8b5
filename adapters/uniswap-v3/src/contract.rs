//! The pool contract.
//!
//! Source: Uniswap V3 core 1.0.1, `UniswapV3Pool`. What it does in a callback, paying and being paid, is done by whoever
//! calls; the balances are kept here, so that the pool never pays what it does not hold.

use levmine_math::{Rounding, U256, mul_div};

use crate::error::V3Error;
use crate::oracle::{Observation, Observations, sub160, wrap56};
use crate::position::{Key, Position, Positions};
use crate::sqrt_price::{amount0_delta, amount1_delta};
use crate::swap_math::{Exactly, WHOLE};
use crate::tick::{Tick, Ticks, add_delta, growth_inside, max_liquidity_per_tick};
use crate::tick_math::{MAX_TICK, MIN_TICK, tick_at_sqrt_ratio};

/// What stays as it is all the pool's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    fee: u32,
    tick_spacing: i32,
    max_liquidity_per_tick: u128,
}

impl Terms {
    /// The terms of a pool that takes `fee` hundredths of a basis point and has a usable tick every `tick_spacing`;
    /// `None` unless the factory would take them: a fee below 100 %, a spacing from 1 to 16383.
    #[must_use]
    pub const fn new(fee: u32, tick_spacing: i32) -> Option<Self> {
        if fee >= WHOLE || tick_spacing <= 0 || tick_spacing >= 16_384 {
            return None;
        }
        let max_liquidity_per_tick = max_liquidity_per_tick(tick_spacing);
        Some(Self { fee, tick_spacing, max_liquidity_per_tick })
    }

    /// The fee, in hundredths of a basis point of what is sold.
    #[must_use]
    pub const fn fee(&self) -> u32 {
        self.fee
    }

    /// The distance of usable ticks.
    #[must_use]
    pub const fn tick_spacing(&self) -> i32 {
        self.tick_spacing
    }

    /// The most liquidity that may begin or end at a tick.
    #[must_use]
    pub const fn max_liquidity_per_tick(&self) -> u128 {
        self.max_liquidity_per_tick
    }
}

/// What changes: the contract's own integers. Pairs are of the contract's first and second token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The square root of the price of the first token in the second, times 2^96; zero before it is initialized.
    pub sqrt_price: U256,
    /// The tick of the price; one below where a falling price stands exactly at a tick that it has crossed.
    pub tick: i32,
    /// The protocol's part of the fees paid in each token: 0, or the denominator 4 to 10.
    pub fee_protocol: [u8; 2],
    /// The liquidity in range.
    pub liquidity: u128,
    /// Growth of fees per unit of liquidity since the beginning, times 2^128, modulo 2^256.
    pub fee_growth_global: [U256; 2],
    /// What the protocol can collect, in base units.
    pub protocol_fees: [u128; 2],
    /// What the pool holds, in base units.
    pub balances: [U256; 2],
    /// The ticks with liquidity.
    pub ticks: Ticks,
    /// The positions.
    pub positions: Positions,
    /// The oracle.
    pub observations: Observations,
}

impl State {
    /// Becomes a copy of another state, without allocating where there is room enough.
    pub(crate) fn copy_from(&mut self, from: &Self) {
        // All of it: what is left out would not be taken back.
        let Self {
            sqrt_price,
            tick,
            fee_protocol,
            liquidity,
            fee_growth_global,
            protocol_fees,
            balances,
            ticks,
            positions,
            observations,
        } = from;
        self.ticks.copy_from(ticks);
        self.positions.copy_from(positions);
        self.observations.copy_from(observations);
        (self.sqrt_price, self.tick, self.liquidity) = (*sqrt_price, *tick, *liquidity);
        (self.fee_protocol, self.fee_growth_global) = (*fee_protocol, *fee_growth_global);
        (self.protocol_fees, self.balances) = (*protocol_fees, *balances);
    }
}

/// A pool: its terms and its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    terms: Terms,
    pub(crate) state: State,
}

/// A change of a position's liquidity, ready to be done.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    delta: i128,
    lower: Tick,
    upper: Tick,
    pub(crate) position: Position,
    /// What the pool receives (is owed) where liquidity is added, and owes where it is taken.
    pub(crate) amounts: [U256; 2],
    /// The liquidity in range afterwards; `None` where the price is outside of the position.
    liquidity: Option<u128>,
}

/// A position with liquidity, as a burn would find it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) position: &'a Position,
    /// Growth of fees inside of it by now.
    pub(crate) inside: [U256; 2],
    /// What the burn gives.
    pub(crate) amounts: [U256; 2],
}

/// What a view of [`Core::snapshot_inside`] tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inside {
    /// The sum of ticks while the price was inside, modulo 2^56.
    pub tick_cumulative: i64,
    /// The sum of time per liquidity, modulo 2^160.
    pub seconds_per_liquidity: U256,
    /// The seconds, modulo 2^32.
    pub seconds: u32,
}

impl Core {
    /// A pool in this state.
    #[must_use]
    pub const fn new(terms: Terms, state: State) -> Self {
        Self { terms, state }
    }

    /// What stays.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// The same pool in its own state, but without a fee.
    pub(crate) fn without_fee<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let fee = std::mem::replace(&mut self.terms.fee, 0);
        let done = act(self);
        self.terms.fee = fee;
        done
    }

    /// What changes.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The modifier `lock`, and the price.
    pub(crate) fn unlocked(&self) -> Result<U256, V3Error> {
        if self.state.sqrt_price.is_zero() { Err(V3Error::Locked) } else { Ok(self.state.sqrt_price) }
    }

    /// `initialize`: gives the pool its first price.
    ///
    /// # Errors
    ///
    /// [`V3Error::AlreadyInitialized`], [`V3Error::PriceOutOfRange`].
    pub fn initialize(&mut self, sqrt_price: U256, now: u32) -> Result<i32, V3Error> {
        if !self.state.sqrt_price.is_zero() {
            return Err(V3Error::AlreadyInitialized);
        }
        self.state.tick = tick_at_sqrt_ratio(sqrt_price)?;
        self.state.sqrt_price = sqrt_price;
        self.state.observations = Observations::begun(now);
        Ok(self.state.tick)
    }

    /// `_modifyPosition` and `_updatePosition`, without writing anything.
    pub(crate) fn change(&self, key: &Key, delta: i128, now: u32) -> Result<Change, V3Error> {
        let state = &self.state;
        let Key { lower, upper, .. } = *key;
        check_ticks(lower, upper)?;
        let (mut lower_tick, mut upper_tick) = (state.ticks.get(lower), state.ticks.get(upper));
        let global = state.fee_growth_global;
        if delta != 0 {
            let observation = state.observations.current(now, state.tick, state.liquidity);
            let observation = Observation { timestamp: now, ..observation };
            let most = self.terms.max_liquidity_per_tick;
            let flips =
                |before: &Tick, after: &Tick| (before.liquidity_gross == 0) != (after.liquidity_gross == 0);
            let new_lower = lower_tick.updated(delta, false, state.tick, global, &observation, most)?;
            let new_upper = upper_tick.updated(delta, true, state.tick, global, &observation, most)?;
            for (before, after) in [(&lower_tick, &new_lower), (&upper_tick, &new_upper)] {
                if flips(before, after) && before.index % self.terms.tick_spacing != 0 {
                    let spacing = self.terms.tick_spacing;
                    return Err(V3Error::TickNotSpaced { tick: before.index, spacing });
                }
            }
            (lower_tick, upper_tick) = (new_lower, new_upper);
        }
        let inside = growth_inside(&lower_tick, &upper_tick, state.tick, global);
        let position = state.positions.get(key).updated(delta, inside)?;
        let (amounts, liquidity) = self.amounts(&lower_tick, &upper_tick, delta)?;
        Ok(Change { delta, lower: lower_tick, upper: upper_tick, position, amounts, liquidity })
    }

    /// What `burn` of `liquidity` of a position finds, as [`Self::burning`] but without what changes at its ticks: for what
    /// is only looked at, in every step of a run.
    #[inline]
    pub(crate) fn look(&self, key: &Key, liquidity: u128) -> Result<Look<'_>, V3Error> {
        self.unlocked()?;
        let Key { lower, upper, .. } = *key;
        let State { ticks, positions, tick, fee_growth_global, .. } = &self.state;
        let (Some(lower), Some(upper)) = (ticks.find(lower), ticks.find(upper)) else {
            check_ticks(lower, upper)?;
            return Err(V3Error::EmptyPosition);
        };
        let position = positions.find(key).filter(|position| position.liquidity > 0);
        let position = position.ok_or(V3Error::EmptyPosition)?;
        add_delta(position.liquidity, -signed(liquidity)?)?;
        let inside = growth_inside(lower, upper, *tick, *fee_growth_global);
        let (amounts, _) = self.amounts(lower, upper, -signed(liquidity)?)?;
        Ok(Look { position, inside, amounts })
    }

    /// What `delta` of liquidity between two ticks is of both tokens, and the liquidity in range afterwards.
    fn amounts(&self, lower: &Tick, upper: &Tick, delta: i128) -> Result<([U256; 2], Option<u128>), V3Error> {
        let State { sqrt_price, tick, liquidity, .. } = self.state;
        let (a, b) = (lower.sqrt_price, upper.sqrt_price);
        let (size, rounding) = (delta.unsigned_abs(), if delta < 0 { Rounding::Down } else { Rounding::Up });
        if delta == 0 {
            Ok(([U256::ZERO; 2], None))
        } else if tick < lower.index {
            Ok(([amount0_delta(a, b, size, rounding)?, U256::ZERO], None))
        } else if tick < upper.index {
            let amounts = [
                amount0_delta(sqrt_price, b, size, rounding)?,
                amount1_delta(a, sqrt_price, size, rounding)?,
            ];
            Ok((amounts, Some(add_delta(liquidity, delta)?)))
        } else {
            Ok(([U256::ZERO, amount1_delta(a, b, size, rounding)?], None))
        }
    }

    /// Writes what [`Self::change`] has found.
    pub(crate) fn commit(&mut self, key: &Key, change: &Change, now: u32) {
        let state = &mut self.state;
        if change.delta != 0 {
            state.ticks.set(change.lower);
            state.ticks.set(change.upper);
        }
        if let Some(liquidity) = change.liquidity {
            state.observations.write(now, state.tick, state.liquidity);
            state.liquidity = liquidity;
        }
        state.positions.set(key, change.position);
    }

    /// `mint` as far as its callback: what has to be paid for `liquidity`.
    pub(crate) fn minting(&self, key: &Key, liquidity: u128, now: u32) -> Result<Change, V3Error> {
        self.unlocked()?;
        if liquidity == 0 {
            return Err(V3Error::NoLiquidity);
        }
        let change = self.change(key, signed(liquidity)?, now)?;
        for (balance, amount) in self.state.balances.iter().zip(change.amounts) {
            levmine_math::add(*balance, amount)?;
        }
        Ok(change)
    }

    /// The rest of `mint`: it has been paid.
    pub(crate) fn mint_paid(&mut self, key: &Key, change: &Change, now: u32) {
        self.commit(key, change, now);
        for (balance, amount) in self.state.balances.iter_mut().zip(change.amounts) {
            *balance = balance.saturating_add(amount);
        }
    }

    /// `mint`: adds `liquidity` to a position; returns what the caller pays of both tokens, **rounded up**.
    ///
    /// # Errors
    ///
    /// Whatever the contract refuses: ticks in the wrong order or beyond the ends, too much liquidity.
    pub fn mint(&mut self, key: &Key, liquidity: u128, now: u32) -> Result<[U256; 2], V3Error> {
        let change = self.minting(key, liquidity, now)?;
        self.mint_paid(key, &change, now);
        Ok(change.amounts)
    }

    /// `burn` without writing anything; the position already has what it is owed.
    pub(crate) fn burning(&self, key: &Key, liquidity: u128, now: u32) -> Result<Change, V3Error> {
        self.unlocked()?;
        let mut change = self.change(key, -signed(liquidity)?, now)?;
        for (owed, amount) in change.position.tokens_owed.iter_mut().zip(change.amounts) {
            *owed = owed.wrapping_add(low_128(amount));
        }
        Ok(change)
    }

    /// `burn`: takes `liquidity` from a position, which is then owed the amounts returned, **rounded down**. Of zero
    /// liquidity it writes the fees down.
    ///
    /// # Errors
    ///
    /// As the contract: [`V3Error::LiquiditySub`], [`V3Error::EmptyPosition`] and those of the ticks.
    pub fn burn(&mut self, key: &Key, liquidity: u128, now: u32) -> Result<[U256; 2], V3Error> {
        let change = self.burning(key, liquidity, now)?;
        self.commit(key, &change, now);
        Ok(change.amounts)
    }

    /// Writes down the fees of a position, as `burn` of zero liquidity does.
    pub(crate) fn write_fees(&mut self, key: &Key, position: Position) {
        self.state.positions.set(key, position);
    }

    /// What `collect` would pay of `asked` to a position in this state.
    pub(crate) fn collectable(&self, position: &Position, asked: [u128; 2]) -> Result<[u128; 2], V3Error> {
        self.payable(position.tokens_owed, asked)
    }

    /// What `collect` would pay of `asked` where as much is owed.
    #[inline]
    pub(crate) fn payable(&self, owed: [u128; 2], asked: [u128; 2]) -> Result<[u128; 2], V3Error> {
        let ([owed0, owed1], [asked0, asked1]) = (owed, asked);
        let paid = [asked0.min(owed0), asked1.min(owed1)];
        self.check_payment(paid.map(U256::from))?;
        Ok(paid)
    }

    fn check_payment(&self, amounts: [U256; 2]) -> Result<(), V3Error> {
        for (balance, amount) in self.state.balances.into_iter().zip(amounts) {
            if amount > balance {
                return Err(V3Error::TransferFailed { balance, amount });
            }
        }
        Ok(())
    }

    pub(crate) fn pay(&mut self, key: &Key, position: Position, paid: [u128; 2]) {
        let mut position = position;
        for ((owed, balance), paid) in position.tokens_owed.iter_mut().zip(&mut self.state.balances).zip(paid)
        {
            *owed = owed.saturating_sub(paid);
            *balance = balance.saturating_sub(U256::from(paid));
        }
        if paid != [0, 0] {
            self.state.positions.set(key, position);
        }
    }

    /// `collect`: pays a position at most `asked` of what it is owed.
    ///
    /// # Errors
    ///
    /// [`V3Error::Locked`]; [`V3Error::TransferFailed`] for a pool that holds less than it owes.
    pub fn collect(&mut self, key: &Key, asked: [u128; 2]) -> Result<[u128; 2], V3Error> {
        self.unlocked()?;
        let position = self.state.positions.get(key);
        let paid = self.collectable(&position, asked)?;
        self.pay(key, position, paid);
        Ok(paid)
    }

    /// `flash`: lends `amounts`, gets `paid` back, and gives what is more to the protocol and the liquidity in range.
    /// Returns what was more.
    ///
    /// # Errors
    ///
    /// [`V3Error::NothingInRange`], [`V3Error::TransferFailed`], [`V3Error::FlashFirst`], [`V3Error::FlashSecond`].
    pub fn flash(&mut self, amounts: [U256; 2], paid: [U256; 2]) -> Result<[U256; 2], V3Error> {
        self.unlocked()?;
        let liquidity = self.state.liquidity;
        if liquidity == 0 {
            return Err(V3Error::NothingInRange);
        }
        let mut due = [U256::ZERO; 2];
        for (due, amount) in due.iter_mut().zip(amounts) {
            *due = mul_div(amount, U256::from(self.terms.fee), U256::from(WHOLE), Rounding::Up)?;
        }
        self.check_payment(amounts)?;
        let mut after = self.state.balances;
        for ((balance, amount), paid) in after.iter_mut().zip(amounts).zip(paid) {
            *balance = levmine_math::add(levmine_math::sub(*balance, amount)?, paid)?;
        }
        let ([before0, before1], [after0, after1], [due0, due1]) = (self.state.balances, after, due);
        if levmine_math::add(before0, due0)? > after0 {
            return Err(V3Error::FlashFirst { paid: after0, due: before0.wrapping_add(due0) });
        }
        if levmine_math::add(before1, due1)? > after1 {
            return Err(V3Error::FlashSecond { paid: after1, due: before1.wrapping_add(due1) });
        }
        let gained = [after0.wrapping_sub(before0), after1.wrapping_sub(before1)];
        let (mut growth, mut protocol) = (self.state.fee_growth_global, self.state.protocol_fees);
        for (((growth, protocol), gained), part) in
            growth.iter_mut().zip(&mut protocol).zip(gained).zip(self.state.fee_protocol)
        {
            if gained.is_zero() {
                continue;
            }
            let cut = gained.checked_div(U256::from(part)).unwrap_or_default();
            *protocol = protocol.wrapping_add(low_128(cut));
            *growth = growth.wrapping_add(growth_of(gained.wrapping_sub(cut), liquidity)?);
        }
        self.state.fee_growth_global = growth;
        self.state.protocol_fees = protocol;
        self.state.balances = after;
        Ok(gained)
    }

    /// `setFeeProtocol`: the protocol takes one part in so many of each token's fees, none for 0.
    ///
    /// # Errors
    ///
    /// [`V3Error::ProtocolFee`] unless each is 0 or from 4 to 10.
    pub fn set_fee_protocol(&mut self, parts: [u8; 2]) -> Result<(), V3Error> {
        self.unlocked()?;
        if let Some(fee) = parts.into_iter().find(|part| *part != 0 && !(4..=10).contains(part)) {
            return Err(V3Error::ProtocolFee { fee });
        }
        self.state.fee_protocol = parts;
        Ok(())
    }

    /// `collectProtocol`: pays the protocol at most `asked`; of everything one base unit stays behind.
    ///
    /// # Errors
    ///
    /// [`V3Error::Locked`], [`V3Error::TransferFailed`].
    pub fn collect_protocol(&mut self, asked: [u128; 2]) -> Result<[u128; 2], V3Error> {
        self.unlocked()?;
        let mut paid = asked;
        for (paid, owed) in paid.iter_mut().zip(self.state.protocol_fees) {
            *paid = (*paid).min(owed);
            if *paid > 0 && *paid == owed {
                *paid -= 1;
            }
        }
        self.check_payment(paid.map(U256::from))?;
        for ((owed, balance), paid) in
            self.state.protocol_fees.iter_mut().zip(&mut self.state.balances).zip(paid)
        {
            *owed = owed.saturating_sub(paid);
            *balance = balance.saturating_sub(U256::from(paid));
        }
        Ok(paid)
    }

    /// `increaseObservationCardinalityNext`.
    ///
    /// # Errors
    ///
    /// [`V3Error::Locked`].
    pub fn increase_observation_cardinality_next(&mut self, next: u16) -> Result<(), V3Error> {
        self.unlocked()?;
        self.state.observations.grow(next);
        Ok(())
    }

    /// `observe` for one moment in the past.
    ///
    /// # Errors
    ///
    /// [`V3Error::NoObservation`], [`V3Error::TooOld`].
    pub fn observe(&self, now: u32, seconds_ago: u32) -> Result<Observation, V3Error> {
        self.state.observations.observe(now, seconds_ago, self.state.tick, self.state.liquidity)
    }

    /// `snapshotCumulativesInside`.
    ///
    /// # Errors
    ///
    /// Those of the ticks; [`V3Error::TickNotInitialized`].
    pub fn snapshot_inside(&self, lower: i32, upper: i32, now: u32) -> Result<Inside, V3Error> {
        check_ticks(lower, upper)?;
        let find = |tick| self.state.ticks.find(tick).ok_or(V3Error::TickNotInitialized { tick });
        let (low, high) = (find(lower)?, find(upper)?);
        let outside = |tick: &Tick| Inside {
            tick_cumulative: tick.tick_cumulative_outside,
            seconds_per_liquidity: tick.seconds_per_liquidity_outside,
            seconds: tick.seconds_outside,
        };
        let less = |a: Inside, b: Inside| Inside {
            tick_cumulative: wrap56(a.tick_cumulative.wrapping_sub(b.tick_cumulative)),
            seconds_per_liquidity: sub160(a.seconds_per_liquidity, b.seconds_per_liquidity),
            seconds: a.seconds.wrapping_sub(b.seconds),
        };
        Ok(if self.state.tick < lower {
            less(outside(low), outside(high))
        } else if self.state.tick < upper {
            let observed = self.observe(now, 0)?;
            let all = Inside {
                tick_cumulative: observed.tick_cumulative,
                seconds_per_liquidity: observed.seconds_per_liquidity,
                seconds: now,
            };
            less(less(all, outside(low)), outside(high))
        } else {
            less(outside(high), outside(low))
        })
    }

    /// Tokens that somebody sends to the pool: they count as nobody's.
    ///
    /// # Errors
    ///
    /// [`V3Error::Math`] beyond 256 bits.
    pub fn donate(&mut self, amounts: [U256; 2]) -> Result<(), V3Error> {
        let mut balances = self.state.balances;
        for (balance, amount) in balances.iter_mut().zip(amounts) {
            *balance = levmine_math::add(*balance, amount)?;
        }
        self.state.balances = balances;
        Ok(())
    }

    /// `swap` without writing anything: what it would do with `exactly`, down (if `zero_for_one`) or up to the price
    /// `limit`.
    ///
    /// # Errors
    ///
    /// [`V3Error::NothingSwapped`], [`V3Error::Locked`], [`V3Error::PriceLimit`]; [`V3Error::TransferFailed`] for a pool
    /// that holds less than comes out.
    #[inline]
    pub fn quote(&self, zero_for_one: bool, exactly: Exactly, limit: U256) -> Result<Trade, V3Error> {
        crate::swap::run::<false>(self, zero_for_one, exactly, limit)
    }

    /// `swap`: does it.
    ///
    /// # Errors
    ///
    /// As [`Self::quote`].
    pub fn swap(
        &mut self,
        zero_for_one: bool,
        exactly: Exactly,
        limit: U256,
        now: u32,
    ) -> Result<Trade, V3Error> {
        let trade = crate::swap::run::<true>(self, zero_for_one, exactly, limit)?;
        crate::swap::commit(self, &trade, now);
        Ok(trade)
    }
}

pub use crate::swap::Trade;

fn check_ticks(lower: i32, upper: i32) -> Result<(), V3Error> {
    if lower >= upper {
        return Err(V3Error::TicksMisordered { lower, upper });
    }
    if lower < MIN_TICK {
        return Err(V3Error::LowerTickTooLow { lower });
    }
    if upper > MAX_TICK {
        return Err(V3Error::UpperTickTooHigh { upper });
    }
    Ok(())
}

/// `toInt128`.
fn signed(liquidity: u128) -> Result<i128, V3Error> {
    i128::try_from(liquidity).map_err(|_| V3Error::TooLarge { amount: U256::from(liquidity), bits: 127 })
}

/// `uint128(…)`: the low half.
pub(crate) fn low_128(amount: U256) -> u128 {
    let [low, high, ..] = *amount.as_limbs();
    u128::from(high) << 64 | u128::from(low)
}

/// `fees × 2^128 ÷ liquidity`, **rounded down**.
#[inline]
pub(crate) fn growth_of(fees: U256, liquidity: u128) -> Result<U256, V3Error> {
    let liquidity = U256::from(liquidity);
    Ok(if fees.bit_len() <= 128 {
        levmine_math::div(fees << 128_usize, liquidity, Rounding::Down)?
    } else {
        mul_div(fees, U256::ONE << 128_usize, liquidity, Rounding::Down)?
    })
}
