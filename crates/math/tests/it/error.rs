use levmine_math::{MathError, U256, add, closed, parse_units, sub};
use rust_decimal::Decimal;

#[test]
fn messages_state_the_quantity_and_the_unit() {
    let (one, two) = (U256::ONE, U256::from(2));
    let text = |error: MathError| error.to_string();
    assert_eq!(text(sub(one, two).unwrap_err()), "1 minus 2 is below zero");
    let sum = text(add(U256::MAX, one).unwrap_err());
    assert!(sum.starts_with("sum of 1157") && sum.ends_with(" and 1 does not fit 256 bits"), "{sum}");
    assert_eq!(
        text(parse_units("1.23", 1).unwrap_err()),
        "2 places behind the point are more than the token's 1 decimals"
    );
    assert_eq!(
        text(parse_units("1,5", 1).unwrap_err()),
        "character 2 does not belong into an amount such as 1_234.56"
    );
    assert_eq!(
        text(closed::leverage_from_ltv(Decimal::ONE).unwrap_err()),
        "LTV must be at least zero and below one"
    );
    assert_eq!(
        text(closed::continuous_apy(Decimal::from(1_000)).unwrap_err()),
        "exponential does not fit a decimal of 96 bits"
    );
}
