//! Realised volatility of what secures a debt, in terms of what is owed.

use std::collections::VecDeque;

use levmine_market::{Asset, Mark, Timestamp};
use levmine_math::{Rounding, U256, mul_div, pow10};
use rust_decimal::{Decimal, MathematicalOps};

use super::{Policy, PolicyAction};
use crate::portfolio::LineKind;
use crate::{StepError, World};

/// Samples in a window: a step between two of them only compares two times.
const SAMPLES: u64 = 240;
/// Returns that are kept however old they are: of one alone nobody can tell how much a price varies.
const FEWEST: usize = 2;
/// Seconds in a year, as rates count them.
const YEAR: u64 = 365 * 86_400;

/// A collateral and the asset of the debt that it secures.
type Pair = (Asset, Asset);

/// Samples of a price over a window of time.
///
/// The volatility is √(Σ r² ÷ T): r the logarithms of the ratios of neighbouring samples, T the years that they cover. There
/// is none before there are two returns that cover a quarter of the window. Where samples come so seldom that the window
/// holds fewer, it is what the newest two say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volatility {
    /// The window, in seconds.
    pub window: u64,
    /// What is watched: collateral and debt. Another pair begins anew.
    pair: Option<Pair>,
    /// The last price, with its time.
    last: Option<(Timestamp, Decimal)>,
    /// When each return began and ended, and its square.
    returns: VecDeque<(Timestamp, Timestamp, Decimal)>,
    /// The sum of the squares.
    sum: Decimal,
}

impl Volatility {
    /// Samples of nothing yet.
    #[must_use]
    pub const fn over(window: u64) -> Self {
        Self { window, pair: None, last: None, returns: VecDeque::new(), sum: Decimal::ZERO }
    }

    /// Whether a sample at `now` would be one more.
    fn is_due(&self, now: Timestamp) -> bool {
        self.last.is_none_or(|(time, _)| now.since(time) >= (self.window / SAMPLES).max(1))
    }

    /// Takes the price of a pair at a time. A price that is not above zero begins anew.
    pub fn see(&mut self, now: Timestamp, pair: Pair, price: Decimal) {
        if self.pair != Some(pair) || price <= Decimal::ZERO {
            *self = Self { pair: Some(pair), ..Self::over(self.window) };
        }
        if price <= Decimal::ZERO {
            return;
        }
        if let Some((before, last)) = self.last
            && let Some(change) = price.checked_div(last).and_then(|ratio| ratio.checked_ln())
            && let Some(square) = change.checked_mul(change)
        {
            // A fixed number of places, so that what is added can be taken off again to the last of them.
            let square = square.round_dp(18);
            self.sum = self.sum.saturating_add(square);
            self.returns.push_back((before, now, square));
        }
        self.last = Some((now, price));
        while let Some((began, _, square)) = self.returns.front().copied() {
            if now.since(began) <= self.window || self.returns.len() <= FEWEST {
                break;
            }
            self.sum = self.sum.saturating_sub(square);
            self.returns.pop_front();
        }
    }

    /// The volatility of a year, as a fraction; `None` before two returns cover a quarter of the window.
    #[must_use]
    pub fn realised(&self) -> Option<Decimal> {
        let ((began, _, _), (_, ended, _)) = (self.returns.front()?, self.returns.back()?);
        let covered = ended.since(*began);
        if self.returns.len() < FEWEST || covered < self.window / 4 || covered == 0 {
            return None;
        }
        let years = Decimal::from(covered).checked_div(Decimal::from(YEAR))?;
        self.sum.checked_div(years)?.sqrt()
    }
}

/// The windows over which these policies look at volatility, with nothing seen yet.
pub(crate) fn volatilities(policies: &[Policy]) -> Vec<Volatility> {
    let mut found: Vec<Volatility> = Vec::new();
    for policy in policies {
        if let PolicyAction::Rebalance(rule) = &policy.action
            && let Some(window) = rule.window()
            && found.iter().all(|known| known.window != window)
        {
            found.push(Volatility::over(window));
        }
    }
    found
}

impl World {
    /// Samples the market's price of the collateral in terms of the debt, for the policies that look at its volatility. Costs
    /// nothing where there is none.
    ///
    /// # Errors
    ///
    /// [`StepError::Math`].
    pub fn sample_volatility(&mut self) -> Result<(), StepError> {
        let now = self.now.time;
        if self.portfolio.volatilities.iter().all(|seen| !seen.is_due(now)) {
            return Ok(());
        }
        let Some((pair, price)) = self.pair()? else { return Ok(()) };
        for seen in self.portfolio.volatilities.iter_mut().filter(|seen| seen.is_due(now)) {
            seen.see(now, pair, price);
        }
        Ok(())
    }

    /// The largest debt with the largest collateral beside it, and what a unit of the collateral is worth in units of the
    /// debt, at the market.
    fn pair(&self) -> Result<Option<(Pair, Decimal)>, StepError> {
        let lines = || self.portfolio.lines.iter();
        let owed = lines().filter_map(|line| match line.kind {
            LineKind::Owed(at) => Some((at, line.amount, line.mark)),
            _ => None,
        });
        let Some((at, debt, owed)) = owed.max_by_key(|(_, _, mark)| *mark) else { return Ok(None) };
        let supplied = lines().filter(|line| line.kind == LineKind::Supplied(at));
        let plain = supplied.map(|line| (line.amount.asset, line.amount.raw, line.mark));
        // Shares of a pool that are collateral, and those of vaults above one.
        let market = self.lending(at)?;
        let lists = |asset| market.listing(asset).is_ok();
        let pooled = self.portfolio.shares.iter().filter_map(|line| {
            let through = line.through.iter().any(|amount| lists(amount.asset));
            (lists(line.share) || through).then_some((line.share, line.held, line.mark))
        });
        let Some((asset, held, mark)) = plain.chain(pooled).max_by_key(|(_, _, mark)| *mark) else {
            return Ok(None);
        };
        let (worth, owed) = (per_token(mark, held, asset)?, per_token(owed, debt.raw, debt.asset)?);
        Ok(quotient(worth, owed).map(|price| ((asset, debt.asset), price)))
    }
}

/// The mark of a whole token.
fn per_token(mark: Mark, raw: U256, asset: Asset) -> Result<U256, StepError> {
    if raw.is_zero() {
        return Ok(U256::ZERO);
    }
    let unit = pow10(u32::from(asset.decimals()))?;
    Ok(mul_div(U256::from(mark.max(0).unsigned_abs()), unit, raw, Rounding::Down)?)
}

/// `a ÷ b` with as many places as a decimal holds of it; `None` for a zero `b`.
fn quotient(a: U256, b: U256) -> Option<Decimal> {
    [24_u32, 18, 9, 0].into_iter().find_map(|places| {
        let parts = mul_div(a, pow10(places).ok()?, b, Rounding::Down).ok()?;
        Decimal::try_from_i128_with_scale(i128::try_from(parts).ok()?, places).ok()
    })
}
