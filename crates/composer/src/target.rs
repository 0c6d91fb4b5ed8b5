//! How far a position is to be leveraged.

use std::fmt;

use levmine_config::parse_percent;
use levmine_lending::Health;
use levmine_math::Wad;
use rust_decimal::Decimal;

use crate::StepError;
use crate::fraction::{ratio, scale, unscale, written};

/// How far a position is to be leveraged: three measures of the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// What is held over equity.
    Leverage(Decimal),
    /// Debt over collateral, a fraction.
    Ltv(Decimal),
    /// The liquidation limit over the debt.
    HealthFactor(Decimal),
}

/// What borrowing a value of one and making it collateral does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// The value that becomes collateral.
    pub gain: Decimal,
    /// The value that is owed.
    pub owes: Decimal,
    /// The part of the new collateral's value above which its debt is liquidated.
    pub threshold: Decimal,
}

impl Target {
    /// Reads `1.6` (a health factor), `ltv 50%` or `leverage 2`.
    ///
    /// # Errors
    ///
    /// What is accepted.
    pub fn read(words: &[&str]) -> Result<Self, String> {
        match words {
            ["ltv", percent] => Self::ltv(percent),
            ["leverage", factor] => Self::leverage(factor),
            ["health_factor", factor] | [factor] => Self::health_factor(factor),
            _ => Err("a target: \"1.6\" (a health factor), \"ltv 50%\" or \"leverage 2\"".into()),
        }
    }

    /// Reads a leverage.
    ///
    /// # Errors
    ///
    /// What is accepted.
    pub fn leverage(text: &str) -> Result<Self, String> {
        match Decimal::from_str_exact(text) {
            Ok(number) if number >= Decimal::ONE && number <= Decimal::ONE_THOUSAND => {
                Ok(Self::Leverage(number))
            }
            _ => Err("a leverage from 1 to 1000".into()),
        }
    }

    /// Reads a loan-to-value.
    ///
    /// # Errors
    ///
    /// What is accepted.
    pub fn ltv(text: &str) -> Result<Self, String> {
        match parse_percent(text) {
            Ok(part) if part > Decimal::ZERO && part < Decimal::ONE => Ok(Self::Ltv(part)),
            _ => Err("a loan-to-value above 0% and below 100%, as in \"ltv 50%\"".into()),
        }
    }

    /// Reads a health factor.
    ///
    /// # Errors
    ///
    /// What is accepted.
    pub fn health_factor(text: &str) -> Result<Self, String> {
        match Decimal::from_str_exact(text) {
            Ok(number) if number > Decimal::ONE && number <= Decimal::ONE_HUNDRED => {
                Ok(Self::HealthFactor(number))
            }
            _ => Err("a health factor above 1 and at most 100, as in \"1.6\"".into()),
        }
    }

    /// Whether the position is at the target or safer. Leverage is that of the market: collateral over collateral less
    /// debt.
    pub(crate) fn is_kept(self, health: &Health) -> Result<bool, StepError> {
        if health.debt.is_zero() {
            return Ok(true);
        }
        Ok(match self {
            Self::Leverage(to) => match health.collateral.sub(health.debt) {
                Ok(equity) => health.collateral <= scale(equity, to)?,
                Err(_) => false,
            },
            Self::Ltv(to) => health.debt <= scale(health.collateral, to)?,
            Self::HealthFactor(to) => match health.factor {
                levmine_lending::HealthFactor::NoDebt => true,
                levmine_lending::HealthFactor::Of(factor) => {
                    factor >= Wad::from_decimal(to, levmine_math::Rounding::Up)?
                }
            },
        })
    }

    /// The debt, by value, at which the target is met with the collateral that is there; rounded down.
    pub(crate) fn debt_beside(self, health: &Health) -> Result<Wad, StepError> {
        match self {
            Self::Leverage(to) => {
                Ok(health.collateral.sub(unscale(health.collateral, to)?).unwrap_or(Wad::ZERO))
            }
            Self::Ltv(to) => scale(health.collateral, to),
            Self::HealthFactor(to) => unscale(health.liquidation_limit, to),
        }
    }

    /// The value to borrow so that, once it has become collateral, the target is met; zero where it is met already. With
    /// collateral C, debt D, liquidation limit L and the [`Turn`]'s gain γ, owed φ and threshold t:
    ///
    /// - leverage λ: C + γx = λ·(C + γx − D − φx), so x = (λ·(C − D) − C) ÷ (γ + λ·(φ − γ));
    /// - loan-to-value l: D + φx = l·(C + γx), so x = (l·C − D) ÷ (φ − l·γ);
    /// - health factor h: L + t·γx = h·(D + φx), so x = (L − h·D) ÷ (h·φ − t·γ).
    pub(crate) fn more(self, health: &Health, turn: Turn) -> Result<Wad, StepError> {
        let (held, owed, limit) = (health.collateral, health.debt, health.liquidation_limit);
        let less = |a: Wad, b: Wad| a.sub(b).unwrap_or(Wad::ZERO);
        // A change that gains a thousandfold is none that a decimal must carry further.
        let within = |part: Decimal| part.clamp(Decimal::ZERO, Decimal::ONE_THOUSAND);
        let (gain, owes, threshold) = (within(turn.gain), within(turn.owes), within(turn.threshold));
        let (short, per) = match self {
            Self::Leverage(to) => (less(scale(less(held, owed), to)?, held), gain + to * (owes - gain)),
            Self::Ltv(to) => (less(scale(held, to)?, owed), owes - to * gain),
            Self::HealthFactor(to) => (less(limit, scale(owed, to)?), to * owes - threshold * gain),
        };
        // A change that loses so much that no amount of it leads there.
        if per <= Decimal::ZERO { Ok(Wad::ZERO) } else { unscale(short, per) }
    }

    /// The value to take out of the collateral and to repay so that the target is met; zero where it is met already. The
    /// same equations as of [`Target::more`], turned round.
    pub(crate) fn less(self, health: &Health) -> Result<Wad, StepError> {
        let (held, owed, limit) = (health.collateral, health.debt, health.liquidation_limit);
        let less = |a: Wad, b: Wad| a.sub(b).unwrap_or(Wad::ZERO);
        match self {
            Self::Leverage(to) => Ok(less(held, scale(less(held, owed), to)?)),
            Self::Ltv(to) => unscale(less(owed, scale(held, to)?), Decimal::ONE - to),
            Self::HealthFactor(to) => {
                let room = to - ratio(limit, held);
                let short = less(scale(owed, to)?, limit);
                if room > Decimal::ZERO { unscale(short, room) } else { Ok(Wad::ZERO) }
            }
        }
    }

    /// The target in words, for messages.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Leverage(to) => format!("a leverage of {}", to.normalize()),
            Self::Ltv(to) => format!("a loan-to-value of {}", written(to)),
            Self::HealthFactor(to) => format!("a health factor of {}", to.normalize()),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leverage(to) => write!(f, "leverage {}", to.normalize()),
            Self::Ltv(to) => write!(f, "ltv {}", written(*to)),
            Self::HealthFactor(to) => write!(f, "{to}"),
        }
    }
}
