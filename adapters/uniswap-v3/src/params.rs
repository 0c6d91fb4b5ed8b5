//! The coins as somebody wants to see them, and prices in their words.

use levmine_amm::{PriceRange, Rate};
use levmine_market::{Asset, Price};
use levmine_math::{Rounding, U256, Wad, mul, mul_div, mul_shift, pow10, sqrt_floor};

use crate::error::V3Error;
use crate::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, ratio, tick_at, usable_ticks};

/// The two coins in the order in which they are shown, and whether the contract has them the other way round.
///
/// The contract sorts its tokens by their addresses, and its price is that of its first token in its second. People
/// quote one of the coins in the other: prices and ranges here are of one whole first coin in whole second coins, in the
/// order shown, whatever the contract's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coins {
    shown: [Asset; 2],
    inverted: bool,
}

/// 2^192, the scale of a squared square root.
const SCALE: usize = 192;

impl Coins {
    /// Coins in the order shown; `inverted` where the contract's first token is the second of them.
    #[must_use]
    pub const fn new(shown: [Asset; 2], inverted: bool) -> Self {
        Self { shown, inverted }
    }

    /// The coins in the order shown.
    #[must_use]
    pub const fn shown(&self) -> &[Asset; 2] {
        &self.shown
    }

    /// Whether the contract has them the other way round.
    #[must_use]
    pub const fn is_inverted(&self) -> bool {
        self.inverted
    }

    /// The contract's first and second token.
    #[must_use]
    pub const fn tokens(&self) -> [Asset; 2] {
        self.turned(self.shown)
    }

    /// Two values from the order shown to the contract's, or back.
    #[must_use]
    pub(crate) const fn turned<T: Copy>(&self, [one, other]: [T; 2]) -> [T; 2] {
        if self.inverted { [other, one] } else { [one, other] }
    }

    /// Returns the square root of a price as the contract has it, times 2^96, **rounded down**, and whether nothing was
    /// lost; at most 2^160 − 1. Beyond a price of 2^64 base units for one, 96 bits of the root are kept.
    #[must_use]
    pub fn sqrt_price(&self, price: Price) -> (U256, bool) {
        let [first, second] = self.shown.map(|coin| u32::from(coin.decimals()));
        let (up, down) = (pow10(second), pow10(18 + first));
        let (Ok(up), Ok(down)) = (up.and_then(|unit| mul(price.0.raw(), unit)), down) else {
            return (if self.inverted { U256::ZERO } else { highest() }, false);
        };
        if self.inverted { sqrt_of_fraction(down, up) } else { sqrt_of_fraction(up, down) }
    }

    /// Returns the square root of the price at which both tokens have the values `prices` (of whole coins in the order
    /// shown), as [`Self::sqrt_price`].
    pub(crate) fn sqrt_price_outside(&self, prices: [Price; 2]) -> Result<U256, V3Error> {
        let [price0, price1] = self.turned(prices).map(|price| price.0.raw());
        let [decimals0, decimals1] = self.tokens().map(|coin| u32::from(coin.decimals()));
        let up = mul(price0, pow10(decimals1)?)?;
        let down = mul(price1, pow10(decimals0)?)?;
        Ok(sqrt_of_fraction(up, down).0)
    }

    /// Returns the usable ticks of a range of prices: the lower end at the greatest usable tick whose price is not above
    /// it, the upper end at the least whose price is not below it. So the position reaches **at least as far** as the
    /// range. Ends beyond all ticks are those of the full range.
    ///
    /// # Errors
    ///
    /// [`V3Error::EmptyRange`] unless the lower end is below the upper one.
    pub fn ticks(&self, range: &PriceRange, spacing: i32) -> Result<[i32; 2], V3Error> {
        if range.low >= range.high {
            return Err(V3Error::EmptyRange { low: range.low.0.raw(), high: range.high.0.raw() });
        }
        let [low, high] = self.turned([range.low, range.high]).map(|price| self.sqrt_price(price));
        let [least, most] = usable_ticks(spacing);
        let within = |sqrt_price: U256| sqrt_price.clamp(MIN_SQRT_RATIO, MAX_SQRT_RATIO - U256::ONE);
        let lower = tick_at(within(low.0)).div_euclid(spacing) * spacing;
        let tick = tick_at(within(high.0));
        let is_above = ratio(tick) < high.0 || !high.1;
        let upper = -(-(tick + i32::from(is_above))).div_euclid(spacing) * spacing;
        Ok([lower.clamp(least, most), upper.clamp(least, most)])
    }

