//! `redeem` and `redeemUnderlying`.

use levmine_market::Account;
use levmine_math::U256;

use super::mint::tokens_of;
use super::{Security, accrue, pay_out};
use crate::accrual::exchange_rate;
use crate::error::{CompoundError, Failing, Passing, Rejection, Result};
use crate::failure::Failure;
use crate::liquidity::{Effect, carried};
use crate::math::{mul_exp, sub};
use crate::rewards::{Side, keep_moving};
use crate::transaction::{Transaction, World};
use crate::version::Version;

/// What is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redemption {
    /// So many cTokens, for what they are worth, rounded down.
    Tokens(U256),
    /// As many cTokens as so much underlying is worth, **rounded down**: the fraction is the redeemer's.
    Underlying(U256),
}

/// Takes underlying out and returns how much.
///
/// Source: `CToken.redeemFresh`, `Comptroller.redeemAllowed`, `redeemVerify`.
pub(crate) fn redeem(
    tx: &mut Transaction<'_>,
    redeemer: Account,
    id: usize,
    redemption: Redemption,
    world: World<'_>,
    security: Security,
) -> Result<U256> {
    accrue(tx, id, world.block).passing(Failure::RedeemAccrueInterest)?;
    let rate = exchange_rate(tx.market(id)?).failing(Failure::RedeemExchangeRateRead)?;
    let (tokens, amount) = match redemption {
        Redemption::Tokens(tokens) if !tokens.is_zero() => {
            (tokens, mul_exp(rate, tokens).failing(Failure::RedeemExchangeTokens)?)
        }
        Redemption::Tokens(amount) | Redemption::Underlying(amount) => {
            (tokens_of(tx.version(), amount, rate).failing(Failure::RedeemExchangeAmount)?, amount)
        }
    };
    if security == Security::Asked {
        let rejected =
            |reason| CompoundError::Rejected { failure: Failure::RedeemComptrollerRejection, reason };
        allowed(tx, redeemer, id, tokens, world)?.map_err(rejected)?;
    }
    keep_moving(tx, id, Side::Supply, &[redeemer], world.block)?;
    // The later version looks at the cash first.
    if tx.version() == Version::CustomErrors {
        check_cash(tx, id, amount)?;
    }
    let supply = sub(tx.market(id)?.total_supply, tokens).failing(Failure::RedeemNewTotalSupply)?;
    let left = sub(tx.user(redeemer).holding(id).tokens, tokens).failing(Failure::RedeemNewAccountBalance)?;
    check_cash(tx, id, amount)?;
    pay_out(tx, id, amount)?;
    tx.market_mut(id)?.total_supply = supply;
    tx.user_mut(redeemer).holding_mut(id)?.tokens = left;
    if tokens.is_zero() && !amount.is_zero() {
        return Err(CompoundError::RedeemTokensZero { amount });
    }
    Ok(amount)
}

fn check_cash(tx: &Transaction<'_>, id: usize, needed: U256) -> Result<()> {
    let available = tx.market(id)?.cash;
    if available < needed {
        return Err(CompoundError::Cash { failure: Failure::RedeemTransferOut, needed, available });
    }
    Ok(())
}

/// Whether the account can do without so many cTokens; who has not entered the market always can.
///
/// Source: `Comptroller.redeemAllowedInternal`.
pub(crate) fn allowed(
    tx: &Transaction<'_>,
    account: Account,
    id: usize,
    tokens: U256,
    world: World<'_>,
) -> Result<Result<(), Rejection>> {
    let user = tx.user(account);
    if !user.is_in(id) {
        return Ok(Ok(()));
    }
    let effect = Effect { market: id, redeem_tokens: tokens, borrow_amount: U256::ZERO };
    carried(tx.pool(), user, effect, world.prices)
}
