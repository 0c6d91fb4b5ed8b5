//! Who pays what in a recorded operation, and when a contract looks into a wallet.

use levmine_curve_stableswap::CurvePool;
use levmine_market::{Account, Asset, TokenAmount, Transfer};
use levmine_math::U256;
use serde_json::Value;

use crate::recorded::{list_at, number_at};
use crate::{Operation, ParityError};

/// What the caller gives before anything is known of the result.
pub(super) fn payments(
    pool: &CurvePool,
    operation: &Operation,
    by: Account,
    coins: &[Asset],
    base_coins: &[Asset],
) -> Result<Vec<Transfer>, ParityError> {
    let pay = |asset: Option<&Asset>, raw: U256| {
        asset.map(|asset| Transfer::pay(by, TokenAmount::new(*asset, raw)))
    };
    let place = |key| place(operation, key);
    let all: Vec<Asset> = coins.iter().take(1).chain(base_coins).copied().collect();
    Ok(match operation.name() {
        "exchange" => pay(coins.get(place("i")?), operation.number("dx")?).into_iter().collect(),
        "exchange_underlying" => pay(all.get(place("i")?), operation.number("dx")?).into_iter().collect(),
        "base_exchange" => pay(base_coins.get(place("i")?), operation.number("dx")?).into_iter().collect(),
        "transfer_to_pool" => {
            pay(coins.get(place("coin")?), operation.number("amount")?).into_iter().collect()
        }
        "add_liquidity" | "base_add_liquidity" => {
            let assets = if operation.name() == "add_liquidity" { coins } else { base_coins };
            let amounts = numbers(&operation.to_json(), "amounts")?;
            assets.iter().zip(amounts).filter_map(|(asset, raw)| pay(Some(asset), raw)).collect()
        }
        "remove_liquidity" | "remove_liquidity_one_coin" => {
            let share = TokenAmount::new(share(pool), operation.number("lp")?);
            vec![Transfer::burn(by, share)]
        }
        _ => Vec::new(),
    })
}

/// What the caller gets or gives by the result.
pub(super) fn receipts(
    pool: &CurvePool,
    operation: &Operation,
    by: Account,
    out: &Value,
    coins: &[Asset],
    base_coins: &[Asset],
) -> Result<Vec<Transfer>, ParityError> {
    let get = |asset: Option<&Asset>, raw: U256| {
        asset.map(|asset| Transfer::receive(by, TokenAmount::new(*asset, raw)))
    };
    let place = |key| place(operation, key);
    let all: Vec<Asset> = coins.iter().take(1).chain(base_coins).copied().collect();
    Ok(match operation.name() {
        "exchange" | "exchange_received" => {
            get(coins.get(place("j")?), number_at(out, "dy")?).into_iter().collect()
        }
        "exchange_underlying" => get(all.get(place("j")?), number_at(out, "dy")?).into_iter().collect(),
        "base_exchange" => get(base_coins.get(place("j")?), number_at(out, "dy")?).into_iter().collect(),
        "add_liquidity" => get(Some(&share(pool)), number_at(out, "minted")?).into_iter().collect(),
        "base_add_liquidity" => get(coins.last(), number_at(out, "minted")?).into_iter().collect(),
        "remove_liquidity" => {
            let amounts = numbers(out, "amounts")?;
            coins.iter().zip(amounts).filter_map(|(asset, raw)| get(Some(asset), raw)).collect()
        }
        "remove_liquidity_imbalance" => {
            let burned = TokenAmount::new(share(pool), number_at(out, "burned")?);
            let amounts = numbers(out, "amounts")?;
            let got = coins.iter().zip(amounts).filter_map(|(asset, raw)| get(Some(asset), raw));
            std::iter::once(Transfer::burn(by, burned)).chain(got).collect()
        }
        "remove_liquidity_one_coin" => {
            get(coins.get(place("i")?), number_at(out, "dy")?).into_iter().collect()
        }
        _ => Vec::new(),
    })
}

pub(super) fn share(pool: &CurvePool) -> Asset {
    use levmine_amm::Pool;
    // A pool of this protocol always has one.
    pool.share().unwrap_or_else(|| unreachable!("every pool has a share"))
}

pub(super) fn numbers(table: &Value, key: &str) -> Result<Vec<U256>, ParityError> {
    list_at(table, key)?
        .iter()
        .map(|value| {
            let text = value.as_str().unwrap_or_default();
            U256::from_str_radix(text, 10).map_err(|_| crate::recorded::lacks(key))
        })
        .collect()
}

/// The place of a coin; one where there is none for a number below zero.
pub(super) fn place(operation: &Operation, key: &str) -> Result<usize, ParityError> {
    let text = operation.text(key)?;
    if text.starts_with('-') {
        return Ok(usize::MAX);
    }
    Ok(usize::try_from(operation.number(key)?).unwrap_or(usize::MAX))
}
