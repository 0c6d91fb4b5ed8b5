//! `Pot`: the savings rate.

use levmine_math::U256;

use super::{Dss, vat};
use crate::error::{Contract, MakerError, Result};
use crate::ledger::Ledger;
use crate::math::{add, mul, rmul, rpow, sub};
use crate::who::Who;

/// The savings contract.
#[derive(Debug, Clone, Default)]
pub struct Pot {
    /// Normalised savings, wad (`pie`).
    pub pie: Ledger<Who, U256>,
    /// All normalised savings, wad (`Pie`).
    pub total: U256,
    /// What savings grow by, ray per second.
    pub dsr: U256,
    /// DAI for one of normalised savings, ray.
    pub chi: U256,
    /// When it last grew, Unix seconds.
    pub rho: u64,
}

/// What a drip at `now` sets `chi` to: `dsr^(now − rho) × chi`, ray, rounded down.
///
/// Source: `Pot.drip`.
pub(crate) fn chi_at(pot: &Pot, now: u64) -> Result<U256> {
    let Some(elapsed) = now.checked_sub(pot.rho) else {
        return Err(MakerError::InvalidNow { contract: Contract::Pot, rho: pot.rho, now });
    };
    Ok(rmul(rpow(pot.dsr, elapsed)?, pot.chi)?)
}

/// `Pot.drip`: brings `chi` to `now`; the Vow pays. Returns it.
pub(crate) fn drip(dss: &mut Dss, now: u64) -> Result<U256> {
    let chi = chi_at(&dss.pot, now)?;
    let grown = mul(dss.pot.total, sub(chi, dss.pot.chi)?)?;
    vat::suck(dss, Who::Vow, Who::Pot, grown)?;
    (dss.pot.chi, dss.pot.rho) = (chi, now);
    Ok(chi)
}

/// `Pot.join`: saves `wad` of normalised savings; only right after a drip.
pub(crate) fn join(dss: &mut Dss, by: Who, wad: U256, now: u64) -> Result<()> {
    let pot = &mut dss.pot;
    if now != pot.rho {
        return Err(MakerError::RhoNotUpdated { contract: Contract::Pot, rho: pot.rho, now });
    }
    let (pie, total) = (add(pot.pie.get(by), wad)?, add(pot.total, wad)?);
    pot.pie.set(by, pie);
    pot.total = total;
    let rad = mul(pot.chi, wad)?;
    vat::shift(dss, Who::Pot, by, Who::Pot, rad)
}

/// `Pot.exit`: takes `wad` of normalised savings out, at the last `chi`.
pub(crate) fn exit(dss: &mut Dss, by: Who, wad: U256) -> Result<()> {
    let pot = &mut dss.pot;
    let (pie, total) = (sub(pot.pie.get(by), wad)?, sub(pot.total, wad)?);
    pot.pie.set(by, pie);
    pot.total = total;
    let rad = mul(pot.chi, wad)?;
    vat::shift(dss, Who::Pot, Who::Pot, by, rad)
}

/// `Pot.file(what, data)`: only right after a drip.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256, now: u64) -> Result<()> {
    let pot = &mut dss.pot;
    if now != pot.rho {
        return Err(MakerError::RhoNotUpdated { contract: Contract::Pot, rho: pot.rho, now });
    }
    match what {
        "dsr" => pot.dsr = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Pot }),
    }
    Ok(())
}
