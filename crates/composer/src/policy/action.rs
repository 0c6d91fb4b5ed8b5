//! What a policy does.

use std::fmt;

use levmine_config::parse_percent;
use levmine_market::Asset;
use rust_decimal::Decimal;

use super::read::with_nearest;
use super::rebalance::Rebalance;
use super::{add_collateral, close, compound, deleverage, recenter, refinance, releverage};
use crate::fraction::written;
use crate::{StepError, Target, Transaction, World};

/// What a policy does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyAction {
    /// Pays debt back until the position is at the target or safer.
    Deleverage {
        /// The target.
        to: Target,
    },
    /// Borrows more, as far as the target allows, and puts it to work where the rest is.
    Releverage {
        /// The target.
        to: Target,
    },
    /// Takes collateral out of the reserve until the position is at the target or safer.
    AddCollateral {
        /// The target.
        to: Target,
    },
    /// Takes the whole position apart.
    Close,
    /// Claims rewards and puts whatever lies idle in the wallet back to work.
    Compound {
        /// So many times what it costs must be there to be claimed; always done where nothing is said.
        above: Option<Decimal>,
    },
    /// Claims rewards and keeps them in the wallet.
    Claim,
    /// Moves liquidity with a price range to where the price is.
    Recenter {
        /// From so much below the price to so much above it, as a fraction.
        width: Decimal,
    },
    /// Moves debts and collateral to the cheapest lending market.
    Refinance {
        /// By how much it must be cheaper, as a fraction of the debt each year.
        by: Decimal,
    },
    /// Keeps the loan-to-value at a target that falls as volatility rises.
    Rebalance(Rebalance),
    /// Does nothing but be told.
    Alert {
        /// What is told.
        text: String,
    },
}

/// What an action does to debt: two that go opposite ways are in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It pays debt back, or makes it safer.
    Less,
    /// It borrows more.
    More,
    /// It leaves the debt as it is.
    None,
    /// It does one or the other, as the world is.
    Either,
}

impl PolicyAction {
    /// What it does to debt.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        match self {
            Self::Deleverage { .. } | Self::AddCollateral { .. } | Self::Close => Direction::Less,
            Self::Releverage { .. } => Direction::More,
            Self::Rebalance(_) => Direction::Either,
            Self::Compound { .. }
            | Self::Claim
            | Self::Recenter { .. }
            | Self::Refinance { .. }
            | Self::Alert { .. } => Direction::None,
        }
    }

    /// Whether it only says something and transacts nothing.
    #[must_use]
    pub const fn is_said(&self) -> bool {
        matches!(self, Self::Alert { .. })
    }

    /// Does it. An empty list means that there was nothing to do. An alert is one empty transaction.
    ///
    /// # Errors
    ///
    /// [`StepError`] when it cannot be done; the world is then as it was before.
    pub fn act(&self, world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
        match self {
            Self::Deleverage { to } => deleverage::act(world, *to),
            Self::Releverage { to } => releverage::act(world, *to),
            Self::AddCollateral { to } => add_collateral::act(world, *to),
            Self::Close => close::act(world, keep),
            Self::Compound { above } => compound::act_above(world, keep, *above),
            Self::Claim => compound::claim(world),
            Self::Recenter { width } => recenter::act(world, *width),
            Self::Refinance { by } => refinance::act(world, *by),
            Self::Rebalance(rule) => rule.act(world),
            Self::Alert { .. } => Ok(vec![Transaction::default()]),
        }
    }
}

impl fmt::Display for PolicyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deleverage { to } => write!(f, "deleverage to {to}"),
            Self::Releverage { to } => write!(f, "releverage to {to}"),
            Self::AddCollateral { to } => write!(f, "add_collateral to {to}"),
            Self::Close => f.write_str("close"),
            Self::Compound { above: None } => f.write_str("compound"),
            Self::Compound { above: Some(times) } => {
                write!(f, "compound above {}x cost", times.normalize())
            }
            Self::Claim => f.write_str("claim"),
            Self::Recenter { width } => write!(f, "recenter {}", written(*width)),
            Self::Refinance { by } => write!(f, "refinance by {}", written(*by)),
            Self::Rebalance(rule) => write!(f, "{rule}"),
            Self::Alert { text } => write!(f, "alert \"{text}\""),
        }
    }
}

pub(super) const DO: &str = "an action: \"deleverage to 1.6\" (a health factor; or \"ltv 50%\", \"leverage 2\"), \
    \"releverage to 1.8\", \"add_collateral to 1.6\", \"rebalance to ltv 60% at 80% volatility over 7d\", \"close\", \
    \"compound\", \"compound above 5x cost\", \"claim\", \"recenter 20%\", \"refinance by 1%\" or \"alert 'text'\"";

const VERBS: [&str; 10] = [
    "deleverage",
    "releverage",
    "add_collateral",
    "rebalance",
    "close",
    "compound",
    "claim",
    "recenter",
    "refinance",
    "alert",
];

pub(super) fn read_action(text: &str) -> Result<PolicyAction, String> {
    if let Some(said) = text.trim().strip_prefix("alert ") {
        return alert(said);
    }
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["deleverage", "to", target @ ..] => Ok(PolicyAction::Deleverage { to: Target::read(target)? }),
        ["releverage", "to", target @ ..] => Ok(PolicyAction::Releverage { to: Target::read(target)? }),
        ["add_collateral", "to", target @ ..] => {
            Ok(PolicyAction::AddCollateral { to: Target::read(target)? })
        }
        ["rebalance", "to", "ltv", rule @ ..] => Rebalance::read(rule).map(PolicyAction::Rebalance),
        ["close"] => Ok(PolicyAction::Close),
        ["compound"] => Ok(PolicyAction::Compound { above: None }),
        ["compound", "above", times, "cost"] => times_of(times),
        ["claim"] => Ok(PolicyAction::Claim),
        ["recenter", width] => match parse_percent(width) {
            Ok(width) if width > Decimal::ZERO && width < Decimal::ONE => {
                Ok(PolicyAction::Recenter { width })
            }
            _ => Err("a width above 0% and below 100%, as in \"recenter 20%\"".into()),
        },
        ["refinance", "by", by] => match parse_percent(by) {
            Ok(by) if by >= Decimal::ZERO && by <= Decimal::ONE => Ok(PolicyAction::Refinance { by }),
            _ => Err("a part of the debt each year from 0% to 100%, as in \"refinance by 1%\"".into()),
        },
        [verb, ..] => Err(with_nearest(DO, verb, VERBS)),
        [] => Err(DO.into()),
    }
}

fn times_of(text: &str) -> Result<PolicyAction, String> {
    let times = text.strip_suffix('x').and_then(|number| Decimal::from_str_exact(number).ok());
    match times {
        Some(times) if times >= Decimal::ZERO && times <= Decimal::ONE_THOUSAND => {
            Ok(PolicyAction::Compound { above: Some(times) })
        }
        _ => Err("a multiple from 0x to 1000x, as in \"compound above 5x cost\"".into()),
    }
}

/// The text of an alert, with or without quotes around it.
fn alert(said: &str) -> Result<PolicyAction, String> {
    let said = said.trim();
    let bare =
        ['\'', '"'].iter().find_map(|quote| said.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(said);
    if bare.is_empty() || bare.chars().count() > 200 || bare.chars().any(char::is_control) {
        return Err("a text of 1 to 200 characters, as in \"alert 'look at me'\"".into());
    }
    Ok(PolicyAction::Alert { text: bare.into() })
}
