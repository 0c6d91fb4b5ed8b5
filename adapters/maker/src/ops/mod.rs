//! What people do, in the steps in which the proxy of the borrowing front ends (`DssProxyActions`) does it: each function
//! is a transaction of several calls.

pub(crate) mod auction;
pub(crate) mod savings;
pub(crate) mod vault;

use levmine_math::U256;

use crate::dss::{Dss, Pip, join, spotter, vat};
use crate::error::Result;
use crate::math::{sub, wad_down, wad_up};
use crate::who::{IlkId, Who};

/// The oracle publishes and somebody pokes: the source says `price`, and the Vat knows.
pub(crate) fn publish(dss: &mut Dss, ilk: IlkId, price: U256) -> Result<()> {
    dss.ilk_mut(ilk)?.pip = Pip { val: price, has: true };
    spotter::poke(dss, ilk)
}

/// Burns as much of `who`'s DAI as it takes to have `rad` inside; what is inside already is used first. Returns the wad
/// burned, rounded up.
pub(crate) fn bring_dai(dss: &mut Dss, who: Who, rad: U256) -> Result<U256> {
    let wad = wad_up(rad.saturating_sub(dss.vat.dai.get(who)));
    join::join_dai(dss, who, who, wad)?;
    Ok(wad)
}

/// Mints `who` all whole wad that came inside since there was `before`. Returns the wad, rounded down.
pub(crate) fn take_dai(dss: &mut Dss, who: Who, before: U256) -> Result<U256> {
    let wad = wad_down(sub(dss.vat.dai.get(who), before)?);
    if !wad.is_zero() {
        vat::hope(dss, who, Who::DaiJoin);
        join::exit_dai(dss, who, who, wad)?;
    }
    Ok(wad)
}
