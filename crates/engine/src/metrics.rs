use levmine_lending::{Health, HealthFactor};
use levmine_market::{Mark, Timestamp, VenueId};
use levmine_math::{Rounding, U256, mul_div};

/// The state at the end of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When.
    pub time: Timestamp,
    /// Equity at market prices.
    pub equity: Mark,
    /// The lowest health factor among the lending markets.
    pub health: HealthFactor,
}

/// What a run came to, beside its money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metrics {
    /// Steps taken.
    pub steps: u64,
    /// The lowest health factor that keepers and liquidators found, and when. What a liquidation leaves does not count.
    pub lowest_health: Option<(HealthFactor, Timestamp)>,
    /// The largest loss of equity since its peak, in parts per million of the peak, and when it was reached; what was lost by
    /// the unwinding and what stayed in venues is among it.
    pub max_drawdown: (u32, Timestamp),
    /// How often the position was liquidated.
    pub liquidations: u32,
    /// How often a policy acted.
    pub policy_acts: u32,
    /// How often a policy was due and could not act.
    pub policy_failures: u32,
    /// How often a keeper decided to act and had to wait.
    pub policy_decisions: u32,
    /// How often such a decision came to nothing: the trigger no longer held, or there was nothing to do.
    pub policy_drops: u32,
    /// How often the position was liquidated while a policy that was to prevent it waited, rested or failed.
    pub policy_late: u32,
    /// How often a policy that was due gave way to an earlier one.
    pub policy_gave_way: u32,
    /// Events of policies that were too many to be kept.
    pub events_left_out: u64,
}

impl Metrics {
    pub(crate) fn new(start: Timestamp) -> Self {
        Self {
            steps: 0,
            lowest_health: None,
            max_drawdown: (0, start),
            liquidations: 0,
            policy_acts: 0,
            policy_failures: 0,
            policy_decisions: 0,
            policy_drops: 0,
            policy_late: 0,
            policy_gave_way: 0,
            events_left_out: 0,
        }
    }

    pub(crate) fn see_healths(&mut self, healths: &[(VenueId, Health)], now: Timestamp) {
        // Debt without any collateral is what a liquidation has left.
        let secured = healths.iter().filter(|(_, health)| !health.collateral.is_zero());
        let health = secured.map(|(_, health)| health.factor).min().unwrap_or(HealthFactor::NoDebt);
        if health != HealthFactor::NoDebt && self.lowest_health.is_none_or(|(lowest, _)| health < lowest) {
            self.lowest_health = Some((health, now));
        }
    }

    pub(crate) fn see_equity(&mut self, equity: Mark, peak: Mark, now: Timestamp) {
        if peak <= 0 || equity >= peak {
            return;
        }
        // More than the peak itself cannot be lost: a lender without recourse bears the rest.
        let lost = peak.saturating_sub(equity.max(0)).unsigned_abs();
        // Mostly it is not the deepest, and that takes no division to see.
        let deeper = u128::from(self.max_drawdown.0).saturating_add(1);
        let [lost_parts, deeper_parts] =
            [lost.checked_mul(1_000_000), peak.unsigned_abs().checked_mul(deeper)];
        if lost_parts.zip(deeper_parts).is_some_and(|(lost, deeper)| lost < deeper) {
            return;
        }
        let million = U256::from(1_000_000_u64);
        let parts = mul_div(U256::from(lost), million, U256::from(peak.unsigned_abs()), Rounding::Down);
        let lost = parts.ok().and_then(|parts| u32::try_from(parts).ok()).unwrap_or(u32::MAX);
        if lost > self.max_drawdown.0 {
            self.max_drawdown = (lost, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use levmine_math::Wad;

    use super::*;

    #[test]
    fn collateral_that_counts_for_nothing_is_no_health() {
        let health = |collateral: Wad, factor: u128| Health {
            collateral,
            debt: Wad::ONE,
            borrow_limit: Wad::ZERO,
            liquidation_limit: Wad::ZERO,
            factor: HealthFactor::Of(Wad::new(factor)),
            liquidatable: true,
        };
        let mut metrics = Metrics::new(Timestamp(0));
        // What a liquidation has left is debt alone.
        metrics.see_healths(&[(VenueId(0), health(Wad::ZERO, 0))], Timestamp(1));
        assert_eq!(metrics.lowest_health, None);
        metrics.see_healths(&[(VenueId(0), health(Wad::ONE, 0))], Timestamp(2));
        assert_eq!(metrics.lowest_health, Some((HealthFactor::Of(Wad::ZERO), Timestamp(2))));
    }

    #[test]
    fn a_drawdown_of_large_marks_is_not_understated() {
        // Ten billion tokens of 18 decimals: a million times their marks does not fit 128 bits.
        let peak: Mark = 10_000_000_000 * 1_000_000_000_000_000_000 * 1_000_000;
        let mut metrics = Metrics::new(Timestamp(0));
        metrics.see_equity(peak / 2, peak, Timestamp(1));
        assert_eq!(metrics.max_drawdown, (500_000, Timestamp(1)));
        metrics.see_equity(-peak, peak, Timestamp(2));
        assert_eq!(metrics.max_drawdown, (1_000_000, Timestamp(2)));
    }
}
