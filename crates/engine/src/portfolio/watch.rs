//! What is seen of a portfolio in the course of a run: joint equity, concentration, limits.

use levmine_composer::{Exposure, StepError, World};
use levmine_market::{Account, Asset, MARKS_PER_BASE_UNIT, Mark, Timestamp};

use super::limits::{Breach, Limit, LimitUse, Measured, each, limit_for, name_of, parts_per_million};
use super::{Allocation, Statistics};
use crate::run::at;
use crate::{EngineError, Metrics, Outcome};

/// What goes through one venue, protocol or token, as a part of all assets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concentration {
    /// Of what.
    pub of: Measured,
    /// Of which one.
    pub name: String,
    /// After the openings, in parts per million.
    pub opening: u32,
    /// The highest at the end of a step, in parts per million.
    pub highest: u32,
    /// When that was.
    pub at: Timestamp,
}

/// What is held and owed of a token by all strategies together, in marks of the portfolio's asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenConcentration {
    /// The token.
    pub asset: Asset,
    /// Held after the openings.
    pub held: Mark,
    /// Owed after the openings.
    pub owed: Mark,
}

/// Looks at all strategies after each step.
pub(super) struct Watch<'a> {
    asset: Asset,
    limits: &'a [Limit],
    pub seats: Vec<Account>,
    quotes: Vec<Asset>,
    /// Joint equity after each step.
    pub series: Vec<(Timestamp, Mark)>,
    pub statistics: Statistics,
    pub drawdown: (u32, Timestamp),
    pub tokens: Vec<TokenConcentration>,
    pub seen: Vec<Concentration>,
    pub uses: Vec<LimitUse>,
    pub breaches: Vec<Breach>,
    exposure: Exposure,
    equities: Vec<f64>,
    peak: Mark,
    metrics: Metrics,
    /// The limit of each thing that was met, by kind and place: found by name once.
    ruled: [Vec<Rule>; 3],
}

/// What holds for one venue, protocol or token.
#[derive(Debug, Clone, Copy, Default)]
struct Rule {
    /// Its place in `seen`.
    seen: usize,
    limit: Option<usize>,
    /// Its place in `breaches`, while it is above the limit.
    breach: Option<usize>,
}

const KINDS: [Measured; 3] = [Measured::Protocol, Measured::Venue, Measured::Asset];

impl<'a> Watch<'a> {
    pub(super) fn new(world: &World, allocation: &'a Allocation, seats: Vec<Account>) -> Self {
        let asset = allocation.asset;
        let quote = |amounts: &[levmine_market::TokenAmount]| amounts.first().map_or(asset, |one| one.asset);
        let uses = allocation.limits.iter().map(|limit| LimitUse {
            limit: limit.clone(),
            highest: None,
            steps_above: 0,
        });
        Self {
            asset,
            limits: &allocation.limits,
            quotes: allocation.parts.iter().map(|part| quote(&part.strategy.capital.amounts)).collect(),
            series: Vec::new(),
            statistics: Statistics::default(),
            drawdown: (0, world.now.time),
            tokens: Vec::new(),
            seen: Vec::new(),
            uses: uses.collect(),
            breaches: Vec::new(),
            exposure: Exposure::new(world, asset),
            equities: Vec::with_capacity(seats.len()),
            peak: 0,
            metrics: Metrics::new(world.now.time),
            ruled: Default::default(),
            seats,
        }
    }

    /// What each strategy has begun with, in the portfolio's asset.
    pub(super) fn starts(&self, world: &mut World) -> Result<Vec<Mark>, StepError> {
        let mut starts = Vec::with_capacity(self.seats.len());
        for (farmer, quote) in self.seats.iter().zip(&self.quotes) {
            world.take_seat(*farmer);
            starts.push(world.convert_mark(world.portfolio.start, *quote, self.asset)?);
        }
        Ok(starts)
    }

    /// Looks for the first time, after the openings: a limit that is exceeded already is an error.
    pub(super) fn open(&mut self, world: &mut World) -> Result<(), EngineError> {
        self.peak =
            self.starts(world).map_err(at(world))?.iter().fold(0, |sum, one| sum.saturating_add(*one));
        let joint = self.measure(world).map_err(at(world))?;
        self.statistics = Statistics::new(&self.equities);
        self.note(world, joint);
        let held = self.exposure.tokens.iter();
        self.tokens = held
            .map(|token| TokenConcentration { asset: token.asset, held: token.held, owed: token.owed })
            .collect();
        let first = self.breaches.first().and_then(|breach| Some((breach, self.limits.get(breach.limit)?)));
        match first {
            None => Ok(()),
            Some((breach, limit)) => Err(EngineError::OverLimit {
                limit: Box::new(limit.clone()),
                name: breach.name.clone(),
                reached: breach.highest,
            }),
        }
    }

