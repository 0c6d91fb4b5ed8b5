//! The largest or smallest amount with a property, from a guess that is nearly right.
//!
//! A guess from closed forms is mostly a few base units off, because contracts round at several places. From there
//! steps that double leave the guess until the property changes, and a bisection finds the last amount: a handful of
//! trials for a good guess, at most 512 for the worst.

use levmine_math::U256;

/// The largest amount that `accepts` takes; zero counts as accepted without being tried.
///
/// Exact where the accepted amounts are one interval that begins at zero, or one that is wider than the guess is
/// wrong.
pub(crate) fn largest(guess: U256, mut accepts: impl FnMut(U256) -> bool) -> U256 {
    let mut step = U256::ONE;
    let (mut low, mut high) = (U256::ZERO, guess);
    if guess.is_zero() || accepts(guess) {
        low = guess;
        loop {
            high = low.saturating_add(step);
            if high == low {
                return low;
            }
            if !accepts(high) {
                break;
            }
            low = high;
            step = step.saturating_add(step);
        }
    } else {
        while high > step {
            let next = high.saturating_sub(step);
            if accepts(next) {
                low = next;
                break;
            }
            high = next;
            step = step.saturating_add(step);
        }
    }
    // Accepted at `low`, not at `high`.
    while let Some(middle) = between(low, high) {
        if accepts(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The smallest amount up to `most` that `reaches`, if `most` does. Exact where every larger amount reaches, too.
pub(crate) fn smallest(guess: U256, most: U256, mut reaches: impl FnMut(U256) -> bool) -> Option<U256> {
    if reaches(U256::ZERO) {
        return Some(U256::ZERO);
    }
    if !reaches(most) {
        return None;
    }
    let (mut low, mut high) = (U256::ZERO, most);
    let mut step = U256::ONE;
    if guess.is_zero() || guess >= most {
        // Nothing is known beyond the two ends.
    } else if reaches(guess) {
        high = guess;
        while high > step {
            let next = high.saturating_sub(step);
            if !reaches(next) {
                low = next;
                break;
            }
            high = next;
            step = step.saturating_add(step);
        }
    } else {
        low = guess;
        loop {
            let next = low.saturating_add(step);
            if next >= most {
                break;
            }
            if reaches(next) {
                high = next;
                break;
            }
            low = next;
            step = step.saturating_add(step);
        }
    }
    while let Some(middle) = between(low, high) {
        if reaches(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// An amount strictly between the two, if there is one.
pub(crate) fn between(low: U256, high: U256) -> Option<U256> {
    let distance = high.checked_sub(low)?;
    (distance > U256::ONE).then(|| low.saturating_add(distance >> 1_usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_is_found_from_any_guess() {
        for limit in [0_u64, 1, 2, 1_000, u64::MAX] {
            let limit = U256::from(limit) << 100_usize;
            for guess in [U256::ZERO, U256::ONE, limit, limit + U256::from(3), U256::MAX] {
                let mut trials = 0;
                let found = largest(guess, |amount| {
                    trials += 1;
                    amount <= limit
                });
                assert_eq!(found, limit);
                assert!(trials <= 512, "{trials} trials from {guess}");
            }
        }
        assert_eq!(largest(U256::from(7), |_| true), U256::MAX);
        assert_eq!(largest(U256::from(7), |_| false), U256::ZERO);
    }

    #[test]
    fn a_smallest_size_does_not_hide_the_largest() {
        let accepted = |amount| amount >= U256::from(1_000) && amount <= U256::from(5_000);
        for guess in [1_000_u64, 4_999, 5_000, 5_001, 5_010, 8_000] {
            assert_eq!(largest(U256::from(guess), accepted), U256::from(5_000), "from {guess}");
        }
    }

    #[test]
    fn the_smallest_is_found_from_any_guess() {
        let most = U256::from(1_000_000);
        for limit in [0_u64, 1, 2, 999_999, 1_000_000] {
            for guess in [0_u64, 1, 500_000, 999_999, 1_000_000, 2_000_000] {
                let found = smallest(U256::from(guess), most, |amount| amount >= U256::from(limit));
                assert_eq!(found, Some(U256::from(limit)), "from {guess}");
            }
        }
        assert_eq!(smallest(U256::ONE, most, |_| false), None);
    }
}
