//! Parts of values, without losing a mark.

use levmine_market::Mark;
use levmine_math::{Rounding, U256, mul_div};

use crate::BooksError;

/// Returns `total · of ÷ whole` in marks, rounded down; all of it where `of` is the whole or more. Nothing of a total that
/// is not positive.
///
/// # Errors
///
/// [`BooksError::Math`] when it does not fit.
pub fn part(total: Mark, of: U256, whole: U256) -> Result<Mark, BooksError> {
    if of >= whole {
        return Ok(total);
    }
    let Ok(total) = u128::try_from(total) else { return Ok(0) };
    let part = mul_div(U256::from(total), of, whole, Rounding::Down)?;
    i128::try_from(part).map_err(|_| BooksError::TooLarge)
}

/// Splits `total` in proportion to `weights`. The parts sum to it: each ends where the sum of the weights so far ends,
/// rounded down. Without any weight the first gets all.
///
/// # Errors
///
/// [`BooksError::Math`] when the sum of the weights does not fit.
pub fn split(total: Mark, weights: &[U256]) -> Result<Vec<Mark>, BooksError> {
    let whole = weights.iter().try_fold(U256::ZERO, |sum, weight| levmine_math::add(sum, *weight))?;
    let (mut so_far, mut given): (U256, Mark) = (U256::ZERO, 0);
    let mut parts = Vec::with_capacity(weights.len());
    for weight in weights {
        so_far = levmine_math::add(so_far, *weight)?;
        // Also without weights: all of nothing is all.
        let end = part(total, so_far, whole)?;
        parts.push(end.saturating_sub(given));
        given = end;
    }
    Ok(parts)
}

/// A mark as a weight: nothing for what is not positive.
pub(crate) fn weight(mark: Mark) -> U256 {
    U256::from(u128::try_from(mark).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_sum_to_the_total() {
        // 10 in thirds: 3⅓ ends at 3, 6⅔ at 6, 10 at 10.
        let thirds = [U256::from(1); 3];
        assert_eq!(split(10, &thirds), Ok(vec![3, 3, 4]));
        assert_eq!(split(10, &[U256::ZERO, U256::from(5), U256::from(5)]), Ok(vec![0, 5, 5]));
        assert_eq!(split(7, &[U256::ZERO; 2]), Ok(vec![7, 0]));
        assert_eq!(split(7, &[]), Ok(vec![]));
        assert_eq!(part(100, U256::from(2), U256::from(3)), Ok(66));
        assert_eq!(part(i128::MAX, U256::MAX, U256::MAX), Ok(i128::MAX));
        assert!(split(1, &[U256::MAX, U256::MAX]).is_err());
    }
}
