//! Fixed point over 256-bit integers with explicit rounding, and closed forms in decimals.
//!
//! Two kinds of numbers live here and never mix:
//!
//! - **Integers of the chain.** [`U256`] and [`Fixed`] ([`Bps`], [`Wad`], [`Ray`], [`Rad`]) do what the contracts
//!   do, with the rounding as an argument. Nothing here panics: where the contract would revert, the answer is a
//!   [`MathError`].
//! - **Decimals for people.** The functions of [`closed`] answer a person's questions (impermanent loss,
//!   liquidation price, optimal leverage) and never enter a state transition.
//!
//! The two meet in named places only: [`parse_units`] and [`format_units`] for text, [`units_from_decimal`] and
//! [`units_to_decimal`] for decimals.
//!
//! ```
//! use levmine_math::{Ray, Rounding, closed, format_units, parse_units};
//! use rust_decimal::dec;
//!
//! // What 1,000 USDC of scaled debt owe at an index of 1.05, in the contract's own integers.
//! let index = Ray::from_decimal(dec!(1.05), Rounding::Down)?;
//! let owed = index.mul_int(parse_units("1_000", 6)?, Rounding::HalfUp)?;
//! assert_eq!(format_units(owed, 6), "1050");
//!
//! // What a person wants to know about it: how far may 2,000 of collateral fall?
//! let health = closed::health_factor(dec!(2_000), dec!(0.84), dec!(1_050))?;
//! assert_eq!(health, Some(dec!(1.6)));
//! assert_eq!(closed::drop_to_liquidation(dec!(1.6))?, dec!(0.375));
//! # Ok::<(), levmine_math::MathError>(())
//! ```

pub mod closed;
mod decimal;
mod error;
mod fixed;
mod limbs;
mod long_division;
mod one_limb;
mod pow10;
mod power;
mod root;
mod rounding;
mod two_limb;
mod units;
mod wide;

pub use decimal::{units_from_decimal, units_to_decimal};
pub use error::MathError;
pub use fixed::{Bps, Fixed, Rad, Ray, Wad};
pub use one_limb::ConstDivisor;
pub use pow10::{div_pow10, mul_div_pow10, pow10};
pub use power::{ray_pow, wad_pow};
pub use root::{sqrt_ceil, sqrt_floor};
pub use rounding::Rounding;
pub use ruint::aliases::U256;
pub use two_limb::Divisor;
pub use units::{format_units, parse_units};
pub use wide::{add, div, mul, mul_div, mul_div_narrow, mul_shift, product, sub};
