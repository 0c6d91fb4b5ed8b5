//! Models of the base fee and of the blob base fee: a demand that returns to its mean and rises in a crash, and the chain's
//! own rule by which the fee follows it.

use std::collections::VecDeque;

use levmine_market::Timestamp;
use levmine_market::gas::{BLOB_GAS, BlobRules, FeeMarket};
use levmine_math::{MathError, U256, add};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::base_fee::{self, MOST_WORK};
use crate::{Drawer, FeeRule, GasCrash, GasModel, GasPath, PricePath, Stream};

/// Points of one path; more are refused.
const MOST_POINTS: u64 = 10_000_000;
/// The largest demand, in wei.
const MOST_WEI: f64 = 1e27;

/// What a fee is worked out for.
#[derive(Debug, Clone, Copy)]
pub struct FeeWorld<'a> {
    /// How the chain's base fee moves.
    pub market: FeeMarket,
    /// Its milliseconds from block to block.
    pub milliseconds_per_block: u64,
    /// The prices, for crashes.
    pub prices: &'a [PricePath],
    /// The first and the last moment.
    pub span: (Timestamp, Timestamp),
    /// The scenario's seed.
    pub seed: u64,
}

/// Returns the fee of a model over the span, in wei, with its tip; `stream` is the number of the random stream.
///
/// At each point the demand is `base × e^x × crash`: `x` is normal with the model's spread in the long run, and half of it
/// is gone after each half-life. A block then uses `target × demand ÷ fee` gas, at most what fits, and the fee follows by
/// [`FeeMarket::next_base_fee`], block by block; the blob base fee follows its excess, which rises and falls by as much as
/// full and empty blocks let it, until the fee is the demand.
///
/// # Errors
///
/// [`MathError::Domain`] for more than ten million points or too many blocks (thirty years of two seconds each), and
/// [`MathError::Overflow`] where a fee does not fit.
pub fn model_path(model: &GasModel, world: &FeeWorld<'_>, stream: u32) -> Result<GasPath, MathError> {
    let (from, to) = world.span;
    let every = model.every.max(1);
    if to.since(from) / every > MOST_POINTS {
        return Err(MathError::Domain {
            quantity: "the number of points of a model",
            accepted: "at most 10000000",
        });
    }
    let mut demand = Demand::new(model, world, stream);
    // How many blocks there are up to a moment, so that no part of one is lost between two points.
    let block = |now: Timestamp| now.since(from).saturating_mul(1_000) / world.milliseconds_per_block.max(1);
    let mut work = MOST_WORK;
    let mut fee = Fee::at(model.rule, demand.at(from));
    let mut path = Vec::with_capacity(usize::try_from(to.since(from) / every + 2).unwrap_or_default());
    let mut now = from;
    path.push((now, add(fee.price()?, model.tip)?));
    while now < to {
        let passed = block(now);
        now = now.plus(every);
        let wanted = demand.at(now);
        fee.follow(wanted, block(now).saturating_sub(passed), world.market, &mut work)?;
        path.push((now, add(fee.price()?, model.tip)?));
    }
    Ok(path)
}

/// The chain's state of a fee.
enum Fee {
    Base(U256),
    Blob(u64),
}

/// The rules by which the excess of blobs is priced.
const BLOBS: BlobRules = BlobRules::PRAGUE;

impl Fee {
    fn at(rule: FeeRule, demand: f64) -> Self {
        match rule {
            FeeRule::BaseFee => Self::Base(wei(demand).max(U256::ONE)),
            FeeRule::BlobBaseFee => Self::Blob(excess_for(demand)),
        }
    }

    fn price(&self) -> Result<U256, MathError> {
        match self {
            Self::Base(fee) => Ok(*fee),
            Self::Blob(excess) => BLOBS.base_fee(*excess),
        }
    }

