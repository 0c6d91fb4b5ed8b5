use crate::U256;

/// What the arithmetic refuses, with the operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[repr(u64)]
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
    /// A decimal's result, or a step on the way to it, is above 2^96 − 1.
    #[error("{operation} does not fit a decimal of 96 bits")]
    DecimalOverflow {
        /// The operation's name.
        operation: &'static str,
    },
    /// A text is not digits with at most one point, as `1_234.56` is.
    #[error("character {position} does not belong into an amount such as 1_234.56")]
    MalformedAmount {
        /// The first character that does not fit, counted from one; one past the end if something is missing.
        position: usize,
    },
    /// An amount has a minus sign.
    #[error("an amount must not be negative")]
    NegativeAmount,
    /// An amount has more places behind the point than its token.
    #[error("{places} places behind the point are more than the token's {decimals} decimals")]
    TooManyPlaces {
        /// The places written.
        places: usize,
        /// The token's decimals.
        decimals: u8,
    },
    /// An amount does not fit 256 bits in base units.
    #[error("the amount does not fit 256 bits with {decimals} decimals")]
    AmountTooLarge {
        /// The token's decimals.
        decimals: u8,
    },
}
