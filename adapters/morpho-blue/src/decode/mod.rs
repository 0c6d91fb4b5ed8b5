//! A venue's table, read into a market.

mod depth;
mod state;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::LendingMarket;
use levmine_market::{Account, Asset, BuildContext, Parameter};
use levmine_math::U256;

use crate::irm::{MAX_RATE_AT_TARGET, MIN_RATE_AT_TARGET};
use crate::market::MorphoBlueMarket;
use crate::ops::governance;
use crate::params::{Irm, MAX_FEE, Params};
use crate::presets;
use crate::shares::Side;
use crate::state::{State, Totals};
use crate::wad::WAD_U64;

/// Everybody else who lends in a market that begins with a depth.
pub const LENDERS: Account = Account::outsider(0x7fff_b1ee);
/// Everybody else who borrows in a market that begins with a depth.
pub const BORROWERS: Account = Account::outsider(0x7fff_b1ef);

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "preset",
        accepted: "\"wsteth-weth\", \"wsteth-usdc\", \"wbtc-usdc\"",
        meaning: "a market of Ethereum; the other keys change it",
    },
    Parameter { key: "loan", accepted: "the symbol of an asset", meaning: "what is lent" },
    Parameter {
        key: "collateral",
        accepted: "the symbol of another asset",
        meaning: "what secures the debt",
    },
    Parameter {
        key: "lltv",
        accepted: "a percentage like \"86%\", below 100%",
        meaning: "the share of the collateral's value up to which one may owe",
    },
    Parameter {
        key: "irm",
        accepted: "\"adaptive-curve\" or \"none\"; without it \"adaptive-curve\"",
        meaning: "the interest model",
    },
    Parameter {
        key: "fee",
        accepted: "a percentage from 0% to 25%; without it 0%",
        meaning: "the protocol's part of the interest",
    },
    Parameter {
        key: "rate_at_target",
        accepted: "a percentage per year from 0.1% to 200%; without it 4%",
        meaning: "what a debt costs at 90 % utilization when the venue begins",
    },
    Parameter {
        key: "oracle_price",
        accepted: "an integer: loan base units for a base unit of collateral, times 10^36",
        meaning: "the oracle's answer, instead of the ratio of the prices",
    },
    Parameter {
        key: "liquidity",
        accepted: "supplied, borrowed (loan asset), collateral (collateral asset), all in whole tokens",
        meaning: "what outsiders supplied and borrowed when the venue begins",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contract's integers, instead of `liquidity`, `fee`, `rate_at_target` and \
                  `oracle_price`",
    },
];

/// What governance enabled by 2026, in thousandths.
const GOVERNANCE_LLTVS: [u64; 9] = [0, 385, 625, 770, 860, 915, 945, 965, 980];

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
) -> Result<MorphoBlueMarket, ConfigError> {
    let params = params(fields, ctx)?;
    let mut state = fresh(params);
    if let Some(node) = fields.optional("state") {
        for key in ["liquidity", "fee", "rate_at_target", "oracle_price"] {
            if let Some(other) = fields.optional(key) {
                return Err(other.invalid(format!("either `{key}` or `state`, not both")));
            }
        }
        let names = state::read(&mut state, node, ctx)?;
        return Ok(MorphoBlueMarket::new(state, names));
    }
    let failed = |error: crate::MorphoError| ConfigError::Invalid {
        place: fields.place().clone(),
        read: error.to_string(),
        accepted: "a market that the contract can hold".into(),
    };
    governance::create(&mut state, ctx.now.time.0).map_err(failed)?;
    if let Some(node) = fields.optional("fee") {
        state.totals.fee = values::share(node, MAX_FEE)?;
    }
    if let Some(node) = fields.optional("rate_at_target") {
        state.totals.rate_at_target = rate_at_target(node, params.irm())?;
    }
    if let Some(node) = fields.optional("oracle_price") {
        state.oracle_price = Some(values::integer(node, 256)?);
    }
    match (fields.optional("liquidity"), fields.optional("preset")) {
        (Some(node), _) => depth::seed(&mut state, node, ctx)?,
        (None, Some(preset)) => depth::seed_preset(&mut state, preset, ctx)?,
        (None, None) => {}
    }
    Ok(MorphoBlueMarket::new(state, BTreeMap::new()))
}

