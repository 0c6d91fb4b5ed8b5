//! What the adapter promises beyond the conformance suite: the special operations too are all or nothing, conserve tokens
//! and stay on their own copy; what is remembered of a reserve that follows a record is what would be computed.

use levmine_aave_v3::AaveV3Market;
use levmine_config::parse_json;
use levmine_lending::{Amount, Context, LendingMarket, Link, LiquidationCall, Operation, Touch};
use levmine_market::{Account, Actor, Moment, Party, Price, PriceBook, Timestamp, Transfer};
use levmine_math::{Ray, U256};
use proptest::prelude::*;
use serde_json::json;

use crate::markets::{START, prices, small};

const SYMBOLS: [&str; 4] = ["WETH", "USDC", "WBTC", "wstETH"];

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
fn apply(market: &mut AaveV3Market, draft: &Draft, ctx: &Context<'_>) -> Option<Vec<Transfer>> {
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
        11 => Operation::SetMode(who, draft.second),
        12 => Operation::Flash(who, levmine_market::TokenAmount::new(first, units)),
        _ => return special(market, draft, ctx),
    };
    operation.run(market, ctx).ok().map(|done| done.transfers().to_vec())
}

fn special(market: &mut AaveV3Market, draft: &Draft, ctx: &Context<'_>) -> Option<Vec<Transfer>> {
    let symbol = SYMBOLS[usize::from(draft.asset)];
    let (amount, bps) = (draft.amount.to_string(), (draft.amount % 12_000).to_string());
    let flag = draft.seconds.is_multiple_of(2);
    let (by, to) = (draft.who.to_string(), draft.other.to_string());
    let (name, arguments) = match draft.kind {
        13 => ("repayWithATokens", json!({ "by": by, "asset": symbol, "amount": amount })),
        14 => ("mintToTreasury", json!({ "assets": SYMBOLS })),
        15 => ("transferAToken", json!({ "by": by, "to": to, "asset": symbol, "amount": amount })),
        16 => ("eliminateReserveDeficit", json!({ "by": by, "asset": symbol, "amount": amount })),
        17 => ("setReserveFactor", json!({ "asset": symbol, "reserveFactor": bps })),
        18 => ("setReserveFreeze", json!({ "asset": symbol, "freeze": flag })),
        19 => (
            "setReserveInterestRate",
            json!({ "asset": symbol, "optimalUsageRatio": bps, "baseVariableBorrowRate": "0",
                    "variableRateSlope1": "400", "variableRateSlope2": bps }),
        ),
        20 => (
            "setReserveCollateral",
            json!({ "asset": symbol, "ltv": bps, "liquidationThreshold": "8000", "liquidationBonus": "10500" }),
        ),
        _ => (
            "setEModeCategory",
            json!({ "categoryId": 1, "ltv": bps, "liquidationThreshold": "9300", "liquidationBonus": "10100" }),
        ),
    };
    let node = parse_json("op.json", &arguments.to_string()).expect("valid");
    let mut fields = node.fields().expect("a table");
    let accounts = |name: &str| Account::new(name.parse().expect("a number"));
    let done = market.special(name, &mut fields, &accounts, ctx).expect("readable");
    fields.finish().expect("nothing left");
    done.ok().map(|_| Vec::new())
}

fn book(price: u64) -> PriceBook {
    let mut book = prices();
    let weth = book.iter().map(|(asset, _)| asset).find(|asset| asset.symbol() == "WETH").expect("WETH");
    if price != 0 {
        book.set(weth, Price::from_decimals(U256::from(price), 8).expect("a price"));
    }
    book
}

fn check(version: &str, drafts: &[Draft]) {
    let mut market = small(version);
    let mut time = START.time.0;
    for draft in drafts {
        time += u64::from(draft.seconds);
        let prices = book(draft.price);
        let ctx = Context { now: Moment { time: Timestamp(time), block: 0 }, prices: &prices };
        let (before, held) = (market.dump(), market.holdings());
        let fork = market.fork();
        match apply(&mut market, draft, &ctx) {
            None => {
                assert_eq!(market.dump(), before, "{version}: {draft:?} was refused and changed something")
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
                    assert_eq!(was.raw + sum(true), is.raw + sum(false), "{version}: {draft:?}");
                }
            }
        }
        assert_eq!(fork.dump(), before, "{version}: {draft:?} reached the copy");
    }
}

/// Some touch at `time`.
fn touch(draft: &Draft, time: u64) -> Touch {
    let percents = |share: u128| Ray::new(share % 40 * 10_u128.pow(25));
    let index = |more: u128| Ray::new(10_u128.pow(27) + more % 10_u128.pow(25));
    let indexes = [index(draft.amount), index(draft.amount / 2 + u128::from(draft.seconds))];
    Touch {
        time: Timestamp(time),
        supply_rate: percents(draft.amount),
        borrow_rate: percents(draft.amount / 2),
        indexes: (draft.price != 0).then_some(indexes),
        link: Link::Unknown,
    }
}

/// Two markets follow one record and do the same; of one it is asked in every step what everybody has and owes, before and
/// after, so that it remembers, of the other only what is compared.
fn check_what_is_remembered(version: &str, drafts: &[Draft]) {
    let (mut asked, mut other) = (small(version), small(version));
    let assets = asked.assets();
    let mut time = START.time.0;
    for (at, draft) in drafts.iter().enumerate() {
        // Every third step in the same moment, every third soon after.
        time += [0, u64::from(draft.seconds) % 100, u64::from(draft.seconds)][at % 3];
        let prices = book(draft.price);
        let ctx = Context { now: Moment { time: Timestamp(time), block: 0 }, prices: &prices };
        let mut touched = Vec::new();
        if at == 0 {
            touched.extend_from_slice(&assets);
        } else if draft.kind.is_multiple_of(3) {
            touched.push(assets[usize::from(draft.second)]);
        }
        for asset in touched {
            let touch = touch(draft, time - u64::from(at > 0 && draft.who == 0));
            let adopts = draft.seconds.is_multiple_of(2);
            let grown = other.follow(asset, &touch, adopts).expect("grows");
            assert_eq!(asked.follow(asset, &touch, adopts).expect("grows"), grown, "{version}: {draft:?}");
        }
        let people = (0..3).map(Account::new);
        people.clone().for_each(|who| asked.accrue_for(who, ctx.now).expect("accrues"));
        assert_eq!(apply(&mut asked, draft, &ctx), apply(&mut other, draft, &ctx), "{version}: {draft:?}");
        for who in people {
            let read = |market: &AaveV3Market| {
                let position = market.position(who, ctx.now).expect("adds up");
                (position, market.health(who, &ctx).ok())
            };
            assert_eq!(read(&asked), read(&other), "{version}: {draft:?}");
            asked.accrue_for(who, ctx.now).expect("accrues");
            assert_eq!(read(&asked), read(&other), "{version}: {draft:?}");
        }
        assert_eq!(asked.dump(), other.dump(), "{version}: {draft:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn special_operations_keep_the_promises(
        version in 0_usize..8,
        drafts in prop::collection::vec(draft(), 1..40),
    ) {
        check(levmine_aave_v3::VERSIONS[version].name, &drafts);
    }

    #[test]
    fn what_is_remembered_of_a_followed_reserve_is_what_would_be_computed(
        version in 0_usize..8,
        drafts in prop::collection::vec(draft(), 1..40),
    ) {
        check_what_is_remembered(levmine_aave_v3::VERSIONS[version].name, &drafts);
    }
}
