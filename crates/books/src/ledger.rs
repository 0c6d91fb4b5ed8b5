//! The journal's entries with what they were worth.

use levmine_composer::{Record, World};
use levmine_market::{Entry, Holder, Mark, Reason};

/// One entry of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its place among all entries, from 0.
    pub index: usize,
    /// The entry.
    pub entry: Entry,
    /// What it was worth at market prices, in marks of the quote asset; `None` for what had no price.
    pub value: Option<Mark>,
}

/// The entries that touch the farmer's wallet or his reserve, and those of liquidations of his positions.
pub(crate) fn ledger(world: &World, record: &Record) -> Vec<LedgerLine> {
    let own = [world.farmer, world.farmer.reserve()].map(Holder::Wallet);
    let mut operations = record.operations.iter().filter(|operation| operation.farmer == world.farmer);
    let mut here = operations.next();
    let lines = world.journal.entries().iter().zip(&record.values).enumerate();
    let lines = lines.filter(|(index, (entry, _))| {
        while here.is_some_and(|operation| operation.entries.end <= *index) {
            here = operations.next();
        }
        own.contains(&entry.from)
            || own.contains(&entry.to)
            || here.is_some_and(|operation| operation.entries.contains(index))
    });
    lines.map(|(index, (entry, value))| LedgerLine { index, entry: *entry, value: *value }).collect()
}

/// The name of a reason in files.
pub(crate) const fn reason_name(reason: Reason) -> &'static str {
    #[allow(unreachable_patterns, reason = "reasons may be added")]
    match reason {
        Reason::Capital => "capital",
        Reason::Genesis => "genesis",
        Reason::Swap => "swap",
        Reason::Supply => "supply",
        Reason::Withdraw => "withdraw",
        Reason::Borrow => "borrow",
        Reason::Repay => "repay",
        Reason::AddLiquidity => "add_liquidity",
        Reason::RemoveLiquidity => "remove_liquidity",
        Reason::Deposit => "deposit",
        Reason::Redeem => "redeem",
        Reason::Harvest => "harvest",
        Reason::Rebase => "rebase",
        Reason::FlashLoan => "flash_loan",
        Reason::Liquidation => "liquidation",
        Reason::Reward => "reward",
        Reason::Gas => "gas",
        Reason::Exploit => "exploit",
        Reason::Cover => "cover",
        _ => "other",
    }
}

impl LedgerLine {
    /// The name of the entry's reason in files.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        reason_name(self.entry.reason)
    }
}
