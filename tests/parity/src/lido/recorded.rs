//! Records of Lido V3.

use levmine_lido::{Holder, Lido};
use levmine_market::{
    Account, Asset, Assets, BuildContext, Dump, Moment, Timestamp, TokenAmount, Transfer, Transfers,
};
use levmine_math::{Bps, U256};
use levmine_vault::{RequestId, Vault, VaultError};
use serde_json::{Map, Value, json};

use crate::recorded::{
    Accounts, Recording, Wallets, dump_json, lacks, number_at, read_table, table_at, text_at, unknown_leaf,
};
use crate::{Operation, ParityError, Recorded};

/// What is compared with records: all of them, of the only version.
pub const RECORDED: &[Recorded] = &[Recorded {
    protocol: "lido",
    version: "v3",
    contracts: "lidofinance/core 372b02e (V3)",
    files: &[""],
    open,
}];

/// The limits that bear on the accounting.
const LIMITS: [&str; 7] = [
    "appearedValidatorsPerDayLimit",
    "annualBalanceIncreaseBPLimit",
    "simulatedShareRateDeviationBPLimit",
    "requestTimestampMargin",
    "maxPositiveTokenRebase",
    "initialSlashingAmountPWei",
    "inactivityPenaltiesAmountPWei",
];

const TOO_LITTLE_ETHER: &str = "no reason";
const TOO_LITTLE_TO_BURN: &str = "ERC20: burn amount exceeds balance";
const TOO_LITTLE_TO_SEND: &str = "ERC20: transfer amount exceeds balance";

/// What a call without a returned value is recorded with.
const NOTHING: &str = "b''";

/// Lido and the wallets around it.
struct LidoRecording {
    lido: Lido,
    assets: Assets,
    weth: Asset,
    steth: Asset,
    wsteth: Asset,
    accounts: Accounts,
    /// Ether and wstETH; stETH is in the adapter's own ledger.
    wallets: Wallets,
    now: Moment,
}

fn open(file: &Value) -> Result<Box<dyn Recording>, ParityError> {
    let setup = &file["setup"];
    let assets = Assets::standard();
    let asset = |symbol: &str| assets.get(symbol).ok_or_else(|| lacks(symbol));
    let (weth, steth, wsteth) = (asset("WETH")?, asset("stETH")?, asset("wstETH")?);
    let beginning = table_at(setup, "state")?;
    let names: Vec<&str> = beginning.keys().filter_map(|key| key.strip_prefix("ETH.")).collect();
    let accounts = Accounts::of(names.iter().copied(), file);
    let mut wallets = Wallets::default();
    for name in &names {
        for (asset, key) in [(weth, "ETH"), (wsteth, "wstETH")] {
            let held = number_at(&setup["state"], &format!("{key}.{name}"))?;
            wallets.set(accounts.account(name), asset, held);
        }
    }
    let number = |key: &str| text_at(setup, key)?.parse().map_err(|_| lacks(key));
    let now = Moment { time: Timestamp(number("time")?), block: number("block")? };
    let lido = build(state(setup, &names)?, &assets)?;
    Ok(Box::new(LidoRecording { lido, assets, weth, steth, wsteth, accounts, wallets, now }))
}

/// The pool as it was begun, with nobody else in it.
fn state(setup: &Value, names: &[&str]) -> Result<Value, ParityError> {
    let initial = text_at(setup, "initialShares")?;
    let mut shares: Map<String, Value> = names.iter().map(|name| ((*name).into(), json!("0"))).collect();
    shares.insert("outside".into(), json!(initial));
    let mut limits = Map::new();
    for key in LIMITS {
        limits.insert(key.into(), json!(text_at(&setup["limits"], key)?));
    }
    Ok(json!({
        "bufferedEther": initial,
        "maxExternalRatioBP": text_at(setup, "maxExternalRatioBP")?,
        "shares": shares,
        "stakeLimit": { "prevStakeBlockNumber": text_at(setup, "block")?, "maxStakeLimitGrowthBlocks": "0" },
        "fees": {
            "module": text_at(setup, "moduleFee")?,
            "total": text_at(setup, "totalFee")?,
            "precision": text_at(setup, "feePrecision")?,
        },
        "limits": limits,
    }))
}

fn build(state: Value, assets: &Assets) -> Result<Lido, ParityError> {
    let ctx = BuildContext { venue: "venue", assets, now: Moment::default() };
    read_table(&json!({ "state": state }), |fields| Lido::decode(fields, &ctx))
}

/// What an operation returned and moved, or why the adapter refused it.
type Done = Result<(Value, Transfers), VaultError>;

impl LidoRecording {
    fn by(&self, operation: &Operation) -> Result<Account, ParityError> {
        Ok(self.accounts.account(operation.who()?))
    }

