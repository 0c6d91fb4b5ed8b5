//! The savings rate as a supply of DAI.
//!
//! Source: makerdao/dss-proxy-actions `DssProxyActions.sol`: `dsrJoin`, `dsrExit`, `dsrExitAll`.

use levmine_lending::Amount;
use levmine_math::U256;

use crate::dss::{Dss, join, pot, vat};
use crate::error::{MakerError, Result, Side};
use crate::math::{RAY, mul, quotient, rmul, wad_down};
use crate::who::Who;

/// Saves the caller's DAI. The normalised savings are rounded down; the rest, below one of them, stays inside.
pub(crate) fn save(dss: &mut Dss, caller: Who, owner: Who, wad: U256, now: u64) -> Result<()> {
    // The savings contract knows only the caller.
    own(caller, owner)?;
    let chi = pot::drip(dss, now)?;
    join::join_dai(dss, caller, caller, wad)?;
    vat::hope(dss, caller, Who::Pot);
    pot::join(dss, caller, quotient(mul(wad, RAY)?, chi)?, now)
}

/// Takes savings out. Where rounding left less than `wad` inside, one less is paid. Returns the wad.
pub(crate) fn take(dss: &mut Dss, caller: Who, owner: Who, amount: Amount, now: u64) -> Result<U256> {
    own(caller, owner)?;
    let chi = pot::drip(dss, now)?;
    let wad = match amount {
        Amount::All => {
            let pie = dss.pot.pie.get(caller);
            pot::exit(dss, caller, pie)?;
            rmul(chi, pie)?
        }
        Amount::Exact(wad) => {
            let wanted = mul(wad, RAY)?;
            pot::exit(dss, caller, quotient(wanted, chi)?)?;
            let inside = dss.vat.dai.get(caller);
            if inside >= wanted { wad } else { wad_down(inside) }
        }
    };
    vat::hope(dss, caller, Who::DaiJoin);
    join::exit_dai(dss, caller, caller, wad)?;
    Ok(wad)
}

fn own(caller: Who, owner: Who) -> Result<()> {
    if caller == owner { Ok(()) } else { Err(MakerError::NotAllowed { side: Side::None }) }
}

/// What `owner` has saved at `chi`, wad, rounded down.
pub(crate) fn saved(dss: &Dss, owner: Who, chi: U256) -> Result<U256> {
    Ok(rmul(dss.pot.pie.get(owner), chi)?)
}
