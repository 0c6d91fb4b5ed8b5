use levmine_math::{
    MathError,
    closed::{apr_from_apy, apy_from_apr, continuous_apy, net_apy},
};
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

use super::{assert_near, assert_outside};

#[test]
fn compounding_a_few_times() {
    // 10 % twice: 1.05² − 1; 12 % monthly: 1.01^12 − 1; a loss: 0.5² − 1.
    assert_eq!(apy_from_apr(dec!(0.1), 2), Ok(dec!(0.1025)));
    assert_eq!(apy_from_apr(dec!(0.12), 12), Ok(dec!(0.126825030131969720661201)));
    assert_eq!(apy_from_apr(dec!(-1), 2), Ok(dec!(-0.75)));
    assert_eq!(apy_from_apr(dec!(0.07), 1), Ok(dec!(0.07)));
    assert_eq!(apy_from_apr(dec!(0), 365), Ok(dec!(0)));
}

#[test]
fn the_simple_rate_behind_a_yield() {
    // 2·(√1.1025 − 1) and 12·(1.126825…^(1/12) − 1).
    let tolerance = dec!(1e-24);
    assert_near(apr_from_apy(dec!(0.1025), 2), dec!(0.1), tolerance);
    assert_near(apr_from_apy(dec!(0.126825030131969720661201), 12), dec!(0.12), tolerance);
    assert_eq!(apr_from_apy(dec!(0.07), 1), Ok(dec!(0.07)));
    assert_near(apr_from_apy(dec!(-0.75), 2), dec!(-1), tolerance);
}

#[test]
fn compounding_all_the_time() {
    // e^0.05 − 1 and e^1 − 1; every second of a year comes close to the first: e^x·x²/2n below it, 4.2e-11.
    assert_near(continuous_apy(dec!(0.05)), dec!(0.0512710963760240396975176363), dec!(1e-26));
    assert_near(continuous_apy(dec!(1)), dec!(1.7182818284590452353602874714), dec!(1e-26));
    assert_eq!(continuous_apy(dec!(0)), Ok(dec!(0)));
    let per_second = apy_from_apr(dec!(0.05), 31_536_000).unwrap();
    let below = continuous_apy(dec!(0.05)).unwrap() - per_second;
    assert_eq!(below.round_dp(14), dec!(0.00000000004167));
}

#[test]
fn yield_on_equity() {
    // 4·6 % − 3·4.5 % = 24 % − 13.5 %; unlevered the yield itself; a borrow rate above the yield eats it.
    assert_eq!(net_apy(dec!(4), dec!(0.06), dec!(0.045)), Ok(dec!(0.105)));
    assert_eq!(net_apy(dec!(1), dec!(0.06), dec!(0.5)), Ok(dec!(0.06)));
    assert_eq!(net_apy(dec!(4), dec!(0.06), dec!(0.09)), Ok(dec!(-0.03)));
    // Negative rates are rates.
    assert_eq!(net_apy(dec!(2), dec!(-0.01), dec!(-0.02)), Ok(dec!(0)));
    assert_outside(net_apy(dec!(0.5), dec!(0.06), dec!(0.09)), "leverage");
}

#[test]
fn outside_of_the_domain() {
    assert_outside(apy_from_apr(dec!(0.1), 0), "compoundings");
    assert_outside(apr_from_apy(dec!(0.1), 0), "compoundings");
    assert_outside(apy_from_apr(dec!(-2), 2), "APR");
    assert_outside(apr_from_apy(dec!(-1), 2), "APY");
    assert_eq!(apy_from_apr(dec!(1000), 365), Err(MathError::DecimalOverflow { operation: "power" }));
}

proptest! {
    #[test]
    fn rates_come_back(apr in -9_000..50_000_i32, compoundings in prop::sample::select(vec![1_u32, 2, 12, 52, 365, 8_760, 31_536_000])) {
        let apr = Decimal::new(apr.into(), 4);
        let back = apy_from_apr(apr, compoundings).and_then(|apy| apr_from_apy(apy, compoundings)).unwrap();
        prop_assert!((back - apr).abs() < dec!(1e-17), "{} came back as {}", apr, back);
    }
}
