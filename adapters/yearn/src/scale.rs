//! Scales that all generations share.

use levmine_math::U256;

/// 100% in basis points, `MAX_BPS`.
pub(crate) const BPS: U256 = U256::from_limbs([10_000, 0, 0, 0]);

/// The scale of the rate at which profit unlocks, `MAX_BPS_EXTENDED`.
pub(crate) const EXTENDED: U256 = U256::from_limbs([1_000_000_000_000, 0, 0, 0]);

/// 365.2425 days in seconds, `SECS_PER_YEAR`.
pub(crate) const YEAR: u64 = 31_556_952;

/// Seconds from `since` to `now`.
///
/// Time only runs forward, so nothing is lost where `since` is later.
pub(crate) fn elapsed(now: u64, since: u64) -> U256 {
    U256::from(now.saturating_sub(since))
}
