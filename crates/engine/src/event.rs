use levmine_composer::{CoverNews, Declined, Sandwich};
use levmine_lending::{LiquidationOutcome, SaleOutcome};
use levmine_market::{Asset, Mark, Timestamp, VenueId};
use levmine_math::Wad;
use rust_decimal::Decimal;

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
    /// A policy is due, and its keeper has decided to act; it takes a while.
    PolicyDecided {
        /// The policy, by its place in the strategy.
        policy: usize,
        /// The policy in words.
        text: String,
        /// From when on the keeper acts.
        acts: Timestamp,
    },
    /// A keeper decided to act, and that came to nothing.
    PolicyDropped {
        /// The policy, by its place in the strategy.
        policy: usize,
        /// The policy in words.
        text: String,
        /// When it was decided.
        decided: Timestamp,
        /// Whether there turned out to be nothing to do; else the trigger no longer held before the keeper could act.
        idle: bool,
    },
    /// The position was liquidated while the trigger of a policy that pays debt back held.
    PolicyLate {
        /// The policy, by its place in the strategy.
        policy: usize,
        /// The policy in words.
        text: String,
        /// Why it had not acted.
        why: Lateness,
    },
    /// A policy was due and gave way to an earlier one that acted in the same step.
    PolicyGaveWay {
        /// The policy, by its place in the strategy.
        policy: usize,
        /// The policy in words.
        text: String,
        /// The earlier one.
        to: usize,
        /// The earlier one in words.
        to_text: String,
        /// Whether it would undo what the earlier one did; otherwise its trigger no longer held.
        opposes: bool,
    },
    /// A policy looked at a volatility that was not known yet.
    VolatilityUnknown {
        /// The policy, by its place in the strategy.
        policy: usize,
        /// The policy in words.
        text: String,
        /// The loan-to-value that it keeps meanwhile, as a fraction.
        keeps: Decimal,
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

/// Why a policy had not acted when the position was liquidated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// Its keeper had decided then, and had not acted yet.
    Delayed {
        /// When.
        decided: Timestamp,
    },
    /// It had failed.
    Failed,
    /// Its trigger had not held for long enough.
    Holding,
    /// It was in its cool-down.
    Resting,
}

impl EventKind {
    /// Whether it happened in the world, so that every strategy in it has heard of it.
    #[must_use]
    pub const fn is_of_the_world(&self) -> bool {
        matches!(self, Self::OthersRefused { .. } | Self::World { .. })
    }
}
