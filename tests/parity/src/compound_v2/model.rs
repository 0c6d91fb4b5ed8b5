//! An operation as the adapter does it.

use levmine_compound_v2::CompoundV2Market;
use levmine_config::parse_json;
use levmine_lending::{
    Amount, Context, Done, LendingError, LendingMarket, LiquidationCall, Operation as Lending,
};
use levmine_market::{Account, Actor, Asset, Dump, TokenAmount, Transfer};
use levmine_math::U256;

use super::contracts::ACCOUNTS;
use crate::{Operation, ParityError};

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Acted {
    pub(super) transfers: Vec<Transfer>,
}

/// The adapter's account.
pub(super) fn account(name: &str) -> Account {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Account::new(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Does it; `asset` finds underlyings by symbol.
pub(super) fn act(
    market: &mut CompoundV2Market,
    operation: &Operation,
    asset: &dyn Fn(&str) -> Result<Asset, ParityError>,
    ctx: &Context<'_>,
) -> Result<Result<Acted, LendingError>, ParityError> {
    let who = || operation.who().map(account);
    let known = match operation.name() {
        "supply" | "withdraw" | "borrow" | "repay" => {
            let owner = match operation.text("on_behalf_of") {
                Ok(owner) => account(owner),
                Err(_) => who()?,
            };
            let actor = Actor { caller: who()?, owner };
            let (asset, amount) = (asset(operation.text("asset")?)?, operation.number_or_all("amount")?);
            let is_all = operation.text("amount").is_ok_and(|text| text == "all");
            let amount = if is_all { Amount::All } else { Amount::Exact(amount) };
            match operation.name() {
                "supply" => Lending::Supply(actor, asset, amount),
                "withdraw" => Lending::Withdraw(actor, asset, amount),
                "borrow" => Lending::Borrow(actor, asset, amount),
                _ => Lending::Repay(actor, asset, amount),
            }
        }
        "set_collateral" => {
            Lending::SetCollateral(who()?, asset(operation.text("asset")?)?, operation.flag("enabled")?)
        }
        "liquidate" => Lending::Liquidate(LiquidationCall {
            liquidator: who()?,
            borrower: account(operation.text("borrower")?),
            debt: asset(operation.text("debt")?)?,
            collateral: asset(operation.text("collateral")?)?,
            repay: Amount::Exact(operation.number("repay")?),
            keep_supplied: operation.flag("keep_supplied")?,
        }),
        "claim" => Lending::Claim(who()?),
        "accrue" => Lending::Accrue,
        _ => return special(market, operation, asset, ctx),
    };
    Ok(known.run(market, ctx).map(|done: Done| Acted { transfers: done.transfers().to_vec() }))
}

fn special(
    market: &mut CompoundV2Market,
    operation: &Operation,
    asset: &dyn Fn(&str) -> Result<Asset, ParityError>,
    ctx: &Context<'_>,
) -> Result<Result<Acted, LendingError>, ParityError> {
    let node = parse_json("operation", &operation.arguments().to_string())?;
    let mut fields = node.fields()?;
    let done = market.special(operation.name(), &mut fields, &account, ctx)?;
    fields.finish()?;
    let mut acted = Acted::default();
    let dump = match done {
        Ok(dump) => dump,
        Err(error) => return Ok(Err(error)),
    };
    // What a replay does not book: tokens that these bring or take.
    let token = |amount: U256| asset(operation.text("asset")?).map(|asset| TokenAmount::new(asset, amount));
    match operation.name() {
        "redeem" => {
            let Dump::Text(text) = dump else { return Err(operation.unknown()) };
            let paid = U256::from_str_radix(&text, 10).map_err(|_| operation.unknown())?;
            acted.transfers.push(Transfer::receive(account(operation.who()?), token(paid)?));
        }
        "donate" | "_addReserves" => {
            let given = token(operation.number("amount")?)?;
            acted.transfers.push(Transfer::pay(account(operation.who()?), given));
        }
        _ => {}
    }
    Ok(Ok(acted))
}
