//! What only Aave has, by name.

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::{Context, LendingError};
use levmine_market::{Account, Actor, Dump};
use levmine_math::U256;

use crate::error::Result;
use crate::market::AaveV3Market;
use crate::ops::repay::Means;
use crate::ops::{self, governance};
use crate::params::{Curve, Params, RAY_PER_BPS};
use crate::transaction::Transaction;

/// The operations, in the order of the README.
const NAMES: [&str; 23] = [
    "repayWithATokens",
    "mintToTreasury",
    "transferAToken",
    "donate",
    "eliminateReserveDeficit",
    "setReserveFactor",
    "setLiquidationProtocolFee",
    "setSupplyCap",
    "setBorrowCap",
    "setReserveFreeze",
    "setReservePause",
    "setReserveActive",
    "setReserveBorrowing",
    "setReserveFlashLoaning",
    "setBorrowableInIsolation",
    "setSiloedBorrowing",
    "setDebtCeiling",
    "setReserveCollateral",
    "setReserveInterestRate",
    "setReserveInterestRateStrategy",
    "setEModeCategory",
    "setAssetEModeCategory",
    "setFlashLoanPremium",
];

const BPS: &str = "basis points, 0 to 65535";

/// Runs one of them.
pub(crate) fn run(
    market: &mut AaveV3Market,
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
        "repayWithATokens" => {
            let (owner, asset, amount) = (read.account("by")?, read.reserve()?, read.integer("amount")?);
            returned(market.transact(ctx, |tx, world| {
                ops::repay::repay(tx, Actor::from(owner), asset, amount, Means::ATokens, world)
            }))
        }
        "mintToTreasury" => {
            let ids = read.reserves()?;
            quiet(market.transact(ctx, |tx, world| {
                ids.iter().try_for_each(|id| ops::treasury::mint(tx, *id, world.now))
            }))
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
        "eliminateReserveDeficit" => {
            let (caller, asset, amount) = (read.account("by")?, read.reserve()?, read.integer("amount")?);
            returned(
                market
                    .transact(ctx, |tx, world| ops::deficit::eliminate(tx, caller, asset, amount, world.now)),
            )
        }
        "setReserveFactor" => {
            let (asset, factor) = (read.reserve()?, read.small("reserveFactor", BPS)?);
            quiet(
                market
                    .transact(ctx, |tx, world| governance::set_reserve_factor(tx, asset, factor, world.now)),
            )
        }
        "setLiquidationProtocolFee" => {
            let (asset, fee) = (read.reserve()?, read.small("fee", BPS)?);
            quiet(market.transact(ctx, |tx, _| governance::set_protocol_fee(tx, asset, fee)))
        }
        "setSupplyCap" => {
            let (asset, cap) = (read.reserve()?, read.small("cap", "whole tokens; 0 is no cap")?);
            quiet(market.transact(ctx, |tx, _| governance::set_supply_cap(tx, asset, cap)))
        }
        "setBorrowCap" => {
            let (asset, cap) = (read.reserve()?, read.small("cap", "whole tokens; 0 is no cap")?);
            quiet(market.transact(ctx, |tx, _| governance::set_borrow_cap(tx, asset, cap)))
        }
        "setReserveFreeze" => {
            let (asset, freeze) = (read.reserve()?, read.flag("freeze")?);
            quiet(direct(market, |market| governance::set_freeze(&mut market.pool, asset, freeze)))
        }
        "setReservePause" => {
            let (asset, paused) = (read.reserve()?, read.flag("paused")?);
            let grace = read.optional("gracePeriod", "seconds")?.unwrap_or(0);
            quiet(
                market.transact(ctx, |tx, world| governance::set_pause(tx, asset, paused, grace, world.now)),
            )
        }
        "setReserveActive" => {
            let (asset, active) = (read.reserve()?, read.flag("active")?);
            quiet(market.transact(ctx, |tx, world| governance::set_active(tx, asset, active, world.now)))
        }
        "setReserveBorrowing" => {
            let (asset, enabled) = (read.reserve()?, read.flag("enabled")?);
            quiet(market.transact(ctx, |tx, _| set(tx, asset, |params| params.borrowing = enabled)))
        }
        "setReserveFlashLoaning" => {
            let (asset, enabled) = (read.reserve()?, read.flag("enabled")?);
            quiet(market.transact(ctx, |tx, _| set(tx, asset, |params| params.flash_loans = enabled)))
        }
        "setBorrowableInIsolation" => {
            let (asset, borrowable) = (read.reserve()?, read.flag("borrowable")?);
            quiet(
                market.transact(ctx, |tx, _| {
                    set(tx, asset, |params| params.borrowable_in_isolation = borrowable)
                }),
            )
        }
        "setSiloedBorrowing" => {
            let (asset, siloed) = (read.reserve()?, read.flag("siloed")?);
            quiet(market.transact(ctx, |tx, world| governance::set_siloed(tx, asset, siloed, world.now)))
        }
        "setDebtCeiling" => {
            let asset = read.reserve()?;
            let ceiling = read.small("debtCeiling", "US dollars with 2 decimals; 0 is no isolation")?;
            let now = market.pool.clock(ctx.now.time.0);
            quiet(direct(market, |market| {
                governance::set_debt_ceiling(&mut market.pool, asset, ceiling, now)
            }))
        }
        "setReserveCollateral" => {
            let asset = read.reserve()?;
            let (ltv, threshold, bonus) = read.collateral()?;
            quiet(market.transact(ctx, |tx, world| {
                governance::set_collateral(tx, asset, ltv, threshold, bonus, world.now)
            }))
        }
        "setReserveInterestRate" => {
            let (asset, curve) = (read.reserve()?, read.curve()?);
            quiet(market.transact(ctx, |tx, world| governance::set_curve(tx, asset, curve, world.now)))
        }
        "setReserveInterestRateStrategy" => {
            let (asset, curve) = (read.reserve()?, read.strategy()?);
            quiet(market.transact(ctx, |tx, world| governance::set_strategy(tx, asset, curve, world.now)))
        }
        "setEModeCategory" => {
            let category = read.small("categoryId", "a category, 0 to 255")?;
            let (ltv, threshold, bonus) = read.collateral()?;
            quiet(direct(market, |market| {
                governance::set_category(&mut market.pool, category, ltv, threshold, bonus)
            }))
        }
        "setAssetEModeCategory" => {
            let (asset, category) = (read.reserve()?, read.small("categoryId", "a category, 0 to 255")?);
            quiet(direct(market, |market| governance::set_asset_category(&mut market.pool, asset, category)))
        }
        // The last of the names.
        _ => {
            let premium = read.small("premium", BPS)?;
            let to_protocol = read.optional("premiumToProtocol", BPS)?.unwrap_or(0);
            quiet(direct(market, |market| {
                governance::set_flash_premium(&mut market.pool, premium, to_protocol)
            }))
        }
    })
}

