use levmine_books::{Lot, Origin, Source, TaxLine, TaxWhat};
use levmine_market::Mark;
use serde_json::{Map, Value, json};

use super::words::{direction, holder, kind, origin, totals, value};
use super::{BooksView, NO_ADVICE};
use crate::step::amount_json;

/// The ledger as JSON, `"schema": "levmine.ledger/1"`: one object for each entry of the journal. Values are decimal
/// strings in whole units of the quote asset.
#[must_use]
pub fn ledger_json(view: &BooksView<'_>) -> Value {
    let BooksView { strategy, scenario, books } = view;
    let entries: Vec<Value> = books
        .ledger
        .iter()
        .map(|line| {
            json!({
                "entry": line.index,
                "transaction": line.entry.transaction,
                "time": line.entry.at.0,
                "reason": line.reason(),
                "direction": direction(books, line),
                "amount": amount_json(&line.entry.amount),
                "value": line.value.map(|mark| value(mark, books.quote)),
                "from": holder(books, line.entry.from),
                "to": holder(books, line.entry.to),
            })
        })
        .collect();
    json!({
        "schema": "levmine.ledger/1",
        "strategy": strategy,
        "scenario": scenario,
        "quote": { "asset": books.quote.symbol(), "decimals": books.quote.decimals() },
        "entries": entries,
    })
}

/// The tax export as JSON, `"schema": "levmine.tax/1"`. Values are decimal strings in whole units of the quote asset.
#[must_use]
pub fn tax_json(view: &BooksView<'_>) -> Value {
    let BooksView { strategy, scenario, books } = view;
    let mark = |mark: Mark| json!(value(mark, books.quote));
    let lines: Vec<Value> = books.lines.iter().map(|line| line_json(view, line)).collect();
    let lots: Vec<Value> = books.lots.iter().map(|lot| lot_json(view, lot)).collect();
    let owed: Vec<Value> = books
        .debts
        .iter()
        .map(|(lender, amount, carried)| {
            let from = origin(books, Origin::Borrowed(*lender));
            json!({ "amount": amount_json(amount), "origin": from, "carried": mark(*carried) })
        })
        .collect();
    let mut sums: Map<String, Value> =
        totals(books).iter().map(|(name, sum)| ((*name).to_string(), mark(*sum))).collect();
    sums.insert("change".into(), mark(books.totals.change));
    json!({
        "schema": "levmine.tax/1",
        "note": NO_ADVICE,
        "strategy": strategy,
        "scenario": scenario,
        "quote": { "asset": books.quote.symbol(), "decimals": books.quote.decimals() },
        "method": books.rules.method.name(),
        "shares": books.rules.shares.name(),
        "lines": lines,
        "lots": lots,
        "owed": owed,
        "totals": sums,
    })
}

fn line_json(view: &BooksView<'_>, line: &TaxLine) -> Value {
    let books = view.books;
    let mark = |mark: Mark| json!(value(mark, books.quote));
    let (kind, what) = kind(&line.what);
    let mut object = json!({
        "kind": kind,
        "what": what,
        "source": source_json(&line.source),
        "venue": line.at.map(|at| books.venue(at)),
        "amount": amount_json(&line.amount),
    });
    let Value::Object(fields) = &mut object else { return object };
    match line.what {
        TaxWhat::Income(_, value) | TaxWhat::Expense(_, value) => {
            fields.insert("value".into(), mark(value));
        }
        TaxWhat::Disposal { origin: from, proceeds, cost, .. } => {
            fields.insert("origin".into(), json!(from.map(|from| origin(books, from))));
            let acquired = if let Some(Origin::Acquired(source)) = from { Some(source) } else { None };
            fields.insert("acquired".into(), json!(acquired.map(|source| source_json(&source))));
            fields.insert("proceeds".into(), mark(proceeds));
            fields.insert("cost".into(), mark(cost));
        }
        TaxWhat::Debt { carried, given, .. } => {
            fields.insert("carried".into(), mark(carried));
            fields.insert("given".into(), mark(given));
        }
    }
    fields.insert("gain".into(), mark(line.what.gain()));
    object
}

fn lot_json(view: &BooksView<'_>, lot: &Lot) -> Value {
    let acquired = if let Origin::Acquired(source) = lot.origin { Some(source_json(&source)) } else { None };
    json!({
        "amount": amount_json(&lot.amount),
        "origin": origin(view.books, lot.origin),
        "acquired": acquired,
        "cost": value(lot.cost, view.books.quote),
    })
}

fn source_json(source: &Source) -> Value {
    json!({ "transaction": source.transaction, "entry": source.entry, "time": source.time.0 })
}
