//! A recorded operation done by the adapter.

use levmine_compound_v3::CompoundV3Market;
use levmine_lending::{Amount, Context, LendingError, LendingMarket, LiquidationCall, Receipt};
use levmine_market::{Account, Actor, Asset, Dump, TokenAmount, Transfer};
use levmine_math::U256;
use serde_json::{Value, json};

use super::CometRecording;
use super::setup::GOVERNOR;
use crate::recorded::{lacks, read_table};
use crate::{Operation, ParityError};

/// What an operation returned and moved.
#[derive(Debug, Default)]
pub(super) struct Moved {
    pub(super) out: Value,
    pub(super) transfers: Vec<Transfer>,
}

impl From<Receipt> for Moved {
    fn from(receipt: Receipt) -> Self {
        Self { out: json!({ "amount": receipt.amount.to_string() }), transfers: receipt.transfers.to_vec() }
    }
}

type Done = Result<Result<Moved, LendingError>, ParityError>;

/// The arguments of an operation.
pub(super) struct Arguments<'a> {
    pub(super) run: &'a CometRecording,
    pub(super) operation: &'a Operation,
}

impl Arguments<'_> {
    pub(super) fn account(&self, key: &str) -> Result<Account, ParityError> {
        Ok(self.run.accounts.account(self.operation.text(key)?))
    }

    pub(super) fn asset(&self) -> Result<Asset, ParityError> {
        self.run.asset(self.operation.text("asset")?)
    }

    pub(super) fn amount(&self, key: &str) -> Result<Amount, ParityError> {
        match self.operation.text(key)? {
            "max" => Ok(Amount::All),
            _ => Ok(Amount::Exact(self.operation.number(key)?)),
        }
    }

    /// As the contract is given it.
    fn units(&self, key: &str) -> Result<U256, ParityError> {
        Ok(match self.amount(key)? {
            Amount::Exact(amount) => amount,
            Amount::All => U256::MAX,
        })
    }

    fn tokens(&self, key: &str) -> Result<TokenAmount, ParityError> {
        Ok(TokenAmount::new(self.asset()?, self.operation.number(key)?))
    }
}

/// What the operation lets its caller pay before the contract looks at anything that is not said here to come
/// first.
pub(super) fn payment(
    run: &CometRecording,
    operation: &Operation,
) -> Result<Option<TokenAmount>, ParityError> {
    let args = Arguments { run, operation };
    let base = run.tokens.base;
    Ok(match operation.name() {
        "supplyBase" => {
            let owed = |account| run.market.debt(account, base, run.now);
            let amount = match args.amount("amount")? {
                Amount::Exact(amount) => Some(amount),
                Amount::All => owed(args.account("dst")?).ok(),
            };
            amount.map(|amount| TokenAmount::new(base, amount))
        }
        "supplyCollateral" => Some(args.tokens("amount")?),
        "buyCollateral" => Some(TokenAmount::new(base, operation.number("baseAmount")?)),
        _ => None,
    })
}

