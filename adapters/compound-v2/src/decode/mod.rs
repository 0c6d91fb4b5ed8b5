//! A venue's table, read into a market.

mod curve;
mod depth;
mod listing;
mod state;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::LendingMarket;
use levmine_market::{Account, Asset, BuildContext, Parameter, parse_block_time};
use levmine_math::U256;

pub(crate) use curve::{Curve, Form};
pub(crate) use state::model;
pub(crate) use values::integer;

use crate::market::CompoundV2Market;
use crate::math::ONE;
use crate::presets;
use crate::rates::RateModel;
use crate::rewards::INITIAL_INDEX;
use crate::state::{Market, Pool, RewardState, Settings};
use crate::version::{VERSIONS, Version};

/// Everybody else in a market built from parameters: one outsider who supplied and borrowed what the market's depth
/// says.
pub const CROWD: Account = Account::outsider(0x7fff_c002);

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "preset",
        accepted: "\"ethereum-2022-09\" or \"ethereum-2024-10\"",
        meaning: "a dated set of markets and depth; the other keys change it",
    },
    Parameter {
        key: "version",
        accepted: "\"error-codes\" or \"custom-errors\"; without it \"error-codes\"",
        meaning: "the contract version: order of some checks, and the names of errors",
    },
    Parameter {
        key: "markets.<asset>",
        accepted: "collateral_factor, reserve_factor, protocol_seize_share, base_rate, multiplier, jump_multiplier, kink \
                   (percentages, rates per year); model (\"jump-v2\", \"jump\", \"white-paper\", \"legacy\"); \
                   blocks_per_year (what the model takes a year for); borrow_cap (whole tokens or \"none\"); \
                   exchange_rate (underlying per cToken at the beginning); comp_supply_speed, comp_borrow_speed \
                   (COMP per block); mint_paused, borrow_paused (true or false)",
        meaning: "a market: what the preset says, changed, or a new one",
    },
    Parameter {
        key: "liquidity.<asset>",
        accepted: "supplied, borrowed, reserves (whole tokens)",
        meaning: "what outsiders supplied and borrowed when the venue begins, and what belongs to the protocol",
    },
    Parameter {
        key: "close_factor",
        accepted: "a percentage like \"50%\"",
        meaning: "the share of a debt that one liquidation may repay",
    },
    Parameter {
        key: "liquidation_incentive",
        accepted: "a percentage like \"8%\"",
        meaning: "what a liquidator gets on top of the debt's worth of collateral",
    },
    Parameter {
        key: "comp",
        accepted: "whole tokens",
        meaning: "the COMP that the Comptroller holds and can pay out",
    },
    Parameter {
        key: "block_time",
        accepted: "a duration like \"12s\" or \"250ms\"; without it that of the scenario's chain",
        meaning: "the chain's pace, by which rates per block become yearly ones",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contracts' integers, instead of `liquidity`",
    },
];

/// One market before it has a state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) market: Market,
    pub(crate) curve: Curve,
}

/// What outsiders supplied and borrowed, in base units.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Depth {
    pub(crate) supplied: U256,
    pub(crate) borrowed: U256,
    pub(crate) reserves: U256,
}

/// The parameters of a market.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) listed: Vec<Listed>,
    pub(crate) depth: Vec<(Asset, Depth)>,
    pub(crate) settings: Settings,
}

impl Default for Setup {
    /// No market; close factor 50 %, incentive 8 %.
    fn default() -> Self {
        let settings = Settings {
            close_factor: U256::from(ONE / 2),
            liquidation_incentive: U256::from(ONE / 100 * 108),
            transfer_paused: false,
            seize_paused: false,
            comp_balance: U256::ZERO,
        };
        Self { listed: Vec::new(), depth: Vec::new(), settings }
    }
}

impl Setup {
    /// The number of the market of this symbol.
    fn find(&self, symbol: &str) -> Option<usize> {
        self.listed.iter().position(|listed| listed.market.asset.symbol() == symbol)
    }

    /// The number of the market that a node names.
    fn id(&self, node: &Node, symbol: &str) -> Result<usize, ConfigError> {
        let names = self.listed.iter().map(|listed| listed.market.asset.symbol());
        self.find(symbol).ok_or_else(|| node.unknown_name(symbol, names))
    }
}

