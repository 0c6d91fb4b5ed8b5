//! Venue tables and dumps.

use levmine_amm::{Pool, PriceRange};
use levmine_config::{ConfigError, Fields, Node, parse_percent};
use levmine_market::{Asset, BuildContext, Dump, Parameter, Price};
use levmine_math::{Fixed, Rounding, U256, Wad, parse_units};

use crate::contract::{Core, State, Terms};
use crate::liquidity_amounts::liquidity_for_amounts;
use crate::manager::{Manager, Token};
use crate::oracle::{Observation, Observations, timestamp, wrap56};
use crate::params::Coins;
use crate::pool::UniswapV3Pool;
use crate::position::{Key, Owner, Position, Positions};
use crate::presets::{POOLS, PoolPreset};
use crate::tick::{Tick, Ticks};
use crate::tick_math::{MAX_SQRT_RATIO, MIN_SQRT_RATIO, ratio, tick_at, usable_ticks};
use crate::{DESCRIPTOR, V3Error};

const COINS: &str =
    "a list of two symbols in the order in which prices are quoted, like [\"WETH\", \"USDC\"]";
const TOKEN0: &str = "one of the coins, like \"USDC\"";
const FEE: &str = "a percentage below 100% in steps of 0.0001%, like \"0.05%\"";
const SPACING: &str = "a whole number from 1 to 16383, like 60";
const PRICE: &str =
    "the price of one whole first coin in whole second coins, with at most 18 places, like \"2000\"";
const RANGE: &str =
    "a list of two prices of the first coin in the second, the lower first, like [\"1600\", \"2400\"]";
const LIQUIDITY: &str = "a whole number of units of liquidity, like \"12232064311530570033\"";
const RESERVES: &str =
    "a list of two amounts in whole tokens, in the order of the coins, like [\"1000\", \"2000000\"]";
const PROTOCOL_FEE: &str =
    "\"off\" or a part of the fees from \"1/4\" to \"1/10\", or a list of both in the order of the coins";
const STATE: &str = "a table of the contracts' integers, as `levmine replay` prints it";
pub(crate) const INTEGER: &str = "a whole number, at most 2^256 - 1";
const SMALL: &str = "a whole number in the range of the contract's integer";

/// The name of whoever provides the liquidity that a pool begins with.
pub(crate) const OTHERS: &str = "others";

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
    let terms = read_terms(fields, preset)?;
    let fee_protocol = match fields.optional("protocol_fee") {
        Some(node) => Some(read_protocol_fee(node, &coins)?),
        None => None,
    };
    // The longest number of a position has to fit beside it.
    if Asset::new(&format!("{}#99999", context.venue), 0).is_err() {
        return Err(ConfigError::Invalid {
            place,
            read: format!("a pool named \"{}\"", context.venue),
            accepted: "a name of at most 17 printable ASCII characters without spaces; its positions are named \"…#1\""
                .into(),
        });
    }
    let (core, manager) = match fields.optional("state") {
        Some(node) => {
            for key in ["price", "liquidity", "reserves", "range"] {
                if let Some(other) = fields.optional(key) {
                    return Err(other.invalid(format!("either `{key}` or `state`, not both")));
                }
            }
            let (mut state, manager) = read_state(node, &terms, context.venue)?;
            state.fee_protocol = fee_protocol.unwrap_or(state.fee_protocol);
            (Core::new(terms, state), manager)
        }
        None => {
            let mut core = read_beginning(fields, context, &coins, terms, preset)?;
            core.state.fee_protocol = fee_protocol.unwrap_or_default();
            (core, Manager::new())
        }
    };
    Ok(Box::new(UniswapV3Pool::new(context.venue, coins, core, manager)))
}

fn read_preset(node: &Node) -> Result<&'static PoolPreset, ConfigError> {
    let name = node.text()?;
    POOLS
        .iter()
        .find(|pool| pool.preset.name == name)
        .ok_or_else(|| node.unknown_name(name, POOLS.iter().map(|pool| pool.preset.name)))
}

