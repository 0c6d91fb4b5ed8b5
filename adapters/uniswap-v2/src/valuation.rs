use levmine_market::{MarketError, Price};
use levmine_math::{MathError, Rounding, U256, mul, mul_div, pow10, sqrt_floor};

/// Returns the fair value of `shares` of `supply`, with 18 decimals: `2·√(R0·p0·R1·p1) × shares ÷ supply`.
///
/// Depends on the product of the reserves, which swaps raise by their fees only, and on outside prices: moving the pool
/// does not move it. **Rounds down**; the root carries at least 127 significant bits.
///
/// Source: the formula of Alpha Homora V2 `UniswapV2Oracle.getETHPx`, in wide integers instead of its scaled roots.
pub(crate) fn fair_value(
    shares: U256,
    supply: U256,
    reserves: [u128; 2],
    decimals: [u8; 2],
    prices: [Price; 2],
) -> Result<levmine_math::Wad, MarketError> {
    let ([reserve0, reserve1], [price0, price1]) = (reserves.map(U256::from), prices);
    let value0 = mul(reserve0, price0.0.raw())?;
    let value1 = mul(reserve1, price1.0.raw())?;
    let [decimals0, decimals1] = decimals.map(u32::from);
    // An odd sum of decimals gets one more, so that the power of ten leaves the root whole.
    let odd = (decimals0 + decimals1) % 2;
    let value1 = mul(value1, pow10(odd)?)?;
    let scale = pow10((decimals0 + decimals1 + odd) / 2)?;
    let (root, shift) = root_of_product(value0, value1)?;
    let numerator = mul(shares, U256::from(2))?;
    let denominator = mul(scale, supply)?;
    // The power of two goes to the side of the fraction on which it is whole.
    let (root, denominator) = if shift >= 0 {
        (root << shift.unsigned_abs(), denominator)
    } else {
        match mul(denominator, U256::ONE << shift.unsigned_abs().min(255)) {
            Ok(wide) => (root, wide),
            // Too wide only for a supply beyond any token's: then the root's extra bits can go.
            Err(_) => (root >> shift.unsigned_abs(), denominator),
        }
    };
    Ok(levmine_math::Wad::from_raw(mul_div(root, numerator, denominator, Rounding::Down)?))
}

/// `(r, s)` such that `r·2^s` is √(a·b), rounded down, with `r` of at least 127 bits unless the product is zero.
fn root_of_product(a: U256, b: U256) -> Result<(U256, i32), MathError> {
    if a.is_zero() || b.is_zero() {
        return Ok((U256::ZERO, 0));
    }
    // Both factors with 127 to 128 bits: their product fits, and the shifts tell what was moved.
    let (a, a_shift) = normal(a);
    let (b, b_shift) = normal(b);
    let product = mul(a, b)?;
    let shift = a_shift + b_shift;
    if shift % 2 == 0 {
        Ok((sqrt_floor(product), shift / 2))
    } else {
        // Halving the product makes the shift even.
        Ok((sqrt_floor(product >> 1), (shift + 1) / 2))
    }
}

/// `x` with exactly 128 bits, and by how many bits it was moved down.
fn normal(x: U256) -> (U256, i32) {
    let bits = i32::try_from(x.bit_len()).unwrap_or(256);
    let shift = bits - 128;
    let moved = shift.unsigned_abs();
    (if shift >= 0 { x >> moved } else { x << moved }, shift)
}

#[cfg(test)]
mod tests {
    use levmine_math::Wad;

    use super::*;

    fn price(whole: u128) -> Price {
        Price(Wad::new(whole * 1_000_000_000_000_000_000))
    }

    #[test]
    fn a_balanced_pair_is_worth_its_reserves() {
        // 5000 WETH at 2000 and 10,000,000 USDC at 1: 20,000,000 in all.
        let supply = U256::from(223_606_797_749_978_969_u64);
        let reserves = [5_000_000_000_000_000_000_000, 10_000_000_000_000];
        let value = fair_value(supply, supply, reserves, [18, 6], [price(2_000), price(1)]).expect("a value");
        assert_eq!(value, Wad::new(20_000_000_000_000_000_000_000_000));
        let one = U256::from(1_000_000_000_000_000_u64); // 0.001 share: 44721.36 ETH × 2000 ÷ 1000
        let value = fair_value(one, supply, reserves, [18, 6], [price(2_000), price(1)]).expect("a value");
        assert_eq!(value.to_string(), "89442.719099991588112733");
    }

    #[test]
    fn odd_decimals_and_extremes_are_answered() {
        let supply = U256::from(1_000_000);
        let value = fair_value(supply, supply, [100_000, 1_000_000], [5, 6], [price(1), price(4)]);
        assert_eq!(value, Ok(Wad::new(4_000_000_000_000_000_000)));
        let zero = fair_value(supply, supply, [0, 1], [5, 6], [price(1), price(4)]);
        assert_eq!(zero, Ok(Wad::ZERO));
        assert!(fair_value(supply, U256::ZERO, [1, 1], [5, 6], [price(1), price(4)]).is_err());
        let huge = Price(Wad::MAX);
        assert!(fair_value(supply, supply, [u128::MAX, u128::MAX], [18, 18], [huge, huge]).is_err());
    }
}
