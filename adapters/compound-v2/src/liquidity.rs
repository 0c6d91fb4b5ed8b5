//! What an account's collateral carries: the Comptroller's own sums, in US dollars with 18 decimals.

use levmine_market::{Asset, Price, PriceBook};
use levmine_math::{MathError, Rounding, U256, pow10};

use crate::accrual::{borrow_balance, exchange_rate};
use crate::error::{CompoundError, Failing, Library, Rejection, Result};
use crate::math::{mul, mul_exp, mul_exp_add};
use crate::state::{Market, Pool, User};

/// An effect that is tried out on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// The market.
    pub market: usize,
    /// cTokens redeemed there.
    pub redeem_tokens: U256,
    /// Base units borrowed there.
    pub borrow_amount: U256,
}

/// The two sums that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Liquidity {
    /// What the collateral carries.
    pub collateral: U256,
    /// What is owed, with the effects that are tried out.
    pub borrowed: U256,
}

impl Liquidity {
    /// What could still be borrowed.
    #[must_use]
    pub const fn liquidity(&self) -> U256 {
        self.collateral.saturating_sub(self.borrowed)
    }

    /// What is missing.
    #[must_use]
    pub const fn shortfall(&self) -> U256 {
        self.borrowed.saturating_sub(self.collateral)
    }
}

/// What one market adds to the sums, from what is stored.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Snapshot {
    pub(crate) tokens: U256,
    pub(crate) owed: U256,
    pub(crate) exchange_rate: U256,
}

/// The oracle's price: US dollars per base unit with `36 − decimals` decimals.
///
/// # Errors
///
/// [`CompoundError::Market`] where there is no price, or it does not fit.
#[inline]
pub fn oracle_price(prices: &PriceBook, asset: Asset) -> Result<U256> {
    let Price(wad) = prices.price(asset)?;
    if asset.decimals() == 18 {
        return Ok(wad.raw());
    }
    let scaled = || -> Result<U256, MathError> {
        if asset.decimals() < 18 {
            mul(wad.raw(), pow10(18 - u32::from(asset.decimals()))?)
        } else {
            levmine_math::div(wad.raw(), pow10(u32::from(asset.decimals()) - 18)?, Rounding::Down)
        }
    };
    scaled().map_err(|error| CompoundError::Market(error.into()))
}

/// The account's balances in a market, debt first.
///
/// Source: `CToken.getAccountSnapshot`.
#[inline]
pub(crate) fn snapshot(market: &Market, user: &User, id: usize) -> Result<Snapshot, MathError> {
    let holding = user.holding(id);
    Ok(Snapshot {
        tokens: holding.tokens,
        owed: borrow_balance(market, &holding)?,
        exchange_rate: exchange_rate(market)?,
    })
}

/// Adds one market to the sums. Every step is rounded down.
#[inline]
pub(crate) fn add_market(
    sums: &mut Liquidity,
    market: &Market,
    at: &Snapshot,
    price: U256,
) -> Result<U256, MathError> {
    let per_token = mul_exp(mul_exp(market.collateral_factor, at.exchange_rate)?, price)?;
    sums.collateral = mul_exp_add(per_token, at.tokens, sums.collateral)?;
    sums.borrowed = mul_exp_add(price, at.owed, sums.borrowed)?;
    Ok(per_token)
}

/// The sums over all markets that the account has entered, from what is stored, with an effect tried out. The inner
/// error is the Comptroller's code.
///
/// Source: `Comptroller.getHypotheticalAccountLiquidityInternal`.
///
/// # Errors
///
/// [`CompoundError::Arithmetic`], [`CompoundError::Market`].
pub fn hypothetical(
    pool: &Pool,
    user: &User,
    effect: Option<Effect>,
    prices: &PriceBook,
) -> Result<Result<Liquidity, Rejection>> {
    let mut sums = Liquidity::default();
    for id in user.assets_in.iter().map(|id| usize::from(*id)) {
        let market = pool.market(id)?;
        let at = match snapshot(market, user, id) {
            Ok(at) => at,
            Err(source) => return Ok(Err(Rejection::SnapshotError { asset: market.asset, source })),
        };
        let price = oracle_price(prices, market.asset)?;
        if price.is_zero() {
            return Ok(Err(Rejection::PriceError { asset: market.asset }));
        }
        let per_token = add_market(&mut sums, market, &at, price).reverting(Library::Exponential)?;
        if let Some(effect) = effect.filter(|effect| effect.market == id) {
            sums.borrowed = mul_exp_add(per_token, effect.redeem_tokens, sums.borrowed)
                .and_then(|sum| mul_exp_add(price, effect.borrow_amount, sum))
                .reverting(Library::Exponential)?;
        }
    }
    Ok(Ok(sums))
}

/// As [`hypothetical`], where any shortfall is a rejection.
///
/// # Errors
///
/// As [`hypothetical`].
pub(crate) fn carried(
    pool: &Pool,
    user: &User,
    effect: Effect,
    prices: &PriceBook,
) -> Result<Result<(), Rejection>> {
    Ok(match hypothetical(pool, user, Some(effect), prices)? {
        Ok(sums) if sums.shortfall().is_zero() => Ok(()),
        Ok(sums) => Err(Rejection::InsufficientLiquidity { shortfall: sums.shortfall() }),
        Err(rejection) => Err(rejection),
    })
}
