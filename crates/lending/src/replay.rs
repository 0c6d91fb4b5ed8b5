//! Replays.

/// x
#[derive(Debug)]
pub struct Step;
/// x
pub fn replay() {}
