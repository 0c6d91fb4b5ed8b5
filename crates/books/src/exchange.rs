//! Something for something else: swaps, and shares of pools and vaults.
//!
//! What is bought costs what was given for it. Where money (the quote asset) is all of one side, that is the value of both;
//! else it is the market value of what was given, and where shares are given the market value of what comes out.

use levmine_composer::Operation;
use levmine_market::{Asset, MARKS_PER_BASE_UNIT, Mark, Reason, TokenAmount};
use levmine_math::U256;

use crate::bookkeeper::{Bookkeeper, Flow, cost_of};
use crate::share::{part, split, weight};
use crate::{Account, BooksError, Income, ShareRule, Taken, TaxWhat, Why};

/// What kind of exchange it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A swap.
    Trade,
    /// Coins become shares.
    Enter,
    /// Shares become coins.
    Leave,
    /// Collateral is seized, against debt that need no longer be paid.
    Seized {
        /// The value of that debt.
        relief: Mark,
    },
}

/// All of one asset on one side of an exchange.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    account: Account,
    amount: TokenAmount,
    value: Option<Mark>,
    /// The movements it consists of: some may go the other way, as what a pool gives back.
    flows: Vec<Flow>,
}

impl Bookkeeper<'_> {
    /// Enters an operation at a pool.
    pub(crate) fn pool(&mut self, operation: &Operation, flows: &[Flow]) -> Result<(), BooksError> {
        let (outs, ins) = self.sides(Account::Wallet, flows)?;
        let (way, why) = match operation.reason {
            Reason::AddLiquidity => (Way::Enter, Why::Liquidity),
            Reason::RemoveLiquidity => (Way::Leave, Why::Liquidity),
            _ => (Way::Trade, Why::Swap),
        };
        if outs.is_empty() {
            // Nothing was given: fees that waited beside a position.
            return flows
                .iter()
                .try_for_each(|flow| self.income(Income::TradingFees, Account::Wallet, *flow));
        }
        self.exchange(&outs, &ins, way, why)
    }

    /// What goes out and what comes in, each asset once. What comes back of an asset lessens what was given of it.
    pub(crate) fn sides(
        &mut self,
        account: Account,
        flows: &[Flow],
    ) -> Result<(Vec<Side>, Vec<Side>), BooksError> {
        let mut assets: Vec<Asset> = Vec::new();
        for flow in flows {
            if !assets.contains(&flow.amount.asset) {
                assets.push(flow.amount.asset);
            }
        }
        let (mut outs, mut ins) = (Vec::new(), Vec::new());
        for asset in assets {
            let of: Vec<Flow> = flows.iter().filter(|flow| flow.amount.asset == asset).copied().collect();
            let sum = |leave| {
                let these = of.iter().filter(|flow| flow.leave == leave);
                these.fold((U256::ZERO, Some(0)), |(raw, value): (U256, Option<Mark>), flow| {
                    let value = value.zip(flow.value).map(|(sum, value)| sum.saturating_add(value));
                    (raw.saturating_add(flow.amount.raw), value)
                })
            };
            let ((gone, paid), (come, got)) = (sum(true), sum(false));
            let raw = gone.abs_diff(come);
            let side = |more: Option<Mark>, less: Option<Mark>| {
                let value = more.zip(less).map(|(more, less)| more.saturating_sub(less).max(0));
                Side { account, amount: TokenAmount::new(asset, raw), value, flows: of.clone() }
            };
            if gone > come {
                outs.push(side(paid, got));
            } else if come > gone {
                ins.push(side(got, paid));
            } else {
                of.iter().for_each(|flow| self.post(account, *flow, None));
            }
        }
        Ok((outs, ins))
    }

    /// Enters an exchange of `outs` for `ins`.
    pub(crate) fn exchange(
        &mut self,
        outs: &[Side],
        ins: &[Side],
        way: Way,
        why: Why,
    ) -> Result<(), BooksError> {
        let mut taken: Vec<Vec<Taken>> = Vec::with_capacity(outs.len());
        for side in outs {
            taken.push(self.inventory(side.amount.asset).take(side.amount.raw)?);
        }
        let costs: Vec<Mark> = taken.iter().map(|taken| cost_of(taken)).collect();
        let cost = costs.iter().fold(0, |sum: Mark, cost| sum.saturating_add(*cost));
        let carries = matches!(way, Way::Enter | Way::Leave) && self.rules.shares == ShareRule::Deposit;
        let total = if carries { self.carried(cost, ins) } else { self.value(outs, ins, way) };
        let relief = if let Way::Seized { relief } = way { relief } else { 0 };
        for (side, cost) in ins.iter().zip(self.allocate(total.saturating_sub(relief), ins)?) {
            let source = self.source(side.flows.first().and_then(|flow| flow.entry));
            self.inventory(side.amount.asset).add(side.amount.raw, cost, source)?;
            self.post_side(side, cost)?;
        }
        for (side, cost) in outs.iter().zip(&costs) {
            self.post_side(side, *cost)?;
        }
        self.post_value(Account::Gains, cost.saturating_sub(total));
        if carries && total == cost {
            return Ok(());
        }
        let proceeds = if matches!(way, Way::Seized { .. }) {
            split(total, &outs.iter().map(|side| weight(side.value.unwrap_or(0))).collect::<Vec<_>>())?
        } else {
            self.allocate(total, outs)?
        };
        for ((side, taken), proceeds) in outs.iter().zip(&taken).zip(proceeds) {
            let entry = side.flows.first().and_then(|flow| flow.entry);
            self.disposals(why, entry, side.amount.asset, taken, proceeds)?;
        }
        if outs.is_empty() && total != 0 {
            let asset = ins.first().map_or(self.quote, |side| side.amount.asset);
            let what = TaxWhat::Disposal { why, origin: None, proceeds: total, cost: 0 };
            self.line(None, TokenAmount::zero(asset), what);
        }
        Ok(())
    }

    /// What an exchange is worth.
    fn value(&self, outs: &[Side], ins: &[Side], way: Way) -> Mark {
        let sum = |sides: &[Side]| {
            sides.iter().fold(0, |sum: Mark, side| sum.saturating_add(side.value.unwrap_or(0)))
        };
        let only_money =
            |sides: &[Side]| !sides.is_empty() && sides.iter().all(|side| side.amount.asset == self.quote);
        let priced = outs.iter().all(|side| side.value.is_some());
        let (money_out, money_in) = (self.money(outs), self.money(ins));
        let value = match way {
            Way::Seized { relief } => return relief.saturating_add(sum(ins)),
            _ if only_money(outs) => money_out,
            _ if only_money(ins) => money_in,
            _ if ins.is_empty() => 0,
            Way::Leave => sum(ins),
            _ if !priced => sum(ins),
            _ => sum(outs),
        };
        if ins.is_empty() { value } else { value.max(money_out).max(money_in) }
    }

    /// What shares and coins cost where neither way is a disposal: what was given had cost. Only money that is more than
    /// that is a gain, and money alone settles everything.
    fn carried(&self, cost: Mark, ins: &[Side]) -> Mark {
        let money = self.money(ins);
        let others = ins.iter().any(|side| side.amount.asset != self.quote);
        if others { cost.max(money) } else { money }
    }

    /// The money on a side.
    fn money(&self, sides: &[Side]) -> Mark {
        let of = sides.iter().filter(|side| side.amount.asset == self.quote);
        of.fold(0, |sum: Mark, side| sum.saturating_add(face(side.amount.raw)))
    }

    /// Splits a value over a side: money gets what it is, the rest goes by market value.
    fn allocate(&self, total: Mark, sides: &[Side]) -> Result<Vec<Mark>, BooksError> {
        let is_money = |side: &Side| side.amount.asset == self.quote;
        let rest = total.saturating_sub(self.money(sides));
        let others: Vec<&Side> = sides.iter().filter(|side| !is_money(side)).collect();
        let weights: Vec<U256> = others.iter().map(|side| weight(side.value.unwrap_or(0))).collect();
        let mut parts = split(rest.max(0), &weights)?.into_iter();
        let of = |side: &Side| {
            if is_money(side) { face(side.amount.raw) } else { parts.next().unwrap_or(0) }
        };
        Ok(sides.iter().map(of).collect())
    }

    /// Posts the movements of a side, which together cost `cost`.
    fn post_side(&mut self, side: &Side, cost: Mark) -> Result<(), BooksError> {
        let sum = |leave| {
            let these = side.flows.iter().filter(move |flow| flow.leave == leave);
            these.fold(U256::ZERO, |sum, flow| sum.saturating_add(flow.amount.raw))
        };
        let (gone, come) = (sum(true), sum(false));
        // What goes the other way is posted at the same cost for a unit, on both sides.
        let (back, forth) = (gone.min(come), gone.max(come));
        let extra = if back.is_zero() {
            0
        } else if back <= side.amount.raw {
            part(cost, back, side.amount.raw)?
        } else {
            cost
        };
        for leave in [true, false] {
            let these: Vec<&Flow> = side.flows.iter().filter(|flow| flow.leave == leave).collect();
            let weights: Vec<U256> = these.iter().map(|flow| flow.amount.raw).collect();
            let is_main = sum(leave) == forth;
            let all = if is_main { cost.saturating_add(extra) } else { extra };
            for (flow, cost) in these.into_iter().zip(split(all, &weights)?) {
                self.post(side.account, *flow, Some(cost));
            }
        }
        Ok(())
    }
}

/// What base units of the quote asset are, in marks.
pub(crate) fn face(raw: U256) -> Mark {
    i128::try_from(raw).unwrap_or(i128::MAX).saturating_mul(i128::from(MARKS_PER_BASE_UNIT))
}
