use levmine_composer::{CoverNews, Declined, Sandwich};
use levmine_lending::{LiquidationOutcome, SaleOutcome};
use levmine_market::{Asset, Mark, Timestamp, VenueId};
use levmine_math::Wad;

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// Equity after it.
    pub equity: Mark,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A policy acted.
    Policy {
        /// The policy, by its place in the strategy.
        policy: usize,
        /// The policy in words.
        text: String,
        /// How many transactions it took.
        transactions: usize,
    },
    /// A policy was due and could not act.
    PolicyFailed {
        /// The policy, by its place in the strategy.
        policy: usize,
        /// The policy in words.
        text: String,
        /// Why.
        reason: String,
    },
    /// The position was liquidated.
    Liquidation {
        /// Where.
        at: VenueId,
        /// What it did.
        outcome: Box<LiquidationOutcome>,
        /// What the farmer lost by it.
        penalty: Mark,
    },
    /// The position could be liquidated, and nobody wanted to.
    LiquidationDeclined(Declined),
    /// A lending market refused what its other users wanted to do.
    OthersRefused {
        /// Where.
        at: VenueId,
        /// With what.
        asset: Asset,
        /// The utilization they wanted to bring about, 18 decimals.
        target: Wad,
        /// Why.
        reason: String,
    },
    /// Seized collateral was sold.
    Sale {
        /// Where.
        at: VenueId,
        /// What it did.
        outcome: Box<SaleOutcome>,
    },
    /// An event of the scenario began or ended.
    World {
        /// The event in the words of the scenario.
        text: String,
    },
    /// A venue was exploited.
    Exploit {
        /// Where.
        at: VenueId,
        /// The part of all that was put in there, of one.
        part: Wad,
        /// What the farmer lost by it.
        lost: Mark,
    },
    /// Somebody traded around a swap of the farmer's.
    Sandwich(Sandwich),
    /// Something happened to a cover.
    Cover(CoverNews),
}
