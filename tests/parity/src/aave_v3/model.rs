//! An operation done by the adapter.

use levmine_aave_v3::AaveV3Market;
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
    market: &mut AaveV3Market,
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
        "set_mode" => {
            let mode = operation.small("mode")?;
            Lending::SetMode(account(operation.who()?), u8::try_from(mode).unwrap_or(u8::MAX))
        }
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
    market: &mut AaveV3Market,
    operation: &Operation,
    asset: &dyn Fn(&str) -> Result<Asset, ParityError>,
    ctx: &Context<'_>,
) -> Result<Result<Acted, LendingError>, ParityError> {
    let node = parse_json("operation", &operation.arguments().to_string())?;
    let mut fields = node.fields()?;
    let done = market.special(operation.name(), &mut fields, &account, ctx)?;
    fields.finish()?;
    let mut acted = Acted::default();
    match done {
        Ok(Dump::Text(text)) => acted.amount = U256::from_str_radix(&text, 10).ok(),
        Ok(_) => {}
        Err(error) => return Ok(Err(error)),
    }
    if operation.name() == "donate" {
        let given = TokenAmount::new(asset(operation.text("asset")?)?, operation.number("amount")?);
        acted.transfers.push(Transfer::pay(account(operation.who()?), given));
    }
    Ok(Ok(acted))
}

fn amount(operation: &Operation, key: &str) -> Result<Amount, ParityError> {
    Ok(match operation.number_or_all(key)? {
        U256::MAX => Amount::All,
        amount => Amount::Exact(amount),
    })
}
