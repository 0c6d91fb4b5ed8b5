//! What a policy does.

use std::fmt;

use levmine_config::parse_percent;
use levmine_market::Asset;
use rust_decimal::Decimal;

use super::read::with_nearest;
use super::{compound, deleverage, recenter};
use crate::recipe::why_not;
use crate::{StepError, Transaction, World, unwind};

/// What a policy does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyAction {
    /// Pays debt back until the health factor is at least this.
    Deleverage {
        /// The health factor to reach.
        to: Decimal,
    },
    /// Takes the whole position apart.
    Close,
    /// Claims rewards and puts whatever lies idle in the wallet back to work.
    Compound,
    /// Claims rewards and keeps them in the wallet.
    Claim,
    /// Moves liquidity with a price range to where the price is.
    Recenter {
        /// From so much below the price to so much above it, as a fraction.
        width: Decimal,
    },
}

impl PolicyAction {
    /// Does it. An empty list means that there was nothing to do.
    ///
    /// # Errors
    ///
    /// [`StepError`] when it cannot be done; the world is then as it was before.
    pub fn act(&self, world: &mut World, keep: &[Asset]) -> Result<Vec<Transaction>, StepError> {
        match self {
            PolicyAction::Deleverage { to } => deleverage::act(world, *to),
            PolicyAction::Close => {
                let done = unwind(world, keep)?;
                // A position that should be closed, is not, and could not be touched at all is a failure to tell.
                if done.is_empty() && !world.is_closed() { Err(why_not(world)) } else { Ok(done) }
            }
            PolicyAction::Compound => compound::act(world, keep),
            PolicyAction::Claim => compound::claim(world),
            PolicyAction::Recenter { width } => recenter::act(world, *width),
        }
    }
}

impl fmt::Display for PolicyAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PolicyAction::Deleverage { to } => write!(f, "deleverage to {to}"),
            PolicyAction::Close => f.write_str("close"),
            PolicyAction::Compound => f.write_str("compound"),
            PolicyAction::Claim => f.write_str("claim"),
            PolicyAction::Recenter { width } => {
                write!(f, "recenter {}%", (width * Decimal::ONE_HUNDRED).normalize())
            }
        }
    }
}

pub(super) const DO: &str = "an action: \"deleverage to 1.6\" (a health factor), \"close\" or \"compound\"";

pub(super) fn read_action(text: &str) -> Result<PolicyAction, String> {
    match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["deleverage", "to", factor] => match Decimal::from_str_exact(factor) {
            Ok(to) if to > Decimal::ONE && to <= Decimal::ONE_HUNDRED => Ok(PolicyAction::Deleverage { to }),
            _ => Err("a health factor above 1 and at most 100, as in \"deleverage to 1.6\"".into()),
        },
        ["close"] => Ok(PolicyAction::Close),
        ["compound"] => Ok(PolicyAction::Compound),
        ["claim"] => Ok(PolicyAction::Claim),
        ["recenter", width] => match parse_percent(width) {
            Ok(width) if width > Decimal::ZERO && width < Decimal::ONE => {
                Ok(PolicyAction::Recenter { width })
            }
            _ => Err("a width above 0% and below 100%, as in \"recenter 20%\"".into()),
        },
        [verb, ..] => Err(with_nearest(DO, verb, ["deleverage", "close", "compound", "claim", "recenter"])),
        [] => Err(DO.into()),
    }
}
