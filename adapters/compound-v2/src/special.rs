//! What only Compound has, by the contracts' names.

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::{Context, LendingError};
use levmine_market::{Account, Dump};
use levmine_math::U256;

use crate::decode;
use crate::error::Result;
use crate::market::CompoundV2Market;
use crate::ops::redeem::Redemption;
use crate::ops::{self, Security, governance};

/// The operations, in the order of the README.
const NAMES: [&str; 20] = [
    "redeem",
    "redeemUnderlying",
    "transfer",
    "accrueInterest",
    "donate",
    "fundComp",
    "_addReserves",
    "_reduceReserves",
    "_setReserveFactor",
    "_setInterestRateModel",
    "_setCollateralFactor",
    "_setCloseFactor",
    "_setLiquidationIncentive",
    "_setMarketBorrowCaps",
    "_setMintPaused",
    "_setBorrowPaused",
    "_setTransferPaused",
    "_setSeizePaused",
    "_setCompSpeeds",
    "_grantComp",
];

/// Runs one of them.
pub(crate) fn run(
    market: &mut CompoundV2Market,
    name: &str,
    arguments: &mut Fields<'_>,
    accounts: &dyn Fn(&str) -> Account,
    ctx: &Context<'_>,
) -> Result<Result<Dump, LendingError>, ConfigError> {
    if !NAMES.contains(&name) {
        return Ok(Err(LendingError::Unsupported { protocol: crate::PROTOCOL, operation: "this operation" }));
    }
    // A step always may say who acts; governance does not look at it.
    arguments.optional("by");
    let mut read = Arguments { market, fields: arguments, accounts };
    Ok(match name {
        "redeem" | "redeemUnderlying" => {
            let (redeemer, id) = (read.account("by")?, read.market()?);
            let redemption = if name == "redeem" {
                Redemption::Tokens(read.integer("tokens")?)
            } else {
                Redemption::Underlying(read.integer("amount")?)
            };
            let paid = read.market.transact(ctx, |tx, world| {
                ops::redeem::redeem(tx, redeemer, id, redemption, world, Security::Asked)
            });
            paid.map(Dump::text)
        }
        "transfer" => {
            let (from, to) = (read.account("by")?, read.account("to")?);
            let (id, tokens) = (read.market()?, read.integer("tokens")?);
            quiet(
                read.market
                    .transact(ctx, |tx, world| ops::transfer::transfer(tx, from, to, id, tokens, world)),
            )
        }
        "accrueInterest" => {
            let id = read.market()?;
            quiet(read.market.transact(ctx, |tx, world| ops::accrue(tx, id, world.block)))
        }
        "donate" => {
            let (id, amount) = (read.market()?, read.integer("amount")?);
            quiet(read.market.transact(ctx, |tx, _| ops::take_in(tx, id, amount)))
        }
        "fundComp" => {
            let amount = read.integer("amount")?;
            quiet(read.market.transact(ctx, |tx, _| ops::claim::fund(tx, amount)))
        }
        "_addReserves" => {
            let (id, amount) = (read.market()?, read.integer("amount")?);
            quiet(
                read.market
                    .transact(ctx, |tx, world| ops::reserves::add_reserves(tx, id, amount, world.block)),
            )
        }
        "_reduceReserves" => {
            let (id, amount) = (read.market()?, read.integer("amount")?);
            quiet(
                read.market
                    .transact(ctx, |tx, world| ops::reserves::reduce_reserves(tx, id, amount, world.block)),
            )
        }
        _ => return governed(name, read, ctx),
    })
}

