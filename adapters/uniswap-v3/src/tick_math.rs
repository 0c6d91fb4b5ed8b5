//! Between ticks and square roots of prices, bit for bit.
//!
//! Source: Uniswap V3 core 1.0.1, `TickMath`.

use levmine_math::{Divisor, U256};

use crate::error::V3Error;

/// The lowest tick, whose price is about 2^−128.
pub const MIN_TICK: i32 = -887_272;
/// The highest tick, whose price is about 2^128.
pub const MAX_TICK: i32 = 887_272;
/// The square root of the price at [`MIN_TICK`], times 2^96.
pub const MIN_SQRT_RATIO: U256 = U256::from_limbs([4_295_128_739, 0, 0, 0]);
/// The square root of the price at [`MAX_TICK`], times 2^96.
pub const MAX_SQRT_RATIO: U256 =
    U256::from_limbs([6_743_328_256_752_651_558, 17_280_870_778_742_802_505, 4_294_805_859, 0]);

/// 2^128 ÷ 1.0001^(2^k ÷ 2), to the nearest integer, for each bit k of a tick.
const FACTORS: [u128; 20] = [
    340_265_354_078_544_963_557_816_517_032_075_149_313,
    340_248_342_086_729_790_484_326_174_814_286_782_778,
    340_214_320_654_664_324_051_920_982_716_015_181_260,
    340_146_287_995_602_323_631_171_512_101_879_684_304,
    340_010_263_488_231_146_823_593_991_679_159_461_444,
    339_738_377_640_345_403_697_157_401_104_375_502_016,
    339_195_258_003_219_555_707_034_227_454_543_997_025,
    338_111_622_100_601_834_656_805_679_988_414_885_971,
    335_954_724_994_790_223_023_589_805_789_778_977_700,
    331_682_121_138_379_247_127_172_139_078_559_817_300,
    323_299_236_684_853_023_288_211_250_268_160_618_739,
    307_163_716_377_032_989_948_697_243_942_600_083_929,
    277_268_403_626_896_220_162_999_269_216_087_595_045,
    225_923_453_940_442_621_947_126_027_127_485_391_333,
    149_997_214_084_966_997_727_330_242_082_538_205_943,
    66_119_101_136_024_775_622_716_233_608_466_517_926,
    12_847_376_061_809_297_530_290_974_190_478_138_313,
    485_053_260_817_066_172_746_253_684_029_974_020,
    691_415_978_906_521_570_653_435_304_214_168,
    1_404_880_482_679_654_955_896_180_642,
];

/// Returns the square root of the price at `tick`, times 2^96.
///
/// The price is that of one base unit of the contract's first token in base units of its second: 1.0001^tick. The
/// product of `FACTORS` is truncated after each factor, as in the contract, and the last 32 bits are **rounded up**.
///
/// # Errors
///
/// [`V3Error::TickOutOfRange`] outside of [`MIN_TICK`] and [`MAX_TICK`].
///
/// # Examples
///
/// ```
/// use levmine_uniswap_v3::tick_math::sqrt_ratio_at_tick;
///
/// assert_eq!(sqrt_ratio_at_tick(60)?.to_string(), "79466191966197645195421774833");
/// # Ok::<(), levmine_uniswap_v3::V3Error>(())
/// ```
pub fn sqrt_ratio_at_tick(tick: i32) -> Result<U256, V3Error> {
    if !(MIN_TICK..=MAX_TICK).contains(&tick) {
        return Err(V3Error::TickOutOfRange { tick });
    }
    Ok(ratio(tick))
}

/// The same for a tick that is known to be in range.
pub(crate) fn ratio(tick: i32) -> U256 {
    let mut bits = tick.unsigned_abs();
    if bits == 0 {
        return U256::from_limbs([0, 1 << 32, 0, 0]);
    }
    // The product begins as 2^128, which leaves the first factor as it is and never has to be written.
    let factor = |bits: u32| FACTORS.get(bits.trailing_zeros() as usize).copied().unwrap_or_default();
    let mut product = factor(bits);
    bits &= bits - 1;
    while bits != 0 {
        product = high_half(product, factor(bits));
        bits &= bits - 1;
    }
    if tick < 0 {
        let carry = u128::from(product as u32 != 0);
        return U256::from((product >> 32) + carry);
    }
    let inverse =
        Divisor::new(U256::from(product)).map(|product| product.floor(U256::MAX)).unwrap_or_default();
    let carry = U256::from(u8::from(inverse.as_limbs()[0] as u32 != 0));
    (inverse >> 32_usize).wrapping_add(carry)
}

/// The high 128 bits of a product of 128-bit numbers.
#[inline(always)]
const fn high_half(a: u128, b: u128) -> u128 {
    let (a1, a0, b1, b0) = (a >> 64, a & u64::MAX as u128, b >> 64, b & u64::MAX as u128);
    // No sum passes 2^128: (2^64 − 1)² + 2 · (2^64 − 1) = 2^128 − 1.
    let middle = a1 * b0 + ((a0 * b0) >> 64);
    let other = a0 * b1 + (middle & u64::MAX as u128);
    a1 * b1 + (middle >> 64) + (other >> 64)
}

