//! Human values as the contract's integers.

use levmine_config::{ConfigError, Fields, Node, parse_date};
use levmine_market::{BlockClock, Moment, Timestamp};
use levmine_math::{Rounding, U256, mul_div, parse_units};

/// The blocks that dates are counted in: at a pace in milliseconds, from Ethereum's origin.
const fn clock(pace: u64) -> BlockClock {
    BlockClock { milliseconds_per_block: pace, ..BlockClock::ETHEREUM }
}

/// An integer of the contract.
pub(crate) fn integer(node: &Node) -> Result<U256, ConfigError> {
    let accepted = || node.invalid("an integer from 0 to 2^256 − 1 in decimal digits");
    let text = node.digits()?.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(accepted());
    }
    U256::from_str_radix(text, 10).map_err(|_| accepted())
}

/// A block's number.
pub(crate) fn block(node: &Node) -> Result<u64, ConfigError> {
    u64::try_from(integer(node)?).map_err(|_| node.invalid("a block number below 2^64"))
}

/// An amount in whole tokens, in base units.
pub(crate) fn amount(node: &Node, decimals: u8) -> Result<U256, ConfigError> {
    node.read(|text| {
        parse_units(text, decimals)
            .map_err(|error| format!("an amount in whole tokens, like \"1_000_000\" ({error})"))
    })
}

/// A date as the number of the last block at or before it, in the pace of a run's blocks.
pub(crate) fn date(node: &Node, now: Moment, pace: u64) -> Result<u64, ConfigError> {
    Ok(block_at(node.read(parse_date)?, now, pace))
}

/// The block of a time, counted from the moment at which the venue begins.
pub(crate) fn block_at(seconds: u64, now: Moment, pace: u64) -> u64 {
    let (there, here) = (clock(pace).at(Timestamp(seconds)), clock(pace).at(now.time));
    let number = now.block.saturating_add(there.block.saturating_sub(here.block));
    number.saturating_sub(here.block.saturating_sub(there.block))
}

/// The rate that `per_block` or `per_day` tells, in base units per block, rounded down; nothing if neither is there.
pub(crate) fn rate(fields: &mut Fields<'_>, decimals: u8, pace: u64) -> Result<Option<U256>, ConfigError> {
    match (fields.optional("per_block"), fields.optional("per_day")) {
        (Some(_), Some(node)) => Err(node.invalid("either `per_block` or `per_day`, not both")),
        (Some(node), None) => amount(node, decimals).map(Some),
        (None, Some(node)) => {
            let (pace, day) = (U256::from(pace), U256::from(86_400_000));
            let per_block = mul_div(amount(node, decimals)?, pace, day, Rounding::Down);
            per_block.map(Some).map_err(|error| node.invalid(error.to_string()))
        }
        (None, None) => Ok(None),
    }
}
