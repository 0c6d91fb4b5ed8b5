//! Addresses by name.

use std::collections::BTreeMap;

use levmine_market::Account;

use crate::dss::Dss;
use crate::who::Who;

/// The contracts and others that are no accounts.
const RESERVED: [(&str, Who); 9] = [
    ("0", Who::Nobody),
    ("admin", Who::Admin),
    ("vow", Who::Vow),
    ("daijoin", Who::DaiJoin),
    ("pot", Who::Pot),
    ("cat", Who::Cat),
    ("flapper", Who::Flapper),
    ("flopper", Who::Flopper),
    ("flash", Who::Flash),
];

/// The address of this name, unless it is an account's.
pub(crate) fn contract(dss: &Dss, name: &str) -> Option<Who> {
    if let Some((_, who)) = RESERVED.iter().find(|(known, _)| *known == name) {
        return Some(*who);
    }
    match name.split_once('.')? {
        ("clip", ilk) => dss.find(ilk).map(Who::Clip),
        ("flip", ilk) => dss.find(ilk).map(Who::Flip),
        _ => None,
    }
}

/// The name of an address; `known` has what accounts were called in the file.
pub(crate) fn name(dss: &Dss, known: &BTreeMap<Account, String>, who: Who) -> String {
    let of_ilk = |contract: &str, id| {
        let ilk = dss.ilk(id).map(|ilk| &*ilk.name).unwrap_or_default();
        format!("{contract}.{ilk}")
    };
    match who {
        Who::Account(account) => known.get(&account).cloned().unwrap_or_else(|| account.to_string()),
        Who::Clip(id) => of_ilk("clip", id),
        Who::Flip(id) => of_ilk("flip", id),
        other => {
            let reserved = RESERVED.iter().find(|(_, who)| *who == other);
            reserved.map(|(name, _)| (*name).to_string()).unwrap_or_default()
        }
    }
}

/// Gives out accounts by name: numbered from 0 in order, `outsider 7` stays that outsider.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) known: BTreeMap<Account, String>,
    given: u32,
}

impl Names {
    /// The address of this name.
    pub(crate) fn who(&mut self, dss: &Dss, name: &str) -> Who {
        contract(dss, name).unwrap_or_else(|| self.account(name).into())
    }

    fn account(&mut self, name: &str) -> Account {
        if let Some((account, _)) = self.known.iter().find(|(_, known)| known.as_str() == name) {
            return *account;
        }
        let outsider = name.strip_prefix("outsider ").and_then(|number| number.parse().ok());
        let account = match outsider.map(Account::outsider) {
            Some(outsider) if outsider.to_string() == name => outsider,
            _ => {
                let account = Account::new(self.given);
                self.given = self.given.saturating_add(1);
                account
            }
        };
        self.known.insert(account, name.into());
        account
    }
}
