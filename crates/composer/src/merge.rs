//! Several strategy files in one world: venues and assets of the same name are the same, or an error.

use levmine_config::{ConfigError, Node, Value};
use levmine_market::{Asset, Assets, TokenAmount};
use levmine_math::{Rounding, U256, mul_div};

use crate::cover::Cover;
use crate::policy::Terms;
use crate::{AmountSpec, Capital, ExitBy, StrategyFile, VenueSpec};

impl StrategyFile {
    /// One file with the venues and assets of all, the first one's first, and neither steps nor policies: what a world for
    /// all of them needs. Its capital names every asset that one of them begins with. `None` without a file.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] where venues of the same name have different tables, or tokens of the same symbol different
    /// decimals.
    pub fn merge(name: &str, files: &[Self]) -> Result<Option<Self>, ConfigError> {
        let Some(first) = files.first() else { return Ok(None) };
        let mut merged = Self {
            name: name.into(),
            capital: first.capital.clone(),
            assets: first.assets.clone(),
            reserve: Vec::new(),
            exit: ExitBy::default(),
            venues: first.venues.clone(),
            scale: (U256::ONE, U256::ONE),
            open: None,
            policies: None,
            covers: None,
            keeper: Terms::default(),
            asked: files.iter().flat_map(|file| file.asked.iter().cloned()).collect(),
        };
        let standard = Assets::standard();
        for file in files.iter().skip(1) {
            for symbol in file.assets.symbols().filter(|symbol| standard.get(symbol).is_none()) {
                let Some(asset) = file.assets.get(symbol) else { continue };
                if let Some(known) = merged.assets.get(symbol).filter(|known| *known != asset) {
                    return Err(two_tokens(file, asset, known));
                }
                merged.assets.insert(asset);
            }
            for venue in &file.venues {
                match merged.venues.iter().find(|known| known.name == venue.name) {
                    None => merged.venues.push(venue.clone()),
                    Some(known) if same(&known.table, &venue.table) => {}
                    Some(known) => return Err(two_venues(venue, known)),
                }
            }
            for amount in &file.capital.amounts {
                if !merged.capital.assets().contains(&amount.asset) {
                    merged.capital.amounts.push(*amount);
                }
            }
        }
        Ok(Some(merged))
    }

    /// The same strategy with another capital, which is `up ÷ down` of its own: exact amounts in its steps, its reserve and
    /// what its covers pay are changed by as much.
    #[must_use]
    pub fn with_capital(&self, amounts: Vec<TokenAmount>, up: U256, down: U256) -> Self {
        let reserve = self.reserve.iter().map(|held| part_of(*held, (up, down))).collect();
        Self { capital: Capital { amounts }, reserve, scale: (up, down), ..self.clone() }
    }
}

/// Pairs of venues with different names and equal tables: they may be meant to be one.
#[must_use]
pub fn look_alikes(venues: &[VenueSpec]) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for (at, venue) in venues.iter().enumerate() {
        let before = venues.iter().take(at).find(|known| same(&known.table, &venue.table));
        found.extend(before.map(|known| (known.name.as_str(), venue.name.as_str())));
    }
    found
}

/// An exact amount multiplied by `up ÷ down`, rounded down; others are parts of something that has been scaled already.
pub(crate) fn scaled(
    amount: AmountSpec,
    (up, down): (U256, U256),
    node: &Node,
) -> Result<AmountSpec, ConfigError> {
    let AmountSpec::Exact(exact) = amount else { return Ok(amount) };
    if up == down {
        return Ok(amount);
    }
    match mul_div(exact.raw, up, down, Rounding::Down) {
        Ok(raw) if !raw.is_zero() => Ok(AmountSpec::Exact(TokenAmount::new(exact.asset, raw))),
        _ => {
            Err(node
                .invalid("an amount of which something is left when it is scaled to the strategy's weight"))
        }
    }
}

/// Covers that pay `up ÷ down` of what is written.
pub(crate) fn scaled_covers(mut covers: Vec<Cover>, scale: (U256, U256)) -> Vec<Cover> {
    for cover in &mut covers {
        cover.amount = part_of(cover.amount, scale);
    }
    covers
}

/// `amount × up ÷ down`, rounded down.
fn part_of(amount: TokenAmount, (up, down): (U256, U256)) -> TokenAmount {
    let raw = mul_div(amount.raw, up, down, Rounding::Down).unwrap_or(amount.raw);
    TokenAmount::new(amount.asset, raw)
}

fn two_venues(venue: &VenueSpec, known: &VenueSpec) -> ConfigError {
    let (name, place) = (&venue.name, &known.table.place);
    venue.table.invalid(format!(
        "the same table as at {place}, because venues of the same name are the same venue; or another name than {name}"
    ))
}

fn two_tokens(file: &StrategyFile, asset: Asset, known: Asset) -> ConfigError {
    let place = file.venues.first().map(|venue| venue.table.place.clone()).unwrap_or(levmine_config::Place {
        file: file.name.as_str().into(),
        line: 0,
        path: String::new(),
    });
    ConfigError::Invalid {
        place: levmine_config::Place { line: 0, path: format!("assets.{asset}"), ..place },
        read: format!("{} decimals", asset.decimals()),
        accepted: format!(
            "the {} decimals that {known} has in another strategy of the portfolio",
            known.decimals()
        ),
    }
}

/// Whether two places of files say the same, in whatever order of keys.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::List(ones), Value::List(others)) => {
            ones.len() == others.len() && ones.iter().zip(others).all(|(one, other)| same(one, other))
        }
        (Value::Table(ones), Value::Table(others)) => {
            let finds = |(key, one): &(String, Node)| {
                others.iter().any(|(name, other)| name == key && same(one, other))
            };
            ones.len() == others.len() && ones.iter().all(finds)
        }
        (one, other) => one == other,
    }
}
