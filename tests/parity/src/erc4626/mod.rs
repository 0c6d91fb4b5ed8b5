//! ERC-4626: a vault of the package beside the adapter.

mod contracts;
mod draw;

use std::collections::BTreeMap;

use levmine_config::parse_json;
use levmine_erc4626::{Erc4626Vault, Params, State, Yield};
use levmine_market::{Asset, BlockClock, Dump, Moment, Step, Timestamp, TokenAmount};
use levmine_math::{U256, Wad, format_units};
use levmine_vault::Vault;
use serde_json::{Value, json};

use self::contracts::{ACCOUNTS, Contracts, account, wallet};
use crate::random::Random;
use crate::subject::Subject;
use crate::twin::{Comparison, Twin};
use crate::{Call, Operation, ParityError, abi};

/// When the first operation may happen.
const START: u64 = 1_700_000_000;

const NOT_SO_MANY: &str = "ERC4626: redeem more than max";
const NOT_SO_MUCH: &str = "ERC4626: withdraw more than max";
const POOR: &str = "ERC20: transfer amount exceeds balance";

/// The package's vault, with nothing but an offset of decimals and a limit of our own.
pub(crate) const SUBJECT: Subject = Subject {
    protocol: "erc4626",
    version: "4.9.6",
    contracts: "@openzeppelin/contracts 4.9.6, compiled by solc 0.8.25",
    make: |seed| Ok(Box::new(Erc4626Twin::new(seed)?)),
};

/// A vault and its model.
#[derive(Debug)]
pub struct Erc4626Twin {
    contracts: Contracts,
    vault: Erc4626Vault,
    offset: u8,
    /// The shares that each account has, by what the adapter answered.
    shares: BTreeMap<&'static str, U256>,
    /// What each account has of the token, by what the adapter answered.
    wallets: BTreeMap<&'static str, U256>,
    now: u64,
    /// The largest first deposit, in bits.
    bits: u64,
    /// Whether amounts stay below 2^128, mostly.
    is_tame: bool,
}

impl Erc4626Twin {
    /// A new vault without anything in it: of any offset, some with a limit, some earning.
    ///
    /// # Errors
    ///
    /// [`ParityError::NotInstalled`], and whatever keeps the contracts from being deployed.
    pub fn new(seed: u64) -> Result<Self, ParityError> {
        let mut random = Random::new(!seed);
        let offset = random.pick(&[0_u8, 0, 0, 1, 3, 6, 12, 18]);
        let is_tame = random.chance(75);
        let limit = if is_tame && random.chance(60) { random.bits(1, 120) } else { U256::MAX };
        // Up to 100 % a year, in steps of 0.01 %; what is at the end of the words would soon be beyond it.
        let annual = if is_tame && random.chance(40) { u128::from(random.below(10_001)) } else { 0 };
        let annual = Wad::new(annual * 100_000_000_000_000);
        let unreadable = |problem: String| ParityError::Operation { operation: "the vault".into(), problem };
        let asset =
            |symbol, decimals| Asset::new(symbol, decimals).map_err(|error| unreadable(error.to_string()));
        let params = Params::new(asset("DAI", 18)?, asset("venue-share", 18 + offset)?)
            .map_err(|error| unreadable(error.to_string()))?
            .with_limit(limit)
            .earning(Yield::new(annual));
        let state = State { assets: U256::ZERO, shares: U256::ZERO, updated: Timestamp(START) };
        let all = |amount: U256| ACCOUNTS.iter().map(|name| (*name, amount)).collect();
        Ok(Self {
            contracts: Contracts::deploy(offset, limit)?,
            vault: Erc4626Vault::new(params, state),
            offset,
            shares: all(U256::ZERO),
            wallets: all(wallet()),
            now: START,
            bits: 4 + random.below(if is_tame { 110 } else { 240 }),
            is_tame,
        })
    }

    fn shares_of(&self, name: &str) -> U256 {
        self.shares.get(name).copied().unwrap_or_default()
    }

    fn wallet_of(&self, name: &str) -> U256 {
        self.wallets.get(name).copied().unwrap_or_default()
    }

    /// What the vault has earned by now, by the documented formula: a second hand's calculation.
    fn gain(&self) -> Result<U256, ParityError> {
        let state = self.vault.state();
        let seconds = U256::from(self.now.saturating_sub(state.updated.0));
        let year = U256::from(31_536_000_u64) * Wad::ONE.raw();
        let part = self.vault.params().earns().annual().raw() * seconds;
        // Both factors of a tame vault fit the word; a wild one's product is made in two words.
        let (product, is_over) = state.assets.overflowing_mul(part);
        if !is_over {
            return Ok(product / year);
        }
        let (quotient, rest) = (state.assets / year, state.assets % year);
        let whole = quotient.checked_mul(part);
        let rest = rest.checked_mul(part).map(|product| product / year);
        let sum = whole.and_then(|whole| whole.checked_add(rest?));
        sum.ok_or_else(|| ParityError::Operation {
            operation: "accrue".into(),
            problem: "earns more than fits".into(),
        })
    }

