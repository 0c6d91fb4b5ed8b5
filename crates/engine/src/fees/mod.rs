//! Fees worked out before a run begins: what costs time is not done in its steps.

mod base_fee;
mod model;
mod posting;

pub use model::{FeeWorld, model_path};
pub use posting::posted_prices;
