use std::fmt::Write;

use levmine_composer::World;
use levmine_engine::{Breach, LimitUse, Measured, PartOutcome, PortfolioOutcome};
use levmine_market::{Cause, Timestamp};

use crate::accuracy::accuracy_text;
use crate::run_text::{describe, left_behind};
use crate::{Table, health, marks, percent_of, signed_units, units};

/// A run of a portfolio with everything told of it.
#[derive(Debug, Clone, Copy)]
pub struct PortfolioView<'a> {
    /// The portfolio's name.
    pub portfolio: &'a str,
    /// The scenario's name.
    pub scenario: &'a str,
    /// What a reader should know of the data.
    pub notes: &'a [String],
    /// What came out.
    pub outcome: &'a PortfolioOutcome,
    /// The world at the end.
    pub world: &'a World,
}

/// Events after which the rest is counted.
const MOST_EVENTS: usize = 40;

/// The report of a run of a portfolio.
#[must_use]
pub fn portfolio_text(view: &PortfolioView<'_>) -> String {
    let PortfolioView { portfolio, scenario, notes, outcome, world } = view;
    let mut text = format!("{portfolio}\n{scenario}\n");
    let (from, to) = outcome.span;
    let steps = outcome.series.len().saturating_sub(1);
    let _ = writeln!(text, "{from} to {to}, {steps} {}", if steps == 1 { "step" } else { "steps" });
    for note in *notes {
        let _ = writeln!(text, "note: {note}");
    }
    let parts: [(String, String); 9] = [
        ("Strategies".into(), strategies(outcome)),
        (format!("Together ({})", outcome.asset), together(outcome)),
        (format!("Where it came from ({})", outcome.asset), attribution(outcome)),
        ("Risk".into(), risk(outcome)),
        ("Correlation of the returns of steps".into(), correlation(outcome)),
        ("Concentration, in parts of all assets".into(), concentration(outcome)),
        ("Limits".into(), limits(outcome)),
        ("Events".into(), events(world, outcome)),
        ("After unwinding".into(), ending(world, outcome)),
    ];
    for (heading, body) in parts {
        let _ = write!(text, "\n{heading}\n{body}");
    }
    if !outcome.accuracy.is_empty() {
        let _ = write!(text, "\nAccuracy\n{}", accuracy_text(&outcome.accuracy));
    }
    let audit = outcome.audit;
    let _ = writeln!(
        text,
        "\nAudit: {} movements, {} holdings and {} share supplies agree to the last base unit.",
        audit.movements, audit.balances, audit.supplies
    );
    text
}

/// Parts per million as a percentage with two places.
pub(crate) fn ppm(parts: u32) -> String {
    percent_of(i128::from(parts), 1_000_000)
}

/// A statistic with a fixed number of places; a dash where there is none.
pub(crate) fn fixed(value: Option<f64>, places: usize) -> String {
    let Some(value) = value.filter(|value| value.is_finite()) else { return "-".into() };
    let text = format!("{value:.places$}");
    // What rounds to nothing has no sign.
    if text.trim_matches(['-', '0', '.']).is_empty() { text.trim_start_matches('-').into() } else { text }
}

fn percent(value: Option<f64>) -> String {
    let text = fixed(value.map(|value| value * 100.0), 2);
    if text == "-" { text } else { text + "%" }
}

/// Names as they stand in columns: numbered, so that two strategies of one name can be told apart.
fn numbered(outcome: &PortfolioOutcome) -> Vec<String> {
    let name = |(at, part): (usize, &PartOutcome)| format!("{} {}", at + 1, part.name);
    outcome.strategies.iter().enumerate().map(name).collect()
}

