//! All or nothing: a transaction over a market that undoes itself unless it is committed.

use levmine_market::Account;
use levmine_math::{U256, add};
use smallvec::SmallVec;

use crate::accrual::{self, Accrual};
use crate::error::{MorphoError, Result};
use crate::oracle::Oracle;
use crate::state::{Position, State, Totals};

/// What an operation may know of the world.
#[derive(Debug, Clone, Copy)]
pub(crate) struct World<'a> {
    /// The block's time.
    pub(crate) now: u64,
    /// The oracle.
    pub(crate) oracle: Oracle<'a>,
}

/// One of the two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token {
    Loan,
    Collateral,
}

/// A market while an operation runs. What is changed is kept aside first, and dropping the transaction puts it back.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    state: &'a mut State,
    totals: Totals,
    positions: SmallVec<[(Account, Option<Position>); 2]>,
    committed: bool,
}

impl Transaction<'_> {
    pub(crate) fn state(&self) -> &State {
        self.state
    }

    pub(crate) fn totals(&self) -> &Totals {
        &self.state.totals
    }

    pub(crate) fn totals_mut(&mut self) -> &mut Totals {
        &mut self.state.totals
    }

    pub(crate) fn position(&self, account: Account) -> Position {
        self.state.position(account)
    }

    pub(crate) fn set_position(&mut self, account: Account, position: Position) {
        if !self.positions.iter().any(|(kept, _)| *kept == account) {
            self.positions.push((account, self.state.positions.get(&account).copied()));
        }
        self.state.positions.insert(account, position);
    }

    /// Accrues interest and books the fee.
    pub(crate) fn accrue(&mut self, now: u64) -> Result<Option<Accrual>> {
        let accrual = accrual::accrue(&self.state.params, &mut self.state.totals, now)?;
        let fee = accrual.map_or(U256::ZERO, |accrual| accrual.fee_shares);
        if !fee.is_zero() {
            match self.state.fee_recipient {
                Some(recipient) => {
                    let mut position = self.position(recipient);
                    position.supply_shares = add(position.supply_shares, fee)?;
                    self.set_position(recipient, position);
                }
                None => {
                    let totals = &mut self.state.totals;
                    totals.ownerless_shares = add(totals.ownerless_shares, fee)?;
                }
            }
        }
        Ok(accrual)
    }

    /// Takes tokens in.
    pub(crate) fn take_in(&mut self, token: Token, amount: U256) -> Result<()> {
        let asset = self.asset(token);
        let held = self.held(token);
        *held = held.checked_add(amount).ok_or(MorphoError::TransferFromReverted {
            asset,
            held: *held,
            amount,
        })?;
        Ok(())
    }

    /// Pays tokens out.
    pub(crate) fn pay_out(&mut self, token: Token, amount: U256) -> Result<()> {
        let asset = self.asset(token);
        let held = self.held(token);
        *held = held.checked_sub(amount).ok_or(MorphoError::TransferReverted {
            asset,
            available: *held,
            needed: amount,
        })?;
        Ok(())
    }

    fn asset(&self, token: Token) -> levmine_market::Asset {
        match token {
            Token::Loan => self.state.params.loan(),
            Token::Collateral => self.state.params.collateral(),
        }
    }

    fn held(&mut self, token: Token) -> &mut U256 {
        match token {
            Token::Loan => &mut self.state.totals.loan_held,
            Token::Collateral => &mut self.state.totals.collateral_held,
        }
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        self.state.totals = self.totals;
        for (account, position) in self.positions.drain(..) {
            match position {
                Some(position) => self.state.positions.insert(account, position),
                None => self.state.positions.remove(&account),
            };
        }
    }
}

impl State {
    /// Runs `operation`; where it fails, everything is as it was.
    pub(crate) fn transact<T>(
        &mut self,
        operation: impl FnOnce(&mut Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let totals = self.totals;
        let mut transaction =
            Transaction { state: self, totals, positions: SmallVec::new(), committed: false };
        let outcome = operation(&mut transaction)?;
        transaction.committed = true;
        Ok(outcome)
    }
}
