//! What the lending stubs share: balances by account and asset, errors, and rounding of values.

use std::collections::BTreeMap;

use levmine_lending::{LendingError, Refusal};
use levmine_market::{Account, Asset, Dump, PriceBook, TokenAmount};
use levmine_math::{MathError, Rounding, U256, Wad, mul_div, pow10};

/// Shares or tokens by account and asset; what is zero is not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Grid(BTreeMap<(Account, Asset), U256>);

impl Grid {
    pub(super) fn get(&self, account: Account, asset: Asset) -> U256 {
        self.0.get(&(account, asset)).copied().unwrap_or_default()
    }

    pub(super) fn set(&mut self, account: Account, asset: Asset, units: U256) {
        if units.is_zero() {
            self.0.remove(&(account, asset));
        } else {
            self.0.insert((account, asset), units);
        }
    }

    pub(super) fn grow(&mut self, account: Account, asset: Asset, units: U256) -> Result<(), MathError> {
        let sum = levmine_math::add(self.get(account, asset), units)?;
        self.set(account, asset, sum);
        Ok(())
    }

    pub(super) fn dump(&self) -> Dump {
        Dump::table(
            self.0.iter().map(|((account, asset), units)| (format!("{account} {asset}"), Dump::text(units))),
        )
    }
}

pub(super) fn refused(protocol: &'static str, refusal: Refusal, code: &'static str) -> LendingError {
    LendingError::Refused { protocol, refusal, code, source: code.into() }
}

/// The value of an amount in the numeraire, 18 decimals.
pub(super) fn value(
    amount: TokenAmount,
    prices: &PriceBook,
    rounding: Rounding,
) -> Result<Wad, LendingError> {
    let price = prices.price(amount.asset)?.0.raw();
    let unit = pow10(u32::from(amount.asset.decimals()))?;
    Ok(Wad::from_raw(mul_div(amount.raw, price, unit, rounding)?))
}

/// The base units of `asset` that are worth `value`.
pub(super) fn units(
    value: Wad,
    asset: Asset,
    prices: &PriceBook,
    rounding: Rounding,
) -> Result<U256, LendingError> {
    let price = prices.price(asset)?.0.raw();
    Ok(mul_div(value.raw(), pow10(u32::from(asset.decimals()))?, price, rounding)?)
}

const YEAR: u64 = 31_536_000;

/// An index after `seconds` of a simple yearly rate, both in ray.
pub(super) fn grown(index: U256, rate: U256, seconds: u64, rounding: Rounding) -> Result<U256, MathError> {
    let ray = levmine_math::Ray::ONE.raw();
    let growth = mul_div(rate, U256::from(seconds), U256::from(YEAR), rounding)?;
    levmine_math::add(index, mul_div(index, growth, ray, rounding)?)
}
