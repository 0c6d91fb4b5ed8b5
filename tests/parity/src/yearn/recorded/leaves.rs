//! One value of a recorded state.

use levmine_market::Dump;
use levmine_math::U256;
use levmine_yearn::{Contract, tokenized, v2, v3};

use super::YearnRecording;
use crate::ParityError;
use crate::recorded::unknown_leaf;

type Leaf = Result<Option<String>, ParityError>;

pub(super) fn field(recording: &YearnRecording, path: &[&str]) -> Leaf {
    let now = recording.seconds();
    if let ["accounts", name, key] = path {
        return account(recording, name, key, now);
    }
    let read = match recording.vault.contract() {
        Contract::V2(vault) => of_v2(vault, path, now),
        Contract::V3(vault) => of_v3(vault, path, now),
        Contract::Tokenized(strategy) => of_tokenized(strategy, path, now),
    };
    if let Some(read) = read {
        return Ok(read.map(|value| value.to_string()));
    }
    let found = path.iter().try_fold(&recording.dump, |dump, key| at(dump, key));
    let text = match found {
        Some(Dump::Text(text)) => text.clone(),
        Some(Dump::Boolean(flag)) => flag.to_string(),
        _ => return Err(unknown_leaf(path)),
    };
    // Times count from the beginning of the record; 0 stands for never.
    match path.last() {
        Some(&("full_profit_unlock_date" | "last_profit_update")) if text == "0" => Ok(None),
        Some(&("full_profit_unlock_date" | "last_profit_update" | "last_report" | "activation")) => {
            let seconds: u64 = text.parse().map_err(|_| unknown_leaf(path))?;
            Ok(Some(seconds.saturating_sub(recording.start).to_string()))
        }
        _ => Ok(Some(text)),
    }
}

/// An entry of a table, or a place of a list.
fn at<'a>(dump: &'a Dump, key: &str) -> Option<&'a Dump> {
    match dump {
        Dump::List(items) => items.get(key.parse::<usize>().ok()?),
        table => table.get(key),
    }
}

/// A view of the contract: `None` where it is none, and inside where it reverts.
type View = Option<Option<U256>>;

fn of_v2(vault: &v2::Vault, path: &[&str], now: u64) -> View {
    Some(match path {
        ["total_idle"] => Some(vault.idle()),
        ["total_assets"] => vault.total_assets().ok(),
        ["price_per_share"] => vault.price_per_share(now).ok(),
        ["max_available_shares"] => vault.max_available_shares(now).ok(),
        ["strategies", index, "credit_available"] => vault.credit_available(index.parse().ok()?).ok(),
        ["strategies", index, "debt_outstanding"] => vault.debt_outstanding(index.parse().ok()?).ok(),
        _ => return None,
    })
}

fn of_v3(vault: &v3::Vault, path: &[&str], now: u64) -> View {
    Some(match path {
        ["total_assets"] => vault.total_assets().ok(),
        ["total_supply"] => vault.supply_at(now).ok(),
        ["unlocked_shares"] => vault.unlocked_shares(now).ok(),
        ["vault_own_shares_effective"] => {
            vault.unlocked_shares(now).ok().and_then(|gone| vault.unlocking.own_shares.checked_sub(gone))
        }
        ["price_per_share"] => vault.price_per_share(now).ok(),
        ["accountant_shares"] => Some(vault.accountant.shares),
        ["accountant_tokens"] => Some(vault.accountant.tokens),
        ["strategies", index, "position_value"] => {
            vault.strategies.get(index.parse::<usize>().ok()?)?.source.position().ok()
        }
        _ => return None,
    })
}

fn of_tokenized(strategy: &tokenized::Strategy, path: &[&str], now: u64) -> View {
    Some(match path {
        ["total_supply"] => strategy.supply_at(now).ok(),
        ["unlocked_shares"] => strategy.unlocked_shares(now).ok(),
        ["strategy_own_shares_effective"] => strategy
            .unlocked_shares(now)
            .ok()
            .and_then(|gone| strategy.unlocking.own_shares.checked_sub(gone)),
        ["price_per_share"] => strategy.price_per_share(now).ok(),
        _ => return None,
    })
}

fn account(recording: &YearnRecording, name: &str, key: &str, now: u64) -> Leaf {
    let (tokens, shares) = recording.held(recording.accounts.account(name));
    let all = U256::from(10_000_u64);
    let read = match (key, recording.vault.contract()) {
        ("tokens", _) => Some(tokens),
        ("shares", _) => Some(shares),
        ("max_withdraw_max_loss_0", Contract::V3(vault)) => vault.max_withdraw(shares, U256::ZERO, now).ok(),
        ("max_redeem", Contract::V3(vault)) => vault.max_redeem(shares, all, now).ok(),
        ("max_withdraw", Contract::Tokenized(strategy)) => strategy.max_withdraw(Some(shares), now).ok(),
        ("max_redeem", Contract::Tokenized(strategy)) => strategy.max_redeem(shares, now).ok(),
        _ => return Err(unknown_leaf(&["accounts", name, key])),
    };
    Ok(read.map(|value| value.to_string()))
}
