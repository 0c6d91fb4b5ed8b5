//! What the operations of a vault cost.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use divan::{Bencher, black_box};
use levmine_config::parse_toml;
use levmine_market::{Account, Assets, BuildContext, Moment, Timestamp, TokenAmount};
use levmine_math::{Bps, U256};
use levmine_vault::Vault;
use levmine_yearn::ADAPTER;

const PRESETS: [&str; 5] = ["v2-2021-03", "v2-2021-09", "v2-2023-01", "v3-2024-10", "tokenized-2024-10"];
const ALICE: Account = Account::new(0);

fn main() {
    divan::main();
}

fn at(seconds: u64) -> Moment {
    Moment { time: Timestamp(1_700_000_000 + seconds), block: 18_000_000 }
}

/// A vault in which profit is locked.
fn vault(preset: &str) -> Box<dyn Vault> {
    let node = parse_toml("bench.toml", &format!("preset = {preset:?}")).expect("valid");
    let assets = Assets::standard();
    let context = BuildContext { venue: "vault", assets: &assets, now: at(0) };
    let mut vault = (ADAPTER.build)(&mut node.fields().expect("a table"), &context).expect("a vault");
    vault.accrue(at(86_400)).expect("time passes");
    vault
}

fn amounts(vault: &dyn Vault) -> (TokenAmount, TokenAmount) {
    let asset = vault.assets()[0];
    let share = vault.share(asset).expect("a share");
    let raw = U256::from(1_234_567_890_u64);
    (TokenAmount::new(asset, raw), TokenAmount::new(share, raw))
}

#[divan::bench(args = PRESETS)]
fn price_per_share(bencher: Bencher, preset: &str) {
    let vault = vault(preset);
    let (_, shares) = amounts(&*vault);
    bencher.bench_local(|| vault.value(black_box(shares), at(90_000)).expect("a value"));
}

#[divan::bench(args = PRESETS)]
fn deposit(bencher: Bencher, preset: &str) {
    let mut vault = vault(preset);
    vault.accrue(at(90_000)).expect("time passes");
    let (amount, _) = amounts(&*vault);
    bencher.bench_local(|| vault.deposit(ALICE, black_box(amount), at(90_000)).expect("a deposit").shares);
}

#[divan::bench(args = PRESETS)]
fn redeem(bencher: Bencher, preset: &str) {
    let mut vault = vault(preset);
    vault.accrue(at(90_000)).expect("time passes");
    let (_, shares) = amounts(&*vault);
    let small = TokenAmount::new(shares.asset, U256::from(1_234_u64));
    bencher.bench_local(|| vault.redeem(ALICE, black_box(small), Bps::ONE, at(90_000)).expect("paid").loss);
}

/// A step without a harvest: strategies earn.
#[divan::bench(args = PRESETS)]
fn accrue(bencher: Bencher, preset: &str) {
    let mut vault = vault(preset);
    let mut seconds = 86_400;
    bencher.bench_local(|| {
        seconds += 1;
        // A harvest would be due after a day.
        if seconds % 80_000 == 0 {
            vault = self::vault(preset);
            seconds = 86_401;
        }
        vault.accrue(at(black_box(seconds))).expect("time passes")
    });
}
