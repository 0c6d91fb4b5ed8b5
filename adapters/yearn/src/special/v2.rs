use levmine_config::ConfigError;
use levmine_math::U256;

use super::arguments::Arguments;
use super::{Call, Done, named, nothing};
use crate::contract::Contract;
use crate::error::YearnError;
use crate::v2::{Limits, Report, Result, Strategy, Vault, default_strategy};

/// A call of a V2 vault.
fn on(call: impl FnOnce(&mut Vault, u64) -> Done + 'static) -> Option<Call> {
    Some(Box::new(move |contract, now| match contract {
        Contract::V2(vault) => call(vault, now),
        _ => Err(YearnError::Unsupported { operation: "this operation" }),
    }))
}

/// A call that returns nothing.
fn quietly(call: impl FnOnce(&mut Vault) -> Result<()> + 'static) -> Option<Call> {
    on(move |vault, _| {
        call(vault)?;
        Ok(nothing())
    })
}

fn find(vault: &mut Vault, index: usize) -> Result<&mut Strategy> {
    vault.strategies.get_mut(index).ok_or(crate::v2::V2Error::NoStrategy { index })
}

pub(super) fn read(
    name: &str,
    arguments: &mut Arguments<'_, '_>,
) -> std::result::Result<Option<Call>, ConfigError> {
    Ok(match name {
        "vault.deposit" => {
            let (amount, wallet) = (arguments.integer("amount")?, arguments.holding("wallet")?);
            on(move |vault, now| {
                let done = vault.deposit(amount, wallet, now)?;
                Ok(named([("shares", done.shares), ("paid", done.amount)]))
            })
        }
        "vault.withdraw" => {
            let (max_shares, max_loss) =
                (arguments.integer("max_shares")?, arguments.integer("max_loss_bps")?);
            let balance = arguments.holding("balance")?;
            on(move |vault, now| {
                let done = vault.withdraw(balance, max_shares, max_loss, now)?;
                Ok(named([("value", done.value), ("shares_burned", done.shares)]))
            })
        }
        "report" => {
            let index = arguments.strategy()?;
            let report = Report {
                gain: arguments.integer("gain")?,
                loss: arguments.integer("loss")?,
                debt_payment: arguments.integer("debt_payment")?,
            };
            on(move |vault, now| {
                let done = vault.report(index, report, now)?;
                Ok(named([("debt_outstanding", done.debt_outstanding)]))
            })
        }
        "strategy_config" => {
            let index = arguments.strategy()?;
            let delegated = arguments.integer("delegated_assets")?;
            let (exit_loss, liquid) =
                (arguments.integer("exit_loss_bps")?, arguments.integer("liquid_limit")?);
            quietly(move |vault| {
                let strategy = find(vault, index)?;
                (strategy.delegated_assets, strategy.exit_loss, strategy.liquid_limit) =
                    (delegated, exit_loss, liquid);
                Ok(())
            })
        }
        _ => governance(name, arguments)?,
    })
}

fn governance(
    name: &str,
    arguments: &mut Arguments<'_, '_>,
) -> std::result::Result<Option<Call>, ConfigError> {
    Ok(match name {
        "set_performance_fee" => {
            let fee = arguments.integer("fee")?;
            quietly(move |vault| vault.set_performance_fee(fee))
        }
        "set_management_fee" => {
            let fee = arguments.integer("fee")?;
            quietly(move |vault| vault.set_management_fee(fee))
        }
        "set_locked_profit_degradation" => {
            let degradation = arguments.integer("degradation")?;
            quietly(move |vault| vault.set_degradation(degradation))
        }
        "set_deposit_limit" => {
            let limit = arguments.integer("limit")?;
            quietly(move |vault| {
                vault.deposit_limit = limit;
                Ok(())
            })
        }
        "set_emergency_shutdown" => {
            let active = arguments.flag("active")?;
            quietly(move |vault| {
                vault.emergency_shutdown = active;
                Ok(())
            })
        }
        "update_strategy_performance_fee" => {
            let (index, fee) = (arguments.strategy()?, arguments.integer("fee")?);
            quietly(move |vault| vault.update_strategy_performance_fee(index, fee))
        }
        "update_strategy_debt_ratio" => {
            let (index, ratio) = (arguments.strategy()?, arguments.integer("debt_ratio")?);
            quietly(move |vault| vault.update_strategy_debt_ratio(index, ratio))
        }
        "update_strategy_min_debt_per_harvest" => {
            let (index, min) = (arguments.strategy()?, arguments.integer("min")?);
            quietly(move |vault| vault.update_strategy_limits(index, Limits { min: Some(min), max: None }))
        }
        "update_strategy_max_debt_per_harvest" => {
            let (index, max) = (arguments.strategy()?, arguments.integer("max")?);
            quietly(move |vault| vault.update_strategy_limits(index, Limits { min: None, max: Some(max) }))
        }
        "add_strategy" => {
            let (index, ratio) = (arguments.strategy()?, arguments.integer("debt_ratio")?);
            let terms = Strategy {
                performance_fee: arguments.optional("fee")?.unwrap_or_default(),
                min_debt_per_harvest: arguments.optional("min")?.unwrap_or_default(),
                max_debt_per_harvest: arguments.optional("max")?.unwrap_or(U256::MAX),
                ..default_strategy(ratio, 0)
            };
            on(move |vault, now| {
                vault.add_strategy(index, &terms, now)?;
                Ok(nothing())
            })
        }
        "revoke_strategy" => {
            let index = arguments.strategy()?;
            quietly(move |vault| vault.revoke_strategy(index))
        }
        "add_strategy_to_queue" => {
            let index = arguments.strategy()?;
            quietly(move |vault| vault.add_to_queue(index))
        }
        "remove_strategy_from_queue" => {
            let index = arguments.strategy()?;
            quietly(move |vault| vault.remove_from_queue(index))
        }
        _ => None,
    })
}
