//! What only Comet has, by name.

use levmine_config::{ConfigError, Fields, Node};
use levmine_lending::{Amount, Context, LendingError};
use levmine_market::{Account, Dump};
use levmine_math::U256;

use crate::decode::values;
use crate::error::Result;
use crate::market::{CompoundV3Market, world};
use crate::ops::Route;

/// The operations, in the order of the README.
const NAMES: [&str; 13] = [
    "supplyFrom",
    "withdrawFrom",
    "transferAssetFrom",
    "allow",
    "accrueAccount",
    "absorb",
    "quoteCollateral",
    "buyCollateral",
    "claimTo",
    "withdrawReserves",
    "pause",
    "donate",
    "transferAsset",
];

/// Runs one of them.
pub(crate) fn run(
    market: &mut CompoundV3Market,
    name: &str,
    arguments: &mut Fields<'_>,
    accounts: &dyn Fn(&str) -> Account,
    ctx: &Context<'_>,
) -> Result<Result<Dump, LendingError>, ConfigError> {
    if !NAMES.contains(&name) {
        return Ok(Err(LendingError::Unsupported { protocol: crate::PROTOCOL, operation: "this operation" }));
    }
    // A step always may say who acts; not every operation looks at it.
    arguments.optional("by");
    let mut read = Arguments { market, fields: arguments, accounts };
    let (now, world) = (ctx.now.time.0, world(ctx));
    Ok(match name {
        "supplyFrom" => {
            let route = read.route("from", "dst")?;
            let (asset, amount) = (read.asset()?, read.amount()?);
            returned(match asset {
                None => market.comet.supply_base(route, amount, now),
                Some(number) => {
                    let amount = units(amount);
                    market.comet.supply_collateral(route, number, amount).map(|()| amount)
                }
            })
        }
        "withdrawFrom" => {
            let route = read.route("src", "to")?;
            let (asset, amount) = (read.asset()?, read.amount()?);
            returned(match asset {
                None => market.comet.withdraw_base(route, amount, world),
                Some(number) => {
                    let amount = units(amount);
                    market.comet.withdraw_collateral(route, number, amount, ctx.prices).map(|()| amount)
                }
            })
        }
        "transferAsset" | "transferAssetFrom" => {
            let route = if name == "transferAsset" {
                Route::to(read.account("by")?, read.account("dst")?)
            } else {
                read.route("src", "dst")?
            };
            let (asset, amount) = (read.asset()?, read.amount()?);
            returned(match asset {
                None => market.comet.transfer_base(route, amount, world),
                Some(number) => {
                    let amount = units(amount);
                    market.comet.transfer_collateral(route, number, amount, ctx.prices).map(|()| amount)
                }
            })
        }
        "allow" => {
            let (owner, manager) = (read.account("by")?, read.account("manager")?);
            market.comet.allow(owner, manager, read.flag("isAllowed")?);
            quiet(Ok(()))
        }
        "accrueAccount" => {
            let account = read.account("account")?;
            quiet(market.comet.accrue_account(account, now))
        }
        "absorb" => {
            let absorbed = read.accounts("accounts")?;
            quiet(market.comet.absorb(&absorbed, world).map(drop))
        }
        "quoteCollateral" => {
            let (number, amount) = (read.collateral()?, read.integer("baseAmount")?);
            returned(market.comet.offer(number, ctx.prices).and_then(|offer| offer.quote(amount)))
        }
        "buyCollateral" => {
            let number = read.collateral()?;
            let (least, amount) = (read.integer("minAmount")?, read.integer("baseAmount")?);
            returned(market.comet.buy_collateral(number, least, amount, world))
        }
        "claimTo" => {
            let (by, src) = (read.account("by")?, read.account("src")?);
            // As with reserves, the receiver's wallet is booked by nobody.
            read.account("to")?;
            let accrue = read.flag("shouldAccrue")?;
            returned(market.comet.claim_to(by, src, accrue, now))
        }
        "withdrawReserves" => {
            let (by, amount) = (read.account("by")?, read.integer("amount")?);
            // The receiver's wallet is booked by nobody; the name must be one.
            read.account("to")?;
            quiet(market.comet.withdraw_reserves(by, amount, now))
        }
        "pause" => {
            let by = read.account("by")?;
            let keys = ["supply", "transfer", "withdraw", "absorb", "buy"];
            let mut paused = [false; 5];
            for (key, place) in keys.into_iter().zip(&mut paused) {
                *place = read.flag(key)?;
            }
            quiet(market.comet.pause(by, paused))
        }
        // The last of the names: tokens sent to the contract.
        _ => {
            let (asset, amount) = (read.asset()?, read.integer("amount")?);
            quiet(market.comet.donate(asset, amount))
        }
    })
}

/// The contract's way to say everything, where it does not know it.
fn units(amount: Amount) -> U256 {
    match amount {
        Amount::Exact(amount) => amount,
        Amount::All => U256::MAX,
    }
}

fn quiet(done: Result<()>) -> Result<Dump, LendingError> {
    Ok(done.map(|()| Dump::Table(Vec::new()))?)
}

fn returned(done: Result<U256>) -> Result<Dump, LendingError> {
    Ok(done.map(Dump::text)?)
}

struct Arguments<'a, 'f> {
    market: &'a CompoundV3Market,
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
}

impl<'f> Arguments<'_, 'f> {
    fn account(&mut self, key: &'static str) -> Result<Account, ConfigError> {
        let node = self.fields.required(key, "the name of an account")?;
        Ok((self.accounts)(node.text()?))
    }

    fn accounts(&mut self, key: &'static str) -> Result<Vec<Account>, ConfigError> {
        let node = self.fields.required(key, "a list of names of accounts")?;
        node.list()?.iter().map(|item| Ok((self.accounts)(item.text()?))).collect()
    }

    /// Who acts, from whom, to whom.
    fn route(&mut self, from: &'static str, to: &'static str) -> Result<Route, ConfigError> {
        Ok(Route { operator: self.account("by")?, from: self.account(from)?, to: self.account(to)? })
    }

    /// The number of a collateral asset; none for the base asset.
    fn asset(&mut self) -> Result<Option<usize>, ConfigError> {
        let node = self.fields.required("asset", "the symbol of an asset of the market")?;
        self.number(node)
    }

    fn collateral(&mut self) -> Result<usize, ConfigError> {
        let accepted = "the symbol of a collateral asset";
        let node = self.fields.required("asset", accepted)?;
        self.number(node)?.ok_or_else(|| node.invalid(accepted))
    }

    fn number(&self, node: &Node) -> Result<Option<usize>, ConfigError> {
        let symbol = node.text()?;
        let params = self.market.comet.params();
        if symbol == params.base.symbol() {
            return Ok(None);
        }
        let names = || params.collaterals.iter().map(|listed| listed.asset.symbol());
        let unknown = || node.unknown_name(symbol, names().chain([params.base.symbol()]));
        names().position(|name| name == symbol).map(Some).ok_or_else(unknown)
    }

    /// Base units; 2^256 − 1 is everything, as in the contract.
    fn amount(&mut self) -> Result<Amount, ConfigError> {
        let amount = self.integer("amount")?;
        Ok(if amount == U256::MAX { Amount::All } else { Amount::Exact(amount) })
    }

    fn integer(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        values::integer(self.fields.required(key, "base units, an integer")?, 256)
    }

    fn flag(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        self.fields.required(key, "true or false")?.boolean()
    }
}
