//! Markets that several tests use.

use levmine_aave_v3::AaveV3Market;
use levmine_config::{ConfigError, parse_toml};
use levmine_market::{Asset, Assets, BuildContext, Moment, Price, PriceBook, Timestamp};
use levmine_math::U256;

/// 2023-10-31 00:00 UTC.
pub(crate) const START: Moment = Moment { time: Timestamp(1_698_710_400), block: 18_466_400 };

/// The oracle's answers in the configuration report of 2023-10-31, 8 decimals.
#[rustfmt::skip]
const ANSWERS: [(&str, u8, u64); 24] = [
    ("WETH", 18, 181_685_499_606),
    ("wstETH", 18, 208_052_489_524),
    ("WBTC", 8, 3_481_414_003_279),
    ("USDC", 6, 99_997_427),
    ("DAI", 18, 99_990_004),
    ("LINK", 18, 1_109_980_118),
    ("AAVE", 18, 9_335_800_000),
    ("cbETH", 18, 190_676_202_775),
    ("USDT", 6, 100_017_686),
    ("rETH", 18, 197_699_300_863),
    ("LUSD", 18, 99_434_328),
    ("CRV", 18, 51_140_000),
    ("MKR", 18, 131_464_386_000),
    ("SNX", 18, 240_853_000),
    ("BAL", 18, 349_648_437),
    ("UNI", 18, 453_615_000),
    ("LDO", 18, 178_242_559),
    ("ENS", 18, 791_700_000),
    ("1INCH", 18, 30_948_038),
    ("FRAX", 18, 99_964_090),
    ("RPL", 18, 2_371_489_507),
    ("sDAI", 18, 104_106_889),
    ("STG", 18, 46_219_404),
    ("KNC", 18, 78_982_000),
];

/// The oracle's prices of 2023-10-31.
pub(crate) fn prices() -> PriceBook {
    let mut book = PriceBook::new();
    for (symbol, decimals, answer) in ANSWERS {
        let asset = Asset::new(symbol, decimals).expect("an asset");
        book.set(asset, Price::from_decimals(U256::from(answer), 8).expect("a price"));
    }
    book
}

/// Builds a market from a venue's table in TOML.
pub(crate) fn decode(text: &str) -> Result<AaveV3Market, ConfigError> {
    let node = parse_toml("venue.toml", text)?;
    let mut fields = node.fields()?;
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "bank", assets: &assets, now: START };
    let market = AaveV3Market::decode(&mut fields, &ctx)?;
    fields.finish()?;
    Ok(market)
}

/// The preset in a version.
pub(crate) fn ethereum(version: &str) -> AaveV3Market {
    decode(&format!("preset = \"ethereum\"\nversion = \"{version}\""))
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The asset of this symbol among the market's.
pub(crate) fn asset(market: &AaveV3Market, symbol: &str) -> Asset {
    let reserves = market.pool().reserves();
    reserves.iter().map(|reserve| reserve.asset).find(|asset| asset.symbol() == symbol).expect("a reserve")
}

/// Four reserves with some depth, in a person's terms.
pub(crate) const SMALL: &str = r#"
flash_loan_premium = "0.05%"

[reserves.WETH]
max_ltv = "80.5%"
liquidation_threshold = "83%"
liquidation_bonus = "5%"
liquidation_protocol_fee = "10%"
reserve_factor = "15%"
optimal_utilization = "80%"
slope1 = "2.8%"
slope2 = "80%"
supply_cap = 1_800_000
borrow_cap = 1_400_000

[reserves.USDC]
max_ltv = "77%"
liquidation_threshold = "80%"
liquidation_bonus = "4.5%"
liquidation_protocol_fee = "20%"
reserve_factor = "10%"
optimal_utilization = "90%"
slope1 = "3.5%"
slope2 = "60%"

[reserves.WBTC]
max_ltv = "73%"
liquidation_threshold = "78%"
liquidation_bonus = "5%"
reserve_factor = "20%"
optimal_utilization = "45%"
slope1 = "4%"
slope2 = "300%"

[reserves.wstETH]
max_ltv = "78.5%"
liquidation_threshold = "81%"
liquidation_bonus = "6%"
liquidation_protocol_fee = "10%"
reserve_factor = "15%"
optimal_utilization = "45%"
base_rate = "0.25%"
slope1 = "4.5%"
slope2 = "80%"

[categories.1]
max_ltv = "90%"
liquidation_threshold = "93%"
liquidation_bonus = "1%"
assets = ["WETH", "wstETH"]

[liquidity.WETH]
supplied = "100_000"
borrowed = "60_000"

[liquidity.USDC]
supplied = "300_000_000"
borrowed = "250_000_000"

[liquidity.WBTC]
supplied = "3_000"
borrowed = "500"

[liquidity.wstETH]
supplied = "50_000.5"
borrowed = "4_000"
"#;

/// The small market in a version.
pub(crate) fn small(version: &str) -> AaveV3Market {
    decode(&format!("version = \"{version}\"\n{SMALL}")).unwrap_or_else(|error| panic!("{error}"))
}
