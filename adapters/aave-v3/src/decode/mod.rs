//! A venue's table, read into a market.

mod curve;
mod depth;
mod listing;
mod state;
mod values;

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::LendingMarket;
use levmine_market::{Account, Asset, BuildContext, Parameter};
use levmine_math::U256;

use crate::market::AaveV3Market;
use crate::params::{Category, Curve, Params};
use crate::presets;
use crate::state::{MAX_RESERVES, Pool, Reserve, Seen};
use crate::version::{Rules, VERSIONS, Version};
use crate::wad_ray::PERCENTAGE_FACTOR;

/// Everybody else in a market built from parameters: one outsider who supplied and borrowed what the market's depth
/// says.
pub const CROWD: Account = Account::outsider(0x7fff_aa03);

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "preset",
        accepted: "\"ethereum\", \"polygon\"",
        meaning: "a dated set of reserves, categories and depth; the other keys change it",
    },
    Parameter {
        key: "version",
        accepted: "\"3.0\" to \"3.7\"; without it \"3.0\"",
        meaning: "the contract version: formulas, rounding, checks and the names of errors",
    },
    Parameter {
        key: "reserves.<asset>",
        accepted: "max_ltv, liquidation_threshold, liquidation_bonus, liquidation_protocol_fee, reserve_factor, \
                   optimal_utilization, base_rate, slope1, slope2 (percentages); supply_cap, borrow_cap (whole tokens \
                   or \"none\"); debt_ceiling (whole US dollars or \"none\"); collateral, borrowable, \
                   borrowable_in_isolation, siloed, flash_loans, active, frozen, paused (true or false)",
        meaning: "a reserve: what the preset says, changed, or a new one",
    },
    Parameter {
        key: "categories.<number>",
        accepted: "max_ltv, liquidation_threshold, liquidation_bonus (percentages); assets, or collateral and \
                   borrowable (lists of symbols); isolated (true or false)",
        meaning: "an eMode category",
    },
    Parameter {
        key: "liquidity.<asset>",
        accepted: "supplied, borrowed (whole tokens)",
        meaning: "what outsiders supplied and borrowed when the venue begins",
    },
    Parameter {
        key: "flash_loan_premium",
        accepted: "a percentage like \"0.05%\"",
        meaning: "the premium of flash loans",
    },
    Parameter {
        key: "flash_loan_premium_to_protocol",
        accepted: "a percentage of the premium, up to version 3.3",
        meaning: "the protocol's part of the premium",
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
    pub(crate) categories: Vec<Category>,
    pub(crate) depth: Vec<(Asset, Depth)>,
    pub(crate) flash_premium: u16,
    pub(crate) flash_premium_to_protocol: u16,
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

    /// A bit for each reserve of a list of symbols.
    fn bits(&self, node: &Node) -> Result<u128, ConfigError> {
        node.list()?
            .iter()
            .try_fold(0, |bits, item| Ok(bits | crate::params::bit(self.id(item, item.text()?)?)))
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

pub(crate) fn market(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<AaveV3Market, ConfigError> {
    let rules = version(fields)?;
    let preset = fields.optional("preset");
    let mut setup = match preset {
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
    if let Some(node) = fields.optional("categories") {
        listing::categories(&mut setup, node, rules)?;
    }
    if let Some(node) = fields.optional("flash_loan_premium") {
        setup.flash_premium = values::share(node, PERCENTAGE_FACTOR)?;
    }
    if let Some(node) = fields.optional("flash_loan_premium_to_protocol") {
        setup.flash_premium_to_protocol = values::share(node, PERCENTAGE_FACTOR)?;
    }
    let liquidity = fields.optional("liquidity");
    if let (Some(node), Some(_)) = (liquidity, state) {
        return Err(node.invalid("either `liquidity` or `state`, not both"));
    }
    if let Some(node) = liquidity {
        depth::read(&mut setup, node)?;
    }
    let mut market = AaveV3Market::new(pool(&setup, rules), BTreeMap::new());
    match state {
        Some(node) => state::read(&mut market, &setup, node)?,
        None => depth::seed(&mut market.pool, &setup, ctx, fields.place())?,
    }
    Ok(market)
}

fn version(fields: &mut Fields<'_>) -> Result<&'static Rules, ConfigError> {
    let Some(node) = fields.optional("version") else { return Ok(Version::V3_0.rules()) };
    let name = node.digits()?;
    match Version::from_name(name) {
        Some(version) => Ok(version.rules()),
        None => Err(node.unknown_name(name, VERSIONS.iter().map(|rules| rules.name))),
    }
}

/// A pool without any balance.
fn pool(setup: &Setup, rules: &'static Rules) -> Pool {
    let reserves = setup.listed.iter().map(|listed| Reserve {
        asset: listed.asset,
        params: listed.params,
        curve: listed.curve,
        liquidity_index: RAY,
        borrow_index: RAY,
        liquidity_rate: 0,
        borrow_rate: listed.curve.base,
        last_update: 0,
        accrued_to_treasury: 0,
        scaled_supply: U256::ZERO,
        scaled_debt: U256::ZERO,
        treasury_scaled: 0,
        held: U256::ZERO,
        virtual_balance: 0,
        deficit: 0,
        isolation_debt: 0,
        follows: false,
        seen: Seen::NOTHING,
    });
    Pool {
        rules,
        reserves: reserves.take(MAX_RESERVES).collect(),
        categories: setup.categories.clone(),
        users: BTreeMap::new(),
        allowances: BTreeMap::new(),
        flash_premium: setup.flash_premium,
        flash_premium_to_protocol: setup.flash_premium_to_protocol,
        umbrella: None,
    }
}

/// One in ray.
pub(crate) const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;
