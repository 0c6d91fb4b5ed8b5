//! Dated sets of parameters.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Preset};
use levmine_math::{U256, pow10};

use crate::decode::{Depth, Listed, Setup};
use crate::params::{Category, Curve, Params, RAY_PER_BPS, bit};

/// The presets.
pub(crate) static LISTED: [Preset; 2] = [ETHEREUM_LISTED, POLYGON_LISTED];

const ETHEREUM_LISTED: Preset = Preset {
    name: "ethereum",
    date: "2023-10-31",
    summary: "the Core market on Ethereum: 24 reserves without GHO, eMode 1 (ETH correlated); depth of USDC and WETH \
              recorded, of all others assumed: half of the supply cap supplied, half of the optimal utilization (at \
              most half of the borrow cap) borrowed; indexes begin at one",
    source: "on-chain configuration report of the governance proposal of 2023-10-31; depth from hourly subgraph \
             snapshots at blocks 18466363 (USDC) and 18466362 (WETH), 2023-10-30 23:51 UTC; flash-loan premium 0.05%, \
             all of it to suppliers (assumed)",
};

const POLYGON_LISTED: Preset = Preset {
    name: "polygon",
    date: "2023-10-31",
    summary: "the market on Polygon: 20 reserves, three eModes (stablecoins, MATIC correlated, ETH correlated); no depth \
              is recorded, it is assumed: half of the supply cap supplied, half of the optimal utilization (at most half \
              of the borrow cap) borrowed; indexes begin at one",
    source: "on-chain configuration report of the governance proposal of 2023-10-31, which does not tell the order of the \
             reserves; flash-loan premium 0.05%, all of it to suppliers (assumed)",
};

/// The market of the preset that a node names.
pub(crate) fn setup(node: &Node) -> Result<Setup, ConfigError> {
    let name = node.text()?;
    let market = match name {
        "ethereum" => &ETHEREUM_MARKET,
        "polygon" => &POLYGON_MARKET,
        _ => return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name))),
    };
    build(market).ok_or_else(|| node.invalid("a preset whose figures fit"))
}

/// A market: its reserves, its categories, and the depth of those reserves of which it is recorded, in whole tokens.
struct Market {
    reserves: &'static [Row],
    categories: &'static [Mode],
    depth: &'static [(&'static str, u64, u64)],
}

/// A category: number; LTV, threshold and bonus with the 100 %, in basis points; members.
type Mode = (u8, [u16; 3], &'static [&'static str]);

const ETHEREUM_MARKET: Market =
    Market { reserves: &ETHEREUM, categories: &ETHEREUM_MODES, depth: &RECORDED_DEPTH };

const POLYGON_MARKET: Market = Market { reserves: &POLYGON, categories: &POLYGON_MODES, depth: &[] };

/// One reserve: shares and rates in basis points, caps in whole tokens, the ceiling in whole US dollars.
struct Row {
    symbol: &'static str,
    decimals: u8,
    /// LTV, threshold, bonus with the 100 %, protocol fee, reserve factor.
    shares: [u16; 5],
    /// Optimal utilization, base rate, both slopes.
    curve: [u32; 4],
    /// Supply cap, borrow cap, debt ceiling.
    limits: [u64; 3],
    flags: u8,
}

const NOT_BORROWABLE: u8 = 1;
const IN_ISOLATION: u8 = 2;
const NO_FLASH: u8 = 4;
const FROZEN: u8 = 8;
const PAUSED: u8 = 16;

const fn row(
    symbol: &'static str,
    decimals: u8,
    shares: [u16; 5],
    curve: [u32; 4],
    limits: [u64; 3],
    flags: u8,
) -> Row {
    Row { symbol, decimals, shares, curve, limits, flags }
}

