//! How much is to be sold until the last unit, its fee taken off, brings no more than a rate.
//!
//! A guess that is as good as its 60 bits, on the invariant without the contracts' rounding: who asks quotes exactly. With all
//! other balances and D fixed, the curve of two coins is a quadratic equation in either of them, and the point of a slope is
//! found by Newton's method on the balance that is scarcer there.

use levmine_amm::Rate;
use levmine_math::{U256, sqrt_floor};

use crate::arith::{FEE_DENOMINATOR, add, div, int, mul, mul_div, sub};
use crate::contract::{NO_MULTIPLIER, to_units};
use crate::market::Market;
use crate::spot::shrink;

/// Bits to which D is scaled.
const BITS: usize = 60;
/// Bits of slopes and fees behind the point.
const FRACTION: usize = 76;
const ONE: U256 = U256::from_limbs([0, 1 << (FRACTION - 64), 0, 0]);
/// Slopes beyond this and below its reciprocal are left to a search.
const STEEPEST: usize = 20;
/// Rounds on the curve; each at least halves a bracket of 60 bits, or nearly so.
const ROUNDS: usize = 100;
/// Rounds in which the rising fee and the amount follow each other.
const FEE_ROUNDS: usize = 64;
/// How far the slope may be off for a rising fee: 2^-36 of one, 10^-11.
const TOLERANCE: U256 = U256::from_limbs([1 << (FRACTION - 36), 0, 0, 0]);

/// Returns how much of coin `i` to sell for coin `j` until the marginal rate after the fee is `rate`, in base units; zero
/// where it already is no more, `None` where only a search can tell.
pub(crate) fn amount_to_rate(market: &Market, [i, j]: [usize; 2], rate: Rate, now: u64) -> Option<U256> {
    let (pool, rates) = (market.pool(), market.rates(now).ok()?);
    let state = pool.state();
    // A transfer that keeps a part of itself is another fee.
    if !state.transfer_fee_bps.is_zero() || state.is_killed || i == j {
        return None;
    }
    let xp = pool.normalise(&pool.balances().ok()?, &rates).ok()?;
    if xp.iter().any(U256::is_zero) {
        return None;
    }
    let curve = pool.curve(now).ok()?;
    let d = market.d(&curve, &xp).ok()?;
    let scale = Scale::of(d);
    let others = xp.iter().enumerate().filter(|(at, _)| *at != i && *at != j).map(|(_, x)| scale.down(*x));
    let arc = Arc::new(scale.down(d), curve.ann(), curve.precision(), xp.len(), others)?;
    let start = Place { x: scale.down(*xp.get(i)?), y: scale.down(*xp.get(j)?) };
    let fee = Fee { fee: state.fee, multiplier: state.multiplier };
    let target = {
        let [buy, sell] = shrink([rate.buy, rate.sell]);
        let [rate_i, rate_j] = shrink([rates.at(i), rates.at(j)]);
        let [up, down] = [mul(buy, rate_j)?, mul(sell, rate_i)?];
        let over = up.bit_len().saturating_sub(256 - FRACTION);
        div((up >> over) << FRACTION, down >> over)?
    };
    if target.bit_len() > FRACTION + STEEPEST || target.bit_len() < FRACTION - STEEPEST {
        return None;
    }
    let end = arc.place_of_rate(start, target, &fee)?;
    to_units(scale.up(end.x.saturating_sub(start.x))?, rates.at(i))
}

/// By how many bits balances are shifted.
#[derive(Debug, Clone, Copy)]
struct Scale {
    left: usize,
    right: usize,
}

impl Scale {
    fn of(d: U256) -> Self {
        let bits = d.bit_len();
        Self { left: BITS.saturating_sub(bits), right: bits.saturating_sub(BITS) }
    }

    fn down(self, x: U256) -> U256 {
        (x << self.left) >> self.right
    }

