//! Vectors recorded from the contracts' own tests.
