use levmine_market::Dump;
use levmine_math::U256;
use serde_json::{Value, json};

use crate::random::Random;
use crate::{Operation, ParityError};

/// A number that the contract and the adapter do not agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which.
    pub what: String,
    /// The contract's.
    pub contract: String,
    /// The adapter's.
    pub adapter: String,
}

/// What one operation showed.
#[derive(Debug, Clone, Default)]
pub struct Comparison {
    /// How many integers were compared.
    pub integers: u64,
    /// The reason, where the contract refused.
    pub refusal: Option<String>,
    /// Somebody's wallet refused, of which the adapter knows nothing: it was not asked, and a replay would go through.
    pub by_wallet: bool,
    /// What differs.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Compares an integer.
    pub fn number(&mut self, what: impl FnOnce() -> String, contract: U256, adapter: U256) {
        self.integers = self.integers.saturating_add(1);
        if contract != adapter {
            self.differ(what(), contract.to_string(), adapter.to_string());
        }
    }

    /// Compares an integer with one of the adapter's dump; one that is not there is a difference.
    pub fn dumped(&mut self, what: impl FnOnce() -> String, contract: U256, adapter: Option<&Dump>) {
        let read = match adapter {
            Some(Dump::Text(text)) => U256::from_str_radix(text, 10).ok(),
            _ => None,
        };
        match read {
            Some(number) => self.number(what, contract, number),
            None => self.differ(what(), contract.to_string(), format!("{adapter:?}")),
        }
    }

    /// Compares texts: the reasons of refusals.
    pub fn text(&mut self, what: impl FnOnce() -> String, contract: &str, adapter: &str) {
        if contract != adapter {
            self.differ(what(), contract.into(), adapter.into());
        }
    }

    /// Notes a difference.
    pub fn differ(&mut self, what: String, contract: String, adapter: String) {
        self.differences.push(Difference { what, contract, adapter });
    }
}

/// A contract and an adapter in the same state, which do the same.
pub trait Twin {
    /// Draws an operation that makes sense, or fails in an interesting way, in the present state.
    ///
    /// # Errors
    ///
    /// What keeps the state from being read.
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError>;

    /// Lets both sides do it and compares everything.
    ///
    /// # Errors
    ///
    /// What keeps it from being done at all; a refusal is an outcome.
    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError>;

    /// The adapter's whole state, as a replay prints it.
    fn state(&self) -> Dump;

    /// A replay file without operations: the state in which the twins began.
    fn beginning(&self) -> Value;
}

/// The replay file of these operations.
#[must_use]
pub fn replay_file(beginning: &Value, operations: &[Operation]) -> Value {
    let mut file = beginning.clone();
    file["schema"] = json!("levmine.replay/1");
    file["ops"] = Value::Array(operations.iter().map(Operation::to_json).collect());
    file
}
