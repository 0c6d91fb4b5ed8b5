//! Operations that only this vault has; the README lists their names.

use levmine_config::{ConfigError, Fields};
use levmine_market::Dump;
use levmine_math::{Rounding, U256};

use crate::decode::{INTEGER, read_integer};
use crate::{Erc4626Error, Params, State, convert};

/// The state afterwards, unless it was only read, and what the contract returns.
type Answer = Result<(Option<State>, Dump), Erc4626Error>;

/// Runs the operation `name` on the state as of now; `None` if there is no such operation.
pub(crate) fn run(
    state: &State,
    params: &Params,
    name: &str,
    arguments: &mut Fields<'_>,
) -> Result<Option<Answer>, ConfigError> {
    let mut number = |key| arguments.required(key, INTEGER).and_then(read_integer);
    let told = |key: &'static str, read: Result<U256, Erc4626Error>| {
        read.map(|number| (None, Dump::table([(key, Dump::text(number))])))
    };
    let nothing = |state: State| (Some(state), Dump::table::<&str>([]));
    Ok(Some(match name {
        "donate" => {
            let assets = number("amount")?;
            let above = Erc4626Error::TransferAboveBalance { assets, held: state.assets };
            let held = state.assets.checked_add(assets).ok_or(above);
            held.map(|assets| nothing(State { assets, ..*state }))
        }
        "lose" => {
            let amount = number("amount")?;
            let above = Erc4626Error::BurnAboveBalance { amount, held: state.assets };
            let held = state.assets.checked_sub(amount).ok_or(above);
            held.map(|assets| nothing(State { assets, ..*state }))
        }
        "convert_to_shares" => {
            let assets = number("amount")?;
            told("shares", convert::to_shares(state, params, assets, Rounding::Down))
        }
        "convert_to_assets" => {
            let shares = number("shares")?;
            told("amount", convert::to_assets(state, params, shares, Rounding::Down))
        }
        "preview_mint" => {
            let shares = number("shares")?;
            told("amount", convert::to_assets(state, params, shares, Rounding::Up))
        }
        "preview_withdraw" => {
            let assets = number("amount")?;
            told("shares", convert::to_shares(state, params, assets, Rounding::Up))
        }
        "max_deposit" => told("amount", Ok(convert::max_deposit(state, params))),
        "max_mint" => told("shares", convert::max_mint(state, params)),
        _ => return Ok(None),
    }))
}
