//! What only Aave V2 has, by name.

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::{Context, LendingError};
use levmine_market::{Account, Actor, Dump};
use levmine_math::U256;

use crate::error::Result;
use crate::market::AaveV2Market;
use crate::ops::{self, governance};
use crate::params::{Curve, Params};
use crate::state::RateMode;
use crate::transaction::Transaction;

/// The operations, in the order of the README.
const NAMES: [&str; 16] = [
    "borrowStable",
    "repayStable",
    "approveStableBorrow",
    "swapBorrowRateMode",
    "rebalanceStableBorrowRate",
    "transferAToken",
    "donate",
    "setReserveFactor",
    "setReserveActive",
    "setReserveFreeze",
    "setReserveBorrowing",
    "setReserveStableRate",
    "setReserveCollateral",
    "setReserveInterestRateStrategy",
    "setMarketBorrowRate",
    "setPoolPause",
];

const BPS: &str = "basis points, 0 to 65535";

/// Runs one of them.
pub(crate) fn run(
    market: &mut AaveV2Market,
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
        "borrowStable" => {
            let (actor, asset, amount) = (read.actor()?, read.reserve()?, read.integer("amount")?);
            quiet(market.transact(ctx, |tx, world| {
                ops::borrow::borrow(tx, actor, asset, amount, RateMode::Stable, world)
            }))
        }
        "repayStable" => {
            let (actor, asset, amount) = (read.actor()?, read.reserve()?, read.integer("amount")?);
            returned(market.transact(ctx, |tx, world| {
                ops::repay::repay(tx, actor, asset, amount, RateMode::Stable, world)
            }))
        }
        "approveStableBorrow" => {
            let (owner, delegatee) = (read.account("by")?, read.account("delegatee")?);
            let (asset, amount) = (read.reserve()?, read.integer("amount")?);
            quiet(market.transact(ctx, |tx, _| {
                ops::borrow::approve(tx, owner, delegatee, asset, RateMode::Stable, amount)
            }))
        }
        "swapBorrowRateMode" => {
            let (owner, asset, mode) = (read.account("by")?, read.reserve()?, read.mode()?);
            quiet(market.transact(ctx, |tx, world| ops::rate_mode::swap(tx, owner, asset, mode, world)))
        }
        "rebalanceStableBorrowRate" => {
            let (asset, owner) = (read.reserve()?, read.account("user")?);
            quiet(market.transact(ctx, |tx, world| ops::rate_mode::rebalance(tx, owner, asset, world)))
        }
        "transferAToken" => {
            let (from, to) = (read.account("by")?, read.account("to")?);
            let (asset, amount) = (read.reserve()?, read.integer("amount")?);
            quiet(
                market.transact(ctx, |tx, world| ops::transfer::transfer(tx, from, to, asset, amount, world)),
            )
        }
        "donate" => {
            let (asset, amount) = (read.reserve()?, read.integer("amount")?);
            quiet(market.transact(ctx, |tx, _| tx.take_in(asset, amount)))
        }
        "setReserveFactor" => {
            let (asset, factor) = (read.reserve()?, read.small("reserveFactor", BPS)?);
            quiet(market.transact(ctx, |tx, _| set(tx, asset, |params| params.reserve_factor = factor)))
        }
        "setReserveActive" => {
            let (asset, active) = (read.reserve()?, read.flag("active")?);
            quiet(market.transact(ctx, |tx, _| governance::set_active(tx, asset, active)))
        }
        "setReserveFreeze" => {
            let (asset, freeze) = (read.reserve()?, read.flag("freeze")?);
            quiet(market.transact(ctx, |tx, _| set(tx, asset, |params| params.frozen = freeze)))
        }
        "setReserveBorrowing" => {
            let (asset, enabled) = (read.reserve()?, read.flag("enabled")?);
            let stable = read.fields.optional("stableRate").map(Node::boolean).transpose()?.unwrap_or(false);
            quiet(market.transact(ctx, |tx, _| governance::set_borrowing(tx, asset, enabled, stable)))
        }
        "setReserveStableRate" => {
            let (asset, enabled) = (read.reserve()?, read.flag("enabled")?);
            quiet(market.transact(ctx, |tx, _| set(tx, asset, |params| params.stable_borrowing = enabled)))
        }
        "setReserveCollateral" => {
            let asset = read.reserve()?;
            let (ltv, threshold) = (read.small("ltv", BPS)?, read.small("liquidationThreshold", BPS)?);
            let bonus = read.small("liquidationBonus", "basis points with the 100 %, like 10500")?;
            quiet(market.transact(ctx, |tx, _| governance::set_collateral(tx, asset, ltv, threshold, bonus)))
        }
        "setReserveInterestRateStrategy" => {
            let (asset, curve) = (read.reserve()?, read.curve()?);
            quiet(market.transact(ctx, |tx, _| governance::set_curve(tx, asset, curve)))
        }
        "setMarketBorrowRate" => {
            let (asset, rate) = (read.reserve()?, read.small("rate", "ray, an integer below 2^128")?);
            quiet(market.transact(ctx, |tx, _| {
                tx.reserve_mut(asset)?.curve.market_rate = rate;
                Ok(())
            }))
        }
        // "setPoolPause", the last of the names.
        _ => {
            market.pool.paused = read.flag("paused")?;
            quiet(Ok(()))
        }
    })
}