fn read_coins(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
    preset: Option<&'static PoolPreset>,
) -> Result<Coins, ConfigError> {
    let place = fields.place().clone();
    let (node, token0) = (fields.optional("coins"), fields.optional("token0"));
    if let Some(preset) = preset {
        if let Some(token0) = token0 {
            return Err(token0.invalid(format!(
                "no `token0` beside preset \"{}\", whose contract is known",
                preset.preset.name
            )));
        }
        let asset = |(symbol, decimals): (&str, u8)| {
            Asset::new(symbol, decimals).map_err(|error| ConfigError::Invalid {
                place: place.clone(),
                read: symbol.into(),
                accepted: error.to_string(),
            })
        };
        let [first, second] = preset.coins;
        let coins = [asset(first)?, asset(second)?];
        let [one, other] = coins;
        let Some(node) = node else { return Ok(Coins::new(coins, preset.inverted)) };
        let names = node.list()?.iter().map(Node::text).collect::<Result<Vec<_>, _>>()?;
        return if names == [one.symbol(), other.symbol()] {
            Ok(Coins::new(coins, preset.inverted))
        } else if names == [other.symbol(), one.symbol()] {
            Ok(Coins::new([other, one], !preset.inverted))
        } else {
            Err(node.invalid(format!("the preset's coins {one} and {other}, in either order")))
        };
    }
    let Some(node) = node else {
        return Err(ConfigError::Missing { place, key: "coins".into(), accepted: COINS.into() });
    };
    let [first, second] = node.list()? else { return Err(node.invalid(COINS)) };
    let coins = [context.assets.read(first)?, context.assets.read(second)?];
    let [one, other] = coins;
    if one == other {
        return Err(second.invalid("another coin than the first"));
    }
    let inverted = match token0 {
        None => false,
        Some(node) => match node.text()? {
            symbol if symbol == one.symbol() => false,
            symbol if symbol == other.symbol() => true,
            _ => return Err(node.invalid(TOKEN0)),
        },
    };
    Ok(Coins::new(coins, inverted))
}

fn read_terms(fields: &mut Fields<'_>, preset: Option<&'static PoolPreset>) -> Result<Terms, ConfigError> {
    let place = fields.place().clone();
    let (fee_node, spacing_node) = (fields.optional("fee"), fields.optional("tick_spacing"));
    let fee = match (fee_node, preset) {
        (Some(node), _) => read_fee(node)?,
        (None, Some(preset)) => preset.fee,
        (None, None) => 3_000,
    };
    let spacing = match (spacing_node, preset, fee) {
        (Some(node), ..) => node.parse(SPACING)?,
        (None, Some(preset), fee) if fee == preset.fee => preset.tick_spacing,
        // As the factory has them.
        (None, _, 100) => 1,
        (None, _, 500) => 10,
        (None, _, 3_000) => 60,
        (None, _, 10_000) => 200,
        _ => {
            let accepted =
                format!("{SPACING}; fees other than 0.01%, 0.05%, 0.3% and 1% have none of their own");
            return Err(ConfigError::Missing { place, key: "tick_spacing".into(), accepted });
        }
    };
    match (Terms::new(fee, spacing), spacing_node, fee_node) {
        (Some(terms), ..) => Ok(terms),
        (None, Some(node), _) => Err(node.invalid(SPACING)),
        (None, None, Some(node)) => Err(node.invalid(FEE)),
        (None, None, None) => Err(ConfigError::Missing { place, key: "fee".into(), accepted: FEE.into() }),
    }
}

fn read_fee(node: &Node) -> Result<u32, ConfigError> {
    node.read(|text| {
        let fraction = parse_percent(text)?;
        let exact = |rounding| Fixed::<6>::from_decimal(fraction, rounding).ok();
        exact(Rounding::Down)
            .filter(|down| exact(Rounding::Up) == Some(*down))
            .and_then(|fee| u32::try_from(fee.raw()).ok())
            .filter(|fee| *fee < crate::swap_math::WHOLE)
            .ok_or_else(|| FEE.into())
    })
}

fn read_protocol_fee(node: &Node, coins: &Coins) -> Result<[u8; 2], ConfigError> {
    let one = |node: &Node| {
        node.read(|text| {
            if text == "off" {
                return Ok(0);
            }
            let part = text.strip_prefix("1/").and_then(|part| part.parse::<u8>().ok());
            part.filter(|part| (4..=10).contains(part)).ok_or_else(|| PROTOCOL_FEE.into())
        })
    };
    match node.list() {
        Ok([first, second]) => Ok(coins.turned([one(first)?, one(second)?])),
        Ok(_) => Err(node.invalid(PROTOCOL_FEE)),
        Err(_) => one(node).map(|part| [part, part]),
    }
}

