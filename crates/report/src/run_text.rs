use std::fmt::Write;

use levmine_composer::{Declined, Settlement, World};
use levmine_engine::{Event, EventKind, Lateness, Outcome};
use levmine_market::{Cause, Party, TokenAmount, Transfer};
use rust_decimal::Decimal;

use crate::accuracy::accuracy_text;
use crate::gas::gas_text;
use crate::trouble::{cover_text, exploited, sandwiched};
use crate::{Table, amount, health, marks, percent_of, signed_units, transaction_text, units};

/// A run with everything that is told of it.
#[derive(Debug, Clone, Copy)]
pub struct RunView<'a> {
    /// The strategy's name.
    pub strategy: &'a str,
    /// The scenario's name.
    pub scenario: &'a str,
    /// What a reader should know of the data.
    pub notes: &'a [String],
    /// What came out.
    pub outcome: &'a Outcome,
    /// The world at the end.
    pub world: &'a World,
}

/// Events of one kind in a row after which the rest is counted.
const MOST_EVENTS: usize = 40;

/// The report of a run.
#[must_use]
pub fn run_text(view: &RunView<'_>) -> String {
    let RunView { strategy, scenario, notes, outcome, world } = view;
    let quote = outcome.quote;
    let mut text = format!("{strategy}\n{scenario}\n");
    let (from, to) = outcome.span;
    let steps = outcome.metrics.steps;
    let _ = writeln!(text, "{from} to {to}, {steps} {}", if steps == 1 { "step" } else { "steps" });
    for note in *notes {
        let _ = writeln!(text, "note: {note}");
    }
    let _ = writeln!(text, "\nOpening");
    text.push_str(&transaction_text(world, &outcome.opening));
    let _ = writeln!(text, "\nResult");
    text.push_str(&result(outcome));
    let _ = writeln!(text, "\nWhere it came from ({quote})");
    text.push_str(&attribution(outcome));
    text.push_str(&gas_text(world, outcome).unwrap_or_default());
    let _ = writeln!(text, "\nEvents");
    text.push_str(&events(world, outcome));
    let _ = writeln!(text, "\nAfter unwinding");
    text.push_str(&ending(world, outcome));
    if !outcome.accuracy.is_empty() {
        let _ = writeln!(text, "\nAccuracy");
        text.push_str(&accuracy_text(&outcome.accuracy));
    }
    let audit = outcome.audit;
    let _ = writeln!(
        text,
        "\nAudit: {} movements, {} holdings and {} share supplies agree to the last base unit.",
        audit.movements, audit.balances, audit.supplies
    );
    text
}

fn result(outcome: &Outcome) -> String {
    let quote = outcome.quote;
    let change = outcome.final_equity.saturating_sub(outcome.start_equity);
    let mut table = Table::new(2, &[1]);
    table.row(["equity at the start", &signed_units(outcome.start_equity, quote), quote.symbol()]);
    table.row(["equity at the end", &signed_units(outcome.final_equity, quote), quote.symbol()]);
    table.row(["change", &signed_units(change, quote), quote.symbol()]);
    table.row(["return", &percent_of(change, outcome.start_equity)]);
    let (drawdown, when) = outcome.metrics.max_drawdown;
    table.row([
        "largest drawdown".to_string(),
        percent_of(i128::from(drawdown), 1_000_000),
        format!("at {when}"),
    ]);
    match outcome.metrics.lowest_health {
        None => table.row(["lowest health factor", "no debt"]),
        Some((factor, when)) => {
            table.row(["lowest health factor".to_string(), health(factor), format!("at {when}")])
        }
    };
    table.row(["liquidations".to_string(), outcome.metrics.liquidations.to_string()]);
    table.row(["policy actions".to_string(), outcome.metrics.policy_acts.to_string()]);
    if outcome.metrics.policy_failures > 0 {
        table.row(["policy failures".to_string(), outcome.metrics.policy_failures.to_string()]);
    }
    let metrics = &outcome.metrics;
    for (what, count) in [
        ("keeper decisions", u64::from(metrics.policy_decisions)),
        ("decisions that came to nothing", u64::from(metrics.policy_drops)),
        ("rescues too late", u64::from(metrics.policy_late)),
        ("policies that gave way", u64::from(metrics.policy_gave_way)),
        ("events left out", metrics.events_left_out),
    ] {
        if count > 0 {
            table.row([what.to_string(), count.to_string()]);
        }
    }
    table.text()
}

