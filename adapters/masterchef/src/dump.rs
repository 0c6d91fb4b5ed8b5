//! The state written out, in the words of the contract; the decoder reads it back as a venue's `state`.

use std::collections::BTreeMap;

use levmine_market::{Account, Asset, Dump};

use crate::state::{Pool, User};
use crate::vault::MasterChefVault;

/// What stands for nobody.
pub(crate) const ZERO_ADDRESS: &str = "zero address";

/// Writes the whole state: rate, blocks, pools, balances, users by name, known changes of the rate.
pub(crate) fn dump(vault: &MasterChefVault) -> Dump {
    let chef = &vault.chef;
    let who = |account: Option<Account>| {
        Dump::text(account.map_or_else(|| ZERO_ADDRESS.into(), |account| name(vault, account)))
    };
    let pools = chef.pools.iter().map(|pool| self::pool(pool, &chef.stakes));
    let reward = (chef.terms.reward.symbol(), chef.till.held);
    let stakes = chef.stakes.iter().zip(&chef.held).filter(|(asset, _)| **asset != chef.terms.reward);
    let balances = [reward].into_iter().chain(stakes.map(|(asset, held)| (asset.symbol(), *held)));
    let emissions = chef.emissions.iter().map(|emission| {
        Dump::table([
            ("block", Dump::text(emission.block)),
            ("sushiPerBlock", Dump::text(emission.per_block)),
        ])
    });
    Dump::table([
        ("block", Dump::text(chef.block)),
        ("sushiPerBlock", Dump::text(chef.per_block)),
        ("startBlock", Dump::text(chef.start)),
        ("bonusEndBlock", Dump::text(chef.bonus_end)),
        ("totalAllocPoint", Dump::text(chef.total_alloc)),
        ("totalSupply", Dump::text(chef.till.supply)),
        ("owner", who(chef.owner)),
        ("devaddr", who(chef.dev)),
        ("poolInfo", Dump::List(pools.collect())),
        ("balances", Dump::table(balances.map(|(symbol, held)| (symbol.to_string(), Dump::text(held))))),
        ("users", users(vault)),
        ("emissions", Dump::List(emissions.collect())),
    ])
}

/// The name that the account had in the file, else its number.
pub(crate) fn name(vault: &MasterChefVault, account: Account) -> String {
    vault.names.get(&account).cloned().unwrap_or_else(|| account.to_string())
}

fn pool(pool: &Pool, stakes: &[Asset]) -> Dump {
    let symbol = stakes.get(pool.stake).map(ToString::to_string).unwrap_or_default();
    Dump::table([
        ("lpToken", Dump::text(symbol)),
        ("allocPoint", Dump::text(pool.alloc_point)),
        ("lastRewardBlock", Dump::text(pool.last_reward_block)),
        ("accSushiPerShare", Dump::text(pool.acc_per_share)),
    ])
}

/// Everybody who has a name or a stake, with the pools in which that is.
fn users(vault: &MasterChefVault) -> Dump {
    let mut users: BTreeMap<Account, Vec<(String, Dump)>> = BTreeMap::new();
    for account in vault.names.keys() {
        users.entry(*account).or_default();
    }
    for ((account, pid), user) in &vault.chef.users {
        users.entry(*account).or_default().push((pid.to_string(), self::user(user)));
    }
    Dump::table(users.into_iter().map(|(account, pools)| (name(vault, account), Dump::Table(pools))))
}

fn user(user: &User) -> Dump {
    Dump::table([("amount", Dump::text(user.amount)), ("rewardDebt", Dump::text(user.reward_debt))])
}
