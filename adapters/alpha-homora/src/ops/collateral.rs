//! Wrapping LP tokens and putting them into a position, and the way back.

use levmine_market::Account;
use levmine_math::U256;

use crate::error::{HomoraError, Ledger, Result, Underlying};
use crate::math::{add, sub};
use crate::oracle::supported;
use crate::state::{Position, Spell, State, Wrapped};
use crate::transaction::Transaction;

/// What a change of staked collateral did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restaked {
    /// The wrapped token that was taken out of the position, and how much; none where it was empty.
    pub taken: Option<(Wrapped, U256)>,
    /// The wrapped token that was put in, and how much; none where nothing was put in.
    pub put: Option<(Wrapped, U256)>,
    /// Reward that came out of the wrapper, base units.
    pub reward: U256,
}

/// That the spell takes the LP token.
///
/// Source: `WhitelistSpell`.
pub(crate) fn must_take(state: &State, spell: Spell) -> Result<()> {
    let [uniswap, sushi] = state.core.lp_whitelisted;
    let takes = match spell {
        Spell::Uniswap => uniswap,
        Spell::Sushi => sushi,
    };
    if takes { Ok(()) } else { Err(HomoraError::LpNotWhitelisted { asset: state.lp }) }
}

/// Source: `HomoraBank.putCollateral`.
fn put(tx: &mut Transaction<'_>, number: u64, token: Wrapped, amount: U256) -> Result<()> {
    let mut position = tx.state().position(number)?.clone();
    if position.collateral != Some(token) {
        let state = tx.state();
        if supported(state.core.lp_factors, state.lp, Underlying::Collateral).is_err() {
            return Err(HomoraError::CollateralNotSupported { asset: state.lp });
        }
        if !position.size.is_zero() {
            return Err(HomoraError::AnotherCollateral);
        }
        position.collateral = Some(token);
    }
    position.size = add(position.size, amount)?;
    tx.set_position(number, position);
    Ok(())
}

/// Source: `HomoraBank.takeCollateral`.
fn take(tx: &mut Transaction<'_>, number: u64, token: Wrapped, amount: U256) -> Result<U256> {
    let mut position = tx.state().position(number)?.clone();
    if position.collateral != Some(token) {
        return Err(HomoraError::InvalidCollateral);
    }
    let amount = if amount == U256::MAX { position.size } else { amount };
    position.size = sub(position.size, amount)?;
    tx.set_position(number, position);
    Ok(amount)
}

/// Wraps `amount` LP tokens without rewards and puts them in; nothing is nothing.
///
/// Source: `BasicSpell.doPutCollateral`.
pub(crate) fn put_plain(tx: &mut Transaction<'_>, number: u64, amount: U256) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let held = add(tx.state().core.plain_held, amount)?;
    tx.core_mut().plain_held = held;
    put(tx, number, Wrapped::Plain, amount)
}

/// Takes `amount` (2^256 − 1: all) plainly wrapped LP tokens out, and returns how many.
///
/// Source: `BasicSpell.doTakeCollateral`.
pub(crate) fn take_plain(tx: &mut Transaction<'_>, number: u64, amount: U256) -> Result<U256> {
    if amount.is_zero() {
        return Ok(U256::ZERO);
    }
    let amount = take(tx, number, Wrapped::Plain, amount)?;
    let held = sub(tx.state().core.plain_held, amount)?;
    tx.core_mut().plain_held = held;
    Ok(amount)
}

/// Stakes `amount` more: everything comes out of the chef, with its rewards, and goes in again with `amount`.
///
/// Source: `SushiswapSpellV1.addLiquidityWMasterChef`, steps 6 and 7.
pub(crate) fn stake(tx: &mut Transaction<'_>, number: u64, amount: U256, block: u64) -> Result<Restaked> {
    let Position { collateral, size, .. } = *tx.state().position(number)?;
    let mut done = Restaked { taken: None, put: None, reward: U256::ZERO };
    let mut all = amount;
    if !size.is_zero() {
        let Some(token @ Wrapped::Staked(then)) = collateral else {
            // The number of a plainly wrapped token is that of the pool 0.
            return Err(if tx.chef_mut()?.pid == 0 {
                HomoraError::WrapperMismatch
            } else {
                HomoraError::IncorrectPid
            });
        };
        let taken = take(tx, number, token, size)?;
        done.taken = Some((token, taken));
        done.reward = tx.chef_mut()?.unwrap(then, taken, block)?;
        all = add(all, taken)?;
    }
    let token = Wrapped::Staked(tx.chef_mut()?.wrap(all, block)?);
    put(tx, number, token, all)?;
    done.put = Some((token, all));
    Ok(done)
}

/// Takes `amount` (2^256 − 1: all) staked LP tokens out, with their rewards.
///
/// Source: `SushiswapSpellV1.removeLiquidityWMasterChef`, step 1.
pub(crate) fn unstake(tx: &mut Transaction<'_>, number: u64, amount: U256, block: u64) -> Result<Restaked> {
    let Some(token @ Wrapped::Staked(then)) = tx.state().position(number)?.collateral else {
        return Err(HomoraError::WrapperMismatch);
    };
    let taken = take(tx, number, token, amount)?;
    let reward = tx.chef_mut()?.unwrap(then, taken, block)?;
    Ok(Restaked { taken: Some((token, taken)), put: None, reward })
}

/// Takes the rewards of a position: everything comes out of the chef and goes in again.
///
/// Source: `SushiswapSpellV1.harvestWMasterChef`.
pub(crate) fn harvest(tx: &mut Transaction<'_>, number: u64, block: u64) -> Result<Restaked> {
    must_take(tx.state(), Spell::Sushi)?;
    let mut done = unstake(tx, number, U256::MAX, block)?;
    let all = done.taken.map_or(U256::ZERO, |(_, taken)| taken);
    let token = Wrapped::Staked(tx.chef_mut()?.wrap(all, block)?);
    put(tx, number, token, all)?;
    done.put = Some((token, all));
    Ok(done)
}

/// Unwraps what is held outside of positions, and returns the reward paid.
///
/// Source: `WERC20.burn`, `WMasterChef.burn`.
pub(crate) fn unwrap(
    tx: &mut Transaction<'_>,
    owner: Account,
    token: Wrapped,
    amount: U256,
    block: u64,
) -> Result<(U256, U256)> {
    let balance = tx.state().wrapped.get(&(owner, token)).copied().unwrap_or_default();
    let amount = if amount == U256::MAX && matches!(token, Wrapped::Staked(_)) { balance } else { amount };
    let short = HomoraError::BurnExceedsBalance { balance, amount, token: Ledger::Wrapped };
    let left = balance.checked_sub(amount).ok_or(short)?;
    tx.set_wrapped(owner, token, left);
    let reward = match token {
        Wrapped::Plain => {
            let held = sub(tx.state().core.plain_held, amount)?;
            tx.core_mut().plain_held = held;
            U256::ZERO
        }
        Wrapped::Staked(then) => tx.chef_mut()?.unwrap(then, amount, block)?,
    };
    Ok((amount, reward))
}