/// What the admin and the guardians set.
fn governed(
    name: &str,
    mut read: Arguments<'_, '_>,
    ctx: &Context<'_>,
) -> Result<Result<Dump, LendingError>, ConfigError> {
    Ok(match name {
        "_setReserveFactor" => {
            let (id, factor) = (read.market()?, read.integer("newReserveFactorMantissa")?);
            quiet(
                read.market
                    .transact(ctx, |tx, world| governance::set_reserve_factor(tx, id, factor, world.block)),
            )
        }
        "_setInterestRateModel" => {
            let (id, model) = (read.market()?, read.model()?);
            quiet(
                read.market.transact(ctx, |tx, world| governance::set_rate_model(tx, id, model, world.block)),
            )
        }
        "_setCollateralFactor" => {
            let (id, factor) = (read.market()?, read.integer("newCollateralFactorMantissa")?);
            quiet(
                read.market
                    .transact(ctx, |tx, world| governance::set_collateral_factor(tx, id, factor, world)),
            )
        }
        "_setCloseFactor" => {
            let factor = read.integer("newCloseFactorMantissa")?;
            quiet(read.market.transact(ctx, |tx, _| {
                tx.settings_mut().close_factor = factor;
                Ok(())
            }))
        }
        "_setLiquidationIncentive" => {
            let incentive = read.integer("newLiquidationIncentiveMantissa")?;
            quiet(read.market.transact(ctx, |tx, _| {
                tx.settings_mut().liquidation_incentive = incentive;
                Ok(())
            }))
        }
        "_setMarketBorrowCaps" => {
            let (id, cap) = (read.market()?, read.integer("newBorrowCap")?);
            quiet(read.market.transact(ctx, |tx, _| {
                tx.market_mut(id)?.borrow_cap = cap;
                Ok(())
            }))
        }
        "_setMintPaused" => {
            let (id, state) = (read.market()?, read.flag("state")?);
            quiet(read.market.transact(ctx, |tx, _| {
                tx.market_mut(id)?.mint_paused = state;
                Ok(())
            }))
        }
        "_setBorrowPaused" => {
            let (id, state) = (read.market()?, read.flag("state")?);
            quiet(read.market.transact(ctx, |tx, _| {
                tx.market_mut(id)?.borrow_paused = state;
                Ok(())
            }))
        }
        "_setTransferPaused" => {
            let state = read.flag("state")?;
            quiet(read.market.transact(ctx, |tx, _| {
                tx.settings_mut().transfer_paused = state;
                Ok(())
            }))
        }
        "_setSeizePaused" => {
            let state = read.flag("state")?;
            quiet(read.market.transact(ctx, |tx, _| {
                tx.settings_mut().seize_paused = state;
                Ok(())
            }))
        }
        "_setCompSpeeds" => {
            let id = read.market()?;
            let (supply, borrow) = (read.integer("supplySpeed")?, read.integer("borrowSpeed")?);
            quiet(
                read.market.transact(ctx, |tx, world| {
                    governance::set_comp_speeds(tx, id, supply, borrow, world.block)
                }),
            )
        }
        // "_grantComp", the last of the names.
        _ => {
            let amount = read.integer("amount")?;
            quiet(read.market.transact(ctx, |tx, _| ops::claim::grant(tx, amount)))
        }
    })
}

fn quiet(done: Result<(), LendingError>) -> Result<Dump, LendingError> {
    done.map(|()| Dump::Table(Vec::new()))
}

struct Arguments<'a, 'f> {
    market: &'a mut CompoundV2Market,
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
}

impl Arguments<'_, '_> {
    fn account(&mut self, key: &'static str) -> Result<Account, ConfigError> {
        let node = self.fields.required(key, "the name of an account")?;
        Ok((self.accounts)(node.text()?))
    }

    fn market(&mut self) -> Result<usize, ConfigError> {
        let node: &Node = self.fields.required("asset", "the symbol of a market")?;
        let symbol = node.text()?;
        let names = || self.market.pool.markets().iter().map(|market| market.asset.symbol());
        names().position(|name| name == symbol).ok_or_else(|| node.unknown_name(symbol, names()))
    }

    fn integer(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        decode::integer(self.fields.required(key, "an integer")?, 256)
    }

    fn model(&mut self) -> Result<crate::rates::RateModel, ConfigError> {
        decode::model(self.fields.required("model", "the rates of a model, as a state has them")?)
    }

    fn flag(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        self.fields.required(key, "true or false")?.boolean()
    }
}