/// What governance changes without a check.
fn set(tx: &mut Transaction<'_>, id: usize, change: impl FnOnce(&mut Params)) -> Result<()> {
    change(&mut tx.reserve_mut(id)?.params);
    Ok(())
}

fn quiet(done: Result<(), LendingError>) -> Result<Dump, LendingError> {
    done.map(|()| Dump::Table(Vec::new()))
}

fn returned(done: Result<U256, LendingError>) -> Result<Dump, LendingError> {
    done.map(Dump::text)
}

struct Arguments<'a, 'f> {
    market: &'a AaveV2Market,
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
}

impl<'f> Arguments<'_, 'f> {
    fn account(&mut self, key: &'static str) -> Result<Account, ConfigError> {
        let node = self.fields.required(key, "the name of an account")?;
        Ok((self.accounts)(node.text()?))
    }

    /// Who acts, and for whom.
    fn actor(&mut self) -> Result<Actor, ConfigError> {
        let caller = self.account("by")?;
        let owner = match self.fields.optional("on_behalf_of") {
            Some(node) => (self.accounts)(node.text()?),
            None => caller,
        };
        Ok(Actor { caller, owner })
    }

    fn reserve(&mut self) -> Result<usize, ConfigError> {
        let node = self.fields.required("asset", "the symbol of a reserve")?;
        let symbol = node.text()?;
        let reserves = self.market.pool.reserves();
        let names = || reserves.iter().map(|reserve| reserve.asset.symbol());
        names().position(|name| name == symbol).ok_or_else(|| node.unknown_name(symbol, names()))
    }

    fn mode(&mut self) -> Result<RateMode, ConfigError> {
        let accepted = "\"stable\" or \"variable\": the kind of rate that the debt has";
        let node = self.fields.required("rateMode", accepted)?;
        match node.text()? {
            "stable" => Ok(RateMode::Stable),
            "variable" => Ok(RateMode::Variable),
            _ => Err(node.invalid(accepted)),
        }
    }

    fn integer(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        let accepted = "base units, an integer";
        let node = self.fields.required(key, accepted)?;
        let text = node.digits()?.trim();
        U256::from_str_radix(text, 10).map_err(|_| node.invalid(accepted))
    }

    fn small<T: std::str::FromStr>(&mut self, key: &'static str, accepted: &str) -> Result<T, ConfigError> {
        self.fields.required(key, accepted)?.parse(accepted)
    }

    fn flag(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        self.fields.required(key, "true or false")?.boolean()
    }

    fn curve(&mut self) -> Result<Curve, ConfigError> {
        let mut rate = |key| self.small::<u128>(key, "ray, an integer below 2^128");
        Ok(Curve {
            optimal: rate("optimalUtilizationRate")?,
            base: rate("baseVariableBorrowRate")?,
            slope1: rate("variableRateSlope1")?,
            slope2: rate("variableRateSlope2")?,
            stable_slope1: rate("stableRateSlope1")?,
            stable_slope2: rate("stableRateSlope2")?,
            market_rate: 0,
        })
    }
}
