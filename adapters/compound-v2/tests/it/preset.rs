//! The presets against their sources.

use levmine_compound_v2::{CROWD, RateModel};
use levmine_lending::{Context, HealthFactor, LendingMarket};
use levmine_math::Wad;

use crate::markets::{START, asset, preset, prices, u};

const PER_BPS: u128 = 100_000_000_000_000;

/// Symbol; collateral factor and reserve factor in basis points.
type Row = (&'static str, u128, u128);

#[test]
fn factors_are_those_of_the_governance_posts() {
    let tables: [(&str, &[Row]); 2] = [
        (
            "ethereum-2022-09",
            &[
                ("USDC", 8_550, 750),
                ("DAI", 8_350, 1_500),
                ("WETH", 8_250, 2_000),
                ("WBTC", 7_000, 2_000),
                ("USDT", 0, 750),
                ("UNI", 7_500, 2_500),
                ("LINK", 7_900, 2_500),
            ],
        ),
        (
            "ethereum-2024-10",
            &[
                ("USDC", 8_450, 2_500),
                ("WBTC", 6_900, 3_000),
                ("USDT", 0, 1_500),
                ("UNI", 7_000, 2_500),
                ("COMP", 5_500, 2_500),
                ("LINK", 7_400, 2_500),
            ],
        ),
    ];
    for (name, rows) in tables {
        let market = preset(name, "error-codes");
        let settings = market.pool().settings();
        assert_eq!(settings.close_factor, u(500_000_000_000_000_000));
        assert_eq!(settings.liquidation_incentive, u(1_080_000_000_000_000_000));
        for (symbol, collateral, reserve) in rows {
            let id = market.pool().market_id(asset(&market, symbol)).expect("listed");
            let listed = market.pool().markets().get(id).expect("listed");
            assert_eq!(listed.collateral_factor, u(collateral * PER_BPS), "{name} {symbol}");
            assert_eq!(listed.reserve_factor, u(reserve * PER_BPS), "{name} {symbol}");
            assert_eq!(listed.protocol_seize_share, u(28_000_000_000_000_000));
        }
    }
}

#[test]
fn models_and_first_rates_are_those_on_chain() {
    let market = preset("ethereum-2022-09", "error-codes");
    let find = |symbol: &str| {
        let id = market.pool().market_id(asset(&market, symbol)).expect("listed");
        *market.pool().markets().get(id).expect("listed")
    };
    // 4 % at the kink: 5 % up to full utilization.
    let dollars = RateModel::Jump {
        base: u(0),
        multiplier: u(23_782_343_987),
        jump_multiplier: u(518_455_098_934),
        kink: u(800_000_000_000_000_000),
    };
    assert_eq!(find("USDC").model, dollars);
    assert_eq!(find("USDT").model, dollars);
    assert!(matches!(find("WETH").model, RateModel::Legacy { .. }));
    for (symbol, rate) in [
        ("USDC", 200_000_000_000_000),
        ("USDT", 200_000_000_000_000),
        ("WETH", 200_000_000_000_000_000_000_000_000),
        ("DAI", 200_000_000_000_000_000_000_000_000),
        ("WBTC", 20_000_000_000_000_000),
    ] {
        assert_eq!(find(symbol).initial_exchange_rate, u(rate), "{symbol}");
    }
}

#[test]
fn their_depth_adds_up() {
    let book = prices();
    for name in ["ethereum-2022-09", "ethereum-2024-10"] {
        for version in ["error-codes", "custom-errors"] {
            let market = preset(name, version);
            assert_eq!(market.version(), version);
            let ctx = Context { now: START, prices: &book };
            for asset in market.assets() {
                let rates = market.rates(asset, START).expect("rates");
                let owed = market.debt(CROWD, asset, START).expect("debt");
                let supplied = market.supplied(CROWD, asset, START).expect("supply");
                assert_eq!(rates.borrowed, owed);
                let cash = rates.available;
                // One cToken unit is lost at most, which is worth far less than a cent.
                assert!(cash + owed >= supplied && cash + owed - supplied < u(1_000_000_000), "{asset}");
            }
            // The crowd is no prey.
            let health = market.health(CROWD, &ctx).expect("health");
            assert!(health.factor > HealthFactor::Of(Wad::ONE), "{health:?}");
        }
    }
}

#[test]
fn yearly_rates_count_the_chain_s_own_blocks() {
    let market = preset("ethereum-2022-09", "error-codes");
    let usdc = asset(&market, "USDC");
    let rates = market.rates(usdc, START).expect("rates");
    // 7 / 18 lent at a slope of 5 %: 1.944 % of 2,102,400 blocks, of which a year has a quarter more.
    assert_eq!(rates.borrow.to_decimal().expect("fits").round_dp(5).to_string(), "0.02431");
}
