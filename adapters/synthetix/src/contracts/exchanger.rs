//! `Exchanger`: synths into synths at the oracle's price, and the same without a fee by the issuer's own entry.

use levmine_market::Asset;
use levmine_math::U256;

use super::System;
use super::debt::Change;
use crate::error::{Result, SynthetixError};
use crate::math::{UNIT, add, multiply, sub};

/// What an exchange did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exchanged {
    /// What the trader gets.
    pub(crate) received: U256,
    /// The fee in sUSD, minted into the fee pool.
    pub(crate) fee: U256,
}

impl System {
    fn place(&self, asset: Asset) -> Result<usize> {
        self.synth(asset).map(|(at, _)| at).ok_or(SynthetixError::WrongSide { asset })
    }

    /// Exchanges `amount` of a synth. The debt of the synths it touches is counted anew at their prices.
    ///
    /// Source: `Exchanger._exchange` without reclamation of fees, waiting periods and dynamic fees.
    pub(crate) fn exchange(&mut self, sell: Asset, amount: U256, buy: Asset, now: u64) -> Result<Exchanged> {
        let (from, to) = (self.place(sell)?, self.place(buy)?);
        if from == to {
            return Err(SynthetixError::SameSynth { asset: sell });
        }
        if amount.is_zero() {
            return Err(SynthetixError::ZeroAmount);
        }
        let ((source, source_stale), (destination, destination_stale)) =
            (self.synth_rate(from, now), self.synth_rate(to, now));
        if source_stale || destination_stale {
            return Err(SynthetixError::ExchangeRateStale {
                asset: if source_stale { sell } else { buy },
                now,
            });
        }
        let base = |at: usize| if at == 0 { U256::ZERO } else { self.settings.exchange_fee };
        let fee_rate = add(base(from), base(to))?;
        let whole = self.effective_value(from, amount, to, now)?;
        let received = multiply(whole, sub(UNIT, fee_rate)?)?;
        let fee = sub(whole, received)?;
        self.change_supply(from, Change::Less(amount))?;
        self.change_supply(to, Change::More(received))?;
        let fee = self.effective_value(to, fee, 0, now)?;
        if !fee.is_zero() {
            self.change_supply(0, Change::More(fee))?;
            self.record_fee(fee)?;
        }
        let rates = [(from, source), (to, destination), (0, UNIT)];
        // sUSD is counted too, where it is none of the two.
        let counted = if from == 0 || to == 0 { 2 } else { 3 };
        self.update_cached_synth_debts(rates.get(..counted).unwrap_or_default())?;
        Ok(Exchanged { received, fee })
    }

    /// Burns one synth and mints another without a fee, both at their prices; only sUSD's cached debt moves, by what
    /// each side is worth, rounded down.
    ///
    /// Source: `Issuer.burnSynthsWithoutDebt`, `Issuer.issueSynthsWithoutDebt`.
    pub(crate) fn swap_without_debt(
        &mut self,
        sell: Asset,
        amount: U256,
        buy: Asset,
        received: U256,
        now: u64,
    ) -> Result<()> {
        let (from, to) = (self.place(sell)?, self.place(buy)?);
        if amount.is_zero() || received.is_zero() {
            return Err(SynthetixError::CannotIssueZero);
        }
        self.change_supply(from, Change::Less(amount))?;
        let (rate, _) = self.synth_rate(from, now);
        self.update_cached_susd_debt(Change::Less(multiply(amount, rate)?))?;
        self.change_supply(to, Change::More(received))?;
        let (rate, _) = self.synth_rate(to, now);
        self.update_cached_susd_debt(Change::More(multiply(received, rate)?))
    }
}
