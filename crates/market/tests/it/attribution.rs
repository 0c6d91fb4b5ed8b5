//! The parts are the whole.

use levmine_market::{Attribution, Cause};

#[test]
fn parts_in_base_units_sum_to_the_change() {
    let mut attribution = Attribution::default();
    attribution.book(Cause::Price, 1_999_999).unwrap();
    attribution.book(Cause::Gas, -2_999_999).unwrap();
    attribution.book(Cause::Price, 1).unwrap();
    assert_eq!((attribution.part(Cause::Price), attribution.total()), (2_000_000, -999_999));
    for change in [-3, -1, 0, 7, i128::from(i64::MAX)] {
        let parts = attribution.in_base_units(change);
        assert_eq!(parts.iter().map(|(_, part)| part).sum::<i128>(), change);
        assert_eq!(parts.len(), Cause::ALL.len());
        let part = |cause| parts.iter().find(|(known, _)| *known == cause).map(|(_, part)| *part);
        // Each is cut towards zero; what that loses stands in its own line.
        assert_eq!((part(Cause::Price), part(Cause::Gas)), (Some(2), Some(-2)));
        assert_eq!(part(Cause::Rounding), Some(change));
    }
}

#[test]
fn a_sum_that_does_not_fit_is_refused() {
    let mut attribution = Attribution::default();
    attribution.book(Cause::Price, i128::MAX).unwrap();
    assert!(attribution.book(Cause::Price, 1).is_err());
    assert_eq!(attribution.part(Cause::Price), i128::MAX);
}

#[test]
fn every_cause_has_its_own_name() {
    let names: std::collections::BTreeSet<&str> = Cause::ALL.iter().map(|cause| cause.name()).collect();
    assert_eq!(names.len(), Cause::ALL.len());
}
