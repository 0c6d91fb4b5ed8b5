use std::collections::BTreeMap;

use crate::Account;

/// Gives out accounts to the names of a file: numbered from 0 in their order, except that `outsider 7` stays that outsider.
///
/// # Examples
///
/// ```
/// use levmine_market::{Account, Roster};
///
/// let mut names = Roster::default();
/// let alice = names.account("alice");
/// assert_eq!(names.account("outsider 7"), Account::outsider(7));
/// assert_eq!([alice, names.account("bob"), names.account("alice")], [Account::new(0), Account::new(2), alice]);
/// assert_eq!(names.into_known().get(&alice).map(String::as_str), Some("alice"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Roster {
    known: BTreeMap<Account, String>,
    named: u32,
}

impl Roster {
    /// The account of this name: the same for the same name.
    pub fn account(&mut self, name: &str) -> Account {
        if let Some((account, _)) = self.known.iter().find(|(_, known)| known.as_str() == name) {
            return *account;
        }
        let outsider = name.strip_prefix("outsider ").and_then(|number| number.parse().ok());
        let account = match outsider.map(Account::outsider) {
            Some(outsider) if outsider.to_string() == name => outsider,
            _ => Account::new(self.named),
        };
        // An outsider's place is left free: the number of a name is its place in the file.
        self.named = self.named.saturating_add(1);
        self.known.insert(account, name.into());
        account
    }

    /// The names, by account.
    #[must_use]
    pub fn into_known(self) -> BTreeMap<Account, String> {
        self.known
    }
}