    /// One of the protocol's own holders, else an account.
    fn holder(&self, name: &str) -> Holder {
        match name {
            "treasury" => Holder::Treasury,
            "module" => Holder::Module,
            "wstETH" => Holder::WstEth,
            "queue" => Holder::Queue,
            "burner" => Holder::Burner,
            "vaultHub" => Holder::VaultHub,
            _ => self.accounts.account(name).into(),
        }
    }

    fn special(
        &self,
        lido: &mut Lido,
        name: &str,
        arguments: &Value,
    ) -> Result<Result<Value, VaultError>, ParityError> {
        let account = |name: &str| self.accounts.account(name);
        let done = read_table(arguments, |fields| lido.special(name, fields, &account, self.now))?;
        Ok(done.map(|out| dump_json(&out)))
    }

    /// What only Lido has: under the name and with the arguments of the adapter's own operation.
    fn own(&self, lido: &mut Lido, operation: &Operation) -> Result<Done, ParityError> {
        let mut arguments = operation.arguments();
        let (name, returned) = match operation.name() {
            "transferShares" => ("transferShares", Some("stETH")),
            "deposit" => ("fundValidators", None),
            "send_to_wstETH" => ("stakeWrapped", Some("")),
            name @ ("mintExternalShares" | "burnExternalShares" | "rebalanceExternal") => (name, Some("")),
            name => (name, None),
        };
        if name == "stakeWrapped"
            && let Some(table) = arguments.as_object_mut()
            && let Some(value) = table.remove("value")
        {
            table.insert("amount".into(), value);
        }
        let out = match self.special(lido, name, &arguments)? {
            Ok(out) => out,
            Err(error) => return Ok(Err(error)),
        };
        let transfers = if name == "stakeWrapped" {
            let minted = TokenAmount::new(self.wsteth, number_at(&out, "wstETH")?);
            let paid = TokenAmount::new(self.weth, operation.number("value")?);
            let by = self.by(operation)?;
            [Transfer::pay(by, paid), Transfer::mint(by, minted)].into_iter().collect()
        } else {
            Transfers::new()
        };
        let out = match returned {
            None => out,
            Some("") => json!({ "value": NOTHING }),
            Some(key) => json!({ "value": out[key] }),
        };
        Ok(Ok((out, transfers)))
    }

    /// The adapter's operation of the same arguments: by the trait where that has it.
    fn call(&self, lido: &mut Lido, operation: &Operation) -> Result<Done, ParityError> {
        let (by, now) = (self.by(operation)?, self.now);
        let of = |asset: Asset, key: &str| operation.number(key).map(|raw| TokenAmount::new(asset, raw));
        Ok(match operation.name() {
            "submit" => {
                let before = lido.state().ledger.shares(by.into());
                lido.deposit(by, of(self.weth, "value")?, now).map(|done| {
                    // The contract returns shares, the trait their stETH.
                    let shares = lido.state().ledger.shares(by.into()).saturating_sub(before);
                    (json!({ "value": shares.to_string() }), done.transfers)
                })
            }
            "wrap" => lido
                .deposit(by, of(self.steth, "amount")?, now)
                .map(|done| (json!({ "value": done.shares.to_string() }), done.transfers)),
            "unwrap" => lido
                .redeem(by, of(self.wsteth, "amount")?, Bps::ONE, now)
                .map(|done| (json!({ "value": done.received.raw.to_string() }), done.transfers)),
            "transfer" => {
                let to = self.accounts.account(operation.text("to")?);
                lido.transfer(by, to, operation.number("amount")?, now)
                    .map(|()| (json!({}), Transfers::new()))
            }
            "requestWithdrawal" | "requestWithdrawalWstETH" => {
                let is_wrapped = operation.name() == "requestWithdrawalWstETH";
                let asset = if is_wrapped { self.wsteth } else { self.steth };
                lido.request_redeem(by, of(asset, "amount")?, now)
                    .map(|done| (json!({ "ids": [done.id.0.to_string()] }), done.transfers))
            }
            "claim" => lido
                .claim_request(by, RequestId(operation.small("id")?), now)
                .map(|done| (json!({}), done.transfers)),
            _ => return self.own(lido, operation),
        })
    }

    fn request_field(&self, id: &str, key: &str) -> Option<String> {
        let state = self.lido.state();
        let id = id.parse().ok()?;
        let request = state.queue.get(id)?;
        let (steth, shares) = state.queue.asked(id);
        Some(match key {
            "stETH" => steth.to_string(),
            "shares" => shares.to_string(),
            "owner" => {
                let names = ["alice", "bob", "carol", "dave"];
                names.iter().find(|name| self.accounts.account(name) == request.owner)?.to_string()
            }
            "time" => request.time.to_string(),
            "finalized" => (id <= state.queue.last_finalized).to_string(),
            "claimed" => request.claimed.to_string(),
            "claimable" if request.claimed => "0".into(),
            "claimable" => {
                let ready = self.lido.requests(request.owner, self.now).ok()?;
                ready.iter().find(|it| it.id.0 == id && it.is_ready)?.amount.raw.to_string()
            }
            _ => return None,
        })
    }

