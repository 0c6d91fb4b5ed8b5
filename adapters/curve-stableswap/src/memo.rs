//! The invariant of balances that have not changed since it was last asked for.

use std::fmt;
use std::sync::OnceLock;

use levmine_math::U256;

use crate::error::CurveError;
use crate::invariant::Curve;
use crate::per_coin::PerCoin;

/// Of what the invariant is known.
#[derive(Clone, Copy)]
struct Known {
    ann: U256,
    xp: PerCoin,
    d: U256,
}

/// At most one invariant. No part of a pool's state: all memos are equal, and none shows what it holds.
#[derive(Clone, Default)]
pub(crate) struct Memo(OnceLock<Known>);

impl Memo {
    /// [`Curve::d`]. Remembers the first answer until it is told to [`Self::forget`]; A and the rates, which change with
    /// the time alone, are compared.
    #[inline]
    pub(crate) fn d(&self, curve: &Curve, xp: &PerCoin) -> Result<U256, CurveError> {
        let ann = curve.ann();
        match self.0.get() {
            Some(known) if known.ann == ann && known.xp == *xp => Ok(known.d),
            Some(_) => curve.d(xp),
            None => {
                let d = curve.d(xp)?;
                // Another thread may have been first: of the same pool.
                let _ = self.0.set(Known { ann, xp: *xp, d });
                Ok(d)
            }
        }
    }

    /// Something may have changed.
    #[inline]
    pub(crate) fn forget(&mut self) {
        self.0.take();
    }
}

impl PartialEq for Memo {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Memo {}

impl fmt::Debug for Memo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memo")
    }
}
