use levmine_books::{Origin, Source, TaxWhat};
use levmine_market::Mark;

use super::words::{direction, holder, kind, origin, tokens, totals, value};
use super::{BooksView, NO_ADVICE};

const LEDGER: [&str; 11] =
    ["entry", "transaction", "time", "reason", "direction", "asset", "amount", "raw", "value", "from", "to"];

/// The ledger as comma-separated values: a line for each entry of the journal, its value in the quote asset.
#[must_use]
pub fn ledger_csv(view: &BooksView<'_>) -> String {
    let books = view.books;
    let mut text = row(&LEDGER.map(String::from));
    for line in &books.ledger {
        let entry = line.entry;
        text.push_str(&row(&[
            line.index.to_string(),
            entry.transaction.to_string(),
            entry.at.to_string(),
            line.reason().into(),
            direction(books, line).into(),
            entry.amount.asset.to_string(),
            tokens(entry.amount),
            entry.amount.raw.to_string(),
            line.value.map(|mark| value(mark, books.quote)).unwrap_or_default(),
            holder(books, entry.from),
            holder(books, entry.to),
        ]));
    }
    text
}

const TAX: [&str; 16] = [
    "kind",
    "what",
    "transaction",
    "entry",
    "time",
    "venue",
    "asset",
    "amount",
    "raw",
    "origin",
    "acquired_transaction",
    "acquired_entry",
    "acquired_time",
    "proceeds",
    "cost",
    "gain",
];

/// The tax export as comma-separated values, in the quote asset: income, expenses, disposals and settled debts, then the
/// lots and debts that are left, then the sums.
#[must_use]
pub fn tax_csv(view: &BooksView<'_>) -> String {
    let books = view.books;
    let quote = books.quote;
    let mark = |mark: Mark| value(mark, quote);
    let mut text = row(&TAX.map(String::from));
    let mut line = |cells: [String; 16]| text.push_str(&row(&cells));
    let only = |first: &str, second: &str| {
        let mut cells: [String; 16] = std::array::from_fn(|_| String::new());
        (cells[0], cells[1]) = (first.into(), second.into());
        cells
    };
    line(only("note", NO_ADVICE));
    line(only("method", books.rules.method.name()));
    line(only("shares", books.rules.shares.name()));
    line(only("currency", quote.symbol()));
    for tax in &books.lines {
        let (kind, what) = kind(&tax.what);
        let mut cells = only(kind, what);
        let [_, _, transaction, entry, time, venue, asset, amount, raw, ..] = &mut cells;
        (*transaction, *entry, *time) = place(&tax.source);
        *venue = tax.at.map(|at| books.venue(at).to_string()).unwrap_or_default();
        (*asset, *amount, *raw) =
            (tax.amount.asset.to_string(), tokens(tax.amount), tax.amount.raw.to_string());
        let (proceeds, cost) = match tax.what {
            TaxWhat::Income(_, value) => (mark(value), String::new()),
            TaxWhat::Expense(_, value) => (String::new(), mark(value)),
            TaxWhat::Disposal { proceeds, cost, .. } => (mark(proceeds), mark(cost)),
            TaxWhat::Debt { carried, given, .. } => (mark(carried), mark(given)),
        };
        if let TaxWhat::Disposal { origin: Some(of), .. } = tax.what {
            cells[9] = origin(books, of);
            if let Origin::Acquired(source) = of {
                (cells[10], cells[11], cells[12]) = place(&source);
            }
        }
        (cells[13], cells[14], cells[15]) = (proceeds, cost, mark(tax.what.gain()));
        line(cells);
    }
    for lot in &books.lots {
        let mut cells = only("lot", "left");
        (cells[6], cells[7], cells[8]) =
            (lot.amount.asset.to_string(), tokens(lot.amount), lot.amount.raw.to_string());
        cells[9] = origin(books, lot.origin);
        if let Origin::Acquired(source) = lot.origin {
            (cells[10], cells[11], cells[12]) = place(&source);
        }
        cells[14] = mark(lot.cost);
        line(cells);
    }
    for (lender, amount, carried) in &books.debts {
        let mut cells = only("owed", "left");
        (cells[6], cells[7], cells[8]) = (amount.asset.to_string(), tokens(*amount), amount.raw.to_string());
        cells[9] = origin(books, Origin::Borrowed(*lender));
        cells[13] = mark(*carried);
        line(cells);
    }
    for (name, sum) in totals(books) {
        let mut cells = only("total", name);
        cells[15] = mark(sum);
        line(cells);
    }
    let mut cells = only("total", "change");
    cells[15] = mark(books.totals.change);
    line(cells);
    text
}

fn place(source: &Source) -> (String, String, String) {
    let entry = source.entry.map(|entry| entry.to_string()).unwrap_or_default();
    (source.transaction.to_string(), entry, source.time.to_string())
}

/// A row; cells with commas or quotes are quoted.
pub(super) fn row(cells: &[String]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| {
            if cell.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.clone()
            }
        })
        .collect();
    cells.join(",") + "\n"
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn cells_with_commas_and_quotes_are_quoted() {
        let cells = ["a", "b,c", "d\"e", ""].map(String::from);
        assert_eq!(row(&cells), "a,\"b,c\",\"d\"\"e\",\n");
    }
}