    /// Returns the price with this square root, of one whole first coin in whole second coins, **rounded down** to 18
    /// decimals; the largest number where it is larger.
    #[must_use]
    pub fn price_at(&self, sqrt_price: U256) -> Price {
        let [first, second] = self.shown.map(|coin| u32::from(coin.decimals()));
        let rate = rate(sqrt_price, Rounding::Down);
        // The contract's price is buy ÷ sell, in base units of its second token for one of its first.
        let (up, down) = if self.inverted { (rate.sell, rate.buy) } else { (rate.buy, rate.sell) };
        let price = pow10(18 + first)
            .and_then(|unit| mul_div(up, unit, down.max(U256::ONE), Rounding::Down))
            .and_then(|price| Ok(price / pow10(second)?));
        Price(Wad::from_raw(price.unwrap_or(U256::MAX)))
    }

    /// Returns the price at a tick, as [`Self::price_at`].
    ///
    /// # Errors
    ///
    /// [`V3Error::TickOutOfRange`].
    pub fn price_at_tick(&self, tick: i32) -> Result<Price, V3Error> {
        Ok(self.price_at(crate::tick_math::sqrt_ratio_at_tick(tick)?))
    }

    /// Returns the prices of a position's two ends, the lower first.
    ///
    /// # Errors
    ///
    /// [`V3Error::TickOutOfRange`].
    pub fn range_of_ticks(&self, ticks: [i32; 2]) -> Result<PriceRange, V3Error> {
        let [lower, upper] = self.turned(ticks);
        Ok(PriceRange { low: self.price_at_tick(lower)?, high: self.price_at_tick(upper)? })
    }
}

/// The contract's price with this square root: base units of its second token for its first. Where both numbers can
/// spare bits above 160, the price is rounded as told to no less than 96.
pub(crate) fn rate(sqrt_price: U256, rounding: Rounding) -> Rate {
    // A square root of up to 128 bits has a square that fits; of a larger one the lowest bits are dropped.
    let dropped = sqrt_price.bit_len().saturating_sub(128);
    let shift = u8::try_from(2 * dropped).unwrap_or(u8::MAX);
    let square = mul_shift(sqrt_price, sqrt_price, shift, rounding).unwrap_or(U256::MAX);
    let scale = U256::ONE << (SCALE - 2 * dropped);
    let (bits, least) = (square.bit_len().max(scale.bit_len()), square.bit_len().min(scale.bit_len()));
    let spare = bits.saturating_sub(160).min(least.saturating_sub(96));
    let square = mul_shift(square, U256::ONE, u8::try_from(spare).unwrap_or(0), rounding);
    Rate { buy: square.unwrap_or(U256::MAX), sell: scale >> spare }
}

/// The largest number of 160 bits: beyond every price.
fn highest() -> U256 {
    (U256::ONE << 160) - U256::ONE
}

