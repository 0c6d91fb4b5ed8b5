//! Dated sets of parameters.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Preset};
use levmine_math::{U256, mul, pow10};

use crate::decode::{Depth, Listed, Setup};
use crate::params::{Curve, Params};

/// The presets.
pub(crate) static LISTED: [Preset; 1] = [Preset {
    name: "polygon",
    date: "2023-11-03",
    summary: "the market on Polygon: 13 reserves, no new debt at a stable rate; depth assumed",
    source: "on-chain configuration report of the governance proposal of 2023-11-03; the report does not tell the order \
             of the reserves",
}];

/// The market of the preset that a node names.
pub(crate) fn setup(node: &Node) -> Result<Setup, ConfigError> {
    let name = node.text()?;
    if name != "polygon" {
        return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name)));
    }
    let unfit = || node.invalid("a preset whose figures fit");
    let listed: Option<Vec<Listed>> = POLYGON.iter().map(listed).collect();
    let listed = listed.ok_or_else(unfit)?;
    let depth: Option<Vec<_>> = listed.iter().filter_map(assumed).collect();
    Ok(Setup { listed, depth: depth.ok_or_else(unfit)? })
}

/// What outsiders are assumed to have supplied and borrowed, in whole tokens: none is recorded.
const ASSUMED: [(&str, u64, u64); 6] = [
    ("DAI", 8_000_000, 4_000_000),
    ("USDC", 16_000_000, 8_000_000),
    ("WETH", 8_000, 1_500),
    ("WBTC", 400, 50),
    ("WMATIC", 30_000_000, 8_000_000),
    ("USDT", 8_000_000, 3_000_000),
];

fn assumed(listed: &Listed) -> Option<Option<(Asset, Depth)>> {
    let (_, supplied, borrowed) = ASSUMED.iter().find(|(symbol, ..)| *symbol == listed.asset.symbol())?;
    let unit = pow10(listed.params.decimals.into()).ok();
    let units = |whole: u64| unit.and_then(|unit| mul(U256::from(whole), unit).ok());
    let depth = units(*supplied).zip(units(*borrowed));
    Some(depth.map(|(supplied, borrowed)| (listed.asset, Depth { supplied, borrowed })))
}

/// One reserve, in basis points.
struct Row {
    symbol: &'static str,
    decimals: u8,
    /// LTV, threshold, bonus with the 100 %, reserve factor.
    shares: [u16; 4],
    /// Optimal utilization; base and slopes of the variable rate; slopes of the stable rate; what other markets ask.
    curve: [u32; 7],
    flags: u8,
}

const FROZEN: u8 = 1;
const NOT_BORROWABLE: u8 = 2;

const fn row(symbol: &'static str, decimals: u8, shares: [u16; 4], curve: [u32; 7], flags: u8) -> Row {
    Row { symbol, decimals, shares, curve, flags }
}

#[rustfmt::skip]
const POLYGON: [Row; 13] = [
    row("DAI", 18, [7_500, 8_000, 10_500, 4_100], [7_100, 0, 400, 10_500, 200, 10_500, 390], 0),
    row("USDC", 6, [8_000, 8_500, 10_500, 4_300], [7_700, 0, 400, 13_400, 200, 13_400, 390], 0),
    row("WETH", 18, [8_000, 8_250, 10_500, 6_500], [4_000, 0, 400, 16_700, 1_000, 16_700, 300], 0),
    row("WBTC", 8, [7_000, 7_500, 11_000, 7_500], [3_700, 0, 400, 53_600, 1_000, 53_600, 300], 0),
    row("AAVE", 18, [5_000, 6_500, 11_000, 0], [4_500, 0, 0, 0, 0, 0, 300], NOT_BORROWABLE),
    row("WMATIC", 18, [6_500, 7_000, 11_000, 6_100], [4_800, 0, 600, 44_000, 1_000, 44_000, 500], 0),
    row("USDT", 6, [0, 0, 0, 4_200], [5_200, 0, 400, 23_600, 200, 23_600, 350], 0),
    row("SUSHI", 18, [2_000, 4_500, 11_000, 3_500], [4_500, 0, 700, 30_000, 1_000, 30_000, 0], FROZEN | NOT_BORROWABLE),
    row("LINK", 18, [5_000, 6_500, 10_750, 9_999], [2_500, 0, 700, 40_200, 1_000, 40_200, 0], FROZEN),
    row("CRV", 18, [2_000, 4_500, 11_000, 9_999], [2_500, 300, 1_400, 39_200, 1_700, 39_200, 0], FROZEN),
    row("BAL", 18, [2_000, 4_500, 11_000, 5_200], [6_500, 500, 2_200, 23_600, 2_200, 23_600, 0], FROZEN),
    row("GHST", 18, [2_500, 4_000, 11_250, 9_999], [2_300, 0, 700, 41_300, 1_000, 41_300, 0], FROZEN | NOT_BORROWABLE),
    row("DPI", 18, [2_000, 4_500, 11_000, 2_000], [4_500, 0, 700, 30_000, 1_000, 30_000, 0], FROZEN | NOT_BORROWABLE),
];

fn listed(row: &Row) -> Option<Listed> {
    let asset = Asset::new(row.symbol, row.decimals).ok()?;
    let [ltv, liquidation_threshold, liquidation_bonus, reserve_factor] = row.shares;
    let params = Params {
        decimals: row.decimals,
        ltv,
        liquidation_threshold,
        liquidation_bonus,
        reserve_factor,
        active: true,
        frozen: row.flags & FROZEN != 0,
        borrowing: row.flags & NOT_BORROWABLE == 0,
        stable_borrowing: false,
    };
    let [optimal, base, slope1, slope2, stable_slope1, stable_slope2, market_rate] =
        row.curve.map(|bps| u128::from(bps) * RAY_PER_BPS);
    let curve = Curve { optimal, base, slope1, slope2, stable_slope1, stable_slope2, market_rate };
    Some(Listed { asset, params, curve })
}

/// A ray per basis point.
const RAY_PER_BPS: u128 = 100_000_000_000_000_000_000_000;
