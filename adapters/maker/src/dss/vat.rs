//! `Vat`: who has and owes what.
//!
//! Source: dss `vat.sol`, the same rules in 1.0.2, 1.2.8 and the master branch of 2022-05-18.

use levmine_math::U256;

use super::Dss;
use crate::error::{Contract, MakerError, Result, Side};
use crate::ledger::Ledger;
use crate::math::{Int, add, mul, sub};
use crate::who::{IlkId, Who};

/// The core's own storage; that of a vault type is an [`Ilk`].
#[derive(Debug, Clone, Default)]
pub struct Vat {
    /// All DAI, rad.
    pub debt: U256,
    /// All DAI without collateral, rad.
    pub vice: U256,
    /// The ceiling of all DAI, rad (`Line`).
    pub ceiling: U256,
    /// DAI inside, rad.
    pub dai: Ledger<Who, U256>,
    /// Debt of the system, rad.
    pub sin: Ledger<Who, U256>,
    /// Who lets whom act: owner, agent; true where allowed.
    pub can: Ledger<(Who, Who), bool>,
}

/// A vault type in the Vat.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ilk {
    /// All normalised debt, wad (`Art`).
    pub art: U256,
    /// Debt for one of normalised debt, ray.
    pub rate: U256,
    /// The price with safety margin, ray.
    pub spot: U256,
    /// The debt ceiling, rad.
    pub line: U256,
    /// The least debt of a vault, rad.
    pub dust: U256,
}

/// A vault.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Urn {
    /// Collateral locked, wad.
    pub ink: U256,
    /// Normalised debt, wad.
    pub art: U256,
}

/// Whether `agent` may act for `owner`. What contracts let each other do never changes.
fn wish(dss: &Dss, owner: Who, agent: Who) -> bool {
    let among_contracts = match (owner, agent) {
        (Who::Cat, Who::Flip(_)) | (Who::Vow, Who::Flapper) | (Who::Flash, Who::DaiJoin) => true,
        // Governance answers for itself only where it has allowed somebody.
        _ => false,
    };
    owner == agent || among_contracts || dss.vat.can.get((owner, agent))
}

fn allowed(dss: &Dss, owner: Who, agent: Who) -> Result<()> {
    if wish(dss, owner, agent) { Ok(()) } else { Err(MakerError::NotAllowed { side: Side::None }) }
}

/// Lets `agent` act for `by`.
pub(crate) fn hope(dss: &mut Dss, by: Who, agent: Who) {
    dss.vat.can.set((by, agent), true);
}

/// Takes that back.
pub(crate) fn nope(dss: &mut Dss, by: Who, agent: Who) {
    dss.vat.can.set((by, agent), false);
}

/// `Vat.slip`: collateral that an adapter took in, or pays out.
pub(crate) fn slip(dss: &mut Dss, ilk: IlkId, who: Who, wad: Int) -> Result<()> {
    let gem = &mut dss.ilk_mut(ilk)?.gem;
    let after = wad.add_to(gem.get(who))?;
    gem.set(who, after);
    Ok(())
}

/// `Vat.flux`: unlocked collateral changes hands.
pub(crate) fn flux(dss: &mut Dss, by: Who, ilk: IlkId, src: Who, dst: Who, wad: U256) -> Result<()> {
    allowed(dss, src, by)?;
    transfer(&mut dss.ilk_mut(ilk)?.gem, src, dst, wad)
}

/// `Vat.move`: DAI inside changes hands.
pub(crate) fn shift(dss: &mut Dss, by: Who, src: Who, dst: Who, rad: U256) -> Result<()> {
    allowed(dss, src, by)?;
    transfer(&mut dss.vat.dai, src, dst, rad)
}

fn transfer(ledger: &mut Ledger<Who, U256>, src: Who, dst: Who, amount: U256) -> Result<()> {
    let given = sub(ledger.get(src), amount)?;
    // A transfer to oneself takes first and gives then.
    let received = add(if src == dst { given } else { ledger.get(dst) }, amount)?;
    ledger.set(src, given);
    ledger.set(dst, received);
    Ok(())
}

