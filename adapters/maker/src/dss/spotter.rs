//! `Spotter` and the price sources.

use levmine_math::U256;

use super::{Dss, VaultType};
use crate::error::{Contract, MakerError, Result};
use crate::math::{BLN, mul, rdiv};
use crate::who::IlkId;

/// A vault type in the Spotter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SpotterIlk {
    /// The liquidation ratio, ray.
    pub mat: U256,
}

/// A price source: what it says, and whether that is valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pip {
    /// US dollars for one token, wad.
    pub val: U256,
    /// Whether the value is valid.
    pub has: bool,
}

/// The price with safety margin, ray: `val × 10^9 ÷ par ÷ mat`, rounded down at each division; 0 for an invalid price.
///
/// Source: `Spotter.poke`.
pub(crate) fn spot(pip: Pip, par: U256, mat: U256) -> Result<U256> {
    if !pip.has {
        return Ok(U256::ZERO);
    }
    Ok(rdiv(rdiv(mul(pip.val, BLN)?, par)?, mat)?)
}

/// The price without margin, ray, for auctions.
///
/// Source: `Clipper.getFeedPrice`.
pub(crate) fn feed(store: &VaultType, par: U256) -> Result<U256> {
    if !store.pip.has {
        return Err(MakerError::InvalidPrice);
    }
    Ok(rdiv(mul(store.pip.val, BLN)?, par)?)
}

/// `Spotter.poke`: brings what the source says into the Vat.
pub(crate) fn poke(dss: &mut Dss, ilk: IlkId) -> Result<()> {
    let store = dss.ilk(ilk)?;
    let spot = spot(store.pip, dss.par, store.spotter.mat)?;
    dss.ilk_mut(ilk)?.vat.spot = spot;
    Ok(())
}

/// `Spotter.file(what, data)`.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256) -> Result<()> {
    match what {
        "par" => dss.par = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Spotter }),
    }
    Ok(())
}

/// `Spotter.file(ilk, what, data)`.
pub(crate) fn file_ilk(dss: &mut Dss, ilk: IlkId, what: &str, data: U256) -> Result<()> {
    match what {
        "mat" => dss.ilk_mut(ilk)?.spotter.mat = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Spotter }),
    }
    Ok(())
}
