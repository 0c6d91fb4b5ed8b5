//! What only Lido has: governance, the oracle, the burner, external shares.

use levmine_config::{ConfigError, Fields};
use levmine_market::{Account, Dump, Moment};
use levmine_math::U256;
use levmine_vault::VaultError;

use crate::decode::values::{boolean, integer, small};
use crate::error::Result;
use crate::ledger::Holder;
use crate::ops::report::{Report, Reported};
use crate::vault::{Lido, holder};

/// The operations, in the order of the README.
const NAMES: [&str; 20] = [
    "stakeWrapped",
    "transferShares",
    "fundValidators",
    "vaultIncome",
    "report",
    "requestBurn",
    "mintExternalShares",
    "burnExternalShares",
    "rebalanceExternal",
    "setMaxExternalRatio",
    "setStakingLimit",
    "removeStakingLimit",
    "pauseStaking",
    "resumeStaking",
    "stop",
    "resume",
    "pauseQueue",
    "resumeQueue",
    "setBunkerMode",
    "setExitedValidators",
];

/// Runs one of them.
pub(crate) fn run(
    lido: &mut Lido,
    name: &str,
    arguments: &mut Fields<'_>,
    accounts: &dyn Fn(&str) -> Account,
    now: Moment,
) -> std::result::Result<std::result::Result<Dump, VaultError>, ConfigError> {
    if !NAMES.contains(&name) {
        return Ok(Err(levmine_vault::Vault::unsupported(lido, "this operation")));
    }
    // A step always may say who acts; not every function looks at it.
    let by = match arguments.optional("by") {
        Some(node) => holder(node.text()?, accounts),
        None => Holder::Outside,
    };
    let mut call = Call { arguments, accounts, by, now };
    Ok(call.run(lido, name)?.map_err(VaultError::from))
}

/// An operation with its arguments.
struct Call<'a, 'b> {
    arguments: &'a mut Fields<'b>,
    accounts: &'a dyn Fn(&str) -> Account,
    by: Holder,
    now: Moment,
}

type Outcome = std::result::Result<Result<Dump>, ConfigError>;

impl Call<'_, '_> {
    fn number(&mut self, key: &'static str) -> std::result::Result<U256, ConfigError> {
        integer(self.arguments.required(key, "an integer in decimal digits")?, 256)
    }

    fn holder(&mut self, key: &'static str) -> std::result::Result<Holder, ConfigError> {
        let name = self.arguments.required(key, "the name of an account")?.text()?;
        Ok(holder(name, self.accounts))
    }

    fn run(&mut self, lido: &mut Lido, name: &str) -> Outcome {
        match name {
            "stakeWrapped" => {
                let amount = self.number("amount")?;
                Ok(lido.state.submit_wrapped(amount, self.now.block).map(value("wstETH")))
            }
            "transferShares" => {
                let (to, shares) = (self.holder("to")?, self.number("shares")?);
                Ok(lido.state.transfer_shares(self.by, to, shares).map(value("stETH")))
            }
            "fundValidators" => {
                let most = self.number("maxDeposits")?;
                Ok(lido.state.deposit(most).map(value("validators")))
            }
            "vaultIncome" => {
                let (rewards, withdrawals) = (self.number("elRewards")?, self.number("withdrawals")?);
                Ok(lido.state.receive_income(rewards, withdrawals).map(nothing))
            }
            "report" => {
                let report = self.report()?;
                Ok(lido.state.report(&report, self.now.time.0).map(|reported| resolved(&reported)))
            }
            "requestBurn" => {
                let (amount, cover) = (self.number("amount")?, self.is_set("cover")?);
                Ok(lido.state.request_burn(self.by, amount, cover).map(value("shares")))
            }
            "setStakingLimit" => {
                let (max, increase) = (self.number("maxStakeLimit")?, self.number("increasePerBlock")?);
                Ok(lido.state.set_staking_limit(max, increase, self.now.block).map(nothing))
            }
            "mintExternalShares" | "burnExternalShares" | "rebalanceExternal" | "setMaxExternalRatio" => {
                self.external(lido, name)
            }
            _ => self.switch(lido, name),
        }
    }