    /// The call, and whether nothing shall change by it.
    fn plan(&self, operation: &Operation) -> Result<(Call, bool), ParityError> {
        let by = account(operation.who()?);
        let (amount, shares) = (|| operation.number("amount"), || operation.number("shares"));
        let ask = |function, arguments: Vec<abi::Value>| self.contracts.ask(by, function, arguments);
        let (vault, token) = (self.contracts.vault, self.contracts.token);
        Ok(match operation.name() {
            "deposit" => (ask("deposit(uint256,address)", vec![amount()?.into(), by.into()]), false),
            "mint" => (ask("mint(uint256,address)", vec![shares()?.into(), by.into()]), false),
            "withdraw" => {
                let arguments = vec![amount()?.into(), by.into(), by.into()];
                (ask("withdraw(uint256,address,address)", arguments), false)
            }
            "redeem" => {
                let arguments = vec![shares()?.into(), by.into(), by.into()];
                (ask("redeem(uint256,address,address)", arguments), false)
            }
            "donate" => {
                let arguments = vec![vault.into(), amount()?.into()];
                (Call::new(by, token, "transfer(address,uint256)", arguments), false)
            }
            "lose" => {
                let arguments = vec![vault.into(), amount()?.into()];
                (Call::new(by, token, "lose(address,uint256)", arguments), false)
            }
            "convert_to_shares" => (ask("convertToShares(uint256)", vec![amount()?.into()]), true),
            "convert_to_assets" => (ask("convertToAssets(uint256)", vec![shares()?.into()]), true),
            "preview_mint" => (ask("previewMint(uint256)", vec![shares()?.into()]), true),
            "preview_withdraw" => (ask("previewWithdraw(uint256)", vec![amount()?.into()]), true),
            "max_deposit" => (ask("maxDeposit(address)", vec![by.into()]), true),
            "max_mint" => (ask("maxMint(address)", vec![by.into()]), true),
            _ => return Err(operation.unknown()),
        })
    }

