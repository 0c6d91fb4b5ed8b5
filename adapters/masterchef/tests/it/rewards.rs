//! Who gets what, and when not.

use levmine_market::{Account, TokenAmount};
use levmine_masterchef::OTHERS;
use levmine_math::{Bps, U256};
use levmine_vault::{Refusal, Vault};
use serde_json::json;

use crate::chefs::{ALICE, BOB, asset, at, claimable, decode, decode_json, farm, fork, lp, special, units};

const DAY: u64 = 7_200;

#[test]
fn a_claim_is_a_deposit_of_nothing_in_every_pool() {
    let mut one = farm();
    let mut other = farm();
    for chef in [&mut one, &mut other] {
        for symbol in ["pool-LP", "other-LP"] {
            chef.deposit(ALICE, TokenAmount::new(asset(symbol), units("10")), at(1)).expect("a deposit");
        }
    }
    // A twentieth of 100 SUSHI a block; a hundred-thousandth of the first pool, half of the second.
    let due = claimable(&one, ALICE, at(1 + DAY));
    assert!(due > units("18_000") && due < units("18_001"), "{due}");
    let claimed = one.claim(ALICE, at(1 + DAY)).expect("rewards");
    assert_eq!(claimed.received[0].raw, due);
    let mut paid = U256::ZERO;
    for symbol in ["pool-LP", "other-LP"] {
        let nothing = TokenAmount::zero(asset(symbol));
        let done = other.deposit(ALICE, nothing, at(1 + DAY)).expect("a deposit");
        let to_her = levmine_market::Party::Account(ALICE);
        paid += done.transfers.iter().find(|it| it.to == to_her).expect("a reward").amount.raw;
    }
    assert_eq!(paid, due);
    assert_eq!(one.dump(), other.dump());
    assert_eq!(claimable(&one, ALICE, at(1 + DAY)), U256::ZERO);
}

#[test]
fn without_a_stake_nothing_is_claimed_and_nothing_changes() {
    let mut chef = farm();
    let before = chef.dump();
    assert_eq!(claimable(&chef, BOB, at(0)), U256::ZERO);
    let claimed = chef.claim(BOB, at(0)).expect("nothing");
    assert!(claimed.received[0].is_zero() && claimed.transfers.is_empty());
    assert_eq!(chef.dump(), before);
}

#[test]
fn an_emergency_leaves_the_rewards() {
    let mut chef = farm();
    chef.deposit(ALICE, lp(1_000), at(1)).expect("a deposit");
    let held = chef.chef().balance(asset("pool-LP"));
    let arguments = json!({ "by": "alice", "pid": "0" });
    let done = special(&mut chef, "emergencyWithdraw", &arguments, at(DAY));
    assert_eq!(done, Ok(json!({ "amount": "1000" })));
    assert_eq!(held - chef.chef().balance(asset("pool-LP")), U256::from(1_000));
    assert_eq!(claimable(&chef, ALICE, at(2 * DAY)), U256::ZERO);
    assert_eq!(chef.chef().user(0, ALICE), levmine_masterchef::User::default());
    // The pool was not updated by it.
    assert_eq!(chef.chef().pools()[0].last_reward_block, U256::from(at(1).block));
}

#[test]
fn a_short_chef_pays_what_it_has() {
    let mut chef = decode_json(&json!({ "state": {
        "sushiPerBlock": "0",
        "poolInfo": [{ "lpToken": "pool-LP", "allocPoint": "7", "accSushiPerShare": "5000000000000" }],
        "users": { "alice": { "0": { "amount": "10" } } },
        "balances": { "SUSHI": "30" },
    } }))
    .expect("a chef");
    // The view does not look at what is there; what can be claimed does.
    assert_eq!(chef.pending(0, ALICE, at(1)), Ok(U256::from(50)));
    assert_eq!(claimable(&chef, ALICE, at(1)), U256::from(30));
    let pending = special(&mut chef, "pendingSushi", &json!({ "pid": "0", "user": "alice" }), at(1));
    assert_eq!(pending, Ok(json!({ "pending": "50" })));
    chef.redeem(ALICE, lp(10), Bps::ONE, at(1)).expect("a withdrawal");
    assert_eq!(chef.chef().till().held, U256::ZERO);
    // What was not there is gone.
    assert_eq!(chef.pending(0, ALICE, at(2)), Ok(U256::ZERO));
}

#[test]
fn donations_thin_out_a_pool() {
    let mut chef = farm();
    let stake = TokenAmount::new(asset("other-LP"), units("10"));
    chef.deposit(ALICE, stake, at(0)).expect("a deposit");
    let before = claimable(&chef, ALICE, at(100));
    let arguments = json!({ "by": "bob", "asset": "other-LP", "amount": units("20").to_string() });
    assert_eq!(special(&mut chef, "donate", &arguments, at(0)), Ok(json!({})));
    let after = claimable(&chef, ALICE, at(100));
    assert_eq!(after, before / U256::from(2));
    assert_eq!(chef.chef().balance(asset("other-LP")), units("40"));
}

