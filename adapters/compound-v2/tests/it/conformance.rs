//! The conformance suite of lending markets, in both versions.

use levmine_compound_v2::CompoundV2Market;
use levmine_lending::LendingMarket;
use levmine_testkit::lending::{LendingSetup, conformance};

use crate::fresh::Fresh;
use crate::markets::{START, prices, small};

/// What a cToken unit is worth at most in these markets, and what a withdrawal can give away: it burns one unit too few.
const UNITS: [(&str, u64); 4] = [("WETH", 1_000_000_000), ("USDC", 2), ("WBTC", 2), ("DAI", 1_000_000_000)];

/// `CToken.repayBorrowFresh` subtracts what is paid from what is owed; only 2^256 − 1 stands for everything.
const OVERPAID: &str = "the contract refuses to take more than is owed";

/// `Comptroller.borrowAllowed` enters the market for whoever borrows there.
const ENTERED: &str = "borrowing enters the market, and what was supplied there begins to count";

fn setup(market: CompoundV2Market, fresh: bool) -> LendingSetup {
    let assets = market.assets();
    let market: Box<dyn LendingMarket> = if fresh { Box::new(Fresh(market)) } else { Box::new(market) };
    let mut setup = LendingSetup::new(market, prices(), START)
        .except("repaying_more_than_the_debt_pays_the_debt", OVERPAID);
    if !fresh {
        setup = setup.except("more_debt_never_raises_health", ENTERED);
    }
    for asset in assets {
        let units = UNITS.iter().find(|(symbol, _)| *symbol == asset.symbol()).map_or(0, |(_, units)| *units);
        setup = setup.rounding(asset, units);
    }
    setup
}

#[test]
fn error_codes() {
    conformance(&setup(small("error-codes"), false));
}

#[test]
fn error_codes_with_every_market_accrued_and_entered() {
    conformance(&setup(small("error-codes"), true));
}

#[test]
fn custom_errors_with_every_market_accrued_and_entered() {
    conformance(&setup(small("custom-errors"), true));
}