/// Ethereum Core, in the order in which the reserves were listed. GHO is left out: its facilitator mints it, nobody
/// lends it.
#[rustfmt::skip]
const ETHEREUM: [Row; 24] = [
    row("WETH", 18, [8_050, 8_300, 10_500, 1_000, 1_500], [9_000, 0, 380, 8_000], [1_800_000, 1_400_000, 0], 0),
    row("wstETH", 18, [7_850, 8_100, 10_600, 1_000, 1_500], [4_500, 25, 450, 8_000], [850_000, 24_000, 0], 0),
    row("WBTC", 8, [7_300, 7_800, 10_500, 1_000, 2_000], [4_500, 0, 400, 30_000], [43_000, 28_000, 0], 0),
    row("USDC", 6, [7_700, 8_000, 10_450, 2_000, 1_000], [9_000, 0, 350, 6_000], [1_760_000_000, 1_580_000_000, 0], IN_ISOLATION),
    row("DAI", 18, [7_700, 8_000, 10_500, 2_000, 1_000], [9_000, 0, 500, 7_500], [338_000_000, 271_000_000, 0], IN_ISOLATION),
    row("LINK", 18, [5_300, 6_800, 10_700, 1_000, 2_000], [4_500, 0, 700, 30_000], [15_000_000, 13_000_000, 0], 0),
    row("AAVE", 18, [6_600, 7_300, 10_750, 1_000, 0], [4_500, 0, 700, 30_000], [1_850_000, 0, 0], NOT_BORROWABLE | NO_FLASH),
    row("cbETH", 18, [7_450, 7_700, 10_750, 1_000, 1_500], [4_500, 0, 700, 30_000], [60_000, 2_400, 0], 0),
    row("USDT", 6, [7_400, 7_600, 10_450, 1_000, 1_000], [8_000, 0, 400, 7_500], [600_000_000, 500_000_000, 0], IN_ISOLATION),
    row("rETH", 18, [7_450, 7_700, 10_750, 1_000, 1_500], [4_500, 0, 700, 30_000], [60_000, 9_600, 0], 0),
    row("LUSD", 18, [7_700, 8_000, 10_450, 1_000, 1_000], [8_000, 0, 400, 8_700], [18_000_000, 8_000_000, 0], IN_ISOLATION),
    row("CRV", 18, [3_500, 4_100, 10_830, 1_000, 3_500], [7_000, 300, 1_400, 30_000], [51_000_000, 7_700_000, 5_000_000], NOT_BORROWABLE),
    row("MKR", 18, [6_500, 7_000, 10_850, 1_000, 2_000], [4_500, 0, 700, 30_000], [15_000, 3_000, 6_000_000], 0),
    row("SNX", 18, [4_900, 6_500, 10_850, 1_000, 3_500], [8_000, 300, 1_500, 10_000], [2_000_000, 1_100_000, 2_500_000], 0),
    row("BAL", 18, [5_700, 6_200, 10_830, 1_000, 2_000], [8_000, 500, 2_200, 15_000], [700_000, 185_000, 2_900_000], 0),
    row("UNI", 18, [6_500, 7_700, 11_000, 1_000, 2_000], [4_500, 0, 700, 30_000], [4_000_000, 500_000, 17_000_000], 0),
    row("LDO", 18, [4_000, 5_000, 10_900, 1_000, 2_000], [4_500, 0, 700, 30_000], [6_000_000, 3_000_000, 7_500_000], 0),
    row("ENS", 18, [3_900, 4_900, 10_800, 1_000, 2_000], [4_500, 0, 900, 30_000], [1_000_000, 40_000, 3_900_000], 0),
    row("1INCH", 18, [5_700, 6_700, 10_750, 1_000, 2_000], [4_500, 0, 900, 30_000], [22_000_000, 720_000, 4_500_000], 0),
    row("FRAX", 18, [7_000, 7_500, 10_600, 1_000, 1_000], [8_000, 0, 400, 7_500], [15_000_000, 12_000_000, 10_000_000], 0),
    row("RPL", 18, [0, 0, 0, 0, 2_000], [8_000, 0, 850, 8_700], [840_000, 240_000, 0], 0),
    row("sDAI", 18, [7_700, 8_000, 10_450, 1_000, 2_000], [9_000, 0, 500, 7_500], [340_000_000, 0, 0], NOT_BORROWABLE),
    row("STG", 18, [3_500, 4_000, 11_000, 1_000, 2_000], [4_500, 0, 700, 30_000], [10_000_000, 5_500_000, 3_000_000], 0),
    row("KNC", 18, [3_500, 4_000, 11_000, 1_000, 2_000], [4_500, 0, 900, 30_000], [1_200_000, 650_000, 1_000_000], 0),
];

