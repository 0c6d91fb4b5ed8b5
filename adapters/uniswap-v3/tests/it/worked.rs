//! The worked examples of the specification.

use levmine_math::{Rounding, U256};
use levmine_uniswap_v3::liquidity_amounts::{amounts_for_liquidity, liquidity_for_amounts};
use levmine_uniswap_v3::swap_math::{Exactly, swap_step};
use levmine_uniswap_v3::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, sqrt_ratio_at_tick};

use crate::support::{START, contract, integer, others};

/// 2000 USDC for a WETH, USDC first.
fn at_2000() -> U256 {
    integer("1771595571142957102961017161607260")
}

const RANGE: (i32, i32) = (199_440, 201_180);
const LIQUIDITY: u128 = 20_000_000_000_000_000_000;

#[test]
fn square_roots_of_prices() {
    for (tick, root) in [
        (0, "79228162514264337593543950336"),
        (1, "79232123823359799118286999568"),
        (-1, "79224201403219477170569942574"),
        (60, "79466191966197645195421774833"),
        (-60, "78990846045029531151608375686"),
        (200_311, "1771577727172025373304338615273325"),
        (-200_311, "3543226830587239509588885"),
    ] {
        assert_eq!(sqrt_ratio_at_tick(tick), Ok(integer(root)), "{tick}");
    }
}

#[test]
fn minting_and_burning() {
    let (lower, upper) = RANGE;
    let mut core = contract(500, 10, at_2000(), &[]);
    let paid = core.mint(&others(lower, upper), LIQUIDITY, START).expect("minted");
    assert_eq!(paid.map(|amount| amount.to_string()), ["38020175963060", "19061529098716276778324"]);
    assert_eq!(core.state().liquidity, LIQUIDITY);
    assert_eq!(core.state().tick, 200_311);
    let back = core.burn(&others(lower, upper), LIQUIDITY, START).expect("burned");
    assert_eq!(back.map(|amount| amount.to_string()), ["38020175963059", "19061529098716276778323"]);
    assert_eq!(core.state().liquidity, 0);
    assert!(core.state().ticks.as_slice().is_empty());
    let owed = core.collect(&others(lower, upper), [u128::MAX; 2]).expect("collected");
    assert_eq!(owed.map(U256::from), back);
}

#[test]
fn selling_one_weth() {
    let (lower, upper) = RANGE;
    let mut core = contract(500, 10, at_2000(), &[(lower, upper, LIQUIDITY)]);
    let one = Exactly::In(integer("1000000000000000000"));
    let trade = core.swap(false, one, MAX_SQRT_RATIO - U256::ONE, START).expect("a swap");
    assert_eq!(trade.sqrt_price, integer("1771599530570378753321288398966178"));
    assert_eq!((trade.amount_in, trade.amount_out), (one.amount(), U256::from(1_998_995_532_u64)));
    assert_eq!(trade.fee, integer("500000000000000"));
    let step = swap_step(at_2000(), MAX_SQRT_RATIO, LIQUIDITY, one, 500).expect("a step");
    assert_eq!(step.amount_in, integer("999500000000000000"));
}

#[test]
fn selling_usdc_and_its_fee() {
    let (lower, upper) = RANGE;
    let mut core = contract(500, 10, at_2000(), &[(lower, upper, LIQUIDITY)]);
    let two_thousand = Exactly::In(integer("2000000000"));
    let trade = core.swap(true, two_thousand, MIN_SQRT_RATIO + U256::ONE, START).expect("a swap");
    assert_eq!(trade.sqrt_price, integer("1771591611724384554915798739755628"));
    // The specification has 499497766172523953, which would be half of what the same prices and liquidity pay:
    // L·(P − P') ÷ 2^96 with the two prices that it gives itself is this.
    assert_eq!(trade.amount_out, integer("999497766172523953"));
    assert_eq!(trade.fee, U256::from(1_000_000));
    let [growth0, growth1] = core.state().fee_growth_global;
    assert_eq!((growth0, growth1), (integer("17014118346046923173168730"), U256::ZERO));
    core.burn(&others(lower, upper), 0, START).expect("updated");
    let position = core.state().positions.get(&others(lower, upper));
    assert_eq!(position.tokens_owed, [999_999, 0]);
}

#[test]
fn buying_a_tenth_of_a_weth() {
    let (lower, upper) = RANGE;
    let core = contract(3_000, 10, at_2000(), &[(lower, upper, LIQUIDITY)]);
    let tenth = Exactly::Out(integer("100000000000000000"));
    let trade = core.quote(true, tenth, MIN_SQRT_RATIO + U256::ONE).expect("a quote");
    assert_eq!(trade.sqrt_price, integer("1771595175002144531639329193887508"));
    assert_eq!(trade.fee, U256::from(601_806));
    assert_eq!(trade.amount_in, U256::from(200_000_045_u64 + 601_806));
    assert_eq!(trade.amount_out, tenth.amount());
}

#[test]
fn liquidity_of_amounts() {
    let (lower, upper) = RANGE;
    let (a, b) = (sqrt_ratio_at_tick(lower).expect("a"), sqrt_ratio_at_tick(upper).expect("b"));
    let (usdc, weth) = (integer("2000000000"), integer("1000000000000000000"));
    let liquidity = |amounts| liquidity_for_amounts(at_2000(), a, b, amounts).expect("liquidity");
    assert_eq!(liquidity([usdc, weth]), 1_049_233_767_995_397);
    assert_eq!(liquidity([usdc, weth + weth]), 1_052_072_984_587_564);
    let held = amounts_for_liquidity(at_2000(), a, b, 1_049_233_767_995_397).expect("amounts");
    assert!(held[0] < usdc && held[1] <= weth && held[1] + U256::from(10_000) > weth, "{held:?}");
    // One side only beyond the range.
    let above = amounts_for_liquidity(MAX_SQRT_RATIO, a, b, LIQUIDITY).expect("amounts");
    assert!(above[0].is_zero() && !above[1].is_zero());
    let whole = levmine_uniswap_v3::sqrt_price::amount1_delta(a, b, LIQUIDITY, Rounding::Down);
    assert_eq!(Ok(above[1]), whole);
}
