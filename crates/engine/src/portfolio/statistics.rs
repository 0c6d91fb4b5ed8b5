//! How the results of strategies hang together: correlation, volatility, contributions to risk.
//!
//! These are estimates from the returns of steps, not money: they are counted in binary floating point, by sums that do not
//! depend on the machine.

/// Seconds of a year of 365 days.
const YEAR: f64 = 31_536_000.0;

/// Means and products of returns, updated step by step.
#[derive(Debug, Clone, Default)]
pub struct Statistics {
    /// Equities at the end of the last step.
    last: Vec<f64>,
    returns: Vec<f64>,
    contributions: Vec<f64>,
    /// Means of the returns of each strategy.
    means: Vec<f64>,
    /// Sums of products of their deviations, row by row.
    products: Vec<f64>,
    /// Mean of the return of the whole, and means of what each contributes to it.
    joint_mean: f64,
    contribution_means: Vec<f64>,
    /// Sum of squared deviations of the return of the whole, and sums of products with what each contributes.
    joint_square: f64,
    contribution_products: Vec<f64>,
    count: f64,
}

impl Statistics {
    /// For strategies with these equities.
    #[must_use]
    pub fn new(equities: &[f64]) -> Self {
        let zeros = vec![0.0; equities.len()];
        Self {
            last: equities.to_vec(),
            returns: zeros.clone(),
            contributions: zeros.clone(),
            means: zeros.clone(),
            products: vec![0.0; equities.len() * equities.len()],
            contribution_means: zeros.clone(),
            contribution_products: zeros,
            ..Self::default()
        }
    }

    /// A step after which the strategies have these equities.
    pub fn step(&mut self, equities: &[f64]) {
        let whole: f64 = self.last.iter().sum();
        let part = |change: f64, of: f64| if of > 0.0 { change / of } else { 0.0 };
        for (at, (last, now)) in self.last.iter_mut().zip(equities).enumerate() {
            let change = now - *last;
            set(&mut self.returns, at, part(change, *last));
            set(&mut self.contributions, at, part(change, whole));
            *last = *now;
        }
        self.count += 1.0;
        let joint: f64 = self.contributions.iter().sum();
        let joint_before = joint - self.joint_mean;
        self.joint_mean += joint_before / self.count;
        self.joint_square += joint_before * (joint - self.joint_mean);
        for (at, contribution) in self.contributions.iter().enumerate() {
            let Some(mean) = self.contribution_means.get_mut(at) else { continue };
            *mean += (contribution - *mean) / self.count;
            if let Some(product) = self.contribution_products.get_mut(at) {
                *product += joint_before * (contribution - *mean);
            }
        }
        // The deviation from the mean before this step with the one from the mean after it: exact in one pass.
        let all = self.returns.len();
        for i in 0..all {
            let before = get(&self.returns, i) - get(&self.means, i);
            let mean = get(&self.means, i) + before / self.count;
            set(&mut self.means, i, mean);
            // The means of those up to `i` are new by now.
            for j in 0..=i {
                let after = get(&self.returns, j) - get(&self.means, j);
                let sum = get(&self.products, i * all + j) + before * after;
                set(&mut self.products, i * all + j, sum);
                set(&mut self.products, j * all + i, sum);
            }
        }
    }

    /// The correlation of the returns of two strategies; `None` where one of them never moved.
    #[must_use]
    pub fn correlation(&self, i: usize, j: usize) -> Option<f64> {
        let all = self.returns.len();
        let squares = get(&self.products, i * all + i) * get(&self.products, j * all + j);
        (squares > 0.0).then(|| (get(&self.products, i * all + j) / squares.sqrt()).clamp(-1.0, 1.0))
    }

    /// The standard deviation of the returns of a strategy, as of a year with `steps` steps in `seconds`.
    #[must_use]
    pub fn volatility(&self, i: usize, seconds: u64) -> Option<f64> {
        self.yearly(get(&self.products, i * self.returns.len() + i), seconds)
    }

    /// The same of the whole.
    #[must_use]
    pub fn joint_volatility(&self, seconds: u64) -> Option<f64> {
        self.yearly(self.joint_square, seconds)
    }

