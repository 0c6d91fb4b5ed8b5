//! A venue's table, read into a market.

use std::collections::BTreeMap;
use std::sync::Arc;

use levmine_config::{ConfigError, Fields, Node, parse_duration, parse_percent};
use levmine_lending::LendingMarket;
use levmine_market::{Account, Asset, Assets, BuildContext, Parameter};
use levmine_math::{Rounding, U256, Wad, mul_div, parse_units, units_from_decimal};
use rust_decimal::Decimal;

use crate::contracts::{Escrow, FeePeriod, FeePool, Rate, Rewards, Settings, Staker, Synth, System};
use crate::market::SynthetixMarket;
use crate::math::{UNIT, multiply_round};
use crate::{presets, state};

/// Everybody else in a market built from parameters: one outsider who stakes.
pub const CROWD: Account = Account::outsider(0x7fff_aa05);

/// What a venue table can say.
pub(crate) const PARAMETERS: &[Parameter] = &[
    Parameter {
        key: "preset",
        accepted: "\"ethereum\"",
        meaning: "the pool on a day; the other keys change it, and without it they begin from the same settings",
    },
    Parameter {
        key: "issuance_ratio",
        accepted: "a percentage above 100%, like \"500%\"",
        meaning: "the c-ratio (collateral over debt) down to which sUSD can be minted",
    },
    Parameter {
        key: "liquidation_ratio",
        accepted: "a percentage above 100%, like \"150%\"",
        meaning: "the c-ratio at and below which an account can be flagged",
    },
    Parameter { key: "liquidation_penalty", accepted: "a percentage", meaning: "of a forced liquidation" },
    Parameter {
        key: "self_liquidation_penalty",
        accepted: "a percentage",
        meaning: "of liquidating oneself",
    },
    Parameter {
        key: "liquidation_delay",
        accepted: "a duration like \"12h\"",
        meaning: "between the flag and the liquidation",
    },
    Parameter { key: "flag_reward", accepted: "SNX", meaning: "for who flagged an account" },
    Parameter { key: "liquidate_reward", accepted: "SNX", meaning: "for who liquidates it" },
    Parameter {
        key: "escrow_duration",
        accepted: "a duration like \"365d\"",
        meaning: "how long claimed liquidation rewards stay in escrow",
    },
    Parameter {
        key: "rate_stale_period",
        accepted: "a duration like \"25h\"",
        meaning: "how old a price may be",
    },
    Parameter {
        key: "minimum_stake_time",
        accepted: "a duration like \"24h\", or 0",
        meaning: "between minting sUSD and burning it",
    },
    Parameter {
        key: "exchange_fee",
        accepted: "a percentage from 0% to 50%",
        meaning: "of an exchange, for each of the two synths that is not sUSD",
    },
    Parameter {
        key: "target_threshold",
        accepted: "a percentage",
        meaning: "by how much of itself the ratio may be worse than the issuance ratio for fees to be claimed",
    },
    Parameter {
        key: "fee_period",
        accepted: "a duration like \"7d\"",
        meaning: "how long fees are collected before they can be claimed",
    },
    Parameter {
        key: "snapshot_every",
        accepted: "a duration like \"6h\", or 0",
        meaning: "how old a debt snapshot becomes before a keeper takes the next one, when the oracle publishes",
    },
    Parameter {
        key: "synths",
        accepted: "a table like { sETH = \"WETH\" }",
        meaning: "the synths besides sUSD, each with the asset whose price it follows",
    },
    Parameter {
        key: "outsiders",
        accepted: "snx (SNX), debt (sUSD); synths, a table like { sETH = { supply = 15_000, price = 1_600 } }",
        meaning: "what all other stakers put up and owe when the venue begins, and the synths that the debt is of, at \
                  the prices of the last snapshot; the rest is sUSD",
    },
    Parameter {
        key: "state",
        accepted: "a table as a replay prints it",
        meaning: "the whole state in the contracts' integers; settings that it lacks are those above",
    },
];

/// Other stakers: base units of SNX and sUSD.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Crowd {
    pub(crate) snx: U256,
    pub(crate) debt: U256,
}

/// How much of a synth there is, and at what price the last snapshot counted it; 18 decimals.
#[derive(Debug, Clone)]
pub(crate) struct Pool {
    pub(crate) symbol: String,
    pub(crate) supply: U256,
    pub(crate) price: U256,
}

