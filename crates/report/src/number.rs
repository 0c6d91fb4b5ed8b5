use levmine_lending::HealthFactor;
use levmine_market::{Asset, MARKS_PER_BASE_UNIT, Mark, Price, TokenAmount};
use levmine_math::{Rounding, U256, format_units, mul_div};

/// `12,345.678901 USDC`: all digits of a base unit amount, thousands grouped.
#[must_use]
pub fn amount(amount: TokenAmount) -> String {
    format!("{} {}", units(amount.raw, amount.asset), amount.asset)
}

/// `12,345.678901`: all digits, thousands grouped.
#[must_use]
pub fn units(raw: U256, asset: Asset) -> String {
    group(&format_units(raw, asset.decimals()))
}

/// `-12,345.678901`: base units of `asset`, with all its decimals.
#[must_use]
pub fn signed_units(raw: i128, asset: Asset) -> String {
    let text = format_units(U256::from(raw.unsigned_abs()), asset.decimals());
    let places = usize::from(asset.decimals());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = if places == 0 { String::new() } else { format!(".{fraction:0<places$}") };
    let sign = if raw < 0 { "-" } else { "" };
    format!("{sign}{}{fraction}", group(whole))
}

/// Marks as base units of `asset`, rounded towards zero.
#[must_use]
pub fn marks(mark: Mark, asset: Asset) -> String {
    signed_units(mark / i128::from(MARKS_PER_BASE_UNIT), asset)
}

/// A health factor with four places, rounded down; `no debt` where there is none.
#[must_use]
pub fn health(factor: HealthFactor) -> String {
    match factor {
        HealthFactor::NoDebt => "no debt".into(),
        HealthFactor::Of(factor) if factor.raw().bit_len() > 120 => "above 10^15".into(),
        HealthFactor::Of(factor) => {
            let places = factor.raw() / U256::from(100_000_000_000_000_u64);
            fixed(places, 4)
        }
    }
}

/// A price in dollars: two places from 100 up, else six significant digits. Rounded down.
#[must_use]
pub fn price(price: Price) -> String {
    let wad = price.0.raw();
    let cents = wad / U256::from(10_000_000_000_000_000_u64);
    if cents >= U256::from(10_000) {
        return group(&fixed(cents, 2));
    }
    let text = format_units(wad, 18);
    let significant = text.find(|c: char| c.is_ascii_digit() && c != '0').unwrap_or(0);
    text.chars().take((significant + 7).max(6)).collect::<String>().trim_end_matches('.').to_string()
}

/// `a ÷ b` as a percentage with two places, rounded towards zero; a dash for a zero `b`.
#[must_use]
pub fn percent_of(a: i128, b: i128) -> String {
    ratio(a, b, 10_000).map_or_else(
        || "-".into(),
        |hundredths| {
            let sign = if hundredths < 0 { "-" } else { "" };
            format!("{sign}{}%", group(&fixed(U256::from(hundredths.unsigned_abs()), 2)))
        },
    )
}

/// `a ÷ b` with two places, as a leverage: `3.00x`; a dash for a `b` that is not positive.
#[must_use]
pub fn leverage(a: i128, b: i128) -> String {
    if b <= 0 {
        return "-".into();
    }
    ratio(a, b, 100)
        .map_or_else(|| "-".into(), |parts| format!("{}x", fixed(U256::from(parts.unsigned_abs()), 2)))
}

fn ratio(a: i128, b: i128, scale: u32) -> Option<i128> {
    if b == 0 {
        return None;
    }
    let (x, y) = (U256::from(a.unsigned_abs()), U256::from(b.unsigned_abs()));
    let parts = mul_div(x, U256::from(scale), y, Rounding::Down).ok()?;
    let parts = i128::try_from(parts).ok()?;
    Some(if (a < 0) == (b < 0) { parts } else { -parts })
}

fn fixed(raw: U256, places: usize) -> String {
    let digits = format!("{:0>width$}", raw.to_string(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    format!("{whole}.{fraction}")
}

pub(crate) fn group(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut grouped = String::with_capacity(number.len() + whole.len() / 3);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

#[cfg(test)]
mod tests {
    use levmine_math::Wad;

    use super::*;

    #[test]
    fn numbers_read_well() {
        let usdc = Asset::new("USDC", 6).unwrap();
        assert_eq!(units(U256::from(1_234_567_890_123_u64), usdc), "1,234,567.890123");
        assert_eq!(signed_units(-1_500_000, usdc), "-1.500000");
        assert_eq!(signed_units(999_000_000, usdc), "999.000000");
        assert_eq!(percent_of(-25, 1_000), "-2.50%");
        assert_eq!(percent_of(1, 0), "-");
        assert_eq!(leverage(300, 100), "3.00x");
        assert_eq!(leverage(300, -100), "-");
        assert_eq!(health(HealthFactor::Of(Wad::new(1_593_512_146_120_031_960))), "1.5935");
        assert_eq!(price(Price(Wad::new(202_860_000_000_000_000_000))), "202.86");
        assert_eq!(price(Price(Wad::new(999_800_000_000_000_000))), "0.9998");
        assert_eq!(price(Price(Wad::new(1))), "0.000000000000000001");
    }
}
