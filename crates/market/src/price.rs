use levmine_math::{Rounding, U256, Wad, mul, mul_div, pow10};

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
            Ok(raw / pow10(18 - u32::from(decimals))?)
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
            raw / pow10(u32::from(decimals) - 18)?
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
        match self.prices.binary_search_by(|(known, _)| known.cmp(&asset)) {
            Ok(at) => {
                if let Some(entry) = self.prices.get_mut(at) {
                    entry.1 = price;
                }
            }
            Err(at) => self.prices.insert(at, (asset, price)),
        }
    }

    /// The price of `asset`, if one is known.
    #[must_use]
    pub fn find(&self, asset: Asset) -> Option<Price> {
        // A book has a handful of entries: looking through is faster than a search.
        self.prices.iter().find(|(known, _)| *known == asset).map(|(_, price)| *price)
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
        let price = self.price(amount.asset)?.0.raw();
        let unit = pow10(u32::from(amount.asset.decimals()))?;
        Ok(Wad::from_raw(mul_div(amount.raw, price, unit, Rounding::Down)?))
    }

    /// The value of `amount` in `quote`, in millionths of a base unit of `quote`. Rounds down.
    ///
    /// # Errors
    ///
    /// [`MarketError::NoPrice`]; [`MarketError::TooLarge`] beyond 2^127.
    pub fn mark(&self, amount: TokenAmount, quote: Asset) -> Result<Mark, MarketError> {
        if amount.asset == quote {
            return mark_of(amount.raw.checked_mul(U256::from(MARKS_PER_BASE_UNIT)), quote);
        }
        if amount.raw.is_zero() {
            return Ok(0);
        }
        let (price, per) = (self.price(amount.asset)?.0.raw(), self.price(quote)?.0.raw());
        let up = mul(price, pow10(u32::from(quote.decimals()) + 6)?)?;
        let down = mul(per, pow10(u32::from(amount.asset.decimals()))?)?;
        mark_of(mul_div(amount.raw, up, down, Rounding::Down).ok(), quote)
    }
}

fn mark_of(raw: Option<U256>, quote: Asset) -> Result<Mark, MarketError> {
    raw.and_then(|raw| i128::try_from(raw).ok()).ok_or(MarketError::TooLarge { asset: quote })
}