/// ⌊√(up ÷ down) · 2^96⌋, and whether nothing was lost; at most 160 bits.
pub(crate) fn sqrt_of_fraction(up: U256, down: U256) -> (U256, bool) {
    if down.is_zero() {
        return (highest(), false);
    }
    for bits in [SCALE, 128] {
        if let Ok(square) = mul_div(up, U256::ONE << bits, down, Rounding::Down) {
            let root = sqrt_floor(square);
            let whole = mul_div(up, U256::ONE << bits, down, Rounding::Up) == Ok(square);
            let is_exact = whole && root.wrapping_mul(root) == square;
            return ((root << ((SCALE - bits) / 2)).min(highest()), is_exact);
        }
    }
    (highest(), false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asset(symbol: &str, decimals: u8) -> Asset {
        Asset::new(symbol, decimals).expect("a symbol")
    }

    fn price(text: &str) -> Price {
        Price(Wad::from_raw(levmine_math::parse_units(text, 18).expect("a price")))
    }

    #[test]
    fn the_price_of_the_sheet() {
        let (usdc, weth) = (asset("USDC", 6), asset("WETH", 18));
        // The contract has USDC first: its price is that of a USDC in WETH.
        let coins = Coins::new([weth, usdc], true);
        let (sqrt_price, is_exact) = coins.sqrt_price(price("2000"));
        assert_eq!(
            (sqrt_price.to_string().as_str(), is_exact),
            ("1771595571142957102961017161607260", false)
        );
        assert_eq!(tick_at(sqrt_price), 200_311);
        let shown = coins.price_at(sqrt_price).0.to_string();
        assert_eq!(shown, "2000");
        // As the contract would say it: a USDC is 0.0005 WETH.
        let plain = Coins::new([usdc, weth], false);
        assert_eq!(plain.sqrt_price(price("0.0005")).0, sqrt_price);
        assert_eq!(plain.tokens(), coins.tokens());
    }

    #[test]
    fn ranges_reach_at_least_as_far() {
        let (usdc, weth) = (asset("USDC", 6), asset("WETH", 18));
        let coins = Coins::new([weth, usdc], true);
        let range = PriceRange { low: price("1600"), high: price("2400") };
        let [lower, upper] = coins.ticks(&range, 10).expect("a range");
        assert_eq!((lower % 10, upper % 10), (0, 0));
        let wide = coins.range_of_ticks([lower, upper]).expect("prices");
        assert!(wide.low <= range.low && wide.high >= range.high, "{wide:?}");
        let narrow = coins.range_of_ticks([lower + 10, upper - 10]).expect("prices");
        assert!(narrow.low > range.low && narrow.high < range.high, "{narrow:?}");
        // The other way round it is the same position.
        let plain = Coins::new([usdc, weth], false);
        let turned = PriceRange { low: price("0.000416666666666666"), high: price("0.000625") };
        assert_eq!(plain.ticks(&turned, 10), Ok([lower, upper]));
        let all = PriceRange { low: price("0"), high: Price(Wad::MAX) };
        assert_eq!(coins.ticks(&all, 60), Ok([-887_220, 887_220]));
        assert_eq!(plain.ticks(&all, 60), Ok([-887_220, 887_220]));
        assert!(coins.ticks(&PriceRange { low: price("1"), high: price("1") }, 60).is_err());
    }

    #[test]
    fn a_price_that_is_a_tick_is_that_tick() {
        let coins = Coins::new([asset("USDC", 6), asset("USDT", 6)], false);
        let range = PriceRange { low: price("1"), high: price("4") };
        let [lower, upper] = coins.ticks(&range, 1).expect("a range");
        assert_eq!(lower, 0);
        // 1.0001^13863 < 4 < 1.0001^13864.
        assert_eq!(upper, 13_864);
        let range = PriceRange { low: price("0.5"), high: price("1") };
        assert_eq!(coins.ticks(&range, 1), Ok([-6_932, 0]));
    }

    #[test]
    fn rates_keep_their_bits() {
        for sqrt_price in [MIN_SQRT_RATIO, U256::ONE << 96, U256::ONE << 110, MAX_SQRT_RATIO] {
            let Rate { buy, sell } = rate(sqrt_price, Rounding::Up);
            assert!(buy.bit_len().min(sell.bit_len()) >= 32, "{buy} {sell}");
            // sell·P² ÷ 2^192 is buy, up to what was rounded up.
            let back = sqrt_of_fraction(buy, sell).0;
            assert!(back.abs_diff(sqrt_price) <= sqrt_price >> 60_usize, "{sqrt_price} {back}");
        }
    }
}
