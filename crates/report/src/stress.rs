//! Strategies in many worlds: which of them they survive, and how.

use std::fmt::Write;

use levmine_engine::{EventKind, Outcome};
use levmine_lending::HealthFactor;
use levmine_market::Cause;
use serde_json::{Value, json};

use crate::run_text::describe;
use crate::{RunView, Table, health, percent_of, run_json, signed_units};

/// A world by its scenario's name.
#[derive(Debug, Clone)]
pub struct World<'a> {
    /// The scenario's name.
    pub name: String,
    /// What came of it, or why there is no answer.
    pub ran: Result<RunView<'a>, String>,
}

/// One strategy in many worlds.
#[derive(Debug, Clone)]
pub struct Survey<'a> {
    /// The strategy's name.
    pub strategy: &'a str,
    /// The worlds.
    pub worlds: Vec<World<'a>>,
}

/// A strategy, or one of its variants, in many worlds: a column.
#[derive(Debug, Clone)]
pub struct Variant<'a> {
    /// What stands above it.
    pub name: String,
    /// The worlds, the same for every variant.
    pub worlds: Vec<World<'a>>,
}

/// How a run ended for the position.
fn ending(outcome: &Outcome) -> &'static str {
    if outcome.final_equity <= 0 {
        "wiped out"
    } else if outcome.metrics.liquidations > 0 {
        "liquidated"
    } else {
        "yes"
    }
}

fn bad_debt(outcome: &Outcome) -> i128 {
    outcome.parts.iter().find(|(cause, _)| *cause == Cause::BadDebt).map_or(0, |(_, part)| *part)
}

fn change(outcome: &Outcome) -> i128 {
    outcome.final_equity.saturating_sub(outcome.start_equity)
}

fn lowest(outcome: &Outcome) -> String {
    outcome.metrics.lowest_health.map_or_else(|| "no debt".into(), |(factor, _)| health(factor))
}

/// One strategy in many worlds: a table, then who acted when.
#[must_use]
pub fn stress_text(survey: &Survey<'_>) -> String {
    let ran = || survey.worlds.iter().filter_map(|world| Some((world, world.ran.as_ref().ok()?)));
    let quote = ran().next().map(|(_, view)| view.outcome.quote);
    let unit = quote.map_or_else(String::new, |quote| format!(" ({quote})"));
    let mut text = format!("{}\n\n", survey.strategy);
    let mut table = Table::new(0, &[2, 4, 5, 6, 7, 8]);
    table.row([
        "crisis",
        "survived",
        "lowest health",
        "when",
        &format!("equity at the end{unit}"),
        "return",
        "drawdown",
        "liquidations",
        &format!("bad debt{unit}"),
    ]);
    for world in &survey.worlds {
        let Ok(view) = &world.ran else { continue };
        let outcome = view.outcome;
        let when = outcome.metrics.lowest_health.map_or_else(String::new, |(_, when)| when.to_string());
        let drawdown = percent_of(i128::from(outcome.metrics.max_drawdown.0), 1_000_000);
        table.row([
            world.name.clone(),
            ending(outcome).into(),
            lowest(outcome),
            when,
            signed_units(outcome.final_equity, outcome.quote),
            percent_of(change(outcome), outcome.start_equity),
            drawdown,
            outcome.metrics.liquidations.to_string(),
            signed_units(bad_debt(outcome), outcome.quote),
        ]);
    }
    text.push_str(&table.text());
    text.push_str(&tally(&survey.worlds));
    let untried = survey.worlds.iter().filter_map(|world| Some((world, world.ran.as_ref().err()?)));
    for (world, why) in untried {
        let _ = writeln!(text, "\nnot tried: {}: {why}", world.name);
    }
    let _ = writeln!(text, "\nWho acted when");
    for (world, view) in ran() {
        let _ = writeln!(text, "  {}", world.name);
        text.push_str(&events(view));
    }
    text
}

/// Events of one world after which the rest is counted.
const MOST_EVENTS: usize = 12;

fn events(view: &RunView<'_>) -> String {
    let mut table = Table::new(4, &[]);
    let events = &view.outcome.events;
    for event in events.iter().take(MOST_EVENTS) {
        table.row([event.time.to_string(), describe(view.world, view.outcome, event)]);
    }
    if let Some(more) = events.len().checked_sub(MOST_EVENTS).filter(|more| *more > 0) {
        table.row([format!("and {more} more")]);
    }
    if table.is_empty() {
        table.row(["nobody"]);
    }
    table.text()
}

