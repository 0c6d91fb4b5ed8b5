//! The versions of the contracts and what they differ in.

/// A version of the contracts, named after how it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Compiled with 0.5.16, September 2021: most refusals are error codes that the functions return.
    ErrorCodes,
    /// Compiled with 0.8.10, June 2022: checked arithmetic and custom errors.
    CustomErrors,
}

/// All versions with their names, the default first.
pub const VERSIONS: [(Version, &str); 2] =
    [(Version::ErrorCodes, "error-codes"), (Version::CustomErrors, "custom-errors")];

impl Version {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ErrorCodes => "error-codes",
            Self::CustomErrors => "custom-errors",
        }
    }

    /// The version of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        VERSIONS.iter().find(|(_, known)| *known == name).map(|(version, _)| *version)
    }
}