    /// A value by its name, where it does not belong to anybody.
    fn global(&self, name: &str) -> Option<U256> {
        let state = self.lido.state();
        let one = U256::from(10_u64.pow(18));
        Some(match name {
            "bufferedEther" => state.buffered,
            "depositedValidators" => state.deposited_validators,
            "clValidators" => state.cl_validators,
            "clBalance" => state.cl_balance,
            "totalShares" => state.total_shares,
            "externalShares" => state.external_shares,
            "totalPooledEther" => state.total_pooled_ether().ok()?,
            "externalEther" => state.external_ether().ok()?,
            "maxMintableExternalShares" => state.max_mintable_external_shares().ok()?,
            "ethPerShareE18" => state.rate().ok()?.ether_of(one).ok()?,
            "sharesPerEthE18" => state.rate().ok()?.shares_of(one).ok()?,
            "currentStakeLimit" => state.stake_limit.current(self.now.block),
            "wstETH.totalSupply" => state.wsteth_supply,
            "burner.cover" => state.burner.cover,
            "burner.nonCover" => state.burner.non_cover,
            "vault.elRewards" => state.rewards_vault,
            "vault.withdrawals" => state.withdrawals_vault,
            "queue.lastRequest" => U256::from(state.queue.last_request()),
            "queue.lastFinalized" => U256::from(state.queue.last_finalized),
            "queue.lockedEther" => state.queue.locked_ether,
            "queue.unfinalizedStETH" => state.queue.unfinalized(),
            "queue.lastCheckpoint" => U256::from(state.queue.checkpoints.len()),
            _ => return None,
        })
    }

    /// What somebody has.
    fn held(&self, what: &str, name: &str) -> Option<U256> {
        Some(match what {
            "shares" => self.lido.state().ledger.shares(self.holder(name)),
            "stETH" => self.lido.state().balance(self.holder(name)).ok()?,
            "wstETH" => self.wallets.get(self.accounts.account(name), self.wsteth),
            "ETH" => self.wallets.get(self.accounts.account(name), self.weth),
            _ => return None,
        })
    }
}

/// The contract's words.
fn words(error: &VaultError) -> String {
    error.code().unwrap_or("no reason").into()
}

impl Recording for LidoRecording {
    fn act(&mut self, operation: &Operation) -> Result<Result<Value, String>, ParityError> {
        self.now = Moment { time: Timestamp(operation.time()), block: operation.block()? };
        let by = self.by(operation)?;
        if operation.name() == "requestWithdrawalWstETH"
            && operation.number("amount")? > self.wallets.get(by, self.wsteth)
        {
            // The queue takes the tokens before it looks at the amount.
            return Ok(Err(TOO_LITTLE_TO_SEND.into()));
        }
        let mut trial = self.lido.clone();
        Ok(match self.call(&mut trial, operation)? {
            Ok((out, transfers)) => {
                let counted: Vec<Transfer> =
                    transfers.into_iter().filter(|transfer| transfer.amount.asset != self.steth).collect();
                let refusal =
                    if operation.name() == "unwrap" { TOO_LITTLE_TO_BURN } else { TOO_LITTLE_ETHER };
                self.wallets.settle(&counted, refusal).map(|()| {
                    self.lido = trial;
                    out
                })
            }
            Err(error) => {
                self.lido = trial;
                Err(words(&error))
            }
        })
    }

    fn field(&mut self, path: &[&str]) -> Result<Option<String>, ParityError> {
        let [name] = path else { return Err(unknown_leaf(path)) };
        if let Some(value) = self.global(name) {
            return Ok(Some(value.to_string()));
        }
        let mut parts = name.split('.');
        let known = match (parts.next(), parts.next(), parts.next()) {
            (Some("request"), Some(id), Some(key)) => self.request_field(id, key),
            (Some(what), Some(who), None) => self.held(what, who).map(|value| value.to_string()),
            _ => None,
        };
        known.map(Some).ok_or_else(|| unknown_leaf(path))
    }

    fn dump(&self) -> Dump {
        self.lido.dump()
    }

    /// The limit moves with the block.
    fn lasts(&self, path: &[&str]) -> bool {
        path != ["currentStakeLimit"]
    }

    fn rebuilt(&self) -> Result<Option<Dump>, ParityError> {
        Ok(Some(build(dump_json(&self.lido.dump()), &self.assets)?.dump()))
    }
}
