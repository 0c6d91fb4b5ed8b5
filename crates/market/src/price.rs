use levmine_math::{Rounding, U256, Wad, div_pow10, mul, mul_div, pow10, product};

use crate::{Asset, MARKS_PER_BASE_UNIT, Mark, MarketError, TokenAmount};

/// The price of one whole token in the numeraire (US dollars), with 18 decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price(pub Wad);

impl Price {
    /// One dollar.
    pub const ONE: Self = Self(Wad::ONE);

    /// The price with `decimals` decimals, as an oracle with that precision publishes it. Rounds down.
    ///
    /// # Errors
    ///
    /// [`MarketError::Math`] when it does not fit 256 bits.
    pub fn with_decimals(self, decimals: u8) -> Result<U256, MarketError> {
        let raw = self.0.raw();
        if decimals >= 18 {
            Ok(mul(raw, pow10(u32::from(decimals) - 18)?)?)
        } else {
            Ok(div_pow10(raw, 18 - u32::from(decimals)))
        }
    }

    /// The price that an oracle with `decimals` decimals has published. Rounds down beyond 18 decimals.
    ///
    /// # Errors
    ///
    /// [`MarketError::Math`] when it does not fit 256 bits.
    pub fn from_decimals(raw: U256, decimals: u8) -> Result<Self, MarketError> {
        let wad = if decimals <= 18 {
            mul(raw, pow10(18 - u32::from(decimals))?)?
        } else {
            div_pow10(raw, u32::from(decimals) - 18)
        };
        Ok(Self(Wad::from_raw(wad)))
    }
}

/// Prices at one moment: of base assets, and of the shares of pools and vaults. In order of the assets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceBook {
    prices: Vec<(Asset, Price)>,
}

impl PriceBook {
    /// A book without prices.
    #[must_use]
    pub const fn new() -> Self {
        Self { prices: Vec::new() }
    }

    /// Writes the price of `asset`.
    pub fn set(&mut self, asset: Asset, price: Price) {
        if let Some((_, known)) = self.prices.iter_mut().find(|(known, _)| *known == asset) {
            *known = price;
            return;
        }
        let at = self.prices.partition_point(|(known, _)| *known < asset);
        self.prices.insert(at, (asset, price));
    }

    /// The price of `asset`, if one is known.
    #[must_use]
    pub fn find(&self, asset: Asset) -> Option<Price> {
        self.known(asset).copied()
    }

    #[inline]
    fn known(&self, asset: Asset) -> Option<&Price> {
        // A book has a handful of entries: looking through is faster than a search.
        self.prices.iter().find(|(known, _)| *known == asset).map(|(_, price)| price)
    }

    /// The price of `asset`.
    ///
    /// # Errors
    ///
    /// [`MarketError::NoPrice`].
    pub fn price(&self, asset: Asset) -> Result<Price, MarketError> {
        self.find(asset).ok_or(MarketError::NoPrice { asset })
    }

    /// All prices, in order of the assets.
    pub fn iter(&self) -> impl Iterator<Item = (Asset, Price)> + '_ {
        self.prices.iter().copied()
    }

    /// The value of `amount` in the numeraire, 18 decimals. Rounds down.
    ///
    /// # Errors
    ///
    /// [`MarketError::NoPrice`]; [`MarketError::Math`] when it does not fit 256 bits.
    pub fn value(&self, amount: TokenAmount) -> Result<Wad, MarketError> {
        let (price, decimals) = (self.price(amount.asset)?.0.raw(), u32::from(amount.asset.decimals()));
        let value = match product(amount.raw, price) {
            Some(value) => div_pow10(value, decimals),
            None => mul_div(amount.raw, price, pow10(decimals)?, Rounding::Down)?,
        };
        Ok(Wad::from_raw(value))
    }

    /// The value of `amount` in `quote`, in millionths of a base unit of `quote`. Rounds down.
    ///
    /// # Errors
    ///
    /// [`MarketError::NoPrice`]; [`MarketError::TooLarge`] beyond 2^127.
    pub fn mark(&self, amount: TokenAmount, quote: Asset) -> Result<Mark, MarketError> {
        if amount.asset == quote {
            return match mark_in_kind(amount.raw) {
                Some(mark) => Ok(mark),
                None => Err(too_large(quote)),
            };
        }
        if amount.raw.is_zero() {
            return Ok(0);
        }
        let (Some(price), Some(per)) = (self.known(amount.asset), self.known(quote)) else {
            return Err(self.missing([amount.asset, quote]));
        };
        match mark_within(&amount, price, quote.decimals(), per) {
            Some(mark) => Ok(mark),
            None => mark_beyond(amount, *price, quote, *per),
        }
    }

    /// The first of two assets that has no price.
    #[cold]
    fn missing(&self, [one, other]: [Asset; 2]) -> MarketError {
        MarketError::NoPrice { asset: if self.known(one).is_none() { one } else { other } }
    }
}

