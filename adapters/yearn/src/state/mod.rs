//! The whole state as a table, and back.

mod reader;
mod tokenized;
mod v2;
mod v3;

use levmine_config::{ConfigError, Node};
use levmine_market::Dump;
use levmine_math::U256;
use smallvec::SmallVec;

use self::reader::Reader;
use crate::contract::Contract;
use crate::keeper::Keeper;
use crate::vault::YearnVault;
use crate::version::Version;

pub(crate) use self::reader::INTEGER;

/// A dump's entries.
type Entries = Vec<(&'static str, Dump)>;

/// Writes everything under the names that records use, times in Unix seconds.
pub(crate) fn dump(vault: &YearnVault) -> Dump {
    let mut entries = match &vault.contract {
        Contract::V2(vault) => v2::dump(vault),
        Contract::V3(vault) => v3::dump(vault),
        Contract::Tokenized(strategy) => tokenized::dump(strategy),
    };
    entries.push(("keeper", dump_keeper(&vault.keeper)));
    Dump::table(entries)
}

/// Reads what [`dump`] writes.
pub(crate) fn read(
    node: &Node,
    version: Version,
    decimals: u8,
    now: u64,
) -> Result<(Contract, Option<Keeper>), ConfigError> {
    let mut fields = node.fields()?;
    let mut reader = Reader(&mut fields);
    let contract = match version {
        Version::V2(revision) => Contract::V2(v2::read(&mut reader, revision, decimals)?),
        Version::V3 => Contract::V3(v3::read(&mut reader, decimals)?),
        Version::Tokenized => Contract::Tokenized(tokenized::read(&mut reader, decimals)?),
    };
    let keeper = reader.0.optional("keeper").map(|node| read_keeper(node, now)).transpose()?;
    fields.finish()?;
    Ok((contract, keeper))
}

fn list(numbers: &[U256]) -> Dump {
    Dump::List(numbers.iter().map(Dump::text).collect())
}

fn dump_keeper(keeper: &Keeper) -> Dump {
    Dump::table([
        ("rate", Dump::text(keeper.rate)),
        ("every", Dump::text(keeper.every)),
        ("last_harvest", Dump::text(keeper.last_harvest)),
        ("seen", Dump::text(keeper.seen)),
        ("parts", list(&keeper.parts)),
        ("fractions", list(&keeper.fractions)),
    ])
}

fn read_keeper(node: &Node, now: u64) -> Result<Keeper, ConfigError> {
    let mut fields = node.fields()?;
    let mut reader = Reader(&mut fields);
    let keeper = Keeper {
        rate: reader.integer_or("rate", U256::ZERO)?,
        every: reader.time_or("every", 0)?,
        last_harvest: reader.time_or("last_harvest", now)?,
        seen: reader.time_or("seen", now)?,
        parts: reader.integers("parts")?,
        fractions: reader.integers("fractions")?,
    };
    fields.finish()?;
    Ok(keeper)
}

/// Writes a queue.
fn dump_queue(queue: &[usize]) -> Dump {
    Dump::List(queue.iter().map(Dump::text).collect())
}

/// Reads a queue of at most `most` of `count` strategies, each once; in their order where none is given.
fn read_queue(
    reader: &mut Reader<'_, '_>,
    count: usize,
    most: usize,
) -> Result<SmallVec<[usize; 4]>, ConfigError> {
    let Some(node) = reader.0.optional("queue") else {
        return Ok((0..count.min(most)).collect());
    };
    let accepted = || format!("at most {most} different numbers below {count}, the count of the strategies");
    let mut queue = SmallVec::new();
    for item in node.list()? {
        let index: usize = item.parse(&accepted())?;
        if index >= count || queue.contains(&index) || queue.len() >= most {
            return Err(item.invalid(accepted()));
        }
        queue.push(index);
    }
    Ok(queue)
}
