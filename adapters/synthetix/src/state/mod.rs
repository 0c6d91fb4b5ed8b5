//! The state written out and read back, under the names that the recorded runs use.

pub(crate) mod dump;
pub(crate) mod read;
pub(crate) mod words;
