//! `A·n^n·Σx + D = A·D·n^n + D^(n+1) ÷ (n^n·Πx)`, solved for D and for one balance by Newton's method, as the contracts
//! do it: the same order of products and quotients, the same stop.
//!
//! Balances are normalised to 18 decimals. The contracts keep A·n^(n−1) and call it A, here `amp`, so that `amp·n` is the
//! factor of the formula. Sources: `get_D`, `get_y` and `get_y_D` of the pools; they round to nowhere in particular, within
//! one unit of the root.

use levmine_math::{ConstDivisor, U256};

use crate::arith::{Known, add, div, int, mul, mul_div, sub};
use crate::error::CurveError;
use crate::generation::{Product, Quirks};
use crate::per_coin::MAX_COINS;

/// In what parts A is kept where it is not in whole units.
const HUNDRED: ConstDivisor = ConstDivisor::new(100);

/// Rounds after which the contracts stop.
const ROUNDS: usize = 255;

/// The constants of a pool's curve at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Curve {
    /// The number of coins.
    n: U256,
    /// `amp × n`, in parts of `precision`.
    ann: U256,
    /// In what parts A is kept: 1 or 100.
    precision: U256,
    /// `n^n`.
    power: U256,
    product: Product,
    must_converge: bool,
}

/// What went wrong in an iteration.
enum Fault {
    Arithmetic,
    Endless,
}

impl Curve {
    /// # Errors
    ///
    /// [`CurveError::Arithmetic`].
    pub(crate) fn new(quirks: &Quirks, coins: usize, amp: U256) -> Result<Self, CurveError> {
        let n = int(coins as u64);
        let ann = mul(amp, n).ok_or(CurveError::Arithmetic { what: "A" })?;
        Ok(Self {
            n,
            ann,
            precision: quirks.a_precision(),
            power: int((coins as u64).saturating_pow(coins as u32)),
            product: quirks.product,
            must_converge: quirks.must_converge,
        })
    }

    /// Returns the invariant D of normalised balances, with 18 decimals; 0 for an empty pool.
    ///
    /// # Errors
    ///
    /// [`CurveError::Arithmetic`], [`CurveError::NoConvergence`].
    pub(crate) fn d(&self, xp: &[U256]) -> Result<U256, CurveError> {
        self.iterate_d(xp).map_err(|fault| fault.of("D"))
    }

    fn iterate_d(&self, xp: &[U256]) -> Result<U256, Fault> {
        let sum = xp.iter().try_fold(U256::ZERO, |sum, x| add(sum, *x)).ok_or(Fault::Arithmetic)?;
        if sum.is_zero() {
            return Ok(U256::ZERO);
        }
        let mut d = sum;
        // What the product is divided by at each coin stays.
        let mut divisors = [Known::Large(U256::ZERO); MAX_COINS];
        for (place, x) in divisors.iter_mut().zip(xp) {
            let divisor = match self.product {
                Product::Plain => mul(*x, self.n),
                Product::PlusOne => mul(*x, self.n).and_then(|x| add(x, U256::ONE)),
                Product::AtOnce => Some(*x),
            };
            *place = Known::new(divisor.ok_or(Fault::Arithmetic)?);
        }
        let divisors = divisors.get(..xp.len()).unwrap_or_default();
        let all = mul(self.ann, sum).and_then(|all| self.whole(all)).ok_or(Fault::Arithmetic)?;
        let power = Known::new(self.power);
        let step = |d: U256| -> Option<U256> {
            let mut product = d;
            for divisor in divisors {
                product = divisor.divide(mul(product, d)?)?;
            }
            if self.product == Product::AtOnce {
                product = power.divide(product)?;
            }
            let above = mul(add(all, mul(product, self.n)?)?, d)?;
            let less = self.whole(mul(sub(self.ann, self.precision)?, d)?)?;
            div(above, add(less, mul(add(self.n, U256::ONE)?, product)?)?)
        };
        for _ in 0..ROUNDS {
            let before = d;
            d = step(d).ok_or(Fault::Arithmetic)?;
            if d.abs_diff(before) <= U256::ONE {
                return Ok(d);
            }
        }
        self.last(d)
    }

