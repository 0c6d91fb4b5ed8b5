use levmine_config::ConfigError;
use levmine_math::U256;

use super::arguments::Arguments;
use super::{Call, Done, named, nothing};
use crate::contract::Contract;
use crate::error::YearnError;
use crate::scale::BPS;
use crate::v3::{Result, Subject, V3Error, Vault};

type Read = std::result::Result<Option<Call>, ConfigError>;

/// A call of a V3 vault.
fn on(call: impl FnOnce(&mut Vault, u64) -> Done + 'static) -> Option<Call> {
    Some(Box::new(move |contract, now| match contract {
        Contract::V3(vault) => call(vault, now),
        _ => Err(YearnError::Unsupported { operation: "this operation" }),
    }))
}

/// A call of somebody who has a role, or has not.
fn with_role(is_admin: bool, call: impl FnOnce(&mut Vault, u64) -> Done + 'static) -> Option<Call> {
    on(move |vault, now| if is_admin { call(vault, now) } else { Err(V3Error::NotAllowed.into()) })
}

/// A setting by somebody who has a role, or has not.
fn set(is_admin: bool, call: impl FnOnce(&mut Vault) -> Result<()> + 'static) -> Option<Call> {
    with_role(is_admin, move |vault, _| {
        call(vault)?;
        Ok(nothing())
    })
}

pub(super) fn read(name: &str, arguments: &mut Arguments<'_, '_>) -> Read {
    Ok(match name {
        "vault.deposit" => {
            let (assets, wallet) = (arguments.integer("assets")?, arguments.holding("wallet")?);
            on(move |vault, now| {
                let done = vault.deposit(assets, wallet, now)?;
                Ok(named([("shares", done.shares), ("paid", done.assets)]))
            })
        }
        "vault.mint" => {
            let (shares, wallet) = (arguments.integer("shares")?, arguments.holding("wallet")?);
            on(move |vault, now| {
                let done = vault.mint(shares, wallet, now)?;
                Ok(named([("assets", done.assets)]))
            })
        }
        "vault.withdraw" => {
            let (assets, max_loss) = (arguments.integer("assets")?, arguments.integer("max_loss_bps")?);
            let balance = arguments.holding("balance")?;
            on(move |vault, now| {
                let done = vault.withdraw(balance, assets, max_loss, now)?;
                Ok(named([("shares", done.shares), ("received", done.assets)]))
            })
        }
        "vault.redeem" => {
            let (shares, max_loss) = (arguments.integer("shares")?, arguments.integer("max_loss_bps")?);
            let balance = arguments.holding("balance")?;
            on(move |vault, now| {
                let done = vault.redeem(balance, shares, max_loss, now)?;
                Ok(named([("assets", done.assets)]))
            })
        }
        "strategy_config" => {
            let index = arguments.strategy()?;
            let (exit_loss, liquid) =
                (arguments.integer("exit_loss_bps")?, arguments.integer("liquid_limit")?);
            let cap = arguments.integer("deposit_cap")?;
            on(move |vault, _| {
                let strategy = vault.strategies.get_mut(index).ok_or(V3Error::Inactive { index })?;
                let source = &mut strategy.source;
                (source.exit_loss, source.liquid_limit, source.deposit_cap) = (exit_loss, liquid, cap);
                Ok(nothing())
            })
        }
        "accountant_config" => {
            let (performance, flat) =
                (arguments.integer("performance_fee_bps")?, arguments.integer("flat_fee")?);
            let refund = arguments.integer("refund_bps")?;
            on(move |vault, _| {
                let accountant = &mut vault.accountant;
                (accountant.performance_fee, accountant.flat_fee, accountant.refund) =
                    (performance, flat, refund);
                Ok(nothing())
            })
        }
        _ => roles(name, arguments)?,
    })
}

fn roles(name: &str, arguments: &mut Arguments<'_, '_>) -> Read {
    let is_admin = arguments.is_admin()?;
    Ok(match name {
        "process_report" => {
            let subject = arguments.strategy_or_vault()?.map_or(Subject::Vault, Subject::Strategy);
            with_role(is_admin, move |vault, now| {
                let done = vault.process_report(subject, now)?;
                Ok(named([("gain", done.gain), ("loss", done.loss)]))
            })
        }
        "update_debt" => {
            let (index, target) = (arguments.strategy()?, arguments.integer("target_debt")?);
            let max_loss = arguments.optional("max_loss_bps")?.unwrap_or(BPS);
            with_role(is_admin, move |vault, _| {
                let done = vault.update_debt(index, target, max_loss)?;
                Ok(named([("new_debt", done.new_debt)]))
            })
        }
        "buy_debt" => {
            let (index, amount) = (arguments.strategy()?, arguments.integer("amount")?);
            with_role(is_admin, move |vault, _| {
                let (paid, shares) = vault.buy_debt(index, amount)?;
                Ok(named([("paid", paid), ("shares", shares)]))
            })
        }
        "set_profit_max_unlock_time" => {
            let seconds = arguments.integer("seconds")?;
            set(is_admin, move |vault| vault.set_profit_max_unlock_time(seconds).map(|_: U256| ()))
        }
        "set_minimum_total_idle" => {
            let amount = arguments.integer("amount")?;
            set(is_admin, move |vault| {
                vault.minimum_total_idle = amount;
                Ok(())
            })
        }
        "set_deposit_limit" => {
            let limit = arguments.integer("limit")?;
            set(is_admin, move |vault| vault.set_deposit_limit(limit))
        }
        "set_auto_allocate" => {
            let auto_allocate = arguments.flag("auto_allocate")?;
            set(is_admin, move |vault| {
                vault.auto_allocate = auto_allocate;
                Ok(())
            })
        }
        "update_max_debt_for_strategy" => {
            let (index, max_debt) = (arguments.strategy()?, arguments.integer("max_debt")?);
            set(is_admin, move |vault| vault.update_max_debt(index, max_debt))
        }
        "shutdown_vault" => set(is_admin, Vault::shut_down),
        _ => None,
    })
}