    fn up(self, x: U256) -> Option<U256> {
        (x.bit_len() + self.right <= 256).then(|| (x << self.right) >> self.left)
    }
}

/// Balances of the coin sold and of the coin bought.
#[derive(Debug, Clone, Copy)]
struct Place {
    x: U256,
    y: U256,
}

/// The fee of a swap, in parts of 10^10.
#[derive(Debug, Clone, Copy)]
struct Fee {
    fee: U256,
    multiplier: U256,
}

/// The curve of two coins.
#[derive(Debug, Clone, Copy)]
struct Arc {
    ann: U256,
    d: U256,
    /// `D_P × v × w` in the parts of A: `D^(n+1) ÷ (n^n·Πz)` over the other coins z.
    product: U256,
    /// The other coins, and `D ÷ Ann`.
    rest: U256,
}

impl Arc {
    fn new(
        d: U256,
        ann: U256,
        precision: U256,
        coins: usize,
        others: impl Iterator<Item = U256>,
    ) -> Option<Self> {
        let n = int(coins as u64);
        let (mut product, mut rest) = (d, mul_div(d, precision, ann)?);
        for other in others {
            product = mul_div(product, d, mul(other, n)?)?;
            rest = add(rest, other)?;
        }
        let product = div(mul(mul(mul(product, d)?, d)?, precision)?, mul(n, n)?)?;
        Some(Self { ann, d, product, rest })
    }

    /// The other balance when one is `v`: `w² + (v + rest − D)·w = product ÷ (Ann·v)`.
    fn other(&self, v: U256) -> Option<U256> {
        let sum = add(v, self.rest)?;
        let constant = div(self.product, mul(self.ann, v)?)?;
        let middle = sum.abs_diff(self.d);
        let root = sqrt_floor(add(mul(middle, middle)?, mul(constant, int(4))?)?);
        if sum >= self.d {
            mul_div(constant, int(2), add(middle, root)?)
        } else {
            Some(add(middle, root)? >> 1)
        }
    }

    fn product_at(&self, v: U256, w: U256) -> Option<U256> {
        div(self.product, mul(v, w)?)
    }

    /// `−dw ÷ dv`.
    fn slope(&self, v: U256, w: U256, product: U256) -> Option<U256> {
        let up = mul(w, add(mul(self.ann, v)?, product)?)?;
        let down = mul(v, add(mul(self.ann, w)?, product)?)?;
        let over = up.bit_len().saturating_sub(256 - FRACTION);
        div((up >> over) << FRACTION, down >> over)
    }

    /// Where on the way from `start` the marginal rate after the fee is `target`.
    fn place_of_rate(&self, start: Place, target: U256, fee: &Fee) -> Option<Place> {
        let slope = self.slope(start.x, start.y, self.product_at(start.x, start.y)?)?;
        let mut needed = fee.slope_for(start, start, slope, target)?;
        if slope <= needed {
            return Some(start);
        }
        for _ in 0..FEE_ROUNDS {
            let place = self.place_of_slope(start, slope, needed)?;
            if fee.multiplier <= NO_MULTIPLIER {
                return Some(place);
            }
            let here = self.slope(place.x, place.y, self.product_at(place.x, place.y)?)?;
            let next = fee.slope_for(start, place, here, target)?;
            if next.abs_diff(needed) <= TOLERANCE {
                return Some(place);
            }
            needed = next;
        }
        None
    }

    /// Where on the way from `start`, which has the slope `first`, the slope is `target`.
    fn place_of_slope(&self, start: Place, first: U256, target: U256) -> Option<Place> {
        if first <= target {
            return Some(start);
        }
        if target >= ONE {
            let [x, y] = self.scarce([start.x, start.y], target, true)?;
            Some(Place { x, y })
        } else {
            let [y, x] = self.scarce([start.y, start.x], div(ONE << FRACTION, target)?, false)?;
            Some(Place { x, y })
        }
    }

