//! The grammar of amounts.

use levmine_composer::AmountSpec;
use levmine_market::Assets;
use levmine_testkit::stub::usdc;

fn read(text: &str) -> Result<String, String> {
    AmountSpec::read(text, &Assets::standard(), usdc()).map(|amount| amount.to_string())
}

#[test]
fn every_form_is_read_and_written_the_same() {
    for (text, written) in [
        ("1000 USDC", "1000 USDC"),
        ("0.000001 USDC", "0.000001 USDC"),
        ("  1   WETH ", "1 WETH"),
        ("all WETH", "all WETH"),
        ("60%", "60% USDC"),
        ("12.5% WETH", "12.5% WETH"),
        ("max DAI", "max DAI"),
        ("USDC to ltv 55%", "USDC to ltv 55%"),
        ("USDC to health_factor 1.6", "USDC to health_factor 1.6"),
        ("USDC to leverage 3", "USDC to leverage 3"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(written), "{text}");
    }
}

#[test]
fn anything_else_is_answered_with_what_is_accepted() {
    for (text, part) in [
        ("", "an amount"),
        ("1000", "an amount"),
        ("0 USDC", "above zero"),
        ("-1 USDC", "an amount"),
        ("1.0000001 USDC", "an amount"),
        ("1e90 USDC", "an amount"),
        ("NaN USDC", "an amount"),
        ("1000 USDD", "\"USDD\" is not a known asset"),
        ("all", "an amount"),
        ("0%", "above 0%"),
        ("100.01%", "at most 100%"),
        ("% USDC", "a percentage"),
        ("USDC to ltv 0%", "above 0%"),
        ("USDC to ltv 0.5", "a percentage"),
        ("USDC to health_factor 0", "above 0"),
        ("USDC to health_factor 1001", "at most 1000"),
        ("USDC to leverage 0.99", "at least 1"),
        ("received USDC", "an amount"),
        ("1 2 3 4 5", "an amount"),
    ] {
        let error = read(text).expect_err(text);
        assert!(error.contains(part), "{text}: {error}");
    }
}
