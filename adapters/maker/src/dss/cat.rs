//! `Cat`: the liquidations before April 2021.
//!
//! Source: dss `cat.sol`, tags 1.0.2 (`lump`) and 1.2.8 (`dunk`, `box`).

use levmine_math::U256;

use super::{Dss, flip, vat, vow};
use crate::error::{Contract, MakerError, Result};
use crate::math::{Int, WAD, add, mul, quotient, rmul, sub};
use crate::revision::Revision;
use crate::who::{IlkId, Who};

/// The liquidator's own storage; since 1.2.8.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cat {
    /// Most DAI asked for in all auctions, rad (`box`).
    pub limit: U256,
    /// DAI asked for in all auctions, rad.
    pub litter: U256,
}

/// A vault type in the Cat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CatIlk {
    /// Debt with the penalty for one of debt: ray in 1.0.2, wad in 1.2.8.
    pub chop: U256,
    /// Most collateral in one auction, wad; 1.0.2.
    pub lump: U256,
    /// Most DAI asked for in one auction, rad; 1.2.8.
    pub dunk: U256,
}

/// `Cat.bite`: takes an unsafe vault, or a part of it, and auctions its collateral. Returns the auction's number.
pub(crate) fn bite(dss: &mut Dss, ilk: IlkId, urn: Who, now: u64) -> Result<u64> {
    let store = dss.ilk(ilk)?;
    let vat::Urn { ink, art } = store.urns.get(urn);
    let (vat::Ilk { rate, spot, dust, .. }, milk) = (store.vat, store.cat);
    if spot.is_zero() {
        return Err(MakerError::NotUnsafe { contract: Contract::Cat, debt: U256::ZERO, limit: U256::ZERO });
    }
    let (limit, debt) = (mul(ink, spot)?, mul(art, rate)?);
    if limit >= debt {
        return Err(MakerError::NotUnsafe { contract: Contract::Cat, debt, limit });
    }
    let by_lots = dss.revision == Revision::V1_0_2;
    let (dink, dart) = if by_lots {
        let lot = ink.min(milk.lump);
        (lot, art.min(quotient(mul(lot, art)?, ink)?))
    } else {
        let Cat { limit, litter } = dss.cat;
        let room = sub(limit, litter)?;
        if litter >= limit || room < dust {
            return Err(MakerError::LiquidationLimitHit { contract: Contract::Cat });
        }
        let dart = art.min(quotient(quotient(mul(milk.dunk.min(room), WAD)?, rate)?, milk.chop)?);
        let dink = ink.min(quotient(mul(ink, dart)?, art)?);
        if dart.is_zero() || dink.is_zero() {
            return Err(MakerError::NullAuction { contract: Contract::Cat });
        }
        (dink, dart)
    };
    let overflow = |_| MakerError::LiquidationOverflow { contract: Contract::Cat };
    let (dink_taken, dart_taken) = (Int::minus(dink).map_err(overflow)?, Int::minus(dart).map_err(overflow)?);
    let change = vat::Change { ilk, u: urn, v: Who::Cat, w: Who::Vow, dink: dink_taken, dart: dart_taken };
    vat::grab(dss, &change)?;
    let due = mul(dart, rate)?;
    vow::fess(dss, due, now)?;
    let tab = if by_lots {
        rmul(due, milk.chop)?
    } else {
        let tab = mul(due, milk.chop)? / WAD;
        dss.cat.litter = add(dss.cat.litter, tab)?;
        tab
    };
    flip::kick(dss, ilk, urn, tab, dink, now)
}

/// `Cat.claw`: so much less is asked for in auctions; nothing in 1.0.2.
pub(crate) fn claw(dss: &mut Dss, rad: U256) -> Result<()> {
    if dss.revision != Revision::V1_0_2 {
        dss.cat.litter = sub(dss.cat.litter, rad)?;
    }
    Ok(())
}

/// `Cat.file(what, data)`; since 1.2.8.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256) -> Result<()> {
    match what {
        "box" if dss.revision != Revision::V1_0_2 => dss.cat.limit = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Cat }),
    }
    Ok(())
}

/// `Cat.file(ilk, what, data)`.
pub(crate) fn file_ilk(dss: &mut Dss, ilk: IlkId, what: &str, data: U256) -> Result<()> {
    let by_lots = dss.revision == Revision::V1_0_2;
    let milk = &mut dss.ilk_mut(ilk)?.cat;
    match what {
        "chop" => milk.chop = data,
        "lump" if by_lots => milk.lump = data,
        "dunk" if !by_lots => milk.dunk = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Cat }),
    }
    Ok(())
}