/// "ETH correlated".
const ETHEREUM_MODES: [Mode; 1] = [(1, [9_000, 9_300, 10_100], &["WETH", "wstETH", "cbETH", "rETH"])];

/// Polygon, in the order in which the reserves were listed.
#[rustfmt::skip]
const POLYGON: [Row; 20] = [
    row("DAI", 18, [7_600, 8_100, 10_500, 1_000, 1_000], [8_000, 0, 400, 7_500], [45_000_000, 30_000_000, 0], IN_ISOLATION),
    row("LINK", 18, [5_300, 6_800, 10_750, 1_000, 2_000], [4_500, 0, 700, 30_000], [668_000, 163_702, 0], 0),
    row("USDC", 6, [8_250, 8_500, 10_400, 1_000, 1_000], [9_000, 0, 350, 6_000], [150_000_000, 100_000_000, 0], IN_ISOLATION),
    row("WBTC", 8, [7_300, 7_800, 10_650, 1_000, 2_000], [4_500, 0, 400, 30_000], [3_100, 851, 0], 0),
    row("WETH", 18, [8_000, 8_250, 10_500, 1_000, 1_500], [8_000, 100, 330, 8_000], [50_000, 14_795, 0], 0),
    row("USDT", 6, [7_500, 8_000, 10_500, 1_000, 1_000], [8_000, 0, 400, 7_500], [45_000_000, 30_000_000, 5_000_000], IN_ISOLATION),
    row("AAVE", 18, [6_000, 7_000, 10_750, 1_000, 0], [4_500, 0, 700, 30_000], [70_000, 0, 0], NOT_BORROWABLE),
    row("WMATIC", 18, [6_800, 7_300, 10_700, 1_000, 2_000], [7_500, 0, 610, 10_000], [105_000_000, 67_000_000, 0], 0),
    row("CRV", 18, [3_500, 6_500, 10_500, 1_000, 3_500], [7_000, 300, 1_400, 30_000], [1_400_000, 900_190, 0], NOT_BORROWABLE | PAUSED),
    row("SUSHI", 18, [2_000, 4_500, 11_000, 1_000, 2_000], [4_500, 0, 700, 30_000], [299_320, 180_000, 0], 0),
    row("GHST", 18, [0, 4_500, 11_500, 1_000, 3_500], [4_500, 0, 700, 30_000], [4_650_000, 220_000, 0], NOT_BORROWABLE),
    row("BAL", 18, [2_000, 4_500, 11_000, 1_000, 2_000], [8_000, 500, 2_200, 15_000], [361_000, 290_000, 0], 0),
    row("DPI", 18, [2_000, 4_500, 11_000, 1_000, 3_500], [4_500, 0, 1_000, 30_000], [1_417, 779, 0], 0),
    row("EURS", 2, [6_500, 7_000, 10_750, 1_000, 1_000], [8_000, 0, 600, 7_500], [4_000_000, 1_500_000, 675_000], 0),
    row("jEUR", 18, [0, 0, 0, 1_000, 2_000], [9_000, 0, 400, 6_000], [0, 0, 0], FROZEN),
    row("agEUR", 18, [0, 0, 0, 1_000, 2_000], [8_000, 0, 400, 7_500], [0, 0, 0], NOT_BORROWABLE),
    row("miMATIC", 18, [0, 8_000, 10_500, 1_000, 2_000], [8_000, 0, 400, 7_500], [900_000, 700_000, 180_000], FROZEN),
    row("stMATIC", 18, [4_500, 6_000, 11_000, 2_000, 2_000], [4_500, 0, 700, 30_000], [57_000_000, 0, 0], NOT_BORROWABLE),
    row("MaticX", 18, [4_500, 6_200, 11_000, 1_000, 2_000], [4_500, 25, 400, 15_000], [62_000_000, 5_200_000, 0], 0),
    row("wstETH", 18, [7_000, 7_900, 10_720, 1_000, 1_500], [4_500, 25, 450, 8_000], [3_450, 285, 0], 0),
];