fn read_price(node: &Node) -> Result<Price, ConfigError> {
    node.read(|text| {
        parse_units(text, 18)
            .map(|raw| Price(Wad::from_raw(raw)))
            .map_err(|error| format!("{PRICE} ({error})"))
    })
}

/// A pool with one position of somebody else's.
fn read_beginning(
    fields: &mut Fields<'_>,
    context: &BuildContext<'_>,
    coins: &Coins,
    terms: Terms,
    preset: Option<&'static PoolPreset>,
) -> Result<Core, ConfigError> {
    let place = fields.place().clone();
    let missing = |key: &'static str, accepted: &str| ConfigError::Missing {
        place: place.clone(),
        key: key.into(),
        accepted: accepted.into(),
    };
    let price_node = fields.optional("price");
    let sqrt_price = match (price_node, preset) {
        (Some(node), _) => coins.sqrt_price(read_price(node)?).0,
        (None, Some(preset)) => preset.sqrt_price,
        (None, None) => return Err(missing("price", PRICE)),
    };
    if !(MIN_SQRT_RATIO..MAX_SQRT_RATIO).contains(&sqrt_price) {
        let node = price_node.ok_or_else(|| missing("price", PRICE))?;
        return Err(node.invalid("a price that a pool can have"));
    }
    let range_node = fields.optional("range");
    let [lower, upper] = match range_node {
        None => usable_ticks(terms.tick_spacing()),
        Some(node) => {
            let [low, high] = node.list()? else { return Err(node.invalid(RANGE)) };
            let range = PriceRange { low: read_price(low)?, high: read_price(high)? };
            coins.ticks(&range, terms.tick_spacing()).map_err(|_| node.invalid(RANGE))?
        }
    };
    let (liquidity_node, reserves_node) = (fields.optional("liquidity"), fields.optional("reserves"));
    let (node, liquidity) = match (liquidity_node, reserves_node, preset) {
        (Some(_), Some(node), _) => {
            return Err(node.invalid("either `liquidity` or `reserves`, not both"));
        }
        (Some(node), None, _) => (Some(node), node.parse::<u128>(LIQUIDITY)?),
        (None, Some(node), _) => {
            let amounts = read_amounts(node, coins)?;
            let found = liquidity_for_amounts(sqrt_price, ratio(lower), ratio(upper), amounts);
            (
                Some(node),
                found.map_err(|error| node.invalid(format!("amounts that a pool can hold ({error})")))?,
            )
        }
        (None, None, Some(preset)) => (None, preset.liquidity),
        (None, None, None) => {
            return Err(missing("liquidity", &format!("{LIQUIDITY}; or `reserves`: {RESERVES}")));
        }
    };
    let mut core = Core::new(terms, State::default());
    let now = timestamp(context.now.time.0);
    let key = Key { owner: Owner::Named(OTHERS.into()), lower, upper };
    let begun = core.initialize(sqrt_price, now).and_then(|_| core.mint(&key, liquidity, now));
    begun.map_err(|error: V3Error| {
        let accepted = format!("liquidity that a pool can have in this range ({error})");
        match node.or(range_node) {
            Some(node) => node.invalid(accepted),
            None => ConfigError::Missing { place: place.clone(), key: "liquidity".into(), accepted },
        }
    })?;
    Ok(core)
}

fn read_amounts(node: &Node, coins: &Coins) -> Result<[U256; 2], ConfigError> {
    let [first, second] = node.list()? else { return Err(node.invalid(RESERVES)) };
    let amount = |node: &Node, coin: Asset| {
        node.read(|text| {
            parse_units(text, coin.decimals())
                .map_err(|error| format!("an amount of {coin} in whole tokens, like \"5000\" ({error})"))
        })
    };
    let [one, other] = *coins.shown();
    Ok(coins.turned([amount(first, one)?, amount(second, other)?]))
}

pub(crate) fn read_integer(node: &Node) -> Result<U256, ConfigError> {
    node.read(|text| parse_units(text, 0).map_err(|_| INTEGER.into()))
}

