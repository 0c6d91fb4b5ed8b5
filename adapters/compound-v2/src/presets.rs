//! Dated sets of parameters.

use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Preset};
use levmine_math::{U256, pow10};

use crate::decode::{Curve, Depth, Form, Listed, Setup, unused};

/// The presets.
pub(crate) static LISTED: [Preset; 2] = [
    Preset {
        name: "ethereum-2022-09",
        date: "2022-09-01",
        summary: "the best known markets on Ethereum: USDC, DAI, WETH (cETH), WBTC, USDT, UNI, COMP, LINK; depth assumed, \
                  indexes begin at one, no COMP is given out",
        source: "rate models: public configuration repository, 2022-09, and for cETH and cUNI their recorded calls of \
                 2021-09; factors: governance posts of 2023 and 2024 (the values before each change); collateral factors \
                 of ether, DAI and COMP and the reserve factors of USDC, DAI, ether, UNI, COMP and LINK approximate, \
                 mid-2022; DAI without its savings rate",
    },
    Preset {
        name: "ethereum-2024-10",
        date: "2024-10-07",
        summary: "the same markets after the risk changes up to 2024-10-07; depth assumed, indexes begin at one, no COMP \
                  is given out",
        source: "governance posts of 2023-09-29, 2024-04-12, 2024-08-01 and 2024-10-07; everything that they do not \
                 change as in ethereum-2022-09",
    },
];

/// The market of the preset that a node names.
pub(crate) fn setup(node: &Node) -> Result<Setup, ConfigError> {
    let name = node.text()?;
    let rows = match name {
        "ethereum-2022-09" => ETHEREUM_2022_09,
        "ethereum-2024-10" => ETHEREUM_2024_10,
        _ => return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name))),
    };
    build(&rows).ok_or_else(|| node.invalid("a preset whose figures fit"))
}

/// One market: shares and yearly rates in basis points, depth in whole tokens.
#[derive(Clone, Copy)]
struct Row {
    symbol: &'static str,
    decimals: u8,
    /// Collateral factor, reserve factor.
    factors: [u64; 2],
    form: Form,
    /// Base rate, multiplier, jump multiplier, kink.
    curve: [u64; 4],
    /// Supplied, borrowed.
    depth: [u64; 2],
}

const fn row(
    symbol: &'static str,
    decimals: u8,
    factors: [u64; 2],
    form: Form,
    curve: [u64; 4],
    depth: [u64; 2],
) -> Row {
    Row { symbol, decimals, factors, form, curve, depth }
}

const STABLE: [u64; 4] = [0, 400, 10_900, 8_000];
const VOLATILE: [u64; 4] = [200, 1_800, 40_000, 8_000];

const ETHEREUM_2022_09: [Row; 8] = [
    row("USDC", 6, [8_550, 750], Form::JumpV2, STABLE, [900_000_000, 350_000_000]),
    row("DAI", 18, [8_350, 1_500], Form::JumpV2, STABLE, [800_000_000, 350_000_000]),
    row("WETH", 18, [8_250, 2_000], Form::Legacy, [200, 1_000, 0, 0], [700_000, 35_000]),
    row("WBTC", 8, [7_000, 2_000], Form::JumpV2, [200, 1_800, 10_000, 8_000], [20_000, 800]),
    row("USDT", 6, [0, 750], Form::JumpV2, STABLE, [400_000_000, 250_000_000]),
    row("UNI", 18, [7_500, 2_500], Form::JumpV2, [200, 2_800, 40_000, 8_000], [8_000_000, 500_000]),
    row("COMP", 18, [6_500, 2_500], Form::JumpV2, VOLATILE, [900_000, 50_000]),
    row("LINK", 18, [7_900, 2_500], Form::JumpV2, VOLATILE, [1_500_000, 100_000]),
];

const ETHEREUM_2024_10: [Row; 8] = [
    row("USDC", 6, [8_450, 2_500], Form::JumpV2, STABLE, [300_000_000, 200_000_000]),
    row("DAI", 18, [8_350, 1_500], Form::JumpV2, STABLE, [250_000_000, 150_000_000]),
    row("WETH", 18, [8_250, 2_000], Form::Legacy, [200, 1_000, 0, 0], [300_000, 15_000]),
    row("WBTC", 8, [6_900, 3_000], Form::JumpV2, [200, 1_800, 10_000, 8_000], [10_000, 300]),
    row("USDT", 6, [0, 1_500], Form::JumpV2, STABLE, [150_000_000, 90_000_000]),
    row("UNI", 18, [7_000, 2_500], Form::JumpV2, [200, 2_800, 40_000, 8_000], [5_000_000, 200_000]),
    row("COMP", 18, [5_500, 2_500], Form::JumpV2, VOLATILE, [500_000, 20_000]),
    row("LINK", 18, [7_400, 2_500], Form::JumpV2, VOLATILE, [1_000_000, 30_000]),
];

/// 18 decimals of a basis point.
const PER_BPS: u64 = 100_000_000_000_000;

fn build(rows: &[Row]) -> Option<Setup> {
    let mut setup = Setup::default();
    for row in rows {
        let asset = Asset::new(row.symbol, row.decimals).ok()?;
        let mantissa = |bps: u64| U256::from(bps).saturating_mul(U256::from(PER_BPS));
        let [collateral, reserve] = row.factors;
        let [base, multiplier, jump, kink] = row.curve.map(mantissa);
        let curve = Curve { form: row.form, base, multiplier, jump, kink, ..Curve::default() };
        let mut market = unused(asset);
        market.collateral_factor = mantissa(collateral);
        market.reserve_factor = mantissa(reserve);
        market.model = curve.model().ok()?;
        setup.listed.push(Listed { market, curve });
        let unit = pow10(row.decimals.into()).ok()?;
        let [supplied, borrowed] = row.depth.map(|tokens| U256::from(tokens).saturating_mul(unit));
        setup.depth.push((asset, Depth { supplied, borrowed, reserves: U256::ZERO }));
    }
    Some(setup)
}
