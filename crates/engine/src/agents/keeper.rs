use levmine_composer::policy::{
    Direction, Past, Peak, Policy, PolicyAction, Standing, Trigger, Waiting, Watch,
};
use levmine_composer::{StepError, Strategy, World};
use levmine_market::{Asset, Mark, Timestamp};

use super::reports::{Log, Told};
use crate::event::{EventKind, Lateness};

/// Carries out the policies in their order, each on its keeper's terms.
pub(crate) struct Keeper<'a> {
    policies: &'a [Policy],
    jobs: Vec<Job>,
    opened: Timestamp,
    past: Past,
    closed: bool,
    /// What a closed position is held in.
    pub keep: Vec<Asset>,
}

/// What the keeper has in hand for one policy.
struct Job {
    standing: Standing,
    /// Whether the policy was due at the beginning of the step.
    due: bool,
    /// When the keeper decided to act, as long as the policy stays due and nothing has been done.
    decided: Option<Timestamp>,
    told: Told,
    /// Whether it has been told that what it looks at is not known yet.
    blind: bool,
}

impl<'a> Keeper<'a> {
    pub(crate) fn new(strategy: &'a Strategy, world: &World, opened: Timestamp) -> Self {
        let policies = strategy.policies.as_slice();
        let job = || Job {
            standing: Standing::new(opened),
            due: false,
            decided: None,
            told: Told::default(),
            blind: false,
        };
        let mut past = Past::new(policies);
        past.see(opened, world.portfolio.equity());
        Self {
            policies,
            jobs: policies.iter().map(|_| job()).collect(),
            opened,
            past,
            closed: false,
            keep: strategy.capital.assets(),
        }
    }

    /// Looks at every policy, then does in their order what those want that are due and whose time has come. `peak` is the
    /// highest equity so far.
    pub(crate) fn work(&mut self, world: &mut World, peak: Mark, log: &mut Log<'_>) -> Result<(), StepError> {
        if self.closed {
            return Ok(());
        }
        world.sample_volatility()?;
        self.past.see(world.now.time, world.portfolio.equity());
        let watch = Watch { opened: self.opened, peak: Peak(peak), past: &self.past };
        for (at, (policy, job)) in self.policies.iter().zip(&mut self.jobs).enumerate() {
            job.look(at, policy, world, &watch, log);
        }
        // Who has acted in this step so far, latest last.
        let mut acted: Vec<usize> = Vec::new();
        let Self { policies, jobs, closed, keep, .. } = self;
        for at in 0..jobs.len() {
            let Some((policy, job)) = policies.get(at).zip(jobs.get_mut(at)) else { break };
            // Nothing is left to act on, and something may still be said.
            if *closed && !policy.action.is_said()
                || !job.still_due(at, (policies, keep), &acted, world, &watch, log)
            {
                continue;
            }
            let closes = policy.action == PolicyAction::Close;
            let busy = if closes { busy(at, policies, jobs, world, keep) } else { Vec::new() };
            let Some(job) = jobs.get_mut(at) else { break };
            if job.act(at, policy, world, keep, log) {
                acted.push(at);
                if closes && world.is_closed() {
                    *closed = true;
                    rest_for_good(at, &busy, policies, jobs, world, log);
                }
            }
        }
        Ok(())
    }

    /// The position was liquidated in this step, after [`Keeper::work`]: whatever was to prevent that is late.
    pub(crate) fn liquidated(&mut self, world: &World, log: &mut Log<'_>) {
        for (at, (policy, job)) in self.policies.iter().zip(&mut self.jobs).enumerate() {
            job.see_liquidation(at, policy, world, log);
        }
    }
}

impl Job {
    /// Looks whether the policy is due, and decides.
    fn look(&mut self, at: usize, policy: &Policy, world: &World, watch: &Watch<'_>, log: &mut Log<'_>) {
        self.due = self.standing.look(policy, world, watch);
        match (self.due, self.decided) {
            (true, None) => self.decide(at, policy, world, log),
            (false, Some(decided)) => {
                self.drop(at, policy, decided, false, world, log);
                self.decided = None;
            }
            _ => {}
        }
        if !self.due {
            self.told.forget();
        }
    }

