//! Recorded reality: what happened on chain, replayed through the adapters.
//!
//! Every row of every file is accounted for. A row is reproduced to the last digit, or it belongs to a reason that has a
//! name and a condition which the row must fulfil; the number of rows of each reason is asserted. `README.md` has the
//! table. Recorded runs of the contracts in a laboratory are another matter: the package `tests/parity` has those.

mod aave_v3;
mod aave_v3_ethereum_hours;
mod aave_v3_liquidations;
mod aave_v3_params;
mod aave_v3_polygon_day;
mod aave_v3_polygon_follow;
mod aave_v3_polygon_minutes;
mod compound_v3_params;
mod curve_stableswap;
mod data;
mod uniswap_v2;
mod uniswap_v3;
mod uniswap_v3_polygon_minutes;
