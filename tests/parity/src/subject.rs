use std::fmt;

use crate::{ParityError, Twin, aave_v3, uniswap_v2};

/// Makes the twins of a seed: a fresh deployment beside a fresh adapter.
pub type Make = fn(u64) -> Result<Box<dyn Twin>, ParityError>;

/// An adapter, and the contracts that it is compared with.
#[derive(Clone, Copy)]
pub struct Subject {
    /// What strategy files call the protocol.
    pub protocol: &'static str,
    /// The adapter's version that is compared.
    pub version: &'static str,
    /// The published package whose bytecode runs, with its version.
    pub contracts: &'static str,
    /// Makes twins.
    pub make: Make,
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { protocol, version, contracts, .. } = self;
        write!(f, "{protocol} {version} beside {contracts}")
    }
}

/// All that is compared with bytecode, by protocol: a further one is a line.
pub const SUBJECTS: &[Subject] = &[aave_v3::SUBJECT, uniswap_v2::SUBJECT];
