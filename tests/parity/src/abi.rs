//! As much of the contracts' ABI as their functions need: whole words, byte strings, lists and structs.

use revm::primitives::{Address, U256, keccak256};

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An integer, an address, a flag.
    Word(U256),
    /// `bytes` or `string`.
    Bytes(Vec<u8>),
    /// A list of any length.
    List(Vec<Value>),
    /// A struct.
    Struct(Vec<Value>),
}

impl From<U256> for Value {
    fn from(value: U256) -> Self {
        Self::Word(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Word(U256::from(value))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Word(U256::from(u8::from(value)))
    }
}

impl From<Address> for Value {
    fn from(value: Address) -> Self {
        Self::Word(word(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Bytes(value.as_bytes().to_vec())
    }
}

/// An address as a word.
#[must_use]
pub fn word(address: Address) -> U256 {
    U256::from_be_slice(address.as_slice())
}

/// The address in the low bits of a word.
#[must_use]
pub fn address(word: U256) -> Address {
    Address::from_word(word.into())
}

/// The call of the function of this `signature`, like `transfer(address,uint256)`.
#[must_use]
pub fn call(signature: &str, arguments: &[Value]) -> Vec<u8> {
    let mut data = selector(signature).to_vec();
    data.extend(encode(arguments));
    data
}

/// The first four bytes of the hash of a signature.
#[must_use]
pub fn selector(signature: &str) -> [u8; 4] {
    let [a, b, c, d, ..] = keccak256(signature).0;
    [a, b, c, d]
}

/// The arguments, heads first.
#[must_use]
pub fn encode(arguments: &[Value]) -> Vec<u8> {
    let (mut heads, mut tails) = (Vec::new(), Vec::new());
    let heads_length: usize = arguments.iter().map(head_length).sum();
    for argument in arguments {
        if is_dynamic(argument) {
            push(&mut heads, U256::from(heads_length.saturating_add(tails.len())));
            tails.extend(body(argument));
        } else {
            heads.extend(body(argument));
        }
    }
    heads.extend(tails);
    heads
}

/// The words of what a function returns.
#[must_use]
pub fn words(output: &[u8]) -> Vec<U256> {
    output.chunks_exact(32).map(U256::from_be_slice).collect()
}

/// The only text that a function returns, or that an error carries.
#[must_use]
pub fn text(output: &[u8]) -> String {
    let length = words(output).get(1).and_then(|length| usize::try_from(*length).ok()).unwrap_or(0);
    let bytes = output.get(64..64_usize.saturating_add(length)).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

fn push(bytes: &mut Vec<u8>, word: U256) {
    bytes.extend(word.to_be_bytes::<32>());
}

fn is_dynamic(value: &Value) -> bool {
    match value {
        Value::Word(_) => false,
        Value::Bytes(_) | Value::List(_) => true,
        Value::Struct(fields) => fields.iter().any(is_dynamic),
    }
}

fn head_length(value: &Value) -> usize {
    match value {
        Value::Struct(fields) if !is_dynamic(value) => fields.iter().map(head_length).sum(),
        _ => 32,
    }
}

fn body(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    match value {
        Value::Word(word) => push(&mut bytes, *word),
        Value::Bytes(content) => {
            push(&mut bytes, U256::from(content.len()));
            bytes.extend(content);
            bytes.resize(bytes.len().next_multiple_of(32), 0);
        }
        Value::List(items) => {
            push(&mut bytes, U256::from(items.len()));
            bytes.extend(encode(items));
        }
        Value::Struct(fields) => bytes.extend(encode(fields)),
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_the_known_ones() {
        assert_eq!(selector("transfer(address,uint256)"), [0xa9, 0x05, 0x9c, 0xbb]);
    }

    #[test]
    fn dynamic_arguments_stand_behind_the_static_ones() {
        // f(uint256,uint32[],bytes10,bytes) of the ABI's own specification, bytes10 as a word.
        let arguments = [
            Value::from(0x123_u64),
            Value::List(vec![Value::from(0x456_u64), Value::from(0x789_u64)]),
            Value::from(7_u64),
            Value::from("Hello, world!"),
        ];
        let encoded = words(&encode(&arguments));
        let expected: [u64; 8] = [0x123, 0x80, 7, 0xe0, 2, 0x456, 0x789, 13];
        assert_eq!(encoded.len(), 9);
        for (word, expected) in encoded.iter().zip(expected) {
            assert_eq!(*word, U256::from(expected));
        }
    }

    #[test]
    fn a_struct_with_a_string_is_dynamic() {
        let plain = Value::Struct(vec![Value::from(1_u64), Value::from(true)]);
        assert_eq!(words(&encode(&[plain])).len(), 2);
        let dynamic = Value::Struct(vec![Value::from(1_u64), Value::from("x")]);
        let encoded = words(&encode(&[Value::List(vec![dynamic])]));
        let expected = [0x20_u64, 1, 0x20, 1, 0x40, 1];
        for (word, expected) in encoded.iter().zip(expected) {
            assert_eq!(*word, U256::from(expected));
        }
    }
}
