use levmine_composer::policy::{Peak, PolicyAction, Trigger, Watch};
use levmine_composer::{Settlement, StepError, Strategy, Transaction, World, unwind};
use levmine_market::{
    Asset, Attribution, Audit, Cause, Holder, MARKS_PER_BASE_UNIT, Mark, Price, Timestamp, TokenAmount,
};

use crate::{EngineError, Event, EventKind, Metrics, PricePath, Sample, Scenario, Timeline, liquidator};

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
    let (from, mut line, mut changed) = begin(scenario)?;
    let mut keeper =
        Keeper { since: vec![from; strategy.policies.len()], closed: false, keep: strategy.capital.assets() };
    let opening = open_at(world, strategy, scenario, from, &changed)?;
    let mut state =
        State { peak: world.portfolio.start.max(world.portfolio.equity()), metrics: Metrics::new(from) };
    let mut events = Vec::new();
    let mut samples = Vec::new();
    let mut gas = Gas { points: &scenario.gas, passed: 0 };
    let mut oracle = OraclePrices::new(scenario);
    state.metrics.see_health(world.lowest_health_factor(), from);
    state.sample(world, &mut samples);
    let mut last = from;
    while let Some(now) = line.advance(&mut changed) {
        gas.publish(world, now);
        oracle.publish(world, now);
        move_world(world, scenario, now, now.since(last), &changed).map_err(at(world))?;
        last = now;
        state.look(world);
        keeper.work(world, strategy, &mut state, &mut events).map_err(at(world))?;
        state.metrics.liquidations += liquidator::liquidate(world, &mut events).map_err(at(world))?;
        state.sample(world, &mut samples);
    }
    finish(world, from, Closing { keeper, state, opening, events, samples })
}

fn at(world: &World) -> impl Fn(StepError) -> EngineError + use<> {
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
    let (from, _, prices) = begin(scenario)?;
    open_at(world, strategy, scenario, from, &prices)
}

type Beginning<'a> = (Timestamp, Timeline<'a>, Vec<(Asset, Price)>);

fn begin(scenario: &Scenario) -> Result<Beginning<'_>, EngineError> {
    let (from, to) = span(scenario)?;
    let mut line = Timeline::new(&scenario.prices, scenario.step, from, to);
    let mut changed: Vec<(Asset, Price)> = Vec::new();
    match line.advance(&mut changed) {
        Some(_) => Ok((from, line, changed)),
        None => Err(EngineError::NoSteps { from, to }),
    }
}

/// The first step: prices, pools at the market, the oracle, the capital, the opening plan.
fn open_at(
    world: &mut World,
    strategy: &Strategy,
    scenario: &Scenario,
    from: Timestamp,
    prices: &[(Asset, Price)],
) -> Result<Transaction, EngineError> {
    let mut gas = Gas { points: &scenario.gas, passed: 0 };
    gas.publish(world, from);
    world.pass_time(from).map_err(at(world))?;
    world.move_prices(prices.iter().copied()).map_err(at(world))?;
    for amount in &strategy.capital.amounts {
        if world.market.find(amount.asset).is_none() {
            return Err(EngineError::NoPrice { asset: amount.asset });
        }
    }
    world.align_pools().map_err(at(world))?;
    world.set_oracle_views(scenario.oracle_views.clone());
    OraclePrices::new(scenario).publish(world, from);
    world.publish_oracle().map_err(at(world))?;
    world.fund(&strategy.capital.amounts).map_err(at(world))?;
    Ok(world.transact(&strategy.open)?)
}

fn move_world(
    world: &mut World,
    scenario: &Scenario,
    now: Timestamp,
    seconds: u64,
    prices: &[(Asset, Price)],
) -> Result<(), StepError> {
    world.pass_time(now)?;
    world.move_prices(prices.iter().copied())?;
    for trader in &scenario.traders {
        trader.trade(world, seconds)?;
    }
    world.arbitrage()?;
    world.settle_shares()?;
    world.publish_oracle()
}

