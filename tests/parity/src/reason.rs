use std::fmt;

use revm::primitives::U256;

use crate::abi;

/// The machine's name for the instruction that is made to fail.
const INVALID: &str = "InvalidFEOpcode";

/// Why a call failed, in the contract's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// `revert("…")`.
    Text(String),
    /// Checked arithmetic and the like: `Panic(0x11)`.
    Panic(u64),
    /// A custom error, by its selector.
    Custom([u8; 4]),
    /// A revert without a reason.
    Nothing,
    /// An invalid instruction: what old compilers make of a division by zero.
    Halt(String),
}

impl Reason {
    /// Reads the output of a reverted call.
    #[must_use]
    pub fn of_output(output: &[u8]) -> Self {
        let Some((selector, data)) = output.split_first_chunk::<4>() else { return Self::Nothing };
        if *selector == abi::selector("Error(string)") {
            return Self::Text(abi::text(data));
        }
        if *selector == abi::selector("Panic(uint256)") {
            let code = abi::words(data).first().copied().unwrap_or(U256::ZERO);
            return Self::Panic(u64::try_from(code).unwrap_or(u64::MAX));
        }
        Self::Custom(*selector)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Panic(code) => write!(f, "Panic({code:#04x})"),
            Self::Custom([a, b, c, d]) => write!(f, "custom error {a:02x}{b:02x}{c:02x}{d:02x}"),
            Self::Nothing => f.write_str("no reason"),
            Self::Halt(halt) if halt == INVALID => f.write_str("invalid opcode"),
            Self::Halt(halt) => write!(f, "halt: {halt}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{Value, call};

    #[test]
    fn reasons_are_read_from_the_output() {
        let text = call("Error(string)", &[Value::from("UniswapV2: K")]);
        assert_eq!(Reason::of_output(&text).to_string(), "UniswapV2: K");
        let panic = call("Panic(uint256)", &[Value::from(0x11_u64)]);
        assert_eq!(Reason::of_output(&panic).to_string(), "Panic(0x11)");
        assert_eq!(Reason::of_output(&[]), Reason::Nothing);
        assert_eq!(Reason::of_output(&[1, 2, 3, 4]).to_string(), "custom error 01020304");
    }
}
