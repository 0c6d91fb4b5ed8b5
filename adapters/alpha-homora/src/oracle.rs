//! Prices in ether, and what the bank makes of them.
//!
//! A price (`px`) is wei of ether per base unit of a token × 2^112. Values are wei of ether. Everything is rounded down:
//! collateral counts a little less, and so does debt.

use levmine_market::{Asset, MarketError, PriceBook};
use levmine_math::{MathError, Rounding, U256, pow10};

use crate::bank::Factors;
use crate::error::{HomoraError, Result, Underlying};
use crate::math::{BPS, ONE, Q112, add, div, mul, mul_div, mul_q112, sqrt, sub};

/// What answers with prices.
pub trait Prices {
    /// Wei of ether per base unit of `asset` × 2^112.
    ///
    /// # Errors
    ///
    /// [`HomoraError::NoPx`] for a price of zero, [`HomoraError::Market`] for one that is missing.
    fn px(&self, asset: Asset) -> Result<U256>;
}

/// Prices as they stand in the oracle.
#[derive(Debug, Clone, Default)]
pub struct Exact(Vec<(Asset, U256)>);

impl Exact {
    /// No price.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets a price.
    pub fn set(&mut self, asset: Asset, px: U256) {
        match self.0.iter_mut().find(|(known, _)| *known == asset) {
            Some((_, known)) => *known = px,
            None => self.0.push((asset, px)),
        }
    }
}

impl Prices for Exact {
    fn px(&self, asset: Asset) -> Result<U256> {
        let known = self.0.iter().find(|(known, _)| *known == asset);
        let (_, px) = known.ok_or(HomoraError::Market(MarketError::NoPrice { asset }))?;
        some(asset, *px)
    }
}

/// Prices of a book in dollars, divided by that of ether. **Rounds down.**
#[derive(Debug, Clone, Copy)]
pub struct Book<'a> {
    /// The book.
    pub prices: &'a PriceBook,
    /// What is ether in it.
    pub eth: Asset,
}

impl Prices for Book<'_> {
    fn px(&self, asset: Asset) -> Result<U256> {
        let dollars = |asset| self.prices.price(asset).map(|price| price.0.raw());
        if asset == self.eth && asset.decimals() == 18 {
            dollars(asset)?;
            return Ok(Q112);
        }
        let ether = dollars(self.eth)?;
        some(asset, px_of(dollars(asset)?, asset.decimals(), ether).map_err(MarketError::Math)?)
    }
}

/// `price ÷ 10^decimals × 10^18 ÷ ether × 2^112`, rounded down, with both prices per whole token.
fn px_of(price: U256, decimals: u8, ether: U256) -> std::result::Result<U256, MathError> {
    let decimals = u32::from(decimals);
    if decimals <= 18 {
        let price = levmine_math::mul(price, pow10(18 - decimals)?)?;
        levmine_math::mul_div(price, Q112, ether, Rounding::Down)
    } else {
        levmine_math::mul_div(price, Q112, levmine_math::mul(ether, pow10(decimals - 18)?)?, Rounding::Down)
    }
}

/// Source: `SimpleOracle.getETHPx`.
fn some(asset: Asset, px: U256) -> Result<U256> {
    if px.is_zero() { Err(HomoraError::NoPx { asset }) } else { Ok(px) }
}

/// The fair price of the share of a constant-product pair: `2·√(R0·R1) ÷ supply·√px0·√px1`, from stored reserves and
/// outside prices. A swap moves it by its fee only.
///
/// **Rounds down** at each of the roots and divisions.
///
/// Source: `UniswapV2Oracle.getETHPx`.
///
/// # Errors
///
/// Failing arithmetic: a supply of zero, reserves or prices far beyond any.
///
/// # Examples
///
/// ```
/// use levmine_alpha_homora::oracle::fair_lp_px;
/// use levmine_math::U256;
///
/// // 10,000,000 USDC and 5,000 WETH at 2,000 USDC per ether.
/// let reserves = [10_000_000_000_000_u128, 5_000_000_000_000_000_000_000].map(U256::from);
/// let supply = U256::from(223_606_797_749_978_969_u64);
/// let usdc: U256 = "2596148429267413814265248164610048000000000".parse()?;
/// let weth: U256 = "5192296858534827628530496329220096".parse()?;
/// let lp = fair_lp_px(reserves, supply, [usdc, weth])?;
/// assert_eq!(lp, "232206574700849673399166710611714244608".parse::<U256>()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[inline]
pub fn fair_lp_px(reserves: [U256; 2], supply: U256, px: [U256; 2]) -> Result<U256> {
    let ([reserve0, reserve1], [px0, px1]) = (reserves, px);
    let root_k = mul_div(sqrt(mul(reserve0, reserve1)?), Q112, supply)?;
    let first = mul(mul(root_k, U256::from(2))?, sqrt(px0))? >> 56_usize;
    Ok(mul(first, sqrt(px1))? >> 56_usize)
}

/// The price of the share of a stable pool: its virtual price (wad) times the lowest price of its coins, each per
/// 10^-18 of a whole coin. **Rounds down.**
///
/// Source: `CurveOracle.getETHPx`.
///
/// # Errors
///
/// [`HomoraError::Sources`] without coins, failing arithmetic.
pub fn stable_lp_px(virtual_price: U256, coins: &[(U256, u8)]) -> Result<U256> {
    let mut lowest: Option<U256> = None;
    for (px, decimals) in coins {
        let decimals = u32::from(*decimals);
        let unit = pow10(decimals.abs_diff(18)).map_err(MarketError::Math)?;
        let px = if decimals < 18 { div(*px, unit)? } else { mul(*px, unit)? };
        lowest = Some(lowest.map_or(px, |lowest| lowest.min(px)));
    }
    mul_div(lowest.ok_or(HomoraError::Sources(0))?, virtual_price, U256::from(ONE))
}

