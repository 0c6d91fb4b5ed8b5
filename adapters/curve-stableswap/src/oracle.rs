//! The averages that the newest pools keep: of each coin's price in the first coin, and of the invariant.
//!
//! Source: `upkeep_oracles`, `_calc_moving_average` and `exp` of `CurveStableSwapNG` v7.0.0.

use levmine_math::U256;

use crate::arith::{PRECISION, add, div, int, mul, mul_div, sub};
use crate::per_coin::PerCoin;

/// The window of the invariant's average in a new pool: twelve hours ÷ ln 2, in seconds.
pub(crate) const D_WINDOW: u64 = 62_324;
/// The usual window of the prices' average: ten minutes ÷ ln 2, in seconds.
pub(crate) const PRICE_WINDOW: u64 = 866;

/// A value, and its average until the last time it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Average {
    /// The last value.
    pub last: U256,
    /// The average before it.
    pub mean: U256,
}

/// The averages of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Oracle {
    /// `last_price` of each coin but the first, with 18 decimals.
    pub last_prices: PerCoin,
    /// `ema_price` of each coin but the first, with 18 decimals.
    pub mean_prices: PerCoin,
    /// The invariant, with 18 decimals.
    pub d: Average,
    /// `ma_exp_time`: the window of the prices, in seconds.
    pub price_window: U256,
    /// `D_ma_time`: the window of the invariant, in seconds.
    pub d_window: U256,
    /// When a price was last looked at, in Unix seconds.
    pub price_time: u64,
    /// When the invariant was last looked at, in Unix seconds.
    pub d_time: u64,
}

impl Average {
    /// Returns the average at `now`: `last·(1 − α) + mean·α` with `α = e^(−passed ÷ window)`.
    pub(crate) fn at(&self, window: U256, since: u64, now: u64) -> Option<U256> {
        if since >= now {
            return Some(self.mean);
        }
        let passed = mul(int(now.checked_sub(since)?), PRECISION)?;
        let alpha = exp_of_minus(div(passed, window)?);
        let sum = add(mul(self.last, sub(PRECISION, alpha)?)?, mul(self.mean, alpha)?)?;
        div(sum, PRECISION)
    }

    /// Whether both fit the halves of a word, in which the contract keeps them.
    fn packed(last: U256, mean: U256) -> Option<Self> {
        let fits = last.bit_len() <= 128 && mean.bit_len() <= 128;
        fits.then_some(Self { last, mean })
    }
}

impl Oracle {
    /// The averages of a new pool.
    #[must_use]
    pub fn new(coins: usize, window: u64, now: u64) -> Self {
        let one = PerCoin::of((1..coins).map(|_| PRECISION));
        Self {
            last_prices: one,
            mean_prices: one,
            d: Average { last: U256::ZERO, mean: U256::ZERO },
            price_window: int(window),
            d_window: int(D_WINDOW),
            price_time: now,
            d_time: now,
        }
    }

    fn price(&self, coin: usize) -> Average {
        Average { last: self.last_prices.at(coin), mean: self.mean_prices.at(coin) }
    }

    /// `price_oracle(i)`: of coin `i + 1` in the first coin, with 18 decimals.
    #[must_use]
    pub fn price_oracle(&self, i: usize, now: u64) -> Option<U256> {
        self.last_prices.get(i)?;
        self.price(i).at(self.price_window, self.price_time, now)
    }

    /// `D_oracle`.
    #[must_use]
    pub fn d_oracle(&self, now: u64) -> Option<U256> {
        self.d.at(self.d_window, self.d_time, now)
    }

    /// `upkeep_oracles`: the marginal prices of normalised balances `xp` on the curve of `d` are the new last ones.
    pub(crate) fn upkeep(&mut self, xp: &[U256], amp: U256, d: U256, now: u64) -> Option<()> {
        let n = int(xp.len() as u64);
        let ann = amp.wrapping_mul(n);
        let mut dr = div(d, int((xp.len() as u64).saturating_pow(xp.len() as u32)))?;
        for x in xp {
            dr = mul_div(dr, d, *x)?;
        }
        let first = *xp.first()?;
        let weight = div(mul(ann, first)?, int(100))?;
        for (i, x) in xp.iter().skip(1).enumerate() {
            // The contract's division without a check: nothing by nothing is nothing.
            let side = div(mul(dr, first)?, *x).unwrap_or(U256::ZERO);
            let price = div(mul(PRECISION, add(weight, side)?)?, add(weight, dr)?)?;
            if !price.is_zero() {
                let mean = self.price(i).at(self.price_window, self.price_time, now)?;
                let new = Average::packed(price.min(int(2_000_000_000_000_000_000)), mean)?;
                self.last_prices.set(i, new.last);
                self.mean_prices.set(i, new.mean);
            }
        }
        let mean = self.d_oracle(now)?;
        self.d = Average::packed(d, mean)?;
        self.price_time = self.price_time.max(now);
        self.d_time = self.d_time.max(now);
        Some(())
    }

