//! A recorded operation done by the adapter.

use levmine_aave_v3::AaveV3Market;
use levmine_lending::{Amount, Context, LendingError, LendingMarket, LiquidationCall, Receipt};
use levmine_market::{Account, Actor, Asset, Dump, Party, TokenAmount, Transfer};
use levmine_math::U256;
use serde_json::{Value, json};

use super::AaveRecording;
use crate::recorded::read_table;
use crate::{Operation, ParityError};

/// What an operation returned and moved.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) out: Value,
    pub(super) transfers: Vec<Transfer>,
}

impl From<Receipt> for Moved {
    fn from(receipt: Receipt) -> Self {
        Self { out: json!(receipt.amount.to_string()), transfers: receipt.transfers.to_vec() }
    }
}

impl From<()> for Moved {
    fn from((): ()) -> Self {
        Self::default()
    }
}

/// The arguments of an operation.
struct Arguments<'a> {
    run: &'a AaveRecording,
    operation: &'a Operation,
}

impl Arguments<'_> {
    fn account(&self, key: &str) -> Result<Account, ParityError> {
        Ok(self.run.accounts.account(self.operation.text(key)?))
    }

    fn asset(&self, key: &str) -> Result<Asset, ParityError> {
        self.run.asset(self.operation.text(key)?)
    }

    /// 2^256 − 1 means everything.
    fn amount(&self, key: &str) -> Result<Amount, ParityError> {
        Ok(match self.operation.number(key)? {
            U256::MAX => Amount::All,
            amount => Amount::Exact(amount),
        })
    }

    fn exact(&self, key: &str) -> Result<Amount, ParityError> {
        self.operation.number(key).map(Amount::Exact)
    }

    fn tokens(&self) -> Result<TokenAmount, ParityError> {
        Ok(TokenAmount::new(self.asset("asset")?, self.operation.number("amount")?))
    }

    fn actor(&self) -> Result<Actor, ParityError> {
        Ok(Actor { caller: self.account("by")?, owner: self.account("onBehalfOf")? })
    }
}

/// Does it on this market.
pub(super) fn act(
    run: &AaveRecording,
    market: &mut AaveV3Market,
    operation: &Operation,
    ctx: &Context<'_>,
) -> Result<Result<Moved, LendingError>, ParityError> {
    let args = Arguments { run, operation };
    let by = args.account("by")?;
    Ok(match operation.name() {
        "supply" => {
            market.supply(args.actor()?, args.asset("asset")?, args.exact("amount")?, ctx).map(Moved::from)
        }
        "withdraw" => {
            let to = Party::Account(args.account("to")?);
            let done = market.withdraw(by.into(), args.asset("asset")?, args.amount("amount")?, ctx);
            done.map(|receipt| {
                let mut moved = Moved::from(receipt);
                // The tokens may go straight to somebody else.
                moved.transfers.iter_mut().for_each(|transfer| transfer.to = to);
                moved
            })
        }
        "borrow" => {
            market.borrow(args.actor()?, args.asset("asset")?, args.exact("amount")?, ctx).map(Moved::from)
        }
        "repay" => {
            market.repay(args.actor()?, args.asset("asset")?, args.amount("amount")?, ctx).map(Moved::from)
        }
        "setUserUseReserveAsCollateral" => {
            let on = operation.flag("useAsCollateral")?;
            market.set_collateral(by, args.asset("asset")?, on, ctx).map(Moved::from)
        }
        "setUserEMode" => {
            let mode = u8::try_from(operation.small("categoryId")?);
            market.set_mode(by, mode.map_err(|_| operation.lacks("categoryId"))?, ctx).map(Moved::from)
        }
        "approveDelegation" => {
            let (delegatee, amount) = (args.account("delegatee")?, operation.number("amount")?);
            market.approve_borrow(by, delegatee, args.asset("asset")?, amount).map(|()| Moved {
                out: json!({ "borrowAllowance": amount.to_string() }),
                transfers: Vec::new(),
            })
        }
        "liquidationCall" => {
            let call = LiquidationCall {
                liquidator: by,
                borrower: args.account("borrower")?,
                debt: args.asset("debtAsset")?,
                collateral: args.asset("collateralAsset")?,
                repay: args.amount("debtToCover")?,
                keep_supplied: operation.flag("receiveAToken")?,
            };
            market
                .liquidate(&call, ctx)
                .map(|outcome| Moved { transfers: outcome.transfers.to_vec(), ..Moved::default() })
        }
        // The receiver is a contract with wallets of its own.
        "flashLoanSimple" => market
            .flash_borrow(by, args.tokens()?, ctx)
            .and_then(|(loan, _)| market.flash_repay(loan, ctx))
            .map(|_| Moved::default()),
        special => {
            let account = |name: &str| run.accounts.account(name);
            let done =
                read_table(&operation.arguments(), |fields| market.special(special, fields, &account, ctx))?;
            let donated =
                if special == "donate" { vec![Transfer::pay(by, args.tokens()?)] } else { Vec::new() };
            done.map(|out| Moved {
                out: match out {
                    Dump::Text(text) => json!(text),
                    _ => Value::Null,
                },
                transfers: donated,
            })
        }
    })
}
