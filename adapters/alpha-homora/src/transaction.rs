//! What makes operations all or nothing.

use std::collections::BTreeMap;
use std::mem;

use levmine_market::Account;
use levmine_math::U256;
use smallvec::SmallVec;

use crate::bank::Bank;
use crate::chef::{Chef, Stake};
use crate::error::{HomoraError, Result};
use crate::lender::Loan;
use crate::state::{Core, Position, State, Wrapped};

/// What a map had under the keys that an operation touched.
#[derive(Debug)]
struct Kept<K, V>(SmallVec<[(K, Option<V>); 1]>);

impl<K: Ord + Copy, V: Clone> Kept<K, V> {
    fn new() -> Self {
        Self(SmallVec::new())
    }

    fn set(&mut self, map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
        let before = match value {
            Some(value) => map.insert(key, value),
            None => map.remove(&key),
        };
        if !self.0.iter().any(|(kept, _)| *kept == key) {
            self.0.push((key, before));
        }
    }

    fn put_back(&mut self, map: &mut BTreeMap<K, V>) {
        for (key, before) in self.0.drain(..) {
            match before {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
    }
}

/// A state while an operation runs. Dropping the transaction before it is committed puts everything back.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    state: &'a mut State,
    core: Core,
    positions: Kept<u64, Position>,
    of: Kept<Account, u64>,
    wrapped: Kept<(Account, Wrapped), U256>,
    shares: Kept<(Account, usize), U256>,
    loans: Kept<(Account, usize), Loan>,
    stakes: Kept<Account, Stake>,
    committed: bool,
}

impl Transaction<'_> {
    pub(crate) const fn state(&self) -> &State {
        self.state
    }

    pub(crate) const fn core_mut(&mut self) -> &mut Core {
        &mut self.state.core
    }

    pub(crate) fn bank_mut(&mut self, place: usize) -> Result<&mut Bank> {
        let lp = self.state.lp;
        self.state.core.banks.get_mut(place).ok_or(HomoraError::NoBank { asset: lp })
    }

    pub(crate) fn chef_mut(&mut self) -> Result<&mut Chef> {
        self.state.core.chef.as_mut().ok_or(HomoraError::WrapperMismatch)
    }

    pub(crate) fn set_position(&mut self, number: u64, position: Position) {
        self.positions.set(&mut self.state.positions, number, Some(position));
    }

    pub(crate) fn set_position_of(&mut self, owner: Account, number: u64) {
        self.of.set(&mut self.state.of, owner, Some(number));
    }

    pub(crate) fn set_wrapped(&mut self, owner: Account, token: Wrapped, amount: U256) {
        let value = (!amount.is_zero()).then_some(amount);
        self.wrapped.set(&mut self.state.wrapped, (owner, token), value);
    }

    pub(crate) fn set_shares(&mut self, owner: Account, place: usize, amount: U256) {
        let value = (!amount.is_zero()).then_some(amount);
        self.shares.set(&mut self.state.shares, (owner, place), value);
    }

    pub(crate) fn set_loan(&mut self, owner: Account, place: usize, loan: Loan) {
        self.loans.set(&mut self.state.loans, (owner, place), Some(loan));
    }

    pub(crate) fn set_stake(&mut self, owner: Account, stake: Stake) {
        self.stakes.set(&mut self.state.stakes, owner, Some(stake));
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        mem::swap(&mut self.state.core, &mut self.core);
        self.positions.put_back(&mut self.state.positions);
        self.of.put_back(&mut self.state.of);
        self.wrapped.put_back(&mut self.state.wrapped);
        self.shares.put_back(&mut self.state.shares);
        self.loans.put_back(&mut self.state.loans);
        self.stakes.put_back(&mut self.state.stakes);
    }
}

impl State {
    /// Runs `operation`; where it fails, everything is as it was.
    pub(crate) fn transact<T>(
        &mut self,
        operation: impl FnOnce(&mut Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let core = self.core.clone();
        let mut transaction = Transaction {
            state: self,
            core,
            positions: Kept::new(),
            of: Kept::new(),
            wrapped: Kept::new(),
            shares: Kept::new(),
            loans: Kept::new(),
            stakes: Kept::new(),
            committed: false,
        };
        let outcome = operation(&mut transaction)?;
        transaction.committed = true;
        Ok(outcome)
    }
}
