use levmine_composer::policy::{Metric, PolicyAction};
use levmine_composer::{PlanError, Settlement, StepError, Strategy, Transaction, World};
use levmine_market::{Asset, Attribution, Audit, Cause, Price, Timestamp, TokenAmount};

use crate::agents::Others;
use crate::farm::Farm;
use crate::happenings::Happenings;
use crate::{Accuracy, EngineError, Event, GasCosts, Metrics, Sample, Scenario, Timeline};

/// What came out of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The first and the last moment.
    pub span: (Timestamp, Timestamp),
    /// The asset in which equity is counted.
    pub quote: Asset,
    /// Equity at the beginning, in base units of the quote asset.
    pub start_equity: i128,
    /// What the wallet holds at the end, in base units of the quote asset.
    pub final_equity: i128,
    /// Where the difference came from, in base units of the quote asset; the parts sum to it.
    pub parts: Vec<(Cause, i128)>,
    /// The same in marks, unrounded.
    pub attribution: Attribution,
    /// What transactions have cost.
    pub gas: GasCosts,
    /// The opening plan as it was executed.
    pub opening: Transaction,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// The state after each step.
    pub samples: Vec<Sample>,
    /// What it came to, beside the money.
    pub metrics: Metrics,
    /// How the position ended.
    pub settlement: Settlement,
    /// The transactions of the unwinding.
    pub unwinding: Vec<Transaction>,
    /// What the wallet holds at the end.
    pub wallet: Vec<TokenAmount>,
    /// What the audit went through.
    pub audit: Audit,
    /// How near it came to what was recorded of the same things.
    pub accuracy: Vec<Accuracy>,
}

/// Runs `strategy` in `world` over `scenario`. The world is left as it is at the end.
///
/// # Errors
///
/// [`EngineError`] when a step of the opening cannot be done, or the run has no answer.
pub fn run(world: &mut World, strategy: &Strategy, scenario: &Scenario) -> Result<Outcome, EngineError> {
    check_windows(strategy, scenario)?;
    let (from, mut steps) = begin(world, scenario)?;
    let mut farms = [Farm::open(world, strategy, from)?];
    steps.go(world, &mut farms, |_| Ok(()))?;
    let [farm] = farms;
    let mut outcome = farm.finish(world, from)?;
    outcome.accuracy = steps.accuracy(world);
    Ok(outcome)
}

/// The steps of a run that has begun.
pub(crate) struct Steps<'a> {
    line: Timeline<'a>,
    changed: Vec<(Asset, Price)>,
    happenings: Happenings<'a>,
    others: Others<'a>,
    last: Timestamp,
}