    /// Tells that a decision came to nothing, unless it was made in silence or something has been told from which one sees it.
    fn drop(
        &self,
        at: usize,
        policy: &Policy,
        decided: Timestamp,
        idle: bool,
        world: &World,
        log: &mut Log<'_>,
    ) {
        if policy.keeper.delay > 0 && !self.told.anything {
            let text = policy.to_string();
            log.tell(world, EventKind::PolicyDropped { policy: at, text, decided, idle });
        }
    }

    fn decide(&mut self, at: usize, policy: &Policy, world: &World, log: &mut Log<'_>) {
        let now = world.now.time;
        self.decided = Some(now);
        // One that found nothing to do the last time decides anew in silence.
        if policy.keeper.delay > 0 && !self.told.idle {
            let acts = Timestamp(now.0.saturating_add(policy.keeper.delay));
            log.tell(world, EventKind::PolicyDecided { policy: at, text: policy.to_string(), acts });
        }
    }

    /// Whether it is to act now, after those in `acted`. What they did may have made it needless, or senseless.
    fn still_due(
        &mut self,
        at: usize,
        (policies, keep): (&[Policy], &[Asset]),
        acted: &[usize],
        world: &mut World,
        watch: &Watch<'_>,
        log: &mut Log<'_>,
    ) -> bool {
        let Some(policy) = policies.get(at) else { return false };
        let Some(last) = acted.last() else { return self.due && self.is_time(policy, world) };
        let (was_due, due) = (self.due, self.standing.look(policy, world, watch));
        if policy.action.is_said() {
            // What is only said conflicts with nothing, and was so when the step began.
            if due && self.decided.is_none() {
                self.decide(at, policy, world, log);
            }
            return (was_due || due) && self.is_time(policy, world);
        }
        if !due {
            if was_due {
                self.decided = None;
                if !self.told.idle {
                    log.tell(world, gave_way(at, policies, *last, false));
                }
            }
            return false;
        }
        if self.decided.is_none() {
            self.decide(at, policy, world, log);
        }
        if !self.is_time(policy, world) {
            return false;
        }
        let opposed =
            |earlier: &&usize| policies.get(**earlier).is_some_and(|earlier| policy.opposes(earlier));
        match acted.iter().rev().find(opposed) {
            Some(earlier) if has_work(policy, world, keep) => {
                log.tell(world, gave_way(at, policies, *earlier, true));
                false
            }
            // With nothing to do there is nothing to give way with.
            _ => true,
        }
    }

    /// Whether as much time has passed since the decision as the keeper needs.
    fn is_time(&self, policy: &Policy, world: &World) -> bool {
        self.decided.is_some_and(|decided| world.now.time.since(decided) >= policy.keeper.delay)
    }

    /// Does it. Answers whether anything was done.
    fn act(
        &mut self,
        at: usize,
        policy: &Policy,
        world: &mut World,
        keep: &[Asset],
        log: &mut Log<'_>,
    ) -> bool {
        self.see_blindness(at, policy, world, log);
        world.gas.policy = Some(at);
        let acted = policy.act(world, keep);
        world.gas.policy = None;
        match acted {
            Ok(done) if done.is_empty() => {
                if let Some(decided) = self.decided {
                    self.drop(at, policy, decided, true, world, log);
                }
                self.rest();
                // There was nothing to rescue, so nothing is late.
                self.told.anything = true;
                false
            }
            Ok(done) if done.iter().all(|transaction| transaction.steps.is_empty()) => {
                self.alert(at, policy, world, log);
                false
            }
            Ok(done) => {
                let (text, transactions) = (policy.to_string(), done.len());
                log.tell(world, EventKind::Policy { policy: at, text, transactions });
                self.standing.acted(policy, world.now.time);
                self.decided = None;
                self.told.forget();
                true
            }
            Err(error) => {
                if error.is_declined() {
                    self.rest();
                }
                log.metrics.policy_failures = log.metrics.policy_failures.saturating_add(1);
                let reason = error.to_string();
                if self.told.is_new(&reason) {
                    let text = policy.to_string();
                    log.write(world, EventKind::PolicyFailed { policy: at, text, reason });
                }
                false
            }
        }
    }