    /// Looks after a step.
    pub(super) fn look(&mut self, world: &mut World) -> Result<(), StepError> {
        let joint = self.measure(world)?;
        self.statistics.step(&self.equities);
        self.note(world, joint);
        Ok(())
    }

    /// Looks at what was left of all of them once they were taken apart: that is a part of the largest loss, too.
    pub(super) fn close(&mut self, world: &World, outcomes: &[Outcome]) -> Result<(), StepError> {
        let mut joint: Mark = 0;
        for outcome in outcomes {
            let left = outcome.final_equity.saturating_mul(i128::from(MARKS_PER_BASE_UNIT));
            joint = joint.saturating_add(world.convert_mark(left, outcome.quote, self.asset)?);
        }
        self.metrics.see_equity(joint, self.peak, world.now.time);
        self.drawdown = self.metrics.max_drawdown;
        Ok(())
    }

    /// Measures equities and exposures, and returns the joint equity. A strategy cannot lose more than it has.
    fn measure(&mut self, world: &mut World) -> Result<Mark, StepError> {
        self.exposure.clear();
        self.equities.clear();
        let mut joint: Mark = 0;
        for (farmer, quote) in self.seats.iter().zip(&self.quotes) {
            world.take_seat(*farmer);
            let equity = world.convert_mark(world.portfolio.equity(), *quote, self.asset)?.max(0);
            joint = joint.saturating_add(equity);
            self.equities.push(equity as f64);
            world.expose(&mut self.exposure)?;
        }
        Ok(joint)
    }

    fn note(&mut self, world: &World, joint: Mark) {
        let now = world.now.time;
        self.series.push((now, joint));
        self.peak = self.peak.max(joint);
        self.metrics.see_equity(joint, self.peak, now);
        self.drawdown = self.metrics.max_drawdown;
        for (kind, of) in KINDS.into_iter().enumerate() {
            let Some(rules) = self.ruled.get_mut(kind) else { continue };
            let (exposure, limits) = (&self.exposure, self.limits);
            let (seen, uses, breaches) = (&mut self.seen, &mut self.uses, &mut self.breaches);
            each(of, exposure, |place, mark| {
                let part = parts_per_million(mark, exposure.assets);
                while rules.len() <= place {
                    let name = name_of(of, rules.len(), exposure, world).to_string();
                    let limit = limit_for(limits, of, &name);
                    rules.push(Rule { seen: seen.len(), limit, breach: None });
                    seen.push(Concentration { of, name, opening: 0, highest: 0, at: now });
                }
                let (Some(rule), first) = (rules.get_mut(place), self.series.len() == 1) else { return };
                let Some(known) = seen.get_mut(rule.seen) else { return };
                if first {
                    known.opening = part;
                }
                if part > known.highest {
                    (known.highest, known.at) = (part, now);
                }
                check(rule, part, &known.name, now, uses, breaches);
            });
        }
    }
}

/// Compares a part with its limit.
fn check(
    rule: &mut Rule,
    part: u32,
    name: &str,
    now: Timestamp,
    uses: &mut [LimitUse],
    breaches: &mut Vec<Breach>,
) {
    let Some((limit, used)) = rule.limit.and_then(|limit| Some((limit, uses.get_mut(limit)?))) else {
        return;
    };
    if used.highest.as_ref().is_none_or(|(highest, _, _)| part > *highest) {
        used.highest = Some((part, name.to_string(), now));
    }
    if part <= used.limit.most {
        if let Some(breach) = rule.breach.take().and_then(|at| breaches.get_mut(at)) {
            breach.to = Some(now);
        }
        return;
    }
    used.steps_above += 1;
    match rule.breach.and_then(|at| breaches.get_mut(at)) {
        Some(breach) if part > breach.highest => (breach.highest, breach.at) = (part, now),
        Some(_) => {}
        None => {
            rule.breach = Some(breaches.len());
            let name = name.to_string();
            breaches.push(Breach { limit, name, from: now, to: None, highest: part, at: now });
        }
    }
}
