//! Moving a pool to an outside price.

use levmine_market::{Account, Asset, Moment, PriceBook, TokenAmount};
use levmine_math::{U256, mul, pow10};

use crate::rough::Rough;
use crate::{AmmError, Pool, Quote, Rate, Swap};

/// Jumps along one hyperbola before the curve counts as something else.
const JUMPS: usize = 4;
/// How often a pair of coins may trade again, because its own fee or another pair has moved it.
const REPEATS: usize = 8;
/// Rounds in which the bracket around the optimum shrinks; each at least halves it every other time.
const ROUNDS: usize = 160;

/// Does the most profitable trade against the outside `prices`, if there is one.
///
/// A trader who can buy and sell outside at `prices`, any amount and without a fee, trades until the last base unit
/// costs what it brings. Within the pool's fee nothing is done. Works on any pool: the marginal rate, the fee and one
/// quote fix a hyperbola `out(x) = m·x ÷ (1 + x ÷ X)`, whose best amount is `X·(√(m ÷ target) − 1)`; on a constant
/// product that is the answer, elsewhere the slope of the quotes is followed from there. A pool that can tell the amount
/// itself ([`Pool::amount_to_rate`]) is asked. Guesses are integers of 64
/// significant bits, and whether a trade gains is decided by exact quotes: a trade that does not gain is not done.
///
/// With more than two coins the best pair trades first, until no pair gains a millionth of what the first trade gained,
/// at most eight times as often as there are pairs. So does a pool of two coins that takes its fee from what is bought.
/// The answer then holds the quote of the first trade and the transfers of all. A coin whose price is zero is left
/// alone, and a pool that refuses to be priced (an empty one) has nothing to trade.
///
/// # Errors
///
/// [`AmmError::Market`] for a missing price; what the pool answers to a swap.
pub fn arbitrage(
    pool: &mut dyn Pool,
    trader: Account,
    prices: &PriceBook,
    now: Moment,
) -> Result<Option<Swap>, AmmError> {
    let &[first, second] = pool.coins() else { return arbitrage_many(pool, trader, prices, now) };
    let coins =
        [(0, first, unit_value(first, second, prices)?), (1, second, unit_value(second, first, prices)?)];
    let Some(trade) = best_between(pool, coins, now)? else { return Ok(None) };
    let mut done = Done { gain: trade.gain(), swap: trade.execute(pool, trader, now)? };
    // A fee on what is sold leaves the pool short of the target; one on what is bought stays in the pool and is worth
    // another, much smaller trade.
    if done.swap.quote.fees.liquidity.asset == done.swap.quote.buy.asset {
        for _ in 0..REPEATS {
            match best_between(pool, coins, now)? {
                Some(trade) if !done.is_at_the_price(&trade) => done.add(trade.execute(pool, trader, now)?),
                _ => break,
            }
        }
    }
    Ok(Some(done.swap))
}

/// What was traded so far.
#[derive(Debug)]
struct Done {
    /// The gain of the first trade.
    gain: Rough,
    /// The quote of the first trade and the transfers of all.
    swap: Swap,
}

impl Done {
    /// Whether the trade gains less than a millionth of the first.
    fn is_dust(&self, trade: &Trade) -> bool {
        trade.gain() < self.gain.scaled(-20)
    }

    /// Whether it also gains less than some millionths of what it sells: on a flat curve the first gain is so large that
    /// its millionth still is a price that somebody would trade at.
    fn is_at_the_price(&self, trade: &Trade) -> bool {
        let sold = Rough::of(trade.best.sold).mul(Rough::of(trade.leg.sell_value));
        self.is_dust(trade) && trade.gain() < sold.scaled(-18)
    }

    fn add(&mut self, swap: Swap) {
        self.swap.transfers.extend(swap.transfers);
    }
}

/// The value of a base unit of `coin`, on a scale that it shares with `other`.
fn unit_value(coin: Asset, other: Asset, prices: &PriceBook) -> Result<U256, AmmError> {
    let price = prices.price(coin)?.0.raw();
    let missing = other.decimals().saturating_sub(coin.decimals());
    if missing == 0 { Ok(price) } else { Ok(mul(price, pow10(u32::from(missing))?)?) }
}

