//! What governance changes, in words.

use levmine_config::{ConfigError, Node};
use levmine_lending::{Curve, Setting};
use levmine_market::Asset;
use levmine_math::{U256, parse_units};

use super::form;
use super::words::fraction;

pub(super) const SETTINGS: [&str; 12] = [
    "liquidation_threshold",
    "max_ltv",
    "liquidation_bonus",
    "supply_cap",
    "borrow_cap",
    "reserve_factor",
    "curve",
    "frozen",
    "borrowable",
    "close_factor",
    "stability_fee",
    "liquidation_ratio",
];

/// Reads a parameter and its value.
pub(super) fn setting(node: &Node, asset: Option<Asset>, words: &[&str]) -> Result<Setting, ConfigError> {
    let cap = |text: &str| -> Result<Option<U256>, ConfigError> {
        if text == "none" {
            return Ok(None);
        }
        let asset = asset.ok_or_else(|| node.invalid(form("govern")))?;
        let raw = parse_units(text, asset.decimals()).map_err(|error| node.invalid(error.to_string()))?;
        Ok(Some(raw))
    };
    let yes = |text: &str| match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(node.unknown_name(other, ["yes", "no"])),
    };
    Ok(match words {
        ["liquidation_threshold", part] => Setting::LiquidationThreshold(fraction(node, part)?),
        ["max_ltv", part] => Setting::MaxLtv(fraction(node, part)?),
        ["liquidation_bonus", part] => Setting::LiquidationBonus(fraction(node, part)?),
        ["supply_cap", cap_of] => Setting::SupplyCap(cap(cap_of)?),
        ["borrow_cap", cap_of] => Setting::BorrowCap(cap(cap_of)?),
        ["reserve_factor", part] => Setting::ReserveFactor(fraction(node, part)?),
        ["curve", base, slope1, slope2, "kink", kink] => Setting::Curve(Curve {
            base: fraction(node, base)?,
            kink: fraction(node, kink)?,
            slope1: fraction(node, slope1)?,
            slope2: fraction(node, slope2)?,
        }),
        ["frozen", on] => Setting::Frozen(yes(on)?),
        ["borrowable", on] => Setting::Borrowable(yes(on)?),
        ["close_factor", part] => Setting::CloseFactor(fraction(node, part)?),
        ["stability_fee", part] => Setting::StabilityFee(fraction(node, part)?),
        ["liquidation_ratio", part] => Setting::LiquidationRatio(fraction(node, part)?),
        [name, ..] if SETTINGS.contains(name) => return Err(node.invalid(form("govern"))),
        [name, ..] => return Err(node.unknown_name(name, SETTINGS)),
        [] => return Err(node.invalid(form("govern"))),
    })
}