/// Reads what [`dump`] writes.
fn read_state(node: &Node, terms: &Terms, venue: &str) -> Result<(State, Manager), ConfigError> {
    let mut fields = node.fields()?;
    let sqrt_price = read_integer(fields.required("sqrtPriceX96", INTEGER)?)?;
    let balances = [
        read_integer(fields.required("balance0", INTEGER)?)?,
        read_integer(fields.required("balance1", INTEGER)?)?,
    ];
    let growth = pair(&mut fields, ["feeGrowthGlobal0X128", "feeGrowthGlobal1X128"])?;
    let tick = small(&mut fields, "tick", None)?;
    let state = State {
        sqrt_price,
        tick: match tick {
            Some(tick) => tick,
            None if sqrt_price.is_zero() => 0,
            None => tick_at(sqrt_price.clamp(MIN_SQRT_RATIO, MAX_SQRT_RATIO - U256::ONE)),
        },
        fee_protocol: [
            small(&mut fields, "feeProtocol0", Some(0))?.unwrap_or_default(),
            small(&mut fields, "feeProtocol1", Some(0))?.unwrap_or_default(),
        ],
        liquidity: small(&mut fields, "liquidity", Some(0))?.unwrap_or_default(),
        fee_growth_global: growth,
        protocol_fees: [
            small(&mut fields, "protocolFees0", Some(0))?.unwrap_or_default(),
            small(&mut fields, "protocolFees1", Some(0))?.unwrap_or_default(),
        ],
        balances,
        ticks: Ticks::new(list(&mut fields, "ticks", read_tick)?),
        positions: Positions::new(list(&mut fields, "positions", read_position)?),
        observations: Observations {
            index: small(&mut fields, "observationIndex", Some(0))?.unwrap_or_default(),
            cardinality: small(&mut fields, "observationCardinality", Some(1))?.unwrap_or_default(),
            cardinality_next: small(&mut fields, "observationCardinalityNext", Some(1))?.unwrap_or_default(),
            written: list(&mut fields, "observations", read_observation)?,
        },
    };
    let mut tokens = list(&mut fields, "tokens", |fields| read_token(fields, venue))?;
    tokens.sort_by_key(|token| token.id);
    let last = tokens.last().map_or(0, |token| token.id);
    let next_id: u64 = small(&mut fields, "nextId", Some(last.saturating_add(1)))?.unwrap_or_default();
    fields.finish()?;
    let is_sound = tokens.windows(2).all(|pair| matches!(pair, [one, other] if one.id < other.id))
        && (tokens.is_empty() || last < next_id);
    if !is_sound {
        return Err(node.invalid("tokens with numbers of their own, below `nextId`"));
    }
    check(node, &state, terms)?;
    Ok((state, Manager { tokens, next_id }))
}

/// What the operations rely on: a price with its tick, ticks that sum to the liquidity in range, a ring in order.
fn check(node: &Node, state: &State, terms: &Terms) -> Result<(), ConfigError> {
    let accepted = |what: &str| Err(node.invalid(format!("the state of a pool: {what}")));
    let [least, most] = usable_ticks(terms.tick_spacing());
    for tick in state.ticks.as_slice() {
        let is_usable = (least..=most).contains(&tick.index) && tick.index % terms.tick_spacing() == 0;
        let is_full = tick.liquidity_gross == 0
            || tick.liquidity_gross > terms.max_liquidity_per_tick()
            || tick.liquidity_net.unsigned_abs() > tick.liquidity_gross;
        if !is_usable || is_full {
            return accepted("usable ticks, with liquidity as much as a tick may carry");
        }
    }
    let Observations { written, index, cardinality, cardinality_next } = &state.observations;
    if state.fee_protocol.iter().any(|part| *part != 0 && !(4..=10).contains(part)) {
        return accepted("protocol fees of 0 or from 4 to 10");
    }
    if state.sqrt_price.is_zero() {
        return if state.ticks.as_slice().is_empty() && state.liquidity == 0 && written.is_empty() {
            Ok(())
        } else {
            accepted("nothing in it before it has a price")
        };
    }
    if !(MIN_SQRT_RATIO..MAX_SQRT_RATIO).contains(&state.sqrt_price) {
        return accepted("a price in range");
    }
    let tick = tick_at(state.sqrt_price);
    let is_crossed = state.tick == tick - 1 && ratio(tick) == state.sqrt_price;
    if state.tick != tick && !is_crossed {
        return accepted("the tick of its price, or the one below where the price stands just at a tick");
    }
    let mut below = state.ticks.as_slice().iter().filter(|tick| tick.index <= state.tick);
    let sum = below.try_fold(0_i128, |sum, tick| sum.checked_add(tick.liquidity_net));
    if sum.and_then(|sum| u128::try_from(sum).ok()) != Some(state.liquidity) {
        return accepted("the liquidity in range is the sum of the ticks at and below the price");
    }
    if !positions_fit(state) {
        return accepted("ticks that carry the liquidity of the positions between them");
    }
    let places = written.len();
    if usize::from(*index) >= places
        || places > usize::from(*cardinality)
        || cardinality > cardinality_next
        || *cardinality_next == u16::MAX
    {
        return accepted("observations that fill their ring from its first place");
    }
    Ok(())
}

