//! Dated markets.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Preset};
use levmine_math::{U256, parse_units};

use crate::casts::FACTOR_SCALE;
use crate::decode::{Depth, Setup};
use crate::params::{CollateralConfig, Config, Curve, Quote, Rewards, TRACKING_INDEX_SCALE};

const SOURCE: &str = "deployments/<network>/<market>/configuration.json of compound-finance/comet at commit \
                      d5a30b0a: the values at deployment, which governance has changed since; depth and \
                      reward tokens assumed";

const fn preset(name: &'static str, summary: &'static str) -> Preset {
    // The day of the commit is not recorded; the snapshot was taken in this month.
    Preset { name, date: "2026-05-01", summary, source: SOURCE }
}

/// The presets, in the order of [`MARKETS`].
pub(crate) static LISTED: [Preset; 8] = [
    Preset {
        source: "deployments/mainnet/usdc/configuration.json of compound-finance/comet at commit d5a30b0a: \
                 the values at deployment; its supply caps are zero, so those before the proposal of \
                 2023-07-20 are taken, which says nothing of COMP (still zero); depth and reward tokens \
                 assumed",
        ..preset(
            "mainnet-usdc",
            "USDC on Ethereum against COMP, WBTC, WETH, UNI and LINK; 100 million supplied (assumed)",
        )
    },
    preset("mainnet-usdt", "USDT on Ethereum against six collaterals; 400 million supplied (assumed)"),
    preset("mainnet-weth", "WETH on Ethereum against cbETH and wstETH; 100,000 supplied (assumed)"),
    preset("mainnet-wsteth", "wstETH on Ethereum against rsETH and ezETH; 100,000 supplied (assumed)"),
    preset(
        "arbitrum-usdc",
        "USDC on Arbitrum against ARB, GMX, WETH and WBTC; 100 million supplied (assumed)",
    ),
    preset("arbitrum-usdc.e", "bridged USDC on Arbitrum, as arbitrum-usdc; 100 million supplied (assumed)"),
    preset("arbitrum-usdt", "USDT on Arbitrum against five collaterals; 400 million supplied (assumed)"),
    preset("arbitrum-weth", "WETH on Arbitrum against weETH, rETH and wstETH; 100,000 supplied (assumed)"),
];

/// The market of the preset that a node names.
pub(crate) fn setup(node: &Node) -> Result<Setup, ConfigError> {
    let name = node.text()?;
    let Some(market) = MARKETS.iter().zip(&LISTED).find(|(_, preset)| preset.name == name) else {
        return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name)));
    };
    market.0.setup().ok_or_else(|| node.invalid("a preset whose figures fit"))
}

/// A curve: kink, base, low slope, high slope; in units of 10^-12, per year.
type Rates = [u64; 4];