    /// Where `−dw ÷ dv` is `slope`, which is one or more: Newton's method on
    /// `Ann·(slope − 1)·v²·w² + product·(slope·v − w)`, all of it divided by `v·w`.
    fn scarce(&self, [first, first_other]: [U256; 2], slope: U256, is_sold: bool) -> Option<[U256; 2]> {
        let balanced = add(first, first_other)? >> 1_usize;
        let (mut v, mut w) = (first, first_other);
        let (mut low, mut high) = if is_sold { (v, add(balanced, int(16))?) } else { (U256::ZERO, v) };
        if v > w {
            v = balanced;
            w = self.other(v)?;
        }
        let steep = mul(self.ann, sub(slope, ONE)?)?;
        for _ in 0..ROUNDS {
            let product = self.product_at(v, w)?;
            // The function, negative below the point and positive above it.
            let up = add(mul(mul(steep, v)?, w)?, mul(mul(product, slope)?, v)?)?;
            let down = mul(mul(product, w)?, ONE)?;
            // Its derivative, of which a part is left out beyond the middle, where it is negative.
            let bend = mul_div(mul(self.ann, w)?, w.saturating_sub(v), add(mul(self.ann, w)?, product)?)?;
            let own = mul(product, add(slope, self.slope(v, w, product)?)?)?;
            let derivative = add(mul(mul(steep, bend)?, int(2))?, own)?;
            let step = div(up.abs_diff(down), derivative)?;
            if step.is_zero() {
                break;
            }
            let next = if up > down {
                high = v;
                v.saturating_sub(step)
            } else {
                low = v;
                add(v, step)?
            };
            let next = if next <= low || next >= high { add(low, high)? >> 1_usize } else { next };
            let moved = next.abs_diff(v);
            v = next;
            w = self.other(v)?;
            if moved <= U256::ONE.max(v.abs_diff(first) >> 28_usize) {
                break;
            }
        }
        Some([v, w])
    }
}

impl Fee {
    /// The slope at `place` that brings `target` after the fee, a swap having begun at `start`. A fee that falls on the way
    /// gives back a part of what was taken.
    fn slope_for(&self, start: Place, place: Place, slope: U256, target: U256) -> Option<U256> {
        if self.multiplier <= NO_MULTIPLIER {
            return mul_div(target, FEE_DENOMINATOR, sub(FEE_DENOMINATOR, self.fee)?);
        }
        let (x, y) = (add(start.x, place.x)?, add(start.y, place.y)?);
        let sum = add(x, y)?;
        let more = sub(self.multiplier, FEE_DENOMINATOR)?;
        let most = mul(self.multiplier, self.fee)?;
        if most.is_zero() {
            return Some(target);
        }
        // m·fee ÷ ((m − 1)·4·x·y ÷ (x + y)² + 1)
        let level = div(mul(mul(mul(more, int(4))?, x)?, y)? << 40_usize, mul(sum, sum)?)?;
        let level = mul(add(level, FEE_DENOMINATOR << 40_usize)?, FEE_DENOMINATOR)?;
        let fee = div(most << (FRACTION + 40), level)?;
        // fee² × (m − 1) ÷ (m·fee) × 4·(y − x)·(y + slope·x) ÷ (x + y)³ is by how much it falls, on all that was bought.
        let share = mul_div(mul(fee, more)?, FEE_DENOMINATOR, most)?;
        let bought = start.y.saturating_sub(place.y);
        let apart = mul_div(mul(y.abs_diff(x), bought)?, int(4), sum)?;
        let turned = add(y, mul(slope, x)? >> FRACTION)?;
        let part = div(mul(apart, turned)? << FRACTION, mul(sum, sum)?)?;
        let change = mul(mul(fee, share)? >> FRACTION, part)? >> FRACTION;
        let aim = if y > x { sub(target, change)? } else { add(target, change)? };
        mul_div(aim, ONE, sub(ONE, fee)?)
    }
}
