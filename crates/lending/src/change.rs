use std::fmt;

use levmine_market::Asset;
use levmine_math::{U256, Wad, format_units};

use crate::{LendingError, Refusal};

/// A parameter that governance changes while positions are open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Of which asset; none where it is one of the whole market.
    pub asset: Option<Asset>,
    /// What becomes of it.
    pub to: Setting,
}

/// What a parameter becomes. Fractions are of one; each market rounds none of them: a value that the contract's own
/// integer cannot hold is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The share of its value above which debt against the asset is liquidated.
    LiquidationThreshold(Wad),
    /// The share of its value up to which one may borrow against the asset.
    MaxLtv(Wad),
    /// What a liquidator gets on top of the debt's worth of the asset.
    LiquidationBonus(Wad),
    /// How much of the asset may be supplied, in base units; none for no limit.
    SupplyCap(Option<U256>),
    /// How much of the asset may be borrowed, or how much debt there may be against it, in base units; none for no limit.
    BorrowCap(Option<U256>),
    /// The part of the interest that the protocol keeps.
    ReserveFactor(Wad),
    /// The rate curve.
    Curve(Curve),
    /// Whether the asset is frozen: no new supply and no new debt; what is there may leave.
    Frozen(bool),
    /// Whether the asset can be borrowed.
    Borrowable(bool),
    /// The part of a debt that one liquidation may repay.
    CloseFactor(Wad),
    /// What debt against the asset costs per year, compounded.
    StabilityFee(Wad),
    /// Collateral over debt below which debt against the asset is liquidated.
    LiquidationRatio(Wad),
    /// What the market itself pays as rewards, times this.
    Rewards(Wad),
}

/// A rate curve with one kink, in the sense of the protocol that has it: rates per year, of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Curve {
    /// The rate without borrowers.
    pub base: Wad,
    /// The utilization at the kink.
    pub kink: Wad,
    /// What is added up to the kink: the whole of it at the kink.
    pub slope1: Wad,
    /// What is added from there to full utilization: the whole of it there.
    pub slope2: Wad,
}

impl Setting {
    /// The name in files: `liquidation_threshold`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LiquidationThreshold(_) => "liquidation_threshold",
            Self::MaxLtv(_) => "max_ltv",
            Self::LiquidationBonus(_) => "liquidation_bonus",
            Self::SupplyCap(_) => "supply_cap",
            Self::BorrowCap(_) => "borrow_cap",
            Self::ReserveFactor(_) => "reserve_factor",
            Self::Curve(_) => "curve",
            Self::Frozen(_) => "frozen",
            Self::Borrowable(_) => "borrowable",
            Self::CloseFactor(_) => "close_factor",
            Self::StabilityFee(_) => "stability_fee",
            Self::LiquidationRatio(_) => "liquidation_ratio",
            Self::Rewards(_) => "rewards",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(asset) = self.asset {
            write!(f, "{asset} ")?;
        }
        write!(f, "{}", self.to.name())?;
        match self.to {
            Setting::LiquidationThreshold(part)
            | Setting::MaxLtv(part)
            | Setting::LiquidationBonus(part)
            | Setting::ReserveFactor(part)
            | Setting::CloseFactor(part)
            | Setting::StabilityFee(part)
            | Setting::LiquidationRatio(part) => write!(f, " {}", Percent(part)),
            Setting::SupplyCap(None) | Setting::BorrowCap(None) => f.write_str(" none"),
            Setting::SupplyCap(Some(raw)) | Setting::BorrowCap(Some(raw)) => {
                write!(f, " {}", format_units(raw, self.asset.map_or(0, |asset| asset.decimals())))
            }
            Setting::Curve(Curve { base, kink, slope1, slope2 }) => {
                let (base, kink, slope1, slope2) =
                    (Percent(base), Percent(kink), Percent(slope1), Percent(slope2));
                write!(f, " {base} {slope1} {slope2} kink {kink}")
            }
            Setting::Frozen(on) | Setting::Borrowable(on) => f.write_str(if on { " yes" } else { " no" }),
            Setting::Rewards(factor) => write!(f, " x{}", format_units(factor.raw(), 18)),
        }
    }
}

/// A fraction of one as a percentage, all of its places.
struct Percent(Wad);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", format_units(self.0.raw(), 16))
    }
}

/// The integer of a contract that counts a fraction with `decimals` places; `None` where it has more of them.
fn parts(fraction: Wad, decimals: u8) -> Option<U256> {
    let unit = levmine_math::pow10(u32::from(18_u8.checked_sub(decimals)?)).ok()?;
    (fraction.raw() % unit).is_zero().then(|| fraction.raw() / unit)
}

/// A value that a contract's integer cannot hold.
#[derive(Debug, thiserror::Error)]
#[error("the contract cannot hold {0}")]
struct Unfit(String);

impl Change {
    /// The error for a value that a contract's integer cannot hold.
    #[must_use]
    pub fn unfit(&self, protocol: &'static str) -> LendingError {
        LendingError::Refused {
            protocol,
            refusal: Refusal::InvalidAmount,
            code: "",
            source: Box::new(Unfit(self.to_string())),
        }
    }

    /// A fraction with `decimals` places that the contract counts as a `T`.
    ///
    /// # Errors
    ///
    /// [`Change::unfit`] where it does not fit.
    pub fn fit<T: TryFrom<U256>>(
        &self,
        fraction: Wad,
        decimals: u8,
        protocol: &'static str,
    ) -> Result<T, LendingError> {
        let value = parts(fraction, decimals).and_then(|value| T::try_from(value).ok());
        value.ok_or_else(|| self.unfit(protocol))
    }

    /// The asset, where the parameter is one of an asset.
    ///
    /// # Errors
    ///
    /// [`LendingError::Unsupported`] where none is named.
    pub fn of_asset(&self, protocol: &'static str) -> Result<Asset, LendingError> {
        self.asset
            .ok_or(LendingError::Unsupported { protocol, operation: "such a parameter of the whole market" })
    }

    /// The error for a parameter that a market does not have.
    #[must_use]
    pub fn unknown(&self, protocol: &'static str) -> LendingError {
        LendingError::Unsupported { protocol, operation: self.to.name() }
    }
}
