//! Locking, drawing, wiping, freeing.
//!
//! Source: makerdao/dss-proxy-actions `DssProxyActions.sol`: `lockGem`, `draw`, `wipe`, `wipeAll`, `freeGem`.

use levmine_lending::Amount;
use levmine_math::U256;

use crate::dss::{Dss, join, jug, vat};
use crate::error::{MakerError, Result};
use crate::math::{Int, RAY, add, mul, quotient, sub, wad_up};
use crate::who::{IlkId, Who};

/// Who calls, and whose vault of which type it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vault {
    pub(crate) ilk: IlkId,
    pub(crate) caller: Who,
    pub(crate) owner: Who,
}

/// Locks the caller's tokens in the owner's vault.
pub(crate) fn lock(dss: &mut Dss, vault: Vault, amount: U256) -> Result<()> {
    let Vault { ilk, caller, owner } = vault;
    join::join_gem(dss, caller, ilk, caller, amount)?;
    let wad = mul(amount, dss.ilk(ilk)?.join.unit())?;
    let change = vat::Change { ilk, u: owner, v: caller, w: caller, dink: Int::plus(wad)?, dart: Int::ZERO };
    vat::frob(dss, caller, &change)
}

/// Collateral of `owner`, locked or not, wad.
pub(crate) fn collateral(dss: &Dss, ilk: IlkId, owner: Who) -> Result<U256> {
    let store = dss.ilk(ilk)?;
    Ok(add(store.urns.get(owner).ink, store.gem.get(owner))?)
}

/// Frees the owner's collateral and pays it to the caller: first what is not locked, as an auction returned it, then
/// what is. Returns base units, rounded down where everything is asked for.
pub(crate) fn free(dss: &mut Dss, vault: Vault, amount: Amount, now: u64) -> Result<U256> {
    let Vault { ilk, caller, owner } = vault;
    if now >= dss.ilk(ilk)?.jug.rho {
        jug::drip(dss, ilk, now)?;
    }
    let unit = dss.ilk(ilk)?.join.unit();
    let amount = match amount {
        Amount::Exact(amount) => amount,
        Amount::All => quotient(collateral(dss, ilk, owner)?, unit)?,
    };
    let wad = mul(amount, unit)?;
    let loose = dss.ilk(ilk)?.gem.get(owner).min(wad);
    if loose.is_zero() || loose < wad {
        let dink = Int::minus(sub(wad, loose)?)?;
        let change = vat::Change { ilk, u: owner, v: caller, w: caller, dink, dart: Int::ZERO };
        vat::frob(dss, caller, &change)?;
    }
    if caller != owner && !loose.is_zero() {
        vat::flux(dss, caller, ilk, owner, caller, loose)?;
    }
    join::exit_gem(dss, caller, ilk, caller, amount)?;
    Ok(amount)
}

/// The normalised debt that `wad` takes beside what `owner` has inside: rounded down, and one more where that times the
/// rate is below the whole `wad`.
///
/// Source: `DssProxyActions._getDrawDart`, which compares with the whole amount also where a part of it is inside.
fn draw_dart(dss: &Dss, ilk: IlkId, owner: Who, wad: U256) -> Result<U256> {
    let rate = dss.ilk(ilk)?.vat.rate;
    let (dai, wanted) = (dss.vat.dai.get(owner), mul(wad, RAY)?);
    if dai >= wanted {
        return Ok(U256::ZERO);
    }
    let dart = quotient(sub(wanted, dai)?, rate)?;
    Ok(if mul(dart, rate)? < wanted { add(dart, U256::ONE)? } else { dart })
}

/// Draws `wad` DAI on the owner's vault to the caller. What is drawn beyond it, less than twice the rate in rad, stays
/// inside as the owner's.
pub(crate) fn draw(dss: &mut Dss, vault: Vault, wad: U256, now: u64) -> Result<()> {
    let Vault { ilk, caller, owner } = vault;
    jug::drip(dss, ilk, now)?;
    let dart = Int::plus(draw_dart(dss, ilk, owner, wad)?)?;
    vat::frob(dss, caller, &vat::Change::own(ilk, owner, Int::ZERO, dart))?;
    vat::shift(dss, caller, owner, caller, mul(wad, RAY)?)?;
    vat::hope(dss, caller, Who::DaiJoin);
    join::exit_dai(dss, caller, caller, wad)
}

/// The debt of `owner` at `rate`, rad.
pub(crate) fn owed(dss: &Dss, ilk: IlkId, owner: Who, rate: U256) -> Result<U256> {
    Ok(mul(dss.ilk(ilk)?.urns.get(owner).art, rate)?)
}

/// Pays the owner's debt with the caller's DAI. An owner's DAI inside pays along; somebody else's pays for himself.
/// Returns the wad burned.
///
/// With enough for everything (`_getWipeAllWad`: debt less what is inside, rounded up) everything is wiped; otherwise
/// `DAI inside ÷ rate`, rounded down (`_getWipeDart`), and the rest stays inside.
pub(crate) fn wipe(dss: &mut Dss, vault: Vault, amount: Amount, now: u64) -> Result<U256> {
    let Vault { ilk, caller, owner } = vault;
    jug::drip(dss, ilk, now)?;
    let store = dss.ilk(ilk)?;
    let (art, rate) = (store.urns.get(owner).art, store.vat.rate);
    if art.is_zero() {
        return Err(MakerError::NoDebt);
    }
    let everything = wad_up(mul(art, rate)?.saturating_sub(dss.vat.dai.get(caller)));
    let (wad, all) = match amount {
        Amount::Exact(wad) if wad < everything => (wad, false),
        _ => (everything, true),
    };
    join::join_dai(dss, caller, caller, wad)?;
    let inside = if caller == owner { dss.vat.dai.get(owner) } else { mul(wad, RAY)? };
    let dart = if all { art } else { quotient(inside, rate)?.min(art) };
    let change =
        vat::Change { ilk, u: owner, v: caller, w: caller, dink: Int::ZERO, dart: Int::minus(dart)? };
    vat::frob(dss, caller, &change)?;
    Ok(wad)
}
