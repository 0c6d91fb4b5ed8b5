//! What the adapter promises beyond the conformance suite: the special operations too are all or nothing, conserve tokens
//! and stay on their own copy.

use levmine_aave_v2::AaveV2Market;
use levmine_config::parse_json;
use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall, Operation};
use levmine_market::{
    Account, Actor, Dump, Moment, Party, Price, PriceBook, Timestamp, TokenAmount, Transfer,
};
use levmine_math::U256;
use proptest::prelude::*;
use serde_json::json;

use crate::markets::{START, prices, small};

const SYMBOLS: [&str; 4] = ["WETH", "USDC", "WBTC", "LINK"];

/// One step: what, who, with whom, two assets, an amount, seconds that pass, the price of WETH.
#[derive(Debug, Clone)]
struct Draft {
    kind: u8,
    who: u8,
    other: u8,
    asset: u8,
    second: u8,
    amount: u128,
    seconds: u32,
    price: u64,
}

fn draft() -> impl Strategy<Value = Draft> {
    let amount = prop_oneof![0_u128..4, 1_u128..10_u128.pow(12), 1_u128..10_u128.pow(21), Just(u128::MAX)];
    let price = prop_oneof![Just(0_u64), 80_000_000_000_u64..300_000_000_000];
    (0_u8..22, 0_u8..3, 0_u8..3, 0_u8..4, 0_u8..4, amount, 0_u32..10_000_000, price).prop_map(
        |(kind, who, other, asset, second, amount, seconds, price)| Draft {
            kind,
            who,
            other,
            asset,
            second,
            amount,
            seconds,
            price,
        },
    )
}

/// Applies a step; returns the tokens that moved, or `None` where it was refused.
fn apply(market: &mut AaveV2Market, draft: &Draft, ctx: &Context<'_>) -> Option<Vec<Transfer>> {
    let asset = |at: u8| market.assets()[usize::from(at)];
    let (first, second) = (asset(draft.asset), asset(draft.second));
    let (who, other) = (Account::new(draft.who.into()), Account::new(draft.other.into()));
    let actor = Actor::from(who);
    let units = U256::from(draft.amount);
    let amount = if draft.amount == u128::MAX { Amount::All } else { Amount::Exact(units) };
    let operation = match draft.kind {
        0..=3 => Operation::Supply(actor, first, amount),
        4 => Operation::Withdraw(actor, first, amount),
        5..=7 => Operation::Borrow(actor, first, amount),
        8 => Operation::Repay(Actor { caller: who, owner: other }, first, amount),
        9 => Operation::Liquidate(LiquidationCall {
            liquidator: who,
            borrower: other,
            debt: first,
            collateral: second,
            repay: amount,
            keep_supplied: draft.seconds.is_multiple_of(2),
        }),
        10 => Operation::SetCollateral(who, first, draft.seconds.is_multiple_of(2)),
        12 => Operation::Flash(who, TokenAmount::new(first, units)),
        _ => return special(market, draft, ctx),
    };
    operation.run(market, ctx).ok().map(|done| done.transfers().to_vec())
}

fn special(market: &mut AaveV2Market, draft: &Draft, ctx: &Context<'_>) -> Option<Vec<Transfer>> {
    let symbol = SYMBOLS[usize::from(draft.asset)];
    let (amount, bps) = (draft.amount.to_string(), (draft.amount % 12_000).to_string());
    let flag = draft.seconds.is_multiple_of(2);
    let (by, to) = (draft.who.to_string(), draft.other.to_string());
    let other = || json!({ "by": by, "on_behalf_of": to, "asset": symbol, "amount": amount });
    let mode = if flag { "stable" } else { "variable" };
    let (name, arguments) = match draft.kind {
        11 => ("borrowStable", json!({ "by": by, "asset": symbol, "amount": amount })),
        13 => ("repayStable", json!({ "by": by, "asset": symbol, "amount": amount })),
        14 => ("borrowStable", other()),
        15 => ("transferAToken", json!({ "by": by, "to": to, "asset": symbol, "amount": amount })),
        16 => ("swapBorrowRateMode", json!({ "by": by, "asset": symbol, "rateMode": mode })),
        17 => ("rebalanceStableBorrowRate", json!({ "user": to, "asset": symbol })),
        18 => {
            ("approveStableBorrow", json!({ "by": by, "delegatee": to, "asset": symbol, "amount": amount }))
        }
        19 => ("setReserveFactor", json!({ "asset": symbol, "reserveFactor": bps })),
        20 => (
            "setReserveCollateral",
            json!({ "asset": symbol, "ltv": bps, "liquidationThreshold": "8000", "liquidationBonus": "10500" }),
        ),
        _ => ("setReserveFreeze", json!({ "asset": symbol, "freeze": flag })),
    };
    let node = parse_json("op.json", &arguments.to_string()).expect("valid");
    let mut fields = node.fields().expect("a table");
    let accounts = |name: &str| Account::new(name.parse().expect("a number"));
    let done = market.special(name, &mut fields, &accounts, ctx).expect("readable");
    fields.finish().expect("nothing left");
    let asset = market.assets()[usize::from(draft.asset)];
    let who = Account::new(draft.who.into());
    // A special operation does not return its transfers.
    done.ok().map(|returned| match (name, returned) {
        ("borrowStable", _) => {
            vec![Transfer::receive(who, TokenAmount::new(asset, U256::from(draft.amount)))]
        }
        ("repayStable", Dump::Text(paid)) => {
            let paid = U256::from_str_radix(&paid, 10).expect("an amount");
            vec![Transfer::pay(who, TokenAmount::new(asset, paid))]
        }
        _ => Vec::new(),
    })
}

fn book(price: u64) -> PriceBook {
    let mut book = prices();
    let weth = book.iter().map(|(asset, _)| asset).find(|asset| asset.symbol() == "WETH").expect("WETH");
    if price != 0 {
        book.set(weth, Price::from_decimals(U256::from(price), 8).expect("a price"));
    }
    book
}

fn check(drafts: &[Draft]) {
    let mut market = small();
    let mut time = START.time.0;
    for draft in drafts {
        time += u64::from(draft.seconds);
        let prices = book(draft.price);
        let ctx = Context { now: Moment { time: Timestamp(time), block: 0 }, prices: &prices };
        let (before, held) = (market.dump(), market.holdings());
        let fork = market.fork();
        match apply(&mut market, draft, &ctx) {
            None => {
                assert_eq!(market.dump(), before, "{draft:?} was refused and changed something")
            }
            Some(transfers) => {
                for (was, is) in held.iter().zip(market.holdings()) {
                    let sum = |paid_in: bool| {
                        let of_asset = transfers.iter().filter(|transfer| transfer.amount.asset == was.asset);
                        of_asset
                            .filter(|transfer| {
                                if paid_in {
                                    transfer.to == Party::Venue
                                } else {
                                    transfer.from == Party::Venue
                                }
                            })
                            .fold(U256::ZERO, |sum, transfer| sum + transfer.amount.raw)
                    };
                    assert_eq!(was.raw + sum(true), is.raw + sum(false), "{draft:?}");
                }
            }
        }
        assert_eq!(fork.dump(), before, "{draft:?} reached the copy");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn special_operations_keep_the_promises(drafts in prop::collection::vec(draft(), 1..40)) {
        check(&drafts);
    }
}
