//! Closing the books of a position that was taken apart, and telling what stays behind.

use levmine_market::{Asset, Cause, MARKS_PER_BASE_UNIT, Mark, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};
use rust_decimal::Decimal;

use super::exit::in_the_way;
use super::{ExitBy, Recipe};
use crate::portfolio::LineKind;
use crate::{Action, AmountSpec, Line, Plan, ShareLine, StepError, World};

/// How an unwound position ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settlement {
    /// Equity: what the wallet holds at market prices, in base units of the quote asset; while the chain stands, what is
    /// in venues, too.
    pub equity: i128,
    /// Debt that stays with lenders, also where something is left there that secures it.
    pub owed: Vec<(VenueId, TokenAmount)>,
    /// The part of that debt which nothing that is left at its market covers, at market prices; rounded down.
    pub bad_debt: Vec<(VenueId, TokenAmount)>,
    /// What stays in venues because they could not pay it out, or because it is not worth taking.
    pub stranded: Vec<(VenueId, TokenAmount)>,
    /// Why anything stays in a venue, one reason for each.
    pub reasons: Vec<(VenueId, String)>,
    /// Gas that nothing was left to pay, in base units of the quote asset, rounded down.
    pub unpaid_gas: U256,
    /// Premiums by time that nothing was left to pay, in base units of the quote asset, rounded down.
    pub unpaid_premium: U256,
}

impl World {
    fn holder_of(&self, share: Asset) -> Option<VenueId> {
        self.venue_ids().find(|id| {
            self.lending(*id).is_ok_and(|market| {
                market.supplied(self.farmer, share, self.now).is_ok_and(|supplied| !supplied.is_zero())
            })
        })
    }

    /// Where shares are: those that are collateral stand with the market that has them.
    fn place_of(&self, line: &ShareLine) -> VenueId {
        let through = line.through.iter().find_map(|amount| self.holder_of(amount.asset));
        self.holder_of(line.share).or(through).unwrap_or(line.pool)
    }

    /// What is left at a lending market at market prices, debts subtracted.
    pub(super) fn left_there(&self, at: VenueId) -> Mark {
        let lines = self.portfolio.lines.iter().fold(0_i128, |sum, line| match line.kind {
            LineKind::Supplied(id) if id == at => sum.saturating_add(line.mark),
            LineKind::Owed(id) if id == at => sum.saturating_sub(line.mark),
            _ => sum,
        });
        let shares = self.portfolio.shares.iter().filter(|line| self.place_of(line) == at);
        shares.fold(lines, |sum, line| sum.saturating_add(line.mark))
    }

