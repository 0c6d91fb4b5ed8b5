/// What a market can do. Declared by the adapter; the conformance suite holds the adapter to it, in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Which assets can be borrowed.
    pub borrowable: Borrowable,
    /// Supplied assets earn interest (at least those that can be borrowed).
    pub supply_earns: bool,
    /// Assets supplied can be switched on and off as collateral.
    pub collateral_switch: bool,
    /// Accounts can choose a risk category ([`crate::LendingMarket::set_mode`]).
    pub modes: bool,
    /// One account can allow another to borrow on its credit.
    pub credit_delegation: bool,
    /// Flash loans.
    pub flash_loans: bool,
    /// Liquidation seizes for the market or opens an auction; the collateral is then bought through
    /// [`crate::LendingMarket::buy`].
    pub sales: bool,
    /// Interest is counted in seconds or in blocks.
    pub ticking: Ticking,
    /// A position whose health factor is exactly one is safe.
    pub safe_at_one: bool,
    /// Health is asked for only at the end of a batch ([`crate::LendingMarket::begin_batch`]).
    pub batches: bool,
    /// The market itself changes assets into each other at the oracle's price ([`crate::LendingMarket::exchange`]).
    pub exchange: bool,
    /// Other users move what is supplied and borrowed ([`crate::LendingMarket::flow`]).
    pub flows: bool,
}

/// Which assets can be borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Borrowable {
    /// Several listed assets.
    Listed,
    /// One asset, which suppliers lend.
    OneBase,
    /// One asset, which the market mints when it is borrowed and burns when it is repaid.
    OneMinted,
}

/// What moves interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticking {
    /// `block.timestamp`.
    Seconds,
    /// `block.number`.
    Blocks,
}
