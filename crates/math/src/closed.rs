//! Closed forms in decimals, for people's questions.
