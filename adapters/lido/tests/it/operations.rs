//! What the contracts refuse, and in which words.

use levmine_lido::{Holder, State};
use levmine_market::Account;
use levmine_math::U256;
use levmine_vault::{Refusal, Vault, VaultError};
use serde_json::json;

use crate::state::{START, amount, later, read, special};

const ALICE: Account = Account::new(0);

fn venue() -> levmine_lido::Lido {
    read(&json!({ "pooled_ether": "1000000", "rate": "1.1" })).expect("a venue")
}

fn refused(error: &VaultError) -> (&'static str, Refusal) {
    (error.code().expect("a reason"), error.refusal().expect("a kind"))
}

#[test]
fn the_stake_limit_grows_block_by_block() {
    let mut lido = venue();
    let limit =
        json!({ "maxStakeLimit": "1000000000000000000000", "increasePerBlock": "10000000000000000000" });
    special(&mut lido, "setStakingLimit", &limit, START).expect("set");
    lido.deposit(ALICE, amount("WETH", 1_000_000), START).expect("all of it");
    let error = lido.deposit(ALICE, amount("WETH", 1), START).expect_err("nothing is left");
    assert_eq!(refused(&error), ("STAKE_LIMIT", Refusal::LimitReached));
    let mut next = START;
    next.block += 3;
    assert_eq!(lido.max_deposit(amount("WETH", 0).asset, next).expect("a limit"), amount("WETH", 30_000).raw);
    lido.deposit(ALICE, amount("WETH", 30_000), next).expect("what grew back");
    assert_eq!(
        lido.max_deposit(amount("WETH", 0).asset, later(30)).expect("a limit"),
        amount("WETH", 1_000_000).raw
    );
    special(&mut lido, "removeStakingLimit", &json!({}), next).expect("removed");
    assert_eq!(lido.max_deposit(amount("WETH", 0).asset, next).expect("none"), U256::MAX);
    for (max, increase, code) in [
        ("0", "0", "ZERO_MAX_STAKE_LIMIT"),
        ("79228162514264337593543950336", "1", "TOO_LARGE_MAX_STAKE_LIMIT"),
        ("1", "2", "TOO_LARGE_LIMIT_INCREASE"),
        ("4294967296", "1", "TOO_SMALL_LIMIT_INCREASE"),
    ] {
        let limit = json!({ "maxStakeLimit": max, "increasePerBlock": increase });
        assert_eq!(special(&mut lido, "setStakingLimit", &limit, next), Err(code.into()));
    }
}

#[test]
fn doors_close_one_by_one() {
    let mut lido = venue();
    lido.deposit(ALICE, amount("WETH", 10_000), START).expect("staked");
    let act = |lido: &mut levmine_lido::Lido, name: &str| {
        special(lido, name, &json!({}), START).expect("done");
    };
    act(&mut lido, "pauseStaking");
    let error = lido.deposit(ALICE, amount("WETH", 1), START).expect_err("paused");
    assert_eq!(refused(&error), ("STAKING_PAUSED", Refusal::Closed));
    lido.deposit(ALICE, amount("stETH", 1_000), START).expect("wrapping goes on");
    act(&mut lido, "pauseQueue");
    let error = lido.request_redeem(ALICE, amount("stETH", 1), START).expect_err("paused");
    assert_eq!(refused(&error), ("ResumedExpected", Refusal::Closed));
    act(&mut lido, "resumeQueue");
    act(&mut lido, "stop");
    for error in [
        lido.deposit(ALICE, amount("stETH", 1), START).err(),
        lido.redeem(ALICE, amount("wstETH", 1), levmine_math::Bps::ONE, START).err(),
        lido.request_redeem(ALICE, amount("stETH", 1), START).err(),
        lido.transfer(ALICE, Account::new(1), U256::from(10), START).err(),
    ] {
        assert_eq!(refused(&error.expect("stopped")), ("CONTRACT_IS_STOPPED", Refusal::Closed));
    }
    act(&mut lido, "resume");
    lido.deposit(ALICE, amount("WETH", 1), START).expect("resumed");
    special(&mut lido, "setBunkerMode", &json!({ "active": true }), START).expect("set");
    let funded = special(&mut lido, "fundValidators", &json!({ "maxDeposits": "1" }), START);
    assert_eq!(funded, Err("CAN_NOT_DEPOSIT".into()));
}

