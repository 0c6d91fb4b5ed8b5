//! Records of Yearn vaults of both generations, and of tokenized strategies.

mod leaves;
mod setup;

use levmine_market::{Account, Asset, Assets, Dump, Moment, Timestamp, TokenAmount};
use levmine_math::{Bps, Rounding, U256};
use levmine_vault::{Vault, VaultError};
use levmine_yearn::{Contract, YearnVault};
use serde_json::{Map, Value, json};

use crate::recorded::{Accounts, Recording, Wallets, dump_json, number_at, read_table, table_at, text_at};
use crate::{Operation, ParityError, Recorded};

/// What is compared with records: all of them.
pub const RECORDED: &[Recorded] = &[
    Recorded {
        protocol: "yearn",
        version: "0.4.3",
        contracts: "yearn-vaults 0.4.3",
        files: &["v2_043_"],
        open: |file| setup::open(file, "0.4.3"),
    },
    Recorded {
        protocol: "yearn",
        version: "0.4.6",
        contracts: "yearn-vaults 0.4.6",
        files: &["v2_caps", "v2_dai", "v2_usdc", "v2_wbtc"],
        open: |file| setup::open(file, "0.4.6"),
    },
    Recorded {
        protocol: "yearn",
        version: "3.0.4",
        contracts: "yearn-vaults-v3 3.0.4",
        files: &["v3_"],
        open: |file| setup::open(file, "3.0.4"),
    },
    Recorded {
        protocol: "yearn",
        version: "tokenized-3.0.4",
        contracts: "tokenized-strategy 3.0.4",
        files: &["ts_"],
        open: |file| setup::open(file, "tokenized-3.0.4"),
    },
];

/// A vault and the wallets around it.
struct YearnRecording {
    vault: YearnVault,
    /// The vault's state after the last operation.
    dump: Dump,
    /// The venue's table without its state.
    venue: Value,
    assets: Assets,
    asset: Asset,
    share: Asset,
    accounts: Accounts,
    wallets: Wallets,
    /// Unix seconds of the record's time 0.
    start: u64,
    now: Moment,
}

/// What an operation moved between the caller and the vault, in base units.
#[derive(Default)]
struct Moved {
    paid: U256,
    received: U256,
    minted: U256,
    burned: U256,
}

impl YearnRecording {
    fn seconds(&self) -> u64 {
        self.now.time.0
    }

    fn account(&self, operation: &Operation) -> Result<Account, ParityError> {
        operation.who().map(|name| self.accounts.account(name))
    }

    fn held(&self, account: Account) -> (U256, U256) {
        (self.wallets.get(account, self.asset), self.wallets.get(account, self.share))
    }

    /// The adapter's own operation of the same arguments: its name, and what it reads.
    fn call(&self, operation: &Operation) -> Result<(String, Value), ParityError> {
        let (tokens, shares) = self.held(self.account(operation)?);
        let mut arguments = operation.arguments();
        let is_v2 = matches!(self.vault.contract(), Contract::V2(_));
        let name = match operation.name() {
            name @ ("deposit" | "mint" | "withdraw" | "redeem") => {
                arguments["wallet"] = json!(tokens.to_string());
                arguments["balance"] = json!(shares.to_string());
                format!("vault.{name}")
            }
            "strategy_earns" => "earn".into(),
            "strategy_loses" => "lose".into(),
            "donate_to_vault" => "donate".into(),
            name => name.into(),
        };
        let open = name.starts_with("vault.")
            || ["earn", "lose", "donate", "observe", "strategy_config", "accountant_config"]
                .contains(&&*name);
        if arguments.get("strategy").and_then(Value::as_str) == Some("not_a_strategy") {
            arguments["strategy"] = json!("99");
        }
        if let Some(table) = arguments.as_object_mut() {
            if is_v2 || open {
                table.remove("by");
            }
            match name.as_str() {
                "vault.deposit" | "vault.mint" => table.remove("balance"),
                "vault.withdraw" | "vault.redeem" => table.remove("wallet"),
                _ => None,
            };
        }
        Ok((name, arguments))
    }

    /// What the contract's views promised in the same second.
    fn previews(&self, operation: &Operation) -> Result<Map<String, Value>, ParityError> {
        let now = self.seconds();
        let to_shares = |assets, rounding| match self.vault.contract() {
            Contract::V3(vault) => vault.to_shares(assets, rounding, now).ok(),
            Contract::Tokenized(strategy) => strategy.to_shares(assets, rounding, now).ok(),
            Contract::V2(_) => None,
        };
        let to_assets = |shares, rounding| match self.vault.contract() {
            Contract::V3(vault) => vault.to_assets(shares, rounding, now).ok(),
            Contract::Tokenized(strategy) => strategy.to_assets(shares, rounding, now).ok(),
            Contract::V2(_) => None,
        };
        let told = match operation.name() {
            "deposit" => operation
                .optional("assets")
                .map(|raw| ("previewDeposit_before", to_shares(raw, Rounding::Down))),
            "withdraw" => operation
                .optional("assets")
                .map(|raw| ("previewWithdraw_before", to_shares(raw, Rounding::Up))),
            "mint" => {
                operation.optional("shares").map(|raw| ("previewMint_before", to_assets(raw, Rounding::Up)))
            }
            "redeem" => operation
                .optional("shares")
                .map(|raw| ("previewRedeem_before", to_assets(raw, Rounding::Down))),
            _ => None,
        };
        let mut previews = Map::new();
        if let Some((name, Some(preview))) = told {
            previews.insert(name.into(), json!(preview.to_string()));
        }
        Ok(previews)
    }

