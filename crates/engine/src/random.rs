//! Random numbers that are the same everywhere: number `n` of a stream is a function of the scenario's seed, the stream
//! and `n` alone, whoever else draws and in whatever order.
//!
//! The integers are ChaCha8's, the functions of real numbers libm's: nothing depends on the platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Who draws. Each has streams of its own, numbered by its place in the file; a new one takes a new number, so that the
/// others keep theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawer {
    /// A noise trader.
    Trader = 1,
    /// Other users of a lending market.
    Borrower = 2,
    /// The gas price.
    Gas = 3,
    /// Hazards.
    Hazard = 4,
}

/// The numbers of one drawer, one after the other.
#[derive(Debug, Clone)]
pub struct Stream {
    numbers: ChaCha8Rng,
}

impl Stream {
    /// The stream of the drawer at place `index` under `seed`, at its first number.
    #[must_use]
    pub fn new(seed: u64, drawer: Drawer, index: u32) -> Self {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(seed.to_le_bytes()) {
            *to = from;
        }
        let mut numbers = ChaCha8Rng::from_seed(bytes);
        numbers.set_stream((drawer as u64) << 32 | u64::from(index));
        Self { numbers }
    }

    /// Goes to number `n`, from 0.
    pub fn go_to(&mut self, n: u64) {
        // A number takes two words of 32 bits.
        self.numbers.set_word_pos(u128::from(n) << 1);
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.numbers.next_u64()
    }

    /// The next number as one above 0 and below 1, in steps of 2^−53.
    pub fn unit(&mut self) -> f64 {
        // Half a step above the grid, so that neither end is reached.
        ((self.number() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A standard normal number, of the next two.
    ///
    /// Formula: `√(−2·ln u) · cos(2π·v)` (Box and Muller); the second one of the pair is not used, so that every draw takes
    /// two numbers.
    pub fn normal(&mut self) -> f64 {
        let (u, v) = (self.unit(), self.unit());
        libm::sqrt(-2.0 * libm::log(u)) * libm::cos(core::f64::consts::TAU * v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_function_of_seed_stream_and_place() {
        let mut line = Stream::new(7, Drawer::Trader, 0);
        let drawn: Vec<u64> = (0..40).map(|_| line.number()).collect();
        let mut other = Stream::new(7, Drawer::Trader, 0);
        for n in [39_usize, 0, 17, 16, 38] {
            other.go_to(n as u64);
            assert_eq!(other.number(), drawn[n], "number {n}");
        }
        // Written down once: a new version of a crate must not change a run.
        assert_eq!(drawn[0], 2_301_523_547_682_202_894);
    }

    #[test]
    fn seeds_drawers_and_places_differ() {
        let first = |seed, drawer, index| Stream::new(seed, drawer, index).number();
        let all = [
            first(0, Drawer::Trader, 0),
            first(7, Drawer::Trader, 0),
            first(7, Drawer::Trader, 1),
            first(7, Drawer::Borrower, 0),
            first(7, Drawer::Gas, 0),
            first(u64::MAX, Drawer::Trader, 0),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other != one), "{all:?}");
        }
    }

    #[test]
    fn units_are_even_and_normals_normal() {
        let mut stream = Stream::new(1, Drawer::Borrower, 3);
        let (mut sum, mut squares, mut below) = (0.0, 0.0, 0_u32);
        let draws = 20_000;
        for _ in 0..draws {
            let unit = stream.unit();
            assert!(unit > 0.0 && unit < 1.0);
            below += u32::from(unit < 0.25);
            let normal = stream.normal();
            sum += normal;
            squares += normal * normal;
        }
        // Four standard errors: 0.0283 for the mean, 0.04 for the variance, 0.0122 for the quarter.
        let draws = f64::from(draws);
        assert!((sum / draws).abs() < 0.0283, "mean {}", sum / draws);
        assert!((squares / draws - 1.0).abs() < 0.04, "variance {}", squares / draws);
        assert!((f64::from(below) / draws - 0.25).abs() < 0.0122, "{below} below a quarter");
    }
}
