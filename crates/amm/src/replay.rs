//! Applying a list of operations to a pool.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{
    Account, Asset, BlockClock, Dump, Moment, NamedAccounts, Price, Step, StepHead, TokenAmount,
};
use levmine_math::{U256, Wad, parse_units};

use crate::{AmmError, Amounts, Deposit, Pool, PriceRange, Quote, Removal};

const UNITS: &str = "a whole number of base units, at most 2^256 - 1";
const LIST: &str = "a list with the base units of each coin, in the pool's order";
const SYMBOL: &str = "the symbol of one of the pool's coins";
const PRICE: &str = "the price of one whole first coin in whole second coins, with at most 18 places";

/// Applies the `operations` of a replay file to `pool`, one after the other, and hands each [`Step`] to `emit`.
///
/// Each operation is a table with `op` and, optionally, `t`, `block` and `by` (see [`StepHead`]), and the keys of the
/// operation, amounts in base units:
///
/// | `op` | keys |
/// |---|---|
/// | `swap_exact_in`, `quote_exact_in` | `sell`, `amount`, `buy`; `min` |
/// | `swap_exact_out`, `quote_exact_out` | `sell`, `buy`, `amount`; `max` |
/// | `spot_rate` | `sell`, `buy` |
/// | `add_liquidity` | `amounts`; `min_shares`; `low` and `high` where liquidity has a price range; `into` for a position |
/// | `collect` | `share` |
/// | `remove_liquidity` | `shares`; `min` (a list), or `coin` (with `min`), or `amounts`; `share` where there are several |
/// | `preview_remove` | `shares`; `share` |
///
/// Any other name goes to [`Pool::special`]. Names in `by` and in special operations become accounts in the order in
/// which they appear; an operation without `by` is an outsider's. A refused operation is a step like any other, with the
/// contract's name of the reason.
///
/// # Errors
///
/// A table that cannot be read: a missing or unknown key, an unknown coin, an amount that is none. The steps before it
/// have been emitted.
pub fn replay(
    pool: &mut dyn Pool,
    operations: &Node,
    start: Moment,
    clock: &BlockClock,
    emit: &mut dyn FnMut(Step),
) -> Result<(), ConfigError> {
    let accounts = NamedAccounts::new();
    let mut now = start;
    for (index, node) in operations.list()?.iter().enumerate() {
        let mut fields = node.fields()?;
        let head = StepHead::read(&mut fields, now, clock)?;
        now = head.moment;
        let by = head.by.as_deref().map_or(Account::outsider(0), |name| accounts.account(name));
        let result = run(pool, &head.op, by, &mut fields, &accounts, now)?;
        fields.finish()?;
        let result = result.map_err(|error| (code(&error).to_string(), error.to_string()));
        emit(Step { index, time: now.time, op: head.op, by: head.by, result, state: pool.dump() });
    }
    Ok(())
}

/// The contract's name of a refusal, or the kind of what is not one.
fn code(error: &AmmError) -> &'static str {
    match error {
        AmmError::Refused { code, .. } => code,
        AmmError::Unsupported { .. } => "UNSUPPORTED",
        AmmError::UnknownAsset { .. } => "UNKNOWN_ASSET",
        AmmError::Market(_) => "MARKET",
        AmmError::Math(_) => "ARITHMETIC",
    }
}

fn run(
    pool: &mut dyn Pool,
    op: &str,
    by: Account,
    fields: &mut Fields<'_>,
    accounts: &NamedAccounts,
    now: Moment,
) -> Result<Result<Dump, AmmError>, ConfigError> {
    Ok(match op {
        "swap_exact_in" | "quote_exact_in" => {
            let sell = TokenAmount::new(coin(pool, fields, "sell")?, required(fields, "amount")?);
            let buy = coin(pool, fields, "buy")?;
            if op == "quote_exact_in" {
                pool.quote_exact_in(sell, buy, now).map(|quote| quote_dump(&quote))
            } else {
                let min = optional(fields, "min")?.unwrap_or(U256::ZERO);
                pool.swap_exact_in(by, sell, buy, min, now).map(|swap| quote_dump(&swap.quote))
            }
        }
        "swap_exact_out" | "quote_exact_out" => {
            let sell = coin(pool, fields, "sell")?;
            let buy = TokenAmount::new(coin(pool, fields, "buy")?, required(fields, "amount")?);
            if op == "quote_exact_out" {
                pool.quote_exact_out(sell, buy, now).map(|quote| quote_dump(&quote))
            } else {
                let max = optional(fields, "max")?.unwrap_or(U256::MAX);
                pool.swap_exact_out(by, sell, max, buy, now).map(|swap| quote_dump(&swap.quote))
            }
        }
        "spot_rate" => {
            let (sell, buy) = (coin(pool, fields, "sell")?, coin(pool, fields, "buy")?);
            pool.spot_rate(sell, buy, now)
                .map(|rate| Dump::table([("buy", Dump::text(rate.buy)), ("sell", Dump::text(rate.sell))]))
        }
        "add_liquidity" => {
            let deposit = Deposit {
                amounts: amounts(fields.required("amounts", LIST)?)?,
                min_shares: optional(fields, "min_shares")?.unwrap_or(U256::ZERO),
                range: range(fields)?,
                into: fields.optional("into").map(|node| issued(pool, node)).transpose()?,
            };
            pool.add_liquidity(by, &deposit, now).map(|added| {
                Dump::table([
                    ("used", list_dump(&added.used)),
                    ("share", Dump::text(added.shares.asset)),
                    ("shares", Dump::text(added.shares.raw)),
                ])
            })
        }
        "remove_liquidity" => {
            let shares = shares(pool, fields)?;
            let removal = removal(pool, fields)?;
            pool.remove_liquidity(by, shares, &removal, now).map(|removed| {
                Dump::table([
                    ("amounts", list_dump(&removed.amounts)),
                    ("shares", Dump::text(removed.shares.raw)),
                ])
            })
        }
        "collect" => {
            let share = issued(pool, fields.required("share", "the symbol of one of the pool's shares")?)?;
            pool.collect(by, share, now)
                .map(|collected| Dump::table([("amounts", list_dump(&collected.amounts))]))
        }
        "preview_remove" => {
            let shares = shares(pool, fields)?;
            pool.preview_remove(shares, now).map(|amounts| Dump::table([("amounts", list_dump(&amounts))]))
        }
        special => pool.special(special, fields, &|name| accounts.account(name), now)?,
    })
}

