//! No argument stops the program: every closed form answers or refuses.

use levmine_math::closed::*;
use proptest::prelude::*;
use rust_decimal::{Decimal, dec};

/// Every size and sign, crowded around zero, one and the ends.
fn any_decimal() -> impl Strategy<Value = Decimal> {
    let special = [
        Decimal::ZERO,
        Decimal::ONE,
        Decimal::NEGATIVE_ONE,
        Decimal::MAX,
        Decimal::MIN,
        dec!(0.0000000000000000000000000001),
        dec!(0.9999999999999999999999999999),
        dec!(1.0000000000000000000000000001),
        dec!(-0.9999999999999999999999999999),
    ];
    prop_oneof![
        1 => prop::sample::select(special.to_vec()),
        2 => (any::<bool>(), 0..=(1_i128 << 96) - 1, 0..96_u32, 0..=28_u32).prop_map(|(negative, m, shift, scale)| {
            let m = m >> shift;
            Decimal::from_i128_with_scale(if negative { -m } else { m }, scale)
        }),
    ]
}

fn any_count() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(1), Just(u32::MAX), any::<u32>(), 0..1_000_u32]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn every_form_answers_or_refuses(
        a in any_decimal(), b in any_decimal(), c in any_decimal(), d in any_decimal(), e in any_decimal(), n in any_count(),
    ) {
        let _ = sqrt(a);
        let _ = impermanent_loss(a);
        let _ = leveraged_lp_equity(a, b);
        let _ = leveraged_lp_equity_after_costs(a, b, c, d);
        let _ = leveraged_lp_break_even(a, b, c);
        let _ = leveraged_lp_liquidation(a, b);
        let _ = leverage_from_ltv(a);
        let _ = ltv_from_leverage(a);
        let _ = loop_leverage(a, n);
        let _ = loop_iterations(a, b);
        let _ = kelly_leverage(a, b, c);
        let _ = health_factor(a, b, c);
        let _ = collateral_liquidation_price(a, b, c);
        let _ = debt_liquidation_price(a, b, c);
        let _ = collateral_liquidation_ratio(a);
        let _ = debt_liquidation_ratio(a);
        let _ = drop_to_liquidation(a);
        let _ = rise_to_liquidation(a);
        let _ = break_even_price(a, b, c, d);
        let _ = bankruptcy_price(a, b, c);
        let _ = apy_from_apr(a, n);
        let _ = apr_from_apy(a, n);
        let _ = continuous_apy(a);
        let _ = net_apy(a, b, c);
        let _ = optimal_zap(a, b, c);
        let _ = optimal_zap_two_sided(a, b, c, d, e);
    }

    /// Ratios in the domain of all of them reach the arithmetic behind the checks.
    #[test]
    fn tiny_and_nearly_one(ltv in any_decimal(), target in any_decimal(), n in any_count()) {
        let ltv = ltv.abs().fract();
        let target = target.abs().max(Decimal::ONE);
        let _ = loop_leverage(ltv, n);
        let _ = loop_iterations(ltv, target);
        let _ = leveraged_lp_liquidation(target, ltv);
        let _ = optimal_zap(target, ltv, ltv);
        let _ = apr_from_apy(ltv, n);
        let _ = apy_from_apr(-ltv, n);
    }
}
