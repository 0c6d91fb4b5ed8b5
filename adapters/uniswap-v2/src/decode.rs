//! Venue tables and dumps.

use levmine_amm::Pool;
use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Asset, BuildContext, Dump};
use levmine_math::{U256, parse_units};

use crate::fee::{ProtocolFee, SwapFee};
use crate::oracle::{self, Observation};
use crate::pair::{MINIMUM_LIQUIDITY, Pair, PairState};
use crate::params::{FEE, PROTOCOL_FEE, read_fee, read_protocol_fee, write_protocol_fee};
use crate::pool::UniswapV2Pool;
use crate::presets::{PAIRS, PairPreset};
use crate::{DESCRIPTOR, error::PairError};

pub(crate) const COINS: &str = "a list of two symbols in the order of the pair, like [\"USDC\", \"WETH\"]";
pub(crate) const RESERVES: &str =
    "a list of two amounts in whole tokens, in the order of the coins, like [\"10000000\", \"5000\"]";
pub(crate) const STATE: &str = "a table of the pair's integers, as `levmine replay` prints it";
pub(crate) const INTEGER: &str = "a whole number of base units, at most 2^256 - 1";

/// Builds a pool from a venue table.
pub(crate) fn build(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
) -> Result<Box<dyn Pool>, ConfigError> {
    if let Some(node) = fields.optional("version") {
        let version = node.text()?;
        if !DESCRIPTOR.versions.contains(&version) {
            return Err(node.unknown_name(version, DESCRIPTOR.versions.iter().copied()));
        }
    }
    let place = fields.place().clone();
    let preset = fields.optional("preset").map(read_preset).transpose()?;
    let coins = read_coins(fields, context, preset)?;
    let fee = fields.optional("fee").map(read_fee).transpose()?.unwrap_or(SwapFee::UNISWAP);
    let protocol_fee = match fields.optional("protocol_fee") {
        Some(node) => read_protocol_fee(node)?,
        None => preset.and_then(|preset| preset.protocol_fee),
    };
    let timestamp = oracle::timestamp(context.now.time.0);
    let (reserves, state) = (fields.optional("reserves"), fields.optional("state"));
    let refused = |node: &Node, error: PairError| {
        node.invalid(format!("reserves and shares that a pair can hold ({error})"))
    };
    let pair = match (reserves, state, preset) {
        (Some(_), Some(node), _) => {
            return Err(node.invalid("either `reserves` or `state`, not both"));
        }
        (None, Some(node), _) => {
            let (state, protocol_fee) = read_state(node, protocol_fee, timestamp)?;
            Pair::new(state, fee, protocol_fee).map_err(|error| refused(node, error))?
        }
        (Some(node), None, _) => {
            let reserves = read_reserves(node, coins)?;
            PairState::of_reserves(reserves, protocol_fee, timestamp)
                .and_then(|state| Pair::new(state, fee, protocol_fee))
                .map_err(|error| refused(node, error))?
        }
        (None, None, Some(preset)) => {
            let accepted = |error: PairError| ConfigError::Invalid {
                place: place.clone(),
                read: preset.preset.name.into(),
                accepted: error.to_string(),
            };
            PairState::of_reserves(preset.reserves, protocol_fee, timestamp)
                .and_then(|state| Pair::new(state, fee, protocol_fee))
                .map_err(accepted)?
        }
        (None, None, None) => {
            return Err(ConfigError::Missing { place, key: "reserves".into(), accepted: RESERVES.into() });
        }
    };
    let name = format!("{}-LP", context.venue);
    let share = Asset::new(&name, 18).map_err(|_| ConfigError::Invalid {
        place,
        read: format!("a pool named \"{}\"", context.venue),
        accepted:
            "a name of at most 20 printable ASCII characters without spaces; its share is named \"…-LP\""
                .into(),
    })?;
    Ok(Box::new(UniswapV2Pool::new(coins, share, pair)))
}

fn read_preset(node: &Node) -> Result<&'static PairPreset, ConfigError> {
    let name = node.text()?;
    PAIRS
        .iter()
        .find(|pair| pair.preset.name == name)
        .ok_or_else(|| node.unknown_name(name, PAIRS.iter().map(|pair| pair.preset.name)))
}

fn read_coins(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
    preset: Option<&'static PairPreset>,
) -> Result<[Asset; 2], ConfigError> {
    if let Some(preset) = preset {
        if let Some(node) = fields.optional("coins") {
            return Err(
                node.invalid(format!("no coins beside preset \"{}\", which has its own", preset.preset.name))
            );
        }
        let place = fields.place();
        let [first, second] = preset.coins.map(|(symbol, decimals)| {
            Asset::new(symbol, decimals).map_err(|error| ConfigError::Invalid {
                place: place.clone(),
                read: symbol.into(),
                accepted: error.to_string(),
            })
        });
        return Ok([first?, second?]);
    }
    let node = fields.required("coins", COINS)?;
    let [first, second] = node.list()? else { return Err(node.invalid(COINS)) };
    let coins = [context.assets.read(first)?, context.assets.read(second)?];
    let [one, other] = coins;
    if one == other {
        return Err(second.invalid("another coin than the first"));
    }
    Ok(coins)
}

