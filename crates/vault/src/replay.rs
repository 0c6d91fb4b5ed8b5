//! Applying a list of operations to a vault.

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Account, Asset, BlockClock, Dump, Moment, NamedAccounts, Step, StepHead, TokenAmount};
use levmine_math::{Bps, U256, parse_units};

use crate::{RequestId, Vault, VaultError};

const UNITS: &str = "a whole number of base units, at most 2^256 - 1";
const SYMBOL: &str = "the symbol of one of the vault's assets or shares";
const LOSS: &str = "basis points, 0 to 10000";

/// Applies the `operations` of a replay file to `vault`, one after the other, and hands each [`Step`] to `emit`.
///
/// Each operation is a table with `op` and, optionally, `t`, `block` and `by` (see [`StepHead`]), and the keys of the
/// operation, amounts in base units; `asset` and `share` may be left out where there is only one:
///
/// | `op` | keys |
/// |---|---|
/// | `deposit`, `preview_deposit` | `amount`; `asset` |
/// | `mint` | `shares`; `asset` |
/// | `redeem`, `preview_redeem`, `value` | `shares`; `share` (the asset itself for a stake); `max_loss` in basis points |
/// | `withdraw` | `amount`; `asset`, `max_loss` |
/// | `request_redeem` | `shares`; `share` |
/// | `claim_request` | `request` |
/// | `requests`, `claimable`, `claim`, `harvest`, `accrue` | |
/// | `transfer` | `amount`, `to` |
/// | `staked` | `asset` |
///
/// Any other name goes to [`Vault::special`]. Names in `by` and in special operations become accounts in the order in
/// which they appear; an operation without `by` is an outsider's. A refused operation is a step like any other, with the
/// contract's name of the reason.
///
/// # Errors
///
/// A table that cannot be read: a missing or unknown key, an unknown asset, an amount that is none. The steps before it
/// have been emitted.
pub fn replay(
    vault: &mut dyn Vault,
    operations: &Node,
    start: Moment,
    clock: &BlockClock,
    emit: &mut dyn FnMut(Step),
) -> Result<(), ConfigError> {
    replay_as(vault, operations, start, clock, &NamedAccounts::new(), emit)
}

/// As [`replay`], with accounts that have their names already: those of a state that names its users. A dump calls accounts
/// by their names.
///
/// # Errors
///
/// As [`replay`].
pub fn replay_as(
    vault: &mut dyn Vault,
    operations: &Node,
    start: Moment,
    clock: &BlockClock,
    accounts: &NamedAccounts,
    emit: &mut dyn FnMut(Step),
) -> Result<(), ConfigError> {
    let mut now = start;
    for (index, node) in operations.list()?.iter().enumerate() {
        let mut fields = node.fields()?;
        let head = StepHead::read(&mut fields, now, clock)?;
        now = head.moment;
        let by = head.by.as_deref().map_or(Account::outsider(0), |name| accounts.account(name));
        let result = run(vault, &head.op, by, &mut fields, accounts, now)?;
        fields.finish()?;
        let result = result.map_err(|error| (code(&error).to_string(), error.to_string()));
        let state = accounts.name_in(vault.dump());
        emit(Step { index, time: now.time, op: head.op, by: head.by, result, state });
    }
    Ok(())
}

/// The contract's name of a refusal, or the kind of what is not one.
fn code(error: &VaultError) -> &'static str {
    match error {
        VaultError::Refused { code, .. } => code,
        VaultError::Unsupported { .. } => "UNSUPPORTED",
        VaultError::UnknownAsset { .. } => "UNKNOWN_ASSET",
        VaultError::Market(_) => "MARKET",
        VaultError::Math(_) => "ARITHMETIC",
    }
}