impl Steps<'_> {
    /// What happens when one strategy has acted and before the next one does: others need no whole step to come by.
    pub(crate) fn between(&mut self, world: &mut World) -> Result<(), EngineError> {
        if world.is_halted() {
            return Ok(());
        }
        self.others.arbitrage(world).map_err(at(world))
    }

    /// How near what was recorded the run came.
    pub(crate) fn accuracy(&self, world: &World) -> Vec<Accuracy> {
        self.others.accuracy(world)
    }

    /// Tells every strategy what has happened and what others have done since the last time.
    fn tell(&mut self, world: &mut World, farms: &mut [Farm<'_>]) {
        let others = self.others.told().map(|event| (None, event));
        for (who, event) in self.happenings.take().into_iter().chain(others) {
            farms.iter_mut().for_each(|farm| farm.hear(world, who, &event));
        }
    }

    /// Takes all steps: the world moves, then each strategy does what it has to do, in order; `seen` is called after each.
    pub(crate) fn go(
        &mut self,
        world: &mut World,
        farms: &mut [Farm<'_>],
        mut seen: impl FnMut(&mut World) -> Result<(), StepError>,
    ) -> Result<(), EngineError> {
        self.tell(world, farms);
        while let Some(now) = self.line.advance(&mut self.changed) {
            let halted = self.advance(world, now).map_err(at(world))?;
            self.tell(world, farms);
            let last = farms.len().saturating_sub(1);
            for (place, farm) in farms.iter_mut().enumerate() {
                let before = world.journal.entries().len();
                farm.step(world, halted).map_err(at(world))?;
                if place < last && !halted && world.journal.entries().len() > before {
                    self.between(world)?;
                }
            }
            seen(world).map_err(at(world))?;
        }
        self.happenings.end(world);
        self.tell(world, farms);
        Ok(())
    }

    /// The world moves to `now`. Returns whether the chain is halted then.
    fn advance(&mut self, world: &mut World, now: Timestamp) -> Result<bool, StepError> {
        let Self { happenings, others, changed, .. } = self;
        happenings.begin(world, now);
        others.begin(world, now)?;
        happenings.gas(world);
        world.pass_time(now)?;
        world.halt(happenings.halted());
        world.keep_covers()?;
        happenings.strike(world)?;
        if let Some(resting) = happenings.resting() {
            others.resting = resting;
        }
        happenings.bend(changed)?;
        world.move_prices(changed.iter().copied())?;
        happenings.mislead(world)?;
        let halted = happenings.halted();
        if halted {
            stand_still(world)?
        } else {
            others.act(world, now.since(self.last))?
        }
        self.last = now;
        Ok(halted)
    }
}

/// A step in which nobody transacts: what is held is marked anew, and the oracle goes on saying what it said.
fn stand_still(world: &mut World) -> Result<(), StepError> {
    world.settle_shares()?;
    world.publish_oracle()
}

pub(crate) fn at(world: &World) -> impl Fn(StepError) -> EngineError + use<> {
    let at = world.now.time;
    move |source| EngineError::at(at, source)
}

/// Steps after which a run is not begun: every one leaves a sample.
const MOST_STEPS: u64 = 10_000_000;

fn span(scenario: &Scenario) -> Result<(Timestamp, Timestamp), EngineError> {
    let covered = Timeline::span(&scenario.prices);
    let from = scenario.from.or(covered.map(|(from, _)| from)).ok_or(EngineError::NoTimes)?;
    let to = scenario.to.or(covered.map(|(_, to)| to)).ok_or(EngineError::NoTimes)?;
    // A price that is not known yet at the beginning would be no price.
    if let Some((first, _)) = covered.filter(|(first, _)| *first > from) {
        return Err(EngineError::TooEarly { from, first });
    }
    // Nor would the oracle know one.
    let late = scenario.oracle_prices.iter().filter_map(|path| path.points().first());
    if let Some((first, _)) = late.max_by_key(|(time, _)| *time).filter(|(time, _)| *time > from) {
        return Err(EngineError::TooEarly { from, first: *first });
    }
    if to <= from {
        return Err(EngineError::NoSteps { from, to });
    }
    if let Some(step) = scenario.step {
        let steps = to.since(from).div_ceil(step.max(1));
        if steps > MOST_STEPS {
            return Err(EngineError::TooManySteps { from, to, step, steps, most: MOST_STEPS });
        }
    }
    Ok((from, to))
}

/// Refuses policies that look at volatility over a time in which the scenario's steps leave fewer than two returns. Where
/// steps come from histories alone, the newest two returns are looked at whatever they cover.
pub(crate) fn check_windows(strategy: &Strategy, scenario: &Scenario) -> Result<(), EngineError> {
    let Some(step) = scenario.step else { return Ok(()) };
    for policy in &strategy.policies {
        let PolicyAction::Rebalance(rule) = &policy.action else { continue };
        if let Some(window) = rule.window().filter(|window| *window < step.saturating_mul(2)) {
            let (place, policy) = (policy.place.clone(), policy.to_string());
            return Err(EngineError::ShortWindow { place, policy, window, step });
        }
    }
    Ok(())
}

/// Opens `strategy` at the beginning of `scenario` and stops there.
///
/// # Errors
///
/// As [`run`].
pub fn open(world: &mut World, strategy: &Strategy, scenario: &Scenario) -> Result<Transaction, EngineError> {
    begin(world, scenario)?;
    fund_and_open(world, strategy)
}

/// Gives the farmer who acts the capital of `strategy`, and executes its opening plan.
pub(crate) fn fund_and_open(world: &mut World, strategy: &Strategy) -> Result<Transaction, EngineError> {
    for amount in strategy.capital.amounts.iter().chain(&strategy.reserve) {
        if world.market.find(amount.asset).is_none() {
            return Err(EngineError::NoPrice { asset: amount.asset });
        }
    }
    // A policy that looks at a price that is never there would never act.
    let looked_at = strategy.policies.iter().flat_map(|policy| policy.trigger.metrics());
    if let Some(asset) = looked_at.flat_map(Metric::prices).find(|asset| world.market.find(*asset).is_none())
    {
        return Err(EngineError::NoPrice { asset });
    }
    world.begin_strategy(strategy).map_err(at(world))?;
    world.fund(&strategy.capital.amounts).map_err(at(world))?;
    world.buy_covers(&strategy.covers).map_err(|(place, source)| PlanError {
        place: Some(place),
        number: 0,
        verb: "cover",
        source: source.into(),
    })?;
    Ok(world.transact(&strategy.open)?)
}

/// The first step, as far as it is the world's: prices, pools at the market, the oracle. Returns its time and the steps that
/// follow.
pub(crate) fn begin<'a>(
    world: &mut World,
    scenario: &'a Scenario,
) -> Result<(Timestamp, Steps<'a>), EngineError> {
    let (from, to) = span(scenario)?;
    let mut line = Timeline::new(&scenario.prices, scenario.step, from, to);
    let mut changed: Vec<(Asset, Price)> = Vec::new();
    line.advance(&mut changed).ok_or(EngineError::NoSteps { from, to })?;
    world.ends_at(line.to());
    let mut happenings = Happenings::new(scenario, from, line.to());
    line = line.with_stops(happenings.stops());
    let mut others = Others::new(scenario);
    happenings.begin(world, from);
    others.begin(world, from).map_err(at(world))?;
    happenings.gas(world);
    world.pass_time(from).map_err(at(world))?;
    happenings.bend(&mut changed).map_err(at(world))?;
    world.move_prices(changed.iter().copied()).map_err(at(world))?;
    world.align_pools().map_err(at(world))?;
    happenings.mislead(world).map_err(at(world))?;
    others.open(world).map_err(at(world))?;
    world.halt(happenings.halted());
    // What befalls a venue at the beginning finds it with prices.
    happenings.strike(world).map_err(at(world))?;
    Ok((from, Steps { line, changed, happenings, others, last: from }))
}
