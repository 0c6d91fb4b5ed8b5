//! What the owner of Morpho does, how markets come to be, and who may act for whom.

use levmine_market::Account;
use levmine_math::U256;

use crate::accrual::Accrual;
use crate::error::{MorphoError, Result};
use crate::irm;
use crate::params::{Irm, MAX_FEE};
use crate::state::State;
use crate::transaction::{Transaction, World};
use crate::wad::WAD_U64;

fn only_owner(state: &State, caller: Account) -> Result<()> {
    if state.owner == Some(caller) { Ok(()) } else { Err(MorphoError::NotOwner) }
}

/// Interest up to now is charged with the old fee.
///
/// Source: `Morpho.setFee`.
pub(crate) fn set_fee(
    tx: &mut Transaction<'_>,
    caller: Account,
    fee: U256,
    world: World<'_>,
) -> Result<Option<Accrual>> {
    only_owner(tx.state(), caller)?;
    crate::accrual::must_exist(tx.totals())?;
    if fee == U256::from(tx.totals().fee) {
        return Err(MorphoError::AlreadySet { what: "fee" });
    }
    let narrow = u64::try_from(fee).ok().filter(|fee| *fee <= MAX_FEE);
    let narrow = narrow.ok_or(MorphoError::MaxFeeExceeded { fee })?;
    let accrual = tx.accrue(world.now)?;
    tx.totals_mut().fee = narrow;
    Ok(accrual)
}

/// Fees that are not accrued yet go to the new recipient.
///
/// Source: `Morpho.setFeeRecipient`.
pub(crate) fn set_fee_recipient(
    state: &mut State,
    caller: Account,
    recipient: Option<Account>,
) -> Result<()> {
    only_owner(state, caller)?;
    if recipient == state.fee_recipient {
        return Err(MorphoError::AlreadySet { what: "fee recipient" });
    }
    state.fee_recipient = recipient;
    Ok(())
}

/// Source: `Morpho.setOwner`.
pub(crate) fn set_owner(state: &mut State, caller: Account, owner: Option<Account>) -> Result<()> {
    only_owner(state, caller)?;
    if owner == state.owner {
        return Err(MorphoError::AlreadySet { what: "owner" });
    }
    state.owner = owner;
    Ok(())
}

/// Source: `Morpho.enableIrm`.
pub(crate) fn enable_irm(state: &mut State, caller: Account, irm: Irm) -> Result<()> {
    only_owner(state, caller)?;
    if !state.enabled_irms.insert(irm) {
        return Err(MorphoError::AlreadySet { what: "interest model" });
    }
    Ok(())
}

/// Source: `Morpho.enableLltv`.
pub(crate) fn enable_lltv(state: &mut State, caller: Account, lltv: U256) -> Result<()> {
    only_owner(state, caller)?;
    let narrow = u64::try_from(lltv).ok();
    if narrow.is_some_and(|lltv| state.enabled_lltvs.contains(&lltv)) {
        return Err(MorphoError::AlreadySet { what: "LLTV" });
    }
    let narrow = narrow.filter(|lltv| *lltv < WAD_U64).ok_or(MorphoError::MaxLltvExceeded { lltv })?;
    state.enabled_lltvs.insert(narrow);
    Ok(())
}

/// Creates this market, of which the first call of the interest model is a part. The contract would create another one
/// as well; this venue does not.
///
/// Source: `Morpho.createMarket`.
pub(crate) fn create_market(state: &mut State, irm: Irm, lltv: U256, now: u64) -> Result<()> {
    if !state.enabled_irms.contains(&irm) {
        return Err(MorphoError::IrmNotEnabled { irm: irm.name() });
    }
    let enabled = u64::try_from(lltv).ok().filter(|lltv| state.enabled_lltvs.contains(lltv));
    let lltv = enabled.ok_or(MorphoError::LltvNotEnabled { lltv })?;
    if (irm, lltv) != (state.params.irm(), state.params.lltv()) {
        return Err(MorphoError::OtherMarket);
    }
    if state.totals.last_update != 0 {
        return Err(MorphoError::MarketAlreadyCreated);
    }
    create(state, now)
}

/// Sets the market up, without any check. At the chain's very beginning its time is one: zero is no market.
pub(crate) fn create(state: &mut State, now: u64) -> Result<()> {
    if irm_is_stateful(state.params.irm()) {
        state.totals.rate_at_target = irm::borrow_rate(&state.totals, 0)?.at_target;
    }
    state.totals.last_update = now.max(1);
    Ok(())
}

fn irm_is_stateful(irm: Irm) -> bool {
    irm == Irm::AdaptiveCurve
}

/// Source: `Morpho.setAuthorization`.
pub(crate) fn set_authorization(
    state: &mut State,
    caller: Account,
    authorized: Account,
    is_authorized: bool,
) -> Result<()> {
    let pair = (caller, authorized);
    if state.authorizations.contains(&pair) == is_authorized {
        return Err(MorphoError::AlreadySet { what: "authorization" });
    }
    if is_authorized {
        state.authorizations.insert(pair);
    } else {
        state.authorizations.remove(&pair);
    }
    Ok(())
}
