//! The reserve: what lies beside the capital, in an account of its own, until a policy adds it to the collateral.
//!
//! It counts as equity and is touched by nothing else. What is left of it comes back to the wallet when the books are
//! closed. Every movement is in the journal.

use levmine_market::{Account, Holder, Outside, Reason, TokenAmount};
use levmine_math::U256;

use crate::portfolio::{Line, LineKind};
use crate::{StepError, Strategy, World};

impl World {
    /// The account that holds the farmer's reserve.
    #[must_use]
    pub const fn reserve_account(&self) -> Account {
        self.farmer.reserve()
    }

    /// What the reserve holds.
    #[must_use]
    pub fn reserve(&self) -> Vec<TokenAmount> {
        self.journal.balances(Holder::Wallet(self.reserve_account())).collect()
    }

    /// Takes what a strategy says of itself beyond its capital: its reserve, how it is left, and the spans of time over which
    /// its policies look at volatility. To be told before [`World::fund`].
    ///
    /// # Errors
    ///
    /// [`StepError::RebasingReserve`] for a token whose balances change by themselves: nobody would follow them there.
    pub fn begin_strategy(&mut self, strategy: &Strategy) -> Result<(), StepError> {
        self.portfolio.exit = strategy.exit;
        self.portfolio.volatilities = crate::policy::volatilities(&strategy.policies);
        if strategy.reserve.is_empty() {
            return Ok(());
        }
        self.journal.begin(self.now.time);
        for amount in &strategy.reserve {
            if self.rebasing.iter().any(|token| token.share == amount.asset) {
                return Err(StepError::RebasingReserve { asset: amount.asset });
            }
            let reserve = Holder::Wallet(self.reserve_account());
            self.journal.post(Holder::Outside(Outside::Capital), reserve, *amount, Reason::Capital)?;
        }
        Ok(())
    }

    /// Moves an amount from the reserve into the wallet.
    pub(crate) fn take_from_reserve(&mut self, amount: TokenAmount) -> Result<(), StepError> {
        let (from, to) = (Holder::Wallet(self.reserve_account()), Holder::Wallet(self.farmer));
        Ok(self.journal.post(from, to, amount, Reason::Capital)?)
    }

    /// Moves all that is left of the reserve into the wallet.
    pub(crate) fn return_reserve(&mut self) -> Result<(), StepError> {
        for amount in self.reserve() {
            self.take_from_reserve(amount)?;
        }
        Ok(())
    }

    /// Marks what the reserve holds.
    pub(crate) fn mark_reserve(&self) -> Result<Vec<Line>, StepError> {
        let reserve = Holder::Wallet(self.reserve_account());
        let held = self.journal.balances(reserve);
        held.map(|amount| {
            let mark = self.market.mark(amount, self.quote)?;
            Ok(Line { kind: LineKind::Wallet, amount, mark })
        })
        .collect()
    }

    /// What the reserve holds of one asset, in base units.
    #[must_use]
    pub fn in_reserve(&self, asset: levmine_market::Asset) -> U256 {
        self.journal.balance(Holder::Wallet(self.reserve_account()), asset)
    }
}
