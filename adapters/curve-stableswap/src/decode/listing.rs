//! What people say of a pool: coins, balances in whole tokens, A, fees.

use levmine_config::{ConfigError, Fields, Node, Place, parse_percent};
use levmine_market::{Asset, BuildContext, Parameter};
use levmine_math::{U256, parse_units};
use rust_decimal::Decimal;

use super::{read_coins, read_generation};
use crate::arith::{PRECISION, mul_div};
use crate::contract::{AssetType, Contract, Params, State};
use crate::error::{CurveError, Named};
use crate::generation::Generation;
use crate::per_coin::PerCoin;
use crate::presets::PoolPreset;

pub(super) const COINS: &str = "a list of two to eight symbols in the order of the pool, like [\"DAI\", \"USDC\", \"USDT\"]; of a metapool its own coin and a name for the base pool's share";
const BALANCES: &str =
    "a list of amounts in whole tokens, in the order of the coins, like [\"1000000\", \"900000\"]";
const A: &str = "a whole number from 1 to 999999";
const FEE: &str = "a percentage from 0% to 50%, like \"0.04%\"";
const ADMIN_FEE: &str = "a percentage from 0% to 100%, like \"50%\"";
const MULTIPLIER: &str = "a number from 1, like \"2\"";
const TYPES: &str = "a list with \"plain\", \"oracle\", \"rebasing\" or \"erc4626\" for each coin";
const RATES: &str = "a list with what a whole coin is worth by its oracle or vault, like [\"1\", \"1.05\"]";
const ASSET_DECIMALS: &str = "a list with the decimals of each vault's asset, at most 18";
const SUPPLY: &str = "an amount of whole shares, like \"1000000\"";
const VIRTUAL_PRICE: &str = "a number above 0, like \"1.02\"";
const WINDOW: &str = "a whole number of seconds above 0";
const VERSIONS: &str =
    "\"3pool\", \"susd\", \"steth\", \"aave\", \"template\", \"meta\", \"ng-7.0.0\" or \"ng-meta-7.0.0\"";
pub(super) const BASE: &str = "a table of the base pool with the same keys, like { coins = [\"DAI\", \"USDC\", \"USDT\"], balances = [...], A = 2000 }";

/// What is said of one contract.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) params: Params,
    pub(super) coins: Vec<Asset>,
    a: u64,
    fee: U256,
    admin_fee: U256,
    multiplier: U256,
    balances: PerCoin,
    fetched: Option<PerCoin>,
    supply: Option<U256>,
    virtual_price: Option<U256>,
    window: Option<u64>,
}

impl Listing {
    pub(super) const fn generation(&self) -> Generation {
        self.params.generation()
    }

    /// Reads the keys of a table; `table` is that of a base pool.
    pub(super) fn read(
        fields: &mut Fields<'_>,
        context: &BuildContext<'_>,
        preset: Option<&'static PoolPreset>,
        table: Option<&Node>,
    ) -> Result<Self, ConfigError> {
        let place = fields.place().clone();
        let mut listing = match preset {
            Some(preset) => {
                for key in ["version", "coins", "asset_types"] {
                    if let Some(node) = fields.optional(key) {
                        let name = preset.preset.name;
                        return Err(
                            node.invalid(format!("nothing beside preset \"{name}\", which has its own"))
                        );
                    }
                }
                Self::of_preset(Some(preset), &place, context.now.time.0)?
            }
            None => Self::bare(fields, context)?,
        };
        if table.is_some_and(|_| listing.generation().is_meta()) {
            return Err(ConfigError::Invalid {
                place,
                read: format!("version \"{}\"", listing.generation().name()),
                accepted: "a base pool that is no metapool itself".into(),
            });
        }
        listing.a = fields.optional("A").map_or(Ok(listing.a), read_a)?;
        listing.fee =
            fields.optional("fee").map_or(Ok(listing.fee), |node| read_parts(node, FEE, 5_000_000_000))?;
        listing.admin_fee = fields
            .optional("admin_fee")
            .map_or(Ok(listing.admin_fee), |node| read_parts(node, ADMIN_FEE, 10_000_000_000))?;
        if let Some(node) = fields.optional("offpeg_fee_multiplier") {
            if !listing.generation().has_dynamic_fee() {
                return Err(node.invalid("nothing, as the fee of this version does not rise"));
            }
            listing.multiplier = node.read(|text| {
                let parts = parse_units(text, 10).map_err(|_| MULTIPLIER)?;
                if parts < crate::contract::NO_MULTIPLIER { Err(MULTIPLIER.into()) } else { Ok(parts) }
            })?;
        }
        if let Some(node) = fields.optional("balances") {
            listing.balances =
                each(node, &listing.coins, BALANCES, |node, coin| whole(node, coin.decimals()))?;
            (listing.supply, listing.virtual_price) = (None, None);
        }
        if let Some(node) = fields.optional("rates") {
            let params = listing.params;
            let mut at = 0;
            listing.fetched = Some(each(node, &listing.coins, RATES, |node, _| {
                let decimals = match params.asset_type(at) {
                    AssetType::Erc4626 { asset_decimals } => asset_decimals,
                    _ => 18,
                };
                at += 1;
                whole(node, decimals)
            })?);
        }
        let (supply, price) = (fields.optional("supply"), fields.optional("virtual_price"));
        if let (Some(_), Some(node)) = (supply, price) {
            return Err(node.invalid("either `supply` or `virtual_price`, not both"));
        }
        if let Some(node) = supply {
            (listing.supply, listing.virtual_price) = (Some(whole(node, 18)?), None);
        }
        if let Some(node) = price {
            let price = node.read(|text| {
                parse_units(text, 18).ok().filter(|raw| !raw.is_zero()).ok_or_else(|| VIRTUAL_PRICE.into())
            })?;
            (listing.supply, listing.virtual_price) = (None, Some(price));
        }
        if let Some(node) = fields.optional("ma_exp_time") {
            let seconds: u64 = node.parse(WINDOW)?;
            if seconds == 0 || !listing.generation().is_ng() {
                return Err(node.invalid("a window above 0, of the newest pools only"));
            }
            listing.window = Some(seconds);
        }
        Ok(listing)
    }