/// One collateral: symbol, decimals, the three factors in basis points, the cap in whole tokens.
type Row = (&'static str, u8, [u64; 3], u64);

/// One market.
struct Market {
    base: (&'static str, u8),
    quote: Quote,
    /// The share in percent, the target in whole tokens, the smallest debt in whole tokens as digits.
    store_front: u64,
    target: u64,
    borrow_min: &'static str,
    supply: Rates,
    borrow: Rates,
    /// Speeds, 15 decimals, and the least total in whole tokens.
    speeds: [u64; 2],
    min_for_rewards: u64,
    rows: &'static [Row],
}

/// From 12 to 18 decimals.
const PER_RATE: u64 = 1_000_000;
const PER_BPS: u64 = FACTOR_SCALE / 10_000;
const PER_PERCENT: u64 = FACTOR_SCALE / 100;

/// One percent with 12 decimals.
const PERCENT: u64 = 10_000_000_000;

/// The kink, base and slopes of the first USDC markets.
const USDC_SUPPLY: Rates = [80 * PERCENT, 0, 32_500_000_000, 40 * PERCENT];
const USDC_BORROW: Rates = [80 * PERCENT, 15_000_000_000, 35_000_000_000, 25 * PERCENT];
const USDT_SUPPLY: Rates = [90 * PERCENT, 0, 59_000_000_000, 290 * PERCENT];
const USDT_BORROW: Rates = [90 * PERCENT, 15_000_000_000, 61_000_000_000, 320 * PERCENT];
const STAKED_BORROW: Rates = [85 * PERCENT, PERCENT, 14_000_000_000, 115 * PERCENT];

const ARBITRUM_ROWS: &[Row] = &[
    ("ARB", 18, [5_500, 6_000, 9_300], 4_000_000),
    ("GMX", 18, [4_000, 4_500, 9_300], 50_000),
    ("WETH", 18, [7_800, 8_500, 9_500], 5_000),
    ("WBTC", 8, [7_000, 7_700, 9_500], 300),
];

#[rustfmt::skip]
static MARKETS: [Market; 8] = [
    Market {
        base: ("USDC", 6), quote: Quote::Dollars, store_front: 50, target: 5_000_000, borrow_min: "100",
        supply: USDC_SUPPLY, borrow: USDC_BORROW, speeds: [0, 0], min_for_rewards: 1_000_000,
        rows: &[
            ("COMP", 18, [6_500, 7_000, 9_300], 0),
            ("WBTC", 8, [7_000, 7_700, 9_500], 12_000),
            ("WETH", 18, [8_250, 8_950, 9_500], 350_000),
            ("UNI", 18, [7_500, 8_100, 9_300], 2_300_000),
            ("LINK", 18, [7_900, 8_500, 9_300], 1_250_000),
        ],
    },
    Market {
        base: ("USDT", 6), quote: Quote::Dollars, store_front: 60, target: 20_000_000, borrow_min: "100",
        supply: USDT_SUPPLY, borrow: USDT_BORROW, speeds: [810_185_185_185, 578_703_703_703], min_for_rewards: 100_000,
        rows: &[
            ("COMP", 18, [6_500, 7_000, 7_500], 100_000),
            ("WETH", 18, [8_300, 9_000, 9_500], 500_000),
            ("WBTC", 8, [8_000, 8_500, 9_500], 18_000),
            ("UNI", 18, [7_500, 8_100, 8_500], 3_000_000),
            ("LINK", 18, [7_900, 8_500, 9_300], 2_000_000),
            ("wstETH", 18, [8_000, 8_500, 9_500], 9_000),
        ],
    },
    Market {
        base: ("WETH", 18), quote: Quote::Base, store_front: 50, target: 5_000, borrow_min: "0.1",
        supply: [90 * PERCENT, 0, 28_382_400_000, 606_656_770_600],
        borrow: [90 * PERCENT, 9_945_209_674, 51_715_000_020, 517_150_033_900],
        speeds: [447_916_666_666, 0], min_for_rewards: 1_000,
        rows: &[
            ("cbETH", 18, [9_000, 9_300, 9_500], 7_100),
            ("wstETH", 18, [9_000, 9_300, 9_500], 64_500),
        ],
    },
    Market {
        base: ("wstETH", 18), quote: Quote::Base, store_front: 70, target: 5_000, borrow_min: "0.1",
        supply: [85 * PERCENT, 0, 12_000_000_000, 100 * PERCENT], borrow: STAKED_BORROW,
        speeds: [92_592_592_592, 46_296_296_296], min_for_rewards: 10,
        rows: &[
            ("rsETH", 18, [8_800, 9_100, 9_600], 10_000),
            ("ezETH", 18, [8_800, 9_100, 9_400], 15_000),
        ],
    },
    Market {
        base: ("USDC", 6), quote: Quote::Dollars, store_front: 80, target: 5_000_000, borrow_min: "0.000001",
        supply: USDC_SUPPLY, borrow: USDC_BORROW, speeds: [115_740_740_740, 0], min_for_rewards: 10_000,
        rows: ARBITRUM_ROWS,
    },
    Market {
        base: ("USDC.e", 6), quote: Quote::Dollars, store_front: 80, target: 5_000_000, borrow_min: "100",
        supply: USDC_SUPPLY, borrow: USDC_BORROW, speeds: [402_083_333_333, 0], min_for_rewards: 10_000,
        rows: ARBITRUM_ROWS,
    },
    Market {
        base: ("USDT", 6), quote: Quote::Dollars, store_front: 60, target: 20_000_000, borrow_min: "1",
        supply: USDT_SUPPLY, borrow: USDT_BORROW, speeds: [138_888_888_888, 115_740_740_740], min_for_rewards: 10_000,
        rows: &[
            ("ARB", 18, [7_000, 8_000, 9_000], 7_500_000),
            ("WETH", 18, [7_800, 8_500, 9_500], 7_500),
            ("wstETH", 18, [7_000, 8_000, 9_000], 1_500),
            ("WBTC", 8, [7_000, 8_000, 9_000], 250),
            ("GMX", 18, [6_000, 7_000, 8_000], 100_000),
        ],
    },
    Market {
        base: ("WETH", 18), quote: Quote::Base, store_front: 70, target: 5_000, borrow_min: "0.1",
        supply: [85 * PERCENT, 0, 18_500_000_000, 100 * PERCENT], borrow: STAKED_BORROW,
        speeds: [69_444_444_444, 46_296_296_296], min_for_rewards: 1_000,
        rows: &[
            ("weETH", 18, [8_200, 8_700, 9_200], 550),
            ("rETH", 18, [9_000, 9_300, 9_700], 800),
            ("wstETH", 18, [8_800, 9_300, 9_700], 2_000),
        ],
    },
];

impl Market {
    fn setup(&self) -> Option<Setup> {
        let (symbol, decimals) = self.base;
        let base = Asset::new(symbol, decimals).ok()?;
        let tokens = |tokens: u64, decimals: u8| whole(&tokens.to_string(), decimals);
        let [supply_speed, borrow_speed] = self.speeds;
        let collaterals = self.rows.iter().map(|(symbol, decimals, factors, cap)| {
            let [borrow, liquidate, credited] = factors.map(|bps| bps * PER_BPS);
            Some(CollateralConfig {
                asset: Asset::new(symbol, *decimals).ok()?,
                borrow_collateral_factor: borrow,
                liquidate_collateral_factor: liquidate,
                liquidation_factor: credited,
                supply_cap: tokens(*cap, *decimals)?,
            })
        });
        let config = Config {
            base,
            quote: self.quote,
            supply: curve(self.supply),
            borrow: curve(self.borrow),
            store_front_price_factor: self.store_front * PER_PERCENT,
            tracking_index_scale: TRACKING_INDEX_SCALE,
            base_tracking_supply_speed: supply_speed,
            base_tracking_borrow_speed: borrow_speed,
            base_min_for_rewards: tokens(self.min_for_rewards, decimals)?,
            base_borrow_min: whole(self.borrow_min, decimals)?,
            target_reserves: tokens(self.target, decimals)?,
            collaterals: collaterals.collect::<Option<_>>()?,
            rewards: Some(Rewards {
                token: Asset::new("COMP", REWARD_DECIMALS).ok()?,
                multiplier: U256::from(FACTOR_SCALE),
            }),
        };
        // No depth is recorded: assumed are twenty times the target reserves supplied, three quarters of it
        // borrowed.
        let supplied = config.target_reserves.checked_mul(20)?;
        let depth = Depth {
            supplied,
            borrowed: supplied / 4 * 3,
            rewards: tokens(REWARDS, REWARD_DECIMALS)?,
            ..Depth::default()
        };
        Some(Setup { config, depth })
    }
}

const REWARD_DECIMALS: u8 = 18;

/// Reward tokens that there are to pay out, assumed.
const REWARDS: u64 = 100_000;

fn whole(tokens: &str, decimals: u8) -> Option<u128> {
    parse_units(tokens, decimals).ok().and_then(|units| u128::try_from(units).ok())
}

fn curve(rates: Rates) -> Curve {
    let [kink, base, slope_low, slope_high] = rates.map(|rate| rate * PER_RATE);
    Curve { kink, base, slope_low, slope_high }
}
