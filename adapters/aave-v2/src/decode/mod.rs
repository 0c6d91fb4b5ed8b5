//! A venue's table, read into a market.

mod depth;
mod listing;
mod state;
mod values;

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::LendingMarket;
use levmine_market::{Account, Asset, BuildContext, Parameter};
use levmine_math::U256;

use crate::market::AaveV2Market;
use crate::params::{Curve, Params};
use crate::presets;
use crate::stable::StableTotals;
use crate::state::{MAX_RESERVES, Pool, Reserve};

/// Everybody else in a market built from parameters: one outsider who supplied and borrowed what the market's depth
/// says.
pub const CROWD: Account = Account::outsider(0x7fff_aa02);

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "preset",
        accepted: "\"polygon\"",
        meaning: "a dated set of reserves; the other keys change it",
    },
    Parameter {
        key: "version",
        accepted: "\"2.0\", which it is without it too",
        meaning: "the contract version",
    },
    Parameter {
        key: "reserves.<asset>",
        accepted: "max_ltv, liquidation_threshold, liquidation_bonus, reserve_factor, optimal_utilization, base_rate, \
                   slope1, slope2, stable_rate, stable_slope1, stable_slope2 (percentages); collateral, borrowable, \
                   stable_borrowing, active, frozen (true or false)",
        meaning: "a reserve: what the preset says, changed, or a new one",
    },
    Parameter {
        key: "liquidity.<asset>",
        accepted: "supplied, borrowed (whole tokens)",
        meaning: "what outsiders supplied and borrowed, at the variable rate, when the venue begins",
    },
    Parameter {
        key: "ether",
        accepted: "the symbol of a token with 18 decimals; without it WETH",
        meaning: "the asset in which the market's oracle gives prices",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contracts' integers, instead of `liquidity`",
    },
];

/// One reserve before it has a state.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) asset: Asset,
    pub(crate) params: Params,
    pub(crate) curve: Curve,
}

/// What outsiders supplied and borrowed, in base units.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Depth {
    pub(crate) supplied: U256,
    pub(crate) borrowed: U256,
}

/// The parameters of a market.
#[derive(Debug, Clone, Default)]
pub(crate) struct Setup {
    pub(crate) listed: Vec<Listed>,
    pub(crate) depth: Vec<(Asset, Depth)>,
}

impl Setup {
    /// The number of the reserve of this symbol.
    fn find(&self, symbol: &str) -> Option<usize> {
        self.listed.iter().position(|listed| listed.asset.symbol() == symbol)
    }

    /// The number of the reserve that a node names.
    fn id(&self, node: &Node, symbol: &str) -> Result<usize, ConfigError> {
        let names = self.listed.iter().map(|listed| listed.asset.symbol());
        self.find(symbol).ok_or_else(|| node.unknown_name(symbol, names))
    }
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

pub(crate) fn market(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<AaveV2Market, ConfigError> {
    if let Some(node) = fields.optional("version")
        && node.digits()? != "2.0"
    {
        return Err(node.unknown_name(node.digits()?, crate::DESCRIPTOR.versions.iter().copied()));
    }
    let mut setup = match fields.optional("preset") {
        Some(node) => presets::setup(node)?,
        None => Setup::default(),
    };
    if let Some(node) = fields.optional("reserves") {
        listing::reserves(&mut setup, node, ctx)?;
    }
    let state = fields.optional("state");
    if let Some(node) = state {
        state::list_reserves(&mut setup, node, ctx)?;
    }
    if setup.listed.is_empty() {
        fields.required("preset", "the name of a preset; or describe reserves under `reserves`")?;
    }
    let ether = ether(fields, ctx)?;
    let liquidity = fields.optional("liquidity");
    if let (Some(node), Some(_)) = (liquidity, state) {
        return Err(node.invalid("either `liquidity` or `state`, not both"));
    }
    if let Some(node) = liquidity {
        depth::read(&mut setup, node)?;
    }
    let mut market = AaveV2Market::new(pool(&setup, ether), BTreeMap::new());
    match state {
        Some(node) => state::read(&mut market, &setup, node)?,
        None => depth::seed(&mut market.pool, &setup, ctx, fields.place())?,
    }
    Ok(market)
}

fn ether(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Asset, ConfigError> {
    let accepted = "the symbol of a token with 18 decimals";
    let node = match (fields.optional("ether"), ctx.assets.get("WETH")) {
        (Some(node), _) => node,
        (None, Some(ether)) => return Ok(ether),
        (None, None) => fields.required("ether", accepted)?,
    };
    let symbol = node.text()?;
    let asset = ctx.assets.get(symbol).ok_or_else(|| ctx.assets.unknown(node, symbol))?;
    if asset.decimals() == 18 { Ok(asset) } else { Err(node.invalid(accepted)) }
}

/// A pool without any balance.
fn pool(setup: &Setup, ether: Asset) -> Pool {
    let reserves = setup.listed.iter().map(|listed| Reserve {
        asset: listed.asset,
        params: listed.params,
        curve: listed.curve,
        liquidity_index: RAY,
        borrow_index: RAY,
        liquidity_rate: 0,
        borrow_rate: 0,
        stable_rate: 0,
        last_update: 0,
        scaled_supply: U256::ZERO,
        scaled_debt: U256::ZERO,
        stable: StableTotals::default(),
        treasury_scaled: U256::ZERO,
        held: U256::ZERO,
    });
    Pool {
        reserves: reserves.take(MAX_RESERVES).collect(),
        users: BTreeMap::new(),
        allowances: BTreeMap::new(),
        paused: false,
        ether,
    }
}

/// One in ray.
pub(crate) const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
