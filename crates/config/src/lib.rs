//! Reads the files a person writes.
//!
//! A file (TOML, or JSON for files that programs write) becomes a tree of [`Node`]s. Every node knows its
//! [`Place`], so whoever decodes it can say where it stands, what was read and what would be accepted. Decoding
//! goes through [`Fields`], which remembers every key it was asked for: what is left over at the end is an unknown
//! key, answered with the nearest known one.

mod error;
mod fields;
mod node;
mod parse;
mod scalars;

pub use error::{ConfigError, nearest};
pub use fields::Fields;
pub use node::{Node, Place, Value};
pub use parse::{parse_json, parse_text, parse_toml};
pub use scalars::{Seconds, parse_date, parse_delay, parse_duration, parse_percent};
