//! The preset against its sources.

use levmine_lending::{Context, HealthFactor, LendingMarket};
use levmine_math::{U256, pow10};

use crate::data;
use crate::markets::{START, asset, decode, ethereum, prices};

const RAY_PER_BPS: u128 = 100_000_000_000_000_000_000_000;

/// The prices that these tests use; the parameters are compared beside everything else that was recorded.
#[test]
fn the_prices_are_the_reports() {
    let Some(path) = data::folder("params/aave_v3_ethereum_2023_10_31.json") else { return };
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON");
    for recorded in report["reserves"].as_object().expect("reserves").values() {
        if recorded["symbol"] == "GHO" {
            continue;
        }
        let symbol = recorded["symbol"].as_str().expect("a symbol");
        let asset = asset(&ethereum("3.0"), symbol);
        let price = prices().price(asset).expect("a price").with_decimals(8).expect("fits");
        assert_eq!(price.to_string(), recorded["oracleLatestAnswer"].to_string(), "{symbol}");
    }
}

#[test]
fn polygon_begins_in_every_version() {
    for rules in &levmine_aave_v3::VERSIONS {
        let market =
            decode(&format!("preset = \"polygon\"\nversion = \"{}\"", rules.name)).expect("a market");
        assert_eq!(market.assets().len(), 20);
        for asset in market.assets() {
            let supplied = market.supplied(levmine_aave_v3::CROWD, asset, START).expect("supply");
            let owed = market.debt(levmine_aave_v3::CROWD, asset, START).expect("debt");
            let holding = market.holdings().into_iter().find(|held| held.asset == asset).expect("a holding");
            assert_eq!(holding.raw + owed, supplied, "{asset}");
        }
    }
}

/// Symbol; LTV, threshold, bonus, protocol fee, reserve factor; the curve; the caps.
type Row = (&'static str, [u16; 5], [u128; 4], [u64; 2]);

/// The same seven assets as a table that people made of the report: LTV, threshold, bonus, protocol fee, reserve factor,
/// optimal utilization, base, slopes, caps.
#[test]
fn the_best_known_reserves_at_a_glance() {
    let market = ethereum("3.0");
    #[rustfmt::skip]
    let table: [Row; 7] = [
        // At 71.86 % utilization WETH cost 3.0335 % on that day: 3.8 % · 0.7186 ÷ 0.9.
        ("WETH", [8_050, 8_300, 10_500, 1_000, 1_500], [9_000, 0, 380, 8_000], [1_800_000, 1_400_000]),
        ("wstETH", [7_850, 8_100, 10_600, 1_000, 1_500], [4_500, 25, 450, 8_000], [850_000, 24_000]),
        ("WBTC", [7_300, 7_800, 10_500, 1_000, 2_000], [4_500, 0, 400, 30_000], [43_000, 28_000]),
        ("USDC", [7_700, 8_000, 10_450, 2_000, 1_000], [9_000, 0, 350, 6_000], [1_760_000_000, 1_580_000_000]),
        ("USDT", [7_400, 7_600, 10_450, 1_000, 1_000], [8_000, 0, 400, 7_500], [600_000_000, 500_000_000]),
        ("DAI", [7_700, 8_000, 10_500, 2_000, 1_000], [9_000, 0, 500, 7_500], [338_000_000, 271_000_000]),
        ("LINK", [5_300, 6_800, 10_700, 1_000, 2_000], [4_500, 0, 700, 30_000], [15_000_000, 13_000_000]),
    ];
    for (symbol, shares, curve, caps) in table {
        let id = market.pool().reserve_id(asset(&market, symbol)).expect("listed");
        let reserve = market.pool().reserve(id).expect("listed");
        let p = reserve.params;
        let ours = [
            p.ltv,
            p.liquidation_threshold,
            p.liquidation_bonus,
            p.liquidation_protocol_fee,
            p.reserve_factor,
        ];
        assert_eq!(ours, shares, "{symbol}");
        assert_eq!([p.supply_cap, p.borrow_cap], caps, "{symbol}");
        let c = reserve.curve;
        assert_eq!([c.optimal, c.base, c.slope1, c.slope2], curve.map(|bps| bps * RAY_PER_BPS), "{symbol}");
    }
}

#[test]
fn its_depth_adds_up_in_every_version() {
    let book = prices();
    for rules in &levmine_aave_v3::VERSIONS {
        let market = ethereum(rules.name);
        assert_eq!(market.version(), rules.name);
        let ctx = Context { now: START, prices: &book };
        for asset in market.assets() {
            let rates = market.rates(asset, START).expect("rates");
            let supplied = market.supplied(levmine_aave_v3::CROWD, asset, START).expect("supply");
            let owed = market.debt(levmine_aave_v3::CROWD, asset, START).expect("debt");
            let holding = market.holdings().into_iter().find(|held| held.asset == asset).expect("a holding");
            assert_eq!(rates.borrowed, owed);
            assert_eq!(holding.raw + owed, supplied, "{asset}");
            let cap = U256::from(
                market
                    .pool()
                    .reserve(market.pool().reserve_id(asset).expect("id"))
                    .expect("r")
                    .params
                    .borrow_cap,
            );
            assert!(owed <= cap * pow10(asset.decimals().into()).expect("fits"), "{asset}");
        }
        // The crowd is no prey.
        let health = market.health(levmine_aave_v3::CROWD, &ctx).expect("health");
        assert!(health.factor > HealthFactor::Of(levmine_math::Wad::ONE), "{health:?}");
    }
    let market = ethereum("3.0");
    let weth = market.rates(asset(&market, "WETH"), START).expect("rates");
    // 3.0335 % as recorded on that day.
    assert_eq!(weth.borrow.to_decimal().expect("fits").round_dp(5).to_string(), "0.03034");
}
