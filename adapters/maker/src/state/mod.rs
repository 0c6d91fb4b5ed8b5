//! The state written out and read back, in the words of the contracts.

pub(crate) mod dump;
pub(crate) mod names;
pub(crate) mod read;
pub(crate) mod words;
