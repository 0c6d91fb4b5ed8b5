//! What is compared after every operation: the whole storage of Morpho that concerns the market, and all tokens.

use std::collections::BTreeMap;

use levmine_market::Account;
use levmine_math::U256;
use levmine_morpho_blue::State;
use revm::primitives::Address;

use super::contracts::{ACCOUNTS, Contracts, account};
use super::{COLLATERAL, LOAN, model};
use crate::abi;
use crate::twin::Comparison;
use crate::{Operation, ParityError};

/// What the accounts have in their wallets, by account and symbol.
pub(super) type Wallets = BTreeMap<(Account, String), U256>;

/// Compares both sides.
pub(super) fn compare(
    found: &mut Comparison,
    contracts: &mut Contracts,
    state: &State,
    wallets: &Wallets,
) -> Result<(), ParityError> {
    compare_market(found, contracts, state)?;
    for name in ACCOUNTS {
        let position = state.position(model::account(name));
        let ours =
            [position.supply_shares, U256::from(position.borrow_shares), U256::from(position.collateral)];
        compare_position(found, contracts, name, ours)?;
    }
    compare_position(
        found,
        contracts,
        "zero address",
        [state.totals.ownerless_shares, U256::ZERO, U256::ZERO],
    )?;
    for (symbol, token, held) in [
        (LOAN, contracts.loan, state.totals.loan_held),
        (COLLATERAL, contracts.collateral, state.totals.collateral_held),
    ] {
        let theirs = balance(contracts, token, contracts.morpho)?;
        found.number(|| format!("{symbol} of Morpho"), theirs, held);
        for name in ACCOUNTS {
            let theirs = balance(contracts, token, account(name))?;
            let ours = wallets.get(&(model::account(name), symbol.into())).copied().unwrap_or_default();
            found.number(|| format!("{symbol} of {name}"), theirs, ours);
        }
    }
    for (function, ours) in [("owner()", state.owner), ("feeRecipient()", state.fee_recipient)] {
        let theirs = contracts.chain.word(contracts.morpho, function, Vec::new())?;
        let named = ACCOUNTS.into_iter().find(|name| Some(model::account(name)) == ours);
        let ours = named.map_or(Address::ZERO, account);
        found.number(|| function.into(), theirs, abi::word(ours));
    }
    Ok(())
}

fn compare_market(
    found: &mut Comparison,
    contracts: &mut Contracts,
    state: &State,
) -> Result<(), ParityError> {
    let id = contracts.id();
    let words = contracts.chain.read(contracts.morpho, "market(bytes32)", vec![id])?;
    let totals = &state.totals;
    let ours = [
        ("totalSupplyAssets", U256::from(totals.supply.assets)),
        ("totalSupplyShares", U256::from(totals.supply.shares)),
        ("totalBorrowAssets", U256::from(totals.borrow.assets)),
        ("totalBorrowShares", U256::from(totals.borrow.shares)),
        ("lastUpdate", U256::from(totals.last_update)),
        ("fee", U256::from(totals.fee)),
    ];
    if words.len() != ours.len() {
        found.differ("words of the market".into(), words.len().to_string(), ours.len().to_string());
    }
    for (word, (key, ours)) in words.into_iter().zip(ours) {
        found.number(|| key.into(), word, ours);
    }
    Ok(())
}

fn compare_position(
    found: &mut Comparison,
    contracts: &mut Contracts,
    name: &str,
    ours: [U256; 3],
) -> Result<(), ParityError> {
    let arguments = vec![contracts.id(), account(name).into()];
    let words = contracts.chain.read(contracts.morpho, "position(bytes32,address)", arguments)?;
    for ((word, ours), key) in words.into_iter().zip(ours).zip(["supplyShares", "borrowShares", "collateral"])
    {
        found.number(|| format!("{key} of {name}"), word, ours);
    }
    Ok(())
}

/// Compares what an operation of governance, or an authorization, changes.
pub(super) fn compare_changed(
    found: &mut Comparison,
    contracts: &mut Contracts,
    state: &State,
    operation: &Operation,
) -> Result<(), ParityError> {
    let morpho = contracts.morpho;
    let mut flag = |function, arguments, ours: bool| {
        let theirs = contracts.chain.word(morpho, function, arguments)?;
        found.number(|| function.into(), theirs, U256::from(u8::from(ours)));
        Ok::<_, ParityError>(())
    };
    match operation.name() {
        "setAuthorization" => {
            let (owner, caller) = (operation.who()?, operation.text("authorized")?);
            let ours = state.authorizations.contains(&(model::account(owner), model::account(caller)));
            let arguments = vec![account(owner).into(), account(caller).into()];
            flag("isAuthorized(address,address)", arguments, ours)
        }
        "enableLltv" => {
            let lltv = operation.number("lltv")?;
            let ours = u64::try_from(lltv).is_ok_and(|lltv| state.enabled_lltvs.contains(&lltv));
            flag("isLltvEnabled(uint256)", vec![lltv.into()], ours)
        }
        _ => Ok(()),
    }
}

fn balance(contracts: &mut Contracts, token: Address, of: Address) -> Result<U256, ParityError> {
    contracts.chain.word(token, "balanceOf(address)", vec![of.into()])
}
