use std::collections::BTreeSet;
use std::fmt::Write;

use levmine_books::{Account, Books, Entered, Posted, Posting};
use levmine_market::{Asset, Timestamp};

use super::balances::balances;
use super::names::Names;
use super::words::{direction, holder, tokens, value};
use super::{BooksView, NO_ADVICE};

/// Books in the language of Beancount 3: balanced transactions at cost in the quote asset, balance assertions after the
/// last day. Each posting of the wallet's names the journal's entry.
#[must_use]
pub fn beancount_text(view: &BooksView<'_>) -> String {
    let BooksView { strategy, scenario, books } = view;
    let names = Names::of(books);
    let quote = names.commodity(books.quote);
    let mut text = format!("; {NO_ADVICE}\n");
    let _ = writeln!(text, "; method: {}, shares: {}", books.rules.method, books.rules.shares);
    let _ = writeln!(text, "option \"title\" {}", quoted(&format!("{strategy}: {scenario}")));
    let _ = writeln!(text, "option \"operating_currency\" \"{quote}\"");
    let _ =
        writeln!(text, "option \"inferred_tolerance_default\" \"{quote}:{}\"\n", imprecision(books.quote));
    let (first, last) = span(books);
    for (asset, name) in names.commodities() {
        let _ = writeln!(text, "{} commodity {name}\n  symbol: {}", date(first), quoted(asset.symbol()));
        let _ = writeln!(text, "  decimals: {}", asset.decimals());
    }
    let accounts = books.entered.iter().flat_map(|entered| &entered.postings).map(|posting| posting.account);
    for account in accounts.collect::<BTreeSet<_>>() {
        let _ = writeln!(text, "{} open {}", date(first), names.account(account));
    }
    for entered in &books.entered {
        text.push('\n');
        transaction(&mut text, books, &names, entered);
    }
    text.push('\n');
    let after = date(last.plus(86_400));
    for ((account, asset), sum) in balances(books) {
        let (name, amount) = (names.commodity(asset), sum.text(asset));
        let holds_values = !matches!(account, Account::Wallet | Account::Reserve | Account::Deposit(_));
        let tolerance = if holds_values && asset == books.quote && asset.decimals() > FEW {
            imprecision(asset)
        } else {
            tolerance(&amount)
        };
        let _ = writeln!(text, "{after} balance {}  {amount} ~ {tolerance} {name}", names.account(account));
    }
    text
}

fn transaction(text: &mut String, books: &Books, names: &Names, entered: &Entered) {
    let source = entered.source;
    let venue = entered.at.map_or("", |at| books.venue(at));
    let _ = writeln!(text, "{} * {} {}", date(source.time), quoted(venue), quoted(entered.reason));
    let _ = writeln!(text, "  time: \"{}\"\n  transaction: {}", source.time, source.transaction);
    for posting in &entered.postings {
        let _ = writeln!(text, "  {}  {}", names.account(posting.account), posted(books, names, posting));
        let Some(line) = posting.entry.and_then(|entry| books.entry(entry)) else { continue };
        let _ = writeln!(text, "    entry: {}", line.index);
        let other = if direction(books, line) == "out" { line.entry.to } else { line.entry.from };
        let _ = writeln!(text, "    other: {}", quoted(&holder(books, other)));
        if let Some(mark) = line.value {
            let _ = writeln!(text, "    value: {}", value(mark, books.quote));
        }
    }
}

/// The amount of a posting, with what it stands for in all.
pub(super) fn posted(books: &Books, names: &Names, posting: &Posting) -> String {
    let quote = names.commodity(books.quote);
    match posting.posted {
        Posted::Value(mark) => format!("{} {quote}", value(mark, books.quote)),
        Posted::Tokens { leave, amount, cost } => {
            let sign = if leave { "-" } else { "" };
            let plain = format!("{sign}{} {}", tokens(amount), names.commodity(amount.asset));
            cost.map_or_else(
                || plain.clone(),
                |cost| format!("{plain} @@ {} {quote}", value(cost, books.quote)),
            )
        }
    }
}

/// The first and the last moment of the books.
pub(super) fn span(books: &Books) -> (Timestamp, Timestamp) {
    let times = || books.entered.iter().map(|entered| entered.source.time);
    (times().min().unwrap_or_default(), times().max().unwrap_or_default())
}

/// `2020-03-12`.
pub(super) fn date(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

/// A text in quotes, on one line.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Decimals of a quote asset up to which values, which are a million times finer, fit the tool's arithmetic.
const FEW: u8 = 9;

/// What sums of values may be off by, because the tool divides a total price by its amount and multiplies it again, and
/// adds, to 28 digits: a thousandth of a base unit, or a thousand of them where they are many to one token.
fn imprecision(quote: Asset) -> String {
    let decimals = usize::from(quote.decimals());
    let places = if quote.decimals() > FEW { decimals.saturating_sub(3) } else { decimals + 3 };
    format!("0.{:0>places$}", 1)
}

/// None, but for numbers of more digits than the tool's arithmetic has.
fn tolerance(amount: &str) -> String {
    const DIGITS: usize = 27;
    let (whole, fraction) = amount.trim_start_matches('-').split_once('.').unwrap_or((amount, ""));
    if whole.len() + fraction.len() <= DIGITS {
        return "0".into();
    }
    match DIGITS.checked_sub(whole.len()).filter(|places| *places > 0) {
        Some(places) => format!("0.{:0>places$}", 1),
        None => format!("1{}", "0".repeat(whole.len().saturating_sub(DIGITS))),
    }
}
