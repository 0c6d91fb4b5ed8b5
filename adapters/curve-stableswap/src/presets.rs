//! Dated pools.
//!
//! What was not recorded is assumed, and the preset says so: amounts in base units, the supply from the virtual price.

use levmine_market::Preset;

use crate::generation::Generation;

/// A pool on a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolPreset {
    pub(crate) preset: Preset,
    pub(crate) generation: Generation,
    /// Symbols and decimals in the order of the contract.
    pub(crate) coins: &'static [(&'static str, u8)],
    /// In whole units.
    pub(crate) a: u64,
    /// In parts of 10^10.
    pub(crate) fee: u64,
    /// In parts of 10^10.
    pub(crate) admin_fee: u64,
    /// In base units.
    pub(crate) balances: &'static [u128],
    /// Shares, 18 decimals, where they were recorded.
    pub(crate) supply: Option<u128>,
    /// The invariant of a share, 18 decimals, where the shares were not recorded.
    pub(crate) virtual_price: Option<u128>,
    /// The base pool of a metapool.
    pub(crate) base: Option<&'static PoolPreset>,
}

const DOLLARS: &[(&str, u8)] = &[("DAI", 18), ("USDC", 6), ("USDT", 6)];
const MILLION_18: u128 = 1_000_000 * 1_000_000_000_000_000_000;
const MILLION_6: u128 = 1_000_000 * 1_000_000;
const THOUSAND_18: u128 = MILLION_18 / 1_000;

const THREE_POOL: PoolPreset = PoolPreset {
    preset: Preset {
        name: "3pool",
        date: "2026-02-07",
        summary: "DAI, USDC and USDT; everything recorded on chain: A 4000, fee 0.015 %, all of it the owner's",
        source: "pool 0xbebc44782c7db0a1a60cb6fe97d0b483032ff1c7 in Ethereum block 24407242",
    },
    generation: Generation::ThreePool,
    coins: DOLLARS,
    a: 4_000,
    fee: 1_500_000,
    admin_fee: 10_000_000_000,
    balances: &[27_137_121_100_372_139_339_642_768, 27_662_471_158_553, 108_298_644_409_129],
    supply: Some(156_839_057_351_449_476_746_953_842),
    virtual_price: None,
    base: None,
};

const THREE_POOL_2022: PoolPreset = PoolPreset {
    preset: Preset {
        name: "3pool-2022",
        date: "2022-05-01",
        summary: "DAI, USDC and USDT with A 2000, fee 0.01 %, half of it the owner's; reserves (1 billion of each) and virtual price (1.02) are assumed",
        source: "A and fee of the protocol's sheet, approximately dated; pool 0xbebc44782c7db0a1a60cb6fe97d0b483032ff1c7",
    },
    generation: Generation::ThreePool,
    coins: DOLLARS,
    a: 2_000,
    fee: 1_000_000,
    admin_fee: 5_000_000_000,
    balances: &[1_000 * MILLION_18, 1_000 * MILLION_6, 1_000 * MILLION_6],
    supply: None,
    virtual_price: Some(1_020_000_000_000_000_000),
    base: None,
};

