use levmine_config::ConfigError;
use levmine_market::Dump;
use levmine_math::U256;

use super::Entries;
use super::reader::Reader;
use super::v3::read_unlocking;
use crate::tokenized::Strategy;

pub(super) fn dump(strategy: &Strategy) -> Entries {
    vec![
        ("total_assets", Dump::text(strategy.total_assets)),
        ("raw_total_supply", Dump::text(strategy.total_supply)),
        ("strategy_own_shares", Dump::text(strategy.unlocking.own_shares)),
        ("profit_unlocking_rate", Dump::text(strategy.unlocking.rate)),
        ("full_profit_unlock_date", Dump::text(strategy.unlocking.full_date)),
        ("profit_max_unlock_time", Dump::text(strategy.unlocking.max_time)),
        ("last_report", Dump::text(strategy.last_report)),
        ("performance_fee", Dump::text(strategy.performance_fee)),
        ("fee_recipient_shares", Dump::text(strategy.fee_shares)),
        ("protocol_fee_bps", Dump::text(strategy.protocol_fee)),
        ("protocol_fee_shares", Dump::text(strategy.protocol_shares)),
        ("is_shutdown", Dump::Boolean(strategy.shutdown)),
        ("idle_tokens", Dump::text(strategy.idle)),
        ("deployed_tokens", Dump::text(strategy.deployed)),
        ("liquid_limit", Dump::text(strategy.liquid_limit)),
        ("exit_loss_bps", Dump::text(strategy.exit_loss)),
        ("available_withdraw_limit", Dump::text(strategy.withdraw_limit)),
        ("available_deposit_limit", Dump::text(strategy.deposit_limit)),
    ]
}

pub(super) fn read(reader: &mut Reader<'_, '_>, decimals: u8) -> Result<Strategy, ConfigError> {
    let zero = U256::ZERO;
    Ok(Strategy {
        decimals,
        total_assets: reader.integer("total_assets")?,
        total_supply: reader.integer("raw_total_supply")?,
        unlocking: read_unlocking(reader, "strategy_own_shares")?,
        last_report: reader.time_or("last_report", 0)?,
        performance_fee: reader.integer_or("performance_fee", zero)?,
        fee_shares: reader.integer_or("fee_recipient_shares", zero)?,
        protocol_fee: reader.integer_or("protocol_fee_bps", zero)?,
        protocol_shares: reader.integer_or("protocol_fee_shares", zero)?,
        shutdown: reader.flag("is_shutdown")?,
        idle: reader.integer_or("idle_tokens", zero)?,
        deployed: reader.integer("deployed_tokens")?,
        liquid_limit: reader.integer_or("liquid_limit", U256::MAX)?,
        exit_loss: reader.integer_or("exit_loss_bps", zero)?,
        withdraw_limit: reader.integer_or("available_withdraw_limit", U256::MAX)?,
        deposit_limit: reader.integer_or("available_deposit_limit", U256::MAX)?,
    })
}
