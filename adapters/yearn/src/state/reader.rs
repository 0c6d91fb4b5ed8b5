use levmine_config::{ConfigError, Fields, Node};
use levmine_math::{U256, parse_units};
use smallvec::SmallVec;

pub(crate) const INTEGER: &str = "a whole number, at most 2^256 - 1";
const TIME: &str = "Unix seconds, at most 2^64 - 1";

/// Reads integers of a table.
pub(crate) struct Reader<'r, 'f>(pub(crate) &'r mut Fields<'f>);

pub(crate) fn integer(node: &Node) -> Result<U256, ConfigError> {
    node.read(|text| parse_units(text, 0).map_err(|_| INTEGER.into()))
}

impl Reader<'_, '_> {
    /// An integer that must be there.
    pub(crate) fn integer(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        integer(self.0.required(key, INTEGER)?)
    }

    /// An integer, or what it is where it is not told.
    pub(crate) fn integer_or(&mut self, key: &'static str, default: U256) -> Result<U256, ConfigError> {
        self.0.optional(key).map_or(Ok(default), integer)
    }

    /// A time.
    pub(crate) fn time_or(&mut self, key: &'static str, default: u64) -> Result<u64, ConfigError> {
        self.0.optional(key).map_or(Ok(default), |node| node.parse(TIME))
    }

    /// A flag; off where it is not told.
    pub(crate) fn flag(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        self.0.optional(key).map_or(Ok(false), Node::boolean)
    }

    /// A list of integers; empty where it is not told.
    pub(crate) fn integers(&mut self, key: &'static str) -> Result<SmallVec<[U256; 1]>, ConfigError> {
        let Some(node) = self.0.optional(key) else { return Ok(SmallVec::new()) };
        node.list()?.iter().map(integer).collect()
    }

    /// A list of tables, each read by `read`; empty where it is not told.
    pub(crate) fn tables<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&mut Reader<'_, '_>) -> Result<T, ConfigError>,
    ) -> Result<Vec<T>, ConfigError> {
        let Some(node) = self.0.optional(key) else { return Ok(Vec::new()) };
        let one = |node: &Node| {
            let mut fields = node.fields()?;
            let value = read(&mut Reader(&mut fields))?;
            fields.finish()?;
            Ok(value)
        };
        node.list()?.iter().map(one).collect()
    }
}
