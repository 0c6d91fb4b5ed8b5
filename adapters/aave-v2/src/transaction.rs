//! All or nothing: a transaction over the pool that undoes itself unless it is committed.

use std::sync::LazyLock;

use levmine_market::Account;
use levmine_math::U256;
use smallvec::SmallVec;

use crate::error::{AaveV2Error, Result};
use crate::state::{Delegation, Pool, Reserve, User};

/// The pool while an operation runs. What is changed is kept aside first, and dropping the transaction puts it back.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    pool: &'a mut Pool,
    reserves: SmallVec<[(usize, Reserve); 2]>,
    users: SmallVec<[(Account, Option<User>); 2]>,
    allowance: Option<(Delegation, Option<U256>)>,
    committed: bool,
}

impl<'a> Transaction<'a> {
    pub(crate) fn begin(pool: &'a mut Pool) -> Self {
        Self { pool, reserves: SmallVec::new(), users: SmallVec::new(), allowance: None, committed: false }
    }

    pub(crate) fn commit(mut self) {
        self.committed = true;
    }

    /// The pool as it is now.
    pub(crate) fn pool(&self) -> &Pool {
        self.pool
    }

    pub(crate) fn reserve(&self, id: usize) -> Result<&Reserve> {
        self.pool.reserve(id)
    }

    pub(crate) fn reserve_mut(&mut self, id: usize) -> Result<&mut Reserve> {
        let reserve = self.pool.reserves.get_mut(id).ok_or(AaveV2Error::NoReserve { id })?;
        if !self.reserves.iter().any(|(kept, _)| *kept == id) {
            self.reserves.push((id, *reserve));
        }
        Ok(reserve)
    }

    /// The account's storage; empty if it never acted.
    pub(crate) fn user(&self, account: Account) -> &User {
        static NOBODY: LazyLock<User> = LazyLock::new(User::default);
        self.pool.users.get(&account).unwrap_or(&NOBODY)
    }

    pub(crate) fn user_mut(&mut self, account: Account) -> &mut User {
        if !self.users.iter().any(|(kept, _)| *kept == account) {
            self.users.push((account, self.pool.users.get(&account).cloned()));
        }
        self.pool.users.entry(account).or_default()
    }

    pub(crate) fn allowance(&self, delegation: Delegation) -> U256 {
        self.pool.allowances.get(&delegation).copied().unwrap_or_default()
    }

    /// Sets an allowance; an operation touches one at most.
    pub(crate) fn set_allowance(&mut self, delegation: Delegation, amount: U256) {
        let before = self.pool.allowances.get(&delegation).copied();
        self.allowance.get_or_insert((delegation, before));
        restore_allowance(self.pool, delegation, (!amount.is_zero()).then_some(amount));
    }
}

fn restore_allowance(pool: &mut Pool, delegation: Delegation, amount: Option<U256>) {
    match amount {
        Some(amount) => pool.allowances.insert(delegation, amount),
        None => pool.allowances.remove(&delegation),
    };
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        for (id, reserve) in self.reserves.drain(..) {
            if let Some(place) = self.pool.reserves.get_mut(id) {
                *place = reserve;
            }
        }
        for (account, user) in self.users.drain(..) {
            match user {
                Some(user) => self.pool.users.insert(account, user),
                None => self.pool.users.remove(&account),
            };
        }
        if let Some((delegation, amount)) = self.allowance.take() {
            restore_allowance(self.pool, delegation, amount);
        }
    }
}

impl Pool {
    /// Runs `operation`; where it fails, everything is as it was.
    pub(crate) fn transact<T>(
        &mut self,
        operation: impl FnOnce(&mut Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut transaction = Transaction::begin(self);
        let outcome = operation(&mut transaction)?;
        transaction.commit();
        Ok(outcome)
    }
}
