//! The suite that every pool passes, on each generation.

use levmine_amm::Pool;
use levmine_market::{Price, PriceBook};
use levmine_testkit::amm::{PoolSetup, conformance};

use crate::support::{at, build};

fn setup(table: &str) -> PoolSetup {
    let pool: Box<dyn Pool> = build(table).expect("a pool");
    let mut book = PriceBook::new();
    for coin in pool.coins() {
        book.set(*coin, Price::ONE);
    }
    PoolSetup::new(pool, book, at(1))
}

#[test]
fn three_pool() {
    conformance(&setup("preset = \"3pool-2022\""));
}

#[test]
fn three_pool_as_recorded() {
    conformance(&setup("preset = \"3pool\""));
}

#[test]
fn susd() {
    conformance(&setup("preset = \"susd\""));
}

#[test]
fn steth() {
    conformance(&setup("preset = \"steth\""));
}

#[test]
fn aave() {
    conformance(&setup(
        "version = \"aave\"\ncoins = [\"aDAI\", \"aUSDC\", \"aUSDT\"]\nbalances = [\"20000000\", \"30000000\", \"25000000\"]\nA = 200\nfee = \"0.04%\"\noffpeg_fee_multiplier = \"2\"",
    ));
}

#[test]
fn template() {
    conformance(&setup("preset = \"fraxbp\""));
}

#[test]
fn meta() {
    conformance(&setup("preset = \"gusd\""));
}

#[test]
fn ng() {
    conformance(&setup(
        "version = \"ng-7.0.0\"\ncoins = [\"DAI\", \"USDC\", \"wstETH\"]\nbalances = [\"1000000\", \"2000000\", \"1500000\"]\nA = 200\nfee = \"0.01%\"\noffpeg_fee_multiplier = \"5\"\nasset_types = [\"plain\", \"plain\", \"oracle\"]\nrates = [\"1\", \"1\", \"1.1\"]",
    ));
}

#[test]
fn ng_with_rebasing_coins() {
    conformance(&setup(
        "version = \"ng-7.0.0\"\ncoins = [\"WETH\", \"stETH\"]\nbalances = [\"5000\", \"6000\"]\nA = 100\nasset_types = [\"plain\", \"rebasing\"]\noffpeg_fee_multiplier = \"2\"",
    ));
}

#[test]
fn ng_meta() {
    conformance(&setup(
        "version = \"ng-meta-7.0.0\"\ncoins = [\"LUSD\", \"3Crv\"]\nbalances = [\"2000000\", \"1500000\"]\nA = 100\nbase = { coins = [\"DAI\", \"USDC\", \"USDT\"], balances = [\"75000000\", \"75000000\", \"75000000\"], A = 2000 }",
    ));
}
