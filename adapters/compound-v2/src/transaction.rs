//! All or nothing: a transaction over the pool that undoes itself unless it is committed.

use std::sync::LazyLock;

use levmine_market::{Account, PriceBook};
use smallvec::SmallVec;

use crate::error::{CompoundError, Result};
use crate::state::{Market, Pool, Settings, User};
use crate::version::Version;

/// What an operation may know of the world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World<'a> {
    /// The block.
    pub(crate) block: u64,
    /// What the oracle says.
    pub(crate) prices: &'a PriceBook,
}

/// The pool while an operation runs. What is changed is kept aside first, and dropping the transaction puts it back.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    pool: &'a mut Pool,
    markets: SmallVec<[(usize, Market); 2]>,
    users: SmallVec<[(Account, Option<User>); 2]>,
    settings: Settings,
    committed: bool,
}

impl<'a> Transaction<'a> {
    fn begin(pool: &'a mut Pool) -> Self {
        let settings = pool.settings;
        Self { pool, markets: SmallVec::new(), users: SmallVec::new(), settings, committed: false }
    }

    fn commit(mut self) {
        self.committed = true;
    }

    /// The pool as it is now.
    pub(crate) fn pool(&self) -> &Pool {
        self.pool
    }

    /// The Comptroller's own settings, to be changed.
    pub(crate) fn settings_mut(&mut self) -> &mut Settings {
        &mut self.pool.settings
    }

    pub(crate) fn version(&self) -> Version {
        self.pool.version
    }

    pub(crate) fn market(&self, id: usize) -> Result<&Market> {
        self.pool.market(id)
    }

    pub(crate) fn market_mut(&mut self, id: usize) -> Result<&mut Market> {
        let market = self.pool.markets.get_mut(id).ok_or(CompoundError::NoMarket { id })?;
        if !self.markets.iter().any(|(kept, _)| *kept == id) {
            self.markets.push((id, *market));
        }
        Ok(market)
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
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        for (id, market) in self.markets.drain(..) {
            if let Some(place) = self.pool.markets.get_mut(id) {
                *place = market;
            }
        }
        for (account, user) in self.users.drain(..) {
            match user {
                Some(user) => self.pool.users.insert(account, user),
                None => self.pool.users.remove(&account),
            };
        }
        self.pool.settings = self.settings;
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
