//! Repeated shapes that expand into plain steps while a plan runs.
//!
//! A recipe is asked round by round what to do next, each time looking at the world that the round before left.

mod by_flash;
mod exit;
mod farm;
mod gather;
mod limits;
mod looping;
mod partly;
mod raise;
mod reach;
pub(crate) mod read;
mod refinance;
mod replace;
mod settlement;
mod shares;
mod sizing;
mod staking;
mod step;
mod unwinding;

pub(crate) use by_flash::{flash_lender, repay_with_collateral, with_flash_loans};
pub use exit::ExitBy;
pub(crate) use exit::in_the_way;
pub(crate) use farm::laid_in;
pub use farm::{Borrowed, Farm, FarmKind, Own};
pub use looping::{Loop, LoopBy};
pub use refinance::Refinance;
pub use replace::{CollateralSwap, DebtSwap};
pub use settlement::Settlement;
pub(crate) use sizing::largest_that;
pub use staking::LeveragedStaking;
pub use step::Unwind;
pub(crate) use unwinding::unwind_and_go_on;
pub(crate) use unwinding::{claims, wallet_mark};
pub use unwinding::{unwind, unwind_within};

use levmine_market::{Asset, TokenAmount, VenueId};

use crate::{Action, StepError, World};

/// A repeated shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Recipe {
    /// Borrows against a collateral to buy more of it, up to a target.
    Loop(Loop),
    /// Borrows against a collateral and puts what is borrowed to work somewhere else.
    Farm(Farm),
    /// Stakes, and loops what was staked.
    LeveragedStaking(LeveragedStaking),
    /// Replaces a collateral by another.
    CollateralSwap(CollateralSwap),
    /// Replaces a debt by one in another asset.
    DebtSwap(DebtSwap),
    /// Moves debts and collateral to another lending market.
    Refinance(Refinance),
    /// Leaves one lending market or all of them.
    Unwind(Unwind),
    /// Pays all debts at a lending market and takes everything out of it.
    Exit {
        /// The market.
        at: VenueId,
        /// How; [`ExitBy::Cheapest`] is iteration here, for what is cheaper is found by doing both.
        by: ExitBy,
    },
    /// Sells as little as possible so that the wallet holds these amounts.
    Raise {
        /// The amounts.
        amounts: Vec<TokenAmount>,
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
            Self::Farm(farm) => farm.kind.verb(),
            Self::LeveragedStaking(_) => "leveraged_staking",
            Self::CollateralSwap(_) => "collateral_swap",
            Self::DebtSwap(_) => "debt_swap",
            Self::Refinance(_) => "refinance",
            Self::Unwind(_) => "unwind",
            Self::Exit { .. } => "exit",
            Self::Raise { .. } => "raise",
            Self::Gather { .. } => "gather",
        }
    }

    /// What to do in this round, or `None` when the recipe is done.
    pub(crate) fn round(&self, world: &World, round: usize) -> Result<Option<Vec<Action>>, StepError> {
        match self {
            Self::Loop(recipe) => recipe.round(world, round),
            Self::Farm(recipe) => recipe.round(world, round),
            Self::LeveragedStaking(recipe) => recipe.round(world, round),
            Self::CollateralSwap(recipe) => once(round, || recipe.actions(world)),
            Self::DebtSwap(recipe) => once(round, || recipe.actions(world)),
            Self::Refinance(recipe) => once(round, || recipe.actions(world)),
            Self::Unwind(recipe) => recipe.round(world, round),
            Self::Exit { at, by } => exit::round(world, *at, *by),
            Self::Raise { amounts } => raise::round(world, amounts),
            Self::Gather { keep } => gather::round(world, keep, round),
        }
    }
}

/// The actions of a recipe that knows all of them at its beginning.
fn once(
    round: usize,
    actions: impl FnOnce() -> Result<Vec<Action>, StepError>,
) -> Result<Option<Vec<Action>>, StepError> {
    if round == 0 { actions().map(Some) } else { Ok(None) }
}