/// The six arguments of `frob` and `grab` that are not the caller.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    pub(crate) ilk: IlkId,
    /// Whose vault.
    pub(crate) u: Who,
    /// Who gives or receives collateral.
    pub(crate) v: Who,
    /// Who receives or gives DAI.
    pub(crate) w: Who,
    pub(crate) dink: Int,
    pub(crate) dart: Int,
}

impl Change {
    /// A change of `owner`'s vault for its owner.
    pub(crate) const fn own(ilk: IlkId, owner: Who, dink: Int, dart: Int) -> Self {
        Self { ilk, u: owner, v: owner, w: owner, dink, dart }
    }
}

/// `Vat.frob`: locks or frees collateral, draws or wipes debt; every check in the contract's order, each argument of a
/// check evaluated as there, also where the other side of an "or" already holds.
pub(crate) fn frob(dss: &mut Dss, by: Who, change: &Change) -> Result<()> {
    let Change { ilk, u, v, w, dink, dart } = *change;
    let store = dss.ilk(ilk)?;
    let (mut i, mut urn) = (store.vat, store.urns.get(u));
    if i.rate.is_zero() {
        return Err(MakerError::IlkNotInit);
    }
    urn.ink = dink.add_to(urn.ink)?;
    urn.art = dart.add_to(urn.art)?;
    i.art = dart.add_to(i.art)?;
    let dtab = dart.times(i.rate)?;
    let tab = mul(i.rate, urn.art)?;
    let debt = dtab.add_to(dss.vat.debt)?;
    let total = mul(i.art, i.rate)?;
    if dart.is_positive() && (total > i.line || debt > dss.vat.ceiling) {
        return Err(if total > i.line {
            MakerError::CeilingExceeded { debt: total, ceiling: i.line }
        } else {
            MakerError::CeilingExceeded { debt, ceiling: dss.vat.ceiling }
        });
    }
    let limit = mul(urn.ink, i.spot)?;
    let riskier = dart.is_positive() || dink.is_negative();
    if riskier && tab > limit {
        return Err(MakerError::NotSafe { side: Side::None, debt: tab, limit });
    }
    for (needed, owner, side) in
        [(riskier, u, Side::U), (dink.is_positive(), v, Side::V), (dart.is_negative(), w, Side::W)]
    {
        if needed && !wish(dss, owner, by) {
            return Err(MakerError::NotAllowed { side });
        }
    }
    if !urn.art.is_zero() && tab < i.dust {
        return Err(MakerError::Dust { side: Side::None, debt: tab, least: i.dust });
    }
    let gem = dink.sub_from(dss.ilk(ilk)?.gem.get(v))?;
    let dai = dtab.add_to(dss.vat.dai.get(w))?;
    let store = dss.ilk_mut(ilk)?;
    store.gem.set(v, gem);
    store.urns.set(u, urn);
    store.vat = i;
    dss.vat.dai.set(w, dai);
    dss.vat.debt = debt;
    Ok(())
}

/// `Vat.fork`: moves a part of a vault to another one; both must consent, be safe and not dusty.
pub(crate) fn fork(
    dss: &mut Dss,
    by: Who,
    ilk: IlkId,
    (src, dst): (Who, Who),
    dink: Int,
    dart: Int,
) -> Result<()> {
    let store = dss.ilk(ilk)?;
    let i = store.vat;
    let mut u = store.urns.get(src);
    u.ink = dink.sub_from(u.ink)?;
    u.art = dart.sub_from(u.art)?;
    // Both vaults are storage in the contract, so to oneself the second change is seen by the first vault too.
    let mut v = if src == dst { u } else { store.urns.get(dst) };
    v.ink = dink.add_to(v.ink)?;
    v.art = dart.add_to(v.art)?;
    if src == dst {
        u = v;
    }
    let utab = mul(u.art, i.rate)?;
    let vtab = mul(v.art, i.rate)?;
    if !(wish(dss, src, by) && wish(dss, dst, by)) {
        return Err(MakerError::NotAllowed { side: Side::None });
    }
    for (urn, tab, side) in [(u, utab, Side::Src), (v, vtab, Side::Dst)] {
        let limit = mul(urn.ink, i.spot)?;
        if tab > limit {
            return Err(MakerError::NotSafe { side, debt: tab, limit });
        }
    }
    for (urn, tab, side) in [(u, utab, Side::Src), (v, vtab, Side::Dst)] {
        if tab < i.dust && !urn.art.is_zero() {
            return Err(MakerError::Dust { side, debt: tab, least: i.dust });
        }
    }
    let store = dss.ilk_mut(ilk)?;
    store.urns.set(src, u);
    store.urns.set(dst, v);
    Ok(())
}

