use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::MarketError;

const LONGEST: usize = 23;

/// A token: its symbol and its decimals. A plain value; two assets are the same when both agree.
#[derive(Clone, Copy)]
#[repr(align(8))]
pub struct Asset {
    /// The symbol, filled up with zeros, and the decimals.
    bytes: [u8; LONGEST + 1],
}

// Assets are compared in every step of a run, many times: as three words instead of 24 bytes.

impl PartialEq for Asset {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let ([a, b, c], [x, y, z]) = (self.words(u64::from_ne_bytes), other.words(u64::from_ne_bytes));
        // Most that differ do so in the first word.
        a == x && (b ^ y) | (c ^ z) == 0
    }
}

impl Eq for Asset {}

impl PartialOrd for Asset {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Asset {
    /// By symbol, then by decimals: words with the first byte on top are ordered as the bytes are.
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.words(u64::from_be_bytes).cmp(&other.words(u64::from_be_bytes))
    }
}

impl Hash for Asset {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.words(u64::from_le_bytes).hash(state);
    }
}

impl Asset {
    /// The first four bytes of the symbol as a number, which is in the order of the assets.
    #[inline]
    pub(crate) const fn beginning(&self) -> u32 {
        let [a, b, c, d, ..] = self.bytes;
        u32::from_be_bytes([a, b, c, d])
    }

    #[inline(always)]
    fn words(&self, word: fn([u8; 8]) -> u64) -> [u64; 3] {
        let (chunks, _) = self.bytes.as_chunks::<8>();
        match chunks {
            [a, b, c] => [word(*a), word(*b), word(*c)],
            _ => [0; 3],
        }
    }

    /// The asset of this symbol.
    ///
    /// # Errors
    ///
    /// [`MarketError::BadSymbol`] unless the symbol has 1 to 23 printable ASCII characters and no space;
    /// [`MarketError::BadDecimals`] above 36.
    pub fn new(symbol: &str, decimals: u8) -> Result<Self, MarketError> {
        let bytes = symbol.as_bytes();
        if bytes.is_empty() || bytes.len() > LONGEST || !bytes.iter().all(u8::is_ascii_graphic) {
            return Err(MarketError::BadSymbol { symbol: symbol.into() });
        }
        if decimals > 36 {
            return Err(MarketError::BadDecimals { symbol: symbol.into(), decimals });
        }
        let mut fixed = [0; LONGEST + 1];
        for (to, from) in fixed.iter_mut().zip(bytes) {
            *to = *from;
        }
        let [.., last] = &mut fixed;
        *last = decimals;
        Ok(Self { bytes: fixed })
    }

    /// The symbol.
    #[must_use]
    pub fn symbol(&self) -> &str {
        let [symbol @ .., _] = &self.bytes;
        let end = symbol.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        symbol.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The number of decimals: one token is 10^decimals base units.
    #[must_use]
    pub const fn decimals(&self) -> u8 {
        let [.., decimals] = self.bytes;
        decimals
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}

impl fmt::Debug for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.symbol(), self.decimals())
    }
}

/// The assets that can be named in a file, by symbol.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    known: BTreeMap<String, Asset>,
}

/// Symbols and decimals of the tokens that the presets and the histories speak of.
const STANDARD: &[(&str, u8)] = &[
    ("1INCH", 18),
    ("AAVE", 18),
    ("BAL", 18),
    ("BTC", 8),
    ("BUSD", 18),
    ("cbETH", 18),
    ("COMP", 18),
    ("CRV", 18),
    ("DAI", 18),
    ("ENS", 18),
    ("ETH", 18),
    ("FRAX", 18),
    ("GHO", 18),
    ("KNC", 18),
    ("LDO", 18),
    ("LINK", 18),
    ("LUSD", 18),
    ("MATIC", 18),
    ("MKR", 18),
    ("POL", 18),
    ("rETH", 18),
    ("RPL", 18),
    ("sDAI", 18),
    ("SNX", 18),
    ("stETH", 18),
    ("STG", 18),
    ("sUSD", 18),
    ("SUSHI", 18),
    ("TUSD", 18),
    ("UNI", 18),
    ("USD", 8),
    ("USDC", 6),
    ("USDT", 6),
    ("WBTC", 8),
    ("WETH", 18),
    ("wstETH", 18),
];

impl Assets {
    /// The tokens everybody knows.
    #[must_use]
    pub fn standard() -> Self {
        let known = STANDARD.iter().filter_map(|(symbol, decimals)| {
            Asset::new(symbol, *decimals).ok().map(|asset| ((*symbol).to_string(), asset))
        });
        Self { known: known.collect() }
    }

    /// Adds an asset; a second one of the same symbol replaces the first.
    pub fn insert(&mut self, asset: Asset) {
        self.known.insert(asset.symbol().into(), asset);
    }

    /// The asset of this symbol.
    #[must_use]
    pub fn get(&self, symbol: &str) -> Option<Asset> {
        self.known.get(symbol).copied()
    }

    /// All symbols, sorted.
    pub fn symbols(&self) -> impl Iterator<Item = &str> {
        self.known.keys().map(String::as_str)
    }

    /// The asset that a node of a file names.
    ///
    /// # Errors
    ///
    /// [`levmine_config::ConfigError::Invalid`] with the nearest known symbol.
    pub fn read(&self, node: &levmine_config::Node) -> Result<Asset, levmine_config::ConfigError> {
        let symbol = node.text()?.trim();
        self.get(symbol).ok_or_else(|| self.unknown(node, symbol))
    }

    /// An error for a symbol that is not known, with the nearest known one.
    #[must_use]
    pub fn unknown(&self, node: &levmine_config::Node, symbol: &str) -> levmine_config::ConfigError {
        let near = levmine_config::nearest(symbol, self.symbols());
        let near = near.map(|name| format!("did you mean \"{name}\"? ")).unwrap_or_default();
        node.invalid(format!(
            "the symbol of a known asset; {near}\"{symbol}\" is not one (add it under [assets] with its decimals, as in {symbol} = 18)"
        ))
    }
}
