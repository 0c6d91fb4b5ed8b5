//! Every integer of the vault and of its strategies.

use levmine_market::Dump;
use levmine_math::U256;
use revm::primitives::Address;

use super::YearnTwin;
use super::contracts::{REWARDS, STRATEGIES};
use crate::twin::Comparison;
use crate::{Call, ParityError};

/// The state by the names of the dump, and the functions that tell it.
const GETTERS: [(&str, &str); 10] = [
    ("total_debt", "totalDebt()"),
    ("total_supply", "totalSupply()"),
    ("locked_profit", "lockedProfit()"),
    ("locked_profit_degradation", "lockedProfitDegration()"),
    ("last_report", "lastReport()"),
    ("debt_ratio", "debtRatio()"),
    ("deposit_limit", "depositLimit()"),
    ("management_fee", "managementFee()"),
    ("performance_fee", "performanceFee()"),
    ("delegated_assets", "delegatedAssets()"),
];

/// The record of a strategy, in the contract's order.
const RECORD: [&str; 9] = [
    "performance_fee",
    "activation",
    "debt_ratio",
    "min_debt_per_harvest",
    "max_debt_per_harvest",
    "last_report",
    "total_debt",
    "total_gain",
    "total_loss",
];

/// Compares everything that the contract tells with the adapter's dump and views.
pub(super) fn compare(found: &mut Comparison, twin: &mut YearnTwin, state: &Dump) -> Result<(), ParityError> {
    let vault = twin.contracts.vault;
    for (key, function) in GETTERS {
        let word = twin.contracts.chain.word(vault, function, Vec::new())?;
        found.dumped(|| key.into(), word, state.get(key));
    }
    let shut = twin.contracts.chain.word(vault, "emergencyShutdown()", Vec::new())?;
    let ours = matches!(state.get("emergency_shutdown"), Some(Dump::Boolean(true)));
    found.number(|| "emergency_shutdown".into(), shut, U256::from(u8::from(ours)));
    let asset = twin.contracts.asset;
    let held = twin.contracts.balance(asset, vault)?;
    found.dumped(|| "vault_token_balance".into(), held, state.get("vault_token_balance"));
    let rewards = twin.contracts.balance(vault, REWARDS)?;
    found.dumped(|| "rewards_shares".into(), rewards, state.get("rewards_shares"));
    // The vault keeps no shares of its own.
    let own = twin.contracts.balance(vault, vault)?;
    found.number(|| "the vault's own shares".into(), own, U256::ZERO);
    views(found, twin)?;
    for index in 0..STRATEGIES {
        strategy(found, twin, state, index)?;
    }
    queue(found, twin)
}

/// What a view answers; `None` where it fails.
fn view(
    twin: &mut YearnTwin,
    function: &'static str,
    arguments: Vec<crate::abi::Value>,
) -> Result<Option<U256>, ParityError> {
    let call = Call::new(Address::ZERO, twin.contracts.vault, function, arguments);
    let answers = twin.contracts.chain.simulate(&[call])?;
    Ok(answers.ok().and_then(|answers| answers.first().and_then(|words| words.first()).copied()))
}

fn told(found: &mut Comparison, what: &str, contract: Option<U256>, adapter: Option<U256>) {
    let text = |value: Option<U256>| value.map_or("no data".to_string(), |value| value.to_string());
    found.integers = found.integers.saturating_add(1);
    if contract != adapter {
        found.differ(what.into(), text(contract), text(adapter));
    }
}

fn views(found: &mut Comparison, twin: &mut YearnTwin) -> Result<(), ParityError> {
    let now = twin.now;
    let model = twin.model()?.clone();
    let price = view(twin, "pricePerShare()", Vec::new())?;
    told(found, "pricePerShare", price, model.price_per_share(now).ok());
    let total = view(twin, "totalAssets()", Vec::new())?;
    told(found, "totalAssets", total, model.total_assets().ok());
    let available = view(twin, "maxAvailableShares()", Vec::new())?;
    told(found, "maxAvailableShares", available, model.max_available_shares(now).ok());
    let limit = view(twin, "availableDepositLimit()", Vec::new())?;
    told(found, "availableDepositLimit", limit, model.available_deposit_limit().ok());
    Ok(())
}

fn strategy(
    found: &mut Comparison,
    twin: &mut YearnTwin,
    state: &Dump,
    index: usize,
) -> Result<(), ParityError> {
    let (vault, asset) = (twin.contracts.vault, twin.contracts.asset);
    let address = twin.contracts.strategy(index);
    let ours = match state.get("strategies") {
        Some(Dump::List(strategies)) => strategies.get(index),
        _ => None,
    };
    let record = twin.contracts.chain.read(vault, "strategies(address)", vec![address.into()])?;
    let is_added = record.get(1).is_some_and(|activation| !activation.is_zero());
    // Before it is added there is no record; what the adapter keeps for one then is not the contract's.
    for (key, word) in RECORD.into_iter().zip(record).filter(|(key, _)| is_added || *key == "activation") {
        found.dumped(|| format!("{key} of strategy {index}"), word, ours.and_then(|one| one.get(key)));
    }
    let balance = twin.contracts.balance(asset, address)?;
    found.dumped(
        || format!("balance of strategy {index}"),
        balance,
        ours.and_then(|one| one.get("token_balance")),
    );
    let shares = twin.contracts.balance(vault, address)?;
    found.dumped(
        || format!("shares of strategy {index}"),
        shares,
        ours.and_then(|one| one.get("vault_shares")),
    );
    if is_added {
        let model = twin.model()?;
        let (lent, owed) = (model.credit_available(index).ok(), model.debt_outstanding(index).ok());
        let credit = view(twin, "creditAvailable(address)", vec![address.into()])?;
        let debt = view(twin, "debtOutstanding(address)", vec![address.into()])?;
        told(found, &format!("creditAvailable of strategy {index}"), credit, lent);
        told(found, &format!("debtOutstanding of strategy {index}"), debt, owed);
    }
    Ok(())
}

fn queue(found: &mut Comparison, twin: &mut YearnTwin) -> Result<(), ParityError> {
    let model = twin.model()?.clone();
    for at in 0..=STRATEGIES {
        let word = view(twin, "withdrawalQueue(uint256)", vec![U256::from(at).into()])?.unwrap_or_default();
        let ours = model.queue.get(at).map_or(Address::ZERO, |index| twin.contracts.strategy(*index));
        found.number(|| format!("the queue at {at}"), word, crate::abi::word(ours));
    }
    Ok(())
}
