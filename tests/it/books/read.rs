//! Readers of the exports: what moved in the wallet, by the journal's entries.

use std::collections::BTreeMap;

/// What one entry of the journal moved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Moved {
    transaction: String,
    time: String,
    reason: String,
    /// Who stands on the other side.
    other: String,
    asset: String,
    /// In base units, negative for what leaves.
    raw: i128,
    value: String,
}

pub(super) type Ledger = BTreeMap<usize, Moved>;

/// The ledger of the wallet from comma-separated values.
pub(super) fn from_csv(text: &str) -> Ledger {
    let mut ledger = Ledger::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let &[entry, transaction, time, reason, direction, asset, _, raw, value, from, to] = cells.as_slice()
        else {
            panic!("eleven cells: {line}")
        };
        if direction.is_empty() {
            continue;
        }
        let raw: i128 = raw.parse().expect("a number");
        let (raw, other) = if direction == "out" { (-raw, to) } else { (raw, from) };
        let [transaction, time, reason, other, asset, value] =
            [transaction, time, reason, other, asset, value].map(String::from);
        let moved = Moved { transaction, time, reason, other, asset, raw, value };
        ledger.insert(entry.parse().expect("a number"), moved);
    }
    ledger
}

/// Symbols and decimals by the names that a tool sees.
type Commodities = BTreeMap<String, (String, usize)>;

/// Base units of a number with at most `decimals` places.
fn units(number: &str, decimals: usize) -> i128 {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    assert!(fraction.len() <= decimals, "{number} has more than {decimals} places");
    format!("{whole}{fraction:0<decimals$}").parse().expect("a number")
}

fn enter(ledger: &mut Ledger, entry: usize, moved: Moved) {
    let known = ledger.entry(entry).or_insert_with(|| Moved { raw: 0, ..moved.clone() });
    assert_eq!((&known.asset, &known.other, &known.time), (&moved.asset, &moved.other, &moved.time));
    known.raw += moved.raw;
}

/// The ledger of the wallet from a journal for Beancount.
pub(super) fn from_beancount(text: &str) -> Ledger {
    let mut ledger = Ledger::new();
    let mut commodities = Commodities::new();
    let mut commodity = String::new();
    let mut now = Moved::default();
    // The posting whose entry has not been named yet.
    let mut posting: Option<(String, String)> = None;
    let mut entry: Option<usize> = None;
    let unquoted = |text: &str| text.trim_matches('"').to_string();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [_, "commodity", name] => commodity = (*name).into(),
            ["symbol:", symbol] => {
                commodities.insert(commodity.clone(), (unquoted(symbol), 0));
            }
            ["decimals:", decimals] => {
                commodities.get_mut(&commodity).expect("known").1 = decimals.parse().expect("a number");
            }
            [_, "*", _, reason] => now = Moved { reason: unquoted(reason), ..Moved::default() },
            ["time:", time] => now.time = unquoted(time),
            ["transaction:", number] => now.transaction = (*number).into(),
            ["Assets:Wallet", number, name, ..] => posting = Some(((*number).into(), (*name).into())),
            ["entry:", number] => entry = Some(number.parse().expect("a number")),
            ["other:", other] => {
                // The posting of another account than the wallet.
                let Some((number, name)) = posting.take() else { continue };
                let (asset, decimals) = commodities.get(&name).expect("a commodity").clone();
                let raw = units(&number, decimals);
                let moved = Moved { asset, raw, other: unquoted(other), ..now.clone() };
                enter(&mut ledger, entry.expect("an entry"), moved);
            }
            // What has no price has no value.
            ["value:", value] => {
                if let Some(moved) = entry.take().and_then(|entry| ledger.get_mut(&entry)) {
                    moved.value = (*value).into();
                }
            }
            _ => {}
        }
    }
    ledger
}

/// The ledger of the wallet from a journal for hledger.
pub(super) fn from_hledger(text: &str) -> Ledger {
    let mut ledger = Ledger::new();
    let mut commodities = Commodities::new();
    let mut now = Moved::default();
    let tag = |comment: &str, name: &str| {
        comment
            .split(", ")
            .find_map(|tag| tag.strip_prefix(name)?.strip_prefix(':'))
            .unwrap_or_default()
            .to_string()
    };
    for line in text.lines() {
        let (main, comment) = line.split_once("  ; ").unwrap_or((line, ""));
        let words: Vec<&str> = main.split_whitespace().collect();
        match words.as_slice() {
            ["commodity", _, name] => {
                let decimals = tag(comment, "decimals").parse().expect("a number");
                commodities.insert((*name).into(), (tag(comment, "symbol"), decimals));
            }
            [_, "*", number, .., reason] => {
                let number = number.trim_matches(['(', ')']);
                let (transaction, time) = (number.into(), tag(comment, "time"));
                now = Moved { transaction, time, reason: (*reason).into(), ..Moved::default() };
            }
            ["Assets:Wallet", number, name, ..] if !comment.is_empty() => {
                let (asset, decimals) = commodities.get(*name).expect("a commodity").clone();
                let raw = units(number, decimals);
                let (other, value) = (tag(comment, "other"), tag(comment, "value"));
                let moved = Moved { asset, raw, other, value, ..now.clone() };
                enter(&mut ledger, tag(comment, "entry").parse().expect("a number"), moved);
            }
            _ => {}
        }
    }
    ledger
}