#[test]
fn staked_ether_is_not_redeemed_at_once() {
    let mut lido = venue();
    lido.deposit(ALICE, amount("WETH", 10_000), START).expect("staked");
    let redeemed = lido.redeem(ALICE, amount("stETH", 1), levmine_math::Bps::ONE, START);
    assert!(matches!(redeemed, Err(VaultError::Unsupported { .. })));
    let nothing = lido.redeem(ALICE, amount("wstETH", 0), levmine_math::Bps::ONE, START).expect_err("zero");
    assert_eq!(refused(&nothing).0, "wstETH: zero amount unwrap not allowed");
    let wrapped = lido.deposit(ALICE, amount("stETH", 0), START).expect_err("zero");
    assert_eq!(refused(&wrapped).0, "wstETH: can't wrap zero stETH");
    let much = lido.deposit(ALICE, amount("stETH", 20_000), START).expect_err("not so much");
    assert_eq!(refused(&much), ("BALANCE_EXCEEDED", Refusal::InsufficientBalance));
}

#[test]
fn requests_have_bounds() {
    let mut lido = venue();
    lido.deposit(ALICE, amount("WETH", 2_000_000), START).expect("staked");
    let ask = |lido: &mut levmine_lido::Lido, raw: U256| {
        let mut amount = amount("stETH", 0);
        amount.raw = raw;
        lido.request_redeem(ALICE, amount, START).map(|done| done.id.0)
    };
    let thousand = amount("stETH", 1_000_000).raw;
    assert_eq!(refused(&ask(&mut lido, U256::from(99)).expect_err("small")).0, "RequestAmountTooSmall");
    assert_eq!(ask(&mut lido, U256::from(100)).expect("the least"), 1);
    assert_eq!(refused(&ask(&mut lido, thousand + U256::ONE).expect_err("large")).0, "RequestAmountTooLarge");
    assert_eq!(ask(&mut lido, thousand).expect("the most"), 2);
    let error = lido.claim_request(ALICE, levmine_vault::RequestId(3), START).expect_err("none");
    assert_eq!(refused(&error).0, "InvalidRequestId");
}

/// (external + x) ÷ (total + x) stays within the ratio.
#[test]
fn external_shares_are_bounded_and_change_no_rate() {
    let mut state = State::begun_with(amount("WETH", 1_000_000).raw, 1);
    state.set_max_external_ratio(U256::from(3_000)).expect("set");
    let most = state.max_mintable_external_shares().expect("a limit");
    assert_eq!(most, amount("WETH", 1_000_000).raw * U256::from(3) / U256::from(7));
    let before = state.rate().expect("a rate");
    let error = state.mint_external(Holder::VaultHub, most + U256::ONE, 1).expect_err("more");
    assert_eq!(error.code(), "EXTERNAL_BALANCE_LIMIT_EXCEEDED");
    state.mint_external(Holder::VaultHub, most, 1).expect("minted");
    assert_eq!(state.rate().expect("a rate"), before);
    assert_eq!(state.total_pooled_ether().expect("a sum"), before.ether + most);
    let error = state.rebalance_external(U256::from(7), U256::from(8)).expect_err("too much");
    assert_eq!(error.code(), "VALUE_SHARES_MISMATCH");
    state.rebalance_external(U256::from(7), U256::from(7)).expect("even");
    assert_eq!(state.burn_external(most, 1).expect_err("fewer").code(), "EXT_SHARES_TOO_SMALL");
    state.burn_external(most - U256::from(7), 1).expect("burned");
    assert_eq!(
        state.set_max_external_ratio(U256::from(10_001)).expect_err("above one").code(),
        "INVALID_MAX_EXTERNAL_RATIO"
    );
}

#[test]
fn a_transfer_arrives_short() {
    // 1.1 stETH a share: shares are floored, and their stETH again.
    let mut state = State::begun_with(U256::from(10_000), 1);
    state.cl_balance = U256::from(1_000);
    let alice = Holder::Account(ALICE);
    state.transfer(Holder::Outside, alice, U256::from(100)).expect("moved");
    assert_eq!(state.ledger.shares(alice), U256::from(90));
    assert_eq!(state.balance(alice).expect("a balance"), U256::from(99));
    // A wei is no share: nothing moves, and the contract does not mind.
    state.transfer(Holder::Account(Account::new(9)), alice, U256::ONE).expect("nothing moved");
    assert_eq!(state.ledger.shares(alice), U256::from(90));
}
