//! What the operations of a chef cost.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use divan::{Bencher, black_box};
use levmine_config::parse_toml;
use levmine_market::{Account, Asset, Assets, BuildContext, Moment, Timestamp, TokenAmount};
use levmine_masterchef::ADAPTER;
use levmine_math::{Bps, U256};
use levmine_vault::Vault;

fn main() {
    divan::main();
}

const FARMER: Account = Account::new(1);

fn at(block: u64) -> Moment {
    Moment { time: Timestamp(1_614_556_800 + 12 * block), block: 11_481_525 + block }
}

fn lp(number: usize) -> Asset {
    Asset::new(&format!("pool-{number}-LP"), 18).expect("a symbol")
}

/// So many pools, in all of which the farmer and others have a stake.
fn chef(pools: usize) -> Box<dyn Vault> {
    let mut assets = Assets::standard();
    let mut list = String::new();
    for number in 0..pools {
        assets.insert(lp(number));
        list.push_str(&format!("{{ stake = \"{}\", alloc = 3000, others = \"1000000\" }}, ", lp(number)));
    }
    let node = parse_toml("bench.toml", &format!("preset = \"sushi\"\npools = [{list}]")).expect("valid");
    let context = BuildContext { venue: "chef", assets: &assets, now: at(0) };
    let mut chef = (ADAPTER.build)(&mut node.fields().expect("a table"), &context).expect("a chef");
    for number in 0..pools {
        let amount = TokenAmount::new(lp(number), U256::from(123_456_789_012_345_678_u64));
        chef.deposit(FARMER, amount, at(1)).expect("a deposit");
    }
    chef
}

/// A block later each time.
#[divan::bench(args = [1, 5])]
fn deposit(bencher: Bencher<'_, '_>, pools: usize) {
    let mut chef = chef(pools);
    let amount = TokenAmount::new(lp(0), U256::from(1_000_000_007));
    let mut block = 1;
    bencher.bench_local(|| {
        block += 1;
        chef.deposit(FARMER, black_box(amount), at(block)).expect("a deposit")
    });
}

#[divan::bench]
fn deposit_and_redeem(bencher: Bencher<'_, '_>) {
    let mut chef = chef(1);
    let amount = TokenAmount::new(lp(0), U256::from(1_000_000_007));
    let mut block = 1;
    bencher.bench_local(|| {
        block += 1;
        chef.deposit(FARMER, black_box(amount), at(block)).expect("a deposit");
        chef.redeem(FARMER, amount, Bps::ONE, at(block)).expect("a withdrawal")
    });
}

#[divan::bench(args = [1, 5])]
fn claimable(bencher: Bencher<'_, '_>, pools: usize) {
    let chef = chef(pools);
    bencher.bench_local(|| black_box(&chef).claimable(FARMER, black_box(at(1_000))).expect("an amount"));
}

#[divan::bench(args = [1, 5])]
fn claim(bencher: Bencher<'_, '_>, pools: usize) {
    let mut chef = chef(pools);
    let mut block = 1;
    bencher.bench_local(|| {
        block += 1;
        chef.claim(FARMER, at(block)).expect("rewards")
    });
}

#[divan::bench]
fn accrue(bencher: Bencher<'_, '_>) {
    let mut chef = chef(5);
    let mut block = 1;
    bencher.bench_local(|| {
        block += 1;
        chef.accrue(at(block)).expect("nothing")
    });
}