    /// `n` without the parts in which A is kept.
    #[inline(always)]
    fn whole(&self, n: U256) -> Option<U256> {
        Some(if self.precision == U256::ONE { n } else { HUNDRED.floor(n) })
    }

    /// Returns the balance of coin `j` on the curve of `d` when coin `i` has `x` and the others what they have in `xp`.
    ///
    /// # Errors
    ///
    /// [`CurveError::BadCoins`], [`CurveError::Arithmetic`], [`CurveError::NoConvergence`].
    pub(crate) fn y(&self, i: usize, j: usize, x: U256, xp: &[U256], d: U256) -> Result<U256, CurveError> {
        if i == j || i >= xp.len() || j >= xp.len() {
            return Err(CurveError::BadCoins { i, j, coins: xp.len() });
        }
        let others = xp.iter().enumerate().filter(|(at, _)| *at != j);
        self.solve(others.map(|(at, other)| if at == i { x } else { *other }), d)
            .map_err(|fault| fault.of("y"))
    }

    /// Returns the balance of coin `i` on the curve of `d` when the others have what they have in `xp`.
    ///
    /// # Errors
    ///
    /// As [`Self::y`].
    pub(crate) fn y_of_d(&self, i: usize, xp: &[U256], d: U256) -> Result<U256, CurveError> {
        if i >= xp.len() {
            return Err(CurveError::BadCoins { i, j: i, coins: xp.len() });
        }
        let others = xp.iter().enumerate().filter(|(at, _)| *at != i);
        self.solve(others.map(|(_, other)| *other), d).map_err(|fault| fault.of("y of D"))
    }

    /// `y² + (S + D ÷ Ann − D)·y = D^(n+1) ÷ (n^(2n)·Πx·A)` for the balances of all other coins.
    #[inline(always)]
    fn solve(&self, others: impl Iterator<Item = U256>, d: U256) -> Result<U256, Fault> {
        let start = |others: &mut dyn Iterator<Item = U256>| -> Option<(U256, U256)> {
            let (mut c, mut sum) = (d, U256::ZERO);
            for x in others {
                sum = add(sum, x)?;
                c = mul_div(c, d, mul(x, self.n)?)?;
            }
            let c = div(mul(mul(c, d)?, self.precision)?, mul(self.ann, self.n)?)?;
            let b = add(sum, div(mul(d, self.precision)?, self.ann)?)?;
            Some((b, c))
        };
        let mut others = others;
        let (b, c) = start(&mut others).ok_or(Fault::Arithmetic)?;
        let mut y = d;
        let step = |y: U256| -> Option<U256> {
            let above = add(mul(y, y)?, c)?;
            // In this order, so that it fails where the contract does: `2·y + b − D`.
            div(above, sub(add(mul(int(2), y)?, b)?, d)?)
        };
        for _ in 0..ROUNDS {
            let before = y;
            y = step(y).ok_or(Fault::Arithmetic)?;
            if y.abs_diff(before) <= U256::ONE {
                return Ok(y);
            }
        }
        self.last(y)
    }

    fn last(&self, value: U256) -> Result<U256, Fault> {
        if self.must_converge { Err(Fault::Endless) } else { Ok(value) }
    }

    /// `amp × n`, in parts of [`Self::precision`].
    pub(crate) const fn ann(&self) -> U256 {
        self.ann
    }

    pub(crate) const fn precision(&self) -> U256 {
        self.precision
    }

    /// `Ann·x + precision·D_P` for a coin and `D_P`, of which marginal rates are made.
    pub(crate) fn weight(&self, x: U256, product: U256) -> Option<U256> {
        add(mul(self.ann, x)?, mul(product, self.precision)?)
    }

    /// `D^(n+1) ÷ (n^n·Πx)`, rounded down at each coin.
    pub(crate) fn product(&self, xp: &[U256], d: U256) -> Option<U256> {
        xp.iter().try_fold(d, |product, x| mul_div(product, d, mul(*x, self.n)?))
    }
}

impl Fault {
    #[cold]
    const fn of(self, what: &'static str) -> CurveError {
        match self {
            Self::Arithmetic => CurveError::Arithmetic { what },
            Self::Endless => CurveError::NoConvergence { what },
        }
    }
}
