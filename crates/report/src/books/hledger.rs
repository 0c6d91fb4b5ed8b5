use std::collections::BTreeSet;
use std::fmt::Write;

use levmine_books::{Books, Entered};

use super::balances::balances;
use super::beancount::{date, span};
use super::names::Names;
use super::words::{direction, holder, tokens, value};
use super::{BooksView, NO_ADVICE};

/// Books as a journal of hledger: the same transactions as for Beancount, and assertions of all balances on the last day.
#[must_use]
pub fn hledger_text(view: &BooksView<'_>) -> String {
    let BooksView { strategy, scenario, books } = view;
    let names = Names::of(books);
    let mut text = format!("; {NO_ADVICE}\n");
    let _ = writeln!(text, "; {}", plain(&format!("{strategy}: {scenario}")));
    let _ = writeln!(text, "; method: {}, shares: {}", books.rules.method, books.rules.shares);
    let _ = writeln!(text, "decimal-mark .\n");
    for (asset, name) in names.commodities() {
        // Places enough for values, which are finer than base units.
        let extra = if asset == books.quote { 6 } else { 0 };
        let places = usize::from(asset.decimals()) + extra;
        let point = if places == 0 { "1." } else { "0." };
        let _ = writeln!(
            text,
            "commodity {point}{} {}  ; symbol:{}, decimals:{}",
            "0".repeat(places),
            commodity(name),
            plain(asset.symbol()),
            asset.decimals()
        );
    }
    let accounts = books.entered.iter().flat_map(|entered| &entered.postings).map(|posting| posting.account);
    for account in accounts.collect::<BTreeSet<_>>() {
        let _ = writeln!(text, "account {}", names.account(account));
    }
    for entered in &books.entered {
        text.push('\n');
        transaction(&mut text, books, &names, entered);
    }
    let (_, last) = span(books);
    let _ = writeln!(text, "\n{} * assertions", date(last));
    for ((account, asset), sum) in balances(books) {
        let (account, name) = (names.account(account), commodity(names.commodity(asset)));
        let _ = writeln!(text, "    {account}  0 {name} = {} {name}", sum.text(asset));
    }
    text
}

fn transaction(text: &mut String, books: &Books, names: &Names, entered: &Entered) {
    use levmine_books::Posted;
    let source = entered.source;
    let venue = entered.at.map_or("", |at| books.venue(at));
    let payee = if venue.is_empty() { String::new() } else { format!("{venue} | ") };
    let _ = writeln!(
        text,
        "{} * ({}) {payee}{}  ; time:{}",
        date(source.time),
        source.transaction,
        entered.reason,
        source.time
    );
    let quote = commodity(names.commodity(books.quote));
    for posting in &entered.postings {
        let amount = match posting.posted {
            Posted::Value(mark) => format!("{} {quote}", value(mark, books.quote)),
            Posted::Tokens { leave, amount, cost } => {
                let sign = if leave { "-" } else { "" };
                let name = commodity(names.commodity(amount.asset));
                let cost = cost.map(|cost| format!(" @@ {} {quote}", value(cost, books.quote)));
                format!("{sign}{} {name}{}", tokens(amount), cost.unwrap_or_default())
            }
        };
        let _ = write!(text, "    {}  {amount}", names.account(posting.account));
        if let Some(line) = posting.entry.and_then(|entry| books.entry(entry)) {
            let other = if direction(books, line) == "out" { line.entry.to } else { line.entry.from };
            let _ = write!(text, "  ; entry:{}, other:{}", line.index, holder(books, other));
            if let Some(mark) = line.value {
                let _ = write!(text, ", value:{}", value(mark, books.quote));
            }
        }
        text.push('\n');
    }
}

/// A commodity as it is written: in quotes where it has more than letters.
fn commodity(name: &str) -> String {
    if name.chars().all(|c| c.is_ascii_alphabetic()) { name.into() } else { format!("\"{name}\"") }
}

/// A text for a comment.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == ',' { ' ' } else { c }).collect()
}
