//! Replays.
/// x
pub fn replay() {}
