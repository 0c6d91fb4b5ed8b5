use levmine_market::Timestamp;
use levmine_math::{Ray, U256};

use crate::{Accuracy, Compared};

/// Beside what was recorded of a market: the rates that its curve makes of the same use.
#[derive(Default)]
pub(crate) struct CurveCheck {
    steps: u64,
    /// Sums over the steps of the rates of supply and of debt: the market's, and the recorded ones.
    sums: [[U256; 2]; 2],
    /// The debt's rates where they were furthest apart, the market's and the recorded one, and when that was.
    widest: Option<(Timestamp, [U256; 2])>,
}

/// From ray to nine places, in which rates are told.
const NINE_PLACES: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

impl CurveCheck {
    /// Counts the rates of supply and of debt in one step.
    pub(crate) fn compare(&mut self, now: Timestamp, own: [Ray; 2], recorded: [Ray; 2]) {
        self.steps += 1;
        let [own, recorded] = [own, recorded].map(|rates| rates.map(Ray::raw));
        for (sums, rates) in self.sums.iter_mut().zip([own, recorded]) {
            for (sum, rate) in sums.iter_mut().zip(rates) {
                *sum = sum.saturating_add(rate);
            }
        }
        let ([_, own], [_, recorded]) = (own, recorded);
        let apart = |[own, recorded]: [U256; 2]| own.abs_diff(recorded);
        if self.widest.is_none_or(|(_, known)| apart([own, recorded]) > apart(known)) {
            self.widest = Some((now, [own, recorded]));
        }
    }

    /// How near they came; nothing where nothing was compared.
    pub(crate) fn accuracy(&self, subject: String) -> Option<Accuracy> {
        let (when, [own, recorded]) = self.widest?;
        let line = |what: String, own: U256, recorded: U256, of: U256| {
            let places = of.saturating_mul(NINE_PLACES);
            Compared { what, own: own / places, recorded: recorded / places, decimals: 9 }
        };
        let steps = U256::from(self.steps.max(1));
        let [[supply, debt], [supply_recorded, debt_recorded]] = self.sums;
        Some(Accuracy {
            subject,
            compared: vec![
                line("supply rate on average".into(), supply, supply_recorded, steps),
                line("borrow rate on average".into(), debt, debt_recorded, steps),
                line(format!("borrow rate on {when}, furthest apart"), own, recorded, U256::ONE),
            ],
            counts: vec![("steps compared", self.steps)],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_and_the_widest_gap_are_told() {
        let percent = |percent: u128| Ray::new(percent * 10_u128.pow(25));
        let mut check = CurveCheck::default();
        assert!(check.accuracy("none".into()).is_none());
        check.compare(Timestamp(60), [percent(2), percent(4)], [percent(2), percent(5)]);
        check.compare(Timestamp(120), [percent(4), percent(8)], [percent(3), percent(6)]);
        let told = check.accuracy("some".into()).expect("an accuracy");
        let [supply, debt, widest] = told.compared.as_slice() else { panic!("{told:?}") };
        let nine = |parts: u64| U256::from(parts) * U256::from(100_000_u64);
        // In hundredths of a percent: 3 and 2.5, 6 and 5.5, and the second step's 8 and 6.
        assert_eq!((supply.own, supply.recorded), (nine(300), nine(250)));
        assert_eq!((debt.own, debt.recorded), (nine(600), nine(550)));
        assert_eq!((widest.own, widest.recorded), (nine(800), nine(600)));
        assert!(widest.what.contains("00:02"), "{}", widest.what);
        assert_eq!(told.counts, [("steps compared", 2)]);
    }
}