fn attribution(outcome: &Outcome) -> String {
    let quote = outcome.quote;
    let mut table = Table::new(2, &[1]);
    for (cause, part) in &outcome.parts {
        if *part != 0 || ALWAYS.contains(cause) {
            table.row([cause.to_string(), signed_units(*part, quote)]);
        }
    }
    let change = outcome.final_equity.saturating_sub(outcome.start_equity);
    table.row(["sum".to_string(), signed_units(change, quote)]);
    table.text()
}

/// Causes that are shown also when nothing came from them.
const ALWAYS: [Cause; 10] = [
    Cause::Price,
    Cause::TradingFees,
    Cause::Rewards,
    Cause::SupplyInterest,
    Cause::BorrowInterest,
    Cause::ImpermanentLoss,
    Cause::Slippage,
    Cause::Gas,
    Cause::LiquidationPenalty,
    Cause::Rounding,
];

fn events(world: &World, outcome: &Outcome) -> String {
    let mut table = Table::new(2, &[2]);
    for event in outcome.events.iter().take(MOST_EVENTS) {
        let equity = format!("equity {}", marks(event.equity, outcome.quote));
        table.row([event.time.to_string(), describe(world, outcome, event), equity]);
    }
    if let Some(more) = outcome.events.len().checked_sub(MOST_EVENTS).filter(|more| *more > 0) {
        table.row([format!("and {more} more")]);
    }
    if table.is_empty() {
        table.row(["none"]);
    }
    table.text()
}

pub(crate) fn describe(world: &World, outcome: &Outcome, event: &Event) -> String {
    match &event.kind {
        EventKind::Policy { text, transactions: 0 | 1, .. } => text.clone(),
        EventKind::Policy { text, transactions, .. } => format!("{text} ({transactions} transactions)"),
        EventKind::PolicyFailed { text, reason, .. } => format!("{text} FAILED: {reason}"),
        EventKind::PolicyDecided { text, acts, .. } => format!("{text}: decided, to act from {acts} on"),
        EventKind::PolicyDropped { text, decided, idle, .. } => {
            let why = if *idle { "there was nothing to do" } else { "its trigger no longer held" };
            format!("{text}: decided {decided}, came to nothing: {why}")
        }
        EventKind::VolatilityUnknown { text, keeps, .. } => {
            let percent = keeps.checked_mul(Decimal::ONE_HUNDRED).unwrap_or(*keeps).normalize();
            format!("{text}: the volatility is not known yet, so a loan-to-value of {percent}% is kept")
        }
        EventKind::PolicyLate { text, why, .. } => format!("{text} TOO LATE: {}", lateness(*why)),
        EventKind::PolicyGaveWay { text, to_text, opposes, .. } => {
            let why = if *opposes { "it would undo that" } else { "its trigger no longer held" };
            format!("{text} gave way to {to_text}: {why}")
        }
        EventKind::Liquidation { at, outcome: liquidation, penalty } => {
            let mut line = format!(
                "liquidated at {}: repaid {}, seized {}, cost {} {}",
                world.name(*at),
                list(&liquidation.repaid),
                list(&liquidation.seized),
                marks(*penalty, outcome.quote),
                outcome.quote
            );
            if !liquidation.bad_debt.is_empty() {
                let _ = write!(line, ", bad debt {}", list(&liquidation.bad_debt));
            }
            line
        }
        EventKind::LiquidationDeclined(declined) => {
            let Declined { at, bonus, slippage, gas, least } = *declined;
            let mark = |mark| marks(mark, outcome.quote);
            format!(
                "nobody liquidates at {}: bonus {}, slippage {}, gas {}, {} wanted",
                world.name(at),
                mark(bonus),
                mark(slippage),
                mark(gas),
                mark(least)
            )
        }
        EventKind::OthersRefused { at, asset, target, reason } => {
            let target =
                percent_of(i128::try_from(target.raw()).unwrap_or(i128::MAX), 1_000_000_000_000_000_000);
            format!("others cannot bring the use of {asset} at {} to {target}: {reason}", world.name(*at))
        }
        EventKind::Sale { at, outcome: sale } => {
            let ended = if sale.ended { ", ended" } else { "" };
            let moved = |side: fn(&Transfer) -> Party| {
                let moved = sale.transfers.iter().filter(|moved| matches!(side(moved), Party::Account(_)));
                list(&moved.map(|moved| moved.amount).collect::<Vec<_>>())
            };
            let (bought, paid) = (moved(|moved| moved.to), moved(|moved| moved.from));
            format!("seized collateral at {}: {bought} for {paid}{ended}", world.name(*at))
        }
        EventKind::World { text } => text.clone(),
        EventKind::Exploit { at, part, lost } => exploited(world, outcome.quote, *at, *part, *lost),
        EventKind::Sandwich(sandwich) => sandwiched(world, outcome.quote, sandwich),
        EventKind::Cover(news) => cover_text(world, news),
    }
}

