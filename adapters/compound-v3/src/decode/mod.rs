//! A venue's table, read into a market.

mod config;
mod depth;
mod state;
pub(crate) mod values;

use levmine_config::{ConfigError, Fields};
use levmine_lending::LendingMarket;
use levmine_market::{BuildContext, Parameter};

use crate::market::CompoundV3Market;
use crate::params::{Config, Params};
use crate::presets;
use crate::state::Comet;

pub(crate) use depth::Depth;
pub use depth::{BORROWERS, SUPPLIERS};

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "preset",
        accepted: "\"mainnet-usdc\", \"mainnet-weth\", \"arbitrum-usdc\", …",
        meaning: "a dated market; the other keys change it",
    },
    Parameter { key: "version", accepted: "\"Comet\"", meaning: "the contract; there is one" },
    Parameter {
        key: "base",
        accepted: "the symbol of an asset with 6 to 18 decimals",
        meaning: "the asset that is lent",
    },
    Parameter {
        key: "prices",
        accepted: "\"usd\" or \"base\"; without it \"usd\"",
        meaning: "whether the feeds answer dollars, or whole base tokens with a constant feed for the base asset",
    },
    Parameter {
        key: "store_front_price_factor",
        accepted: "a percentage, at most 100%",
        meaning: "the part of the liquidation penalty that buyers of seized collateral get as a discount",
    },
    Parameter {
        key: "target_reserves",
        accepted: "whole base tokens",
        meaning: "the reserves above which seized collateral is kept instead of sold",
    },
    Parameter { key: "base_borrow_min", accepted: "whole base tokens", meaning: "the smallest debt" },
    Parameter {
        key: "rates",
        accepted: "supply_kink, supply_slope_low, supply_slope_high, supply_base, borrow_kink, borrow_slope_low, \
                   borrow_slope_high, borrow_base (percentages, per year)",
        meaning: "the two rate curves, independent of each other",
    },
    Parameter {
        key: "collaterals.<asset>",
        accepted: "borrow_collateral_factor, liquidate_collateral_factor, liquidation_factor (percentages, \
                   kept in whole basis points); supply_cap (whole tokens)",
        meaning: "a collateral asset: what the preset says, changed, or a new one",
    },
    Parameter {
        key: "rewards",
        accepted: "token; base_tracking_supply_speed, base_tracking_borrow_speed (tokens per second); \
                   base_min_for_rewards (whole base tokens); multiplier; funded (whole tokens)",
        meaning: "what suppliers and borrowers earn on top",
    },
    Parameter {
        key: "liquidity",
        accepted: "supplied, borrowed, reserves (whole base tokens); collateral.<asset> (whole tokens)",
        meaning: "what outsiders supplied and borrowed when the venue begins, with which collateral",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contract's integers, instead of `liquidity`",
    },
];

/// A market before it has a state.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) config: Config,
    pub(crate) depth: Depth,
}

/// Builds a market from a venue table.
///
/// # Errors
///
/// Whatever the table says that is not accepted, with its place.
pub(crate) fn build(
    fields: &mut Fields<'_>,
    ctx: &BuildContext<'_>,
) -> Result<Box<dyn LendingMarket>, ConfigError> {
    Ok(Box::new(market(fields, ctx)?))
}

pub(crate) fn market(
    fields: &mut Fields<'_>,
    ctx: &BuildContext<'_>,
) -> Result<CompoundV3Market, ConfigError> {
    if let Some(node) = fields.optional("version") {
        let name = node.text()?;
        if name != crate::VERSION {
            return Err(node.unknown_name(name, [crate::VERSION]));
        }
    }
    let preset = fields.optional("preset");
    let mut setup = match preset {
        Some(node) => presets::setup(node)?,
        None => Setup { config: config::blank(fields, ctx)?, depth: Depth::default() },
    };
    config::read(&mut setup, fields, ctx, preset.is_none())?;
    let (liquidity, state) = (fields.optional("liquidity"), fields.optional("state"));
    if let (Some(node), Some(_)) = (liquidity, state) {
        return Err(node.invalid("either `liquidity` or `state`, not both"));
    }
    if let Some(node) = liquidity {
        depth::read(&mut setup, node)?;
    }
    let params = Params::new(&setup.config).map_err(|error| ConfigError::Invalid {
        place: fields.place().clone(),
        read: error.to_string(),
        accepted: "a configuration that the contract's constructor accepts".into(),
    })?;
    let mut market = CompoundV3Market::from(Comet::new(params, ctx.now.time.0));
    match state {
        Some(node) => state::read(&mut market, node)?,
        None => depth::seed(&mut market.comet, &setup.depth, fields.place())?,
    }
    Ok(market)
}
