//! What came out of a portfolio.

use levmine_composer::World;
use levmine_market::{Asset, Attribution, Audit, Cause, MARKS_PER_BASE_UNIT, Mark, Timestamp, TokenAmount};
use rust_decimal::Decimal;

use super::watch::{TokenConcentration, Watch};
use super::{Allocation, Breach, Concentration, LimitUse, base_units};
use crate::run::at;
use crate::{Accuracy, EngineError, Outcome};

/// What came out of a portfolio.
#[derive(Debug)]
pub struct PortfolioOutcome {
    /// The first and the last moment.
    pub span: (Timestamp, Timestamp),
    /// The asset in which the whole is counted.
    pub asset: Asset,
    /// Equity of all strategies at the beginning, in base units of the asset.
    pub start_equity: i128,
    /// What the wallets hold at the end, in base units of the asset.
    pub final_equity: i128,
    /// Where the difference came from, in base units of the asset; the parts sum to it.
    pub parts: Vec<(Cause, i128)>,
    /// The strategies, in the order of the file.
    pub strategies: Vec<PartOutcome>,
    /// Joint equity after each step, in marks of the asset.
    pub series: Vec<(Timestamp, Mark)>,
    /// The largest loss of joint equity since its peak, in parts per million of the peak, and when it was reached.
    pub max_drawdown: (u32, Timestamp),
    /// The yearly standard deviation of the returns of steps; `None` with fewer than two steps.
    pub volatility: Option<f64>,
    /// The correlation of the returns of steps, row by row; `None` where a strategy never moved.
    pub correlation: Vec<Vec<Option<f64>>>,
    /// What goes through each protocol, each venue, and is held of each token.
    pub concentration: Vec<Concentration>,
    /// What is held and owed of each token after the openings.
    pub tokens: Vec<TokenConcentration>,
    /// What became of the limits.
    pub limits: Vec<LimitUse>,
    /// The times above a limit, in the order in which they began.
    pub breaches: Vec<Breach>,
    /// How near the run came to what was recorded.
    pub accuracy: Vec<Accuracy>,
    /// What the audit went through, after the last strategy was unwound.
    pub audit: Audit,
}

/// What came out of one strategy of a portfolio.
#[derive(Debug)]
pub struct PartOutcome {
    /// The strategy's name.
    pub name: String,
    /// Its part of the capital at the beginning: one is all of it.
    pub weight: Decimal,
    /// What that gave it.
    pub capital: Vec<TokenAmount>,
    /// Equity at the beginning, in base units of the portfolio's asset.
    pub start_equity: i128,
    /// Equity at the end, in base units of the portfolio's asset.
    pub final_equity: i128,
    /// The yearly standard deviation of the returns of steps in the portfolio's asset.
    pub volatility: Option<f64>,
    /// The part of the joint variance that comes from it; they sum to one.
    pub contribution: Option<f64>,
    /// The strategy's own outcome, in its own quote asset.
    pub outcome: Outcome,
}

/// Puts the outcomes of the strategies together. `starts` is what each began with, in marks of the portfolio's asset.
pub(super) fn put_together(
    world: &World,
    allocation: &Allocation,
    watch: Watch<'_>,
    starts: &[Mark],
    outcomes: Vec<Outcome>,
    accuracy: Vec<Accuracy>,
) -> Result<PortfolioOutcome, EngineError> {
    let asset = allocation.asset;
    let last = outcomes.last().map(|last| (last.span, last.audit));
    let (span, audit) = last.ok_or(EngineError::NoStrategies)?;
    let seconds = span.1.since(span.0);
    let mut attribution = Attribution::default();
    let (mut joint_start, mut joint_end): (Mark, Mark) = (0, 0);
    let mut strategies = Vec::with_capacity(outcomes.len());
    for (i, ((part, outcome), start)) in allocation.parts.iter().zip(outcomes).zip(starts).enumerate() {
        let now = |mark: Mark| world.convert_mark(mark, outcome.quote, asset);
        let marks = |units: i128| units.saturating_mul(i128::from(MARKS_PER_BASE_UNIT));
        let end = now(marks(outcome.final_equity)).map_err(at(world))?;
        for cause in Cause::ALL {
            attribution.book(cause, now(outcome.attribution.part(cause)).map_err(at(world))?)?;
        }
        // What was begun with has itself changed its price in the portfolio's asset.
        let held = now(marks(outcome.start_equity)).map_err(at(world))?;
        attribution.book(Cause::Price, held.saturating_sub(*start))?;
        joint_start = joint_start.saturating_add(*start);
        joint_end = joint_end.saturating_add(end);
        strategies.push(PartOutcome {
            name: part.strategy.name.clone(),
            weight: part.weight,
            capital: part.strategy.capital.amounts.clone(),
            start_equity: base_units(*start),
            final_equity: base_units(end),
            volatility: watch.statistics.volatility(i, seconds),
            contribution: watch.statistics.contribution(i),
            outcome,
        });
    }
    let all = strategies.len();
    let row = |i| (0..all).map(|j| watch.statistics.correlation(i, j)).collect();
    let (start_equity, final_equity) = (base_units(joint_start), base_units(joint_end));
    Ok(PortfolioOutcome {
        span,
        asset,
        start_equity,
        final_equity,
        parts: attribution.in_base_units(final_equity.saturating_sub(start_equity)),
        correlation: (0..all).map(row).collect(),
        volatility: watch.statistics.joint_volatility(seconds),
        strategies,
        series: watch.series,
        max_drawdown: watch.drawdown,
        concentration: watch.seen,
        tokens: watch.tokens,
        limits: watch.uses,
        breaches: watch.breaches,
        accuracy,
        audit,
    })
}
