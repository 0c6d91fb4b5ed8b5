//! Dated savings tokens.

use levmine_market::Preset;

/// A vault on a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VaultPreset {
    pub(crate) preset: Preset,
    /// Symbol and decimals of the asset.
    pub(crate) asset: (&'static str, u8),
    /// Symbol and decimals of the share.
    pub(crate) share: (&'static str, u8),
    /// What the vault holds, in base units; as many shares exist.
    pub(crate) deposits: u128,
    /// The annual rate, in 10^-18.
    pub(crate) annual: u128,
}

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

const ONE: u128 = 1_000_000_000_000_000_000;

pub(crate) const VAULTS: [VaultPreset; 2] = [
    VaultPreset {
        preset: Preset {
            name: "sdai",
            date: "2024-08-12",
            summary: "savings DAI: DAI at Maker's savings rate of that day, 6 % a year",
            source: "savings rate of Maker's configuration of 2024-08-12; the deposits of 1,000,000,000 DAI and a price of one DAI a share are assumed, and the rate is simple between two operations, where the contract's compounds by the second",
        },
        asset: ("DAI", 18),
        share: ("sDAI", 18),
        deposits: 1_000_000_000 * ONE,
        annual: 60_000_000_000_000_000,
    },
    VaultPreset {
        preset: Preset {
            name: "susde",
            date: "2024-08-12",
            summary: "staked USDe, without its cooldown of seven days, at an assumed 10 % a year",
            source: "assumed: the rate of 10 %, the deposits of 1,000,000,000 USDe and a price of one USDe a share; no figure is recorded",
        },
        asset: ("USDe", 18),
        share: ("sUSDe", 18),
        deposits: 1_000_000_000 * ONE,
        annual: 100_000_000_000_000_000,
    },
];
