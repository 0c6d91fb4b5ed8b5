//! The whole state in the contract's integers, as a dump writes it.
//!
//! Accounts are numbered from 0 in the order in which `users` names them, as a replay numbers names; a name of the form
//! `outsider 7` or `account 7` stays that number. Names that `users` does not have are numbered on. Every number may be left out: the
//! points of all pools are then the sum of the pools', balances the sum of the stakes, what exists of the reward what the
//! chef holds of it, a pool's last block and the block seen the one at which the venue begins, and everything else zero.

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Account, Asset, BuildContext};
use levmine_math::U256;

use super::values;
use crate::dump::ZERO_ADDRESS;
use crate::emission::Emission;
use crate::state::{Chef, User};

const NAME: &str = "the name of an account, or \"zero address\"";

/// Reads the state into a chef without pools; returns the names of the accounts.
pub(crate) fn read(
    chef: &mut Chef,
    node: &Node,
    ctx: &BuildContext<'_>,
) -> Result<BTreeMap<Account, String>, ConfigError> {
    let mut fields = node.fields()?;
    let mut integer = |key| fields.optional(key).map(values::integer).transpose();
    chef.per_block = integer("sushiPerBlock")?.unwrap_or_default();
    chef.start = integer("startBlock")?.unwrap_or_default();
    chef.bonus_end = integer("bonusEndBlock")?.unwrap_or_default();
    chef.block = match fields.optional("block") {
        Some(node) => values::block(node)?,
        None => ctx.now.block,
    };
    if let Some(node) = fields.optional("poolInfo") {
        for pool in node.list()? {
            read_pool(chef, pool, ctx)?;
        }
    }
    let sum = chef.pools.iter().fold(U256::ZERO, |sum, pool| sum.saturating_add(pool.alloc_point));
    chef.total_alloc = fields.optional("totalAllocPoint").map_or(Ok(sum), values::integer)?;
    let mut names = Names::default();
    if let Some(node) = fields.optional("users") {
        for (name, pools) in node.entries()? {
            let account = names.account(name);
            read_user(chef, account, pools)?;
        }
    }
    for (key, place) in [("owner", &mut chef.owner), ("devaddr", &mut chef.dev)] {
        if let Some(node) = fields.optional(key) {
            let name = node.text()?;
            if name.is_empty() {
                return Err(node.invalid(NAME));
            }
            *place = (name != ZERO_ADDRESS).then(|| names.account(name));
        }
    }
    read_balances(chef, &mut fields)?;
    if let Some(node) = fields.optional("emissions") {
        for item in node.list()? {
            let mut fields = item.fields()?;
            let block = fields.required("block", "a block number")?;
            let rate = fields.required("sushiPerBlock", "base units per block")?;
            let emission = Emission { block: values::block(block)?, per_block: values::integer(rate)? };
            fields.finish()?;
            push_emission(chef, emission, block)?;
        }
    }
    fields.finish()?;
    Ok(names.proper())
}

/// Adds a change of the rate, which must come after those before it.
pub(crate) fn push_emission(chef: &mut Chef, emission: Emission, node: &Node) -> Result<(), ConfigError> {
    if chef.emissions.last().is_some_and(|last| last.block >= emission.block) {
        return Err(node.invalid("a later block than that of the change before"));
    }
    chef.emissions.push(emission);
    Ok(())
}

fn read_pool(chef: &mut Chef, node: &Node, ctx: &BuildContext<'_>) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let asset = ctx.assets.read(fields.required("lpToken", "the symbol of what is staked")?)?;
    let mut integer = |key| fields.optional(key).map(values::integer).transpose();
    let alloc_point = integer("allocPoint")?.unwrap_or_default();
    let last_reward_block = integer("lastRewardBlock")?;
    let acc_per_share = integer("accSushiPerShare")?.unwrap_or_default();
    fields.finish()?;
    chef.push_pool(alloc_point, asset, ctx.now.block);
    if let Some(pool) = chef.pools.last_mut() {
        pool.acc_per_share = acc_per_share;
        pool.last_reward_block = last_reward_block.unwrap_or(pool.last_reward_block);
    }
    Ok(())
}

