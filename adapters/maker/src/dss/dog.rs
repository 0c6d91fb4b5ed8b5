//! `Dog`: liquidations 2.0.
//!
//! Source: dss `dog.sol`, master branch of 2022-05-18.

use levmine_math::U256;

use super::{Dss, clip, vat, vow};
use crate::error::{Contract, MakerError, Result};
use crate::math::{Int, WAD, add, mul, quotient, sub};
use crate::who::{IlkId, Who};

/// The liquidator's own storage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dog {
    /// Most DAI asked for in all auctions, rad (`Hole`).
    pub hole: U256,
    /// DAI asked for in all auctions, rad (`Dirt`).
    pub dirt: U256,
}

/// A vault type in the Dog.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DogIlk {
    /// Debt with the penalty for one of debt, wad: 1.13 is a penalty of 13 %.
    pub chop: U256,
    /// Most DAI asked for in its auctions, rad.
    pub hole: U256,
    /// DAI asked for in its auctions, rad.
    pub dirt: U256,
}

/// `Dog.bark`: takes an unsafe vault, or as much of it as the limits leave room for, and auctions its collateral.
/// Returns the auction's number.
///
/// The debt taken is `room × 10^18 ÷ rate ÷ chop`, two quotients rounded down in this order; a rest below the least debt
/// is taken too, also above the limits.
pub(crate) fn bark(dss: &mut Dss, ilk: IlkId, urn: Who, keeper: Who, now: u64) -> Result<u64> {
    let store = dss.ilk(ilk)?;
    let vat::Urn { ink, art } = store.urns.get(urn);
    let (vat::Ilk { rate, spot, dust, .. }, milk) = (store.vat, store.dog);
    if spot.is_zero() {
        return Err(MakerError::NotUnsafe { contract: Contract::Dog, debt: U256::ZERO, limit: U256::ZERO });
    }
    let (limit, debt) = (mul(ink, spot)?, mul(art, rate)?);
    if limit >= debt {
        return Err(MakerError::NotUnsafe { contract: Contract::Dog, debt, limit });
    }
    let Dog { hole, dirt } = dss.dog;
    if hole <= dirt || milk.hole <= milk.dirt {
        return Err(MakerError::LiquidationLimitHit { contract: Contract::Dog });
    }
    let room = (hole - dirt).min(milk.hole - milk.dirt);
    let mut dart = art.min(quotient(quotient(mul(room, WAD)?, rate)?, milk.chop)?);
    if art > dart {
        if mul(art - dart, rate)? < dust {
            dart = art;
        } else {
            let taken = mul(dart, rate)?;
            if taken < dust {
                return Err(MakerError::DustyAuction { debt: taken, least: dust });
            }
        }
    }
    let dink = quotient(mul(ink, dart)?, art)?;
    if dink.is_zero() {
        return Err(MakerError::NullAuction { contract: Contract::Dog });
    }
    let overflow = |_| MakerError::LiquidationOverflow { contract: Contract::Dog };
    let (dink_taken, dart_taken) = (Int::minus(dink).map_err(overflow)?, Int::minus(dart).map_err(overflow)?);
    let change =
        vat::Change { ilk, u: urn, v: Who::Clip(ilk), w: Who::Vow, dink: dink_taken, dart: dart_taken };
    vat::grab(dss, &change)?;
    let due = mul(dart, rate)?;
    vow::fess(dss, due, now)?;
    let tab = mul(due, milk.chop)? / WAD;
    dss.dog.dirt = add(dss.dog.dirt, tab)?;
    dss.ilk_mut(ilk)?.dog.dirt = add(milk.dirt, tab)?;
    clip::kick(dss, ilk, tab, dink, urn, keeper, now)
}

/// `Dog.digs`: so much less is asked for in auctions.
pub(crate) fn digs(dss: &mut Dss, ilk: IlkId, rad: U256) -> Result<()> {
    dss.dog.dirt = sub(dss.dog.dirt, rad)?;
    let milk = &mut dss.ilk_mut(ilk)?.dog;
    milk.dirt = sub(milk.dirt, rad)?;
    Ok(())
}

/// `Dog.file(what, data)`.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256) -> Result<()> {
    match what {
        "Hole" => dss.dog.hole = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Dog }),
    }
    Ok(())
}

/// `Dog.file(ilk, what, data)`.
pub(crate) fn file_ilk(dss: &mut Dss, ilk: IlkId, what: &str, data: U256) -> Result<()> {
    let milk = &mut dss.ilk_mut(ilk)?.dog;
    match what {
        "chop" if data < WAD => return Err(MakerError::ChopBelowOne { chop: data }),
        "chop" => milk.chop = data,
        "hole" => milk.hole = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Dog }),
    }
    Ok(())
}
