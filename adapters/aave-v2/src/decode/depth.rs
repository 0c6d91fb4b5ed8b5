//! What outsiders supplied and borrowed when a market begins.

use levmine_config::{ConfigError, Node, Place};
use levmine_market::BuildContext;
use levmine_math::U256;

use super::{CROWD, Depth, Setup, values};
use crate::accrual::update_rates;
use crate::error::Result;
use crate::state::Pool;

/// Reads `[liquidity.<asset>]` tables.
pub(crate) fn read(setup: &mut Setup, node: &Node) -> Result<(), ConfigError> {
    for (symbol, table) in node.entries()? {
        let id = setup.id(table, symbol)?;
        let Some(listed) = setup.listed.get(id).copied() else { continue };
        let decimals = listed.params.decimals;
        let mut fields = table.fields()?;
        let mut depth = Depth::default();
        let accepted = "an amount in whole tokens";
        depth.supplied = values::amount(fields.required("supplied", accepted)?, decimals)?;
        if let Some(node) = fields.optional("borrowed") {
            depth.borrowed = values::amount(node, decimals)?;
            if depth.borrowed > depth.supplied {
                return Err(node.invalid("at most what is supplied"));
            }
        }
        fields.finish()?;
        setup.depth.retain(|(asset, _)| *asset != listed.asset);
        setup.depth.push((listed.asset, depth));
    }
    Ok(())
}

/// Gives the pool its depth as one outsider's position, with indexes of one, and its first rates.
pub(crate) fn seed(
    pool: &mut Pool,
    setup: &Setup,
    ctx: &BuildContext<'_>,
    place: &Place,
) -> Result<(), ConfigError> {
    let now = ctx.now.time.0;
    for id in 0..pool.reserves.len() {
        let depth = pool
            .reserve(id)
            .ok()
            .and_then(|reserve| setup.depth.iter().find(|(asset, _)| *asset == reserve.asset))
            .map_or_else(Depth::default, |(_, depth)| *depth);
        seed_reserve(pool, id, depth, now).map_err(|error| ConfigError::Invalid {
            place: place.clone(),
            read: error.to_string(),
            accepted: "liquidity that the contracts can hold".into(),
        })?;
    }
    Ok(())
}

fn seed_reserve(pool: &mut Pool, id: usize, depth: Depth, now: u64) -> Result<()> {
    pool.transact(|tx| {
        tx.reserve_mut(id)?.last_update = now;
        if !depth.supplied.is_zero() {
            tx.mint_supply(id, CROWD, depth.supplied)?;
            tx.user_mut(CROWD).set_collateral(id, true);
        }
        if !depth.borrowed.is_zero() {
            tx.mint_debt(id, CROWD, depth.borrowed)?;
            tx.user_mut(CROWD).set_borrowing(id, true);
        }
        let reserve = tx.reserve_mut(id)?;
        reserve.held = crate::math::sub(depth.supplied, depth.borrowed)?;
        update_rates(reserve, now, U256::ZERO, U256::ZERO)
    })
}
