//! A venue's table, read into a market.

mod banks;
mod rewards;
mod state;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::LendingMarket;
use levmine_market::{Account, Asset, BuildContext, Parameter, parse_block_time};
use levmine_math::U256;
use smallvec::SmallVec;

pub(crate) use state::{read_token, read_wrapped};
pub(crate) use values::{integer, small};

use crate::bank::Factors;
use crate::market::AlphaHomoraMarket;
use crate::math::BPS;
use crate::presets;
use crate::state::{Core, State};

/// Everybody else: who supplied to the lenders, borrowed there and staked with the chef before the venue began.
pub const CROWD: Account = Account::outsider(0x7fff_a1fa);

const SECONDS_PER_YEAR: u64 = 31_536_000;
const ASSET: &str = "the symbol of an asset";

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "lp",
        accepted: "the symbol of an asset, like \"pool-LP\"",
        meaning: "the LP token that is collateral; a pool's share exists once the pool's venue does",
    },
    Parameter {
        key: "preset",
        accepted: "\"ethereum-2021-02\"",
        meaning: "the banks of the deployment, and the factors of the LP token; the other keys change it",
    },
    Parameter {
        key: "pair",
        accepted: "a list of assets; without it all",
        meaning: "which of the preset's banks the venue has",
    },
    Parameter {
        key: "collateral_factor",
        accepted: "a percentage from 0% to 100%; without it 80%",
        meaning: "how much of the LP token's value counts",
    },
    Parameter {
        key: "liquidation_incentive",
        accepted: "a percentage from 0% to 100%; without it 2.5%",
        meaning: "what a liquidator gets on top for taking the LP token; the debt's token has its own, and both multiply",
    },
    Parameter {
        key: "banks.<asset>",
        accepted: "borrow_factor (from 100%), collateral_factor, liquidation_incentive; base_rate, multiplier, \
                   jump_multiplier, kink, reserve_factor (percentages, rates per year); blocks_per_year (what the model \
                   takes a year for); supplied, borrowed (whole tokens); borrowable (true or false)",
        meaning: "a token: its factors, its lender's rates, and what others supplied and borrowed there",
    },
    Parameter {
        key: "fee",
        accepted: "a percentage from 0% to 100%; without it 10%",
        meaning: "the protocol's part of the interest, on top of it",
    },
    Parameter {
        key: "rewards",
        accepted: "token (an asset), per_day (whole tokens), others_staked (whole LP tokens); pid (a number, without it \
                   1)",
        meaning: "the LP token is staked with a chef: what its pool pays, and what others have staked there",
    },
    Parameter {
        key: "ether",
        accepted: "the symbol of an asset; without it \"WETH\"",
        meaning: "the asset in which everything is valued; the price book must know it",
    },
    Parameter {
        key: "block_time",
        accepted: "a duration like \"12s\" or \"250ms\"; without it that of the scenario's chain",
        meaning: "the chain's pace, by which rates per block become yearly ones and rewards per day those per block",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contracts' integers, instead of everything but `lp`, `ether` and `block_time`",
    },
];

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
) -> Result<AlphaHomoraMarket, ConfigError> {
    let lp = ctx.assets.read(fields.required("lp", ASSET)?)?;
    let eth = match fields.optional("ether") {
        Some(node) => ctx.assets.read(node)?,
        None => ctx.assets.get("WETH").map_or_else(|| own("WETH", fields), Ok)?,
    };
    let pace = fields.optional("block_time").map_or(Ok(12_000), |node| node.read(parse_block_time))?;
    let blocks_per_year = (1_000 * SECONDS_PER_YEAR).checked_div(pace).unwrap_or_default();
    let mut state = empty(eth, lp);
    let mut market = AlphaHomoraMarket {
        state: state.clone(),
        executing: None,
        blocks_per_year,
        names: Arc::new(BTreeMap::new()),
    };
    if let Some(node) = fields.optional("state") {
        for key in ["preset", "pair", "collateral_factor", "liquidation_incentive", "banks", "fee", "rewards"]
        {
            if let Some(other) = fields.optional(key) {
                return Err(other.invalid(format!("either `{key}` or `state`, not both")));
            }
        }
        state::read(&mut market, node, ctx)?;
        return Ok(market);
    }
    friendly(&mut state, fields, ctx, pace)?;
    market.state = state;
    Ok(market)
}

