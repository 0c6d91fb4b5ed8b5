use levmine_math::{MathError, U256, format_units, parse_units};
use proptest::prelude::*;

use crate::operands::operand;

#[test]
fn whole_numbers_and_fractions() {
    let cases = [
        ("1234.5678", 18, "1234567800000000000000"),
        ("0.000001", 6, "1"),
        ("000.5", 1, "5"),
        ("1_000_000", 0, "1000000"),
        ("1_0.2_5", 2, "1025"),
        ("0", 0, "0"),
        ("0", 255, "0"),
        ("0.0", 200, "0"),
        ("11", 76, "110000000000000000000000000000000000000000000000000000000000000000000000000000"),
    ];
    for (text, decimals, raw) in cases {
        let raw: U256 = raw.parse().unwrap();
        assert_eq!(parse_units(text, decimals), Ok(raw), "{text}");
    }
}

#[test]
fn the_largest_amount_is_the_last_that_fits() {
    let text = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    assert_eq!(parse_units(text, 0), Ok(U256::MAX));
    let next = text.replace("935", "936");
    assert_eq!(parse_units(&next, 0), Err(MathError::AmountTooLarge { decimals: 0 }));
    assert_eq!(parse_units(text, 1), Err(MathError::AmountTooLarge { decimals: 1 }));
    // 12e76 is above 2^256 − 1, about 11.58e76.
    assert_eq!(parse_units("12", 76), Err(MathError::AmountTooLarge { decimals: 76 }));
    assert_eq!(parse_units("1", 78), Err(MathError::AmountTooLarge { decimals: 78 }));
}

#[test]
fn more_places_than_the_token_has() {
    assert_eq!(parse_units("1.23", 1), Err(MathError::TooManyPlaces { places: 2, decimals: 1 }));
    assert_eq!(parse_units("1.0", 0), Err(MathError::TooManyPlaces { places: 1, decimals: 0 }));
    assert_eq!(parse_units("1.2_3", 1), Err(MathError::TooManyPlaces { places: 2, decimals: 1 }));
    assert_eq!(parse_units("1.23", 2), Ok(U256::from(123)));
}

#[test]
fn negative_amounts_have_an_error_of_their_own() {
    assert_eq!(parse_units("-1.5", 18), Err(MathError::NegativeAmount));
    assert_eq!(parse_units("-0", 18), Err(MathError::NegativeAmount));
    assert_eq!(parse_units("-1.55", 1), Err(MathError::NegativeAmount));
    assert_eq!(parse_units("-", 18), Err(MathError::MalformedAmount { position: 2 }));
    assert_eq!(parse_units("--1", 18), Err(MathError::MalformedAmount { position: 2 }));
}

#[test]
fn garbage_is_pointed_at() {
    let cases = [
        ("", 1),
        (".5", 1),
        ("5.", 3),
        ("1.2.3", 4),
        ("1,5", 2),
        ("1e18", 2),
        ("0x10", 2),
        (" 1", 1),
        ("1 ", 2),
        ("+1", 1),
        ("_1", 1),
        ("1_", 3),
        ("1__0", 3),
        ("1_.5", 3),
        ("1._5", 3),
        ("1.5_", 5),
        ("١", 1),
        ("1€", 2),
    ];
    for (text, position) in cases {
        assert_eq!(parse_units(text, 18), Err(MathError::MalformedAmount { position }), "{text:?}");
    }
}

#[test]
fn formatting_has_no_trailing_zeros() {
    let cases = [
        (0, 0, "0"),
        (0, 18, "0"),
        (100, 0, "100"),
        (100, 1, "10"),
        (100, 2, "1"),
        (100, 3, "0.1"),
        (100, 4, "0.01"),
        (1_234_567_800, 6, "1234.5678"),
        (1, 6, "0.000001"),
    ];
    for (raw, decimals, text) in cases {
        assert_eq!(format_units(U256::from(raw), decimals), text);
    }
    assert_eq!(format_units(U256::ONE, 255).len(), 257);
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(raw in operand(), decimals in any::<u8>()) {
        prop_assert_eq!(parse_units(&format_units(raw, decimals), decimals), Ok(raw));
    }

    #[test]
    fn no_text_stops_the_program(text in "[-_.0-9a€ ]{0,90}", decimals in any::<u8>()) {
        let _ = parse_units(&text, decimals);
    }

    #[test]
    fn underscores_do_not_count(whole in "[0-9]{1,20}", fraction in "[0-9]{1,18}") {
        let grouped: Vec<String> = whole.chars().map(String::from).collect();
        let plain = parse_units(&format!("{whole}.{fraction}"), 18);
        prop_assert!(plain.is_ok());
        prop_assert_eq!(parse_units(&format!("{}.{fraction}", grouped.join("_")), 18), plain);
    }
}
