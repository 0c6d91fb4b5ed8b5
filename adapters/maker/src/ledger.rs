//! A mapping of a contract: what was never written reads as zero.

/// Values by key, in order of the keys; what is zero is not kept. One allocation, so that a copy is one too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger<K, V>(Vec<(K, V)>);

impl<K, V> Default for Ledger<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Copy, V: Copy + Default + PartialEq> Ledger<K, V> {
    /// The value of `key`.
    pub fn get(&self, key: K) -> V {
        match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) => self.0.get(at).map(|(_, value)| *value).unwrap_or_default(),
            Err(_) => V::default(),
        }
    }

    /// Writes the value of `key`.
    pub fn set(&mut self, key: K, value: V) {
        let zero = value == V::default();
        match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(at) if zero => drop(self.0.remove(at)),
            Ok(at) => {
                if let Some(entry) = self.0.get_mut(at) {
                    entry.1 = value;
                }
            }
            Err(_) if zero => {}
            Err(at) => self.0.insert(at, (key, value)),
        }
    }

    /// All that is not zero, in order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (K, V)> + '_ {
        self.0.iter().copied()
    }

    /// How many values are not zero.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether all values are zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