/// How many worlds were survived, and the mean and the worst return.
fn tally(worlds: &[World<'_>]) -> String {
    let outcomes = || worlds.iter().filter_map(|world| Some(world.ran.as_ref().ok()?.outcome));
    let (tried, survived) =
        (outcomes().count(), outcomes().filter(|outcome| ending(outcome) == "yes").count());
    format!(
        "\nsurvived {survived} of {tried}; mean return {}, worst {}\n",
        parts_of(mean(outcomes())),
        parts_of(outcomes().map(return_of).min())
    )
}

/// The return in millionths, rounded towards zero.
fn return_of(outcome: &Outcome) -> i128 {
    change(outcome).saturating_mul(1_000_000).checked_div(outcome.start_equity).unwrap_or(0)
}

fn mean<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Option<i128> {
    let (sum, count) =
        outcomes.fold((0_i128, 0_i128), |(sum, n), outcome| (sum.saturating_add(return_of(outcome)), n + 1));
    sum.checked_div(count)
}

fn parts_of(millionths: Option<i128>) -> String {
    millionths.map_or_else(|| "-".into(), |parts| percent_of(parts, 1_000_000))
}

/// Variants side by side in many worlds: a row for each world, its return in each column, and how often the position was
/// liquidated; below, each variant's sums.
#[must_use]
pub fn compare_worlds_text(variants: &[Variant<'_>]) -> String {
    let right: Vec<usize> = (1..=variants.len()).collect();
    let mut table = Table::new(0, &right);
    let mut row = |name: &str, cell: &dyn Fn(&Variant<'_>) -> String| {
        let cells = variants.iter().map(cell);
        table.row(std::iter::once(name.to_string()).chain(cells));
    };
    row("", &|variant| variant.name.clone());
    let names = variants.first().map(|variant| variant.worlds.as_slice()).unwrap_or_default();
    for (at, world) in names.iter().enumerate() {
        row(&world.name, &|variant| variant.worlds.get(at).map_or_else(String::new, cell));
    }
    let outcomes = |variant: &Variant<'_>| -> Vec<Outcomes> {
        variant
            .worlds
            .iter()
            .filter_map(|world| world.ran.as_ref().ok().map(|view| Outcomes::of(view.outcome)))
            .collect()
    };
    row("", &|_| String::new());
    row("survived", &|variant| {
        let all = outcomes(variant);
        format!("{} of {}", all.iter().filter(|one| one.survived).count(), all.len())
    });
    row("mean return", &|variant| {
        let all = outcomes(variant);
        let sum = all.iter().fold(0_i128, |sum, one| sum.saturating_add(one.gain));
        parts_of(sum.checked_div(all.len() as i128))
    });
    row("worst return", &|variant| parts_of(outcomes(variant).iter().map(|one| one.gain).min()));
    row("lowest health factor", &|variant| {
        let lowest = outcomes(variant).iter().filter_map(|one| one.lowest).min();
        lowest.map_or_else(|| "no debt".into(), health)
    });
    row("liquidations", &|variant| {
        outcomes(variant).iter().map(|one| u64::from(one.liquidations)).sum::<u64>().to_string()
    });
    row("policy actions", &|variant| {
        outcomes(variant).iter().map(|one| u64::from(one.acts)).sum::<u64>().to_string()
    });
    table.text()
}

struct Outcomes {
    survived: bool,
    gain: i128,
    lowest: Option<HealthFactor>,
    liquidations: u32,
    acts: u32,
}

impl Outcomes {
    fn of(outcome: &Outcome) -> Self {
        Self {
            survived: ending(outcome) == "yes",
            gain: return_of(outcome),
            lowest: outcome.metrics.lowest_health.map(|(factor, _)| factor),
            liquidations: outcome.metrics.liquidations,
            acts: outcome.metrics.policy_acts,
        }
    }
}

fn cell(world: &World<'_>) -> String {
    let Ok(view) = &world.ran else { return "not tried".into() };
    let outcome = view.outcome;
    let gain = percent_of(change(outcome), outcome.start_equity);
    match (ending(outcome), outcome.metrics.liquidations) {
        ("wiped out", _) => format!("{gain} wiped out"),
        (_, 0) => gain,
        (_, times) => format!("{gain} liquidated x{times}"),
    }
}

/// One strategy in many worlds as JSON, `"schema": "levmine.stress/1"`: each world with its
/// run as `levmine run` tells it.
#[must_use]
pub fn stress_json(survey: &Survey<'_>) -> Value {
    json!({
        "schema": "levmine.stress/1",
        "strategy": survey.strategy,
        "worlds": worlds_json(&survey.worlds),
    })
}

/// Variants in many worlds as JSON, `"schema": "levmine.compare/1"`.
#[must_use]
pub fn compare_json(variants: &[Variant<'_>]) -> Value {
    let variants = variants
        .iter()
        .map(|variant| json!({ "name": variant.name, "worlds": worlds_json(&variant.worlds) }));
    json!({ "schema": "levmine.compare/1", "variants": variants.collect::<Vec<_>>() })
}

fn worlds_json(worlds: &[World<'_>]) -> Vec<Value> {
    let world = |world: &World<'_>| match &world.ran {
        Err(why) => json!({ "scenario": world.name, "not_tried": why }),
        Ok(view) => {
            let acted = view.outcome.events.iter();
            let acted = acted.filter(|event| matches!(event.kind, EventKind::Policy { .. }));
            json!({
                "scenario": world.name,
                "survived": ending(view.outcome) == "yes",
                "policy_times": acted.map(|event| event.time.0).collect::<Vec<_>>(),
                "run": run_json(view),
            })
        }
    };
    worlds.iter().map(world).collect()
}