/// The chain's gas price over time.
struct Gas<'a> {
    points: &'a [(Timestamp, levmine_math::U256)],
    passed: usize,
}

impl Gas<'_> {
    fn publish(&mut self, world: &mut World, now: Timestamp) {
        if let (0, Some((_, first))) = (self.passed, self.points.first()) {
            // Before the first one gas was not free; what it cost then is the best guess.
            world.gas_price = *first;
        }
        while let Some((_, price)) = self.points.get(self.passed).filter(|(time, _)| *time <= now) {
            world.gas_price = *price;
            self.passed += 1;
        }
    }
}

/// The prices that the oracle has of its own, over time.
struct OraclePrices<'a> {
    paths: Vec<(&'a PricePath, usize)>,
}

impl<'a> OraclePrices<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        Self { paths: scenario.oracle_prices.iter().map(|path| (path, 0)).collect() }
    }

    fn publish(&mut self, world: &mut World, now: Timestamp) {
        for (path, passed) in &mut self.paths {
            let before = *passed;
            while path.points().get(*passed).is_some_and(|(time, _)| *time <= now) {
                *passed += 1;
            }
            let last = passed.checked_sub(1).filter(|_| *passed > before);
            if let Some((_, price)) = last.and_then(|last| path.points().get(last)) {
                world.set_oracle_price(path.asset(), *price);
            }
        }
    }
}

struct State {
    peak: Mark,
    metrics: Metrics,
}

impl State {
    fn look(&mut self, world: &World) {
        self.metrics.steps += 1;
        let equity = world.portfolio.equity();
        self.peak = self.peak.max(equity);
        self.metrics.see_equity(equity, self.peak, world.now.time);
        self.metrics.see_health(world.lowest_health_factor(), world.now.time);
    }

    fn sample(&mut self, world: &World, samples: &mut Vec<Sample>) {
        let (time, equity) = (world.now.time, world.portfolio.equity());
        let health = world.lowest_health_factor();
        self.metrics.see_equity(equity, self.peak, time);
        samples.push(Sample { time, equity, health });
    }
}

/// Runs the policies in their order.
struct Keeper {
    since: Vec<Timestamp>,
    closed: bool,
    keep: Vec<Asset>,
}

impl Keeper {
    fn work(
        &mut self,
        world: &mut World,
        strategy: &Strategy,
        state: &mut State,
        events: &mut Vec<Event>,
    ) -> Result<(), StepError> {
        for (policy, (rule, since)) in strategy.policies.iter().zip(&mut self.since).enumerate() {
            if self.closed {
                break;
            }
            let watch = Watch { since: *since, peak: Peak(state.peak) };
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
                    state.metrics.policy_acts += 1;
                    let kind = EventKind::Policy { policy, text, transactions: done.len() };
                    events.push(Event { time, equity: world.portfolio.equity(), kind });
                    self.closed = rule.action == PolicyAction::Close && world.is_closed();
                }
                Err(error) => {
                    state.metrics.policy_failures += 1;
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

struct Closing {
    keeper: Keeper,
    state: State,
    opening: Transaction,
    events: Vec<Event>,
    samples: Vec<Sample>,
}

fn finish(world: &mut World, from: Timestamp, closing: Closing) -> Result<Outcome, EngineError> {
    let Closing { keeper, state, opening, events, samples } = closing;
    let unwinding = unwind(world, &keeper.keep).map_err(at(world))?;
    let settlement = world.settle().map_err(at(world))?;
    let audit = world.audit()?;
    let start_equity = world.portfolio.start / i128::from(MARKS_PER_BASE_UNIT);
    let final_equity = settlement.equity;
    let attribution = world.portfolio.attribution;
    let parts = attribution.in_base_units(final_equity.saturating_sub(start_equity));
    Ok(Outcome {
        span: (from, world.now.time),
        quote: world.quote,
        start_equity,
        final_equity,
        parts,
        attribution,
        opening,
        events,
        samples,
        metrics: state.metrics,
        settlement,
        unwinding,
        wallet: world.journal.balances(Holder::Wallet(world.farmer)).collect(),
        audit,
    })
}
