use levmine_composer::{StepError, World};
use levmine_market::{Asset, Timestamp, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, mul_div};

use super::traders::other_coin;
use crate::random::Stream;

/// How much is traded at a pool.
#[derive(Debug, Clone, PartialEq)]
pub enum Volume {
    /// Always the same.
    Constant {
        /// Both ways together, in one `per`.
        amount: TokenAmount,
        /// The span of time, in seconds.
        per: u64,
    },
    /// As it was recorded.
    Recorded(Recorded),
    /// By a model.
    Model(VolumeModel),
}

/// A recorded volume: what was traded in each span of time. The spans are in order and do not overlap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Beginning and end of each span, and what was traded in it, in base units of the assets; the second is zero where
    /// there is one.
    pub spans: Vec<(Timestamp, Timestamp, [U256; 2])>,
    /// In what it is told.
    pub assets: RecordedIn,
}

/// In what a recorded volume is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedIn {
    /// Both ways together, in one asset.
    BothWays(Asset),
    /// What was sold of each of two.
    EachWay([Asset; 2]),
}

/// A volume that varies around a mean, and is larger when the price moves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VolumeModel {
    /// The mean of a day in which the price stands still, both ways together.
    pub per_day: TokenAmount,
    /// The standard deviation of the logarithm of a step's volume: 0.8 for 80 %.
    pub spread: f64,
    /// What each percent by which the market's price of the other coin moves in a step adds, as a part of the mean: 0.5 for 50 %.
    pub per_percent: f64,
}

impl VolumeModel {
    /// The factor of a step's mean, with the standard normal number `z` and a price that has moved by `percent`.
    ///
    /// Formula: `e^(s·z − s² ÷ 2) · (1 + k·percent)`: log-normal with a mean of one, larger the more the price moves.
    #[must_use]
    pub fn factor(&self, z: f64, percent: f64) -> f64 {
        libm::exp(self.spread * z - self.spread * self.spread / 2.0) * (1.0 + self.per_percent * percent)
    }
}

/// What is traded in a step.
pub(super) enum Traded {
    /// Both ways together.
    BothWays(TokenAmount),
    /// Each of these is sold.
    EachWay([TokenAmount; 2]),
}

/// A volume in the course of a run.
pub(super) struct VolumeState<'a> {
    volume: &'a Volume,
    passed: usize,
    /// The price of the pool's other coin in the volume's asset, a step ago.
    rate: Option<U256>,
}

const DAY: u64 = 86_400;
/// The parts of a mean that a model's factor is told in, and its largest.
const PARTS: f64 = 1e9;
const MOST: f64 = 1e6;

impl<'a> VolumeState<'a> {
    pub(super) const fn new(volume: &'a Volume) -> Self {
        Self { volume, passed: 0, rate: None }
    }

    /// The volume of the `seconds` up to now.
    pub(super) fn of_step(
        &mut self,
        world: &World,
        at: VenueId,
        seconds: u64,
        numbers: &mut Stream,
    ) -> Result<Traded, StepError> {
        match self.volume {
            Volume::Constant { amount, per } => Ok(Traded::BothWays(in_time(*amount, seconds, *per)?)),
            Volume::Recorded(recorded) => self.recorded(recorded, world.now.time, seconds),
            Volume::Model(model) => {
                // Drawn in every step, so that a number's place is the step's.
                let z = numbers.normal();
                let percent = self.moved(world, at, model.per_day)?;
                let factor = model.factor(z, percent).clamp(0.0, MOST);
                let mean = in_time(model.per_day, seconds, DAY)?;
                let parts = U256::from((factor * PARTS) as u64);
                let raw = mul_div(mean.raw, parts, U256::from(PARTS as u64), Rounding::Down)?;
                Ok(Traded::BothWays(TokenAmount::new(mean.asset, raw)))
            }
        }
    }