    /// A first deposit begins the average of the invariant anew; metapools leave its time as it was.
    pub(crate) fn begin(&mut self, d: U256, is_meta: bool, now: u64) -> Option<()> {
        self.d = Average::packed(d, d)?;
        if !is_meta {
            self.d_time = self.d_time.max(now);
        }
        Some(())
    }

    /// A proportional removal lowers the invariant by the same part as the shares.
    pub(crate) fn lower(&mut self, burned: U256, supply: U256, now: u64) -> Option<()> {
        let less = sub(self.d.last, div(mul(self.d.last, burned)?, supply).unwrap_or(U256::ZERO))?;
        let mean = self.d_oracle(now)?;
        self.d = Average::packed(less, mean)?;
        self.d_time = self.d_time.max(now);
        Some(())
    }
}

/// A signed integer of the machine, in two's complement.
#[derive(Clone, Copy)]
struct Signed(U256);

impl Signed {
    fn of(magnitude: U256, negative: bool) -> Self {
        Self(if negative { magnitude.wrapping_neg() } else { magnitude })
    }

    fn is_negative(self) -> bool {
        self.0.bit(255)
    }

    fn magnitude(self) -> U256 {
        if self.is_negative() { self.0.wrapping_neg() } else { self.0 }
    }

    fn add(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    fn sub(self, other: Self) -> Self {
        Self(self.0.wrapping_sub(other.0))
    }

    fn mul(self, other: Self) -> Self {
        Self(self.0.wrapping_mul(other.0))
    }

    /// Truncated towards zero.
    fn div(self, other: Self) -> Self {
        let quotient = div(self.magnitude(), other.magnitude()).unwrap_or(U256::ZERO);
        Self::of(quotient, self.is_negative() != other.is_negative())
    }

    /// Rounded down.
    fn shr(self, bits: usize) -> Self {
        Self(self.0.arithmetic_shr(bits))
    }

    fn shl(self, bits: usize) -> Self {
        Self(self.0 << bits)
    }

    fn mul_96(self, other: Self) -> Self {
        self.mul(other).shr(96)
    }
}

const fn constant(value: u128) -> Signed {
    Signed(U256::from_limbs([value as u64, (value >> 64) as u64, 0, 0]))
}

/// `e^(−x)`, both with 18 decimals: a rational approximation, as the contract has it.
fn exp_of_minus(x: U256) -> U256 {
    // Below this the result is under half a unit.
    if x >= U256::from(41_446_531_673_892_822_313_u128) {
        return U256::ZERO;
    }
    let ln2 = constant(54_916_777_467_707_473_351_141_471_128);
    let fives = constant(3_814_697_265_625); // 5^18
    let value = Signed::of(x, true).shl(78).div(fives);
    let half = Signed(U256::ONE << 95_usize);
    let k = value.shl(96).div(ln2).add(half).shr(96);
    let value = value.sub(k.mul(ln2));
    let y = value.add(constant(1_346_386_616_545_796_478_920_950_773_328)).mul_96(value);
    let y = y.add(constant(57_155_421_227_552_351_082_224_309_758_442));
    let p = y.add(value).sub(constant(94_201_549_194_550_492_254_356_042_504_812)).mul_96(y);
    let p = p.add(constant(28_719_021_644_029_726_153_956_944_680_412_240)).mul(value);
    let p = p.add(constant(4_385_272_521_454_847_904_659_076_985_693_276).shl(96));
    let q = value.sub(constant(2_855_989_394_907_223_263_936_484_059_900)).mul_96(value);
    let q = q.add(constant(50_020_603_652_535_783_019_961_831_881_945)).mul_96(value);
    let q = q.sub(constant(533_845_033_583_426_703_283_633_433_725_380)).mul_96(value);
    let q = q.add(constant(3_604_857_256_930_695_427_073_651_918_091_429)).mul_96(value);
    let q = q.sub(constant(14_423_608_567_350_463_180_887_372_962_807_573)).mul_96(value);
    let q = q.add(constant(26_449_188_498_355_588_339_934_803_723_976_023));
    let r = p.div(q);
    // 3822833074963236453042738258902158003155416615667
    let scale = U256::from_limbs([0xee70_ef65_f997_8af3, 0x63c3_2e5c_2f6d_c192, 0x2_9d9d_c385, 0]);
    let shift = int(195).wrapping_sub(k.0);
    r.0.wrapping_mul(scale) >> usize::try_from(shift).unwrap_or(256)
}
