//! What the adapter promises beyond the conformance suite: the special operations too are all or nothing, and stay on
//! their own copy; a whole liquidation takes as much as the contract allows, and no unit more.

use levmine_compound_v2::CompoundV2Market;
use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall, Operation};
use levmine_market::{Account, Actor, Moment, PriceBook, Timestamp};
use levmine_math::U256;
use proptest::prelude::*;
use serde_json::json;

use crate::markets::{START, asset, price, prices, small, special, u};

const SYMBOLS: [&str; 4] = ["WETH", "USDC", "WBTC", "DAI"];

/// One step: what, who, with whom, two assets, an amount, blocks that pass, the price of ether in cents.
#[derive(Debug, Clone)]
struct Draft {
    kind: u8,
    who: u8,
    other: u8,
    asset: u8,
    second: u8,
    amount: u128,
    blocks: u32,
    cents: u64,
}

fn draft() -> impl Strategy<Value = Draft> {
    let amount = prop_oneof![0_u128..4, 1_u128..10_u128.pow(12), 1_u128..10_u128.pow(21), Just(u128::MAX)];
    let cents = prop_oneof![Just(0_u64), 80_000_u64..300_000];
    (0_u8..24, 0_u8..3, 0_u8..3, 0_u8..4, 0_u8..4, amount, 0_u32..1_000_000, cents).prop_map(
        |(kind, who, other, asset, second, amount, blocks, cents)| Draft {
            kind,
            who,
            other,
            asset,
            second,
            amount,
            blocks,
            cents,
        },
    )
}

/// Applies a step; whether it was done.
fn apply(market: &mut CompoundV2Market, draft: &Draft, ctx: &Context<'_>) -> bool {
    let asset = |at: u8| market.assets()[usize::from(at)];
    let (first, second) = (asset(draft.asset), asset(draft.second));
    let (who, other) = (Account::new(draft.who.into()), Account::new(draft.other.into()));
    let amount =
        if draft.amount == u128::MAX { Amount::All } else { Amount::Exact(U256::from(draft.amount)) };
    let operation = match draft.kind {
        0..=3 => Operation::Supply(who.into(), first, amount),
        4 => Operation::Withdraw(who.into(), first, amount),
        5..=7 => Operation::Borrow(who.into(), first, amount),
        8 => Operation::Repay(Actor { caller: who, owner: other }, first, amount),
        9 => Operation::Liquidate(LiquidationCall {
            liquidator: who,
            borrower: other,
            debt: first,
            collateral: second,
            repay: amount,
            keep_supplied: draft.blocks.is_multiple_of(2),
        }),
        10 => Operation::SetCollateral(who, first, !draft.blocks.is_multiple_of(3)),
        11 => Operation::Claim(who),
        _ => return by_name(market, draft, ctx),
    };
    operation.run(market, ctx).is_ok()
}

fn by_name(market: &mut CompoundV2Market, draft: &Draft, ctx: &Context<'_>) -> bool {
    let symbol = SYMBOLS[usize::from(draft.asset)];
    let (amount, share) = (draft.amount.to_string(), (draft.amount % 1_200_000_000_000_000_000).to_string());
    let flag = draft.blocks.is_multiple_of(2);
    let (by, to) = (draft.who.to_string(), draft.other.to_string());
    let (name, arguments) = match draft.kind {
        12 => ("redeem", json!({ "by": by, "asset": symbol, "tokens": amount })),
        13 => ("transfer", json!({ "by": by, "to": to, "asset": symbol, "tokens": amount })),
        14 => ("accrueInterest", json!({ "asset": symbol })),
        15 => ("_addReserves", json!({ "asset": symbol, "amount": amount })),
        16 => ("_reduceReserves", json!({ "asset": symbol, "amount": amount })),
        17 => ("_setReserveFactor", json!({ "asset": symbol, "newReserveFactorMantissa": share })),
        18 => ("_setCollateralFactor", json!({ "asset": symbol, "newCollateralFactorMantissa": share })),
        19 => ("_setCompSpeeds", json!({ "asset": symbol, "supplySpeed": amount, "borrowSpeed": share })),
        20 => ("_setSeizePaused", json!({ "state": flag })),
        21 => ("_setTransferPaused", json!({ "state": flag })),
        22 => ("donate", json!({ "asset": symbol, "amount": amount })),
        _ => ("_grantComp", json!({ "amount": amount })),
    };
    special(market, name, &arguments, ctx).is_ok()
}

fn book(cents: u64) -> PriceBook {
    let mut book = prices();
    let weth = book.iter().map(|(asset, _)| asset).find(|asset| asset.symbol() == "WETH").expect("WETH");
    if cents != 0 {
        book.set(weth, price(cents));
    }
    book
}

fn check(version: &str, drafts: &[Draft]) {
    let mut market = small(version);
    let mut block = START.block;
    for draft in drafts {
        block += u64::from(draft.blocks);
        let prices = book(draft.cents);
        let now = Moment { time: Timestamp(START.time.0 + (block - START.block) * 12), block };
        let ctx = Context { now, prices: &prices };
        let before = market.dump();
        let fork = market.fork();
        if !apply(&mut market, draft, &ctx) {
            assert_eq!(market.dump(), before, "{version}: {draft:?} was refused and changed something");
        }
        assert_eq!(fork.dump(), before, "{version}: {draft:?} changed a copy");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn special_operations_are_all_or_nothing(
        drafts in prop::collection::vec(draft(), 1..40),
        custom in any::<bool>(),
    ) {
        check(if custom { "custom-errors" } else { "error-codes" }, &drafts);
    }
}

/// Ether against dollars, at prices around the border and far below it.
#[test]
fn a_whole_liquidation_is_the_largest_that_is_allowed() {
    let (owner, liquidator) = (Account::new(1), Account::new(2));
    for cents in [140_000, 120_000, 60_000, 10_000, 500] {
        let mut market = small("error-codes");
        let (weth, usdc) = (asset(&market, "WETH"), asset(&market, "USDC"));
        let calm = book(0);
        let ctx = Context { now: START, prices: &calm };
        market.supply(owner.into(), weth, Amount::Exact(u(10_u128.pow(19))), &ctx).expect("supplied");
        market.set_collateral(owner, weth, true, &ctx).expect("entered");
        market.borrow(owner.into(), usdc, Amount::Exact(u(12_500_000_000)), &ctx).expect("borrowed");
        let crash = book(cents);
        let ctx = Context { now: START, prices: &crash };
        let call = |repay| LiquidationCall {
            liquidator,
            borrower: owner,
            debt: usdc,
            collateral: weth,
            repay,
            keep_supplied: true,
        };
        let all = market.clone().liquidate(&call(Amount::All), &ctx).expect("liquidated");
        let repaid = all.repaid.first().expect("a debt").raw;
        assert!(!repaid.is_zero());
        let same = market.clone().liquidate(&call(Amount::Exact(repaid)), &ctx).expect("liquidated");
        assert_eq!(all, same);
        let more = market.liquidate(&call(Amount::Exact(repaid + U256::ONE)), &ctx);
        let code = more.expect_err("a unit more").code();
        let by_rule = cents >= 120_000;
        let expected = if by_rule {
            "LIQUIDATE_COMPTROLLER_REJECTION(TOO_MUCH_REPAY)"
        } else {
            "LIQUIDATE_SEIZE_TOO_MUCH"
        };
        assert_eq!(code, Some(expected), "at {cents} cents");
    }
}
