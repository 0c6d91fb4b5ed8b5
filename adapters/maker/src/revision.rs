//! What changed between the versions of the contracts.

/// A version of dss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// Tag 1.0.2: English auctions of lots of a fixed size (`lump`), as on 12 March 2020.
    V1_0_2,
    /// Tag 1.2.8: English auctions of a fixed amount of debt (`dunk`) under a limit for all (`box`).
    V1_2_8,
    /// The master branch of 2022-05-18: Dutch auctions, "liquidations 2.0".
    V2_0,
}

impl Revision {
    /// All, the default first.
    pub(crate) const NAMES: [&'static str; 3] = ["2.0", "1.2.8", "1.0.2"];

    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1_0_2 => "1.0.2",
            Self::V1_2_8 => "1.2.8",
            Self::V2_0 => "2.0",
        }
    }

    /// The version of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::V1_0_2, Self::V1_2_8, Self::V2_0].into_iter().find(|version| version.name() == name)
    }

    /// Collateral goes into Dutch auctions (`Dog`, `Clipper`) and not into English ones (`Cat`, `Flipper`).
    #[must_use]
    pub fn dutch(self) -> bool {
        self == Self::V2_0
    }

    /// Who raises an own bid pays only the difference; the first bid of a debt auction settles with the Vow at once.
    pub(crate) fn spares_own_bids(self) -> bool {
        self != Self::V1_0_2
    }

    /// The DAI in surplus auctions has a limit (`Flapper.lid`).
    pub(crate) fn limits_surplus_auctions(self) -> bool {
        self == Self::V2_0
    }
}
