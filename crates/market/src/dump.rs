/// The state of a venue written out: every integer as a decimal string, every table in a fixed order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dump {
    /// A text, or an integer in decimal digits.
    Text(String),
    /// True or false.
    Boolean(bool),
    /// A list.
    List(Vec<Dump>),
    /// Named values, in order.
    Table(Vec<(String, Dump)>),
}

impl Dump {
    /// An integer or anything else that writes itself.
    pub fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }

    /// Named values, in order.
    pub fn table<K: Into<String>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Table(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// The named value, if this is a table that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Table(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            _ => None,
        }
    }
}
