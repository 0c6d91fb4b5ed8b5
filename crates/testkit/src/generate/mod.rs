//! Random sequences of operations, shrinking.
//!
//! A sequence is generated as *drafts*: who, what, and how much relative to what there is ("a third of the debt").
//! A draft becomes an operation only when it is its turn, by [`lending::Draft::resolve`], [`pool::Draft::resolve`]
//! or [`vault::Draft::resolve`] with the venue as it then stands. So sequences stay meaningful while they shrink, and most operations are
//! accepted; the rest tries the edges: nothing, one base unit, and amounts up to 2^256 − 1.

pub mod lending;
pub mod pool;
mod size;
pub mod vault;

pub use size::{EDGES, Size, edges};

use proptest::prelude::Strategy;

/// Seconds to wait: none, a second, a block, up to some years.
pub fn waits() -> impl Strategy<Value = u64> + Clone {
    use proptest::prelude::Just;
    proptest::prop_oneof![
        2 => Just(0_u64),
        2 => Just(1_u64),
        3 => Just(12_u64),
        // Log-uniform: every order of magnitude up to 2^27 s, four years, is as likely.
        6 => (0_u32..27, 0_u64..1_000).prop_map(|(bits, part)| {
            let from = 1_u64 << bits;
            from + from.saturating_mul(part) / 1_000
        }),
    ]
}
