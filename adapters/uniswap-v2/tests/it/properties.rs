//! What holds for any pair and any sequence of operations.

use std::collections::BTreeMap;

use levmine_amm::{Deposit, Operation, Pool, Removal, apply};
use levmine_market::{Account, Asset, Party, TokenAmount, Transfers};
use levmine_math::{U256, sqrt_floor};
use levmine_uniswap_v2::{MAX_RESERVE, ProtocolFee, SwapFee, UniswapV2Pool};
use proptest::prelude::*;

use crate::support::{ALICE, amounts, at, cases, custom};

/// Numbers of any magnitude up to `bits`.
fn sized(bits: u32) -> impl Strategy<Value = u128> {
    (0..=bits, any::<u128>()).prop_map(
        |(bits, noise)| {
            if bits == 0 { 0 } else { (noise >> (128 - bits)) | 1 << (bits - 1) }
        },
    )
}

fn reserve() -> impl Strategy<Value = u128> {
    sized(112).prop_map(|reserve| reserve.clamp(1, MAX_RESERVE))
}

fn fee() -> impl Strategy<Value = SwapFee> {
    prop_oneof![Just(30_u128), Just(25), Just(0), Just(100), 0..10_000_u128]
        .prop_map(|points| SwapFee::from_bps(levmine_math::Bps::new(points)).expect("below 100 %"))
}

fn protocol_fee() -> impl Strategy<Value = Option<ProtocolFee>> {
    prop_oneof![Just(None), Just(Some(ProtocolFee::UNISWAP)), Just(ProtocolFee::new(8, 25))]
}

fn pool() -> impl Strategy<Value = UniswapV2Pool> {
    (prop::array::uniform2(reserve()), fee(), protocol_fee(), prop::array::uniform2(sized(40)), 0..4_u8)
        .prop_map(|(reserves, fee, protocol_fee, donation, donated)| {
            let mut pool = custom(reserves, [18, 6], fee, protocol_fee);
            if donated == 0 {
                pool.pair_mut().donate(donation.map(U256::from)).expect("room");
            }
            pool
        })
}

#[derive(Debug, Clone, Copy)]
enum Move {
    Sell(bool, u128),
    Buy(bool, u128),
    Add(u128, u128),
    Remove(u128),
    Donate(u128, u128),
    GiveShares(u128),
    Sync,
    Skim,
}

fn step() -> impl Strategy<Value = Move> {
    prop_oneof![
        (any::<bool>(), sized(120)).prop_map(|(first, amount)| Move::Sell(first, amount)),
        (any::<bool>(), sized(112)).prop_map(|(first, amount)| Move::Buy(first, amount)),
        (sized(112), sized(112)).prop_map(|(one, other)| Move::Add(one, other)),
        sized(112).prop_map(Move::Remove),
        (sized(60), sized(60)).prop_map(|(one, other)| Move::Donate(one, other)),
        sized(60).prop_map(Move::GiveShares),
        Just(Move::Sync),
        Just(Move::Skim),
    ]
}

fn ends(pool: &dyn Pool, first: bool) -> (Asset, Asset) {
    match pool.coins() {
        [one, other] if first => (*one, *other),
        [one, other] => (*other, *one),
        _ => panic!("two coins"),
    }
}

fn operation(pool: &dyn Pool, step: Move) -> Option<Operation> {
    Some(match step {
        Move::Sell(first, amount) => {
            let (sell, buy) = ends(pool, first);
            Operation::SwapExactIn(ALICE, TokenAmount::new(sell, U256::from(amount)), buy, U256::ZERO)
        }
        Move::Buy(first, amount) => {
            let (sell, buy) = ends(pool, first);
            Operation::SwapExactOut(ALICE, sell, U256::MAX, TokenAmount::new(buy, U256::from(amount)))
        }
        Move::Add(one, other) => Operation::Add(ALICE, Deposit::of(amounts(one, other))),
        Move::Remove(shares) => {
            let share = TokenAmount::new(pool.share()?, U256::from(shares));
            Operation::Remove(ALICE, share, Removal::Proportional { min: amounts(0_u64, 0_u64) })
        }
        Move::Donate(..) | Move::GiveShares(_) | Move::Sync | Move::Skim => return None,
    })
}

/// What the venue holds and what was issued, per asset, as the transfers have it.
#[derive(Debug, PartialEq, Eq, Clone)]
struct Books {
    held: BTreeMap<Asset, U256>,
    issued: BTreeMap<Asset, U256>,
}

impl Books {
    fn of(pool: &dyn Pool) -> Self {
        let table = |amounts: Vec<TokenAmount>| {
            amounts.into_iter().map(|amount| (amount.asset, amount.raw)).collect()
        };
        Self { held: table(pool.holdings()), issued: table(pool.issued()) }
    }

    fn write(&mut self, transfers: &Transfers) {
        for transfer in transfers {
            let TokenAmount { asset, raw } = transfer.amount;
            match transfer.from {
                Party::Venue => *self.held.get_mut(&asset).expect("held") -= raw,
                Party::Issuer => *self.issued.get_mut(&asset).expect("issued") += raw,
                Party::Account(_) => {}
            }
            match transfer.to {
                Party::Venue => *self.held.get_mut(&asset).expect("held") += raw,
                Party::Issuer => *self.issued.get_mut(&asset).expect("issued") -= raw,
                Party::Account(_) => {}
            }
        }
    }
}

