//! Cover in strategy files.

use levmine_config::{ConfigError, Node, parse_delay, parse_duration, parse_percent};
use levmine_market::{Asset, Assets, TokenAmount, VenueId};
use levmine_math::{Rounding, U256, Wad, format_units, parse_units};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Cover, Paid, Pricing};

const AMOUNT: &str = "an amount like \"10000 USDC\", above zero and below 2^100 base units";
const RATE: &str = "a percentage of the amount per year, above 0% and at most 100%, with at most four places";
const CAPACITY: &str = "a number of NXM above zero, like \"10000 NXM\", with at most two places";

const PERIOD: &str = "how long a period is, like \"90d\", and at least 1h";

/// Reads the covers of a strategy; `venues` are the names in the order of their ids.
pub(crate) fn read_covers(
    node: &Node,
    venues: &[String],
    assets: &Assets,
) -> Result<Vec<Cover>, ConfigError> {
    node.list()?.iter().map(|node| read_cover(node, venues, assets)).collect()
}

fn read_cover(node: &Node, venues: &[String], assets: &Assets) -> Result<Cover, ConfigError> {
    let mut fields = node.fields()?;
    let venue = fields.required("venue", &format!("one of the venues: {}", venues.join(", ")))?;
    let amount = fields.required("amount", AMOUNT)?;
    let (rate, nexus) = (fields.optional("rate"), fields.optional("nexus"));
    let period = fields.required("period", PERIOD)?.read(read_period)?;
    let excess = fields.optional("excess").map(|node| node.read(excess)).transpose()?.unwrap_or(Wad::ZERO);
    let delay = fields.optional("claim_delay").map(|node| node.read(parse_delay)).transpose()?;
    let renews = fields.optional("renew").map(Node::boolean).transpose()?.unwrap_or(true);
    let paid = match fields.optional("pay") {
        None => Paid::UpFront,
        Some(node) => match node.text()? {
            "up front" => Paid::UpFront,
            "by time" => Paid::ByTime,
            other => return Err(node.unknown_name(other, ["up front", "by time"])),
        },
    };
    fields.finish()?;
    let name = venue.text()?;
    let at = venues.iter().position(|known| known == name).and_then(|at| u16::try_from(at).ok());
    let at = at.ok_or_else(|| venue.unknown_name(name, venues.iter().map(String::as_str)))?;
    let written = amount;
    let amount = read_amount(amount, assets, AMOUNT)?;
    let pricing = match (rate, nexus) {
        (Some(node), None) => Pricing::Fixed(node.read(|text| rate_of(text, 1_000_000, RATE))?),
        (None, Some(node)) => read_nexus(node, amount.asset, assets)?,
        _ => return Err(node.invalid("exactly one of `rate`, like \"2.6%\", and `nexus`, a table")),
    };
    let claim_delay = delay.unwrap_or(3 * 86_400);
    let (at, place) = (VenueId(at), node.place.clone());
    let cover = Cover { at, amount, pricing, period, excess, claim_delay, renews, paid, place };
    if let Pricing::Nexus { capacity, used, .. } = cover.pricing {
        let (left, units) = (capacity.saturating_sub(used), cover.units().ok().flatten());
        if units.is_none_or(|units| units > left) {
            let needed = units.map_or_else(|| "more".into(), |units| format_units(units, 2));
            let left = format_units(left, 2);
            let accepted =
                format!("an amount within what the pools can still cover, {left} NXM; this is {needed} NXM");
            return Err(written.invalid(accepted));
        }
    }
    Ok(cover)
}

fn read_period(text: &str) -> Result<u64, String> {
    parse_duration(text).ok().filter(|period| *period >= 3_600).ok_or_else(|| PERIOD.into())
}

/// `{ target = "3%", capacity = "10000 NXM", used = "2500 NXM", token = "60 USDC", price = "3.2%" }`.
fn read_nexus(node: &Node, asset: Asset, assets: &Assets) -> Result<Pricing, ConfigError> {
    const PRICE: &str =
        "a percentage of the cover per year, above 0% and at most 100%, with at most two places";
    let mut fields = node.fields()?;
    let target = fields.required("target", PRICE)?.read(|text| rate_of(text, 10_000, PRICE))?;
    let price =
        fields.optional("price").map(|node| node.read(|text| rate_of(text, 10_000, PRICE))).transpose()?;
    let (capacity, token) = (
        fields.required("capacity", CAPACITY)?,
        fields.required("token", "the price of one NXM in the cover's asset, like \"60 USDC\"")?,
    );
    let used = fields.optional("used");
    fields.finish()?;
    let units = |node: &Node| node.read(nxm);
    let used = used.map(units).transpose()?.unwrap_or_default();
    let whole = units(capacity)?;
    if whole.is_zero() {
        return Err(capacity.invalid(CAPACITY));
    }
    let accepted = format!("the price of one NXM, like \"60 {asset}\"");
    let paid = read_amount(token, assets, &accepted)?;
    if paid.asset != asset {
        return Err(token.invalid(accepted));
    }
    Ok(Pricing::Nexus { target, bumped: price.unwrap_or(target), capacity: whole, used, token: paid.raw })
}

/// NXM in units of 0.01.
fn nxm(text: &str) -> Result<U256, String> {
    let units = text.strip_suffix("NXM").and_then(|number| parse_units(number.trim(), 2).ok());
    units.filter(|units| units.bit_len() <= 100).ok_or_else(|| CAPACITY.into())
}

fn read_amount(node: &Node, assets: &Assets, accepted: &str) -> Result<TokenAmount, ConfigError> {
    let (number, symbol) = node.text()?.split_once(' ').ok_or_else(|| node.invalid(accepted))?;
    let asset = assets.get(symbol.trim()).ok_or_else(|| assets.unknown(node, symbol.trim()))?;
    let raw = parse_units(number, asset.decimals())
        .map_err(|error| node.invalid(format!("{accepted}; {error}")))?;
    if raw.is_zero() || raw > (U256::ONE << 100_usize) {
        return Err(node.invalid(accepted));
    }
    Ok(TokenAmount::new(asset, raw))
}

fn rate_of(text: &str, parts: u32, accepted: &str) -> Result<u64, String> {
    let bad = || accepted.to_string();
    let rate = parse_percent(text).map_err(|_| bad())?;
    if rate <= Decimal::ZERO || rate > Decimal::ONE {
        return Err(bad());
    }
    let scaled = rate.checked_mul(Decimal::from(parts)).ok_or_else(bad)?;
    if scaled.fract().is_zero() { scaled.to_u64().ok_or_else(bad) } else { Err(bad()) }
}

fn excess(text: &str) -> Result<Wad, String> {
    let bad = || "a percentage of the amount from 0% to below 100%".to_string();
    let part = parse_percent(text).map_err(|_| bad())?;
    if part < Decimal::ZERO || part >= Decimal::ONE {
        return Err(bad());
    }
    Wad::from_decimal(part, Rounding::Down).map_err(|_| bad())
}