    /// What moved, from what was returned.
    fn moved(operation: &Operation, out: &Value) -> Result<Moved, ParityError> {
        let of = |key: &str| number_at(out, key);
        let mut moved = Moved::default();
        match operation.name() {
            "deposit" => (moved.paid, moved.minted) = (of("paid")?, of("shares")?),
            "mint" => (moved.paid, moved.minted) = (of("assets")?, operation.number("shares")?),
            "withdraw" if out.get("value").is_some() => {
                (moved.received, moved.burned) = (of("value")?, of("shares_burned")?);
            }
            "withdraw" => (moved.received, moved.burned) = (of("received")?, of("shares")?),
            "redeem" => (moved.received, moved.burned) = (of("assets")?, operation.number("shares")?),
            _ => {}
        }
        Ok(moved)
    }

    fn settle(&mut self, account: Account, moved: &Moved) -> Result<(), ParityError> {
        let (tokens, shares) = self.held(account);
        let fault = || ParityError::Recorded { place: "a wallet".into(), problem: "is overdrawn".into() };
        let after = |has: U256, gets: U256, gives: U256| has.checked_add(gets)?.checked_sub(gives);
        let tokens = after(tokens, moved.received, moved.paid).ok_or_else(fault)?;
        let shares = after(shares, moved.minted, moved.burned).ok_or_else(fault)?;
        self.wallets.set(account, self.asset, tokens);
        self.wallets.set(account, self.share, shares);
        Ok(())
    }

    /// What the trait does otherwise than the contract's own function, if anything.
    fn trait_differs(&self, operation: &Operation, moved: &Moved, after: &Dump) -> Option<String> {
        let mut vault = self.vault.clone();
        let who = self.accounts.account(operation.who().ok()?);
        let asset = |raw| TokenAmount::new(self.asset, raw);
        let share = |raw| TokenAmount::new(self.share, raw);
        let max_loss = Bps::from_raw(operation.optional("max_loss_bps").unwrap_or_default());
        let done = match operation.name() {
            "deposit" => vault
                .deposit(who, asset(moved.paid), self.now)
                .map(|done| (done.paid.raw, done.shares) == (moved.paid, moved.minted)),
            "mint" => vault
                .mint(who, self.asset, share(moved.minted), self.now)
                .map(|done| (done.paid.raw, done.shares) == (moved.paid, moved.minted)),
            "withdraw" if matches!(self.vault.contract(), Contract::V2(_)) => {
                let (_, held) = self.held(who);
                let asked = operation.number("max_shares").ok()?.min(held);
                vault
                    .redeem(who, share(asked), max_loss, self.now)
                    .map(|done| (done.received.raw, done.shares) == (moved.received, moved.burned))
            }
            "withdraw" => vault
                .withdraw(who, asset(operation.number("assets").ok()?), max_loss, self.now)
                .map(|done| (done.received.raw, done.shares) == (moved.received, moved.burned)),
            "redeem" => vault
                .redeem(who, share(moved.burned), max_loss, self.now)
                .map(|done| (done.received.raw, done.shares) == (moved.received, moved.burned)),
            _ => return None,
        };
        match done {
            Ok(true) if vault.dump() == *after => None,
            other => Some(format!("{} by the trait: {other:?}", operation.name())),
        }
    }

    /// The contract's words in the form of the records.
    fn words(&self, error: &VaultError) -> String {
        match (error.code(), error) {
            (Some(code), _) => code.into(),
            (None, VaultError::Math(_)) => match self.vault.contract() {
                Contract::V2(_) | Contract::V3(_) => "no data".into(),
                Contract::Tokenized(_) => "Panic".into(),
            },
            (None, error) => error.to_string(),
        }
    }
}

impl Recording for YearnRecording {
    fn beginning(&self, setup: &Value) -> Value {
        let mut state = setup.get("initial_state").cloned().unwrap_or_default();
        state["accounts"] = setup.get("accounts").cloned().unwrap_or_default();
        state
    }

    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        let time = operation.time().saturating_add(self.start);
        self.now.time = Timestamp(time);
        let account = self.account(operation)?;
        let previews = self.previews(operation)?;
        let (name, arguments) = self.call(operation)?;
        let mut trial = self.vault.clone();
        let accounts = |name: &str| self.accounts.account(name);
        let done = read_table(&arguments, |fields| trial.special(&name, fields, &accounts, self.now))?;
        let done = match done {
            Ok(out) => {
                let mut out = dump_json(&out);
                let moved = Self::moved(operation, &out)?;
                let after = trial.dump();
                if let Some(difference) = self.trait_differs(operation, &moved, &after) {
                    return Ok(Err(difference));
                }
                self.settle(account, &moved)?;
                if let Some(table) = out.as_object_mut() {
                    table.extend(previews);
                }
                Ok(out)
            }
            Err(error) => Err(self.words(&error)),
        };
        self.vault = trial;
        self.dump = self.vault.dump();
        Ok(done)
    }

    fn field(&mut self, path: &[&str]) -> Result<Option<String>, ParityError> {
        leaves::field(self, path)
    }

    fn dump(&self) -> Dump {
        self.dump.clone()
    }

    /// What a holder could take out changes with everything else.
    fn lasts(&self, path: &[&str]) -> bool {
        !matches!(path, ["accounts", _, key] if key.starts_with("max_"))
    }

    fn listed(&self, operation: &Operation, state: &Value) -> Value {
        let mut state = state.clone();
        if let (Some(table), Ok(name)) = (state.as_object_mut(), operation.who())
            && let Some(account) = table.remove("account")
        {
            table.insert("accounts".into(), json!({ name: account }));
        }
        state
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        Ok(Some(setup::build(&self.venue, dump_json(&self.dump), &self.assets)?.dump()))
    }
}