fn removal(pool: &dyn Pool, fields: &mut Fields<'_>) -> Result<Removal, ConfigError> {
    if fields.optional("coin").is_some() {
        let (coin, min) = (coin(pool, fields, "coin")?, optional(fields, "min")?.unwrap_or(U256::ZERO));
        return Ok(Removal::OneCoin { coin, min });
    }
    if let Some(node) = fields.optional("amounts") {
        return Ok(Removal::Exactly { amounts: amounts(node)? });
    }
    let min = fields.optional("min").map(amounts).transpose()?.unwrap_or_default();
    Ok(Removal::Proportional { min })
}

/// The shares to remove: of the pool's one share, or of the one named.
fn shares(pool: &dyn Pool, fields: &mut Fields<'_>) -> Result<TokenAmount, ConfigError> {
    let raw = required(fields, "shares")?;
    let share = match (fields.optional("share"), pool.share()) {
        (None, Some(share)) => share,
        (Some(node), _) => issued(pool, node)?,
        (None, None) => issued(pool, fields.required("share", "the symbol of one of the pool's shares")?)?,
    };
    Ok(TokenAmount::new(share, raw))
}

/// One of the shares that exist.
fn issued(pool: &dyn Pool, node: &Node) -> Result<Asset, ConfigError> {
    named(node, pool.issued().iter().map(|issued| issued.asset))
}

fn range(fields: &mut Fields<'_>) -> Result<Option<PriceRange>, ConfigError> {
    if fields.optional("low").is_none() && fields.optional("high").is_none() {
        return Ok(None);
    }
    let mut price = |key| {
        let node = fields.required(key, PRICE)?;
        let raw = node.read(|text| parse_units(text, 18).map_err(|error| format!("{PRICE} ({error})")))?;
        Ok(Price(Wad::from_raw(raw)))
    };
    Ok(Some(PriceRange { low: price("low")?, high: price("high")? }))
}

fn coin(pool: &dyn Pool, fields: &mut Fields<'_>, key: &'static str) -> Result<Asset, ConfigError> {
    named(fields.required(key, SYMBOL)?, pool.coins().iter().copied())
}

fn named(node: &Node, assets: impl Iterator<Item = Asset>) -> Result<Asset, ConfigError> {
    let symbol = node.text()?;
    let assets: Vec<Asset> = assets.collect();
    assets
        .iter()
        .copied()
        .find(|asset| asset.symbol() == symbol)
        .ok_or_else(|| node.unknown_name(symbol, assets.iter().map(Asset::symbol)))
}

fn required(fields: &mut Fields<'_>, key: &'static str) -> Result<U256, ConfigError> {
    units(fields.required(key, UNITS)?)
}

fn optional(fields: &mut Fields<'_>, key: &'static str) -> Result<Option<U256>, ConfigError> {
    fields.optional(key).map(units).transpose()
}

fn units(node: &Node) -> Result<U256, ConfigError> {
    node.read(|text| parse_units(text, 0).map_err(|error| format!("{UNITS} ({error})")))
}

fn amounts(node: &Node) -> Result<Amounts, ConfigError> {
    node.list()?.iter().map(units).collect()
}

fn list_dump(amounts: &Amounts) -> Dump {
    Dump::List(amounts.iter().map(Dump::text).collect())
}

fn quote_dump(quote: &Quote) -> Dump {
    Dump::table([
        ("sold", Dump::text(quote.sell.raw)),
        ("bought", Dump::text(quote.buy.raw)),
        (
            "fees",
            Dump::table([
                ("coin", Dump::text(quote.fees.liquidity.asset)),
                ("liquidity", Dump::text(quote.fees.liquidity.raw)),
                ("protocol", Dump::text(quote.fees.protocol.raw)),
            ]),
        ),
    ])
}
