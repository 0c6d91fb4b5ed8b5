//! An operation done by the adapter.

use levmine_aave_v2::AaveV2Market;
use levmine_config::parse_json;
use levmine_lending::{
    Amount, Context, Done, LendingError, LendingMarket, LiquidationCall, Operation as Lending,
};
use levmine_market::{Account, Actor, Asset, Dump, TokenAmount, Transfer};
use levmine_math::U256;

use super::contracts::ACCOUNTS;
use crate::{Operation, ParityError};

/// What the adapter says an operation did.
#[derive(Debug, Default)]
pub(super) struct Acted {
    /// What it returns.
    pub(super) amount: Option<U256>,
    /// The tokens that it moves.
    pub(super) transfers: Vec<Transfer>,
}

/// The adapter's number of an account.
pub(super) fn account(name: &str) -> Account {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Account::new(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Does it; `asset` finds reserves by symbol.
pub(super) fn act(
    market: &mut AaveV2Market,
    operation: &Operation,
    asset: &dyn Fn(&str) -> Result<Asset, ParityError>,
    ctx: &Context<'_>,
) -> Result<Result<Acted, LendingError>, ParityError> {
    let known = match operation.name() {
        "supply" | "withdraw" | "borrow" | "repay" => {
            let caller = account(operation.who()?);
            let owner = operation.text("on_behalf_of").map_or(caller, account);
            let actor = Actor { caller, owner };
            let (asset, amount) = (asset(operation.text("asset")?)?, amount(operation, "amount")?);
            // Only a withdrawal and a repayment know "everything".
            let exact = || operation.number_or_all("amount").map(Amount::Exact);
            match operation.name() {
                "supply" => Lending::Supply(actor, asset, exact()?),
                "withdraw" => Lending::Withdraw(actor, asset, amount),
                "borrow" => Lending::Borrow(actor, asset, exact()?),
                _ => Lending::Repay(actor, asset, amount),
            }
        }
        "set_collateral" => Lending::SetCollateral(
            account(operation.who()?),
            asset(operation.text("asset")?)?,
            operation.flag("enabled")?,
        ),
        "liquidate" => Lending::Liquidate(LiquidationCall {
            liquidator: account(operation.who()?),
            borrower: account(operation.text("borrower")?),
            debt: asset(operation.text("debt")?)?,
            collateral: asset(operation.text("collateral")?)?,
            repay: amount(operation, "repay")?,
            keep_supplied: operation.flag("keep_supplied")?,
        }),
        "approve_borrow" => Lending::ApproveBorrow(
            account(operation.who()?),
            account(operation.text("delegatee")?),
            asset(operation.text("asset")?)?,
            operation.number("amount")?,
        ),
        "flash_loan" => {
            let amount = TokenAmount::new(asset(operation.text("asset")?)?, operation.number("amount")?);
            Lending::Flash(account(operation.who()?), amount)
        }
        _ => return special(market, operation, asset, ctx),
    };
    Ok(known.run(market, ctx).map(|done| Acted {
        amount: match &done {
            Done::Moved(receipt) => Some(receipt.amount),
            _ => None,
        },
        transfers: done.transfers().to_vec(),
    }))
}

fn special(
    market: &mut AaveV2Market,
    operation: &Operation,
    asset: &dyn Fn(&str) -> Result<Asset, ParityError>,
    ctx: &Context<'_>,
) -> Result<Result<Acted, LendingError>, ParityError> {
    let node = parse_json("operation", &operation.arguments().to_string())?;
    let mut fields = node.fields()?;
    let done = market.special(operation.name(), &mut fields, &account, ctx)?;
    fields.finish()?;
    let paid = match done {
        Ok(Dump::Text(text)) => U256::from_str_radix(&text, 10).ok(),
        Ok(_) => None,
        Err(error) => return Ok(Err(error)),
    };
    let mut acted = Acted { amount: paid, transfers: Vec::new() };
    let mut moves = |amount: U256, pays: bool| {
        let amount = TokenAmount::new(asset(operation.text("asset")?)?, amount);
        let who = account(operation.who()?);
        let transfer = if pays { Transfer::pay(who, amount) } else { Transfer::receive(who, amount) };
        acted.transfers.push(transfer);
        Ok::<_, ParityError>(())
    };
    // A special operation does not return its transfers.
    match operation.name() {
        "donate" => moves(operation.number("amount")?, true)?,
        "borrowStable" => moves(operation.number("amount")?, false)?,
        "repayStable" => moves(paid.unwrap_or_default(), true)?,
        _ => {}
    }
    Ok(Ok(acted))
}

fn amount(operation: &Operation, key: &str) -> Result<Amount, ParityError> {
    Ok(match operation.number_or_all(key)? {
        U256::MAX => Amount::All,
        amount => Amount::Exact(amount),
    })
}
