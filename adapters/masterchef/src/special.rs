//! Operations that only a chef has; the README lists their names.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Account, Asset, Dump, Moment, TokenAmount, Transfers};
use levmine_math::U256;
use levmine_vault::{Vault, VaultError};

use crate::chef::Moved;
use crate::decode::values;
use crate::dump::ZERO_ADDRESS;
use crate::error::ChefError;
use crate::vault::MasterChefVault;

const PID: &str = "the number of a pool, from 0";
const UNITS: &str = "an integer from 0 to 2^256 − 1 in decimal digits";
const NAME: &str = "the name of an account, or \"zero address\"";
const SYMBOL: &str = "the symbol of an asset that is staked here, or of another one with its `decimals`";

/// Runs the operation `name`. Returns what it returns, and the tokens that moved.
pub(crate) fn run(
    vault: &mut MasterChefVault,
    name: &str,
    arguments: &mut Fields<'_>,
    accounts: &dyn Fn(&str) -> Account,
    now: Moment,
) -> Result<Result<(Dump, Transfers), VaultError>, ConfigError> {
    let mut read = Arguments { fields: arguments, accounts };
    let by = read.optional_account("by")?.unwrap_or(Account::outsider(0));
    Ok(match name {
        "callDeposit" | "callWithdraw" => {
            let (pid, amount) = (read.pid(vault)?, read.integer("amount")?);
            vault
                .act(now, |chef, block, moved| match name {
                    "callDeposit" => chef.deposit(by, pid?, amount, block, moved),
                    _ => chef.withdraw(by, pid?, amount, block, moved),
                })
                .map(|(done, transfers)| (moved(done), transfers))
        }
        "emergencyWithdraw" => {
            let pid = read.pid(vault)?;
            vault
                .act(now, |chef, _, moved| chef.emergency_withdraw(by, pid?, moved))
                .map(|(amount, transfers)| (Dump::table([("amount", Dump::text(amount))]), transfers))
        }
        "updatePool" => {
            let pid = read.pid(vault)?;
            vault.act(now, |chef, block, moved| chef.update_pool(pid?, block, moved)).map(nothing)
        }
        "massUpdatePools" => vault.act(now, |chef, block, moved| chef.mass_update(block, moved)).map(nothing),
        "add" => {
            let (asset, alloc) = (read.stake(vault)?, read.integer("allocPoint")?);
            let with_update = read.flag("withUpdate")?;
            vault
                .act(now, |chef, block, moved| chef.add_pool(by, alloc, asset, with_update, block, moved))
                .map(nothing)
        }
        "set" => {
            let (pid, alloc) = (read.pid(vault)?, read.integer("allocPoint")?);
            let with_update = read.flag("withUpdate")?;
            vault
                .act(now, |chef, block, moved| {
                    let pid = pid.unwrap_or(usize::MAX);
                    chef.set_pool(by, pid, alloc, with_update, block, moved)
                })
                .map(nothing)
        }
        "setSushiPerBlock" => {
            let rate = read.integer("sushiPerBlock")?;
            vault.act(now, |chef, block, moved| chef.set_rate(by, rate, block, moved)).map(nothing)
        }
        "dev" => {
            let to = read.account_or_zero("devaddr")?;
            vault.act(now, |chef, _, _| chef.set_dev(by, to)).map(nothing)
        }
        "transferOwnership" => {
            let to = read.account_or_zero("newOwner")?;
            vault.act(now, |chef, _, _| chef.transfer_ownership(by, to)).map(nothing)
        }
        "renounceOwnership" => vault.act(now, |chef, _, _| chef.renounce_ownership(by)).map(nothing),
        "pendingSushi" => {
            let pid = read.pid(vault)?;
            let user = read.optional_account("user")?.unwrap_or(by);
            pid.and_then(|pid| vault.pending(pid, user, now))
                .map(|pending| (Dump::table([("pending", Dump::text(pending))]), Transfers::new()))
        }
        "donate" => {
            let (asset, raw) = (read.held(vault)?, read.integer("amount")?);
            let amount = TokenAmount::new(asset, raw);
            vault.act(now, |chef, _, moved| chef.donate(by, amount, moved)).map(nothing)
        }
        _ => return Ok(Err(vault.unsupported("this operation"))),
    }
    .map_err(VaultError::from))
}

fn nothing(((), transfers): ((), Transfers)) -> (Dump, Transfers) {
    (Dump::Table(Vec::new()), transfers)
}

fn moved(done: Moved) -> Dump {
    Dump::table([("amount", Dump::text(done.amount)), ("reward", Dump::text(done.reward))])
}

struct Arguments<'a, 'f> {
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
}

impl Arguments<'_, '_> {
    fn integer(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        values::integer(self.fields.required(key, UNITS)?)
    }

    fn flag(&mut self, key: &'static str) -> Result<bool, ConfigError> {
        self.fields.optional(key).map_or(Ok(false), Node::boolean)
    }

    fn optional_account(&mut self, key: &'static str) -> Result<Option<Account>, ConfigError> {
        self.fields.optional(key).map(|node| node.text().map(self.accounts)).transpose()
    }

    fn account_or_zero(&mut self, key: &'static str) -> Result<Option<Account>, ConfigError> {
        let name = self.fields.required(key, NAME)?.text()?;
        Ok((name != ZERO_ADDRESS).then(|| (self.accounts)(name)))
    }

    /// A pool's number; the inner error for one that no list can have.
    fn pid(&mut self, vault: &MasterChefVault) -> Result<Result<usize, ChefError>, ConfigError> {
        let pid = values::integer(self.fields.required("pid", PID)?)?;
        let pools = vault.chef.pools().len();
        Ok(usize::try_from(pid).map_err(|_| ChefError::NoSuchPool { pid, pools }))
    }

    /// An asset to stake: one that is known here, or a new one.
    fn stake(&mut self, vault: &MasterChefVault) -> Result<Asset, ConfigError> {
        let node = self.fields.required("lpToken", SYMBOL)?;
        let symbol = node.text()?;
        let decimals = self.fields.optional("decimals");
        match (known(vault, symbol), decimals) {
            (Some(asset), None) => Ok(asset),
            (None, None) => Err(node.invalid(SYMBOL)),
            (known, Some(decimals)) => {
                let places = decimals.parse("a number of decimals from 0 to 36")?;
                let asset = Asset::new(symbol, places).map_err(|error| node.invalid(error.to_string()))?;
                if known.is_some_and(|known| known != asset) {
                    return Err(decimals.invalid("the decimals that the asset has here already"));
                }
                Ok(asset)
            }
        }
    }

    /// An asset that the chef can hold.
    fn held(&mut self, vault: &MasterChefVault) -> Result<Asset, ConfigError> {
        let accepted = "the symbol of an asset that is staked here, or of the reward";
        let node = self.fields.required("asset", accepted)?;
        known(vault, node.text()?).ok_or_else(|| node.invalid(accepted))
    }
}

fn known(vault: &MasterChefVault, symbol: &str) -> Option<Asset> {
    let reward = vault.chef.terms().reward;
    vault.chef.stakes().iter().copied().chain([reward]).find(|asset| asset.symbol() == symbol)
}