/// Whether every position's ends are ticks that carry its liquidity, and what they carry beside the listed positions could be
/// that of others: a removal then leaves ticks that a pool can have.
fn positions_fit(state: &State) -> bool {
    let mut positions = state.positions.as_slice().iter().filter(|(_, position)| position.liquidity > 0);
    let ticks = state.ticks.as_slice();
    let has = |index: i32| ticks.iter().any(|tick| tick.index == index);
    if !positions.all(|(key, _)| has(key.lower) && has(key.upper)) {
        return false;
    }
    ticks.iter().all(|tick| {
        let (mut gross, mut net) = (Some(tick.liquidity_gross), Some(tick.liquidity_net));
        for (key, position) in state.positions.as_slice() {
            let Ok(signed) = i128::try_from(position.liquidity) else { return false };
            if key.lower == tick.index {
                gross = gross.and_then(|gross| gross.checked_sub(position.liquidity));
                net = net.and_then(|net| net.checked_sub(signed));
            }
            if key.upper == tick.index {
                gross = gross.and_then(|gross| gross.checked_sub(position.liquidity));
                net = net.and_then(|net| net.checked_add(signed));
            }
        }
        matches!((gross, net), (Some(gross), Some(net)) if net.unsigned_abs() <= gross)
    })
}

fn small<T: std::str::FromStr>(
    fields: &mut Fields<'_>,
    key: &'static str,
    default: Option<T>,
) -> Result<Option<T>, ConfigError> {
    match fields.optional(key) {
        Some(node) => node.parse(SMALL).map(Some),
        None => Ok(default),
    }
}

fn pair(fields: &mut Fields<'_>, keys: [&'static str; 2]) -> Result<[U256; 2], ConfigError> {
    let [first, second] = keys;
    let mut one = |key| fields.optional(key).map_or(Ok(U256::ZERO), read_integer);
    Ok([one(first)?, one(second)?])
}

fn small_pair(fields: &mut Fields<'_>, keys: [&'static str; 2]) -> Result<[u128; 2], ConfigError> {
    let [first, second] = keys;
    Ok([
        small(fields, first, Some(0))?.unwrap_or_default(),
        small(fields, second, Some(0))?.unwrap_or_default(),
    ])
}

fn list<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    read: impl Fn(&mut Fields<'_>) -> Result<T, ConfigError>,
) -> Result<Vec<T>, ConfigError> {
    let Some(node) = fields.optional(key) else { return Ok(Vec::new()) };
    node.list()?
        .iter()
        .map(|node| {
            let mut fields = node.fields()?;
            let item = read(&mut fields)?;
            fields.finish()?;
            Ok(item)
        })
        .collect()
}

fn read_tick(fields: &mut Fields<'_>) -> Result<Tick, ConfigError> {
    let mut tick = Tick::new(fields.required("tick", SMALL)?.parse(SMALL)?);
    tick.liquidity_gross = fields.required("liquidityGross", SMALL)?.parse(SMALL)?;
    tick.liquidity_net = fields.required("liquidityNet", SMALL)?.parse(SMALL)?;
    tick.fee_growth_outside = pair(fields, ["feeGrowthOutside0X128", "feeGrowthOutside1X128"])?;
    tick.tick_cumulative_outside =
        wrap56(small(fields, "tickCumulativeOutside", Some(0))?.unwrap_or_default());
    tick.seconds_per_liquidity_outside = read_160(fields, "secondsPerLiquidityOutsideX128")?;
    tick.seconds_outside = small(fields, "secondsOutside", Some(0))?.unwrap_or_default();
    Ok(tick)
}

fn read_160(fields: &mut Fields<'_>, key: &'static str) -> Result<U256, ConfigError> {
    let Some(node) = fields.optional(key) else { return Ok(U256::ZERO) };
    let number = read_integer(node)?;
    if number.bit_len() > 160 { Err(node.invalid("a whole number, at most 2^160 - 1")) } else { Ok(number) }
}

