//! How large a transaction is.

/// The size of a transaction's bytes, or of a part of them: what a rollup publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Calldata {
    /// Bytes that are zero.
    pub zero: u32,
    /// Bytes that are not.
    pub non_zero: u32,
}

/// What a signed transaction has beside its calldata: type, lengths, chain, nonce, fees, gas limit, receiver (20 bytes) and
/// signature (65 bytes); next to none of its bytes are zero.
pub const SIGNATURE_AND_HEADER: Calldata = Calldata { zero: 0, non_zero: 115 };

impl Calldata {
    /// The estimate of a call with so many arguments: a selector of four bytes and a word of 32 bytes for each argument.
    ///
    /// An address fills 20 bytes of its word, an amount of 18 decimals about nine, of six decimals five, an offset or a
    /// flag one or two: on average twelve bytes of a word are not zero.
    #[must_use]
    pub const fn call(words: u32) -> Self {
        Self { zero: 20 * words, non_zero: 4 + 12 * words }
    }

    /// The size of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let zero = bytes.iter().filter(|byte| **byte == 0).count();
        let fits = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { zero: fits(zero), non_zero: fits(bytes.len() - zero) }
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            zero: self.zero.saturating_add(other.zero),
            non_zero: self.non_zero.saturating_add(other.non_zero),
        }
    }

    /// All bytes.
    #[must_use]
    pub const fn len(self) -> u64 {
        self.zero as u64 + self.non_zero as u64
    }

    /// Whether there are no bytes.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The units of gas that these bytes cost as calldata on Ethereum: 4 for a zero, 16 for another.
    #[must_use]
    pub const fn gas(self) -> u64 {
        4 * self.zero as u64 + 16 * self.non_zero as u64
    }

    /// About what these bytes compress to, by FastLZ or by Brotli at its lowest levels: bytes that are not zero stay, a
    /// byte before each 32 of them, and a run of zeros, one for each 20 of them, becomes a reference of three bytes.
    ///
    /// An estimate: it was compared with [`super::fast_lz_size`] of whole transactions, and is meant to be right within a
    /// tenth or two.
    #[must_use]
    pub const fn compressed(self) -> u64 {
        let kept = self.non_zero as u64;
        kept + kept.div_ceil(32) + 3 * (self.zero as u64).div_ceil(20)
    }
}
