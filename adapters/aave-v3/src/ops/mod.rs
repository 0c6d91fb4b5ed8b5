//! The pool's operations in the contracts' own terms, one file each. They run inside a transaction, so a failure on
//! the way leaves nothing behind, and they follow the contracts line by line: the order decides which error is given.

pub(crate) mod borrow;
pub(crate) mod collateral;
pub(crate) mod deficit;
pub(crate) mod flash;
pub(crate) mod flow;
pub(crate) mod governance;
pub(crate) mod liquidation;
pub(crate) mod liquidation_amounts;
pub(crate) mod mode;
pub(crate) mod repay;
pub(crate) mod supply;
pub(crate) mod transfer;
pub(crate) mod treasury;

/// Whether an operation asks what secures the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Security {
    /// As the contract does.
    Asked,
    /// The position stands for many accounts, of which each is secured for itself.
    Waived,
}