fn strategies(outcome: &PortfolioOutcome) -> String {
    let mut table = Table::new(2, &[1, 2, 3, 4, 5, 6, 7]);
    let (asset, names) = (outcome.asset, numbered(outcome));
    table.row(["", "weight", "start", "end", "return", "drawdown", "lowest health", "liquidations"]);
    for (name, part) in names.iter().zip(&outcome.strategies) {
        let metrics = &part.outcome.metrics;
        let lowest = metrics.lowest_health.map_or_else(|| "no debt".into(), |(factor, _)| health(factor));
        let weight = part.weight * rust_decimal::Decimal::ONE_HUNDRED;
        table.row([
            name.clone(),
            format!("{}%", weight.normalize()),
            signed_units(part.start_equity, asset),
            signed_units(part.final_equity, asset),
            percent_of(part.final_equity.saturating_sub(part.start_equity), part.start_equity),
            ppm(metrics.max_drawdown.0),
            lowest,
            metrics.liquidations.to_string(),
        ]);
    }
    let mut text = table.text();
    // A strategy that counts in another asset has another return there.
    for (name, part) in names.iter().zip(&outcome.strategies) {
        let own = &part.outcome;
        if own.quote != asset {
            let change = own.final_equity.saturating_sub(own.start_equity);
            let _ = writeln!(
                text,
                "  {name} counts in {}: {} to {}, a return of {}; its drawdown is in {} too",
                own.quote,
                signed_units(own.start_equity, own.quote),
                signed_units(own.final_equity, own.quote),
                percent_of(change, own.start_equity),
                own.quote
            );
        }
    }
    text
}

fn together(outcome: &PortfolioOutcome) -> String {
    let (asset, mut table) = (outcome.asset, Table::new(2, &[1]));
    let change = outcome.final_equity.saturating_sub(outcome.start_equity);
    table.row(["equity at the start", &signed_units(outcome.start_equity, asset)]);
    table.row(["equity at the end", &signed_units(outcome.final_equity, asset)]);
    table.row(["change", &signed_units(change, asset)]);
    table.row(["return", &percent_of(change, outcome.start_equity)]);
    let (drawdown, when) = outcome.max_drawdown;
    table.row(["largest drawdown".to_string(), ppm(drawdown), format!("at {when}")]);
    let count = |count: fn(&PartOutcome) -> u32| {
        outcome.strategies.iter().fold(0_u32, |sum, part| sum.saturating_add(count(part))).to_string()
    };
    table.row(["liquidations".to_string(), count(|part| part.outcome.metrics.liquidations)]);
    table.row(["policy actions".to_string(), count(|part| part.outcome.metrics.policy_acts)]);
    table.text()
}

fn attribution(outcome: &PortfolioOutcome) -> String {
    let mut table = Table::new(2, &[1]);
    for (cause, part) in &outcome.parts {
        if *part != 0 || *cause == Cause::Rounding {
            table.row([cause.to_string(), signed_units(*part, outcome.asset)]);
        }
    }
    let change = outcome.final_equity.saturating_sub(outcome.start_equity);
    table.row(["sum".to_string(), signed_units(change, outcome.asset)]);
    table.text()
}

fn risk(outcome: &PortfolioOutcome) -> String {
    let mut table = Table::new(2, &[1, 2]);
    table.row(["", "volatility a year", "part of the joint variance"]);
    for (name, part) in numbered(outcome).into_iter().zip(&outcome.strategies) {
        table.row([name, percent(part.volatility), percent(part.contribution)]);
    }
    table.row(["together".to_string(), percent(outcome.volatility), String::new()]);
    table.text()
}

fn correlation(outcome: &PortfolioOutcome) -> String {
    let columns: Vec<usize> = (1..=outcome.strategies.len()).collect();
    let mut table = Table::new(2, &columns);
    let heads = (1..=outcome.strategies.len()).map(|at| at.to_string());
    table.row(std::iter::once(String::new()).chain(heads));
    for (name, row) in numbered(outcome).into_iter().zip(&outcome.correlation) {
        table.row(std::iter::once(name).chain(row.iter().map(|one| fixed(*one, 4))));
    }
    table.text()
}

fn concentration(outcome: &PortfolioOutcome) -> String {
    let mut table = Table::new(2, &[2, 3, 5]);
    table.row(["", "", "opening", "highest", "", "owed at the opening"]);
    for one in outcome.concentration.iter().filter(|one| one.highest > 0) {
        let owed = outcome
            .tokens
            .iter()
            .find(|token| one.of == Measured::Asset && token.asset.symbol() == one.name && token.owed != 0);
        table.row([
            one.of.name().to_string(),
            one.name.clone(),
            ppm(one.opening),
            ppm(one.highest),
            format!("at {}", one.at),
            owed.map(|token| marks(token.owed, outcome.asset)).unwrap_or_default(),
        ]);
    }
    table.text()
}