fn read_reserves(node: &Node, coins: [Asset; 2]) -> Result<[u128; 2], ConfigError> {
    let [first, second] = node.list()? else { return Err(node.invalid(RESERVES)) };
    let [coin0, coin1] = coins;
    Ok([read_reserve(first, coin0)?, read_reserve(second, coin1)?])
}

fn read_reserve(node: &Node, coin: Asset) -> Result<u128, ConfigError> {
    let raw = node.read(|text| {
        parse_units(text, coin.decimals())
            .map_err(|error| format!("an amount of {coin} in whole tokens, like \"5000\" ({error})"))
    })?;
    narrow(node, raw)
}

fn narrow(node: &Node, raw: U256) -> Result<u128, ConfigError> {
    u128::try_from(raw)
        .ok()
        .filter(|reserve| *reserve <= crate::pair::MAX_RESERVE)
        .ok_or_else(|| node.invalid("at most 2^112 - 1 base units, the most a pair can hold"))
}

pub(crate) fn read_integer(node: &Node) -> Result<U256, ConfigError> {
    node.read(|text| parse_units(text, 0).map_err(|_| INTEGER.into()))
}

/// Reads what [`dump`] writes. Reserves and supply must be there; balances default to the reserves, the locked shares to
/// those of a first mint, the rest to zero.
fn read_state(
    node: &Node,
    protocol_fee: Option<ProtocolFee>,
    timestamp: u32,
) -> Result<(PairState, Option<ProtocolFee>), ConfigError> {
    let mut fields = node.fields()?;
    let mut reserve = |key| fields.required(key, INTEGER).and_then(|node| narrow(node, read_integer(node)?));
    let reserves = [reserve("reserve0")?, reserve("reserve1")?];
    let total_supply = read_integer(fields.required("totalSupply", INTEGER)?)?;
    let mut integer = |key, default: U256| fields.optional(key).map_or(Ok(default), read_integer);
    let [reserve0, reserve1] = reserves.map(U256::from);
    let balances = [integer("balance0", reserve0)?, integer("balance1", reserve1)?];
    let k_last = integer("kLast", U256::ZERO)?;
    let cumulative0 = integer("price0CumulativeLast", U256::ZERO)?;
    let cumulative1 = integer("price1CumulativeLast", U256::ZERO)?;
    let locked_shares = integer("lockedShares", MINIMUM_LIQUIDITY.min(total_supply))?;
    let own_shares = integer("pairShares", U256::ZERO)?;
    let fee_to_shares = integer("feeToShares", U256::ZERO)?;
    let timestamp = match fields.optional("blockTimestampLast") {
        Some(node) => node.parse("seconds modulo 2^32, at most 4294967295")?,
        None => timestamp,
    };
    let protocol_fee = match fields.optional("protocolFee") {
        Some(node) => read_protocol_fee(node)?,
        None => protocol_fee,
    };
    fields.finish()?;
    let observation = Observation { cumulative0, cumulative1, timestamp };
    let state = PairState {
        reserves,
        observation,
        k_last,
        total_supply,
        balances,
        locked_shares,
        own_shares,
        fee_to_shares,
    };
    Ok((state, protocol_fee))
}

/// Writes the pair's state under the contract's names.
pub(crate) fn dump(pair: &Pair) -> Dump {
    let state = pair.state();
    let ([reserve0, reserve1], [balance0, balance1]) = (state.reserves, state.balances);
    Dump::table([
        ("reserve0", Dump::text(reserve0)),
        ("reserve1", Dump::text(reserve1)),
        ("blockTimestampLast", Dump::text(state.observation.timestamp)),
        ("price0CumulativeLast", Dump::text(state.observation.cumulative0)),
        ("price1CumulativeLast", Dump::text(state.observation.cumulative1)),
        ("kLast", Dump::text(state.k_last)),
        ("totalSupply", Dump::text(state.total_supply)),
        ("balance0", Dump::text(balance0)),
        ("balance1", Dump::text(balance1)),
        ("lockedShares", Dump::text(state.locked_shares)),
        ("pairShares", Dump::text(state.own_shares)),
        ("feeToShares", Dump::text(state.fee_to_shares)),
        ("protocolFee", Dump::text(write_protocol_fee(pair.protocol_fee()))),
    ])
}

/// The keys of a venue table, for the descriptor.
pub(crate) const PARAMETERS: &[levmine_market::Parameter] = &[
    levmine_market::Parameter {
        key: "version",
        accepted: "\"v2\"",
        meaning: "the contract version; there is one",
    },
    levmine_market::Parameter {
        key: "preset",
        accepted: "the name of a preset, like \"weth-usdc\"",
        meaning: "a recorded pair: its coins, reserves and protocol fee",
    },
    levmine_market::Parameter {
        key: "coins",
        accepted: COINS,
        meaning: "the coins of a pair without a preset",
    },
    levmine_market::Parameter {
        key: "reserves",
        accepted: RESERVES,
        meaning: "what the pair holds when the run begins; replaces the preset's",
    },
    levmine_market::Parameter {
        key: "fee",
        accepted: FEE,
        meaning: "the fee of a swap; 0.3% unless given, as Uniswap V2 has it in its code",
    },
    levmine_market::Parameter {
        key: "protocol_fee",
        accepted: PROTOCOL_FEE,
        meaning: "the protocol's part of the fee; that of the preset, or off",
    },
    levmine_market::Parameter {
        key: "state",
        accepted: STATE,
        meaning: "every integer of the pair, instead of reserves: for replays",
    },
];
