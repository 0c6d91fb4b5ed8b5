use std::fmt;

use crate::named::named;

named! {
    /// Which lots a disposal takes.
    pub enum Method {
        /// The oldest first.
        Fifo = "fifo",
        /// The newest first.
        Lifo = "lifo",
        /// Those that cost most for a unit first; of equals the oldest.
        Hifo = "hifo",
        /// A part of all of them: each unit has cost the same.
        Average = "average",
    }
}

named! {
    /// What it is to put coins into a pool or a vault against shares, and to take them out.
    pub enum ShareRule {
        /// A disposal of what is given, at its market value.
        Disposal = "disposal",
        /// A deposit: the shares cost what the coins had cost, and the coins that come back what the shares had cost.
        Deposit = "deposit",
    }
}

/// The rules by which books are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Which lots a disposal takes.
    pub method: Method,
    /// What entering and leaving pools and vaults is.
    pub shares: ShareRule,
}
