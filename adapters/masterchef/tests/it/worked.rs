//! Numbers worked by hand.

use levmine_masterchef::{Chef, DEV, Terms};
use levmine_math::{Bps, U256};
use levmine_vault::Vault;
use serde_json::json;

use crate::chefs::{ALICE, BOB, asset, at, decode_json, lp, special, u};

/// 100 blocks of 100 SUSHI, of which 3,000 of 60,000 points get 500; 12,345.678… staked:
/// 500·10^18 · 10^12 ÷ 12345678901234567890123 = 40500000364 for a base unit, times 10^12.
#[test]
fn the_example_of_the_sheet() {
    let staked = u("12345678901234567890123");
    let mut chef = decode_json(&json!({ "state": {
        "sushiPerBlock": "100000000000000000000",
        "totalAllocPoint": "60000",
        "poolInfo": [{ "lpToken": "pool-LP", "allocPoint": "3000" }],
        "devaddr": "bob",
        "users": { "alice": {}, "bob": { "0": { "amount": staked.to_string() } } },
    } }))
    .expect("a chef");
    let hundred = lp(100_000_000_000_000_000_000);
    let done = chef.deposit(ALICE, hundred, at(100)).expect("a deposit");
    assert_eq!(done.shares, hundred.raw);
    let pool = chef.chef().pools()[0];
    assert_eq!(pool.acc_per_share, U256::from(40_500_000_364_u64));
    assert_eq!(chef.chef().user(0, ALICE).reward_debt, u("4050000036400000000"));
    // Somebody else leaves with as much in the same block: the pool stays as large.
    chef.redeem(BOB, hundred, Bps::ONE, at(100)).expect("a withdrawal");
    let later = at(150);
    let pending = chef.pending(0, ALICE, later).expect("a reward");
    assert_eq!(pending, u("2025000018200000000"));
    let claimed = chef.claim(ALICE, later).expect("a reward");
    assert_eq!(claimed.received[0].raw, pending);
    assert_eq!(chef.chef().pools()[0].acc_per_share, U256::from(60_750_000_546_u64));
    // 750 SUSHI for the pool, and a tenth on top.
    assert_eq!(chef.issued()[0].raw, u("825000000000000000000"));
}

/// What it pays is minted first: a block of 100 SUSHI for the only pool, two stakes of 3 and 1.
#[test]
fn stakes_share_a_block_by_their_size() {
    let table = json!({ "state": {
        "sushiPerBlock": "100",
        "poolInfo": [{ "lpToken": "pool-LP", "allocPoint": "7" }],
    } });
    let mut chef = decode_json(&table).expect("a chef");
    chef.deposit(ALICE, lp(3), at(0)).expect("a deposit");
    chef.deposit(BOB, lp(1), at(0)).expect("a deposit");
    // 100·10^12 ÷ 4 = 25·10^12 for each base unit.
    assert_eq!(chef.pending(0, ALICE, at(1)), Ok(U256::from(75)));
    assert_eq!(chef.pending(0, BOB, at(1)), Ok(U256::from(25)));
    let paid = chef.deposit(BOB, lp(1), at(1)).expect("a deposit");
    let minted: Vec<String> =
        paid.transfers.iter().map(|it| format!("{:?} {:?} {}", it.from, it.to, it.amount.raw)).collect();
    assert_eq!(
        minted,
        [
            format!("Issuer Account({DEV:?}) 10"),
            "Issuer Venue 100".into(),
            format!("Venue Account({BOB:?}) 25"),
            format!("Account({BOB:?}) Venue 1"),
        ]
    );
    // Two blocks: 200·10^12 ÷ 5 = 40·10^12 more; Alice has 75 + 3·40, Bob 2·40.
    assert_eq!(chef.pending(0, ALICE, at(3)), Ok(U256::from(195)));
    assert_eq!(chef.pending(0, BOB, at(3)), Ok(U256::from(80)));
}

/// Thirds are lost: 100·10^12 ÷ 3 = 33333333333333 times 3 is 99.99….
#[test]
fn fractions_stay_with_the_chef() {
    let table = json!({ "state": {
        "sushiPerBlock": "100",
        "poolInfo": [{ "lpToken": "pool-LP", "allocPoint": "7" }],
    } });
    let mut chef = decode_json(&table).expect("a chef");
    chef.deposit(ALICE, lp(3), at(0)).expect("a deposit");
    assert_eq!(chef.pending(0, ALICE, at(1)), Ok(U256::from(99)));
    chef.redeem(ALICE, lp(3), Bps::ONE, at(1)).expect("a withdrawal");
    assert_eq!(chef.chef().balance(asset("SUSHI")), U256::ONE);
    // Nobody is there: the block moves on, and its reward is never minted.
    assert_eq!(special(&mut chef, "updatePool", &json!({ "pid": "0" }), at(9)), Ok(json!({})));
    assert_eq!(chef.chef().till().supply, U256::from(110));
    assert_eq!(chef.chef().pools()[0].last_reward_block, U256::from(at(9).block));
}

/// Blocks to the end of the bonus count ten times, those after it once.
#[test]
fn the_bonus_ends_within_a_span() {
    let chef = Chef::new(Terms::sushi(asset("SUSHI")), U256::ONE, U256::ZERO, U256::from(100));
    let multiplier = |from: u64, to: u64| chef.multiplier(U256::from(from), U256::from(to));
    assert_eq!(multiplier(90, 99), Ok(U256::from(90)));
    assert_eq!(multiplier(90, 100), Ok(U256::from(100)));
    assert_eq!(multiplier(90, 101), Ok(U256::from(101)));
    assert_eq!(multiplier(99, 110), Ok(U256::from(20)));
    assert_eq!(multiplier(100, 110), Ok(U256::from(10)));
    assert_eq!(multiplier(7, 7), Ok(U256::ZERO));
}
