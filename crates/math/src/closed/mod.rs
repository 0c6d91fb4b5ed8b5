//! Closed forms in decimals, for people's questions.
//!
//! What a leveraged position earns and when it fails, in [`Decimal`](rust_decimal::Decimal): impermanent loss,
//! leverage, health, liquidation and break-even prices, zaps, yields. None of it enters a state transition.
//!
//! Ratios and rates are fractions: 0.05 is 5 %. A decimal has 28 places and 96 bits, and every step rounds to the
//! nearest of them, so results are good to about 25 digits for quantities between 1e-3 and 1e12. Every function
//! answers an argument outside of its domain with [`MathError::Domain`](crate::MathError::Domain) and a quantity
//! that a decimal can't hold with [`MathError::DecimalOverflow`](crate::MathError::DecimalOverflow); none panics.

mod break_even;
mod checked;
mod domain;
mod health;
mod impermanent_loss;
mod kelly;
mod leverage;
mod leveraged_lp;
mod root;
mod yields;
mod zap;

pub use break_even::{bankruptcy_price, break_even_capital, break_even_price, compounding_gain};
pub use health::{
    collateral_liquidation_price, collateral_liquidation_ratio, debt_liquidation_price,
    debt_liquidation_ratio, drop_to_liquidation, health_factor, rise_to_liquidation,
};
pub use impermanent_loss::impermanent_loss;
pub use kelly::kelly_leverage;
pub use leverage::{leverage_from_ltv, loop_iterations, loop_leverage, ltv_from_leverage};
pub use leveraged_lp::{
    leveraged_lp_break_even, leveraged_lp_equity, leveraged_lp_equity_after_costs, leveraged_lp_liquidation,
};
pub use root::sqrt;
pub use yields::{apr_from_apy, apy_from_apr, continuous_apy, net_apy};
pub use zap::{Zap, optimal_zap, optimal_zap_two_sided};