fn k(pool: &UniswapV2Pool) -> U256 {
    let [reserve0, reserve1] = pool.pair().state().reserves.map(U256::from);
    reserve0 * reserve1
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn any_sequence_keeps_the_promises(
        mut pool in pool(),
        steps in prop::collection::vec(step(), 1..24),
    ) {
        let fork = pool.fork();
        let start = pool.dump();
        for (count, step) in (0..).zip(steps) {
            let now = at(count * 13);
            let (before, root_before) = (pool.dump(), root_per_share(&pool));
            let mut books = Books::of(&pool);
            let Some(operation) = operation(&pool, step) else {
                match step {
                    Move::Donate(one, other) => {
                        let _ = pool.pair_mut().donate([one, other].map(U256::from));
                    }
                    Move::GiveShares(shares) => {
                        let _ = pool.pair_mut().donate_shares(U256::from(shares));
                    }
                    Move::Sync => {
                        let _ = pool.pair_mut().sync(13);
                    }
                    _ => {
                        let _ = pool.pair_mut().skim();
                    }
                }
                continue;
            };
            // A quote is the swap: value or refusal.
            let quoted = match &operation {
                Operation::SwapExactIn(_, sell, buy, _) => Some(pool.quote_exact_in(*sell, *buy, now)),
                Operation::SwapExactOut(_, sell, _, buy) => Some(pool.quote_exact_out(*sell, *buy, now)),
                _ => None,
            };
            let previewed = match &operation {
                Operation::Remove(_, shares, _) => Some(pool.preview_remove(*shares, now)),
                _ => None,
            };
            let (k_before, is_swap) = (k(&pool), quoted.is_some());
            match apply(&mut pool, &operation, now) {
                Ok(transfers) => {
                    books.write(&transfers);
                    prop_assert_eq!(&books, &Books::of(&pool));
                    if let Some(quoted) = quoted {
                        let quoted = quoted.expect("what was done was quoted");
                        prop_assert_eq!(transfers.first().map(|transfer| transfer.amount), Some(quoted.sell));
                        prop_assert_eq!(transfers.get(1).map(|transfer| transfer.amount), Some(quoted.buy));
                        let fees = quoted.fees.liquidity.raw + quoted.fees.protocol.raw;
                        prop_assert_eq!(fees, pool.pair().fee().within(quoted.sell.raw));
                    }
                    if let Some(previewed) = previewed {
                        let paid: Vec<U256> = transfers
                            .iter()
                            .filter(|transfer| transfer.from == Party::Venue && transfer.to == Party::Account(ALICE))
                            .map(|transfer| transfer.amount.raw)
                            .collect();
                        let previewed = previewed.expect("what was done was previewed");
                        prop_assert_eq!(previewed.as_slice(), paid.as_slice());
                    }
                    if is_swap {
                        prop_assert!(k(&pool) >= k_before);
                    }
                    if pool.pair().protocol_fee().is_none() {
                        prop_assert!(not_below(root_per_share(&pool), root_before));
                    }
                }
                Err(error) => {
                    prop_assert_eq!(&before, &pool.dump());
                    prop_assert!(error.code().is_some(), "{error}");
                    if let Some(quoted) = quoted {
                        let quoted = quoted.map_err(|error| error.code().map(str::to_string));
                        prop_assert_eq!(quoted.err(), Some(error.code().map(str::to_string)));
                    }
                }
            }
        }
        prop_assert_eq!(fork.dump(), start);
    }

    #[test]
    fn a_round_trip_never_profits(mut pool in pool(), first in any::<bool>(), amount in sized(112)) {
        pool.pair_mut().sync(0).ok();
        let (sell, buy) = ends(&pool, first);
        let there = pool.swap_exact_in(ALICE, TokenAmount::new(sell, U256::from(amount)), buy, U256::ZERO, at(0));
        if let Ok(there) = there
            && let Ok(back) = pool.swap_exact_in(ALICE, there.quote.buy, sell, U256::ZERO, at(0))
        {
            prop_assert!(back.quote.buy.raw <= U256::from(amount));
        }
    }

    #[test]
    fn adding_and_removing_never_profits(mut pool in pool(), one in sized(112), other in sized(112)) {
        pool.pair_mut().sync(0).ok();
        if let Ok(added) = pool.add_liquidity(ALICE, &Deposit::of(amounts(one, other)), at(0)) {
            prop_assert!(added.used[0] <= U256::from(one) && added.used[1] <= U256::from(other));
            let removal = Removal::Proportional { min: amounts(0_u64, 0_u64) };
            if let Ok(removed) = pool.remove_liquidity(ALICE, added.shares, &removal, at(0)) {
                prop_assert!(removed.amounts[0] <= added.used[0] && removed.amounts[1] <= added.used[1]);
            }
        }
    }

    #[test]
    fn more_in_never_gives_less(pool in pool(), first in any::<bool>(), one in sized(112), other in sized(112)) {
        let (sell, buy) = ends(&pool, first);
        let quote = |amount: u128| pool.quote_exact_in(TokenAmount::new(sell, U256::from(amount)), buy, at(0));
        if let (Ok(less), Ok(more)) = (quote(one.min(other)), quote(one.max(other))) {
            prop_assert!(less.buy.raw <= more.buy.raw);
        }
    }

    #[test]
    fn exact_out_is_enough(mut pool in pool(), first in any::<bool>(), amount in sized(112)) {
        pool.pair_mut().sync(0).ok();
        let (sell, buy) = ends(&pool, first);
        if let Ok(quote) = pool.quote_exact_out(sell, TokenAmount::new(buy, U256::from(amount)), at(0)) {
            let paid = pool.quote_exact_in(quote.sell, buy, at(0)).expect("a quote");
            prop_assert!(paid.buy.raw >= U256::from(amount));
        }
    }

    #[test]
    fn the_short_path_is_the_core(pool in pool(), first in any::<bool>(), amount in sized(112)) {
        // The short path of synced pairs against the contract's `swap` with its K check.
        let mut pool = pool;
        pool.pair_mut().sync(0).ok();
        let (sell, buy) = ends(&pool, first);
        let mut core = *pool.pair();
        let swap = pool.swap_exact_in(ALICE, TokenAmount::new(sell, U256::from(amount)), buy, U256::ZERO, at(9));
        if let Ok(swap) = swap {
            let (out, paid) = ([U256::ZERO, swap.quote.buy.raw], [U256::from(amount), U256::ZERO]);
            let flip = |[one, other]: [U256; 2]| if first { [one, other] } else { [other, one] };
            let now = at(9).time.0 as u32;
            prop_assert_eq!(core.swap(flip(out), flip(paid), now), Ok(flip(paid)));
            prop_assert_eq!(&core, pool.pair());
        }
    }

    #[test]
    fn zaps_leave_little(
        reserves in prop::array::uniform2(1_000_000_000_u128..1 << 100),
        share in 1_u32..40,
        first in any::<bool>(),
    ) {
        let mut pool = custom(reserves, [18, 6], SwapFee::UNISWAP, None);
        let [reserve0, reserve1] = reserves.map(|reserve| reserve >> share.min(20));
        let given = if first { amounts(reserve0, reserve1 / 3) } else { amounts(reserve0 / 3, reserve1) };
        let Some((sold, buy)) = pool.zap_swap(&given, at(0)).expect("an answer") else { return Ok(()) };
        let swap = pool.swap_exact_in(ALICE, sold, buy, U256::ZERO, at(0)).expect("a swap");
        let (bought, sold) = (swap.quote.buy.raw, sold.raw);
        let rest = if first {
            amounts(given[0] - sold, given[1] + bought)
        } else {
            amounts(given[0] + bought, given[1] - sold)
        };
        if let Ok(added) = pool.add_liquidity(ALICE, &Deposit::of(rest.clone()), at(0)) {
            let [now0, now1] = pool.pair().state().reserves.map(U256::from);
            for (left, per_unit) in [(rest[0] - added.used[0], now0 / now1), (rest[1] - added.used[1], now1 / now0)] {
                // A few base units, or the few that a base unit of the other coin costs.
                prop_assert!(left <= U256::from(4) * (per_unit + U256::from(2)), "{left} left at {per_unit}");
            }
        }
    }

    #[test]
    fn a_share_is_worth_no_more_than_what_it_pays(pool in pool(), prices in prop::array::uniform2(1_u128..1 << 90)) {
        let book = crate::support::book(&pool, prices);
        let supply = pool.issued()[0];
        if let Ok(value) = pool.fair_value(supply, &book, at(0)) {
            // 2·√(v0·v1) ≤ v0 + v1, to the rounding of the parts.
            let coins = pool.coins();
            let [reserve0, reserve1] = pool.pair().state().reserves.map(U256::from);
            let worth = book.value(TokenAmount::new(coins[0], reserve0)).expect("a value").raw()
                + book.value(TokenAmount::new(coins[1], reserve1)).expect("a value").raw();
            prop_assert!(value.raw() <= worth + U256::from(2));
        }
    }
}

/// √K and the supply.
fn root_per_share(pool: &UniswapV2Pool) -> (U256, U256) {
    (sqrt_floor(k(pool)), pool.pair().state().total_supply)
}

/// Whether √K per share did not fall, to the rounding of the roots.
fn not_below(after: (U256, U256), before: (U256, U256)) -> bool {
    (after.0 + U256::ONE) * before.1 >= before.0 * after.1
}

#[test]
fn an_outsider_swaps_like_anybody() {
    let mut pool = crate::support::weth_usdc();
    let (sell, buy) = ends(&*pool, true);
    let amount = TokenAmount::new(sell, U256::from(1_000_000_000_000_u64));
    let swap = pool.swap_exact_in(Account::outsider(3), amount, buy, U256::ZERO, at(0)).expect("a swap");
    assert_eq!(swap.transfers[0].from, Party::Account(Account::outsider(3)));
}
