//! What the operations of a pool cost.

fn main() {}