pub(crate) const POOLS: [PoolPreset; 7] = [
    THREE_POOL,
    THREE_POOL_2022,
    PoolPreset {
        preset: Preset {
            name: "steth",
            date: "2022-05-01",
            summary: "WETH (for ether) and stETH with A 50, fee 0.04 %, half of it the owner's; reserves (600,000 of each) and virtual price (1.03) are assumed",
            source: "fee of the pool's constructor, A approximately dated; pool 0xdc24316b9ae028f1497c275eb9192a3ea0f67022",
        },
        generation: Generation::Steth,
        coins: &[("WETH", 18), ("stETH", 18)],
        a: 50,
        fee: 4_000_000,
        admin_fee: 5_000_000_000,
        balances: &[600 * THOUSAND_18, 600 * THOUSAND_18],
        supply: None,
        virtual_price: Some(1_030_000_000_000_000_000),
        base: None,
    },
    PoolPreset {
        preset: Preset {
            name: "steth-2022-06",
            date: "2022-06-13",
            summary: "WETH (for ether) and stETH in the crisis: A 50, fee 0.04 %, 100,000 of the one and 400,000 of the other; virtual price (1.03) is assumed",
            source: "reserves of the protocol's sheet, as in June 2022; fee of the pool's constructor; pool 0xdc24316b9ae028f1497c275eb9192a3ea0f67022",
        },
        generation: Generation::Steth,
        coins: &[("WETH", 18), ("stETH", 18)],
        a: 50,
        fee: 4_000_000,
        admin_fee: 5_000_000_000,
        balances: &[100 * THOUSAND_18, 400 * THOUSAND_18],
        supply: None,
        virtual_price: Some(1_030_000_000_000_000_000),
        base: None,
    },
    PoolPreset {
        preset: Preset {
            name: "fraxbp",
            date: "2022-07-01",
            summary: "FRAX and USDC with A 1500, fee 0.01 %, half of it the owner's; reserves (250 million of each) are assumed",
            source: "A and fee of the protocol's sheet, approximate",
        },
        generation: Generation::Template,
        coins: &[("FRAX", 18), ("USDC", 6)],
        a: 1_500,
        fee: 1_000_000,
        admin_fee: 5_000_000_000,
        balances: &[250 * MILLION_18, 250 * MILLION_6],
        supply: None,
        virtual_price: Some(1_000_000_000_000_000_000),
        base: None,
    },
    PoolPreset {
        preset: Preset {
            name: "susd",
            date: "2021-01-01",
            summary: "DAI, USDC, USDT and sUSD; A (100), fee (0.04 %, half of it the owner's), reserves (20 million of each) and virtual price (1.05) are assumed",
            source: "coins of the repository's pool data; pool 0xa5407eae9ba41422680e2e00537571bcc53efbfd",
        },
        generation: Generation::Susd,
        coins: &[("DAI", 18), ("USDC", 6), ("USDT", 6), ("sUSD", 18)],
        a: 100,
        fee: 4_000_000,
        admin_fee: 5_000_000_000,
        balances: &[20 * MILLION_18, 20 * MILLION_6, 20 * MILLION_6, 20 * MILLION_18],
        supply: None,
        virtual_price: Some(1_050_000_000_000_000_000),
        base: None,
    },
    PoolPreset {
        preset: Preset {
            name: "gusd",
            date: "2022-05-01",
            summary: "GUSD and the shares of 3pool-2022 with A 200, fee 0.04 %; the owner's part (half), reserves (20 million of each) and virtual price (1.01) are assumed",
            source: "A and fee of the pool's constructor; pool 0x4f062658eaaf2c1ccf8c8e36d6824cdf41167956",
        },
        generation: Generation::Meta,
        coins: &[("GUSD", 2), ("3Crv", 18)],
        a: 200,
        fee: 4_000_000,
        admin_fee: 5_000_000_000,
        balances: &[20_000_000 * 100, 20 * MILLION_18],
        supply: None,
        virtual_price: Some(1_010_000_000_000_000_000),
        base: Some(&THREE_POOL_2022),
    },
];

/// What the descriptor lists.
pub(crate) const LISTED: [Preset; POOLS.len()] = listed();

const fn listed() -> [Preset; POOLS.len()] {
    let [first, ..] = POOLS;
    let mut all = [first.preset; POOLS.len()];
    let mut at = 0;
    while at < POOLS.len() {
        all[at] = POOLS[at].preset;
        at += 1;
    }
    all
}

/// The preset of this name.
pub(crate) fn find(name: &str) -> Option<&'static PoolPreset> {
    static ALL: [PoolPreset; POOLS.len()] = POOLS;
    ALL.iter().find(|pool| pool.preset.name == name)
}
