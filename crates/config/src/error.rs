use crate::Place;

/// What is wrong with a file, where, what was read and what is accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file cannot be read at all.
    #[error("{file}: cannot be read: {reason}")]
    Unreadable {
        /// The file's name as it was given.
        file: String,
        /// What the operating system said.
        reason: String,
    },
    /// The text is neither TOML nor JSON.
    #[error("{file}:{line}: not valid: {reason}")]
    Syntax {
        /// The file's name.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the parser said.
        reason: String,
    },
    /// A key nobody asked for.
    #[error("{place}: unknown key `{key}`{}; accepted: {}", did_you_mean(.nearest.as_deref()), .accepted.join(", "))]
    UnknownKey {
        /// Where the key stands.
        place: Place,
        /// The key.
        key: String,
        /// The nearest known key.
        nearest: Option<String>,
        /// All known keys.
        accepted: Vec<String>,
    },
    /// A key that must be there.
    #[error("{place}: `{key}` is missing; accepted: {accepted}")]
    Missing {
        /// Where the table begins.
        place: Place,
        /// The key.
        key: String,
        /// What the key would hold.
        accepted: String,
    },
    /// A value that is not accepted.
    #[error("{place}: read {read}; accepted: {accepted}")]
    Invalid {
        /// Where the value stands.
        place: Place,
        /// What was read.
        read: String,
        /// What is accepted.
        accepted: String,
    },
}

fn did_you_mean(name: Option<&str>) -> String {
    name.map(|name| format!(" (did you mean `{name}`?)")).unwrap_or_default()
}

/// Returns the name nearest to `read`, if one is near enough to be what was meant.
#[must_use]
pub fn nearest<'a>(read: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (lower, length) = (read.to_lowercase(), read.chars().count());
    let near_enough = |name: &str| 1 + name.len() / 3;
    names
        .into_iter()
        // The distance is at least the difference of the lengths, and takes long to work out for long texts.
        .filter(|name| length.abs_diff(name.chars().count()) <= near_enough(name))
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= near_enough(name))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}
