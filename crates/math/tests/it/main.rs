//! The arithmetic against a slow oracle in big integers, and against numbers worked out by hand.

mod closed;
mod decimal;
mod error;
mod fixed;
mod operands;
mod oracle;
mod power;
mod root;
mod units;
mod wide;