fn arbitrage_many(
    pool: &mut dyn Pool,
    trader: Account,
    prices: &PriceBook,
    now: Moment,
) -> Result<Option<Swap>, AmmError> {
    let Some(finest) = pool.coins().iter().copied().max_by_key(Asset::decimals) else { return Ok(None) };
    let mut coins = Vec::new();
    for (at, coin) in pool.coins().iter().copied().enumerate() {
        coins.push((at, coin, unit_value(coin, finest, prices)?));
    }
    let pairs = || {
        coins
            .iter()
            .enumerate()
            .flat_map(|(at, one)| coins.iter().skip(at + 1).map(move |other| [*one, *other]))
    };
    let mut done: Option<Done> = None;
    for _ in 0..pairs().count().saturating_mul(REPEATS) {
        let mut best: Option<Trade> = None;
        for pair in pairs() {
            if let Some(trade) = best_between(pool, pair, now)?
                && best.as_ref().is_none_or(|best| trade.gain() > best.gain())
            {
                best = Some(trade);
            }
        }
        match (best, &mut done) {
            (None, _) => break,
            (Some(trade), None) => {
                let gain = trade.gain();
                done = Some(Done { gain, swap: trade.execute(pool, trader, now)? });
            }
            (Some(trade), Some(done)) if done.is_dust(&trade) => break,
            (Some(trade), Some(done)) => done.add(trade.execute(pool, trader, now)?),
        }
    }
    Ok(done.map(|done| done.swap))
}

/// A trade that gains.
#[derive(Debug, Clone, Copy)]
struct Trade {
    leg: Leg,
    best: Point,
}

impl Trade {
    fn gain(&self) -> Rough {
        let worth = Rough::of(self.best.out).mul(Rough::of(self.leg.buy_value));
        worth.sub(Rough::of(self.best.sold).mul(Rough::of(self.leg.sell_value)))
    }

    fn execute(self, pool: &mut dyn Pool, trader: Account, now: Moment) -> Result<Swap, AmmError> {
        let Self { leg, best } = self;
        pool.swap_exact_in(trader, TokenAmount::new(leg.sell, best.sold), leg.buy, best.out, now)
    }
}

/// One direction: what is sold for what, the values of a base unit of each, and how much of the sold coin lies in the
/// pool.
#[derive(Debug, Clone, Copy)]
struct Leg {
    sell: Asset,
    buy: Asset,
    sell_value: U256,
    buy_value: U256,
    reserve: U256,
}

/// A quoted amount.
#[derive(Debug, Clone, Copy)]
struct Point {
    sold: U256,
    out: U256,
}

/// A quote that tells the fee.
#[derive(Debug, Clone, Copy)]
struct Probe {
    point: Point,
    /// Of the amount from which the fee was taken, what it left.
    kept: Rough,
    /// That amount.
    whole: Rough,
    /// Whether the fee had no fraction to round.
    is_exact: bool,
}

type Coin = (usize, Asset, U256);

