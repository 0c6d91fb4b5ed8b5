//! The numbers that the contracts refuse with. Those that random operations reach are compared with the contracts in the
//! parity package; here stand their names.

use std::collections::BTreeMap;

use levmine_aave_v2::{AaveV2Error, SafeMath};
use levmine_lending::{Amount, Context, LendingMarket};
use levmine_market::Actor;
use levmine_math::U256;
use serde_json::json;

use crate::markets::{ALICE, BOB, START, asset, prices, small, special};

#[test]
fn a_number_has_one_name() {
    let asset = small().assets()[0];
    let (zero, account) = (U256::ZERO, ALICE);
    let all = [
        AaveV2Error::InvalidAmount,
        AaveV2Error::NoActiveReserve { asset },
        AaveV2Error::ReserveFrozen { asset },
        AaveV2Error::NotEnoughAvailableUserBalance { needed: zero, available: zero },
        AaveV2Error::TransferNotAllowed,
        AaveV2Error::BorrowingNotEnabled { asset },
        AaveV2Error::CollateralBalanceIsZero,
        AaveV2Error::StableBorrowingNotEnabled { asset },
        AaveV2Error::NoExplicitAmountToRepayOnBehalf,
        AaveV2Error::DepositAlreadyInUse { asset },
        AaveV2Error::LiquidationCallFailed(Box::new(AaveV2Error::InvalidBurnAmount)),
        AaveV2Error::InvalidMintAmount,
        AaveV2Error::InvalidBurnAmount,
        AaveV2Error::BorrowAllowanceNotEnough { owner: account, available: zero, needed: zero },
        AaveV2Error::PoolPaused,
        AaveV2Error::DivisionByZero,
        AaveV2Error::SafeMath { operation: SafeMath::Addition, a: zero, b: zero },
    ];
    let mut names = BTreeMap::new();
    for error in &all {
        assert!(names.insert(error.code(), error.name()).is_none(), "{error:?}");
    }
    for (number, name) in [
        ("1", "VL_INVALID_AMOUNT"),
        ("5", "VL_NOT_ENOUGH_AVAILABLE_USER_BALANCE"),
        ("6", "VL_TRANSFER_NOT_ALLOWED"),
        ("23", "LP_LIQUIDATION_CALL_FAILED"),
        ("59", "BORROW_ALLOWANCE_NOT_ENOUGH"),
        ("SafeMath: addition overflow", "SafeMath: addition overflow"),
    ] {
        assert_eq!(names.get(number), Some(&name));
    }
}

#[test]
fn a_paused_pool_refuses_everything() {
    let (mut market, prices) = (small(), prices());
    let ctx = Context { now: START, prices: &prices };
    let weth = asset(&market, "WETH");
    market.supply(Actor::from(ALICE), weth, Amount::Exact(U256::from(1_000_000)), &ctx).expect("supplied");
    special(&mut market, "setPoolPause", &json!({ "paused": true }), &ctx).expect("paused");
    let before = market.dump();
    let some = || Amount::Exact(U256::from(1_000));
    let actor = Actor::from(ALICE);
    let codes = [
        market.supply(actor, weth, some(), &ctx).err(),
        market.withdraw(actor, weth, some(), &ctx).err(),
        market.borrow(actor, weth, some(), &ctx).err(),
        market.repay(actor, weth, some(), &ctx).err(),
        market.set_collateral(ALICE, weth, false, &ctx).err(),
    ];
    for error in codes {
        assert_eq!(error.and_then(|error| error.code()), Some("64"));
    }
    assert_eq!(market.dump(), before);
    special(&mut market, "setPoolPause", &json!({ "paused": false }), &ctx).expect("open again");
    market.withdraw(actor, weth, some(), &ctx).expect("withdrawn");
    let other = market.withdraw(Actor { caller: BOB, owner: ALICE }, weth, some(), &ctx);
    assert!(other.is_err(), "nobody withdraws for somebody else");
}

#[test]
fn a_reserve_in_use_stays_open_and_stays_collateral() {
    let (mut market, prices) = (small(), prices());
    let ctx = Context { now: START, prices: &prices };
    let close = json!({ "asset": "WBTC", "active": false });
    let done = special(&mut market, "setReserveActive", &close, &ctx);
    assert_eq!(done.err().and_then(|error| error.code()), Some("34"));
    for (ltv, threshold, bonus, code) in
        [(0, 0, 0, "34"), (0, 0, 10_500, "75"), (8_001, 8_000, 10_500, "75"), (0, 9_600, 10_500, "75")]
    {
        let set = json!({ "asset": "WBTC", "ltv": ltv, "liquidationThreshold": threshold, "liquidationBonus": bonus });
        let done = special(&mut market, "setReserveCollateral", &set, &ctx);
        assert_eq!(done.err().and_then(|error| error.code()), Some(code), "{ltv} {threshold} {bonus}");
    }
}