    /// The refusal by somebody's wallet that must come, which the adapter knows nothing of.
    fn poor(&self, operation: &Operation) -> Result<Option<&'static str>, ParityError> {
        let who = operation.who()?;
        let by_others =
            |name: &str, key: &str, number: U256, answer: &str| -> Result<Option<U256>, ParityError> {
                let asked = Operation::new(name, operation.time()).by(who).amount(key, number);
                let step = replay(&mut self.vault.clone(), &asked)?;
                Ok(step.result.ok().map(|result| read(result.get(answer))))
            };
        Ok(match operation.name() {
            // The limit, and the price, come before the wallet.
            "deposit" => {
                let amount = operation.number("amount")?;
                let most = by_others("max_deposit", "amount", U256::ZERO, "amount")?.unwrap_or_default();
                let price = by_others("convert_to_shares", "amount", amount, "shares")?;
                (amount <= most && price.is_some() && amount > self.wallet_of(who)).then_some(POOR)
            }
            "mint" => {
                let shares = operation.number("shares")?;
                let most = by_others("max_mint", "shares", U256::ZERO, "shares")?;
                let price = by_others("preview_mint", "shares", shares, "amount")?;
                let is_allowed = most.is_some_and(|most| shares <= most);
                (is_allowed && price.is_some_and(|price| price > self.wallet_of(who))).then_some(POOR)
            }
            "redeem" => (operation.number("shares")? > self.shares_of(who)).then_some(NOT_SO_MANY),
            "withdraw" => {
                let worth = by_others("convert_to_assets", "shares", self.shares_of(who), "amount")?;
                let amount = operation.number("amount")?;
                worth.is_some_and(|worth| amount > worth).then_some(NOT_SO_MUCH)
            }
            "donate" => (operation.number("amount")? > self.wallet_of(who)).then_some(POOR),
            _ => None,
        })
    }

    /// Keeps what the accounts have, by the adapter's answer.
    fn book(&mut self, operation: &Operation, result: &Dump) -> Result<(), ParityError> {
        let who = operation.who()?;
        let key = match operation.name() {
            "deposit" | "mint" => "paid",
            "withdraw" | "redeem" => "received",
            "donate" => {
                let amount = operation.number("amount")?;
                if let Some(wallet) = self.wallets.get_mut(who) {
                    *wallet = wallet.saturating_sub(amount);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let (moved, shares) = (read(result.get(key)), read(result.get("shares")));
        let (Some(wallet), Some(own)) = (self.wallets.get_mut(who), self.shares.get_mut(who)) else {
            return Err(operation.lacks("by"));
        };
        if key == "paid" {
            (*wallet, *own) = (wallet.saturating_sub(moved), own.saturating_add(shares));
        } else {
            (*wallet, *own) = (wallet.saturating_add(moved), own.saturating_sub(shares));
        }
        Ok(())
    }

    /// Compares everything that the vault and the token store.
    fn compare(&mut self, found: &mut Comparison) -> Result<(), ParityError> {
        let state = *self.vault.state();
        for (function, ours) in [("totalAssets()", state.assets), ("totalSupply()", state.shares)] {
            let word = self.contracts.chain.word(self.contracts.vault, function, Vec::new())?;
            found.number(|| function.into(), word, ours);
        }
        for name in ACCOUNTS {
            let (token, vault) = (self.contracts.token, self.contracts.vault);
            let own = self.contracts.balance(vault, account(name))?;
            found.number(|| format!("shares of {name}"), own, self.shares_of(name));
            let held = self.contracts.balance(token, account(name))?;
            found.number(|| format!("wallet of {name}"), held, self.wallet_of(name));
        }
        // The price: what all shares are worth, or why that cannot be told.
        let word = self.contracts.read("convertToAssets(uint256)", vec![state.shares.into()])?;
        let share = TokenAmount::new(self.vault.params().share(), state.shares);
        let price = Erc4626Vault::new(self.vault.params().earning(Yield::NONE), state);
        match (word, price.value(share, Moment::default())) {
            (Ok(word), Ok(worth)) => found.number(|| "the worth of all shares".into(), word, worth.raw),
            (word, worth) => {
                let contract = word.err().unwrap_or_else(|| "a number".into());
                let adapter = worth.err().and_then(|error| error.code()).unwrap_or("a number");
                found.text(|| "the worth of all shares".into(), &contract, adapter);
            }
        }
        Ok(())
    }
}

fn read(dump: Option<&Dump>) -> U256 {
    match dump {
        Some(Dump::Text(text)) => U256::from_str_radix(text, 10).unwrap_or_default(),
        _ => U256::ZERO,
    }
}

/// Lets the adapter do it.
fn replay(vault: &mut Erc4626Vault, operation: &Operation) -> Result<Step, ParityError> {
    let mut table = operation.to_json();
    // What has no arguments is asked without any.
    if operation.name().starts_with("max_")
        && let Some(table) = table.as_object_mut()
    {
        table.remove("amount");
        table.remove("shares");
    }
    let node = parse_json("operation", &Value::Array(vec![table]).to_string())?;
    let start = Moment { time: Timestamp(operation.time()), block: 0 };
    let mut last = None;
    levmine_vault::replay(vault, &node, start, &BlockClock::ETHEREUM, &mut |step| last = Some(step))?;
    last.ok_or_else(|| operation.unknown())
}

impl Twin for Erc4626Twin {
    fn draw(&mut self, random: &mut Random) -> Result<Operation, ParityError> {
        Ok(draw::operation(self, random))
    }

    fn apply(&mut self, operation: &Operation) -> Result<Comparison, ParityError> {
        self.now = operation.time();
        self.contracts.chain.set_time(self.now);
        let mut found = Comparison::default();
        let (call, is_read) = self.plan(operation)?;
        // What was earned comes first, in the same transaction.
        let calls = [self.contracts.earned(self.gain()?), call];
        let chain = &mut self.contracts.chain;
        let answers = if is_read { chain.simulate(&calls)? } else { chain.send(&calls)? };
        if let Some(expected) = self.poor(operation)? {
            let reason = answers.err().map_or("done".into(), |reason| reason.to_string());
            found.text(|| "the wallet's refusal".into(), &reason, expected);
            found.refusal = Some(reason);
            found.by_wallet = true;
            return Ok(found);
        }
        let step = replay(&mut self.vault, operation)?;
        match (&answers, &step.result) {
            (Ok(answers), Ok(result)) => {
                let key = match operation.name() {
                    "deposit" | "withdraw" | "convert_to_shares" | "preview_withdraw" | "max_mint" => {
                        Some("shares")
                    }
                    "mint" => Some("paid"),
                    "redeem" => Some("received"),
                    "donate" | "lose" => None,
                    _ => Some("amount"),
                };
                if let Some(key) = key {
                    let word = answers.last().and_then(|words| words.first()).copied().unwrap_or_default();
                    found.dumped(|| format!("{}: {key}", operation.name()), word, result.get(key));
                }
                self.book(operation, result)?;
            }
            (answers, result) => {
                let contract = answers.as_ref().err().map_or("done".into(), ToString::to_string);
                let adapter = result.as_ref().err().map_or("done", |(code, _)| code);
                found.text(|| "the outcome".into(), &contract, adapter);
                found.refusal = Some(contract);
            }
        }
        self.compare(&mut found)?;
        Ok(found)
    }

    fn state(&self) -> Dump {
        self.vault.dump()
    }

    fn beginning(&self) -> Value {
        let params = self.vault.params();
        let limit = match params.limit() {
            U256::MAX => "none".into(),
            limit => format_units(limit, 18),
        };
        // In steps of 0.01 %, as they were drawn.
        let percent = format_units(params.earns().annual().raw(), 16);
        json!({
            "start": START,
            "venue": {
                "protocol": "erc4626",
                "asset": "DAI",
                "decimals_offset": self.offset,
                "limit": limit,
                "yield": format!("{percent}%"),
                "state": { "totalAssets": "0", "totalSupply": "0" },
            },
        })
    }
}
