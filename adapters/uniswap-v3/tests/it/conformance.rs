//! The suite that every pool passes.

use levmine_amm::Pool;
use levmine_testkit::amm::{PoolSetup, conformance};

use crate::support::{at, build, contract, integer, prices, venue, weth_usdc};

fn check(pool: Box<dyn Pool>, texts: [&str; 2]) {
    conformance(&setup(pool, texts));
}

fn setup(pool: Box<dyn Pool>, texts: [&str; 2]) -> PoolSetup {
    let book = prices(&*pool, texts);
    PoolSetup::new(pool, book, at(0))
}

#[test]
fn a_pool_over_all_prices() {
    let table = "coins = [\"WETH\", \"USDC\"]\nprice = \"2000\"\nreserves = [\"5000\", \"10000000\"]";
    check(build(table).expect("a pool"), ["2000", "1"]);
}

#[test]
fn a_pool_that_the_contract_has_the_other_way_round() {
    let reason =
        "a sale that empties the only range lets the price jump, and no amount fits what it jumps over";
    conformance(&setup(weth_usdc(), ["2000", "1"]).except("zap_leaves_little", reason));
}

#[test]
fn presets() {
    check(build("preset = \"weth-usdc-005\"").expect("a pool"), ["2200", "1"]);
    check(build("preset = \"usdc-usdt-001\"").expect("a pool"), ["1", "1"]);
}

#[test]
fn many_ticks_and_a_protocol_fee() {
    let ticks =
        [(-887_220, 887_220, 1 << 60), (-600, 600, 1 << 62), (-60, 0, 1 << 61), (120, 6_000, 1 << 63)];
    let mut core = contract(3_000, 60, integer("79228162514264337593543950336"), &ticks);
    core.set_fee_protocol([4, 10]).expect("a fee");
    check(Box::new(venue(core)), ["1", "1"]);
}