fn best_between(pool: &dyn Pool, coins: [Coin; 2], now: Moment) -> Result<Option<Trade>, AmmError> {
    let [(at0, coin0, value0), (at1, coin1, value1)] = coins;
    if value0.is_zero() || value1.is_zero() {
        return Ok(None);
    }
    let rate = match pool.spot_rate(coin0, coin1, now) {
        Ok(rate) => rate,
        Err(AmmError::Refused { .. } | AmmError::Math(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    // Before fees one base unit of the first coin brings `rate.buy ÷ rate.sell` of the second.
    let leg = |sell, buy, sell_value, buy_value, at: usize| {
        let reserve = pool.reserves().get(at).copied().unwrap_or(U256::ZERO);
        Leg { sell, buy, sell_value, buy_value, reserve }
    };
    let (inside, outside) = ((rate.buy, value1), (rate.sell, value0));
    let (leg, rate) = if product_exceeds(inside, outside) {
        (leg(coin0, coin1, value0, value1, at0), rate)
    } else if product_exceeds(outside, inside) {
        (leg(coin1, coin0, value1, value0, at1), Rate { buy: rate.sell, sell: rate.buy })
    } else {
        return Ok(None);
    };
    Ok(Hunt::new(pool, leg, now).run(rate).map(|best| Trade { leg, best }))
}

/// Whether `a.0 × a.1 > b.0 × b.1`, exactly.
#[inline]
fn product_exceeds(a: (U256, U256), b: (U256, U256)) -> bool {
    match (mul(a.0, a.1), mul(b.0, b.1)) {
        (Ok(a), Ok(b)) => a > b,
        (Err(_), Ok(_)) => true,
        (Ok(_), Err(_)) => false,
        (Err(_), Err(_)) => wide_product(a) > wide_product(b),
    }
}

/// The 512-bit product as its high and low half.
fn wide_product((a, b): (U256, U256)) -> (U256, U256) {
    let low_half = U256::from(u128::MAX);
    let (a1, a0, b1, b0) = (a >> 128_usize, a & low_half, b >> 128_usize, b & low_half);
    // Halves of 128 bits: no product passes 256 bits, and the sums are watched.
    let (low, high) = (a0.wrapping_mul(b0), a1.wrapping_mul(b1));
    let (middle, carry) = a1.wrapping_mul(b0).overflowing_add(a0.wrapping_mul(b1));
    let (low, carry_low) = low.overflowing_add(middle << 128_usize);
    let carry = U256::from(u8::from(carry)) << 128_usize;
    let high = high.wrapping_add(middle >> 128_usize).wrapping_add(carry);
    (high.wrapping_add(U256::from(u8::from(carry_low))), low)
}

/// The search in one direction.
struct Hunt<'a> {
    pool: &'a dyn Pool,
    leg: Leg,
    now: Moment,
    best: Option<Point>,
}

impl<'a> Hunt<'a> {
    fn new(pool: &'a dyn Pool, leg: Leg, now: Moment) -> Self {
        Self { pool, leg, now, best: None }
    }

    fn quote(&self, sold: U256) -> Option<Quote> {
        if sold.is_zero() {
            return None;
        }
        self.pool.quote_exact_in(TokenAmount::new(self.leg.sell, sold), self.leg.buy, self.now).ok()
    }

    /// Quotes an amount and keeps it if it is the best yet.
    fn look(&mut self, sold: U256) -> Option<Point> {
        let point = Point { sold, out: self.quote(sold)?.buy.raw };
        self.keep(point);
        Some(point)
    }

    fn keep(&mut self, point: Point) {
        if self.best.is_none_or(|best| self.is_better(point, best)) {
            self.best = Some(point);
        }
    }

    /// Whether the difference between two points is worth its price.
    fn is_better(&self, new: Point, old: Point) -> bool {
        let Leg { sell_value, buy_value, .. } = self.leg;
        if new.sold >= old.sold {
            let (more_out, more_sold) = (new.out.saturating_sub(old.out), new.sold.saturating_sub(old.sold));
            product_exceeds((more_out, buy_value), (more_sold, sell_value))
        } else {
            let (less_out, less_sold) = (old.out.saturating_sub(new.out), old.sold.saturating_sub(new.sold));
            product_exceeds((less_sold, sell_value), (less_out, buy_value))
        }
    }

    fn gains(&self, point: &Point) -> bool {
        product_exceeds((point.out, self.leg.buy_value), (point.sold, self.leg.sell_value))
    }

    /// The best amount, given the marginal rate before fees; `None` when nothing gains.
    fn run(mut self, rate: Rate) -> Option<Point> {
        let Leg { sell, buy, sell_value, buy_value, .. } = self.leg;
        let target = Rate { buy: sell_value, sell: buy_value };
        if let Some(sold) = self.pool.amount_to_rate(sell, buy, target, self.now) {
            self.look(sold);
            return self.best.filter(|best| self.gains(best));
        }
        let probe = self.probe()?;
        // The marginal rate after the fee, and how far it is above the target.
        let buy = Rough::of(rate.buy).mul(probe.kept);
        let sell = Rough::of(rate.sell).mul(probe.whole);
        let (worth, cost) =
            (buy.mul(Rough::of(self.leg.buy_value)), sell.mul(Rough::of(self.leg.sell_value)));
        if worth <= cost {
            return None;
        }
        let marginal = buy.div(sell);
        let ratio = worth.div(cost);
        // Amounts are counted in multiples of X from here: √(m ÷ target) − 1.
        let step = ratio.sqrt().sub(Rough::ONE);
        if !self.jump(probe, marginal, step) {
            let start = self.best.map_or(probe.point.sold, |best| best.sold);
            self.follow_slope(start, ratio);
        }
        let small = U256::from(1_u64 << 20);
        if self.best.is_none_or(|best| best.sold < small || best.out < small) {
            self.polish(probe.point);
        }
        self.best.filter(|best| self.gains(best))
    }

    /// A first quote, of about a 256th of the reserve.
    fn probe(&self) -> Option<Probe> {
        let reserve = self.leg.reserve;
        // In a million times a power of two, which is between 2^19 and 2^20, the fee has no fraction. A small pool
        // shows it better in a larger amount.
        let million = U256::from(1_000_000);
        let whole = reserve.bit_len().checked_sub(28).map(|shift| million << shift);
        let (quote, is_exact) = match whole.and_then(|size| self.quote(size)) {
            Some(quote) => (quote, true),
            None => {
                let sizes = [reserve >> 4_usize, reserve, reserve << 8_usize, reserve >> 16_usize, U256::ONE];
                (sizes.into_iter().find_map(|size| self.quote(size))?, false)
            }
        };
        let fees = quote.fees.liquidity.raw.saturating_add(quote.fees.protocol.raw);
        let (fee, of) = if quote.fees.liquidity.asset == self.leg.sell {
            (fees, quote.sell.raw)
        } else {
            (fees, quote.buy.raw.saturating_add(fees))
        };
        Some(Probe {
            point: Point { sold: quote.sell.raw, out: quote.buy.raw },
            kept: Rough::of(of.saturating_sub(fee)),
            whole: Rough::of(of),
            is_exact,
        })
    }

    /// Jumps to the optimum of the hyperbola through the origin, with the marginal rate there, and the last point.
    /// Answers whether the curve is such a hyperbola as far as whole base units show.
    fn jump(&mut self, probe: Probe, marginal: Rough, step: Rough) -> bool {
        let doubt = if probe.is_exact { Rough::ZERO } else { Rough::ONE.div(probe.whole) };
        let Some(mut fit) = Fit::new(probe.point, marginal, doubt) else { return false };
        for _ in 0..JUMPS {
            let sold = fit.size.mul(step).floor().max(U256::ONE);
            let Some(point) = self.look(sold) else { return false };
            let Some(next) = Fit::new(point, marginal, doubt) else {
                // As straight as base units show: so it should be.
                let sold = Rough::of(point.sold);
                let bend = marginal.mul(sold).mul(sold).div(fit.size);
                return self.settle(bend <= Rough::ONE.scaled(2), point);
            };
            let apart = if next.size > fit.size { next.size.sub(fit.size) } else { fit.size.sub(next.size) };
            let apart = apart.div(fit.size);
            // Off by the part `apart`, the trade misses about out·s·(1 + s)·apart² for the step s.
            let missed = Rough::of(point.out).mul(step).mul(step.add(Rough::ONE)).mul(apart).mul(apart);
            if missed <= Rough::ONE.scaled(-24) {
                return self.settle(true, point);
            }
            let (noise, next_noise) = (fit.noise(), next.noise());
            let tolerance = if noise > next_noise { noise } else { next_noise };
            if apart > tolerance.scaled(1) && apart > Rough::ONE.scaled(-24) {
                return false;
            }
            if next_noise >= noise {
                return self.settle(true, point);
            }
            fit = next;
        }
        true
    }

    /// Brackets the amount at which the slope of the quotes is the target, and closes in on it.
    ///
    /// With σ the slope over the target, `1 ÷ √σ` is linear in the amount on a hyperbola; elsewhere the secant is
    /// helped by bisection. An amount that the pool refuses counts as too large.
    fn follow_slope(&mut self, start: U256, first_slope: Rough) {
        let inverse_root = |slope: Rough| Rough::ONE.div(slope.sqrt());
        let mut low = (U256::ZERO, inverse_root(first_slope));
        let mut high: Option<(U256, Option<Rough>)> = None;
        let mut next = start.max(U256::ONE);
        let mut width = U256::MAX;
        for round in 0..ROUNDS {
            match self.slope(next) {
                Some(slope) if slope > Rough::ONE => low = (next, inverse_root(slope)),
                Some(slope) => high = Some((next, (!slope.is_zero()).then(|| inverse_root(slope)))),
                None => high = Some((next, None)),
            }
            let Some((top, top_root)) = high else {
                let Some(more) = next.checked_mul(U256::from(4)) else { break };
                next = more;
                continue;
            };
            let gap = top.saturating_sub(low.0);
            if gap <= U256::ONE.max(low.0 >> 44_usize) {
                break;
            }
            // A secant that has not halved the bracket in two rounds gives way to the middle.
            let slow = round % 2 == 1 && gap > width >> 1_usize;
            if round % 2 == 1 {
                width = gap;
            }
            let middle = low.0.wrapping_add(gap >> 1_usize);
            next = match top_root {
                Some(top_root) if !slow && top_root > low.1 => {
                    let part = Rough::ONE.sub(low.1).div(top_root.sub(low.1));
                    let inside = gap.saturating_sub(U256::ONE);
                    low.0.wrapping_add(
                        Rough::of(gap).mul(part).floor().clamp(U256::ONE, inside.max(U256::ONE)),
                    )
                }
                // While the amounts differ by magnitudes, so does the middle.
                _ if low.0 >> 1_usize < gap && !low.0.is_zero() => {
                    Rough::of(low.0).mul(Rough::of(top)).sqrt().floor().clamp(low.0, middle)
                }
                _ => middle,
            };
        }
        self.look(low.0);
    }

    /// The slope of the quotes around `at`, over the target; `None` where the pool refuses.
    fn slope(&mut self, at: U256) -> Option<Rough> {
        let target = Rough::of(self.leg.sell_value).div(Rough::of(self.leg.buy_value));
        // A width of w units of what is bought blurs the slope by 1 ÷ w, and the curve within it by (w ÷ out)²: the two
        // are balanced at out^(2/3).
        let out = Rough::of(at).mul(target);
        let visible = Rough::ONE.scaled(out.bits().saturating_mul(2) / 3).div(target).floor();
        let half = visible.clamp(at >> 24_usize, at >> 3_usize);
        let after = self.look(at.checked_add(half)?)?;
        let (before, width) = if half.is_zero() {
            (
                self.look(at.saturating_sub(U256::ONE))
                    .unwrap_or(Point { sold: U256::ZERO, out: U256::ZERO }),
                U256::ONE,
            )
        } else {
            (self.look(at.saturating_sub(half))?, half << 1_usize)
        };
        let rise = after.out.saturating_sub(before.out);
        Some(Rough::of(rise).div(Rough::of(width)).div(target))
    }

    /// Takes `point` for the answer if it is one and gains: an earlier amount that was better by its rounding alone would
    /// leave the rest of the gain in the pool.
    fn settle(&mut self, is_optimum: bool, point: Point) -> bool {
        if is_optimum && self.gains(&point) {
            self.best = Some(point);
        }
        is_optimum
    }

    /// Climbs in base units where they are coarse: halving steps around the best amount, counted in whichever coin has
    /// the more valuable unit.
    fn polish(&mut self, fallback: Point) {
        let by_bought = self.leg.buy_value > self.leg.sell_value && self.pool.capabilities().exact_out;
        let count = |point: Point| if by_bought { point.out } else { point.sold };
        let start = count(self.best.unwrap_or(fallback));
        let mut step = start.max(U256::ONE);
        for _ in 0..256 {
            let center = self.best.map_or(start, count);
            for amount in [center.saturating_add(step), center.saturating_sub(step), center] {
                if by_bought {
                    self.look_for(amount);
                } else {
                    self.look(amount);
                }
            }
            if self.best.is_none_or(|best| count(best) == center) {
                if step == U256::ONE {
                    break;
                }
                step >>= 1_usize;
            }
        }
    }

    /// Quotes the least that buys `out`, as the trade will be done: exact-in.
    fn look_for(&mut self, out: U256) {
        let bought = TokenAmount::new(self.leg.buy, out);
        if let Ok(quote) = self.pool.quote_exact_out(self.leg.sell, bought, self.now) {
            // The pool may ask for one more than is needed.
            self.look(quote.sell.raw);
            self.look(quote.sell.raw.saturating_sub(U256::ONE));
        }
    }
}

/// The hyperbola `m·x ÷ (1 + x ÷ X)` through the origin and a point.
#[derive(Debug, Clone, Copy)]
struct Fit {
    /// X.
    size: Rough,
    /// What the curve pays less than a straight line, in base units.
    lost: Rough,
    /// How wrong that may be: a base unit was floored away, and m may be off.
    error: Rough,
}

impl Fit {
    /// `None` for a point on a straight line. `doubt` is the part by which `marginal` may be wrong.
    fn new(point: Point, marginal: Rough, doubt: Rough) -> Option<Self> {
        let (sold, out) = (Rough::of(point.sold), Rough::of(point.out));
        let straight = marginal.mul(sold);
        let lost = straight.sub(out);
        if lost <= Rough::ONE || out.is_zero() {
            return None;
        }
        let error = straight.mul(doubt).add(Rough::ONE);
        Some(Self { size: sold.mul(out).div(lost), lost, error })
    }

    /// The relative error of the size, with room for as much again.
    fn noise(&self) -> Rough {
        self.error.div(self.lost).scaled(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_products_compare_exactly() {
        let (max, one) = (U256::MAX, U256::ONE);
        assert!(product_exceeds((max, max), (max, max - one)));
        assert!(!product_exceeds((max, max), (max, max)));
        assert!(product_exceeds((max, one + one), (max, one)));
        assert_eq!(wide_product((max, max)), (max - one, one));
        assert_eq!(wide_product((one << 200_usize, one << 100_usize)), (one << 44_usize, U256::ZERO));
    }
}
