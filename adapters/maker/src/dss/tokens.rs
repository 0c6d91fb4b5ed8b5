//! ERC-20 tokens as far as the contracts use them.

use levmine_math::U256;

use super::Dss;
use crate::error::{MakerError, Result, TokenKind};
use crate::ledger::Ledger;
use crate::math::{add, sub};
use crate::who::Who;

/// A token that the system issues.
#[derive(Debug, Clone, Default)]
pub struct Token {
    /// How much exists, base units.
    pub supply: U256,
    /// Who has how much, where wallets are a part of the state.
    pub wallets: Ledger<Who, U256>,
}

/// Takes tokens out of a wallet, where wallets are kept.
pub(crate) fn debit(
    wallets: Option<&mut Ledger<Who, U256>>,
    who: Who,
    amount: U256,
    token: TokenKind,
) -> Result<()> {
    let Some(wallets) = wallets else { return Ok(()) };
    let available = wallets.get(who);
    let Some(left) = available.checked_sub(amount) else {
        return Err(MakerError::InsufficientTokens { token, needed: amount, available });
    };
    wallets.set(who, left);
    Ok(())
}

/// Puts tokens into a wallet, where wallets are kept.
pub(crate) fn credit(wallets: Option<&mut Ledger<Who, U256>>, who: Who, amount: U256) -> Result<()> {
    let Some(wallets) = wallets else { return Ok(()) };
    let after = add(wallets.get(who), amount)?;
    wallets.set(who, after);
    Ok(())
}

/// `Dai.mint`.
pub(crate) fn mint_dai(dss: &mut Dss, who: Who, wad: U256) -> Result<()> {
    credit(dss.wallets.then_some(&mut dss.dai.wallets), who, wad)?;
    dss.dai.supply = add(dss.dai.supply, wad)?;
    Ok(())
}

/// `Dai.burn`.
pub(crate) fn burn_dai(dss: &mut Dss, who: Who, wad: U256) -> Result<()> {
    debit(dss.wallets.then_some(&mut dss.dai.wallets), who, wad, TokenKind::Dai)?;
    dss.dai.supply = sub(dss.dai.supply, wad)?;
    Ok(())
}

/// MKR from `src` to `dst`. What the Flapper holds between a bid and its end is not kept: it is burned then.
pub(crate) fn move_mkr(dss: &mut Dss, src: Who, dst: Who, wad: U256) -> Result<()> {
    debit(dss.wallets.then_some(&mut dss.mkr.wallets), src, wad, TokenKind::Mkr)?;
    if dst == Who::Flapper {
        return Ok(());
    }
    credit(dss.wallets.then_some(&mut dss.mkr.wallets), dst, wad)
}

/// Mints MKR.
pub(crate) fn mint_mkr(dss: &mut Dss, who: Who, wad: U256) -> Result<()> {
    credit(dss.wallets.then_some(&mut dss.mkr.wallets), who, wad)
}
