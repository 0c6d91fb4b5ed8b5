//! Who else acts: arbitrageurs, borrowers, liquidators, price feeds.

use levmine_composer::LiquidationTerms;
use levmine_config::{ConfigError, Fields, Node, parse_delay, parse_percent};
use levmine_market::{Assets, TokenAmount};
use levmine_math::{Rounding, Wad, parse_units};

use super::borrowers::{BorrowerSpec, read_borrowers};
use super::oracle::{FEEDS, read_feeds};
use crate::{ArbitrageRule, Feeds};

/// How everybody else acts, with venues by their names.
#[derive(Debug, Clone, Default)]
pub struct OtherPeopleSpec {
    /// When the arbitrageur acts.
    pub arbitrage: ArbitrageRule,
    /// When he acts at single pools: where each is named, its name, and the rule.
    pub pools: Vec<(Node, String, ArbitrageRule)>,
    /// Who moves the utilization of lending markets.
    pub borrowers: Vec<BorrowerSpec>,
    /// What liquidators ask for.
    pub liquidators: LiquidationTerms,
    /// How the oracle publishes.
    pub feeds: Feeds,
}

/// Units of gas of an arbitrageur's swap, and of a liquidation with the sale of what it seizes.
///
/// Sources: the Uniswap order router's heuristic for a swap; a full liquidation in Aave's own gas snapshots (v3.7).
const SWAP_GAS: u64 = 135_000;
const LIQUIDATION_GAS: u64 = 349_519 + SWAP_GAS;

pub(super) fn read_others(
    fields: &mut Fields<'_>,
    oracle: Option<&Node>,
    assets: &Assets,
) -> Result<OtherPeopleSpec, ConfigError> {
    let mut others = OtherPeopleSpec::default();
    if let Some(node) = fields.optional("arbitrage") {
        (others.arbitrage, others.pools) = read_arbitrage(node)?;
    }
    if let Some(node) = fields.optional("borrowers") {
        others.borrowers = read_borrowers(node, assets)?;
    }
    if let Some(node) = fields.optional("liquidators") {
        others.liquidators = read_liquidators(node, assets)?;
    }
    if let Some(node) = oracle.and_then(|node| node.fields().ok()?.optional(FEEDS)) {
        others.feeds = read_feeds(node, assets)?;
        // A liquidator who believed a late oracle would pay more than he gets.
        others.liquidators.at_market = true;
    }
    Ok(others)
}

type PoolRules = Vec<(Node, String, ArbitrageRule)>;

fn read_arbitrage(node: &Node) -> Result<(ArbitrageRule, PoolRules), ConfigError> {
    let mut fields = node.fields()?;
    let default = read_rule(&mut fields, ArbitrageRule::default())?;
    let mut pools = Vec::new();
    if let Some(node) = fields.optional("pools") {
        for (name, node) in node.entries()? {
            let mut fields = node.fields()?;
            pools.push((node.clone(), name.clone(), read_rule(&mut fields, default)?));
            fields.finish()?;
        }
    }
    fields.finish()?;
    Ok((default, pools))
}

/// What is not said is as it is everywhere.
fn read_rule(fields: &mut Fields<'_>, default: ArbitrageRule) -> Result<ArbitrageRule, ConfigError> {
    Ok(ArbitrageRule {
        threshold: match fields.optional("threshold") {
            Some(node) => Some(part(node, "100%")?),
            None => default.threshold,
        },
        gas: match fields.optional("gas") {
            Some(node) => gas(node, SWAP_GAS)?,
            None => default.gas,
        },
    })
}

fn read_liquidators(node: &Node, assets: &Assets) -> Result<LiquidationTerms, ConfigError> {
    let mut fields = node.fields()?;
    let terms = LiquidationTerms {
        at_market: true,
        gas: fields.optional("gas").map_or(Ok(None), |node| gas(node, LIQUIDATION_GAS))?,
        min_profit: fields.optional("min_profit").map(|node| amount(node, assets)).transpose()?,
        slippage: fields.optional("slippage").map(|node| part(node, "100%")).transpose()?,
        delay: fields.optional("delay").map_or(Ok(0), |node| node.read(parse_delay))?,
    };
    fields.finish()?;
    Ok(terms)
}

/// `true` for the usual units, `false` for none, or so many.
fn gas(node: &Node, usual: u64) -> Result<Option<u64>, ConfigError> {
    if let Ok(looked_at) = node.boolean() {
        return Ok(looked_at.then_some(usual));
    }
    let accepted = "true, false, or units of gas from 21000 to 100000000, like 350000";
    let units: u64 = node.parse(accepted)?;
    if (21_000..=100_000_000).contains(&units) { Ok(Some(units)) } else { Err(node.invalid(accepted)) }
}

/// A percentage from nothing to `most`, as 18 decimals.
pub(super) fn part(node: &Node, most: &str) -> Result<Wad, ConfigError> {
    let accepted = || format!("a percentage from 0% to {most}, like \"0.5%\"");
    let read = |text: &str| parse_percent(text).map_err(|_| accepted());
    let (part, limit) = (node.read(read)?, node.read(|_| parse_percent(most))?);
    if part.is_sign_negative() && !part.is_zero() || part > limit {
        return Err(node.invalid(accepted()));
    }
    Wad::from_decimal(part, Rounding::Down).map_err(|_| node.invalid(accepted()))
}

/// An amount like `"100000 USDC"`.
pub(super) fn amount(node: &Node, assets: &Assets) -> Result<TokenAmount, ConfigError> {
    let accepted = "an amount like \"100000 USDC\"";
    let (number, symbol) = node.text()?.split_once(' ').ok_or_else(|| node.invalid(accepted))?;
    let asset = assets.get(symbol.trim()).ok_or_else(|| assets.unknown(node, symbol.trim()))?;
    let raw = parse_units(number, asset.decimals())
        .map_err(|error| node.invalid(format!("{accepted}; {error}")))?;
    if raw.bit_len() > 112 {
        return Err(node.invalid("an amount below 2^112 base units"));
    }
    Ok(TokenAmount::new(asset, raw))
}
