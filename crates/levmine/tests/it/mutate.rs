//! Spoiling texts token by token.

use proptest::prelude::*;

/// What takes the place of a token: numbers that nobody means, words that stand elsewhere, and signs.
const NASTY: &[&str] = &[
    "0",
    "1",
    "-1",
    "1e90",
    "1e-90",
    "1e4294967296",
    "-1e18446744073709551616",
    "NaN",
    "inf",
    "-inf",
    "0.5",
    "1.0000001",
    "1000",
    "0.000000000000000001",
    "1000000000000000",
    "9999999999999999999999999999999999999999",
    "115792089237316195423570985008687907853269984665640564039457584007913129639935",
    "115792089237316195423570985008687907853269984665640564039457584007913129639936",
    "5192296858534827628530496329220095",
    "79228162514264337593543950335",
    "18446744073709551615",
    "18446744073709551616",
    "4294967295",
    "65536",
    "256",
    "255",
    "36",
    "37",
    "100%",
    "0%",
    "-5%",
    "1000%",
    "0.0000000000001%",
    "99.9999999%",
    "1s",
    "0s",
    "1d",
    "999999999999w",
    "18446744073709551615s",
    "1970-01-01",
    "2199-12-31",
    "2200-01-01",
    "2020-02-30",
    "2020-03-12T23:59:59Z",
    "1_000",
    "0x10",
    "0b1",
    "1979-05-27",
    "true",
    "false",
    "\"\"",
    "\"",
    "'''",
    "\"\"\"",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "#",
    "\n",
    "\r\n",
    "\t",
    "\u{feff}",
    "\u{0}",
    "é",
    "漢字",
    "🦀",
    "\u{202e}",
    "\\u0000",
    "all",
    "max",
    "to",
    "ltv",
    "health_factor",
    "leverage",
    "drawdown",
    "compound",
    "close",
    "deleverage",
    "swap",
    "supply",
    "withdraw",
    "borrow",
    "repay",
    "add_liquidity",
    "remove_liquidity",
    "zap",
    "flash",
    "loop",
    "set_mode",
    "at",
    "do",
    "amount",
    "amounts",
    "part",
    "steps",
    "USDC",
    "WETH",
    "WBTC",
    "DAI",
    "pool-LP",
    "bank",
    "pool",
    "aave-v3",
    "compound-v3",
    "uniswap-v2",
    "every",
    "when",
    "<",
    ">",
    "iteration",
];

const FIGURES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "5",
    "9",
    "17",
    "50",
    "60",
    "75",
    "80",
    "90",
    "99",
    "100",
    "1000",
    "12345",
    "1000000",
    "0.01",
    "0.5",
    "0.000001",
    "0.000000000000000001",
    "1.0000001",
    "1.5",
    "2.6",
    "4.9",
    "999.9",
    "100000000000",
    "1000000000000000",
    "5192296858534827",
    "1267650600228229",
];

const WORDS: &[&str] = &[
    "USDC",
    "WETH",
    "WBTC",
    "DAI",
    "FOO",
    "BAR",
    "pool-LP",
    "other-LP",
    "coarse-LP",
    "bank",
    "pool",
    "other",
    "coarse",
    "all",
    "max",
    "close",
    "compound",
    "swap",
    "supply",
    "withdraw",
    "borrow",
    "repay",
    "zap",
    "flash",
    "iteration",
    "health_factor",
    "ltv",
    "leverage",
    "drawdown",
    "ohlc",
    "open",
    "ethereum",
    "weth-usdc",
    "3.0",
    "liquidate",
    "swap_exact_in",
    "swap_exact_out",
    "add_liquidity",
    "remove_liquidity",
    "alice",
    "bob",
];

/// A change of a text.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Delete(usize),
    Repeat(usize),
    Swap(usize, usize),
    Replace(usize, usize),
    Insert(usize, usize),
    /// Only a number, so that the text still reads and the change goes deep.
    Number(usize, usize),
    /// A number becomes another that can well be meant.
    Figure(usize, usize),
    /// A word within quotes becomes another that is known.
    Word(usize, usize),
    /// Two tables change places, or one is gone or stands twice.
    Tables(usize, usize, usize),
    /// A whole line twice or gone.
    Line(usize, bool),
    /// All line breaks become those of another system.
    LineBreaks,
    /// The rest is cut off.
    Cut(usize),
}