    fn follow(
        &mut self,
        demand: f64,
        blocks: u64,
        market: FeeMarket,
        work: &mut u64,
    ) -> Result<(), MathError> {
        match self {
            Self::Base(fee) => *fee = base_fee::follow(*fee, wei(demand), blocks, market, work)?,
            Self::Blob(excess) => {
                let wanted = excess_for(demand);
                let up = BLOBS.max.saturating_sub(BLOBS.target).saturating_mul(BLOB_GAS);
                let down = BLOBS.target.saturating_mul(BLOB_GAS);
                let (least, most) = (
                    excess.saturating_sub(blocks.saturating_mul(down)),
                    excess.saturating_add(blocks.saturating_mul(up)),
                );
                *excess = wanted.clamp(least, most);
            }
        }
        Ok(())
    }
}

/// The excess at which the blob base fee is about `demand` wei.
fn excess_for(demand: f64) -> u64 {
    let excess = BLOBS.update_fraction as f64 * libm::log(demand.max(1.0));
    excess as u64
}

fn wei(demand: f64) -> U256 {
    U256::from(demand.clamp(0.0, MOST_WEI) as u128)
}

/// The demand over time.
struct Demand<'a> {
    base: f64,
    spread: f64,
    /// What is left of a deviation from point to point.
    left: f64,
    x: f64,
    begun: bool,
    normals: Stream,
    crash: Option<Crash<'a>>,
}

impl<'a> Demand<'a> {
    fn new(model: &'a GasModel, world: &FeeWorld<'a>, stream: u32) -> Self {
        let halves = model.every as f64 / model.half_life.max(1) as f64;
        Self {
            base: u128::try_from(model.base).map_or(MOST_WEI, |base| base as f64),
            spread: float(model.spread),
            left: libm::exp2(-halves),
            x: 0.0,
            begun: false,
            normals: Stream::new(world.seed, Drawer::Gas, stream),
            crash: model.crash.as_ref().and_then(|crash| Crash::new(crash, world.prices)),
        }
    }

    fn at(&mut self, now: Timestamp) -> f64 {
        let normal = self.normals.normal();
        // The first one is drawn from where the demand is in the long run.
        let (kept, new) =
            if self.begun { (self.left, libm::sqrt(1.0 - self.left * self.left)) } else { (0.0, 1.0) };
        self.begun = true;
        self.x = kept * self.x + new * self.spread * normal;
        let crash = self.crash.as_mut().map_or(1.0, |crash| crash.factor(now));
        (self.base * libm::exp(self.x) * crash).min(MOST_WEI)
    }
}

/// How far a price has fallen from its highest of late.
struct Crash<'a> {
    points: &'a [(Timestamp, levmine_market::Price)],
    passed: usize,
    /// Prices above all later ones, and until when they held.
    highs: VecDeque<(Timestamp, f64)>,
    last: f64,
    window: u64,
    log_factor: f64,
    log_fall: f64,
}

impl<'a> Crash<'a> {
    /// `None` where the scenario has no price of the asset.
    fn new(crash: &GasCrash, prices: &'a [PricePath]) -> Option<Self> {
        let path = prices.iter().find(|path| path.asset() == crash.of)?;
        Some(Self {
            points: path.points(),
            passed: 0,
            highs: VecDeque::new(),
            last: 0.0,
            window: crash.window,
            log_factor: libm::log(float(crash.factor).max(1.0)),
            log_fall: -libm::log(1.0 - float(crash.fall)),
        })
    }

    fn factor(&mut self, now: Timestamp) -> f64 {
        while let Some((time, price)) = self.points.get(self.passed).filter(|(time, _)| *time <= now) {
            let price = u128::try_from(price.0.raw()).map_or(f64::MAX, |raw| raw as f64);
            // The one before, which is always the last of them, holds until now.
            if let Some((until, _)) = self.highs.back_mut() {
                *until = *time;
            }
            while self.highs.back().is_some_and(|(_, high)| *high <= price) {
                self.highs.pop_back();
            }
            self.highs.push_back((Timestamp(u64::MAX), price));
            self.last = price;
            self.passed += 1;
        }
        while self.highs.front().is_some_and(|(until, _)| now.since(*until) > self.window) {
            self.highs.pop_front();
        }
        let Some((_, high)) = self.highs.front().filter(|(_, high)| *high > 0.0 && self.last > 0.0) else {
            return 1.0;
        };
        let part = libm::log(high / self.last) / self.log_fall;
        libm::exp(self.log_factor * part.clamp(0.0, 1.0))
    }
}