/// A market that is not created yet, on which governance has enabled everything known, and its own LLTV.
fn fresh(params: Params) -> State {
    let known = GOVERNANCE_LLTVS.iter().map(|thousandths| thousandths * (WAD_U64 / 1_000));
    State {
        params,
        totals: Totals {
            supply: Side { assets: 0, shares: 0 },
            borrow: Side { assets: 0, shares: 0 },
            last_update: 0,
            fee: 0,
            rate_at_target: 0,
            loan_held: U256::ZERO,
            collateral_held: U256::ZERO,
            ownerless_shares: U256::ZERO,
        },
        positions: BTreeMap::new(),
        authorizations: BTreeSet::new(),
        owner: None,
        fee_recipient: None,
        enabled_lltvs: known.chain([params.lltv()]).collect(),
        enabled_irms: Irm::ALL.into_iter().collect(),
        oracle_price: None,
    }
}

fn params(fields: &mut Fields<'_>, ctx: &BuildContext<'_>) -> Result<Params, ConfigError> {
    let preset = fields.optional("preset").map(presets::find).transpose()?;
    let mut asset = |key: &'static str, preset: Option<Asset>| match (fields.optional(key), preset) {
        (Some(node), _) => ctx.assets.read(node),
        (None, Some(asset)) => Ok(asset),
        (None, None) => fields
            .required(key, "the symbol of an asset, or a `preset`")
            .and_then(|node| ctx.assets.read(node)),
    };
    let loan = asset("loan", preset.map(|preset| preset.loan))?;
    let collateral = asset("collateral", preset.map(|preset| preset.collateral))?;
    if loan == collateral
        && let Some(node) = fields.optional("collateral").or_else(|| fields.optional("loan"))
    {
        return Err(node.invalid("two different assets as loan and collateral"));
    }
    let lltv = match (fields.optional("lltv"), preset) {
        (Some(node), _) => values::share(node, WAD_U64 - 1)?,
        (None, Some(preset)) => preset.lltv,
        (None, None) => values::share(fields.required("lltv", "a percentage like \"86%\"")?, WAD_U64 - 1)?,
    };
    let irm = match fields.optional("irm") {
        Some(node) => read_irm(node)?,
        None => Irm::AdaptiveCurve,
    };
    Params::new(loan, collateral, irm, lltv).map_err(|error| ConfigError::Invalid {
        place: fields.place().clone(),
        read: error.to_string(),
        accepted: "an LLTV below 100%".into(),
    })
}

/// The interest model that a node names.
pub(crate) fn read_irm(node: &Node) -> Result<Irm, ConfigError> {
    let name = node.text()?;
    let known = Irm::ALL.into_iter().find(|irm| irm.name() == name);
    known.ok_or_else(|| node.unknown_name(name, Irm::ALL.map(Irm::name)))
}

/// A percentage per year as a rate per second, rounded down.
fn rate_at_target(node: &Node, irm: Irm) -> Result<u64, ConfigError> {
    const SECONDS_PER_YEAR: u64 = 31_536_000;
    if irm == Irm::Zero {
        return Err(node.invalid("no rate: the market has no interest model"));
    }
    let per_second = values::share(node, 2 * WAD_U64)? / SECONDS_PER_YEAR;
    if (MIN_RATE_AT_TARGET..=MAX_RATE_AT_TARGET).contains(&per_second) {
        Ok(per_second)
    } else {
        Err(node.invalid("a percentage per year from 0.1% to 200%"))
    }
}
