//! Sequences after which an adapter once differed from its contracts.

use levmine_parity::morpho_blue::MorphoBlueTwin;
use levmine_parity::uniswap_v2::UniswapV2Twin;
use levmine_parity::{Operation, Twin};
use ruint::aliases::U256;

use crate::is_installed;

fn number(digits: &str) -> U256 {
    U256::from_str_radix(digits, 10).expect("an integer")
}

/// The pair multiplies its balances before it looks at the width of its reserves.
#[test]
fn a_swap_far_beyond_a_reserve_fails_in_the_product() {
    if !is_installed("a sequence that once differed") {
        return;
    }
    let mut twin = UniswapV2Twin::new(0).expect("twins");
    let first = Operation::new("add_liquidity", 1_700_000_001)
        .by("alice")
        .amounts("amounts", [number("3"), number("169091672914005318")]);
    let second = Operation::new("swap_exact_in", 1_700_000_002)
        .by("bob")
        .with("sell", "WETH")
        .with("buy", "USDC")
        .amount(
            "amount",
            number("6909634249617287992611835445166827593800719452456544016419666115521790945"),
        );
    for operation in [first, second] {
        let found = twin.apply(&operation).expect("a comparison");
        assert!(found.differences.is_empty(), "{:?}", found.differences);
    }
}

/// Whether a market exists is looked at before what is to be supplied.
#[test]
fn everything_cannot_be_supplied_to_a_market_that_is_not_there() {
    if !is_installed("a sequence that once differed") {
        return;
    }
    // Some markets of the twins are created by an operation only.
    let mut refused = 0;
    for seed in 0..60 {
        let mut twin = MorphoBlueTwin::new(seed).expect("twins");
        let supply =
            Operation::new("supply", 1_704_194_316).by("carol").with("asset", "LOAN").with("amount", "all");
        let found = twin.apply(&supply).expect("a comparison");
        assert!(found.differences.is_empty(), "{:?}", found.differences);
        refused += u32::from(found.refusal.as_deref() == Some("market not created"));
    }
    assert!(refused > 0);
}