/// `Vat.grab`: takes a vault's collateral and turns its debt into the system's.
pub(crate) fn grab(dss: &mut Dss, change: &Change) -> Result<()> {
    let Change { ilk, u, v, w, dink, dart } = *change;
    let store = dss.ilk(ilk)?;
    let (mut i, mut urn) = (store.vat, store.urns.get(u));
    urn.ink = dink.add_to(urn.ink)?;
    urn.art = dart.add_to(urn.art)?;
    i.art = dart.add_to(i.art)?;
    let dtab = dart.times(i.rate)?;
    let gem = dink.sub_from(store.gem.get(v))?;
    let sin = dtab.sub_from(dss.vat.sin.get(w))?;
    let vice = dtab.sub_from(dss.vat.vice)?;
    let store = dss.ilk_mut(ilk)?;
    (store.vat, dss.vat.vice) = (i, vice);
    let store = dss.ilk_mut(ilk)?;
    store.urns.set(u, urn);
    store.gem.set(v, gem);
    dss.vat.sin.set(w, sin);
    Ok(())
}

/// `Vat.heal`: the caller's DAI cancels the caller's system debt.
pub(crate) fn heal(dss: &mut Dss, by: Who, rad: U256) -> Result<()> {
    let vat = &mut dss.vat;
    let (sin, dai) = (sub(vat.sin.get(by), rad)?, sub(vat.dai.get(by), rad)?);
    let (vice, debt) = (sub(vat.vice, rad)?, sub(vat.debt, rad)?);
    (vat.vice, vat.debt) = (vice, debt);
    vat.sin.set(by, sin);
    vat.dai.set(by, dai);
    Ok(())
}

/// `Vat.suck`: mints DAI for `v` against system debt of `u`.
pub(crate) fn suck(dss: &mut Dss, u: Who, v: Who, rad: U256) -> Result<()> {
    let vat = &mut dss.vat;
    let (sin, dai) = (add(vat.sin.get(u), rad)?, add(vat.dai.get(v), rad)?);
    let (vice, debt) = (add(vat.vice, rad)?, add(vat.debt, rad)?);
    (vat.vice, vat.debt) = (vice, debt);
    vat.sin.set(u, sin);
    vat.dai.set(v, dai);
    Ok(())
}

/// `Vat.fold`: changes the rate; what all vaults owe more goes to `u` as DAI.
pub(crate) fn fold(dss: &mut Dss, ilk: IlkId, u: Who, change: Int) -> Result<()> {
    let i = dss.ilk(ilk)?.vat;
    let rate = change.add_to(i.rate)?;
    let rad = change.times(i.art)?;
    let dai = rad.add_to(dss.vat.dai.get(u))?;
    let debt = rad.add_to(dss.vat.debt)?;
    dss.ilk_mut(ilk)?.vat.rate = rate;
    dss.vat.dai.set(u, dai);
    dss.vat.debt = debt;
    Ok(())
}

/// `Vat.file(what, data)`.
pub(crate) fn file(dss: &mut Dss, what: &str, data: U256) -> Result<()> {
    match what {
        "Line" => dss.vat.ceiling = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Vat }),
    }
    Ok(())
}

/// `Vat.file(ilk, what, data)`.
pub(crate) fn file_ilk(dss: &mut Dss, ilk: IlkId, what: &str, data: U256) -> Result<()> {
    let i = &mut dss.ilk_mut(ilk)?.vat;
    match what {
        "spot" => i.spot = data,
        "line" => i.line = data,
        "dust" => i.dust = data,
        _ => return Err(MakerError::FileUnrecognizedParam { contract: Contract::Vat }),
    }
    Ok(())
}
