//! Keeping a loan-to-value that falls as volatility rises.

use std::fmt;

use levmine_config::{parse_duration, parse_percent};
use levmine_market::VenueId;
use rust_decimal::Decimal;

use super::{deleverage, releverage, write_duration};
use crate::fraction::{ratio, written};
use crate::{StepError, Target, Transaction, World};

/// A loan-to-value to keep.
///
/// The target is `base · min(1, reference ÷ realised)`, where realised is the volatility of the collateral in terms of the
/// debt over the window; `base` while it is not known. The position is deleveraged where it is above the target by more than
/// the band, and releveraged where it is below by more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebalance {
    /// The loan-to-value in calm times, a fraction.
    pub base: Decimal,
    /// How far it may be off, a fraction of the collateral as the loan-to-value itself.
    pub band: Decimal,
    /// The volatility up to which times are calm, as a fraction a year, and the seconds over which it is measured.
    pub calm: Option<(Decimal, u64)>,
}

/// The band where none is said: two percent of the collateral.
const BAND: Decimal = Decimal::from_parts(2, 0, 0, false, 2);

const ACCEPTED: &str = "a rule like \"rebalance to ltv 60%\" or \"rebalance to ltv 60% at 80% volatility over 7d\", with \
    \"band 3%\" at its end or without";

impl Rebalance {
    /// Reads what follows `rebalance to ltv`.
    pub(super) fn read(words: &[&str]) -> Result<Self, String> {
        let (words, band) = match words {
            [rest @ .., "band", band] => (rest, parse_percent(band)?),
            _ => (words, BAND),
        };
        let (base, calm) = match words {
            [base] => (base, None),
            [base, "at", reference, "volatility", "over", window] => {
                let reference = parse_percent(reference)?;
                if reference <= Decimal::ZERO || reference > Decimal::ONE_HUNDRED {
                    return Err("a volatility above 0% and at most 10000% a year, as in \"80%\"".into());
                }
                (base, Some((reference, parse_duration(window)?)))
            }
            _ => return Err(ACCEPTED.into()),
        };
        let Target::Ltv(base) = Target::ltv(base)? else { return Err(ACCEPTED.into()) };
        if band < Decimal::ZERO || band >= base {
            return Err("a band from 0% to below the loan-to-value, as in \"band 3%\"".into());
        }
        Ok(Self { base, band, calm })
    }

    /// The seconds over which volatility is measured, if it is.
    #[must_use]
    pub fn window(&self) -> Option<u64> {
        self.calm.map(|(_, window)| window)
    }

    /// Whether it looks at a volatility that is not known yet, so that it keeps to [`Rebalance::base`].
    #[must_use]
    pub fn is_blind(&self, world: &World) -> bool {
        self.calm.is_some_and(|(_, window)| realised(world, window).is_none())
    }

    /// The loan-to-value to keep now.
    #[must_use]
    pub fn target(&self, world: &World) -> Decimal {
        let Some((reference, window)) = self.calm else { return self.base };
        match realised(world, window).filter(|realised| *realised > reference) {
            // No more places than a loan-to-value needs.
            Some(realised) => (self.base * reference).checked_div(realised).unwrap_or(self.base).round_dp(6),
            None => self.base,
        }
    }

    /// Does it at every market where something is owed.
    pub(super) fn act(&self, world: &mut World) -> Result<Vec<Transaction>, StepError> {
        let target = self.target(world);
        let indebted = world.healths().iter().filter(|(_, health)| !health.debt.is_zero());
        let markets: Vec<(VenueId, Decimal)> = indebted
            .map(|(at, health)| match health.collateral.is_zero() {
                true => (*at, Decimal::MAX),
                false => (*at, ratio(health.debt, health.collateral)),
            })
            .collect();
        let (mut done, mut failed) = (Vec::new(), None);
        for (at, ltv) in markets {
            let tried = if ltv > target + self.band {
                deleverage::at_market(world, at, Target::Ltv(target))
            } else if ltv < target - self.band {
                releverage::at_market(world, at, Target::Ltv(target))
            } else {
                Ok(None)
            };
            match tried {
                Ok(transaction) => done.extend(transaction),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.filter(|_| done.is_empty()).map_or(Ok(done), Err)
    }
}

/// The volatility that was seen over a window, if it is known.
fn realised(world: &World, window: u64) -> Option<Decimal> {
    world.portfolio.volatilities.iter().find(|seen| seen.window == window)?.realised()
}

impl fmt::Display for Rebalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rebalance to ltv {}", written(self.base))?;
        if let Some((reference, window)) = self.calm {
            write!(f, " at {} volatility over {}", written(reference), write_duration(window))?;
        }
        if self.band == BAND { Ok(()) } else { write!(f, " band {}", written(self.band)) }
    }
}