    fn external(&mut self, lido: &mut Lido, name: &str) -> Outcome {
        let (state, block) = (&mut lido.state, self.now.block);
        match name {
            "mintExternalShares" => {
                let (to, shares) = (self.holder("to")?, self.number("shares")?);
                Ok(state.mint_external(to, shares, block).map(value("stETH")))
            }
            "burnExternalShares" => {
                let shares = self.number("shares")?;
                Ok(state.burn_external(shares, block).map(value("stETH")))
            }
            "rebalanceExternal" => {
                let (shares, ether) = (self.number("shares")?, self.number("value")?);
                Ok(state.rebalance_external(shares, ether).map(nothing))
            }
            _ => {
                let ratio = self.number("ratio")?;
                Ok(state.set_max_external_ratio(ratio).map(nothing))
            }
        }
    }

    fn switch(&mut self, lido: &mut Lido, name: &str) -> Outcome {
        let (state, block) = (&mut lido.state, self.now.block);
        match name {
            "removeStakingLimit" => state.stake_limit = state.stake_limit.without_limit(),
            "pauseStaking" => state.pause_staking(true, block),
            "resumeStaking" => state.pause_staking(false, block),
            "stop" => state.stop(true, block),
            "resume" => state.stop(false, block),
            "pauseQueue" => state.queue.is_paused = true,
            "resumeQueue" => state.queue.is_paused = false,
            "setBunkerMode" => state.is_bunker = self.is_set("active")?,
            _ => {
                let node = self.arguments.required("count", "an integer in decimal digits")?;
                state.exited_validators = integer(node, 128)?;
            }
        }
        Ok(Ok(nothing(())))
    }

    fn is_set(&mut self, key: &'static str) -> std::result::Result<bool, ConfigError> {
        boolean(self.arguments.required(key, "true or false")?)
    }

    fn report(&mut self) -> std::result::Result<Report, ConfigError> {
        let mut seconds =
            |key| small(self.arguments.required(key, "an integer in decimal digits")?, u64::MAX);
        let (time, elapsed) = (seconds("timestamp")?, seconds("timeElapsed")?);
        let mut batches = Vec::new();
        if let Some(node) = self.arguments.optional("batches") {
            for item in node.list()? {
                batches.push(small(item, u64::MAX)?);
            }
        }
        let bad_debt = match self.arguments.optional("badDebt") {
            Some(node) => integer(node, 256)?,
            None => U256::ZERO,
        };
        Ok(Report {
            time,
            elapsed,
            cl_validators: self.number("clValidators")?,
            cl_balance: self.number("clBalance")?,
            withdrawals_vault: self.number("withdrawalVaultBalance")?,
            rewards_vault: self.number("elRewardsVaultBalance")?,
            shares_to_burn: self.number("sharesRequestedToBurn")?,
            batches,
            simulated_rate: self.number("simulatedShareRate")?,
            bad_debt,
        })
    }
}

fn value(key: &'static str) -> impl Fn(U256) -> Dump {
    move |value| Dump::table([(key, Dump::text(value))])
}

fn nothing((): ()) -> Dump {
    Dump::table::<&str>([])
}

/// What a report resolved to, by the contract's names.
fn resolved(reported: &Reported) -> Dump {
    let update = &reported.update;
    Dump::table([
        ("withdrawalsVaultTransfer", Dump::text(update.withdrawals)),
        ("elRewardsVaultTransfer", Dump::text(update.rewards)),
        ("etherToFinalize", Dump::text(update.ether_to_finalize)),
        ("sharesToFinalize", Dump::text(update.shares_to_finalize)),
        ("sharesToBurnForWithdrawals", Dump::text(update.shares_to_burn_for_withdrawals)),
        ("totalSharesToBurn", Dump::text(update.total_shares_to_burn)),
        ("sharesToMintAsFees", Dump::text(update.fee_shares)),
    ])
}
