//! The suite that every pool passes.

use levmine_amm::Pool;
use levmine_market::{Price, PriceBook};
use levmine_math::Wad;
use levmine_testkit::amm::{PoolSetup, conformance};

use crate::support::{at, build};

fn check(table: &str, prices: [u128; 2]) {
    let pool: Box<dyn Pool> = build(table).expect("a pool");
    let mut book = PriceBook::new();
    for (coin, price) in pool.coins().iter().zip(prices) {
        book.set(*coin, Price(Wad::new(price * 1_000_000_000_000_000_000)));
    }
    conformance(&PoolSetup::new(pool, book, at(1)));
}

#[test]
fn uniswap() {
    check("preset = \"weth-usdc\"", [1, 2_316]);
}

#[test]
fn sushiswap() {
    check("preset = \"sushi-wbtc-weth\"", [34_000, 2_316]);
}

#[test]
fn pancakeswap() {
    let table = "coins = [\"WETH\", \"DAI\"]\nreserves = [\"300\", \"600000\"]\nfee = \"0.25%\"\nprotocol_fee = \"8/25\"";
    check(table, [2_000, 1]);
}

#[test]
fn a_fork_without_a_fee() {
    check("coins = [\"USDT\", \"USDC\"]\nreserves = [\"25000\", \"25000.5\"]\nfee = \"0%\"", [1, 1]);
}

#[test]
fn a_tiny_pair() {
    check("coins = [\"USDT\", \"USDC\"]\nreserves = [\"0.01\", \"0.02\"]", [1, 1]);
}
