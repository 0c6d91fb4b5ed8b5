//! Dated sets of parameters.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Preset};
use levmine_math::{U256, pow10};
use rust_decimal::Decimal;

use crate::decode::{Setup, bps, dai};
use crate::fee::per_second;
use crate::revision::Revision;

/// A vault type on a day. Shares in basis points, DAI in whole tokens, times in seconds.
struct Row {
    preset: &'static str,
    name: &'static str,
    symbol: &'static str,
    decimals: u8,
    /// Liquidation ratio.
    mat: u64,
    /// Stability fee per year.
    fee: i64,
    dust: u64,
    hole: u64,
    /// What governance lets be drawn beyond the debt that there is, before it looks again.
    gap: u64,
    step: u64,
    day: &'static Day,
    /// Assumed: whole tokens locked and DAI drawn by everybody else.
    others: (u64, u64),
}

/// What is the same for all vault types on a day.
struct Day {
    /// `buf`, `tail` (for a step of 60 s, and else), `cusp`, `tip`.
    auction: (u64, [u64; 2], u64, u64),
    hole: u64,
    dsr: i64,
}

const MAY_2022: Day = Day { auction: (12_000, [8_400, 8_400], 4_000, 300), hole: 100_000_000, dsr: 1 };
const NOVEMBER_2022: Day = Day { auction: (11_000, [4_800, 7_200], 4_500, 250), hole: 70_000_000, dsr: 1 };
const MARCH_2023: Day = Day { auction: (11_000, [4_800, 7_200], 4_500, 250), hole: 70_000_000, dsr: 100 };
const AUGUST_2024: Day = Day { auction: (11_000, [4_800, 7_200], 4_500, 250), hole: 150_000_000, dsr: 600 };

const SPELLS: &str = "on-chain parameters as asserted by the governance spells' own tests (values only); the \
                      outsiders' collateral and debt, and the total ceiling, are assumed";
const SPELLS_NOVEMBER: &str = "on-chain parameters as asserted by the governance spells' own tests (values only); \
                               assumed: the outsiders' collateral and debt, the total ceiling, and that the limit of \
                               all auctions was 70 M and the savings rate 0.01% on that day";
const SPELLS_2024: &str = "on-chain parameters as asserted by the governance spells' own tests (values only); assumed: \
                           the outsiders' collateral and debt, the total ceiling, and the room under the ceiling";

macro_rules! rows {
    ($($preset:literal, $date:literal, $source:ident, $day:ident: $name:literal ($symbol:literal, $decimals:literal)
        mat $mat:literal fee $fee:literal dust $dust:literal hole $hole:literal gap $gap:literal step $step:literal
        others $others:expr;)+) => {
        /// The vault types, by day.
        static ROWS: [Row; 16] = [$(Row {
            preset: $preset, name: $name, symbol: $symbol, decimals: $decimals,
            mat: $mat, fee: $fee, dust: $dust, hole: $hole,
            gap: $gap, step: $step, day: &$day, others: $others,
        }),+];

        /// All presets.
        pub(crate) static LISTED: [Preset; 17] = [$(Preset {
            name: $preset,
            date: $date,
            summary: concat!($name, ", Dutch auctions; the ceiling is the outsiders' debt and a gap"),
            source: $source,
        },)+ BLACK_THURSDAY];
    };
}