fn run(
    vault: &mut dyn Vault,
    op: &str,
    by: Account,
    fields: &mut Fields<'_>,
    accounts: &NamedAccounts,
    now: Moment,
) -> Result<Result<Dump, VaultError>, ConfigError> {
    Ok(match op {
        "deposit" | "preview_deposit" => {
            let amount = TokenAmount::new(asset(vault, fields)?, required(fields, "amount")?);
            if op == "deposit" {
                vault.deposit(by, amount, now).map(|done| shares_dump(done.paid.raw, done.shares))
            } else {
                vault.preview_deposit(amount, now).map(|shares| Dump::table([("shares", Dump::text(shares))]))
            }
        }
        "mint" => {
            let asset = asset(vault, fields)?;
            let raw = required(fields, "shares")?;
            match vault.share(asset) {
                Some(share) => vault
                    .mint(by, asset, TokenAmount::new(share, raw), now)
                    .map(|done| shares_dump(done.paid.raw, done.shares)),
                None => Err(vault.unsupported("minting exact shares")),
            }
        }
        "redeem" => {
            let (shares, max_loss) = (shares(vault, fields)?, max_loss(fields)?);
            vault.redeem(by, shares, max_loss, now).map(|done| redeemed_dump(&done))
        }
        "withdraw" => {
            let amount = TokenAmount::new(asset(vault, fields)?, required(fields, "amount")?);
            let max_loss = max_loss(fields)?;
            vault.withdraw(by, amount, max_loss, now).map(|done| redeemed_dump(&done))
        }
        "preview_redeem" => {
            let shares = shares(vault, fields)?;
            vault.preview_redeem(shares, now).map(|raw| Dump::table([("received", Dump::text(raw))]))
        }
        "value" => {
            let shares = shares(vault, fields)?;
            vault.value(shares, now).map(|worth| Dump::table([("value", Dump::text(worth.raw))]))
        }
        "request_redeem" => {
            let shares = shares(vault, fields)?;
            vault
                .request_redeem(by, shares, now)
                .map(|done| Dump::table([("request", Dump::text(done.id.0))]))
        }
        "claim_request" => {
            let accepted = "the number of a request";
            let id = RequestId(fields.required("request", accepted)?.parse(accepted)?);
            vault.claim_request(by, id, now).map(|done| amounts_dump(&done.received))
        }
        "requests" => vault.requests(by, now).map(|requests| {
            Dump::List(
                requests
                    .iter()
                    .map(|request| {
                        Dump::table([
                            ("request", Dump::text(request.id.0)),
                            ("asset", Dump::text(request.amount.asset)),
                            ("amount", Dump::text(request.amount.raw)),
                            ("since", Dump::text(request.since.0)),
                            ("is_ready", Dump::Boolean(request.is_ready)),
                        ])
                    })
                    .collect(),
            )
        }),
        "claimable" => vault.claimable(by, now).map(|amounts| amounts_dump(&amounts)),
        "claim" => vault.claim(by, now).map(|done| amounts_dump(&done.received)),
        "harvest" => vault.harvest(by, now).map(|done| {
            Dump::table([
                ("gain", Dump::text(done.gain)),
                ("loss", Dump::text(done.loss)),
                ("fees", Dump::text(done.fees)),
            ])
        }),
        "accrue" => vault.accrue(now).map(|_| Dump::table::<&str>([])),
        "transfer" => {
            let to = accounts.account(fields.required("to", "a name")?.text()?);
            let amount = required(fields, "amount")?;
            vault.transfer(by, to, amount, now).map(|()| {
                Dump::table([("from", Dump::text(vault.balance(by))), ("to", Dump::text(vault.balance(to)))])
            })
        }
        "staked" => {
            let asset = asset(vault, fields)?;
            Ok(Dump::table([("staked", Dump::text(vault.staked(by, asset, now)))]))
        }
        special => vault.special(special, fields, &|name| accounts.account(name), now)?,
    })
}

/// The asset that is named, or the only one.
fn asset(vault: &dyn Vault, fields: &mut Fields<'_>) -> Result<Asset, ConfigError> {
    match (fields.optional("asset"), vault.assets()) {
        (None, &[only]) => Ok(only),
        (Some(node), assets) => named(node, assets),
        (None, assets) => named(fields.required("asset", SYMBOL)?, assets),
    }
}

/// The shares to redeem: of the share that is named (or the staked asset), or of the only one.
fn shares(vault: &dyn Vault, fields: &mut Fields<'_>) -> Result<TokenAmount, ConfigError> {
    let raw = required(fields, "shares")?;
    let known: Vec<Asset> =
        vault.assets().iter().map(|asset| vault.share(*asset).unwrap_or(*asset)).collect();
    let share = match (fields.optional("share"), known.as_slice()) {
        (None, &[only]) => only,
        (Some(node), known) => named(node, known)?,
        (None, known) => named(fields.required("share", SYMBOL)?, known)?,
    };
    Ok(TokenAmount::new(share, raw))
}

fn named(node: &Node, assets: &[Asset]) -> Result<Asset, ConfigError> {
    let symbol = node.text()?;
    assets
        .iter()
        .copied()
        .find(|asset| asset.symbol() == symbol)
        .ok_or_else(|| node.unknown_name(symbol, assets.iter().map(Asset::symbol)))
}

fn max_loss(fields: &mut Fields<'_>) -> Result<Bps, ConfigError> {
    let Some(node) = fields.optional("max_loss") else { return Ok(Bps::ONE) };
    let raw: u32 = node.parse(LOSS)?;
    if raw <= 10_000 { Ok(Bps::from_raw(U256::from(raw))) } else { Err(node.invalid(LOSS)) }
}

fn required(fields: &mut Fields<'_>, key: &'static str) -> Result<U256, ConfigError> {
    fields
        .required(key, UNITS)?
        .read(|text| parse_units(text, 0).map_err(|error| format!("{UNITS} ({error})")))
}

fn shares_dump(paid: U256, shares: U256) -> Dump {
    Dump::table([("paid", Dump::text(paid)), ("shares", Dump::text(shares))])
}

fn redeemed_dump(done: &crate::Redeemed) -> Dump {
    Dump::table([
        ("shares", Dump::text(done.shares)),
        ("received", Dump::text(done.received.raw)),
        ("loss", Dump::text(done.loss)),
    ])
}

fn amounts_dump(amounts: &[TokenAmount]) -> Dump {
    Dump::table(amounts.iter().map(|amount| (amount.asset.to_string(), Dump::text(amount.raw))))
}
