//! Addresses by name.

use std::collections::BTreeMap;

use levmine_market::{Account, Roster};

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

/// The address of this name: a contract's, or an account's.
pub(crate) fn who(dss: &Dss, roster: &mut Roster, name: &str) -> Who {
    contract(dss, name).unwrap_or_else(|| roster.account(name).into())
}
