use levmine_config::ConfigError;
use levmine_market::Dump;
use levmine_math::U256;

use super::reader::Reader;
use super::{Entries, dump_queue, read_queue};
use crate::v2::{DEFAULT_DEGRADATION, MAXIMUM_STRATEGIES, Revision, Strategy, Vault};

pub(super) fn dump(vault: &Vault) -> Entries {
    let mut entries = vec![("vault_token_balance", Dump::text(vault.balance))];
    match vault.revision {
        Revision::V034 => entries.push(("delegated_assets", Dump::text(vault.delegated_assets))),
        Revision::V043 => {}
        Revision::V046 => entries.push(("total_idle", Dump::text(vault.total_idle))),
    }
    entries.extend([
        ("total_debt", Dump::text(vault.total_debt)),
        ("total_supply", Dump::text(vault.total_supply)),
        ("locked_profit", Dump::text(vault.locked_profit)),
        ("locked_profit_degradation", Dump::text(vault.locked_profit_degradation)),
        ("last_report", Dump::text(vault.last_report)),
        ("debt_ratio", Dump::text(vault.debt_ratio)),
        ("deposit_limit", Dump::text(vault.deposit_limit)),
        ("management_fee", Dump::text(vault.management_fee)),
        ("performance_fee", Dump::text(vault.performance_fee)),
        ("emergency_shutdown", Dump::Boolean(vault.emergency_shutdown)),
        ("rewards_shares", Dump::text(vault.rewards_shares)),
        ("queue", dump_queue(&vault.queue)),
        (
            "strategies",
            Dump::List(vault.strategies.iter().map(|one| dump_strategy(one, vault.revision)).collect()),
        ),
    ]);
    entries
}

fn dump_strategy(strategy: &Strategy, revision: Revision) -> Dump {
    let mut entries = vec![
        ("performance_fee", Dump::text(strategy.performance_fee)),
        ("activation", Dump::text(strategy.activation)),
        ("debt_ratio", Dump::text(strategy.debt_ratio)),
        ("min_debt_per_harvest", Dump::text(strategy.min_debt_per_harvest)),
        ("max_debt_per_harvest", Dump::text(strategy.max_debt_per_harvest)),
        ("last_report", Dump::text(strategy.last_report)),
        ("total_debt", Dump::text(strategy.total_debt)),
        ("total_gain", Dump::text(strategy.total_gain)),
        ("total_loss", Dump::text(strategy.total_loss)),
        ("token_balance", Dump::text(strategy.balance)),
        ("vault_shares", Dump::text(strategy.shares)),
        ("delegated_assets", Dump::text(strategy.delegated_assets)),
        ("liquid_limit", Dump::text(strategy.liquid_limit)),
        ("exit_loss_bps", Dump::text(strategy.exit_loss)),
    ];
    if revision == Revision::V034 {
        entries.push(("delegated_booked", Dump::text(strategy.delegated_booked)));
    }
    Dump::table(entries)
}

pub(super) fn read(
    reader: &mut Reader<'_, '_>,
    revision: Revision,
    decimals: u8,
) -> Result<Vault, ConfigError> {
    let zero = U256::ZERO;
    let balance = reader.integer("vault_token_balance")?;
    let total_idle = if revision == Revision::V046 { reader.integer("total_idle")? } else { zero };
    let delegated_assets =
        if revision == Revision::V034 { reader.integer_or("delegated_assets", zero)? } else { zero };
    let strategies = reader.tables("strategies", |one| read_strategy(one, revision))?;
    Ok(Vault {
        revision,
        decimals,
        balance,
        total_idle,
        total_debt: reader.integer("total_debt")?,
        total_supply: reader.integer("total_supply")?,
        locked_profit: reader.integer_or("locked_profit", zero)?,
        locked_profit_degradation: reader
            .integer_or("locked_profit_degradation", U256::from(DEFAULT_DEGRADATION))?,
        last_report: reader.time_or("last_report", 0)?,
        debt_ratio: reader.integer_or("debt_ratio", zero)?,
        deposit_limit: reader.integer_or("deposit_limit", U256::MAX)?,
        management_fee: reader.integer_or("management_fee", zero)?,
        performance_fee: reader.integer_or("performance_fee", zero)?,
        emergency_shutdown: reader.flag("emergency_shutdown")?,
        rewards_shares: reader.integer_or("rewards_shares", zero)?,
        delegated_assets,
        queue: read_queue(reader, strategies.len(), MAXIMUM_STRATEGIES)?,
        strategies: strategies.into(),
    })
}

fn read_strategy(reader: &mut Reader<'_, '_>, revision: Revision) -> Result<Strategy, ConfigError> {
    let zero = U256::ZERO;
    Ok(Strategy {
        performance_fee: reader.integer_or("performance_fee", zero)?,
        activation: reader.time_or("activation", 1)?,
        debt_ratio: reader.integer_or("debt_ratio", zero)?,
        min_debt_per_harvest: reader.integer_or("min_debt_per_harvest", zero)?,
        max_debt_per_harvest: reader.integer_or("max_debt_per_harvest", U256::MAX)?,
        last_report: reader.time_or("last_report", 0)?,
        total_debt: reader.integer_or("total_debt", zero)?,
        total_gain: reader.integer_or("total_gain", zero)?,
        total_loss: reader.integer_or("total_loss", zero)?,
        delegated_booked: match revision {
            Revision::V034 => reader.integer_or("delegated_booked", zero)?,
            Revision::V043 | Revision::V046 => zero,
        },
        balance: reader.integer_or("token_balance", zero)?,
        shares: reader.integer_or("vault_shares", zero)?,
        delegated_assets: reader.integer_or("delegated_assets", zero)?,
        liquid_limit: reader.integer_or("liquid_limit", U256::MAX)?,
        exit_loss: reader.integer_or("exit_loss_bps", zero)?,
    })
}
