//! The reward pool in people's words.

use levmine_config::{ConfigError, Node};
use levmine_market::BuildContext;
use levmine_math::U256;

use super::{ASSET, CROWD, values};
use crate::chef::{Chef, Stake};
use crate::state::State;

const SECONDS_PER_DAY: u64 = 86_400;

pub(crate) fn read(
    state: &mut State,
    node: &Node,
    ctx: &BuildContext<'_>,
    pace: u64,
) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let token = fields.required("token", ASSET)?;
    let reward = ctx.assets.read(token)?;
    if reward == state.lp {
        return Err(token.invalid("another token than the LP token"));
    }
    let per_day = values::amount(fields.required("per_day", "whole tokens")?, reward.decimals())?;
    let blocks = (1_000 * SECONDS_PER_DAY).checked_div(pace).unwrap_or(1).max(1);
    let others = match fields.optional("others_staked") {
        Some(node) => values::amount(node, state.lp.decimals())?,
        None => U256::ZERO,
    };
    let pid = fields.optional("pid").map_or(Ok(1), |node| values::small(node, u64::from(u16::MAX)))?;
    fields.finish()?;
    state.core.chef = Some(Chef {
        reward,
        pid: u16::try_from(pid).unwrap_or(u16::MAX),
        per_block: per_day.checked_div(U256::from(blocks)).unwrap_or_default(),
        alloc: U256::ONE,
        total_alloc: U256::ONE,
        bonus_end: 0,
        bonus: 1,
        last_block: ctx.now.block,
        acc: U256::ZERO,
        staked: others,
        held: U256::ZERO,
        wrapper: Stake::default(),
        wrapper_held: U256::ZERO,
        minted: U256::ZERO,
    });
    if !others.is_zero() {
        state.stakes.insert(CROWD, Stake { amount: others, reward_debt: U256::ZERO });
    }
    Ok(())
}
