//! Requests of withdrawals and their payment.

use levmine_market::Account;
use levmine_math::{U256, sub};

use crate::error::{LidoError, Result};
use crate::ledger::Holder;
use crate::queue::{MAX_REQUEST, MIN_REQUEST};
use crate::state::State;

fn check_amount(amount: U256) -> Result<()> {
    if amount < MIN_REQUEST {
        return Err(LidoError::RequestTooSmall { amount });
    }
    if amount > MAX_REQUEST {
        return Err(LidoError::RequestTooLarge { amount });
    }
    Ok(())
}

impl State {
    fn queue_runs(&self) -> Result<()> {
        if self.queue.is_paused { Err(LidoError::QueuePaused) } else { Ok(()) }
    }

    /// Requests the withdrawal of stETH: its shares move to the queue. Returns the request's number.
    ///
    /// Source: `WithdrawalQueue.requestWithdrawals`, of one amount.
    ///
    /// # Errors
    ///
    /// [`LidoError::QueuePaused`], [`LidoError::RequestTooSmall`], [`LidoError::RequestTooLarge`],
    /// [`LidoError::Stopped`], [`LidoError::BalanceExceeded`].
    pub fn request(&mut self, owner: Account, steth: U256, time: u64) -> Result<u64> {
        self.queue_runs()?;
        check_amount(steth)?;
        let shares = self.rate()?.shares_of(steth)?;
        self.running()?;
        self.ledger.without(owner.into(), shares)?;
        let request = self.queue.next(steth, shares, owner, time)?;
        self.ledger.move_shares(owner.into(), Holder::Queue, shares)?;
        self.queue.requests.push(request);
        Ok(self.queue.last_request())
    }

    /// Requests the withdrawal of wstETH, which is unwrapped first. Returns the request's number and its stETH.
    ///
    /// Source: `WithdrawalQueue.requestWithdrawalsWstETH`, of one amount.
    ///
    /// # Errors
    ///
    /// [`LidoError::QueuePaused`], as [`State::preview_unwrap`], [`LidoError::RequestTooSmall`],
    /// [`LidoError::RequestTooLarge`].
    pub fn request_wrapped(&mut self, owner: Account, wsteth: U256, time: u64) -> Result<(u64, U256)> {
        self.queue_runs()?;
        let steth = self.preview_unwrap(wsteth)?;
        check_amount(steth)?;
        // What the queue counts is what it was paid: the same rounding twice.
        let shares = self.rate()?.shares_of(steth)?;
        let request = self.queue.next(steth, shares, owner, time)?;
        self.unwrap(Holder::Queue, wsteth)?;
        self.queue.requests.push(request);
        Ok((self.queue.last_request(), steth))
    }

    /// Pays a finalized request to its owner. Returns the ether.
    ///
    /// Source: `WithdrawalQueue.claimWithdrawal`.
    ///
    /// # Errors
    ///
    /// [`LidoError::InvalidRequestId`], [`LidoError::NotFinalized`], [`LidoError::AlreadyClaimed`],
    /// [`LidoError::NotOwner`].
    pub fn claim(&mut self, caller: Account, id: u64) -> Result<U256> {
        let ether = self.queue.check_claim(id, caller)?;
        let locked = sub(self.queue.locked_ether, ether)?;
        let at = usize::try_from(id.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(request) = self.queue.requests.get_mut(at) else {
            return Err(LidoError::InvalidRequestId { id });
        };
        request.claimed = true;
        self.queue.locked_ether = locked;
        Ok(ether)
    }
}
