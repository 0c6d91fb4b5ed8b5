//! How long the parts take that a simulation runs millions of times: a step without a report, a report, converting.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use divan::{Bencher, black_box};
use levmine_config::parse_toml;
use levmine_lido::Lido;
use levmine_market::{Account, Assets, BuildContext, Moment, Timestamp, TokenAmount};
use levmine_math::{U256, pow10};
use levmine_vault::Vault;

const START: Moment = Moment { time: Timestamp(1_688_212_800), block: 17_600_000 };

fn main() {
    divan::main();
}

fn whole(symbol: &str, tokens: u64) -> TokenAmount {
    let asset = Assets::standard().get(symbol).expect("known");
    TokenAmount::new(asset, U256::from(tokens) * pow10(18).expect("a unit"))
}

/// The preset, with stakes of `others`.
fn lido(others: u32) -> Lido {
    let node = parse_toml("venue.toml", "preset = \"ethereum\"").expect("valid");
    let assets = Assets::standard();
    let ctx = BuildContext { venue: "lido", assets: &assets, now: START };
    let mut lido = Lido::decode(&mut node.fields().expect("a table"), &ctx).expect("a vault");
    for number in 0..others {
        lido.deposit(Account::new(number), whole("WETH", 10), START).expect("staked");
    }
    lido
}

/// A step in which no report is due.
#[divan::bench(args = [0, 1_000])]
fn accrue(bencher: Bencher, others: u32) {
    let mut lido = lido(others);
    bencher.bench_local(|| lido.accrue(black_box(START)).expect("nothing to fail"));
}

/// A step with a report.
#[divan::bench(args = [0, 1_000])]
fn report(bencher: Bencher, others: u32) {
    let mut lido = lido(others);
    let mut now = START;
    bencher.bench_local(|| {
        now.time = now.time.plus(86_400);
        lido.accrue(black_box(now)).expect("nothing to fail")
    });
}

/// What wstETH is worth.
#[divan::bench]
fn value(bencher: Bencher) {
    let (lido, one) = (lido(0), whole("wstETH", 1));
    bencher.bench_local(|| lido.value(black_box(one), START).expect("worth"));
}

/// A balance among many.
#[divan::bench(args = [1, 1_000])]
fn balance(bencher: Bencher, others: u32) {
    let lido = lido(others);
    bencher.bench_local(|| lido.balance(black_box(Account::new(0))));
}

/// Wrapping and unwrapping.
#[divan::bench]
fn wrap(bencher: Bencher) {
    let mut lido = lido(1);
    let one = whole("stETH", 1);
    bencher.bench_local(|| {
        let wrapped = lido.deposit(Account::new(0), black_box(one), START).expect("wrapped").shares;
        let share = TokenAmount::new(lido.share(one.asset).expect("wstETH"), wrapped);
        lido.redeem(Account::new(0), share, levmine_math::Bps::ONE, START).expect("unwrapped")
    });
}