/// One price out of those of up to three sources (those that fail are left out): the only one; the average of two that
/// differ by at most `max_deviation` (wad, 1.0 to 1.5); of three the middle one if both neighbours are near it, else the
/// average of the pair that is near. Averages are rounded down.
///
/// Source: `AggregatorOracle.getETHPx`.
///
/// # Errors
///
/// [`HomoraError::TooMuchDeviation`], [`HomoraError::Sources`], failing arithmetic.
pub fn aggregate(sources: &[Option<U256>], max_deviation: U256) -> Result<U256> {
    let mut valid: Vec<U256> = sources.iter().copied().flatten().collect();
    valid.sort_unstable();
    let near =
        |low: U256, high: U256| Ok::<_, HomoraError>(mul_div(high, U256::from(ONE), low)? <= max_deviation);
    let average = |low, high| Ok(add(low, high)? >> 1_usize);
    match *valid.as_slice() {
        [only] => Ok(only),
        [low, high] if near(low, high)? => average(low, high),
        [low, high] => Err(HomoraError::TooMuchDeviation { low, high, sources: 2 }),
        [low, middle, high] => match (near(low, middle)?, near(middle, high)?) {
            (true, true) => Ok(middle),
            (true, false) => average(low, middle),
            (false, true) => average(middle, high),
            (false, false) => Err(HomoraError::TooMuchDeviation { low, high, sources: 3 }),
        },
        _ => Err(HomoraError::Sources(valid.len())),
    }
}

/// The price of a token from a feed in ether of `answer` (18 decimals per whole token), not older than `max_delay`
/// seconds. **Rounds down.** The adapter of Chainlink's feeds in ether and that of Band's rates do the same.
///
/// Source: `ChainlinkAdapterOracle.getETHPx`, `BandAdapterOracle.getETHPx`.
///
/// # Errors
///
/// [`HomoraError::DelayedUpdate`], failing arithmetic.
pub fn feed_px(answer: U256, decimals: u8, updated: u64, now: u64, max_delay: u64) -> Result<U256> {
    let oldest = sub(U256::from(now), U256::from(max_delay))?;
    if U256::from(updated) < oldest {
        return Err(HomoraError::DelayedUpdate { updated, delay: max_delay });
    }
    div(mul(answer, Q112)?, pow10(decimals.into()).map_err(MarketError::Math)?)
}

/// The price of a token from a feed in dollars and that of ether in dollars, of equal decimals. **Rounds down**, twice.
///
/// Source: `ChainlinkAdapterOracle.getETHPx`.
///
/// # Errors
///
/// Failing arithmetic.
pub fn dollar_feed_px(answer: U256, ether: U256, decimals: u8) -> Result<U256> {
    div(div(mul(answer, Q112)?, ether)?, pow10(decimals.into()).map_err(MarketError::Math)?)
}

/// The value of base units.
#[inline]
pub(crate) fn value(px: U256, amount: U256) -> Result<U256> {
    mul_q112(px, amount)
}

#[inline]
pub(crate) fn times_bps(value: U256, bps: u16) -> Result<U256> {
    mul_div(value, U256::from(bps), U256::from(BPS))
}

pub(crate) fn supported(factors: Factors, asset: Asset, side: Underlying) -> Result<()> {
    if factors.incentive == 0 { Err(HomoraError::BadUnderlying { asset, side }) } else { Ok(()) }
}

/// What `amount` wrapped LP tokens count as collateral: their value times the collateral factor, both rounded down. All
/// wrappers are one to one.
///
/// Source: `ProxyOracle.asETHCollateral`.
///
/// # Errors
///
/// [`HomoraError::BadUnderlying`], what the prices answer, failing arithmetic.
pub fn as_eth_collateral(lp: Asset, factors: Factors, amount: U256, prices: &dyn Prices) -> Result<U256> {
    supported(factors, lp, Underlying::Collateral)?;
    times_bps(value(prices.px(lp)?, amount)?, factors.collateral)
}

/// What a debt of `amount` counts: its value times the borrow factor, both rounded down.
///
/// Source: `ProxyOracle.asETHBorrow`.
///
/// # Errors
///
/// As [`as_eth_collateral`].
pub fn as_eth_borrow(token: Asset, factors: Factors, amount: U256, prices: &dyn Prices) -> Result<U256> {
    supported(factors, token, Underlying::Borrow)?;
    times_bps(value(prices.px(token)?, amount)?, factors.borrow)
}

/// How many wrapped LP tokens a liquidator gets for `paid` base units of the debt's token: their worth times both
/// incentives, rounded down at each step.
///
/// Source: `ProxyOracle.convertForLiquidation`.
///
/// # Errors
///
/// As [`as_eth_collateral`].
pub fn convert_for_liquidation(
    debt: (Asset, Factors),
    lp: (Asset, Factors),
    paid: U256,
    prices: &dyn Prices,
) -> Result<U256> {
    let ((token_in, factors_in), (token_out, factors_out)) = (debt, lp);
    supported(factors_in, token_in, Underlying::In)?;
    supported(factors_out, token_out, Underlying::Out)?;
    let (px_in, px_out) = (prices.px(token_in)?, prices.px(token_out)?);
    let amount = mul_div(paid, px_in, px_out)?;
    let amount = mul_div(amount, Q112, Q112)?;
    let with_both = mul(mul(amount, U256::from(factors_in.incentive))?, U256::from(factors_out.incentive))?;
    div(with_both, U256::from(BPS * BPS))
}