    /// Version, coins and their kinds.
    fn bare(fields: &mut Fields<'_>, context: &BuildContext<'_>) -> Result<Self, ConfigError> {
        let generation = match fields.optional("version") {
            Some(node) => read_generation(node)?,
            None => Generation::ThreePool,
        };
        let node = fields.required("coins", COINS)?;
        let coins = read_coins(node, context, generation)?;
        let decimals: Vec<u8> = coins.iter().map(Asset::decimals).collect();
        let asset_decimals = match fields.optional("asset_decimals") {
            Some(node) => each(node, &coins, ASSET_DECIMALS, |node, _| {
                let decimals: u8 = node.parse(ASSET_DECIMALS)?;
                if decimals > 18 { Err(node.invalid(ASSET_DECIMALS)) } else { Ok(U256::from(decimals)) }
            })?,
            None => PerCoin::of(coins.iter().map(|_| U256::from(18))),
        };
        let mut types = Vec::new();
        if let Some(node) = fields.optional("asset_types") {
            if !generation.is_ng() {
                return Err(node.invalid("nothing, as only the newest pools know kinds of coins"));
            }
            let mut at = 0;
            each(node, &coins, TYPES, |node, _| {
                let decimals = u8::try_from(asset_decimals.at(at)).unwrap_or(18);
                types.push(read_type(node, decimals)?);
                at += 1;
                Ok(U256::ZERO)
            })?;
        }
        let params = Params::new(generation, &decimals, &types)
            .map_err(|error| node.invalid(format!("{COINS} ({error})")))?;
        let none = PerCoin::zero(coins.len());
        Ok(Self {
            params,
            coins,
            a: 100,
            fee: U256::from(4_000_000),
            admin_fee: U256::from(5_000_000_000_u64),
            multiplier: crate::contract::NO_MULTIPLIER,
            balances: none,
            fetched: None,
            supply: None,
            virtual_price: None,
            window: None,
        })
    }

    pub(super) fn of_preset(
        preset: Option<&'static PoolPreset>,
        place: &Place,
        now: u64,
    ) -> Result<Self, ConfigError> {
        let _ = now;
        let missing =
            || ConfigError::Missing { place: place.clone(), key: "base".into(), accepted: BASE.into() };
        let preset = preset.ok_or_else(missing)?;
        let wrong = |error: String| ConfigError::Invalid {
            place: place.clone(),
            read: preset.preset.name.into(),
            accepted: error,
        };
        let mut coins = Vec::new();
        for (symbol, decimals) in preset.coins {
            coins.push(Asset::new(symbol, *decimals).map_err(|error| wrong(error.to_string()))?);
        }
        let decimals: Vec<u8> = coins.iter().map(Asset::decimals).collect();
        let params =
            Params::new(preset.generation, &decimals, &[]).map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            params,
            coins,
            a: preset.a,
            fee: U256::from(preset.fee),
            admin_fee: U256::from(preset.admin_fee),
            multiplier: crate::contract::NO_MULTIPLIER,
            balances: PerCoin::of(preset.balances.iter().map(|raw| U256::from(*raw))),
            fetched: None,
            supply: preset.supply.map(U256::from),
            virtual_price: preset.virtual_price.map(U256::from),
            window: None,
        })
    }

    pub(super) fn state(&self, now: u64) -> Result<State, CurveError> {
        self.state_at(None, now)
    }

    /// The state of a pool that holds just these balances; `rate` is the base pool's virtual price.
    pub(super) fn state_at(&self, rate: Option<U256>, now: u64) -> Result<State, CurveError> {
        let mut state = State::new(&self.params, self.a, self.fee, self.admin_fee, self.multiplier, now);
        (state.stored, state.held) = (self.balances, self.balances);
        if let Some(fetched) = self.fetched {
            state.fetched = fetched;
        }
        if let (Some(oracle), Some(window)) = (&mut state.oracle, self.window) {
            oracle.price_window = U256::from(window);
        }
        if self.balances.iter().all(U256::is_zero) {
            return Ok(state);
        }
        let pool = Contract::new(self.params, state)?;
        let rates = rate.map_or(*pool.own_rates(), |rate| pool.own_rates().with(crate::BASE_SHARE, rate));
        let xp = pool.normalise(&self.balances, &rates)?;
        let d = pool.curve(now)?.d(&xp)?;
        state.supply = match (self.supply, self.virtual_price) {
            (Some(supply), _) => supply,
            (None, Some(price)) => mul_div(d, PRECISION, price).named("the shares")?,
            (None, None) => d,
        };
        if let Some(oracle) = &mut state.oracle {
            // As after a first deposit long ago.
            oracle.upkeep(&xp, state.ramp.future, d, now).named("an average")?;
            (oracle.d.mean, oracle.mean_prices) = (d, oracle.last_prices);
        }
        Ok(state)
    }
}

