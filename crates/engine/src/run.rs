use levmine_composer::{Settlement, StepError, Strategy, Transaction, World};
use levmine_market::{Asset, Attribution, Audit, Cause, Price, Timestamp, TokenAmount};

use crate::agents::Others;
use crate::farm::Farm;
use crate::{EngineError, Event, Metrics, Sample, Scenario, Timeline};

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
}

/// Runs `strategy` in `world` over `scenario`. The world is left as it is at the end.
///
/// # Errors
///
/// [`EngineError`] when a step of the opening cannot be done, or the run has no answer.
pub fn run(world: &mut World, strategy: &Strategy, scenario: &Scenario) -> Result<Outcome, EngineError> {
    let (from, mut steps) = begin(world, scenario)?;
    let mut farms = [Farm::open(world, strategy, from)?];
    steps.go(world, &mut farms, |_| Ok(()))?;
    let [farm] = farms;
    farm.finish(world, from)
}

/// The steps of a run that has begun.
pub(crate) struct Steps<'a> {
    line: Timeline<'a>,
    changed: Vec<(Asset, Price)>,
    others: Others<'a>,
    last: Timestamp,
}

impl Steps<'_> {
    /// What happens when one strategy has acted and before the next one does: others need no whole step to come by.
    pub(crate) fn between(&mut self, world: &mut World) -> Result<(), EngineError> {
        self.others.arbitrage(world).map_err(at(world))
    }

    /// Takes all steps: the world moves, then each strategy does what it has to do, in order; `seen` is called after each.
    pub(crate) fn go(
        &mut self,
        world: &mut World,
        farms: &mut [Farm<'_>],
        mut seen: impl FnMut(&mut World) -> Result<(), StepError>,
    ) -> Result<(), EngineError> {
        while let Some(now) = self.line.advance(&mut self.changed) {
            self.others.begin(world, now);
            world.pass_time(now).map_err(at(world))?;
            world.move_prices(self.changed.iter().copied()).map_err(at(world))?;
            self.others.act(world, now.since(self.last)).map_err(at(world))?;
            self.last = now;
            let last = farms.len().saturating_sub(1);
            for (place, farm) in farms.iter_mut().enumerate() {
                let before = world.journal.entries().len();
                farm.step(world).map_err(at(world))?;
                if place < last && world.journal.entries().len() > before {
                    self.between(world)?;
                }
            }
            seen(world).map_err(at(world))?;
        }
        Ok(())
    }
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
    world.begin_strategy(strategy).map_err(at(world))?;
    world.fund(&strategy.capital.amounts).map_err(at(world))?;
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
    let mut others = Others::new(scenario);
    others.begin(world, from);
    world.pass_time(from).map_err(at(world))?;
    world.move_prices(changed.iter().copied()).map_err(at(world))?;
    world.align_pools().map_err(at(world))?;
    others.publish(world).map_err(at(world))?;
    Ok((from, Steps { line, changed, others, last: from }))
}
