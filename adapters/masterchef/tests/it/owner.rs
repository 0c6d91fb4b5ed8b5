//! What only the owner and the developers may do.

use levmine_market::Account;
use levmine_math::U256;
use levmine_vault::Vault;
use serde_json::json;

use crate::chefs::{ALICE, asset, at, farm, lp, special, u};

#[test]
fn strangers_may_not() {
    let mut chef = farm();
    let before = chef.dump();
    for (name, arguments) in [
        ("add", json!({ "lpToken": "pool-LP", "allocPoint": "1" })),
        ("set", json!({ "pid": "0", "allocPoint": "1" })),
        ("setSushiPerBlock", json!({ "sushiPerBlock": "1" })),
        ("transferOwnership", json!({ "newOwner": "alice" })),
        ("renounceOwnership", json!({})),
    ] {
        let mut arguments = arguments;
        arguments["by"] = json!("alice");
        let refused = special(&mut chef, name, &arguments, at(0));
        assert_eq!(refused, Err("Ownable: caller is not the owner".into()), "{name}");
    }
    let refused = special(&mut chef, "dev", &json!({ "by": "gov", "devaddr": "gov" }), at(0));
    assert_eq!(refused, Err("dev: wut?".into()));
    assert_eq!(chef.dump(), before);
}

#[test]
fn points_move_rewards_from_now_on_only_after_an_update() {
    let mut updated = farm();
    let mut forgotten = farm();
    for chef in [&mut updated, &mut forgotten] {
        chef.deposit(ALICE, lp(1_000_000_000_000_000_000), at(0)).expect("a deposit");
    }
    let before = updated.pending(0, ALICE, at(100)).expect("a reward");
    let set = |with: bool| json!({ "by": "gov", "pid": "0", "allocPoint": "6000", "withUpdate": with });
    special(&mut updated, "set", &set(true), at(100)).expect("done");
    special(&mut forgotten, "set", &set(false), at(100)).expect("done");
    assert_eq!(updated.chef().total_alloc(), U256::from(63_000));
    assert_eq!(updated.pending(0, ALICE, at(100)), Ok(before));
    // Without the update the last hundred blocks are shared by the new points: 6000/63000 instead of 3000/60000.
    let after = forgotten.pending(0, ALICE, at(100)).expect("a reward");
    assert_eq!(after, u("952380000000000"));
    assert_eq!(before, u("499999500000000"));
}

#[test]
fn a_second_pool_of_an_asset_has_its_own_books() {
    let mut chef = farm();
    let add = json!({ "by": "gov", "lpToken": "pool-LP", "allocPoint": "60000", "withUpdate": true });
    special(&mut chef, "add", &add, at(10)).expect("done");
    let deposit = json!({ "by": "alice", "pid": "2", "amount": "1000" });
    let done = special(&mut chef, "callDeposit", &deposit, at(10));
    assert_eq!(done, Ok(json!({ "amount": "1000", "reward": "0" })));
    // The trait speaks of the first pool; rewards are those of all.
    assert_eq!(chef.staked(ALICE, asset("pool-LP"), at(10)), U256::ZERO);
    assert_eq!(chef.chef().user(2, ALICE).amount, U256::from(1_000));
    // Both pools see the balance of both: each shares its rewards with the other's stakes.
    let held = chef.chef().balance(asset("pool-LP"));
    assert_eq!(held, u("1000000000000000000001000"));
    // Half of 100 SUSHI a block for a million and a bit, times a thousand: 0.05 base units in a block.
    assert_eq!(chef.pending(2, ALICE, at(10 + 1_000)), Ok(U256::from(49)));
    let withdraw = json!({ "by": "alice", "pid": "2", "amount": "1000" });
    let done = special(&mut chef, "callWithdraw", &withdraw, at(1_010));
    assert_eq!(done, Ok(json!({ "amount": "1000", "reward": "49" })));
}

#[test]
fn a_new_asset_needs_its_decimals() {
    let mut chef = farm();
    let add = json!({ "by": "gov", "lpToken": "new-LP", "decimals": "6", "allocPoint": "5" });
    special(&mut chef, "add", &add, at(0)).expect("done");
    let added = chef.assets().last().copied().expect("an asset");
    assert_eq!((added.symbol(), added.decimals()), ("new-LP", 6));
    assert_eq!(chef.chef().total_alloc(), U256::from(60_005));
}

#[test]
fn without_developers_nothing_can_be_minted() {
    let mut chef = farm();
    let dev = json!({ "by": "dev", "devaddr": "zero address" });
    special(&mut chef, "dev", &dev, at(0)).expect("done");
    assert_eq!(chef.chef().dev(), None);
    let refused = chef.deposit(ALICE, lp(1), at(1)).expect_err("refused");
    assert_eq!(refused.code(), Some("ERC20: mint to the zero address"));
    // In the same block nothing is to be minted.
    chef.deposit(ALICE, lp(1), at(0)).expect("a deposit");
    let refused = special(&mut chef, "dev", &dev, at(2));
    assert_eq!(refused, Err("dev: wut?".into()));
}

#[test]
fn ownership_goes_on_and_ends() {
    let mut chef = farm();
    let give = |to: &str| json!({ "by": "gov", "newOwner": to });
    let refused = special(&mut chef, "transferOwnership", &give("zero address"), at(0));
    assert_eq!(refused, Err("Ownable: new owner is the zero address".into()));
    special(&mut chef, "transferOwnership", &give("alice"), at(0)).expect("done");
    assert_eq!(chef.chef().owner(), Some(ALICE));
    special(&mut chef, "renounceOwnership", &json!({ "by": "alice" }), at(0)).expect("done");
    assert_eq!(chef.chef().owner(), None::<Account>);
    let refused = special(&mut chef, "renounceOwnership", &json!({ "by": "alice" }), at(0));
    assert_eq!(refused, Err("Ownable: caller is not the owner".into()));
}
