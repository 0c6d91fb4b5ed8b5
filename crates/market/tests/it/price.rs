//! Values and marks.

use levmine_market::{Asset, MarketError, Price, PriceBook, TokenAmount};
use levmine_math::{U256, Wad};

fn asset(symbol: &str, decimals: u8) -> Asset {
    Asset::new(symbol, decimals).unwrap()
}

fn book(prices: &[(Asset, u128)]) -> PriceBook {
    let mut book = PriceBook::new();
    for (asset, wad) in prices {
        book.set(*asset, Price(Wad::new(*wad)));
    }
    book
}

const DOLLAR: u128 = 1_000_000_000_000_000_000;

#[test]
fn marks_are_millionths_of_a_base_unit() {
    let (usdc, weth) = (asset("USDC", 6), asset("WETH", 18));
    let book = book(&[(usdc, DOLLAR), (weth, 2_000 * DOLLAR)]);
    let mark = |asset, raw: u64| book.mark(TokenAmount::new(asset, U256::from(raw)), usdc);
    assert_eq!(mark(usdc, 5), Ok(5_000_000));
    // One wei of ether at 2,000 dollars is 2e-15 dollars, 2e-9 base units, 0.002 marks: nothing.
    assert_eq!(mark(weth, 1), Ok(0));
    assert_eq!(mark(weth, 500), Ok(1));
    assert_eq!(mark(weth, 1_000_000_000_000_000_000), Ok(2_000_000_000 * 1_000_000));
}

#[test]
fn extremes_are_answered() {
    for (decimals, quote_decimals) in [(0, 0), (0, 36), (36, 0), (36, 36)] {
        let (held, quote) = (asset("A", decimals), asset("B", quote_decimals));
        for (price, per) in [(1, 1), (1, 1_000_000_000_000_000 * DOLLAR), (1_000_000_000_000_000 * DOLLAR, 1)]
        {
            let book = book(&[(held, price), (quote, per)]);
            for raw in [U256::ZERO, U256::ONE, U256::from(1) << 112_usize, U256::MAX] {
                match book.mark(TokenAmount::new(held, raw), quote) {
                    Ok(mark) => assert!(mark >= 0),
                    Err(error) => assert!(matches!(error, MarketError::TooLarge { .. }), "{error}"),
                }
            }
        }
    }
}

#[test]
fn what_has_no_price_is_named() {
    let (usdc, weth) = (asset("USDC", 6), asset("WETH", 18));
    let book = book(&[(usdc, DOLLAR)]);
    let missing = book.mark(TokenAmount::new(weth, U256::ONE), usdc);
    assert_eq!(missing, Err(MarketError::NoPrice { asset: weth }));
    // The quote asset itself, and nothing of anything, need none.
    assert_eq!(PriceBook::new().mark(TokenAmount::new(usdc, U256::ONE), usdc), Ok(1_000_000));
    assert_eq!(book.mark(TokenAmount::zero(weth), usdc), Ok(0));
}