/// What governance changes without a check.
fn set(tx: &mut Transaction<'_>, id: usize, change: impl FnOnce(&mut Params)) -> Result<()> {
    change(&mut tx.reserve_mut(id)?.params);
    Ok(())
}

/// A change outside of a transaction: it checks everything before it changes anything.
fn direct(
    market: &mut AaveV3Market,
    change: impl FnOnce(&mut AaveV3Market) -> Result<()>,
) -> Result<(), LendingError> {
    let changed = change(market);
    market.lending(changed)
}

fn quiet(done: Result<(), LendingError>) -> Result<Dump, LendingError> {
    done.map(|()| Dump::Table(Vec::new()))
}

fn returned(done: Result<U256, LendingError>) -> Result<Dump, LendingError> {
    done.map(Dump::text)
}

struct Arguments<'a, 'f> {
    market: &'a AaveV3Market,
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
}

impl<'f> Arguments<'_, 'f> {
    fn account(&mut self, key: &'static str) -> Result<Account, ConfigError> {
        let node = self.fields.required(key, "the name of an account")?;
        Ok((self.accounts)(node.text()?))
    }

    fn reserve(&mut self) -> Result<usize, ConfigError> {
        let node = self.fields.required("asset", "the symbol of a reserve")?;
        self.id(node)
    }

    fn reserves(&mut self) -> Result<Vec<usize>, ConfigError> {
        let node = self.fields.required("assets", "a list of symbols of reserves")?;
        node.list()?.iter().map(|item| self.id(item)).collect()
    }

    fn id(&self, node: &Node) -> Result<usize, ConfigError> {
        let symbol = node.text()?;
        let reserves = self.market.pool.reserves();
        let names = || reserves.iter().map(|reserve| reserve.asset.symbol());
        names().position(|name| name == symbol).ok_or_else(|| node.unknown_name(symbol, names()))
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

    fn optional<T: std::str::FromStr>(
        &mut self,
        key: &'static str,
        accepted: &str,
    ) -> Result<Option<T>, ConfigError> {
        self.fields.optional(key).map(|node| node.parse(accepted)).transpose()
    }

    fn flag(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        self.fields.required(key, "true or false")?.boolean()
    }

    fn collateral(&mut self) -> Result<(u16, u16, u16), ConfigError> {
        let bonus = "basis points with the 100 %, like 10500";
        Ok((
            self.small("ltv", BPS)?,
            self.small("liquidationThreshold", BPS)?,
            self.small("liquidationBonus", bonus)?,
        ))
    }

    /// A curve as 3.0 has it, in ray.
    fn strategy(&mut self) -> Result<Curve, ConfigError> {
        let mut rate = |key| self.small::<u128>(key, "ray, an integer below 2^128");
        Ok(Curve {
            optimal: rate("optimalUsageRatio")?,
            base: rate("baseVariableBorrowRate")?,
            slope1: rate("variableRateSlope1")?,
            slope2: rate("variableRateSlope2")?,
        })
    }

    fn curve(&mut self) -> Result<Curve, ConfigError> {
        let accepted = "basis points, up to 4294967295";
        let mut rate = |key| self.small::<u32>(key, accepted).map(|bps| u128::from(bps) * RAY_PER_BPS);
        Ok(Curve {
            optimal: rate("optimalUsageRatio")?,
            base: rate("baseVariableBorrowRate")?,
            slope1: rate("variableRateSlope1")?,
            slope2: rate("variableRateSlope2")?,
        })
    }
}