fn limits(outcome: &PortfolioOutcome) -> String {
    let mut table = Table::new(2, &[]);
    for used in &outcome.limits {
        let highest = used.highest.as_ref().map_or_else(
            || "nothing is measured by it".into(),
            |(parts, name, at)| format!("highest {} ({name}) at {at}", ppm(*parts)),
        );
        let kept = match used.steps_above {
            0 => "kept".into(),
            1 => "EXCEEDED at the end of 1 step".into(),
            steps => format!("EXCEEDED at the end of {steps} steps"),
        };
        table.row([limit_text(used), highest, kept]);
    }
    if table.is_empty() {
        table.row(["none"]);
    }
    table.text()
}

pub(crate) fn limit_text(used: &LimitUse) -> String {
    let of = used.limit.of.name();
    let which = used.limit.name.as_ref().map_or_else(|| format!("each {of}"), |name| format!("{of} {name}"));
    format!("at most {} in {which}", ppm(used.limit.most))
}

/// What happened, in order of time; at the same time in the order of the strategies, the limits last.
pub(crate) fn all_events(
    world: &World,
    outcome: &PortfolioOutcome,
) -> Vec<(Timestamp, String, String, String)> {
    let mut all = Vec::new();
    for (at, (name, part)) in numbered(outcome).into_iter().zip(&outcome.strategies).enumerate() {
        for event in &part.outcome.events {
            if event.kind.is_of_the_world() {
                if at == 0 {
                    let text = describe(world, &part.outcome, event);
                    all.push((event.time, "world".into(), text, String::new()));
                }
                continue;
            }
            let equity = format!("equity {}", marks(event.equity, part.outcome.quote));
            all.push((event.time, name.clone(), describe(world, &part.outcome, event), equity));
        }
    }
    for breach in &outcome.breaches {
        all.push((breach.from, "limit".into(), breach_text(breach, outcome), String::new()));
    }
    all.sort_by_key(|(time, ..)| *time);
    all
}

fn breach_text(breach: &Breach, outcome: &PortfolioOutcome) -> String {
    let limit = outcome.limits.get(breach.limit).map(limit_text).unwrap_or_default();
    let until = breach.to.map_or_else(|| "until the end".into(), |to| format!("until {to}"));
    format!("{limit}: EXCEEDED by {}, up to {} at {}, {until}", breach.name, ppm(breach.highest), breach.at)
}

fn events(world: &World, outcome: &PortfolioOutcome) -> String {
    let mut table = Table::new(2, &[3]);
    let all = all_events(world, outcome);
    let more = all.len().saturating_sub(MOST_EVENTS);
    for (time, who, text, equity) in all.into_iter().take(MOST_EVENTS) {
        table.row([time.to_string(), who, text, equity]);
    }
    if more > 0 {
        table.row([format!("and {more} more")]);
    }
    if table.is_empty() {
        table.row(["none"]);
    }
    table.text()
}

fn ending(world: &World, outcome: &PortfolioOutcome) -> String {
    let (mut table, mut reasons) = (Table::new(2, &[2]), Vec::new());
    for (name, part) in numbered(outcome).into_iter().zip(&outcome.strategies) {
        for held in &part.outcome.wallet {
            table.row([name.clone(), "wallet".into(), units(held.raw, held.asset), held.asset.to_string()]);
        }
        if part.outcome.wallet.is_empty() {
            table.row([name.clone(), "wallet".into(), "empty".into()]);
        }
        let settlement = &part.outcome.settlement;
        for (what, amount) in left_behind(world, settlement) {
            table.row([name.clone(), what, units(amount.raw, amount.asset), amount.asset.to_string()]);
        }
        reasons.extend(settlement.reasons.iter().map(|(at, why)| (name.clone(), world.name(*at), why)));
    }
    let mut text = table.text();
    for (name, at, why) in reasons {
        let _ = writeln!(text, "  {name}: why at {at}: {why}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statistics_have_fixed_places_and_no_signed_nothing() {
        assert_eq!(fixed(Some(-0.000_01), 4), "0.0000");
        assert_eq!(fixed(Some(-0.999_96), 4), "-1.0000");
        assert_eq!(fixed(Some(f64::NAN), 4), "-");
        assert_eq!(percent(Some(0.123_456)), "12.35%");
        assert_eq!(percent(None), "-");
    }
}
