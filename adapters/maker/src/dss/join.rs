//! `GemJoin`, `GemJoin5` and `DaiJoin`: between tokens and the Vat.
//!
//! Source: dss `join.sol`; dss-gem-joins `join-5.sol` for tokens with fewer than 18 decimals.

use levmine_market::Asset;
use levmine_math::{U256, pow10};

use super::{Dss, tokens, vat};
use crate::error::{Contract, MakerError, Result, TokenKind};
use crate::ledger::Ledger;
use crate::math::{Int, RAY, add, mul, sub};
use crate::who::{IlkId, Who};

/// A collateral token and what its adapter holds.
#[derive(Debug, Clone)]
pub struct Join {
    /// The token.
    pub asset: Asset,
    /// What the adapter holds, base units.
    pub held: U256,
    /// Who else has how much, where wallets are a part of the state.
    pub wallets: Ledger<Who, U256>,
}

impl Join {
    /// Wad for one base unit: 1, or 10^(18 − decimals).
    pub(crate) fn unit(&self) -> U256 {
        pow10(18_u32.saturating_sub(self.asset.decimals().into())).unwrap_or(U256::ONE)
    }

    fn contract(&self) -> Contract {
        if self.asset.decimals() < 18 { Contract::GemJoin5 } else { Contract::GemJoin }
    }

    /// An amount of the token in wad.
    fn wad(&self, amount: U256) -> Result<U256> {
        let overflow = MakerError::JoinOverflow { contract: self.contract(), amount };
        mul(amount, self.unit()).map_err(|_| overflow)
    }
}

/// `GemJoin.join`: takes tokens from the caller and credits `usr` with collateral.
pub(crate) fn join_gem(dss: &mut Dss, by: Who, ilk: IlkId, usr: Who, amount: U256) -> Result<()> {
    let join = &dss.ilk(ilk)?.join;
    let overflow = MakerError::JoinOverflow { contract: join.contract(), amount };
    let wad = Int::plus(join.wad(amount)?).map_err(|_| overflow)?;
    vat::slip(dss, ilk, usr, wad)?;
    let wallets = dss.wallets;
    let join = &mut dss.ilk_mut(ilk)?.join;
    tokens::debit(wallets.then_some(&mut join.wallets), by, amount, TokenKind::Gem)?;
    join.held = add(join.held, amount)?;
    Ok(())
}

/// `GemJoin.exit`: takes the caller's collateral and pays `usr` tokens.
pub(crate) fn exit_gem(dss: &mut Dss, by: Who, ilk: IlkId, usr: Who, amount: U256) -> Result<()> {
    let join = &dss.ilk(ilk)?.join;
    let overflow = MakerError::JoinOverflow { contract: join.contract(), amount };
    let wad = join.wad(amount)?;
    // GemJoin accepts up to 2^255, GemJoin5 only what an int256 holds.
    let wad = match join.contract() {
        Contract::GemJoin5 => Int::plus(wad).and_then(|_| Int::minus(wad)),
        _ => Int::minus(wad),
    };
    vat::slip(dss, ilk, by, wad.map_err(|_| overflow)?)?;
    let wallets = dss.wallets;
    let join = &mut dss.ilk_mut(ilk)?.join;
    let available = join.held;
    join.held = sub(available, amount).map_err(|_| MakerError::InsufficientTokens {
        token: TokenKind::Gem,
        needed: amount,
        available,
    })?;
    tokens::credit(wallets.then_some(&mut join.wallets), usr, amount)
}

/// `DaiJoin.join`: burns the caller's DAI and credits `usr` inside.
pub(crate) fn join_dai(dss: &mut Dss, by: Who, usr: Who, wad: U256) -> Result<()> {
    vat::shift(dss, Who::DaiJoin, Who::DaiJoin, usr, mul(RAY, wad)?)?;
    tokens::burn_dai(dss, by, wad)
}

/// `DaiJoin.exit`: takes the caller's DAI inside and mints `usr` tokens.
pub(crate) fn exit_dai(dss: &mut Dss, by: Who, usr: Who, wad: U256) -> Result<()> {
    vat::shift(dss, Who::DaiJoin, by, Who::DaiJoin, mul(RAY, wad)?)?;
    tokens::mint_dai(dss, usr, wad)
}
