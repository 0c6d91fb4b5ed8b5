//! How many random cases are run, and from which seed.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The seed without `LEVMINE_SEED`.
pub const DEFAULT_SEED: u64 = 20_200_312;

/// The cases of each random check without `LEVMINE_CASES`.
pub const DEFAULT_CASES: u32 = 64;

/// The seed: `LEVMINE_SEED`, or [`DEFAULT_SEED`]. The same seed gives the same cases on every machine.
#[must_use]
pub fn seed() -> u64 {
    from_environment("LEVMINE_SEED", DEFAULT_SEED)
}

/// The number of cases of each random check: `LEVMINE_CASES`, or [`DEFAULT_CASES`].
#[must_use]
pub fn cases() -> u32 {
    from_environment("LEVMINE_CASES", DEFAULT_CASES)
}

/// A runner of random cases for the check of this name: it has the seed, the name and nothing else in it.
#[must_use]
pub fn runner(name: &str) -> TestRunner {
    let mut bytes = [0_u8; 32];
    for (place, byte) in bytes.iter_mut().zip(seed().to_le_bytes()) {
        *place = byte;
    }
    // The name is folded in so that two checks do not walk the same sequences.
    for (at, byte) in name.bytes().enumerate() {
        if let Some(place) = bytes.get_mut(8 + at % 24) {
            *place = place.rotate_left(3) ^ byte;
        }
    }
    let config =
        Config { cases: cases(), failure_persistence: None, max_shrink_iters: 600, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn from_environment<T: std::str::FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Err(_) => default,
        Ok(text) => match text.trim().parse() {
            Ok(value) => value,
            Err(_) => panic!("{name} must be a whole number, not {text:?}"),
        },
    }
}