fn float(number: Decimal) -> f64 {
    number.to_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use levmine_market::{Asset, Price};
    use levmine_math::Wad;

    use super::*;

    const GWEI: u64 = 1_000_000_000;
    const DAY: u64 = 86_400;

    fn model(spread: Decimal, crash: Option<GasCrash>) -> GasModel {
        let place = levmine_config::Place { file: "s.toml".into(), line: 1, path: "gas".into() };
        let (base, tip, rule) = (U256::from(20 * GWEI), U256::from(GWEI), FeeRule::BaseFee);
        GasModel { place, rule, base, tip, spread, half_life: 12 * 3_600, every: 3_600, crash }
    }

    fn ether(points: &[(u64, u128)]) -> PricePath {
        let wad = 1_000_000_000_000_000_000;
        let points = points.iter().map(|(time, price)| (Timestamp(*time), Price(Wad::new(price * wad))));
        PricePath::new(weth(), points.collect())
    }

    fn weth() -> Asset {
        Asset::new("WETH", 18).unwrap()
    }

    fn path(model: &GasModel, prices: &[PricePath], days: u64, seed: u64) -> Vec<u64> {
        let span = (Timestamp(0), Timestamp(days * DAY));
        let world =
            FeeWorld { market: FeeMarket::ETHEREUM, milliseconds_per_block: 12_000, prices, span, seed };
        let path = model_path(model, &world, 0).unwrap();
        assert!(path.windows(2).all(|two| two[0].0.plus(model.every) == two[1].0));
        path.iter().map(|(_, wei)| u64::try_from(*wei).unwrap()).collect()
    }

    #[test]
    fn a_demand_without_spread_is_paid_as_it_is() {
        let fees = path(&model(Decimal::from(0), None), &[], 2, 0);
        assert_eq!(fees.len(), 49);
        assert!(fees.iter().all(|fee| *fee == 21 * GWEI), "{fees:?}");
    }

    #[test]
    fn a_seed_is_a_path_and_the_median_is_the_base() {
        let model = model(Decimal::new(5, 1), None);
        let fees = path(&model, &[], 730, 7);
        assert_eq!(fees, path(&model, &[], 730, 7));
        assert_ne!(fees, path(&model, &[], 730, 8));
        let mut sorted = fees.clone();
        sorted.sort_unstable();
        // A day is worth about one draw: 730 of them, whose median has a standard error of 0.5 × 1.25 ÷ √730, a fortieth.
        let median = sorted[sorted.len() / 2] - GWEI;
        assert!(median.abs_diff(20 * GWEI) < 2 * GWEI, "{median}");
        // One in six is above e^0.5 of it, and they stay together: a deviation has lost half after 12 hours.
        let above = sorted.iter().filter(|fee| (**fee - GWEI) as f64 > 20e9 * 0.5_f64.exp()).count();
        assert!((10..24).contains(&(above * 100 / sorted.len())), "{above}");
        let logs: Vec<f64> = fees.iter().map(|fee| ((fee - GWEI) as f64 / 20e9).ln()).collect();
        let pairs = logs.iter().zip(logs.iter().skip(12));
        let (with, own) = pairs.fold((0.0, 0.0), |(with, own), (a, b)| (with + a * b, own + a * a));
        assert!((with / own - 0.5_f64).abs() < 0.12, "{}", with / own);
    }

    #[test]
    fn a_crash_makes_gas_dear_and_it_calms_down() {
        let crash = GasCrash { of: weth(), factor: Decimal::from(20), fall: Decimal::new(4, 1), window: DAY };
        let model = model(Decimal::from(0), Some(crash));
        // Half of the logarithm of 40 % is 22.5 %: 2,000 to 1,549.19; then the whole, then more.
        let prices = [ether(&[(0, 2_000), (DAY, 1_549), (2 * DAY - 3_600, 1_200), (5 * DAY, 1_200)])];
        let fees = path(&model, &prices, 6, 0);
        let near = |hour: usize, gwei: u64| {
            let fee = fees[hour] - GWEI;
            assert!(fee.abs_diff(gwei * GWEI) < gwei * GWEI / 50, "hour {hour}: {fee}");
        };
        near(23, 20);
        // Twenty to the half is 4.47, reached within the three hundred blocks up to the next point.
        near(25, 89);
        // At hour 48 the price is 1,200 and was 2,000 a day before; an hour later it was 1,549 at most, and
        // ln(1,549 ÷ 1,200) is half of the logarithm again.
        near(48, 400);
        near(49, 89);
        // Four days later nothing is left of it.
        near(140, 20);
    }

    #[test]
    fn the_base_fee_rises_by_an_eighth_a_block_at_most() {
        // Blocks of twenty minutes: three of them in an hour.
        let crash =
            GasCrash { of: weth(), factor: Decimal::from(100), fall: Decimal::new(4, 1), window: DAY };
        let model = model(Decimal::from(0), Some(crash));
        let prices = [ether(&[(0, 2_000), (3_600, 1_000)])];
        let span = (Timestamp(0), Timestamp(7_200));
        let world = FeeWorld {
            market: FeeMarket::ETHEREUM,
            milliseconds_per_block: 1_200_000,
            prices: &prices,
            span,
            seed: 0,
        };
        let path = model_path(&model, &world, 0).unwrap();
        assert_eq!(path[1].1, U256::from(28_476_562_500_u64 + GWEI));
    }

    #[test]
    fn short_blocks_follow_the_demand_within_the_hour() {
        // Blocks of two seconds that move the fee by a 250th at most, 1,800 of them in an hour. A crash makes the demand ten
        // times as large for a day.
        let crash = GasCrash { of: weth(), factor: Decimal::from(10), fall: Decimal::new(4, 1), window: DAY };
        let model = model(Decimal::from(0), Some(crash));
        let prices = [ether(&[(0, 2_000), (3_600, 1_000)])];
        let span = (Timestamp(0), Timestamp(2 * DAY));
        let market = FeeMarket::OPTIMISM;
        let world = FeeWorld { market, milliseconds_per_block: 2_000, prices: &prices, span, seed: 0 };
        let path = model_path(&model, &world, 0).unwrap();
        let fee = |hour: usize| u64::try_from(path[hour].1).unwrap() - GWEI;
        // Full blocks raise it by a 50th each: 1.02^117 is ten, and it nears the demand from below.
        assert!((199 * GWEI..=200 * GWEI).contains(&fee(1)), "{}", fee(1));
        // Down again: 249/250 of the distance are left after each block, e^(−7.2) of it after an hour.
        assert!((20 * GWEI..=20 * GWEI + GWEI / 5).contains(&fee(26)), "{}", fee(26));
    }

    #[test]
    fn the_blob_base_fee_follows_its_excess() {
        let blob = GasModel { rule: FeeRule::BlobBaseFee, tip: U256::ZERO, ..model(Decimal::from(0), None) };
        let fees = path(&blob, &[], 1, 0);
        assert!(fees.iter().all(|fee| fee.abs_diff(20 * GWEI) < GWEI / 100), "{fees:?}");
        // At a wei it stays; what is wanted less is no less.
        let least = GasModel { base: U256::from(1_u64), ..blob };
        assert!(path(&least, &[], 1, 0).iter().all(|fee| *fee == 1));
    }

    #[test]
    fn hostile_models_are_bounded() {
        let most = GasModel { base: U256::MAX, half_life: 0, every: 0, ..model(Decimal::from(2), None) };
        let world = |to| FeeWorld {
            market: FeeMarket { denominator: 0, elasticity: u64::MAX },
            milliseconds_per_block: 0,
            prices: &[],
            span: (Timestamp(0), Timestamp(to)),
            seed: u64::MAX,
        };
        assert!(model_path(&most, &world(u64::MAX), 0).is_err());
        assert!(model_path(&most, &world(5), u32::MAX).is_ok());
        let blob = GasModel { rule: FeeRule::BlobBaseFee, ..most };
        assert!(model_path(&blob, &world(5), 0).is_ok());
    }
}