fn read_position(fields: &mut Fields<'_>) -> Result<(Key, Position), ConfigError> {
    let owner = owner(fields.required("owner", "\"manager\", or the name of whoever owns it")?.text()?);
    let key = Key {
        owner,
        lower: fields.required("tickLower", SMALL)?.parse(SMALL)?,
        upper: fields.required("tickUpper", SMALL)?.parse(SMALL)?,
    };
    let position = Position {
        liquidity: small(fields, "liquidity", Some(0))?.unwrap_or_default(),
        fee_growth_inside_last: pair(fields, ["feeGrowthInside0LastX128", "feeGrowthInside1LastX128"])?,
        tokens_owed: small_pair(fields, ["tokensOwed0", "tokensOwed1"])?,
    };
    Ok((key, position))
}

const MANAGER: &str = "manager";

/// An owner by name.
pub(crate) fn owner(name: &str) -> Owner {
    if name == MANAGER { Owner::Manager } else { Owner::Named(name.into()) }
}

fn read_token(fields: &mut Fields<'_>, venue: &str) -> Result<Token, ConfigError> {
    let node = fields.required("id", SMALL)?;
    let id: u64 = node.parse(SMALL)?;
    let share = Asset::new(&format!("{venue}#{id}"), 0)
        .map_err(|_| node.invalid("a number that fits beside the venue's name: 23 characters in all"))?;
    let lower: i32 = fields.required("tickLower", SMALL)?.parse(SMALL)?;
    let upper: i32 = fields.required("tickUpper", SMALL)?.parse(SMALL)?;
    let ends = crate::tick_math::MIN_TICK..=crate::tick_math::MAX_TICK;
    if lower >= upper || !ends.contains(&lower) || !ends.contains(&upper) {
        return Err(node.invalid("a position between two ticks in range"));
    }
    Ok(Token {
        id,
        share,
        lower,
        upper,
        liquidity: small(fields, "liquidity", Some(0))?.unwrap_or_default(),
        fee_growth_inside_last: pair(fields, ["feeGrowthInside0LastX128", "feeGrowthInside1LastX128"])?,
        tokens_owed: small_pair(fields, ["tokensOwed0", "tokensOwed1"])?,
    })
}

fn read_observation(fields: &mut Fields<'_>) -> Result<Observation, ConfigError> {
    Ok(Observation {
        timestamp: fields.required("blockTimestamp", SMALL)?.parse(SMALL)?,
        tick_cumulative: wrap56(small(fields, "tickCumulative", Some(0))?.unwrap_or_default()),
        seconds_per_liquidity: read_160(fields, "secondsPerLiquidityCumulativeX128")?,
    })
}

/// Writes the state of the contracts under their own names, in their own order of the tokens.
pub(crate) fn dump(pool: &UniswapV3Pool) -> Dump {
    let (state, manager) = (pool.core().state(), pool.manager());
    let [part0, part1] = state.fee_protocol;
    let [growth0, growth1] = state.fee_growth_global;
    let [protocol0, protocol1] = state.protocol_fees;
    let [balance0, balance1] = state.balances;
    let observations = &state.observations;
    Dump::table([
        ("sqrtPriceX96", Dump::text(state.sqrt_price)),
        ("tick", Dump::text(state.tick)),
        ("observationIndex", Dump::text(observations.index)),
        ("observationCardinality", Dump::text(observations.cardinality)),
        ("observationCardinalityNext", Dump::text(observations.cardinality_next)),
        ("feeProtocol0", Dump::text(part0)),
        ("feeProtocol1", Dump::text(part1)),
        ("liquidity", Dump::text(state.liquidity)),
        ("feeGrowthGlobal0X128", Dump::text(growth0)),
        ("feeGrowthGlobal1X128", Dump::text(growth1)),
        ("protocolFees0", Dump::text(protocol0)),
        ("protocolFees1", Dump::text(protocol1)),
        ("balance0", Dump::text(balance0)),
        ("balance1", Dump::text(balance1)),
        ("ticks", Dump::List(state.ticks.as_slice().iter().map(dump_tick).collect())),
        ("positions", Dump::List(state.positions.as_slice().iter().map(dump_position).collect())),
        ("observations", Dump::List(observations.written.iter().map(dump_observation).collect())),
        ("tokens", Dump::List(manager.tokens().iter().map(dump_token).collect())),
        ("nextId", Dump::text(manager.next_id())),
    ])
}

