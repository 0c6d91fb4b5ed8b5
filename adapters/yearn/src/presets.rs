//! Dated sets of parameters.

use levmine_market::Preset;

/// A vault as governance usually set one up. Fees in basis points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VaultPreset {
    pub(crate) preset: Preset,
    pub(crate) version: &'static str,
    pub(crate) management_fee: u64,
    pub(crate) performance_fee: u64,
    /// V2: the strategist's part beside the treasury's.
    pub(crate) strategist_fee: u64,
    /// V3 and tokenized strategies: seconds.
    pub(crate) unlock: u64,
    /// The part of the assets that is at work, in basis points.
    pub(crate) at_work: u64,
}

/// What stands in no contract: a preset has an asset, deposits and a yield so that it can be tried out.
pub(crate) const ASSUMED_ASSET: &str = "USDC";
/// Whole tokens that others have deposited.
pub(crate) const ASSUMED_DEPOSITS: u64 = 10_000_000;
/// 5% a year, × 10^18.
pub(crate) const ASSUMED_YIELD: u64 = 50_000_000_000_000_000;
/// A keeper comes once a day.
pub(crate) const DAILY: u64 = 86_400;

const ASSUMED: &str = "fees and periods as the sheet of typical settings has them; assumed: USDC, 10,000,000 of others' \
                       deposits at a price of 1, one strategy that earns 5% a year, a harvest a day, no deposit limit";

const fn preset(name: &'static str, date: &'static str, summary: &'static str) -> Preset {
    Preset { name, date, summary, source: ASSUMED }
}

/// The presets.
pub(crate) const VAULTS: [VaultPreset; 5] = [
    VaultPreset {
        preset: preset(
            "v2-2021-03",
            "2021-03-01",
            "0.3.4: 2% a year, 20% of gains, of which half to the strategist",
        ),
        version: "0.3.4",
        management_fee: 200,
        performance_fee: 1_000,
        strategist_fee: 1_000,
        unlock: 0,
        at_work: 9_500,
    },
    VaultPreset {
        preset: preset("v2-2021-09", "2021-09-01", "0.4.3: 2% a year, 20% of gains"),
        version: "0.4.3",
        management_fee: 200,
        performance_fee: 2_000,
        strategist_fee: 0,
        unlock: 0,
        at_work: 9_500,
    },
    VaultPreset {
        preset: preset("v2-2023-01", "2023-01-01", "0.4.6: nothing a year, 20% of gains"),
        version: "0.4.6",
        management_fee: 0,
        performance_fee: 2_000,
        strategist_fee: 0,
        unlock: 0,
        at_work: 9_500,
    },
    VaultPreset {
        preset: preset("v3-2024-10", "2024-10-01", "3.0.4: 10% of gains, unlocking over 10 days"),
        version: "3.0.4",
        management_fee: 0,
        performance_fee: 1_000,
        strategist_fee: 0,
        unlock: 864_000,
        at_work: 9_500,
    },
    VaultPreset {
        preset: preset(
            "tokenized-2024-10",
            "2024-10-01",
            "tokenized strategy 3.0.4: 10% of profits, unlocking over 10 days",
        ),
        version: "tokenized-3.0.4",
        management_fee: 0,
        performance_fee: 1_000,
        strategist_fee: 0,
        unlock: 864_000,
        at_work: 10_000,
    },
];

/// What the descriptor lists.
pub(crate) const LISTED: [Preset; VAULTS.len()] = listed();

const fn listed() -> [Preset; VAULTS.len()] {
    let [first, ..] = VAULTS;
    let mut all = [first.preset; VAULTS.len()];
    let mut at = 0;
    while at < VAULTS.len() {
        all[at] = VAULTS[at].preset;
        at += 1;
    }
    all
}
