use std::collections::BTreeMap;

use levmine_books::{Account, Books, Posted};
use levmine_market::{Asset, MARKS_PER_BASE_UNIT};
use levmine_math::{U256, format_units};

use super::BooksView;
use super::csv::row;
use super::names::Names;

/// What went into an account and what out of it, in millionths of a base unit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    into: U256,
    out: U256,
}

impl Sum {
    /// The balance in whole tokens, with its sign.
    pub(super) fn text(self, asset: Asset) -> String {
        let text = format_units(self.into.abs_diff(self.out), asset.decimals().saturating_add(6));
        if self.out > self.into { format!("-{text}") } else { text }
    }

    /// Whether nothing is left.
    pub(super) fn is_zero(self) -> bool {
        self.into == self.out
    }
}

/// What each account holds in the end.
pub(super) fn balances(books: &Books) -> BTreeMap<(Account, Asset), Sum> {
    let mut sums: BTreeMap<(Account, Asset), Sum> = BTreeMap::new();
    for posting in books.entered.iter().flat_map(|entered| &entered.postings) {
        let (asset, leave, raw) = match posting.posted {
            Posted::Tokens { leave, amount, .. } => {
                (amount.asset, leave, amount.raw.saturating_mul(U256::from(MARKS_PER_BASE_UNIT)))
            }
            Posted::Value(mark) => (books.quote, mark < 0, U256::from(mark.unsigned_abs())),
        };
        let sum = sums.entry((posting.account, asset)).or_default();
        let side = if leave { &mut sum.out } else { &mut sum.into };
        *side = side.saturating_add(raw);
    }
    sums
}

/// The trial balance as comma-separated values, with the names that the accounting tools see: what each account holds of
/// each commodity in the end, where it is not nothing.
#[must_use]
pub fn balances_csv(view: &BooksView<'_>) -> String {
    let names = Names::of(view.books);
    let mut rows: Vec<String> = balances(view.books)
        .into_iter()
        .filter(|(_, sum)| !sum.is_zero())
        .map(|((account, asset), sum)| {
            row(&[names.account(account), names.commodity(asset).into(), sum.text(asset)])
        })
        .collect();
    rows.sort();
    "account,commodity,amount\n".to_string() + &rows.concat()
}