fn dump_tick(tick: &Tick) -> Dump {
    let [growth0, growth1] = tick.fee_growth_outside;
    Dump::table([
        ("tick", Dump::text(tick.index)),
        ("liquidityGross", Dump::text(tick.liquidity_gross)),
        ("liquidityNet", Dump::text(tick.liquidity_net)),
        ("feeGrowthOutside0X128", Dump::text(growth0)),
        ("feeGrowthOutside1X128", Dump::text(growth1)),
        ("tickCumulativeOutside", Dump::text(tick.tick_cumulative_outside)),
        ("secondsPerLiquidityOutsideX128", Dump::text(tick.seconds_per_liquidity_outside)),
        ("secondsOutside", Dump::text(tick.seconds_outside)),
    ])
}

fn dump_position((key, position): &(Key, Position)) -> Dump {
    let [growth0, growth1] = position.fee_growth_inside_last;
    let [owed0, owed1] = position.tokens_owed;
    let owner: &str = match &key.owner {
        Owner::Manager => MANAGER,
        Owner::Named(name) => name,
    };
    Dump::table([
        ("owner", Dump::text(owner)),
        ("tickLower", Dump::text(key.lower)),
        ("tickUpper", Dump::text(key.upper)),
        ("liquidity", Dump::text(position.liquidity)),
        ("feeGrowthInside0LastX128", Dump::text(growth0)),
        ("feeGrowthInside1LastX128", Dump::text(growth1)),
        ("tokensOwed0", Dump::text(owed0)),
        ("tokensOwed1", Dump::text(owed1)),
    ])
}

fn dump_token(token: &Token) -> Dump {
    let [growth0, growth1] = token.fee_growth_inside_last;
    let [owed0, owed1] = token.tokens_owed;
    Dump::table([
        ("id", Dump::text(token.id)),
        ("tickLower", Dump::text(token.lower)),
        ("tickUpper", Dump::text(token.upper)),
        ("liquidity", Dump::text(token.liquidity)),
        ("feeGrowthInside0LastX128", Dump::text(growth0)),
        ("feeGrowthInside1LastX128", Dump::text(growth1)),
        ("tokensOwed0", Dump::text(owed0)),
        ("tokensOwed1", Dump::text(owed1)),
    ])
}

fn dump_observation(observation: &Observation) -> Dump {
    Dump::table([
        ("blockTimestamp", Dump::text(observation.timestamp)),
        ("tickCumulative", Dump::text(observation.tick_cumulative)),
        ("secondsPerLiquidityCumulativeX128", Dump::text(observation.seconds_per_liquidity)),
    ])
}

/// The keys of a venue table, for the descriptor.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter { key: "version", accepted: "\"v3\"", meaning: "the contract version; there is one" },
    Parameter {
        key: "preset",
        accepted: "the name of a preset, like \"weth-usdc-005\"",
        meaning: "a recorded pool: its coins, fee, price and liquidity",
    },
    Parameter {
        key: "coins",
        accepted: COINS,
        meaning: "the coins of a pool without a preset, or the order in which a preset's are quoted: prices and ranges are of the first in the second",
    },
    Parameter {
        key: "token0",
        accepted: TOKEN0,
        meaning: "which coin is the contract's first; the first of the coins unless given",
    },
    Parameter { key: "fee", accepted: FEE, meaning: "the fee of a swap; the preset's, or 0.3%" },
    Parameter {
        key: "tick_spacing",
        accepted: SPACING,
        meaning: "the distance of usable ticks; the factory's for fees of 0.01%, 0.05%, 0.3% and 1%",
    },
    Parameter {
        key: "protocol_fee",
        accepted: PROTOCOL_FEE,
        meaning: "the protocol's part of the fees; off unless given",
    },
    Parameter {
        key: "price",
        accepted: PRICE,
        meaning: "where the pool stands when the run begins; the preset's unless given",
    },
    Parameter {
        key: "liquidity",
        accepted: LIQUIDITY,
        meaning: "the liquidity of others when the run begins; the preset's unless given",
    },
    Parameter {
        key: "reserves",
        accepted: RESERVES,
        meaning: "the same as amounts: as much liquidity as they pay for",
    },
    Parameter {
        key: "range",
        accepted: RANGE,
        meaning: "the range of that liquidity; all prices unless given",
    },
    Parameter {
        key: "state",
        accepted: STATE,
        meaning: "every integer of pool and position manager, instead of price and liquidity: for replays",
    },
];