    /// By how many percent the market's price of the other coin has moved since the last step.
    fn moved(&mut self, world: &World, at: VenueId, amount: TokenAmount) -> Result<f64, StepError> {
        let Some(other) = other_coin(world, at, amount.asset)? else { return Ok(0.0) };
        let price = |asset| world.market.find(asset).map(|price| price.0.raw());
        let (Some(one), Some(per)) = (price(other), price(amount.asset)) else { return Ok(0.0) };
        let rate = mul_div(one, U256::from(1_000_000_000_000_000_000_u64), per, Rounding::Down)?;
        let Some(before) = self.rate.replace(rate).filter(|before| !before.is_zero()) else { return Ok(0.0) };
        let parts = mul_div(rate.abs_diff(before), U256::from(PARTS as u64), before, Rounding::Down)?;
        Ok(u64::try_from(parts).unwrap_or(u64::MAX) as f64 / PARTS * 100.0)
    }

    /// What was recorded between the last step and now; of a span that is cut its part in time.
    fn recorded(&mut self, recorded: &Recorded, now: Timestamp, seconds: u64) -> Result<Traded, StepError> {
        let since = Timestamp(now.0.saturating_sub(seconds));
        let mut sums = [U256::ZERO; 2];
        while let Some((begin, end, amounts)) = recorded.spans.get(self.passed) {
            if *begin >= now {
                break;
            }
            for (sum, amount) in sums.iter_mut().zip(amounts) {
                // From the beginning of the span to each end of the step, so that the parts sum to the whole.
                let upto = |time: Timestamp| {
                    let passed = time.min(*end).since(*begin);
                    let whole = end.since(*begin).max(1);
                    mul_div(*amount, U256::from(passed), U256::from(whole), Rounding::Down)
                };
                *sum = sum.saturating_add(upto(now)?.saturating_sub(upto(since.max(*begin))?));
            }
            if *end > now {
                break;
            }
            self.passed += 1;
        }
        let [first, second] = sums;
        Ok(match recorded.assets {
            RecordedIn::BothWays(asset) => Traded::BothWays(TokenAmount::new(asset, first)),
            RecordedIn::EachWay([one, other]) => {
                Traded::EachWay([TokenAmount::new(one, first), TokenAmount::new(other, second)])
            }
        })
    }
}

/// The part of `amount` that falls on `seconds` of `per`, rounded down.
fn in_time(amount: TokenAmount, seconds: u64, per: u64) -> Result<TokenAmount, StepError> {
    let raw = mul_div(amount.raw, U256::from(seconds), U256::from(per.max(1)), Rounding::Down)?;
    Ok(TokenAmount::new(amount.asset, raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_span_sum_to_the_whole() {
        let [ether, dollar] =
            [("WETH", 18), ("USDC", 6)].map(|(name, places)| Asset::new(name, places).unwrap());
        // Two spans of an hour with a gap of one between them.
        let span = |hour: u64, amounts: [u64; 2]| {
            let begin = Timestamp(hour * 3_600);
            (begin, begin.plus(3_600), amounts.map(U256::from))
        };
        let spans = vec![span(1, [100, 7]), span(3, [1_000, 0])];
        let recorded = Recorded { spans, assets: RecordedIn::EachWay([ether, dollar]) };
        let volume = Volume::Recorded(recorded.clone());
        let traded = |step: u64| -> Vec<[u64; 2]> {
            let mut state = VolumeState::new(&volume);
            let mut all = Vec::new();
            for now in (step..=5 * 3_600).step_by(step as usize) {
                match state.recorded(&recorded, Timestamp(now), step).unwrap() {
                    Traded::EachWay(sold) => all.push(sold.map(|sold| u64::try_from(sold.raw).unwrap())),
                    Traded::BothWays(volume) => panic!("{volume}"),
                }
            }
            all
        };
        assert_eq!(traded(3_600), [[0, 0], [100, 7], [0, 0], [1_000, 0], [0, 0]]);
        assert_eq!(traded(9_000), [[100, 7], [1_000, 0]]);
        // Steps of 25 minutes cut the hours: 16 or 17 of 40 parts.
        for step in [1_500, 700, 1, 4_999] {
            let sum = traded(step).iter().fold([0, 0], |sum, sold| [sum[0] + sold[0], sum[1] + sold[1]]);
            assert_eq!(sum, [1_100, 7], "{step}");
        }
        // From 4,500 to 6,000 seconds 41 of the first hundred: from the 25th to the 66th.
        assert_eq!(traded(1_500)[3], [41, 3]);
    }
}
