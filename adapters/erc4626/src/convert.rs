//! The contract's functions on its two integers.
//!
//! Source of all: OpenZeppelin contracts 4.9.6, `ERC4626` and `Math.mulDiv`. A vault computes as if one more base unit of
//! the asset and 10^offset more shares existed, so that there is a price from the first deposit on.

use levmine_math::{Rounding, U256, mul_div};

use crate::{Erc4626Error, Params, State};

type Result<T> = std::result::Result<T, Erc4626Error>;

/// `Math.mulDiv`: the remainder's unit of a result rounded up is added with a check of its own.
fn mul_div_named(amount: U256, numerator: U256, denominator: U256, rounding: Rounding) -> Result<U256> {
    mul_div(amount, numerator, denominator, Rounding::Down).map_err(|_| Erc4626Error::Quotient {
        amount,
        numerator,
        denominator,
    })?;
    mul_div(amount, numerator, denominator, rounding).map_err(|_| Erc4626Error::Panic)
}

/// The virtual shares and those that exist, and the virtual unit and the assets.
fn totals(state: &State, params: &Params) -> Result<(U256, U256)> {
    let virtual_shares =
        U256::from(10).checked_pow(U256::from(params.offset())).ok_or(Erc4626Error::Panic)?;
    let shares = state.shares.checked_add(virtual_shares).ok_or(Erc4626Error::Panic)?;
    let assets = state.assets.checked_add(U256::ONE).ok_or(Erc4626Error::Panic)?;
    Ok((shares, assets))
}

/// `_convertToShares`.
pub(crate) fn to_shares(state: &State, params: &Params, assets: U256, rounding: Rounding) -> Result<U256> {
    let (shares, held) = totals(state, params)?;
    mul_div_named(assets, shares, held, rounding)
}

/// `_convertToAssets`.
pub(crate) fn to_assets(state: &State, params: &Params, shares: U256, rounding: Rounding) -> Result<U256> {
    let (all, held) = totals(state, params)?;
    mul_div_named(shares, held, all, rounding)
}

/// `maxDeposit`: what is left of the limit.
pub(crate) fn max_deposit(state: &State, params: &Params) -> U256 {
    if params.limit() == U256::MAX { U256::MAX } else { params.limit().saturating_sub(state.assets) }
}

/// `maxMint`: the shares for what is left of the limit, rounded down.
pub(crate) fn max_mint(state: &State, params: &Params) -> Result<U256> {
    match max_deposit(state, params) {
        U256::MAX => Ok(U256::MAX),
        most => to_shares(state, params, most, Rounding::Down),
    }
}

/// `deposit`: the shares for exactly `assets`, rounded down, and the state after it.
pub(crate) fn deposit(state: &State, params: &Params, assets: U256) -> Result<(State, U256)> {
    let most = max_deposit(state, params);
    if assets > most {
        return Err(Erc4626Error::DepositAboveMost { assets, most });
    }
    let shares = to_shares(state, params, assets, Rounding::Down)?;
    Ok((entered(state, assets, shares)?, shares))
}

/// `mint`: the assets for exactly `shares`, rounded up, and the state after it.
pub(crate) fn mint(state: &State, params: &Params, shares: U256) -> Result<(State, U256)> {
    let most = max_mint(state, params)?;
    if shares > most {
        return Err(Erc4626Error::MintAboveMost { shares, most });
    }
    let assets = to_assets(state, params, shares, Rounding::Up)?;
    Ok((entered(state, assets, shares)?, assets))
}

/// `withdraw`: the shares for exactly `assets`, rounded up, and the state after it. Whose the shares are, wallets know:
/// the most is what all together are worth.
pub(crate) fn withdraw(state: &State, params: &Params, assets: U256) -> Result<(State, U256)> {
    let most = to_assets(state, params, state.shares, Rounding::Down)?;
    if assets > most {
        return Err(Erc4626Error::WithdrawAboveMost { assets, most });
    }
    let shares = to_shares(state, params, assets, Rounding::Up)?;
    Ok((left(state, assets, shares)?, shares))
}

/// `redeem`: the assets for exactly `shares`, rounded down, and the state after it.
pub(crate) fn redeem(state: &State, params: &Params, shares: U256) -> Result<(State, U256)> {
    if shares > state.shares {
        return Err(Erc4626Error::RedeemAboveMost { shares, most: state.shares });
    }
    let assets = to_assets(state, params, shares, Rounding::Down)?;
    Ok((left(state, assets, shares)?, assets))
}

/// `_deposit`: the asset comes first, then the shares are minted.
fn entered(state: &State, assets: U256, shares: U256) -> Result<State> {
    let above = Erc4626Error::TransferAboveBalance { assets, held: state.assets };
    let held = state.assets.checked_add(assets).ok_or(above)?;
    let all = state.shares.checked_add(shares).ok_or(Erc4626Error::Panic)?;
    Ok(State { assets: held, shares: all, ..*state })
}

/// `_withdraw`: the shares are burned first, then the asset goes.
fn left(state: &State, assets: U256, shares: U256) -> Result<State> {
    let (held, exist) = (state.assets, state.shares);
    let all =
        exist.checked_sub(shares).ok_or(Erc4626Error::BurnAboveBalance { amount: shares, held: exist })?;
    let rest = held.checked_sub(assets).ok_or(Erc4626Error::TransferAboveBalance { assets, held })?;
    Ok(State { assets: rest, shares: all, ..*state })
}
