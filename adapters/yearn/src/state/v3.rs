use levmine_config::ConfigError;
use levmine_market::Dump;
use levmine_math::U256;

use super::reader::Reader;
use super::{Entries, dump_queue, read_queue};
use crate::unlock::Unlocking;
use crate::v3::{Accountant, MAX_QUEUE, Source, Strategy, Vault};

pub(super) fn dump(vault: &Vault) -> Entries {
    vec![
        ("vault_token_balance", Dump::text(vault.balance)),
        ("total_idle", Dump::text(vault.total_idle)),
        ("total_debt", Dump::text(vault.total_debt)),
        ("raw_total_supply", Dump::text(vault.total_supply)),
        ("vault_own_shares", Dump::text(vault.unlocking.own_shares)),
        ("profit_unlocking_rate", Dump::text(vault.unlocking.rate)),
        ("full_profit_unlock_date", Dump::text(vault.unlocking.full_date)),
        ("profit_max_unlock_time", Dump::text(vault.unlocking.max_time)),
        ("last_profit_update", Dump::text(vault.last_profit_update)),
        ("deposit_limit", Dump::text(vault.deposit_limit)),
        ("minimum_total_idle", Dump::text(vault.minimum_total_idle)),
        ("shutdown", Dump::Boolean(vault.shutdown)),
        ("auto_allocate", Dump::Boolean(vault.auto_allocate)),
        ("protocol_fee_bps", Dump::text(vault.protocol_fee)),
        ("protocol_fee_shares", Dump::text(vault.protocol_shares)),
        ("accountant", dump_accountant(&vault.accountant)),
        ("queue", dump_queue(&vault.queue)),
        ("strategies", Dump::List(vault.strategies.iter().map(dump_strategy).collect())),
    ]
}

fn dump_accountant(accountant: &Accountant) -> Dump {
    Dump::table([
        ("attached", Dump::Boolean(accountant.attached)),
        ("performance_fee_bps", Dump::text(accountant.performance_fee)),
        ("flat_fee", Dump::text(accountant.flat_fee)),
        ("refund_bps", Dump::text(accountant.refund)),
        ("tokens", Dump::text(accountant.tokens)),
        ("shares", Dump::text(accountant.shares)),
    ])
}

fn dump_strategy(strategy: &Strategy) -> Dump {
    Dump::table([
        ("activation", Dump::text(strategy.activation)),
        ("last_report", Dump::text(strategy.last_report)),
        ("current_debt", Dump::text(strategy.current_debt)),
        ("max_debt", Dump::text(strategy.max_debt)),
        ("vault_strategy_shares", Dump::text(strategy.source.vault_shares)),
        ("strategy_total_assets", Dump::text(strategy.source.assets)),
        ("strategy_total_supply", Dump::text(strategy.source.supply)),
        ("liquid_limit", Dump::text(strategy.source.liquid_limit)),
        ("deposit_cap", Dump::text(strategy.source.deposit_cap)),
        ("exit_loss_bps", Dump::text(strategy.source.exit_loss)),
    ])
}

/// What locks profit, under the names that V3 vaults and tokenized strategies share.
pub(super) fn read_unlocking(
    reader: &mut Reader<'_, '_>,
    own_shares: &'static str,
) -> Result<Unlocking, ConfigError> {
    Ok(Unlocking {
        own_shares: reader.integer_or(own_shares, U256::ZERO)?,
        rate: reader.integer_or("profit_unlocking_rate", U256::ZERO)?,
        full_date: reader.time_or("full_profit_unlock_date", 0)?,
        max_time: reader.time_or("profit_max_unlock_time", 0)?,
    })
}

pub(super) fn read(reader: &mut Reader<'_, '_>, decimals: u8) -> Result<Vault, ConfigError> {
    let zero = U256::ZERO;
    let strategies = reader.tables("strategies", read_strategy)?;
    Ok(Vault {
        decimals,
        balance: reader.integer("vault_token_balance")?,
        total_idle: reader.integer("total_idle")?,
        total_debt: reader.integer("total_debt")?,
        total_supply: reader.integer("raw_total_supply")?,
        unlocking: read_unlocking(reader, "vault_own_shares")?,
        last_profit_update: reader.time_or("last_profit_update", 0)?,
        deposit_limit: reader.integer_or("deposit_limit", U256::MAX)?,
        minimum_total_idle: reader.integer_or("minimum_total_idle", zero)?,
        shutdown: reader.flag("shutdown")?,
        auto_allocate: reader.flag("auto_allocate")?,
        accountant: read_accountant(reader)?,
        protocol_fee: reader.integer_or("protocol_fee_bps", zero)?,
        protocol_shares: reader.integer_or("protocol_fee_shares", zero)?,
        queue: read_queue(reader, strategies.len(), MAX_QUEUE)?,
        strategies: strategies.into(),
    })
}

fn read_accountant(reader: &mut Reader<'_, '_>) -> Result<Accountant, ConfigError> {
    let zero = U256::ZERO;
    let none = Accountant {
        attached: false,
        performance_fee: zero,
        flat_fee: zero,
        refund: zero,
        tokens: zero,
        shares: zero,
    };
    let Some(node) = reader.0.optional("accountant") else { return Ok(none) };
    let mut fields = node.fields()?;
    let mut reader = Reader(&mut fields);
    let accountant = Accountant {
        attached: reader.flag("attached")?,
        performance_fee: reader.integer_or("performance_fee_bps", zero)?,
        flat_fee: reader.integer_or("flat_fee", zero)?,
        refund: reader.integer_or("refund_bps", zero)?,
        tokens: reader.integer_or("tokens", zero)?,
        shares: reader.integer_or("shares", zero)?,
    };
    fields.finish()?;
    Ok(accountant)
}

fn read_strategy(reader: &mut Reader<'_, '_>) -> Result<Strategy, ConfigError> {
    let zero = U256::ZERO;
    Ok(Strategy {
        activation: reader.time_or("activation", 1)?,
        last_report: reader.time_or("last_report", 0)?,
        current_debt: reader.integer_or("current_debt", zero)?,
        max_debt: reader.integer_or("max_debt", U256::MAX)?,
        source: Source {
            vault_shares: reader.integer_or("vault_strategy_shares", zero)?,
            assets: reader.integer_or("strategy_total_assets", zero)?,
            supply: reader.integer_or("strategy_total_supply", zero)?,
            liquid_limit: reader.integer_or("liquid_limit", U256::MAX)?,
            deposit_cap: reader.integer_or("deposit_cap", U256::MAX)?,
            exit_loss: reader.integer_or("exit_loss_bps", zero)?,
        },
    })
}