/// Does it on this market.
pub(super) fn act(
    run: &CometRecording,
    market: &mut CompoundV3Market,
    operation: &Operation,
    ctx: &Context<'_>,
) -> Done {
    let args = Arguments { run, operation };
    let (by, base) = (args.account("by")?, run.tokens.base);
    let special = Special { run, ctx };
    Ok(match operation.name() {
        "supplyBase" => match args.amount("amount")? {
            Amount::Exact(amount) => {
                let actor = Actor { caller: by, owner: args.account("dst")? };
                // What only pays a debt must be the same as a repayment.
                let owed = market.debt(actor.owner, base, ctx.now).unwrap_or_default();
                let repays = !owed.is_zero() && amount <= owed;
                let amount = Amount::Exact(amount);
                let done = if repays {
                    market.repay(actor, base, amount, ctx)
                } else {
                    market.supply(actor, base, amount, ctx)
                };
                done.map(Moved::from)
            }
            Amount::All => {
                let (name, dst) = (operation.who()?, operation.text("dst")?);
                let arguments = json!({ "by": name, "from": name, "dst": dst, "asset": base.symbol(),
                                        "amount": U256::MAX.to_string() });
                special.run(market, "supplyFrom", &arguments)?.map(|out| {
                    let paid = amount_in(&out);
                    let transfers = vec![Transfer::pay(by, TokenAmount::new(base, paid))];
                    Moved { out: json!({ "amount": out }), transfers }
                })
            }
        },
        "withdrawBase" => {
            let amount = args.amount("amount")?;
            let supplied = market.supplied(by, base, ctx.now);
            let own = match (amount, supplied) {
                (Amount::Exact(amount), Ok(supplied)) => amount <= supplied,
                (Amount::All, _) => true,
                _ => false,
            };
            let done = if own {
                market.withdraw(by.into(), base, amount, ctx)
            } else {
                market.borrow(by.into(), base, amount, ctx)
            };
            done.map(Moved::from)
        }
        "withdrawBaseFrom" if operation.text("to")? == operation.who()? => {
            let actor = Actor { caller: by, owner: args.account("src")? };
            market.borrow(actor, base, args.amount("amount")?, ctx).map(Moved::from)
        }
        "supplyCollateral" => {
            let actor = Actor { caller: by, owner: args.account("dst")? };
            market.supply(actor, args.asset()?, args.amount("amount")?, ctx).map(Moved::from)
        }
        "withdrawCollateral" => {
            market.withdraw(by.into(), args.asset()?, args.amount("amount")?, ctx).map(Moved::from)
        }
        "supplyUnlistedAsset" => {
            let unlisted = Asset::new("unlisted", 18).map_err(|_| lacks("an asset"))?;
            market.supply(by.into(), unlisted, args.amount("amount")?, ctx).map(Moved::from)
        }
        "transferBase" | "transferCollateral" => {
            let asset = if operation.name() == "transferBase" { base } else { args.asset()? };
            let arguments = json!({ "by": operation.who()?, "dst": operation.text("dst")?,
                                    "asset": asset.symbol(), "amount": args.units("amount")?.to_string() });
            special.run(market, "transferAsset", &arguments)?.map(|_| Moved::default())
        }
        "accrueAccount" => {
            let arguments = json!({ "account": operation.who()? });
            special.run(market, "accrueAccount", &arguments)?.map(|_| Moved::default())
        }
        "absorb" => match operation.names("accounts").as_slice() {
            [borrower] => {
                let borrower = run.accounts.account(borrower);
                let (debt, repay) = (base, Amount::All);
                let call = LiquidationCall {
                    liquidator: by,
                    borrower,
                    debt,
                    collateral: debt,
                    repay,
                    keep_supplied: false,
                };
                market
                    .liquidate(&call, ctx)
                    .map(|outcome| Moved { transfers: outcome.transfers.to_vec(), ..Moved::default() })
            }
            _ => special.run(market, "absorb", &operation.arguments())?.map(|_| Moved::default()),
        },
        "quoteCollateral" | "buyCollateral" => {
            let asset = args.asset()?;
            let mut arguments = operation.arguments();
            arguments["asset"] = json!(asset.symbol());
            let buys = operation.name() == "buyCollateral";
            let paid = operation.number("baseAmount")?;
            special.run(market, operation.name(), &arguments)?.map(|out| {
                let mut transfers = Vec::new();
                if buys {
                    transfers.push(Transfer::pay(by, TokenAmount::new(base, paid)));
                    transfers.push(Transfer::receive(by, TokenAmount::new(asset, amount_in(&out))));
                }
                Moved { out: json!({ "collateralAmount": out }), transfers }
            })
        }
        "claim" => {
            let claimed = if operation.flag("shouldAccrue")? {
                let amount = |transfers: &[Transfer]| transfers.first().map(|paid| paid.amount.raw);
                market.claim(by, ctx.now).map(|paid| json!(amount(&paid).unwrap_or_default().to_string()))
            } else {
                let name = operation.who()?;
                let arguments = json!({ "by": name, "src": name, "to": name, "shouldAccrue": false });
                special.run(market, "claimTo", &arguments)?
            };
            claimed.map(|amount| {
                let all = market.comet().user(by).rewards_claimed.to_string();
                Moved { out: json!({ "amount": amount, "rewardsClaimed": all }), transfers: Vec::new() }
            })
        }
        "withdrawReserves" => {
            let (to, amount) = (args.account("to")?, operation.number("amount")?);
            special.run(market, "withdrawReserves", &operation.arguments())?.map(|_| Moved {
                transfers: vec![Transfer::receive(to, TokenAmount::new(base, amount))],
                ..Moved::default()
            })
        }
        "donateBase" | "donateCollateral" => {
            let asset = if operation.name() == "donateBase" { base } else { args.asset()? };
            let tokens = TokenAmount::new(asset, operation.number("amount")?);
            let arguments = json!({ "asset": asset.symbol(), "amount": tokens.raw.to_string() });
            special
                .run(market, "donate", &arguments)?
                .map(|_| Moved { transfers: vec![Transfer::pay(by, tokens)], ..Moved::default() })
        }
        "pause" | "allow" => {
            special.run(market, operation.name(), &operation.arguments())?.map(|_| Moved::default())
        }
        _ => return Err(operation.unknown()),
    })
}

/// An operation that only this protocol has, by the adapter's name of it.
#[derive(Clone, Copy)]
struct Special<'a> {
    run: &'a CometRecording,
    ctx: &'a Context<'a>,
}

impl Special<'_> {
    fn run(
        self,
        market: &mut CompoundV3Market,
        name: &str,
        arguments: &Value,
    ) -> Result<Result<Value, LendingError>, ParityError> {
        let account = |name: &str| self.run.accounts.account(name);
        let done = read_table(arguments, |fields| market.special(name, fields, &account, self.ctx))?;
        Ok(done.map(|out| match out {
            Dump::Text(text) => json!(text),
            _ => Value::Null,
        }))
    }
}

fn amount_in(out: &Value) -> U256 {
    out.as_str().and_then(|text| U256::from_str_radix(text, 10).ok()).unwrap_or_default()
}

/// Who acts in records besides those who have wallets.
pub(super) const OTHERS: [&str; 1] = [GOVERNOR];
