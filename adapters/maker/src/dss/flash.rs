//! `DssFlash`: DAI that is minted and burned within one transaction.
//!
//! Source: makerdao/dss-flash `flash.sol`, after the toll was removed.

use levmine_math::U256;

use super::{Dss, join, vat};
use crate::error::{MakerError, Result};
use crate::math::{RAY, mul};
use crate::who::Who;

/// The flash-mint module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flash {
    /// Most DAI in one flash mint, wad; 0 where the module was not there yet.
    pub max: U256,
    /// A flash mint is out.
    pub locked: bool,
}

/// Mints `wad` to `receiver`.
pub(crate) fn lend(dss: &mut Dss, receiver: Who, wad: U256) -> Result<()> {
    if dss.flash.locked {
        return Err(MakerError::FlashReentrancy);
    }
    if wad > dss.flash.max {
        return Err(MakerError::FlashCeilingExceeded { amount: wad, most: dss.flash.max });
    }
    dss.flash.locked = true;
    vat::suck(dss, Who::Flash, Who::Flash, mul(wad, RAY)?)?;
    join::exit_dai(dss, Who::Flash, receiver, wad)
}

/// Burns `wad` of `receiver`'s DAI and cancels the debt.
pub(crate) fn take_back(dss: &mut Dss, receiver: Who, wad: U256) -> Result<()> {
    join::join_dai(dss, receiver, Who::Flash, wad)?;
    vat::heal(dss, Who::Flash, mul(wad, RAY)?)?;
    dss.flash.locked = false;
    Ok(())
}
