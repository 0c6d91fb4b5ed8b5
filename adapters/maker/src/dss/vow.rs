//! `Vow`: the balance sheet.

use levmine_math::U256;

use super::{Dss, flap, flop, vat};
use crate::error::{Contract, MakerError, Result};
use crate::ledger::Ledger;
use crate::math::{add, sub};
use crate::who::Who;

/// The balance sheet's storage.
#[derive(Debug, Clone, Default)]
pub struct Vow {
    /// Queued debt by the second it came, rad (`sin`).
    pub queue: Ledger<u64, U256>,
    /// All queued debt, rad (`Sin`).
    pub queued: U256,
    /// Debt in auctions, rad (`Ash`).
    pub ash: U256,
    /// Seconds that debt stays queued.
    pub wait: U256,
    /// MKR offered at first in a debt auction, wad.
    pub dump: U256,
    /// Debt in a debt auction, rad.
    pub sump: U256,
    /// DAI in a surplus auction, rad.
    pub bump: U256,
    /// Surplus that is kept, rad.
    pub hump: U256,
}

/// The system debt that is neither queued nor in auctions, rad.
fn unsettled(dss: &Dss) -> Result<U256> {
    Ok(sub(sub(dss.vat.sin.get(Who::Vow), dss.vow.queued)?, dss.vow.ash)?)
}

/// `Vow.fess`: queues debt.
pub(crate) fn fess(dss: &mut Dss, tab: U256, now: u64) -> Result<()> {
    let vow = &mut dss.vow;
    let era = add(vow.queue.get(now), tab)?;
    vow.queued = add(vow.queued, tab)?;
    vow.queue.set(now, era);
    Ok(())
}

/// `Vow.flog`: releases debt from the queue.
pub(crate) fn flog(dss: &mut Dss, era: U256, now: u64) -> Result<()> {
    let vow = &mut dss.vow;
    if add(era, vow.wait)? > U256::from(now) {
        return Err(MakerError::WaitNotFinished { era, wait: vow.wait, now });
    }
    let Ok(era) = u64::try_from(era) else { return Ok(()) };
    vow.queued = sub(vow.queued, vow.queue.get(era))?;
    vow.queue.set(era, U256::ZERO);
    Ok(())
}

fn enough_surplus(dss: &Dss, needed: U256) -> Result<()> {
    let available = dss.vat.dai.get(Who::Vow);
    if needed <= available { Ok(()) } else { Err(MakerError::InsufficientSurplus { needed, available }) }
}

fn enough_debt(dss: &Dss, needed: U256) -> Result<()> {
    let available = unsettled(dss)?;
    if needed <= available { Ok(()) } else { Err(MakerError::InsufficientDebt { needed, available }) }
}

/// `Vow.heal`: surplus cancels debt.
pub(crate) fn heal(dss: &mut Dss, rad: U256) -> Result<()> {
    enough_surplus(dss, rad)?;
    enough_debt(dss, rad)?;
    vat::heal(dss, Who::Vow, rad)
}

/// `Vow.kiss`: surplus cancels debt in auctions.
pub(crate) fn kiss(dss: &mut Dss, rad: U256) -> Result<()> {
    let ash = dss.vow.ash;
    if rad > ash {
        return Err(MakerError::NotEnoughAsh { needed: rad, available: ash });
    }
    enough_surplus(dss, rad)?;
    dss.vow.ash = sub(ash, rad)?;
    vat::heal(dss, Who::Vow, rad)
}

/// `Vow.flop`: starts a debt auction. Returns its number.
pub(crate) fn flop(dss: &mut Dss, now: u64) -> Result<u64> {
    let Vow { sump, dump, .. } = dss.vow;
    enough_debt(dss, sump)?;
    let surplus = dss.vat.dai.get(Who::Vow);
    if !surplus.is_zero() {
        return Err(MakerError::SurplusNotZero { surplus });
    }
    dss.vow.ash = add(dss.vow.ash, sump)?;
    flop::kick(dss, Who::Vow, dump, sump, now)
}

/// `Vow.flap`: starts a surplus auction. Returns its number.
pub(crate) fn flap(dss: &mut Dss, now: u64) -> Result<u64> {
    let Vow { bump, hump, .. } = dss.vow;
    enough_surplus(dss, add(add(dss.vat.sin.get(Who::Vow), bump)?, hump)?)?;
    let debt = unsettled(dss)?;
    if !debt.is_zero() {
        return Err(MakerError::DebtNotZero { debt });
    }
    flap::kick(dss, bump, U256::ZERO, now)
}

/// `Vow.file(what, data)`.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256) -> Result<()> {
    let vow = &mut dss.vow;
    match what {
        "wait" => vow.wait = data,
        "bump" => vow.bump = data,
        "sump" => vow.sump = data,
        "dump" => vow.dump = data,
        "hump" => vow.hump = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Vow }),
    }
    Ok(())
}
