//! What venue tables may say.

use levmine_lending::LendingMarket;
use levmine_math::U256;
use levmine_synthetix::{CROWD, DESCRIPTOR};

use crate::markets::{POOL, asset, build, try_build, units};

#[test]
fn a_pool_in_a_persons_terms() {
    let market = build(
        r#"
        issuance_ratio = "400%"
        liquidation_ratio = "160%"
        liquidation_penalty = "50%"
        self_liquidation_penalty = "20%"
        liquidation_delay = "8h"
        flag_reward = 1.5
        liquidate_reward = "2"
        escrow_duration = "26w"
        rate_stale_period = "1h"
        minimum_stake_time = "7d"
        exchange_fee = "0.25%"
        target_threshold = "5%"
        fee_period = "14d"
        snapshot_every = "6h"
        synths = { sETH = "WETH", sBTC = "WBTC" }
        [outsiders]
        snx = 1_000.5
        debt = 500
        synths = { sBTC = { supply = 0.01, price = 30_000 } }
        "#,
    );
    let system = market.system();
    let settings = &system.settings;
    assert_eq!([settings.issuance_ratio, settings.liquidation_ratio], [units("0.25"), units("0.625")]);
    assert_eq!([settings.penalty, settings.self_penalty], [units("0.5"), units("0.2")]);
    assert_eq!([settings.flag_reward, settings.liquidate_reward], [units("1.5"), units("2")]);
    assert_eq!([settings.delay, settings.escrow_duration], [28_800, 26 * 604_800]);
    assert_eq!([settings.minimum_stake_time, settings.fee_period], [604_800, 1_209_600]);
    assert_eq!([settings.exchange_fee, settings.target_threshold], [units("0.0025"), units("0.05")]);
    let names: Vec<_> = market.assets().iter().map(|asset| asset.symbol().to_string()).collect();
    assert_eq!(names, ["SNX", "sUSD", "sETH", "sBTC"]);
    assert_eq!(system.synths[2].follows, asset("WBTC"));
    assert_eq!(system.staker(CROWD).snx, units("1000.5"));
    assert_eq!(market.holdings()[0].raw, units("1000.5"));
    let issued: Vec<U256> = market.issued().iter().map(|amount| amount.raw).collect();
    assert_eq!(issued, [units("200"), U256::ZERO, units("0.01")]);
    assert_eq!(market.rates(asset("sUSD"), crate::markets::START).expect("readable").borrowed, units("500"));
}

#[test]
fn the_preset_is_a_pool_of_a_hundred_million() {
    assert_eq!(DESCRIPTOR.presets.len(), 1);
    let market = build("preset = \"ethereum\"");
    let system = market.system();
    assert_eq!(system.cached_debt, units("100000000"));
    assert_eq!(system.synths[0].supply, units("76000000"));
    assert_eq!(system.synths[1].supply, units("15000"));
    let listing = market.listing(asset("SNX")).expect("listed");
    assert_eq!(listing.max_ltv.expect("a limit").raw(), U256::from(2_000));
    assert_eq!(listing.liquidation_threshold.expect("a limit").raw(), U256::from(6_666));
    // Without ether the preset's sETH is sUSD.
    let plain = build("preset = \"ethereum\"\nsynths = {}");
    assert_eq!(plain.issued().len(), 1);
    assert_eq!(plain.issued()[0].raw, units("100000000"));
}

#[test]
fn what_is_not_accepted_is_named() {
    for (table, expected) in [
        ("preset = \"optimism\"", "ethereum"),
        ("issuance_ratio = \"90%\"", "above 100%"),
        ("exchange_fee = \"60%\"", "0% to 50%"),
        ("liquidation_delay = 0", "duration"),
        ("liquidation_delay = \"9000w\"", "2^32"),
        ("flag_reward = -1", "1_000.5"),
        ("synths = { sDOGE = \"DOGE\" }", "DOGE"),
        ("synths = { SNX = \"SNX\" }", "each once"),
        ("synths = { sUSD = \"DAI\" }", "each once"),
        ("synths = { USDC = \"USDC\" }", "18 decimals"),
        ("outsiders = { snx = 1 }", "debt"),
        ("outsiders = { snx = 1, debt = 1, synths = { sETH = { supply = 1, price = 1 } } }", "sETH"),
        (
            "synths = { sETH = \"WETH\" }\noutsiders = { snx = 1, debt = 1, synths = { sETH = { supply = 1, price = 2 } } }",
            "at least what the synths are worth",
        ),
        ("outsiders = { snx = 1, debt = 1 }\nstate = {}", "no outsiders beside"),
        ("state = { depth = {} }", "debt"),
        ("state = { price = { sUSD = { price = \"1\" } } }", "always worth one"),
        ("state = { users = { alice = { SNX = \"-1\" } } }", "integer"),
        ("state = { users = { alice = { wallet = \"1\" } } }", "SNX"),
        ("state = { users = { alice = { entries = { x = { amount = \"1\" } } } } }", "2^62"),
        ("statte = {}", "state"),
    ] {
        let error = try_build(table).expect_err(table);
        assert!(error.contains(expected), "{table}: {error}");
    }
    assert!(try_build(POOL).is_ok());
}
