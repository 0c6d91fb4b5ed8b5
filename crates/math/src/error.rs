use crate::U256;

/// What the arithmetic refuses, with the operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MathError {
    /// The result does not fit 256 bits, or an intermediate does not where the contract's does not either.
    #[error("{operation} of {a} and {b} does not fit 256 bits")]
    Overflow {
        /// The operation's name.
        operation: &'static str,
        /// The first operand.
        a: U256,
        /// The second operand.
        b: U256,
    },
    /// A subtraction below zero.
    #[error("{a} minus {b} is below zero")]
    Underflow {
        /// The minuend.
        a: U256,
        /// The subtrahend.
        b: U256,
    },
    /// A division by zero.
    #[error("{a} divided by zero")]
    DivisionByZero {
        /// The dividend.
        a: U256,
    },
    /// A closed form was asked outside of its domain.
    #[error("{quantity} must be {accepted}")]
    Domain {
        /// The argument's name.
        quantity: &'static str,
        /// What the function accepts.
        accepted: &'static str,
    },
}
