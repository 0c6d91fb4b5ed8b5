//! Numbers and names as the exports of books write them.

use levmine_books::{Books, LedgerLine, Lender, Origin, TaxWhat};
use levmine_market::{Asset, Holder, Mark, Outside, TokenAmount};
use levmine_math::{U256, format_units};

/// Decimals of a mark beyond those of the quote asset.
const MARK_PLACES: u8 = 6;

/// A value in whole units of the quote asset, all digits: `-1.234567890123`.
pub(super) fn value(mark: Mark, quote: Asset) -> String {
    let text = format_units(U256::from(mark.unsigned_abs()), quote.decimals().saturating_add(MARK_PLACES));
    if mark < 0 { format!("-{text}") } else { text }
}

/// An amount in whole tokens, all digits.
pub(super) fn tokens(amount: TokenAmount) -> String {
    format_units(amount.raw, amount.asset.decimals())
}

/// Who holds: `wallet`, `venue:bank`, `issuer:pool`.
pub(super) fn holder(books: &Books, holder: Holder) -> String {
    match holder {
        Holder::Wallet(account) if account == books.farmer => "wallet".into(),
        Holder::Wallet(account) if account == books.farmer.reserve() => "reserve".into(),
        Holder::Wallet(_) => "other".into(),
        Holder::Venue(at) => format!("venue:{}", books.venue(at)),
        Holder::Outside(Outside::Issuer(at)) => format!("issuer:{}", books.venue(at)),
        Holder::Outside(Outside::Incentives(at)) => format!("incentives:{}", books.venue(at)),
        Holder::Outside(Outside::Capital) => "capital".into(),
        Holder::Outside(Outside::Gas) => "gas".into(),
        Holder::Outside(Outside::World) => "world".into(),
        Holder::Outside(Outside::Loss(at)) => format!("loss:{}", books.venue(at)),
        Holder::Outside(Outside::Cover) => "cover".into(),
        #[allow(unreachable_patterns, reason = "outsiders may be added")]
        Holder::Outside(_) => "outside".into(),
    }
}

/// Which way an entry goes, seen from the wallet; nothing for what does not touch it.
pub(super) fn direction(books: &Books, line: &LedgerLine) -> &'static str {
    let wallet = Holder::Wallet(books.farmer);
    if line.entry.from == wallet {
        "out"
    } else if line.entry.to == wallet {
        "in"
    } else {
        ""
    }
}

/// What kind of line it is, and what it is by name.
pub(super) const fn kind(what: &TaxWhat) -> (&'static str, &'static str) {
    match what {
        TaxWhat::Income(income, _) => ("income", income.name()),
        TaxWhat::Expense(expense, _) => ("expense", expense.name()),
        TaxWhat::Disposal { why, .. } => ("disposal", why.name()),
        TaxWhat::Debt { why, .. } => ("debt", why.name()),
    }
}

/// Where a lot comes from: `lot`, `average`, `borrowed:bank`.
pub(super) fn origin(books: &Books, origin: Origin) -> String {
    match origin {
        Origin::Acquired(_) => "lot".into(),
        Origin::Average => "average".into(),
        Origin::Borrowed(Lender::Market(at)) => format!("borrowed:{}", books.venue(at)),
        Origin::Borrowed(Lender::Flash(at)) => format!("flash:{}", books.venue(at)),
    }
}

/// Names and values of the sums, in order.
pub(super) fn totals(books: &Books) -> [(&'static str, Mark); 10] {
    let totals = &books.totals;
    [
        ("capital", totals.capital),
        ("income", totals.income),
        ("gains", totals.gains),
        ("debt_gains", totals.debt_gains),
        ("expenses", totals.expenses),
        ("lots_cost", totals.lots_cost),
        ("debts_carried", totals.debts_carried),
        ("unrealised", totals.unrealised),
        ("outstanding", totals.outstanding),
        ("written_off", totals.written_off),
    ]
}