rows! {
    "eth-a-2022-05-11", "2022-05-11", SPELLS, MAY_2022: "ETH-A" ("WETH", 18)
        mat 14_500 fee 225 dust 15_000 hole 65_000_000 gap 150_000_000 step 90
        others (400_000, 300_000_000);
    "eth-b-2022-05-11", "2022-05-11", SPELLS, MAY_2022: "ETH-B" ("WETH", 18)
        mat 13_000 fee 400 dust 40_000 hole 30_000_000 gap 20_000_000 step 60
        others (40_000, 25_000_000);
    "eth-c-2022-05-11", "2022-05-11", SPELLS, MAY_2022: "ETH-C" ("WETH", 18)
        mat 17_000 fee 50 dust 5_000 hole 35_000_000 gap 100_000_000 step 90
        others (400_000, 200_000_000);
    "wbtc-a-2022-05-11", "2022-05-11", SPELLS, MAY_2022: "WBTC-A" ("WBTC", 8)
        mat 14_500 fee 225 dust 15_000 hole 40_000_000 gap 80_000_000 step 90
        others (15_000, 200_000_000);
    "eth-a-2022-11-09", "2022-11-09", SPELLS_NOVEMBER, NOVEMBER_2022: "ETH-A" ("WETH", 18)
        mat 14_500 fee 150 dust 15_000 hole 40_000_000 gap 150_000_000 step 90
        others (500_000, 200_000_000);
    "eth-b-2022-11-09", "2022-11-09", SPELLS_NOVEMBER, NOVEMBER_2022: "ETH-B" ("WETH", 18)
        mat 13_000 fee 300 dust 40_000 hole 15_000_000 gap 20_000_000 step 60
        others (50_000, 20_000_000);
    "eth-c-2022-11-09", "2022-11-09", SPELLS_NOVEMBER, NOVEMBER_2022: "ETH-C" ("WETH", 18)
        mat 17_000 fee 50 dust 5_000 hole 35_000_000 gap 100_000_000 step 90
        others (500_000, 150_000_000);
    "wbtc-a-2022-11-09", "2022-11-09", SPELLS_NOVEMBER, NOVEMBER_2022: "WBTC-A" ("WBTC", 8)
        mat 14_500 fee 200 dust 15_000 hole 30_000_000 gap 80_000_000 step 90
        others (15_000, 100_000_000);
    "eth-a-2023-03-11", "2023-03-11", SPELLS, MARCH_2023: "ETH-A" ("WETH", 18)
        mat 14_500 fee 150 dust 7_500 hole 40_000_000 gap 150_000_000 step 90
        others (400_000, 200_000_000);
    "eth-b-2023-03-11", "2023-03-11", SPELLS, MARCH_2023: "ETH-B" ("WETH", 18)
        mat 13_000 fee 300 dust 25_000 hole 15_000_000 gap 20_000_000 step 60
        others (40_000, 20_000_000);
    "eth-c-2023-03-11", "2023-03-11", SPELLS, MARCH_2023: "ETH-C" ("WETH", 18)
        mat 17_000 fee 75 dust 3_500 hole 35_000_000 gap 100_000_000 step 90
        others (400_000, 150_000_000);
    "wbtc-a-2023-03-11", "2023-03-11", SPELLS, MARCH_2023: "WBTC-A" ("WBTC", 8)
        mat 14_500 fee 175 dust 7_500 hole 30_000_000 gap 20_000_000 step 90
        others (12_000, 100_000_000);
    "eth-a-2024-08-12", "2024-08-12", SPELLS_2024, AUGUST_2024: "ETH-A" ("WETH", 18)
        mat 14_500 fee 625 dust 7_500 hole 40_000_000 gap 150_000_000 step 90
        others (250_000, 200_000_000);
    "eth-b-2024-08-12", "2024-08-12", SPELLS_2024, AUGUST_2024: "ETH-B" ("WETH", 18)
        mat 13_000 fee 675 dust 25_000 hole 15_000_000 gap 20_000_000 step 60
        others (20_000, 20_000_000);
    "eth-c-2024-08-12", "2024-08-12", SPELLS_2024, AUGUST_2024: "ETH-C" ("WETH", 18)
        mat 17_000 fee 600 dust 3_500 hole 35_000_000 gap 100_000_000 step 90
        others (250_000, 150_000_000);
    "wbtc-a-2024-08-12", "2024-08-12", SPELLS_2024, AUGUST_2024: "WBTC-A" ("WBTC", 8)
        mat 14_500 fee 775 dust 7_500 hole 10_000_000 gap 0 step 90
        others (4_000, 100_000_000);
}

const BLACK_THURSDAY: Preset = Preset {
    name: "eth-a-2020-03-12",
    date: "2020-03-12",
    summary: "ETH-A on Black Thursday: 150%, lots of 50 ETH in English auctions with a 3% raise, a bid stands 10 minutes",
    source: "the fact sheet of the crisis and of the protocol; lot, penalty (13%), least debt (20), fee and savings rate \
             (8%) as in the recorded run of that day's contracts; assumed: the outsiders' collateral and debt, the \
             ceilings",
};

/// The setup of the preset that a node names.
pub(crate) fn setup(node: &Node) -> Result<Setup, ConfigError> {
    let name = node.text()?;
    let setup = if name == BLACK_THURSDAY.name {
        black_thursday()
    } else {
        let Some(row) = ROWS.iter().find(|row| row.preset == name) else {
            return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name)));
        };
        dutch(row)
    };
    setup.ok_or_else(|| node.invalid("a preset whose figures fit"))
}

/// Basis points.
fn yearly(bps: i64) -> Decimal {
    Decimal::new(bps, 4)
}

fn others(asset: Asset, (locked, drawn): (u64, u64)) -> Option<(U256, U256)> {
    let unit = pow10(asset.decimals().into()).ok()?;
    let wad = pow10(18).ok()?;
    Some((U256::from(locked).checked_mul(unit)?, U256::from(drawn).checked_mul(wad)?))
}

fn dutch(row: &Row) -> Option<Setup> {
    let asset = Asset::new(row.symbol, row.decimals).ok()?;
    let mut setup = Setup::new(Revision::V2_0, row.name, asset);
    let (_, drawn) = row.others;
    setup.terms(
        bps(27, row.mat)?,
        per_second(yearly(row.fee))?,
        dai(row.dust)?,
        dai(drawn.checked_add(row.gap)?)?,
    );
    let (buf, tail, cusp, tip) = row.day.auction;
    let [short, long] = tail;
    let vault = &mut setup.vault;
    vault.clip.buf = bps(27, buf)?;
    vault.clip.tail = U256::from(if row.step == 60 { short } else { long });
    vault.clip.cusp = bps(27, cusp)?;
    vault.clip.tip = dai(tip)?;
    vault.calc.step = U256::from(row.step);
    vault.dog.hole = dai(row.hole)?;
    setup.dss.dog.hole = dai(row.day.hole)?;
    setup.dss.pot.dsr = per_second(yearly(row.day.dsr))?;
    setup.dss.flash.max = pow10(18).ok()?.checked_mul(U256::from(500_000_000_u64))?;
    setup.others = others(asset, row.others)?;
    Some(setup)
}

fn black_thursday() -> Option<Setup> {
    let asset = Asset::new("WETH", 18).ok()?;
    let mut setup = Setup::new(Revision::V1_0_2, "ETH-A", asset);
    setup.terms(bps(27, 15_000)?, per_second(yearly(800))?, dai(20)?, dai(100_000_000)?);
    setup.dss.pot.dsr = per_second(yearly(800))?;
    setup.others = others(asset, (700_000, 60_000_000))?;
    Some(setup)
}
