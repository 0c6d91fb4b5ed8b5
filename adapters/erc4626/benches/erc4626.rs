//! What the operations of a vault cost.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use divan::{Bencher, black_box};
use levmine_config::parse_toml;
use levmine_erc4626::ADAPTER;
use levmine_market::{Account, Assets, BuildContext, Moment, Timestamp, TokenAmount};
use levmine_math::{Bps, U256};
use levmine_vault::Vault;

fn main() {
    divan::main();
}

const WHO: Account = Account::new(0);

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(1_700_000_000 + seconds), block: 18_000_000 }
}

fn sdai() -> Box<dyn Vault> {
    let node = parse_toml("bench.toml", "preset = \"sdai\"").expect("valid");
    let assets = Assets::standard();
    let context = BuildContext { venue: "vault", assets: &assets, now: at(0) };
    (ADAPTER.build)(&mut node.fields().expect("a table"), &context).expect("a vault")
}

fn amounts(vault: &dyn Vault) -> (TokenAmount, TokenAmount) {
    let asset = vault.assets()[0];
    let raw = U256::from(1_234_567_890_123_456_789_012_u128);
    (TokenAmount::new(asset, raw), TokenAmount::new(vault.share(asset).expect("a share"), raw))
}

#[divan::bench]
fn accrual(bencher: Bencher<'_, '_>) {
    let mut vault = sdai();
    let mut seconds = 0;
    bencher.bench_local(move || {
        seconds += 12;
        black_box(vault.accrue(at(seconds)))
    });
}

#[divan::bench]
fn value(bencher: Bencher<'_, '_>) {
    let vault = sdai();
    let (_, shares) = amounts(&*vault);
    bencher.bench_local(|| black_box(&vault).value(black_box(shares), at(12)));
}

#[divan::bench]
fn deposit_and_redeem(bencher: Bencher<'_, '_>) {
    let mut vault = sdai();
    let (amount, _) = amounts(&*vault);
    let share = vault.share(amount.asset).expect("a share");
    bencher.bench_local(move || {
        let shares = vault.deposit(WHO, black_box(amount), at(0)).expect("done").shares;
        vault.redeem(WHO, TokenAmount::new(share, shares), Bps::ONE, at(0)).expect("done")
    });
}
