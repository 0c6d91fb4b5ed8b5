use levmine_math::U256;
use serde_json::{Map, Value, json};

use crate::ParityError;

/// One operation in the words of a replay file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    fields: Map<String, Value>,
}

impl Operation {
    /// The operation `name` at `time`.
    #[must_use]
    pub fn new(name: &str, time: u64) -> Self {
        let mut fields = Map::new();
        fields.insert("op".into(), json!(name));
        fields.insert("t".into(), json!(time));
        Self { fields }
    }

    /// The operation of a record, with its arguments under their recorded names.
    ///
    /// # Errors
    ///
    /// [`ParityError::Operation`] where it lacks `op`, `t`, `by` or `args`, or an argument has one of these names.
    pub fn recorded(step: &Value) -> Result<Self, ParityError> {
        let mut fields = Map::new();
        for key in ["op", "t", "block", "by"] {
            if let Some(value) = step.get(key) {
                fields.insert(key.into(), value.clone());
            }
        }
        let mut operation = Self { fields };
        operation.text("op")?;
        operation.who()?;
        // Some records have texts.
        let time = match operation.fields.get("t") {
            Some(Value::String(text)) => text.parse().ok(),
            Some(time) => time.as_u64(),
            None => None,
        };
        operation.fields.insert("t".into(), json!(time.ok_or_else(|| operation.lacks("t"))?));
        let arguments = step.get("args").and_then(Value::as_object).ok_or_else(|| operation.lacks("args"))?;
        for (key, value) in arguments {
            if operation.fields.insert(key.clone(), value.clone()).is_some() {
                return Err(operation.lacks(key));
            }
        }
        Ok(operation)
    }

    /// Done by this account.
    #[must_use]
    pub fn by(self, name: &str) -> Self {
        self.with("by", name)
    }

    /// With a text or a flag.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(key.into(), value.into());
        self
    }

    /// With an integer, written as a text.
    #[must_use]
    pub fn amount(self, key: &str, amount: U256) -> Self {
        self.with(key, amount.to_string())
    }

    /// With two integers.
    #[must_use]
    pub fn amounts(self, key: &str, amounts: [U256; 2]) -> Self {
        self.with(key, Value::Array(amounts.iter().map(|amount| json!(amount.to_string())).collect()))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.fields.get("op").and_then(Value::as_str).unwrap_or_default()
    }

    /// When it happens.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.fields.get("t").and_then(Value::as_u64).unwrap_or_default()
    }

    /// In which block, where blocks matter.
    ///
    /// # Errors
    ///
    /// As [`Operation::small`].
    pub fn block(&self) -> Result<u64, ParityError> {
        self.small("block")
    }

    /// Who does it.
    ///
    /// # Errors
    ///
    /// As [`Operation::text`].
    pub fn who(&self) -> Result<&str, ParityError> {
        self.text("by")
    }

    /// A text.
    ///
    /// # Errors
    ///
    /// [`ParityError::Operation`] where there is none.
    pub fn text(&self, key: &str) -> Result<&str, ParityError> {
        self.fields.get(key).and_then(Value::as_str).ok_or_else(|| self.lacks(key))
    }

    /// A flag.
    ///
    /// # Errors
    ///
    /// [`ParityError::Operation`] where there is none.
    pub fn flag(&self, key: &str) -> Result<bool, ParityError> {
        self.fields.get(key).and_then(Value::as_bool).ok_or_else(|| self.lacks(key))
    }

    /// An integer.
    ///
    /// # Errors
    ///
    /// [`ParityError::Operation`] where there is none.
    pub fn number(&self, key: &str) -> Result<U256, ParityError> {
        self.optional(key).ok_or_else(|| self.lacks(key))
    }

    /// A small integer: basis points, a cap, the number of a category.
    ///
    /// # Errors
    ///
    /// [`ParityError::Operation`] where there is none.
    pub fn small(&self, key: &str) -> Result<u64, ParityError> {
        u64::try_from(self.number(key)?).map_err(|_| self.lacks(key))
    }

    /// An integer, if it is there.
    #[must_use]
    pub fn optional(&self, key: &str) -> Option<U256> {
        self.fields.get(key).and_then(integer)
    }

    /// An integer, or "all", which is 2^256 − 1 for the contracts.
    ///
    /// # Errors
    ///
    /// [`ParityError::Operation`] where there is none.
    pub fn number_or_all(&self, key: &str) -> Result<U256, ParityError> {
        match self.fields.get(key).and_then(Value::as_str) {
            Some("all") => Ok(U256::MAX),
            _ => self.number(key),
        }
    }

    /// Two integers, if they are there.
    #[must_use]
    pub fn optional_pair(&self, key: &str) -> Option<[U256; 2]> {
        match self.fields.get(key)?.as_array()?.as_slice() {
            [first, second] => Some([integer(first)?, integer(second)?]),
            _ => None,
        }
    }

    /// Two integers.
    ///
    /// # Errors
    ///
    /// [`ParityError::Operation`] where there are none.
    pub fn pair(&self, key: &str) -> Result<[U256; 2], ParityError> {
        self.optional_pair(key).ok_or_else(|| self.lacks(key))
    }

    /// The names of reserves.
    #[must_use]
    pub fn names(&self, key: &str) -> Vec<&str> {
        let list = self.fields.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// As a table of a replay file.
    #[must_use]
    pub fn to_json(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    /// The arguments alone, and who acts: what an adapter's special operation reads.
    #[must_use]
    pub fn arguments(&self) -> Value {
        let mut fields = self.fields.clone();
        fields.remove("op");
        fields.remove("t");
        fields.remove("block");
        Value::Object(fields)
    }

    /// That there is no such operation.
    #[must_use]
    pub fn unknown(&self) -> ParityError {
        ParityError::Operation { operation: self.name().into(), problem: "is not known".into() }
    }

    /// That an argument is missing, or has another form.
    #[must_use]
    pub fn lacks(&self, key: &str) -> ParityError {
        ParityError::Operation {
            operation: self.name().into(),
            problem: format!("lacks `{key}`, or it has another form"),
        }
    }
}

fn integer(value: &Value) -> Option<U256> {
    U256::from_str_radix(value.as_str()?, 10).ok()
}