pub(crate) fn change() -> impl Strategy<Value = Change> {
    let at = || any::<usize>();
    prop_oneof![
        2 => at().prop_map(Change::Delete),
        1 => at().prop_map(Change::Repeat),
        2 => (at(), at()).prop_map(|(a, b)| Change::Swap(a, b)),
        4 => (at(), at()).prop_map(|(a, b)| Change::Replace(a, b)),
        2 => (at(), at()).prop_map(|(a, b)| Change::Insert(a, b)),
        12 => (at(), at()).prop_map(|(a, b)| Change::Number(a, b)),
        2 => (at(), any::<bool>()).prop_map(|(a, b)| Change::Line(a, b)),
        1 => Just(Change::LineBreaks),
        1 => at().prop_map(Change::Cut),
    ]
}

/// Changes after which most texts can still be read.
pub(crate) fn deep_change() -> impl Strategy<Value = Change> {
    let at = || any::<usize>();
    prop_oneof![
        3 => (at(), at()).prop_map(|(a, b)| Change::Number(a, b)),
        8 => (at(), at()).prop_map(|(a, b)| Change::Figure(a, b)),
        4 => (at(), at()).prop_map(|(a, b)| Change::Word(a, b)),
        4 => (at(), at(), at()).prop_map(|(a, b, c)| Change::Tables(a, b, c)),
    ]
}

/// Words, numbers, blanks and single signs.
fn tokens(text: &str) -> Vec<String> {
    let class = |c: char| match c {
        c if c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '%') => 0,
        ' ' => 1,
        _ => 2,
    };
    let mut tokens: Vec<String> = Vec::new();
    let mut last = 2;
    for c in text.chars() {
        match tokens.last_mut() {
            Some(token) if class(c) == last && last != 2 => token.push(c),
            _ => tokens.push(c.into()),
        }
        last = class(c);
    }
    tokens
}

/// `text` with all `changes`, one after the other.
pub(crate) fn spoil(text: &str, changes: &[Change]) -> String {
    let mut text = text.to_string();
    for change in changes {
        text = spoil_once(&text, change);
    }
    text
}

fn spoil_once(text: &str, change: &Change) -> String {
    let mut tokens = tokens(text);
    let count = tokens.len().max(1);
    let nasty = |n: &usize| NASTY[n % NASTY.len()].to_string();
    match change {
        _ if tokens.is_empty() => {}
        Change::Delete(at) => drop(tokens.remove(at % count)),
        Change::Repeat(at) => tokens.insert(at % count, tokens[at % count].clone()),
        Change::Swap(a, b) => tokens.swap(a % count, b % count),
        Change::Replace(at, n) => tokens[at % count] = nasty(n),
        Change::Insert(at, n) => tokens.insert(at % count, nasty(n)),
        Change::Number(at, n) => renumber(&mut tokens, *at, &nasty(n)),
        Change::Figure(at, n) => renumber(&mut tokens, *at, FIGURES[n % FIGURES.len()]),
        Change::Word(at, n) => {
            let mut quoted = false;
            let mut words = Vec::new();
            for (i, token) in tokens.iter().enumerate() {
                quoted ^= token == "\"";
                if quoted && token.starts_with(|c: char| c.is_alphabetic()) {
                    words.push(i);
                }
            }
            if let Some(i) = words.get(at % words.len().max(1)) {
                tokens[*i] = WORDS[n % WORDS.len()].into();
            }
        }
        Change::Tables(a, b, what) => {
            let mut tables: Vec<&str> = text.split("\n\n").collect();
            let (a, b) = (a % tables.len(), b % tables.len());
            match what % 3 {
                0 => tables.swap(a, b),
                1 => tables.insert(a, tables[b]),
                _ => drop(tables.remove(a)),
            }
            return tables.join("\n\n");
        }
        Change::Line(at, twice) => {
            let mut lines: Vec<&str> = text.lines().collect();
            let at = at % lines.len().max(1);
            if *twice {
                lines.insert(at, lines[at]);
            } else {
                lines.remove(at);
            }
            return lines.join("\n");
        }
        Change::LineBreaks => return text.replace('\n', "\r\n"),
        Change::Cut(at) => tokens.truncate(at % count),
    }
    tokens.concat()
}

/// Puts another number in the place of one. The sign of a percentage stays, so that more of these are read.
fn renumber(tokens: &mut [String], at: usize, by: &str) {
    let is_number = |token: &&mut String| token.starts_with(|c: char| c.is_ascii_digit());
    let numbers = tokens.iter_mut().filter(is_number).collect::<Vec<_>>();
    let count = numbers.len().max(1);
    if let Some(number) = numbers.into_iter().nth(at % count) {
        *number = if number.ends_with('%') { format!("{}%", by.trim_end_matches('%')) } else { by.into() };
    }
}
