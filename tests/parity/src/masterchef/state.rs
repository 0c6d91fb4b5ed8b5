//! What is compared after every operation: the chef's whole storage, and every token of everybody.

use std::collections::BTreeMap;

use levmine_market::Moment;
use levmine_masterchef::MasterChefVault;
use levmine_math::U256;
use levmine_vault::VaultError;
use revm::primitives::Address;

use super::contracts::{ACCOUNTS, Contracts, account};
use super::{SUSHI, number};
use crate::abi::{self, Value};
use crate::twin::Comparison;
use crate::{Call, ParityError};

/// What the accounts have in their wallets, by name and symbol.
pub(super) type Wallets = BTreeMap<(&'static str, &'static str), U256>;

/// Compares both sides.
pub(super) fn compare(
    found: &mut Comparison,
    contracts: &mut Contracts,
    vault: &MasterChefVault,
    wallets: &Wallets,
    pools: &[&'static str],
) -> Result<(), ParityError> {
    let (chef, ours) = (contracts.chef, vault.chef());
    for (function, ours) in [
        ("sushiPerBlock()", ours.per_block()),
        ("bonusEndBlock()", ours.bonus_end()),
        ("startBlock()", ours.start()),
        ("totalAllocPoint()", ours.total_alloc()),
        ("poolLength()", U256::from(ours.pools().len())),
    ] {
        let theirs = contracts.chain.word(chef, function, Vec::new())?;
        found.number(|| function.into(), theirs, ours);
    }
    for (function, ours) in [("owner()", ours.owner()), ("devaddr()", ours.dev())] {
        let theirs = contracts.chain.word(chef, function, Vec::new())?;
        let named = ACCOUNTS.into_iter().find(|name| Some(number(name)) == ours);
        found.number(|| function.into(), theirs, abi::word(named.map_or(Address::ZERO, account)));
    }
    for (pid, symbol) in pools.iter().enumerate() {
        compare_pool(found, contracts, vault, pid, symbol)?;
    }
    for (symbol, token) in contracts.tokens() {
        let held = ours.stakes().iter().copied().find(|asset| asset.symbol() == symbol);
        // What is in no pool yet, the chef does not have.
        let held = if symbol == SUSHI { Some(ours.terms().reward) } else { held };
        let held = held.map_or(U256::ZERO, |asset| ours.balance(asset));
        let theirs = balance(contracts, token, chef)?;
        found.number(|| format!("{symbol} of the chef"), theirs, held);
        for name in ACCOUNTS {
            let theirs = balance(contracts, token, account(name))?;
            let ours = wallets.get(&(name, symbol)).copied().unwrap_or_default();
            found.number(|| format!("{symbol} of {name}"), theirs, ours);
        }
    }
    let theirs = contracts.chain.word(contracts.token(SUSHI)?, "totalSupply()", Vec::new())?;
    found.number(|| "totalSupply()".into(), theirs, ours.till().supply);
    Ok(())
}

fn compare_pool(
    found: &mut Comparison,
    contracts: &mut Contracts,
    vault: &MasterChefVault,
    pid: usize,
    symbol: &str,
) -> Result<(), ParityError> {
    let (chef, ours) = (contracts.chef, vault.chef());
    let number_of = Value::from(U256::from(pid));
    let words = contracts.chain.read(chef, "poolInfo(uint256)", vec![number_of.clone()])?;
    let pool = ours.pools().get(pid).copied();
    let Some(pool) = pool else {
        found.differ(format!("pool {pid}"), format!("{words:?}"), "nothing".into());
        return Ok(());
    };
    let staked = ours.stakes().get(pool.stake).map(ToString::to_string).unwrap_or_default();
    found.text(|| format!("the stake of pool {pid}"), symbol, &staked);
    let integers = [
        ("lpToken", abi::word(contracts.token(&staked)?)),
        ("allocPoint", pool.alloc_point),
        ("lastRewardBlock", pool.last_reward_block),
        ("accSushiPerShare", pool.acc_per_share),
    ];
    if words.len() != integers.len() {
        found.differ(format!("words of pool {pid}"), words.len().to_string(), integers.len().to_string());
    }
    for (word, (key, ours)) in words.into_iter().zip(integers) {
        found.number(|| format!("{key} of pool {pid}"), word, ours);
    }
    for name in ACCOUNTS {
        let arguments = vec![number_of.clone(), account(name).into()];
        let words = contracts.chain.read(chef, "userInfo(uint256,address)", arguments)?;
        let user = ours.user(pid, number(name));
        for (word, (key, ours)) in
            words.into_iter().zip([("amount", user.amount), ("rewardDebt", user.reward_debt)])
        {
            found.number(|| format!("{key} of {name} in pool {pid}"), word, ours);
        }
    }
    Ok(())
}

/// Compares what the contract's view says of everybody's rewards at this moment, also where it refuses to say it.
pub(super) fn compare_pending(
    found: &mut Comparison,
    contracts: &mut Contracts,
    vault: &MasterChefVault,
    pools: usize,
    now: Moment,
) -> Result<(), ParityError> {
    for pid in 0..pools {
        for name in ACCOUNTS {
            let arguments = vec![U256::from(pid).into(), account(name).into()];
            let call = Call::new(Address::ZERO, contracts.chef, "pendingSushi(uint256,address)", arguments);
            let theirs = contracts.chain.simulate(&[call])?;
            let ours = vault.pending(pid, number(name), now);
            let what = || format!("pendingSushi of {name} in pool {pid}");
            match (theirs, ours) {
                (Ok(answers), Ok(ours)) => {
                    let word = answers.first().and_then(|words| words.first()).copied();
                    found.number(what, word.unwrap_or_default(), ours);
                }
                (theirs, ours) => {
                    let theirs = theirs.err().map_or("done".into(), |reason| reason.to_string());
                    found.text(what, &theirs, ours.err().map_or("done", |error| error.code()));
                }
            }
        }
    }
    Ok(())
}

/// A refusal of the adapter by the contract's name of it.
pub(super) fn code(error: &VaultError) -> String {
    error.code().map_or_else(|| error.to_string(), ToString::to_string)
}

fn balance(contracts: &mut Contracts, token: Address, of: Address) -> Result<U256, ParityError> {
    contracts.chain.word(token, "balanceOf(address)", vec![of.into()])
}
