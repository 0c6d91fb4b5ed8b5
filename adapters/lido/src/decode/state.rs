//! The whole state in the contracts' integers, as a dump writes it.
//!
//! Accounts are numbered from 0 in the order in which `shares` and then the queue's requests name them, as a replay
//! numbers names; `account 5`, `outsider 7` and `the contracts of venue 3` stay what they are. Every number may be left out and is
//! zero then, except that all shares are the sum of everybody's.

use std::collections::BTreeMap;

use levmine_config::{ConfigError, Fields, Node};
use levmine_market::{Account, BuildContext, VenueId};
use levmine_math::U256;

use super::values::{boolean, integer, small};
use crate::ledger::{Holder, NAMED};
use crate::params::{Fees, Limits};
use crate::queue::{Checkpoint, WithdrawalRequest};
use crate::stake_limit::StakeLimit;
use crate::state::{Burner, Remembered, State};

/// What a state was read into.
pub(crate) struct Read {
    pub(crate) state: State,
    pub(crate) names: BTreeMap<Account, String>,
    pub(crate) last_report: Option<u64>,
}

/// Reads the state.
pub(crate) fn read(node: &Node, ctx: &BuildContext<'_>) -> Result<Read, ConfigError> {
    let mut fields = node.fields()?;
    let mut names = Names::default();
    let mut state = State::begun_with(U256::ZERO, ctx.now.block);
    state.ledger = crate::ledger::Ledger::default();
    let mut sum = U256::ZERO;
    if let Some(node) = fields.optional("shares") {
        for (name, value) in node.entries()? {
            let shares = integer(value, 128)?;
            sum = sum.saturating_add(shares);
            state.ledger.set(names.holder(name), shares);
        }
    }
    if sum.bit_len() > 127 {
        return Err(node.invalid("a state whose shares fit 127 bits together"));
    }
    state.total_shares = sum;
    if let Some(node) = fields.optional("totalShares")
        && integer(node, 128)? != sum
    {
        return Err(node.invalid(format!("the sum of everybody's shares, {sum}")));
    }
    numbers(&mut state, &mut fields)?;
    tables(&mut state, &mut fields)?;
    if let Some(node) = fields.optional("queue") {
        queue(&mut state, node, &mut names)?;
    }
    if let Some(node) = fields.optional("reports") {
        for item in node.list()? {
            let mut fields = item.fields()?;
            state.remembered.push(Remembered {
                time: small(fields.required("time", "Unix seconds")?, u64::MAX)?,
                exited: optional(&mut fields, "exited", 128)?,
                lost: optional(&mut fields, "lost", 128)?,
            });
            fields.finish()?;
        }
    }
    let last_report = fields.optional("lastReport").map(|node| small(node, u64::MAX)).transpose()?;
    fields.finish()?;
    check(&state, node)?;
    Ok(Read { state, names: names.known, last_report })
}

/// What the contracts keep true, as far as anything relies on it.
fn check(state: &State, node: &Node) -> Result<(), ConfigError> {
    if state.external_shares > state.total_shares {
        return Err(node.invalid("no more external shares than all shares"));
    }
    if state.cl_validators > state.deposited_validators {
        return Err(node.invalid("no more validators than were funded"));
    }
    let ether = state.ether().ok().filter(|ether| ether.bit_len() <= 127);
    if ether.is_none() {
        return Err(node.invalid("a state whose ether fits 127 bits together"));
    }
    if state.wsteth_supply > state.ledger.shares(Holder::WstEth) {
        return Err(node.invalid("no more wstETH than the shares behind it"));
    }
    Ok(())
}

fn numbers(state: &mut State, fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    for (key, place) in [
        ("bufferedEther", &mut state.buffered),
        ("clBalance", &mut state.cl_balance),
        ("externalShares", &mut state.external_shares),
        ("wstethSupply", &mut state.wsteth_supply),
        ("elRewardsVault", &mut state.rewards_vault),
        ("withdrawalsVault", &mut state.withdrawals_vault),
    ] {
        *place = optional(fields, key, 127)?;
    }
    for (key, place) in [
        ("depositedValidators", &mut state.deposited_validators),
        ("clValidators", &mut state.cl_validators),
        ("exitedValidators", &mut state.exited_validators),
    ] {
        *place = optional(fields, key, 64)?;
    }
    if let Some(node) = fields.optional("maxExternalRatioBP") {
        state.max_external_ratio_bp = U256::from(small(node, 10_000)?);
    }
    for (key, place) in [("isStopped", &mut state.is_stopped), ("isBunkerModeActive", &mut state.is_bunker)] {
        if let Some(node) = fields.optional(key) {
            *place = boolean(node)?;
        }
    }
    Ok(())
}

fn optional(fields: &mut Fields<'_>, key: &'static str, bits: usize) -> Result<U256, ConfigError> {
    fields.optional(key).map_or(Ok(U256::ZERO), |node| integer(node, bits))
}