/// Where the reward is staked itself, what the chef owes counts as staked: it earns, for nobody.
#[test]
fn rewards_that_wait_dilute_a_pool_of_the_reward() {
    let mut chef = fork();
    let cake = |text| TokenAmount::new(asset("CAKE"), units(text));
    chef.deposit(ALICE, cake("50_000_000"), at(0)).expect("a deposit");
    // Three times 40 CAKE a block, of which four fifths go to this pool.
    let first = claimable(&chef, ALICE, at(10));
    assert_eq!(first, units("480"));
    special(&mut chef, "updatePool", &json!({ "pid": "0" }), at(10)).expect("an update");
    let second = claimable(&chef, ALICE, at(20)) - first;
    assert!(second < units("480") && second > units("479.99"), "{second}");
    // Nobody can have more of it than exists outside: 150 million, 100 of them staked, and the developers' part.
    let left = chef.chef().till().supply - chef.chef().till().held;
    assert_eq!(left, units("50_000_000") + units("960") / U256::from(11));
    let more = TokenAmount::new(asset("CAKE"), left + U256::ONE);
    let refused = chef.deposit(BOB, more, at(10)).expect_err("more than there is");
    assert_eq!(refused.code(), Some("ERC20: transfer amount exceeds balance"));
    assert_eq!(refused.refusal(), Some(Refusal::InsufficientBalance));
    chef.deposit(BOB, TokenAmount::new(asset("CAKE"), left), at(10)).expect("all there is");
}

#[test]
fn refusals_have_the_contracts_words_and_change_nothing() {
    let mut chef = farm();
    chef.deposit(ALICE, lp(5), at(1)).expect("a deposit");
    let before = chef.dump();
    let refused = |error: levmine_vault::VaultError| {
        (error.code().expect("a code").to_string(), error.refusal().expect("a kind"))
    };
    let more = chef.redeem(ALICE, lp(6), Bps::ONE, at(2)).map(drop).map_err(refused);
    assert_eq!(more, Err(("withdraw: not good".into(), Refusal::InsufficientBalance)));
    let huge = TokenAmount::new(asset("pool-LP"), U256::MAX);
    let more = chef.deposit(BOB, huge, at(2)).map(drop).map_err(refused);
    assert_eq!(more, Err(("ERC20: transfer amount exceeds balance".into(), Refusal::InsufficientBalance)));
    let most = TokenAmount::new(asset("pool-LP"), U256::MAX - chef.chef().balance(asset("pool-LP")));
    let more = chef.deposit(BOB, most, at(2)).map(drop).map_err(refused);
    assert_eq!(more, Err(("SafeMath: multiplication overflow".into(), Refusal::Arithmetic)));
    let more = special(&mut chef, "callDeposit", &json!({ "by": "bob", "pid": "2", "amount": "1" }), at(2));
    assert_eq!(more, Err("invalid opcode".into()));
    assert_eq!(chef.dump(), before);
}

/// Without points a pool can neither be entered nor left but in an emergency.
#[test]
fn no_points_at_all_lock_a_pool() {
    let table = "per_block = \"1\"\npools = [{ stake = \"pool-LP\", alloc = 0, others = \"0\" }]";
    let mut chef = decode(table).expect("a chef");
    chef.deposit(ALICE, lp(5), at(0)).expect("the first deposit finds nothing to share");
    for refused in [
        chef.redeem(ALICE, lp(5), Bps::ONE, at(1)).map(drop),
        chef.deposit(BOB, lp(5), at(1)).map(drop),
        chef.claim(ALICE, at(1)).map(drop),
        chef.claimable(ALICE, at(1)).map(drop),
        chef.preview_redeem(lp(5), at(1)).map(drop),
    ] {
        assert_eq!(refused.expect_err("refused").code(), Some("SafeMath: division by zero"));
    }
    let done = special(&mut chef, "emergencyWithdraw", &json!({ "by": "alice", "pid": "0" }), at(1));
    assert_eq!(done, Ok(json!({ "amount": "5" })));
}

#[test]
fn others_never_leave_by_themselves() {
    let mut chef = farm();
    chef.accrue(at(DAY)).expect("nothing happens");
    assert_eq!(chef.staked(OTHERS, asset("pool-LP"), at(DAY)), units("1_000_000"));
    assert!(chef.holdings()[0].is_zero(), "nothing was minted: {:?}", chef.holdings());
    assert_eq!(chef.staked(Account::new(9), asset("pool-LP"), at(DAY)), U256::ZERO);
    assert!(chef.assets().iter().all(|asset| chef.share(*asset).is_none()));
}
