//! The published bytecode: where it lies, how it is linked.

use std::path::{Path, PathBuf};

use revm::primitives::Address;
use serde_json::Value;

use crate::ParityError;

/// The folder with the pinned packages.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("contracts")
}

/// Whether the contracts are there, as pinned today: whoever installs them leaves a copy of the pins beside them.
#[must_use]
pub fn is_installed() -> bool {
    let read = |name: &str| std::fs::read_to_string(folder().join(name));
    match (read("package-lock.json"), read("node_modules/.installed")) {
        (Ok(pinned), Ok(installed)) => pinned == installed,
        _ => false,
    }
}

/// A compiled contract whose libraries may still be missing.
#[derive(Debug, Clone)]
pub struct Artifact {
    path: PathBuf,
    content: Value,
}

impl Artifact {
    /// Reads `path` within a package, like `@uniswap/v2-core/build/UniswapV2Pair.json`.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], [`ParityError::Artifact`].
    pub fn read(path: &str) -> Result<Self, ParityError> {
        if !is_installed() {
            return Err(ParityError::NotInstalled);
        }
        let path = folder().join("node_modules").join(path);
        let failed = |problem: String| ParityError::Artifact { path: path.clone(), problem };
        let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
        let content = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        Ok(Self { path, content })
    }

    /// The constructor's bytecode, with the `libraries` linked in.
    ///
    /// # Errors
    ///
    /// [`ParityError::Artifact`] where there is none, or a library is missing.
    pub fn bytecode(&self, libraries: &[(&str, Address)]) -> Result<Vec<u8>, ParityError> {
        let mut digits = match self.content.get("bytecode") {
            Some(Value::String(digits)) => digits.trim_start_matches("0x").to_string(),
            // As the older compiler's own JSON has it.
            _ => match self.content.pointer("/evm/bytecode/object") {
                Some(Value::String(digits)) => digits.clone(),
                _ => return Err(self.fault("has no bytecode")),
            },
        };
        for (name, at) in self.places()? {
            let Some((_, address)) = libraries.iter().find(|(known, _)| *known == name) else {
                return Err(self.fault(&format!("needs the library {name}")));
            };
            let place = at.saturating_mul(2)..at.saturating_add(20).saturating_mul(2);
            if digits.get(place.clone()).is_none() {
                return Err(self.fault("has a library outside of its bytecode"));
            }
            digits.replace_range(place, &format!("{address:x}"));
        }
        bytes_of_hex(&digits).ok_or_else(|| self.fault("has bytecode that is not hexadecimal"))
    }

    /// Where the addresses of libraries belong, in bytes.
    fn places(&self) -> Result<Vec<(String, usize)>, ParityError> {
        let mut places = Vec::new();
        let Some(Value::Object(files)) = self.content.get("linkReferences") else { return Ok(places) };
        for library in files.values().filter_map(Value::as_object).flatten() {
            let (name, references) = library;
            for reference in references.as_array().into_iter().flatten() {
                let at = reference.get("start").and_then(Value::as_u64);
                let at = at.and_then(|at| usize::try_from(at).ok());
                places.push((name.clone(), at.ok_or_else(|| self.fault("has a link without a start"))?));
            }
        }
        Ok(places)
    }

    /// The functions without arguments, in order: the getters of constants among them.
    pub fn getters(&self) -> impl Iterator<Item = &str> {
        let entries = self.content.get("abi").and_then(Value::as_array).into_iter().flatten();
        entries.filter(|entry| entry["type"] == "function").filter_map(|entry| {
            let none = entry["inputs"].as_array().is_some_and(Vec::is_empty);
            entry["name"].as_str().filter(|_| none)
        })
    }

    fn fault(&self, problem: &str) -> ParityError {
        ParityError::Artifact { path: self.path.clone(), problem: problem.into() }
    }
}

/// The bytes of a text of hexadecimal digits.
#[must_use]
pub fn bytes_of_hex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(nibble(*high)? << 4 | nibble(*low)?),
            _ => None,
        })
        .collect()
}
