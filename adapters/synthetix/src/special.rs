//! The contracts' own functions by name, with their arguments and `by`.

use levmine_config::{ConfigError, Fields};
use levmine_lending::{Context, LendingError};
use levmine_market::{Account, Asset, Dump};
use levmine_math::U256;

use crate::contracts::{Rate, Redemption, System};
use crate::error::Result;
use crate::market::SynthetixMarket;
use crate::math::mul;
use crate::state::words::word;

/// The price feeds' answers have 8 decimals.
const FEED: U256 = U256::from_limbs([10_000_000_000, 0, 0, 0]);

const NAME: &str = "the name of an account";
const UNITS: &str = "an integer from 0 to 2^256 − 1 in decimal digits";

/// Runs one of them.
pub(crate) fn run(
    market: &mut SynthetixMarket,
    name: &str,
    fields: &mut Fields<'_>,
    accounts: &dyn Fn(&str) -> Account,
    ctx: &Context<'_>,
) -> Result<Result<Dump, LendingError>, ConfigError> {
    let now = market.clock(ctx.now);
    let by = match fields.optional("by") {
        Some(node) => accounts(node.text()?),
        None => Account::outsider(0),
    };
    let mut read = Reader { fields, accounts, system: &market.system };
    let Some(call) = read.call(name, by)? else {
        let unsupported =
            LendingError::Unsupported { protocol: crate::PROTOCOL, operation: "this operation" };
        return Ok(Err(unsupported));
    };
    let done = market.system.transact(|next| {
        next.time = now;
        call.run(next, by, now)
    });
    Ok(done.map_err(LendingError::from))
}

/// A function with its arguments.
#[derive(Debug)]
enum Call {
    Issue(U256),
    IssueMax,
    Burn(U256),
    BurnToTarget,
    TransferSnx(Account, U256),
    SetPrice(Asset, U256),
    Snapshot,
    Flag(Account),
    Liquidate(Account),
    LiquidateSelf,
    CheckAndRemoveFlag(Account),
    ClaimRewards(Account),
    CreateEscrow(Account, U256, U256),
    Vest(Vec<U256>),
    Swap { from: Asset, to: Asset, amount: U256, received: U256 },
    Exchange { from: Asset, to: Asset, amount: U256 },
    CloseFeePeriod,
    ClaimFees,
}

struct Reader<'a, 'f> {
    fields: &'a mut Fields<'f>,
    accounts: &'a dyn Fn(&str) -> Account,
    system: &'a System,
}

impl Reader<'_, '_> {
    fn call(&mut self, name: &str, by: Account) -> Result<Option<Call>, ConfigError> {
        Ok(Some(match name {
            "issue" => Call::Issue(self.word("amount")?),
            "issueMax" => Call::IssueMax,
            "burn" => Call::Burn(self.word("amount")?),
            "burnToTarget" => Call::BurnToTarget,
            "transfer_SNX" => Call::TransferSnx(self.account("to")?, self.word("amount")?),
            "set_price" | "setPrice" => Call::SetPrice(self.asset("asset")?, self.word("answer")?),
            "snapshot" => Call::Snapshot,
            "flag" => Call::Flag(self.account("account")?),
            "liquidateDelinquentAccount" => Call::Liquidate(self.account("account")?),
            "liquidateSelf" => Call::LiquidateSelf,
            "checkAndRemoveFlag" => Call::CheckAndRemoveFlag(self.account("account")?),
            "claimLiquidationRewards" => Call::ClaimRewards(self.account_or("account", by)?),
            "createEscrow" => {
                Call::CreateEscrow(self.account("to")?, self.word("amount")?, self.word("duration")?)
            }
            "vest" => {
                let node = self.fields.required("entries", "a list of the numbers of entries")?;
                Call::Vest(node.list()?.iter().map(word).collect::<Result<_, _>>()?)
            }
            "swapWithoutDebt" => Call::Swap {
                from: self.asset("from")?,
                to: self.asset("to")?,
                amount: self.word("amountFrom")?,
                received: self.word("amountTo")?,
            },
            "exchange" => Call::Exchange {
                from: self.asset("from")?,
                to: self.asset("to")?,
                amount: self.word("amount")?,
            },
            "closeCurrentFeePeriod" => Call::CloseFeePeriod,
            "claimFees" => Call::ClaimFees,
            _ => return Ok(None),
        }))
    }

