use levmine_config::{ConfigError, Fields, Node};
use levmine_math::{U256, parse_units};

use crate::state::INTEGER;

const STRATEGY: &str = "the number of a strategy, from 0";

/// Reads the arguments of a call.
pub(super) struct Arguments<'a, 'f>(pub(super) &'a mut Fields<'f>);

fn integer(node: &Node) -> Result<U256, ConfigError> {
    node.read(|text| parse_units(text, 0).map_err(|_| INTEGER.into()))
}

impl Arguments<'_, '_> {
    /// An integer.
    pub(super) fn integer(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        integer(self.0.required(key, INTEGER)?)
    }

    /// An integer, if it is there.
    pub(super) fn optional(&mut self, key: &'static str) -> Result<Option<U256>, ConfigError> {
        self.0.optional(key).map(integer).transpose()
    }

    /// What somebody holds; more than anything where it is not told.
    pub(super) fn holding(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        Ok(self.optional(key)?.unwrap_or(U256::MAX))
    }

    /// The number of a strategy; the first where it is not told.
    pub(super) fn strategy(&mut self) -> Result<usize, ConfigError> {
        self.0.optional("strategy").map_or(Ok(0), |node| node.parse(STRATEGY))
    }

    /// A flag.
    pub(super) fn flag(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        self.0.required(key, "true or false")?.boolean()
    }

    /// Whether whoever calls has the right to: `admin` has, and whoever is not named.
    pub(super) fn is_admin(&mut self) -> Result<bool, ConfigError> {
        Ok(match self.0.optional("by") {
            Some(node) => node.text()? == "admin",
            None => true,
        })
    }

    /// A strategy, or the word "vault".
    pub(super) fn strategy_or_vault(&mut self) -> Result<Option<usize>, ConfigError> {
        match self.0.optional("strategy") {
            Some(node) if node.text().is_ok_and(|text| text == "vault") => Ok(None),
            Some(node) => node.parse(STRATEGY).map(Some),
            None => Ok(Some(0)),
        }
    }
}
