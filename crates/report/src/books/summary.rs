use std::fmt::Write;

use levmine_books::TaxWhat;

use super::words::kind;
use super::{BooksView, NO_ADVICE};
use crate::{Table, marks, units};

/// The books in short, for people: the sums, what they consist of, what is left.
#[must_use]
pub fn books_text(view: &BooksView<'_>) -> String {
    let BooksView { strategy, scenario, books } = view;
    let quote = books.quote;
    let mut text = format!("{strategy}\n{scenario}\n{NO_ADVICE}\n");
    let (method, shares) = (books.rules.method, books.rules.shares);
    let _ = writeln!(text, "method: {method}; shares of pools and vaults: {shares}");
    let entries = books.ledger.len();
    let _ = writeln!(text, "{entries} entries in the ledger, {} lines in the tax export", books.lines.len());
    let _ = writeln!(text, "\nBy kind ({quote})");
    let mut sums: Vec<((&str, &str), usize, i128)> = Vec::new();
    for line in &books.lines {
        let name = kind(&line.what);
        match sums.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, count, sum)) => {
                *count = count.saturating_add(1);
                *sum = sum.saturating_add(line.what.gain());
            }
            None => sums.push((name, 1, line.what.gain())),
        }
    }
    sums.sort_by_key(|(name, ..)| *name);
    let mut table = Table::new(2, &[2, 3]);
    for ((kind, what), count, sum) in sums {
        table.row([kind.to_string(), what.to_string(), count.to_string(), marks(sum, quote)]);
    }
    if table.is_empty() {
        table.row(["nothing"]);
    }
    text.push_str(&table.text());
    let totals = &books.totals;
    let _ = writeln!(text, "\nIn all ({quote})");
    let mut table = Table::new(2, &[1]);
    for (name, sum) in [
        ("income", totals.income),
        ("gains of disposals", totals.gains),
        ("gains of settled debts", totals.debt_gains),
        ("expenses", totals.expenses.saturating_neg()),
        ("not realised", totals.unrealised),
        ("outstanding", totals.outstanding),
        ("written off in the end", totals.written_off),
        ("change of equity", totals.change),
    ] {
        table.row([name.to_string(), marks(sum, quote)]);
    }
    text.push_str(&table.text());
    let _ = writeln!(text, "\nLots that are left");
    let mut table = Table::new(2, &[0, 3]);
    for lot in books.lots.iter().take(MOST) {
        let amount = units(lot.amount.raw, lot.amount.asset);
        table.row([amount, lot.amount.asset.to_string(), "cost".into(), marks(lot.cost, quote)]);
    }
    if let Some(more) = books.lots.len().checked_sub(MOST).filter(|more| *more > 0) {
        table.row([format!("and {more} more")]);
    }
    if table.is_empty() {
        table.row(["none"]);
    }
    text.push_str(&table.text());
    let disposals = |line: &&levmine_books::TaxLine| matches!(line.what, TaxWhat::Disposal { .. });
    let count = books.lines.iter().filter(disposals).count();
    let _ = writeln!(text, "\n{count} disposals; every line names the journal's transaction and entry.");
    text
}

/// Lots after which the rest is counted.
const MOST: usize = 20;
