use levmine_math::closed::{bankruptcy_price, break_even_capital, break_even_price, compounding_gain};
use rust_decimal::dec;

use super::assert_outside;

#[test]
fn break_even_of_a_leveraged_long() {
    // 10 ETH bought at 2,000 with 5,000 of one's own and 15,000 borrowed; 800 of interest, 200 of fees and gas:
    // (5,000 + 15,000 + 1,000) ÷ 10, and without equity left (15,000 + 1,000) ÷ 10.
    assert_eq!(break_even_price(dec!(5_000), dec!(15_000), dec!(1_000), dec!(10)), Ok(dec!(2_100)));
    assert_eq!(bankruptcy_price(dec!(15_000), dec!(1_000), dec!(10)), Ok(dec!(1_600)));
    // Without debt or costs it is the price paid.
    assert_eq!(break_even_price(dec!(5_000), dec!(0), dec!(0), dec!(2.5)), Ok(dec!(2_000)));
}

#[test]
fn outside_of_the_domain() {
    let (one, minus) = (dec!(1), dec!(-1));
    assert_outside(break_even_price(minus, one, one, one), "equity");
    assert_outside(break_even_price(one, minus, one, one), "debt");
    assert_outside(break_even_price(one, one, minus, one), "costs");
    assert_outside(break_even_price(one, one, one, dec!(0)), "units");
    assert_outside(bankruptcy_price(one, one, dec!(0)), "units");
}

#[test]
fn compounding_pays_from_some_capital_on() {
    // 20 % compounded twice is 21 %: a point, from which two transactions of 5 are paid above 1,000.
    let gain = compounding_gain(dec!(0.2), 2).unwrap();
    assert_eq!(gain, dec!(0.01));
    assert_eq!(break_even_capital(dec!(5), dec!(2), gain), Ok(dec!(1_000)));
    // Once a year adds nothing, which no capital makes up for.
    let none = compounding_gain(dec!(0.2), 1).unwrap();
    assert_outside(break_even_capital(dec!(5), dec!(1), none), "benefit");
    assert_outside(break_even_capital(dec!(-1), dec!(1), gain), "cost");
    assert_outside(break_even_capital(dec!(1), dec!(-1), gain), "times");
    assert!(compounding_gain(dec!(0.2), 0).is_err());
}
