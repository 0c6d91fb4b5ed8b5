//! The price of data on Arbitrum, as Nitro's own rule lets it follow what batches cost.

use levmine_market::Timestamp;
use levmine_market::gas::{BLOB_GAS, NitroL1Pricing, Posting};
use levmine_math::{MathError, U256, add, mul};

use crate::{Batches, GasPath};

/// Units of data in a byte.
const UNITS_PER_BYTE: u64 = 16;
/// Batches of one run; more are refused.
pub(crate) const MOST_BATCHES: u64 = 20_000_000;
/// A price that has moved by less than one part in this many is the same one.
const NEAR: u128 = 1_000;

/// Returns the price of a unit of data from `from` to `to`, in wei: it begins where batches pay for themselves, and
/// then each of them moves it. A batch fills its blobs, and costs `gas × L1 base fee + 131,072 × blobs × blob base fee`.
///
/// # Errors
///
/// [`MathError::Domain`] for more than twenty million batches, [`MathError::Overflow`] where a cost does not fit 127 bits.
pub fn posted_prices(
    l1: &GasPath,
    blob: &GasPath,
    batches: &Batches,
    (from, to): (Timestamp, Timestamp),
) -> Result<GasPath, MathError> {
    let every = batches.every.max(1);
    if to.since(from) / every > MOST_BATCHES {
        return Err(MathError::Domain { quantity: "the number of batches", accepted: "at most 20000000" });
    }
    let bytes = batches.blobs.max(1).saturating_mul(BLOB_GAS);
    let units = bytes.saturating_mul(UNITS_PER_BYTE);
    let cost = |l1: U256, blob: U256| -> Result<u128, MathError> {
        let execution = mul(l1, U256::from(batches.gas))?;
        let wei = add(execution, mul(blob, U256::from(bytes))?)?;
        u128::try_from(wei).map_err(|_| MathError::Overflow { operation: "cost of a batch", a: l1, b: blob })
    };
    let (mut l1, mut blob) = (Reader::new(l1), Reader::new(blob));
    let start = cost(l1.at(from), blob.at(from))? / u128::from(units);
    let mut pricing = NitroL1Pricing::new(start);
    let mut path = vec![(from, U256::from(start))];
    let (mut told, mut now) = (start, from);
    while now < to {
        now = now.plus(every);
        pricing.update(Posting { units, spent: cost(l1.at(now), blob.at(now))? })?;
        if pricing.price_per_unit.abs_diff(told) > told / NEAR {
            told = pricing.price_per_unit;
            path.push((now, U256::from(told)));
        }
    }
    Ok(path)
}

/// A path read forwards.
struct Reader<'a> {
    points: &'a GasPath,
    passed: usize,
    now: U256,
}

impl<'a> Reader<'a> {
    fn new(points: &'a GasPath) -> Self {
        // Before the first point that holds.
        Self { points, passed: 0, now: points.first().map_or(U256::ZERO, |(_, price)| *price) }
    }

    fn at(&mut self, time: Timestamp) -> U256 {
        while let Some((_, price)) = self.points.get(self.passed).filter(|(at, _)| *at <= time) {
            self.now = *price;
            self.passed += 1;
        }
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GWEI: u64 = 1_000_000_000;

    fn constant(wei: u64) -> GasPath {
        vec![(Timestamp(0), U256::from(wei))]
    }

    #[test]
    fn a_price_that_pays_for_itself_stays_but_for_the_reward() {
        // 210,000 × 20 gwei + 131,072 wei for 2,097,152 units: 2.0027 gwei each.
        let span = (Timestamp(0), Timestamp(86_400));
        let path = posted_prices(&constant(20 * GWEI), &constant(1), &Batches::default(), span).unwrap();
        assert_eq!(path, [(Timestamp(0), U256::from(2_002_716_064_u64))]);
    }

    #[test]
    fn the_price_follows_what_batches_cost() {
        let l1 = vec![(Timestamp(0), U256::from(20 * GWEI)), (Timestamp(600), U256::from(200 * GWEI))];
        let span = (Timestamp(0), Timestamp(3 * 86_400));
        let path = posted_prices(&l1, &constant(1), &Batches::default(), span).unwrap();
        let last = u64::try_from(path.last().unwrap().1).unwrap();
        assert!(last.abs_diff(20_027_160_640) < 20_027_160_640 / 50, "{last}");
        assert!(path.iter().skip(1).all(|(time, _)| time.0 >= 600));
        // On its way it overshoots: what was not paid meanwhile is made up for.
        assert!(path.iter().any(|(_, price)| *price > U256::from(20_500_000_000_u64)));
    }

    #[test]
    fn hostile_batches_are_refused() {
        let span = (Timestamp(0), Timestamp(u64::MAX));
        let batches = Batches { every: 0, gas: u64::MAX, blobs: u64::MAX };
        assert!(posted_prices(&constant(1), &constant(1), &batches, span).is_err());
        let span = (Timestamp(0), Timestamp(10));
        let most = vec![(Timestamp(0), U256::MAX)];
        assert!(posted_prices(&most, &most, &batches, span).is_err());
        assert!(posted_prices(&Vec::new(), &Vec::new(), &Batches::default(), span).is_ok());
    }
}