/// A market without balances, of an asset whose cToken begins at 0.02 tokens.
///
/// Every deployment of the contract's authors began there: 2 · 10^(8 + decimals).
pub(crate) fn unused(asset: Asset) -> Market {
    let rate = levmine_math::pow10(8 + u32::from(asset.decimals()));
    let rate = rate.and_then(|unit| levmine_math::mul(unit, U256::from(2))).unwrap_or(U256::from(ONE));
    let rewards = RewardState { index: U256::from(INITIAL_INDEX), block: 0, speed: U256::ZERO };
    Market {
        asset,
        model: RateModel::WhitePaper { base: U256::ZERO, multiplier: U256::ZERO },
        cash: U256::ZERO,
        total_borrows: U256::ZERO,
        total_reserves: U256::ZERO,
        total_supply: U256::ZERO,
        borrow_index: U256::from(ONE),
        accrual_block: 0,
        initial_exchange_rate: rate,
        reserve_factor: U256::ZERO,
        protocol_seize_share: U256::from(PROTOCOL_SEIZE_SHARE),
        collateral_factor: U256::ZERO,
        borrow_cap: U256::ZERO,
        mint_paused: false,
        borrow_paused: false,
        supply_rewards: rewards,
        borrow_rewards: rewards,
    }
}

/// 2.8 %.
///
/// Source: `CTokenStorage.protocolSeizeShareMantissa`.
pub(crate) const PROTOCOL_SEIZE_SHARE: u64 = 28_000_000_000_000_000;

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
) -> Result<CompoundV2Market, ConfigError> {
    let version = version(fields)?;
    let mut setup = match fields.optional("preset") {
        Some(node) => presets::setup(node)?,
        None => Setup::default(),
    };
    if let Some(node) = fields.optional("markets") {
        listing::markets(&mut setup, node, ctx)?;
    }
    let state = fields.optional("state");
    if let Some(node) = state {
        state::list_markets(&mut setup, node, ctx)?;
    }
    if setup.listed.is_empty() {
        fields.required("preset", "the name of a preset; or describe markets under `markets`")?;
    }
    settings(&mut setup.settings, fields)?;
    let liquidity = fields.optional("liquidity");
    if let (Some(node), Some(_)) = (liquidity, state) {
        return Err(node.invalid("either `liquidity` or `state`, not both"));
    }
    if let Some(node) = liquidity {
        depth::read(&mut setup, node)?;
    }
    let comp = Asset::new("COMP", 18).map_err(|error| ConfigError::Invalid {
        place: fields.place().clone(),
        read: error.to_string(),
        accepted: "a token of rewards".into(),
    })?;
    let milliseconds_per_block = match fields.optional("block_time") {
        Some(node) => node.read(parse_block_time)?,
        None => 12_000,
    };
    let pool = Pool {
        version,
        markets: setup.listed.iter().map(|listed| listed.market).collect(),
        users: BTreeMap::new(),
        settings: setup.settings,
        comp: ctx.assets.get("COMP").unwrap_or(comp),
    };
    let mut market = CompoundV2Market { pool, milliseconds_per_block, names: Arc::default() };
    match state {
        Some(node) => state::read(&mut market, &setup, node)?,
        None => depth::seed(&mut market.pool, &setup, ctx, fields.place())?,
    }
    Ok(market)
}

fn settings(settings: &mut Settings, fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    if let Some(node) = fields.optional("close_factor") {
        settings.close_factor = values::mantissa(node, 1)?;
    }
    if let Some(node) = fields.optional("liquidation_incentive") {
        settings.liquidation_incentive = values::mantissa(node, 1)?.saturating_add(U256::from(ONE));
    }
    if let Some(node) = fields.optional("comp") {
        settings.comp_balance = values::amount(node, 18)?;
    }
    Ok(())
}

fn version(fields: &mut Fields<'_>) -> Result<Version, ConfigError> {
    let Some(node) = fields.optional("version") else { return Ok(Version::ErrorCodes) };
    let name = node.text()?;
    Version::from_name(name).ok_or_else(|| node.unknown_name(name, VERSIONS.iter().map(|(_, name)| *name)))
}
