//! The numbers of each contract by name: one list for writing and reading.

use levmine_config::{ConfigError, Node};
use levmine_market::Dump;
use levmine_math::U256;

use crate::contracts::{Escrow, FeePeriod, Rate, Rewards, Settings, Staker, Synth, VestingEntry};

/// What a number can be.
const ACCEPTED: &str = "an integer from 0 to 2^256 − 1 in decimal digits";

/// A number of a contract.
#[derive(Debug)]
pub(crate) enum Word<'a> {
    /// 256 bits.
    Big(&'a mut U256),
    /// A time or a count.
    Small(&'a mut u64),
    /// 0 or 1.
    Flag(&'a mut bool),
}

/// What has numbers with names.
pub(crate) trait Words {
    /// The numbers, in the order in which they are written.
    fn words(&mut self) -> Vec<(&'static str, Word<'_>)>;
}

/// Reads an integer.
pub(crate) fn word(node: &Node) -> Result<U256, ConfigError> {
    let text = node.digits()?.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(node.invalid(ACCEPTED));
    }
    U256::from_str_radix(text, 10).map_err(|_| node.invalid(ACCEPTED))
}

/// Reads an integer with so many bits at most.
pub(crate) fn narrow(node: &Node, bits: usize) -> Result<U256, ConfigError> {
    let value = word(node)?;
    if value.bit_len() <= bits {
        Ok(value)
    } else {
        Err(node.invalid(format!("an integer below 2^{bits} in decimal digits")))
    }
}

/// A time or a count: 62 bits are far more than there are of either, and leave room to add.
pub(crate) fn time(node: &Node) -> Result<u64, ConfigError> {
    narrow(node, 62).map(|value| u64::try_from(value).unwrap_or(u64::MAX))
}

/// Writes the numbers that are not zero.
pub(crate) fn write(mut value: impl Words) -> Vec<(String, Dump)> {
    let texts = value.words().into_iter().filter_map(|(name, word)| {
        let text = match word {
            Word::Big(value) => (!value.is_zero()).then(|| Dump::text(*value)),
            Word::Small(value) => (*value != 0).then(|| Dump::text(*value)),
            Word::Flag(value) => value.then(|| Dump::text(1)),
        };
        text.map(|text| (name.to_string(), text))
    });
    texts.collect()
}

/// Writes all numbers, zero or not: for what has other values where nothing is said.
pub(crate) fn write_all(mut value: impl Words) -> Vec<(String, Dump)> {
    let texts = value.words().into_iter().map(|(name, word)| {
        let text = match word {
            Word::Big(value) => Dump::text(*value),
            Word::Small(value) => Dump::text(*value),
            Word::Flag(value) => Dump::text(u8::from(*value)),
        };
        (name.to_string(), text)
    });
    texts.collect()
}

/// Sets the number of this name; false where there is none.
pub(crate) fn set(value: &mut impl Words, key: &str, node: &Node) -> Result<bool, ConfigError> {
    for (name, place) in value.words() {
        if name != key {
            continue;
        }
        match place {
            Word::Big(place) => *place = word(node)?,
            Word::Small(place) => *place = time(node)?,
            Word::Flag(place) => *place = !narrow(node, 1)?.is_zero(),
        }
        return Ok(true);
    }
    Ok(false)
}

/// A table of nothing but numbers.
pub(crate) fn plain(value: &mut impl Words, node: &Node) -> Result<(), ConfigError> {
    for (key, item) in node.entries()? {
        if !set(value, key, item)? {
            return Err(unknown(value, &[], key, item));
        }
    }
    Ok(())
}

/// That there is no such number, with the nearest one.
pub(crate) fn unknown(value: &mut impl Words, more: &[&str], key: &str, node: &Node) -> ConfigError {
    let words: Vec<_> = value.words().iter().map(|(name, _)| *name).collect();
    node.unknown_name(key, words.into_iter().chain(more.iter().copied()))
}

/// Implements [`Words`] by a list of names and fields.
macro_rules! words {
    ($($type:ty { $($name:literal: $kind:ident $field:ident,)+ })+) => {
        $(impl Words for $type {
            fn words(&mut self) -> Vec<(&'static str, Word<'_>)> {
                vec![$(($name, Word::$kind(&mut self.$field)),)+]
            }
        })+
    };
}

words! {
    Settings {
        "issuanceRatio": Big issuance_ratio, "liquidationRatio": Big liquidation_ratio,
        "snxLiquidationPenalty": Big penalty, "selfLiquidationPenalty": Big self_penalty,
        "liquidationDelay": Small delay, "liquidationEscrowDuration": Small escrow_duration,
        "flagReward": Big flag_reward, "liquidateReward": Big liquidate_reward,
        "rateStalePeriod": Small rate_stale_period, "debtSnapshotStaleTime": Small snapshot_stale_time,
        "minimumStakeTime": Small minimum_stake_time, "exchangeFeeRate": Big exchange_fee,
        "feePeriodDuration": Small fee_period, "targetThreshold": Big target_threshold,
    }
    Rate { "price": Big price, "time": Small time, }
    Synth { "supply": Big supply, "cachedSynthDebt": Big cached, }
    Rewards { "accumulatedPerShare": Big per_share, "SNX": Big snx, }
    Escrow { "total": Big total, "SNX": Big snx, "nextEntryId": Small next_entry, }
    FeePeriod {
        "feePeriodId": Small id, "startTime": Small start, "feesToDistribute": Big fees, "feesClaimed": Big claimed,
    }
    VestingEntry { "amount": Big amount, "endTime": Small end_time, }
    Staker {
        "SNX": Big snx, "debtShares": Big shares, "sharePeriod": Small share_period,
        "debtSharesBefore": Big shares_before, "lastIssue": Small last_issue, "flagDeadline": Small flag_deadline,
        "claimable": Big claimable, "entryAccumulatedRewards": Big entry_accumulated, "initiated": Flag initiated,
        "escrowed": Big escrowed, "vested": Big vested, "lastFeeWithdrawal": Small last_fee_withdrawal,
    }
}