    /// Whether nothing is left in any venue: neither debts nor supplies nor shares.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.portfolio.shares.is_empty()
            && self.portfolio.lines.iter().all(|line| line.kind == LineKind::Wallet)
    }

    /// Closes the books after [`unwind`](super::unwind): equity is what the wallet holds. What is left in venues, both ways,
    /// is written off; while the chain stands, it stays open and counts at its marks.
    ///
    /// # Errors
    ///
    /// [`StepError`] when a price is missing.
    pub fn settle(&mut self) -> Result<Settlement, StepError> {
        self.settle_shares()?;
        let reasons = self.why_left();
        // Gas that was due while the wallet was empty is paid first of all.
        self.journal.begin(self.now.time);
        self.return_reserve()?;
        self.pay_due()?;
        self.value_entries();
        let marked = self.portfolio.equity();
        let rebuilt = self.rebuild_portfolio()?;
        self.portfolio.attribution.book(Cause::Rounding, rebuilt.saturating_sub(marked))?;
        let mut settlement = Settlement { reasons, ..Settlement::default() };
        let before = self.portfolio.equity();
        let mut wallet: Mark = 0;
        // What is left at each lending market, debts subtracted: below zero it is the lender's loss.
        let mut left: Vec<(VenueId, Mark)> = Vec::new();
        let mut leave = |at: VenueId, mark: Mark| match left.iter_mut().find(|(known, _)| *known == at) {
            Some((_, sum)) => *sum = sum.saturating_add(mark),
            None => left.push((at, mark)),
        };
        for line in &self.portfolio.lines {
            match line.kind {
                LineKind::Wallet => wallet = wallet.saturating_add(line.mark),
                LineKind::Supplied(at) | LineKind::Staked(at) | LineKind::Queued(at) => {
                    settlement.stranded.push((at, line.amount));
                    leave(at, line.mark);
                }
                LineKind::Owed(at) => {
                    settlement.owed.push((at, line.amount));
                    leave(at, line.mark.saturating_neg());
                }
            }
        }
        for line in &self.portfolio.shares {
            let holder = self.place_of(line);
            settlement.stranded.push((holder, TokenAmount::new(line.share, line.held)));
            leave(holder, line.mark);
        }
        let open = self.stays_open(&mut left);
        let mut booked: Mark = 0;
        for (at, mark) in left {
            settlement.bad_debt.extend(self.uncovered(at, mark, &settlement.owed)?);
            let cause = if mark < 0 { Cause::BadDebt } else { Cause::Stranded };
            self.portfolio.attribution.book(cause, mark.saturating_neg())?;
            booked = booked.saturating_sub(mark);
        }
        // Gas and premiums beyond what the wallet holds are not paid: they do not count as spent. Gas is paid first.
        let equity = wallet.saturating_add(open).saturating_sub(self.portfolio.gas_due).max(0);
        let unpaid = equity.saturating_sub(before).saturating_sub(booked);
        let premium = self.market.mark(TokenAmount::new(self.quote, self.luck.premium_due), self.quote)?;
        let premium = premium.min(unpaid.max(0));
        self.portfolio.attribution.book(Cause::CoverPremium, premium)?;
        let gas = unpaid.saturating_sub(premium);
        self.portfolio.attribution.book(Cause::Gas, gas)?;
        let whole = |mark: Mark| U256::from(mark.max(0).unsigned_abs() / u128::from(MARKS_PER_BASE_UNIT));
        (settlement.unpaid_gas, settlement.unpaid_premium) = (whole(gas), whole(premium));
        settlement.equity = equity / i128::from(MARKS_PER_BASE_UNIT);
        Ok(settlement)
    }

    /// The debts at a market of which nothing covers a part, with that part; `left` is what is left there, debts
    /// subtracted.
    fn uncovered(
        &self,
        at: VenueId,
        left: Mark,
        owed: &[(VenueId, TokenAmount)],
    ) -> Result<Vec<(VenueId, TokenAmount)>, StepError> {
        let here = || owed.iter().filter(|(known, _)| *known == at).map(|(_, debt)| *debt);
        let mut sum: Mark = 0;
        for debt in here() {
            sum = sum.saturating_add(self.market.mark(debt, self.quote)?);
        }
        if left >= 0 || sum <= 0 {
            return Ok(Vec::new());
        }
        let (missing, sum) = (left.unsigned_abs().min(sum.unsigned_abs()), sum.unsigned_abs());
        let part = |raw| mul_div(raw, U256::from(missing), U256::from(sum), Rounding::Down);
        let parts = here().map(|debt| Ok((at, TokenAmount::new(debt.asset, part(debt.raw)?))));
        let parts: Result<Vec<_>, StepError> = parts.collect();
        Ok(parts?.into_iter().filter(|(_, debt)| !debt.is_zero()).collect())
    }

    /// Why the venues where anything is left keep it, found by trying to get it out once more.
    fn why_left(&mut self) -> Vec<(VenueId, String)> {
        let mut venues: Vec<VenueId> = Vec::new();
        let lines = self.portfolio.lines.iter().filter_map(|line| match line.kind {
            LineKind::Wallet => None,
            LineKind::Supplied(at) | LineKind::Owed(at) | LineKind::Staked(at) | LineKind::Queued(at) => {
                Some(at)
            }
        });
        let shares = self.portfolio.shares.iter().map(|line| self.place_of(line));
        for at in lines.chain(shares) {
            if !venues.contains(&at) {
                venues.push(at);
            }
        }
        venues.into_iter().map(|at| (at, self.why_at(at))).collect()
    }

    fn owes(&self, at: VenueId) -> bool {
        let owed = |line: &Line| line.kind == LineKind::Owed(at) && !line.amount.is_zero();
        self.portfolio.lines.iter().any(owed)
    }

    /// What is said where an action cannot be done.
    fn refusal(&mut self, action: Action) -> Option<StepError> {
        self.trial(|world| world.transact(&Plan::of(vec![action])).err().map(|error| *error.source))
    }

    fn why_at(&mut self, at: VenueId) -> String {
        if self.is_halted() {
            return StepError::Halted.to_string();
        }
        if self.is_paused(at) {
            return StepError::Paused { venue: self.name(at).into() }.to_string();
        }
        if self.lending(at).is_ok() {
            let turns = self.refusal(Action::Recipe(Recipe::Exit { at, by: ExitBy::Iteration }));
            let flash = self.refusal(Action::Recipe(Recipe::Exit { at, by: ExitBy::Flash }));
            return match (turns, flash) {
                (Some(turns), Some(_)) => in_the_way(self, at, turns).to_string(),
                _ if self.owes(at) => "paying what is owed there would cost more than it frees".into(),
                _ => "taking it out would cost more than it brings".into(),
            };
        }
        let assets: Vec<Asset> = self.vault(at).map(|vault| vault.assets().to_vec()).unwrap_or_default();
        for asset in assets {
            let action = Action::Redeem { at, amount: AmountSpec::All(asset), max_loss: Decimal::ONE };
            let staked = self.vault(at).map(|vault| vault.staked(self.farmer, asset, self.now));
            if staked.is_ok_and(|staked| !staked.is_zero())
                && let Some(error) = self.refusal(action)
            {
                return error.to_string();
            }
        }
        if self.pool(at).is_ok()
            && let Some(error) = self.refusal(Action::RemoveLiquidity { at, part: Decimal::ONE, to: None })
        {
            return error.to_string();
        }
        "it waits there, or is too little to be paid out".into()
    }
}