fn read_a(node: &Node) -> Result<u64, ConfigError> {
    let a: u64 = node.parse(A)?;
    if (1..1_000_000).contains(&a) { Ok(a) } else { Err(node.invalid(A)) }
}

fn read_type(node: &Node, asset_decimals: u8) -> Result<AssetType, ConfigError> {
    Ok(match node.text()? {
        "plain" => AssetType::Plain,
        "oracle" => AssetType::Oracle,
        "rebasing" => AssetType::Rebasing,
        "erc4626" => AssetType::Erc4626 { asset_decimals },
        name => return Err(node.unknown_name(name, ["plain", "oracle", "rebasing", "erc4626"])),
    })
}

/// Reads a percentage in parts of 10^10.
fn read_parts(node: &Node, accepted: &'static str, most: u64) -> Result<U256, ConfigError> {
    node.read(|text| {
        let parts = parse_percent(text)?
            .checked_mul(Decimal::from(10_000_000_000_u64))
            .filter(|parts| parts.fract().is_zero() && !parts.is_sign_negative())
            .and_then(|parts| u64::try_from(parts).ok())
            .filter(|parts| *parts <= most);
        parts.map(U256::from).ok_or_else(|| accepted.into())
    })
}

fn whole(node: &Node, decimals: u8) -> Result<U256, ConfigError> {
    node.read(|text| {
        parse_units(text, decimals)
            .map_err(|error| format!("an amount in whole tokens, like \"5000\" ({error})"))
    })
}

/// Reads one value for each coin.
fn each(
    node: &Node,
    coins: &[Asset],
    accepted: &'static str,
    mut read: impl FnMut(&Node, Asset) -> Result<U256, ConfigError>,
) -> Result<PerCoin, ConfigError> {
    let nodes = node.list()?;
    if nodes.len() != coins.len() {
        return Err(node.invalid(accepted));
    }
    let values: Result<Vec<U256>, _> =
        nodes.iter().zip(coins).map(|(node, coin)| read(node, *coin)).collect();
    Ok(PerCoin::of(values?))
}

const fn key(key: &'static str, accepted: &'static str, meaning: &'static str) -> Parameter {
    Parameter { key, accepted, meaning }
}

/// The keys of a venue table, for the descriptor.
pub(crate) const PARAMETERS: &[Parameter] = &[
    key("version", VERSIONS, "the generation of the contract; \"3pool\" unless given"),
    key(
        "preset",
        "the name of a preset, like \"3pool\"",
        "a dated pool: its version, coins, balances, A and fees",
    ),
    key("coins", COINS, "the coins of a pool without a preset"),
    key("balances", BALANCES, "what the pool holds when the run begins; replaces the preset's"),
    key("A", A, "the amplification as the contract's constructor takes it; 100 unless given"),
    key("fee", FEE, "the fee of a swap; 0.04% unless given"),
    key("admin_fee", ADMIN_FEE, "the owner's part of the fee; 50% unless given"),
    key(
        "offpeg_fee_multiplier",
        MULTIPLIER,
        "how many times the fee is far off the peg; of Aave and of the newest pools",
    ),
    key("supply", SUPPLY, "how many shares exist; as many as the invariant unless given"),
    key("virtual_price", VIRTUAL_PRICE, "the invariant of a share, instead of `supply`"),
    key("asset_types", TYPES, "the kinds of the coins, of the newest pools; plain unless given"),
    key("asset_decimals", ASSET_DECIMALS, "decimals of the assets of vault shares; 18 unless given"),
    key("rates", RATES, "what oracles and vaults say of the coins; 1 unless given"),
    key("ma_exp_time", WINDOW, "the window of the price averages of the newest pools; 866 unless given"),
    key("base", BASE, "the base pool of a metapool"),
    key("state", super::STATE, "every integer of the contracts, for replays; replaces what else is said"),
];
