//! Pegs that lead back to where they begin: nothing would say what any of their assets is worth.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Timestamp};

use super::{Happening, What};
use crate::happenings::span;

/// Refuses pegs in other assets that hold at the same time and lead in a circle, in a run that begins at `from`; `nodes` are
/// where the events stand. Of several pegs of one asset the last that holds counts, as in the run.
pub(super) fn refuse(events: &[Happening], nodes: &[&Node], from: Timestamp) -> Result<(), ConfigError> {
    let all = events.iter().zip(nodes).enumerate();
    let pegs: Vec<Peg<'_>> =
        all.filter_map(|(number, (event, node))| Peg::of(number, event, node, from)).collect();
    if pegs.iter().filter(|peg| peg.other.is_some()).count() < 2 {
        return Ok(());
    }
    let turns = pegs.iter().flat_map(|peg| [Some(peg.begin), peg.end]).flatten();
    for time in turns {
        let holding: Vec<&Peg<'_>> = pegs.iter().filter(|peg| peg.holds(time)).collect();
        if let Some(circle) = pegs.iter().find_map(|peg| circle(&holding, peg.asset))
            && let Some(last) = circle.iter().max_by_key(|peg| peg.number)
        {
            return Err(told(&circle, last));
        }
    }
    Ok(())
}

/// A peg of an event, and when it holds.
struct Peg<'a> {
    /// Which of the events it is.
    number: usize,
    asset: Asset,
    /// What it is in; US dollars where nothing is said.
    other: Option<Asset>,
    begin: Timestamp,
    end: Option<Timestamp>,
    text: &'a str,
    node: &'a Node,
}

impl<'a> Peg<'a> {
    fn of(number: usize, event: &'a Happening, node: &'a Node, from: Timestamp) -> Option<Self> {
        let What::Peg(asset, _, other) = event.what else { return None };
        let (begin, end) = span(event, from);
        // What was over before the run began is no part of it.
        let is_over = end.is_some_and(|end| end <= from);
        (!is_over).then(|| Self {
            number,
            asset,
            other,
            begin: begin.max(from),
            end,
            text: &event.text,
            node,
        })
    }

    fn holds(&self, time: Timestamp) -> bool {
        self.begin <= time && self.end.is_none_or(|end| time < end)
    }
}

/// The pegs by which the price of `first` leads back to itself.
fn circle<'a>(holding: &[&'a Peg<'a>], first: Asset) -> Option<Vec<&'a Peg<'a>>> {
    let (mut way, mut asset) = (Vec::new(), first);
    for _ in holding {
        let peg = holding.iter().rev().find(|peg| peg.asset == asset)?;
        way.push(*peg);
        asset = peg.other?;
        if asset == first {
            return Some(way);
        }
    }
    None
}

/// The message, at the peg that stands last in the file.
fn told(circle: &[&Peg<'_>], last: &Peg<'_>) -> ConfigError {
    let place = |peg: &Peg<'_>| match peg.node.place.line {
        0 => peg.node.place.path.clone(),
        line => format!("line {line}"),
    };
    let others = circle.iter().filter(|peg| peg.number != last.number);
    let others: Vec<String> = others.map(|peg| format!("\"{}\" ({})", peg.text, place(peg))).collect();
    let way = circle.iter().cycle().skip_while(|peg| peg.number != last.number);
    let way: Vec<&str> = way.take(circle.len() + 1).map(|peg| peg.asset.symbol()).collect();
    let entries = last.node.entries().unwrap_or_default();
    let sentence = entries.iter().find(|(key, _)| key == "do").map_or(last.node, |(_, node)| node);
    sentence.invalid(format!(
        "a peg that does not lead back to its own asset: with {} it is a circle, {}, and nothing says what any of them is worth",
        others.join(" and "),
        way.join(" in ")
    ))
}
