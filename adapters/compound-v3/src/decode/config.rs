//! The constructor's configuration in a person's terms.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::BuildContext;
use levmine_math::U256;

use super::{Setup, values};
use crate::casts::FACTOR_SCALE;
use crate::params::{CollateralConfig, Config, Curve, Quote, Rewards, TRACKING_INDEX_SCALE};

/// The highest rate and slope, times one: 1,000 % a year.
const HIGHEST: u32 = 10;

const PERCENT: &str = "a percentage like \"82.5%\"";
const WHOLE: &str = "an amount in whole tokens";

/// The configuration of a market that no preset describes, before its tables are read.
pub(crate) fn blank(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Config, ConfigError> {
    let base = fields.required("base", "the symbol of the asset that is lent; or name a `preset`")?;
    let base = ctx.assets.read(base)?;
    for key in ["store_front_price_factor", "target_reserves", "base_borrow_min", "rates"] {
        fields.required(key, if key == "rates" { "a table with both curves" } else { "a value" })?;
    }
    Ok(Config {
        base,
        quote: Quote::Dollars,
        supply: Curve::default(),
        borrow: Curve::default(),
        store_front_price_factor: 0,
        tracking_index_scale: TRACKING_INDEX_SCALE,
        base_tracking_supply_speed: 0,
        base_tracking_borrow_speed: 0,
        base_min_for_rewards: 1,
        base_borrow_min: 0,
        target_reserves: 0,
        collaterals: Vec::new(),
        rewards: None,
    })
}

/// Reads all keys of the configuration over what is there already; `new` where no preset was named.
pub(crate) fn read(
    setup: &mut Setup,
    fields: &mut Fields<'_>,
    ctx: &BuildContext<'_>,
    new: bool,
) -> Result<(), ConfigError> {
    let config = &mut setup.config;
    let decimals = config.base.decimals();
    if let Some(node) = fields.optional("base")
        && !new
        && node.text()? != config.base.symbol()
    {
        return Err(node.invalid(format!("\"{}\", the preset's base asset", config.base.symbol())));
    }
    if let Some(node) = fields.optional("prices") {
        config.quote = match node.text()? {
            "usd" => Quote::Dollars,
            "base" => Quote::Base,
            other => return Err(node.unknown_name(other, ["usd", "base"])),
        };
    }
    if let Some(node) = fields.optional("store_front_price_factor") {
        config.store_front_price_factor = values::factor(node, 1)?;
    }
    for (key, place) in
        [("target_reserves", &mut config.target_reserves), ("base_borrow_min", &mut config.base_borrow_min)]
    {
        if let Some(node) = fields.optional(key) {
            *place = values::amount(node, decimals)?;
        }
    }
    if let Some(node) = fields.optional("rates") {
        rates(config, node, new)?;
    }
    if let Some(node) = fields.optional("collaterals") {
        for (symbol, table) in node.entries()? {
            collateral(config, symbol, table, ctx)?;
        }
    }
    if let Some(node) = fields.optional("rewards") {
        rewards(setup, node, ctx)?;
    }
    Ok(())
}

fn rates(config: &mut Config, node: &Node, new: bool) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    for (key, place, most, required) in [
        ("supply_kink", &mut config.supply.kink, 1, new),
        ("supply_base", &mut config.supply.base, HIGHEST, false),
        ("supply_slope_low", &mut config.supply.slope_low, HIGHEST, new),
        ("supply_slope_high", &mut config.supply.slope_high, HIGHEST, new),
        ("borrow_kink", &mut config.borrow.kink, 1, new),
        ("borrow_base", &mut config.borrow.base, HIGHEST, false),
        ("borrow_slope_low", &mut config.borrow.slope_low, HIGHEST, new),
        ("borrow_slope_high", &mut config.borrow.slope_high, HIGHEST, new),
    ] {
        let node = if required { Some(fields.required(key, PERCENT)?) } else { fields.optional(key) };
        if let Some(node) = node {
            *place = values::factor(node, most)?;
        }
    }
    fields.finish()
}

fn collateral(
    config: &mut Config,
    symbol: &str,
    node: &Node,
    ctx: &BuildContext<'_>,
) -> Result<(), ConfigError> {
    let known = config.collaterals.iter().position(|listed| listed.asset.symbol() == symbol);
    let before = known.and_then(|at| config.collaterals.get(at).copied());
    let asset = match before {
        Some(listed) => listed.asset,
        None => ctx.assets.get(symbol).ok_or_else(|| ctx.assets.unknown(node, symbol))?,
    };
    if asset == config.base {
        return Err(node.invalid("a collateral that is not the base asset"));
    }
    let mut listed = before.unwrap_or(CollateralConfig {
        asset,
        borrow_collateral_factor: 0,
        liquidate_collateral_factor: 0,
        liquidation_factor: 0,
        supply_cap: 0,
    });
    let mut fields = node.fields()?;
    let new = before.is_none();
    for (key, place) in [
        ("borrow_collateral_factor", &mut listed.borrow_collateral_factor),
        ("liquidate_collateral_factor", &mut listed.liquidate_collateral_factor),
        ("liquidation_factor", &mut listed.liquidation_factor),
    ] {
        let node = if new { Some(fields.required(key, PERCENT)?) } else { fields.optional(key) };
        if let Some(node) = node {
            *place = values::factor(node, 1)?;
        }
    }
    let cap = if new { Some(fields.required("supply_cap", WHOLE)?) } else { fields.optional("supply_cap") };
    if let Some(node) = cap {
        listed.supply_cap = values::cap(node, asset.decimals())?;
    }
    fields.finish()?;
    match known.and_then(|at| config.collaterals.get_mut(at)) {
        Some(place) => *place = listed,
        None => config.collaterals.push(listed),
    }
    Ok(())
}

fn rewards(setup: &mut Setup, node: &Node, ctx: &BuildContext<'_>) -> Result<(), ConfigError> {
    let config = &mut setup.config;
    let mut fields = node.fields()?;
    let new = config.rewards.is_none();
    let named = "the symbol of the reward token";
    let token = if new { Some(fields.required("token", named)?) } else { fields.optional("token") };
    let mut rewards = match (token, config.rewards) {
        (Some(node), _) => Rewards { token: ctx.assets.read(node)?, multiplier: U256::from(FACTOR_SCALE) },
        (None, Some(rewards)) => rewards,
        (None, None) => return Err(node.invalid(named)),
    };
    if let Some(node) = fields.optional("multiplier") {
        rewards.multiplier = values::multiplier(node)?;
    }
    for (key, place) in [
        ("base_tracking_supply_speed", &mut config.base_tracking_supply_speed),
        ("base_tracking_borrow_speed", &mut config.base_tracking_borrow_speed),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = values::speed(node)?;
        }
    }
    let least = "the least total, in whole base tokens, that earns rewards";
    let min = if new {
        Some(fields.required("base_min_for_rewards", least)?)
    } else {
        fields.optional("base_min_for_rewards")
    };
    if let Some(node) = min {
        config.base_min_for_rewards = values::amount(node, config.base.decimals())?;
    }
    let funded = "the reward tokens there are to pay out";
    let funded = if new { Some(fields.required("funded", funded)?) } else { fields.optional("funded") };
    if let Some(node) = funded {
        setup.depth.rewards = values::amount(node, rewards.token.decimals())?;
    }
    config.rewards = Some(rewards);
    fields.finish()
}
