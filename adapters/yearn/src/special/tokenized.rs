use levmine_config::ConfigError;
use levmine_math::U256;

use super::arguments::Arguments;
use super::{Call, Done, named, nothing};
use crate::contract::Contract;
use crate::error::YearnError;
use crate::tokenized::{Strategy, TokenizedError};

type Read = std::result::Result<Option<Call>, ConfigError>;

/// A call of a tokenized strategy.
fn on(call: impl FnOnce(&mut Strategy, u64) -> Done + 'static) -> Option<Call> {
    Some(Box::new(move |contract, now| match contract {
        Contract::Tokenized(strategy) => call(strategy, now),
        _ => Err(YearnError::Unsupported { operation: "this operation" }),
    }))
}

/// A call of somebody who has the right to, or has not.
fn by(
    is_admin: bool,
    refusal: TokenizedError,
    call: impl FnOnce(&mut Strategy, u64) -> Done + 'static,
) -> Option<Call> {
    on(move |strategy, now| if is_admin { call(strategy, now) } else { Err(refusal.into()) })
}

pub(super) fn read(name: &str, arguments: &mut Arguments<'_, '_>) -> Read {
    Ok(match name {
        "vault.deposit" => {
            let (assets, wallet) = (arguments.integer("assets")?, arguments.holding("wallet")?);
            on(move |strategy, now| {
                let done = strategy.deposit(assets, wallet, now)?;
                Ok(named([("shares", done.shares), ("paid", done.assets)]))
            })
        }
        "vault.mint" => {
            let (shares, wallet) = (arguments.integer("shares")?, arguments.holding("wallet")?);
            on(move |strategy, now| {
                let done = strategy.mint(shares, wallet, now)?;
                Ok(named([("assets", done.assets)]))
            })
        }
        "vault.withdraw" => {
            let (assets, max_loss) = (arguments.integer("assets")?, arguments.integer("max_loss_bps")?);
            let balance = arguments.optional("balance")?;
            on(move |strategy, now| {
                let done = strategy.withdraw(balance, assets, max_loss, now)?;
                Ok(named([("shares", done.shares), ("received", done.assets)]))
            })
        }
        "vault.redeem" => {
            let (shares, max_loss) = (arguments.integer("shares")?, arguments.integer("max_loss_bps")?);
            let balance = arguments.holding("balance")?;
            on(move |strategy, now| {
                let done = strategy.redeem(balance, shares, max_loss, now)?;
                Ok(named([("assets", done.assets)]))
            })
        }
        "strategy_config" => {
            let (exit_loss, liquid) =
                (arguments.integer("exit_loss_bps")?, arguments.integer("liquid_limit")?);
            let withdraw = arguments.integer("available_withdraw_limit")?;
            let deposit = arguments.integer("available_deposit_limit")?;
            on(move |strategy, _| {
                (strategy.exit_loss, strategy.liquid_limit) = (exit_loss, liquid);
                (strategy.withdraw_limit, strategy.deposit_limit) = (withdraw, deposit);
                Ok(nothing())
            })
        }
        _ => rights(name, arguments)?,
    })
}

fn rights(name: &str, arguments: &mut Arguments<'_, '_>) -> Read {
    let is_admin = arguments.is_admin()?;
    Ok(match name {
        "report" => by(is_admin, TokenizedError::NotKeeper, |strategy, now| {
            let done = strategy.report(now)?;
            Ok(named([("profit", done.profit), ("loss", done.loss)]))
        }),
        "set_performance_fee" => {
            let fee = arguments.integer("fee")?;
            by(is_admin, TokenizedError::NotManagement, move |strategy, _| {
                strategy.set_performance_fee(fee)?;
                Ok(nothing())
            })
        }
        "set_profit_max_unlock_time" => {
            let seconds = arguments.integer("seconds")?;
            by(is_admin, TokenizedError::NotManagement, move |strategy, _| {
                let _: U256 = strategy.set_profit_max_unlock_time(seconds)?;
                Ok(nothing())
            })
        }
        "shutdown" => by(is_admin, TokenizedError::NotEmergency, |strategy, _| {
            strategy.shutdown = true;
            Ok(nothing())
        }),
        "emergency_withdraw" => {
            let _: U256 = arguments.integer("amount")?;
            by(is_admin, TokenizedError::NotEmergency, |strategy, _| {
                strategy.emergency_withdraw()?;
                Ok(nothing())
            })
        }
        _ => None,
    })
}
