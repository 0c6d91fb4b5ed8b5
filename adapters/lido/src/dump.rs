//! The whole state written out; the decoder reads it back as a venue's `state`.

use levmine_market::{Account, Dump};
use levmine_math::U256;

use crate::ledger::Holder;
use crate::vault::Lido;

/// Writes the state: the names of the contracts' getters where they have some.
pub(crate) fn dump(lido: &Lido) -> Dump {
    let state = &lido.state;
    let integer = |value: U256| Dump::text(value);
    let mut entries = vec![
        ("bufferedEther", integer(state.buffered)),
        ("depositedValidators", integer(state.deposited_validators)),
        ("clValidators", integer(state.cl_validators)),
        ("clBalance", integer(state.cl_balance)),
        ("totalShares", integer(state.total_shares)),
        ("externalShares", integer(state.external_shares)),
        ("maxExternalRatioBP", integer(state.max_external_ratio_bp)),
        ("isStopped", Dump::Boolean(state.is_stopped)),
        ("isBunkerModeActive", Dump::Boolean(state.is_bunker)),
        ("wstethSupply", integer(state.wsteth_supply)),
        ("elRewardsVault", integer(state.rewards_vault)),
        ("withdrawalsVault", integer(state.withdrawals_vault)),
        ("exitedValidators", integer(state.exited_validators)),
    ];
    entries.push(("stakeLimit", stake_limit(lido)));
    let burner = &state.burner;
    entries.push((
        "burner",
        Dump::table([
            ("cover", integer(burner.cover)),
            ("nonCover", integer(burner.non_cover)),
            ("coverBurnt", integer(burner.cover_burnt)),
            ("nonCoverBurnt", integer(burner.non_cover_burnt)),
        ]),
    ));
    let shares = state.ledger.iter().map(|(holder, shares)| (holder_name(lido, holder), integer(shares)));
    entries.push(("shares", Dump::table(shares)));
    entries.push(("queue", queue(lido)));
    let remembered = state.remembered.iter().map(|report| {
        Dump::table([
            ("time", Dump::text(report.time)),
            ("exited", integer(report.exited)),
            ("lost", integer(report.lost)),
        ])
    });
    entries.push(("reports", Dump::List(remembered.collect())));
    let fees = &state.fees;
    entries.push((
        "fees",
        Dump::table([
            ("module", integer(fees.module)),
            ("total", integer(fees.total)),
            ("precision", integer(fees.precision)),
        ]),
    ));
    let limits = &state.limits;
    entries.push((
        "limits",
        Dump::table([
            ("appearedValidatorsPerDayLimit", integer(limits.appeared_validators_per_day)),
            ("annualBalanceIncreaseBPLimit", integer(limits.annual_balance_increase_bp)),
            ("simulatedShareRateDeviationBPLimit", integer(limits.share_rate_deviation_bp)),
            ("requestTimestampMargin", integer(limits.request_timestamp_margin)),
            ("maxPositiveTokenRebase", integer(limits.max_positive_token_rebase)),
            ("initialSlashingAmountPWei", integer(limits.initial_slashing_pwei)),
            ("inactivityPenaltiesAmountPWei", integer(limits.inactivity_penalties_pwei)),
        ]),
    ));
    if let Some(schedule) = &lido.schedule {
        entries.push(("lastReport", Dump::text(schedule.last_report)));
    }
    Dump::table(entries)
}

fn stake_limit(lido: &Lido) -> Dump {
    let limit = &lido.state.stake_limit;
    Dump::table([
        ("prevStakeBlockNumber", Dump::text(limit.prev_block)),
        ("prevStakeLimit", Dump::text(limit.prev_limit)),
        ("maxStakeLimitGrowthBlocks", Dump::text(limit.growth_blocks)),
        ("maxStakeLimit", Dump::text(limit.max)),
    ])
}

fn queue(lido: &Lido) -> Dump {
    let queue = &lido.state.queue;
    let requests = queue.requests.iter().map(|request| {
        Dump::table([
            ("cumulativeStETH", Dump::text(request.cumulative_steth)),
            ("cumulativeShares", Dump::text(request.cumulative_shares)),
            ("owner", Dump::text(name(lido, request.owner))),
            ("time", Dump::text(request.time)),
            ("claimed", Dump::Boolean(request.claimed)),
            ("reportTime", Dump::text(request.report_time)),
        ])
    });
    let checkpoints = queue.checkpoints.iter().map(|checkpoint| {
        Dump::table([("from", Dump::text(checkpoint.from)), ("maxRate", Dump::text(checkpoint.max_rate))])
    });
    Dump::table([
        ("requests", Dump::List(requests.collect())),
        ("checkpoints", Dump::List(checkpoints.collect())),
        ("lastFinalized", Dump::text(queue.last_finalized)),
        ("lockedEther", Dump::text(queue.locked_ether)),
        ("lastReportTime", Dump::text(queue.last_report_time)),
        ("isPaused", Dump::Boolean(queue.is_paused)),
    ])
}

fn holder_name(lido: &Lido, holder: Holder) -> String {
    match holder {
        Holder::Account(account) => name(lido, account),
        other => other.to_string(),
    }
}

/// The name that the account had in the file, else its number.
fn name(lido: &Lido, account: Account) -> String {
    lido.names.get(&account).cloned().unwrap_or_else(|| account.to_string())
}