    /// Tells once that a policy acts without the volatility that it wants to look at.
    fn see_blindness(&mut self, at: usize, policy: &Policy, world: &World, log: &mut Log<'_>) {
        let PolicyAction::Rebalance(rule) = &policy.action else { return };
        let owes = world.healths().iter().any(|(_, health)| !health.debt.is_zero());
        let blind = owes && rule.is_blind(world);
        if blind && !self.blind {
            let (text, keeps) = (policy.to_string(), rule.base);
            log.write(world, EventKind::VolatilityUnknown { policy: at, text, keeps });
        }
        self.blind = blind;
    }

    /// There was nothing to do: what it does next is another decision.
    fn rest(&mut self) {
        self.standing.idle();
        self.decided = None;
        self.told.idle = true;
    }

    /// It only says something: once for as long as its trigger holds, once in each cool-down, or each time that its period
    /// has passed.
    fn alert(&mut self, at: usize, policy: &Policy, world: &World, log: &mut Log<'_>) {
        if policy.cooldown > 0 || matches!(policy.trigger, Trigger::Every(_)) {
            self.standing.acted(policy, world.now.time);
            self.decided = None;
        } else {
            self.standing.idle();
            if std::mem::replace(&mut self.told.said, true) {
                return;
            }
        }
        self.told.anything = true;
        log.tell(world, EventKind::Policy { policy: at, text: policy.to_string(), transactions: 0 });
    }

    fn see_liquidation(&mut self, at: usize, policy: &Policy, world: &World, log: &mut Log<'_>) {
        let rescues = matches!(policy.action.direction(), Direction::Less | Direction::Either);
        if self.told.late || !rescues {
            return;
        }
        let why = match (self.decided, self.standing.waits(policy, world.now.time)) {
            (Some(_), _) if self.told.failed() => Lateness::Failed,
            (Some(decided), _) if !self.is_time(policy, world) => Lateness::Delayed { decided },
            (None, Some(Waiting::Cooldown)) => Lateness::Resting,
            (None, Some(Waiting::Hold)) => Lateness::Holding,
            _ => return,
        };
        (self.told.late, self.told.anything) = (true, true);
        log.tell(world, EventKind::PolicyLate { policy: at, text: policy.to_string(), why });
    }
}

/// Who beside `closer` has decided to act and would find something to do.
fn busy(closer: usize, policies: &[Policy], jobs: &[Job], world: &mut World, keep: &[Asset]) -> Vec<usize> {
    let mut busy = Vec::new();
    for (at, (policy, job)) in policies.iter().zip(jobs).enumerate() {
        let waits = at != closer && !policy.action.is_said() && job.decided.is_some();
        if waits && has_work(policy, world, keep) {
            busy.push(at);
        }
    }
    busy
}

/// The position is closed: whatever else was due, and had something to do, gives way to what closed it.
fn rest_for_good(
    closer: usize,
    busy: &[usize],
    policies: &[Policy],
    jobs: &mut [Job],
    world: &World,
    log: &mut Log<'_>,
) {
    for (at, (policy, job)) in policies.iter().zip(jobs).enumerate() {
        if policy.action.is_said() {
            continue;
        }
        match job.decided.take() {
            Some(_) if busy.contains(&at) => log.tell(world, gave_way(at, policies, closer, true)),
            Some(decided) if at != closer => job.drop(at, policy, decided, true, world, log),
            _ => {}
        }
    }
}

/// Whether a policy would do anything in the world as it is, or fail to.
fn has_work(policy: &Policy, world: &mut World, keep: &[Asset]) -> bool {
    world.trial(|world| match policy.act(world, keep) {
        Ok(done) => done.iter().any(|transaction| !transaction.steps.is_empty()),
        Err(error) => !error.is_declined(),
    })
}

fn gave_way(at: usize, policies: &[Policy], to: usize, opposes: bool) -> EventKind {
    let text = |at: usize| policies.get(at).map(ToString::to_string).unwrap_or_default();
    EventKind::PolicyGaveWay { policy: at, text: text(at), to, to_text: text(to), opposes }
}
