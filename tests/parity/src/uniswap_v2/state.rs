//! What is compared after every operation: what was returned, and everything the pair stores.

use levmine_market::{Asset, Dump};
use levmine_math::U256;

use super::NOBODY;
use super::contracts::{COLLECTOR, Contracts};
use crate::twin::Comparison;
use crate::{Operation, ParityError};

/// An integer of a dump; zero where there is none.
pub(super) fn number(dump: Option<&Dump>) -> U256 {
    match dump {
        Some(Dump::Text(text)) => U256::from_str_radix(text, 10).unwrap_or_default(),
        _ => U256::ZERO,
    }
}

/// Compares what the functions return.
pub(super) fn outputs(
    found: &mut Comparison,
    operation: &Operation,
    answers: &[Vec<U256>],
    result: &Dump,
    coins: [Asset; 2],
) {
    let name = operation.name();
    let words = answers.last().map(Vec::as_slice).unwrap_or_default();
    let listed = |key: &str, at: usize| match result.get(key) {
        Some(Dump::List(items)) => items.get(at),
        _ => None,
    };
    let by_coin =
        |table: Option<&Dump>, at: usize| -> Option<Dump> { table?.get(coins.get(at)?.symbol()).cloned() };
    match (name, words) {
        // The amounts along the route, as a list.
        ("swap_exact_in" | "quote_exact_in" | "swap_exact_out" | "quote_exact_out", [_, _, sold, bought]) => {
            found.dumped(|| format!("{name}: sold"), *sold, result.get("sold"));
            found.dumped(|| format!("{name}: bought"), *bought, result.get("bought"));
        }
        ("add_liquidity", [used0, used1, shares]) => {
            found.dumped(|| format!("{name}: used 0"), *used0, listed("used", 0));
            found.dumped(|| format!("{name}: used 1"), *used1, listed("used", 1));
            found.dumped(|| format!("{name}: shares"), *shares, result.get("shares"));
        }
        ("remove_liquidity", [amount0, amount1]) => {
            found.dumped(|| format!("{name}: amount 0"), *amount0, listed("amounts", 0));
            found.dumped(|| format!("{name}: amount 1"), *amount1, listed("amounts", 1));
        }
        ("mint", [shares]) => found.dumped(|| "mint: shares".into(), *shares, result.get("shares")),
        ("burn", [amount0, amount1]) => {
            for (at, amount) in [amount0, amount1].into_iter().enumerate() {
                let ours = by_coin(result.get("amounts"), at);
                found.dumped(|| format!("burn: amount {at}"), *amount, ours.as_ref());
            }
        }
        (
            "core_swap" | "flash_swap" | "donate" | "donate_shares" | "skim" | "sync" | "set_protocol_fee",
            _,
        ) => {}
        ("observe", [_, _, timestamp]) => {
            let read =
                |at: usize| answers.get(at).and_then(|words| words.first()).copied().unwrap_or_default();
            found.dumped(|| "observe: cumulative 0".into(), read(1), result.get("cumulative0"));
            found.dumped(|| "observe: cumulative 1".into(), read(2), result.get("cumulative1"));
            found.dumped(|| "observe: time".into(), *timestamp, result.get("timestamp"));
        }
        _ => found.differ(format!("{name}: what is returned"), format!("{words:?}"), format!("{result:?}")),
    }
}

/// Compares everything that the pair stores and what the tokens say about it.
pub(super) fn compare(
    found: &mut Comparison,
    contracts: &mut Contracts,
    state: &Dump,
) -> Result<(), ParityError> {
    let (pair, [coin0, coin1]) = (contracts.pair, contracts.coins);
    let words = contracts.chain.read(pair, "getReserves()", Vec::new())?;
    for (key, word) in ["reserve0", "reserve1", "blockTimestampLast"].into_iter().zip(words) {
        found.dumped(|| key.into(), word, state.get(key));
    }
    for (key, function) in [
        ("price0CumulativeLast", "price0CumulativeLast()"),
        ("price1CumulativeLast", "price1CumulativeLast()"),
        ("kLast", "kLast()"),
        ("totalSupply", "totalSupply()"),
    ] {
        let word = contracts.chain.word(pair, function, Vec::new())?;
        found.dumped(|| key.into(), word, state.get(key));
    }
    for (key, token, of) in [
        ("balance0", coin0, pair),
        ("balance1", coin1, pair),
        ("lockedShares", pair, NOBODY),
        ("pairShares", pair, pair),
        ("feeToShares", pair, COLLECTOR),
    ] {
        let word = contracts.balance(token, of)?;
        found.dumped(|| key.into(), word, state.get(key));
    }
    // Whatever the pair does not hold, the wallets do: nothing went anywhere else.
    for (key, coin) in [("balance0", coin0), ("balance1", coin1)] {
        let holder = contracts.holder();
        let held = contracts.balance(coin, holder)?;
        let ours = U256::MAX.saturating_sub(number(state.get(key)));
        found.number(|| format!("{key} outside of the pair"), held, ours);
    }
    Ok(())
}
