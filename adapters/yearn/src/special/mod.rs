//! What only these vaults have: the contracts' functions as they stand, governance, and what happens to strategies.

mod arguments;
mod tokenized;
mod v2;
mod v3;

use levmine_config::{ConfigError, Fields};
use levmine_market::{Dump, Moment};
use levmine_math::{U256, add, sub};
use levmine_vault::{Vault, VaultError};

use self::arguments::Arguments;
use crate::contract::Contract;
use crate::error::YearnError;
use crate::vault::YearnVault;

/// What a function answers, once its arguments are read.
type Done = Result<Dump, YearnError>;

/// A call with its arguments, to be made on a copy.
type Call = Box<dyn FnOnce(&mut Contract, u64) -> Done>;

/// Runs one by its name; the README lists them.
pub(crate) fn run(
    vault: &mut YearnVault,
    name: &str,
    fields: &mut Fields<'_>,
    now: Moment,
) -> Result<Result<Dump, VaultError>, ConfigError> {
    let mut arguments = Arguments(fields);
    let call = match common(name, &mut arguments)? {
        Some(call) => Some(call),
        None => match &vault.contract {
            Contract::V2(_) => v2::read(name, &mut arguments)?,
            Contract::V3(_) => v3::read(name, &mut arguments)?,
            Contract::Tokenized(_) => tokenized::read(name, &mut arguments)?,
        },
    };
    let Some(call) = call else { return Ok(Err(vault.unsupported("this operation"))) };
    Ok(vault.transact(now, |vault, now| call(&mut vault.contract, now)).map(|(dump, _)| dump))
}

/// What happens to the strategies of every generation.
fn common(name: &str, arguments: &mut Arguments<'_, '_>) -> Result<Option<Call>, ConfigError> {
    Ok(Some(match name {
        "earn" => {
            let (index, amount) = (arguments.strategy()?, arguments.integer("amount")?);
            Box::new(move |contract, _| change(contract, index, |has| add(has, amount)))
        }
        "lose" => {
            let (index, amount) = (arguments.strategy()?, arguments.integer("amount")?);
            Box::new(move |contract, _| change(contract, index, |has| sub(has, amount)))
        }
        "donate" => {
            let amount = arguments.integer("amount")?;
            Box::new(move |contract, _| donate(contract, amount))
        }
        "observe" => Box::new(|contract, now| observe(contract, now)),
        _ => return Ok(None),
    }))
}

fn nothing() -> Dump {
    Dump::Table(Vec::new())
}

fn named<const N: usize>(entries: [(&'static str, U256); N]) -> Dump {
    Dump::table(entries.map(|(name, value)| (name, Dump::text(value))))
}

fn change(
    contract: &mut Contract,
    index: usize,
    to: impl FnOnce(U256) -> Result<U256, levmine_math::MathError>,
) -> Done {
    match contract.at_work(index) {
        Some(has) => *has = to(*has).map_err(crate::v2::V2Error::from)?,
        None => return Err(crate::v2::V2Error::NoStrategy { index }.into()),
    }
    Ok(nothing())
}

/// A plain transfer to the contract.
fn donate(contract: &mut Contract, amount: U256) -> Done {
    let balance = match contract {
        Contract::V2(vault) => &mut vault.balance,
        Contract::V3(vault) => &mut vault.balance,
        Contract::Tokenized(strategy) => &mut strategy.idle,
    };
    *balance = add(*balance, amount).map_err(crate::v2::V2Error::from)?;
    Ok(nothing())
}

/// What the contract's views say.
fn observe(contract: &Contract, now: u64) -> Done {
    Ok(match contract {
        Contract::V2(vault) => named([
            ("price_per_share", vault.price_per_share(now)?),
            ("total_assets", vault.total_assets()?),
            ("locked_profit", vault.locked_at(now)?),
            ("max_available_shares", vault.max_available_shares(now)?),
        ]),
        Contract::V3(vault) => named([
            ("price_per_share", vault.price_per_share(now)?),
            ("total_assets", vault.total_assets()?),
            ("total_supply", vault.supply_at(now)?),
            ("unlocked_shares", vault.unlocked_shares(now)?),
        ]),
        Contract::Tokenized(strategy) => named([
            ("price_per_share", strategy.price_per_share(now)?),
            ("total_assets", strategy.total_assets),
            ("total_supply", strategy.supply_at(now)?),
            ("unlocked_shares", strategy.unlocked_shares(now)?),
        ]),
    })
}
