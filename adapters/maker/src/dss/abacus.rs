//! The abaci: how the price of a Dutch auction falls.
//!
//! Source: dss `abaci.sol`, master branch of 2022-05-18.

use levmine_math::U256;

use super::Dss;
use crate::error::Result;
use crate::math::{RAY, mul, quotient, rmul, rpow};
use crate::who::IlkId;

/// The shape of the price curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Abacus {
    /// `LinearDecrease`: to nothing in `tau` seconds.
    Linear,
    /// `StairstepExponentialDecrease`: times `cut` every `step` seconds.
    #[default]
    Stairstep,
    /// `ExponentialDecrease`: times `cut` every second.
    Exponential,
}

impl Abacus {
    /// Name in files, and the shape.
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("linear", Self::Linear), ("stairstep", Self::Stairstep), ("exponential", Self::Exponential)];
}

/// A price curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calc {
    /// Its shape.
    pub shape: Abacus,
    /// Seconds until the price is nothing.
    pub tau: U256,
    /// Seconds of a step.
    pub step: U256,
    /// What is left of the price after a step or a second, ray.
    pub cut: U256,
}

impl Calc {
    /// The price `elapsed` seconds after it was `top`, ray, rounded down.
    ///
    /// # Errors
    ///
    /// Arithmetic that does not fit; a step of no seconds.
    pub fn price(&self, top: U256, elapsed: U256) -> Result<U256> {
        let power = match self.shape {
            Abacus::Linear => {
                if elapsed >= self.tau {
                    return Ok(U256::ZERO);
                }
                return Ok(rmul(top, quotient(mul(self.tau - elapsed, RAY)?, self.tau)?)?);
            }
            Abacus::Stairstep => quotient(elapsed, self.step)?,
            Abacus::Exponential => elapsed,
        };
        // Beyond 64 bits a factor below one is nothing, and one is one.
        let power = u64::try_from(power).unwrap_or(u64::MAX);
        Ok(rmul(top, rpow(self.cut, power)?)?)
    }
}

/// `price(top, dur)` of a vault type's abacus.
pub(crate) fn price(dss: &Dss, ilk: IlkId, top: U256, dur: U256) -> Result<U256> {
    dss.ilk(ilk)?.calc.price(top, dur)
}
