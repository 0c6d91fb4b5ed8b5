//! An operation done by the adapter.

use levmine_config::parse_json;
use levmine_lending::{
    Amount, Context, Done, LendingError, LendingMarket, LiquidationCall, Operation as Lending,
};
use levmine_market::{Account, Actor, Asset, Dump, TokenAmount, Transfer};
use levmine_math::U256;
use levmine_morpho_blue::MorphoBlueMarket;

use super::contracts::ACCOUNTS;
use crate::{Operation, ParityError};

/// What the adapter says an operation did.
#[derive(Debug, Default)]
pub(super) struct Acted {
    /// What it returns, by name.
    pub(super) returned: Vec<(&'static str, U256)>,
    /// The tokens that it moves.
    pub(super) transfers: Vec<Transfer>,
}

/// The adapter's number of an account.
pub(super) fn account(name: &str) -> Account {
    let number = ACCOUNTS.iter().position(|known| *known == name).unwrap_or(ACCOUNTS.len());
    Account::new(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Does it; `assets` are the loan asset and the collateral.
pub(super) fn act(
    market: &mut MorphoBlueMarket,
    operation: &Operation,
    assets: [Asset; 2],
    ctx: &Context<'_>,
) -> Result<Result<Acted, LendingError>, ParityError> {
    let asset = || {
        let symbol = operation.text("asset")?;
        assets.into_iter().find(|asset| asset.symbol() == symbol).ok_or_else(|| operation.unknown())
    };
    let [loan, collateral] = assets;
    let known = match operation.name() {
        "supply" | "withdraw" | "borrow" | "repay" => {
            let caller = account(operation.who()?);
            let owner = operation.text("on_behalf_of").map_or(caller, account);
            let actor = Actor { caller, owner };
            let (asset, amount) = (asset()?, amount(operation, "amount")?);
            match operation.name() {
                "supply" => Lending::Supply(actor, asset, amount),
                "withdraw" => Lending::Withdraw(actor, asset, amount),
                "borrow" => Lending::Borrow(actor, asset, amount),
                _ => Lending::Repay(actor, asset, amount),
            }
        }
        "liquidate" => Lending::Liquidate(LiquidationCall {
            liquidator: account(operation.who()?),
            borrower: account(operation.text("borrower")?),
            debt: loan,
            collateral,
            repay: amount(operation, "repay")?,
            keep_supplied: false,
        }),
        "flash_loan" => {
            Lending::Flash(account(operation.who()?), TokenAmount::new(asset()?, operation.number("amount")?))
        }
        _ => return special(market, operation, assets, ctx),
    };
    Ok(known.run(market, ctx).map(|done| {
        let returned = match &done {
            Done::Moved(receipt) => vec![("assets", receipt.amount)],
            Done::Liquidated(outcome) => {
                let sum = |amounts: &[TokenAmount]| amounts.first().map(|it| it.raw).unwrap_or_default();
                vec![("seizedAssets", sum(&outcome.seized)), ("repaidAssets", sum(&outcome.repaid))]
            }
            _ => Vec::new(),
        };
        Acted { returned, transfers: done.transfers().to_vec() }
    }))
}

fn special(
    market: &mut MorphoBlueMarket,
    operation: &Operation,
    [loan, collateral]: [Asset; 2],
    ctx: &Context<'_>,
) -> Result<Result<Acted, LendingError>, ParityError> {
    let node = parse_json("operation", &operation.arguments().to_string())?;
    let mut fields = node.fields()?;
    let done = market.special(operation.name(), &mut fields, &account, ctx)?;
    fields.finish()?;
    let dump = match done {
        Ok(dump) => dump,
        Err(error) => return Ok(Err(error)),
    };
    let number = |key: &str| match dump.get(key) {
        Some(Dump::Text(text)) => U256::from_str_radix(text, 10).ok(),
        _ => None,
    };
    let returned = ["assets", "shares", "seizedAssets", "repaidAssets"]
        .into_iter()
        .filter_map(|key| Some((key, number(key)?)))
        .collect();
    // What a special operation moves follows from what it returns.
    let caller = account(operation.who()?);
    let receiver = operation.text("receiver").map_or(caller, account);
    let of = |asset, key: &str| TokenAmount::new(asset, number(key).unwrap_or_default());
    let given = |asset, key: &str| TokenAmount::new(asset, operation.optional(key).unwrap_or_default());
    let transfers = match operation.name() {
        "callSupply" | "callRepay" => vec![Transfer::pay(caller, of(loan, "assets"))],
        "callWithdraw" | "callBorrow" => vec![Transfer::receive(receiver, of(loan, "assets"))],
        "supplyCollateral" => vec![Transfer::pay(caller, given(collateral, "assets"))],
        "withdrawCollateral" => vec![Transfer::receive(receiver, given(collateral, "assets"))],
        "callLiquidate" => vec![
            Transfer::receive(caller, of(collateral, "seizedAssets")),
            Transfer::pay(caller, of(loan, "repaidAssets")),
        ],
        "donate" => {
            let is_loan = operation.text("asset")? == loan.symbol();
            vec![Transfer::pay(caller, given(if is_loan { loan } else { collateral }, "amount"))]
        }
        _ => Vec::new(),
    };
    Ok(Ok(Acted { returned, transfers }))
}

fn amount(operation: &Operation, key: &str) -> Result<Amount, ParityError> {
    match operation.text(key) {
        Ok("all") => Ok(Amount::All),
        _ => operation.number(key).map(Amount::Exact),
    }
}
