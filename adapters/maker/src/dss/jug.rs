//! `Jug`: stability fees.

use levmine_math::U256;

use super::{Dss, vat};
use crate::error::{Contract, MakerError, Result};
use crate::math::{Int, add, rmul, rpow};
use crate::who::{IlkId, Who};

/// A vault type in the Jug.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JugIlk {
    /// What the debt grows by, ray per second.
    pub duty: U256,
    /// When it last grew, Unix seconds.
    pub rho: u64,
}

/// The rate that a drip at `now` sets: `(base + duty)^(now − rho) × rate`, ray, rounded down.
///
/// Source: `Jug.drip`.
pub(crate) fn rate_at(dss: &Dss, ilk: IlkId, now: u64) -> Result<U256> {
    let store = dss.ilk(ilk)?;
    let JugIlk { duty, rho } = store.jug;
    let Some(elapsed) = now.checked_sub(rho) else {
        return Err(MakerError::InvalidNow { contract: Contract::Jug, rho, now });
    };
    Ok(rmul(rpow(add(dss.base, duty)?, elapsed)?, store.vat.rate)?)
}

/// `Jug.drip`: brings the rate to `now`; the new fees go to the Vow. Returns the rate.
pub(crate) fn drip(dss: &mut Dss, ilk: IlkId, now: u64) -> Result<U256> {
    let rate = rate_at(dss, ilk, now)?;
    vat::fold(dss, ilk, Who::Vow, Int::difference(rate, dss.ilk(ilk)?.vat.rate)?)?;
    dss.ilk_mut(ilk)?.jug.rho = now;
    Ok(rate)
}

/// `Jug.file(what, data)`.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256) -> Result<()> {
    match what {
        "base" => dss.base = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Jug }),
    }
    Ok(())
}

/// `Jug.file(ilk, what, data)`: only right after a drip.
pub(crate) fn file_ilk(dss: &mut Dss, ilk: IlkId, what: &str, data: U256, now: u64) -> Result<()> {
    let jug = &mut dss.ilk_mut(ilk)?.jug;
    if now != jug.rho {
        return Err(MakerError::RhoNotUpdated { contract: Contract::Jug, rho: jug.rho, now });
    }
    match what {
        "duty" => jug.duty = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Jug }),
    }
    Ok(())
}
