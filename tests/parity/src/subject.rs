use std::fmt;

use serde_json::Value;

use crate::recorded::Recording;
use crate::{
    ParityError, Twin, aave_v2, aave_v3, alpha_homora, compound_v2, compound_v3, curve_stableswap, erc4626,
    lido, maker, masterchef, morpho_blue, synthetix, uniswap_v2, uniswap_v3, yearn,
};

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
pub const SUBJECTS: &[Subject] = &[
    aave_v2::SUBJECT,
    aave_v3::SUBJECT,
    compound_v2::SUBJECT,
    curve_stableswap::SUBJECT,
    erc4626::SUBJECT,
    maker::SUBJECT,
    masterchef::SUBJECT,
    morpho_blue::SUBJECT,
    uniswap_v2::SUBJECT,
    uniswap_v3::SUBJECT,
    yearn::SUBJECT,
];

/// An adapter's version, and the records that it replays.
#[derive(Debug, Clone, Copy)]
pub struct Recorded {
    /// What strategy files call the protocol; the name of the archive.
    pub protocol: &'static str,
    /// The adapter's version that is compared.
    pub version: &'static str,
    /// The contracts that were recorded.
    pub contracts: &'static str,
    /// How the names of its files begin.
    pub files: &'static [&'static str],
    /// Makes the protocol's half of a replay from a file.
    pub open: fn(&Value) -> Result<Box<dyn Recording>, ParityError>,
}

impl Recorded {
    /// Whether a file of the archive belongs to this version.
    #[must_use]
    pub fn selects(&self, file: &str) -> bool {
        self.files.iter().any(|start| file.starts_with(start))
    }
}

/// All that is compared with records, by protocol: a further one is a line.
pub const RECORDED: &[&[Recorded]] = &[
    aave_v3::RECORDED,
    alpha_homora::RECORDED,
    compound_v3::RECORDED,
    curve_stableswap::RECORDED,
    lido::RECORDED,
    maker::RECORDED,
    morpho_blue::RECORDED,
    synthetix::RECORDED,
    yearn::RECORDED,
];
