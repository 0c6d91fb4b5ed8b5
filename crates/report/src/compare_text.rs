use std::collections::BTreeSet;

use levmine_engine::Outcome;
use levmine_market::Cause;

use crate::{Table, health, percent_of, signed_units};

/// A run as a column.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// What stands above it.
    pub name: &'a str,
    /// What came out.
    pub outcome: &'a Outcome,
}

/// Runs side by side: what they came to, and where it came from. Amounts are those of each run's own quote asset, with all
/// its decimals.
#[must_use]
pub fn compare_text(columns: &[Column<'_>]) -> String {
    let right: Vec<usize> = (1..=columns.len()).collect();
    let mut table = Table::new(2, &right);
    table.row(std::iter::once("").chain(columns.iter().map(|column| column.name)));
    let mut row = |name: &str, cell: &dyn Fn(&Outcome) -> String| {
        let cells = columns.iter().map(|column| cell(column.outcome));
        table.row(std::iter::once(name.to_string()).chain(cells));
    };
    row("equity at the start", &|o| signed_units(o.start_equity, o.quote));
    row("equity at the end", &|o| signed_units(o.final_equity, o.quote));
    row("return", &|o| percent_of(change(o), o.start_equity));
    row("largest drawdown", &|o| percent_of(i128::from(o.metrics.max_drawdown.0), 1_000_000));
    row("lowest health factor", &|o| {
        o.metrics.lowest_health.map_or_else(|| "no debt".into(), |(factor, _)| health(factor))
    });
    row("liquidations", &|o| o.metrics.liquidations.to_string());
    row("policy actions", &|o| o.metrics.policy_acts.to_string());
    row("policy failures", &|o| o.metrics.policy_failures.to_string());
    let causes: BTreeSet<Cause> = columns
        .iter()
        .flat_map(|column| {
            column.outcome.parts.iter().filter(|(_, part)| *part != 0).map(|(cause, _)| *cause)
        })
        .collect();
    for cause in causes {
        let part =
            |o: &Outcome| o.parts.iter().find(|(known, _)| *known == cause).map_or(0, |(_, part)| *part);
        row(&cause.to_string(), &|o| signed_units(part(o), o.quote));
    }
    row("change", &|o| signed_units(change(o), o.quote));
    table.text()
}

const fn change(outcome: &Outcome) -> i128 {
    outcome.final_equity.saturating_sub(outcome.start_equity)
}