fn own(symbol: &str, fields: &Fields<'_>) -> Result<Asset, ConfigError> {
    Asset::new(symbol, 18).map_err(|error| unfit(fields, &error.to_string()))
}

fn unfit(fields: &Fields<'_>, problem: &str) -> ConfigError {
    ConfigError::Invalid {
        place: fields.place().clone(),
        read: problem.into(),
        accepted: "a venue that the contracts can hold".into(),
    }
}

/// A bank without tokens.
fn empty(eth: Asset, lp: Asset) -> State {
    State {
        eth,
        lp,
        core: Core {
            banks: SmallVec::new(),
            chef: None,
            lp_factors: presets::LP_FACTORS,
            lp_whitelisted: [true; 2],
            fee_bps: presets::FEE_BPS,
            status: 3,
            next_position: 1,
            plain_held: U256::ZERO,
        },
        positions: BTreeMap::new(),
        of: BTreeMap::new(),
        wrapped: BTreeMap::new(),
        shares: BTreeMap::new(),
        loans: BTreeMap::new(),
        stakes: BTreeMap::new(),
    }
}

fn friendly(
    state: &mut State,
    fields: &mut Fields<'_>,
    ctx: &BuildContext<'_>,
    pace: u64,
) -> Result<(), ConfigError> {
    let mut drafts = match fields.optional("preset") {
        Some(node) => banks::of_preset(node)?,
        None => Vec::new(),
    };
    if let Some(node) = fields.optional("pair") {
        let pair = node.list()?.iter().map(|item| ctx.assets.read(item));
        let pair = pair.collect::<Result<Vec<_>, _>>()?;
        drafts.retain(|draft| pair.contains(&draft.token));
    }
    if let Some(node) = fields.optional("banks") {
        banks::read(&mut drafts, node, ctx)?;
    }
    if drafts.is_empty() {
        fields.required("preset", "the name of a preset; or describe tokens under `banks`")?;
        return Err(unfit(fields, "a venue without a bank"));
    }
    if let Some(draft) = drafts.iter().find(|draft| draft.token == state.lp) {
        return Err(unfit(fields, &format!("{} as LP token and as a bank", draft.token)));
    }
    if let Some(node) = fields.optional("fee") {
        state.core.fee_bps = values::bps(node, 1)?;
    }
    let Factors { mut collateral, mut incentive, borrow } = state.core.lp_factors;
    if let Some(node) = fields.optional("collateral_factor") {
        collateral = values::bps(node, 1)?;
    }
    if let Some(node) = fields.optional("liquidation_incentive") {
        incentive = incentive_of(values::bps(node, 1)?);
    }
    state.core.lp_factors = Factors { borrow, collateral, incentive };
    for draft in &drafts {
        banks::add(state, draft, ctx.now.block).map_err(|error| unfit(fields, &error.to_string()))?;
    }
    if let Some(node) = fields.optional("rewards") {
        rewards::read(state, node, ctx, pace)?;
    }
    Ok(())
}

/// What comes on top, as the oracle has it.
fn incentive_of(bonus: u16) -> u16 {
    u16::try_from(BPS).unwrap_or(u16::MAX).saturating_add(bonus)
}

/// The asset of this symbol among those of the venue, then among all that are known.
pub(crate) fn venue_asset(node: &Node, state: &State) -> Result<Asset, ConfigError> {
    let symbol = node.text()?;
    let banks = state.core.banks.iter().map(|bank| bank.token);
    let own: Vec<Asset> = [state.lp].into_iter().chain(banks).collect();
    let found = own.iter().copied().find(|asset| asset.symbol() == symbol);
    found.ok_or_else(|| node.unknown_name(symbol, own.iter().map(Asset::symbol)))
}
