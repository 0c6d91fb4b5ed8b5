//! What the assets earn.

use levmine_erc4626::Yield;
use levmine_math::{U256, Wad};
use levmine_vault::Vault;
use proptest::prelude::*;

use crate::support::{at, earning, vault};

const YEAR: u64 = 31_536_000;

fn rate(annual: u128) -> Yield {
    Yield::new(Wad::new(annual))
}

#[test]
fn the_rate_is_simple_and_rounded_down() {
    let six = rate(60_000_000_000_000_000);
    let of = |assets: u128, seconds| six.of(U256::from(assets), seconds).expect("fits");
    assert_eq!(of(1_000_000, YEAR), U256::from(60_000));
    assert_eq!(of(1_000_000, YEAR / 2), U256::from(30_000));
    // 1,000,000 · 0.06 · 526 ÷ 31,536,000 = 1.00076…; a second less is below one.
    assert_eq!(of(1_000_000, 526), U256::ONE);
    assert_eq!(of(1_000_000, 525), U256::ZERO);
    // A billion DAI in a second: 10^27 · 0.06 ÷ 31,536,000.
    assert_eq!(of(1_000_000_000_000_000_000_000_000_000, 1), U256::from(1_902_587_519_025_875_190_u128));
    assert_eq!(Yield::NONE.of(U256::MAX, u64::MAX), Ok(U256::ZERO));
    assert!(rate(u128::MAX).of(U256::MAX, u64::MAX).is_err());
}

#[test]
fn what_is_credited_earns_too() {
    let mut vault = earning(&vault(0, 1_000_000_000, 1_000_000_000), 100_000_000_000_000_000);
    let mut once = vault.clone();
    once.accrue(at(YEAR)).expect("done");
    assert_eq!(once.state().assets, U256::from(1_100_000_000));
    vault.accrue(at(YEAR / 2)).expect("done");
    vault.accrue(at(YEAR)).expect("done");
    // 1.05² rather than 1.1.
    assert_eq!(vault.state().assets, U256::from(1_102_500_000));
    // Nothing for the time that has passed already, nor for an earlier one.
    assert!(vault.accrue(at(YEAR)).expect("done").is_empty());
    assert!(vault.accrue(at(3)).expect("done").is_empty());
    assert_eq!(vault.state().updated, at(YEAR).time);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn more_time_and_more_assets_never_earn_less(
        assets in any::<u128>(),
        more in any::<u64>(),
        annual in 0_u128..10_000_000_000_000_000_000,
        seconds in 0_u64..4_000_000_000,
        later in 0_u64..4_000_000_000,
    ) {
        let of = |assets: U256, seconds| rate(annual).of(assets, seconds).expect("fits");
        let less = of(U256::from(assets), seconds);
        prop_assert!(less <= of(U256::from(assets) + U256::from(more), seconds));
        prop_assert!(less <= of(U256::from(assets), seconds + later));
        // In two parts, without what the first one earns, never more than at once.
        let parts = less + of(U256::from(assets), later);
        prop_assert!(parts <= of(U256::from(assets), seconds + later));
    }
}
