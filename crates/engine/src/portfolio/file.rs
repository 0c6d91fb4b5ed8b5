//! Portfolio files.

use levmine_config::{ConfigError, Node, Place, parse_percent};
use levmine_market::{Assets, TokenAmount};
use levmine_math::parse_units;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Limit, Measured};

/// A portfolio file; the strategies it names are not loaded yet.
#[derive(Debug, Clone, PartialEq)]
pub struct PortfolioFile {
    /// The name for people.
    pub name: String,
    /// What all strategies begin with together: [`PortfolioFile::amount`].
    capital: Node,
    /// The strategies.
    pub strategies: Vec<WeightedFile>,
    /// What must not be exceeded.
    pub limits: Vec<Limit>,
    /// The names that limits speak of, with their places, to be compared with what there is.
    pub named: Vec<(Measured, String, Node)>,
}

/// A strategy file with its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedFile {
    /// The file, as written: from the portfolio's folder.
    pub file: String,
    /// Where that stands.
    pub place: Place,
    /// Another name than the strategy's own, where one is given.
    pub name: Option<String>,
    /// Where the name stands, or the file where no name is given.
    pub named: Place,
    /// Its part of the capital: one is all of it.
    pub weight: Decimal,
}

impl PortfolioFile {
    /// What all strategies begin with together; its asset, one of the strategies' or a standard one, is the one in which the
    /// whole is counted.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the place, what was read and what is accepted.
    pub fn amount(&self, assets: &Assets) -> Result<TokenAmount, ConfigError> {
        let node = &self.capital;
        let (number, symbol) = node.text()?.split_once(' ').ok_or_else(|| node.invalid(CAPITAL))?;
        let asset = assets.get(symbol.trim()).ok_or_else(|| assets.unknown(node, symbol.trim()))?;
        let raw = parse_units(number, asset.decimals())
            .map_err(|error| node.invalid(format!("{CAPITAL}; {error}")))?;
        if raw.is_zero() || raw.bit_len() > 100 {
            return Err(node.invalid(format!("{CAPITAL}; above zero and below 2^100 base units")));
        }
        Ok(TokenAmount::new(asset, raw))
    }
}

/// Whether a file is a portfolio's and not a strategy's.
#[must_use]
pub fn is_portfolio(root: &Node) -> bool {
    strategies_of(root).is_some()
}

/// Refuses a portfolio's file where only a strategy's will do.
///
/// # Errors
///
/// [`ConfigError`] with the place of the strategies.
pub fn no_portfolio(root: &Node) -> Result<(), ConfigError> {
    match strategies_of(root) {
        Some(node) => Err(node.invalid("one strategy; a portfolio of several is what `levmine run` takes")),
        None => Ok(()),
    }
}

fn strategies_of(root: &Node) -> Option<&Node> {
    root.entries().ok()?.iter().find(|(key, _)| key == "strategy").map(|(_, node)| node)
}

const CAPITAL: &str = "one amount like \"100000 USDC\", which the weights are parts of";
const FILE: &str = "a strategy file, from the portfolio's folder";
const WEIGHT: &str = "a part of the capital above 0% and at most 100%, like \"40%\"";

/// The name of the part of a portfolio that no strategy has been given.
pub const CASH: &str = "cash";

/// What is said to a strategy of that name.
pub const NOT_CASH: &str = "another name: \"cash\" is what no strategy has been given";

/// Whether a strategy's name would be taken for the part that no strategy has been given.
#[must_use]
pub fn is_cash(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case(CASH)
}

/// Reads a portfolio file.
///
/// # Errors
///
/// [`ConfigError`] with the place, what was read and what is accepted.
pub fn read_portfolio(root: &Node) -> Result<PortfolioFile, ConfigError> {
    let mut fields = root.fields()?;
    let name = fields.required("name", "a name in quotes")?.text()?.to_string();
    let capital = fields.required("capital", CAPITAL)?;
    let strategies = fields.required("strategy", "a table [[strategy]] with `file` and `weight` for each")?;
    let limits = fields.optional("limits");
    fields.finish()?;
    let mut sum = Decimal::ZERO;
    let mut read: Vec<WeightedFile> = Vec::new();
    for node in strategies.list()? {
        let (one, weight) = read_weighted(node)?;
        sum += one.weight;
        if sum > Decimal::ONE {
            let percent = (sum * Decimal::ONE_HUNDRED).normalize();
            return Err(weight
                .invalid(format!("weights of at most 100% together; with this one they are {percent}%")));
        }
        read.push(one);
    }
    if read.is_empty() || read.len() > MOST {
        return Err(strategies.invalid(format!("1 to {MOST} strategies")));
    }
    let (limits, named) = limits.map(read_limits).transpose()?.unwrap_or_default();
    Ok(PortfolioFile { name, capital: capital.clone(), strategies: read, limits, named })
}

/// Strategies of a portfolio.
const MOST: usize = 64;

fn read_weighted(node: &Node) -> Result<(WeightedFile, &Node), ConfigError> {
    let mut fields = node.fields()?;
    let file = fields.required("file", FILE)?;
    let weight = fields.required("weight", WEIGHT)?;
    let (name, named) = match fields.optional("name") {
        Some(node) if is_cash(node.text()?) => return Err(node.invalid(NOT_CASH)),
        Some(node) => (Some(node.text()?.to_string()), node.place.clone()),
        None => (None, file.place.clone()),
    };
    fields.finish()?;
    let part = weight.read(part)?;
    let (file, place) = (file.text()?.to_string(), file.place.clone());
    Ok((WeightedFile { file, place, name, named, weight: part }, weight))
}

fn part(text: &str) -> Result<Decimal, String> {
    match parse_percent(text) {
        Ok(part) if part > Decimal::ZERO && part <= Decimal::ONE => Ok(part),
        _ => Err(WEIGHT.into()),
    }
}

type Limits = (Vec<Limit>, Vec<(Measured, String, Node)>);

/// `protocol = "40%"` for each, or a table: `asset = { each = "30%", USDC = "100%" }`.
fn read_limits(node: &Node) -> Result<Limits, ConfigError> {
    const LIMIT: &str = "a part of all assets above 0% and at most 100%, like \"40%\", or a table like { each = \"40%\", NAME = \"60%\" }";
    let mut fields = node.fields()?;
    let (mut limits, mut named) = (Vec::new(), Vec::new());
    let most = |node: &Node| -> Result<u32, ConfigError> {
        let part = node.read(|text| part(text).map_err(|_| LIMIT.into()))?;
        (part * Decimal::from(1_000_000)).to_u32().ok_or_else(|| node.invalid(LIMIT))
    };
    let kinds = [("protocol", Measured::Protocol), ("venue", Measured::Venue), ("asset", Measured::Asset)];
    for (key, of) in kinds {
        let Some(node) = fields.optional(key) else { continue };
        let Ok(entries) = node.entries() else {
            limits.push(Limit { of, name: None, most: most(node)?, place: node.place.clone() });
            continue;
        };
        for (name, node) in entries {
            let one = (name != "each").then(|| name.clone());
            if let Some(name) = &one {
                named.push((of, name.clone(), node.clone()));
            }
            limits.push(Limit { of, name: one, most: most(node)?, place: node.place.clone() });
        }
    }
    fields.finish()?;
    Ok((limits, named))
}