/// The mark of an amount of the quote asset itself.
#[inline]
fn mark_in_kind(raw: U256) -> Option<Mark> {
    let [low, high, 0, 0] = *raw.as_limbs() else { return None };
    let raw = u128::from(high) << 64 | u128::from(low);
    raw.checked_mul(u128::from(MARKS_PER_BASE_UNIT)).and_then(|mark| Mark::try_from(mark).ok())
}

#[cold]
const fn too_large(asset: Asset) -> MarketError {
    MarketError::TooLarge { asset }
}

/// The mark where nothing on the way needs more than 256 bits: a floor of a floor is the floor of the whole, and dividing by
/// powers of ten takes no division.
#[inline]
fn mark_within(amount: &TokenAmount, price: &Price, quote_decimals: u8, per: &Price) -> Option<Mark> {
    let (up, down) = (u32::from(quote_decimals) + 6, u32::from(amount.asset.decimals()));
    // By the usual quote, which costs one, it is one power of ten.
    let is_one = *per == Price::ONE;
    let down = if is_one { down + 18 } else { down };
    let value = product(amount.raw, price.0.raw())?;
    let value = match up.checked_sub(down) {
        Some(more) => product(value, pow10(more).ok()?)?,
        None => div_pow10(value, down - up),
    };
    let mark = if is_one { value } else { value.checked_div(per.0.raw())? };
    let [low, high, 0, 0] = *mark.as_limbs() else { return None };
    Mark::try_from(u128::from(high) << 64 | u128::from(low)).ok()
}

/// The mark in any case.
#[cold]
fn mark_beyond(amount: TokenAmount, price: Price, quote: Asset, per: Price) -> Result<Mark, MarketError> {
    let up = mul(price.0.raw(), pow10(u32::from(quote.decimals()) + 6)?)?;
    let down = mul(per.0.raw(), pow10(u32::from(amount.asset.decimals()))?)?;
    let mark = mul_div(amount.raw, up, down, Rounding::Down).ok();
    mark.and_then(|mark| Mark::try_from(mark).ok()).ok_or_else(|| too_large(quote))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn marks_and_values_are_those_of_the_plain_fractions(
            limbs in any::<[u64; 4]>(),
            zeros in 0_usize..256,
            price in 1_u128..,
            low in 0_u32..127,
            per in prop_oneof![Just(Price::ONE.0.raw()), (1_u64..).prop_map(U256::from)],
            own in 0_u8..=36,
            other in 0_u8..=36,
        ) {
            let (token, quote) = (Asset::new("T", own).expect("token"), Asset::new("Q", other).expect("quote"));
            let (amount, price) = (U256::from_limbs(limbs) >> zeros, U256::from((price >> low).max(1)));
            let mut book = PriceBook::new();
            book.set(token, Price(Wad::from_raw(price)));
            book.set(quote, Price(Wad::from_raw(per)));
            let unit = U256::from(10).pow(U256::from(own));
            let up = U256::from(10).pow(U256::from(other)) * U256::from(MARKS_PER_BASE_UNIT);
            let amount = TokenAmount::new(token, amount);
            let value = mul_div(amount.raw, price, unit, Rounding::Down).ok();
            prop_assert_eq!(book.value(amount).ok().map(Wad::raw), value);
            let mark = mul(price, up).and_then(|up| mul_div(amount.raw, up, mul(per, unit)?, Rounding::Down));
            let mark = mark.ok().and_then(|mark| i128::try_from(mark).ok());
            match (book.mark(amount, quote).ok(), mark) {
                // Without the sums on the way there may be an answer where there was none; never another one.
                (found, None) => prop_assert!(found.is_none() || mul(price, up).is_err() || mul(per, unit).is_err()),
                (found, mark) => prop_assert_eq!(found, mark),
            }
        }
    }
}
