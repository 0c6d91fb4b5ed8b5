//! The state read back. Every number that is not there is zero; settings that are not there are the venue's.

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Node};
use levmine_market::{Account, Roster};
use levmine_math::U256;

use super::words::{narrow, plain, set, time, unknown, word};
use crate::contracts::{Staker, System, VestingEntry};

type Read<T = ()> = Result<T, ConfigError>;

/// The tables of a state.
const TABLES: [&str; 9] =
    ["time", "settings", "price", "synth", "debt", "rewards", "escrow", "fees", "users"];

/// Reads a state into contracts that hold nothing yet, but have their synths; returns the names of the accounts.
pub(crate) fn read(system: &mut System, node: &Node) -> Read<BTreeMap<Account, String>> {
    let mut names = Roster::default();
    for (key, value) in node.entries()? {
        match key.as_str() {
            "time" => system.time = time(value)?,
            "settings" => plain(&mut system.settings, value)?,
            "price" => prices(system, value)?,
            "synth" => {
                for (symbol, item) in value.entries()? {
                    let at = place(system, symbol, item)?;
                    if let Some(synth) = system.synths.get_mut(at) {
                        plain(synth, item)?;
                    }
                }
            }
            "debt" => debt(system, value)?,
            "rewards" => plain(&mut system.rewards, value)?,
            "escrow" => plain(&mut system.escrow, value)?,
            "fees" => {
                for (key, item) in value.entries()? {
                    match key.as_str() {
                        "sUSD" => system.fees.susd = word(item)?,
                        "current" => plain(&mut system.fees.current, item)?,
                        "last" => plain(&mut system.fees.last, item)?,
                        _ => return Err(item.unknown_name(key, ["sUSD", "current", "last"])),
                    }
                }
            }
            "users" => users(system, &mut names, value)?,
            _ => return Err(value.unknown_name(key, TABLES)),
        }
    }
    Ok(names.into_known())
}

fn place(system: &System, symbol: &str, node: &Node) -> Read<usize> {
    let found = system.synths.iter().position(|synth| synth.asset.symbol() == symbol);
    found.ok_or_else(|| {
        let names: Vec<_> = system.synths.iter().map(|synth| synth.asset.symbol().to_string()).collect();
        node.unknown_name(symbol, names.iter().map(String::as_str))
    })
}

fn prices(system: &mut System, node: &Node) -> Read {
    for (symbol, item) in node.entries()? {
        if symbol == system.snx.symbol() {
            plain(&mut system.snx_rate, item)?;
            continue;
        }
        match place(system, symbol, item)? {
            0 => return Err(item.invalid("no price: sUSD is always worth one")),
            at => {
                if let Some(synth) = system.synths.get_mut(at) {
                    plain(&mut synth.rate, item)?;
                }
            }
        }
    }
    Ok(())
}

fn debt(system: &mut System, node: &Node) -> Read {
    for (key, item) in node.entries()? {
        match key.as_str() {
            "cachedDebt" => system.cached_debt = word(item)?,
            "cacheTimestamp" => system.cache_time = time(item)?,
            "cacheInvalid" => system.cache_invalid = !narrow(item, 1)?.is_zero(),
            "debtShares" => system.debt_shares = word(item)?,
            "debtSharesBefore" => system.debt_shares_before = word(item)?,
            _ => {
                let known =
                    ["cachedDebt", "cacheTimestamp", "cacheInvalid", "debtShares", "debtSharesBefore"];
                return Err(item.unknown_name(key, known));
            }
        }
    }
    Ok(())
}

fn users(system: &mut System, names: &mut Roster, node: &Node) -> Read {
    // Everybody has a number before somebody's flagger is looked up.
    for (name, _) in node.entries()? {
        names.account(name);
    }
    for (name, item) in node.entries()? {
        let account = names.account(name);
        let mut staker = Staker::default();
        for (key, value) in item.entries()? {
            match key.as_str() {
                "flagger" => staker.flagger = Some(names.account(value.text()?)),
                "entries" => {
                    for (id, entry) in value.entries()? {
                        staker.entries.push(vesting_entry(id, entry)?);
                    }
                }
                _ if set(&mut staker, key, value)? => {}
                _ => return Err(unknown(&mut staker, &["flagger", "entries"], key, value)),
            }
        }
        if staker.shares.bit_len() > 128 {
            return Err(item.invalid("debt shares below 2^128"));
        }
        system.stakers.insert(account, staker);
    }
    Ok(())
}

fn vesting_entry(id: &str, node: &Node) -> Read<VestingEntry> {
    let accepted = "a number below 2^62 as the key";
    let id = id.parse().ok().filter(|id| *id < 1 << 62).ok_or_else(|| node.invalid(accepted))?;
    let mut entry = VestingEntry { id, amount: U256::ZERO, end_time: 0 };
    plain(&mut entry, node)?;
    Ok(entry)
}