/// 2 ÷ log2(1.0001): ticks in a doubling of the square root.
const TICKS_IN_A_DOUBLING: f64 = 13_863.636_746_827_59;
/// How near a tick the logarithm does not decide.
const DOUBT: f64 = 1.0 / 1024.0;
/// 2^64.
const LIMB: f64 = 18_446_744_073_709_551_616.0;

/// Returns the greatest tick whose square root ([`sqrt_ratio_at_tick`]) is at most `sqrt_ratio`.
///
/// The contract approximates the logarithm to 14 bits and then decides between two ticks by their ratios; any other way
/// to the greatest tick answers the same. Here the logarithm is a floating-point number, so that a ratio is seldom needed.
///
/// # Errors
///
/// [`V3Error::PriceOutOfRange`] below [`MIN_SQRT_RATIO`], and from [`MAX_SQRT_RATIO`] on.
pub fn tick_at_sqrt_ratio(sqrt_ratio: U256) -> Result<i32, V3Error> {
    if sqrt_ratio < MIN_SQRT_RATIO || sqrt_ratio >= MAX_SQRT_RATIO {
        return Err(V3Error::PriceOutOfRange { sqrt_price: sqrt_ratio });
    }
    Ok(tick_at(sqrt_ratio))
}

/// The same for a ratio that is known to be in range.
pub(crate) fn tick_at(sqrt_ratio: U256) -> i32 {
    let [low, middle, high, _] = sqrt_ratio.as_limbs().map(|limb| limb as f64);
    let log = (low + middle * LIMB + high * LIMB * LIMB).log2() - 96.0;
    // Rounding moves it by less than a millionth of a tick, whatever the platform's logarithm is like; the ratio of a tick differs
    // from the power of 1.0001 by a unit in 2^32 at most, a 200,000th of a tick. Both are far below the doubt, so the answer is
    // the contract's, and the same everywhere. No tick is below zero here, so that cutting off is rounding down.
    let tick = log * TICKS_IN_A_DOUBLING + f64::from(MAX_TICK + 1);
    let [low, high] = [tick - DOUBT, tick + DOUBT].map(|tick| tick as i32 - (MAX_TICK + 1));
    if low == high {
        return low;
    }
    if high <= MAX_TICK && ratio(high) <= sqrt_ratio { high } else { low }
}

/// The greatest and the least multiple of the spacing within the range of ticks.
#[must_use]
pub const fn usable_ticks(spacing: i32) -> [i32; 2] {
    let most = if spacing > 0 { MAX_TICK / spacing * spacing } else { MAX_TICK };
    [-most, most]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn constants_are_the_ends() {
        assert_eq!(sqrt_ratio_at_tick(MIN_TICK), Ok(MIN_SQRT_RATIO));
        assert_eq!(sqrt_ratio_at_tick(MAX_TICK), Ok(MAX_SQRT_RATIO));
        assert_eq!(MAX_SQRT_RATIO.to_string(), "1461446703485210103287273052203988822378723970342");
        assert_eq!(sqrt_ratio_at_tick(MAX_TICK + 1), Err(V3Error::TickOutOfRange { tick: MAX_TICK + 1 }));
        assert!(sqrt_ratio_at_tick(i32::MIN).is_err());
        assert!(tick_at_sqrt_ratio(MAX_SQRT_RATIO).is_err());
        assert!(tick_at_sqrt_ratio(MIN_SQRT_RATIO - U256::ONE).is_err());
        assert_eq!(usable_ticks(60), [-887_220, 887_220]);
    }

    /// Every tick: its ratio gives it back, a unit less gives the tick below, and the ratios rise.
    #[test]
    fn ticks_and_ratios_invert_each_other() {
        let mut last = U256::ZERO;
        for tick in MIN_TICK..=MAX_TICK {
            // The ends in full, the middle in steps that meet every pattern of low bits.
            if tick.abs() < 880_000 && tick % 13 != 0 {
                continue;
            }
            let ratio = ratio(tick);
            assert!(ratio > last, "{tick}");
            last = ratio;
            if tick < MAX_TICK {
                assert_eq!(tick_at_sqrt_ratio(ratio), Ok(tick));
            }
            if tick > MIN_TICK {
                assert_eq!(tick_at_sqrt_ratio(ratio - U256::ONE), Ok(tick - 1));
            }
        }
    }

    proptest! {
        #[test]
        fn the_greatest_tick_below(limbs: [u64; 3], shift in 0_usize..128) {
            let price = (U256::from_limbs([limbs[0], limbs[1], limbs[2] & u64::from(u32::MAX), 0]) >> shift)
                .clamp(MIN_SQRT_RATIO, MAX_SQRT_RATIO - U256::ONE);
            let tick = tick_at_sqrt_ratio(price).expect("in range");
            prop_assert!(ratio(tick) <= price && ratio(tick + 1) > price);
        }
    }
}
