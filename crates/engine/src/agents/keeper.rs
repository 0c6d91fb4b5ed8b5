use levmine_composer::policy::{Peak, PolicyAction, Trigger, Watch};
use levmine_composer::{Policy, StepError, Strategy, World};
use levmine_market::{Asset, Mark, Timestamp};

use crate::{Event, EventKind, Metrics};

/// Runs the policies in their order.
pub(crate) struct Keeper<'a> {
    policies: &'a [Policy],
    since: Vec<Timestamp>,
    closed: bool,
    /// What a closed position is held in.
    pub keep: Vec<Asset>,
}

impl<'a> Keeper<'a> {
    pub(crate) fn new(strategy: &'a Strategy, from: Timestamp) -> Self {
        let since = vec![from; strategy.policies.len()];
        Self { policies: &strategy.policies, since, closed: false, keep: strategy.capital.assets() }
    }

    /// Asks every policy, and does what those want that are due. `peak` is the highest equity so far.
    pub(crate) fn work(
        &mut self,
        world: &mut World,
        peak: Mark,
        metrics: &mut Metrics,
        events: &mut Vec<Event>,
    ) -> Result<(), StepError> {
        world.sample_volatility()?;
        for (policy, (rule, since)) in self.policies.iter().zip(&mut self.since).enumerate() {
            if self.closed {
                break;
            }
            let watch = Watch { since: *since, peak: Peak(peak) };
            if !rule.is_due(world, &watch) {
                continue;
            }
            if matches!(rule.trigger, Trigger::Every(_)) {
                *since = world.now.time;
            }
            let (text, time) = (rule.to_string(), world.now.time);
            match rule.act(world, &self.keep) {
                Ok(done) if done.is_empty() => {}
                Ok(done) => {
                    *since = time;
                    metrics.policy_acts += 1;
                    // An alert is told and does nothing.
                    let transactions = done.iter().filter(|done| !done.steps.is_empty()).count();
                    let kind = EventKind::Policy { policy, text, transactions };
                    events.push(Event { time, equity: world.portfolio.equity(), kind });
                    self.closed = rule.action == PolicyAction::Close && world.is_closed();
                }
                Err(error) => {
                    metrics.policy_failures += 1;
                    let kind = EventKind::PolicyFailed { policy, text, reason: error.to_string() };
                    // The same failure in the next step is the same event.
                    let repeated = events.iter().rev().find(|event| {
                        matches!(&event.kind, EventKind::Policy { policy: p, .. } | EventKind::PolicyFailed { policy: p, .. } if *p == policy)
                    });
                    if repeated.is_none_or(|event| event.kind != kind) {
                        events.push(Event { time, equity: world.portfolio.equity(), kind });
                    }
                }
            }
        }
        Ok(())
    }
}
