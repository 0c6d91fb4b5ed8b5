//! Names as accounting tools accept them: accounts whose parts begin with a capital letter, commodities in capital letters.

use std::collections::{BTreeMap, BTreeSet};

use levmine_books::{Account, Books, Posted};
use levmine_market::{Asset, VenueId};

/// The names of one set of books.
#[derive(Debug)]
pub(super) struct Names {
    commodities: BTreeMap<Asset, String>,
    venues: Vec<String>,
}

/// Letters of a commodity's name at most.
const LONGEST: usize = 24;

impl Names {
    pub(super) fn of(books: &Books) -> Self {
        let mut assets: BTreeSet<Asset> = BTreeSet::from([books.quote]);
        assets.extend(books.entered.iter().flat_map(|entered| &entered.postings).filter_map(|posting| {
            if let Posted::Tokens { amount, .. } = posting.posted { Some(amount.asset) } else { None }
        }));
        let mut commodities: BTreeMap<Asset, String> = BTreeMap::new();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for asset in assets {
            let name = distinct(&commodity(asset.symbol()), LONGEST, |name| taken.contains(name));
            taken.insert(name.clone());
            commodities.insert(asset, name);
        }
        let mut venues: Vec<String> = Vec::new();
        for venue in &books.venues {
            let name = distinct(&component(venue), usize::MAX, |name| venues.contains(name));
            venues.push(name);
        }
        Self { commodities, venues }
    }

    pub(super) fn commodity(&self, asset: Asset) -> &str {
        self.commodities.get(&asset).map_or("X0", String::as_str)
    }

    pub(super) fn commodities(&self) -> impl Iterator<Item = (Asset, &str)> {
        self.commodities.iter().map(|(asset, name)| (*asset, name.as_str()))
    }

    pub(super) fn account(&self, account: Account) -> String {
        match account {
            Account::Wallet => "Assets:Wallet".into(),
            Account::Reserve => "Assets:Reserve".into(),
            Account::Deposit(at) => format!("Assets:Venue:{}", self.venue(at)),
            Account::Debt(at) => format!("Liabilities:Venue:{}", self.venue(at)),
            Account::Flash(at) => format!("Liabilities:Flash:{}", self.venue(at)),
            Account::Capital => "Equity:Capital".into(),
            Account::Income(income) => format!("Income:{}", words(income.name())),
            Account::Gains => "Income:Gains".into(),
            Account::DebtGains => "Income:DebtGains".into(),
            Account::Expense(expense) => format!("Expenses:{}", words(expense.name())),
        }
    }

    fn venue(&self, at: VenueId) -> &str {
        self.venues.get(usize::from(at.0)).map_or("X0", String::as_str)
    }
}

/// `trading_fees` as `TradingFees`.
fn words(name: &str) -> String {
    name.split('_').map(component).collect()
}

/// The name with its first letter in capitals, of letters, digits and hyphens only.
fn component(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let mut text: String = plain.collect();
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        text.insert(0, 'X');
    }
    let first: String = text.chars().take(1).collect();
    first.to_ascii_uppercase() + text.get(1..).unwrap_or_default()
}

/// The symbol in capitals, a letter first and a letter or digit last, at least two of them.
fn commodity(symbol: &str) -> String {
    let plain = symbol.chars().map(|c| match c {
        'a'..='z' => c.to_ascii_uppercase(),
        'A'..='Z' | '0'..='9' | '\'' | '.' | '_' | '-' => c,
        '#' => '.',
        _ => '-',
    });
    let mut text: String = plain.collect();
    if !text.starts_with(|c: char| c.is_ascii_uppercase()) {
        text.insert(0, 'X');
    }
    if text.len() < 2 || !text.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        text.truncate(LONGEST - 1);
        text.push('0');
    }
    text.truncate(LONGEST);
    text
}

/// The name, or where it is taken the name with a number.
fn distinct(name: &str, longest: usize, taken: impl Fn(&String) -> bool) -> String {
    let mut tried = name.to_string();
    let mut number = 2_u32;
    while taken(&tried) {
        let suffix = format!("-{number}");
        let room = longest.saturating_sub(suffix.len()).min(name.len());
        tried = name.get(..room).unwrap_or(name).to_string() + &suffix;
        number = number.saturating_add(1);
    }
    tried
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_the_tools_accept() {
        let shown = ["stETH", "1INCH", "pool-LP", "pool#1", "X", "A-", "a/b", "$", "abcdefghijklmnopqrstuv-"];
        let names: Vec<String> = shown.iter().map(|symbol| commodity(symbol)).collect();
        assert_eq!(
            names,
            ["STETH", "X1INCH", "POOL-LP", "POOL.1", "X0", "A-0", "A-B", "X-0", "ABCDEFGHIJKLMNOPQRSTUV-0"]
        );
        assert_eq!(component("bank_2"), "Bank-2");
        assert_eq!(component("-x"), "X-x");
        assert_eq!(words("flash_fee"), "FlashFee");
    }

    #[test]
    fn names_are_distinct() {
        assert_eq!(distinct("STETH", 24, |name| name == "STETH"), "STETH-2");
        let long = "ABCDEFGHIJKLMNOPQRSTUVWX";
        assert_eq!(distinct(long, 24, |name| name == long), "ABCDEFGHIJKLMNOPQRSTUV-2");
    }
}
