//! The suite that every pool passes, on each generation.

use levmine_amm::Pool;
use levmine_market::{Price, PriceBook};
use levmine_testkit::amm::{PoolSetup, conformance};

use crate::support::{at, build};

/// What the contracts' own rounding gives now and then of a coin with 18 decimals: the iterations end within a unit of their
/// root, which counts for as many units of a coin as that is cheaper than the others when the pool is nearly drained. The
/// random lives drain pools.
const ROUNDING: u64 = 1_000_000;

fn setup(table: &str) -> PoolSetup {
    let pool: Box<dyn Pool> = build(table).expect("a pool");
    let mut book = PriceBook::new();
    let coins = pool.coins().to_vec();
    for coin in &coins {
        book.set(*coin, Price::ONE);
    }
    let setup = PoolSetup::new(pool, book, at(1));
    coins
        .into_iter()
        .filter(|coin| coin.decimals() == 18)
        .fold(setup, |setup, coin| setup.rounding(coin, ROUNDING))
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
    let setup = setup(
        "version = \"ng-7.0.0\"\ncoins = [\"WETH\", \"stETH\"]\nbalances = [\"5000\", \"6000\"]\nA = 400\nasset_types = [\"plain\", \"rebasing\"]\noffpeg_fee_multiplier = \"2\"",
    );
    let reason =
        "the fee stays in a coin of which the pool is as good as empty, and is dearer after the swap";
    conformance(&setup.except("fair_value_ignores_swaps", reason));
}

#[test]
fn ng_meta() {
    conformance(&setup(
        "version = \"ng-meta-7.0.0\"\ncoins = [\"LUSD\", \"3Crv\"]\nbalances = [\"2000000\", \"1500000\"]\nA = 100\nbase = { coins = [\"DAI\", \"USDC\", \"USDT\"], balances = [\"75000000\", \"75000000\", \"75000000\"], A = 2000 }",
    ));
}