/// What a market is built from.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    /// Synths besides sUSD, with the assets whose prices they follow.
    pub(crate) synths: Vec<(String, String)>,
    /// In seconds.
    pub(crate) snapshot_every: u64,
    pub(crate) crowd: Crowd,
    pub(crate) pools: Vec<Pool>,
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
) -> Result<SynthetixMarket, ConfigError> {
    let preset = fields.optional("preset");
    let mut setup = match preset {
        Some(node) => presets::setup(node)?,
        None => Setup {
            settings: presets::settings(),
            synths: Vec::new(),
            snapshot_every: 0,
            crowd: Crowd::default(),
            pools: Vec::new(),
        },
    };
    figures(&mut setup, fields)?;
    let given = fields.optional("synths");
    if let Some(node) = given {
        setup.synths = Vec::new();
        for (symbol, follows) in node.entries()? {
            let follows = follows.text()?.to_string();
            setup.synths.push((symbol.clone(), follows));
        }
        // What there is of a synth that the table does not name any more is sUSD.
        setup.pools.retain(|pool| setup.synths.iter().any(|(symbol, _)| *symbol == pool.symbol));
    }
    let mut system = blank(&setup, given, fields, ctx)?;
    let outsiders = fields.optional("outsiders");
    let names = match fields.optional("state") {
        Some(node) => {
            if let Some(outsiders) = outsiders {
                return Err(
                    outsiders.invalid("no outsiders beside a `state`, which has them among its users")
                );
            }
            state::read::read(&mut system, node)?
        }
        None => {
            if let Some(node) = outsiders {
                (setup.crowd, setup.pools) = others(node, &system)?;
            }
            let place = outsiders.or(given).or(preset);
            populate(&mut system, &setup, ctx.now.time.0).map_err(|problem| match place {
                Some(node) => node.invalid(problem),
                None => missing(fields, "outsiders", &problem),
            })?;
            BTreeMap::new()
        }
    };
    Ok(SynthetixMarket { system, snapshot_every: setup.snapshot_every, names: Arc::new(names) })
}

fn missing(fields: &Fields<'_>, key: &str, accepted: &str) -> ConfigError {
    ConfigError::Missing { place: fields.place().clone(), key: key.into(), accepted: accepted.into() }
}

/// A token of 18 decimals, known to the file or not.
fn token(assets: &Assets, symbol: &str) -> Option<Asset> {
    let known = assets.get(symbol);
    known.map_or_else(|| Asset::new(symbol, 18).ok(), |asset| Some(asset).filter(|it| it.decimals() == 18))
}

/// Contracts with settings and synths, and nothing else in them.
fn blank(
    setup: &Setup,
    given: Option<&Node>,
    fields: &Fields<'_>,
    ctx: &BuildContext<'_>,
) -> Result<System, ConfigError> {
    let refuse = |accepted: &str| match given {
        Some(node) => node.invalid(accepted),
        None => missing(fields, "synths", accepted),
    };
    let own = |symbol: &str| {
        token(ctx.assets, symbol).ok_or_else(|| missing(fields, "synths", "SNX and sUSD of 18 decimals"))
    };
    let (snx, susd) = (own("SNX")?, own("sUSD")?);
    let synth = |asset, follows| Synth {
        asset,
        follows,
        rate: Rate::default(),
        supply: U256::ZERO,
        cached: U256::ZERO,
    };
    let mut synths = vec![synth(susd, susd)];
    for (symbol, follows) in &setup.synths {
        let asset = token(ctx.assets, symbol).filter(|asset| *asset != snx);
        let asset = asset.filter(|asset| synths.iter().all(|known| known.asset != *asset));
        let Some(asset) = asset.filter(|_| synths.len() < 64) else {
            return Err(refuse("synths of 18 decimals, each once, 63 at most"));
        };
        let followed = ctx.assets.get(follows).or_else(|| (follows == symbol).then_some(asset));
        let Some(followed) = followed else {
            return Err(refuse(&format!(
                "a known asset to follow; \"{follows}\" is none (add it under [assets] with its decimals)"
            )));
        };
        synths.push(synth(asset, followed));
    }
    let current = FeePeriod { id: 1, start: ctx.now.time.0, ..FeePeriod::default() };
    Ok(System {
        time: 0,
        settings: setup.settings,
        snx,
        snx_rate: Rate::default(),
        synths,
        cached_debt: U256::ZERO,
        cache_time: 0,
        cache_invalid: false,
        debt_shares: U256::ZERO,
        debt_shares_before: U256::ZERO,
        rewards: Rewards::default(),
        escrow: Escrow::default(),
        fees: FeePool { current, ..FeePool::default() },
        stakers: BTreeMap::new(),
    })
}

/// Puts the crowd in: its debt is of the synths that there are, and of sUSD; a share of debt is a dollar.
fn populate(system: &mut System, setup: &Setup, now: u64) -> Result<(), String> {
    let Crowd { snx, debt } = setup.crowd;
    let mut rest = debt;
    for pool in &setup.pools {
        let value = multiply_round(pool.supply, pool.price).map_err(|error| error.to_string())?;
        let less = rest.checked_sub(value);
        rest = less.ok_or("a debt of at least what the synths are worth")?;
        if let Some(synth) = system.synths.iter_mut().find(|synth| synth.asset.symbol() == pool.symbol) {
            synth.supply = pool.supply;
            synth.cached = value;
            synth.rate = Rate { price: pool.price, time: now };
        }
    }
    if let Some(susd) = system.synths.first_mut() {
        (susd.supply, susd.cached) = (rest, rest);
    }
    system.time = now;
    system.cached_debt = debt;
    system.cache_time = now;
    system.debt_shares = debt;
    if !snx.is_zero() || !debt.is_zero() {
        let crowd = Staker { snx, shares: debt, share_period: 1, initiated: true, ..Staker::default() };
        system.stakers.insert(CROWD, crowd);
    }
    Ok(())
}

