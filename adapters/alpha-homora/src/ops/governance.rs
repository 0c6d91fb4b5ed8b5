//! What governance sets.

use levmine_market::Asset;

use crate::bank::Factors;
use crate::error::{HomoraError, Result};
use crate::math::BPS;
use crate::state::{Spell, State};

/// Source: `HomoraBank.setFeeBps`.
pub(crate) fn set_fee(state: &mut State, bps: u64) -> Result<()> {
    let too_high = HomoraError::FeeTooHigh { bps };
    state.core.fee_bps = u16::try_from(bps).ok().filter(|bps| u64::from(*bps) <= BPS).ok_or(too_high)?;
    Ok(())
}

/// Source: `ProxyOracle.setTokenFactors`.
pub(crate) fn set_factors(state: &mut State, asset: Asset, factors: Factors) -> Result<()> {
    if asset == state.lp {
        state.core.lp_factors = factors;
        return Ok(());
    }
    let place = state.place(asset)?;
    if let Some(bank) = state.core.banks.get_mut(place) {
        bank.factors = factors;
    }
    Ok(())
}

/// Source: `HomoraBank.setWhitelistTokens`.
pub(crate) fn set_token_whitelist(state: &mut State, asset: Asset, ok: bool) -> Result<()> {
    let place = state.place(asset)?;
    if let Some(bank) = state.core.banks.get_mut(place) {
        bank.whitelisted = ok;
    }
    Ok(())
}

/// Source: `WhitelistSpell.setWhitelistLPTokens`.
pub(crate) const fn set_lp_whitelist(state: &mut State, spell: Spell, ok: bool) {
    let [uniswap, sushi] = state.core.lp_whitelisted;
    state.core.lp_whitelisted = match spell {
        Spell::Uniswap => [ok, sushi],
        Spell::Sushi => [uniswap, ok],
    };
}
