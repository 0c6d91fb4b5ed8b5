use crate::v2::Revision;

/// A contract version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V2(Revision),
    V3,
    Tokenized,
}

/// The versions by name, oldest first.
pub(crate) const VERSIONS: [&str; 5] = ["0.3.4", "0.4.3", "0.4.6", "3.0.4", "tokenized-3.0.4"];

impl Version {
    /// The version of this name, as the descriptor has it.
    pub(crate) fn named(name: &str) -> Option<(Self, &'static str)> {
        let version = match name {
            "0.3.4" => Self::V2(Revision::V034),
            "0.4.3" => Self::V2(Revision::V043),
            "0.4.6" => Self::V2(Revision::V046),
            "3.0.4" => Self::V3,
            "tokenized-3.0.4" => Self::Tokenized,
            _ => return None,
        };
        VERSIONS.into_iter().find(|known| *known == name).map(|known| (version, known))
    }
}
