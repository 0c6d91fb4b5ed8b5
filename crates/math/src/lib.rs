//! Fixed point over 256-bit integers with explicit rounding, and closed forms in decimals.
//!
//! Two kinds of numbers live here and never mix:
//!
//! - **Integers of the chain.** [`U256`] and [`Fixed`] ([`Bps`], [`Wad`], [`Ray`], [`Rad`]) do what the contracts
//!   do, with the rounding as an argument. Nothing here panics: an operation that the contract would revert is an
//!   [`MathError`].
//! - **Decimals for people.** The functions of [`closed`] answer a person's questions (impermanent loss,
//!   liquidation price, optimal leverage) and never enter a state transition.

pub mod closed;
mod error;
mod fixed;
mod pow10;
mod power;
mod root;
mod rounding;
mod wide;

pub use error::MathError;
pub use fixed::{Bps, Fixed, Rad, Ray, Wad};
pub use pow10::pow10;
pub use power::{ray_pow, wad_pow};
pub use root::{sqrt_ceil, sqrt_floor};
pub use rounding::Rounding;
pub use ruint::aliases::U256;
pub use wide::{add, div, mul, mul_div, mul_div_narrow, sub};
