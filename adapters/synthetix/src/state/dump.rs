//! The state written out: tables by contract, account and number; what is zero is left out, except
//! in the settings.

use std::collections::BTreeMap;

use levmine_market::{Account, Dump};
use levmine_math::U256;

use super::words::{write, write_all};
use crate::contracts::{Staker, System};

type Entries = Vec<(String, Dump)>;

/// Writes the whole state; `names` has what accounts were called in the file.
pub(crate) fn dump(system: &System, names: &BTreeMap<Account, String>) -> Dump {
    let name = |account: Account| names.get(&account).cloned().unwrap_or_else(|| account.to_string());
    let mut state: Entries = vec![("time".into(), Dump::text(system.time))];
    put(&mut state, "settings", write_all(system.settings));
    let mut prices: Entries = Vec::new();
    put(&mut prices, system.snx.symbol(), write(system.snx_rate));
    let mut synths: Entries = Vec::new();
    for (at, synth) in system.synths.iter().enumerate() {
        if at > 0 {
            put(&mut prices, synth.asset.symbol(), write(synth.rate));
        }
        put(&mut synths, synth.asset.symbol(), write(*synth));
    }
    put(&mut state, "price", prices);
    put(&mut state, "synth", synths);
    let mut debt: Entries = Vec::new();
    for (key, value) in [
        ("cachedDebt", system.cached_debt),
        ("cacheTimestamp", U256::from(system.cache_time)),
        ("cacheInvalid", U256::from(u8::from(system.cache_invalid))),
        ("debtShares", system.debt_shares),
        ("debtSharesBefore", system.debt_shares_before),
    ] {
        if !value.is_zero() {
            debt.push((key.into(), Dump::text(value)));
        }
    }
    put(&mut state, "debt", debt);
    put(&mut state, "rewards", write(system.rewards));
    put(&mut state, "escrow", write(system.escrow));
    let mut fees: Entries = Vec::new();
    if !system.fees.susd.is_zero() {
        fees.push(("sUSD".into(), Dump::text(system.fees.susd)));
    }
    put(&mut fees, "current", write(system.fees.current));
    put(&mut fees, "last", write(system.fees.last));
    put(&mut state, "fees", fees);
    let users = system.stakers.iter().map(|(account, staker)| (name(*account), user(staker, &name)));
    state.push(("users".into(), Dump::Table(users.collect())));
    Dump::Table(state)
}

fn user(staker: &Staker, name: &dyn Fn(Account) -> String) -> Dump {
    let mut user = write(staker.clone());
    if let Some(flagger) = staker.flagger {
        user.push(("flagger".into(), Dump::text(name(flagger))));
    }
    let entries = staker.entries.iter().map(|entry| (entry.id.to_string(), Dump::Table(write(*entry))));
    put(&mut user, "entries", entries.collect());
    Dump::Table(user)
}

/// Adds a table, unless it is empty.
fn put(entries: &mut Entries, key: &str, table: Entries) {
    if !table.is_empty() {
        entries.push((key.into(), Dump::Table(table)));
    }
}
