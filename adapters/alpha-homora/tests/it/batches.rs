//! Batches: borrowing before the collateral is there, and taking it out before the debt is paid.
