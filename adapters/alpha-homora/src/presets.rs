use levmine_config::{ConfigError, Node};
use levmine_market::{Asset, Preset};

use crate::bank::Factors;

/// The presets.
pub(crate) static LISTED: [Preset; 1] = [Preset {
    name: "ethereum-2021-02",
    date: "2021-02-15",
    summary: "factors of the deployment on Ethereum for WETH, DAI, USDC, USDT, WBTC and pairs of them; a fee of 10 % of \
              interest, the lender's rates (10 % up to a utilization of 80 %, 100 % more above) and its depth are \
              assumed",
    source: "deployment script of alpha-homora-v2-contract f74fc46, data file \
             params/alpha_homora_v2_token_factors_initial.json; the day is approximate",
}];

/// The protocol's part of the interest: assumed.
pub(crate) const FEE_BPS: u16 = 1_000;

/// What the LP token counts: the factors that all pairs of Uniswap had but one.
pub(crate) const LP_FACTORS: Factors = Factors { borrow: 50_000, collateral: 8_000, incentive: 10_250 };

/// A bank of a preset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Listed {
    pub(crate) token: Asset,
    pub(crate) factors: Factors,
    /// Supplied and borrowed by others at its lender, in whole tokens: assumed.
    pub(crate) depth: [u64; 2],
}

/// Symbol, decimals, factors, depth.
const BANKS: [(&str, u8, [u16; 3], [u64; 2]); 5] = [
    ("WETH", 18, [12_500, 8_000, 10_250], [100_000, 40_000]),
    ("DAI", 18, [10_500, 9_500, 10_250], [100_000_000, 50_000_000]),
    ("USDC", 6, [10_500, 9_500, 10_250], [100_000_000, 50_000_000]),
    ("USDT", 6, [10_500, 9_500, 10_250], [100_000_000, 50_000_000]),
    ("WBTC", 8, [12_500, 8_000, 10_250], [2_000, 800]),
];

/// The banks of the preset that a node names.
pub(crate) fn banks(node: &Node) -> Result<Vec<Listed>, ConfigError> {
    let name = node.text()?;
    if !LISTED.iter().any(|preset| preset.name == name) {
        return Err(node.unknown_name(name, LISTED.iter().map(|preset| preset.name)));
    }
    let listed = BANKS.iter().map(|(symbol, decimals, [borrow, collateral, incentive], depth)| {
        let token = Asset::new(symbol, *decimals)
            .map_err(|error| node.invalid(format!("a preset whose assets exist ({error})")))?;
        let factors = Factors { borrow: *borrow, collateral: *collateral, incentive: *incentive };
        Ok(Listed { token, factors, depth: *depth })
    });
    listed.collect()
}
