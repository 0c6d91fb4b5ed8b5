//! The adapter against the contracts, the worked examples and its own promises.

mod conformance;
mod data;
mod markets;
mod polygon;
mod preset;
mod promises;
mod recorded;
mod vectors;
mod venue;
mod worked;