    /// The part of the variance of the whole that comes from a strategy: below zero for one that offsets the others. They
    /// sum to one. `None` where the whole never moved.
    #[must_use]
    pub fn contribution(&self, i: usize) -> Option<f64> {
        (self.joint_square > 0.0).then(|| get(&self.contribution_products, i) / self.joint_square)
    }

    fn yearly(&self, squares: f64, seconds: u64) -> Option<f64> {
        if self.count < 2.0 || seconds == 0 {
            return None;
        }
        let steps_a_year = self.count * YEAR / seconds as f64;
        Some((squares / (self.count - 1.0) * steps_a_year).sqrt())
    }
}

fn get(values: &[f64], at: usize) -> f64 {
    values.get(at).copied().unwrap_or_default()
}

fn set(values: &mut [f64], at: usize, value: f64) {
    if let Some(known) = values.get_mut(at) {
        *known = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn opposites_are_minus_one_and_twins_one() {
        let mut seen = Statistics::new(&[100.0, 100.0, 100.0]);
        for (up, down) in [(110.0, 90.0), (99.0, 99.0), (103.95, 94.05)] {
            seen.step(&[up, down, up]);
        }
        // Returns of 10 %, -10 %, 5 % against -10 %, 10 %, -5 %.
        assert!(close(seen.correlation(0, 1).unwrap(), -1.0));
        assert!(close(seen.correlation(0, 2).unwrap(), 1.0));
        assert_eq!(seen.correlation(1, 0), seen.correlation(0, 1));
    }

    #[test]
    fn what_never_moves_has_no_correlation_and_contributes_nothing() {
        let mut seen = Statistics::new(&[100.0, 50.0]);
        for equity in [101.0, 99.0, 102.0] {
            seen.step(&[equity, 50.0]);
        }
        assert_eq!(seen.correlation(0, 1), None);
        assert!(close(seen.contribution(0).unwrap(), 1.0));
        assert!(close(seen.contribution(1).unwrap(), 0.0));
        assert_eq!(Statistics::new(&[1.0]).contribution(0), None);
    }

    #[test]
    fn figures_agree_with_the_definition() {
        let (a, b) = ([100.0, 103.0, 101.0, 106.0, 104.0], [200.0, 198.0, 203.0, 201.0, 207.0]);
        let mut seen = Statistics::new(&[a[0], b[0]]);
        for at in 1..a.len() {
            seen.step(&[a[at], b[at]]);
        }
        let returns = |x: &[f64]| x.windows(2).map(|w| w[1] / w[0] - 1.0).collect::<Vec<_>>();
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let product = |x: &[f64], y: &[f64]| {
            let (mx, my) = (mean(x), mean(y));
            x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>()
        };
        let (ra, rb) = (returns(&a), returns(&b));
        let correlation = product(&ra, &rb) / (product(&ra, &ra) * product(&rb, &rb)).sqrt();
        assert!(close(seen.correlation(0, 1).unwrap(), correlation));
        // Four steps in a year of 365 days.
        let volatility = (product(&ra, &ra) / 3.0 * 4.0).sqrt();
        assert!(close(seen.volatility(0, 31_536_000).unwrap(), volatility));
        let whole: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + b).collect();
        let parts: Vec<f64> = a.windows(2).zip(&whole).map(|(w, whole)| (w[1] - w[0]) / whole).collect();
        let joint = returns(&whole);
        assert!(close(seen.contribution(0).unwrap(), product(&parts, &joint) / product(&joint, &joint)));
        assert!(close(seen.contribution(0).unwrap() + seen.contribution(1).unwrap(), 1.0));
    }

    #[test]
    fn a_strategy_that_lost_everything_has_no_returns_any_more() {
        let mut seen = Statistics::new(&[100.0, 100.0]);
        for equities in [[0.0, 101.0], [0.0, 99.0], [0.0, 104.0]] {
            seen.step(&equities);
        }
        assert!(seen.volatility(0, 3_600).unwrap().is_finite());
        assert!(seen.correlation(0, 1).unwrap().is_finite());
    }
}