/// The figures a person writes.
fn figures(setup: &mut Setup, fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    let settings = &mut setup.settings;
    for (key, place) in [
        ("issuance_ratio", &mut settings.issuance_ratio),
        ("liquidation_ratio", &mut settings.liquidation_ratio),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = c_ratio(node)?;
        }
    }
    for (key, place) in [
        ("liquidation_penalty", &mut settings.penalty),
        ("self_liquidation_penalty", &mut settings.self_penalty),
        ("target_threshold", &mut settings.target_threshold),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = share(node, Decimal::ONE_THOUSAND, "a percentage from 0% to 100000%")?;
        }
    }
    if let Some(node) = fields.optional("exchange_fee") {
        settings.exchange_fee = share(node, Decimal::new(5, 1), "a percentage from 0% to 50%")?;
    }
    for (key, place) in
        [("flag_reward", &mut settings.flag_reward), ("liquidate_reward", &mut settings.liquidate_reward)]
    {
        if let Some(node) = fields.optional(key) {
            *place = amount(node)?;
        }
    }
    for (key, place, may_be_zero) in [
        ("liquidation_delay", &mut settings.delay, false),
        ("escrow_duration", &mut settings.escrow_duration, false),
        ("rate_stale_period", &mut settings.rate_stale_period, false),
        ("minimum_stake_time", &mut settings.minimum_stake_time, true),
        ("fee_period", &mut settings.fee_period, false),
        ("snapshot_every", &mut setup.snapshot_every, true),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = duration(node, may_be_zero)?;
        }
    }
    Ok(())
}

/// The other stakers, and the synths that there are.
fn others(node: &Node, system: &System) -> Result<(Crowd, Vec<Pool>), ConfigError> {
    let mut fields = node.fields()?;
    let snx = amount(fields.required("snx", "whole SNX")?)?;
    let debt = amount(fields.required("debt", "whole sUSD")?)?;
    let mut pools = Vec::new();
    if let Some(node) = fields.optional("synths") {
        for (symbol, node) in node.entries()? {
            let known = system.synths.iter().skip(1).map(|synth| synth.asset.symbol().to_string());
            let known: Vec<String> = known.collect();
            if !known.contains(symbol) {
                return Err(node.unknown_name(symbol, known.iter().map(String::as_str)));
            }
            let mut fields = node.fields()?;
            let supply = amount(fields.required("supply", "whole tokens")?)?;
            let price = amount(fields.required("price", "dollars")?)?;
            fields.finish()?;
            pools.push(Pool { symbol: symbol.clone(), supply, price });
        }
    }
    fields.finish()?;
    Ok((Crowd { snx, debt }, pools))
}

/// Collateral over debt as a percentage, kept as debt over collateral, rounded down.
fn c_ratio(node: &Node) -> Result<U256, ConfigError> {
    let accepted = "a percentage above 100% and up to 100000%";
    let ratio = share(node, Decimal::ONE_THOUSAND, accepted)?;
    if ratio <= UNIT {
        return Err(node.invalid(accepted));
    }
    mul_div(UNIT, UNIT, ratio, Rounding::Down).map_err(|_| node.invalid(accepted))
}

/// A percentage with 18 decimals.
fn share(node: &Node, most: Decimal, accepted: &str) -> Result<U256, ConfigError> {
    let fraction = node.read(parse_percent)?;
    if fraction.is_sign_negative() || fraction > most {
        return Err(node.invalid(accepted));
    }
    units_from_decimal(fraction, 18, Rounding::Down).map_err(|_| node.invalid(accepted))
}

fn duration(node: &Node, may_be_zero: bool) -> Result<u64, ConfigError> {
    if may_be_zero && node.digits().is_ok_and(|text| text.trim() == "0") {
        return Ok(0);
    }
    let seconds = node.read(parse_duration)?;
    if seconds < 1 << 32 { Ok(seconds) } else { Err(node.invalid("a duration below 2^32 seconds")) }
}

/// An amount in whole tokens of 18 decimals.
fn amount(node: &Node) -> Result<U256, ConfigError> {
    let accepted = || node.invalid("an amount like 1_000.5, below 10^15");
    let amount = parse_units(node.digits()?.trim(), 18).map_err(|_| accepted())?;
    let limit = Wad::new(1_000_000_000_000_000).raw().saturating_mul(UNIT);
    if amount < limit { Ok(amount) } else { Err(accepted()) }
}
