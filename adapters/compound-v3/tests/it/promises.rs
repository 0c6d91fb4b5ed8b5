//! What the adapter promises beyond the conformance suite: the special operations, too, are all or nothing,
//! and nothing is ever owed to more than there is.

use levmine_compound_v3::{CompoundV3Market, Route, Signed, World};
use levmine_lending::{Amount, Context, LendingMarket, LiquidationCall, Operation, SaleId};
use levmine_market::{Account, Actor, Moment, PriceBook};
use levmine_math::{U256, Wad};
use proptest::prelude::*;

use crate::markets::{START, WETH, build, prices, set, small};

/// One step: what, who, with whom, which asset, how much, seconds that pass, thousandths of the first
/// collateral's price.
#[derive(Debug, Clone, Copy)]
struct Draft {
    kind: u8,
    who: u8,
    other: u8,
    asset: u8,
    amount: u128,
    seconds: u32,
    price: u16,
}

fn draft() -> impl Strategy<Value = Draft> {
    let amount = prop_oneof![0_u128..4, 1_u128..10_u128.pow(12), 1_u128..10_u128.pow(21), Just(u128::MAX)];
    (0_u8..16, 0_u8..3, 0_u8..3, 0_u8..4, amount, 0_u32..10_000_000, 0_u16..2_000).prop_map(
        |(kind, who, other, asset, amount, seconds, price)| Draft {
            kind,
            who,
            other,
            asset,
            amount,
            seconds,
            price,
        },
    )
}

fn apply(market: &mut CompoundV3Market, draft: Draft, ctx: &Context<'_>) -> bool {
    let assets = market.assets();
    let asset = assets[usize::from(draft.asset) % assets.len()];
    let (who, other) = (Account::new(draft.who.into()), Account::new(draft.other.into()));
    let units = U256::from(draft.amount);
    let amount = if draft.amount == u128::MAX { Amount::All } else { Amount::Exact(units) };
    let number = usize::from(draft.asset);
    let (base, now) = (market.comet().params().base, ctx.now.time.0);
    let world = World { now, prices: ctx.prices };
    let actor = Actor { caller: who, owner: other };
    let operation = match draft.kind {
        0..=2 => Operation::Supply(actor, asset, Amount::Exact(units)),
        3 => Operation::Withdraw(actor, asset, amount),
        4 | 5 => Operation::Borrow(Actor::from(who), base, amount),
        6 => Operation::Repay(actor, base, amount),
        7 => Operation::Liquidate(LiquidationCall {
            liquidator: who,
            borrower: other,
            debt: base,
            collateral: base,
            repay: amount,
            keep_supplied: false,
        }),
        8 => Operation::Buy(who, SaleId(u64::from(draft.asset)), units, Wad::MAX),
        kind => {
            let comet = market.comet_mut();
            return match kind {
                9 => comet.transfer_base(Route::to(who, other), amount, world).is_ok(),
                10 => comet.transfer_collateral(Route::to(who, other), number, units, ctx.prices).is_ok(),
                11 => comet.buy_collateral(number, U256::ZERO, units, world).is_ok(),
                12 => comet.absorb(&[who, other], world).is_ok(),
                13 => comet.claim_to(who, other, draft.seconds.is_multiple_of(2), now).is_ok(),
                14 => comet.withdraw_reserves(who, units, now).is_ok(),
                _ => {
                    comet.allow(other, who, draft.seconds.is_multiple_of(2));
                    comet.accrue_account(who, now).is_ok()
                }
            };
        }
    };
    operation.run(market, ctx).is_ok()
}

fn book(market: &CompoundV3Market, thousandths: u16) -> PriceBook {
    let mut book = prices();
    let first = market.assets()[1];
    set(&mut book, first, 228_000_000 * u64::from(thousandths));
    book
}

/// Totals are the sums of what accounts have, and collateral is there.
///
/// Of base they may be more, by a unit for each operation: where a supply's principal, brought to its present
/// value and back, comes out lower, or a debt's smaller, the contract lowers the account's alone.
fn adds_up(market: &CompoundV3Market, draft: Draft, accounts: &[Account], operations: usize) {
    let comet = market.comet();
    let (mut supplied, mut borrowed) = (0, 0);
    for account in accounts {
        let principal = comet.user(*account).principal;
        *(if principal < 0 { &mut borrowed } else { &mut supplied }) += principal.unsigned_abs();
    }
    let totals = comet.totals();
    for (total, sum) in [(totals.total_supply_base, supplied), (totals.total_borrow_base, borrowed)] {
        assert!(sum <= total && total <= sum + operations as u128, "{draft:?}: {total}, not {sum}");
    }
    for (number, stock) in comet.stocks().iter().enumerate() {
        let sum: u128 = accounts.iter().map(|account| comet.user(*account).collateral[number]).sum();
        assert_eq!(stock.total_supply_asset, sum, "{draft:?}");
        assert!(stock.reserves().is_ok(), "{draft:?}");
    }
}

fn check(mut market: CompoundV3Market, drafts: &[Draft]) {
    let accounts = [0, 1, 2].map(Account::new).into_iter();
    let outsiders = [levmine_compound_v3::SUPPLIERS, levmine_compound_v3::BORROWERS];
    let accounts: Vec<_> = accounts.chain(outsiders).collect();
    let mut time = START.time;
    for (done, draft) in drafts.iter().enumerate() {
        time = time.plus(draft.seconds.into());
        let prices = book(&market, draft.price);
        let ctx = Context { now: Moment { time, block: 0 }, prices: &prices };
        let (before, fork) = (market.dump(), market.fork());
        let reserves = market.comet().reserves(time.0);
        if !apply(&mut market, *draft, &ctx) {
            assert_eq!(market.dump(), before, "{draft:?} was refused and changed something");
        } else if !matches!(draft.kind, 7 | 12 | 14) {
            // Only absorptions and the governor take from the reserves; rounding never does.
            not_less(reserves, market.comet().reserves(time.0), *draft);
        }
        assert_eq!(fork.dump(), before, "{draft:?} reached the copy");
        adds_up(&market, *draft, &accounts, done + 1);
    }
}

/// At least what it was, but for the base units that sums are rounded down by.
fn not_less(
    before: Result<Signed, levmine_compound_v3::CometError>,
    after: Result<Signed, levmine_compound_v3::CometError>,
    draft: Draft,
) {
    let number = |reserves: &Signed| reserves.to_string().parse::<i128>().expect("small");
    if let (Ok(before), Ok(after)) = (before, after) {
        assert!(number(&after) + 2 >= number(&before), "{draft:?}: reserves fell from {before} to {after}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_dollars(drafts in prop::collection::vec(draft(), 1..40)) {
        check(small(), &drafts);
    }

    #[test]
    fn in_the_base_asset(drafts in prop::collection::vec(draft(), 1..40)) {
        check(build(WETH), &drafts);
    }
}
