//! The operations, inside a transaction. Positions are named by number; who may act is looked at in [`execution`].

pub(crate) mod collateral;
pub(crate) mod debt;
pub(crate) mod execution;
pub(crate) mod governance;
pub(crate) mod lenders;
pub(crate) mod liquidation;
