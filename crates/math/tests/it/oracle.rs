//! What the operations should return, in integers without a limit.

use levmine_math::{Rounding, U256};
use num_bigint::BigUint;

pub(crate) fn big(x: U256) -> BigUint {
    BigUint::from_bytes_le(&x.to_le_bytes::<32>())
}

/// The integer where it fits 256 bits.
pub(crate) fn fit(x: &BigUint) -> Option<U256> {
    U256::try_from_le_slice(&x.to_bytes_le())
}

/// `n ÷ d` by the definition of each rounding.
pub(crate) fn quotient(n: &BigUint, d: &BigUint, rounding: Rounding) -> BigUint {
    match rounding {
        Rounding::Down => n / d,
        Rounding::Up => (n + d - 1_u8) / d,
        Rounding::HalfUp => (n + d / 2_u8) / d,
    }
}

pub(crate) fn mul_div(a: U256, b: U256, d: U256, rounding: Rounding) -> Option<U256> {
    (!d.is_zero()).then(|| fit(&quotient(&(big(a) * big(b)), &big(d), rounding)))?
}

pub(crate) fn mul_div_narrow(a: U256, b: U256, d: U256, rounding: Rounding) -> Option<U256> {
    if d.is_zero() {
        return None;
    }
    let product = big(a) * big(b);
    let added = if rounding == Rounding::HalfUp { big(d) / 2_u8 } else { BigUint::ZERO };
    fit(&(&product + added))?;
    fit(&quotient(&product, &big(d), rounding))
}
