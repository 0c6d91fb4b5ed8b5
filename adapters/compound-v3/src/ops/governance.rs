//! What governance does, permissions, and tokens sent to the contract.

use levmine_market::Account;
use levmine_math::{U256, add};

use crate::error::{CometError, Result};
use crate::signed::Signed;
use crate::state::{Action, Comet, Stock};

impl Comet {
    /// Pauses some actions and lets the others go on, in the order of [`Action`].
    ///
    /// Source: `Comet.pause`.
    ///
    /// # Errors
    ///
    /// [`CometError::Unauthorized`] unless the governor or the pause guardian asks.
    pub fn pause(&mut self, caller: Account, paused: [bool; 5]) -> Result<()> {
        if self.governor != Some(caller) && self.pause_guardian != Some(caller) {
            return Err(CometError::Unauthorized { caller });
        }
        let bits = Action::ALL.iter().zip(paused).filter(|(_, paused)| *paused);
        self.totals.pause_flags = bits.fold(0, |flags, (action, _)| flags | action.bit());
        Ok(())
    }

    /// Pays reserves out.
    ///
    /// Source: `Comet.withdrawReserves`.
    ///
    /// # Errors
    ///
    /// [`CometError::Unauthorized`] unless the governor asks, [`CometError::InsufficientReserves`],
    /// [`CometError::InsufficientTokens`] where the reserves are lent out.
    pub fn withdraw_reserves(&mut self, caller: Account, amount: U256, now: u64) -> Result<()> {
        if self.governor != Some(caller) {
            return Err(CometError::Unauthorized { caller });
        }
        match self.reserves(now)? {
            Signed::Plus(reserves) if amount <= reserves => {}
            reserves => {
                let available = reserves.or_zero();
                return Err(CometError::InsufficientReserves { needed: amount, available });
            }
        }
        self.cash = Self::paid_out(self.params.base, self.cash, amount)?;
        Ok(())
    }

    /// Lets `manager` act for `owner` in everything, or no longer.
    ///
    /// Source: `CometExt.allow`.
    pub fn allow(&mut self, owner: Account, manager: Account, is_allowed: bool) {
        if is_allowed {
            self.allowed.insert((owner, manager));
        } else {
            self.allowed.remove(&(owner, manager));
        }
    }

    /// Tokens sent to the contract without calling it: base joins the reserves, collateral what is for sale.
    ///
    /// # Errors
    ///
    /// [`CometError::Panic`] above 256 bits.
    pub fn donate(&mut self, number: Option<usize>, amount: U256) -> Result<()> {
        match number {
            None => self.cash = add(self.cash, amount)?,
            Some(number) => {
                let stock = self.stock(number)?;
                self.set_stock(number, Stock { held: add(stock.held, amount)?, ..stock });
            }
        }
        Ok(())
    }
}
