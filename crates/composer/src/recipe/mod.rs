//! Repeated shapes that expand into plain steps while a plan runs.
//!
//! A recipe is asked round by round what to do next, each time looking at the world that the round before left.

mod exit;
mod gather;
mod looping;
mod refinance;
mod unwinding;

pub use looping::{Loop, LoopBy};
pub(crate) use refinance::repay_with_collateral;
pub use unwinding::{Settlement, unwind};
pub(crate) use unwinding::{claims, why_not};

use levmine_market::{Asset, VenueId};

use crate::{Action, StepError, World};

/// A repeated shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Recipe {
    /// Borrows against a collateral to buy more of it, up to a leverage.
    Loop(Loop),
    /// Pays all debts at a lending market and takes everything out of it.
    Exit {
        /// The market.
        at: VenueId,
    },
    /// Sells everything in the wallet that is not to be kept.
    Gather {
        /// The assets to keep; what is sold becomes the first of them.
        keep: Vec<Asset>,
    },
}

impl Recipe {
    /// The verb in files and reports.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Loop(_) => "loop",
            Self::Exit { .. } => "exit",
            Self::Gather { .. } => "gather",
        }
    }

    /// What to do in this round, or `None` when the recipe is done.
    pub(crate) fn round(&self, world: &World, round: usize) -> Result<Option<Vec<Action>>, StepError> {
        match self {
            Self::Loop(recipe) => recipe.round(world, round),
            Self::Exit { at } => exit::round(world, *at),
            Self::Gather { keep } => gather::round(world, keep, round),
        }
    }
}
