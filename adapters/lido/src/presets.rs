//! Lido on a day.

use levmine_config::{ConfigError, Node};
use levmine_market::Preset;
use levmine_math::{U256, mul};

use crate::ledger::Holder;
use crate::schedule::Dated;
use crate::stake_limit::StakeLimit;
use crate::state::State;

/// The presets.
pub(crate) static LISTED: [Preset; 1] = [Preset {
    name: "ethereum",
    date: "2022-05-01",
    summary: "a pool of 3.9 million ether at 1.068 stETH per wstETH, a fee of 10 %, withdrawals from 2023-05-15 on; the \
              contracts are those of V3",
    source: "fee, stake limit and report limits: lidofinance/core, deployed configuration; pool, rate, validators, wstETH \
             and yearly rates: assumed, from general knowledge, the rate to about half a percent",
}];

/// What a venue of a preset begins with.
pub(crate) struct Listed {
    pub(crate) state: State,
    pub(crate) apr: Dated<U256>,
    pub(crate) execution_apr: Dated<U256>,
    pub(crate) delay: Dated<Option<u64>>,
}

/// stETH per wstETH on that day, 18 decimals.
pub(crate) const RATE: U256 = U256::from_limbs([1_068_000_000_000_000_000, 0, 0, 0]);

const MERGE: u64 = 1_663_224_179;
const WITHDRAWALS: u64 = 1_684_108_800;
const YEAR_2024: u64 = 1_704_067_200;
const YEAR_2025: u64 = 1_735_689_600;

fn whole(tokens: u64) -> U256 {
    mul(U256::from(tokens), U256::from(10_u64.pow(18))).unwrap_or(U256::MAX)
}

fn rates<const N: usize>(basis_points: [(u64, u64); N]) -> Dated<U256> {
    let wad = |bp: u64| U256::from(bp.saturating_mul(10_u64.pow(14)));
    Dated { steps: basis_points.map(|(from, bp)| (from, wad(bp))).to_vec() }
}

/// The preset that a node names.
pub(crate) fn find(node: &Node, block: u64) -> Result<Listed, ConfigError> {
    let name = node.text()?;
    if name != "ethereum" {
        return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name)));
    }
    let mut state = State::begun_with(U256::ZERO, block);
    state.buffered = whole(12_000);
    state.deposited_validators = U256::from(118_000);
    state.cl_validators = U256::from(118_000);
    state.cl_balance = whole(3_888_000);
    // 3.9 million ether at 1.068.
    state.total_shares = U256::from(3_651_685_393_258_426_966_u64)
        .saturating_mul(U256::from(1_000_000))
        .saturating_add(U256::from(292_134_u64));
    state.wsteth_supply = whole(300_000);
    state.ledger.set(Holder::Outside, state.total_shares.saturating_sub(state.wsteth_supply));
    state.ledger.set(Holder::WstEth, state.wsteth_supply);
    // 150,000 ether, which grow back within 6,400 blocks.
    state.stake_limit = StakeLimit {
        prev_limit: whole(150_000),
        growth_blocks: 6_400,
        max: whole(150_000),
        ..StakeLimit::unlimited(block)
    };
    Ok(Listed {
        state,
        apr: rates([(0, 430), (WITHDRAWALS, 340), (YEAR_2024, 270), (YEAR_2025, 240)]),
        execution_apr: rates([(0, 0), (MERGE, 110), (YEAR_2024, 80), (YEAR_2025, 70)]),
        delay: Dated { steps: vec![(0, None), (WITHDRAWALS, Some(3 * 86_400))] },
    })
}
