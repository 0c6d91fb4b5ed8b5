//! What exactness costs and saves: the same operation by the adapter and by the contract's bytecode in an EVM.

#![allow(clippy::expect_used, clippy::print_stdout, missing_docs, reason = "a benchmark")]

use divan::Bencher;
use levmine_amm::Pool;
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::{Account, Actor, Moment, Timestamp, TokenAmount};
use levmine_math::{U256, pow10};
use levmine_parity::aave_v3::AaveV3Twin;
use levmine_parity::uniswap_v2::UniswapV2Twin;
use levmine_parity::{Operation, Twin, artifact};

const START: u64 = 1_700_000_000;

/// The account of both sides.
const ALICE: Account = Account::new(0);

fn main() {
    if artifact::is_installed() {
        divan::main();
    } else {
        println!("skipped: the contracts are not installed (`cargo xtask parity` fetches them)");
    }
}

fn at(time: u64) -> Moment {
    Moment { time: Timestamp(time), block: 0 }
}

/// Does it on both sides, which must agree.
fn both(twin: &mut dyn Twin, operation: &Operation) {
    let found = twin.apply(operation).expect("a comparison");
    assert!(found.differences.is_empty() && found.refusal.is_none(), "{found:?}");
}

/// A pair with reserves, and a swap that leaves them nearly as they are.
fn pair() -> (UniswapV2Twin, Operation) {
    let mut twin = UniswapV2Twin::new(1).expect("twins");
    let reserves = [pow10(13).expect("fits"), pow10(22).expect("fits")];
    both(&mut twin, &Operation::new("add_liquidity", START).by("alice").amounts("amounts", reserves));
    let swap =
        Operation::new("swap_exact_in", START + 12).by("alice").with("sell", "USDC").with("buy", "WETH");
    let swap = swap.amount("amount", U256::from(1_000_000_u64));
    both(&mut twin, &swap);
    (twin, swap)
}

#[divan::bench(sample_size = 100)]
fn uniswap_v2_swap_by_the_adapter(bencher: Bencher) {
    let (twin, _) = pair();
    let mut pool = twin.pool().clone();
    let coins = pool.coins();
    let (sold, bought) = (TokenAmount::new(coins[0], U256::from(1_000_000_u64)), coins[1]);
    let mut time = START + 12;
    bencher.bench_local(|| {
        time += 12;
        pool.swap_exact_in(ALICE, sold, bought, U256::ZERO, at(time)).expect("a swap")
    });
}

#[divan::bench(sample_size = 100)]
fn uniswap_v2_swap_by_the_contract(bencher: Bencher) {
    let (mut twin, swap) = pair();
    let calls = twin.calls(&swap).expect("calls");
    let mut time = START + 12;
    bencher.bench_local(|| {
        time += 12;
        twin.chain().set_time(time);
        twin.chain().send(&calls).expect("an answer").expect("a swap")
    });
}

/// A pool with deposits and debts, and a supply.
fn market() -> (AaveV3Twin, Operation) {
    let mut twin = AaveV3Twin::new(1).expect("twins");
    let supply = |by: &str, asset: &str, amount: u64| {
        Operation::new("supply", START).by(by).with("asset", asset).amount("amount", U256::from(amount))
    };
    both(&mut twin, &supply("alice", "WETH", 10_000_000_000_000_000_000));
    both(&mut twin, &supply("bob", "USDC", 10_000_000_000));
    let borrow = Operation::new("borrow", START).by("alice").with("asset", "USDC");
    both(&mut twin, &borrow.amount("amount", U256::from(1_000_000_u64)));
    let supply = supply("alice", "USDC", 1_000_000);
    both(&mut twin, &supply);
    (twin, supply)
}

#[divan::bench(sample_size = 100)]
fn aave_v3_supply_by_the_adapter(bencher: Bencher) {
    let (twin, _) = market();
    let mut market = twin.market().clone();
    let usdc = market.assets().into_iter().find(|asset| asset.symbol() == "USDC").expect("listed");
    let amount = Amount::Exact(U256::from(1_000_000_u64));
    let mut time = START;
    bencher.bench_local(|| {
        time += 12;
        let ctx = Context { now: at(time), prices: twin.prices() };
        market.supply(Actor::from(ALICE), usdc, amount, &ctx).expect("a supply")
    });
}

#[divan::bench(sample_size = 100)]
fn aave_v3_supply_by_the_contract(bencher: Bencher) {
    let (mut twin, supply) = market();
    let calls = twin.calls(&supply).expect("calls");
    let mut time = START;
    bencher.bench_local(|| {
        time += 12;
        twin.chain().set_time(time);
        twin.chain().send(&calls).expect("an answer").expect("a supply")
    });
}
