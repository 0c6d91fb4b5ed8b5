//! Protection bought on a venue: a premium by time, and a payout when the venue is exploited.

mod held;
pub mod nexus;
mod price;
mod purchase;
mod read;

pub(crate) use held::Held;
pub(crate) use price::CoverPrice;
pub(crate) use read::read_covers;

use levmine_config::Place;
use levmine_market::{Timestamp, TokenAmount, VenueId};
use levmine_math::{MathError, U256, Wad};

/// Cover as a strategy buys it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// The venue.
    pub at: VenueId,
    /// What is paid at most, and in which asset premiums and claims are.
    pub amount: TokenAmount,
    /// What it costs.
    pub pricing: Pricing,
    /// How long a period is, in seconds.
    pub period: u64,
    /// The part of the amount (of one) that the farmer bears of each loss.
    pub excess: Wad,
    /// How long a claim takes, in seconds.
    pub claim_delay: u64,
    /// Whether a new period follows the last.
    pub renews: bool,
    /// When the premium is paid.
    pub paid: Paid,
    /// Where it is written.
    pub place: Place,
}

impl Cover {
    /// What a pool of Nexus Mutual's sells: units of 0.01 NXM, rounded up; `None` at a fixed price.
    ///
    /// # Errors
    ///
    /// [`MathError`] where they do not fit.
    pub fn units(&self) -> Result<Option<U256>, MathError> {
        let Pricing::Nexus { token, .. } = self.pricing else { return Ok(None) };
        nexus::units(self.amount.raw, token).map(Some)
    }
}

/// What cover costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pricing {
    /// Millionths of the amount per year.
    Fixed(u64),
    /// As Nexus Mutual's staking pools price it.
    Nexus {
        /// The target price, in parts of ten thousand per year.
        target: u64,
        /// The price left by whoever bought last, in the same parts.
        bumped: u64,
        /// What the pools can cover in all, in units of 0.01 NXM.
        capacity: U256,
        /// What others have bought of it, in the same units.
        used: U256,
        /// Base units of the cover's asset for one NXM.
        token: U256,
    },
}

/// When premiums are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paid {
    /// Before each period.
    UpFront,
    /// As time passes; what the wallet does not hold stays due, as gas does. Nothing is bought where neither the wallet nor the
    /// equity stands for a period's premium.
    ByTime,
}

/// Something that happened to a cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverNews {
    /// The venue.
    pub at: VenueId,
    /// What.
    pub what: CoverEvent,
}

/// Why no period follows upon one that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverEnd {
    /// None was wanted.
    NotRenewed,
    /// It would begin when the run ends, or later.
    RunEnds,
    /// The farmer has nothing at the venue that he could lose; one is bought as soon as he has.
    NothingThere,
}

/// What happened to a cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CoverEvent {
    /// A period was bought; the premium is paid before it, or nothing yet where it is paid by time.
    Bought {
        /// What is covered.
        amount: TokenAmount,
        /// What it cost.
        premium: TokenAmount,
        /// When it ends.
        until: Timestamp,
    },
    /// The next period was not bought because nothing was there to pay for it.
    Lapsed {
        /// What it would have cost.
        premium: TokenAmount,
        /// When it would have been paid.
        paid: Paid,
    },
    /// It has ended, and no period follows for now.
    Ended {
        /// Why none does.
        why: CoverEnd,
    },
    /// A loss was claimed.
    Claimed {
        /// What will be paid.
        amount: TokenAmount,
        /// When.
        due: Timestamp,
    },
    /// A claim was paid.
    Paid {
        /// What was paid.
        amount: TokenAmount,
    },
    /// A claim was not paid before the run ended, and does not count.
    Waits {
        /// What will be paid.
        amount: TokenAmount,
        /// When.
        due: Timestamp,
    },
}