    fn word(&mut self, key: &'static str) -> Result<U256, ConfigError> {
        word(self.fields.required(key, UNITS)?)
    }

    fn account(&mut self, key: &'static str) -> Result<Account, ConfigError> {
        Ok((self.accounts)(self.fields.required(key, NAME)?.text()?))
    }

    fn account_or(&mut self, key: &'static str, other: Account) -> Result<Account, ConfigError> {
        self.fields.optional(key).map_or(Ok(other), |node| Ok((self.accounts)(node.text()?)))
    }

    fn asset(&mut self, key: &'static str) -> Result<Asset, ConfigError> {
        let node = self.fields.required(key, "SNX or a synth")?;
        let symbol = node.text()?;
        let synths = self.system.synths.iter().map(|synth| synth.asset);
        let all: Vec<Asset> = std::iter::once(self.system.snx).chain(synths).collect();
        let found = all.iter().find(|asset| asset.symbol() == symbol);
        found.copied().ok_or_else(|| node.unknown_name(symbol, all.iter().map(Asset::symbol)))
    }
}

fn nothing() -> Dump {
    Dump::Table(Vec::new())
}

fn named(key: &str, value: U256) -> Dump {
    Dump::table([(key, Dump::text(value))])
}

fn redemption(done: &Redemption) -> Dump {
    Dump::table([
        ("redeemed", Dump::text(done.redeemed)),
        ("debtRemoved", Dump::text(done.debt_removed)),
        ("escrowLiquidated", Dump::text(done.escrow_liquidated)),
        ("debtBefore", Dump::text(done.debt_before)),
    ])
}

impl Call {
    fn run(self, system: &mut System, by: Account, now: u64) -> Result<Dump> {
        match self {
            Self::Issue(amount) => system.issue(by, amount, now)?,
            Self::IssueMax => return Ok(named("amount", system.issue_max(by, now)?)),
            Self::Burn(amount) => return Ok(named("amount", system.burn(by, amount, now)?)),
            Self::BurnToTarget => return Ok(named("amount", system.burn_to_target(by, now)?)),
            Self::TransferSnx(to, amount) => system.transfer(by, to, amount, now)?,
            Self::SetPrice(asset, answer) => {
                let rate = Rate { price: mul(answer, FEED)?, time: now };
                if asset == system.snx {
                    system.snx_rate = rate;
                } else if let Some(synth) =
                    system.synths.iter_mut().skip(1).find(|synth| synth.asset == asset)
                {
                    synth.rate = rate;
                }
            }
            Self::Snapshot => system.snapshot(now)?,
            Self::Flag(account) => system.flag(account, by, now)?,
            // What is told is what the contract's view says right before.
            Self::Liquidate(account) => {
                let before = system.redemption(account, false, now);
                system.liquidate(account, by, now)?;
                return before.map(|done| redemption(&done));
            }
            Self::LiquidateSelf => {
                let before = system.redemption(by, true, now);
                system.liquidate_self(by, now)?;
                return before.map(|done| redemption(&done));
            }
            Self::CheckAndRemoveFlag(account) => system.check_and_remove_flag(account, now)?,
            Self::ClaimRewards(account) => return Ok(named("reward", system.get_reward(account, now)?)),
            Self::CreateEscrow(to, amount, duration) => system.create_escrow(to, amount, duration, now)?,
            Self::Vest(entries) => return Ok(named("vested", system.vest(by, &entries, now)?)),
            Self::Swap { from, to, amount, received } => {
                system.swap_without_debt(from, amount, to, received, now)?;
            }
            Self::Exchange { from, to, amount } => {
                let done = system.exchange(from, amount, to, now)?;
                return Ok(Dump::table([
                    ("amountReceived", Dump::text(done.received)),
                    ("fee", Dump::text(done.fee)),
                ]));
            }
            Self::CloseFeePeriod => system.close_fee_period(now)?,
            Self::ClaimFees => return Ok(named("fees", system.claim_fees(by, now)?)),
        }
        Ok(nothing())
    }
}
