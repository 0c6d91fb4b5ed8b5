//! What accounts have outside of a protocol.

use std::collections::BTreeMap;

use levmine_market::{Account, Asset, Party, Transfer};
use levmine_math::U256;
use serde_json::Value;

/// The accounts of a record by name, numbered in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Accounts {
    names: Vec<String>,
}

impl Accounts {
    /// These accounts, in this order, and then everybody else who does something in the record.
    #[must_use]
    pub fn of<'a>(first: impl IntoIterator<Item = &'a str>, record: &'a Value) -> Self {
        let mut accounts = Self::default();
        let steps = record.get("ops").and_then(Value::as_array).into_iter().flatten();
        let actors = steps.filter_map(|step| step.get("by").and_then(Value::as_str));
        for name in first.into_iter().chain(actors) {
            if !accounts.names.iter().any(|known| known == name) {
                accounts.names.push(name.into());
            }
        }
        accounts
    }

    /// The number of an account; everybody unknown has the same, which nobody else has.
    #[must_use]
    pub fn account(&self, name: &str) -> Account {
        let number = self.names.iter().position(|known| known == name).unwrap_or(self.names.len());
        Account::new(u32::try_from(number).unwrap_or(u32::MAX))
    }
}

/// Balances of tokens, in base units.
#[derive(Debug, Clone, Default)]
pub struct Wallets {
    held: BTreeMap<(Account, Asset), U256>,
}

impl Wallets {
    /// Sets a balance.
    pub fn set(&mut self, account: Account, asset: Asset, amount: U256) {
        self.held.insert((account, asset), amount);
    }

    /// A balance.
    #[must_use]
    pub fn get(&self, account: Account, asset: Asset) -> U256 {
        self.held.get(&(account, asset)).copied().unwrap_or_default()
    }

    /// Moves tokens in this order, all or nothing.
    ///
    /// # Errors
    ///
    /// `refusal`, the token's words, where somebody has too little.
    pub fn settle(&mut self, transfers: &[Transfer], refusal: &str) -> Result<(), String> {
        let mut held = BTreeMap::new();
        for Transfer { from, to, amount } in transfers {
            let mut change = |party: &Party, change: &dyn Fn(U256) -> Option<U256>| {
                let Party::Account(account) = party else { return Some(()) };
                let key = (*account, amount.asset);
                let before = held.get(&key).copied().unwrap_or_else(|| self.get(*account, amount.asset));
                held.insert(key, change(before)?);
                Some(())
            };
            change(from, &|before| before.checked_sub(amount.raw)).ok_or(refusal)?;
            change(to, &|before| before.checked_add(amount.raw)).ok_or(refusal)?;
        }
        self.held.extend(held);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "in a test a broken expectation is a failure")]

    use levmine_market::TokenAmount;
    use serde_json::json;

    use super::*;

    #[test]
    fn accounts_are_numbered_once() {
        let record = json!({ "ops": [{ "by": "bob" }, { "by": "admin" }, { "by": "bob" }] });
        let accounts = Accounts::of(["alice", "bob"], &record);
        let numbers = ["alice", "bob", "admin", "nobody"].map(|name| accounts.account(name));
        assert_eq!(numbers, [0, 1, 2, 3].map(Account::new));
    }

    #[test]
    fn settling_is_all_or_nothing() {
        let asset = Asset::new("USDC", 6).expect("an asset");
        let (alice, bob) = (Account::new(0), Account::new(1));
        let mut wallets = Wallets::default();
        wallets.set(alice, asset, U256::from(10));
        let pay = |raw: u64| Transfer::pay(alice, TokenAmount::new(asset, U256::from(raw)));
        let get = |raw: u64| Transfer::receive(bob, TokenAmount::new(asset, U256::from(raw)));
        assert_eq!(wallets.settle(&[get(5), pay(6), pay(5)], "too little"), Err("too little".into()));
        assert_eq!([wallets.get(alice, asset), wallets.get(bob, asset)], [U256::from(10), U256::ZERO]);
        assert_eq!(wallets.settle(&[get(5), pay(6), pay(4)], "too little"), Ok(()));
        assert_eq!([wallets.get(alice, asset), wallets.get(bob, asset)], [U256::ZERO, U256::from(5)]);
    }
}