fn read_user(chef: &mut Chef, account: Account, node: &Node) -> Result<(), ConfigError> {
    for (number, table) in node.entries()? {
        let pools = chef.pools.len();
        let pid = number.parse().ok().filter(|pid: &usize| *pid < pools && pid.to_string() == *number);
        let accepted =
            || table.invalid(format!("the stake in one of the {pools} pools, by its number from 0"));
        let pid = pid.ok_or_else(accepted)?;
        let mut fields = table.fields()?;
        let mut integer = |key| fields.optional(key).map_or(Ok(U256::ZERO), values::integer);
        let user = User { amount: integer("amount")?, reward_debt: integer("rewardDebt")? };
        fields.finish()?;
        chef.set_user(pid, account, user);
    }
    Ok(())
}

/// Reads what the chef holds of each token, and how much of the reward exists.
fn read_balances(chef: &mut Chef, fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    let mut balances = stakes_by_asset(chef);
    balances.entry(chef.terms.reward).or_default();
    if let Some(node) = fields.optional("balances") {
        for (symbol, value) in node.entries()? {
            let known = balances.keys().copied().find(|asset| asset.symbol() == symbol);
            let asset =
                known.ok_or_else(|| value.unknown_name(symbol, balances.keys().map(Asset::symbol)))?;
            balances.insert(asset, values::integer(value)?);
        }
    }
    let balance = |asset: &Asset| balances.get(asset).copied().unwrap_or_default();
    chef.held = chef
        .stakes
        .iter()
        .map(|asset| if *asset == chef.terms.reward { U256::ZERO } else { balance(asset) })
        .collect();
    chef.till.held = balance(&chef.terms.reward);
    chef.till.supply = match fields.optional("totalSupply") {
        None => chef.till.held,
        Some(node) => {
            let supply = values::integer(node)?;
            if supply < chef.till.held {
                return Err(node.invalid(format!("at least what the chef holds, {}", chef.till.held)));
            }
            supply
        }
    };
    Ok(())
}

/// What everybody together has staked of each asset.
pub(crate) fn stakes_by_asset(chef: &Chef) -> BTreeMap<Asset, U256> {
    let mut sums: BTreeMap<Asset, U256> = chef.stakes.iter().map(|asset| (*asset, U256::ZERO)).collect();
    for ((_, pid), user) in &chef.users {
        let asset = chef.pools.get(*pid).and_then(|pool| chef.stakes.get(pool.stake));
        if let Some(sum) = asset.and_then(|asset| sums.get_mut(asset)) {
            *sum = sum.saturating_add(user.amount);
        }
    }
    sums
}

/// Gives out accounts by name.
#[derive(Default)]
struct Names {
    known: BTreeMap<Account, String>,
    given: u32,
}

impl Names {
    fn account(&mut self, name: &str) -> Account {
        if let Some((account, _)) = self.known.iter().find(|(_, known)| known.as_str() == name) {
            return *account;
        }
        let own = number(name).filter(|account| !self.known.contains_key(account));
        let account = own.unwrap_or_else(|| {
            while self.known.contains_key(&Account::new(self.given)) {
                self.given = self.given.saturating_add(1);
            }
            Account::new(self.given)
        });
        self.given = self.given.saturating_add(1);
        self.known.insert(account, name.into());
        account
    }

    /// Those names that are more than the account's number.
    fn proper(self) -> BTreeMap<Account, String> {
        self.known.into_iter().filter(|(account, name)| account.to_string() != *name).collect()
    }
}

/// The account that is written as its number: `outsider 7`, `account 7`.
fn number(name: &str) -> Option<Account> {
    let read = |kind| name.strip_prefix(kind).and_then(|number| number.parse().ok());
    let account = read("outsider ").map(Account::outsider).or_else(|| read("account ").map(Account::new));
    account.filter(|account| account.to_string() == name)
}
