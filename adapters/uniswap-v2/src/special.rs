//! Operations that only a pair has; the README lists their names.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Asset, Dump};
use levmine_math::U256;

use crate::decode::{INTEGER, read_integer};
use crate::error::PairError;
use crate::oracle::Observation;
use crate::pair::Pair;
use crate::params::{read_protocol_fee, write_protocol_fee};

const TWO: &str = "a list of two amounts in base units, in the order of the pair";

/// Runs the operation `name`; `None` if there is no such operation.
pub(crate) fn run(
    pair: &mut Pair,
    coins: [Asset; 2],
    name: &str,
    arguments: &mut Fields<'_>,
    now: u32,
) -> Result<Option<Result<Dump, PairError>>, ConfigError> {
    Ok(Some(match name {
        "donate" => {
            let amounts = two_amounts(arguments.required("amounts", TWO)?)?;
            pair.donate(amounts).map(|()| nothing())
        }
        "donate_shares" => {
            let shares = read_integer(arguments.required("shares", INTEGER)?)?;
            pair.donate_shares(shares).map(|()| nothing())
        }
        "skim" => pair.skim().map(|amounts| amounts_dump(coins, amounts)),
        "sync" => pair.sync(now).map(|()| nothing()),
        "mint" => {
            let paid = two_amounts(arguments.required("amounts", TWO)?)?;
            pair.mint(paid, now).map(|minted| {
                Dump::table([
                    ("shares", Dump::text(minted.shares)),
                    ("protocol", Dump::text(minted.protocol)),
                    ("locked", Dump::text(minted.locked)),
                ])
            })
        }
        "burn" => {
            let shares = read_integer(arguments.required("shares", INTEGER)?)?;
            pair.burn(shares, now).map(|burned| {
                Dump::table([
                    ("amounts", amounts_dump(coins, burned.amounts)),
                    ("donated", Dump::text(burned.donated)),
                    ("protocol", Dump::text(burned.protocol)),
                ])
            })
        }
        "core_swap" | "flash_swap" => {
            let out = two_amounts(arguments.required("out", TWO)?)?;
            let paid = two_amounts(arguments.required("paid", TWO)?)?;
            let taken =
                if name == "core_swap" { pair.swap(out, paid, now) } else { pair.flash_swap(out, paid, now) };
            taken.map(|amounts| amounts_dump(coins, amounts))
        }
        "set_protocol_fee" => {
            let fee = read_protocol_fee(arguments.required("protocol_fee", crate::params::PROTOCOL_FEE)?)?;
            pair.set_protocol_fee(fee);
            Ok(Dump::table([("protocol_fee", Dump::text(write_protocol_fee(fee)))]))
        }
        "observe" => Ok(observation(pair.observe(now))),
        "average_price" => {
            let since = Observation {
                cumulative0: read_integer(arguments.required("cumulative0", INTEGER)?)?,
                cumulative1: read_integer(arguments.required("cumulative1", INTEGER)?)?,
                timestamp: arguments.required("timestamp", SECONDS)?.parse(SECONDS)?,
            };
            let average = since.average_to(pair.observe(now)).ok_or(PairError::ZeroDivision);
            average.map(|prices| amounts_dump(coins, prices))
        }
        _ => return Ok(None),
    }))
}

const SECONDS: &str = "seconds modulo 2^32";

fn nothing() -> Dump {
    Dump::Table(Vec::new())
}

fn observation(read: Observation) -> Dump {
    Dump::table([
        ("cumulative0", Dump::text(read.cumulative0)),
        ("cumulative1", Dump::text(read.cumulative1)),
        ("timestamp", Dump::text(read.timestamp)),
    ])
}

fn amounts_dump(coins: [Asset; 2], amounts: [U256; 2]) -> Dump {
    Dump::table(
        coins.into_iter().zip(amounts).map(|(coin, amount)| (coin.symbol().to_string(), Dump::text(amount))),
    )
}

fn two_amounts(node: &Node) -> Result<[U256; 2], ConfigError> {
    match node.list()? {
        [first, second] => Ok([read_integer(first)?, read_integer(second)?]),
        _ => Err(node.invalid(TWO)),
    }
}
