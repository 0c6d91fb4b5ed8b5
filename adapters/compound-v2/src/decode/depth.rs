//! What outsiders supplied and borrowed when a market begins.

use levmine_config::{ConfigError, Node, Place};
use levmine_market::BuildContext;
use levmine_math::U256;

use super::{CROWD, Depth, Setup, values};
use crate::error::{Failing, Library, Result};
use crate::math::{ONE, add, div_exp, sub};
use crate::rewards::INITIAL_INDEX;
use crate::state::{Holding, Pool, User};

/// Reads `[liquidity.<asset>]` tables over the depth of the preset.
pub(crate) fn read(setup: &mut Setup, node: &Node) -> Result<(), ConfigError> {
    for (symbol, table) in node.entries()? {
        let id = setup.id(table, symbol)?;
        let Some(asset) = setup.listed.get(id).map(|listed| listed.market.asset) else { continue };
        let decimals = asset.decimals();
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
        if let Some(node) = fields.optional("reserves") {
            depth.reserves = values::amount(node, decimals)?;
        }
        fields.finish()?;
        setup.depth.retain(|(known, _)| *known != asset);
        setup.depth.push((asset, depth));
    }
    Ok(())
}

/// Gives the pool its depth as one outsider's position, with indexes of one.
pub(crate) fn seed(
    pool: &mut Pool,
    setup: &Setup,
    ctx: &BuildContext<'_>,
    place: &Place,
) -> Result<(), ConfigError> {
    let mut crowd = User::default();
    for id in 0..pool.markets.len() {
        seed_market(pool, &mut crowd, setup, id, ctx.now.block).map_err(|error| ConfigError::Invalid {
            place: place.clone(),
            read: error.to_string(),
            accepted: "liquidity that the contracts can hold".into(),
        })?;
    }
    if !crowd.holdings.is_empty() {
        pool.users.insert(CROWD, crowd);
    }
    Ok(())
}

fn seed_market(pool: &mut Pool, crowd: &mut User, setup: &Setup, id: usize, block: u64) -> Result<()> {
    let Some(market) = pool.markets.get_mut(id) else { return Ok(()) };
    market.accrual_block = block;
    market.supply_rewards.block = block;
    market.borrow_rewards.block = block;
    let found = setup.depth.iter().find(|(asset, _)| *asset == market.asset);
    let Some((_, depth)) = found else { return Ok(()) };
    let tokens = div_exp(depth.supplied, market.initial_exchange_rate).reverting(Library::Exponential)?;
    let kept = sub(depth.supplied, depth.borrowed).and_then(|kept| add(kept, depth.reserves));
    market.cash = kept.reverting(Library::Exponential)?;
    market.total_borrows = depth.borrowed;
    market.total_reserves = depth.reserves;
    market.total_supply = tokens;
    if tokens.is_zero() && depth.borrowed.is_zero() {
        return Ok(());
    }
    let number = u8::try_from(id).unwrap_or(u8::MAX);
    crowd.assets_in.push(number);
    crowd.holdings.push(Holding {
        market: number,
        tokens,
        principal: depth.borrowed,
        interest_index: if depth.borrowed.is_zero() { U256::ZERO } else { U256::from(ONE) },
        supplier_index: U256::from(INITIAL_INDEX),
        borrower_index: U256::from(INITIAL_INDEX),
    });
    Ok(())
}
