use crate::{ConfigError, Node, Place, nearest};

/// The fields of one table while they are decoded: it remembers every key it was asked for.
#[derive(Debug)]
pub struct Fields<'a> {
    place: &'a Place,
    entries: &'a [(String, Node)],
    asked: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(place: &'a Place, entries: &'a [(String, Node)]) -> Self {
        Self { place, entries, asked: Vec::new() }
    }

    /// Where the table begins.
    #[must_use]
    pub fn place(&self) -> &'a Place {
        self.place
    }

    /// The value of `key`, if it is there.
    pub fn optional(&mut self, key: &'static str) -> Option<&'a Node> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The value of `key`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Missing`], which tells `accepted`; where another key was probably meant,
    /// [`ConfigError::UnknownKey`] for that one.
    pub fn required(&mut self, key: &'static str, accepted: &str) -> Result<&'a Node, ConfigError> {
        if let Some(node) = self.optional(key) {
            return Ok(node);
        }
        for (name, node) in self.entries {
            if !self.asked.contains(&name.as_str()) && nearest(name, [key]).is_some() {
                return Err(self.unknown(name, node));
            }
        }
        Err(ConfigError::Missing { place: self.place.clone(), key: key.into(), accepted: accepted.into() })
    }

    /// Ends the decoding of this table.
    ///
    /// # Errors
    ///
    /// [`ConfigError::UnknownKey`] for the first key that was never asked for.
    pub fn finish(self) -> Result<(), ConfigError> {
        match self.entries.iter().find(|(name, _)| !self.asked.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, node)) => Err(self.unknown(name, node)),
        }
    }

    fn unknown(&self, key: &str, node: &Node) -> ConfigError {
        ConfigError::UnknownKey {
            place: Place { path: self.place.path.clone(), ..node.place.clone() },
            key: crate::node::short(key).into_owned(),
            nearest: nearest(key, self.asked.iter().copied()).map(Into::into),
            accepted: self.asked.iter().map(|&name| name.into()).collect(),
        }
    }
}
