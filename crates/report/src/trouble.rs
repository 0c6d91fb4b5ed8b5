//! What went wrong, in words and in JSON.

use levmine_composer::{CoverEnd, CoverEvent, CoverNews, Paid, Sandwich, World};
use levmine_engine::EventKind;
use levmine_market::{Asset, Mark, VenueId};
use levmine_math::{Wad, format_units};
use serde_json::{Map, Value, json};

use crate::run_json::base_units;
use crate::step::amount_json;
use crate::{amount, marks};

pub(crate) fn exploited(world: &World, quote: Asset, at: VenueId, part: Wad, lost: Mark) -> String {
    let part = format_units(part.raw(), 16);
    format!(
        "{} exploited: {part}% of everything lost, which costs {} {quote}",
        world.name(at),
        marks(lost, quote)
    )
}

pub(crate) fn sandwiched(world: &World, quote: Asset, sandwich: &Sandwich) -> String {
    let (front, cost) = (amount(sandwich.front), marks(sandwich.cost, quote));
    format!("swap at {} sandwiched: {front} sold before it, cost {cost} {quote}", world.name(sandwich.at))
}

pub(crate) fn cover_text(world: &World, news: &CoverNews) -> String {
    let at = world.name(news.at);
    match news.what {
        CoverEvent::Bought { amount: covered, premium, until } if premium.is_zero() => {
            format!("cover on {at}: {}, until {until}, paid by time", amount(covered))
        }
        CoverEvent::Bought { amount: covered, premium, until } => {
            format!("cover on {at}: {} for {}, until {until}", amount(covered), amount(premium))
        }
        CoverEvent::Lapsed { premium, paid: Paid::UpFront } => {
            format!("cover on {at} lapsed: the wallet does not hold the premium, {}", amount(premium))
        }
        CoverEvent::Lapsed { premium, paid: Paid::ByTime } => {
            let premium = amount(premium);
            format!("cover on {at} lapsed: neither wallet nor equity stands for the premium, {premium}")
        }
        CoverEvent::Ended { why: CoverEnd::NotRenewed } => format!("cover on {at} ended"),
        CoverEvent::Ended { why: CoverEnd::RunEnds } => format!("cover on {at} ended with the run"),
        CoverEvent::Ended { why: CoverEnd::NothingThere } => {
            format!("cover on {at} ended: nothing is left there to insure")
        }
        CoverEvent::Claimed { amount: claim, due } => {
            format!("cover on {at}: {} claimed, due {due}", amount(claim))
        }
        CoverEvent::Paid { amount: claim } => format!("cover on {at} paid {}", amount(claim)),
        CoverEvent::Waits { amount: claim, due } => {
            format!("cover on {at}: {} due {due}, not counted", amount(claim))
        }
    }
}

/// Adds what an event of this kind has beside its text.
pub(crate) fn details(line: &mut Map<String, Value>, world: &World, kind: &EventKind) {
    let mut add = |key: &str, value: Value| line.insert(key.into(), value);
    match kind {
        EventKind::Exploit { at, part, lost } => {
            add("venue", json!(world.name(*at)));
            add("part", json!(format_units(part.raw(), 18)));
            add("lost", json!(base_units(*lost)));
        }
        EventKind::Sandwich(sandwich) => {
            add("venue", json!(world.name(sandwich.at)));
            add("front", amount_json(&sandwich.front));
            add("cost", json!(base_units(sandwich.cost)));
        }
        EventKind::Cover(news) => {
            add("venue", json!(world.name(news.at)));
            let (what, moved) = match news.what {
                CoverEvent::Bought { premium, .. } => ("bought", Some(premium)),
                CoverEvent::Lapsed { premium, .. } => ("lapsed", Some(premium)),
                CoverEvent::Ended { .. } => ("ended", None),
                CoverEvent::Claimed { amount, .. } => ("claimed", Some(amount)),
                CoverEvent::Paid { amount } => ("paid", Some(amount)),
                CoverEvent::Waits { amount, .. } => ("waits", Some(amount)),
            };
            add("cover", json!(what));
            if let Some(moved) = moved {
                add("amount", amount_json(&moved));
            }
        }
        _ => {}
    }
}