/// "Stablecoins", "MATIC correlated", "ETH correlated".
const POLYGON_MODES: [Mode; 3] = [
    (1, [9_300, 9_500, 10_100], &["DAI", "USDC", "USDT", "EURS", "jEUR", "agEUR", "miMATIC"]),
    (2, [9_250, 9_500, 10_100], &["WMATIC", "stMATIC", "MaticX"]),
    (3, [9_000, 9_300, 10_100], &["WETH", "wstETH"]),
];

/// Whole tokens supplied and borrowed where a record exists: the supplied balance at the block, and the same share of
/// it borrowed as in US dollars.
const RECORDED_DEPTH: [(&str, u64, u64); 2] =
    [("USDC", 344_913_787, 310_260_140), ("WETH", 405_528, 291_397)];

fn build(market: &Market) -> Option<Setup> {
    let mut setup = Setup { flash_premium: 5, ..Setup::default() };
    for row in market.reserves {
        let asset = Asset::new(row.symbol, row.decimals).ok()?;
        let (supplied, borrowed) = depth(market, row);
        let unit = pow10(row.decimals.into()).ok()?;
        let base_units = |tokens: u64| U256::from(tokens).checked_mul(unit);
        setup.depth.push((asset, Depth { supplied: base_units(supplied)?, borrowed: base_units(borrowed)? }));
        setup.listed.push(Listed { asset, params: params(row), curve: curve(row) });
    }
    for (id, [ltv, liquidation_threshold, liquidation_bonus], members) in market.categories {
        let is_member = |row: &Row| members.contains(&row.symbol);
        let ids = market.reserves.iter().enumerate().filter(|(_, row)| is_member(row));
        let collateral = ids.fold(0, |bits, (id, _)| bits | bit(id));
        setup.categories.push(Category {
            id: *id,
            ltv: *ltv,
            liquidation_threshold: *liquidation_threshold,
            liquidation_bonus: *liquidation_bonus,
            collateral,
            borrowable: collateral,
            ..Category::default()
        });
    }
    Some(setup)
}

fn params(row: &Row) -> Params {
    let [ltv, liquidation_threshold, liquidation_bonus, liquidation_protocol_fee, reserve_factor] =
        row.shares;
    let [supply_cap, borrow_cap, ceiling] = row.limits;
    Params {
        decimals: row.decimals,
        ltv,
        liquidation_threshold,
        liquidation_bonus,
        liquidation_protocol_fee,
        reserve_factor,
        supply_cap,
        borrow_cap,
        debt_ceiling: ceiling.saturating_mul(100),
        active: true,
        borrowing: row.flags & NOT_BORROWABLE == 0,
        borrowable_in_isolation: row.flags & IN_ISOLATION != 0,
        flash_loans: row.flags & NO_FLASH == 0,
        frozen: row.flags & FROZEN != 0,
        paused: row.flags & PAUSED != 0,
        ..Params::default()
    }
}

fn curve(row: &Row) -> Curve {
    let [optimal, base, slope1, slope2] = row.curve.map(|bps| u128::from(bps) * RAY_PER_BPS);
    Curve { optimal, base, slope1, slope2 }
}

/// Whole tokens supplied and borrowed: recorded, or half of the supply cap at half of the optimal utilization.
fn depth(market: &Market, row: &Row) -> (u64, u64) {
    if let Some((_, supplied, borrowed)) = market.depth.iter().find(|(symbol, ..)| *symbol == row.symbol) {
        return (*supplied, *borrowed);
    }
    let [supply_cap, borrow_cap, _] = row.limits;
    let [optimal, ..] = row.curve;
    let supplied = supply_cap / 2;
    if row.flags & NOT_BORROWABLE != 0 {
        return (supplied, 0);
    }
    let borrowed = supplied.saturating_mul(optimal.into()) / 20_000;
    (supplied, borrowed.min(borrow_cap / 2))
}
