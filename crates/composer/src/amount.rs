//! The grammar of amounts.

use std::fmt;

use levmine_config::parse_percent;
use levmine_market::{Asset, Assets, TokenAmount};
use levmine_math::parse_units;
use rust_decimal::Decimal;

/// How much, as a person writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmountSpec {
    /// `1000 USDC`.
    Exact(TokenAmount),
    /// `all WETH`: the whole wallet, the whole supply, or the whole debt, as the step means it.
    All(Asset),
    /// `60%` or `60% WETH`: a part of what `all` would be. Without an asset it is the first of the capital.
    Part(Decimal, Asset),
    /// `max USDC`: as much as the market allows.
    Max(Asset),
    /// `USDC to ltv 55%`: so much that debt over collateral becomes this.
    ToLtv(Asset, Decimal),
    /// `USDC to health_factor 1.6`: so much that the health factor becomes this.
    ToHealth(Asset, Decimal),
    /// `USDC to leverage 3`: so much that, once it is put to work as collateral, collateral over equity becomes this; at
    /// most what the market allows.
    ToLeverage(Asset, Decimal),
    /// What the last step that brought any of it brought: for the later swaps of a route, which leave the rest of the
    /// wallet alone. Recipes say it, files cannot.
    Received(Asset),
    /// What the transaction has brought of it so far, also nothing. Policies say it, files cannot.
    Brought(Asset),
}

const ACCEPTED: &str = "an amount: \"1000 USDC\", \"all USDC\", \"60%\", \"60% USDC\", \"max USDC\", \
    \"USDC to ltv 55%\", \"USDC to health_factor 1.6\" or \"USDC to leverage 3\"";

impl AmountSpec {
    /// Reads an amount; `main` is the asset meant where none is written.
    ///
    /// # Errors
    ///
    /// What is accepted.
    pub fn read(text: &str, assets: &Assets, main: Asset) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let asset = |symbol: &str| {
            assets.get(symbol).ok_or_else(|| {
                let near = levmine_config::nearest(symbol, assets.symbols());
                let hint = near.map(|name| format!(" (did you mean \"{name}\"?)")).unwrap_or_default();
                format!("{ACCEPTED}; \"{symbol}\" is not a known asset{hint}")
            })
        };
        match words.as_slice() {
            ["all", symbol] => Ok(Self::All(asset(symbol)?)),
            ["max", symbol] => Ok(Self::Max(asset(symbol)?)),
            [part] if part.ends_with('%') => Ok(Self::Part(part_of(part)?, main)),
            [part, symbol] if part.ends_with('%') => Ok(Self::Part(part_of(part)?, asset(symbol)?)),
            [symbol, "to", "ltv", percent] => Ok(Self::ToLtv(asset(symbol)?, part_of(percent)?)),
            [symbol, "to", "health_factor", factor] => Ok(Self::ToHealth(asset(symbol)?, positive(factor)?)),
            [symbol, "to", "leverage", factor] => Ok(Self::ToLeverage(asset(symbol)?, at_least_one(factor)?)),
            [number, symbol] => {
                let asset = asset(symbol)?;
                let raw =
                    parse_units(number, asset.decimals()).map_err(|error| format!("{ACCEPTED}; {error}"))?;
                if raw.is_zero() {
                    return Err(format!("{ACCEPTED}; the amount must be above zero"));
                }
                Ok(Self::Exact(TokenAmount::new(asset, raw)))
            }
            _ => Err(ACCEPTED.into()),
        }
    }

    /// The asset that is meant.
    #[must_use]
    pub fn asset(&self) -> Asset {
        match self {
            Self::Exact(amount) => amount.asset,
            Self::All(asset)
            | Self::Part(_, asset)
            | Self::Max(asset)
            | Self::Received(asset)
            | Self::Brought(asset)
            | Self::ToLtv(asset, _)
            | Self::ToHealth(asset, _)
            | Self::ToLeverage(asset, _) => *asset,
        }
    }
}

impl fmt::Display for AmountSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(amount) => write!(f, "{amount}"),
            Self::All(asset) | Self::Brought(asset) => write!(f, "all {asset}"),
            Self::Part(part, asset) => write!(f, "{}% {asset}", (part * Decimal::ONE_HUNDRED).normalize()),
            Self::Max(asset) => write!(f, "max {asset}"),
            Self::Received(asset) => write!(f, "received {asset}"),
            Self::ToLtv(asset, ltv) => {
                write!(f, "{asset} to ltv {}%", (ltv * Decimal::ONE_HUNDRED).normalize())
            }
            Self::ToHealth(asset, factor) => write!(f, "{asset} to health_factor {factor}"),
            Self::ToLeverage(asset, leverage) => write!(f, "{asset} to leverage {leverage}"),
        }
    }
}

fn part_of(text: &str) -> Result<Decimal, String> {
    let part = parse_percent(text)?;
    if part > Decimal::ZERO && part <= Decimal::ONE {
        Ok(part)
    } else {
        Err("a percentage above 0% and at most 100%".into())
    }
}

fn positive(text: &str) -> Result<Decimal, String> {
    let accepted = || "a number above 0 and at most 1000".to_string();
    let number = Decimal::from_str_exact(text).map_err(|_| accepted())?;
    if number > Decimal::ZERO && number <= Decimal::ONE_THOUSAND { Ok(number) } else { Err(accepted()) }
}

fn at_least_one(text: &str) -> Result<Decimal, String> {
    let number = positive(text)?;
    if number >= Decimal::ONE { Ok(number) } else { Err("a leverage of at least 1".into()) }
}
