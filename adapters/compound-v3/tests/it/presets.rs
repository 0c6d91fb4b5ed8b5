//! Every preset is a market. Its figures are compared with the deployment files by the workspace's tests.

use levmine_compound_v3::DESCRIPTOR;
use levmine_lending::LendingMarket;
use levmine_math::Bps;

use crate::markets::{START, build, u};

#[test]
fn every_preset_is_a_market_with_depth() {
    for preset in DESCRIPTOR.presets {
        let market = build(&format!("preset = \"{}\"", preset.name));
        let base = market.comet().params().base;
        let rates = market.rates(base, START).expect("rates");
        assert_eq!(rates.utilization.raw(), u(750_000_000_000_000_000_000_000_000), "{}", preset.name);
        assert!(!rates.available.is_zero() && rates.borrow > rates.supply, "{}", preset.name);
        let first = market.assets()[1];
        let listing = market.listing(first).expect("listed");
        assert!(listing.max_ltv.is_some_and(|ltv| ltv > Bps::new(0)), "{}", preset.name);
    }
}
