use levmine_lending::HealthFactor;
use levmine_market::{Mark, Timestamp};

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
    /// The largest loss of equity since its peak, in parts per million of the peak, and when it was reached.
    pub max_drawdown: (u32, Timestamp),
    /// How often the position was liquidated.
    pub liquidations: u32,
    /// How often a policy acted.
    pub policy_acts: u32,
    /// How often a policy was due and could not act.
    pub policy_failures: u32,
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
        }
    }

    pub(crate) fn see_health(&mut self, health: HealthFactor, now: Timestamp) {
        if health != HealthFactor::NoDebt && self.lowest_health.is_none_or(|(lowest, _)| health < lowest) {
            self.lowest_health = Some((health, now));
        }
    }

    pub(crate) fn see_equity(&mut self, equity: Mark, peak: Mark, now: Timestamp) {
        if peak <= 0 || equity >= peak {
            return;
        }
        let lost = (peak - equity.max(0)).saturating_mul(1_000_000) / peak;
        let lost = u32::try_from(lost).unwrap_or(u32::MAX);
        if lost > self.max_drawdown.0 {
            self.max_drawdown = (lost, now);
        }
    }
}
