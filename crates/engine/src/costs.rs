//! What a run's transactions have cost, and from which capital on an automation pays for its own.

use levmine_composer::policy::PolicyAction;
use levmine_composer::{GasSpent, Policy, World};
use levmine_market::{Asset, Cause, Timestamp};
use levmine_math::closed::{break_even_capital, compounding_gain};
use levmine_math::{U256, units_from_decimal, units_to_decimal};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::{Event, EventKind};

/// What a run's transactions have cost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GasCosts {
    /// All of them: the opening's, the policies' and the unwinding's.
    pub all: GasSpent,
    /// The policies that made transactions, in their order.
    pub policies: Vec<PolicyCosts>,
}

/// What a policy's transactions have cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyCosts {
    /// The policy, by its place in the strategy.
    pub policy: usize,
    /// The policy in words.
    pub text: String,
    /// How often it acted.
    pub acts: u32,
    /// What its transactions have cost.
    pub spent: GasSpent,
    /// What acting as often for a whole year would cost, in base units of the quote asset.
    pub per_year: Option<U256>,
    /// For a policy that compounds: when that pays.
    pub compounding: Option<Compounding>,
}

/// When compounding pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compounding {
    /// What the run earned in a year that waits to be put back to work, as a fraction of the capital at the start: rewards,
    /// and fees where they wait beside the liquidity.
    pub rate: Decimal,
    /// What compounding as often as the policy did adds to it in a year.
    pub gain: Decimal,
    /// The capital above which that is more than it costs, in base units of the quote asset; `None` where nothing is
    /// gained.
    pub from: Option<U256>,
}

const YEAR: u64 = 31_536_000;
/// Everything about a run that costs are told by.
pub(crate) struct Told<'a> {
    pub policies: &'a [Policy],
    pub events: &'a [Event],
    pub span: (Timestamp, Timestamp),
    pub start_equity: i128,
    pub parts: &'a [(Cause, i128)],
    /// What waits until a policy puts it back to work; other earnings stay where they are and earn by themselves.
    pub waits: Vec<Cause>,
}

/// What waits in this world until somebody claims or collects it.
pub(crate) fn idle_earnings(world: &World) -> Vec<Cause> {
    let collects = |id| world.pool(id).is_ok_and(|pool| pool.capabilities().collects_fees);
    let fees = world.venue_ids().any(collects).then_some(Cause::TradingFees);
    std::iter::once(Cause::Rewards).chain(fees).collect()
}

pub(crate) fn gas_costs(world: &World, told: &Told<'_>) -> GasCosts {
    let policies = told.policies.iter().enumerate().filter_map(|(at, policy)| {
        let spent = world.gas.spent_by(at);
        (spent.transactions > 0).then(|| told.policy(world.quote, at, policy, spent))
    });
    GasCosts { all: world.gas.spent(), policies: policies.collect() }
}

impl Told<'_> {
    fn policy(&self, quote: Asset, at: usize, policy: &Policy, spent: GasSpent) -> PolicyCosts {
        let acted = |event: &&Event| matches!(&event.kind, EventKind::Policy { policy, .. } if *policy == at);
        let acts = u32::try_from(self.events.iter().filter(acted).count()).unwrap_or(u32::MAX);
        let (from, to) = self.span;
        let seconds = Decimal::from(to.since(from));
        let years = seconds.checked_div(Decimal::from(YEAR)).filter(|years| !years.is_zero());
        let cost = units_to_decimal(spent.cost, quote.decimals()).ok();
        let per_year = years.zip(cost).and_then(|(years, cost)| {
            units_from_decimal(cost.checked_div(years)?, quote.decimals(), levmine_math::Rounding::Up).ok()
        });
        let compounds = matches!(policy.action, PolicyAction::Compound { .. });
        let compounding =
            years.filter(|_| compounds).and_then(|years| self.compounding(quote, acts, years, cost?));
        PolicyCosts { policy: at, text: policy.to_string(), acts, spent, per_year, compounding }
    }

    fn compounding(&self, quote: Asset, acts: u32, years: Decimal, cost: Decimal) -> Option<Compounding> {
        let of = |raw: i128| Decimal::try_from_i128_with_scale(raw, 0).ok();
        let earned = self.parts.iter().filter(|(cause, _)| self.waits.contains(cause));
        let earned = earned.fold(0_i128, |sum, (_, part)| sum.saturating_add(*part));
        let rate = of(earned)?.checked_div(of(self.start_equity)?)?.checked_div(years)?;
        let times = Decimal::from(acts).checked_div(years)?;
        let gain = compounding_gain(rate, times.round().to_u32().filter(|times| *times > 0)?).ok()?;
        let each = cost.checked_div(Decimal::from(acts))?;
        let from = break_even_capital(each, times, gain).ok().and_then(|capital| {
            units_from_decimal(capital, quote.decimals(), levmine_math::Rounding::Up).ok()
        });
        Some(Compounding { rate, gain, from })
    }
}