fn lateness(why: Lateness) -> String {
    match why {
        Lateness::Delayed { decided } => {
            format!("liquidated before its keeper acted, which had decided {decided}")
        }
        Lateness::Failed => "liquidated while it failed".into(),
        Lateness::Holding => "liquidated before its trigger had held for long enough".into(),
        Lateness::Resting => "liquidated during its cool-down".into(),
    }
}

fn list(amounts: &[TokenAmount]) -> String {
    if amounts.is_empty() {
        return "nothing".into();
    }
    amounts.iter().map(|a| amount(*a)).collect::<Vec<_>>().join(" + ")
}

fn ending(world: &World, outcome: &Outcome) -> String {
    let mut table = Table::new(2, &[1]);
    for held in &outcome.wallet {
        table.row(["wallet".to_string(), units(held.raw, held.asset), held.asset.to_string()]);
    }
    if outcome.wallet.is_empty() {
        table.row(["wallet", "empty"]);
    }
    for (what, amount) in left_behind(world, &outcome.settlement) {
        table.row([what, units(amount.raw, amount.asset), amount.asset.to_string()]);
    }
    let (quote, unpaid) = (outcome.quote, outcome.settlement.unpaid_premium);
    if !unpaid.is_zero() {
        let why = format!("{quote}, because nothing was left to pay them with");
        table.row(["premiums unpaid".to_string(), units(unpaid, quote), why]);
    }
    let mut text = table.text();
    for (at, why) in &outcome.settlement.reasons {
        let _ = writeln!(text, "  why at {}: {why}", world.name(*at));
    }
    text
}

/// What stays in venues, both ways. A debt is bad as far as nothing that is left there covers it.
pub(crate) fn left_behind(world: &World, settlement: &Settlement) -> Vec<(String, TokenAmount)> {
    let mut rows = Vec::new();
    for (at, debt) in &settlement.owed {
        let of_it = settlement.bad_debt.iter().find(|(id, bad)| id == at && bad.asset == debt.asset);
        let name = world.name(*at);
        match of_it {
            Some((_, bad)) if bad == debt => rows.push((format!("bad debt left at {name}"), *debt)),
            _ => rows.push((format!("owed at {name}"), *debt)),
        }
        if let Some((_, bad)) = of_it.filter(|(_, bad)| bad != debt) {
            rows.push((format!("of it bad debt at {name}"), *bad));
        }
    }
    let stranded = settlement.stranded.iter();
    rows.extend(stranded.map(|(at, left)| (format!("left at {}", world.name(*at)), *left)));
    rows
}
