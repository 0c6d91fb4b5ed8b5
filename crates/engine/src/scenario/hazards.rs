//! Venues that may be exploited at any time: `[hazard]` in scenario files.

use levmine_composer::World;
use levmine_config::{ConfigError, Node, parse_percent};
use levmine_market::{Timestamp, VenueId};
use levmine_math::{Rounding, Wad};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::random::{Drawer, Stream};

/// How likely a venue is exploited, and what that costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hazard {
    /// The venue.
    pub at: VenueId,
    /// Exploits to be expected in a year, of one: the rate of a Poisson process.
    pub rate: f64,
    /// The part of all that was put in there that is then lost.
    pub loss: Wad,
}

/// Seconds of a year.
const YEAR: f64 = 31_536_000.0;
/// Exploits of one venue in one run after which no more are drawn.
const MOST: usize = 64;
const RATE: &str =
    "a rate per year above 0% and at most 10000%, or a table like { rate = \"2%\", loss = \"40%\" }";

/// Reads the hazards of a scenario for the venues of `world`.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_hazards(node: &Node, world: &World) -> Result<Vec<Hazard>, ConfigError> {
    let names = || world.venues().iter().map(|slot| slot.name.as_str());
    let read = |(name, node): &(String, Node)| {
        let at = world.find(name).ok_or_else(|| node.unknown_name(name, names()))?;
        let (rate, loss) = match node.fields() {
            Err(_) => (node.read(rate)?, Wad::ONE),
            Ok(mut fields) => {
                let rate = fields.required("rate", RATE)?.read(rate)?;
                let loss = fields.optional("loss").map(|node| node.read(loss)).transpose()?;
                fields.finish()?;
                (rate, loss.unwrap_or(Wad::ONE))
            }
        };
        Ok(Hazard { at, rate, loss })
    };
    node.entries()?.iter().map(read).collect()
}

fn rate(text: &str) -> Result<f64, String> {
    let part = parse_percent(text).ok().filter(|part| *part > Decimal::ZERO && *part <= Decimal::ONE_HUNDRED);
    part.and_then(|part| part.to_f64()).ok_or_else(|| RATE.into())
}

fn loss(text: &str) -> Result<Wad, String> {
    let part = parse_percent(text).ok().filter(|part| *part > Decimal::ZERO && *part <= Decimal::ONE);
    let wad = part.and_then(|part| Wad::from_decimal(part, Rounding::Down).ok());
    wad.filter(|wad| !wad.is_zero()).ok_or_else(|| "a part above 0% and at most 100%".into())
}

impl Hazard {
    /// When the venue is exploited from `from` to `to`: waiting times are exponential, `−ln(u) ÷ rate` years, drawn from
    /// the stream of the hazard's place in the file.
    pub(crate) fn draw(&self, seed: u64, index: u32, from: Timestamp, to: Timestamp) -> Vec<Timestamp> {
        let mut stream = Stream::new(seed, Drawer::Hazard, index);
        let mut times = Vec::new();
        let mut now = from;
        while times.len() < MOST {
            let wait = -libm::log(stream.unit()) / self.rate * YEAR;
            // A waiting time beyond what a run can last saturates.
            now = now.plus((wait as u64).max(1));
            if now > to {
                break;
            }
            times.push(now);
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_are_exponential() {
        let hazard = Hazard { at: VenueId(0), rate: 0.5, loss: Wad::ONE };
        let (from, year) = (Timestamp(0), YEAR as u64);
        // In a year: nothing with probability e^(−0.5) = 0.6065; the mean of all waits is two years.
        let (mut none, mut waits, mut drawn) = (0_u32, 0_u64, 0_u64);
        let runs = 4_000;
        for seed in 0..runs {
            let times = hazard.draw(seed, 0, from, Timestamp(100 * year));
            none += u32::from(times.first().is_none_or(|first| first.0 > year));
            if let Some(first) = times.first() {
                waits += first.0 / 86_400;
                drawn += 1;
            }
        }
        // Four standard errors.
        let part = f64::from(none) / runs as f64;
        assert!((part - 0.6065).abs() < 0.031, "{part}");
        let mean = waits as f64 / drawn as f64;
        assert!((mean - 730.0).abs() < 47.0, "{mean}");
        assert_eq!(
            hazard.draw(7, 0, from, Timestamp(100 * year)),
            hazard.draw(7, 0, from, Timestamp(100 * year))
        );
        assert_ne!(
            hazard.draw(7, 0, from, Timestamp(100 * year)),
            hazard.draw(7, 1, from, Timestamp(100 * year))
        );
    }
}