fn tables(state: &mut State, fields: &mut Fields<'_>) -> Result<(), ConfigError> {
    if let Some(node) = fields.optional("stakeLimit") {
        let mut fields = node.fields()?;
        let mut narrow = |key| {
            let node = fields.required(key, "an integer in decimal digits")?;
            let value = small(node, u64::from(u32::MAX))?;
            u32::try_from(value).map_err(|_| node.invalid("an integer below 2^32"))
        };
        let (prev_block, growth_blocks) =
            (narrow("prevStakeBlockNumber")?, narrow("maxStakeLimitGrowthBlocks")?);
        let prev_limit = optional(&mut fields, "prevStakeLimit", 96)?;
        let max = optional(&mut fields, "maxStakeLimit", 96)?;
        fields.finish()?;
        state.stake_limit = StakeLimit { prev_block, prev_limit, growth_blocks, max };
    }
    if let Some(node) = fields.optional("burner") {
        let mut fields = node.fields()?;
        state.burner = Burner {
            cover: optional(&mut fields, "cover", 128)?,
            non_cover: optional(&mut fields, "nonCover", 128)?,
            cover_burnt: optional(&mut fields, "coverBurnt", 128)?,
            non_cover_burnt: optional(&mut fields, "nonCoverBurnt", 128)?,
        };
        fields.finish()?;
    }
    if let Some(node) = fields.optional("fees") {
        let mut fields = node.fields()?;
        let fees = Fees {
            module: optional(&mut fields, "module", 96)?,
            total: optional(&mut fields, "total", 96)?,
            precision: optional(&mut fields, "precision", 96)?,
        };
        fields.finish()?;
        if fees.module > fees.total || fees.total > fees.precision {
            return Err(node.invalid("a module's part within the total, and that within the precision"));
        }
        state.fees = fees;
    }
    if let Some(node) = fields.optional("limits") {
        state.limits = limits(node)?;
    }
    Ok(())
}

fn limits(node: &Node) -> Result<Limits, ConfigError> {
    let mut limits = Limits::ethereum();
    let mut fields = node.fields()?;
    for (key, place, most) in [
        ("appearedValidatorsPerDayLimit", &mut limits.appeared_validators_per_day, 65_535),
        ("annualBalanceIncreaseBPLimit", &mut limits.annual_balance_increase_bp, 10_000),
        ("simulatedShareRateDeviationBPLimit", &mut limits.share_rate_deviation_bp, 10_000),
        ("requestTimestampMargin", &mut limits.request_timestamp_margin, u64::from(u32::MAX)),
        ("maxPositiveTokenRebase", &mut limits.max_positive_token_rebase, u64::MAX),
        ("initialSlashingAmountPWei", &mut limits.initial_slashing_pwei, 65_535),
        ("inactivityPenaltiesAmountPWei", &mut limits.inactivity_penalties_pwei, 65_535),
    ] {
        if let Some(node) = fields.optional(key) {
            *place = U256::from(small(node, most)?);
        }
    }
    fields.finish()?;
    Ok(limits)
}

fn queue(state: &mut State, node: &Node, names: &mut Names) -> Result<(), ConfigError> {
    let mut fields = node.fields()?;
    let queue = &mut state.queue;
    if let Some(node) = fields.optional("requests") {
        for item in node.list()? {
            let read = request(item, names)?;
            let rises = queue.requests.last().is_none_or(|before| {
                before.cumulative_steth <= read.cumulative_steth
                    && before.cumulative_shares <= read.cumulative_shares
            });
            if !rises {
                return Err(item.invalid("sums that are not below those of the request before"));
            }
            queue.requests.push(read);
        }
    }
    if let Some(node) = fields.optional("checkpoints") {
        for item in node.list()? {
            let mut fields = item.fields()?;
            queue.checkpoints.push(Checkpoint {
                from: small(fields.required("from", "the number of a request")?, u64::MAX)?,
                max_rate: integer(fields.required("maxRate", "a share rate times 10^27")?, 256)?,
            });
            fields.finish()?;
        }
    }
    if let Some(node) = fields.optional("lastFinalized") {
        queue.last_finalized = small(node, queue.last_request())?;
    }
    queue.locked_ether = optional(&mut fields, "lockedEther", 127)?;
    if let Some(node) = fields.optional("lastReportTime") {
        queue.last_report_time = small(node, u64::MAX)?;
    }
    if let Some(node) = fields.optional("isPaused") {
        queue.is_paused = boolean(node)?;
    }
    fields.finish()
}

fn request(node: &Node, names: &mut Names) -> Result<WithdrawalRequest, ConfigError> {
    let mut fields = node.fields()?;
    let owner = fields.required("owner", "the name of an account")?.text()?;
    let seconds = |node: Option<&Node>| node.map_or(Ok(0), |node| small(node, u64::MAX));
    let request = WithdrawalRequest {
        cumulative_steth: optional(&mut fields, "cumulativeStETH", 127)?,
        cumulative_shares: optional(&mut fields, "cumulativeShares", 127)?,
        owner: names.account(owner),
        time: seconds(fields.optional("time"))?,
        claimed: fields.optional("claimed").map_or(Ok(false), boolean)?,
        report_time: seconds(fields.optional("reportTime"))?,
    };
    fields.finish()?;
    Ok(request)
}

/// Gives out accounts by name.
#[derive(Default)]
struct Names {
    known: BTreeMap<Account, String>,
    given: u32,
}

impl Names {
    fn holder(&mut self, name: &str) -> Holder {
        let named = NAMED.iter().find_map(|(known, holder)| (*known == name).then_some(*holder));
        named.unwrap_or_else(|| self.account(name).into())
    }

    fn account(&mut self, name: &str) -> Account {
        if let Some((account, _)) = self.known.iter().find(|(_, known)| known.as_str() == name) {
            return *account;
        }
        let numbered = name.strip_prefix("account ").and_then(|number| number.parse().ok());
        let outsider = name.strip_prefix("outsider ").and_then(|number| number.parse().ok());
        let venue = name.strip_prefix("the contracts of venue ").and_then(|number| number.parse().ok());
        let fixed = outsider
            .map(Account::outsider)
            .or_else(|| numbered.map(Account::new))
            .or_else(|| venue.map(|number| Account::contract(VenueId(number))))
            .filter(|account| account.to_string() == name);
        if let Some(account) = fixed {
            return account;
        }
        let account = Account::new(self.given);
        self.given = self.given.saturating_add(1);
        self.known.insert(account, name.into());
        account
    }
}
